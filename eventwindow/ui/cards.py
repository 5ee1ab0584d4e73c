"""Result cards: per listing, what the press reported, what we measured, and what was abnormal."""

import streamlit as st

from eventwindow.case import ListingCase, NewsSession
from eventwindow.facts.events import Clock
from eventwindow.format import md, p_number, percent, price, short_day, statistic
from eventwindow.ui.data import EventScreen
from eventwindow.words import agreement, lead_reports, place, printed, unreported

CARD_WIDTH = 212
CLOCK_LABELS = {
    (Clock.FIRST_REPORTED,): "first report",
    (Clock.ANNOUNCED,): "official act",
    (Clock.FIRST_REPORTED, Clock.ANNOUNCED): "day 0 by both clocks",
}


def cards(screen: EventScreen) -> None:
    """One card per listing shown, side by side where there is room."""
    texts = screen.kept("cards", lambda: [card(item) for item in screen.case.listings])
    with st.container(key="cards"), st.grid(len(texts), min_column_width=CARD_WIDTH):
        for text in texts:
            with st.container(border=True, height="stretch"):
                st.markdown(text)


def card(item: ListingCase) -> str:
    """The markdown of one card; everything from a table is escaped."""
    heading = f"**{md(item.issuer.short_name)} · {md(place(item))}** :gray[:small[{md(item.listing.symbol)}]]"
    parts = [heading]
    if item.sessions:
        parts.append(_figures(item))
    for session in item.sessions:
        if session.move.distribution:
            amount = f"{price(session.move.distribution)} {item.listing.currency}"
            total = f"total return {percent(session.move.total_return)}"
            parts.append(md(f"{amount} went ex on {short_day(session.move.day)}: {total}."))
    if item.reason:
        parts.append(f"**No abnormal return.** {md(item.reason)}")
    reports = lead_reports(item)
    if not reports:
        parts.append(f":gray[{md(unreported(item))}]")
    for move, measured in reports:
        source = f"{md(move.publisher)}"
        parts.append(f"Reported **{md(printed(move))}**: {source}. :gray[{md(agreement(move, measured))}]")
    return "\n\n".join(parts)


def _figures(item: ListingCase) -> str:
    """A table with one column per session that a clock points at."""
    sessions = item.sessions
    rows = [
        ("Session", [f"{short_day(session.move.day)}" for session in sessions]),
        ("Clock", [role(session) for session in sessions]),
        ("Close", [percent(session.move.close_change) for session in sessions]),
        (item.listing.currency, [price(session.move.close) for session in sessions]),
        ("Open", [percent(session.move.open_change) for session in sessions]),
        ("High", [percent(session.move.high_change) for session in sessions]),
        ("Low", [percent(session.move.low_change) for session in sessions]),
        ("Abnormal", [_abnormal(session) for session in sessions]),
        ("t, p", [_test(session) for session in sessions]),
    ]
    lines = ["| " + " | ".join([md(label), *(md(cell) for cell in cells)]) + " |" for label, cells in rows]
    rule = "|:--" + "|--:" * len(sessions) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def role(session: NewsSession) -> str:
    """Which clock points here; the session that the chosen clock points at is day 0."""
    return "day 0" if session.is_day_zero and len(session.clocks) == 1 else CLOCK_LABELS[session.clocks]


def _abnormal(session: NewsSession) -> str:
    return percent(session.abnormal.value) if session.abnormal.known else "none"


def _test(session: NewsSession) -> str:
    if not session.abnormal.known:
        return "none"
    return f"{statistic(session.abnormal.t)}, {p_number(session.abnormal.p)}"
