"""Rules that no single cell can break: within a row, between rows and between the tables of `data/`."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from eventwindow.facts.cells import broken, is_date
from eventwindow.facts.problems import Problem, shown

Tables = Mapping[str, pd.DataFrame]

# Two vendors round one index level to 2 and to 4 decimals: a low of 4468.11 beside a close of 4468.1099.
ROUNDING = 1e-6
LARGEST_JUMP = math.log(3)

KEYS: dict[str, list[str]] = {
    "events.csv": ["event_id"],
    "issuers.csv": ["issuer"],
    "listings.csv": ["symbol"],
    "series.csv": ["symbol"],
    "special_days.csv": ["calendar", "date"],
    "trading_phases.csv": ["exchange", "phase", "valid_from"],
    "distributions.csv": ["symbol", "kind", "ex_date"],
    "splits.csv": ["symbol", "ex_date"],
    "share_counts.csv": ["issuer", "as_of", "kind"],
    "fines.csv": ["event_id", "fined", "issuer"],
    "regulators.csv": ["abbreviation"],
    "reported_moves.csv": ["event_id", "symbol", "session_date", "phase", "publisher", "reported_percent"],
}

# Each part of the cell, joined by ";", must be a key of one of the tables named last.
REFERENCES: list[tuple[str, str, tuple[str, ...]]] = [
    ("events.csv", "group_id", ("events.csv",)),
    ("events.csv", "issuers", ("issuers.csv",)),
    ("listings.csv", "issuer", ("issuers.csv",)),
    ("listings.csv", "benchmark", ("series.csv",)),
    ("listings.csv", "tech_benchmark", ("series.csv",)),
    ("distributions.csv", "symbol", ("series.csv",)),
    ("splits.csv", "symbol", ("series.csv",)),
    ("share_counts.csv", "issuer", ("issuers.csv",)),
    ("fines.csv", "event_id", ("events.csv",)),
    ("fines.csv", "issuer", ("issuers.csv",)),
    ("reported_moves.csv", "event_id", ("events.csv",)),
    ("reported_moves.csv", "symbol", ("series.csv", "listings.csv")),
]


def price_file(symbol: str) -> str:
    """Name of a symbol's price table inside the data folder."""
    return f"prices/{symbol}.csv"


def between_tables(tables: Tables) -> list[Problem]:
    """Broken rules of all tables but the prices; `tables` goes by file name and holds each of them."""
    problems = []
    for file, keys in KEYS.items():
        message = f"repeats an earlier row with the same {', '.join(keys)}; keep one of them."
        problems += broken(file, tables[file], (keys[-1], tables[file].duplicated(keys), message))
    return [
        *problems,
        *_unknown(tables),
        *_events(tables["events.csv"]),
        *_days(tables["special_days.csv"], tables["trading_phases.csv"]),
        *_listings(tables["listings.csv"], tables["series.csv"]),
        *_splits(tables["splits.csv"], tables["series.csv"]),
        *_share_counts(tables["share_counts.csv"]),
        *_fines(tables["fines.csv"], tables["events.csv"]),
    ]


def of_prices(tables: Tables, prices: Tables) -> list[Problem]:
    """Broken rules of the price tables (`prices`, by file name) and of the series that name them."""
    days = tables["special_days.csv"]
    closed = days[days["kind"] == "closed"]
    problems = []
    for line, series in tables["series.csv"].iterrows():
        file = price_file(series["symbol"])
        if file in prices:
            closures = closed.loc[closed["calendar"] == series["calendar"], "date"]
            problems += _prices(file, prices[file], closures)
            problems += _span(tables["series.csv"].loc[[line]], prices[file]["date"])
    return problems


def _unknown(tables: Tables) -> list[Problem]:
    problems = []
    for file, column, targets in REFERENCES:
        known = {key for target in targets for key in tables[target][KEYS[target][0]]}
        message = f"is not in {' or '.join(targets)}; add it there or correct the cell."
        problems += [
            Problem(file, int(str(line)), column, f"{shown(part)} {message}")
            for line, cell in tables[file][column].items()
            for part in cell.split(";")
            if part not in known
        ]
    return problems


