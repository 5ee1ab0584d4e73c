"""Sentences of the compare page, made from the numbers of a survey; plain text."""

from collections.abc import Sequence

import numpy as np

from eventwindow.facts.events import Announcement
from eventwindow.facts.listings import Issuer, Listing, Market
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.format import long_day, p_value, percent, plain_day, statistic
from eventwindow.survey import Survey
from eventwindow.words import ACTION_NAMES, DIRECTION_NAMES, MARKET_NAMES, window_words

# Of so many listings each has its place told; of more, only those of companies that are named, and not more than MANY.
FEW, MANY = 4, 6
# Stands beside whatever is confounded.
CONFOUNDED = "†"
SHORT_PLACES = {Market.HONG_KONG: "HK", Market.WALL_STREET: "US"}


def short_place(listing: Listing) -> str:
    """Where a listing trades in a column head: HK, US or OTC."""
    return "OTC" if listing.exchange_short == "OTC" else SHORT_PLACES[listing.market]


def listing_label(issuer: Issuer, listing: Listing) -> str:
    """`Alibaba · Hong Kong`, `Tencent · US OTC`."""
    over_the_counter = listing.exchange_short == "OTC"
    return f"{issuer.short_name} · {'US OTC' if over_the_counter else MARKET_NAMES[listing.market]}"


def row_label(survey: Survey, row: int) -> str:
    """The listing of a row, `Alibaba · Hong Kong`."""
    number = row % len(survey.listings)
    return listing_label(survey.issuers[number], survey.listings[number])


def survey_sentence(survey: Survey) -> str:
    """What is compared: how many announcements, listings and figures, over which window, and what is left out."""
    chosen, on_file = int(survey.chosen.sum()), len(survey.announcements)
    announcements = f"{chosen} of {on_file} announcements" if chosen < on_file else f"All {on_file} announcements"
    lead = (
        f"{announcements} on {_counted(len(survey.listings), 'listing')}, abnormal returns summed over "
        f"{window_words(survey.view.span)}: {_counted(len(survey.known), 'figure')}."
    )
    without = sum(survey.missing.values())
    parts = [lead, f"{without} more have none, each for a reason." if without else ""]
    window = f"another announcement about the same company has its day 0 within {window_words(survey.view.span)}"
    count = int(survey.left_out.sum() if survey.view.clean else survey.confounded[survey.known].sum())
    if count:
        verb = "is" if count == 1 else "are"
        parts.append(f"{count} {verb} {'left out as ' if survey.view.clean else ''}confounded: {window}.")
    return " ".join(part for part in parts if part)


def chance_sentence(survey: Survey) -> str:
    """How many figures stand out from the placebo sessions, beside how many would by chance."""
    tested = survey.known[np.isfinite(survey.placebos.p[survey.known, 0])]
    if not len(tested):
        return "No session of these listings is far enough from every announcement to serve as a placebo."
    standing, expected = sum(map(survey.is_significant, tested.tolist())), len(tested) * _error(survey)
    return (
        f"{standing} of {_counted(len(tested), 'figure')} stand out from ordinary days (placebo p below "
        f"{_error(survey):.0%}); chance alone would give about {expected:.0f}."
    )


def rank_words(survey: Survey) -> tuple[str, str]:
    """How unusual the current announcement is: its name, and the place of its figures by size; empty if not shown.

    Of many listings only those of companies that it names are told, where it names any.
    """
    rows = [row for row in survey.known.tolist() if survey.announcement(row).event_id == survey.view.event]
    if not rows:
        return "", ""
    figures, columns = survey.study.car[:, survey.window], survey.known % len(survey.listings)
    told = [row for row in rows if len(rows) <= FEW or survey.is_about(row)] or rows
    parts = []
    for row in told[:MANY]:
        same = np.abs(figures[survey.known[columns == row % len(survey.listings)]])
        place = 1 + int((same > abs(figures[row])).sum())
        parts.append(f"{row_label(survey, row)} {percent(float(figures[row]))}, {_ordinal(place)} of {len(same)}")
    item = survey.announcement(rows[0])
    return f"{item.title}, {plain_day(item.day)}", f"by size of reaction: {'; '.join(parts)}."


