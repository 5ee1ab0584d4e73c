"""Sentences of the relay, made from its numbers. Plain text: whoever shows it escapes it."""

from collections.abc import Mapping
from datetime import date
from math import isnan, log1p

from eventwindow.chain import SESSIONS_AFTER, SESSIONS_BEFORE
from eventwindow.facts.events import Announcement
from eventwindow.facts.ex_days import ExDays
from eventwindow.facts.listings import Listing, Market, Series
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.format import long_day, percent, plain_day, price, short_day
from eventwindow.leadlag import FirstMove, Following, LeadLag, Opening, Usual, simple
from eventwindow.premium import Premium
from eventwindow.relay import NoRelay, Part, Point, Relay, Stretch
from eventwindow.words import CLOCK_NAMES, MARKET_CITIES, clock_fact

PARTS: dict[tuple[Stretch, Market | None], str] = {
    (Stretch.HOP, Market.WALL_STREET): "Hong Kong close to New York open",
    (Stretch.SESSION, Market.WALL_STREET): "New York's session",
    (Stretch.HOP, Market.HONG_KONG): "New York close to Hong Kong open",
    (Stretch.SESSION, Market.HONG_KONG): "Hong Kong's session",
    (Stretch.OVERNIGHT, Market.WALL_STREET): "New York overnight",
    (Stretch.OVERNIGHT, Market.HONG_KONG): "Hong Kong overnight",
    (Stretch.UNDIVIDED, None): "Over unknown prices",
}
PURPOSE = (
    "One ordinary share followed around the clock: every opening and closing price of both lines, in Hong Kong "
    f"dollars, from {SESSIONS_BEFORE} sessions before day 0 to {SESSIONS_AFTER} after. Both lines are shown whatever "
    "markets are chosen."
)
HELP = (
    "New York prices are divided by the ordinary shares behind one unit and multiplied by the exchange rate. A hop is "
    "what changed between the close of one market and the next open of the other, while both were shut; it is counted "
    "at the market that opens. Distributions going ex on the way are added back."
)
LIMITS = (
    "Limits: the exchange rate is one a day, and the hour it was taken at is not on file; all prices of a New York "
    "session are converted at the last rate known on its date, at most four days old. An opening price is that of the "
    "first trade (in Hong Kong of the opening auction), a closing price in Hong Kong that of the closing auction. The "
    "two closes of one date lie about twelve hours apart, so a premium also holds what became known in between. "
    "Contributions are in points of the first value and add up to the total; being able to react first is no cause."
)
TOO_FEW = "Too few sessions of the estimation window have both lines to say what is usual."
PREMIUM = (
    "What one unit of the New York line cost at its close over what its ordinary shares cost at the Hong Kong close of "
    "the same date, less one. Rings: what was left of it at Hong Kong's next opening price. Band: the middle nine days "
    "in ten of the estimation window; dates on which only one of the lines was already ex a distribution are left out."
)
FOLLOWS = (
    "The distance is that of the other market's close over the last close of the one that opens, share for share. The "
    "part taken over is the least-squares slope of the move at the open on that distance, with a constant, as in "
    "Garbade and Silber (1983)."
)
COLUMNS = {
    "Points": "Contribution to the total, in points of the first value; the parts add up to it.",
    "Share, %": "Contribution over the total.",
    "Steps": "How many steps of the relay it sums.",
    "Distance, %": "Close of the other market over the last close of the one that opens, share for share.",
    "Beyond usual, %": "The distance less its mean over the estimation window.",
    "Open, %": "Opening price over the last close, distributions added back.",
    "Share closed, %": "Move at the open over the distance beyond the usual, both as logs; blank where that is small.",
    "Left, %": "Distance that the opening price left.",
    "Close, %": "Closing price over the last close.",
}
OPENINGS = "Distances are of closes per ordinary share in Hong Kong dollars. " + " ".join(
    f"{name.removesuffix(', %')}: {text}" for name, text in list(COLUMNS.items())[3:]
)