def _events(table: pd.DataFrame) -> list[Problem]:
    at, day, not_before = table["announced_at"], table["announced_date"], table["announced_not_before"]
    reported_at, reported_day = table["first_reported_at"], table["first_reported_date"]
    reported_as = table["first_reported_precision"]
    return broken(
        "events.csv",
        table,
        (
            "group_title",
            table.duplicated("group_id", keep=False) & (table["group_title"] == ""),
            "must say what the acts of this group have in common; fill it.",
        ),
        (
            "announced_precision",
            (at == "") != (table["announced_precision"] == "date_only"),
            "does not fit announced_at; date_only goes with a blank time, exact and approx with a time.",
        ),
        (
            "announced_at",
            (at != "") & (at.str[:10] != day),
            "is not on announced_date; correct one of the two.",
        ),
        (
            "announced_not_before",
            _utc(not_before) > _utc(at),
            "is later than announced_at; correct one of the two.",
        ),
        (
            "first_reported_precision",
            ((reported_day == "") != (reported_as == "")) | ((reported_at == "") != reported_as.isin(["", "day_only"])),
            "does not fit the first report; day_only goes with a day alone, the others with day and time.",
        ),
        (
            "first_reported_at",
            (reported_at != "") & (reported_at.str[:10] != reported_day),
            "is not on first_reported_date; correct one of the two.",
        ),
        (
            "first_reported_date",
            reported_day > day,
            "is later than announced_date; correct one of the two.",
        ),
    )


def _days(special: pd.DataFrame, phases: pd.DataFrame) -> list[Problem]:
    closed = special["kind"] == "closed"
    misfit = "does not fit the kind of day; a closed day has no times, any other has both."
    single = "does not fit start_local; give both times or neither."
    return [
        *broken(
            "special_days.csv",
            special,
            *((column, (special[column] == "") != closed, misfit) for column in ("open_local", "close_local")),
        ),
        *broken(
            "trading_phases.csv",
            phases,
            ("end_local", (phases["start_local"] == "") != (phases["end_local"] == ""), single),
        ),
    ]


def _listings(listings: pd.DataFrame, series: pd.DataFrame) -> list[Problem]:
    hong_kong = listings["exchange_short"] == "HKEX"
    left = listings["delisting_date"]
    return [
        *broken(
            "listings.csv",
            listings,
            (
                "has_prices",
                (listings["has_prices"] == "yes") != listings["symbol"].isin(series["symbol"]),
                "does not fit series.csv; yes goes with a series of this symbol.",
            ),
            (
                "market",
                (listings["market"] == "hk") != hong_kong,
                "does not fit exchange_short; hk goes with HKEX, us with the others.",
            ),
            (
                "calendar",
                (listings["calendar"] == "XHKG") != hong_kong,
                "does not fit exchange_short; XHKG goes with HKEX, XNYS with the others.",
            ),
            (
                "delisting_date",
                (left != "") & (left < listings["listing_date"]),
                "is before listing_date; correct one of the two.",
            ),
        ),
        *broken(
            "series.csv",
            series,
            (
                "symbol",
                (series["kind"] == "share") & ~series["symbol"].isin(listings["symbol"]),
                "is a share that listings.csv does not know; add it there.",
            ),
        ),
    ]


def _share_counts(table: pd.DataFrame) -> list[Problem]:
    missing = table["kind"] == "missing"
    shares, low, high = (pd.to_numeric(table[name], errors="coerce") for name in ("shares", "low", "high"))
    misfit = "does not fit the kind of count; a missing one is blank, any other has it."
    return broken(
        "share_counts.csv",
        table,
        *(
            (column, (table[column] == "") != missing, misfit)
            for column in ("shares", "shares_as_reported", "precision", "source", "confidence")
        ),
        (
            "low",
            (table["low"] == "") != (missing | (table["precision"] == "exact")),
            "does not fit the precision; exact goes with a blank, any other with a bound.",
        ),
        (
            "high",
            (table["low"] == "") != (table["high"] == ""),
            "does not fit low; give both bounds or neither.",
        ),
        ("low", low > shares, "is above the count; correct one of the two."),
        ("high", high < shares, "is below the count; correct one of the two."),
    )


