"""Sentences on timing and attention, made from their numbers; plain text, escaped where it is shown."""

from collections.abc import Sequence

import numpy as np

from eventwindow.case import Case
from eventwindow.doubt import Overlap
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.format import percent, plain_day, plain_number, session, share, short_day, times
from eventwindow.market_speed import MarketSpeed, median
from eventwindow.study.windows import Window
from eventwindow.timing import Anticipation, Horizon, Speed
from eventwindow.volume import Attention
from eventwindow.words import MARKET_NAMES, estimate_words, listing_name, window_words

# Other announcements named one by one.
MOST_NAMED = 3
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}
SHORTER = "A shorter event window may show more."
BARELY = "A figure barely beyond noise settles early, as what is still to come is soon within noise."


def anticipation_verdict(case: Case, found: Sequence[Horizon]) -> str:
    """How much came before the official act, in a few sentences."""
    if case.announcement.first_report is None:
        return "One clock only: no report from before the official act is known, so no move can be set before it."
    known = found[0].known
    if not known:
        reasons = dict.fromkeys(item.why for item in found[0].found)
        return f"What came before the official act cannot be told: {_inside(' '.join(reasons))}"
    level = case.view.level
    early = [
        f"{listing_name(item.item)} ({estimate_words(item.split.before)})"
        for item in known
        if item.split and item.split.before.beyond_noise(level)
    ]
    lead = (
        f"Between first report and official act, more than noise at the {level}% level: {'; '.join(early)}."
        if early
        else f"No move beyond noise at the {level}% level between first report and official act."
    )
    if not any(np.isfinite(item.share) for horizon in found for item in horizon.known):
        reasons = dict.fromkeys(SENTENCES[item.share_reason] for horizon in found for item in horizon.known)
        return f"{lead} No share of the whole can be named: {_inside(' '.join(reasons))}"
    return " ".join([lead, *(_shares(horizon) for horizon in found if horizon.known)])


def _shares(horizon: Horizon) -> str:
    """The shares that came before the act, of the move to one horizon."""
    shares = [f"{share(it.share)} for {listing_name(it.item)}" for it in horizon.known if np.isfinite(it.share)]
    lead = f"Of the whole {horizon_words(horizon)}"
    if shares:
        return f"{lead}, this much came before the act: {'; '.join(shares)}."
    reasons = dict.fromkeys(SENTENCES[item.share_reason] for item in horizon.known)
    return f"{lead} no share can be named: {_inside(' '.join(reasons))}"


def horizon_words(horizon: Horizon) -> str:
    """`to the act's own session`, `to session +5 from the act`."""
    return f"to session {session(horizon.end)} from the act" if horizon.end else "to the act's own session"


def anticipation_finding(item: Anticipation) -> str:
    """One listing before and after, for hover texts and the text alternative of the chart."""
    name = listing_name(item.item)
    if item.split is None:
        return f"{name}: {item.why}"
    parts = "; ".join(
        f"{word}, {window_words(part.window)}: {estimate_words(part)}" for word, part in vars(item.split).items()
    )
    return f"{name}: {parts}. {share_words(item)}"


def shares_missing(found: Sequence[Horizon]) -> str:
    """Which listings have no share of the whole before the act, and why."""
    reasons: dict[str, list[str]] = {}
    for horizon in found:
        for item in horizon.found:
            if not np.isfinite(item.share):
                to = f" (to {session(horizon.end)})" if item.split else ""
                reasons.setdefault(item.why or SENTENCES[item.share_reason], []).append(
                    f"{listing_name(item.item)}{to}"
                )
    parts = [f"{', '.join(dict.fromkeys(names))}: {_inside(reason)}" for reason, names in reasons.items()]
    return f"No share before the act for {' '.join(parts)}" if parts else ""


def others_words(found: Sequence[Overlap]) -> str:
    """Which other announcements about the companies shown fall into the sessions summed up; empty without any."""
    if not found:
        return ""
    companies = ", ".join(dict.fromkeys(item.line.issuer.short_name for item in found))
    named = list(dict.fromkeys(f"{item.announcement.title} ({plain_day(item.announcement.day)})" for item in found))
    one, more = len(named) == 1, len(named) - MOST_NAMED
    lead = f"Another announcement about {companies} falls" if one else f"Other announcements about {companies} fall"
    rest = f"; and {more} more" if more > 0 else ""
    return f"{lead} into these sessions, and the figures do not tell them apart: {'; '.join(named[:MOST_NAMED])}{rest}."


def share_words(item: Anticipation) -> str:
    """The share that came before, or why there is none."""
    if np.isfinite(item.share):
        return f"{share(item.share)} of the whole came before the official act."
    return item.why or SENTENCES[item.share_reason]


