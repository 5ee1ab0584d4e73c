"""How much the events of a study move together: the average residual correlation, weighted by overlap.

Kolari and Pynnonen (2010, Review of Financial Studies 23:3996-4025) for one common date. For staggered
dates each pair counts with the share of event-window sessions it has in common, which is our own
weighting; with one common date both are the same. Events with residuals on the same days need no pairs:
the sum of their correlations is the square of the sum of their standardized residuals.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats
from eventwindow.study.windows import Days, Positions, Window

# Fewer common sessions than this say nothing about a correlation.
FEWEST_COMMON = 20
# Fewer events than this on the same days are correlated pair by pair, with others up to BLOCK at a time.
FEWEST_ALIKE, BLOCK = 16, 64
# Events of one block worked through at a time.
STRETCH = 512


@dataclass(frozen=True)
class _Events:
    """Residuals (N, M) on the days `sessions` (N, M), and the days `span` of the windows; -1 where there is none."""

    residuals: Floats
    sessions: Days
    span: Days

    @cached_property
    def first(self) -> Days:
        """The first known day of each event's windows (N,)."""
        days: Days = np.where(self.span >= 0, self.span, np.iinfo(np.int32).max).min(axis=1)
        return days

    def seen(self, rows: Positions) -> Days:
        """Calendar days with a residual, -1 elsewhere."""
        days: Days = np.where(np.isfinite(self.residuals[rows]), self.sessions[rows], -1)
        return days


@dataclass(frozen=True)
class _Block:
    """Some events with windows between two days; `alike` if all have their residuals and windows on the same days."""

    rows: Positions
    first: int
    last: int
    alike: bool


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
    start, stop = min(window.start for window in windows), max(window.end for window in windows) + 1
    events = _Events(residuals, sessions, day0[:, start:stop])
    shifted = [slice(window.start - start, window.end - start + 1) for window in windows]
    blocks = _blocks(events)
    firsts = [block.first for block in blocks]
    totals = np.zeros(len(windows))
    for number, block in enumerate(blocks):
        reach = blocks[number : bisect_right(firsts, block.last)]
        for other in reach:
            if block.alike and other.alike:
                totals += _alike(events, block, other, shifted)
        loose = [other.rows for other in reach if not (block.alike and other.alike)]
        if loose:
            rows = np.concatenate(loose)
            totals += _one_by_one(events, block, rows[events.first[rows] <= block.last], shifted)
    means: Floats = 2 * totals / (count * (count - 1))
    return means


def _blocks(events: _Events) -> list[_Block]:
    """Events in the order of their windows' first day; many on the same days are a block, others share one."""
    count = len(events.span)
    last = events.span.max(axis=1)
    mark = np.concatenate([events.seen(rows).sum(axis=1) for rows in _pieces(np.arange(count))])
    order = np.lexsort((mark, last, events.first))
    new = np.ones(count + 1, dtype=bool)
    for places in _pieces(np.arange(1, count)):
        here, before = order[places], order[places - 1]
        other_days = (events.seen(here) != events.seen(before)).any(axis=1)
        new[places] = other_days | (events.span[here] != events.span[before]).any(axis=1)

    def block(low: int, high: int, *, alike: bool) -> _Block:
        rows = order[low:high]
        return _Block(rows, int(events.first[rows[0]]), int(last[rows].max()), alike)

    blocks: list[_Block] = []
    waiting = 0  # the first place that is in no block yet
    for low, high in pairwise(np.flatnonzero(new).tolist()):
        alike = high - low >= FEWEST_ALIKE
        if waiting < low and (alike or high - waiting > BLOCK):
            blocks.append(block(waiting, low, alike=False))
            waiting = low
        if alike:
            blocks.append(block(low, high, alike=True))
            waiting = high
    if waiting < count:
        blocks.append(block(waiting, count, alike=False))
    return blocks


def _pieces(rows: Positions) -> Iterator[Positions]:
    return (rows[start : start + STRETCH] for start in range(0, len(rows), STRETCH))