def title(relay: Relay) -> str:
    """`Alibaba: 9988.HK and BABA (1 BABA = 8 ordinary shares)`."""
    shares, symbol = relay.new_york.shares_per_unit / relay.hong_kong.shares_per_unit, relay.new_york.symbol
    worth = f"1 {symbol} = {shares:g} ordinary share{'' if shares == 1 else 's'}"
    return f"{relay.issuer.short_name}: {relay.hong_kong.symbol} and {symbol} ({worth})"


def verdict(found: LeadLag) -> tuple[str, str]:
    """Which market could react first and what it did, by the chosen clock, and what the other made of it.

    Where the two clocks of the announcement name different markets, that is the lead.
    """
    chosen, *others = found.first_moves
    if any(move.leader is not chosen.leader for move in others):
        named = [f"by the {CLOCK_NAMES[move.clock].lower()}" for move in found.first_moves]
        cities = [MARKET_CITIES[move.leader] for move in found.first_moves]
        return f"B{named[0][1:]} {cities[0]} could react first, {named[1]} {cities[1]}.", _by_clock(chosen)
    return f"{MARKET_CITIES[chosen.leader]} could react first: it {_moved(chosen)}.", distance_words(chosen)


def other_clock(found: LeadLag) -> str:
    """The same by the other clock of the announcement, where there is one and the relay holds it."""
    chosen, *others = found.first_moves
    return " ".join(
        f"By the {CLOCK_NAMES[move.clock].lower()} it is the same session."
        if move.opening == chosen.opening
        else _by_clock(move)
        for move in others
        if move.opening is not None
    )


def distance_words(move: FirstMove) -> str:
    """Where the first market's close stood to the other's last one, whether that is unusual, and what followed."""
    opening, usual = move.opening, move.usual
    if opening is None:
        return "The relay ends before the other market's next open."
    follower = MARKET_CITIES[opening.follower]
    shut = (
        f"Day 0 was {short_day(move.reacted)}; {follower} was shut until {short_day(opening.day)}. "
        if opening.leader_day > move.reacted
        else ""
    )
    if isnan(opening.gap):
        return f"{shut}Its distance from {follower}'s last close is not known. {remark(opening.reason)}"
    stood = f"That close stood {apart(opening.gap)} {follower}'s of {short_day(opening.last_day)}, share for share"
    followed = f"{shut}{_followed(opening, usual)}"
    if usual.reason is not Reason.OK:
        return f"{stood}. {followed}"
    where = "stayed inside" if usual.holds(opening.gap) else "left"
    return (
        f"{stood}: the distance between the two closes {where} its usual range (on nine days in ten "
        f"{range_words(usual)}). {followed}"
    )


def apart(log: float) -> str:
    """How a value stands to another, of the log of their ratio: `5.0% above`, `0.9% below`, `level with`."""
    far = percent(abs(simple(log)), 1).removeprefix("+")
    return "level with" if not float(far.removesuffix("%")) else f"{far} {'above' if log > 0 else 'below'}"


def range_words(usual: Usual) -> str:
    """`−3.6% to +4.4%`, of a range of logs."""
    return f"{percent(simple(usual.low), 1)} to {percent(simple(usual.high), 1)}"


def total_finding(relay: Relay) -> str:
    """From where to where one share went, and what each market added: the finding of the chart."""
    first, last = relay.known[0], relay.known[-1]
    divisible = relay.parts[0].reason is Reason.OK
    markets = [
        f"{MARKET_CITIES[market]} {points(relay.in_market(market))}"
        + (f" ({part_of(relay.in_market(market) / relay.total)} of it)" if divisible else "")
        for market in Market
    ]
    rest = sum(part.contribution for part in relay.parts if part.market is None)
    if rest:
        markets.append(f"not divisible {points(rest)}")
    return (
        f"One ordinary share of {relay.issuer.short_name} went from {money(first)} at Hong Kong's close of "
        f"{short_day(first.day)} to {money(last)} at that of {short_day(last.day)}, {percent(relay.total)}: "
        f"{', '.join(markets)}."
    )


