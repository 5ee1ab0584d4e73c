"""The sidebar: the controls of a page, each a face of one parameter of the address."""

from collections.abc import Callable, Sequence

import streamlit as st

from eventwindow.facts.events import Clock
from eventwindow.facts.listings import Market
from eventwindow.format import md, plain_day, session
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.models import Model
from eventwindow.study.windows import Window
from eventwindow.ui.filters import filters
from eventwindow.ui.state import choose, reset, seed, write
from eventwindow.view import CURRENT, EARLIEST, LATEST, LEVELS, SCREEN_MODELS, Benchmark, Page, View
from eventwindow.words import CLOCK_NAMES, MARKET_NAMES

MODEL_NAMES = {
    Model.MARKET: "Market model",
    Model.MARKET_ADJUSTED: "Market-adjusted",
    Model.MEAN_ADJUSTED: "Mean-adjusted",
    Model.SCHOLES_WILLIAMS: "Scholes-Williams",
}
BENCHMARK_NAMES = {
    Benchmark.BROAD: "Hang Seng, S&P 500",
    Benchmark.TECH: "China tech indices",
}
ESTIMATION_WINDOWS = {
    Window(-260, -11): "250 sessions to −11",
    Window(-130, -11): "120 sessions to −11",
    Window(-510, -11): "500 sessions to −11",
    Window(-281, -32): "250 sessions to −32",
}

Section = Callable[[Snapshot, View], None]


def sidebar(snapshot: Snapshot, view: View, page: Page) -> None:
    """Draw the controls that change a page, showing the view."""
    for section in SECTIONS[page]:
        section(snapshot, view)
    if SECTIONS[page]:
        st.button("Reset settings", type="tertiary", icon=":material/restart_alt:", on_click=reset)


def data_line(snapshot: Snapshot, view: View) -> None:
    """Which data the page shows, and how new they are."""
    last = max(item.last for item in snapshot.series.values() if item.kind == "share")
    st.caption(f"Data {md(snapshot.snapshot_id)}, prices to {plain_day(last)}")
    if view.data != CURRENT:
        st.button(
            "Show the current data",
            type="tertiary",
            help="The link names a data version, so that its numbers stay as they were.",
            on_click=choose,
            args=("data", CURRENT),
        )


def _announcement(snapshot: Snapshot, view: View) -> None:
    keys = [item.event_id for item in snapshot.newest_first]
    seed("event", view.event)
    st.selectbox(
        "Announcement",
        keys,
        format_func=lambda key: snapshot.announcements[key].label,
        key="pick_event",
        help=f"{len(keys)} announcements, newest first. Type to search titles and dates.",
        on_change=write("event", "event"),
    )
    place = keys.index(view.event)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        _step("Earlier", ":material/arrow_back:", keys, place + 1)
        _step("Later", ":material/arrow_forward:", keys, place - 1)


def _step(label: str, icon: str, keys: Sequence[str], place: int) -> None:
    exists = 0 <= place < len(keys)
    st.button(
        label,
        icon=icon,
        type="tertiary",
        disabled=not exists,
        on_click=choose,
        args=("event", keys[place] if exists else ""),
    )


def _listings(snapshot: Snapshot, view: View) -> None:
    names = {issuer.slug: md(issuer.short_name) for issuer in snapshot.companies}
    seed("company", list(view.companies))
    st.pills(
        "Company",
        list(names),
        selection_mode="multi",
        format_func=names.__getitem__,
        key="pick_company",
        on_change=write("co", "company", list(names)),
    )
    seed("market", list(view.markets))
    st.pills(
        "Market",
        list(Market),
        selection_mode="multi",
        format_func=MARKET_NAMES.__getitem__,
        key="pick_market",
        on_change=write("mkt", "market", list(Market)),
    )


def _window(_: Snapshot, view: View) -> None:
    seed("window", (view.window.start, view.window.end))
    st.slider(
        "Event window, in sessions",
        EARLIEST,
        LATEST,
        key="pick_window",
        help="Counted in sessions of each market. Day 0 always stays inside.",
        on_change=_write_window,
    )


def _span(_: Snapshot, view: View) -> None:
    seed("span", (view.span.start, view.span.end))
    st.slider(
        "Abnormal return summed over",
        EARLIEST,
        LATEST,
        key="pick_span",
        help="Sessions whose abnormal returns are added up into one figure. 0 is day 0, the first session of each "
        "market that could react.",
        on_change=_write_span,
    )


def _clock(_: Snapshot, view: View) -> None:
    seed("clock", view.clock)
    st.segmented_control(
        "Clock that decides day 0",
        list(Clock),
        format_func=CLOCK_NAMES.__getitem__,
        required=True,
        key="pick_clock",
        help="The official act, or the first press report where one is known. Day 0 is each market's first "
        "session that closes after that moment.",
        on_change=write("clock", "clock"),
    )


def _statistics(_: Snapshot, view: View) -> None:
    statistics = st.expander("Model and statistics", key="statistics", on_change="rerun")
    if statistics.open:
        with statistics:
            _model(view)
            _estimation(view)


def _model(view: View) -> None:
    seed("model", view.model)
    st.selectbox(
        "Expected return",
        list(SCREEN_MODELS),
        format_func=MODEL_NAMES.__getitem__,
        key="pick_model",
        help="What the share would have done without the announcement: its usual answer to the market, the "
        "market's own return, its own average, or (Scholes-Williams) its answer to the market of three days, for "
        "shares that trade thinly.",
        on_change=write("model", "model"),
    )
    seed("benchmark", view.benchmark)
    st.selectbox(
        "Benchmark",
        list(Benchmark),
        format_func=BENCHMARK_NAMES.__getitem__,
        key="pick_benchmark",
        help="The broad index of each market, or the Hang Seng TECH Index and the KWEB fund. The China-tech ones hold "
        "Alibaba and Tencent themselves, so they take away part of the reaction.",
        on_change=write("bench", "benchmark"),
    )


def _estimation(view: View) -> None:
    options = dict(ESTIMATION_WINDOWS)
    options.setdefault(view.estimation, f"{view.estimation.length} sessions to {session(view.estimation.end)}")
    seed("estimation", view.estimation)
    st.selectbox(
        "Estimation window",
        list(options),
        format_func=options.__getitem__,
        key="pick_estimation",
        help="Where the model learns what is usual, counted back from day 0: before the event window, never inside it.",
        on_change=write("est", "estimation"),
    )
    seed("level", view.level)
    st.segmented_control(
        "Confidence level",
        list(LEVELS),
        format_func=lambda level: f"{level}%",
        required=True,
        key="pick_level",
        on_change=write("level", "level"),
    )


def _write_window() -> None:
    start, end = st.session_state.pick_window
    choose("win", Window(min(start, 0), max(end, 0)))


def _write_span() -> None:
    choose("sum", Window(*st.session_state.pick_span))


SECTIONS: dict[Page, tuple[Section, ...]] = {
    Page.EVENT: (_announcement, _listings, _window, _clock, _statistics),
    Page.COMPARE: (_listings, _span, filters, _window, _clock, _statistics),
    Page.TIMELINE: (_listings, filters, _clock),
    Page.ROBUSTNESS: (_announcement, _listings, _span, _clock, _statistics),
    Page.WORKBENCH: (_span, _window, _statistics),
    Page.DATA: (filters,),
    Page.METHOD: (),
}
