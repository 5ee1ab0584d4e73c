"""The part of the Data page that says what the last refresh did with every series."""

import pandas as pd
import streamlit as st

from eventwindow.format import md
from eventwindow.sources.snapshot import Snapshot
from eventwindow.sources.store import Manifest
from eventwindow.words_refresh import outcome_name, refresh_finding

DAY = st.column_config.DateColumn(format="D MMM YYYY")


def show_refresh(snapshot: Snapshot, manifest: Manifest | None) -> None:
    """Which data these are, where they came from, and the outcome per series."""
    st.header("Last refresh", anchor=False)
    st.markdown(md(f"Data {snapshot.snapshot_id}. {refresh_finding(manifest)}"))
    if manifest is None or not manifest.series:
        return
    table = refresh_table(snapshot, manifest)
    st.dataframe(
        table,
        height="content",
        hide_index=True,
        placeholder="",
        key="refresh_table",
        column_config={
            "Last session": DAY,
            "Looked at": DAY,
            "Why": st.column_config.TextColumn(width="large"),
        },
        alt=refresh_finding(manifest),
    )


def refresh_table(snapshot: Snapshot, manifest: Manifest) -> pd.DataFrame:
    """One row per series that a refresh has looked at."""
    rows = [
        {
            "Series": snapshot.series[symbol].name,
            "Symbol": symbol,
            "Outcome": outcome_name(str(told["status"])),
            "New sessions": int(told["added"]) or None,
            "Last session": snapshot.series[symbol].last,
            "Why": str(told["detail"]),
            "Looked at": pd.Timestamp(str(told["at"])).date(),
        }
        for symbol, told in manifest.series.items()
        if symbol in snapshot.series
    ]
    return pd.DataFrame(rows).astype({"New sessions": "Int64"})
