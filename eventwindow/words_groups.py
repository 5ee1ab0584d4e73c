"""Sentences on groups of announcements, small multiples and fines, made from their numbers; plain text."""

from collections.abc import Sequence

import numpy as np

from eventwindow.facts.events import Action
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.fined import Fine, Fined, RankCorrelation
from eventwindow.format import compact, p_value, percent, plain_day, session, statistic, yuan
from eventwindow.groups import Group
from eventwindow.study.battery import TestName
from eventwindow.study.catalogue import CLUSTERING_WARNING, NAIVE
from eventwindow.survey import Survey
from eventwindow.view import Axis, View
from eventwindow.words import DIRECTION_NAMES, JURISDICTION_NAMES, window_words
from eventwindow.words_compare import confounded_mark, confounded_note, listing_label, row_label

GROUP_NAMES: dict[str, str] = {
    Action.FINE: "Fines",
    Action.RULE: "Rules",
    Action.DRAFT_RULE: "Draft rules",
    Action.REVIEW: "Reviews",
    Action.SUMMONS: "Summonses",
    Action.BAN: "Bans",
    Action.SUSPENSION: "Suspensions",
    Action.INVESTIGATION: "Investigations",
    Action.SETTLEMENT: "Settlements",
    Action.APPROVAL: "Approvals",
    **DIRECTION_NAMES,
    **JURISDICTION_NAMES,
}
TEST_NAMES: dict[TestName, str] = {
    "cross_sectional_t": "cross-sectional t",
    "skewness_adjusted_t": "skewness-adjusted t",
    "crude_dependence_t": "crude dependence t",
    "patell_z": "Patell z",
    "bmp_t": "BMP t",
    "kp_patell_z": "adjusted Patell z",
    "kp_bmp_t": "adjusted BMP t",
    "date_means_t": "t of date means",
    "corrado_rank_z": "Corrado rank z",
    "grank_t": "generalized rank t",
    "grank_z": "generalized rank z",
    "sign_z": "sign z",
    "generalized_sign_z": "generalized sign z",
    "wilcoxon_z": "Wilcoxon signed rank",
}
# The announcement whose fine another company bears in part (see facts/fines.py).
ANT_FINE = ("ant-group-fine-2023-07", "ALIBABA")
# Fewer fines than this are called few.
FEW_FINES = 30
# Of more listings than this only the range is told.
FEW_LISTINGS = 4


def group_name(group: Group) -> str:
    """`Fines`, `Tightening`, `China`, `2021`."""
    return group.label or GROUP_NAMES.get(group.name, group.name)


def group_counts(group: Group) -> str:
    """`68 events from 17 announcements on 23 days`."""
    announcements, days = _counted(group.announcements, "announcement"), _counted(group.dates, "day")
    return f"{_counted(group.events, 'event')} from {announcements} on {days}"


def group_verdict(group: Group, level: int) -> str:
    """The average of a group, what the leading test says of it, and the other tests that hold."""
    lead = f"{group_name(group)}, {window_words(group.span)}"
    if not group.events:
        return f"{lead}: no event has a figure."
    average = f"{lead}: average {percent(group.value)} over {group_counts(group)}"
    if group.lead.reason is not Reason.OK:
        return f"{average}. No verdict: {SENTENCES[group.lead.reason]}"
    beyond = "more than noise" if group.beyond_noise(level) else "not distinguishable from noise"
    first, *others = (_test(group, name) for name in group.leading if group.outcomes[name].reason is Reason.OK)
    beside = f" Beside it: {'; '.join(others)}." if others else ""
    return f"{average}; {beyond} at the {level}% level ({first}).{beside}"


def naive_sentence(groups: Sequence[Group], level: int, what: str = "reaction") -> str:
    """Where tests that take events as independent see `what` and the leading test does not, with the warning."""
    found = [group for group in groups if group.alarms(level) and not group.beyond_noise(level)]
    if not found:
        return f"{CLUSTERING_WARNING}; on these groups they agree with the leading test at the {level}% level."
    parts = [f"{group_name(group)} ({naive_count(group, level)})" for group in found]
    return (
        f"Naive tests see a {what} at the {level}% level where the leading test sees none: {', '.join(parts)}. "
        f"{CLUSTERING_WARNING}."
    )


