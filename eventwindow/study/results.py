"""What a study returns: frozen arrays inside, tidy frames and words outside."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats, ReturnsKind
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.study.models import Model
from eventwindow.study.windows import Window

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
ABNORMAL_COLUMNS = ["event_id", "symbol", "model", "day", "date", "actual", "expected", "abnormal", "se"]


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
    beta: Floats
    sigma: Floats
    df: NDArray[np.intp]
    dates: NDArray[np.datetime64]
    actual: Floats
    expected: Floats
    abnormal: Floats
    abnormal_se: Floats
    n_days: NDArray[np.intp]
    car: Floats
    se: Floats
    t: Floats
    p: Floats
    bhar: Floats
    status: NDArray[np.object_]

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
            "alpha": np.where(has_model, self.alpha[flat], np.nan),
            "beta": np.where(has_model, self.beta[flat], np.nan),
            "sigma": np.where(has_model, self.sigma[flat], np.nan),
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
    def daily(self) -> pd.DataFrame:
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
                "abnormal": self.abnormal[rows].ravel(),
                "se": self.abnormal_se[rows].ravel(),
            },
            columns=ABNORMAL_COLUMNS,
        )
        return frame[frame["date"].notna()].reset_index(drop=True)

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
