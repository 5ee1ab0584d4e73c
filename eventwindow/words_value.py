"""Sentences on market value gained and lost, made from its numbers; plain text."""

from collections.abc import Sequence
from datetime import date

from eventwindow.facts.fines import Fine
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.facts.shares import Currency, MarketValue, ShareCount
from eventwindow.format import (
    bare_money,
    compact,
    long_day,
    money,
    multiple,
    percent,
    plain_day,
    price,
    short_day,
    yuan,
)
from eventwindow.survey import Survey
from eventwindow.value import ValueChange, primary_listings, together
from eventwindow.valued import Valued, ValueLine
from eventwindow.words import listing_name, window_words
from eventwindow.words_compare import listing_label
from eventwindow.words_groups import ANT_FINE

KIND_NAMES = {
    "outstanding_20f_cover": "outstanding, cover of the annual report",
    "outstanding_20f_balance_sheet": "outstanding, balance sheet of the annual report",
    "outstanding_company_update": "outstanding, company update",
    "issued_hkex_return": "issued, return to the Hong Kong exchange",
    "issued_hkex_interest_form": "issued, disclosure of interests in Hong Kong",
    "issued_20f_note": "issued, note of the annual report",
    "derived": "derived from a printed holding and its share of the total",
}
# A count older than this is called old: annual ones are at most so old when the next is due.
OLD_DAYS, YEAR_DAYS = 550, 365.25
NEVER_ADDED = "Each line values the whole company, so the lines of a company are never added."
WITHIN = "The interval holds zero: not distinguishable from noise."
NO_CAUSE = "A multiple says nothing of causes: everything else that came out in these sessions is in it."


def fine_words(change: ValueChange) -> str:
    """What the announcement fined the company, and whom it really fined."""
    name = change.issuer.short_name
    if change.fine is Reason.FINE_UNKNOWN:
        return f"The announcement holds fines; whether, and how much of them, {name} paid is not on file."
    if isinstance(change.fine, Reason):
        fined = _payers(change.other_fines)
        return f"No fine on {name} here{f'; on file as fined: {fined}' if fined else ''}."
    payers = _payers(change.fines)
    if (change.event_id, change.issuer.issuer) == ANT_FINE:
        return f"Fined {yuan(change.fine)} ({payers}: not Alibaba itself, which held 33% of Ant Group)."
    return f"Fined {yuan(change.fine)} ({payers})."


def change_words(change: ValueChange, level: int) -> str:
    """What became of the market value, with its interval and the multiple of the fine, or why that is not known."""
    if isinstance(change.bases["CNY"], Reason):
        return f"No market value. {SENTENCES[change.bases['CNY']]} {_returns(change, level)}".strip()
    moved = change.amount(change.abnormal, "CNY")
    if isinstance(moved, Reason):
        raw = change.amount(change.raw, "CNY")
        beside = f" Raw change: {money(raw, 'CNY', signed=True)}." if not isinstance(raw, Reason) else ""
        return f"No abnormal change. {SENTENCES[moved]}{beside}"
    times = change.times_fine(change.abnormal)
    beside = f", {multiple(times)} the fine" if not isinstance(times, Reason) else ""
    return (
        f"Market value moved by {money(moved, 'CNY', signed=True)} {_when(change)} (abnormal; {level}% interval "
        f"{interval_words(change, 'CNY')}){beside}. {'More than noise.' if change.beyond_noise else WITHIN}"
    )


def _when(change: ValueChange) -> str:
    """`on Mon 10 Jul`, `over days 0 to +1`."""
    if change.window.length == 1 and change.last_day:
        return f"on {short_day(change.last_day)}"
    return f"over {window_words(change.window)}"


def interval_words(change: ValueChange, currency: Currency) -> str:
    """`−2.9bn to +12.3bn`, without the currency; `none` where it is not known."""
    found = change.interval(currency)
    return "none" if isinstance(found, Reason) else " to ".join(map(bare_money, found))


def _returns(change: ValueChange, level: int) -> str:
    """The returns of a company without a market value."""
    raw, found = change.raw, change.abnormal
    parts = [f"raw {percent(raw.value)}"] if raw.reason is Reason.OK else []
    if found.reason is Reason.OK:
        low, high = percent(found.value - found.half), percent(found.value + found.half)
        parts.append(f"abnormal {percent(found.value)} ({level}% interval {low} to {high})")
    return f"Returns only: {', '.join(parts)}." if parts else ""


