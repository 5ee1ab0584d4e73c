"""Which announcements a page lists: controls for direction, kind, body, place and years."""

import streamlit as st

from eventwindow.facts.events import Action, Direction
from eventwindow.facts.regulators import OTHER
from eventwindow.format import md
from eventwindow.sources.snapshot import Snapshot
from eventwindow.survey import chosen_announcements
from eventwindow.ui.state import choose, seed, write
from eventwindow.view import JURISDICTIONS, View
from eventwindow.words import ACTION_NAMES, DIRECTION_NAMES, JURISDICTION_NAMES

# A body behind fewer announcements than this has no button of its own unless a link has chosen it.
FEWEST_FOR_A_BUTTON = 4


def filters(snapshot: Snapshot, view: View) -> None:
    """Draw the filters, showing the view and how many announcements it leaves."""
    found, all_of_them = len(chosen_announcements(snapshot, view)), len(snapshot.announcements)
    with st.expander(f"Announcements: {found} of {all_of_them}", expanded=False, key="filters"):
        _pills("Direction", "dir", list(view.directions), DIRECTION_NAMES, list(Direction))
        _pills("Kind of act", "act", list(view.actions), ACTION_NAMES, list(Action))
        _pills("Body", "reg", list(view.regulators), _bodies(snapshot), _offered(snapshot, view))
        _pills("Jurisdiction", "jur", list(view.jurisdictions), JURISDICTION_NAMES, list(JURISDICTIONS))
        _years(snapshot, view)
        seed("strict", view.strict)
        st.toggle(
            "Regulators' own acts only",
            key="pick_strict",
            help="Leaves out political signals, press reports, state media and company news.",
            on_change=write("strict", "strict"),
        )


def _pills(label: str, name: str, chosen: list[str], names: dict[str, str], options: list[str]) -> None:
    seed(name, chosen)
    st.pills(
        label,
        options,
        selection_mode="multi",
        format_func=lambda option: md(names[option]),
        key=f"pick_{name}",
        help="None chosen means all.",
        on_change=write(name, name, options),
    )


def _bodies(snapshot: Snapshot) -> dict[str, str]:
    return {code: body.abbreviation for code, body in snapshot.regulators.items()} | {OTHER: "Other bodies"}


def _offered(snapshot: Snapshot, view: View) -> list[str]:
    return [
        code
        for code, count in snapshot.regulator_counts.items()
        if count >= FEWEST_FOR_A_BUTTON or code in view.regulators
    ]


def _years(snapshot: Snapshot, view: View) -> None:
    days = [item.day for item in snapshot.announcements.values()]
    first, last = min(days).year, max(days).year
    start, end = view.years or (first, last)
    seed("years", (min(max(start, first), last), max(min(end, last), first)))
    st.slider("Years", first, last, key="pick_years", on_change=_write_years, args=(first, last))


def _write_years(first: int, last: int) -> None:
    chosen = st.session_state.pick_years
    choose("years", None if chosen == (first, last) else chosen)
