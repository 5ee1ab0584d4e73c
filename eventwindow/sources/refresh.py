"""Bring the prices up to date: download, judge, publish. Viewers never do this.

Every series is taken or refused as a whole; whatever happens, what was served before is served until a
new snapshot is complete.
"""

import csv
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from eventwindow.facts.errors import StoreError
from eventwindow.facts.prices import PRICE_TABLE, PriceSeries, save_prices
from eventwindow.facts.sessions import CALENDAR_NAMES, MarketCalendar
from eventwindow.format import plain_day
from eventwindow.sources.acceptance import Download, Taken, Verdict, judge
from eventwindow.sources.served import Served, committed, served
from eventwindow.sources.snapshot import CHECKSUMS, Snapshot, snapshot_id
from eventwindow.sources.store import MANIFEST, Store
from eventwindow.sources.yahoo import Fault, SourceError

# Names of series at the source, where they are not our own.
TICKERS = {"HSI": "^HSI", "GSPC": "^GSPC", "NDX": "^NDX", "HSTECH": "HSTECH.HK"}
NOT_REFRESHED = {
    "KWEB": "a total-return index that the source does not have",
    "000300.SS": "the sessions of its market are not on file",
    "USDHKD": "levels of one other source only",
    "USDCNY": "levels of one other source only",
}
# Days of history asked for before our last day, so that a download can be compared with what we have.
OVERLAP_DAYS = 400

LEFT_OUT = "left out"
# Name of a series at the source, first day wanted, zone of the exchange.
Fetch = Callable[[str, date, ZoneInfo], Download]


@dataclass(frozen=True)
class Outcome:
    """What a refresh did with one series, for the summary, the manifest and the Data page.

    `status` is `unchanged`, `extended`, `re-based`, `refused`, a fault of the source, or `left out`;
    `detail` says why, in phrases. `last` is the last session served from now on, `added` how many are new.
    """

    symbol: str
    status: str
    detail: str
    first: str
    last: str
    sessions: int
    added: int

    @property
    def changed(self) -> bool:
        """Whether the series is another one than before."""
        return self.status in (Taken.EXTENDED, Taken.REBASED)

    @property
    def failed(self) -> bool:
        """Whether the source, or what it gave, could not be used."""
        return self.status not in (Taken.UNCHANGED, Taken.EXTENDED, Taken.REBASED, LEFT_OUT)


@dataclass(frozen=True)
class Refreshed:
    """Every series asked for with its outcome, and the verdicts of those that were downloaded."""

    outcomes: tuple[Outcome, ...]
    verdicts: Mapping[str, Verdict]

    @property
    def changed(self) -> bool:
        """Whether there is anything to publish."""
        return any(outcome.changed for outcome in self.outcomes)


def starting_point(store: Store) -> Served:
    """What a refresh adds to: the snapshot being served, but the committed data where they are new to the store.

    So the facts of a newer version are taken over, and the prices are asked for again.
    """
    start = committed()
    return served(store) if start.snapshot.snapshot_id in store.identifiers() else start


def collect(
    snapshot: Snapshot,
    symbols: Sequence[str],
    fetch: Fetch,
    now: datetime,
    *,
    since: date | None = None,
    report: Callable[[Outcome], None] = lambda _: None,
) -> Refreshed:
    """Download and judge series one after the other; stops asking at the first sign of a rate limit."""
    outcomes: list[Outcome] = []
    verdicts: dict[str, Verdict] = {}
    limited = False
    for symbol in symbols:
        have = snapshot.prices.series[symbol]
        calendar = _calendar_of(snapshot, symbol)
        reason = _left_out(snapshot, symbol)
        if reason or calendar is None:
            outcome = _outcome(have, have, LEFT_OUT, reason or "its market has no calendar here")
        elif limited:
            outcome = _outcome(have, have, Fault.RATE_LIMITED, "not asked for after the source wanted a pause")
        else:
            start = max(min(since or date.max, _asked_from(have)), have.days[0].item())
            try:
                download = fetch(TICKERS.get(symbol, symbol), start, calendar.timezone)
                verdict = judge(have, download, calendar, now, since=start, paid=_paid(snapshot, symbol))
            except SourceError as problem:
                limited = problem.fault is Fault.RATE_LIMITED
                outcome = _outcome(have, have, problem.fault, problem.detail)
            else:
                verdicts[symbol] = verdict
                outcome = _outcome(have, verdict.series, verdict.taken, _detail(snapshot, symbol, verdict))
        outcomes.append(outcome)
        report(outcome)
    return Refreshed(tuple(outcomes), verdicts)


