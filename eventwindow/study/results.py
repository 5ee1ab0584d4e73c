"""What a study returns: frozen arrays inside, tidy frames and words outside."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats, ReturnsKind
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.facts.sessions import Dates
from eventwindow.study.across import TestResult, tests_across
from eventwindow.study.battery import TestInfo
from eventwindow.study.models import Model
from eventwindow.study.significance import two_sided_p
from eventwindow.study.verdict import summarise
from eventwindow.study.windows import Days, Places, Positions, Window

if TYPE_CHECKING:
    from eventwindow.study.placebo import PlaceboResult

DAY_ZERO_MISSING = "Day 0 has no return; the figure is that of the window's other sessions."
# Rows of the table that a notebook shows.
SHOWN_ROWS = 20
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


Rows = TypeVar("Rows", "StudyResult", "Evidence", Places)


def _chosen(whole: Rows, rows: Positions) -> Rows:
    """The same with some rows of every array only."""
    values = {item.name: getattr(whole, item.name) for item in fields(whole)}
    chosen: dict[str, Any] = {name: item[rows] for name, item in values.items() if isinstance(item, np.ndarray)}
    return replace(whole, **chosen)


@dataclass(frozen=True)
class Evidence:
    """What the tests across events need besides the figures.

    `residuals` (N, M) are actual minus expected returns of the `estimation` window, NaN where there is
    none; `places` says where each event lies among the sessions of its table.
    """

    residuals: Floats
    places: Places
    estimation: Window
    event_window: Window

    @property
    def zero(self) -> Positions:
        """Position of day 0 among the series' own sessions, (N,)."""
        return self.places.zero

    @cached_property
    def estimation_days(self) -> Days:
        """The estimation window's sessions on one calendar, (N, M); -1 outside the data."""
        return self.places.days(self.estimation)

    @cached_property
    def window_days(self) -> Days:
        """The event window's sessions on the same calendar, (N, W); -1 outside the data."""
        return self.places.days(self.event_window)


