"""Running a study: events meet returns, a model is fitted, abnormal returns are summed and tested."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import Floats, ReturnsKind, ReturnTable, with_neighbours
from eventwindow.facts.reasons import Reason
from eventwindow.study.models import Model, fit, regressors_of
from eventwindow.study.results import Evidence, StudyResult
from eventwindow.study.significance import cumulate, daily_errors
from eventwindow.study.windows import Positions, Slice, Window, membership, take

HEADLINE_WINDOWS = (Window(0, 0), Window(0, 1), Window(-1, 1))
# Events worked through at a time.
CHUNK = 4096


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
class _Located:
    """Where each of N events is found: table (-1: none), column, position and date of day 0, or the reason."""

    home: Positions
    column: Positions
    position: Positions
    day0: NDArray[np.datetime64]
    reasons: NDArray[np.object_]


@dataclass(frozen=True)
class _Part:
    """Results of some events, arrays with one row per event; names as in StudyResult."""

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
    residuals: Floats
    estimation_days: NDArray[np.int32]
    window_days: NDArray[np.int32]


def run_study(*, events: StudyEvents, prices: ReturnTable | Sequence[ReturnTable], spec: StudySpec) -> StudyResult:
    """Study N events against the returns of one or more markets.

    Each symbol is looked up in the first table that has it. Nothing is dropped: an event or window
    that cannot be computed carries a reason. Simple returns give simple abnormal returns, log
    returns log ones; BHAR is always on simple returns. Events are worked through in chunks of CHUNK,
    so memory beyond the results does not grow with N.
    """
    tables = (prices,) if isinstance(prices, ReturnTable) else tuple(prices)
    if spec.model is Model.SCHOLES_WILLIAMS:
        tables = tuple(with_neighbours(table) for table in tables)
    located = _locate(events, tables)
    calendar = np.unique(np.concatenate([table.days for table in tables]))
    starts = range(0, max(len(events.event_ids), 1), CHUNK)
    parts = [_study_part(located, slice(start, start + CHUNK), tables, calendar, spec) for start in starts]
    merged = {item.name: np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(_Part)}
    evidence = Evidence(
        residuals=merged.pop("residuals"),
        estimation_days=merged.pop("estimation_days"),
        window_days=merged.pop("window_days"),
        zero=located.position,
    )
    return StudyResult(
        model=spec.model,
        returns_kind=spec.returns_kind,
        estimation_sessions=spec.estimation.length,
        windows=spec.windows,
        event_window=spec.event_window,
        event_ids=events.event_ids,
        symbols=events.symbols,
        day0=located.day0,
        shift_sessions=events.shift_sessions,
        evidence=evidence,
        **merged,
    )


def _study_part(
    located: _Located, rows: slice, tables: Sequence[ReturnTable], calendar: NDArray[np.datetime64], spec: StudySpec
) -> _Part:
    estimation, estimation_days = _gather(located, rows, tables, calendar, spec.estimation)
    event, window_days = _gather(located, rows, tables, calendar, spec.event_window)
    model = fit(spec.model, estimation, spec.minimum_estimation)
    reasons = np.where(located.reasons[rows] == Reason.OK, model.reasons, located.reasons[rows])
    usable = reasons == Reason.OK
    regressors = regressors_of(spec.model, event.regressors)
    expected = np.where(usable[:, None], model.expected(regressors), np.nan)
    abnormal = event.actual - expected
    status = _window_status(reasons, event.positions, abnormal, spec)
    sums = cumulate(model, abnormal, regressors, membership(spec.windows, spec.event_window))
    shown = status == Reason.OK
    inside = window_days >= 0
    return _Part(
        reasons=reasons,
        n_estimation=model.n,
        alpha=np.where(usable, model.intercept, np.nan),
        slopes=np.where(usable[:, None], model.slopes, np.nan),
        sigma=np.where(usable, model.sigma, np.nan),
        df=np.where(usable, model.df, 0),
        dates=np.where(inside, calendar[np.where(inside, window_days, 0)], np.datetime64("NaT")),
        actual=event.actual,
        expected=expected,
        abnormal_returns=abnormal,
        abnormal_se=daily_errors(model, abnormal, regressors),
        n_days=np.where(shown, sums.n_days, 0),
        car=np.where(shown, sums.car, np.nan),
        se=np.where(shown, sums.se, np.nan),
        t=np.where(shown, sums.t, np.nan),
        p=np.where(shown, sums.p, np.nan),
        bhar=np.where(shown, _buy_and_hold(event.actual, expected, spec), np.nan),
        status=status,
        residuals=np.where(usable[:, None], model.residuals, np.nan),
        estimation_days=estimation_days,
        window_days=window_days,
    )


def _locate(events: StudyEvents, tables: Sequence[ReturnTable]) -> _Located:
    reasons = events.reasons.copy()
    home, column = _look_up(events.symbols, tables)
    position = np.zeros(len(home), dtype=np.intp)
    day0 = np.full(len(home), np.datetime64("NaT"), dtype="datetime64[D]")
    reasons[(home < 0) & (reasons == Reason.OK)] = Reason.UNKNOWN_SYMBOL
    for number, table in enumerate(tables):
        rows = np.flatnonzero((home == number) & (reasons == Reason.OK))
        found = np.searchsorted(table.days, events.days[rows])
        late = (found >= len(table.days)) | (events.days[rows] < table.days[0])
        outside = ~late & ((found < table.first[column[rows]]) | (found > table.last[column[rows]]))
        reasons[rows[late]] = Reason.OUTSIDE_CALENDAR
        reasons[rows[outside]] = Reason.OUTSIDE_PRICES
        rows, found = rows[~late & ~outside], found[~late & ~outside]
        position[rows], day0[rows] = found, table.days[found]
    return _Located(home, column, position, day0, reasons)


def _gather(
    located: _Located,
    rows: slice,
    tables: Sequence[ReturnTable],
    calendar: NDArray[np.datetime64],
    window: Window,
) -> tuple[Slice, NDArray[np.int32]]:
    """What some events saw in one window, and the days of it on the common calendar (-1: none)."""
    found = located.reasons[rows] == Reason.OK
    shape = (len(found), window.length)
    gathered = Slice(
        np.full(shape, np.nan),
        np.full((*shape, tables[0].regressors.shape[1]), np.nan),
        np.full(shape, -1, dtype=np.intp),
    )
    days = np.full(shape, -1, dtype=np.int32)
    for number, table in enumerate(tables):
        here = np.flatnonzero(found & (located.home[rows] == number))
        seen = take(table, located.position[rows][here], located.column[rows][here], window)
        gathered.actual[here], gathered.regressors[here] = seen.actual, seen.regressors
        gathered.positions[here] = seen.positions
        common = np.searchsorted(calendar, table.days).astype(np.int32)
        days[here] = np.where(seen.positions >= 0, common[seen.positions], -1)
    return gathered, days


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
