"""When the move came: before the official act or after it, and how soon it was over.

Both follow the clock, the model and the estimation window of the page, so their figures are those of its other tabs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eventwindow.case import Case, Estimate, ListingCase, estimate_of, study_over
from eventwindow.facts.events import NewsTime
from eventwindow.facts.prices import Floats
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.facts.sessions import DayZero, day_zero
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window


@dataclass(frozen=True)
class Split:
    """A move cut at the official act, by the sessions that the two clocks point at.

    `before` runs from the session of the first report to the last one before that of the official act, `after` from
    that of the act to a session some way from it, `whole` is both.
    """

    before: Estimate
    after: Estimate
    whole: Estimate


@dataclass(frozen=True)
class Anticipation:
    """The move of one listing before and after the official act; `split` is None where `reason` and `why` say so.

    `share` is before / whole; where it means nothing it is NaN and `share_reason` says why.
    """

    item: ListingCase
    split: Split | None
    share: float
    share_reason: Reason
    reason: Reason
    why: str


@dataclass(frozen=True)
class Horizon:
    """Every listing shown, what came after the act taken to session `end` from it."""

    end: int
    found: tuple[Anticipation, ...]

    @property
    def known(self) -> tuple[Anticipation, ...]:
        """Listings whose move is cut in two."""
        return tuple(item for item in self.found if item.split)


@dataclass(frozen=True)
class Speed:
    """How many sessions after day 0 the move of one listing took.

    `final` is the abnormal return from day 0 to the end of the window. `half` is the first session from which on the
    cumulative figure stays at half of `final` or beyond, `settled` the first from which on, besides, what is still to
    come stays within its own noise band; 0 is day 0 itself, None where `reason` (a code) and `why` (in words) say so.
    A `settled` of the last session says only that the window was too short.

    Our own definitions: Hillmer and Yu (1979, J. Financial Economics 7:321-345) ask the same of intraday prices.
    """

    item: ListingCase
    final: Estimate | None
    settled: int | None
    half: int | None
    reason: Reason
    why: str


def horizons(snapshot: Snapshot, case: Case) -> tuple[Horizon, ...]:
    """Before and after to the end of the lead window, and to the end of the page's window: the near one first."""
    ends = sorted({case.lead_window.end, case.view.window.end})
    return tuple(Horizon(end, anticipations(snapshot, case, end)) for end in ends)


def sessions_summed(found: Sequence[Horizon], window: Window) -> Window:
    """All sessions that some figure sums: before or after the act, or from day 0 to the end of the page's window."""
    whole = [item.split.whole.window for horizon in found for item in horizon.known if item.split]
    return Window(min([0, *(part.start for part in whole)]), max([window.end, *(part.end for part in whole)]))


def anticipations(snapshot: Snapshot, case: Case, end: int) -> tuple[Anticipation, ...]:
    """What came before the official act and from there to session `end` from it, for every listing shown."""
    first, act = case.announcement.first_report, case.announcement.announced
    if first is None or case.study is None:
        return tuple(_unknown(case, item, Reason.ONE_CLOCK) for item in case.listings)
    parts = {item.listing.symbol: _parts(snapshot, item, (first, act), end) for item in case.listings}
    possible = [
        part for part in parts.values() if not isinstance(part, Reason) and part[0].start > case.view.estimation.end
    ]
    windows = sorted({window for part in possible for window in part})
    listings = [item.listing for item in case.listings]
    study = study_over(snapshot, [case.announcement], listings, case.view, windows) if possible else None
    return tuple(_anticipation(case, item, parts[item.listing.symbol], study) for item in case.listings)


def speeds(snapshot: Snapshot, case: Case) -> tuple[Speed, ...]:
    """How soon the move was over, for every listing shown."""
    end = case.view.window.end
    if case.study is None or end == 0:
        return tuple(_speed(case, item, None) for item in case.listings)
    listings = [item.listing for item in case.listings]
    rest = study_over(snapshot, [case.announcement], listings, case.view, remaining_windows(end))
    return tuple(_speed(case, item, rest) for item in case.listings)


def remaining_windows(end: int) -> tuple[Window, ...]:
    """What is still to come after day 0, after the next session and so on, to session `end`."""
    return tuple(Window(session + 1, end) for session in range(end))


