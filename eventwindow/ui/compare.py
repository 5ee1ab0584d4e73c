"""The compare page's numbers and figures, computed once per choice and shared between readers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import plotly.graph_objects as go
import streamlit as st

from eventwindow.charts.theme import Palette, palette
from eventwindow.export.sheets import Sheet
from eventwindow.groups import Group, build_groups
from eventwindow.sources.snapshot import Snapshot
from eventwindow.survey import Survey, build_survey, refined
from eventwindow.ui import shell
from eventwindow.ui.state import choose
from eventwindow.view import DEFAULT, Page, View

Made = TypeVar("Made")

# Surveys kept in memory at a time; one of every listing takes about 7 MB.
STUDIES = 16
# What changes the study itself; filters, level and tabs only change what is shown of it.
STUDIED = ("companies", "markets", "window", "clock", "model", "benchmark", "estimation", "span")


@dataclass(frozen=True)
class Shown:
    """What a tab shows and a reader may download, beside the table of the survey.

    `findings` open its report; `captions` explain the marks of the charts that have one, by the chart's name.
    """

    charts: Mapping[str, go.Figure] = field(default_factory=dict)
    sheets: Sequence[Sheet] = ()
    findings: Sequence[str] = ()
    captions: Mapping[str, str] = field(default_factory=dict)


def survey_of(snapshot: Snapshot, view: View) -> Survey | None:
    """The survey of a view; None where no listing is chosen."""
    studied = replace(DEFAULT, **{name: getattr(view, name) for name in STUDIED})
    found = _survey(snapshot.snapshot_id, studied.query(Page.COMPARE), snapshot, studied)
    return found and refined(found, snapshot, view)


@st.cache_resource(max_entries=STUDIES, show_spinner=False)
def _survey(snapshot_id: str, query: str, _snapshot: Snapshot, _view: View) -> Survey | None:
    """Keyed by the short snapshot id and the query; the underscored arguments are what these two stand for."""
    del snapshot_id, query
    return build_survey(_snapshot, _view)


def groups_of(snapshot: Snapshot, survey: Survey) -> tuple[Group, ...]:
    """The groups of a survey."""
    return _groups(snapshot.snapshot_id, _query(survey), survey)


@st.cache_resource(max_entries=STUDIES, show_spinner="Testing the averages")
def _groups(snapshot_id: str, query: str, _survey: Survey) -> tuple[Group, ...]:
    del snapshot_id, query
    return build_groups(_survey)


def kept(name: str, snapshot: Snapshot, survey: Survey, make: Callable[[Palette], Made]) -> Made:
    """What goes by `name` for this view and appearance, made at the first call and never changed afterwards."""
    found: Made = _kept(name, snapshot.snapshot_id, _query(survey), st.context.theme.type, make)
    return found


@st.cache_resource(max_entries=150, show_spinner=False)
def _kept(name: str, snapshot_id: str, query: str, appearance: str | None, _make: Callable[[Palette], object]) -> Any:
    del name, snapshot_id, query
    return _make(palette(appearance))


def _query(survey: Survey) -> str:
    """Everything that a view changes, whichever tab is open."""
    return replace(survey.view, compare_tab=DEFAULT.compare_tab).query(Page.COMPARE)


def open_clicked(key: str) -> None:
    """Callback of a chart: the announcement of the point that was clicked."""
    points = st.session_state[key]["selection"]["points"]
    if points and points[0]["customdata"]:
        open_announcement(points[0]["customdata"])


def open_announcement(event_id: str) -> None:
    """Go to an announcement's own page; for callbacks only."""
    choose("event", event_id)
    shell.open_page(Page.EVENT)
