"""Builds the relay of a company: every opening and closing price of its two lines around one announcement."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

import numpy as np

from eventwindow.case import listing_reason
from eventwindow.facts.events import Announcement
from eventwindow.facts.ex_days import ExDays, Pair, ex_days
from eventwindow.facts.listings import Issuer, Listing, Market
from eventwindow.facts.prices import Floats, PriceBook
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import Dates, DayZero, MarketCalendar, day_zero
from eventwindow.history import rates_on
from eventwindow.relay import OTHER, Moment, NoRelay, Point, Relay
from eventwindow.sources.snapshot import Snapshot
from eventwindow.view import View

SESSIONS_BEFORE, SESSIONS_AFTER = 2, 5
# A distribution that is on file for one line only and larger than this part of its price bars the comparison.
MOST_UNMATCHED = 0.005


def relays(snapshot: Snapshot, view: View) -> tuple[Relay | NoRelay, ...]:
    """The relay of every chosen company by the clock of the view, whatever markets are chosen, or why there is none."""
    announcement = snapshot.announcements[view.event]
    chosen = [issuer for issuer in snapshot.companies if issuer.slug in view.companies]
    chosen.sort(key=lambda issuer: view.companies.index(issuer.slug))
    return tuple(build_relay(snapshot, announcement, view, issuer) for issuer in chosen)


def build_relay(snapshot: Snapshot, announcement: Announcement, view: View, issuer: Issuer) -> Relay | NoRelay:
    """The relay of one company, or the first reason why there is none.

    It starts with the last Hong Kong close by which neither market was nearer than two sessions to its day 0, and
    ends with the first one by which both are five sessions past it: both ends are of one market, so that the total
    does not hold the premium of one over the other.
    """
    every = tuple(item for item in snapshot.listings.values() if item.issuer == issuer.issuer)
    lines = listed_lines(snapshot, issuer)
    if set(lines) != set(Market):
        return NoRelay(issuer, every, Reason.ONE_LINE)
    without = next((item.symbol for item in lines.values() if item.symbol not in snapshot.prices.series), None)
    if without is not None:
        return NoRelay(issuer, every, Reason.UNKNOWN_SYMBOL, without)
    zeros = _day_zeros(snapshot, announcement, view)
    span = None if zeros is None else _span(snapshot.calendars, zeros)
    if zeros is None or span is None:
        return NoRelay(issuer, every, Reason.OUTSIDE_CALENDAR)
    first, last = _date(span[0]), _date(span[1])
    added = tuple(item for item in ex_days(snapshot.prices, lines) if first < item.last <= last)
    points = sorted(_points(snapshot, lines, span, added), key=lambda point: point.at)
    relay = Relay(issuer, lines[Market.HONG_KONG], lines[Market.WALL_STREET], zeros, tuple(points), added)
    fault = next(_faults(snapshot.prices, relay), None)
    return relay if fault is None else NoRelay(issuer, every, *fault)


def listed_lines(snapshot: Snapshot, issuer: Issuer) -> dict[Market, Listing]:
    """The line of a company in each market, one with prices before one without."""
    lines: dict[Market, Listing] = {}
    for listing in snapshot.listings.values():
        if listing.issuer == issuer.issuer and (listing.market not in lines or listing.has_prices):
            lines[listing.market] = listing
    return lines


def rates_to(book: PriceBook, listing: Listing, money: str, days: Dates) -> Floats:
    """Units of a currency for one of the listing's on each day (n,), NaN where no recent rate is known."""
    same = listing.currency == money
    return np.ones(len(days)) if same else rates_on(book, f"{listing.currency}{money}", days)


def _span(
    calendars: Mapping[Market, MarketCalendar], zeros: Mapping[Market, DayZero]
) -> tuple[np.datetime64, np.datetime64] | None:
    """First and last Hong Kong close (UTC), None where a calendar does not reach so far."""
    firsts, lasts = [], []
    for market, zero in zeros.items():
        first, last = zero.position - SESSIONS_BEFORE, zero.position + SESSIONS_AFTER
        if first < 0 or last >= len(calendars[market].closes):
            return None
        firsts.append(calendars[market].closes[first])
        lasts.append(calendars[market].closes[last])
    closes = calendars[Market.HONG_KONG].closes
    start = int(np.searchsorted(closes, min(firsts), side="right")) - 1
    end = int(np.searchsorted(closes, max(lasts), side="left"))
    return (closes[start], closes[end]) if start >= 0 and end < len(closes) else None


