"""Which market of a company moved first, and how fast the other followed.

The distance between the two lines is the log of one value over the other, both per ordinary share and in the money
of the Hong Kong line (see relay.py). At every opening the market that opens, the follower, finds the close that the
other, the leader, made since: the part of that distance which its opening price takes over is the share closed. The
usual share is the slope of the follower's move at its open on the distance, least squares with a constant over the
estimation window: the adjustment of one price to another of Garbade and Silber (1983, Review of Economics and
Statistics 65:289-297), for cross-listed shares Eun and Sabherwal (2003, Journal of Finance 58:549-575). The constant
takes up that the usual distance is not zero (Gagnon and Karolyi 2010, Journal of Financial Economics 97:53-80).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from eventwindow.chain import rates_to
from eventwindow.facts.events import Clock
from eventwindow.facts.ex_days import ExDays, Pair, ex_days
from eventwindow.facts.listings import Market
from eventwindow.facts.prices import Floats, distributions_on, session_move
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import Dates, DayZero, day_zero
from eventwindow.history import NORMAL_RANGE
from eventwindow.relay import OTHER, Relay
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Window
from eventwindow.view import SHORTEST_ESTIMATION, View

# Log distances that lie less than this from their usual size are only divided by where they leave their usual range.
LEAST_GAP = 0.02


@dataclass(frozen=True)
class Usual:
    """What is usual over the estimation window: mean and the range of nine days in ten, decimal.

    `slope` is the usual share closed, NaN for the premium itself; `n` counts the sessions behind all of it. All NaN
    where `reason` says why.
    """

    mean: float
    low: float
    high: float
    slope: float
    n: int
    reason: Reason

    def holds(self, value: float) -> bool:
        """Whether a value lies inside the range."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Opening:
    """One opening of the follower after the leader has traded; distances and moves are logs.

    `gap` is the leader's close over the follower's last close, `beyond` that less the usual, `move` the
    follower's open over its last close (distributions added back) and `settled` the same to its next close, `share`
    is `move / beyond`. NaN where a price or rate is unknown, or where the two closes lie between two ex-days.
    """

    leader: Market
    follower: Market
    leader_day: date
    last_day: date
    day: date
    gap: float
    beyond: float
    move: float
    settled: float
    share: float
    reason: Reason

    @property
    def left(self) -> float:
        """Distance left after the opening price."""
        return self.gap - self.move


@dataclass(frozen=True)
class Following:
    """How one market follows the other: what is usual, and every opening within the relay."""

    leader: Market
    follower: Market
    usual: Usual
    openings: tuple[Opening, ...]


@dataclass(frozen=True)
class FirstMove:
    """What the first market that could react to a clock did, and the other market's next opening.

    `reacted` is the first market's day 0, `own` the decimal total return of its line in its own currency from the
    close of `before`, its session before that, to that of `last`, its latest before the other market opens; NaN where
    a close is unknown. `opening` is None, and `last` is day 0 itself, where the relay ends before that opening.
    """

    clock: Clock
    reacted: date
    leader: Market
    before: date
    last: date
    own: float
    opening: Opening | None
    usual: Usual


@dataclass(frozen=True)
class LeadLag:
    """Everything about who leads and who follows in one company."""

    relay: Relay
    followings: tuple[Following, ...]
    first_moves: tuple[FirstMove, ...]

    @property
    def chosen(self) -> FirstMove:
        """The first move by the clock of the view."""
        return self.first_moves[0]


@dataclass(frozen=True)
class Openings:
    """Per session of the follower's calendar: the place of the leader's last close since the follower's, -1 for none.

    All arrays have shape (T,). `apart` says where one line was ex a distribution and the other not; no gap is given
    there.
    """

    leader_place: NDArray[np.intp]
    apart: NDArray[np.bool_]
    gap: Floats
    move: Floats
    settled: Floats


def simple(log: float) -> float:
    """A log distance or move as a decimal."""
    return float(np.expm1(log))


