"""The head of a page; on the event page what was announced, when, by whom, how much, and where it is written."""

import streamlit as st

from eventwindow.case import Case
from eventwindow.export.links import Link, headline
from eventwindow.facts.listings import Market
from eventwindow.format import compact, long_day, md
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.data import EventScreen
from eventwindow.ui.links import source_link
from eventwindow.ui.share import share
from eventwindow.ui.shell import Frame
from eventwindow.words import CLOCK_NAMES, MARKET_NAMES, amounts, body_names, clock_fact
from eventwindow.workbench import Draft


def page_head(frame: Frame, title: str, lead: str, draft: Draft | None = None, explained: str | None = None) -> None:
    """Title of a page with the Share box beside it, and `lead`, one or two lines of markdown.

    `draft` is what the reader brought, on the page that shows it; `explained` is the tooltip of the lead, markdown.
    """
    st.set_page_config(page_title=f"{title} · Event Window")
    with st.container(key="head", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.title(md(title), anchor=False)
            with st.container(width="content"):
                share(Link(title, frame.view, frame.page, st.context.url), frame.snapshot.snapshot_id, draft)
        st.markdown(lead, help=explained)


def event_head(frame: Frame, screen: EventScreen) -> None:
    """The head of the event page: what was announced, and two lines of facts."""
    case = screen.case
    lead = screen.kept("lead", lambda: f"{_clocks(case)}  \n{_facts(frame.snapshot, case)}")
    bodies = body_names(frame.snapshot, case.announcement)
    page_head(frame, headline(case.announcement), lead, explained=md("; ".join(bodies)) or None)


def _clocks(case: Case) -> str:
    clocks = [news for news in (case.announcement.first_report, case.announcement.announced) if news]
    return " · ".join(f"**{CLOCK_NAMES[news.clock]}** {md(clock_fact(news))}" for news in clocks)


def _facts(snapshot: Snapshot, case: Case) -> str:
    announcement = case.announcement
    names = [snapshot.issuers[issuer].both_names for issuer in announcement.issuers]
    facts = [f"By {md(', '.join(announcement.regulators))}", f"Concerns {md(', '.join(names))}"]
    fines = [f"{compact(amount)} yuan ({target})" for target, amount in amounts(announcement)]
    if fines:
        facts.append(f"**{md(' + '.join(fines))}**")
    sources = dict.fromkeys(url for act in announcement.acts for url in act.sources)
    facts.append("Sources: " + ", ".join(source_link(url) for url in sources))
    facts.append(f"Prices {md(_price_dates(snapshot, case))}")
    return " · ".join(facts)


def _price_dates(snapshot: Snapshot, case: Case) -> str:
    """Last session with a price: of a market, or of each of its listings where they differ."""
    parts = []
    for market in Market:
        symbols = [item.listing.symbol for item in case.listings if item.listing.market is market]
        last = {symbol: long_day(snapshot.series[symbol].last)[4:] for symbol in symbols}
        if len(set(last.values())) == 1:
            last = {MARKET_NAMES[market]: last[symbols[0]]}
        parts += [f"{name} to {day}" for name, day in last.items()]
    return ", ".join(parts) or "not shown"
