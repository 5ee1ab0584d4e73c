"""What it is built on: announcements, prices, checks, the press, and the files."""

import streamlit as st

from eventwindow.ui import shell
from eventwindow.ui.compare import Shown
from eventwindow.ui.data_page import show_checks, show_coverage, show_events, show_files, show_press
from eventwindow.ui.downloads import downloads
from eventwindow.ui.headline import page_head
from eventwindow.ui.state import choose
from eventwindow.view import DataTab
from eventwindow.words_view import filter_words

FACES = {
    DataTab.EVENTS: show_events,
    DataTab.COVERAGE: show_coverage,
    DataTab.CHECKS: show_checks,
    DataTab.PRESS: show_press,
    DataTab.DOWNLOADS: show_files,
}
BASIS = "Nothing was interpolated, smoothed or made up; what is unknown is blank."
frame = shell.current()
snapshot, view = frame.snapshot, frame.view
size = (
    f"{len(snapshot.announcements)} announcements, {len(snapshot.series)} price series and {len(snapshot.reported)} "
    "printed share-price moves"
)

page_head(frame, "Data", f"{size}. {BASIS}")
labels = {tab: tab.capitalize() for tab in FACES}
st.session_state.pick_data_tab = labels[view.data_tab]
faces = st.tabs(
    list(labels.values()),
    key="pick_data_tab",
    on_change=lambda: choose("facts", DataTab(st.session_state.pick_data_tab.lower())),
)
shown = Shown()
for face, show in zip(faces, FACES.values(), strict=True):
    with face:
        if face.open:
            shown = show(frame)
if shown.sheets:
    downloads(
        frame,
        "Data",
        shown.sheets,
        shown.charts,
        facts=[("On file", size), ("Announcements", filter_words(view))],
        findings=shown.findings,
        captions=shown.captions,
        method=[BASIS],
    )
