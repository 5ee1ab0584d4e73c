"""What a study says in words, by the rules of which test leads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.format import p_value, percent, statistic
from eventwindow.study.catalogue import CLUSTERING_WARNING, LEADING, LEADING_STAGGERED, NAIVE

if TYPE_CHECKING:
    from eventwindow.study.battery import Outcome, TestName
    from eventwindow.study.placebo import PlaceboResult
    from eventwindow.study.results import StudyResult


def summarise(result: StudyResult, level: float = 0.95, placebo: Sequence[PlaceboResult] = ()) -> str:
    """One line on the study, then one per window: the average, the leading test and its verdict.

    One event is judged by its exact prediction-error t, with the p of its placebo dates beside it where there are
    some. Several are judged by the tests that hold when events move together; the naive ones are only named with a
    warning where they say otherwise.
    """
    studied = np.flatnonzero(result.has_figure)
    head = f"{result.model} model, {len(studied)} of {len(result.event_ids)} events studied"
    if confounded := int((result.reasons == Reason.CONFOUNDED).sum()):
        head += f", {confounded} left out as confounded"
    if not len(studied):
        return f"{head}. Nothing can be said: {result.explain(0, 0) if result.event_ids else 'no event.'}"
    if len(studied) == 1:
        tried = {item.window: item for item in placebo}
        lines = [
            _single(result, int(studied[0]), number, level, tried.get(window))
            for number, window in enumerate(result.windows)
        ]
    else:
        dates = len(np.unique(result.day0[studied]))
        head += ", one common date" if dates == 1 else f", {dates} dates"
        lines = [_several(result, number, level, staggered=dates > 1) for number in range(len(result.windows))]
    return "\n".join([f"{head}.", *lines])


def _single(result: StudyResult, row: int, number: int, level: float, placebo: PlaceboResult | None) -> str:
    window = result.windows[number]
    if result.status[row, number] != Reason.OK:
        return f"{window}: {result.explain(row, number)}"
    p = float(result.p[row, number])
    figures = f"{percent(float(result.car[row, number]))}, t = {statistic(float(result.t[row, number]))}, {p_value(p)}"
    sentence = f"{window}: abnormal return {figures}: {_verdict(p, level)}{_beside(placebo)}."
    return f"{sentence} {result.note(row, number)}".rstrip()


def _beside(placebo: PlaceboResult | None) -> str:
    """The placebo of one event, told beside its t."""
    if placebo is None:
        return ""
    if placebo.reason is not Reason.OK:
        return f"; placebo: {SENTENCES[placebo.reason].rstrip('.')}"
    return f"; placebo {p_value(placebo.p)} among {len(placebo.placebo)} dates"


def _several(result: StudyResult, number: int, level: float, *, staggered: bool) -> str:
    window = result.windows[number]
    shown = result.status[:, number] == Reason.OK
    if not shown.any():
        return f"{window}: no event has a figure."
    outcomes = {item.test: item.outcome for item in result.across if item.window == window}
    leading = LEADING_STAGGERED if staggered else LEADING
    lead = next((name for name in leading if outcomes[name].reason is Reason.OK), None)
    average = f"{window}: average abnormal return {percent(float(result.car[shown, number].mean()))} over {shown.sum()}"
    if lacking := int(result.lacks_day_zero[:, number].sum()):
        average += f" ({lacking} of them without a return on day 0)"
    if lead is None:
        return f"{average}; no leading test can be computed: {SENTENCES[outcomes[leading[0]].reason]}"
    beside = [_named(name, outcomes[name]) for name in leading if name != lead and outcomes[name].reason is Reason.OK]
    verdict = _verdict(outcomes[lead].p, level)
    sentence = f"{average}; {_named(lead, outcomes[lead])}: {verdict}" + "".join(f"; {part}" for part in beside) + "."
    return f"{sentence} {_warning(outcomes, outcomes[lead].p, level)}".rstrip()


def _warning(outcomes: dict[TestName, Outcome], p: float, level: float) -> str:
    """Named only where naive tests see a reaction that the leading test does not."""
    alarms = [name for name in NAIVE if outcomes[name].reason is Reason.OK and outcomes[name].p < 1 - level]
    if p < 1 - level or not alarms:
        return ""
    return f"{CLUSTERING_WARNING} (below {1 - level:.2g}: {', '.join(alarms)})."


def _named(name: TestName, outcome: Outcome) -> str:
    return f"{name} = {statistic(outcome.statistic)}, {p_value(outcome.p)}"


def _verdict(p: float, level: float) -> str:
    share = f"{100 * level:g}%"
    return (
        f"more than noise at the {share} level"
        if p < 1 - level
        else f"not distinguishable from noise at the {share} level"
    )
