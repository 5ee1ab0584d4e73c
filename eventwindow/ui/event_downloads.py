"""What the event page offers to download."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from eventwindow.case import Case
from eventwindow.export.links import headline
from eventwindow.export.sheets import Sheet, columns
from eventwindow.facts.events import Announcement
from eventwindow.format import yuan
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.compare import Shown
from eventwindow.ui.data import EventScreen
from eventwindow.ui.downloads import Offer, downloads
from eventwindow.ui.event_relay import relay_shown
from eventwindow.ui.event_timing import timing_shown
from eventwindow.ui.event_value import value_shown
from eventwindow.ui.event_volume import volume_shown
from eventwindow.ui.shell import Frame
from eventwindow.ui.tables import printed_moves, reports_table, sessions_table, windows_table
from eventwindow.view import Tab
from eventwindow.words import (
    CLOCK_KEY,
    CLOCK_NAMES,
    amounts,
    band_words,
    body_names,
    clock_fact,
    lead_reports,
    printed,
)

# What a tab adds to the charts and tables of the page while it is open.
ADDED: dict[Tab, Callable[[Frame, EventScreen], Shown]] = {
    Tab.RELAY: relay_shown,
    Tab.TIMING: timing_shown,
    Tab.VOLUME: volume_shown,
    Tab.VALUE: value_shown,
}


def event_downloads(frame: Frame, screen: EventScreen) -> None:
    """The Download box of the event page."""
    downloads(frame, headline(screen.case.announcement), lambda: _offer(frame, screen))


def _offer(frame: Frame, screen: EventScreen) -> Offer:
    case, tab = screen.case, screen.case.view.tab
    added = ADDED[tab](frame, screen) if tab in ADDED else Shown()
    charts = {"Sessions and news on one clock": screen.clock}
    if screen.returns:
        charts["Cumulative abnormal return"] = screen.returns
    captions = {
        "Sessions and news on one clock": CLOCK_KEY,
        "Cumulative abnormal return": band_words(case.view.level),
    }
    shown = Shown(
        {**charts, **added.charts},
        [*event_sheets(frame.snapshot, case), *added.sheets],
        [*screen.findings, *added.findings],
        {**captions, **added.captions},
    )
    return Offer(shown, case.study, facts=event_facts(frame.snapshot, case.announcement))


def event_sheets(snapshot: Snapshot, case: Case) -> list[Sheet]:
    """The tables of the page, made when they are asked for."""
    percent = "Abnormal returns and standard errors in percent"
    sheets = [
        Sheet(
            "Windows",
            partial(windows_table, case),
            f"{percent}; t and p of the exact prediction error.",
            columns("Listing", "Window", "Abnormal return, %", "Standard error, %", "t", "p", "Remark"),
        ),
        Sheet(
            "Sessions",
            partial(sessions_table, case),
            f"Returns in percent, total returns in the trading currency; cumulative from the close before day 0; the "
            f"{case.view.level}% band is what noise alone explains.",
            _around_day_zero,
        ),
    ]
    if printed_moves(snapshot, case):
        note = "Printed by the press beside measured, in percent against the previous close; never merged."
        sheets.append(
            Sheet(
                "Reported beside measured", partial(reports_table, snapshot, case), note, partial(_on_the_cards, case)
            )
        )
    return sheets


def _around_day_zero(sessions: pd.DataFrame) -> pd.DataFrame:
    """Day 0 of every listing with the session before and after."""
    return sessions[sessions["Session"].abs() <= 1].drop(columns="Symbol")


def _on_the_cards(case: Case, reports: pd.DataFrame) -> pd.DataFrame:
    """The printed figures that the cards show; all of them where the cards show none."""
    shown = {(printed(move), move.publisher, move.day) for item in case.listings for move, _ in lead_reports(item)}
    told = [key in shown for key in zip(reports["Reported"], reports["Publisher"], reports["Session"], strict=True)]
    return columns("Listing", "Session", "Reported", "In words", "Source")(reports[told] if any(told) else reports)


def event_facts(snapshot: Snapshot, announcement: Announcement) -> list[tuple[str, str]]:
    """What was announced, when, by whom, about whom, how much, and where it is written."""
    clocks = [news for news in (announcement.first_report, announcement.announced) if news]
    sources = dict.fromkeys(url for act in announcement.acts for url in act.sources)
    return [
        *((CLOCK_NAMES[news.clock], clock_fact(news)) for news in clocks),
        ("By", ", ".join(announcement.regulators)),
        *(("In full", "; ".join(names)) for names in [body_names(snapshot, announcement)] if names),
        ("Concerns", ", ".join(snapshot.issuers[issuer].short_name for issuer in announcement.issuers)),
        *((f"Amount, {target}", yuan(amount)) for target, amount in amounts(announcement)),
        ("Sources", " ".join(sources)),
    ]