def basis_words(change: ValueChange) -> str:
    """What the value before the window was made of: price, shares with date and kind, rates with their days."""
    base = change.base
    if isinstance(base, Reason):
        return ""
    values = [money(item.value, unit) for unit, item in change.bases.items() if isinstance(item, MarketValue)]
    days: dict[date, list[str]] = {}
    for rate in {rate for item in change.bases.values() if isinstance(item, MarketValue) for rate in item.rates}:
        days.setdefault(rate.day, []).append(rate.series)
    told = "; ".join(f"{_and(sorted(names))} of {long_day(day)}" for day, names in sorted(days.items()))
    return (
        f"Worth {values[0]} before ({', '.join(values[1:])}): {price(base.price)} {change.listing.currency} at the "
        f"close of {long_day(base.price_day)}, {count_words(base.count, base.price_day)}. Rates: {told}."
    )


def count_words(count: ShareCount, day: date) -> str:
    """`20.526bn ordinary shares of 31 March 2023 (outstanding, …)`, with its bounds and its age where they matter."""
    bounds = "" if count.low is None or count.high is None else f", {compact(count.low)} to {compact(count.high)}"
    age = (day - count.as_of).days
    old = f"; counted {age / YEAR_DAYS:.0f} years before, the last usable count" if age > OLD_DAYS else ""
    kind = KIND_NAMES.get(count.kind, count.kind)
    return f"{compact(count.shares)} ordinary shares of {plain_day(count.as_of)} ({kind}{bounds}{old})"


def company_words(changes: Sequence[ValueChange]) -> list[str]:
    """The changes of one announcement in yuan against the fine, one sentence per company with a known change."""
    companies: dict[str, list[ValueChange]] = {}
    for item in changes:
        if isinstance(item.amount(item.abnormal, "CNY"), float):
            companies.setdefault(item.issuer.short_name, []).append(item)
    return [
        f"{name}, {_fine_noun(lines[0])}: market value moved by {'; by '.join(map(_line_change, lines))}."
        for name, lines in companies.items()
    ]


def _fine_noun(change: ValueChange) -> str:
    if not isinstance(change.fine, Reason):
        return f"a fine of {yuan(change.fine)} on {_payers(change.fines)}"
    return "its part of the fines, if any, not on file" if change.fine is Reason.FINE_UNKNOWN else "not fined"


def _payers(fines: Sequence[Fine]) -> str:
    return _and([item.fined for item in fines])


def _line_change(change: ValueChange) -> str:
    moved, times = change.amount(change.abnormal, "CNY"), change.times_fine(change.abnormal)
    amount = "no figure" if isinstance(moved, Reason) else money(moved, "CNY", signed=True)
    beside = f", {multiple(times)} the fine" if not isinstance(times, Reason) else ""
    noise = "more than noise" if change.beyond_noise else "within noise"
    return f"{amount} {place_words(change)}{beside} ({noise})"


def place_words(change: ValueChange) -> str:
    """`in Hong Kong`, `on Wall Street`, `over the counter in the US`."""
    return listing_name(change).removeprefix(change.issuer.short_name).strip()


def together_words(changes: Sequence[ValueChange]) -> str:
    """All companies of one announcement, each once; empty for one company, the reason where one is not known."""
    primary = primary_listings([item.listing for item in changes])
    if len(primary) < 2:
        return ""
    chosen = [item for item in changes if item.listing == primary[item.issuer.issuer]]
    names = _and([listing_name(item) for item in chosen])
    found = together(chosen)
    if isinstance(found, Reason):
        return f"No sum of the companies shown, as not every one is known. {SENTENCES[found]}"
    raw, abnormal = (money(amount, "USD", signed=True) for amount in (found.raw, found.abnormal))
    return f"Together, each company once ({names}): abnormal {abnormal}, raw {raw}."


def event_finding(changes: Sequence[ValueChange], level: int) -> str:
    """What the chart of one announcement shows, for its text alternative."""
    parts = [f"{listing_name(item)}: {fine_words(item)} {change_words(item, level)}" for item in changes if item.known]
    return f"Fine beside the change of market value in yuan. {' '.join(parts)}"


def change_label(survey: Survey, valued: Valued, row: int) -> str:
    """`7.123bn · Alibaba · 7 July 2023`: the fine in yuan without its unit, company and date."""
    change = valued.changes[row]
    amount = "" if isinstance(change.fine, Reason) else f"{compact(change.fine)} · "
    return f"{amount}{change.issuer.short_name} · {plain_day(survey.announcement(row).day)}"


def change_sentence(survey: Survey, valued: Valued, row: int) -> str:
    """One change in words, with its announcement."""
    change, item = valued.changes[row], survey.announcement(row)
    moved = change.amount(change.abnormal, "USD")
    amount = "no figure" if isinstance(moved, Reason) else money(moved, "USD", signed=True)
    label = listing_label(change.issuer, change.listing)
    return (
        f"{amount} ({survey.view.level}% interval {interval_words(change, 'USD')}), {label}, {item.title}, "
        f"{plain_day(item.day)}"
    )


