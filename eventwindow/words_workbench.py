"""Sentences on a study of a reader's own events, made from its numbers; plain text.

Titles, groups and symbols in them are a stranger's: whoever shows a sentence escapes it.
"""

from collections.abc import Sequence

import numpy as np

from eventwindow.doubt import LeaveOut, Trial
from eventwindow.facts.own import OwnEvent
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.format import compact, cut, long_day, p_value, percent, plain_day, session, statistic
from eventwindow.groups import Group
from eventwindow.study.catalogue import CLUSTERING_WARNING
from eventwindow.study.confounders import Confounder
from eventwindow.study.placebo import DRAWN
from eventwindow.study.windows import Window
from eventwindow.words import window_words
from eventwindow.words_doubt import trial_finding
from eventwindow.words_groups import TEST_NAMES, group_verdict, rank_words
from eventwindow.workbench import MOST_GROUPS, OwnFines, OwnStudy

# A title in a sentence is cut here.
LONGEST = 90


def own_sentence(own: OwnStudy) -> str:
    """What is studied: rows, symbols and figures, over which window, and how many are left out or confounded."""
    symbols = _counted(len({event.symbol for event in own.events}), "symbol")
    lead = (
        f"{_counted(len(own.events), 'event')} on {symbols}, abnormal returns summed over "
        f"{window_words(own.view.span)}: {_counted(len(own.known), 'figure')}."
    )
    count = int(own.confounded.sum())
    if not count:
        return lead
    verb = "is" if count == 1 else "are"
    out = "left out as " if own.view.clean else ""
    inside = f"another event of the table on the same symbol has its day 0 within {window_words(own.view.span)}"
    return f"{lead} {count:,} {verb} {out}confounded: {inside}."


def missing_sentences(own: OwnStudy) -> list[str]:
    """Why rows have no figure, one sentence per reason with the number of rows; none where all have one."""
    return [f"{_counted(count, 'row')}: {SENTENCES[reason]}" for reason, count in own.missing.items()]


def event_name(event: OwnEvent) -> str:
    """One event with its symbol: `Fine on Alibaba · BABA`."""
    return f"{cut(event.title, LONGEST)} · {event.symbol}"


def decided_by(own: OwnStudy, row: int) -> str:
    """What decided day 0 of an event, and how far it was moved."""
    event, moved = own.events[row], int(own.study.shift_sessions[row])
    if np.isnat(own.study.day0[row]):
        return ""
    later = f", {_counted(moved, 'session')} later" if moved else ""
    if event.announced is None or own.prices is not None:
        return f"date{later}"
    return f"time {event.announced:%H:%M} {event.announced.isoformat()[-len('+08:00') :]}{later}"


def judged(own: OwnStudy, row: int) -> str:
    """What the t test and the placebo say of one event together."""
    error = 1 - own.view.level / 100
    by_t = bool(own.study.p[row, own.window] < error)
    if own.placebos.status[row, 0] != Reason.OK:
        return "more than noise" if by_t else "within noise"
    by_placebo = bool(own.placebos.p[row, 0] < error)
    if by_t == by_placebo:
        return "more than noise" if by_t else "within noise"
    return "by t only: doubtful" if by_t else "by placebo only: doubtful"


def event_verdict(own: OwnStudy, row: int) -> str:
    """One event in a sentence: its figure with both tests, or why there is none."""
    name = event_name(own.events[row])
    if reason := own.reason(row):
        return f"{name}: no figure. {reason}"
    study, window = own.study, own.window
    figures = (
        f"{percent(float(study.car[row, window]))} over {window_words(own.view.span)}, "
        f"t = {statistic(float(study.t[row, window]))}, {p_value(float(study.p[row, window]))}"
    )
    why = Reason(own.placebos.status[row, 0])
    placebo = f"placebo {p_value(float(own.placebos.p[row, 0]))} among {own.placebos.dates[row, 0]:,} other sessions"
    if why is not Reason.OK:
        placebo = f"no placebo p ({SENTENCES[why].rstrip('.')})"
    return f"{name}: {figures}, {placebo}: {judged(own, row)} at the {own.view.level}% level."


