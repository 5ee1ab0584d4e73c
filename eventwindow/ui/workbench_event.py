"""One of a reader's own events in detail: its clock, its windows and sessions as tables, and its volume."""

from functools import partial

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from eventwindow.charts.clock import news_strip
from eventwindow.charts.theme import CONFIG
from eventwindow.charts.volume import attention_charts
from eventwindow.export.sheets import Sheet
from eventwindow.facts.events import Clock
from eventwindow.format import md
from eventwindow.own_event import own_attention, own_detail, own_news
from eventwindow.study.results import StudyResult
from eventwindow.ui.compare import Shown
from eventwindow.ui.event_volume import volume_table
from eventwindow.ui.styled import styled
from eventwindow.ui.workbench_kept import kept
from eventwindow.words import clock_fact, window_words
from eventwindow.words_timing import attention_finding, attention_reading
from eventwindow.workbench import OwnStudy

NAMES = {Clock.ANNOUNCED: "Event"}
TABLES = "work-event-tables"
SESSIONS_NOTE = "Returns of one event in percent; cumulative from the close before day 0."
VOLUME_NOTE = "Abnormal returns in percent; volume as a multiple of the geometric mean of the estimation window."


def show_event(own: OwnStudy, row: int) -> Shown:
    """What there is of one event beside its verdict and its path."""
    detail = kept(f"detail {row}", own, lambda _: own_detail(own, row))
    windows, sessions = partial(windows_table, detail), partial(sessions_table, own, row, detail)
    sheets = [Sheet("windows", windows, "One event, in percent."), Sheet("sessions", sessions, SESSIONS_NOTE)]
    charts = _clock(own, row)
    attention = kept(f"attention {row}", own, lambda _: own_attention(own, row, detail))
    if attention is not None:
        (figure,) = kept(f"volume {row}", own, lambda colours: attention_charts([attention], own.view.level, colours))
        st.plotly_chart(
            figure,
            theme=None,
            config=CONFIG,
            alt=attention_finding(attention, own.view.level),
            key="work-volume-chart",
        )
        st.caption(md(attention_reading(own.view.level)))
        charts["volume"] = figure
        sheets.append(Sheet("volume", lambda: volume_table((attention,)).drop(columns="Listing"), VOLUME_NOTE))
    figures = st.expander("Windows and sessions as tables", key=TABLES, on_change="rerun")
    with figures:
        if figures.open:
            _show_tables(windows(), sessions())
    return Shown(charts, sheets)


def _show_tables(windows: pd.DataFrame, sessions: pd.DataFrame) -> None:
    st.markdown("**Windows** · abnormal return with its exact prediction-error test")
    st.dataframe(
        styled(windows), hide_index=True, alt="Abnormal return, standard error, t and p of the event by window."
    )
    st.markdown("**Sessions** · cumulative from the close before day 0")
    st.dataframe(
        styled(sessions),
        hide_index=True,
        column_config={"Date": st.column_config.DateColumn(format="ddd D MMM YYYY")},
        alt="Return, expected return, abnormal return and cumulative abnormal return of every session.",
    )


def windows_table(detail: StudyResult) -> pd.DataFrame:
    """Abnormal return and test of the one event of a study over each of its windows; returns in percent."""
    return pd.DataFrame(
        {
            "Window": [window_words(window) for window in detail.windows],
            "Abnormal return, %": 100 * detail.car[0],
            "Standard error, %": 100 * detail.se[0],
            "t": detail.t[0],
            "df": detail.df[0],
            "p": detail.p[0],
            "Sessions with a return": detail.n_days[0],
            "Remark": [detail.remark(0, number) for number in range(len(detail.windows))],
        }
    )


def sessions_table(own: OwnStudy, row: int, detail: StudyResult) -> pd.DataFrame:
    """One row per session of the event window; returns in percent."""
    path, part = own.path(row), own.view.window.within(detail.event_window)
    return pd.DataFrame(
        {
            "Session": path.sessions,
            "Date": path.dates.tolist(),
            "Return, %": 100 * detail.actual[0, part],
            "Expected, %": 100 * detail.expected[0, part],
            "Abnormal, %": 100 * detail.abnormal_returns[0, part],
            "Standard error, %": 100 * detail.abnormal_se[0, part],
            "Cumulative, %": 100 * np.asarray(path.value),
            "Band ±, %": 100 * path.critical * path.se,
        }
    )


def _clock(own: OwnStudy, row: int) -> dict[str, go.Figure]:
    """Both markets' sessions around the moment of the event; nothing where no moment decides."""
    news = own_news(own, row)
    if news is None:
        return {}
    figure = kept(f"clock {row}", own, lambda colours: news_strip([news], news, own.snapshot.calendars, colours, NAMES))
    said = f"Sessions of both markets around the event, {clock_fact(news)}."
    st.plotly_chart(figure, theme=None, config=CONFIG, alt=said, key="work-clock-chart")
    return {"clock": figure}
