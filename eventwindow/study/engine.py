"""Running a study: events meet returns, a model is fitted, abnormal returns are summed and tested."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from numbers import Integral
from operator import index
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import Floats, ReturnsKind, ReturnTable, with_neighbours
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import Dates
from eventwindow.study.models import Model, fit, regressors_of
from eventwindow.study.results import Evidence, StudyResult
from eventwindow.study.significance import cumulate, daily_errors
from eventwindow.study.windows import Places, Positions, Slice, Window, take

if TYPE_CHECKING:
    from eventwindow.study.frames import Values

HEADLINE_WINDOWS = (Window(0, 0), Window(0, 1), Window(-1, 1))
# Events worked through at a time: few enough that their returns stay in the cache.
CHUNK = 1024

Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True, kw_only=True)
class StudySpec:
    """Settings of a study. Raises OptionError for one that does not exist and for two that cannot go together.

    A model may be given by its name and a window as a pair of sessions; a window named twice counts once. Every
    window must lie inside `event_window`, and the estimation window must end before that starts: a variance
    estimated with the event inside is a known fault. A model is fitted on `minimum_estimation` returns or more.
    """

    model: Model = Model.MARKET
    estimation: Window = Window(-260, -11)
    event_window: Window = Window(-10, 10)
    windows: tuple[Window, ...] = HEADLINE_WINDOWS
    minimum_estimation: int = 60
    returns_kind: ReturnsKind = "simple"

    def __post_init__(self) -> None:
        windows = tuple(_window(window, "windows") for window in self.windows)
        for name, value in (
            ("model", _choice(self.model, "model", Model)),
            ("estimation", _window(self.estimation, "estimation")),
            ("event_window", _window(self.event_window, "event_window")),
            ("windows", tuple(dict.fromkeys(windows))),
            ("returns_kind", _choice(self.returns_kind, "returns_kind", get_args(ReturnsKind))),
        ):
            object.__setattr__(self, name, value)
        if not isinstance(self.minimum_estimation, Integral) or self.minimum_estimation < 1:
            raise OptionError(f"minimum_estimation {self.minimum_estimation!r}: give a whole number, 1 or more.")
        if not self.windows:
            raise OptionError("windows: give at least one window to cumulate over, like [0,+1].")
        if self.estimation.end >= self.event_window.start:
            raise OptionError(
                f"estimation window {self.estimation}: it must end before the event window {self.event_window} starts."
            )
        for window in self.windows:
            if window not in self.event_window:
                raise OptionError(f"window {window}: it lies outside the event window {self.event_window}.")


def _choice(value: str, setting: str, choices: Iterable[Choice]) -> Choice:
    """The choice of that name."""
    names = list(choices)
    if value not in names:
        raise OptionError(f"{setting} {value!r}: choose {', '.join(names[:-1])} or {names[-1]}.")
    return names[names.index(value)]


def _window(value: Window | tuple[int, int], setting: str) -> Window:
    """A window, also from its first and last session."""
    if isinstance(value, Window):
        return value
    try:
        start, end = map(index, value)
    except (TypeError, ValueError):
        raise OptionError(f"{setting} {value!r}: give a window as two whole numbers, like (-1, 1).") from None
    try:
        return Window(start, end)
    except OptionError as problem:
        raise OptionError(f"{setting}: {problem}") from None


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
    """Where N events are found, the date of their day 0, and why not."""

    places: Places
    day0: Dates
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
    actual: Floats
    expected: Floats
    abnormal_returns: Floats
    abnormal_se: Floats
    n_days: NDArray[np.intp]
    car: Floats
    se: Floats
    t: Floats
    status: NDArray[np.object_]
    residuals: Floats


def run_study(
    *,
    events: StudyEvents | pd.DataFrame,
    prices: ReturnTable | Sequence[ReturnTable] | pd.DataFrame,
    spec: StudySpec,
    benchmark: str | None = None,
    factors: Sequence[str] = (),
    values: "Values" = "prices",
    progress: Callable[[int], object] | None = None,
) -> StudyResult:
    """Study N events against the returns of one or more markets.

    `events` are StudyEvents or a frame with the columns event_id, symbol and date. `prices` are tables of returns,
    or a wide frame with dates in the column `date` or the index and one column per symbol; then `benchmark` (or
    `factors`, for that model) names the columns to compare with and `values` says whether cells are prices or
    returns. Several markets: one `frames.returns_from_frame(...)` each.

    Each symbol is looked up in the first table that has it. Nothing is dropped: an event or window
    that cannot be computed carries a reason. Simple returns give simple abnormal returns, log
    returns log ones; BHAR is always on simple returns. Events are worked through in chunks of CHUNK,
    so memory beyond the results does not grow with N; `progress` is called with the size of each chunk done.
    Raises DataError for a frame that cannot be read and OptionError for settings that do not fit the model.
    """
    from eventwindow.study.frames import events_from_frame, tables_of  # noqa: PLC0415 (it needs StudyEvents from here)

    tables = tables_of(prices, spec.model, benchmark, factors, values, spec.returns_kind)
    if isinstance(events, pd.DataFrame):
        events = events_from_frame(events, tables)
    if spec.model is Model.SCHOLES_WILLIAMS:
        tables = tuple(with_neighbours(table) for table in tables)
    located = _locate(events, tables)
    count = len(events.event_ids)
    merged: dict[str, NDArray[Any]] = {}
    for start in range(0, max(count, 1), CHUNK):
        part = _study_part(located, slice(start, start + CHUNK), tables, spec)
        for name, figures in vars(part).items():
            if count <= CHUNK:
                merged[name] = figures
                continue
            if name not in merged:
                merged[name] = np.empty((count, *figures.shape[1:]), figures.dtype)
            merged[name][start : start + CHUNK] = figures
        if progress:
            progress(len(part.reasons))
    evidence = Evidence(
        residuals=merged.pop("residuals"),
        places=located.places,
        estimation=spec.estimation,
        event_window=spec.event_window,
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


def _study_part(located: _Located, rows: slice, tables: Sequence[ReturnTable], spec: StudySpec) -> _Part:
    both = Window(spec.estimation.start, spec.event_window.end)
    seen = _gather(located.places, rows, tables, both)
    event = seen.part(spec.event_window.within(both))
    model = fit(spec.model, seen.part(spec.estimation.within(both)), spec.minimum_estimation)
    reasons = np.where(located.places.home[rows] < 0, located.reasons[rows], model.reasons)
    usable = reasons == Reason.OK
    regressors = regressors_of(spec.model, event.regressors)
    expected = np.where(usable[:, None], model.expected(regressors), np.nan)
    abnormal = event.actual - expected
    windows = [window.within(spec.event_window) for window in spec.windows]
    sums = cumulate(model, abnormal, regressors, windows)
    status = _window_status(located.places, rows, reasons, sums.n_days, spec.windows)
    shown = status == Reason.OK
    return _Part(
        reasons=reasons,
        n_estimation=model.n,
        alpha=np.where(usable, model.intercept, np.nan),
        slopes=np.where(usable[:, None], model.slopes, np.nan),
        sigma=np.where(usable, model.sigma, np.nan),
        df=np.where(usable, model.df, 0),
        actual=event.actual,
        expected=expected,
        abnormal_returns=abnormal,
        abnormal_se=daily_errors(model, abnormal, regressors),
        n_days=np.where(shown, sums.n_days, 0),
        car=np.where(shown, sums.car, np.nan),
        se=np.where(shown, sums.se, np.nan),
        t=np.where(shown, sums.t, np.nan),
        status=status,
        residuals=model.residuals,
    )


def _locate(events: StudyEvents, tables: Sequence[ReturnTable]) -> _Located:
    reasons = events.reasons.copy()
    home, column = _look_up(events.symbols, tables)
    reasons[(home < 0) & (reasons == Reason.OK)] = Reason.UNKNOWN_SYMBOL
    home[reasons != Reason.OK] = -1
    zero, first, last = (np.zeros(len(home), dtype=np.intp) for _ in range(3))
    day0 = np.full(len(home), np.datetime64("NaT"), dtype="datetime64[D]")
    for number, table in enumerate(tables):
        rows = np.flatnonzero(home == number)
        found = np.searchsorted(table.days, events.days[rows])
        late, early = found >= len(table.days), events.days[rows] < table.days[0]
        outside = early | (~late & ((found < table.first[column[rows]]) | (found > table.last[column[rows]])))
        reasons[rows[late]] = Reason.OUTSIDE_CALENDAR
        reasons[rows[outside]] = Reason.OUTSIDE_PRICES
        home[rows[late | outside]] = -1
        rows, found = rows[~late & ~outside], found[~late & ~outside]
        zero[rows], day0[rows] = found, table.days[found]
        first[rows], last[rows] = table.first[column[rows]], table.last[column[rows]]
    return _Located(Places(home, column, zero, first, last, tuple(table.days for table in tables)), day0, reasons)


def _look_up(symbols: Sequence[str], tables: Sequence[ReturnTable]) -> tuple[Positions, Positions]:
    """Table (-1 if none) and column of each event's symbol, shape (N,) each."""
    ends = np.cumsum([len(table.symbols) for table in tables])
    every = list(chain.from_iterable(table.symbols for table in tables))
    numbers = dict(zip(reversed(every), range(len(every) - 1, -1, -1), strict=True))  # the first table wins
    found = np.fromiter(map(numbers.get, symbols, repeat(-1)), dtype=np.intp, count=len(symbols))
    home = np.searchsorted(ends, found, side="right")
    return np.where(found < 0, -1, home), found - np.append(0, ends)[home]


