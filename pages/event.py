"""One announcement, from the clock to the verdict."""

import streamlit as st

from eventwindow.charts.theme import CONFIG
from eventwindow.format import md
from eventwindow.ui import shell
from eventwindow.ui.cards import cards
from eventwindow.ui.data import event_screen
from eventwindow.ui.event_downloads import event_downloads
from eventwindow.ui.event_faces import FACES
from eventwindow.ui.headline import event_head
from eventwindow.ui.tabs import capitalized, open_tab
from eventwindow.words import CLOCK_KEY, clock_finding, clock_sentence, no_listing_words

frame = shell.current()
snapshot, view = frame.snapshot, frame.view
screen = event_screen(snapshot, view, st.context.theme.type)
case = screen.case

event_head(frame, screen)
if not case.listings:
    st.info(md(no_listing_words(snapshot, view)), title="Nothing to show yet")
    st.stop()
if case.time_unknown:
    st.info(
        "**Hour unknown.** Day 0 is taken from 09:00 at the regulator; the verdict covers day 0 and the next session."
    )
cards(screen)

st.plotly_chart(
    screen.clock,
    theme=None,
    config=CONFIG,
    alt=screen.kept("clock finding", lambda: clock_finding(case, snapshot.calendars)),
    key="clock-strip",
)
with st.container(key="clock-words"):
    sentence = screen.kept("clock sentence", lambda: md(clock_sentence(case, snapshot.calendars)))
    st.markdown(f"**{sentence}** :gray[{md(CLOCK_KEY)}]")

tab, place = open_tab("tab", view.tab, capitalized(FACES))
with place:
    FACES[tab](frame, screen)
event_downloads(frame, screen)
