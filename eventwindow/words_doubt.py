"""Sentences of the robustness page, made from its numbers; plain text."""

from collections.abc import Sequence

from eventwindow.doubt import Curve, Dot, LeaveOut, Line, Overlap, Part, Setting, Trial
from eventwindow.facts.events import Announcement
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.format import long_day, p_value, percent, plain_day, session, statistic
from eventwindow.groups import Group
from eventwindow.study.battery import TestName
from eventwindow.study.catalogue import LEADING_STAGGERED, NAIVE
from eventwindow.study.models import Model
from eventwindow.study.placebo import DRAWN, ENUMERATED
from eventwindow.study.sizes import ONE_DATE, STAGGERED, Sizes
from eventwindow.study.windows import Window
from eventwindow.view import Benchmark
from eventwindow.words import ACTION_NAMES, DIRECTION_NAMES, listing_name, place, window_words
from eventwindow.words_groups import TEST_NAMES

MODEL_WORDS = {
    Model.MARKET: "market model",
    Model.MARKET_ADJUSTED: "market-adjusted",
    Model.MEAN_ADJUSTED: "mean-adjusted",
    Model.SCHOLES_WILLIAMS: "Scholes-Williams",
    Model.FACTORS: "factor model",
}
BENCHMARK_WORDS: dict[str | None, str] = {
    Benchmark.BROAD: "broad index",
    Benchmark.TECH: "China-tech index",
    None: "no benchmark",
}


def trial_name(trial: Trial) -> str:
    """`Alibaba · Hong Kong`, `All 4 listings together`; of a reader's own events `BABA`, `All 4 events together`."""
    first, count = trial.lines[0], len(trial.lines)
    if count > 1:
        what = "listings" if isinstance(first, Line) else "events"
        return f"{'Both' if count == 2 else f'All {count:,}'} {what} together"
    return part_name(first) if isinstance(first, Line) else first


def trial_sentence(trial: Trial) -> str:
    """`12 of 1,034 ordinary sessions moved at least as much: p = 0.013.`, or why there is none."""
    if trial.reason:
        return trial.reason
    moved = "moved" if len(trial.lines) == 1 else "moved the group"
    tried = len(trial.result.placebo)
    drawn = trial.result.rule.startswith(DRAWN)
    sessions = f"{tried:,} random draws of ordinary sessions" if drawn else _counted(tried, "ordinary session")
    return f"{trial.as_large:,} of {sessions} {moved} at least as much: {_p(trial.result.p)}."


def trial_finding(trial: Trial, level: int) -> str:
    """One panel in words, for its text alternative."""
    if trial.reason:
        return f"{trial_name(trial)}: {trial.reason}"
    what = "abnormal return" if len(trial.lines) == 1 else "average abnormal return"
    return (
        f"{trial_name(trial)}: {what} {percent(trial.car)} over {window_words(trial.result.window)}, "
        f"t = {statistic(trial.result.statistic)}. {trial_sentence(trial)} {trial_verdict(trial, level)}"
    )


def trial_verdict(trial: Trial, level: int) -> str:
    """What p says at a level, or that so few sessions cannot say it."""
    if trial.result.floor >= 1 - level / 100:
        return f"So few sessions can say nothing at the {level}% level: the smallest p possible is {_floor(trial)}."
    beyond = trial.result.p < 1 - level / 100
    return f"{'More than noise' if beyond else 'Not distinguishable from noise'} at the {level}% level."


def placebo_lead(trials: Sequence[Trial], level: int) -> str:
    """Which listings moved more than on ordinary sessions."""
    single = [trial for trial in trials if len(trial.lines) == 1 and not trial.reason]
    if not single:
        return "No listing shown can be set against ordinary sessions."
    span = window_words(single[0].result.window)
    beyond = [trial for trial in single if trial.result.p < 1 - level / 100]
    if beyond:
        named = "; ".join(f"{line_name(trial.lines[0])} ({_p(trial.result.p)})" for trial in beyond)
        return f"More than on ordinary sessions over {span}, at the {level}% level: {named}."
    least = min(single, key=lambda trial: trial.result.p)
    return (
        f"No listing moved more over {span} than it does on ordinary sessions, at the {level}% level; "
        f"the most unusual is {line_name(least.lines[0])} ({_p(least.result.p)})."
    )


def placebo_rule(trials: Sequence[Trial]) -> str:
    """How many sessions were tried, by which rule, and the smallest p that they can give."""
    known = [trial for trial in trials if not trial.reason]
    if not known:
        return ""
    counts = sorted({1 + len(trial.result.placebo) for trial in known})
    smallest = f"1 in {counts[0]:,}" + (f" (panel of the fewest sessions) to 1 in {counts[-1]:,}" if counts[1:] else "")
    kept = any(trial.result.rule != ENUMERATED for trial in known)
    distance = " The listings are moved together; the distance between their days 0 is kept." if kept else ""
    together = " The listings are moved together." if len(known[-1].lines) > 1 and not kept else ""
    return (
        "Every session of a listing is tried on which the model can be fitted and whose sessions touch those of no "
        f"announcement on file; nothing is drawn at random.{distance}{together} The announcement itself counts "
        f"too, so the smallest p possible is {smallest}."
    )


