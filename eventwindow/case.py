"""One announcement as the reader chose to see it: facts joined with the study's numbers.

This is the step between the floors: pages, commands and notebooks all build their numbers here, so
they cannot differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.events import Announcement, Clock, NewsTime
from eventwindow.facts.listings import Issuer, Listing, Market
from eventwindow.facts.prices import Floats, ReturnsKind, ReturnTable, SessionMove, return_table, session_move
from eventwindow.facts.reasons import Reason
from eventwindow.facts.reported import ReportedMove
from eventwindow.facts.sessions import DayZero, DayZeroRule, day_zero
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.engine import HEADLINE_WINDOWS, StudyEvents, StudySpec, run_study
from eventwindow.study.results import StudyResult
from eventwindow.study.significance import critical_value
from eventwindow.study.windows import Window
from eventwindow.view import Benchmark, View

DAY_ZERO_ONLY = Window(0, 0)
DAY_ZERO_AND_NEXT = Window(0, 1)


@dataclass(frozen=True)
class Estimate:
    """An abnormal return over a window: decimal `value` and `se`, or a `reason` in words instead.

    `remark` is the reason, or what a reader of the figure should know.
    """

    window: Window
    value: float
    se: float
    t: float
    df: int
    p: float
    n_days: int
    reason: str
    remark: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return not self.reason

    def beyond_noise(self, level: int) -> bool:
        """Whether the two-sided p-value is below the level's error rate (95: 5%)."""
        return self.known and self.p < 1 - level / 100


@dataclass(frozen=True)
class NewsSession:
    """One session that a clock of the announcement points at, as one listing traded it.

    `offset` counts sessions from day 0; `clocks` are the clocks that point here.
    """

    clocks: tuple[Clock, ...]
    offset: int
    move: SessionMove
    abnormal: Estimate

    @property
    def is_day_zero(self) -> bool:
        """Whether the chosen clock makes this session day 0."""
        return self.offset == 0


@dataclass(frozen=True)
class CarPath:
    """Cumulative abnormal return counted from the close before day 0.

    Arrays of shape (W,), decimal: before day 0 the value is what was still to come up to that close,
    with its sign turned, so that the path meets zero at session -1. NaN where nothing is known.
    """

    sessions: NDArray[np.intp]
    dates: NDArray[np.datetime64]
    value: Floats
    se: Floats
    critical: float

    @property
    def band(self) -> tuple[Floats, Floats]:
        """Lower and upper edge of the prediction-error band around zero: what noise alone explains."""
        return -self.critical * self.se, self.critical * self.se


@dataclass(frozen=True)
class ListingCase:
    """What one listing did: `reason` says why there is nothing to show, else it is empty.

    `sessions` are those a clock points at; `reported` is what the press printed of this listing, of whatever session.
    """

    listing: Listing
    issuer: Issuer
    benchmark: str
    day_zero: DayZero | None
    reason: str
    sessions: tuple[NewsSession, ...]
    estimates: tuple[Estimate, ...]
    path: CarPath | None
    reported: tuple[ReportedMove, ...]

    def estimate(self, window: Window) -> Estimate:
        """The abnormal return over one of the windows that were studied."""
        return next(item for item in self.estimates if item.window == window)


@dataclass(frozen=True)
class Case:
    """One announcement, one view, and everything that follows from the two."""

    announcement: Announcement
    view: View
    news: NewsTime
    listings: tuple[ListingCase, ...]
    study: StudyResult | None

    @cached_property
    def with_result(self) -> tuple[ListingCase, ...]:
        """Listings that have numbers."""
        return tuple(item for item in self.listings if item.path is not None)

    @cached_property
    def day_zeros(self) -> dict[Market, DayZero]:
        """Day 0 of every market shown."""
        return {item.listing.market: item.day_zero for item in self.listings if item.day_zero}

    @property
    def time_unknown(self) -> bool:
        """Whether day 0 had to be assumed from the date alone in a market shown."""
        return any(found.rule is DayZeroRule.TIME_UNKNOWN for found in self.day_zeros.values())

    @property
    def headline_windows(self) -> tuple[Window, ...]:
        """Windows that every study reports."""
        return HEADLINE_WINDOWS

    @property
    def lead_window(self) -> Window:
        """Window of the verdict: day 0, and the next session too where the hour is unknown."""
        return DAY_ZERO_AND_NEXT if self.time_unknown else DAY_ZERO_ONLY


