"""Sentences of the timeline page, made from its numbers. Plain text: whoever shows it escapes it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from textwrap import wrap

from eventwindow.facts.events import Announcement
from eventwindow.facts.listings import Series
from eventwindow.format import compact, long_day, percent, plain_day
from eventwindow.history import PEAK_YEAR, Drawdown, Gap, IndexedLines, Line, Mark, Reaction
from eventwindow.view import TimelineTab, View
from eventwindow.words import CLOCK_NAMES, DIRECTION_NAMES, Listed, listing_name, place

TAB_NAMES = {TimelineTab.INDEX: "Index", TimelineTab.DRAWDOWN: "Drawdown", TimelineTab.GAP: "Gap"}
EXPLANATIONS = {
    TimelineTab.INDEX: "What 100 put into each listing became, in its own currency, with every dividend and other "
    "distribution put back on the day it went ex. The scale is logarithmic: the same distance is the same percentage.",
    TimelineTab.DRAWDOWN: "How far each listing stood below its highest close of October 2020, the last month before "
    "the listing of Ant Group was stopped. Dividends and other distributions are added back. A ring marks the deepest "
    "point shown.",
    TimelineTab.GAP: "Close in New York x US dollar in Hong Kong dollars / ordinary shares behind one unit, over the "
    "close in Hong Kong of the same date, less one. The exchange rate is the last one known, at most four days old. "
    "An ADS (American depositary share) stands for a fixed number of ordinary shares.",
}
# More lines than this cannot be told one by one: then the outermost two are.
FEW = 4
CARD_WIDTH = 44


def amount_words(announcement: Announcement) -> str:
    """`10.113bn yuan`; where no act has an amount, that it is unknown."""
    amount = announcement.amount_cny
    return "amount unknown" if amount is None else f"{compact(amount)} yuan"


def lead(ringed: Announcement | None, *, by_touch: bool) -> str:
    """What the page is for, how an announcement is opened, and which one is ringed, if any."""
    opens = "a tap on a mark tells more, the table below opens it" if by_touch else "a click on a mark opens it"
    purpose = f"Years of prices with every announcement marked; {opens}."
    return f"{purpose} Ringed: {ringed.title}, {plain_day(ringed.day)}." if ringed else purpose


def index_finding(found: IndexedLines) -> tuple[str, str]:
    """What became of 100, line by line: the headline, then the figures."""
    since = "its own first session" if found.base is None else plain_day(found.base)
    if len(found.lines) <= FEW:
        parts = [f"{listing_name(line)} {_moved(line)}" for line in found.lines]
        told = _listed(parts)
    else:
        best, worst = max(found.lines, key=_change), min(found.lines, key=_change)
        above = sum(line.change > 0 for line in found.lines)
        told = (
            f"{above} of {len(found.lines)} lines ended higher; "
            f"best {listing_name(best)} {_moved(best)}, worst {listing_name(worst)} {_moved(worst)}"
        )
    return f"Since {since}, distributions added back:", f"{told}."


def marks_finding(marks: Sequence[Mark]) -> str:
    """How many announcements are marked, by direction."""
    if not marks:
        return "No announcement passes the filters."
    counts = Counter[str](mark.announcement.direction for mark in marks)
    kinds = [f"{counts[direction]} {name.lower()}" for direction, name in DIRECTION_NAMES.items() if counts[direction]]
    noun = "announcement is" if len(marks) == 1 else "announcements are"
    return f"{len(marks)} {noun} marked: {', '.join(kinds)}."


def drawdown_finding(found: Sequence[Drawdown]) -> tuple[str, str]:
    """The headline, then how deep each line fell from its peak of October 2020, and where it stands."""
    if len(found) <= FEW:
        parts = [f"{listing_name(item)} {_deepest(item)}, {_stands(item)}" for item in found]
        return "Below the peak of October 2020, at the deepest and at the last session:", f"{_listed(parts)}."
    deepest, mildest = min(found, key=_trough), max(found, key=_trough)
    back = sum(item.last > 0 for item in found)
    return "Below the peak of October 2020, at the deepest:", (
        f"most {listing_name(deepest)} {_deepest(deepest)}, "
        f"least {listing_name(mildest)} {_deepest(mildest)}. "
        f"{back} of {len(found)} lines stood above that peak at their last session."
    )


def range_words(gap: Gap) -> str:
    """The normal range: `−3.3% to +3.2%`."""
    low, high = gap.normal
    return f"{percent(low, 1)} to {percent(high, 1)}"


def gap_finding(found: Sequence[Gap]) -> tuple[str, str]:
    """The headline, then the normal range of each company's gap, and the day it was widest."""
    parts = []
    for gap in found:
        day, widest = gap.widest
        parts.append(
            f"{gap.new_york.symbol} {range_words(gap)} from {gap.hong_kong.symbol} "
            f"(furthest {percent(widest, 1)}, {plain_day(day)})"
        )
    return "On nine days in ten New York closed within:", f"{_listed(parts)}."