def setting_words(setting: Setting) -> str:
    """`market model, broad index, 250 sessions to −11, days 0 to +1`."""
    return ", ".join(
        (
            MODEL_WORDS[setting.model],
            benchmark_words(setting.benchmark),
            estimation_words(setting.estimation),
            window_words(setting.window),
        )
    )


def benchmark_words(benchmark: str | None) -> str:
    """`broad index`, or a column of a reader's own prices as it is called."""
    return BENCHMARK_WORDS.get(benchmark, str(benchmark))


def estimation_words(window: Window) -> str:
    """`250 sessions to −11`."""
    return f"{window.length} sessions to {session(window.end)}"


def dot_words(dot: Dot, level: int) -> str:
    """One setting and what it says."""
    low, high = percent(dot.value - dot.half_width), percent(dot.value + dot.half_width)
    return f"{percent(dot.value)} ({level}% interval {low} to {high}), {_p(dot.p)}"


def line_name(line: Line | str) -> str:
    """`Alibaba in Hong Kong`; a symbol as it is."""
    return listing_name(line) if isinstance(line, Line) else line


def curve_name(curve: Curve) -> str:
    """What a curve is about, within a sentence."""
    return line_name(curve.line) or "the average of all events"


def curve_label(curve: Curve) -> str:
    """The same as a heading: `Alibaba · Hong Kong`."""
    return part_name(curve.line) if isinstance(curve.line, Line) else curve.line or "Average of all events"


def curve_sentence(curve: Curve, level: int) -> str:
    """In how many settings the reaction is more than noise, and how far they differ."""
    name = curve_name(curve)
    if not curve.dots:
        return f"No setting gives a figure for {name}. {missing_words(curve)}"
    low, high = percent(curve.dots[0].value), percent(curve.dots[-1].value)
    own = f" Yours gives {percent(curve.current.value)}, {_p(curve.current.p)}." if curve.current else ""
    return (
        f"In {curve.beyond(level)} of {_counted(len(curve.dots), 'setting')} the reaction of {name} is more than noise "
        f"at the {level}% level; the figure runs from {low} to {high}.{own}"
    )


def missing_words(curve: Curve) -> str:
    """How many settings have no figure, and why; empty if all have one."""
    if not curve.missing:
        return ""
    reasons = "; ".join(f"{count} times: {reason.rstrip('.')}" for reason, count in curve.missing.items())
    return f"{_counted(sum(curve.missing.values()), 'setting')} cannot be computed. {reasons}."


def settings_lead(curves: Sequence[Curve], level: int) -> str:
    """All listings in one sentence."""
    known = [curve for curve in curves if curve.dots]
    if not known:
        return "No setting gives a figure for the listings shown."
    parts = [f"{curve_name(curve)} {curve.beyond(level)} of {len(curve.dots)}" for curve in known]
    return f"Settings in which the reaction is more than noise at the {level}% level: {'; '.join(parts)}."


def part_name(part: Part) -> str:
    """What is left out: `Alibaba · Hong Kong`, or `Record antitrust fine on Alibaba, 10 April 2021`."""
    if isinstance(part, Line):
        return f"{part.issuer.short_name} · {place(part)}"
    return f"{part.title}, {plain_day(part.day)}"


def part_label(part: Part) -> str:
    """The same with the date first, which survives where a long title is cut."""
    return part_name(part) if isinstance(part, Line) else f"{long_day(part.day)[4:]} · {part.title}"


def group_words(group: Group, level: int) -> str:
    """`+3.44% over 4 figures: not distinguishable from noise (adjusted BMP t = 1.54, p = 0.222)`."""
    if not group.events:
        return "no figure"
    average = f"{percent(group.value)} over {_counted(group.events, 'figure')}"
    if group.lead.reason is not Reason.OK:
        return f"{average}; the leading test says nothing: {SENTENCES[group.lead.reason].rstrip('.')}"
    beyond = "more than noise" if group.beyond_noise(level) else "not distinguishable from noise"
    return f"{average}: {beyond} at the {level}% level ({lead_words(group)})"


def lead_words(group: Group) -> str:
    """`adjusted BMP t = 1.54, p = 0.222`."""
    name = TEST_NAMES[group.leading[0]]
    if group.lead.reason is not Reason.OK:
        return f"{name}: none"
    return f"{name} = {statistic(group.lead.statistic)}, {_p(group.lead.p)}"


