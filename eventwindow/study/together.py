"""One announcement on many listings, moved as a whole: does the group stand out from ordinary days?

Where the announcement reached two markets on different days, the distance between their days 0 is kept. Moving
each market by itself would break what ties them (a share in New York and its twin in Hong Kong the session
after), and the average of the group would look more unusual than it is.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats, ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import Dates
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.placebo import ENUMERATED, SAME, PlaceboResult

DISTANCE_KEPT = f"{ENUMERATED}, the distance between days 0 kept"


def placebo_together(
    *, events: StudyEvents, prices: Sequence[ReturnTable], spec: StudySpec, known: StudyEvents
) -> PlaceboResult:
    """Placebo p of the mean t of one announcement's listings over the first window of `spec`, by enumeration.

    Day 0 of the first market to react is moved to every one of its sessions and the others with it, as many of
    their own sessions later as they were. A date counts where every listing has a figure and no window touches
    one of its events in `known`; a listing without a figure for the real event is left out. Raises nothing.
    """
    window = spec.windows[0]
    real = run_study(events=events, prices=prices, spec=spec)
    rows = np.flatnonzero(real.status[:, 0] == Reason.OK)
    if not len(rows):
        reason = Reason(real.status[0, 0]) if len(real.reasons) else Reason.TOO_FEW_EVENTS
        return _nothing(spec, reason)
    days0 = real.day0[rows]
    tables = [_table(prices, events.symbols[row]) for row in rows.tolist()]
    candidates = tables[int(days0.argmin())].days
    moved, possible = np.empty((len(rows), len(candidates)), dtype="datetime64[D]"), np.ones(len(candidates), bool)
    for place, (row, table) in enumerate(zip(rows.tolist(), tables, strict=True)):
        moved[place], eligible = _moved(table.days, days0[place], days0.min(), candidates)
        occasions = known.days[[name == events.symbols[row] for name in known.symbols]]
        possible &= eligible & _apart(table.days, moved[place], occasions, spec)
    statistics = _mean_t([events.symbols[row] for row in rows.tolist()], moved[:, possible], prices, spec)
    placebo = statistics[np.isfinite(statistics)]
    if not len(placebo):
        return _nothing(spec, Reason.NO_PLACEBO_SESSION)
    statistic = float(real.t[rows, 0].mean())
    p = (1 + int((np.abs(placebo) >= abs(statistic) * SAME).sum())) / (1 + len(placebo))
    rule = ENUMERATED if len(np.unique(days0)) == 1 else DISTANCE_KEPT
    return PlaceboResult(window, statistic, placebo, p, rule)


def _moved(
    sessions: Dates, day0: np.datetime64, first: np.datetime64, candidates: Dates
) -> tuple[Dates, NDArray[np.bool_]]:
    """Day 0 of a listing for every candidate in place of `first`, and whether there is one.

    Where `first` was a session of this market too, only candidates that are one count.
    """
    distance = int(np.searchsorted(sessions, day0) - np.searchsorted(sessions, first))
    places = np.searchsorted(sessions, candidates) + distance
    inside = places < len(sessions)
    if first in sessions:
        inside &= np.isin(candidates, sessions)
    moved: Dates = sessions[np.minimum(places, len(sessions) - 1)]
    return moved, inside


def _apart(sessions: Dates, days: Dates, occasions: Dates, spec: StudySpec) -> NDArray[np.bool_]:
    """Whether the windows around `days` touch none around `occasions`."""
    span = max(window.end for window in spec.windows) - min(window.start for window in spec.windows)
    real = np.searchsorted(sessions, occasions[~np.isnat(occasions)])
    distance = np.abs(np.searchsorted(sessions, days)[:, None] - real[None, :])
    apart: NDArray[np.bool_] = distance.min(axis=1, initial=np.iinfo(np.intp).max) > span
    return apart


def _mean_t(symbols: list[str], days: Dates, prices: Sequence[ReturnTable], spec: StudySpec) -> Floats:
    """Mean t over the listings for each column of `days` (n, B); NaN where one has no figure."""
    count, dates = days.shape
    trials = StudyEvents(
        event_ids=tuple(map(str, range(count * dates))),
        symbols=tuple(symbol for symbol in symbols for _ in range(dates)),
        days=days.ravel(),
        shift_sessions=np.zeros(count * dates, dtype=np.intp),
        reasons=np.full(count * dates, Reason.OK, dtype=object),
    )
    found: Floats = run_study(events=trials, prices=prices, spec=spec).t[:, 0].reshape(count, dates).mean(axis=0)
    return found


def _table(prices: Sequence[ReturnTable], symbol: str) -> ReturnTable:
    return next(table for table in prices if symbol in table.symbols)


def _nothing(spec: StudySpec, reason: Reason) -> PlaceboResult:
    nothing = float("nan")
    return PlaceboResult(spec.windows[0], nothing, np.empty(0), nothing, "", reason)
