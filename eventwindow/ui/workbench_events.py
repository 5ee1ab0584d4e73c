"""The Events tab of the workbench: every event with its figures, one of them on its own, and a map."""

import numpy as np
import pandas as pd
import streamlit as st

from eventwindow.charts.event_map import MOST_EVENTS, MOST_SYMBOLS, colour_limit, event_map, event_map_chart
from eventwindow.charts.path import path_chart
from eventwindow.charts.theme import CONFIG
from eventwindow.export.sheets import Sheet
from eventwindow.facts.reasons import Reason
from eventwindow.format import md, session
from eventwindow.ui.compare import Shown
from eventwindow.ui.links import is_secure
from eventwindow.ui.shell import Frame
from eventwindow.ui.styled import styled
from eventwindow.ui.tables import SECURE_LINK
from eventwindow.ui.workbench_event import show_event
from eventwindow.ui.workbench_kept import TRYING, kept
from eventwindow.words import window_words
from eventwindow.words_workbench import (
    decided_by,
    event_caption,
    event_facts,
    event_name,
    event_verdict,
    map_finding,
    path_finding,
)
from eventwindow.workbench import OwnStudy

PATH, TABLE = "Path, %", "work-events-table"
# The table is as high as its rows, up to so many pixels.
ROW_HEIGHT, TALLEST = 35, 420
# Longer tables come in pages: every row is sent to the browser.
PAGE_ROWS = 1_000


def show_events(frame: Frame, own: OwnStudy) -> Shown:
    """The Events tab."""
    table = kept("events", own, lambda _: _used(events_table(own)), TRYING)
    first, last = (session(number) for number in (frame.view.window.start, frame.view.window.end))
    st.caption(
        f"The box at the left of a row shows its event below. Path: cumulative abnormal return in sessions {first} to "
        f"{last}, counted from the close before day 0, each on its own scale."
    )
    first_row = _first_row(len(table))
    shown = table.iloc[first_row : first_row + PAGE_ROWS]
    st.dataframe(
        kept(f"events from {first_row}", own, lambda _: styled(shown)),
        hide_index=True,
        height=min(ROW_HEIGHT * (len(shown) + 1) + 3, TALLEST),
        column_config={
            "Event": st.column_config.TextColumn(width=220),
            "Day 0": st.column_config.DateColumn(format="D MMM YYYY", help="First session that could react."),
            "Day 0 by": st.column_config.TextColumn(
                help="What decided day 0: the time of the announcement by the market's hours, or the date alone."
            ),
            "Abnormal, %": st.column_config.NumberColumn(
                help=f"Abnormal return summed over {window_words(own.view.span)}."
            ),
            "t": st.column_config.NumberColumn(help="Exact prediction-error t of this one event."),
            "Placebo p": st.column_config.NumberColumn(
                help="How often a session of the same symbol that no event of the table touches does as much.",
            ),
            "Buy and hold, %": st.column_config.NumberColumn(
                help="Buy-and-hold abnormal return: compounded return minus compounded expected return."
            ),
            PATH: st.column_config.BarChartColumn(width=110),
            "Confounded": st.column_config.TextColumn(
                help="Another event of the table on the same symbol has its day 0 in the sessions summed up."
            ),
            "Fine": st.column_config.NumberColumn(format="localized"),
            "Source": SECURE_LINK,
        },
        alt="Every event with its abnormal return, tests and day 0, or the reason why it has no figure.",
        key=f"{TABLE}-{first_row}",
        on_select="rerun",
        selection_mode="single-row",
    )
    row = _picked(own, first_row)
    charts = _one(own, row)
    detail = Shown() if own.reason(row) else show_event(own, row)
    return Shown({**charts, **detail.charts, **_map(own)}, detail.sheets, [event_verdict(own, row)])


