"""Sentences made from the numbers: clocks, day 0, verdicts, the press beside our measurement.

Everything here is plain text; whoever shows it escapes it for the place where it is shown.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Protocol

from eventwindow.case import CarPath, Case, Estimate, ListingCase
from eventwindow.chance import Judgement
from eventwindow.facts.events import Action, Announcement, Clock, Direction, NewsTime, Phase, Precision
from eventwindow.facts.listings import Issuer, Listing, Market
from eventwindow.facts.prices import SessionMove
from eventwindow.facts.regulators import regulator_codes
from eventwindow.facts.reported import (
    RANGE_MOMENTS,
    UNPRICED_MOMENTS,
    Agreement,
    ReportedMove,
    compare,
    measured_bounds,
)
from eventwindow.facts.sessions import DayZero, DayZeroRule, MarketCalendar
from eventwindow.format import clock_time, long_day, p_value, percent, points, short_day, statistic
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Window
from eventwindow.view import View

NO_BREAK = "\u00a0"
MARKET_NAMES = {Market.HONG_KONG: "Hong Kong", Market.WALL_STREET: "Wall Street"}
MARKET_PLACES = {Market.HONG_KONG: "in Hong Kong", Market.WALL_STREET: "on Wall Street"}
MARKET_CITIES = {Market.HONG_KONG: "Hong Kong", Market.WALL_STREET: "New York"}
CLOCK_KEY = (
    "Gap in the HKEX bar: lunch break. Cap at its end: closing auction, whose price is the official close. Line before "
    "a diamond, or without one: hours in which the news may have come out. Grey column: days left out."
)
CLOCK_NAMES = {Clock.ANNOUNCED: "Official act", Clock.FIRST_REPORTED: "First report"}
DIRECTION_NAMES: dict[str, str] = {
    Direction.TIGHTENING: "Tightening",
    Direction.EASING: "Easing",
    Direction.AMBIGUOUS: "Either way",
}
ACTION_NAMES: dict[str, str] = {
    Action.FINE: "Fine",
    Action.RULE: "Rule",
    Action.DRAFT_RULE: "Draft rule",
    Action.REVIEW: "Review",
    Action.SUMMONS: "Summons",
    Action.BAN: "Ban",
    Action.SUSPENSION: "Suspension",
    Action.INVESTIGATION: "Investigation",
    Action.SETTLEMENT: "Settlement",
    Action.APPROVAL: "Approval",
    Action.EASING: "Easing",
}
JURISDICTION_NAMES = {"CN": "China", "US": "United States"}
QUALIFIERS = {"gt": "more than ", "lt": "less than ", "about": "about ", "as_much_as": "as much as "}
MOMENTS = {
    "premarket": "before the open",
    "open": "at the open",
    "intraday": "during the session",
    "intraday_early": "early in the session",
    "intraday_low": "at the low",
    "intraday_high": "at the high",
    "close": "at the close",
    "afterhours": "after the close",
}
# Moments but the close, in the order in which a card prefers them: those that can be checked first.
QUOTES = ("intraday_early", "open", "intraday", "intraday_high", "intraday_low", *UNPRICED_MOMENTS)
PHASES = {
    Phase.BEFORE_OPEN: "before the open",
    Phase.DURING: "during the session",
    Phase.AFTER_CLOSE: "after the close",
    Phase.NON_TRADING_DAY: "on a day without trading",
}


class Listed(Protocol):
    """Whatever is about one listing of a company."""

    @property
    def listing(self) -> Listing:
        """The line that trades."""

    @property
    def issuer(self) -> Issuer:
        """Its company."""


def place(item: Listed) -> str:
    """Where a listing trades, said honestly: an over-the-counter line is not on the exchange."""
    if item.listing.exchange_short == "OTC":
        return "US OTC"
    return MARKET_NAMES[item.listing.market]


def listing_name(item: Listed) -> str:
    """`Alibaba in Hong Kong`, `Tencent over the counter in the US`."""
    if item.listing.exchange_short == "OTC":
        return f"{item.issuer.short_name} over the counter in the US"
    return f"{item.issuer.short_name} {MARKET_PLACES[item.listing.market]}"


def body_names(snapshot: Snapshot, announcement: Announcement) -> list[str]:
    """The known bodies behind an announcement in full: `People's Bank of China 中国人民银行 (PBOC)`."""
    known = snapshot.regulators
    bodies = [known[code] for code in regulator_codes(announcement, known) if code in known]
    return [f"{' '.join(filter(None, [body.name, body.name_zh]))} ({body.abbreviation})" for body in bodies]


def no_listing_words(snapshot: Snapshot, view: View) -> str:
    """Why no listing is shown: nothing chosen, or nothing that trades there."""
    if not view.companies or not view.markets:
        return "Choose at least one company and one market in the sidebar."
    names = [issuer.short_name for issuer in snapshot.companies if issuer.slug in view.companies]
    *others, last = names
    who = f"{', '.join(others)} and {last} have" if others else f"{last} has"
    where = " or ".join(MARKET_PLACES[market] for market in view.markets)
    return f"{who} no listing {where} with prices on file. Choose another company or market in the sidebar."


def clock_fact(news: NewsTime) -> str:
    """What is known of one clock: `Fri 7 Jul 2023, not later than 20:10 Beijing`."""
    if news.stamp is None:
        return f"{long_day(news.day)}, hour unknown"
    local = news.stamp.astimezone(news.timezone)
    return f"{long_day(local.date())}, {_limit(news)}{clock_time(local, news.timezone)} {news.city}"


def clock_label(news: NewsTime) -> str:
    """The hour of one clock in the fewest words that stay true: `by 20:10 Beijing`."""
    if news.stamp is None:
        return "hour unknown"
    return f"{_limit(news).replace('not later than', 'by')}{clock_time(news.stamp, news.timezone)} {news.city}"


def _limit(news: NewsTime) -> str:
    """What a stamp is: exact, an estimate of the first report, or an upper bound."""
    if news.precision is Precision.EXACT:
        return ""
    is_estimate = news.clock is Clock.FIRST_REPORTED and news.precision is Precision.APPROX
    return "about " if is_estimate else "not later than "


def clock_sentence(case: Case, calendars: Mapping[Market, MarketCalendar]) -> str:
    """Which session is day 0 in each market shown, and why."""
    parts = [_day_zero_reason(case.news, zero, calendars[market]) for market, zero in case.day_zeros.items()]
    if not parts:
        return "No market shown has a session that could react."
    return f"{_clock_lead(case)}: " + "; ".join(parts) + "."


def _clock_lead(case: Case) -> str:
    fell_back = case.view.clock is not case.news.clock
    lead = f"{CLOCK_NAMES[case.news.clock]}, {clock_fact(case.news)}"
    return f"No earlier report is known, so the official act counts. {lead}" if fell_back else lead


def _day_zero_reason(news: NewsTime, zero: DayZero, calendar: MarketCalendar) -> str:
    market = calendar.market
    outcome = f"day 0 is {short_day(zero.day)}"
    city = MARKET_CITIES[market]
    if zero.rule is DayZeroRule.PHASE:
        return f"in {city} it came {PHASES[news.phase(market)]}, so {outcome} there"
    if zero.rule is DayZeroRule.TIME_UNKNOWN or news.stamp is None:
        return f"in {city} {outcome}, taking the unknown hour as 09:00 {news.city}"
    return f"{_position_of(news.stamp, zero, calendar)}, so {outcome} there"


def _position_of(stamp: datetime, zero: DayZero, calendar: MarketCalendar) -> str:
    """Where a stamp fell in a market's day."""
    city, zone = MARKET_CITIES[calendar.market], calendar.timezone
    session = calendar.session(zero.position)
    local = stamp.astimezone(zone)
    if session.opens <= stamp:
        if stamp >= session.trading_ends:
            return f"{city} was in its closing auction, which ends at {clock_time(session.closes, zone)}"
        if session.lunch and session.lunch[0] <= stamp < session.lunch[1]:
            return f"{city} was in its lunch break"
        return f"{city} was trading ({local:%H:%M} there)"
    if local.date() == zero.day:
        return f"{city} had not opened yet (it opens at {clock_time(session.opens, zone)})"
    earlier = calendar.position(local.date())
    if earlier is None:
        return f"{city} was closed that day"
    return f"{city} had closed (at {clock_time(calendar.session(earlier).closes, zone)})"


