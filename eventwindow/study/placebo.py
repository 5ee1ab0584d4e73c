"""Could it be chance? The same statistic where nothing was announced.

Where all events share one day 0, every eligible session is tried. Otherwise sessions are drawn: events that
share a day 0 are moved together, so that what makes them move together stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats, ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.windows import Window

ENUMERATED, DRAWN = "every eligible session", "seeded draws"


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
    draws: int = 999,
    seed: int = 0,
) -> tuple[PlaceboResult, ...]:
    """Placebo p of every window: exact enumeration where all events share a day 0, else seeded draws.

    A session is eligible for a series if its windows touch none of the series' real events and the model
    can be fitted there. Events that share a day 0 are moved to one session together. Raises
    nothing: a window without a figure, or without an eligible session, carries a reason.
    """
    tables = (prices,) if isinstance(prices, ReturnTable) else tuple(prices)
    real = run_study(events=events, prices=tables, spec=spec)
    used = np.flatnonzero(real.reasons == Reason.OK)
    if not len(used):
        reason = Reason(real.reasons[0]) if len(real.reasons) else Reason.TOO_FEW_EVENTS
        return tuple(_nothing(window, reason) for window in spec.windows)
    symbols = [events.symbols[row] for row in used]
    pool = _pool(events, tables, spec, sorted(set(symbols)))
    together = len(np.unique(real.day0[used])) == 1
    rule = ENUMERATED if together else f"{DRAWN}, {draws} dates, seed {seed}"
    trials = _trials(pool, symbols, real.day0[used], None if together else draws, np.random.default_rng(seed))
    statistics = trials.mean(axis=1)
    results = []
    for number, window in enumerate(spec.windows):
        shown = real.status[used, number] == Reason.OK
        if not shown.any():
            results.append(_nothing(window, Reason(real.status[used[0], number])))
            continue
        statistic = float(real.t[used[shown], number].mean())
        placebo = statistics[:, number][np.isfinite(statistics[:, number])]
        if not len(placebo):
            results.append(_nothing(window, Reason.NO_PLACEBO_SESSION))
            continue
        p = (1 + int((np.abs(placebo) >= abs(statistic) * (1 - 1e-12)).sum())) / (1 + len(placebo))
        results.append(PlaceboResult(window, statistic, placebo, p, rule))
    return tuple(results)


@dataclass(frozen=True)
class _Pool:
    """For each symbol the eligible dates (D,) and t statistics (D, J) there."""

    symbols: list[str]
    days: list[NDArray[np.datetime64]]
    t: list[Floats]


def _pool(events: StudyEvents, tables: Sequence[ReturnTable], spec: StudySpec, symbols: list[str]) -> _Pool:
    days: list[NDArray[np.datetime64]] = []
    statistics: list[Floats] = []
    for symbol in symbols:
        table = next(table for table in tables if symbol in table.symbols)
        candidates = _eligible(events, table, spec, symbol)
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


def _eligible(events: StudyEvents, table: ReturnTable, spec: StudySpec, symbol: str) -> NDArray[np.datetime64]:
    """Sessions of a series whose windows touch no window of a real event of the same series."""
    column = table.symbols.index(symbol)
    positions = np.arange(table.first[column], table.last[column] + 1)
    own = [row for row, name in enumerate(events.symbols) if name == symbol and not np.isnat(events.days[row])]
    real = np.searchsorted(table.days, events.days[own])
    span = max(window.end for window in spec.windows) - min(window.start for window in spec.windows)
    distance = np.abs(positions[:, None] - real[None, :]).min(axis=1, initial=np.iinfo(np.intp).max)
    kept: NDArray[np.datetime64] = table.days[positions[distance > span]]
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


def _trials(
    pool: _Pool,
    symbols: list[str],
    day0: NDArray[np.datetime64],
    draws: int | None,
    random: np.random.Generator,
) -> Floats:
    """Statistics (B, n, J) with the events of each day 0 moved to one eligible session together.

    `draws` None tries every common session, which is possible for one day 0 only; B is 0 if the series
    of a day 0 have no eligible session in common.
    """
    columns: list[Floats] = []
    for day in np.unique(day0):
        places = [pool.symbols.index(symbols[row]) for row in np.flatnonzero(day0 == day)]
        common = pool.days[places[0]]
        for place in places[1:]:
            common = np.intersect1d(common, pool.days[place])
        if not len(common):
            return np.empty((0, len(symbols), pool.t[0].shape[1]))
        chosen = common if draws is None else common[random.integers(0, len(common), draws)]
        columns += [pool.t[place][np.searchsorted(pool.days[place], chosen)] for place in places]
    return np.stack(columns, axis=1)


def _nothing(window: Window, reason: Reason) -> PlaceboResult:
    nothing = float("nan")
    return PlaceboResult(window, nothing, np.empty(0), nothing, "", reason)