def lead_lag(snapshot: Snapshot, view: View, relay: Relay) -> LeadLag:
    """Openings and first moves of a company that has a relay."""
    found = {follower: every_opening(snapshot, relay.lines, follower) for follower in Market}
    usual = {
        follower: usual_over(found[follower].gap, relay.zeros[follower], view.estimation, found[follower].move)
        for follower in Market
    }
    followings = tuple(
        Following(OTHER[follower], follower, usual[follower], _shown(snapshot, relay, follower, found, usual))
        for follower in Market
    )
    moves = [_first_move(snapshot, view, relay, clock, followings) for clock in _clocks(snapshot, view)]
    return LeadLag(relay, followings, tuple(move for move in moves if move is not None))


def _clocks(snapshot: Snapshot, view: View) -> list[Clock]:
    """The clock of the view, then the other one where there is one."""
    announcement = snapshot.announcements[view.event]
    news = (announcement.news(view.clock), announcement.announced, announcement.first_report)
    return list(dict.fromkeys(item.clock for item in news if item is not None))


def every_opening(snapshot: Snapshot, lines: Pair, follower: Market) -> Openings:
    """Distance and move at every opening of the follower."""
    own, other = snapshot.calendars[follower], snapshot.calendars[OTHER[follower]]
    place = np.searchsorted(other.closes, own.opens, side="left") - 1
    since = np.concatenate([own.closes[:1], own.closes[:-1]])
    place = np.where((place >= 0) & (other.closes[place] > since), place, -1)
    opens, closes, paid = _values(snapshot, lines, follower)
    last = np.concatenate([[np.nan], closes[:-1]])
    lead = np.where(place >= 0, _values(snapshot, lines, OTHER[follower])[1][place], np.nan)
    days_before = np.concatenate([own.days[:1], own.days[:-1]])
    days = {follower: days_before, OTHER[follower]: other.days[place]}
    apart = footing_differs(days, ex_days(snapshot.prices, lines))
    gap = np.where(apart, np.nan, np.log(lead / last))
    return Openings(place, apart, gap, np.log((opens + paid) / last), np.log((closes + paid) / last))


def _values(snapshot: Snapshot, lines: Pair, market: Market) -> tuple[Floats, Floats, Floats]:
    """Open, close and what goes ex (T,) per ordinary share in the money of the Hong Kong line."""
    book, listing, calendar = snapshot.prices, lines[market], snapshot.calendars[market]
    prices = book.series[listing.symbol].on(calendar.days)
    rates = rates_to(book, listing, lines[Market.HONG_KONG].currency, calendar.days) / listing.shares_per_unit
    opens, closes = (np.where(price > 0, price, np.nan) * rates for price in (prices.open, prices.close))
    return opens, closes, distributions_on(book, listing, calendar) * rates


def footing_differs(days: dict[Market, Dates], apart: Sequence[ExDays]) -> NDArray[np.bool_]:
    """Where one line is ex a distribution and the other not yet, by the days of their prices (both (T,))."""
    differs = np.zeros(len(days[Market.HONG_KONG]), dtype=bool)
    for item in apart:
        if item.hong_kong and item.new_york:
            gone = [days[market] >= np.datetime64(item.on(market), "D") for market in Market]
            differs |= gone[0] != gone[1]
    return differs


def usual_over(values: Floats, zero: DayZero, estimation: Window, moves: Floats | None = None) -> Usual:
    """Mean, range and slope over the estimation window, given per session of the calendar that day 0 is counted in."""
    first = max(zero.position + estimation.start, 0)
    inside = slice(first, max(zero.position + estimation.end + 1, first))
    seen = values[inside]
    known = np.isfinite(seen) if moves is None else np.isfinite(seen) & np.isfinite(moves[inside])
    n = int(known.sum())
    if n < max(SHORTEST_ESTIMATION, estimation.length / 2):
        return Usual(np.nan, np.nan, np.nan, np.nan, n, Reason.TOO_FEW_ESTIMATION_RETURNS)
    seen = seen[known]
    if np.ptp(seen) == 0:
        return Usual(np.nan, np.nan, np.nan, np.nan, n, Reason.NO_VARIANCE)
    low, high = np.percentile(seen, NORMAL_RANGE)
    slope = np.nan if moves is None else _slope(seen, moves[inside][known])
    return Usual(float(seen.mean()), float(low), float(high), slope, n, Reason.OK)


