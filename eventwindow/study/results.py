"""What a study returns: frozen arrays inside, tidy frames and words outside."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats, ReturnsKind
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.study.across import TestResult, tests_across
from eventwindow.study.models import Model
from eventwindow.study.verdict import summarise
from eventwindow.study.windows import Positions, Window

EVENT_COLUMNS = [
    "event_id",
    "symbol",
    "model",
    "window_start",
    "window_end",
    "day0",
    "shift_sessions",
    "n_estimation",
    "alpha",
    "beta",
    "sigma",
    "n_days",
    "car",
    "se",
    "t",
    "df",
    "p",
    "bhar",
    "status",
    "reason",
]
TEST_COLUMNS = [
    "model",
    "window_start",
    "window_end",
    "test",
    "n",
    "statistic",
    "df",
    "distribution",
    "p",
    "status",
    "reason",
]
ABNORMAL_COLUMNS = ["event_id", "symbol", "model", "day", "date", "actual", "expected", "abnormal", "se"]


@dataclass(frozen=True)
class Evidence:
    """What the tests across events need besides the figures.

    `residuals` (N, M) are actual minus expected returns of the estimation window, NaN where there is
    none; `estimation_days` (N, M) and `window_days` (N, W) place both windows on one calendar, -1
    outside the data; `zero` (N,) is the position of day 0 among the series' own sessions.
    """

    residuals: Floats
    estimation_days: NDArray[np.int32]
    window_days: NDArray[np.int32]
    zero: Positions


@dataclass(frozen=True)
class StudyResult:
    """A study of N events over J windows and a W-session event window.

    Returns, `sigma`, `car`, `se` and `bhar` are decimal. `day0` (N,) holds dates (NaT where there is
    none), `dates` (N, W) those of the event window; `reasons` (N,) says why an event has no model,
    `status` (N, J) why a window has no figure. Where a reason stands, the figure is NaN (`df` is 0).
    """

    model: Model
    returns_kind: ReturnsKind
    estimation_sessions: int
    windows: tuple[Window, ...]
    event_window: Window
    event_ids: tuple[str, ...]
    symbols: tuple[str, ...]
    day0: NDArray[np.datetime64]
    shift_sessions: NDArray[np.intp]
    reasons: NDArray[np.object_]
    n_estimation: NDArray[np.intp]
    alpha: Floats
    slopes: Floats
    sigma: Floats
    df: NDArray[np.intp]
    dates: NDArray[np.datetime64]
    actual: Floats
    expected: Floats
    abnormal_returns: Floats
    abnormal_se: Floats
    n_days: NDArray[np.intp]
    car: Floats
    se: Floats
    t: Floats
    p: Floats
    bhar: Floats
    status: NDArray[np.object_]
    evidence: Evidence

    @property
    def beta(self) -> Floats:
        """Slope on the benchmark or first factor (N,); NaN in the mean-adjusted model."""
        return self.slopes[:, 0] if self.slopes.shape[1] else np.full(len(self.reasons), np.nan)

    def __repr__(self) -> str:
        studied = int((self.reasons == Reason.OK).sum())
        windows = ", ".join(str(window) for window in self.windows)
        return f"StudyResult({self.model} model: {studied} of {len(self.event_ids)} events studied; windows {windows})"

    def row(self, event_id: str, symbol: str) -> int:
        """Index of one event; raises KeyError if it is not part of the study."""
        for index, key in enumerate(zip(self.event_ids, self.symbols, strict=True)):
            if key == (event_id, symbol):
                return index
        raise KeyError((event_id, symbol))

    def explain(self, row: int, window: int) -> str:
        """Why a window has no figure, in one sentence with its counts; empty where it has one."""
        reason = Reason(self.status[row, window])
        if reason is Reason.TOO_FEW_ESTIMATION_RETURNS:
            return f"{SENTENCES[reason]} It has {self.n_estimation[row]} of {self.estimation_sessions} sessions."
        return SENTENCES[reason]

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row per event and window, in the order given; see EVENT_COLUMNS."""
        count, windows = self.car.shape
        flat = np.repeat(np.arange(count), windows)
        has_model = self.reasons[flat] == Reason.OK
        frame = {
            "event_id": np.array(self.event_ids, dtype=object)[flat],
            "symbol": np.array(self.symbols, dtype=object)[flat],
            "model": str(self.model),
            "window_start": np.tile([window.start for window in self.windows], count),
            "window_end": np.tile([window.end for window in self.windows], count),
            "day0": self.day0[flat],
            "shift_sessions": self.shift_sessions[flat],
            "n_estimation": self.n_estimation[flat],
            "alpha": self.alpha[flat],
            "beta": self.beta[flat],
            "sigma": self.sigma[flat],
            "n_days": self.n_days.ravel(),
            "car": self.car.ravel(),
            "se": self.se.ravel(),
            "t": self.t.ravel(),
            "df": pd.Series(self.df[flat], dtype="Int64").where(has_model),
            "p": self.p.ravel(),
            "bhar": self.bhar.ravel(),
            "status": [str(status) for status in self.status.ravel()],
            "reason": [self.explain(row, window) for row in range(count) for window in range(windows)],
        }
        return pd.DataFrame(frame, columns=EVENT_COLUMNS)

    @cached_property
    def abnormal(self) -> pd.DataFrame:
        """One row per studied event and session of the event window; see ABNORMAL_COLUMNS."""
        rows = np.flatnonzero(self.reasons == Reason.OK)
        flat = np.repeat(rows, self.event_window.length)
        frame = pd.DataFrame(
            {
                "event_id": np.array(self.event_ids, dtype=object)[flat],
                "symbol": np.array(self.symbols, dtype=object)[flat],
                "model": str(self.model),
                "day": np.tile(self.event_window.sessions, len(rows)),
                "date": self.dates[rows].ravel(),
                "actual": self.actual[rows].ravel(),
                "expected": self.expected[rows].ravel(),
                "abnormal": self.abnormal_returns[rows].ravel(),
                "se": self.abnormal_se[rows].ravel(),
            },
            columns=ABNORMAL_COLUMNS,
        )
        return frame[frame["date"].notna()].reset_index(drop=True)

    @cached_property
    def across(self) -> tuple[TestResult, ...]:
        """Every test across events, window by window."""
        return tests_across(self)

    @cached_property
    def tests(self) -> pd.DataFrame:
        """One row per window and test across events; see TEST_COLUMNS."""
        rows = [
            {
                "model": str(self.model),
                "window_start": item.window.start,
                "window_end": item.window.end,
                "test": item.test,
                "n": item.outcome.n,
                "statistic": item.outcome.statistic,
                "df": item.outcome.df,
                "distribution": item.outcome.distribution,
                "p": item.outcome.p,
                "status": str(item.outcome.reason),
                "reason": SENTENCES[item.outcome.reason] or item.outcome.note,
            }
            for item in self.across
        ]
        return pd.DataFrame(rows, columns=TEST_COLUMNS).astype({"df": "Int64"})

    def summary(self, level: float = 0.95) -> str:
        """The study in words: which test leads, what it says at `level`, and where naive tests mislead."""
        return summarise(self, level)

    @cached_property
    def skipped(self) -> pd.DataFrame:
        """Events without any figure: event_id, symbol, status, reason."""
        rows = np.flatnonzero(self.reasons != Reason.OK)
        return pd.DataFrame(
            {
                "event_id": [self.event_ids[row] for row in rows],
                "symbol": [self.symbols[row] for row in rows],
                "status": [str(self.reasons[row]) for row in rows],
                "reason": [self.explain(row, 0) for row in rows.tolist()],
            }
        )
