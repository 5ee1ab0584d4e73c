"""The faces of one announcement's result on the event page, one tab each."""

from collections.abc import Callable

import streamlit as st

from eventwindow.charts.theme import CONFIG
from eventwindow.format import md
from eventwindow.ui.data import EventScreen
from eventwindow.ui.event_relay import show_relay
from eventwindow.ui.event_timing import show_timing
from eventwindow.ui.event_value import show_value
from eventwindow.ui.event_volume import show_volume
from eventwindow.ui.shell import Frame
from eventwindow.ui.tables import show_sources, show_tables
from eventwindow.ui.verdict import show_verdict
from eventwindow.view import Tab
from eventwindow.words import band_words, car_finding

Face = Callable[[Frame, EventScreen], None]


def show_returns(frame: Frame, screen: EventScreen) -> None:
    """The Chart tab: the verdict, and the cumulative abnormal return of every listing."""
    show_verdict(screen)
    if not screen.returns:
        return
    finding = screen.kept("finding", lambda: car_finding(screen.case))
    st.plotly_chart(screen.returns, theme=None, config=CONFIG, alt=finding, key="car")
    st.caption(f"{md(finding)} {band_words(frame.view.level)}")


FACES: dict[Tab, Face] = {
    Tab.CHART: show_returns,
    Tab.RELAY: show_relay,
    Tab.TIMING: show_timing,
    Tab.VOLUME: show_volume,
    Tab.VALUE: show_value,
    Tab.TABLE: lambda _, screen: show_tables(screen),
    Tab.SOURCES: lambda frame, screen: show_sources(frame.snapshot, screen),
}
