"""The robustness page's numbers and figures, computed once per choice and shared between readers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import plotly.graph_objects as go
import streamlit as st

from eventwindow.charts.leave_out import leave_out_chart
from eventwindow.charts.placebo import placebo_chart, placebo_reach
from eventwindow.charts.specification import specification_chart, specification_range
from eventwindow.charts.theme import Palette, palette
from eventwindow.doubt import (
    Curve,
    LeaveOut,
    Overlap,
    Part,
    Trial,
    announcement_group,
    overlaps,
    placebo_trials,
    similar_group,
    specification_curves,
    without_announcements,
    without_listings,
)
from eventwindow.facts.events import Announcement
from eventwindow.groups import Group
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.sizes import Sizes, measured_sizes
from eventwindow.view import DEFAULT, Page, View
from eventwindow.words_doubt import trial_name

# What changes the numbers; filters and the open tab do not.
STUDIED = (
    "event", "companies", "markets", "window", "clock", "model", "benchmark", "estimation", "level", "span",
)  # fmt: skip


@dataclass(frozen=True)
class PlaceboScreen:
    """Placebos and one figure for each that has a p, by name."""

    trials: tuple[Trial, ...]
    figures: Mapping[str, go.Figure]


@dataclass(frozen=True)
class SettingsScreen:
    """Specification curves and one figure for each that has a dot, by symbol."""

    curves: tuple[Curve, ...]
    figures: Mapping[str, go.Figure]


@dataclass(frozen=True)
class LeaveOutScreen:
    """This announcement and similar ones, each without its parts in turn, with a figure where there are parts."""

    listings: LeaveOut
    similar: LeaveOut
    overlaps: tuple[Overlap, ...]
    listings_figure: go.Figure | None
    similar_figure: go.Figure | None


@dataclass(frozen=True)
class NaiveScreen:
    """All tests on this announcement and on similar ones, and how often each test is wrong."""

    own: Group
    similar: Group
    sizes: Sizes


def placebo_screen(snapshot: Snapshot, view: View, appearance: str | None) -> PlaceboScreen:
    """The Placebo tab of a view."""
    kept = _kept(view)
    return _placebo(snapshot.snapshot_id, kept.query(Page.ROBUSTNESS), appearance, snapshot, kept)


def settings_screen(snapshot: Snapshot, view: View, appearance: str | None) -> SettingsScreen:
    """The Settings tab of a view."""
    kept = _kept(view)
    return _settings(snapshot.snapshot_id, kept.query(Page.ROBUSTNESS), appearance, snapshot, kept)


def leave_out_screen(snapshot: Snapshot, view: View, appearance: str | None) -> LeaveOutScreen:
    """The Leave-out tab of a view."""
    kept = _kept(view)
    return _leave_out(snapshot.snapshot_id, kept.query(Page.ROBUSTNESS), appearance, snapshot, kept)


def naive_screen(snapshot: Snapshot, view: View) -> NaiveScreen:
    """The Naive tab of a view."""
    kept = _kept(view)
    return _naive(snapshot.snapshot_id, kept.query(Page.ROBUSTNESS), snapshot, kept)


def _kept(view: View) -> View:
    return replace(DEFAULT, **{name: getattr(view, name) for name in STUDIED})


@st.cache_resource(max_entries=100, show_spinner="Trying every ordinary session")
def _placebo(snapshot_id: str, query: str, appearance: str | None, _snapshot: Snapshot, _view: View) -> PlaceboScreen:
    """Keyed by the short snapshot id and the query; the underscored arguments are what these two stand for."""
    del snapshot_id, query
    trials, colours = placebo_trials(_snapshot, _view), palette(appearance)
    reach = placebo_reach(trials)
    figures = {trial_name(trial): placebo_chart(trial, reach, colours) for trial in trials if not trial.reason}
    return PlaceboScreen(trials, figures)


@st.cache_resource(max_entries=100, show_spinner="Trying every setting")
def _settings(snapshot_id: str, query: str, appearance: str | None, _snapshot: Snapshot, _view: View) -> SettingsScreen:
    del snapshot_id, query
    curves, colours = specification_curves(_snapshot, _view), palette(appearance)
    reach = specification_range(curves)
    figures = {curve.symbol: specification_chart(curve, reach, _view.level, colours) for curve in curves if curve.dots}
    return SettingsScreen(curves, figures)


@st.cache_resource(max_entries=100, show_spinner="Leaving out one at a time")
def _leave_out(
    snapshot_id: str, query: str, appearance: str | None, _snapshot: Snapshot, _view: View
) -> LeaveOutScreen:
    del snapshot_id, query
    colours = palette(appearance)
    listings, similar = without_listings(_snapshot, _view), without_announcements(_snapshot, _view)
    return LeaveOutScreen(
        listings,
        similar,
        overlaps(_snapshot, _view),
        _leave_out_figure(listings, _view, colours),
        _leave_out_figure(similar, _view, colours),
    )


@st.cache_resource(max_entries=100, show_spinner="Running every test")
def _naive(snapshot_id: str, query: str, _snapshot: Snapshot, _view: View) -> NaiveScreen:
    del snapshot_id, query
    return NaiveScreen(announcement_group(_snapshot, _view), similar_group(_snapshot, _view), measured_sizes())


def _leave_out_figure(found: LeaveOut, view: View, colours: Palette) -> go.Figure | None:
    """None where leaving one out would leave nothing."""
    if len(found.without) < 2:
        return None

    def is_current(part: Part) -> bool:
        return isinstance(part, Announcement) and part.event_id == view.event

    return leave_out_chart(found, view.level, colours, is_current=is_current)
