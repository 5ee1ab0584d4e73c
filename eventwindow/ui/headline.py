"""The head of the event page: what was announced, when, by whom, how much, and where it is written."""

import streamlit as st

from eventwindow.case import Case
from eventwindow.export.links import headline
from eventwindow.facts.listings import Market
from eventwindow.format import compact, long_day, md
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.links import source_link
from eventwindow.ui.share import share
from eventwindow.words import CLOCK_NAMES, MARKET_NAMES, amounts, clock_fact


def headline_and_facts(snapshot: Snapshot, case: Case) -> None:
    """Title, the Share box beside it, and two lines of facts."""
    st.set_page_config(page_title=f"{headline(case)} · Event Window")
    with st.container(key="head", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.title(md(headline(case)), anchor=False)
            share(case, snapshot.snapshot_id)
        st.markdown(f"{_clocks(case)}  \n{_facts(snapshot, case)}")


def _clocks(case: Case) -> str:
    clocks = [news for news in (case.announcement.first_report, case.announcement.announced) if news]
    return " · ".join(f"**{CLOCK_NAMES[news.clock]}** {md(clock_fact(news))}" for news in clocks)


def _facts(snapshot: Snapshot, case: Case) -> str:
    announcement = case.announcement
    names = [snapshot.issuers[issuer].short_name for issuer in announcement.issuers]
    facts = [f"By {md(', '.join(announcement.regulators))}", f"Concerns {md(', '.join(names))}"]
    fines = [f"{compact(amount)} yuan ({target})" for target, amount in amounts(announcement)]
    if fines:
        facts.append(f"**{md(' + '.join(fines))}**")
    sources = dict.fromkeys(url for act in announcement.acts for url in act.sources)
    facts.append("Sources: " + ", ".join(source_link(url) for url in sources))
    facts.append(f"Prices {md(_price_dates(snapshot, case))}")
    return " · ".join(facts)


def _price_dates(snapshot: Snapshot, case: Case) -> str:
    """Last session that every listing shown has a price for, per market."""
    parts = []
    for market in Market:
        symbols = [item.listing.symbol for item in case.listings if item.listing.market is market]
        if symbols:
            last = min(snapshot.series[symbol].last for symbol in symbols)
            parts.append(f"{MARKET_NAMES[market]} to {long_day(last)[4:]}")
    return ", ".join(parts) or "not shown"
