"""Expected-return models, fitted for all events at once.

Notation as in MacKinlay (1997, Journal of Economic Literature 35:13-39): the model is fitted on the
estimation window only, and abnormal return = actual - expected.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats
from eventwindow.facts.reasons import Reason
from eventwindow.study.windows import Positions, Slice

# A sum of squares this small against its reference is rounding, not movement.
ROUNDING = 1e-20
# Factors closer to being combinations of each other than this cannot be told apart.
LARGEST_CONDITION = 1e10


class Model(StrEnum):
    """How the return is expected to have been without the event."""

    MARKET = "market"
    MARKET_ADJUSTED = "market-adjusted"
    MEAN_ADJUSTED = "mean-adjusted"
    FACTORS = "factors"
    SCHOLES_WILLIAMS = "scholes-williams"


@dataclass(frozen=True)
class Fit:
    """A model fitted for N events with K slopes each.

    `intercept`, `sigma` (residual standard deviation, decimal), `n` (valid estimation returns) and
    `df` have shape (N,); `slopes` and `center` (regressor means) (N, K); `inverse_scatter` (N, K, K)
    is the inverse of the centred cross products; `residuals` (N, M) are actual minus expected returns
    of the estimation window, NaN where there is none or no fit. `fitted` is False for the market-adjusted model,
    whose coefficients are imposed. `reasons` (N,) says why an event has no fit.
    """

    intercept: Floats
    slopes: Floats
    center: Floats
    inverse_scatter: Floats
    residuals: Floats
    sigma: Floats
    n: NDArray[np.intp]
    df: NDArray[np.intp]
    fitted: bool
    reasons: NDArray[np.object_]

    def expected(self, regressors: Floats) -> Floats:
        """Expected returns (N, W) for regressors (N, K, W); NaN where a regressor is missing."""
        return _expected(self.intercept, self.slopes, regressors)


@dataclass(frozen=True)
class _Moments:
    """Estimation returns `y` (N, M) and regressors `x` (N, K, M) as deviations from their means.

    `n` (N,) counts the valid sessions; where there is none (`holes`: events and sessions), deviations are zero.
    """

    holes: tuple[Positions, Positions]
    n: NDArray[np.intp]
    y: Floats
    x: Floats
    mean_y: Floats
    center: Floats

    @cached_property
    def spread_y(self) -> Floats:
        """Sum of squares of the return about its mean, (N,)."""
        return _squares(self.y)

    @cached_property
    def scatter(self) -> Floats:
        """Centred cross products of the regressors, (N, K, K)."""
        products: Floats = np.einsum("niw,njw->nij", self.x, self.x)
        return products

    @cached_property
    def cross(self) -> Floats:
        """Centred cross products of regressors and return, (N, K)."""
        products: Floats = np.einsum("nkw,nw->nk", self.x, self.y)
        return products


def regressors_of(model: Model, regressors: Floats) -> Floats:
    """The regressors a model's expected return uses: none, the benchmark (the first), or all factors."""
    if model is Model.MEAN_ADJUSTED:
        return regressors[:, :0]
    return regressors if model is Model.FACTORS else regressors[:, :1]


def fit(model: Model, sample: Slice, minimum: int) -> Fit:
    """Fit a model on an estimation slice of N events.

    An event needs `minimum` valid returns, half of the window, and more than the model has coefficients.
    Residual variance is RSS / (M - k); the market-adjusted model takes the variance of return minus
    benchmark about its own mean with M - 1 degrees of freedom (Campbell, Lo, MacKinlay 1997, The
    Econometrics of Financial Markets, ch. 4). The Scholes-Williams model (1977, Journal of Financial
    Economics 5:309-327) expects the benchmark, its lag and its lead as the first three regressors.
    """
    neighbours = model is Model.SCHOLES_WILLIAMS
    regressors = sample.regressors if neighbours else regressors_of(model, sample.regressors)
    moments = _moments(sample.actual, regressors)
    used = slice(0, 1) if neighbours else slice(None)
    center, scatter = moments.center[:, used], moments.scatter[:, used, used]
    inverse, flat, collinear = _inverse(scatter, moments.n[:, None] * center**2)
    count, slopes_count = center.shape
    if model is Model.MARKET_ADJUSTED:
        slopes, intercept = np.ones((count, slopes_count)), np.zeros(count)
        df = moments.n - 1
    else:
        slopes = _scholes_williams(moments) if neighbours else np.einsum("nkl,nl->nk", inverse, moments.cross)
        intercept = moments.mean_y - (center * slopes).sum(axis=1)
        df = moments.n - 1 - slopes_count
    # The very expression of abnormal returns: equal days tie, and a return that equals the expected one leaves zero.
    residuals = _expected(intercept, slopes, regressors[:, used])
    np.subtract(sample.actual, residuals, out=residuals)
    residuals[moments.holes] = 0.0
    rss = _spread_about_mean(residuals, moments) if model is Model.MARKET_ADJUSTED else _squares(residuals)
    reasons = np.full(count, Reason.OK, dtype=object)
    reasons[_is_copy(moments, rss, neighbours=neighbours)] = Reason.CLONE_OF_BENCHMARK
    reasons[collinear] = Reason.FACTORS_COLLINEAR
    reasons[flat] = Reason.BENCHMARK_WITHOUT_VARIANCE
    reasons[_is_rounding(moments.spread_y, moments.n * moments.mean_y**2)] = Reason.NO_VARIANCE
    too_few = (moments.n < np.maximum(minimum, sample.actual.shape[1] / 2)) | (df < 1)
    reasons[too_few] = Reason.TOO_FEW_ESTIMATION_RETURNS
    residuals[moments.holes] = np.nan
    residuals[reasons != Reason.OK] = np.nan
    return Fit(
        intercept=intercept,
        slopes=slopes,
        center=center,
        inverse_scatter=inverse,
        residuals=residuals,
        sigma=np.sqrt(rss / np.maximum(df, 1)),
        n=moments.n,
        df=df,
        fitted=model is not Model.MARKET_ADJUSTED,
        reasons=reasons,
    )