def placebo_sentence(survey: Survey) -> str:
    """What the placebo p of a figure is counted among."""
    dates = survey.placebos.dates[survey.known, 0]
    dates = dates[dates > 0]
    if not len(dates):
        return ""
    low, high = f"{dates.min():,}", f"{dates.max():,}"
    many = low if low == high else f"{low} to {high}"
    return f"placebo p ranks the t of a figure among {many} other sessions of its listing that no announcement touches"


def footnotes(survey: Survey) -> dict[Reason, str]:
    """A letter for every reason why a cell of the map is blank, the most frequent first."""
    reasons = [*survey.missing, *([Reason.CONFOUNDED] if survey.left_out.any() else [])]
    return {reason: chr(ord("a") + number) for number, reason in enumerate(reasons)}


def blank_sentences(survey: Survey) -> str:
    """What the letter in every blank cell means, and how many cells have it; empty if no cell is blank."""
    counts = {**survey.missing, Reason.CONFOUNDED: int(survey.left_out.sum())}
    meanings = [f"{letter} ({counts[why]}): {SENTENCES[why]}" for why, letter in footnotes(survey).items()]
    return " ".join(["Hatched cells have no figure.", *meanings]) if meanings else ""


def announcement_sentence(item: Announcement) -> str:
    """One announcement in words: title, date, bodies, kind and direction."""
    kind, direction = ACTION_NAMES[item.action].lower(), DIRECTION_NAMES[item.direction].lower()
    return f"{item.title}, {long_day(item.day)}. {', '.join(item.regulators)}: {kind}, {direction}."


def cell_sentence(survey: Survey, row: int) -> str:
    """One cell of the map in words: the figure with its tests, or why there is none."""
    if reason := survey.reason(row):
        return f"{row_label(survey, row)}: no figure. {reason}"
    value, t = (float(figures[row, survey.window]) for figures in (survey.study.car, survey.study.t))
    day = survey.study.day0[row].item()
    parts = [f"{row_label(survey, row)}: {percent(value)}, t = {statistic(t)}", placebo_words(survey, row)]
    parts.append(f"day 0 {long_day(day)}")
    parts.append("" if survey.is_about(row) else "the announcement does not name this company")
    parts.append("another announcement about it falls into the window" if survey.confounded[row] else "")
    return "; ".join(part for part in parts if part)


def placebo_words(survey: Survey, row: int) -> str:
    """`placebo p = 0.012`, or why there is none."""
    reason = Reason(survey.placebos.status[row, 0])
    return SENTENCES[reason] if reason is not Reason.OK else f"placebo {p_value(float(survey.placebos.p[row, 0]))}"


def confounded_mark(survey: Survey, rows: Sequence[int]) -> str:
    """The mark of confounded events if one of some rows is confounded; else empty."""
    return CONFOUNDED if survey.confounded[list(rows)].any() else ""


def confounded_note(survey: Survey, rows: Sequence[int]) -> str:
    """What the mark of confounded events means, if one of some rows has it; else empty."""
    span = window_words(survey.view.span)
    known = f"{CONFOUNDED}: confounded, another announcement about the same company has its day 0 within {span}."
    return known if confounded_mark(survey, rows) else ""


def map_finding(survey: Survey) -> str:
    """What the map shows, for its text alternative."""
    known = survey.known
    figures = survey.study.car[known, survey.window]
    rise, fall = int(known[figures.argmax()]), int(known[figures.argmin()])
    ends = "; ".join(
        f"{name} {percent(float(survey.study.car[row, survey.window]))} ({row_label(survey, row)}, "
        f"{survey.announcement(row).title}, {plain_day(survey.announcement(row).day)})"
        for name, row in (("highest", rise), ("lowest", fall))
    )
    return (
        f"Heat map of abnormal returns over {window_words(survey.view.span)}, one row per announcement and one column "
        f"per listing: {ends}. {chance_sentence(survey)}"
    )


def empty_sentence(survey: Survey) -> str:
    """Why nothing can be compared, and what to do."""
    if not survey.chosen.any():
        return "No announcement passes the filters. Open the list of announcements in the sidebar and loosen one."
    if not len(survey.rows):
        return "Every announcement that passes the filters is confounded. Keep them in, or sum over fewer sessions."
    reasons = " ".join(SENTENCES[reason] for reason in survey.missing)
    return f"None of these listings has a figure for these announcements. {reasons} Choose others in the sidebar."


def _error(survey: Survey) -> float:
    return 1 - survey.view.level / 100


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _ordinal(number: int) -> str:
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
