"""The tables of the Data page, as frames."""

from collections.abc import Sequence

import pandas as pd

from eventwindow.export.folder import is_vendors
from eventwindow.facts.events import Announcement, Clock
from eventwindow.facts.listings import Market
from eventwindow.facts.sessions import DayZero, day_zero
from eventwindow.quality.checks import Check
from eventwindow.quality.coverage import Coverage
from eventwindow.quality.files import DataFile
from eventwindow.quality.press import PressFigure
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.links import is_secure
from eventwindow.ui.tables import changes_in_percent
from eventwindow.words import (
    ACTION_NAMES,
    DIRECTION_NAMES,
    JURISDICTION_NAMES,
    MARKET_CITIES,
    agreement,
    clock_fact,
    printed,
)
from eventwindow.words_data import AGREEMENT_NAMES, RULES, group, in_groups


def events_table(snapshot: Snapshot, announcements: Sequence[Announcement]) -> pd.DataFrame:
    """One row per announcement: what, by whom, how much, when, and the session that could react first."""
    return pd.DataFrame([_event_row(snapshot, item) for item in announcements])


def coverage_table(covered: Sequence[Coverage]) -> pd.DataFrame:
    """One row per series, counts in sessions."""
    return pd.DataFrame(
        {
            "Series": item.series.name,
            "Symbol": item.series.symbol,
            "Group": group(item),
            "First": item.series.first,
            "Last": item.series.last,
            "Expected": len(item.expected),
            "Present": len(item.prices.days),
            "Missing": len(item.missing),
            "Close only": int(item.is_close_only.sum()),
            "Without volume": item.without_volume,
            "Currency": item.series.currency,
            "Note": item.series.note,
        }
        for item in in_groups(covered)
    )


def findings_table(check: Check) -> pd.DataFrame:
    """One row per finding of a check."""
    rows = [(item.where, item.day, item.what, item.why, "Fault" if item.fault else "Known") for item in check.findings]
    return pd.DataFrame(rows, columns=["Where", "Day", "Finding", "Explanation or evidence", "Kind"])


def press_table(snapshot: Snapshot, figures: Sequence[PressFigure]) -> pd.DataFrame:
    """One row per printed figure, the latest session first; percent against the previous close."""
    rows = []
    for item in sorted(figures, key=lambda item: item.printed.day, reverse=True):
        move = item.printed
        rows.append(
            {
                "Session": move.day,
                "Series": snapshot.series[move.symbol].name if move.symbol in snapshot.series else move.symbol,
                "Printed": printed(move),
                "Result": AGREEMENT_NAMES[item.agreement],
                "In words": agreement(move, item.measured),
                "Printed, %": 100 * move.change,
                **changes_in_percent(item.measured),
                "Publisher": move.publisher,
                "Source": move.url if is_secure(move.url) else None,
                "Note": move.note,
                "Announcement": snapshot.announcements[snapshot.announcement_of[move.event_id]].title,
            }
        )
    return pd.DataFrame(rows)


def files_table(files: Sequence[DataFile]) -> pd.DataFrame:
    """One row per file."""
    return pd.DataFrame(
        {
            "File": item.name,
            "Rows": item.rows or None,
            "Bytes": item.size,
            "Terms": "data vendors'" if is_vendors(item.name) else "ours, cite sources",
            "SHA-256": item.sha256,
        }
        for item in files
    )


def _event_row(snapshot: Snapshot, item: Announcement) -> dict[str, object]:
    companies = (snapshot.issuers[issuer] for issuer in item.issuers)
    sources = [url for act in item.acts for url in act.sources if is_secure(url)]
    return {
        "Date": item.day,
        "Announcement": item.title,
        "Companies": ", ".join(company.both_names for company in companies),
        "Direction": DIRECTION_NAMES[item.direction],
        "Kind": ACTION_NAMES[item.action],
        "Jurisdiction": JURISDICTION_NAMES[item.jurisdiction],
        "Bodies": ", ".join(item.regulators),
        "Amount, yuan": item.amount_cny,
        "Official act": clock_fact(item.announced),
        **_zeros(snapshot, item, Clock.ANNOUNCED),
        "First report": clock_fact(item.first_report) if item.first_report else None,
        **(_zeros(snapshot, item, Clock.FIRST_REPORTED) if item.first_report else {}),
        "Source": sources[0] if sources else None,
        "Second source": sources[1] if len(sources) > 1 else None,
        "Confidence": item.acts[0].confidence,
    }


def _zeros(snapshot: Snapshot, item: Announcement, clock: Clock) -> dict[str, object]:
    """Day 0 in each market and the rule that decided it."""
    cells: dict[str, object] = {}
    for market, calendar in snapshot.calendars.items():
        zero = day_zero(item.news(clock), calendar)
        known = zero if isinstance(zero, DayZero) else None
        cells[_day_zero_column(market, clock)] = known.day if known else None
        cells[f"{_day_zero_column(market, clock)}: rule"] = RULES[known.rule] if known else "outside the calendar"
    return cells


def _day_zero_column(market: Market, clock: Clock) -> str:
    suffix = " by first report" if clock is Clock.FIRST_REPORTED else ""
    return f"Day 0 {MARKET_CITIES[market]}{suffix}"


def day_zero_columns() -> list[str]:
    """Names of the columns that hold a day 0."""
    return [_day_zero_column(market, clock) for clock in Clock for market in Market]
