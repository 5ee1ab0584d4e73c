"""Windows in event time: counted in sessions of the listing's own market, day 0 being 0."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import Floats, ReturnTable

Positions = NDArray[np.intp]
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

    @property
    def sessions(self) -> NDArray[np.intp]:
        """Event time of every session, shape (length,)."""
        return np.arange(self.start, self.end + 1)


def _event_time(session: int) -> str:
    return f"{session:+d}" if session else "0"


@dataclass(frozen=True)
class Slice:
    """What N events saw in one window.

    `actual` (N, W) and `regressors` (N, W, K) are decimal returns, NaN where there is none;
    `positions` (N, W) index the table's days and are -1 outside the series' data.
    """

    actual: Floats
    regressors: Floats
    positions: Positions


def take(table: ReturnTable, day0: Positions, column: Positions, window: Window) -> Slice:
    """The returns of each event's own series in its own window; `day0` and `column` have shape (N,)."""
    positions = day0[:, None] + window.sessions
    inside = (positions >= table.first[column][:, None]) & (positions <= table.last[column][:, None])
    safe = np.where(inside, positions, 0)
    actual = np.where(inside, table.returns[safe, column[:, None]], np.nan)
    regressors = np.where(inside[:, :, None], table.regressors[safe], np.nan)
    return Slice(actual, regressors, np.where(inside, positions, -1))


def membership(windows: Sequence[Window], event_window: Window) -> NDArray[np.bool_]:
    """Which session of the event window belongs to which window, shape (J, W)."""
    sessions = event_window.sessions
    starts = np.array([window.start for window in windows])
    ends = np.array([window.end for window in windows])
    return (sessions >= starts[:, None]) & (sessions <= ends[:, None])