def events_table(own: OwnStudy) -> pd.DataFrame:
    """One row per event in the order of the table; returns in percent, blank where unknown."""
    study, window, events = own.study, own.window, own.events
    figures = {
        "Abnormal, %": 100 * study.car[:, window],
        "Standard error, %": 100 * study.se[:, window],
        "t": study.t[:, window],
        "p": study.p[:, window],
        "Placebo p": own.placebos.p[:, 0],
        "Buy and hold, %": 100 * study.bhar[:, window],
    }
    paths = np.round(100 * own.paths, 2)
    whole = np.isfinite(paths).all(axis=1) & ~own.left_out
    return pd.DataFrame(
        {
            "Event": [event.title for event in events],
            "Symbol": [event.symbol for event in events],
            "Day 0": study.day0.astype(object),
            "Abnormal, %": np.where(own.left_out, np.nan, figures["Abnormal, %"]),
            PATH: [path.tolist() if shown else None for path, shown in zip(paths, whole, strict=True)],
            **{
                name: np.where(own.left_out, np.nan, values)
                for name, values in figures.items()
                if name != "Abnormal, %"
            },
            "Day 0 by": [decided_by(own, row) for row in range(len(events))],
            "Confounded": ["yes" if hit else "" for hit in own.confounded.tolist()],
            "Group": [event.group for event in events],
            "Fine": [event.fine if event.fine is not None else np.nan for event in events],
            "Currency": [event.currency for event in events],
            "Source": [event.source if is_secure(event.source) else None for event in events],
            "Remark": [own.remark(row) for row in range(len(events))],
            "Event id": [event.event_id for event in events],
            "Row": [event.row for event in events],
        }
    )


def events_sheet(own: OwnStudy) -> Sheet:
    """The table as a download; the paths stay on the screen, their sessions are in the full study."""
    return Sheet(
        "events",
        lambda: events_table(own).drop(columns=PATH),
        f"One row per event; abnormal returns summed over {window_words(own.view.span)}, in percent.",
    )


def _used(table: pd.DataFrame) -> pd.DataFrame:
    """The columns that have anything to show."""
    return table.loc[:, [(table[name].notna() & (table[name].astype(object) != "")).any() for name in table]]


def _first_row(rows: int) -> int:
    """The first row of the page shown, of a table of so many; all rows are one page where they fit."""
    pages = -(-rows // PAGE_ROWS)
    if pages <= 1:
        return 0
    st.caption(f"{PAGE_ROWS:,} rows a page; search and sorting are within the page.")
    return PAGE_ROWS * (st.pagination(pages, key=f"{TABLE}-page-{pages}") - 1)


def _picked(own: OwnStudy, first_row: int) -> int:
    """The event of the row chosen in the table, whose page starts at `first_row`; at first the most outstanding one."""
    chosen = st.session_state.get(f"{TABLE}-{first_row}", {}).get("selection", {}).get("rows", [])
    if chosen and first_row + chosen[0] < len(own.events):
        return first_row + int(chosen[0])
    if not len(own.known):
        return 0
    return int(own.known[np.abs(own.study.t[own.known, own.window]).argmax()])


def _one(own: OwnStudy, row: int) -> dict[str, object]:
    """One event: its verdict, its facts and its path."""
    st.markdown(f"**{md(event_verdict(own, row))}**  \n{md(event_facts(own, row))}")
    if own.reason(row):
        return {}
    path = own.path(row)
    figure = kept(
        f"path {row}", own, lambda colours: path_chart(path, np.empty((0, len(path.sessions))), own.view.level, colours)
    )
    finding = path_finding(own, event_name(own.events[row]), float(path.value[-1]), float(path.band[1][-1]))
    st.plotly_chart(figure, theme=None, config=CONFIG, alt=finding, key="work-event-chart")
    st.caption(event_caption(own.view.level))
    return {"one event": figure}


def _map(own: OwnStudy) -> dict[str, object]:
    """Events that are on several symbols, side by side."""
    found = event_map(own)
    if found is None or not len(own.known):
        return {}
    st.markdown("**Events on several symbols**")
    figure = kept("map", own, lambda colours: event_map_chart(own, found, colours))
    st.plotly_chart(figure, theme=None, config=CONFIG, alt=map_finding(own), key="work-map-chart")
    limit = kept("full colour", own, lambda _: colour_limit(own, found))
    many = len(found.event_ids) == MOST_EVENTS or len(found.symbols) == MOST_SYMBOLS
    cut = f" At most {MOST_EVENTS} events and {MOST_SYMBOLS} symbols are drawn; the table holds all." if many else ""
    none = any(own.status(row) is not Reason.OK for row in found.cells.values())
    st.caption(
        f"Abnormal returns over {window_words(own.view.span)}, in percent; colours are full from "
        f"{limit:g}% on, orange down and purple up. Box: placebo p below "
        f"{100 - own.view.level}%.{' Dash: no figure.' if none else ''}{cut}"
    )
    return {"map": figure}
