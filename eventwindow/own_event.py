"""One of a reader's own events in detail: windows, clock and attention, as an announcement on file has them."""

from dataclasses import replace

import numpy as np

from eventwindow.case import ListingCase, NewsSession, benchmark_of, estimate_of
from eventwindow.choosable import choosable, series_name
from eventwindow.facts.events import Clock, NewsTime, Precision
from eventwindow.facts.listings import Issuer
from eventwindow.facts.prices import session_move, volume_table
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import DayZero, dated_day_zero
from eventwindow.format import cut
from eventwindow.study.engine import HEADLINE_WINDOWS, StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from eventwindow.volume import Attention, attention_of
from eventwindow.workbench import OwnStudy, some_events

# An index or fund can have a name too long for the head of a chart on a phone.
LONGEST_NAME = 26


def own_detail(own: OwnStudy, row: int) -> StudyResult:
    """The study of one event alone, over the windows that every study reports and those of the view."""
    wanted = dict.fromkeys([*HEADLINE_WINDOWS, own.view.span, own.view.window])
    windows = tuple(window for window in wanted if window.start > own.spec.estimation.end)
    hull = Window(min(window.start for window in windows), max(window.end for window in windows))
    spec = replace(own.spec, event_window=hull, windows=windows)
    return run_study(events=some_events(own.occasions, np.array([row])), prices=own.tables, spec=spec)


def own_news(own: OwnStudy, row: int) -> NewsTime | None:
    """The moment of an event; None where it decides nothing, as none is given or the prices are the reader's own."""
    event = own.events[row]
    if own.prices is not None or event.announced is None:
        return None
    behind = event.announced.strftime("%z").startswith("-")
    place = "US" if behind else "CN"
    return NewsTime(Clock.ANNOUNCED, event.day, event.announced, None, Precision.EXACT, place, ())


def own_attention(own: OwnStudy, row: int, detail: StudyResult) -> Attention | None:
    """Abnormal return and volume around day 0; None on the reader's own prices, which have no volume."""
    snapshot, view, event = own.snapshot, own.view, own.events[row]
    if own.prices is not None:
        return None
    listing = choosable(snapshot)[event.symbol]
    calendar, benchmark = snapshot.calendars[listing.market], benchmark_of(listing, view.benchmark)
    zero = dated_day_zero(event.day, event.announced, calendar)
    if not isinstance(zero, DayZero) or Reason(detail.reasons[0]) is not Reason.OK:
        return None
    volumes = run_study(
        events=some_events(own.occasions, np.array([row])),
        prices=[volume_table(snapshot.prices, calendar, [listing], benchmark)],
        spec=StudySpec(
            model=Model.MEAN_ADJUSTED, estimation=view.estimation, event_window=view.window, windows=(view.window,)
        ),
    )
    move = session_move(snapshot.prices, listing, calendar, zero.position)
    name = series_name(snapshot, listing)
    item = ListingCase(
        listing=listing,
        issuer=Issuer(listing.issuer, cut(name.partition(" (")[0], LONGEST_NAME), name, ""),
        benchmark=benchmark,
        day_zero=zero,
        reason="",
        sessions=(NewsSession((Clock.ANNOUNCED,), 0, move, estimate_of(detail, 0, 0)),),
        estimates=tuple(estimate_of(detail, 0, number) for number in range(len(detail.windows))),
        path=own.path(row),
        reported=(),
    )
    return attention_of(item, view, (detail, 0), (volumes, 0))
