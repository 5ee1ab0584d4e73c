"""The premium of a company's New York line over its Hong Kong line around one announcement."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from eventwindow.facts.ex_days import ex_days
from eventwindow.facts.listings import Market
from eventwindow.facts.prices import Floats
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import Dates
from eventwindow.history import daily_premium
from eventwindow.leadlag import Usual, every_opening, footing_differs, usual_over
from eventwindow.relay import Relay
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Window
from eventwindow.view import View

# Sessions of New York around day 0 over which the premium is drawn.
SHOWN = Window(-60, 20)


@dataclass(frozen=True)
class Premium:
    """Premium of the New York line at each of its closes over the Hong Kong close of the same date, decimal.

    `days`, `level` and `after` have shape (n,): `after` is the premium left at Hong Kong's next open. NaN where
    a price or the rate is unknown, and between the ex-days of one distribution in the two lines. `zero` is day 0 in
    New York, `at_zero` the premium then, NaN where `reason` says why.
    """

    relay: Relay
    days: Dates
    level: Floats
    after: Floats
    usual: Usual
    zero: date
    at_zero: float
    reason: Reason


def premium_around(snapshot: Snapshot, view: View, relay: Relay) -> Premium:
    """The premium around day 0 in New York, and its usual range over the estimation window."""
    calendar, zero = snapshot.calendars[Market.WALL_STREET], relay.zeros[Market.WALL_STREET]
    days, level = daily_premium(snapshot.prices, relay.hong_kong, relay.new_york)
    apart = footing_differs(dict.fromkeys(Market, days), ex_days(snapshot.prices, relay.lines))
    place = np.minimum(np.searchsorted(days, calendar.days), len(days) - 1)
    on_sessions = np.where((days[place] == calendar.days) & ~apart[place], level[place], np.nan)
    openings = every_opening(snapshot, relay.lines, Market.HONG_KONG)
    led = openings.leader_place >= 0
    after = np.full(len(calendar.days), np.nan)
    after[openings.leader_place[led]] = np.expm1((openings.gap - openings.move)[led])
    shown = slice(max(zero.position + SHOWN.start, 0), zero.position + SHOWN.end + 1)
    return Premium(
        relay=relay,
        days=calendar.days[shown],
        level=on_sessions[shown],
        after=after[shown],
        usual=usual_over(on_sessions, zero, view.estimation),
        zero=zero.day,
        at_zero=float(on_sessions[zero.position]),
        reason=_reason(on_sessions[zero.position], apart=bool(apart[place][zero.position])),
    )


def _reason(level: float, *, apart: bool) -> Reason:
    if np.isfinite(level):
        return Reason.OK
    return Reason.EX_DAYS_APART if apart else Reason.PRICE_UNKNOWN