def _alike(events: _Events, block: _Block, other: _Block, windows: Sequence[slice]) -> Floats:
    """Sum over pairs of correlation times overlap, for each window (J,), of two blocks alike inside or the same."""
    span, other_span = events.span[block.rows[0]], events.span[other.rows[0]]
    shared = (span[:, None] == other_span) & (span >= 0)[:, None]
    overlap = np.array([shared[window, window].sum() / (window.stop - window.start) for window in windows])
    days, other_days = events.seen(block.rows[:1])[0], events.seen(other.rows[:1])[0]
    common, columns, other_columns = np.intersect1d(days, other_days, return_indices=True)
    columns, other_columns = columns[common >= 0], other_columns[common >= 0]
    if len(columns) < FEWEST_COMMON:
        return np.zeros(len(windows))
    total, count = _standardized_sum(events, block, columns)
    if block is other:
        together = (total @ total - count) / 2
    else:
        together = total @ _standardized_sum(events, other, other_columns)[0]
    sums: Floats = together * overlap
    return sums


def _standardized_sum(events: _Events, block: _Block, columns: Positions) -> tuple[Floats, int]:
    """Sum over events of residuals scaled to mean zero and length one, and how many events that are."""
    total, count = np.zeros(len(columns)), 0
    gapless = columns[-1] - columns[0] + 1 == len(columns)
    chosen = slice(columns[0], columns[-1] + 1) if gapless else columns
    for rows in _pieces(block.rows):
        residuals = events.residuals[rows][:, chosen]
        residuals -= residuals.mean(axis=1, keepdims=True)
        length = np.sqrt(np.einsum("nt,nt->n", residuals, residuals))
        moving = length > 0
        total += (moving / np.where(moving, length, 1.0)) @ residuals
        count += int(moving.sum())
    return total, count


def _one_by_one(events: _Events, block: _Block, others: Positions, windows: Sequence[slice]) -> Floats:
    """The same of a block and others, pair by pair; unless the block is alike, the others start with itself."""
    sums = np.zeros(len(windows))
    for left, (place, right) in product(_pieces(block.rows), enumerate(_pieces(others))):
        rows, head = np.concatenate([left, right]), len(left)
        dense = _on_calendar(events.residuals[rows], events.sessions[rows])
        correlation = _correlations(dense[:head], dense[head:])
        if place == 0 and not block.alike:
            correlation = np.triu(correlation, 1)
        for number, window in enumerate(windows):
            days = events.span[rows, window]
            member = np.nan_to_num(_on_calendar(np.ones(days.shape), days))
            sums[number] += (correlation * (member[:head] @ member[head:].T)).sum() / days.shape[1]
    return sums


def _on_calendar(values: Floats, sessions: Days) -> Floats:
    """Values (n, M) spread over the stretch of calendar they cover, NaN elsewhere."""
    known = sessions >= 0
    low = int(sessions.min(where=known, initial=np.iinfo(sessions.dtype).max)) if known.any() else 0
    width = int(sessions.max()) - low + 1 if known.any() else 1
    spread = np.full((len(values), width + 1), np.nan)  # the last column takes what has no day
    np.put_along_axis(spread, np.where(known, sessions - low, width), values, axis=1)
    return spread[:, :width]


def _correlations(left: Floats, right: Floats) -> Floats:
    """Pearson correlations (n, m) of rows on their common valid days; 0 where too few are common."""
    has_left, has_right = (np.isfinite(rows) for rows in (left, right))
    x, y = np.where(has_left, left, 0.0), np.where(has_right, right, 0.0)
    common, sum_x, square_x = np.vsplit(np.concatenate([has_left, x, x * x]) @ has_right.T.astype(np.float64), 3)
    sum_y, square_y = np.hsplit(has_left.astype(np.float64) @ np.concatenate([y, y * y]).T, 2)
    n = np.maximum(common, 1)
    var_x, var_y = square_x - sum_x**2 / n, square_y - sum_y**2 / n
    scale = np.sqrt(np.maximum(var_x, 0) * np.maximum(var_y, 0))
    usable = (common >= FEWEST_COMMON) & (scale > 0)
    covariance = x @ y.T - sum_x * sum_y / n
    correlation: Floats = np.where(usable, covariance / np.where(usable, scale, 1.0), 0.0)
    return correlation


def date_groups(days: NDArray[np.datetime64]) -> tuple[NDArray[np.intp], int]:
    """Group number of each event by its day 0, and how many groups there are."""
    distinct, members = np.unique(days, return_inverse=True)
    return members, len(distinct)