def ranking_words(survey: Survey, valued: Valued) -> str:
    """The largest loss and the largest gain."""
    if not valued.ranked:
        return "No company shown has a count of all its shares for these announcements, so there are returns only."
    losses = [row for row in valued.ranked if valued.changes[row].abnormal.value < 0]
    gains = [row for row in valued.ranked if valued.changes[row].abnormal.value > 0]
    parts = [f"Largest abnormal loss: {change_sentence(survey, valued, losses[0])}."] if losses else []
    parts += [f"Largest abnormal gain: {change_sentence(survey, valued, gains[-1])}."] if gains else []
    return " ".join(parts)


def multiples_finding(survey: Survey, valued: Valued) -> str:
    """What the chart of fines against changes shows, for its text alternative."""
    rows = valued.fined
    if not rows:
        return "No fine on a company shown has a known amount and a known change of market value."
    beyond = sum(valued.changes[row].beyond_noise for row in rows)
    fines = "1 fine" if len(rows) == 1 else f"{len(rows)} fines"
    first = valued.changes[rows[0]]
    return (
        f"{fines} against the change of market value on a log scale of yuan; changes that are more than noise: "
        f"{beyond}. The largest fine, {change_label(survey, valued, rows[0])}: "
        f"{change_words(first, survey.view.level)}"
    )


def multiples_caption(survey: Survey, valued: Valued) -> str:
    """How to read that chart."""
    parts = [
        "Bar: the fine; triangle: the size of the abnormal change, up for a gain and down for a loss, filled where it "
        f"is more than noise at the {survey.view.level}% level. {NO_CAUSE}"
    ]
    if any(survey.confounded[row] for row in valued.fined):
        parts.append("†: confounded, another announcement about the same company falls into the sessions summed up.")
    if any((survey.announcement(row).event_id, valued.changes[row].issuer.issuer) == ANT_FINE for row in valued.fined):
        parts.append("The fine on Ant Group is set whole against Alibaba, which held 33% of it.")
    return " ".join(parts)


def missing_words(valued: Valued) -> list[str]:
    """Which companies have changes without a figure in dollars, why and how many: one sentence per company."""
    return [
        f"{issuer.short_name}: {' '.join(f'{SENTENCES[reason]} ({count})' for reason, count in reasons.items())}"
        for issuer, reasons in valued.missing.items()
    ]


def line_counts(line: ValueLine) -> str:
    """`100 announcements`, `5 of 100 announcements`."""
    known = len(line.rows)
    every = known + sum(line.missing.values())
    return f"{known} of {every} announcements" if known < every else f"{known} announcement{'s' * (known != 1)}"


def line_words(line: ValueLine, level: int) -> str:
    """The sum of one company, beside what noise alone would make of as many sessions."""
    named = float(line.steps[line.about].sum())
    beside = f"; from those that name it {money(named, 'USD', signed=True)}" if line.about.any() else "; none names it"
    return (
        f"{line.issuer.short_name}: {money(float(line.total[-1]), 'USD', signed=True)} over {line_counts(line)}, noise "
        f"alone ±{money(line.noise(level), 'USD')}{beside}."
    )


def lines_words(survey: Survey, valued: Valued) -> list[str]:
    """The sums, one sentence per company, and that of them all where it is known."""
    words = [line_words(line, survey.view.level) for line in valued.drawn]
    total = valued.together
    if len(words) > 1 and not isinstance(total, Reason):
        words.append(f"Together, each company once: {money(total, 'USD', signed=True)}.")
    return words


def lines_finding(survey: Survey, valued: Valued) -> str:
    """What the chart of sums shows, for its text alternative."""
    lines = valued.drawn
    if not lines:
        return "No announcement shown since October 2020 has a known change of market value."
    first, last = min(line.days[0] for line in lines).item(), max(line.days[-1] for line in lines).item()
    return (
        f"Abnormal change added up from {plain_day(first)} to {plain_day(last)}. "
        f"{' '.join(lines_words(survey, valued))}"
    )


def lines_caption(valued: Valued, level: int) -> str:
    """How the sums are made."""
    shared = max((line.shared for line in valued.drawn), default=0)
    once = f" Up to {shared} sessions of a company were in several windows and were counted once." if shared else ""
    some = " No sum of the companies, as one of them misses an announcement." if _no_sum(valued) else ""
    return (
        "Every announcement shown since October 2020, whether it names the company or not, each company at one line: "
        f"Hong Kong where shown, else New York. A session that lies in several windows counts once, for the earlier "
        f"announcement.{once} Triangles are announcements, filled where they name the company; the bar at the end is "
        f"where the sum would lie {level} times out of 100 by noise alone. Each company has its own scale.{some}"
    )


def _no_sum(valued: Valued) -> bool:
    return len(valued.drawn) > 1 and isinstance(valued.together, Reason)


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
