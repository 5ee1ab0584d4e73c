"""How it is computed, and how far to trust it."""

import streamlit as st

from eventwindow.ui import shell
from eventwindow.ui.compare import Shown
from eventwindow.ui.downloads import Offer, downloads
from eventwindow.ui.headline import page_head
from eventwindow.ui.method_page import chapters, contents, method_sheets, show_chapter

frame = shell.current()
parts = chapters()

page_head(frame, "Method", "How it is computed, and how far to trust it: words first, formulae second.")
with st.sidebar:
    st.markdown(f"**On this page**\n\n{contents(parts)}")
with st.container(key="contents"), st.expander("On this page"):
    st.markdown(contents(parts))
with st.container(key="method-text"):
    for part in parts:
        show_chapter(part, frame.snapshot)
downloads(frame, "Method", lambda: Offer(Shown(sheets=method_sheets())))