def naive_count(group: Group, level: int) -> str:
    """`7 of 8`: how many of the naive tests that can be computed reject; empty if none can."""
    usable = sum(group.outcomes[name].reason is Reason.OK for name in NAIVE)
    return f"{len(group.alarms(level))} of {usable}" if usable else ""


def groups_chance(groups: Sequence[Group], level: int) -> str:
    """How many groups the leading test calls more than noise, beside how many it would by chance."""
    tested = [group for group in groups if group.lead.reason is Reason.OK]
    if not tested:
        return "No group has enough events for the leading test."
    standing = sum(group.beyond_noise(level) for group in tested)
    enough = " with enough events for the leading test" if len(tested) < len(groups) else ""
    return (
        f"{standing} of {_counted(len(tested), 'group')}{enough} more than noise at the {level}% level; chance alone "
        f"would give about {len(tested) * (1 - level / 100):.1f}."
    )


def averages_finding(groups: Sequence[Group], level: int) -> str:
    """What the chart of averages shows, for its text alternative."""
    parts = [
        f"{group_name(group)} {percent(group.value)}"
        f"{' (more than noise)' if group.beyond_noise(level) else ''}, n = {group.events}"
        for group in groups
        if group.events
    ]
    if not parts:
        return "No group has a figure."
    return f"Average abnormal return over {window_words(groups[0].span)} by group: {'; '.join(parts)}."


def averages_caption(level: int) -> str:
    """How to read the chart of averages."""
    return (
        f"n counts events, one announcement on one listing each. The bar is the {level}% interval of the plain "
        "average, widened for events that move together (Kolari and Pynnönen 2010). A filled dot: the leading test, "
        "the BMP t adjusted in the same way, says more than noise; it weighs every event by its own noise, so dot and "
        "bar can differ near zero. A bar that leaves the frame goes on beyond it."
    )


def path_finding(group: Group, view: View) -> str:
    """What the path of one group shows, for its text alternative."""
    path = group.path
    if path is None:
        return f"{group_name(group)}: no event has a figure for every session of {window_words(view.window)}."
    last, edge = float(path.value[-1]), float(path.band[1][-1])
    lead = f"{group_name(group)}, {_counted(group.path_events, 'event')}: average cumulative abnormal return"
    where = "no band" if np.isnan(edge) else f"{'outside' if abs(last) > edge else 'inside'} the {view.level}% band"
    return f"{lead} {percent(last)} by session {session(int(path.sessions[-1]))}, {where}."


def paths_caption(level: int) -> str:
    """How to read the average paths."""
    return (
        "Average cumulative abnormal return from the close before day 0, of the same events at every session. The band "
        f"around zero is where such an average would lie {level} times out of 100 if nothing had happened, allowing "
        "for events that move together (Kolari and Pynnönen 2010). A band that leaves the frame goes on beyond it."
    )


def multiple_finding(survey: Survey, announcement: int) -> str:
    """What the small chart of one announcement shows, for its text alternative."""
    rows = [survey.row(announcement, number) for number in range(len(survey.listings))]
    shown = [row for row in rows if not survey.left_out[row]]
    ends = {row: survey.path(row) for row in shown}
    last = {row: float(path.value[-1]) for row, path in ends.items() if np.isfinite(path.value[-1])}
    outside = [row for row, value in last.items() if abs(value) > float(ends[row].band[1][-1])]
    item = survey.announcements[announcement]
    mixed = ", confounded" if confounded_mark(survey, shown) else ""
    lead = f"{item.title}, {plain_day(item.day)}{mixed}, by session {session(survey.view.window.end)}"
    if len(last) > FEW_LISTINGS:
        return (
            f"{lead}: {len(last)} listings between {percent(min(last.values()))} and {percent(max(last.values()))}, "
            f"{len(outside)} outside their own {survey.view.level}% noise band."
        )
    parts = [
        f"{row_label(survey, row)} {percent(value)}, {'outside' if row in outside else 'inside'} its noise band"
        for row, value in last.items()
    ]
    return f"{lead}: {'; '.join(parts) or 'no figure'}."