def _fines(fines: pd.DataFrame, events: pd.DataFrame) -> list[Problem]:
    acts = events.drop_duplicates("event_id").set_index("event_id")
    act = fines["event_id"]
    known = act.isin(acts.index)
    total = act.map(acts["amount_cny"])
    parts = pd.to_numeric(fines["amount_cny"], errors="coerce").groupby(act).cumsum()
    return broken(
        "fines.csv",
        fines,
        ("event_id", known & (act.map(acts["action"]) != "fine"), "is no fine in events.csv; correct one of the two."),
        (
            "amount_cny",
            (parts > pd.to_numeric(total, errors="coerce")) | (total == ""),
            "brings the fines of this act above its amount_cny in events.csv; correct one of them.",
        ),
    )


def _splits(splits: pd.DataFrame, series: pd.DataFrame) -> list[Problem]:
    spans = series.drop_duplicates("symbol").set_index("symbol")
    symbol, day = splits["symbol"], splits["ex_date"]
    outside = (day <= symbol.map(spans["first_date"])) | (day > symbol.map(spans["last_date"]))
    return broken(
        "splits.csv",
        splits,
        ("ex_date", symbol.isin(spans.index) & outside, "is not within the prices of the series; drop the row."),
        ("new_per_old", splits["new_per_old"] == "1", "changes nothing; drop the row."),
    )


def _span(series: pd.DataFrame, dates: "pd.Series[str]") -> list[Problem]:
    message = "is not the {} day of the price file; build the data folder again."
    return broken(
        "series.csv",
        series,
        ("first_date", series["first_date"] != dates.iloc[0], message.format("first")),
        ("last_date", series["last_date"] != dates.iloc[-1], message.format("last")),
    )


def _prices(file: str, table: pd.DataFrame, closures: "pd.Series[str]") -> list[Problem]:
    dates = table["date"].where(table["date"].map(is_date)).ffill()
    numbers = table[["open", "high", "low", "close"]].apply(pd.to_numeric, errors="coerce")
    numbers = numbers.where((numbers > 0) & np.isfinite(numbers))
    moves = np.log(numbers["close"].ffill()).diff().abs()
    floor = numbers[["open", "high", "close"]].min(axis=1) * (1 + ROUNDING)
    ceiling = numbers[["open", "close"]].max(axis=1) * (1 - ROUNDING)
    given = table[["open", "high", "low"]] != ""
    # An open may stand alone: the Hang Seng Index has two days without a trustworthy range.
    torn = (given["high"] != given["low"]) | (given["high"] & ~given["open"])
    gap = "is blank on a day with other prices; give open, high and low, or none, or the open alone."
    return broken(
        file,
        table,
        (
            "date",
            (dates <= dates.shift()) & (dates == table["date"]),
            "is not later than the row before; keep one row a day, in order.",
        ),
        (
            "date",
            table["date"].isin(closures),
            "is a day on which the exchange was closed (special_days.csv); delete the row.",
        ),
        *((column, torn & ~given[column], gap) for column in ("open", "high", "low")),
        (
            "low",
            numbers["low"] > floor,
            "is above the open, high or close of the day; correct the row.",
        ),
        (
            "high",
            numbers["high"] < ceiling,
            "is below the open or close of the day; correct the row.",
        ),
        (
            "close",
            moves > LARGEST_JUMP,
            "is over three times the close before, or under a third; correct it or the split basis.",
        ),
    )


def _utc(stamps: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    return pd.to_datetime(stamps, utc=True, errors="coerce", format="ISO8601")