def archive(store: Store) -> str:
    """Put the committed data into the store as they are, so that links to them live on; their identifier.

    Only inside `store.writing()`. Raises StoreError if they are not as they were committed.
    """
    folder = committed().folder
    identifier = snapshot_id(folder)
    if identifier not in store.identifiers():
        added = store.add(lambda place: _copy(folder, place), source="the committed data", series={})
        if added != identifier:
            raise StoreError("the committed data are not as they were committed; `check` says where.")
    return identifier


def publish(store: Store, start: Served, refreshed: Refreshed, source: str, now: datetime) -> str:
    """Make a snapshot of `start` with the accepted series and serve it; returns its identifier.

    Only inside `store.writing()`. Raises StoreError if the store does not take it, or if the new tables
    break a rule of the data.
    """
    before = start.manifest.series if start.manifest else {}
    told = {**before, **{item.symbol: _told(item, before, refreshed.verdicts, now) for item in refreshed.outcomes}}
    return store.publish(lambda place: _write_checked(place, start, refreshed), source=source, series=told)


def _write_checked(place: Path, start: Served, refreshed: Refreshed) -> None:
    from eventwindow.facts.schemas import validate  # noqa: PLC0415 - slow to load, and only needed here

    write_tables(place, start.folder, start.snapshot, refreshed)
    problems = validate(place)
    if problems:
        raise StoreError(f"the new tables break a rule, so nothing was published: {problems[0]}")


def _told(
    item: Outcome, before: Mapping[str, Mapping[str, Any]], verdicts: Mapping[str, Verdict], now: datetime
) -> dict[str, Any]:
    """What the manifest says of a series; `basis` is the product of all splits since the committed data."""
    ratio = verdicts[item.symbol].ratio if item.changed else 1.0
    basis = float(before.get(item.symbol, {}).get("basis", 1.0)) * ratio
    fields = {name: value for name, value in asdict(item).items() if name != "symbol"}
    return {**fields, "at": now.astimezone(UTC).replace(microsecond=0).isoformat(), "basis": basis}


def write_tables(place: Path, folder: Path, snapshot: Snapshot, refreshed: Refreshed) -> None:
    """The tables of `folder` with accepted series, their spans, distributions and splits brought up to date."""
    accepted = {symbol: verdict for symbol, verdict in refreshed.verdicts.items() if verdict.accepted}
    series = {**snapshot.prices.series, **{symbol: verdict.series for symbol, verdict in accepted.items()}}
    for path in folder.iterdir():
        if path.is_file() and path.name not in (CHECKSUMS, MANIFEST, PRICE_TABLE):
            shutil.copyfile(path, place / path.name)
    save_prices(series.values(), place)
    _rewrite(place / "series.csv", lambda row: _described(row, series[row["symbol"]], accepted.get(row["symbol"])))
    _rewrite(place / "distributions.csv", lambda row: _rebased(row, accepted), _new_distributions(snapshot, accepted))
    _rewrite(place / "splits.csv", lambda row: row, _new_splits(accepted))
    issuers = {snapshot.listings[symbol].issuer for symbol, item in accepted.items() if _split(snapshot, symbol, item)}
    # A share count from before a split does not fit a price from after it.
    _rewrite(place / "share_counts.csv", lambda row: None if row["issuer"] in issuers else row)


def _copy(folder: Path, place: Path) -> None:
    shutil.copytree(folder, place, dirs_exist_ok=True)


def _split(snapshot: Snapshot, symbol: str, verdict: Verdict) -> bool:
    return verdict.ratio != 1 and symbol in snapshot.listings