def share_note(relay: Relay) -> str:
    """Why no share of the total is given, where that is so."""
    reason = relay.parts[0].reason
    return "" if reason is Reason.OK else f"No shares of the total: {_lowered(SENTENCES[reason])}"


def part_name(part: Part) -> str:
    """What a part of the total is."""
    return PARTS[part.stretch, part.market]


def premium_finding(premium: Premium) -> str:
    """The premium at day 0 in New York beside its normal range."""
    symbol, usual = premium.relay.new_york.symbol, premium.usual
    day = short_day(premium.zero)
    if premium.reason is Reason.OK:
        lead = (
            f"At its close of {day} {symbol} stood {apart(log1p(premium.at_zero))} its shares at Hong Kong's close of "
            "that date"
        )
    elif premium.reason is Reason.EX_DAYS_APART:
        lead = f"The premium of {symbol} on {day} is not known: {_lowered(SENTENCES[premium.reason])}"
    else:
        lead = f"The premium of {symbol} on {day} is not known: not both lines have a close of that date."
    if usual.reason is not Reason.OK:
        return f"{lead.removesuffix('.')}. What is normal is not known: {_lowered(remark(usual.reason))}"
    normal = f"{percent(usual.low, 1)} to {percent(usual.high, 1)}, nine days in ten of {usual.n}"
    if lead.endswith("."):
        return f"{lead} The normal range is {normal}."
    where = "inside" if usual.holds(premium.at_zero) else "outside"
    beyond = percent(premium.at_zero - usual.mean, 1)
    return f"{lead}, {beyond} from its mean: {where} its normal range ({normal})."


def following_words(following: Following) -> str:
    """How much of a distance a market usually takes over when it opens."""
    usual, pair = following.usual, f"{MARKET_CITIES[following.follower]} after {MARKET_CITIES[following.leader]}"
    if usual.reason is not Reason.OK:
        return f"{pair}: what is usual is not known ({usual.n} openings): {_lowered(remark(usual.reason))}"
    return (
        f"{pair}: an open usually takes over {part_of(usual.slope)} of the distance "
        f"(slope over {usual.n} openings of the estimation window; nine distances in ten lie within "
        f"{range_words(usual)})."
    )


def remark(reason: Reason) -> str:
    """Why an opening has no share closed; nothing where it has."""
    return TOO_FEW if reason is Reason.TOO_FEW_ESTIMATION_RETURNS else SENTENCES[reason]


def missing_words(relay: Relay, series: Mapping[str, Series]) -> str:
    """Which prices or rates of the relay are not known."""
    groups: dict[tuple[str, Reason], list[Point]] = {}
    for point in relay.missing:
        groups.setdefault((point.listing.symbol, point.reason), []).append(point)
    parts = [_missing(symbol, reason, found, series) for (symbol, reason), found in groups.items()]
    return f"Not known: {'; '.join(parts)}. The step over it is shown undivided." if parts else ""


def distribution_words(relay: Relay) -> str:
    """What was added back, and where one line has a distribution on file that the other has not."""
    return " ".join(_distribution(item, relay) for item in relay.ex_days)


def outside_words(announcement: Announcement, relay: Relay) -> str:
    """Clocks of the announcement that lie before or after the chart."""
    first, last = relay.points[0].day, relay.points[-1].day
    clocks = [news for news in (announcement.first_report, announcement.announced) if news]
    away = [news for news in clocks if not first <= news.day <= last]
    return " ".join(f"{CLOCK_NAMES[news.clock]} ({clock_fact(news)}) lies outside the chart." for news in away)