def window_words(window: Window) -> str:
    """`day 0`, `days 0 to +1`, `days −5 to +5`."""
    if window.start == window.end:
        return f"day {_day(window.start)}"
    return f"days {_day(window.start)} to {_day(window.end)}"


def _day(number: int) -> str:
    return f"{number:+d}".replace("-", "−") if number else "0"


def estimate_words(item: Estimate) -> str:
    """`+8.38%, t = 2.65, p = 0.008`."""
    figures = f"{percent(item.value)}, t = {statistic(item.t)}, {p_value(item.p)}"
    return figures.replace(" =", f"{NO_BREAK}=").replace("= ", f"={NO_BREAK}")


def verdict(case: Case) -> tuple[str, str]:
    """Whether it was more than noise, from the tests of the lead window: the headline, then the rest.

    For one announcement and one listing the exact prediction-error t decides.
    """
    window, level = case.lead_window, case.view.level
    found = [(item, item.estimate(window)) for item in case.with_result]
    known = [(item, estimate) for item, estimate in found if estimate.known]
    if not known:
        return "No listing shown has an abnormal return for this announcement, so nothing can be said about noise.", ""
    beyond = [_named(item, estimate) for item, estimate in known if estimate.beyond_noise(level)]
    within = [_named(item, estimate) for item, estimate in known if not estimate.beyond_noise(level)]
    span = window_words(window)
    if not beyond:
        return f"No reaction beyond noise at the {level}% level on {span}.", f"{_listed(within)}."
    rest = f"Not distinguishable from noise: {_listed(within)}." if within else ""
    return f"More than noise at the {level}% level on {span}: {_listed(beyond)}.", rest


