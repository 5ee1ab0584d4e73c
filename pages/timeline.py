"""Years of prices with every announcement marked."""

import streamlit as st

from eventwindow.case import chosen_listings
from eventwindow.format import md
from eventwindow.survey import chosen_announcements
from eventwindow.ui import shell
from eventwindow.ui.headline import page_head
from eventwindow.ui.state import by_touch
from eventwindow.ui.tabs import open_tab
from eventwindow.ui.timeline import show_timeline, timeline_screen
from eventwindow.words import no_listing_words
from eventwindow.words_timeline import TAB_NAMES, lead

frame = shell.current()
snapshot, view = frame.snapshot, frame.view
ringed = next((item for item in chosen_announcements(snapshot, view) if item.event_id == view.event), None)

page_head(frame, "Timeline", md(lead(ringed, by_touch=by_touch())))
if not chosen_listings(snapshot, view):
    st.info(md(no_listing_words(snapshot, view)), title="Nothing to draw yet")
    st.stop()

tab, place = open_tab("line", view.timeline_tab, TAB_NAMES)
with place:
    screen = timeline_screen(snapshot, view, st.context.theme.type)
    show_timeline(frame, screen, tab)