def no_relay_words(found: NoRelay, series: Mapping[str, Series]) -> str:
    """Why a company has no relay."""
    name = found.issuer.short_name
    if found.reason is Reason.ONE_LINE:
        lines = ", then ".join(map(_line, sorted(found.lines, key=lambda line: line.listed or date.min)))
        return f"{name} has no relay: its shares trade in one of the two markets only ({lines})."
    if found.reason is Reason.UNKNOWN_SYMBOL:
        return f"{name} has no relay: there are no prices of {found.symbol}, its other line."
    if found.day is None:
        return f"{name} has no relay for this announcement. {SENTENCES[found.reason]}"
    why = _rate_words(series) if found.reason is Reason.NO_EXCHANGE_RATE else SENTENCES[found.reason]
    return f"{name} has no relay for this announcement: {found.symbol} on {long_day(found.day)}. {why}"


def money(point: Point) -> str:
    """`HK$84.30`: the value of one ordinary share."""
    return f"HK${price(point.value)}"


def points(contribution: float) -> str:
    """`+4.48 points`, of the first value."""
    return f"{percent(contribution).removesuffix('%')} points"


def part_of(value: float) -> str:
    """A part of a whole, `106%`, with a sign only where it is the other way."""
    return percent(value, 0).removeprefix("+")


def _by_clock(move: FirstMove) -> str:
    clock = CLOCK_NAMES[move.clock].lower()
    return f"By the {clock}: {MARKET_CITIES[move.leader]} {_moved(move)}. {distance_words(move)}"


def _moved(move: FirstMove) -> str:
    """The first market's own move, close to close."""
    span = f"from its close of {short_day(move.before)} to that of {short_day(move.last)}"
    return f"made a move not on file {span}" if isnan(move.own) else f"moved {percent(move.own)} {span}"


def _followed(opening: Opening, usual: Usual) -> str:
    """What the follower did with the distance it found."""
    follower = MARKET_CITIES[opening.follower]
    opened = f"{follower} opened {percent(simple(opening.move), 1)} on {short_day(opening.day)}"
    if isnan(opening.move):
        return f"{follower}'s opening price of {short_day(opening.day)} is not known."
    closed = "" if isnan(opening.settled) else f" and closed {percent(simple(opening.settled), 1)}"
    if opening.reason is Reason.OK:
        taken = (
            f"its open took over {part_of(opening.share)} of the distance beyond its usual "
            f"{percent(simple(usual.mean), 1)} (usually {part_of(usual.slope)})"
        )
        return f"{opened}{closed}: {taken}."
    return f"{opened}{closed}. {remark(opening.reason)}"


def _missing(symbol: str, reason: Reason, found: list[Point], series: Mapping[str, Series]) -> str:
    if reason is Reason.NO_EXCHANGE_RATE:
        return f"{symbol} from {short_day(found[0].day)}, {_lowered(_rate_words(series)).removesuffix('.')}"
    named = [f"{symbol} {point.moment} of {short_day(point.day)}" for point in found]
    told = ", ".join(named)
    return told if reason is Reason.PRICE_UNKNOWN else f"{told} ({_lowered(SENTENCES[reason]).removesuffix('.')})"


def _rate_words(series: Mapping[str, Series]) -> str:
    last = series["USDHKD"].last if "USDHKD" in series else None
    ends = f"; the last rate on file is of {long_day(last)}" if last else ""
    return f"No exchange rate of that day or the four before it is on file{ends}."


def _distribution(item: ExDays, relay: Relay) -> str:
    days = [
        f"{relay.lines[market].symbol} went ex on {short_day(day)}" for market in Market if (day := item.on(market))
    ]
    if len(days) == len(Market):
        return f"{' and '.join(days)}: the amount is added back."
    market = next(market for market in Market if item.on(market) is None)
    return (
        f"{days[0]}: the amount is added back, but none is on file for {relay.lines[market].symbol}, so its values may "
        "hold a move that is only the distribution."
    )


def _line(line: Listing) -> str:
    """`PDD in New York`, `DIDI in New York until 10 June 2022`."""
    where = "over the counter in the US" if line.exchange_short == "OTC" else f"in {MARKET_CITIES[line.market]}"
    return f"{line.symbol} {where}{f' until {plain_day(line.delisted)}' if line.delisted else ''}"


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
