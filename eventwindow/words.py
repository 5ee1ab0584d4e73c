"""Sentences made from the numbers: clocks, day 0, verdicts, the press beside our measurement.

Everything here is plain text; whoever shows it escapes it for the place where it is shown.
"""

from collections.abc import Mapping
from datetime import datetime

from eventwindow.case import Case, Estimate, ListingCase
from eventwindow.facts.events import Announcement, Clock, NewsTime, Phase, Precision
from eventwindow.facts.listings import Market
from eventwindow.facts.prices import SessionMove
from eventwindow.facts.reported import Agreement, ReportedMove, compare
from eventwindow.facts.sessions import DayZero, DayZeroRule, MarketCalendar
from eventwindow.format import clock_time, long_day, p_value, percent, points, short_day, statistic
from eventwindow.study.windows import Window

MARKET_NAMES = {Market.HONG_KONG: "Hong Kong", Market.WALL_STREET: "Wall Street"}
MARKET_CITIES = {Market.HONG_KONG: "Hong Kong", Market.WALL_STREET: "New York"}
CLOCK_NAMES = {Clock.ANNOUNCED: "Official act", Clock.FIRST_REPORTED: "First report"}
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
# Moments inside a session, in the order in which a card prefers them.
QUOTES = ("intraday_early", "open", "intraday", "intraday_high", "intraday_low")
PHASES = {
    Phase.BEFORE_OPEN: "before the open",
    Phase.DURING: "during the session",
    Phase.AFTER_CLOSE: "after the close",
    Phase.NON_TRADING_DAY: "on a day without trading",
}


def place(item: ListingCase) -> str:
    """Where a listing trades, said honestly: an over-the-counter line is not on the exchange."""
    if item.listing.exchange_short == "OTC":
        return "US OTC"
    return MARKET_NAMES[item.listing.market]


def listing_name(item: ListingCase) -> str:
    """`Alibaba in Hong Kong`, `Tencent over the counter in the US`."""
    if item.listing.exchange_short == "OTC":
        return f"{item.issuer.short_name} over the counter in the US"
    return f"{item.issuer.short_name} {'in Hong Kong' if item.listing.market is Market.HONG_KONG else 'on Wall Street'}"


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
    return figures.replace(" =", "\u00a0=").replace("= ", "=\u00a0")


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
    """What the chart of cumulative abnormal returns shows, for its text alternative."""
    parts = []
    for item in case.with_result:
        path = item.path
        if path is None:
            continue
        last = float(path.value[-1])
        outside = abs(last) > path.critical * float(path.se[-1])
        where = "outside" if outside else "inside"
        if last == last:  # noqa: PLR0124 - NaN: the window has no figure
            parts.append(
                f"{listing_name(item)} {percent(last)} by session {_day(int(path.sessions[-1]))}, {where} the band"
            )
    if not parts:
        return "No cumulative abnormal return can be shown."
    level = case.view.level
    return f"Cumulative abnormal return from the close before day 0, with the {level}% noise band: {_listed(parts)}."


def chance_note(case: Case) -> str:
    """How many false alarms to expect from the tests shown."""
    tests = sum(item.estimate(case.lead_window).known for item in case.with_result)
    return (
        f"{tests} tests at {case.view.level}%: each has a {100 - case.view.level}% chance of a false alarm."
        if tests > 1
        else ""
    )


def clock_finding(case: Case, calendars: Mapping[Market, MarketCalendar]) -> str:
    """The clock strip in words, for its text alternative."""
    return f"Trading hours and the announcement on one time axis in UTC. {clock_sentence(case, calendars)}"


def printed(move: ReportedMove) -> str:
    """A press figure with its qualifier and moment: `more than +3%, at the close`."""
    return f"{QUALIFIERS.get(move.qualifier, '')}{points(move.change)}, {MOMENTS.get(move.moment, move.moment)}"


def agreement(move: ReportedMove, measured: SessionMove) -> str:
    """How a press figure stands to our measurement, in one sentence."""
    outcome = compare(move, measured)
    moment = MOMENTS.get(move.moment, move.moment)
    if outcome is Agreement.AGREES:
        return f"Agrees with the measured figure {moment}."
    if outcome is Agreement.IN_RANGE:
        return "A quote from inside the day's range, not the open or the close: shown apart."
    if outcome is Agreement.DIFFERS:
        return f"Differs from the measured figure {moment}."
    return "Daily prices cannot check it."


def lead_reports(item: ListingCase) -> list[tuple[ReportedMove, SessionMove]]:
    """The two printed figures a card has room for.

    Two sessions: one of each. One session: the first quote from inside it and the first close.
    """
    found = []
    for session in item.sessions:
        moves = [move for move in item.reported if move.day == session.move.day]
        quotes = sorted((move for move in moves if move.moment in QUOTES), key=lambda move: QUOTES.index(move.moment))
        closes = [move for move in moves if move.moment == "close"]
        best = (*closes[:1], *quotes[:1])[:1] if len(item.sessions) > 1 else (*quotes[:1], *closes[:1])
        found += [(move, session.move) for move in best]
    return found


def amounts(announcement: Announcement) -> list[tuple[str, float]]:
    """Target and amount in yuan of every act that has one."""
    return [(act.target, act.amount_cny) for act in announcement.acts if act.amount_cny is not None]


def _named(item: ListingCase, estimate: Estimate) -> str:
    return f"{listing_name(item)} ({estimate_words(estimate)})"


def _listed(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return "; ".join(parts[:-1]) + "; and " + parts[-1]
