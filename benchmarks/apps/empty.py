"""The least a Streamlit page can be: a title."""

import streamlit as st

st.title("Empty page")
