"""Boxes behind a button, filled when they are open."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

Kind = Literal["secondary", "tertiary"]


def box(
    label: str,
    key: str,
    fill: Callable[[], None],
    *,
    room: tuple[int, int],
    icon: str | None = None,
    kind: Kind = "secondary",
) -> None:
    """A button that opens a box; `fill` draws what is in it, and is called only while it is open.

    `room` is width and height in pixels: what the closed box holds free, for the browser finds a place for a box before
    its contents have come.
    """
    with st.container(width="content"):
        _popover(label, key, fill, room, icon, kind)


@st.fragment
def _popover(
    label: str, key: str, fill: Callable[[], None], room: tuple[int, int], icon: str | None, kind: Kind
) -> None:
    """A fragment, so that opening the box, and what is in it, run nothing else."""
    width, height = room
    popover = st.popover(label, icon=icon, type=kind, width="content", key=key, on_change="rerun")
    with popover.container(width=width):
        if popover.open:
            fill()
        else:
            st.space(height)
