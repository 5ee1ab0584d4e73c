"""Your own events, prices and windows."""

import streamlit as st

from eventwindow.facts.errors import EventWindowError
from eventwindow.format import md
from eventwindow.ui import shell
from eventwindow.ui.headline import page_head
from eventwindow.ui.state import seed, write
from eventwindow.ui.workbench import checked, desk_of, studied
from eventwindow.ui.workbench_faces import show_results
from eventwindow.ui.workbench_input import show_input

TITLE = "Workbench: your own events"
LEAD = (
    "Bring events, and prices if you like: they get the study, the charts, the tests and the downloads that the "
    "announcements on file get. Not offered: the relay between markets, market value, and what the press "
    "printed, which need facts that are on file for those alone.  \n"
    ":gray[Stays in this browser session: nothing you bring is written to disk or log; "
    "closing the tab forgets it. Save it with the study file.]"
)

frame = shell.current()
desk = desk_of(frame)
page_head(frame, TITLE, LEAD, desk.draft)
show_input(frame, desk)

lacking = desk.lacking(frame.view.model)
if lacking:
    st.info(lacking, title="Nothing to study yet")
    st.stop()
found = checked(desk, frame.snapshot)
if not found.events:
    st.info(
        "Fill in event_id, symbol and date of at least one row, upload a table, or load the example.",
        title="Nothing to study yet",
    )
    st.stop()
if found.problems and not desk.only_good:
    st.stop()
seed("clean", frame.view.clean)
st.toggle(
    "Leave out confounded events",
    key="pick_clean",
    help="Confounded: another event of the table on the same symbol has its day 0 in the sessions summed up, so the "
    "figure may be due to either.",
    on_change=write("clean", "clean"),
)
try:
    own = studied(desk, frame)
except EventWindowError as problem:
    st.info(md(str(problem)), title="No study with these settings")
    st.stop()
show_results(frame, own)
