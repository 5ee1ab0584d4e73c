"""One announcement, from the clock to the verdict."""

import streamlit as st

from eventwindow.charts.theme import CONFIG
from eventwindow.format import md
from eventwindow.ui import shell
from eventwindow.ui.cards import cards
from eventwindow.ui.data import event_screen
from eventwindow.ui.headline import headline_and_facts
from eventwindow.ui.state import choose
from eventwindow.ui.tables import show_sources, show_tables
from eventwindow.view import Tab
from eventwindow.words import car_finding, chance_note, clock_finding, clock_sentence, early_verdict, verdict

frame = shell.current()
snapshot, view = frame.snapshot, frame.view
screen = event_screen(snapshot, view, st.context.theme.type)
case = screen.case

headline_and_facts(snapshot, case)
if not case.listings:
    st.info("Choose at least one company and one market in the sidebar.", title="Nothing to show yet")
    st.stop()
if case.time_unknown:
    st.info(
        "**Hour unknown.** Day 0 is taken from 09:00 at the regulator; the verdict covers day 0 and the next session."
    )
cards(case)

st.plotly_chart(
    screen.clock,
    theme=None,
    config=CONFIG,
    alt=clock_finding(case, snapshot.calendars),
    key="clock-strip",
)
with st.container(key="clock-words"):
    st.markdown(
        f"**{md(clock_sentence(case, snapshot.calendars))}** :gray[Gap in the HKEX bar: lunch break. Cap at its end: "
        "closing auction, whose price is the official close.]"
    )

labels = {tab: tab.capitalize() for tab in Tab}
st.session_state.pick_tab = labels[view.tab]
chart, table, sources = st.tabs(
    list(labels.values()), key="pick_tab", on_change=lambda: choose("tab", Tab(st.session_state.pick_tab.lower()))
)
with chart:
    if chart.open:
        lead, rest = verdict(case)
        st.markdown(f"**{md(lead)}** {md(rest)} {md(early_verdict(case))}")
        if screen.returns:
            st.plotly_chart(screen.returns, theme=None, config=CONFIG, alt=car_finding(case), key="car")
            st.caption(
                f"{md(car_finding(case))} The band is where each point would lie {view.level} times out of 100 if "
                f"nothing had happened. {md(chance_note(case))}"
            )
with table:
    if table.open:
        show_tables(case)
with sources:
    if sources.open:
        show_sources(snapshot, case)