def event_facts(own: OwnStudy, row: int) -> str:
    """Day 0 of an event and what decided it, its group and its fine."""
    event, day = own.events[row], own.study.day0[row].item()
    facts = [f"Day 0 {long_day(day)} (by {decided_by(own, row)})" if day else f"Date {plain_day(event.day)}"]
    facts += [f"group {event.group}"] if event.group else []
    facts += [f"fine {compact(event.fine)} {event.currency}"] if event.fine is not None else []
    facts += ["another event of the table falls into the window"] if own.confounded[row] else []
    return "; ".join(facts)


def average_verdict(own: OwnStudy) -> str:
    """The average and what the leading test says of it; of a single event, its own two tests."""
    if len(own.known) == 1:
        return event_verdict(own, int(own.known[0]))
    return group_verdict(own.everything, own.view.level)


def naive_words(group: Group, level: int) -> str:
    """Whether the tests that take events as independent say otherwise, with the warning."""
    if group.lead.reason is not Reason.OK:
        return f"{CLUSTERING_WARNING}."
    alarms = ", ".join(TEST_NAMES[name] for name in group.alarms(level))
    if alarms and not group.beyond_noise(level):
        return f"Naive tests see a reaction where the leading test sees none: {alarms}. {CLUSTERING_WARNING}."
    return f"{CLUSTERING_WARNING}; on these events they do not say more than the leading test at the {level}% level."


def path_finding(own: OwnStudy, name: str, value: float, edge: float) -> str:
    """What a path ends with, for its text alternative."""
    end = session(own.view.window.end)
    if np.isnan(value):
        return f"{name}: no cumulative abnormal return by session {end}."
    where = (
        "no band" if np.isnan(edge) else f"{'outside' if abs(value) > edge else 'inside'} the {own.view.level}% band"
    )
    return f"{name}: cumulative abnormal return {percent(value)} by session {end}, {where}."


def event_caption(level: int) -> str:
    """How to read the path of one event."""
    return (
        "Cumulative abnormal return from the close before day 0. The band is where each point would lie "
        f"{level} times out of 100 if nothing had happened."
    )


def path_caption(own: OwnStudy, lines: int, *, beyond: bool) -> str:
    """How to read the average path; `beyond` says whether one of the thin `lines` leaves the frame."""
    behind = f" Thin lines: these events{', some beyond the frame' if beyond else ''}." if lines else ""
    return (
        "Average cumulative abnormal return from the close before day 0, of the "
        f"{_counted(own.everything.path_events, 'event')} with a figure for every session. The band around zero is "
        f"where such an average would lie {own.view.level} times out of 100 if nothing had happened, allowing for "
        f"events that move together (Kolari and Pynnönen 2010).{behind}"
    )


def groups_note(own: OwnStudy) -> str:
    """How many groups are not shown; empty if all are."""
    rest = len(own.group_sizes) - len(own.groups)
    return (
        f"Shown are the {MOST_GROUPS} groups with most figures; {_counted(rest, 'smaller one')} are not."
        if rest > 0
        else ""
    )


def run_up_note(window: Window, level: int) -> str:
    """How to read what happened before day 0."""
    return (
        f"Average abnormal return summed over {window_words(window)}, the sessions of the event window before day 0, "
        f"with its {level}% interval. Beyond noise it can mean early news, or that events follow moves: it does not "
        "tell which."
    )


def fines_words(own: OwnStudy, fines: OwnFines) -> str:
    """Whether larger fines went with larger falls or rises, by rank."""
    found = fines.correlation
    lead = f"{_counted(found.n, 'fine')} in {fines.currency} with a figure over {window_words(own.view.span)}"
    return f"{lead}: {rank_words(found, 'reaction', own.view.level)}"


