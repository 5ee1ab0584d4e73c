"""The Volume tab of the event page: abnormal volume below abnormal return, on one axis of sessions."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from eventwindow.case import Case
from eventwindow.charts.theme import CONFIG, palette
from eventwindow.charts.volume import attention_charts
from eventwindow.export.sheets import Sheet
from eventwindow.format import md
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.compare import Shown
from eventwindow.ui.data import EventScreen
from eventwindow.ui.shell import Frame
from eventwindow.ui.styled import styled
from eventwindow.view import DEFAULT
from eventwindow.volume import Attention, attentions
from eventwindow.words import listing_name, place
from eventwindow.words_timing import attention_caption, attention_finding, attention_verdict, volume_reason

# Narrowest chart, in pixels: two side by side on a desktop, one on a phone.
WIDTH = 330


@dataclass(frozen=True)
class Volumes:
    """What the tab shows for one view; the figures are shared between readers and never changed."""

    found: tuple[Attention, ...]
    charts: tuple[go.Figure, ...]


def show_volume(frame: Frame, screen: EventScreen) -> None:
    """The Volume tab."""
    case, shown = screen.case, volumes(frame.snapshot, screen.case)
    st.markdown(f"**{md(attention_verdict(case, shown.found))}**")
    if not shown.found:
        st.caption(md(attention_caption(case)))
        return
    with st.grid(min(len(shown.found), 2), min_column_width=WIDTH):
        for item, figure in zip(shown.found, shown.charts, strict=True):
            finding = attention_finding(item, case.view.level)
            st.plotly_chart(
                figure, theme=None, config=CONFIG, alt=finding, key=f"volume-{item.item.listing.symbol}-chart"
            )
    st.caption(md(attention_caption(case)))
    figures = st.expander("The same as a table", key="volume-figures", on_change="rerun")
    if not figures.open:
        return
    with figures:
        st.dataframe(
            styled(volume_table(shown.found).round({"Usual volume": 0}), "Usual volume"),
            hide_index=True,
            placeholder="",
            column_config={
                "Date": st.column_config.DateColumn(format="ddd D MMM YYYY"),
                "Usual volume": st.column_config.NumberColumn(format="localized"),
            },
            alt="Abnormal return and volume as a multiple of the usual one, of every listing and session.",
        )


def volume_shown(frame: Frame, screen: EventScreen) -> Shown:
    """What the tab offers to download."""
    case, shown = screen.case, volumes(frame.snapshot, screen.case)
    if not shown.found:
        return Shown()
    note = (
        "Abnormal returns in percent; volume as a multiple of the geometric mean of the estimation window. Bands are "
        f"noise at the {case.view.level}% level."
    )
    charts = {f"Volume, {listing_name(item.item)}": it for item, it in zip(shown.found, shown.charts, strict=True)}
    return Shown(
        charts,
        [Sheet("Volume", volume_table(shown.found), note, _around_day_zero)],
        [attention_verdict(case, shown.found)],
        dict.fromkeys([*charts][-1:], attention_caption(case)),
    )


def _around_day_zero(table: pd.DataFrame) -> pd.DataFrame:
    """Day 0 of every listing with the session before and after."""
    return table[table["Session"].abs() <= 1].drop(columns="Usual volume")


def volumes(snapshot: Snapshot, case: Case) -> Volumes:
    """The figures of the tab, from the shelf where a reader has asked for them before."""
    query = replace(case.view, tab=DEFAULT.tab).query()
    return _volumes(snapshot.snapshot_id, query, st.context.theme.type, snapshot, case)


@st.cache_resource(max_entries=100, show_spinner=False)
def _volumes(snapshot_id: str, query: str, appearance: str | None, _snapshot: Snapshot, _case: Case) -> Volumes:
    """Keyed by the short snapshot id and the query; the underscored arguments are what these two stand for."""
    del snapshot_id, query
    found = attentions(_snapshot, _case)
    charts = attention_charts(found, _case.view.level, palette(appearance)) if found else []
    return Volumes(found, tuple(charts))


def volume_table(found: tuple[Attention, ...]) -> pd.DataFrame:
    """One row per listing and session; blank where no figure is known."""
    frames = [
        pd.DataFrame(
            {
                "Listing": f"{item.item.issuer.short_name} · {place(item.item)}",
                "Session": item.sessions,
                "Date": item.dates,
                "Abnormal return, %": 100 * item.returns,
                "Return band ±, %": 100 * item.returns_band,
                "Times usual": item.multiple,
                "Band from": np.exp(-item.volume_band),
                "Band to": np.exp(item.volume_band),
                "Usual volume": item.usual,
                "Remark": volume_reason(item),
            }
        )
        for item in found
    ]
    return pd.concat(frames, ignore_index=True)
