"""Every check of a data folder at once: what the Data page shows and the check command prints."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from eventwindow.facts.events import Clock
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import day_zero
from eventwindow.quality import calendars, files, prices, records
from eventwindow.quality.checks import Check
from eventwindow.quality.coverage import coverage
from eventwindow.sources.snapshot import Snapshot


def check_data(snapshot: Snapshot, folder: Path, basis: Mapping[str, float] = records.UNSPLIT) -> tuple[Check, ...]:
    """Run every check on a loaded snapshot and the folder it came from. Raises DataError if a table is unreadable.

    `basis` is what the prices of a symbol were divided by after splits since the committed data.
    """
    covered, special = coverage(snapshot), calendars.load_special_days(folder)
    series, halves = [item.prices for item in covered], calendars.half_days(special)
    named = calendars.by_name(snapshot.calendars)
    return (
        files.checksums(folder),
        files.tables(folder),
        prices.order(series),
        prices.positive(series),
        prices.ranges(series),
        prices.real_sessions(covered),
        prices.gaps(covered),
        calendars.special_days(special, calendars.library_of(named, special), named, covered),
        prices.half_day_junk(covered, halves),
        prices.blanks(covered, halves),
        records.corrections(snapshot.prices, basis=basis),
        records.distributions(snapshot.prices, covered),
        prices.moves(covered, snapshot.prices, what_happened(snapshot)),
    )


def what_happened(snapshot: Snapshot) -> Mapping[tuple[str, date], str]:
    """What is on file for a symbol on a day: distributions, and announcements whose day 0 it is by either clock."""
    found: dict[tuple[str, date], list[str]] = {}
    for item in snapshot.prices.distributions:
        found.setdefault((item.symbol, item.ex_date), []).append(f"distribution of {item.amount:g} {item.currency}")
    for announcement in snapshot.announcements.values():
        for market, calendar in snapshot.calendars.items():
            zeros = [day_zero(announcement.news(clock), calendar) for clock in Clock]
            days = dict.fromkeys(zero.day for zero in zeros if not isinstance(zero, Reason))
            symbols = [
                listing.symbol
                for listing in snapshot.listings.values()
                if listing.market is market and listing.issuer in announcement.issuers
            ]
            for place in ((symbol, day) for symbol in symbols for day in days):
                found.setdefault(place, []).append(announcement.title)
    return {place: "; ".join(dict.fromkeys(notes)) for place, notes in found.items()}
