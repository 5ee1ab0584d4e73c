"""Companies and the lines their shares trade on."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from eventwindow.facts.tables import optional_date, read_table, required_number


class Market(StrEnum):
    """Where a line trades; the value is what stands in links and tables."""

    HONG_KONG = "hk"
    WALL_STREET = "us"


@dataclass(frozen=True)
class Issuer:
    """A company; `slug` is its stable name in links."""

    issuer: str
    short_name: str
    name: str
    name_zh: str

    @property
    def both_names(self) -> str:
        """The short name and the Chinese one where it is known: `Tencent 腾讯控股`."""
        return f"{self.short_name} {self.name_zh}".strip()

    @property
    def slug(self) -> str:
        """Lower case with hyphens, e.g. `tencent-music`."""
        return self.issuer.lower().replace("_", "-")


@dataclass(frozen=True)
class Listing:
    """One traded line of a company.

    `shares_per_unit` counts the ordinary shares behind one share or ADS as its prices are quoted here.
    `listed` and `delisted` are calendar dates, None where unknown or not delisted. `benchmark` and
    `tech_benchmark` are symbols of price series.
    """

    symbol: str
    issuer: str
    exchange: str
    exchange_short: str
    market: Market
    currency: str
    listed: date | None
    delisted: date | None
    shares_per_unit: float
    benchmark: str
    tech_benchmark: str
    has_prices: bool


@dataclass(frozen=True)
class Series:
    """What a price file holds: a share, an index or an exchange rate."""

    symbol: str
    name: str
    kind: str
    calendar: str
    currency: str
    first: date
    last: date
    note: str


def load_issuers(folder: Path) -> dict[str, Issuer]:
    """Issuers by identifier, in table order."""
    rows = read_table(folder / "issuers.csv")
    return {row["issuer"]: Issuer(row["issuer"], row["short_name"], row["name"], row["name_zh"]) for row in rows}


def load_listings(folder: Path) -> dict[str, Listing]:
    """Listings by symbol, in table order. Raises DataError on a date or number that is none."""
    path = folder / "listings.csv"
    listings: dict[str, Listing] = {}
    for number, row in enumerate(read_table(path), start=2):
        listings[row["symbol"]] = Listing(
            symbol=row["symbol"],
            issuer=row["issuer"],
            exchange=row["exchange"],
            exchange_short=row["exchange_short"],
            market=Market(row["market"]),
            currency=row["currency"],
            listed=optional_date(row["listing_date"], path, number, "listing_date"),
            delisted=optional_date(row["delisting_date"], path, number, "delisting_date"),
            shares_per_unit=required_number(row["shares_per_unit"], path, number, "shares_per_unit"),
            benchmark=row["benchmark"],
            tech_benchmark=row["tech_benchmark"],
            has_prices=row["has_prices"] == "yes",
        )
    return listings


def load_series(folder: Path) -> dict[str, Series]:
    """Price series by symbol, in table order. Raises DataError on a date that is none."""
    path = folder / "series.csv"
    series: dict[str, Series] = {}
    for number, row in enumerate(read_table(path), start=2):
        first = optional_date(row["first_date"], path, number, "first_date")
        last = optional_date(row["last_date"], path, number, "last_date")
        if first is None or last is None:
            continue
        series[row["symbol"]] = Series(
            row["symbol"], row["name"], row["kind"], row["calendar"], row["currency"], first, last, row["note"]
        )
    return series
