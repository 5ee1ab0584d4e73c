"""The Timing tab of the event page: what came before the official act, and how soon the move was over."""

from dataclasses import dataclass, replace

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from pandas.io.formats.style import Styler

from eventwindow.case import Case, Estimate
from eventwindow.charts.theme import CONFIG, palette
from eventwindow.charts.timing import anticipation_charts
from eventwindow.doubt import Overlap, others_within
from eventwindow.export.sheets import Sheet, columns
from eventwindow.facts.reasons import Reason
from eventwindow.format import md, session
from eventwindow.sources.snapshot import Snapshot
from eventwindow.timing import Horizon, Speed, horizons, sessions_summed, speeds
from eventwindow.ui.compare import Shown
from eventwindow.ui.data import EventScreen
from eventwindow.ui.shell import Frame
from eventwindow.ui.styled import styled
from eventwindow.view import DEFAULT
from eventwindow.words import MARKET_NAMES, place, window_words
from eventwindow.words_timing import (
    anticipation_caption,
    anticipation_finding,
    anticipation_verdict,
    horizon_words,
    others_words,
    share_words,
    shares_missing,
    speed_caption,
    speed_verdict,
)

# Narrowest chart, in pixels: two side by side on a desktop, one on a phone.
WIDTH = 330
SHARE = st.column_config.NumberColumn(help="Before as a part of the whole, where the whole is more than noise.")
TESTED = "with t and p of the exact prediction error"


@dataclass(frozen=True)
class Timing:
    """What the tab shows for one view; the figures are shared between readers and never changed."""

    before: tuple[Horizon, ...]
    speeds: tuple[Speed, ...]
    others: tuple[Overlap, ...]
    charts: tuple[tuple[Horizon, go.Figure], ...]
    listings: Styler
    adjustment: Styler


def show_timing(frame: Frame, screen: EventScreen) -> None:
    """The Timing tab."""
    case, found = screen.case, timing(frame.snapshot, screen.case)
    st.markdown(f"**Before and after the official act** · {md(anticipation_verdict(case, found.before))}")
    if found.charts:
        with st.grid(len(found.charts), min_column_width=WIDTH):
            for horizon, figure in found.charts:
                finding = " ".join(anticipation_finding(item) for item in horizon.found)
                st.plotly_chart(figure, theme=None, config=CONFIG, alt=finding, key=f"before-{horizon.end}-chart")
        st.caption(md(anticipation_caption(case, found.before)))
        st.dataframe(
            found.listings,
            hide_index=True,
            placeholder="",
            column_config=dict.fromkeys(_shares(found.before), SHARE),
            alt="Abnormal return before and after the official act and over both, of every listing.",
        )
        st.caption(md(shares_missing(found.before)))
    st.markdown(f"**Speed of adjustment** · {md(speed_verdict(case, found.speeds))}")
    st.dataframe(
        found.adjustment,
        hide_index=True,
        placeholder="",
        alt=speed_verdict(case, found.speeds),
    )
    st.caption(md(speed_caption(case)))
    if found.others:
        st.caption(f"**{md(others_words(found.others))}**")


def timing_shown(frame: Frame, screen: EventScreen) -> Shown:
    """What the tab offers to download."""
    case, found = screen.case, timing(frame.snapshot, screen.case)
    sheets = [Sheet("Speed", speed_table(found.speeds), "Sessions from day 0; abnormal return in percent.")]
    if found.charts:
        note = f"Abnormal returns in percent, {TESTED}, before and after the official act."
        shares = ("Before, %", "p before", "After, %", "p after", "Whole, %", "p whole", "Share before, %")
        brief = columns("Listing", "Up to", *shares)
        sheets.insert(0, Sheet("Before and after", anticipation_table(found.before), note, brief))
    charts = {f"Before and after, {horizon_words(item)}": it for item, it in found.charts}
    return Shown(
        charts,
        sheets,
        [anticipation_verdict(case, found.before), speed_verdict(case, found.speeds), others_words(found.others)],
        dict.fromkeys([*charts][-1:], anticipation_caption(case, found.before)),
    )


