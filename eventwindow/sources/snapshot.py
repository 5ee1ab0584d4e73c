"""The committed data as one object: what every page, command and notebook starts from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from eventwindow.facts.errors import DataError
from eventwindow.facts.events import Announcement, load_announcements
from eventwindow.facts.fines import Fine, load_fines
from eventwindow.facts.listings import Issuer, Listing, Market, Series, load_issuers, load_listings, load_series
from eventwindow.facts.prices import PriceBook, load_prices
from eventwindow.facts.regulators import Regulator, load_regulators, regulator_counts
from eventwindow.facts.reported import ReportedMove, load_reported
from eventwindow.facts.sessions import MarketCalendar, load_calendars
from eventwindow.facts.shares import ShareCount, load_share_counts

COMMITTED = Path(__file__).resolve().parents[2] / "data"
CHECKSUMS = "checksums.sha256"


@dataclass(frozen=True)
class Snapshot:
    """All tables of one data folder, loaded and typed; `folder` is where they were read from."""

    snapshot_id: str
    announcements: Mapping[str, Announcement]
    issuers: Mapping[str, Issuer]
    listings: Mapping[str, Listing]
    regulators: Mapping[str, Regulator]
    series: Mapping[str, Series]
    reported: tuple[ReportedMove, ...]
    prices: PriceBook
    share_counts: tuple[ShareCount, ...]
    fines: tuple[Fine, ...]
    calendars: Mapping[Market, MarketCalendar]
    folder: Path = COMMITTED

    @cached_property
    def companies(self) -> tuple[Issuer, ...]:
        """Companies with at least one price series, in table order."""
        issuers = dict.fromkeys(listing.issuer for listing in self.listings.values() if listing.has_prices)
        return tuple(self.issuers[issuer] for issuer in issuers)

    @cached_property
    def regulator_counts(self) -> dict[str, int]:
        """How many announcements the body of each code stands behind, the most frequent first."""
        return regulator_counts(self.announcements.values(), self.regulators)

    @cached_property
    def newest_first(self) -> tuple[Announcement, ...]:
        """Announcements by date of the official act, the latest first."""
        return tuple(sorted(self.announcements.values(), key=lambda item: item.day, reverse=True))

    @cached_property
    def announcement_of(self) -> dict[str, str]:
        """Identifier of the announcement that every act belongs to."""
        return {act.event_id: key for key, item in self.announcements.items() for act in item.acts}


def load_snapshot(folder: Path = COMMITTED) -> Snapshot:
    """Load a data folder. Raises DataError naming what is missing or unreadable."""
    return Snapshot(
        snapshot_id=snapshot_id(folder),
        announcements=load_announcements(folder),
        issuers=load_issuers(folder),
        listings=load_listings(folder),
        regulators=load_regulators(folder),
        series=load_series(folder),
        reported=load_reported(folder),
        prices=load_prices(folder),
        share_counts=load_share_counts(folder),
        fines=load_fines(folder),
        calendars=load_calendars(folder),
        folder=folder,
    )


def snapshot_id(folder: Path) -> str:
    """Short content hash of a data folder: the hash of its list of checksums."""
    path = folder / CHECKSUMS
    if not path.is_file():
        raise DataError(f"{CHECKSUMS}: the list is missing; build the data folder again.")
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