def base_note(found: IndexedLines) -> str:
    """Where the lines start together."""
    if found.base is None:
        return "The lines share no session in the years shown, so each starts at 100 on its own first one."
    many = "the first session that all lines shown share" if len(found.lines) > 1 else "the first session shown"
    return f"100 is the close of {plain_day(found.base)}, {many}."


def marks_note(view: View, marks: Sequence[Mark]) -> str:
    """How to read the lane; empty where it is."""
    if not marks:
        return ""
    return (
        "Marks stand at day 0, the first session that could react, by the "
        f"{CLOCK_NAMES[view.clock].lower()}; triangles point down for tightening and up for easing. The area of a mark "
        "grows with the amount in yuan; an unknown amount has the smallest."
    )


def gap_note(found: Sequence[Gap]) -> str:
    """What the gap compares, and until when it is known."""
    last = max(gap.last[0] for gap in found)
    return (
        "Closes of the same date: New York closes about 12 hours after Hong Kong, so a part of the gap is news of the "
        f"hours between. Dates without both prices and an exchange rate are left out; the last is {plain_day(last)}. "
        f"The shaded range is taken from all dates with a gap ({_counted(found)})."
    )


def no_index(years: tuple[int, int] | None) -> str:
    """Why there is no line to draw."""
    return f"None of the chosen listings has prices {_in(years)}. Choose other years or companies in the sidebar."


def no_drawdown(lines: Sequence[Line], years: tuple[int, int] | None) -> str:
    """Why no fall can be drawn."""
    if years is not None and years[1] < PEAK_YEAR:
        return (
            f"The fall is counted from October {PEAK_YEAR}, after the years chosen. Choose later years in the sidebar."
        )
    names = ", ".join(listing_name(line) for line in lines)
    return (
        f"The fall is counted from October {PEAK_YEAR}, and there is no price of that month, or none {_in(years)}, for "
        f"{names}. Choose other companies or years in the sidebar."
    )


def no_gap(possible: Sequence[Gap], years: tuple[int, int] | None) -> str:
    """Why no gap can be drawn, and which companies have one."""
    names = ", ".join(gap.issuer.short_name for gap in possible)
    if not names:
        return f"No date {_in(years)} has both prices and an exchange rate. Choose other years in the sidebar."
    return (
        "A gap needs one company with prices in both markets. Choose Hong Kong and Wall Street and one of "
        f"{names} in the sidebar."
    )


def ends_note(lines: Sequence[Line]) -> str:
    """Which line stops first, where lines do not all end together."""
    first, last = min(lines, key=_last), max(lines, key=_last)
    if first.last_day == last.last_day:
        return f"Prices end on {plain_day(last.last_day)}."
    return (
        f"Each line ends with its prices: {listing_name(first)} on {plain_day(first.last_day)}, "
        f"the last, {listing_name(last)}, on {plain_day(last.last_day)}."
    )


