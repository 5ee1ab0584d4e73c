"""Figures and slow results of one study of own events, kept in the reader's own session and nowhere else."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

from eventwindow.charts.theme import Palette, palette
from eventwindow.workbench import OwnStudy

SHELF = "work-shelf"
# What readers of many events wait for.
TRYING = "Trying ordinary sessions"

Made = TypeVar("Made")


@dataclass
class _Shelf:
    """What was made of one study, by name and appearance."""

    own: OwnStudy
    made: dict[tuple[str, str | None], Any] = field(default_factory=dict)


def kept(name: str, own: OwnStudy, make: Callable[[Palette], Made], doing: str = "") -> Made:
    """What goes by `name` for this study and appearance, made at the first call and never changed afterwards.

    `doing` is told to the reader meanwhile.
    """
    shelf = st.session_state.get(SHELF)
    if shelf is None or shelf.own is not own:
        shelf = st.session_state[SHELF] = _Shelf(own)
    key = name, st.context.theme.type
    if key not in shelf.made:
        with st.spinner(doing) if doing else nullcontext():
            shelf.made[key] = make(palette(st.context.theme.type))
    made: Made = shelf.made[key]
    return made


def drop_kept() -> None:
    """Forget all that was made."""
    st.session_state.pop(SHELF, None)
