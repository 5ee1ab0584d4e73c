"""The timeline page's figures, words and tables, computed once per choice and shared between readers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from eventwindow.charts.drawdown import drawdown_chart
from eventwindow.charts.gap import gap_chart
from eventwindow.charts.theme import CONFIG, Palette, palette
from eventwindow.charts.timeline import index_chart
from eventwindow.export.sheets import Sheet, columns
from eventwindow.facts.sessions import Dates
from eventwindow.format import md
from eventwindow.history import Line, Mark, drawdowns, gaps, indexed_lines, marks, total_return_lines
from eventwindow.sources.snapshot import Snapshot
from eventwindow.survey import chosen_announcements
from eventwindow.ui.compare import Shown, open_announcement
from eventwindow.ui.downloads import Offer, downloads
from eventwindow.ui.shell import Frame
from eventwindow.ui.state import by_touch
from eventwindow.ui.styled import styled
from eventwindow.ui.timeline_tables import announcements_table, drawdown_table, gap_table, index_table
from eventwindow.view import DEFAULT, Page, TimelineTab, View
from eventwindow.words_timeline import (
    EXPLANATIONS,
    base_note,
    counter_note,
    counter_remarks,
    drawdown_finding,
    ends_note,
    gap_finding,
    gap_note,
    index_finding,
    marks_finding,
    marks_note,
    no_drawdown,
    no_gap,
    no_index,
    without_gap,
    without_peak,
)
from eventwindow.words_view import view_facts

# What changes this page; everything else a link may hold does not.
SHOWN = (
    "event",
    "companies",
    "markets",
    "clock",
    "model",
    "benchmark",
    "estimation",
    "directions",
    "actions",
    "regulators",
    "jurisdictions",
    "years",
    "strict",
    "timeline_tab",
)
DAY = st.column_config.DateColumn(format="D MMM YYYY")


@dataclass(frozen=True)
class TimelineScreen:
    """What one tab shows: `finding` is the headline and the figures of it.

    `figure` is None where there is nothing to draw: then the headline says why.

    The figure and the tables are shared between readers and never changed.
    """

    figure: go.Figure | None
    finding: tuple[str, str]
    notes: tuple[str, ...]
    lines: pd.DataFrame
    announcements: pd.DataFrame
    event_ids: tuple[str, ...]


def timeline_screen(snapshot: Snapshot, view: View, appearance: str | None) -> TimelineScreen:
    """The open tab of a view, from the shelf where a reader has asked for it before."""
    shown = replace(DEFAULT, **{name: getattr(view, name) for name in SHOWN})
    return _screen(snapshot.snapshot_id, shown.query(Page.TIMELINE), appearance, snapshot, shown)


@st.cache_resource(max_entries=60, show_spinner=False)
def _screen(snapshot_id: str, query: str, appearance: str | None, _snapshot: Snapshot, _view: View) -> TimelineScreen:
    """Keyed by the short snapshot id and the query; the underscored arguments are what these two stand for."""
    del snapshot_id, query
    lines = total_return_lines(_snapshot, _view)
    shown = marks(_snapshot, _view, chosen_announcements(_snapshot, _view))
    figure, finding, notes, table = TABS[_view.timeline_tab](_snapshot, _view, lines, shown, palette(appearance))
    event_ids = tuple(mark.announcement.event_id for mark in shown[::-1])
    return TimelineScreen(figure, finding, notes, table, announcements_table(shown[::-1]), event_ids)


Part = tuple[go.Figure | None, tuple[str, str], tuple[str, ...], pd.DataFrame]


def _index(snapshot: Snapshot, view: View, lines: Sequence[Line], shown: Sequence[Mark], colours: Palette) -> Part:
    found = indexed_lines(lines, view.years)
    if not found.lines:
        return None, (no_index(view.years), ""), (), pd.DataFrame()
    figure = index_chart(found, shown, _span([line.days for line in found.lines], shown), view.event, colours)
    headline, rest = index_finding(found)
    finding = headline, f"{rest} {marks_finding(shown)}"
    remarks = counter_remarks(found.lines, snapshot.series)
    notes = (base_note(found), ends_note(found.lines), remarks, marks_note(view, shown))
    return figure, finding, notes, index_table(snapshot, found)


def _drawdown(snapshot: Snapshot, view: View, lines: Sequence[Line], shown: Sequence[Mark], colours: Palette) -> Part:
    found = drawdowns(lines, view.years)
    if not found:
        return None, (no_drawdown(lines, view.years), ""), (), pd.DataFrame()
    figure = drawdown_chart(found, shown, _span([item.days for item in found], shown), view.event, colours)
    notes = (without_peak(lines, found), counter_remarks(found, snapshot.series), marks_note(view, shown))
    return figure, drawdown_finding(found), notes, drawdown_table(found)


def _gap(snapshot: Snapshot, view: View, lines: Sequence[Line], shown: Sequence[Mark], colours: Palette) -> Part:
    found = gaps(snapshot, view)
    if not found:
        everyone = replace(DEFAULT, companies=tuple(issuer.slug for issuer in snapshot.companies), years=view.years)
        return None, (no_gap(gaps(snapshot, everyone), view.years), ""), (), pd.DataFrame()
    span = _span([item.days for item in found], shown)
    figure = gap_chart(found, shown, len(lines), span, view.event, colours)
    notes = (gap_note(found), counter_note(found), without_gap(lines, found), marks_note(view, shown))
    return figure, gap_finding(found), notes, gap_table(found)


TABS = {TimelineTab.INDEX: _index, TimelineTab.DRAWDOWN: _drawdown, TimelineTab.GAP: _gap}


def _span(drawn: Sequence[Dates], shown: Sequence[Mark]) -> tuple[date, date]:
    """First and last day of what is drawn."""
    days = [day for item in drawn for day in item[[0, -1]].tolist()] + [mark.day for mark in shown]
    return min(days), max(days)


def show_timeline(frame: Frame, screen: TimelineScreen, tab: TimelineTab) -> None:
    """One tab: the finding, the chart, what to know about it, and the figures behind it."""
    headline, rest = screen.finding
    if screen.figure is None:
        st.info(md(headline), title="Nothing to draw")
        return
    st.markdown(f"**{md(headline)}** {md(rest)}", help=EXPLANATIONS[tab])
    key = f"timeline-{tab}"
    st.plotly_chart(
        screen.figure,
        theme=None,
        config=CONFIG,
        alt=f"{headline} {rest}",
        key=key,
        on_select="ignore" if by_touch() else lambda: _open_mark(key),
        selection_mode="points",
    )
    caption = " ".join(note for note in screen.notes if note)
    st.caption(md(caption))
    figures = st.expander("Show the figures", key="timeline-figures", on_change="rerun")
    with figures:
        st.caption("Returns in percent; a click on an announcement's box opens it.")
        if figures.open:
            _show_figures(screen, tab)
    downloads(frame, "Timeline", lambda: _offer(frame, screen, tab, caption))


def _offer(frame: Frame, screen: TimelineScreen, tab: TimelineTab, caption: str) -> Offer:
    brief = columns(*(name for name in map(str, screen.announcements) if not name.startswith("Day 0")))
    sheets = [
        Sheet("lines", screen.lines, "Returns, levels and gaps in percent unless a column says otherwise."),
        Sheet(
            "announcements", screen.announcements, "Abnormal return over day 0 and the next session, in percent.", brief
        ),
    ]
    name = f"timeline-{tab}"
    return Offer(
        Shown(
            {name: screen.figure},
            [sheet for sheet in sheets if not sheet.table().empty],
            [" ".join(screen.finding)],
            {name: caption},
        ),
        facts=view_facts(frame.snapshot, frame.view),
        method=[EXPLANATIONS[tab]],
    )


def _show_figures(screen: TimelineScreen, tab: TimelineTab) -> None:
    days = [name for name in (*screen.lines.columns, *screen.announcements.columns) if name.startswith("Day")]
    config = dict.fromkeys(days, DAY) | {"Level": st.column_config.NumberColumn(format="%.1f")}
    lines = styled(screen.lines, "Level")
    st.dataframe(lines, hide_index=True, column_config=config, alt=f"Figures of the lines. {screen.finding[1]}")
    if screen.announcements.empty:
        return
    st.markdown("**Announcements marked** · abnormal return over day 0 and the next session")
    st.dataframe(
        styled(screen.announcements, "Amount, m yuan"),
        hide_index=True,
        placeholder="unknown",
        column_config=config | {"Amount, m yuan": st.column_config.NumberColumn(format="localized")},
        alt="Announcements with date, direction, amount, day 0 in each market and abnormal returns.",
        key=f"timeline-table-{tab}",
        on_select=lambda: _open_row(f"timeline-table-{tab}", screen.event_ids),
        selection_mode="single-row",
    )


def _open_mark(key: str) -> None:
    """A click on a mark opens its announcement; a click on a line has no announcement and does nothing."""
    points = st.session_state[key]["selection"]["points"]
    event_id = next((point["customdata"] for point in points if point.get("customdata")), None)
    if event_id:
        open_announcement(event_id)


def _open_row(key: str, event_ids: Sequence[str]) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        open_announcement(event_ids[rows[0]])
