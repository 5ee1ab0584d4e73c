"""What the screens share between readers: the loaded snapshot, under a short key."""

import gc
from dataclasses import dataclass, replace

import plotly.graph_objects as go
import streamlit as st

from eventwindow.case import Case, build_case
from eventwindow.charts.car import car_chart
from eventwindow.charts.clock import clock_strip
from eventwindow.charts.theme import palette
from eventwindow.sources.snapshot import Snapshot, load_snapshot
from eventwindow.view import DEFAULT, Catalogue, View


@dataclass(frozen=True)
class Shelf:
    """The snapshot being served and what links may name in it."""

    snapshot: Snapshot
    catalogue: Catalogue


@st.cache_resource(show_spinner="Loading prices")
def shelf() -> Shelf:
    """The committed data, loaded once per process."""
    snapshot = load_snapshot()
    catalogue = Catalogue(snapshot.announcement_of, [issuer.slug for issuer in snapshot.companies])
    # Streamlit collects garbage after every run; what is loaded by now lives as long as the process, and
    # looking through it again each time would be most of the server's work.
    gc.collect()
    gc.freeze()
    return Shelf(snapshot, catalogue)


@dataclass(frozen=True)
class EventScreen:
    """What the event page shows for one view; the figures are shared between readers and never changed."""

    case: Case
    clock: go.Figure
    returns: go.Figure | None


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
    return EventScreen(case, clock_strip(case, _snapshot.calendars, colours), returns)
