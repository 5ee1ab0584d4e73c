"""The tabs of the compare page: map and table."""

import numpy as np
import pandas as pd
import streamlit as st

from eventwindow.charts.heatmap import heat_map
from eventwindow.charts.theme import CONFIG
from eventwindow.export.sheets import Sheet, columns
from eventwindow.format import md, plain_day, session
from eventwindow.sources.snapshot import Snapshot
from eventwindow.survey import Survey
from eventwindow.ui.compare import Shown, kept, open_announcement, open_clicked
from eventwindow.ui.state import by_touch
from eventwindow.ui.styled import styled
from eventwindow.words import ACTION_NAMES, DIRECTION_NAMES, window_words
from eventwindow.words_compare import (
    blank_sentences,
    chance_sentence,
    map_finding,
    placebo_sentence,
    rank_words,
    row_label,
)

# From so many columns on, a phone scrolls sideways inside the map instead of squeezing it.
WIDE, WIDEST = 6, 10
PATH = "Path, %"
BOXED = "Bold in a box"


def show_map(snapshot: Snapshot, survey: Survey) -> Shown:
    """The Map tab."""
    name, places = rank_words(survey)
    if name:
        st.markdown(f"**{md(name)}**, {md(places)}")
    st.markdown(md(chance_sentence(survey)))
    st.caption(md(map_caption(survey)).replace(md(BOXED), f"**{md(BOXED)}**"))
    width = len(survey.listings)
    figure = kept("map", snapshot, survey, lambda colours: heat_map(survey, colours))
    with st.container(key="map-widest" if width >= WIDEST else "map-wide" if width >= WIDE else "map"):
        _opener(survey)
        st.plotly_chart(
            figure,
            theme=None,
            config=CONFIG,
            alt=map_finding(survey),
            key="heat-map",
            on_select="ignore" if by_touch() else lambda: open_clicked("heat-map"),
            selection_mode="points",
        )
    findings = [chance_sentence(survey), *([f"{name}, {places}"] if name else [])]
    return Shown({"map": figure}, findings=findings, captions={"map": map_caption(survey)})


def _opener(survey: Survey) -> None:
    """The way to an announcement of the map for keyboards and small screens."""
    numbers = sorted({row // len(survey.listings) for row in survey.rows.tolist()}, reverse=True)
    items = {survey.announcements[number].event_id: survey.announcements[number] for number in numbers}
    st.selectbox(
        "Open an announcement of the map",
        list(items),
        index=None,
        format_func=lambda key: f"{plain_day(items[key].day)} · {items[key].title}",
        placeholder="Open one: search here" if by_touch() else "Open one: click the map, or search",
        key="map-open",
        label_visibility="collapsed",
        width=320,
        on_change=_open_found,
    )


def _open_found() -> None:
    if st.session_state["map-open"]:
        open_announcement(st.session_state["map-open"])


def map_caption(survey: Survey) -> str:
    """What the marks of the map mean; plain text."""
    error = f"{100 - survey.view.level}%"
    marks = [f"Figures in percent. {BOXED}: placebo p below {error}; {placebo_sentence(survey)}."]
    if survey.confounded[survey.known].any():
        marks.append("†: confounded.")
    return " ".join(filter(None, [*marks, blank_sentences(survey)]))


def survey_table(survey: Survey) -> pd.DataFrame:
    """One row per event shown, in the order of `newest_first`; returns in percent, fines in million yuan."""
    rows = newest_first(survey)
    study, window = survey.study, survey.window
    items = [survey.announcement(row) for row in rows]
    return pd.DataFrame(
        {
            "Date": [item.day for item in items],
            "Announcement": [item.title for item in items],
            "Listing": [row_label(survey, row) for row in rows],
            "Abnormal, %": 100 * study.car[rows, window],
            PATH: [_path(survey, row) for row in rows],
            "Placebo p": survey.placebos.p[rows, 0],
            "t": study.t[rows, window],
            "p": study.p[rows, window],
            "Confounded": ["yes" if survey.confounded[row] else "" for row in rows],
            "Body": [", ".join(item.regulators) for item in items],
            "Kind": [ACTION_NAMES[item.action] for item in items],
            "Direction": [DIRECTION_NAMES[item.direction] for item in items],
            "Names the company": ["yes" if survey.is_about(row) else "no" for row in rows],
            "Fine, m yuan": survey.fines[rows] / 1e6,
            "Remark": [survey.remark(row) for row in rows],
        }
    )


def survey_sheet(survey: Survey) -> Sheet:
    """The table as a download; the paths stay on the screen, their sessions are in the full study."""
    span = window_words(survey.view.span)
    return Sheet(
        "comparison",
        lambda: survey_table(survey).drop(columns=PATH),
        f"One row per announcement and listing; abnormal return summed over {span}, in percent.",
        columns("Date", "Announcement", "Listing", "Abnormal, %", "Placebo p", "Confounded", "Fine, m yuan"),
    )


def newest_first(survey: Survey) -> list[int]:
    """Rows of the events shown: announcements from the newest to the oldest, listings in their order."""
    width = len(survey.listings)
    return sorted(survey.rows.tolist(), key=lambda row: (-(row // width), row))


def _path(survey: Survey, row: int) -> list[float] | None:
    """The path of an event in percent, to two decimals; None where a session of it has no figure."""
    path = np.round(100 * survey.path(row).value, 2)
    return path.tolist() if np.isfinite(path).all() else None


def show_table(snapshot: Snapshot, survey: Survey) -> Shown:
    """The Table tab."""
    first, last = (session(number) for number in (survey.view.window.start, survey.view.window.end))
    st.caption(
        "The box at the left of a row opens its announcement; the head of a column sorts. Path: cumulative abnormal "
        f"return in sessions {first} to {last}, counted from the close before day 0, each on its own scale."
    )
    st.dataframe(
        kept("table", snapshot, survey, lambda _: styled(survey_table(survey))),
        hide_index=True,
        height=620,
        column_config={
            "Date": st.column_config.DateColumn(format="D MMM YYYY"),
            "Announcement": st.column_config.TextColumn(width=230),
            "Abnormal, %": st.column_config.NumberColumn(
                help=f"Abnormal return summed over {window_words(survey.view.span)}."
            ),
            PATH: st.column_config.BarChartColumn(width=110),
            "Placebo p": st.column_config.NumberColumn(
                help="How often a session of the same listing that no announcement touches does as much."
            ),
            "t": st.column_config.NumberColumn(help="Exact prediction-error t of this one event."),
            "Confounded": st.column_config.TextColumn(
                help="Another announcement about the same company has its day 0 in the same sessions."
            ),
            "Body": st.column_config.TextColumn(width=150),
            "Fine, m yuan": st.column_config.NumberColumn(
                help="What the announcement fined this company; blank where it did not."
            ),
        },
        alt="Every announcement and listing compared, with its abnormal return, tests and fine.",
        key="compare-table",
        on_select=lambda: _open_row(survey),
        selection_mode="single-row",
    )
    return Shown()


def _open_row(survey: Survey) -> None:
    chosen = st.session_state["compare-table"]["selection"]["rows"]
    if chosen:
        open_announcement(survey.announcement(newest_first(survey)[chosen[0]]).event_id)