def judgement_words(item: Judgement, level: int) -> str:
    """What both tests say together: `more than noise`, `within noise`, or that they disagree."""
    by_t, by_placebo = item.beyond(level)
    if by_placebo is None or by_t == by_placebo:
        return "more than noise" if by_t else "within noise"
    return "by t only: doubtful" if by_t else "by placebo only: doubtful"


def chance_sentence(judgements: Sequence[Judgement]) -> str:
    """What the placebo p counts."""
    dates = [item.chance.dates for item in judgements if item.chance.known]
    if not dates:
        return ""
    many = f"{min(dates):,} to {max(dates):,}" if min(dates) < max(dates) else f"{dates[0]:,}"
    return (
        f"Placebo p: the share of {many} ordinary sessions of the same listing whose abnormal return was at least as "
        "unusual."
    )


def early_verdict(case: Case) -> str:
    """What the sessions of the other clock did, where they are not day 0: anticipation, or its absence."""
    parts = []
    for item in case.with_result:
        for session in item.sessions:
            if session.is_day_zero or not session.abnormal.known:
                continue
            beyond = "more than noise" if session.abnormal.beyond_noise(case.view.level) else "within noise"
            clock = " and ".join(CLOCK_NAMES[name].lower() for name in session.clocks)
            parts.append(
                f"{listing_name(item)} {percent(session.abnormal.value)} abnormal on {short_day(session.move.day)}"
                f" ({clock}; {beyond}, {p_value(session.abnormal.p)})"
            )
    return f"On the other clock: {_listed(parts)}." if parts else ""


def car_finding(case: Case) -> str:
    """What the chart of cumulative abnormal returns shows: every listing on day 0, then at the end."""
    paths = [(listing_name(item), item.path) for item in case.with_result if item.path is not None]
    parts = [f"{name} {found}" for name, path in paths if (found := _course(path))]
    if not parts:
        return "No cumulative abnormal return can be shown."
    level = case.view.level
    return f"Cumulative abnormal return from the close before day 0, with the {level}% noise band: {_listed(parts)}."


def band_words(level: int) -> str:
    """What the band around the cumulative abnormal return is."""
    return f"The band is where each point would lie {level} times out of 100 if nothing had happened."


