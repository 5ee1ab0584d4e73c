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
from eventwindow.ui.data import shelf
from eventwindow.ui.sidebar import sidebar
from eventwindow.ui.state import read_view
from eventwindow.view import View

STYLE = Path(__file__).with_name("style.css")
ICON = Path(__file__).with_name("icon.png")
PAGES = Path(__file__).resolve().parents[2] / "pages"


@dataclass(frozen=True)
class Frame:
    """What a page starts from: the data and what the reader chose."""

    snapshot: Snapshot
    view: View


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
    """The frame of this run; the first line of every page."""
    return _frame.get() or _build()[1]


def _pages() -> list[StreamlitPage]:
    """The pages. The default one lives at `/`; its file name is an address that readers type, so it gets that too."""
    return [
        st.Page(PAGES / "event.py", title="Event", url_path="home", default=True),
        st.Page(PAGES / "event.py", title="Event", url_path="event", visibility="hidden"),
    ]


def _build() -> tuple[StreamlitPage, Frame]:
    embedded = bool(st.context.is_embedded)
    st.set_page_config(
        page_title="Event Window",
        page_icon=str(ICON),
        layout="wide",
        initial_sidebar_state="collapsed" if embedded else "auto",
    )
    page = st.navigation(_pages(), position="hidden" if embedded else "sidebar")
    # The one use of st.html: a stylesheet of the project, never data.
    st.html(STYLE)
    try:
        held = shelf()
    except EventWindowError as problem:
        st.error(md(str(problem)), title="The data cannot be read")
        st.stop()
    with st.sidebar:
        parsed = read_view(held.catalogue)
        sidebar(held.snapshot, parsed.view)
    if parsed.ignored:
        st.warning(md("Ignored: " + "; ".join(parsed.ignored) + "."), title="Part of the link was not understood")
    return page, Frame(held.snapshot, parsed.view)
