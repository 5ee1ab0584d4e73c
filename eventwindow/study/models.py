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


class Model(StrEnum):
    """How the return is expected to have been without the event."""

    MARKET = "market"
    MARKET_ADJUSTED = "market-adjusted"
    MEAN_ADJUSTED = "mean-adjusted"


@dataclass(frozen=True)
class Fit:
    """A model fitted for N events with K slopes each.

    `intercept`, `sigma` (residual standard deviation, decimal), `n` (valid estimation returns) and
    `df` have shape (N,); `slopes` and `center` (regressor means) (N, K); `inverse_scatter` (N, K, K)
    is the inverse of the centred cross products. `fitted` is False for the market-adjusted model,
    whose coefficients are imposed. `reasons` (N,) says why an event has no fit.
    """

    intercept: Floats
    slopes: Floats
    center: Floats
    inverse_scatter: Floats
    sigma: Floats
    n: NDArray[np.intp]
    df: NDArray[np.intp]
    fitted: bool
    reasons: NDArray[np.object_]

    def expected(self, regressors: Floats) -> Floats:
        """Expected returns (N, W) for regressors (N, W, K); NaN where a regressor is missing."""
        expected: Floats = self.intercept[:, None] + np.einsum("nwk,nk->nw", regressors, self.slopes)
        return expected


def regressors_of(model: Model, regressors: Floats) -> Floats:
    """The regressors a model uses: none for the mean-adjusted one, the benchmark for the others."""
    return regressors[..., :0] if model is Model.MEAN_ADJUSTED else regressors[..., :1]


def fit(model: Model, sample: Slice, minimum: int) -> Fit:
    """Fit a model on an estimation slice of N events.

    An event needs `minimum` valid returns, half of the window, and more than the model has coefficients.
    Residual variance is RSS / (M - k); the market-adjusted model takes the variance of return minus
    benchmark about its own mean with M - 1 degrees of freedom (Campbell, Lo, MacKinlay 1997, The
    Econometrics of Financial Markets, ch. 4).
    """
    x = regressors_of(model, sample.regressors)
    valid = np.isfinite(sample.actual) & np.isfinite(x).all(axis=2)
    n = valid.sum(axis=1)
    counted = np.maximum(n, 1)
    y = np.where(valid, sample.actual, 0.0)
    x = np.where(valid[:, :, None], x, 0.0)
    mean_y = y.sum(axis=1) / counted
    center = x.sum(axis=1) / counted[:, None]
    y_dev = np.where(valid, y - mean_y[:, None], 0.0)
    x_dev = np.where(valid[:, :, None], x - center[:, None, :], 0.0)
    scatter = np.einsum("nwk,nwl->nkl", x_dev, x_dev)
    total = np.einsum("nw,nw->n", y_dev, y_dev)
    flat_y = total <= ROUNDING * np.einsum("nw,nw->n", y, y)
    flat_x = (np.einsum("nkk->nk", scatter) <= ROUNDING * np.einsum("nwk,nwk->nk", x, x)).any(axis=1)
    count, _, slopes_count = x.shape
    inverse = np.zeros_like(scatter)
    usable = ~flat_x
    inverse[usable] = np.linalg.inv(scatter[usable])
    if model is Model.MARKET_ADJUSTED:
        slopes, intercept = np.ones((count, slopes_count)), np.zeros(count)
        df = n - 1
    else:
        slopes = np.einsum("nkl,nwl,nw->nk", inverse, x_dev, y_dev, optimize=True)
        intercept = mean_y - np.einsum("nk,nk->n", center, slopes)
        df = n - 1 - slopes_count
    residual = y_dev - np.einsum("nwk,nk->nw", x_dev, slopes)
    rss = np.einsum("nw,nw->n", residual, residual)
    reasons = np.full(count, Reason.OK, dtype=object)
    reasons[rss <= ROUNDING * total] = Reason.CLONE_OF_BENCHMARK
    reasons[flat_x] = Reason.BENCHMARK_WITHOUT_VARIANCE
    reasons[flat_y] = Reason.NO_VARIANCE
    reasons[(n < np.maximum(minimum, valid.shape[1] / 2)) | (df < 1)] = Reason.TOO_FEW_ESTIMATION_RETURNS
    return Fit(
        intercept=intercept,
        slopes=slopes,
        center=center,
        inverse_scatter=inverse,
        sigma=np.sqrt(rss / np.maximum(df, 1)),
        n=n,
        df=df,
        fitted=model is not Model.MARKET_ADJUSTED,
        reasons=reasons,
    )