def anticipation_caption(case: Case, found: Sequence[Horizon]) -> str:
    """How to read before and after."""
    same = [listing_name(item.item) for item in found[0].found if item.reason is Reason.SAME_SESSION]
    told = f" Not drawn, as both clocks point at the same session: {', '.join(same)}." if same else ""
    return (
        "Before: from the session that the first report points at to the last one before the official act's. After: "
        f"from the act's session to the one named. Whole: both. Bars are {case.view.level}% intervals of the exact "
        f"prediction error; a filled mark is more than noise.{told}"
    )


def speed_verdict(case: Case, found: Sequence[Speed]) -> str:
    """How soon the move was over, market by market."""
    if not any(item.settled is not None for item in found):
        reasons = dict.fromkeys(item.why for item in found)
        return f"No speed can be told: {_inside(' '.join(reasons))}"
    lines = []
    for market in Market:
        here = [item for item in found if item.item.listing.market is market and item.final is not None]
        defined = [speed_words(item, case.view.window) for item in here if item.settled is not None]
        if defined:
            lines.append(f"{MARKET_NAMES[market]}: {'; '.join(defined)}.")
        elif here:
            reasons = dict.fromkeys(item.why for item in here)
            lines.append(f"{MARKET_NAMES[market]}, none: {_inside(' '.join(reasons))}")
    return " ".join(lines)


def speed_words(item: Speed, window: Window) -> str:
    """`Alibaba settled on day +1, half of it there on day 0`."""
    name = item.item.issuer.short_name
    if item.settled is None or item.half is None:
        return f"{name}: {item.why}"
    settled = (
        f"still moving when the window ends on day {session(window.end)}"
        if item.settled == window.end
        else f"settled on day {session(item.settled)}"
    )
    return f"{name} {settled}, half of it there on day {session(item.half)}"


def speed_caption(case: Case) -> str:
    """What settled and half mean."""
    end, level = session(case.view.window.end), case.view.level
    return (
        "Half: the first session from which on the cumulative abnormal return stays at half of its figure of day "
        f"{end} or beyond. Settled: the first from which on, besides, what is still to come by day {end} stays within "
        f"its own {level}% noise band, which shrinks as fewer sessions are left. Both count sessions of the listing's "
        "own market from day 0, and neither is told where the figure itself is not distinguishable from noise. "
        f"{BARELY} {SHORTER} Our own definitions, after the question of "
        "Hillmer and Yu (1979)."
    )


def attention_verdict(case: Case, found: Sequence[Attention]) -> str:
    """Whether more was traded than usual on day 0."""
    if not found:
        return "No listing shown has abnormal returns, so nothing can be set beside its volume."
    known = [item for item in found if np.isfinite(_on(item, 0))]
    if not known:
        return "Of no listing shown can the volume of day 0 be compared with a usual one."
    beyond = [item for item in known if item.beyond(0)]
    level = case.view.level
    if not beyond:
        low, high = min(known, key=lambda item: _on(item, 0)), max(known, key=lambda item: _on(item, 0))
        span = _volume_on(low) if low is high else f"from {_volume_on(low)} to {_volume_on(high)}"
        return f"No unusual volume on day 0 at the {level}% level: {span} of the usual volume."
    named = "; ".join(map(_volume_on, beyond))
    others = _rest_within(len(known) - len(beyond))
    return f"Unusual volume on day 0 at the {level}% level, in multiples of the usual one: {named}.{others}"


def _rest_within(count: int) -> str:
    if count < 2:
        return " The other one was within its band." if count else ""
    return f" The other {NUMBERS.get(count, str(count))} were within their bands."


def attention_finding(item: Attention, level: int) -> str:
    """The two panels of one listing, for the text alternative of the chart."""
    name = listing_name(item.item)
    moves = np.abs(item.returns) > item.returns_band
    lead = f"{name}, session by session: {_unusual('abnormal returns', item, moves, level)}"
    if item.reason is not Reason.OK:
        return f"{lead} No abnormal volume: {volume_reason(item)}"
    volumes = np.abs(item.volume) > item.volume_band
    return f"{lead} {_unusual('volumes', item, volumes, level)}"


def volume_reason(item: Attention) -> str:
    """Why a listing has no abnormal volume; empty where it has."""
    if item.reason is Reason.OK:
        return ""
    if item.reason is Reason.TOO_FEW_ESTIMATION_RETURNS:
        return f"Volume is known on {item.n_volumes} sessions of the estimation window, too few to say what is usual."
    return "The volume on file does not vary, so nothing can be called unusual."


def attention_caption(case: Case) -> str:
    """How to read the two panels, and which listings have none."""
    level = case.view.level
    bare = [f"{listing_name(item)}: {_inside(item.reason)}" for item in case.listings if item.path is None]
    missing = f" Not drawn: {' '.join(bare)}" if bare else ""
    other = ", and in grey the session that the other clock points at"
    return f"{attention_reading(level, other)}{missing}"


