"""The sidebar: every control of the view, each a face of one parameter of the address."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from eventwindow.facts.events import Announcement, Clock
from eventwindow.facts.listings import Market
from eventwindow.format import session
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.models import Model
from eventwindow.study.windows import Window
from eventwindow.ui.state import choose, reset
from eventwindow.view import EARLIEST, LATEST, LEVELS, SCREEN_MODELS, Benchmark, View
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


def sidebar(snapshot: Snapshot, view: View) -> None:
    """Draw the controls, showing the view."""
    st.markdown("**Event Window**")
    _announcement(snapshot, view)
    names = {issuer.slug: issuer.short_name for issuer in snapshot.companies}
    _seed("company", list(view.companies))
    st.pills(
        "Company",
        list(names),
        selection_mode="multi",
        format_func=names.__getitem__,
        key="pick_company",
        on_change=_write("co", "company", list(names)),
    )
    _seed("market", list(view.markets))
    st.pills(
        "Market",
        list(Market),
        selection_mode="multi",
        format_func=MARKET_NAMES.__getitem__,
        key="pick_market",
        on_change=_write("mkt", "market", list(Market)),
    )
    _seed("window", (view.window.start, view.window.end))
    st.slider(
        "Event window, in sessions",
        EARLIEST,
        LATEST,
        key="pick_window",
        help="Counted in sessions of each market. Day 0 always stays inside.",
        on_change=_write_window,
    )
    _seed("clock", view.clock)
    st.segmented_control(
        "Clock that decides day 0",
        list(Clock),
        format_func=CLOCK_NAMES.__getitem__,
        required=True,
        key="pick_clock",
        help="The official act, or the first press report where one is known. Day 0 is each market's first "
        "session that closes after that moment.",
        on_change=_write("clock", "clock"),
    )
    with st.expander("Model and statistics"):
        _statistics(view)
    st.button("Reset settings", type="tertiary", icon=":material/restart_alt:", on_click=reset)


def _announcement(snapshot: Snapshot, view: View) -> None:
    keys = [item.event_id for item in snapshot.newest_first]
    _seed("event", view.event)
    st.selectbox(
        "Announcement",
        keys,
        format_func=lambda key: _label(snapshot.announcements[key]),
        key="pick_event",
        help=f"{len(keys)} announcements, newest first. Type to search titles and dates.",
        on_change=_write("event", "event"),
    )
    place = keys.index(view.event)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        _step("Earlier", ":material/arrow_back:", keys, place + 1)
        _step("Later", ":material/arrow_forward:", keys, place - 1)


def _label(announcement: Announcement) -> str:
    day = announcement.day
    return f"{day.day} {day:%b %Y} · {announcement.title}"


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


def _statistics(view: View) -> None:
    _seed("model", view.model)
    st.selectbox(
        "Expected return",
        list(SCREEN_MODELS),
        format_func=MODEL_NAMES.__getitem__,
        key="pick_model",
        help="What the share would have done without the announcement: its usual answer to the market, the "
        "market's own return, its own average, or (Scholes-Williams) its answer to the market of three days, for "
        "shares that trade thinly.",
        on_change=_write("model", "model"),
    )
    _seed("benchmark", view.benchmark)
    st.selectbox(
        "Benchmark",
        list(Benchmark),
        format_func=BENCHMARK_NAMES.__getitem__,
        key="pick_benchmark",
        help="The broad index of each market, or the Hang Seng TECH Index and the KWEB fund. The China-tech ones hold "
        "Alibaba and Tencent themselves, so they take away part of the reaction.",
        on_change=_write("bench", "benchmark"),
    )
    options = dict(ESTIMATION_WINDOWS)
    options.setdefault(view.estimation, f"{view.estimation.length} sessions to {session(view.estimation.end)}")
    _seed("estimation", view.estimation)
    st.selectbox(
        "Estimation window",
        list(options),
        format_func=options.__getitem__,
        key="pick_estimation",
        help="Where the model learns what is usual, counted back from day 0: before the event window, never inside it.",
        on_change=_write("est", "estimation"),
    )
    _seed("level", view.level)
    st.segmented_control(
        "Confidence level",
        list(LEVELS),
        format_func=lambda level: f"{level}%",
        required=True,
        key="pick_level",
        on_change=_write("level", "level"),
    )


def _seed(control: str, value: Any) -> None:
    """Make a control show the view before it is drawn."""
    st.session_state[f"pick_{control}"] = value


def _write(name: str, control: str, order: Sequence[Any] | None = None) -> Callable[[], None]:
    """Callback that puts a control's value into the address; several values in a fixed order."""

    def write() -> None:
        value = st.session_state[f"pick_{control}"]
        choose(name, [item for item in order if item in value] if order is not None else value)

    return write


def _write_window() -> None:
    start, end = st.session_state.pick_window
    choose("win", Window(min(start, 0), max(end, 0)))
