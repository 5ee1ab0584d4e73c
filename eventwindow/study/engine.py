"""Running a study: events meet returns, a model is fitted, abnormal returns are summed and tested."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import Floats, ReturnsKind, ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.models import Model, fit, regressors_of
from eventwindow.study.results import StudyResult
from eventwindow.study.significance import cumulate
from eventwindow.study.windows import Positions, Slice, Window, membership, take

HEADLINE_WINDOWS = (Window(0, 0), Window(0, 1), Window(-1, 1))


@dataclass(frozen=True, kw_only=True)
class StudySpec:
    """Settings of a study. Raises OptionError where two of them cannot go together.

    Every window must lie inside `event_window`, and the estimation window must end before that
    starts: a variance estimated with the event inside is a known fault.
    """

    model: Model = Model.MARKET
    estimation: Window = Window(-260, -11)
    event_window: Window = Window(-10, 10)
    windows: tuple[Window, ...] = HEADLINE_WINDOWS
    minimum_estimation: int = 60
    returns_kind: ReturnsKind = "simple"

    def __post_init__(self) -> None:
        if not self.windows:
            raise OptionError("windows: give at least one window to cumulate over, like [0,+1].")
        if self.estimation.end >= self.event_window.start:
            raise OptionError(
                f"estimation window {self.estimation}: it must end before the event window {self.event_window} starts."
            )
        for window in self.windows:
            if window not in self.event_window:
                raise OptionError(f"window {window}: it lies outside the event window {self.event_window}.")


@dataclass(frozen=True)
class StudyEvents:
    """N events: one announcement x one listing each.

    `days` (N,) are dates (day 0 is the first session of the series on or after; NaT where a reason
    stands), `shift_sessions` (N,) how far day 0 was moved, `reasons` (N,) why an event cannot be
    studied (Reason.OK where it can).
    """

    event_ids: tuple[str, ...]
    symbols: tuple[str, ...]
    days: NDArray[np.datetime64]
    shift_sessions: NDArray[np.intp]
    reasons: NDArray[np.object_]


@dataclass(frozen=True)
class _Sample:
    """The returns that N events saw, and where their day 0 fell."""

    estimation: Slice
    event: Slice
    day0: NDArray[np.datetime64]
    dates: NDArray[np.datetime64]
    reasons: NDArray[np.object_]


def run_study(*, events: StudyEvents, prices: ReturnTable | Sequence[ReturnTable], spec: StudySpec) -> StudyResult:
    """Study N events against the returns of one or more markets.

    Each symbol is looked up in the first table that has it. Nothing is dropped: an event or window
    that cannot be computed carries a reason. Simple returns give simple abnormal returns, log
    returns log ones; BHAR is always on simple returns.
    """
    tables = (prices,) if isinstance(prices, ReturnTable) else tuple(prices)
    sample = _gather(events, tables, spec)
    model = fit(spec.model, sample.estimation, spec.minimum_estimation)
    reasons = np.where(sample.reasons == Reason.OK, model.reasons, sample.reasons)
    usable = reasons == Reason.OK
    regressors = regressors_of(spec.model, sample.event.regressors)
    expected = np.where(usable[:, None], model.expected(regressors), np.nan)
    abnormal = sample.event.actual - expected
    status = _window_status(reasons, sample.event.positions, abnormal, spec)
    sums = cumulate(model, abnormal, regressors, membership(spec.windows, spec.event_window))
    daily = cumulate(model, abnormal, regressors, np.eye(spec.event_window.length, dtype=bool))
    shown = status == Reason.OK
    return StudyResult(
        model=spec.model,
        returns_kind=spec.returns_kind,
        estimation_sessions=spec.estimation.length,
        windows=spec.windows,
        event_window=spec.event_window,
        event_ids=events.event_ids,
        symbols=events.symbols,
        day0=sample.day0,
        shift_sessions=events.shift_sessions,
        reasons=reasons,
        n_estimation=model.n,
        alpha=model.intercept,
        beta=model.slopes[:, 0] if model.slopes.shape[1] else np.full(len(reasons), np.nan),
        sigma=np.where(usable, model.sigma, np.nan),
        df=np.where(usable, model.df, 0),
        dates=sample.dates,
        actual=sample.event.actual,
        expected=expected,
        abnormal=abnormal,
        abnormal_se=daily.se,
        n_days=np.where(shown, sums.n_days, 0),
        car=np.where(shown, sums.car, np.nan),
        se=np.where(shown, sums.se, np.nan),
        t=np.where(shown, sums.t, np.nan),
        p=np.where(shown, sums.p, np.nan),
        bhar=np.where(shown, _buy_and_hold(sample.event.actual, expected, spec), np.nan),
        status=status,
    )


def _gather(events: StudyEvents, tables: Sequence[ReturnTable], spec: StudySpec) -> _Sample:
    count = len(events.event_ids)
    slopes = tables[0].regressors.shape[1]
    estimation = _empty_slice(count, spec.estimation.length, slopes)
    event = _empty_slice(count, spec.event_window.length, slopes)
    day0 = np.full(count, np.datetime64("NaT"), dtype="datetime64[D]")
    dates = np.full(event.actual.shape, np.datetime64("NaT"), dtype="datetime64[D]")
    reasons = events.reasons.copy()
    home, column = _look_up(events.symbols, tables)
    reasons[(home < 0) & (reasons == Reason.OK)] = Reason.UNKNOWN_SYMBOL
    for number, table in enumerate(tables):
        rows = np.flatnonzero((home == number) & (reasons == Reason.OK))
        found = np.searchsorted(table.days, events.days[rows])
        late = (found >= len(table.days)) | (events.days[rows] < table.days[0])
        outside = ~late & ((found < table.first[column[rows]]) | (found > table.last[column[rows]]))
        reasons[rows[late]] = Reason.OUTSIDE_CALENDAR
        reasons[rows[outside]] = Reason.OUTSIDE_PRICES
        rows, found = rows[~late & ~outside], found[~late & ~outside]
        day0[rows] = table.days[found]
        for target, window in ((estimation, spec.estimation), (event, spec.event_window)):
            seen = take(table, found, column[rows], window)
            target.actual[rows], target.regressors[rows] = seen.actual, seen.regressors
            target.positions[rows] = seen.positions
        inside = event.positions[rows] >= 0
        dates[rows] = np.where(inside, table.days[event.positions[rows]], np.datetime64("NaT"))
    return _Sample(estimation, event, day0, dates, reasons)


def _look_up(symbols: tuple[str, ...], tables: Sequence[ReturnTable]) -> tuple[Positions, Positions]:
    """Table (-1 if none) and column of each event's symbol, shape (N,) each."""
    places = {
        symbol: (number, column)
        for number, table in reversed(list(enumerate(tables)))
        for column, symbol in enumerate(table.symbols)
    }
    distinct, members = np.unique(np.array(symbols, dtype=np.str_), return_inverse=True)
    found = np.array([places.get(str(symbol), (-1, 0)) for symbol in distinct], dtype=np.intp).reshape(-1, 2)
    return found[members, 0], found[members, 1]


