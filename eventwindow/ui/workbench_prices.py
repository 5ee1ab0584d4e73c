"""Which prices the reader's events meet: those of the site, or a table of the reader's own."""

from dataclasses import replace
from typing import get_args

import pandas as pd
import streamlit as st

from eventwindow.choosable import choosable, series_name
from eventwindow.facts.prices import ReturnsKind
from eventwindow.format import md, plain_day
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.frames import Values
from eventwindow.ui.box import box
from eventwindow.ui.state import seed
from eventwindow.ui.workbench import Desk, held, reread_prices, take_price_file, unlink
from eventwindow.ui.workbench_problems import show_problems
from eventwindow.words import MARKET_NAMES
from eventwindow.workbench import OwnPrices

SITE, OWN = "Prices of this site", "My own prices"
BENCHMARK, FACTORS = "A benchmark", "Factors"
KINDS = {"simple": "Simple returns", "log": "Log returns"}
MOST_CANDIDATES = 30
BENCHMARK_WIDTH = 280
TICKERS_WIDTH = 520


def show_prices(desk: Desk, snapshot: Snapshot) -> None:
    """The choice, and what belongs to it."""
    seed("own_prices", OWN if desk.with_own_prices else SITE)
    st.segmented_control(
        "Prices",
        [SITE, OWN],
        key="pick_own_prices",
        required=True,
        label_visibility="collapsed",
        on_change=_choose_prices,
    )
    if desk.with_own_prices:
        _own_prices(desk)
    else:
        _site_prices(snapshot)


def _site_prices(snapshot: Snapshot) -> None:
    label = f"{len(choosable(snapshot))} tickers and their dates"
    box(label, "work-tickers", lambda: _show_tickers(snapshot), width=TICKERS_WIDTH, kind="tertiary")


def _show_tickers(snapshot: Snapshot) -> None:
    st.dataframe(
        tickers_table(snapshot),
        hide_index=True,
        column_config={
            "From": st.column_config.DateColumn(format="D MMM YYYY"),
            "To": st.column_config.DateColumn(format="D MMM YYYY"),
        },
        alt="Tickers with prices on this site, with name, market and first and last day.",
    )


def tickers_table(snapshot: Snapshot) -> pd.DataFrame:
    """One row per series that events may be on."""
    return pd.DataFrame(
        {
            "Ticker": item.symbol,
            "Company or index": series_name(snapshot, item),
            "Market": MARKET_NAMES[item.market],
            "From": snapshot.series[item.symbol].first,
            "To": snapshot.series[item.symbol].last,
        }
        for item in choosable(snapshot).values()
    )


def _own_prices(desk: Desk) -> None:
    key = f"work-prices-{desk.generation}"
    st.file_uploader(
        "Upload a price table",
        type=["csv", "tsv", "txt", "xlsx"],
        key=key,
        on_change=take_price_file,
        args=(key,),
        help="One column called date, written 2023-07-07, then one column per symbol, and one for the benchmark. Blank "
        "cells mean missing. At most 5 MB, 10,000 days and 200 columns.",
    )


def show_price_options(desk: Desk) -> None:
    """What the cells and columns of the reader's own prices are, and what is wrong with them; nothing before a file."""
    if desk.prices is None and desk.price_file is None:
        return
    st.markdown(f"**{md(_name(desk))}**{_extent(desk)}")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        seed("own_values", desk.values)
        st.segmented_control(
            "Cells are",
            list(get_args(Values)),
            format_func=str.capitalize,
            key="pick_own_values",
            required=True,
            help="Prices, of which returns are taken; or returns as decimals, 0.0125 for 1.25%.",
            on_change=_write_values,
        )
        if desk.prices is not None:
            _meaning(desk, desk.prices)
    show_problems(
        desk.price_problems,
        "prices",
        "The price table is not used",
        "Correct the cells in the file and upload it again; if they are returns, say so above.",
    )


def _name(desk: Desk) -> str:
    if desk.price_file is not None:
        return desk.price_file[0]
    return desk.prices.table.path.name if desk.prices else ""


def _extent(desk: Desk) -> str:
    if desk.prices is None:
        return ""
    table = desk.prices.table
    first, last = (plain_day(day) for day in (table.days[0].item(), table.days[-1].item()))
    return f" · {len(table.days):,} days, {first} to {last} · {len(table.symbols)} columns"


def _meaning(desk: Desk, prices: OwnPrices) -> None:
    """How returns are taken of the table and which columns stand for the market."""
    if prices.values == "prices":
        seed("own_kind", prices.returns_kind)
        st.segmented_control(
            "Returns taken",
            list(get_args(ReturnsKind)),
            format_func=KINDS.__getitem__,
            key="pick_own_kind",
            required=True,
            help="Simple: price over the price before, minus one. Log: the logarithm of that ratio.",
            on_change=_write_meaning,
        )
    _market(desk, prices)


def _market(desk: Desk, prices: OwnPrices) -> None:
    """Which columns stand for the market."""
    seed("own_market", FACTORS if desk.by_factors else BENCHMARK)
    st.segmented_control(
        "Compared with",
        [BENCHMARK, FACTORS],
        key="pick_own_market",
        required=True,
        help="What explains the usual returns: one column, the market, with the model of the sidebar; or several "
        "columns, the factors, all at once, with the factor model in place of the sidebar's.",
        on_change=_choose_market,
    )
    if desk.by_factors:
        seed("own_factors", list(prices.factors))
        st.pills(
            "Factor columns",
            _candidates(desk, prices),
            selection_mode="multi",
            format_func=md,
            key="pick_own_factors",
            on_change=_write_meaning,
        )
        return
    seed("own_benchmark", prices.benchmark or None)
    st.selectbox(
        "Benchmark column",
        list(prices.table.symbols),
        placeholder="Choose the column of the market",
        width=BENCHMARK_WIDTH,
        key="pick_own_benchmark",
        on_change=_write_meaning,
    )


def _candidates(desk: Desk, prices: OwnPrices) -> list[str]:
    """Columns that no event is about, and those chosen already."""
    columns = desk.events.columns
    place = columns.index("symbol") if "symbol" in columns else None
    studied = set() if place is None else {cells[place] for _, cells in desk.events.rows}
    free = [name for name in prices.table.symbols if name not in studied or name in prices.factors]
    return free[:MOST_CANDIDATES]


def _choose_prices() -> None:
    desk = held()
    desk.with_own_prices = st.session_state.pick_own_prices == OWN
    desk.made.clear()
    unlink()


def _choose_market() -> None:
    desk = held()
    desk.by_factors = st.session_state.pick_own_market == FACTORS
    if desk.prices is not None:
        desk.mean(replace(desk.prices, benchmark="", factors=()))


def _write_values() -> None:
    held().values = st.session_state.pick_own_values
    reread_prices()


def _write_meaning() -> None:
    desk, chosen = held(), st.session_state
    prices = desk.prices
    if prices is None:
        return
    factors = chosen.get("pick_own_factors", ()) if desk.by_factors else ()
    desk.mean(
        replace(
            prices,
            returns_kind=chosen.get("pick_own_kind", prices.returns_kind),
            benchmark="" if desk.by_factors else chosen.get("pick_own_benchmark") or "",
            factors=tuple(name for name in prices.table.symbols if name in factors),
        )
    )