def without_peak(lines: Sequence[Line], found: Sequence[Drawdown]) -> str:
    """Which lines had no price in October 2020; empty where all had."""
    traded = {item.listing.symbol for item in found}
    missing = [listing_name(line) for line in lines if line.listing.symbol not in traded]
    return f"Without a price in October 2020: {', '.join(missing)}." if missing else ""


def without_gap(lines: Sequence[Line], found: Sequence[Gap]) -> str:
    """Which companies shown have no gap; empty where all have."""
    paired = {gap.issuer.slug for gap in found}
    missing = dict.fromkeys(line.issuer.short_name for line in lines if line.issuer.slug not in paired)
    return f"No price line in both markets: {', '.join(missing)}." if missing else ""


def counter_note(found: Sequence[Gap]) -> str:
    """What an over-the-counter line is; empty where none is shown."""
    names = [gap.new_york.symbol for gap in found if gap.new_york.exchange_short == "OTC"]
    if not names:
        return ""
    return (
        f"{', '.join(names)} trades over the counter, not on an exchange, and is taken to be an unsponsored receipt, "
        "not an ADS programme of the company (not verified): its last trade of the day may be old."
    )


def counter_remarks(items: Sequence[Listed], series: Mapping[str, Series]) -> str:
    """What is known of the prices of over-the-counter lines; empty where none is shown."""
    counter = [item.listing.symbol for item in items if item.listing.exchange_short == "OTC"]
    return " ".join(f"{symbol}: {series[symbol].note}." for symbol in counter)


def card(mark: Mark, shown: int) -> list[str]:
    """Lines of the text under the pointer, below the title, wrapped for a phone; `shown` listings are on view."""
    item = mark.announcement
    facts = f"{long_day(item.day)} · {DIRECTION_NAMES[item.direction]} · {amount_words(item)}"
    lines = [*wrap(facts, CARD_WIDTH), *wrap(", ".join(item.regulators), CARD_WIDTH)]
    told = _told(mark, shown)
    if told:
        lines += ["Abnormal return, day 0 and the next:", *map(reaction_words, told)]
    return lines


def card_title(mark: Mark) -> list[str]:
    """The title of an announcement, wrapped for a phone."""
    return wrap(mark.announcement.title, CARD_WIDTH)


def reaction_words(item: Reaction) -> str:
    """`Alibaba · Hong Kong +3.41%`, or why there is no figure."""
    return f"{item.issuer.short_name} · {place(item)} {percent(item.car) if item.known else 'no figure'}"


def _told(mark: Mark, shown: int) -> list[Reaction]:
    """Reactions there is room for: all of a few lines, else those of the companies the announcement concerns."""
    if shown <= FEW:
        return list(mark.reactions)
    return [item for item in mark.reactions if item.listing.issuer in mark.announcement.issuers][: 2 * FEW]


def _moved(line: Line) -> str:
    return f"{percent(line.change, 1)} to {plain_day(line.last_day)}"


def _deepest(item: Drawdown) -> str:
    return f"{percent(item.trough, 1)} by {plain_day(item.trough_day)}"


def _stands(item: Drawdown) -> str:
    return f"{percent(item.last, 1)} on {plain_day(item.last_day)}"


def _change(line: Line) -> float:
    return line.change


def _trough(item: Drawdown) -> float:
    return item.trough


def _last(line: Line) -> date:
    return line.last_day


def _in(years: tuple[int, int] | None) -> str:
    if years is None:
        return "on file"
    return f"in {years[0]}" if years[0] == years[1] else f"in {years[0]} to {years[1]}"


def _counted(found: Sequence[Gap]) -> str:
    return ", ".join(f"{gap.issuer.short_name} {gap.sample:,}" for gap in found)


def _listed(parts: Sequence[str]) -> str:
    return "; ".join(parts)
