"""Could it be chance, or my settings?"""

import streamlit as st

from eventwindow.doubt import announcement_study, lines_of
from eventwindow.export.links import headline
from eventwindow.format import md
from eventwindow.ui import shell
from eventwindow.ui.downloads import Offer, downloads
from eventwindow.ui.event_downloads import event_facts
from eventwindow.ui.headline import page_head
from eventwindow.ui.robustness_tabs import show_leave_out, show_naive, show_placebo, show_settings
from eventwindow.ui.tabs import open_tab
from eventwindow.view import RobustnessTab
from eventwindow.words import listing_name, no_listing_words, window_words

TITLE = "Robustness: could it be chance, or my settings?"
TABS = {
    RobustnessTab.PLACEBO: ("Placebo", show_placebo),
    RobustnessTab.SETTINGS: ("Settings", show_settings),
    RobustnessTab.LEAVE_OUT: ("Leave out", show_leave_out),
    RobustnessTab.NAIVE: ("Naive tests", show_naive),
}
frame = shell.current()
snapshot, view = frame.snapshot, frame.view
announcement = snapshot.announcements[view.event]

page_head(
    frame,
    TITLE,
    f"**{md(headline(announcement))}** · abnormal return over {md(window_words(view.span))}",
)
lines = lines_of(snapshot, view)
if not lines:
    st.info(md(no_listing_words(snapshot, view)), title="Nothing to doubt yet")
    st.stop()
study = announcement_study(snapshot, view)
reasons = [(line, study.explain(row, 0)) for row, line in enumerate(lines)]
missing = [f"**{md(listing_name(line))}**: {md(reason)}" for line, reason in reasons if reason]
if missing:
    st.info("  \n".join(missing), title="No figure" if len(missing) == len(lines) else "Listings without a figure")
if len(missing) == len(lines):
    st.stop()

tab, place = open_tab("doubt", view.robustness_tab, {tab: label for tab, (label, _) in TABS.items()})
with place:
    shown = TABS[tab][1](frame)
downloads(
    frame,
    f"Robustness: {headline(announcement)}",
    lambda: Offer(shown, study, facts=event_facts(snapshot, announcement)),
)