def _described(row: dict[str, str], series: PriceSeries, verdict: Verdict | None) -> dict[str, str]:
    """A row of series.csv with the span of the prices, and the sessions that a refresh left without a row."""
    days = ", ".join(map(str, verdict.missing if verdict else ()))
    notes = [row["note"], f"no trustworthy row on {days}" if days else ""]
    return row | {"last_date": str(series.days[-1]), "note": "; ".join(filter(None, notes))}


def _left_out(snapshot: Snapshot, symbol: str) -> str:
    """Why a series is not asked for, empty if it is."""
    listing = snapshot.listings.get(symbol)
    if listing and listing.delisted:
        return f"delisted on {plain_day(listing.delisted)}, by our own table of listings"
    return NOT_REFRESHED.get(symbol, "")


def _detail(snapshot: Snapshot, symbol: str, verdict: Verdict) -> str:
    remarks = list(verdict.remarks)
    if verdict.ratio != 1:
        remarks.append(f"a split of {verdict.ratio:g} for 1: everything before is put on its basis")
    if _split(snapshot, symbol, verdict):
        remarks.append("share counts are from before it, so no market value is shown")
    if verdict.new_dividends and not _declared_in(snapshot, symbol):
        remarks.append("dividends of unknown currency are not used: total returns of those days leave them out")
    return verdict.reason or "; ".join(remarks)


def _outcome(before: PriceSeries, after: PriceSeries, status: str, detail: str) -> Outcome:
    added = len(after.days) - len(before.days)
    return Outcome(before.symbol, str(status), detail, str(after.days[0]), str(after.days[-1]), len(after.days), added)


def _asked_from(have: PriceSeries) -> date:
    day: date = max(have.days[0], have.days[-1] - OVERLAP_DAYS).item()
    return day


def _paid(snapshot: Snapshot, symbol: str) -> list[date]:
    return [item.ex_date for item in snapshot.prices.distributions if item.symbol == symbol]


def _calendar_of(snapshot: Snapshot, symbol: str) -> MarketCalendar | None:
    names = {name: market for market, name in CALENDAR_NAMES.items()}
    market = names.get(snapshot.series[symbol].calendar)
    return snapshot.calendars[market] if market else None


def _rebased(row: dict[str, str], accepted: Mapping[str, Verdict]) -> dict[str, str]:
    verdict = accepted.get(row["symbol"])
    if verdict is None or verdict.ratio == 1:
        return row
    return row | {"amount": _plain(float(row["amount"]) / verdict.ratio)}


def _new_distributions(snapshot: Snapshot, accepted: Mapping[str, Verdict]) -> list[dict[str, str]]:
    """Rows of new dividends whose currency is known."""
    return [
        {"symbol": symbol, "ex_date": day.isoformat(), "amount": _plain(amount), "currency": currency}
        | {"kind": "cash", "note": "as the price source gives it"}
        for symbol, verdict in accepted.items()
        if (currency := _declared_in(snapshot, symbol))
        for day, amount in verdict.new_dividends.items()
    ]


def _new_splits(accepted: Mapping[str, Verdict]) -> list[dict[str, str]]:
    return [
        {"symbol": symbol, "ex_date": day.isoformat(), "new_per_old": _plain(size)}
        for symbol, verdict in accepted.items()
        for day, size in verdict.new_splits.items()
    ]


def _plain(amount: float) -> str:
    return np.format_float_positional(amount, trim="-")


def _declared_in(snapshot: Snapshot, symbol: str) -> str:
    """Currency that a listing's dividends are declared in, empty where it is not known.

    The source gives US-dollar dividends of Hong Kong listings as if they were Hong Kong dollars, so the currency
    of the earlier ones on file decides. A US listing pays in US dollars.
    """
    earlier = [item.currency for item in snapshot.prices.distributions if item.symbol == symbol]
    trades_in = snapshot.series[symbol].currency
    return earlier[-1] if earlier else trades_in if trades_in == "USD" else ""


def _rewrite(
    path: Path,
    change: Callable[[dict[str, str]], dict[str, str] | None],
    more: Iterable[dict[str, str]] = (),
) -> None:
    """Write a table anew row by row, without the rows for which `change` gives None."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle)
        columns = rows.fieldnames or ()
        changed = [found for row in rows if (found := change(row)) is not None]
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*changed, *more])
