"""The verdict of the event page: one sentence, and a table of what both leading tests say."""

import streamlit as st

from eventwindow.chance import Judgement
from eventwindow.format import md, p_number, percent, short_day, statistic
from eventwindow.ui.cards import role
from eventwindow.ui.data import EventScreen
from eventwindow.words import chance_note, chance_sentence, judgement_words, place, verdict, window_words

HEADINGS = ("Listing", "Sessions", "Abnormal return", "t", "p", "Placebo p", "Verdict")


def show_verdict(screen: EventScreen) -> None:
    """Sentence and table of one screen."""
    lead, table, note = screen.kept("verdict", lambda: _said(screen))
    with st.container(key="verdict", gap="xsmall"):
        st.markdown(lead)
        if screen.judgements:
            st.markdown(table)
            st.caption(note)


def _said(screen: EventScreen) -> tuple[str, str, str]:
    """Sentence, table and the note below it, as markdown."""
    level = screen.case.view.level
    lead, _ = verdict(screen.case)
    rows = [[md(cell) for cell in _row(item, level)] for item in screen.judgements]
    lines = [" | ".join(cells) for cells in (HEADINGS, [":--", ":--", "--:", "--:", "--:", "--:", ":--"], *rows)]
    note = f"{chance_sentence(screen.judgements)} {chance_note(screen.judgements, level)}" if rows else ""
    return f"**{md(lead)}**", "\n".join(f"| {line} |" for line in lines), md(note)


def _row(item: Judgement, level: int) -> list[str]:
    estimate = item.estimate
    return [
        f"{item.item.issuer.short_name} · {place(item.item)}",
        _sessions(item),
        percent(estimate.value),
        statistic(estimate.t),
        p_number(estimate.p),
        p_number(item.chance.p) if item.chance.known else "none",
        judgement_words(item, level),
    ]


def _sessions(item: Judgement) -> str:
    """`Fri 7 Jul, first report`, or the window where it is more than one session."""
    window = item.estimate.window
    session = next((found for found in item.item.sessions if found.offset == window.start), None)
    if window.length > 1 or session is None:
        return window_words(window)
    return f"{short_day(session.move.day)}, {role(session)}"
