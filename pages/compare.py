"""Many announcements side by side: is this one unusual?"""

from dataclasses import replace

import streamlit as st

from eventwindow.format import md
from eventwindow.ui import shell
from eventwindow.ui.compare import survey_of
from eventwindow.ui.compare_groups import show_averages, show_fines, show_multiples
from eventwindow.ui.compare_run_up import show_run_ups
from eventwindow.ui.compare_tabs import show_map, show_table, survey_sheet
from eventwindow.ui.compare_value import show_value
from eventwindow.ui.downloads import Offer, downloads
from eventwindow.ui.headline import page_head
from eventwindow.ui.state import seed, write
from eventwindow.ui.tabs import capitalized, open_tab
from eventwindow.view import CompareTab
from eventwindow.words import no_listing_words
from eventwindow.words_compare import empty_sentence, survey_sentence
from eventwindow.words_view import view_facts

TITLE = "Announcements compared"
FACES = {
    CompareTab.MAP: show_map,
    CompareTab.AVERAGE: show_averages,
    CompareTab.RUN_UP: show_run_ups,
    CompareTab.MULTIPLES: show_multiples,
    CompareTab.FINES: show_fines,
    CompareTab.VALUE: show_value,
    CompareTab.TABLE: show_table,
}

frame = shell.current()
snapshot, view = frame.snapshot, frame.view
survey = survey_of(snapshot, view)

page_head(frame, TITLE, md(survey_sentence(survey)) if survey and len(survey.known) else "")
if survey is None:
    st.info(md(no_listing_words(snapshot, view)), title="Nothing to compare yet")
    st.stop()
seed("clean", view.clean)
st.toggle(
    "Leave out confounded announcements",
    key="pick_clean",
    help="Confounded: another announcement about the same company has its day 0 in the sessions summed up, so the "
    "figure may be due to either.",
    on_change=write("clean", "clean"),
)
if not len(survey.known):
    st.info(md(empty_sentence(survey)), title="Nothing to compare")
    st.stop()

tab, place = open_tab("compare", view.compare_tab, capitalized(FACES))
with place:
    shown = FACES[tab](snapshot, survey)
downloads(
    frame,
    TITLE,
    lambda: Offer(
        replace(
            shown,
            sheets=[*shown.sheets, survey_sheet(survey)],
            findings=[survey_sentence(survey), *shown.findings],
        ),
        survey.study.subset(survey.rows),
        facts=view_facts(snapshot, view),
    ),
)