def leave_out_sentence(found: LeaveOut, level: int, parts: str) -> str:
    """The average, how far it moves without one part, and whether any part carries the verdict."""
    whole = f"Average {group_words(found.whole, level)}."
    usable = [(part, group) for part, group in found.without if group.events]
    if len(usable) < 2:
        return f"{whole} There is nothing to leave out: only one of the {parts} has a figure." if usable else whole
    low = min(usable, key=lambda item: item[1].value)
    high = max(usable, key=lambda item: item[1].value)
    moved = (
        f"Without one of the {parts} it runs from {percent(low[1].value)} (without {part_name(low[0])}) to "
        f"{percent(high[1].value)} (without {part_name(high[0])})."
    )
    if found.whole.lead.reason is not Reason.OK:
        return f"{whole} {moved}"
    verdict = found.whole.beyond_noise(level)
    changed = [part_name(part) for part, group in usable if group.beyond_noise(level) is not verdict]
    carried = f"The verdict changes without: {'; '.join(changed)}." if changed else "No single one carries the verdict."
    return f"{whole} {moved} {carried}"


def similar_words(announcement: Announcement, similar: Sequence[Announcement]) -> str:
    """What the group of similar announcements is: `Kind: fine · Direction: tightening: 16 announcements on file`."""
    kind, direction = ACTION_NAMES[announcement.action].lower(), DIRECTION_NAMES[announcement.direction].lower()
    which, count = f"Kind: {kind} · Direction: {direction}", _counted(len(similar), "announcement")
    if all(item.direction == announcement.direction for item in similar):
        return f"{which}: {count} on file"
    return f"{which}: the only one on file, so all {count} of its kind are taken, whatever their direction"


def overlap_lead(found: Sequence[Overlap], span: Window) -> str:
    """How many other announcements about the same companies lie in the windows."""
    if not found:
        return "No other announcement on file about these companies lies in the windows."
    nearest = found[0]
    summed = {item.announcement.event_id for item in found if item.offset in span.sessions}
    inside = f"{len(summed)} of them within the sessions summed up" if summed else "none within the sessions summed up"
    return (
        f"{_counted(len({item.announcement.event_id for item in found}), 'other announcement')} about the same "
        f"companies, {inside}. The nearest: {nearest.announcement.title}, {_distance(nearest.offset)} "
        f"({listing_name(nearest.line)})."
    )


def naive_lead(group: Group, level: int) -> str:
    """What the leading test says, and how many naive ones would have said otherwise."""
    if group.lead.reason is not Reason.OK:
        return f"Average {group_words(group, level)}."
    usable = [name for name in NAIVE if group.outcomes[name].reason is Reason.OK]
    alarms = [name for name in usable if group.outcomes[name].p < 1 - level / 100]
    lead = f"Average {group_words(group, level)}."
    if not alarms:
        return f"{lead} None of {len(usable)} naive tests says otherwise." if not group.beyond_noise(level) else lead
    named = ", ".join(TEST_NAMES[name] for name in alarms)
    if group.beyond_noise(level):
        return f"{lead} {len(alarms)} of {len(usable)} naive tests say so too: {named}."
    return f"{lead} {len(alarms)} of {len(usable)} naive tests would have called it a reaction: {named}."


def clustering_sentence(sizes: Sizes, window: Window) -> str:
    """Why naive tests mislead, with their measured size."""
    rates = sizes.of(ONE_DATE, str(window))
    naive, lead = rates["cross_sectional_t"], rates[LEADING_STAGGERED[0]]
    simulated = window_words(sizes.window(ONE_DATE, window))
    return (
        f"Shares hit by one announcement move together, so {sizes.firms} of them are not {sizes.firms} independent "
        f"pieces of evidence. Simulated with {sizes.firms} firms on one date (residual correlation "
        f"{sizes.correlation:g}) and no reaction at all, over {simulated} the cross-sectional t claims one "
        f"{_share(naive)} of the time instead of {_share(sizes.level)}; the adjusted BMP t {_share(lead)}."
    )


def design_of(group: Group) -> str:
    """Which simulated design stands for a group: one announcement hits all at once, if a day apart in two markets."""
    return STAGGERED if group.announcements > 1 else ONE_DATE


def ordered_tests(group: Group) -> tuple[TestName, ...]:
    """Tests of a group: the leading ones first, the naive ones last."""
    others = [name for name in group.outcomes if name not in group.leading and name not in NAIVE]
    return (*group.leading, *others, *NAIVE)


def outcome_words(group: Group, name: TestName, level: int) -> str:
    """What one test says."""
    outcome = group.outcomes[name]
    if outcome.reason is not Reason.OK:
        return "no figure"
    return "more than noise" if outcome.p < 1 - level / 100 else "within noise"


def role_words(group: Group, name: TestName) -> str:
    """Whether a test leads, stands beside, or is naive."""
    if name in group.leading:
        return "leads" if name == group.leading[0] else "leads with it"
    return "naive" if name in NAIVE else "beside"


def _p(p: float) -> str:
    """`p = 0.012` that does not break over two lines."""
    return p_value(p).replace(" ", "\u00a0")


def _distance(offset: int) -> str:
    if not offset:
        return "with the same day 0"
    return f"day 0 {_counted(abs(offset), 'session')} {'later' if offset > 0 else 'earlier'}"


def _floor(trial: Trial) -> str:
    return f"1 in {1 + len(trial.result.placebo):,}"


def _share(rate: float) -> str:
    return f"{100 * rate:.1f}%".replace(".0%", "%")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