def _slope(gaps: Floats, moves: Floats) -> float:
    """Least-squares slope of the moves on the gaps, with a constant."""
    centred = gaps - gaps.mean()
    return float(centred @ moves / (centred @ centred))


def _shown(
    snapshot: Snapshot, relay: Relay, follower: Market, found: dict[Market, Openings], usual: dict[Market, Usual]
) -> tuple[Opening, ...]:
    """The openings of one market within the relay."""
    calendar, arrays, known = snapshot.calendars[follower], found[follower], usual[follower]
    lead_days = snapshot.calendars[OTHER[follower]].days
    span = [np.datetime64(point.at.replace(tzinfo=None), "s") for point in (relay.points[0], relay.points[-1])]
    shown = np.flatnonzero((calendar.opens > span[0]) & (calendar.opens < span[1]) & (arrays.leader_place >= 0))
    unknown = {(point.listing.market, point.day, point.moment): point.reason for point in relay.missing}
    openings = []
    for place in shown.tolist():
        gap, move, settled = (float(values[place]) for values in (arrays.gap, arrays.move, arrays.settled))
        last_day, day, leader_day = calendar.day(place - 1), calendar.day(place), lead_days[arrays.leader_place[place]]
        seen = ((follower, last_day, "close"), (OTHER[follower], leader_day.item(), "close"), (follower, day, "open"))
        why = [Reason.EX_DAYS_APART] if arrays.apart[place] else [unknown[key] for key in seen if key in unknown]
        beyond = gap - known.mean
        reason = _opening_reason(gap, move, beyond, known, [*why, Reason.PRICE_UNKNOWN][0])
        openings.append(
            Opening(
                leader=OTHER[follower],
                follower=follower,
                leader_day=leader_day.item(),
                last_day=last_day,
                day=day,
                gap=gap,
                beyond=beyond,
                move=move,
                settled=settled,
                share=move / beyond if reason is Reason.OK else np.nan,
                reason=reason,
            )
        )
    return tuple(openings)


def _opening_reason(gap: float, move: float, beyond: float, usual: Usual, unknown: Reason) -> Reason:
    if np.isnan(gap) or np.isnan(move):
        return unknown
    if usual.reason is not Reason.OK:
        return usual.reason
    tells = abs(beyond) >= LEAST_GAP or not usual.holds(gap)
    return Reason.OK if tells else Reason.GAP_TOO_SMALL


def _first_move(
    snapshot: Snapshot, view: View, relay: Relay, clock: Clock, followings: Sequence[Following]
) -> FirstMove | None:
    """The first market that could react by a clock, and the other's next opening; None without a day 0."""
    news = snapshot.announcements[view.event].news(clock)
    found = {market: day_zero(news, calendar) for market, calendar in snapshot.calendars.items()}
    zeros = {market: zero for market, zero in found.items() if isinstance(zero, DayZero)}
    if len(zeros) < len(Market):
        return None
    leader = min(zeros, key=lambda market: snapshot.calendars[market].closes[zeros[market].position])
    zero, calendar = zeros[leader], snapshot.calendars[leader]
    following = next(item for item in followings if item.leader is leader)
    opening = next((item for item in following.openings if item.leader_day >= zero.day), None)
    if opening is not None and opening.last_day > zero.day:
        opening = None
    last = int(np.searchsorted(calendar.days, np.datetime64(opening.leader_day if opening else zero.day, "D")))
    moves = [
        session_move(snapshot.prices, relay.lines[leader], calendar, position).total_return
        for position in range(zero.position, last + 1)
    ]
    own = float(np.prod([np.nan if move is None else 1 + move for move in moves]) - 1)
    before = calendar.day(zero.position - 1)
    return FirstMove(clock, zero.day, leader, before, calendar.day(last), own, opening, following.usual)