def fines_caption(own: OwnStudy, drawn: int, fines: OwnFines) -> str:
    """How to read the dots, and how many of the figures are drawn."""
    figures = sum(len(fine.rows) for fine in fines.fines)
    cut = (
        f" Drawn are the {drawn:,} of {figures:,} figures furthest from zero; the correlation is of all."
        if drawn < figures
        else ""
    )
    return (
        f"One dot per figure with its {own.view.level}% interval from the prediction error, filled where more than "
        f"noise. Rows of one event with the same amount count once in the rank correlation.{cut}"
    )


def tests_lead(own: OwnStudy) -> str:
    """What the tests are run on, and what the leading one says."""
    group = own.everything
    if group.events < 2:
        return (
            "Tests across events need at least two with a figure. One event is judged by its exact t and its placebo: "
            "see the other tabs."
        )
    return average_verdict(own)


def trial_words(own: OwnStudy, trial: Trial) -> str:
    """The average among placebo dates, and whether the leading test across events says otherwise."""
    words, group, level = trial_finding(trial, own.view.level), own.everything, own.view.level
    if trial.reason or len(trial.lines) == 1 or group.lead.reason is not Reason.OK:
        return words
    if (trial.result.p < 1 - level / 100) == group.beyond_noise(level):
        return words
    said = "more than noise" if group.beyond_noise(level) else "not distinguishable from noise"
    return f"{words} The leading test across events says otherwise: {said} ({p_value(group.lead.p)})."


def trial_rule(trial: Trial) -> str:
    """Which sessions were tried, by which rule, and the smallest p that they can give."""
    if trial.reason:
        return ""
    moved = "Every session that can serve is tried"
    if trial.result.rule.startswith(DRAWN):
        moved = (
            "Events that share a day 0 are moved together to a session drawn at random (with a fixed seed, so that the "
            "figure is the same every time)"
        )
    elif len(trial.lines) > 1:
        moved = "All events are moved together, to every session that can serve"
    rule = (
        f"{moved}. A session can serve if the model can be fitted there and its sessions touch those of no event of "
        f"the table on that symbol. The smallest p possible is 1 in {1 + len(trial.result.placebo):,}. Coloured bars "
        "and shaded sides: at least as far from zero. Line: your events"
    )
    if len(trial.lines) == 1:
        return f"{rule}."
    return (
        f"{rule}; t is the mean of their own t. The placebo takes the noise from ordinary days, the leading test from "
        "how much your events differ: the two can disagree."
    )


def leave_out_note(shown: int, found: LeaveOut) -> str:
    """How many of the events left out are drawn; empty if all are."""
    count = len(found.without)
    return (
        f"Drawn are the {shown} of {count} events whose absence moves the average most; the table holds all."
        if shown < count
        else ""
    )


def neighbours_lead(own: OwnStudy, found: Sequence[Confounder]) -> str:
    """How many events have another one of their symbol nearby."""
    if not found:
        return "No event has another one of the same symbol in its windows."
    near = int(own.confounded.sum())
    within = f"{near} within the sessions summed up" if near else "none within the sessions summed up"
    rows = len({(item.event_id, item.symbol) for item in found})
    return f"{_counted(rows, 'event')} with another one of the same symbol in the windows, {within}."


def map_finding(own: OwnStudy) -> str:
    """What the map of events and symbols shows, for its text alternative."""
    figures = own.study.car[own.known, own.window]
    ends = "; ".join(
        f"{name} {percent(float(own.study.car[row, own.window]))} ({event_name(own.events[row])})"
        for name, row in (("highest", int(own.known[figures.argmax()])), ("lowest", int(own.known[figures.argmin()])))
    )
    return f"Map of abnormal returns over {window_words(own.view.span)}, events by symbols: {ends}."


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
