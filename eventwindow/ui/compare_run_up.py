"""The Run-up tab of the compare page: what happened in the sessions before day 0, on average."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from eventwindow.charts.average import average_dots, average_paths
from eventwindow.charts.path import path_chart
from eventwindow.charts.theme import CONFIG
from eventwindow.export.sheets import Sheet
from eventwindow.format import md
from eventwindow.groups import Group
from eventwindow.market_speed import market_speeds, median
from eventwindow.run_up import build_run_ups, run_up_survey, run_up_window
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Window
from eventwindow.survey import Survey
from eventwindow.ui.compare import Shown, kept
from eventwindow.ui.compare_groups import SMALL, pick_groups, show_tests
from eventwindow.words import MARKET_NAMES, window_words
from eventwindow.words_groups import averages_finding, group_name, group_verdict, groups_chance, path_finding
from eventwindow.words_timing import (
    market_speed_caption,
    market_speed_verdict,
    run_up_caption,
    run_up_paths_caption,
)


def show_run_ups(snapshot: Snapshot, survey: Survey) -> Shown:
    """The Run-up tab."""
    window, level = run_up_window(survey), survey.view.level
    if window is None:
        st.info("Let the event window in the sidebar start before day 0.", title="No session before day 0 is shown")
        return Shown()
    pick_groups(survey.view)
    with st.spinner("Testing the sessions before day 0"):
        before = kept("run-up survey", snapshot, survey, lambda _: run_up_survey(snapshot, survey, window))
        groups = kept("run-ups", snapshot, survey, lambda _: build_run_ups(before))
    if not groups[0].events:
        st.info("No announcement shown has returns in the sessions before day 0.", title="Nothing to average")
        return Shown()
    lead = " ".join([group_verdict(groups[0], level), *([groups_chance(groups[1:], level)] if groups[1:] else [])])
    st.markdown(f"**Run-up** · {md(lead)}")
    dots = kept("run-up dots", snapshot, survey, lambda colours: average_dots(groups, level, colours))
    st.plotly_chart(dots, theme=None, config=CONFIG, alt=averages_finding(groups, level), key="run-up-chart")
    confounded = int(before.confounded[before.rows].sum())
    st.caption(md(run_up_caption(window, level, confounded, len(before.rows), clean=survey.view.clean)))
    with st.expander("Every group in words"):
        st.markdown("\n".join(f"- {md(group_verdict(group, level))}" for group in groups))
    table = show_tests(snapshot, survey, groups, level, "run-up")
    st.markdown("**Average paths before day 0**")
    charts = {"run-up": dots, **_show_paths(snapshot, survey, groups, window)}
    speeds = _show_speeds(snapshot, survey)
    findings = [lead, *(group_verdict(group, level) for group in groups[1:])]
    sheets = [
        Sheet("run-up", table, f"Averages over {window_words(window)} in percent; the columns named p are p-values."),
        Sheet(
            "run-up paths",
            partial(paths_table, groups, level),
            f"Average cumulative abnormal return and {level}% band.",
        ),
        Sheet("speed", speeds, "Counts of events; medians in sessions after day 0."),
    ]
    return Shown(charts, sheets, findings)


def _show_speeds(snapshot: Snapshot, survey: Survey) -> pd.DataFrame:
    """How soon moves were over, by market. Returns the table."""
    view = survey.view
    found = kept("speeds", snapshot, survey, lambda _: market_speeds(snapshot, survey))
    st.markdown(f"**Speed of adjustment, by market** · {md(market_speed_verdict(found, view.window))}")
    table = pd.DataFrame(
        {
            "Market": MARKET_NAMES[item.market],
            "Events": item.events,
            "Moves beyond noise": item.moved,
            "Settled on day 0": item.settled_by(0),
            "Settled before the last session": item.settled_by(view.window.end - 1),
            "Median, sessions": median(item.settled),
            "Half by, sessions": median(item.half),
        }
        for item in found
    )
    if found:
        finding = market_speed_verdict(found, view.window)
        st.dataframe(table, hide_index=True, placeholder="", alt=finding)
        st.caption(md(market_speed_caption(view.window, view.level)))
    return table


def _show_paths(snapshot: Snapshot, survey: Survey, groups: tuple[Group, ...], window: Window) -> dict[str, go.Figure]:
    """The path of all events shown, and under it a small one of every group. Returns the first, to download."""
    view = replace(survey.view, window=Window(window.start - 1, 0))
    every, *parts = groups
    path = every.path
    large = path and kept(
        "run-up path",
        snapshot,
        survey,
        lambda colours: path_chart(path, np.empty((0, len(path.sessions))), view.level, colours, whole_band=True),
    )
    if large:
        finding = path_finding(every, view)
        st.plotly_chart(large, theme=None, config=CONFIG, alt=finding, key=f"run-up-{every.name}-chart")
        st.caption(md(finding))
    small = kept("run-up paths", snapshot, survey, lambda colours: average_paths(parts, view, colours))
    with st.grid(min_column_width=SMALL):
        for group, figure in small:
            finding = path_finding(group, view)
            st.plotly_chart(figure, theme=None, config=CONFIG, alt=finding, key=f"run-up-{group.name}-chart")
    st.caption(md(run_up_paths_caption(window, survey.view.level)))
    return {"run-up path": large} if large else {}


def paths_table(groups: Sequence[Group], level: int) -> pd.DataFrame:
    """One row per group and session of its path, in percent; blank where no band is known."""
    return pd.DataFrame(
        {
            "Group": group_name(group),
            "Events": group.path_events,
            "Session": session,
            "Average cumulative, %": 100 * value,
            f"{level}% band ±, %": 100 * edge,
        }
        for group in groups
        if group.path is not None
        for session, value, edge in zip(
            group.path.sessions.tolist(), group.path.value.tolist(), group.path.band[1].tolist(), strict=True
        )
    )