def _course(path: CarPath) -> str:
    """Where a path stands on day 0 and at its end: `+8.38% on day 0, outside the band, then …`; empty if unknown."""
    places = [place for place, number in enumerate(path.sessions.tolist()) if number in (0, path.sessions[-1])]
    known = [place for place in places if isfinite(path.value[place])]
    return ", then ".join(
        f"{percent(float(path.value[place]))} {_moment(int(path.sessions[place]))}, "
        f"{'outside' if abs(path.value[place]) > path.critical * path.se[place] else 'inside'} the band"
        for place in known
    )


def _moment(number: int) -> str:
    return f"by session {_day(number)}" if number else "on day 0"


def chance_note(judgements: Sequence[Judgement], level: int) -> str:
    """How many figures the verdicts judge, and how often each is a false alarm."""
    known = sum(item.estimate.known for item in judgements)
    return f"{known} figures at {level}%: each has a {100 - level}% chance of a false alarm." if known > 1 else ""


def clock_finding(case: Case, calendars: Mapping[Market, MarketCalendar]) -> str:
    """The clock strip in words, for its text alternative."""
    return f"Trading hours and the announcement on one time axis in UTC. {clock_sentence(case, calendars)}"


def printed(move: ReportedMove) -> str:
    """A press figure with its qualifier and moment: `more than +3%, at the close`."""
    return f"{QUALIFIERS.get(move.qualifier, '')}{points(move.change)}, {MOMENTS.get(move.moment, move.moment)}"


def agreement(move: ReportedMove, measured: SessionMove | None) -> str:
    """How a press figure stands to our measurement (None without prices of that day), in one sentence."""
    if measured is None:
        return "No daily price of that day is on file, so it cannot be checked."
    moment = MOMENTS.get(move.moment, move.moment)
    bounds = measured_bounds(move.moment, measured)
    if bounds is None:
        why = "daily data have no price" if move.moment in UNPRICED_MOMENTS else "the price of that day is not known"
        return f"Cannot be checked: {moment} {why}."
    when = "of the day" if move.moment in RANGE_MOMENTS else moment
    ours = f"the measured {measured_words(move, measured)} {when}"
    return {
        Agreement.AGREES: f"Agrees with {ours}.",
        Agreement.IN_RANGE: f"Fits {ours}; the minute itself is not known.",
        Agreement.NEAR: f"Near {ours}: off by less than half a point.",
        Agreement.DIFFERS: f"Differs from {ours}; both are shown as they are.",
    }[compare(move, measured)]


def measured_words(move: ReportedMove, measured: SessionMove) -> str:
    """Our figure of the moment that was printed: `+3.44%`, `range −2.00% to +6.00%`; empty where there is none."""
    bounds = measured_bounds(move.moment, measured)
    if bounds is None:
        return ""
    low, high = map(percent, bounds)
    return f"range {low} to {high}" if move.moment in RANGE_MOMENTS else low


def lead_reports(item: ListingCase) -> list[tuple[ReportedMove, SessionMove]]:
    """The two printed figures a card has room for.

    Two sessions: one of each. One session: the first close and the first other quote.
    """
    found = []
    for session in item.sessions:
        moves = [move for move in item.reported if move.day == session.move.day]
        quotes = sorted((move for move in moves if move.moment in QUOTES), key=lambda move: QUOTES.index(move.moment))
        closes = [move for move in moves if move.moment == "close"]
        best = (*closes[:1], *quotes[:1])[:1] if len(item.sessions) > 1 else (*quotes[:1], *closes[:1])
        found += [(move, session.move) for move in best]
    return found


def unreported(item: ListingCase) -> str:
    """Why a card has no printed figure: there is none on file, or none for its sessions."""
    count = len(item.reported)
    if not count:
        return "No press figure on file for this listing."
    return f"Press: none for these sessions; {count} for {'other days' if count > 1 else 'another day'}, see Sources."


def amounts(announcement: Announcement) -> list[tuple[str, float]]:
    """Target and amount in yuan of every act that has one."""
    return [(act.target, act.amount_cny) for act in announcement.acts if act.amount_cny is not None]


def _named(item: ListingCase, estimate: Estimate) -> str:
    return f"{listing_name(item)} ({estimate_words(estimate)})"


def _listed(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return "; ".join(parts[:-1]) + "; and " + parts[-1]
