"""The exact prediction error of one event, and its t test.

Patell (1976, Journal of Accounting Research 14:246-276); Campbell, Lo, MacKinlay (1997, ch. 4). The
variance of a cumulative abnormal return is s^2 [L + L^2/M + d' (X'X)^-1 d] with d the sum of the
regressors' deviations from their estimation means over the window. Leaving out the last two terms,
as some programs do, understates it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from eventwindow.facts.prices import Floats
from eventwindow.study.models import Fit


@dataclass(frozen=True)
class Cumulated:
    """Cumulative abnormal returns of N events over J windows, each array of shape (N, J).

    `car` and `se` are decimal; `n_days` counts the sessions with a return. Without one, `car`, `se`
    and `t` are NaN.
    """

    car: Floats
    se: Floats
    t: Floats
    n_days: NDArray[np.intp]


def cumulate(fit: Fit, abnormal: Floats, regressors: Floats, windows: Sequence[slice]) -> Cumulated:
    """Sum abnormal returns (N, W) over J windows, sessions of the W, on the valid ones, with exact standard errors."""
    valid = np.isfinite(abnormal)
    weights = np.zeros((len(windows), abnormal.shape[1]))
    for row, window in zip(weights, windows, strict=True):
        row[window] = 1.0
    # Not a product of matrices, which may round equal events differently by their place, and break ties.
    known = np.where(valid, abnormal, 0.0)
    car = np.stack([known[:, window].sum(axis=1) for window in windows], axis=1)
    days = valid @ weights.T
    variance = days
    if fit.fitted:
        deviations = np.where(valid[:, None, :], regressors - fit.center[:, :, None], 0.0)
        summed = np.einsum("nkw,jw->njk", deviations, weights)
        spread = (np.einsum("njk,nkl->njl", summed, fit.inverse_scatter) * summed).sum(axis=2)
        variance = days + days**2 / np.maximum(fit.n, 1)[:, None] + spread
    empty = days == 0
    car[empty] = np.nan
    se = np.where(empty, np.nan, fit.sigma[:, None] * np.sqrt(variance))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = car / se
    return Cumulated(car, se, t, days.astype(np.intp))


def daily_errors(fit: Fit, abnormal: Floats, regressors: Floats) -> Floats:
    """Standard error of every single abnormal return, shape (N, W); NaN where there is none."""
    variance = np.ones_like(abnormal)
    if fit.fitted:
        deviations = regressors - fit.center[:, :, None]
        weighted = np.einsum("nkl,nlw->nkw", fit.inverse_scatter, deviations)
        variance = (1 + 1 / np.maximum(fit.n, 1))[:, None] + np.einsum("nkw,nkw->nw", weighted, deviations)
    errors: Floats = np.where(np.isfinite(abnormal), fit.sigma[:, None] * np.sqrt(variance), np.nan)
    return errors


def two_sided_p(t: Floats, df: NDArray[np.intp]) -> Floats:
    """Two-sided p-value of Student's t; NaN where t is."""
    p: Floats = 2 * stdtr(np.maximum(df, 1), -np.abs(t))
    return p


def critical_value(level: float, df: NDArray[np.intp]) -> Floats:
    """Half-width in standard errors of a two-sided band at `level` (0.95 for 95%)."""
    return np.asarray(stdtrit(np.maximum(df, 1), 0.5 + level / 2), dtype=np.float64)
