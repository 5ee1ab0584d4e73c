"""What it is built on: announcements, prices, checks, the press, and the files."""

from eventwindow.ui import shell
from eventwindow.ui.data_page import show_checks, show_coverage, show_events, show_files, show_press
from eventwindow.ui.downloads import Offer, downloads
from eventwindow.ui.headline import page_head
from eventwindow.ui.tabs import capitalized, open_tab
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
tab, place = open_tab("facts", view.data_tab, capitalized(FACES))
with place:
    shown = FACES[tab](frame)
if shown.sheets:
    downloads(
        frame,
        "Data",
        lambda: Offer(shown, facts=[("On file", size), ("Announcements", filter_words(view))], method=[BASIS]),
    )
