"""An empty page in our frame: the sidebar of the page asked for, the navigation, a title."""

import streamlit as st

from eventwindow.ui import shell

frame = shell.current()
st.title(frame.page.capitalize())