@dataclass(frozen=True)
class StudyResult:
    """A study of N events over J windows and a W-session event window.

    Returns, `sigma`, `car` and `se` are decimal. `day0` (N,) holds dates (NaT where there is none);
    `reasons` (N,) says why an event has no model, `status` (N, J) why a window has no figure. Where a
    reason stands, the figure is NaN (`df` is 0).
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
    actual: Floats
    expected: Floats
    abnormal_returns: Floats
    abnormal_se: Floats
    n_days: NDArray[np.intp]
    car: Floats
    se: Floats
    t: Floats
    status: NDArray[np.object_]
    evidence: Evidence

    @cached_property
    def p(self) -> Floats:
        """Two-sided p-value of every t, shape (N, J); NaN where a reason stands."""
        return two_sided_p(self.t, self.df[:, None])

    @property
    def beta(self) -> Floats:
        """Slope on the benchmark or first factor (N,); NaN in the mean-adjusted model."""
        return self.slopes[:, 0] if self.slopes.shape[1] else np.full(len(self.reasons), np.nan)

    @cached_property
    def dates(self) -> Dates:
        """Dates of the event window, (N, W); NaT outside the data."""
        days = self.evidence.window_days
        dates: Dates = np.where(days >= 0, self.evidence.places.calendar[days], np.datetime64("NaT"))
        return dates

    @cached_property
    def bhar(self) -> Floats:
        """Buy-and-hold abnormal return prod(1 + R) - prod(1 + E[R]), simple and decimal, on the valid sessions, (N, J).

        NaN where `status` says why.
        """
        held, expected = (
            np.exp(kind) if self.returns_kind == "log" else 1 + kind for kind in (self.actual, self.expected)
        )
        missing = np.isnan(self.abnormal_returns)
        held[missing], expected[missing] = 1.0, 1.0
        parts = [window.within(self.event_window) for window in self.windows]
        products = [held[:, part].prod(axis=1) - expected[:, part].prod(axis=1) for part in parts]
        bhar: Floats = np.where(self.status == Reason.OK, np.stack(products, axis=1), np.nan)
        return bhar

    @property
    def has_figure(self) -> NDArray[np.bool_]:
        """Whether an event has a figure in a window at least, (N,)."""
        figures: NDArray[np.bool_] = (self.status == Reason.OK).any(axis=1)
        return figures

    def __repr__(self) -> str:
        studied = int(self.has_figure.sum())
        windows = ", ".join(str(window) for window in self.windows)
        return f"StudyResult({self.model} model: {studied} of {len(self.event_ids)} events studied; windows {windows})"

    def _repr_html_(self) -> str:
        """What a notebook shows: the study in words, and the figures of its events."""
        lines = "<br>".join(map(html.escape, self.summary().split("\n")))
        return f"<p>{lines}</p>{self.events.to_html(max_rows=SHOWN_ROWS, index=False)}"

    def subset(self, rows: Positions) -> "StudyResult":
        """The study of some events only, `rows` being their indices (n,), each at most once.

        Its figures and tests are those of a study run on these events alone.
        """
        evidence = replace(_chosen(self.evidence, rows), places=_chosen(self.evidence.places, rows))
        event_ids, symbols = (tuple(keys[row] for row in rows.tolist()) for keys in (self.event_ids, self.symbols))
        return replace(_chosen(self, rows), event_ids=event_ids, symbols=symbols, evidence=evidence)

    def row(self, event_id: str, symbol: str) -> int:
        """Index of one event; raises KeyError if it is not part of the study."""
        for index, key in enumerate(zip(self.event_ids, self.symbols, strict=True)):
            if key == (event_id, symbol):
                return index
        raise KeyError((event_id, symbol))

    @cached_property
    def lacks_day_zero(self) -> NDArray[np.bool_]:
        """Whether a window with a figure lacks the return of day 0, which lies in it, (N, J)."""
        if Window(0, 0) not in self.event_window:
            return np.zeros(self.status.shape, dtype=bool)
        missing = np.isnan(self.abnormal_returns[:, -self.event_window.start])
        around = np.array([Window(0, 0) in window for window in self.windows])
        lacking: NDArray[np.bool_] = missing[:, None] & around & (self.status == Reason.OK)
        return lacking

    def note(self, row: int, window: int) -> str:
        """What a reader of a window's figure should know, in one sentence; mostly nothing."""
        return DAY_ZERO_MISSING if self.lacks_day_zero[row, window] else ""

    def explain(self, row: int, window: int) -> str:
        """Why a window has no figure, in one sentence with its counts; empty where it has one."""
        reason = Reason(self.status[row, window])
        if reason is Reason.TOO_FEW_ESTIMATION_RETURNS:
            return f"{SENTENCES[reason]} It has {self.n_estimation[row]} of {self.estimation_sessions} sessions."
        return SENTENCES[reason]

    def remark(self, row: int, window: int) -> str:
        """Why a window has no figure, or what a reader of the one it has should know."""
        return self.explain(row, window) or self.note(row, window)

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row per event and window, in the order given; see EVENT_COLUMNS."""
        count, windows = self.car.shape
        flat = np.repeat(np.arange(count), windows)
        has_t = self.status.ravel() == Reason.OK
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
            "df": pd.Series(self.df[flat], dtype="Int64").where(has_t),
            "p": self.p.ravel(),
            "bhar": self.bhar.ravel(),
            "status": [str(status) for status in self.status.ravel()],
            "reason": [self.remark(row, window) for row in range(count) for window in range(windows)],
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
        return tests_across(self, self.windows)

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

    def tidy(self) -> pd.DataFrame:
        """The table of tests with what each is: `null` in words, what it `assumes`, and its `citation`."""
        named = {field.name: [getattr(item.info, field.name) for item in self.across] for field in fields(TestInfo)}
        return self.tests.assign(**named)

    def summary(self, level: float = 0.95, placebo: Sequence["PlaceboResult"] = ()) -> str:
        """The study in words: which test leads, what it says at `level`, and where naive tests mislead.

        `placebo`, the results of `placebo_test` on the same events, are told beside the t of a single event.
        """
        return summarise(self, level, placebo)

    @cached_property
    def skipped(self) -> pd.DataFrame:
        """Events without a figure in any window, and why in the first one: event_id, symbol, status, reason."""
        rows = np.flatnonzero(~self.has_figure).tolist()
        return pd.DataFrame(
            {
                "event_id": [self.event_ids[row] for row in rows],
                "symbol": [self.symbols[row] for row in rows],
                "status": [str(self.status[row, 0]) for row in rows],
                "reason": [self.explain(row, 0) for row in rows],
            },
            dtype=object,
        )