def attention_reading(level: int, other: str = "") -> str:
    """How to read the two panels; `other` tells of further dotted sessions."""
    return (
        "Above, the abnormal return of each session alone; below, on the same sessions, its volume as a multiple of "
        "the usual one, on a scale of doublings. Usual is the mean of log volume over the estimation window; turnover "
        f"would give the same. Shaded: {level}% noise bands of a single session; a full bar lies outside its band. "
        f"Dotted: day 0{other}. "
        "Volume has trends and memory that the band does not know, so neighbouring bars are no separate evidence "
        "(Ajinkya and Jain 1989)."
    )


def run_up_caption(window: Window, level: int, confounded: int, events: int, *, clean: bool) -> str:
    """How to read the run-up, and what else falls into it."""
    others = (
        "Events with another announcement about the same company in these sessions are left out."
        if clean
        else f"{confounded:,} of {events:,} events have another announcement about the same company in these sessions, "
        "which may be what is seen; they can be left out above."
    )
    return (
        f"Abnormal return summed over {window_words(window)}, the sessions of the event window before day 0. {others} "
        f"A run-up beyond noise at the {level}% level can mean early news, or that announcements follow moves: it "
        "does not tell which."
    )


def run_up_paths_caption(window: Window, level: int) -> str:
    """How to read the paths."""
    return (
        f"Average cumulative abnormal return from the close before session {session(window.start)} to session −1, of "
        f"the same events at every session. The band around zero is where such an average would lie {level} times out "
        "of 100 without any run-up, allowing for events that move together (Kolari and Pynnönen 2010)."
    )


def market_speed_verdict(found: Sequence[MarketSpeed], window: Window) -> str:
    """How soon the moves beyond noise were over, market by market."""
    parts = []
    for item in found:
        where = MARKET_NAMES[item.market]
        if not item.moved:
            parts.append(f"{where}: none of {item.events:,} events moved beyond noise.")
            continue
        parts.append(
            f"{where}: of {item.moved:,} moves beyond noise (of {item.events:,} events), {item.settled_by(0):,} had "
            f"settled on day 0 and {item.settled_by(window.end - 1):,} before the last session; median "
            f"{_sessions(median(item.settled))}, half of the move by {_sessions(median(item.half))}."
        )
    return " ".join(parts) or "The window ends with day 0, so no speed can be told."


def _sessions(count: float) -> str:
    return f"{plain_number(count)} session{'' if count == 1 else 's'}"


def market_speed_caption(window: Window, level: int) -> str:
    """How to read speeds over many announcements."""
    return (
        f"Of events whose figure over {window_words(Window(0, window.end))} is more than noise at the {level}% level "
        f"by its own t; chance alone makes {100 - level}% of all events look so. Half: the cumulative figure stays "
        "beyond half of its last value; settled: besides, what is still to come stays within its own noise band. "
        f"Medians count sessions after day 0. {BARELY} Events of one day move together, so neighbouring cases are no "
        "separate evidence."
    )


def hover_day(item: Attention, place: int) -> str:
    """`Fri 7 Jul, session 0`."""
    day = item.dates[place].item()
    when = short_day(day) if day else "no session"
    return f"{when}, session {session(int(item.sessions[place]))}"


def _inside(sentence: str) -> str:
    """A sentence to go on with after a colon."""
    return sentence[:1].lower() + sentence[1:]


def _on(item: Attention, day: int) -> float:
    return float(item.multiple[day - int(item.sessions[0])])


def _volume_on(item: Attention) -> str:
    return f"{listing_name(item.item)} {times(_on(item, 0))}"


def _unusual(what: str, item: Attention, marked: np.ndarray[tuple[int], np.dtype[np.bool_]], level: int) -> str:
    days = [session(number) for number in item.sessions[marked].tolist()]
    return f"{what} outside the {level}% band on session{'s' if len(days) != 1 else ''} {', '.join(days) or 'none'}."


def return_words(value: float, band: float, level: int) -> str:
    """`+8.38% abnormal, 95% band ±4.40%`."""
    if not np.isfinite(value):
        return "no return"
    return f"{percent(value)} abnormal, {level}% band ±{percent(band).removeprefix('+')}"


def volume_words(item: Attention, place: int, level: int) -> str:
    """`2.24× usual volume, 95% band 0.45× to 2.23×`."""
    value, band = float(item.volume[place]), float(item.volume_band[place])
    if not np.isfinite(value):
        return "volume unknown"
    low, high = times(float(np.exp(-band))), times(float(np.exp(band)))
    return f"{times(float(np.exp(value)))} usual volume, {level}% band {low} to {high}"