def timing(snapshot: Snapshot, case: Case) -> Timing:
    """The figures of the tab, from the shelf where a reader has asked for them before."""
    query = replace(case.view, tab=DEFAULT.tab).query()
    return _timing(snapshot.snapshot_id, query, st.context.theme.type, snapshot, case)


@st.cache_resource(max_entries=100, show_spinner=False)
def _timing(snapshot_id: str, query: str, appearance: str | None, _snapshot: Snapshot, _case: Case) -> Timing:
    """Keyed by the short snapshot id and the query; the underscored arguments are what these two stand for."""
    del snapshot_id, query
    before = horizons(_snapshot, _case)
    drawn = [horizon for horizon in before if horizon.known]
    charts = anticipation_charts(drawn, _case.view.level, palette(appearance))
    others = others_within(_snapshot, _case.view, sessions_summed(before, _case.view.window))
    listings = styled(listings_table(before))
    quick = speeds(_snapshot, _case)
    return Timing(before, quick, others, tuple(zip(drawn, charts, strict=True)), listings, styled(speed_table(quick)))


def _shares(found: tuple[Horizon, ...]) -> list[str]:
    """The columns of shares in the table of listings."""
    return [f"Share to {session(horizon.end)}, %" for horizon in found]


def listings_table(found: tuple[Horizon, ...]) -> pd.DataFrame:
    """One row per listing: before once, after, whole and share for every horizon; returns and shares in percent."""
    rows = []
    for items in zip(*(horizon.found for horizon in found), strict=True):
        first = items[0]
        row: dict[str, object] = {
            "Listing": f"{first.item.issuer.short_name} · {place(first.item)}",
            "Before, %": 100 * first.split.before.value if first.split else None,
            "p before": first.split.before.p if first.split else None,
        }
        for horizon, item, share in zip(found, items, _shares(found), strict=True):
            to = f"to {session(horizon.end)}"
            row[f"After {to}, %"] = 100 * item.split.after.value if item.split else None
            row[f"Whole {to}, %"] = 100 * item.split.whole.value if item.split else None
            row[f"p whole {to}"] = item.split.whole.p if item.split else None
            row[share] = 100 * item.share
        rows.append(row)
    return pd.DataFrame(rows)


def anticipation_table(found: tuple[Horizon, ...]) -> pd.DataFrame:
    """One row per listing and horizon; returns and share in percent, blank where the remark says why."""
    return pd.DataFrame(
        {
            "Listing": f"{item.item.issuer.short_name} · {place(item.item)}",
            "Up to": horizon_words(horizon).removeprefix("to "),
            **_figures("before", item.split.before if item.split else None),
            **_figures("after", item.split.after if item.split else None),
            **_figures("whole", item.split.whole if item.split else None),
            "Share before, %": 100 * item.share,
            "Remark": "" if item.share_reason is Reason.OK else share_words(item),
        }
        for horizon in found
        for item in horizon.found
    )


def _figures(name: str, part: Estimate | None) -> dict[str, object]:
    return {
        f"Sessions {name}": window_words(part.window) if part else "",
        f"{name.capitalize()}, %": 100 * part.value if part else None,
        f"t {name}": part.t if part else None,
        f"p {name}": part.p if part else None,
    }


def speed_table(found: tuple[Speed, ...]) -> pd.DataFrame:
    """One row per listing: its figure at the end of the window in percent, and the sessions it took."""
    return pd.DataFrame(
        {
            "Market": MARKET_NAMES[item.item.listing.market],
            "Listing": f"{item.item.issuer.short_name} · {place(item.item)}",
            "Sessions": window_words(item.final.window) if item.final else "",
            "Abnormal return, %": 100 * item.final.value if item.final else None,
            "p": item.final.p if item.final else None,
            "Settled after, sessions": item.settled,
            "Half after, sessions": item.half,
            "Remark": _remark(item),
        }
        for item in sorted(found, key=lambda item: item.item.listing.market)
    )


def _remark(item: Speed) -> str:
    if item.final and item.settled == item.final.window.end:
        return "Still moving when the window ends."
    return item.why
