"""The Relay tab of the event page: one announcement followed around the clock through both markets of a company."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from pandas.io.formats.style import Styler

from eventwindow.chain import relays
from eventwindow.charts.premium import premium_chart
from eventwindow.charts.relay import relay_chart
from eventwindow.charts.theme import CONFIG, palette
from eventwindow.export.sheets import Sheet, columns
from eventwindow.facts.events import Announcement
from eventwindow.facts.reasons import Reason
from eventwindow.format import md
from eventwindow.leadlag import LeadLag, lead_lag
from eventwindow.premium import Premium, premium_around
from eventwindow.relay import NoRelay, Relay
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.compare import Shown
from eventwindow.ui.data import EventScreen
from eventwindow.ui.relay_tables import changes_table, openings_table, parts_table, premium_table, steps_table
from eventwindow.ui.shell import Frame
from eventwindow.ui.styled import styled
from eventwindow.view import DEFAULT, View
from eventwindow.words_relay import (
    COLUMNS,
    FOLLOWS,
    HELP,
    LIMITS,
    OPENINGS,
    PREMIUM,
    PURPOSE,
    distribution_words,
    following_words,
    missing_words,
    no_relay_words,
    other_clock,
    outside_words,
    premium_finding,
    share_note,
    title,
    total_finding,
    verdict,
)

# What changes this tab; everything else a link may hold does not.
SHOWN = ("event", "companies", "clock", "estimation")
CHANGES = ("Points", "Distance, %", "Beyond usual, %", "Open, %", "Left, %", "Close, %", "Change, %")
PARTS = ("Share, %", "Share closed, %", "Steps")
# A report prints so many steps, and the premium of so many days before and after day 0.
MOST_STEPS, NEAR = 8, timedelta(days=7)
WIDTHS = {"Points": 62, "Share, %": 66, "Part": 228}
CONFIGS = {
    **{
        name: st.column_config.NumberColumn(help=COLUMNS.get(name), width=WIDTHS.get(name))
        for name in (*CHANGES, *PARTS)
    },
    "Part": st.column_config.TextColumn(width=WIDTHS["Part"]),
    **dict.fromkeys(("As traded", "HK$ a share"), st.column_config.NumberColumn(format="%.2f")),
    "Exchange rate": st.column_config.NumberColumn(format="%.4f"),
    "Day": st.column_config.DateColumn(format="ddd D MMM YYYY"),
    "UTC": st.column_config.DatetimeColumn(format="ddd D MMM YYYY, HH:mm"),
}


@dataclass(frozen=True)
class RelayScreen:
    """What the tab shows of one company that has a relay; the figures are shared between readers and never changed."""

    relay: Relay
    found: LeadLag
    premium: Premium
    chart: go.Figure
    premiums: go.Figure
    parts: Styler


def relay_screens(snapshot: Snapshot, view: View, appearance: str | None) -> tuple[RelayScreen | NoRelay, ...]:
    """Every chosen company, from the shelf where a reader has asked for it before."""
    shown = replace(DEFAULT, **{name: getattr(view, name) for name in SHOWN})
    return _screens(snapshot.snapshot_id, shown.query(), appearance, snapshot, shown)


@st.cache_resource(max_entries=60, show_spinner=False)
def _screens(
    snapshot_id: str, query: str, appearance: str | None, _snapshot: Snapshot, _view: View
) -> tuple[RelayScreen | NoRelay, ...]:
    """Keyed by the short snapshot id and the query; the underscored arguments are what these two stand for."""
    del snapshot_id, query
    return tuple(
        item if isinstance(item, NoRelay) else _screen(_snapshot, _view, item, appearance)
        for item in relays(_snapshot, _view)
    )


def _screen(snapshot: Snapshot, view: View, relay: Relay, appearance: str | None) -> RelayScreen:
    colours, announcement = palette(appearance), snapshot.announcements[view.event]
    premium = premium_around(snapshot, view, relay)
    return RelayScreen(
        relay,
        lead_lag(snapshot, view, relay),
        premium,
        relay_chart(relay, announcement, announcement.news(view.clock).clock, snapshot.calendars, colours),
        premium_chart(premium, colours),
        styled(parts_table(relay)),
    )


def show_relay(frame: Frame, screen: EventScreen) -> None:
    """The tab: one company under the other, then what the figures cannot say."""
    del screen
    found = relay_screens(frame.snapshot, frame.view, st.context.theme.type)
    if any(isinstance(item, RelayScreen) for item in found):
        st.markdown(md(PURPOSE), help=HELP)
    for item in found:
        if isinstance(item, NoRelay):
            st.info(md(no_relay_words(item, frame.snapshot.series)))
        else:
            _show(frame, item)
    if any(isinstance(item, RelayScreen) for item in found):
        st.caption(md(LIMITS))


def _show(frame: Frame, item: RelayScreen) -> None:
    """One company: who could react first, the relay, what each part added, the premium, and who follows how fast."""
    relay, slug = item.relay, item.relay.issuer.slug
    st.header(md(title(relay)), anchor=False)
    lead, followed = verdict(item.found)
    st.markdown(f"**{md(lead)}**\n\n{md(followed)}\n\n{md(other_clock(item.found))}")
    finding = total_finding(relay)
    st.plotly_chart(item.chart, theme=None, config=CONFIG, alt=finding, key=f"relay-{slug}-chart")
    announcement = frame.snapshot.announcements[frame.view.event]
    st.caption(md(relay_caption(frame.snapshot, announcement, relay)))
    parts, premium = st.columns([2, 3], gap="medium")
    with parts:
        st.markdown("**What each market and phase added**", help=HELP)
        st.dataframe(
            item.parts,
            hide_index=True,
            column_order=["Part", "Points", *(["Share, %"] if relay.parts[0].reason is Reason.OK else [])],
            column_config=CONFIGS,
            placeholder="",
            alt=f"What each market and phase added. {finding}",
        )
    with premium:
        known = premium_finding(item.premium)
        st.markdown(f"**Premium of {md(relay.new_york.symbol)} over {md(relay.hong_kong.symbol)}**", help=PREMIUM)
        st.plotly_chart(item.premiums, theme=None, config=CONFIG, alt=known, key=f"premium-{slug}-chart")
        st.caption(md(known))
    follows = " ".join(following_words(following) for following in item.found.followings)
    st.markdown(f"**Who follows how fast.** {md(follows)}", help=FOLLOWS)
    figures = st.expander("Show every opening and step", key=f"relay-{slug}-figures", on_change="rerun")
    with figures:
        if figures.open:
            _show_figures(item, follows)


def _show_figures(item: RelayScreen, follows: str) -> None:
    st.dataframe(
        styled(openings_table(item.found)),
        hide_index=True,
        column_config=CONFIGS,
        placeholder="",
        alt=f"Every opening of either market with the distance it found and the share it closed. {follows}",
    )
    st.dataframe(
        styled(steps_table(item.relay), "As traded", "HK$ a share", "Exchange rate"),
        hide_index=True,
        column_config=CONFIGS,
        placeholder="",
        alt=f"Every price of the relay with its value and the step that leads to it. {total_finding(item.relay)}",
    )


def relay_shown(frame: Frame, screen: EventScreen) -> Shown:
    """What the tab adds to the Download box."""
    del screen
    charts: dict[str, go.Figure] = {}
    sheets: list[Sheet] = []
    findings: list[str] = []
    captions: dict[str, str] = {}
    announcement = frame.snapshot.announcements[frame.view.event]
    for item in relay_screens(frame.snapshot, frame.view, st.context.theme.type):
        if isinstance(item, NoRelay):
            findings.append(no_relay_words(item, frame.snapshot.series))
        else:
            name = item.relay.issuer.short_name
            charts |= {f"Relay, {name}": item.chart, f"Premium, {name}": item.premiums}
            captions |= {
                f"Relay, {name}": relay_caption(frame.snapshot, announcement, item.relay),
                f"Premium, {name}": premium_finding(item.premium),
            }
            sheets += _sheets(item)
            findings += [" ".join(verdict(item.found)), total_finding(item.relay), premium_finding(item.premium)]
    return Shown(charts, sheets, findings, captions)


def relay_caption(snapshot: Snapshot, announcement: Announcement, relay: Relay) -> str:
    """What stands below the relay: its total, and what is missing, paid out or outside; plain text."""
    notes = (
        total_finding(relay),
        missing_words(relay, snapshot.series),
        distribution_words(relay),
        outside_words(announcement, relay),
        share_note(relay),
    )
    return " ".join(note for note in notes if note)


def _sheets(item: RelayScreen) -> Sequence[Sheet]:
    name = item.relay.issuer.short_name
    return [
        Sheet(
            f"Relay, {name}",
            partial(changes_table, item.relay),
            f"{HELP} Contributions in points of the first value. Prices and rates are the data vendors': the chart "
            "shows them, a table to download does not list them.",
            _largest_steps,
        ),
        Sheet(f"Parts, {name}", partial(parts_table, item.relay), "Contributions in points of the first value."),
        Sheet(
            f"Openings, {name}",
            partial(openings_table, item.found),
            OPENINGS,
            columns("Opens", "Day", "After the close of", "Distance, %", "Open, %", "Share closed, %", "Left, %"),
        ),
        Sheet(
            f"Premium, {name}",
            partial(premium_table, item.premium),
            "In percent: New York's close over Hong Kong's of the same date, and what the next open left of it.",
            partial(_around, item.premium.zero),
        ),
    ]


def _largest_steps(steps: pd.DataFrame) -> pd.DataFrame:
    """The steps that moved most, in the order of time."""
    return steps.loc[steps["Points"].abs().nlargest(MOST_STEPS).index.sort_values()]


def _around(zero: date, premiums: pd.DataFrame) -> pd.DataFrame:
    """The days of the premium near day 0."""
    near = (premiums["Day"] >= zero - NEAR) & (premiums["Day"] <= zero + NEAR)
    return premiums[near]
