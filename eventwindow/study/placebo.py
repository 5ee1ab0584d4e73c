"""Could it be chance? The same statistic where nothing was announced.

Where all events share one day 0, every eligible session is tried. Otherwise sessions are drawn: events that
share a day 0 are moved together, so that what makes them move together stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import Floats, ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.windows import Positions, Window

ENUMERATED, DRAWN = "every eligible session", "seeded draws"
# A placebo statistic that equals the real one but for rounding counts as large.
SAME = 1 - 1e-12


@dataclass(frozen=True)
class PlaceboResult:
    """Statistic of the real event(s) among those of B placebo dates.

    `statistic` is t = CAR / s.e. of one event, or the mean of it over many; `placebo` (B,) are the same
    statistics elsewhere. `p` counts the real one too: (1 + #{|T*| >= |T|}) / (1 + B) (Davison and
    Hinkley 1997, Bootstrap Methods and their Application, ch. 4). `rule` says how dates were chosen.
    """

    window: Window
    statistic: float
    placebo: Floats
    p: float
    rule: str
    reason: Reason = Reason.OK

    def __repr__(self) -> str:
        return f"PlaceboResult({self.window}: T = {self.statistic:.3f}, p = {self.p:.4f}, B = {len(self.placebo)})"

    @property
    def floor(self) -> float:
        """Smallest p that so many placebo dates can give."""
        return 1 / (1 + len(self.placebo))


def placebo_test(
    *,
    events: StudyEvents,
    prices: ReturnTable | Sequence[ReturnTable],
    spec: StudySpec,
    known: StudyEvents | None = None,
    draws: int = 999,
    seed: int = 0,
) -> tuple[PlaceboResult, ...]:
    """Placebo p of every window: exact enumeration where all events share a day 0, else seeded draws.

    A session is eligible for a series if its windows touch those of no real event of the series and the
    model can be fitted there; `known` are real events besides the ones studied, such as all that are on
    file. Events that share a day 0 are moved to one session together. Events without a figure in a window are
    part of neither its statistic nor its placebo. A window without a figure, or without an eligible session, carries
    a reason. Raises OptionError for fewer draws than one and for a negative seed.
    """
    if draws < 1:
        raise OptionError(f"draws {draws}: give a whole number, 1 or more.")
    if seed < 0:
        raise OptionError(f"seed {seed}: give a whole number, 0 or more.")
    tables = (prices,) if isinstance(prices, ReturnTable) else tuple(prices)
    real = run_study(events=events, prices=tables, spec=spec)
    used = np.flatnonzero(real.reasons == Reason.OK)
    if not len(used):
        reason = Reason(real.reasons[0]) if len(real.reasons) else Reason.TOO_FEW_EVENTS
        return tuple(_nothing(window, reason) for window in spec.windows)
    pool = _pool(_occasions(events, known), tables, spec, sorted({events.symbols[row] for row in used}))
    results = []
    for number, window in enumerate(spec.windows):
        shown = used[real.status[used, number] == Reason.OK]
        if not len(shown):
            results.append(_nothing(window, Reason(real.status[used[0], number])))
            continue
        together = len(np.unique(real.day0[shown])) == 1
        rule = ENUMERATED if together else f"{DRAWN}, {draws} dates, seed {seed}"
        moved = _moved(
            pool, [events.symbols[row] for row in shown], real.day0[shown], None if together else draws, seed
        )
        statistics = np.stack([pool.t[place][sessions, number] for place, sessions in moved], axis=1).mean(axis=1)
        placebo = statistics[np.isfinite(statistics)]
        if not len(placebo):
            results.append(_nothing(window, Reason.NO_PLACEBO_SESSION))
            continue
        statistic = float(real.t[shown, number].mean())
        p = (1 + int((np.abs(placebo) >= abs(statistic) * SAME).sum())) / (1 + len(placebo))
        results.append(PlaceboResult(window, statistic, placebo, p, rule))
    return tuple(results)


@dataclass(frozen=True)
class EventPlacebos:
    """Placebo p of every event on its own: `p` and number of placebo dates `dates`, shape (N, J) each.

    Each event is set against every eligible session of its own listing. `status` (N, J) says why there is
    no p; it is NaN there.
    """

    p: Floats
    dates: NDArray[np.intp]
    status: NDArray[np.object_]


def event_placebos(
    *,
    events: StudyEvents,
    prices: ReturnTable | Sequence[ReturnTable],
    spec: StudySpec,
    known: StudyEvents | None = None,
) -> EventPlacebos:
    """Placebo p of each of N events over each of J windows, by exact enumeration on its own listing.

    What `placebo_test` gives for one event, for many at once: the sessions of a listing are tried once for all
    its events. `known` are real events besides these. Raises nothing.
    """
    tables = (prices,) if isinstance(prices, ReturnTable) else tuple(prices)
    real = run_study(events=events, prices=tables, spec=spec)
    status, dates = real.status.copy(), np.zeros(real.t.shape, dtype=np.intp)
    p = np.full(real.t.shape, np.nan)
    names = np.array(events.symbols, dtype=np.str_)
    studied = sorted(set(names[real.reasons == Reason.OK].tolist()))
    pool = _pool(_occasions(events, known), tables, spec, studied)
    for symbol, trials in zip(pool.symbols, pool.t, strict=True):
        for window in range(len(spec.windows)):
            rows = np.flatnonzero((names == symbol) & (real.status[:, window] == Reason.OK))
            tried = np.sort(np.abs(trials[:, window][np.isfinite(trials[:, window])]))
            if not len(tried):
                status[rows, window] = Reason.NO_PLACEBO_SESSION
                continue
            as_large = len(tried) - np.searchsorted(tried, np.abs(real.t[rows, window]) * SAME)
            p[rows, window] = (1 + as_large) / (1 + len(tried))
            dates[rows, window] = len(tried)
    return EventPlacebos(p, dates, status)


@dataclass(frozen=True)
class _Pool:
    """For each symbol the eligible dates (D,) and t statistics (D, J) there."""

    symbols: list[str]
    days: list[NDArray[np.datetime64]]
    t: list[Floats]


def _occasions(*sets: StudyEvents | None) -> dict[str, NDArray[np.datetime64]]:
    """Dates of the real events of each symbol, those without a date left out."""
    dates: dict[str, list[np.datetime64]] = {}
    for events in sets:
        for symbol, day in zip(events.symbols, events.days, strict=True) if events else ():
            if not np.isnat(day):
                dates.setdefault(symbol, []).append(day)
    return {symbol: np.unique(np.array(days)) for symbol, days in dates.items()}


def _pool(
    occasions: dict[str, NDArray[np.datetime64]], tables: Sequence[ReturnTable], spec: StudySpec, symbols: list[str]
) -> _Pool:
    days: list[NDArray[np.datetime64]] = []
    statistics: list[Floats] = []
    for symbol in symbols:
        table = next(table for table in tables if symbol in table.symbols)
        candidates = _eligible(occasions.get(symbol, np.empty(0, "datetime64[D]")), table, spec, symbol)
        trial = StudyEvents(
            event_ids=tuple(map(str, range(len(candidates)))),
            symbols=(symbol,) * len(candidates),
            days=candidates,
            shift_sessions=np.zeros(len(candidates), dtype=np.intp),
            reasons=np.full(len(candidates), Reason.OK, dtype=object),
        )
        result = run_study(events=trial, prices=_only(table, symbol), spec=spec)
        fitted = result.reasons == Reason.OK
        days.append(candidates[fitted])
        statistics.append(result.t[fitted])
    return _Pool(symbols, days, statistics)


def _eligible(
    occasions: NDArray[np.datetime64], table: ReturnTable, spec: StudySpec, symbol: str
) -> NDArray[np.datetime64]:
    """Sessions of a series whose windows touch no window of a real event of the same series."""
    column = table.symbols.index(symbol)
    positions = np.arange(table.first[column], table.last[column] + 1)
    span = max(window.end for window in spec.windows) - min(window.start for window in spec.windows)
    real = np.sort(np.searchsorted(table.days, occasions))
    near = np.searchsorted(real, positions + span, side="right") > np.searchsorted(real, positions - span)
    kept: NDArray[np.datetime64] = table.days[positions[~near]]
    return kept


def _only(table: ReturnTable, symbol: str) -> ReturnTable:
    column = table.symbols.index(symbol)
    return replace(
        table,
        symbols=(symbol,),
        returns=table.returns[:, [column]],
        first=table.first[[column]],
        last=table.last[[column]],
    )


def _moved(
    pool: _Pool, symbols: list[str], day0: NDArray[np.datetime64], draws: int | None, seed: int
) -> list[tuple[int, Positions]]:
    """Series and B of its sessions in the pool for each event, those of one day 0 moved to one session together.

    `draws` None tries every common session, which is possible for one day 0 only; B is 0 if the series
    of a day 0 have no eligible session in common.
    """
    random = np.random.default_rng(seed)
    moved: list[tuple[int, Positions]] = []
    for day in np.unique(day0):
        places = [pool.symbols.index(symbols[row]) for row in np.flatnonzero(day0 == day)]
        common = pool.days[places[0]]
        for place in places[1:]:
            common = np.intersect1d(common, pool.days[place])
        if not len(common):
            return [(place, np.empty(0, dtype=np.intp)) for place in places]
        chosen = common if draws is None else common[random.integers(0, len(common), draws)]
        moved += [(place, np.searchsorted(pool.days[place], chosen)) for place in places]
    return moved


def _nothing(window: Window, reason: Reason) -> PlaceboResult:
    nothing = float("nan")
    return PlaceboResult(window, nothing, np.empty(0), nothing, "", reason)
