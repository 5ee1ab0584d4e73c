"""How much the events of a study move together: the average residual correlation, weighted by overlap.

Kolari and Pynnonen (2010, Review of Financial Studies 23:3996-4025) for one common date. For staggered
dates each pair counts with the share of event-window sessions it has in common, which is our own
weighting; with one common date both are the same.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats
from eventwindow.study.windows import Window

# Positions on one calendar, -1 where there is none.
Days = NDArray[np.int32]
# Fewer common sessions than this say nothing about a correlation.
FEWEST_COMMON = 20
BLOCK = 64


def mean_correlations(residuals: Floats, sessions: Days, day0: Days, windows: Sequence[Window]) -> Floats:
    """Mean over all pairs of residual correlation times window overlap, for each window (J,); NaN below two events.

    `residuals` (N, M) are estimation residuals (NaN where there is none) on the days `sessions` (N, M)
    of a common calendar (-1 where there is none); `day0` (N, W) holds the calendar days of the whole
    event window (-1 outside the data); `windows` count from its first session. Pairs whose windows share
    no day count as zero.
    """
    count = len(residuals)
    if count < 2:
        return np.full(len(windows), np.nan)
    together = (sessions == sessions[0]).all() and (day0 == day0[0]).all()
    if together and residuals.shape[1] >= FEWEST_COMMON and np.isfinite(residuals).all():
        return np.full(len(windows), _one_date(residuals))
    order = np.argsort(_first_days(day0), kind="stable")
    residuals, sessions, day0 = residuals[order], sessions[order], day0[order]
    first, last = _first_days(day0), day0.max(axis=1)
    totals = np.zeros(len(windows))
    for start in range(0, count, BLOCK):
        stop = min(start + BLOCK, count)
        # Sorted by first day: what overlaps the block and lies at or after it is one stretch.
        reach = int(np.searchsorted(first, last[start:stop].max(), side="right"))
        stretch = slice(start, max(reach, stop))
        dense = _on_calendar(residuals[stretch], sessions[stretch])
        correlation = _pairwise(dense[: stop - start], dense)
        later = np.arange(len(dense)) > np.arange(stop - start)[:, None]
        for number, window in enumerate(windows):
            overlap = _overlap(day0[stretch, window.start : window.end + 1], stop - start)
            totals[number] += np.where(later, correlation * overlap, 0.0).sum() / window.length
    means: Floats = 2 * totals / (count * (count - 1))
    return means


def _one_date(residuals: Floats) -> float:
    """Mean correlation of complete residuals (N, M) on the same days, without looking at every pair."""
    count = len(residuals)
    unit = residuals - residuals.mean(axis=1, keepdims=True)
    size = np.sqrt((unit**2).sum(axis=1, keepdims=True))
    moving = size > 0
    unit = np.where(moving, unit / np.where(moving, size, 1.0), 0.0)
    return float(((unit.sum(axis=0) ** 2).sum() - moving.sum()) / (count * (count - 1)))


def _first_days(days: Days) -> Days:
    """First day of each row that lies inside the data, shape (N,)."""
    first: Days = np.where(days >= 0, days, np.iinfo(np.int32).max).min(axis=1)
    return first


def _overlap(days: Days, head: int) -> Floats:
    """Number of days that the windows of the first `head` events share with every event's, shape (head, n)."""
    member = np.nan_to_num(_on_calendar(np.ones(days.shape), days))
    shared: Floats = member[:head] @ member.T
    return shared


def _on_calendar(values: Floats, sessions: Days) -> Floats:
    """Values (n, M) spread over the stretch of calendar they cover, NaN elsewhere."""
    known = sessions >= 0
    low = int(sessions[known].min()) if known.any() else 0
    width = int(sessions.max()) - low + 1 if known.any() else 1
    spread = np.full((len(values), width), np.nan)
    rows = np.broadcast_to(np.arange(len(values))[:, None], sessions.shape)
    spread[rows[known], sessions[known] - low] = values[known]
    return spread


def _pairwise(left: Floats, right: Floats) -> Floats:
    """Pearson correlations (n, m) of rows on their common valid days; 0 where too few are common."""
    has_left, has_right = (np.isfinite(rows).astype(np.float64) for rows in (left, right))
    x, y = np.nan_to_num(left), np.nan_to_num(right)
    common = has_left @ has_right.T
    n = np.maximum(common, 1)
    sum_x, sum_y = x @ has_right.T, has_left @ y.T
    var_x = (x * x) @ has_right.T - sum_x**2 / n
    var_y = has_left @ (y * y).T - sum_y**2 / n
    scale = np.sqrt(np.maximum(var_x, 0) * np.maximum(var_y, 0))
    usable = (common >= FEWEST_COMMON) & (scale > 0)
    covariance = x @ y.T - sum_x * sum_y / n
    correlation: Floats = np.where(usable, covariance / np.where(usable, scale, 1.0), 0.0)
    return correlation


def date_groups(days: NDArray[np.datetime64]) -> tuple[NDArray[np.intp], int]:
    """Group number of each event by its day 0, and how many groups there are."""
    distinct, members = np.unique(days, return_inverse=True)
    return members, len(distinct)