def build_case(snapshot: Snapshot, view: View) -> Case:
    """Everything the event page shows, for any valid view."""
    announcement = snapshot.announcements[view.event]
    news = announcement.news(view.clock)
    listings = chosen_listings(snapshot, view)
    if not listings:
        return Case(announcement, view, news, (), None)
    offsets = {item.symbol: _clock_offsets(snapshot, announcement, news, item) for item in listings}
    spec = _screen_spec(view, offsets.values())
    study = run_study(
        events=study_events(snapshot, [announcement], listings, view.clock),
        prices=return_tables(snapshot, listings, view.benchmark),
        spec=spec,
    )
    cases = [_listing_case(snapshot, announcement, view, study, item, offsets[item.symbol]) for item in listings]
    return Case(announcement, view, news, tuple(cases), study)


def chosen_listings(snapshot: Snapshot, view: View) -> list[Listing]:
    """Listings with prices of the chosen companies in the chosen markets, company by company."""
    slugs = {issuer.issuer: issuer.slug for issuer in snapshot.companies}
    chosen = [
        listing
        for listing in snapshot.listings.values()
        if listing.has_prices and slugs[listing.issuer] in view.companies and listing.market in view.markets
    ]
    return sorted(chosen, key=lambda item: (view.companies.index(slugs[item.issuer]), item.market))


def study_events(
    snapshot: Snapshot, announcements: Sequence[Announcement], listings: Sequence[Listing], clock: Clock
) -> StudyEvents:
    """Announcements x listings with their day 0 by the chosen clock, or the reason why there is none."""
    ids: list[str] = []
    symbols: list[str] = []
    days: list[date | None] = []
    shifts: list[int] = []
    reasons: list[Reason] = []
    for announcement in announcements:
        found = {
            market: day_zero(announcement.news(clock), calendar) for market, calendar in snapshot.calendars.items()
        }
        for listing in listings:
            zero = found[listing.market]
            ids.append(announcement.event_id)
            symbols.append(listing.symbol)
            if isinstance(zero, Reason):
                days.append(None)
                shifts.append(0)
                reasons.append(zero)
            else:
                days.append(zero.day)
                shifts.append(zero.shift_sessions)
                reasons.append(listing_reason(snapshot, listing, zero.day))
    return StudyEvents(
        event_ids=tuple(ids),
        symbols=tuple(symbols),
        days=np.array(days, dtype="datetime64[D]"),
        shift_sessions=np.array(shifts, dtype=np.intp),
        reasons=np.array(reasons, dtype=object),
    )


def listing_reason(snapshot: Snapshot, listing: Listing, day: date) -> Reason:
    """Whether a listing traded and has prices on a day."""
    if listing.listed and day < listing.listed:
        return Reason.NOT_LISTED_YET
    if listing.delisted and day >= listing.delisted:
        return Reason.NO_LONGER_LISTED
    series = snapshot.series.get(listing.symbol)
    if series is None:
        return Reason.UNKNOWN_SYMBOL
    return Reason.OK if series.first <= day <= series.last else Reason.OUTSIDE_PRICES


def study_over(
    snapshot: Snapshot,
    announcements: Sequence[Announcement],
    listings: Sequence[Listing],
    view: View,
    windows: Sequence[Window],
) -> StudyResult:
    """Announcements x listings by the clock, model and estimation window of a view, over other windows than its own."""
    span = Window(min(window.start for window in windows), max(window.end for window in windows))
    return run_study(
        events=study_events(snapshot, announcements, listings, view.clock),
        prices=return_tables(snapshot, listings, view.benchmark),
        spec=StudySpec(model=view.model, estimation=view.estimation, event_window=span, windows=tuple(windows)),
    )


def return_tables(
    snapshot: Snapshot, listings: Sequence[Listing], benchmark: Benchmark, kind: ReturnsKind = "simple"
) -> list[ReturnTable]:
    """One table of returns per market and benchmark."""
    groups: dict[tuple[Market, str], list[Listing]] = {}
    for listing in listings:
        groups.setdefault((listing.market, benchmark_of(listing, benchmark)), []).append(listing)
    return [
        return_table(snapshot.prices, snapshot.calendars[market], members, index, kind)
        for (market, index), members in groups.items()
    ]


def benchmark_of(listing: Listing, benchmark: Benchmark) -> str:
    """Symbol of the index that stands for the listing's market."""
    return listing.tech_benchmark if benchmark is Benchmark.TECH else listing.benchmark


def _clock_offsets(
    snapshot: Snapshot, announcement: Announcement, news: NewsTime, listing: Listing
) -> dict[int, tuple[Clock, ...]]:
    """Sessions the clocks point at, relative to day 0 by the chosen clock, oldest first."""
    calendar = snapshot.calendars[listing.market]
    zero = day_zero(news, calendar)
    if isinstance(zero, Reason):
        return {}
    pointed: dict[int, tuple[Clock, ...]] = {}
    for item in (announcement.first_report, announcement.announced):
        found = None if item is None else day_zero(item, calendar)
        if item is not None and isinstance(found, DayZero):
            offset = found.position - zero.position
            pointed[offset] = (*pointed.get(offset, ()), item.clock)
    return dict(sorted(pointed.items()))


