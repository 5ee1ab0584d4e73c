"""Boxes behind a button, filled when they are open."""

from collections.abc import Callable
from typing import Literal

import streamlit as st


def box(
    label: str,
    key: str,
    fill: Callable[[], None],
    *,
    width: int,
    icon: str | None = None,
    kind: Literal["secondary", "tertiary"] = "secondary",
) -> None:
    """A button that opens a box; `fill` draws what is in it, and is called only while it is open.

    Opening it runs the page again, or the fragment that calls this. `width` is in pixels. style.css gives every box its
    least height: the browser finds a place for it before its contents have come.
    """
    popover = st.popover(label, icon=icon, type=kind, width="content", key=key, on_change="rerun")
    with popover.container(key=f"{key}-room", width=width):
        if popover.open:
            fill()
        else:
            st.space("small")
