"""The frame around every page: page list, sidebar, the view of this run.

On a freshly started server the first request for a page's own address runs the page file directly,
without app.py. Each page therefore asks `shell.current()` first, which draws the frame itself if
nobody has.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from eventwindow.facts.errors import EventWindowError
from eventwindow.format import md
from eventwindow.sources.snapshot import Snapshot
from eventwindow.sources.store import Manifest
from eventwindow.ui.data import shelf
from eventwindow.ui.sidebar import data_line, sidebar
from eventwindow.ui.state import loosened, read_query
from eventwindow.view import Page, View, data_asked, parse

STYLE = Path(__file__).with_name("style.css")
# What a dark page needs on paper.
DARK_STYLE = Path(__file__).with_name("print-dark.css")
ICON = Path(__file__).with_name("icon.png")
LOGOS = Path(__file__).parent
PAGES = Path(__file__).resolve().parents[2] / "pages"
HOME = "home"
# Set once a session has been led through app.py.
FRAMED = "framed"
ICONS = {
    Page.EVENT: ":material/campaign:",
    Page.COMPARE: ":material/grid_on:",
    Page.TIMELINE: ":material/timeline:",
    Page.ROBUSTNESS: ":material/casino:",
    Page.WORKBENCH: ":material/construction:",
    Page.DATA: ":material/database:",
    Page.METHOD: ":material/function:",
}


@dataclass(frozen=True)
class Frame:
    """What a page starts from: the data, where they came from (None: with this version), what the reader chose."""

    snapshot: Snapshot
    view: View
    page: Page
    manifest: Manifest | None = None


_frame: ContextVar[Frame | None] = ContextVar("frame", default=None)


def run() -> None:
    """Draw the frame and run the page that was asked for; the whole of app.py."""
    page, frame = _build()
    token = _frame.set(frame)
    try:
        page.run()
    finally:
        _frame.reset(token)


def current() -> Frame:
    """The frame of this run; the first line of every page.

    A page that Streamlit runs by itself, without app.py, makes its pages known and starts again through
    app.py, so that every control is the same one as on later runs.
    """
    frame = _frame.get()
    if frame is None and FRAMED not in st.session_state:
        st.session_state[FRAMED] = True
        _navigation()
        st.rerun()
    return frame or _build()[1]


def open_page(page: Page) -> None:
    """Go to a page with the view as it is; for callbacks only, after `choose`."""
    st.switch_page(_streamlit_pages()[page], query_params=loosened())


def _streamlit_pages() -> dict[Page, StreamlitPage]:
    """The pages in the order of the sidebar. The default one lives at `/`."""
    return {
        page: st.Page(
            PAGES / f"{page}.py",
            title=page.capitalize(),
            icon=ICONS[page],
            url_path=HOME if page is Page.EVENT else page,
            default=page is Page.EVENT,
        )
        for page in Page
    }


def _navigation() -> StreamlitPage:
    """Make the pages known; the one that was asked for."""
    embedded = bool(st.context.is_embedded)
    # Before the pages, or the icon of the first one would be fetched from elsewhere by every visitor.
    st.set_page_config(
        page_title="Event Window",
        page_icon=str(ICON),
        layout="wide",
        initial_sidebar_state="collapsed" if embedded else "auto",
    )
    pages = [*_streamlit_pages().values(), _typed_address()]
    return st.navigation(pages, position="hidden" if embedded else "top")


def _typed_address() -> StreamlitPage:
    """The first screen under its file name too: an address that readers type."""
    return st.Page(PAGES / "event.py", title="Event", url_path="event", visibility="hidden")


def _build() -> tuple[StreamlitPage, Frame]:
    page = _navigation()
    name = Page(page.url_path) if page.url_path in set(Page) else Page.EVENT
    shade = "dark" if st.context.theme.type == "dark" else "light"
    st.logo(LOGOS / f"logo-{shade}.svg", size="large", icon_image=ICON)
    # The one use of st.html: stylesheets of the project, never data.
    st.html(STYLE)
    if shade == "dark":
        st.html(DARK_STYLE)
    with st.sidebar:
        asked = read_query(name)
    try:
        held = shelf(data_asked(asked))
    except EventWindowError as problem:
        st.error(md(str(problem)), title="The data cannot be read")
        st.stop()
    parsed = parse(asked, held.catalogue)
    with st.sidebar:
        sidebar(held.snapshot, parsed.view, name)
        data_line(held.snapshot, parsed.view)
    for note in held.notes:
        st.warning(md(f"{note[:1].upper()}{note[1:]}"), title="About the data shown")
    if parsed.ignored:
        st.warning(md("Ignored: " + "; ".join(parsed.ignored) + "."), title="Part of the link was not understood")
    return page, Frame(held.snapshot, parsed.view, name, held.manifest)