def remaining_errors(rest: StudyResult, row: int) -> Floats:
    """Standard error of what is still to come after each session from day 0 to the end, (W,), of one event.

    `rest` holds the windows of `remaining_windows`. Zero after the last session, and where no later one has a return.
    """
    return np.append(np.nan_to_num(rest.se[row]), 0.0)


def settling(path: Floats, band: Floats) -> tuple[int, int]:
    """First sessions from which on a path (W,) from day 0 is over, and from which on half of its last value is there.

    It is over where half is there and what is still to come is within `band` (W,), its noise, zero at the end. NaN,
    where a session has no figure, counts as neither.
    """
    final = path[-1]
    half = path * np.sign(final) >= abs(final) / 2
    over = half & (np.abs(final - path) <= band)
    return _stays_from(over), _stays_from(half)


def _stays_from(held: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """First place from which on all are true; the last one is."""
    broken = np.flatnonzero(~held)
    return int(broken[-1]) + 1 if len(broken) else 0


def _parts(
    snapshot: Snapshot, item: ListingCase, clocks: tuple[NewsTime, NewsTime], end: int
) -> tuple[Window, Window, Window] | Reason:
    """Before, after and whole in sessions from the page's day 0."""
    calendar = snapshot.calendars[item.listing.market]
    first, act = (day_zero(clock, calendar) for clock in clocks)
    if item.day_zero is None or not isinstance(first, DayZero) or not isinstance(act, DayZero):
        return Reason.OUTSIDE_CALENDAR
    start, official = first.position - item.day_zero.position, act.position - item.day_zero.position
    if start >= official:
        return Reason.SAME_SESSION
    return Window(start, official - 1), Window(official, official + end), Window(start, official + end)


def _anticipation(
    case: Case, item: ListingCase, parts: tuple[Window, Window, Window] | Reason, study: StudyResult | None
) -> Anticipation:
    if item.path is None:
        return _unknown(case, item)
    if isinstance(parts, Reason):
        return _unknown(case, item, parts)
    if study is None or parts[0].start <= case.view.estimation.end:
        return _unknown(case, item, Reason.REPORT_TOO_EARLY)
    row = study.row(case.announcement.event_id, item.listing.symbol)
    numbers = [study.windows.index(window) for window in parts]
    missing = [status for status in study.status[row, numbers] if status != Reason.OK]
    if missing:
        return _unknown(case, item, Reason(missing[0]))
    split = Split(*(estimate_of(study, row, number) for number in numbers))
    reason = _share_reason(split, case.view.level)
    share = split.before.value / split.whole.value if reason is Reason.OK else float("nan")
    return Anticipation(item, split, share, reason, Reason.OK, "")


def _share_reason(split: Split, level: int) -> Reason:
    if not split.whole.beyond_noise(level):
        return Reason.WITHIN_NOISE
    return Reason.OPPOSITE_SIGNS if split.before.value * split.after.value < 0 else Reason.OK


def _unknown(case: Case, item: ListingCase, reason: Reason = Reason.OK) -> Anticipation:
    """No figure: because the listing has no path at all, else for the reason given."""
    code, why = _why_no_path(case, item) if item.path is None else (reason, SENTENCES[reason])
    return Anticipation(item, None, float("nan"), code, code, why)


def _speed(case: Case, item: ListingCase, rest: StudyResult | None) -> Speed:
    path = item.path
    if path is None or case.study is None:
        return Speed(item, None, None, None, *_why_no_path(case, item))
    row = case.study.row(case.announcement.event_id, item.listing.symbol)
    final = item.estimate(Window(0, case.view.window.end))
    if not final.known:
        code = Reason(case.study.status[row, case.study.windows.index(final.window)])
        return Speed(item, None, None, None, code, final.reason)
    if rest is None or not final.beyond_noise(case.view.level):
        reason = Reason.NOTHING_LATER if rest is None else Reason.WITHIN_NOISE
        return Speed(item, final, None, None, reason, SENTENCES[reason])
    settled, half = settling(path.value[path.sessions >= 0], path.critical * remaining_errors(rest, row))
    return Speed(item, final, settled, half, Reason.OK, "")


def _why_no_path(case: Case, item: ListingCase) -> tuple[Reason, str]:
    if case.study is None:
        return Reason.OUTSIDE_CALENDAR, item.reason
    return Reason(case.study.reasons[case.study.row(case.announcement.event_id, item.listing.symbol)]), item.reason