def _expected(intercept: Floats, slopes: Floats, regressors: Floats) -> Floats:
    expected: Floats = np.einsum("nkw,nk->nw", regressors, slopes)
    expected += intercept[:, None]
    return expected


def _moments(actual: Floats, regressors: Floats) -> _Moments:
    count, width = actual.shape
    y, x = actual.copy(), regressors.copy()
    valid = np.isfinite(y) & np.isfinite(x).all(axis=1)
    event, session = np.divmod(np.flatnonzero(~valid), width)
    n = width - np.bincount(event, minlength=count)
    counted = np.maximum(n, 1)
    y[event, session], x[event, :, session] = 0.0, 0.0
    mean_y, center = y.sum(axis=1) / counted, x.sum(axis=2) / counted[:, None]
    y -= mean_y[:, None]
    x -= center[:, :, None]
    y[event, session], x[event, :, session] = 0.0, 0.0
    return _Moments((event, session), n, y, x, mean_y, center)


def _squares(values: Floats) -> Floats:
    """Sum of squares of each row, (N,)."""
    squares: Floats = np.einsum("nw,nw->n", values, values)
    return squares


def _spread_about_mean(residuals: Floats, moments: _Moments) -> Floats:
    """Sum of squares of residuals (N, M) about their own mean, (N,); the mean is not zero where slopes are imposed."""
    deviations = residuals - (residuals.sum(axis=1) / np.maximum(moments.n, 1))[:, None]
    deviations[moments.holes] = 0.0
    squares: Floats = (deviations * deviations).sum(axis=1)
    return squares


def _is_rounding(spread: Floats, level: Floats) -> NDArray[np.bool_]:
    """Whether a sum of squares about the mean is nothing beside `level`, that of the mean itself."""
    small: NDArray[np.bool_] = spread <= ROUNDING * (spread + level)
    return small


def _inverse(scatter: Floats, level: Floats) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Inverse of each scatter (N, K, K), zero where there is none; whether regressors are flat or collinear."""
    spread = np.einsum("nkk->nk", scatter)
    flat = np.asarray(_is_rounding(spread, level).any(axis=1))
    collinear = np.zeros(len(scatter), dtype=bool)
    inverse = np.zeros_like(scatter)
    if scatter.shape[1] > 1:
        scale = np.sqrt(np.where(spread > 0, spread, 1.0))
        correlation = scatter / (scale[:, :, None] * scale[:, None, :])
        collinear[~flat] = ~(np.linalg.cond(correlation[~flat]) < LARGEST_CONDITION)
    usable = ~flat & ~collinear
    inverse[usable] = np.linalg.inv(scatter[usable])
    return inverse, flat, collinear


def _is_copy(moments: _Moments, rss: Floats, *, neighbours: bool) -> NDArray[np.bool_]:
    """Whether nothing is left of the return once the benchmark is taken away, by least squares."""
    if neighbours:
        spread = moments.scatter[:, 0, 0]
        slope = moments.cross[:, 0] / np.where(spread > 0, spread, 1.0)
        rss = _squares(moments.y - slope[:, None] * moments.x[:, 0])
    return rss <= ROUNDING * moments.spread_y


def _scholes_williams(moments: _Moments) -> Floats:
    """Beta (b_-1 + b_0 + b_+1) / (1 + 2 rho) from one-variable slopes on benchmark, lag and lead, shape (N, 1)."""
    spread = np.einsum("nkk->nk", moments.scatter)
    safe = np.where(spread > 0, spread, 1.0)
    slopes = moments.cross / safe
    rho = moments.scatter[:, 0, 1] / np.sqrt(safe[:, 0] * safe[:, 1])
    beta: Floats = (slopes.sum(axis=1) / (1 + 2 * rho))[:, None]
    return beta
