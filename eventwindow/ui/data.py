"""What the screens share between readers: the loaded snapshot, under a short key."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import plotly.graph_objects as go
import streamlit as st
from threadpoolctl import threadpool_limits

from eventwindow.case import Case, build_case
from eventwindow.chance import Chance, Judgement, chances
from eventwindow.charts.car import car_chart
from eventwindow.charts.clock import clock_strip
from eventwindow.charts.theme import palette
from eventwindow.facts.errors import StoreError
from eventwindow.sources.remote import store_of_environment
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Window
from eventwindow.ui.shelves import Shelf, Shelves
from eventwindow.view import CURRENT, DEFAULT, View
from eventwindow.words import car_finding, chance_note, chance_sentence, clock_sentence, early_verdict, verdict

Made = TypeVar("Made")


def shelf(wanted: str = CURRENT) -> Shelf:
    """The data of this run: the current ones, or those that the link names."""
    shelves = _shelves()
    return shelves.current() if wanted == CURRENT else shelves.of(wanted)


@st.cache_resource(show_spinner="Loading prices")
def _shelves() -> Shelves:
    """What this process has loaded; it looks for newer data by itself."""
    # The matrices here are small: with several threads each product mostly waits while other readers are served.
    threadpool_limits(1, "blas")
    try:
        return Shelves(store_of_environment())
    except StoreError as problem:
        return Shelves(None, notes=(str(problem),))


@dataclass(frozen=True)
class EventScreen:
    """What the event page shows for one view; the figures are shared between readers and never changed.

    `judgements` are the figures of the lead window and of the sessions that the other clock points at, `findings` the
    sentences that a report opens with.
    """

    case: Case
    judgements: tuple[Judgement, ...]
    clock: go.Figure
    returns: go.Figure | None
    findings: tuple[str, ...]
    _shelf: dict[str, Any] = field(default_factory=dict)

    def kept(self, name: str, make: Callable[[], Made]) -> Made:
        """What goes by `name`, whichever tab is open, made at the first call and never changed afterwards."""
        if name not in self._shelf:
            self._shelf[name] = make()
        made: Made = self._shelf[name]
        return made


def event_screen(snapshot: Snapshot, view: View, appearance: str | None) -> EventScreen:
    """The screen of a view, from the shelf where a reader has asked for it before."""
    untabbed = replace(view, tab=DEFAULT.tab)
    found = _event_screen(snapshot.snapshot_id, untabbed.query(), appearance, snapshot, untabbed)
    return replace(found, case=replace(found.case, view=view))


@st.cache_resource(max_entries=200, show_spinner=False)
def _event_screen(
    snapshot_id: str, query: str, appearance: str | None, _snapshot: Snapshot, _view: View
) -> EventScreen:
    """Keyed by the short snapshot id and the query; the underscored arguments are what these two stand for."""
    del snapshot_id, query
    case, colours = build_case(_snapshot, _view), palette(appearance)
    returns = car_chart(case, colours) if case.with_result else None
    judgements = tuple(_judgements(_snapshot, case))
    findings = _findings(_snapshot, case, judgements) if case.listings else ()
    return EventScreen(case, judgements, clock_strip(case, _snapshot.calendars, colours), returns, findings)


def _findings(snapshot: Snapshot, case: Case, judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """What a report of the page opens with."""
    return (
        " ".join(verdict(case)),
        early_verdict(case),
        f"{chance_sentence(judgements)} {chance_note(judgements, case.view.level)}",
        clock_sentence(case, snapshot.calendars),
        car_finding(case),
    )


def _judgements(snapshot: Snapshot, case: Case) -> Iterator[Judgement]:
    for item in case.with_result:
        others = [session.abnormal for session in item.sessions if not session.is_day_zero]
        for estimate in (item.estimate(case.lead_window), *others):
            if estimate.known:
                chance = _chances(snapshot, item.listing.symbol, case.view, estimate.window)[case.view.event]
                yield Judgement(item, estimate, chance)


def _chances(snapshot: Snapshot, symbol: str, view: View, window: Window) -> dict[str, Chance]:
    """Placebo figures of a listing, worked out once for all announcements."""
    relevant = replace(
        DEFAULT, clock=view.clock, model=view.model, benchmark=view.benchmark, estimation=view.estimation
    )
    return _listing_chances(snapshot.snapshot_id, symbol, str(window), relevant.query(), snapshot, relevant, window)


@st.cache_resource(max_entries=500, show_spinner=False)
def _listing_chances(
    snapshot_id: str, symbol: str, window: str, query: str, _snapshot: Snapshot, _view: View, _window: Window
) -> dict[str, Chance]:
    """Keyed by the plain arguments; the underscored ones are what these stand for."""
    del snapshot_id, window, query
    return chances(_snapshot, _snapshot.listings[symbol], _view, _window)