def multiples_caption(survey: Survey, announcements: Sequence[int], *, averaged: bool) -> str:
    """How to read the small charts of some announcements."""
    level = survey.view.level
    lines = (
        "Thin lines are listings, the thick one their average" if averaged else "Colour is the company, dash the market"
    )
    scale = "All share one vertical scale" if survey.view.axis is Axis.SHARED else "Each has its own vertical scale"
    band = (
        f"The band is where such an average would lie {level} times out of 100 if nothing had happened"
        if averaged
        else f"The band is the widest {level}% noise band of the listings shown: a line outside it is outside its own"
    )
    rows = [
        survey.row(announcement, number) for announcement in announcements for number in range(len(survey.listings))
    ]
    parts = [
        f"Cumulative abnormal return from the close before day 0, newest announcement first. {lines}. {scale}. "
        f"{band}. The current announcement has a frame.",
        confounded_note(survey, [row for row in rows if not survey.left_out[row]]),
    ]
    return " ".join(filter(None, parts))


def fine_label(survey: Survey, fine: Fine) -> str:
    """`18.228bn · Alibaba · 10 April 2021`: an amount in yuan, without the unit, marked where it is confounded."""
    day = plain_day(survey.announcements[fine.announcement].day)
    return f"{compact(fine.amount)} · {fine_company(survey, fine)} · {day}{confounded_mark(survey, fine.rows)}"


def fine_company(survey: Survey, fine: Fine) -> str:
    """Short name of the company that a fine is set against."""
    return next(issuer.short_name for issuer in survey.issuers if issuer.issuer == fine.issuer)


def fine_sentence(survey: Survey, fine: Fine) -> str:
    """One fine and the reactions of the company's listings in words."""
    window, study = survey.window, survey.study
    parts = [
        f"{listing_label(survey.issuers[row % len(survey.listings)], survey.listing(row))} "
        f"{percent(float(study.car[row, window]))}, {p_value(float(study.p[row, window]))}"
        for row in fine.rows
    ]
    item = survey.announcements[fine.announcement]
    lead = f"{item.title}, {plain_day(item.day)}, {yuan(fine.amount)} set against {fine_company(survey, fine)}"
    mixed = " Confounded." if confounded_mark(survey, fine.rows) else ""
    return f"{lead}: {'; '.join(parts)}.{mixed}"


def fines_verdict(survey: Survey, fined: Fined) -> str:
    """Whether larger fines went with larger falls or rises, by rank, and how little that says."""
    found = fined.correlation
    lead = f"{_counted(found.n, 'fine')} with a known amount and a figure over {window_words(survey.view.span)}"
    few = " So few fines, some of one day, say little, and nothing of causes." if found.n < FEW_FINES else ""
    told = few if found.reason is Reason.OK else ""
    return f"{lead}: {rank_words(found, 'average reaction', survey.view.level)}{told}"


def rank_words(found: RankCorrelation, what: str, level: int) -> str:
    """Whether larger fines went with larger falls or rises of `what`, with the rank correlation."""
    if found.reason is not Reason.OK:
        return "too few, or too alike, to rank."
    way = "rises" if found.rho > 0 else "falls"
    clear = found.p < 1 - level / 100
    seen = f"larger fines went with larger {way}" if clear else "no clear link between size and reaction"
    return f"{seen} (rank correlation of amount and {what} {statistic(found.rho)}, {p_value(found.p)})."


def fines_finding(survey: Survey, fined: Fined) -> str:
    """What the chart of fines shows, for its text alternative."""
    if not fined.fines:
        return "No fine on a company shown has a known amount and a figure."
    largest = fined.fines[0]
    return f"{fines_verdict(survey, fined)} The largest: {fine_sentence(survey, largest)}"


def fines_caption(survey: Survey, fined: Fined) -> str:
    """How to read the chart of fines, and what it leaves out."""
    parts = [
        "Only companies that were fined are shown, the largest fine first; bars are "
        f"{survey.view.level}% intervals from the prediction error."
    ]
    if any((survey.announcements[fine.announcement].event_id, fine.issuer) == ANT_FINE for fine in fined.fines):
        parts.append("The fine on Ant Group is set whole against Alibaba, which held 33% of it.")
    if fined.unknown:
        parts.append(
            "Not shown, as it is not on file whether, and how much, the company itself paid: "
            f"{_counted(fined.unknown, 'case')}."
        )
    if fined.without_figure:
        parts.append(f"Not shown for want of a figure: {_counted(fined.without_figure, 'fine')}.")
    parts.append(confounded_note(survey, [row for fine in fined.fines for row in fine.rows]))
    return " ".join(filter(None, parts))


def _test(group: Group, name: TestName) -> str:
    outcome = group.outcomes[name]
    return f"{TEST_NAMES[name]} = {statistic(outcome.statistic)}, {p_value(outcome.p)}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
