"""The results of a study of own events: its tabs, and the average among them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from eventwindow.charts.average import average_dots, average_paths
from eventwindow.charts.own_fines import fines_drawn, own_fines_chart
from eventwindow.charts.path import path_chart
from eventwindow.charts.theme import CONFIG
from eventwindow.export.sheets import Sheet
from eventwindow.format import md
from eventwindow.ui.compare import Shown
from eventwindow.ui.compare_groups import SMALL, tests_table
from eventwindow.ui.downloads import Offer, downloads
from eventwindow.ui.shell import Frame
from eventwindow.ui.styled import styled
from eventwindow.ui.tabs import capitalized, open_tab
from eventwindow.ui.workbench_doubts import show_doubts
from eventwindow.ui.workbench_events import events_sheet, show_events
from eventwindow.ui.workbench_kept import kept
from eventwindow.ui.workbench_run_up import show_run_up
from eventwindow.ui.workbench_tests import show_tests
from eventwindow.view import WorkTab
from eventwindow.words_groups import averages_caption, averages_finding, group_verdict, groups_chance, naive_sentence
from eventwindow.words_groups import path_finding as group_path_finding
from eventwindow.words_workbench import (
    average_verdict,
    event_caption,
    event_name,
    fines_caption,
    fines_words,
    groups_note,
    missing_sentences,
    naive_words,
    own_sentence,
    path_caption,
    path_finding,
)
from eventwindow.workbench import OwnStudy

TITLE = "Workbench"
# Of more events than this the single paths would be a grey wall.
MOST_LINES = 60
# Of fewer fines no order can be told.
FEWEST_FINES = 3


def show_results(frame: Frame, own: OwnStudy) -> None:
    """Everything below the input half: what was studied, the tabs, and the Download box."""
    st.markdown(f"**{md(own_sentence(own))}**")
    reasons = missing_sentences(own)
    if reasons:
        title = "No row has a figure" if not len(own.known) else "Rows without a figure"
        st.info("  \n".join(map(md, reasons)), title=title)
    shown = _tabs(frame, own) if len(own.known) else show_events(frame, own)
    downloads(frame, TITLE, lambda: _offer(own, shown))


def _offer(own: OwnStudy, shown: Shown) -> Offer:
    sheets, findings = [*shown.sheets, events_sheet(own)], [own_sentence(own), *shown.findings]
    return Offer(replace(shown, sheets=sheets, findings=findings), own.shown, own=own)


def _tabs(frame: Frame, own: OwnStudy) -> Shown:
    """The open tab, by the address."""
    tab, place = open_tab("work", frame.view.work_tab, capitalized(FACES))
    with place:
        return FACES[tab](frame, own)


def show_average(frame: Frame, own: OwnStudy) -> Shown:
    """The Average tab: the verdict, the average path, groups, and fines."""
    level = frame.view.level
    verdict = average_verdict(own)
    st.markdown(f"**{md(verdict)}**")
    shown = _average_path(own)
    findings = [verdict]
    sheets: list[Sheet] = []
    if len(own.known) > 1:
        several = own.groups if len(own.groups) > 1 else ()
        naive = naive_sentence((own.everything, *several), level) if several else naive_words(own.everything, level)
        st.warning(md(naive), title="The usual tests, and why not to rely on them")
    if len(own.groups) > 1:
        part = _groups(own)
        shown.update(part.charts)
        findings += part.findings
        sheets += part.sheets
    before = show_run_up(own)
    shown.update(before.charts)
    findings += before.findings
    sheets += before.sheets
    fines = own.fines
    if fines is not None and len(fines.fines) < FEWEST_FINES:
        st.caption(f"Fines are set against the reactions from {FEWEST_FINES} with a figure on.")
    elif fines is not None:
        st.markdown(f"**{md(fines_words(own, fines))}**")
        figure = kept("fines", own, lambda colours: own_fines_chart(own, fines, colours))
        st.plotly_chart(figure, theme=None, config=CONFIG, alt=fines_words(own, fines), key="work-fines-chart")
        st.caption(fines_caption(own, len(fines_drawn(own, fines)), fines))
        shown["fines"] = figure
        findings.append(fines_words(own, fines))
    elif any(own.events[row].fine is not None for row in own.known.tolist()):
        st.caption("Fines are in several currencies, so they are not set against each other.")
    return Shown(shown, sheets, findings)


def _average_path(own: OwnStudy) -> dict[str, object]:
    """The average path over those of its events; a sentence where there is none."""
    path = own.everything.path if len(own.known) > 1 else own.path(int(own.known[0]))
    if path is None:
        st.info(
            "No event has a figure for every session of the event window. Choose a shorter one in the sidebar.",
            title="No path to draw",
        )
        return {}
    whole = own.paths[own.rows][np.isfinite(own.paths[own.rows]).all(axis=1)]
    behind = whole if 1 < len(whole) <= MOST_LINES else whole[:0]
    name = "Average of all events" if len(own.known) > 1 else event_name(own.events[own.known[0]])
    figure = kept("average path", own, lambda colours: path_chart(path, behind, own.view.level, colours))
    finding = path_finding(own, name, float(path.value[-1]), float(path.band[1][-1]))
    beyond = bool(len(behind)) and 100 * float(np.abs(behind).max()) > figure.layout.yaxis.range[1]
    st.plotly_chart(figure, theme=None, config=CONFIG, alt=finding, key="work-average-chart")
    several = len(own.known) > 1
    reading = path_caption(own, len(behind), beyond=beyond) if several else event_caption(own.view.level)
    st.caption(md(f"{finding} {reading}"))
    return {"average path": figure}


def _groups(own: OwnStudy) -> Shown:
    """Averages by the column `group`: dots, words, tests and small paths."""
    groups, level = own.groups, own.view.level
    st.markdown(f"**By group: {md(groups_chance(groups, level))}**")
    finding = averages_finding(groups, level)
    charts = {}
    if any(group.events for group in groups):
        charts["groups"] = kept("groups", own, lambda colours: average_dots(groups, level, colours))
        st.plotly_chart(charts["groups"], theme=None, config=CONFIG, alt=finding, key="work-groups-chart")
    st.caption(md(f"{averages_caption(level)} {groups_note(own)}"))
    verdicts = [group_verdict(group, level) for group in groups]
    figures = st.expander("Every group in words and as a table", key="work-groups-table", on_change="rerun")
    with figures:
        if figures.open:
            st.markdown("\n".join(f"- {md(verdict)}" for verdict in verdicts))
            st.dataframe(styled(tests_table(groups, level)), hide_index=True, alt=finding)
    with st.grid(min_column_width=SMALL):
        paths = kept("group paths", own, lambda colours: average_paths(groups, own.view, colours))
        for number, (group, figure) in enumerate(paths):
            alt = group_path_finding(group, own.view)
            st.plotly_chart(figure, theme=None, config=CONFIG, alt=alt, key=f"work-group-{number}-chart")
    sheet = Sheet(
        "groups", partial(tests_table, groups, level), "Averages in percent; the columns named p are p-values."
    )
    return Shown(charts, [sheet], verdicts)


FACES: dict[WorkTab, Callable[[Frame, OwnStudy], Shown]] = {
    WorkTab.AVERAGE: show_average,
    WorkTab.EVENTS: show_events,
    WorkTab.TESTS: show_tests,
    WorkTab.DOUBTS: show_doubts,
}
