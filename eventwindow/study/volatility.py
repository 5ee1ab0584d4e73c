"""Did the announcement make the share more volatile? Squared abnormal returns against what is usual.

The ratio of one event is the mean of (AR / S)^2 over the window, S being the prediction error; if nothing
happened it follows F(days, df), leaving aside that days of one window share estimated coefficients.
Across events the sum of the ratios is scaled as in Patell (1976, Journal of Accounting Research
14:246-276), following Beaver (1968, Journal of Accounting Research 6 suppl.:67-92).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, ndtr

from eventwindow.facts.prices import Floats
from eventwindow.facts.reasons import Reason
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window, membership


@dataclass(frozen=True)
class VolatilityRatios:
    """Variance ratios of N events over J windows.

    `ratio` and upper-tail `p` have shape (N, J), NaN where `status` (N, J) says why; `z` and `p_across`
    (J,) test all `n` (J,) events of a window together (upper tail, events taken as independent).
    """

    windows: tuple[Window, ...]
    ratio: Floats
    p: Floats
    status: NDArray[np.object_]
    z: Floats
    p_across: Floats
    n: NDArray[np.intp]


def volatility_ratios(result: StudyResult) -> VolatilityRatios:
    """Mean squared standardised abnormal return of every event and window, with its tests."""
    squares = (result.abnormal_returns / result.abnormal_se) ** 2
    valid = np.isfinite(squares)
    members = membership(result.windows, result.event_window).astype(np.float64)
    days = valid @ members.T
    total = np.where(valid, squares, 0.0) @ members.T
    shown = result.status == Reason.OK
    df = np.maximum(result.df, 1)[:, None]
    ratio = np.where(shown, total / np.maximum(days, 1), np.nan)
    p = np.where(shown, fdtrc(np.maximum(days, 1), df, np.where(shown, ratio, 1.0)), np.nan)
    tested = shown & (result.df > 4)[:, None]
    safe = np.maximum(result.df, 5)[:, None]
    surplus = np.where(tested, total * (safe - 2) / safe - days, 0.0).sum(axis=0)
    variance = np.where(tested, days * 2 * (safe - 1) / (safe - 4), 0.0).sum(axis=0)
    counts = tested.sum(axis=0)
    with np.errstate(invalid="ignore"):
        z = np.where(counts > 0, surplus / np.sqrt(variance), np.nan)
    return VolatilityRatios(result.windows, ratio, p, result.status, z, ndtr(-z), counts.astype(np.intp))