def _screen_spec(view: View, offsets: Iterable[dict[int, tuple[Clock, ...]]]) -> StudySpec:
    """Settings that give the verdict, the path of the chart and the clocks' sessions in one run."""
    earliest = view.estimation.end + 1
    pointed = {offset for item in offsets for offset in item if offset >= earliest}
    needed = {view.window.start, view.window.end, HEADLINE_WINDOWS[-1].start, HEADLINE_WINDOWS[-1].end, *pointed}
    event_window = Window(max(min(needed), earliest), max(needed))
    windows = {*HEADLINE_WINDOWS, view.window, *(Window(offset, offset) for offset in pointed)}
    windows |= {window for window in map(path_window, view.window.sessions.tolist()) if window}
    return StudySpec(
        model=view.model,
        estimation=view.estimation,
        event_window=event_window,
        windows=tuple(sorted(window for window in windows if window in event_window)),
    )


def path_window(session: int) -> Window | None:
    """What lies between a session and the close before day 0; nothing at session -1 itself."""
    if session == -1:
        return None
    return Window(0, session) if session >= 0 else Window(session + 1, -1)


def _listing_case(
    snapshot: Snapshot,
    announcement: Announcement,
    view: View,
    study: StudyResult,
    listing: Listing,
    offsets: dict[int, tuple[Clock, ...]],
) -> ListingCase:
    row = study.row(announcement.event_id, listing.symbol)
    calendar = snapshot.calendars[listing.market]
    zero = day_zero(announcement.news(view.clock), calendar)
    estimates = tuple(estimate_of(study, row, number) for number in range(len(study.windows)))
    sessions = []
    if isinstance(zero, DayZero):
        for offset, clocks in offsets.items():
            position = zero.position + offset
            if listing_reason(snapshot, listing, calendar.day(position)) is Reason.OK:
                move = session_move(snapshot.prices, listing, calendar, position)
                sessions.append(NewsSession(clocks, offset, move, _daily(study, row, offset)))
    reason = Reason(study.reasons[row])
    return ListingCase(
        listing=listing,
        issuer=snapshot.issuers[listing.issuer],
        benchmark=benchmark_of(listing, view.benchmark),
        day_zero=zero if isinstance(zero, DayZero) else None,
        reason=study.explain(row, 0) if reason is not Reason.OK else "",
        sessions=tuple(sessions),
        estimates=estimates,
        path=car_path(study, row, view) if reason is Reason.OK else None,
        reported=_reported(snapshot, announcement, listing),
    )


def estimate_of(study: StudyResult, row: int, number: int) -> Estimate:
    """One event of a study over one of its windows."""
    return Estimate(
        window=study.windows[number],
        value=float(study.car[row, number]),
        se=float(study.se[row, number]),
        t=float(study.t[row, number]),
        df=int(study.df[row]),
        p=float(study.p[row, number]),
        n_days=int(study.n_days[row, number]),
        reason=study.explain(row, number),
        remark=study.remark(row, number),
    )


def _daily(study: StudyResult, row: int, offset: int) -> Estimate:
    window = Window(offset, offset)
    if window in study.windows:
        return estimate_of(study, row, study.windows.index(window))
    nothing = float("nan")
    return Estimate(
        window, nothing, nothing, nothing, 0, nothing, 0, "That session lies inside the estimation window or before it."
    )


def car_path(study: StudyResult, row: int, view: View) -> CarPath:
    """The path of one event of a study that holds the windows of `path_window` over `view.window`."""
    sessions = view.window.sessions
    value, se = np.zeros(len(sessions)), np.zeros(len(sessions))
    for place, session in enumerate(sessions.tolist()):
        window = path_window(session)
        if window is not None:
            number = study.windows.index(window)
            sign = 1 if session >= 0 else -1
            value[place] = sign * study.car[row, number]
            se[place] = study.se[row, number]
    offset = view.window.start - study.event_window.start
    return CarPath(
        sessions=sessions,
        dates=study.dates[row, offset : offset + len(sessions)],
        value=value,
        se=se,
        critical=float(critical_value(view.level / 100, study.df[row])),
    )


def _reported(snapshot: Snapshot, announcement: Announcement, listing: Listing) -> tuple[ReportedMove, ...]:
    acts = {act.event_id for act in announcement.acts}
    return tuple(move for move in snapshot.reported if move.event_id in acts and move.symbol == listing.symbol)
