"""Expected-return models, fitted for all events at once.

Notation as in MacKinlay (1997, Journal of Economic Literature 35:13-39): the model is fitted on the
estimation window only, and abnormal return = actual - expected.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats
from eventwindow.facts.reasons import Reason
from eventwindow.study.windows import Slice

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
    of the estimation window, NaN where there is none. `fitted` is False for the market-adjusted model,
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
        """Expected returns (N, W) for regressors (N, W, K); NaN where a regressor is missing."""
        expected: Floats = self.intercept[:, None] + np.einsum("nwk,nk->nw", regressors, self.slopes)
        return expected


@dataclass(frozen=True)
class _Moments:
    """Valid estimation returns `y` (N, M) and regressors `x` (N, M, K) as deviations from their means."""

    valid: NDArray[np.bool_]
    y: Floats
    x: Floats
    mean_y: Floats
    center: Floats
    total_y: Floats
    total_x: Floats

    @property
    def scatter(self) -> Floats:
        """Centred cross products of the regressors, (N, K, K)."""
        products: Floats = np.matmul(self.x.transpose(0, 2, 1), self.x)
        return products

    @property
    def cross(self) -> Floats:
        """Centred cross products of regressors and return, (N, K)."""
        products: Floats = np.matmul(self.x.transpose(0, 2, 1), self.y[:, :, None])[:, :, 0]
        return products


def regressors_of(model: Model, regressors: Floats) -> Floats:
    """The regressors a model's expected return uses: none, the benchmark (the first), or all factors."""
    if model is Model.MEAN_ADJUSTED:
        return regressors[..., :0]
    return regressors if model is Model.FACTORS else regressors[..., :1]


def fit(model: Model, sample: Slice, minimum: int) -> Fit:
    """Fit a model on an estimation slice of N events.

    An event needs `minimum` valid returns, half of the window, and more than the model has coefficients.
    Residual variance is RSS / (M - k); the market-adjusted model takes the variance of return minus
    benchmark about its own mean with M - 1 degrees of freedom (Campbell, Lo, MacKinlay 1997, The
    Econometrics of Financial Markets, ch. 4). The Scholes-Williams model (1977, Journal of Financial
    Economics 5:309-327) expects the benchmark, its lag and its lead as the first three regressors.
    """
    neighbours = model is Model.SCHOLES_WILLIAMS
    moments = _moments(sample.actual, sample.regressors if neighbours else regressors_of(model, sample.regressors))
    n = moments.valid.sum(axis=1)
    used = slice(0, 1) if neighbours else slice(None)
    center, scatter = moments.center[:, used], moments.scatter[:, used, used]
    inverse, flat, collinear = _inverse(scatter, moments.total_x[:, used])
    count, slopes_count = center.shape
    if model is Model.MARKET_ADJUSTED:
        slopes, intercept = np.ones((count, slopes_count)), np.zeros(count)
        df = n - 1
    else:
        slopes = _scholes_williams(moments) if neighbours else np.matmul(inverse, moments.cross[:, :, None])[:, :, 0]
        intercept = moments.mean_y - (center * slopes).sum(axis=1)
        df = n - 1 - slopes_count
    residual = moments.y - np.matmul(moments.x[:, :, used], slopes[:, :, None])[:, :, 0]
    rss = np.einsum("nw,nw->n", residual, residual)
    # Residuals about their mean; where coefficients are imposed that mean is not zero and belongs to the residual.
    level = moments.mean_y - intercept - (center * slopes).sum(axis=1)
    total = np.einsum("nw,nw->n", moments.y, moments.y)
    reasons = np.full(count, Reason.OK, dtype=object)
    reasons[_is_copy(moments, rss, total, neighbours=neighbours)] = Reason.CLONE_OF_BENCHMARK
    reasons[collinear] = Reason.FACTORS_COLLINEAR
    reasons[flat] = Reason.BENCHMARK_WITHOUT_VARIANCE
    reasons[total <= ROUNDING * moments.total_y] = Reason.NO_VARIANCE
    too_few = (n < np.maximum(minimum, sample.actual.shape[1] / 2)) | (df < 1)
    reasons[too_few] = Reason.TOO_FEW_ESTIMATION_RETURNS
    return Fit(
        intercept=intercept,
        slopes=slopes,
        center=center,
        inverse_scatter=inverse,
        residuals=np.where(moments.valid, residual + level[:, None], np.nan),
        sigma=np.sqrt(rss / np.maximum(df, 1)),
        n=n,
        df=df,
        fitted=model is not Model.MARKET_ADJUSTED,
        reasons=reasons,
    )


def _moments(actual: Floats, regressors: Floats) -> _Moments:
    valid = np.isfinite(actual) & np.isfinite(regressors).all(axis=2)
    counted = np.maximum(valid.sum(axis=1), 1)
    y = np.where(valid, actual, 0.0)
    x = np.where(valid[:, :, None], regressors, 0.0)
    mean_y = y.sum(axis=1) / counted
    center = x.sum(axis=1) / counted[:, None]
    return _Moments(
        valid=valid,
        y=np.where(valid, y - mean_y[:, None], 0.0),
        x=np.where(valid[:, :, None], x - center[:, None, :], 0.0),
        mean_y=mean_y,
        center=center,
        total_y=np.einsum("nw,nw->n", y, y),
        total_x=np.einsum("nwk,nwk->nk", x, x),
    )


def _inverse(scatter: Floats, total: Floats) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Inverse of each scatter (N, K, K), zero where there is none; whether regressors are flat or collinear."""
    spread = np.einsum("nkk->nk", scatter)
    flat = (spread <= ROUNDING * total).any(axis=1)
    collinear = np.zeros(len(scatter), dtype=bool)
    inverse = np.zeros_like(scatter)
    if scatter.shape[1] > 1:
        scale = np.sqrt(np.where(spread > 0, spread, 1.0))
        correlation = scatter / (scale[:, :, None] * scale[:, None, :])
        collinear[~flat] = ~(np.linalg.cond(correlation[~flat]) < LARGEST_CONDITION)
    usable = ~flat & ~collinear
    inverse[usable] = np.linalg.inv(scatter[usable])
    return inverse, flat, collinear


def _is_copy(moments: _Moments, rss: Floats, total: Floats, *, neighbours: bool) -> NDArray[np.bool_]:
    """Whether nothing is left of the return once the benchmark is taken away, by least squares."""
    if neighbours:
        x = moments.x[:, :, 0]
        spread = np.einsum("nw,nw->n", x, x)
        slope = moments.cross[:, 0] / np.where(spread > 0, spread, 1.0)
        residual = moments.y - slope[:, None] * x
        rss = np.einsum("nw,nw->n", residual, residual)
    return rss <= ROUNDING * total


def _scholes_williams(moments: _Moments) -> Floats:
    """Beta (b_-1 + b_0 + b_+1) / (1 + 2 rho) from one-variable slopes on benchmark, lag and lead, shape (N, 1)."""
    spread = np.einsum("nwk,nwk->nk", moments.x, moments.x)
    safe = np.where(spread > 0, spread, 1.0)
    slopes = moments.cross / safe
    together = np.einsum("nw,nw->n", moments.x[:, :, 0], moments.x[:, :, 1])
    rho = together / np.sqrt(safe[:, 0] * safe[:, 1])
    beta: Floats = (slopes.sum(axis=1) / (1 + 2 * rho))[:, None]
    return beta
