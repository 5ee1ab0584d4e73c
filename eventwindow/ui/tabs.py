"""The tabs of a page, by the address."""

from collections.abc import Mapping
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from eventwindow.ui.state import choose

Tab = TypeVar("Tab", bound=str)


def open_tab(parameter: str, chosen: Tab, labels: Mapping[Tab, str]) -> tuple[Tab, DeltaGenerator]:
    """Draw the tabs of a page; returns the open one, and its place, which the caller fills.

    A click puts the value of the tab into the address. The other tabs are drawn when they are opened.
    """
    key = f"pick_{parameter}"
    values = {label: value for value, label in labels.items()}
    st.session_state[key] = labels[chosen]

    def put() -> None:
        label = st.session_state[key]
        choose(parameter, values.get(label, label))

    places = st.tabs(list(values), key=key, on_change=put)
    return next((tab, place) for tab, place in zip(labels, places, strict=True) if place.open)


def capitalized(tabs: Mapping[Tab, object]) -> dict[Tab, str]:
    """Labels of tabs that are named as in the address."""
    return {tab: tab.capitalize() for tab in tabs}