def _gather(places: Places, rows: slice, tables: Sequence[ReturnTable], window: Window) -> Slice:
    """What some events saw in one window, each in its own table; NaN for events without one."""
    home, zero, column = places.home[rows], places.zero[rows], places.column[rows]
    for number, table in enumerate(tables):
        if (home == number).all():
            return take(table, zero, column, window)
    count, width = len(home), window.length
    gathered = Slice(np.full((count, width), np.nan), np.full((count, tables[0].regressors.shape[1], width), np.nan))
    for number, table in enumerate(tables):
        here = np.flatnonzero(home == number)
        seen = take(table, zero[here], column[here], window)
        gathered.actual[here], gathered.regressors[here] = seen.actual, seen.regressors
    return gathered


def _window_status(
    places: Places, rows: slice, reasons: NDArray[np.object_], n_days: NDArray[np.intp], windows: Sequence[Window]
) -> NDArray[np.object_]:
    """Why each window has no figure, shape (N, J): no model, beyond the data, or no return at all."""
    zero, first, last = places.zero[rows], places.first[rows], places.last[rows]
    beyond = [(zero + window.start < first) | (zero + window.end > last) for window in windows]
    status = np.full(n_days.shape, Reason.OK, dtype=object)
    status[n_days == 0] = Reason.NO_RETURN_IN_WINDOW
    status[np.stack(beyond, axis=1)] = Reason.WINDOW_PAST_DATA
    return np.where((reasons == Reason.OK)[:, None], status, reasons[:, None])