def _points(
    snapshot: Snapshot, lines: Pair, span: tuple[np.datetime64, np.datetime64], added: Sequence[ExDays]
) -> Iterator[Point]:
    """Every opening and closing price between two moments, both included."""
    money = lines[Market.HONG_KONG].currency
    for market, listing in lines.items():
        calendar = snapshot.calendars[market]
        inside = slice(*np.searchsorted(calendar.closes, span, side="left") + np.array([0, 1]))
        days = calendar.days[inside]
        prices = snapshot.prices.series[listing.symbol].on(days)
        rates = rates_to(snapshot.prices, listing, money, days)
        for place, day in enumerate(days.tolist()):
            paid = _paid(snapshot.prices, listing, day, added)
            session = calendar.session(inside.start + place)
            moments: tuple[tuple[Moment, datetime], ...] = (("open", session.opens), ("close", session.closes))
            for moment, at in moments:
                if span[0] <= _naive(at) <= span[1]:
                    price = float(getattr(prices, moment)[place])
                    yield _point(snapshot, listing, (day, moment, at), price, float(rates[place]), paid)


def _point(
    snapshot: Snapshot, listing: Listing, when: tuple[date, Moment, datetime], price: float, rate: float, paid: float
) -> Point:
    """One price with its value, or the reason why it has none."""
    reason = listing_reason(snapshot, listing, when[0])
    if reason is Reason.OUTSIDE_PRICES:
        reason = Reason.NO_PRICE
    elif reason is Reason.OK and not price > 0:
        reason = Reason.PRICE_UNKNOWN
    elif reason is Reason.OK and np.isnan(rate):
        reason = Reason.NO_EXCHANGE_RATE
    value = (price + paid) * rate / listing.shares_per_unit if reason is Reason.OK else np.nan
    return Point(listing, *when, price, rate, paid, value, reason)


def _paid(book: PriceBook, listing: Listing, day: date, added: Sequence[ExDays]) -> float:
    """What one unit of a listing has paid by a day, in its currency, of the distributions that are added back."""
    gone = [item.on(listing.market) for item in added]
    return sum(book.distribution_in(listing.symbol, listing.currency, ex) for ex in gone if ex and ex <= day)


def _day_zeros(snapshot: Snapshot, announcement: Announcement, view: View) -> dict[Market, DayZero] | None:
    """Day 0 of every market by the clock of the view, None where one has none."""
    found = {market: day_zero(announcement.news(view.clock), snapshot.calendars[market]) for market in Market}
    zeros = {market: zero for market, zero in found.items() if isinstance(zero, DayZero)}
    return zeros if len(zeros) == len(found) else None


def _faults(book: PriceBook, relay: Relay) -> Iterator[tuple[Reason, str, date]]:
    """What bars a relay, with symbol and day: an end or a close of day 0 that is not known, an unmatched payment."""
    zeros = [
        point
        for point in relay.points
        if point.moment == "close" and point.day == relay.zeros[point.listing.market].day
    ]
    for point in (relay.points[0], relay.points[-1], *zeros):
        if point.reason is not Reason.OK:
            yield point.reason, point.listing.symbol, point.day
    for item in relay.ex_days:
        for market, listing in relay.lines.items():
            day = item.on(market)
            if day is not None and item.on(OTHER[market]) is None:
                price = next(point.price for point in relay.known if point.listing == listing)
                if book.distribution_in(listing.symbol, listing.currency, day) > MOST_UNMATCHED * price:
                    yield Reason.UNMATCHED_DISTRIBUTION, listing.symbol, day


def _date(moment: np.datetime64) -> date:
    found: date = moment.astype("datetime64[D]").item()
    return found


def _naive(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "s")
