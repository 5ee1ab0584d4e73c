"""Windows in event time: counted in sessions of the listing's own market, day 0 being 0."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import Floats, ReturnTable
from eventwindow.facts.sessions import Dates

Positions = NDArray[np.intp]
# Positions on one calendar, -1 where there is none.
Days = NDArray[np.int32]
# Sessions from day 0 that a window may reach: forty years.
FURTHEST = 10_000


@dataclass(frozen=True, order=True)
class Window:
    """Sessions `start`..`end` around day 0, both included. Raises OptionError if reversed or beyond any data."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise OptionError(f"window {self}: it ends before it starts; write the earlier session first.")
        if max(-self.start, self.end) > FURTHEST:
            raise OptionError(f"window {self}: no series is that long; stay within {FURTHEST} sessions of day 0.")

    def __str__(self) -> str:
        return f"[{_event_time(self.start)},{_event_time(self.end)}]"

    def __contains__(self, other: "Window") -> bool:
        return self.start <= other.start and other.end <= self.end

    @property
    def length(self) -> int:
        """Number of sessions."""
        return self.end - self.start + 1

    def within(self, other: "Window") -> slice:
        """Its sessions counted from the start of another window that holds it."""
        return slice(self.start - other.start, self.end - other.start + 1)

    @property
    def sessions(self) -> NDArray[np.intp]:
        """Event time of every session, shape (length,)."""
        return np.arange(self.start, self.end + 1)


def _event_time(session: int) -> str:
    return f"{session:+d}" if session else "0"


@dataclass(frozen=True)
class Slice:
    """What N events saw in one window: `actual` (N, W) and `regressors` (N, K, W), decimal returns, NaN where none."""

    actual: Floats
    regressors: Floats

    def part(self, sessions: slice) -> "Slice":
        """The same of some sessions only."""
        return Slice(self.actual[:, sessions], self.regressors[:, :, sessions])


@dataclass(frozen=True)
class Places:
    """Where N events are found, each array of shape (N,).

    `home` numbers the table (-1: none) and `column` its series; `zero` is the position of day 0 among the
    table's sessions, `first` and `last` those of the series' data. `sessions` holds the days of every table.
    """

    home: Positions
    column: Positions
    zero: Positions
    first: Positions
    last: Positions
    sessions: tuple[Dates, ...]

    @cached_property
    def calendar(self) -> Dates:
        """Every day of every table, ascending."""
        return self.sessions[0] if len(self.sessions) == 1 else np.unique(np.concatenate(self.sessions))

    def days(self, window: Window) -> Days:
        """Position on the calendar of every session of a window, shape (N, W)."""
        days = np.empty((len(self.home), window.length), dtype=np.int32)
        days[self.home < 0] = -1
        for number, sessions in enumerate(self.sessions):
            rows = np.flatnonzero(self.home == number)
            start = self.zero[rows] + window.start
            known = _stretches(np.searchsorted(self.calendar, sessions).astype(np.int32), start, window.length)
            known[_outside(start, window.length, self.first[rows], self.last[rows])] = -1
            if len(rows) == len(days):
                return known
            days[rows] = known
        return days


def take(table: ReturnTable, day0: Positions, column: Positions, window: Window) -> Slice:
    """The returns of each event's own series in its own window; `day0` and `column` have shape (N,)."""
    start = day0 + window.start
    actual = _stretches(table.returns, start, window.length, column)
    regressors = _stretches(table.regressors, start, window.length)
    event, session = _outside(start, window.length, table.first[column], table.last[column])
    actual[event, session] = np.nan
    regressors[event, :, session] = np.nan
    return Slice(actual, regressors)


def _stretches(values: NDArray[Any], start: Positions, length: int, *column: Positions) -> NDArray[Any]:
    """Stretches of values (T, ...) from each `start` (N,) on, shape (N, ..., length); zero beyond the values."""
    before = max(-int(start.min(initial=0)), 0)
    after = max(int(start.max(initial=0)) + length - len(values), 0)
    if before or after:
        values = np.pad(values, ((before, after), *((0, 0),) * (values.ndim - 1)))
    stretches: NDArray[Any] = sliding_window_view(values, length, axis=0)[start + before, *column]
    return stretches


def _outside(start: Positions, length: int, first: Positions, last: Positions) -> tuple[Positions, Positions]:
    """Event and session of everything in the stretches that lies outside the series' data."""
    rows = np.flatnonzero((start < first) | (start + length - 1 > last))
    positions = start[rows, None] + np.arange(length)
    event, session = np.nonzero((positions < first[rows, None]) | (positions > last[rows, None]))
    return rows[event], session


def membership(windows: Sequence[Window], event_window: Window) -> NDArray[np.bool_]:
    """Which session of the event window belongs to which window, shape (J, W)."""
    sessions = event_window.sessions
    starts = np.array([window.start for window in windows])
    ends = np.array([window.end for window in windows])
    return (sessions >= starts[:, None]) & (sessions <= ends[:, None])