def _empty_slice(count: int, width: int, slopes: int) -> Slice:
    return Slice(
        np.full((count, width), np.nan),
        np.full((count, width, slopes), np.nan),
        np.full((count, width), -1, dtype=np.intp),
    )


def _window_status(
    reasons: NDArray[np.object_], positions: Positions, abnormal: Floats, spec: StudySpec
) -> NDArray[np.object_]:
    """Why each window has no figure, shape (N, J): no model, beyond the data, or no return at all."""
    members = membership(spec.windows, spec.event_window)
    missing = (positions < 0).astype(np.float64) @ members.T > 0
    empty = np.isfinite(abnormal).astype(np.float64) @ members.T == 0
    status = np.full(missing.shape, Reason.OK, dtype=object)
    status[empty] = Reason.NO_RETURN_IN_WINDOW
    status[missing] = Reason.WINDOW_PAST_DATA
    return np.where((reasons == Reason.OK)[:, None], status, reasons[:, None])


def _buy_and_hold(actual: Floats, expected: Floats, spec: StudySpec) -> Floats:
    """BHAR = prod(1 + R) - prod(1 + E[R]) on simple returns over the valid sessions, shape (N, J)."""
    members = membership(spec.windows, spec.event_window)
    log_kind = spec.returns_kind == "log"
    growth = [np.exp(kind) if log_kind else 1 + kind for kind in (actual, expected)]
    valid = np.isfinite(actual) & np.isfinite(expected)
    bhar = [
        np.prod(np.where(valid & member, growth[0], 1.0), axis=1)
        - np.prod(np.where(valid & member, growth[1], 1.0), axis=1)
        for member in members
    ]
    return np.stack(bhar, axis=1)
