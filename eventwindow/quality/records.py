"""Checks of what stands beside the prices: distributions and corrections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np

from eventwindow.facts.errors import DataError
from eventwindow.facts.prices import PriceBook
from eventwindow.format import percent, plain_day
from eventwindow.quality.checks import Check, Finding
from eventwindow.quality.coverage import Coverage

# More than this share of the price in one distribution is a wrong unit or currency.
LARGEST_YIELD = 0.25
# An exchange rate older than this at the ex-date is worth a remark.
STALE_DAYS = 7
UNSPLIT: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class Correction:
    """A cell in which a vendor was overruled: `value` stands there (None: blank), `rejected` was refused."""

    symbol: str
    day: date
    column: str
    value: float | None
    rejected: str
    evidence: str


AUCTION = "the price before the closing auction"
OTHER_VENDOR = "the row of another vendor, checked for two years of sessions; Yahoo's half-day rows are flat"
CORRECTIONS = (
    Correction("9988.HK", date(2020, 12, 24), "close", 228.2, f"228.6, {AUCTION}", OTHER_VENDOR),
    Correction("9988.HK", date(2020, 12, 24), "low", 226.2, "228.6, a flat row", OTHER_VENDOR),
    Correction("0700.HK", date(2020, 12, 24), "low", 556.0, "a flat row", OTHER_VENDOR),
    Correction("0700.HK", date(2024, 12, 31), "close", 417.0, AUCTION, "the close of another vendor"),
    Correction("0700.HK", date(2025, 1, 28), "close", 401.2, AUCTION, "the close of another vendor"),
    Correction("0700.HK", date(2025, 12, 24), "close", 603.0, AUCTION, "the close of another vendor"),
    Correction("000300.SS", date(2023, 8, 25), "close", 3709.152, "3730.79", "two sources that are no copies of Yahoo"),
    Correction("GSPC", date(2023, 5, 24), "volume", None, "0", "a full trading day cannot have no volume"),
    Correction("HSTECH", date(2024, 7, 2), "volume", None, "0", "a full trading day cannot have no volume"),
)


def corrections(
    book: PriceBook, known: Sequence[Correction] = CORRECTIONS, basis: Mapping[str, float] = UNSPLIT
) -> Check:
    """Cells in which a vendor was overruled must still hold the value that was chosen on evidence.

    `basis` is what the prices of a symbol were divided by after splits since the correction.
    """
    findings = []
    for item in known:
        series = book.series.get(item.symbol)
        if series is None:
            continue
        held = float(getattr(series.on(np.array([item.day], dtype="datetime64[D]")), item.column)[0])
        value = item.value and item.value / basis.get(item.symbol, 1.0)
        chosen = "blank" if value is None else f"{value:g}"
        holds = np.isnan(held) if value is None else bool(np.isclose(held, value, rtol=1e-9, atol=0))
        what = f"{item.column} is {chosen}, not {item.rejected}"
        if not holds:
            what = f"{item.column} is {held:g}; it was corrected to {chosen}"
        findings.append(Finding(item.symbol, item.day, what, f"Evidence: {item.evidence}.", fault=not holds))
    rule = "Where a vendor was overruled, the value chosen on evidence still stands."
    return Check("Corrections hold", rule, len(findings), "corrected cells", tuple(findings))


def distributions(book: PriceBook, covered: Sequence[Coverage]) -> Check:
    """Distributions: unique, on a session, convertible, and of a size that a share can pay."""
    known = {item.series.symbol: item for item in covered}
    findings, seen = [], set()
    for item in book.distributions:
        place, key = (item.symbol, item.ex_date), (item.symbol, item.ex_date, item.kind)
        if key in seen:
            findings.append(Finding(*place, f"a second {item.kind} distribution of that day"))
        seen.add(key)
        if not (np.isfinite(item.amount) and item.amount > 0):
            findings.append(Finding(*place, f"amount {item.amount:g}"))
            continue
        if item.symbol not in known:
            findings.append(Finding(*place, "no price series of this symbol"))
            continue
        findings += _against_prices(book, known[item.symbol], item.ex_date)
        findings += _rate_age(book, item.currency, known[item.symbol].series.currency, place)
    rule = (
        "Each amount is above zero, given once, goes ex on a session, can be converted into the trading currency and "
        f"is at most {LARGEST_YIELD:.0%} of the price."
    )
    return Check("Distributions", rule, len(book.distributions), "distributions", tuple(findings))


def _against_prices(book: PriceBook, item: Coverage, day: date) -> list[Finding]:
    symbol, first, last = item.series.symbol, item.series.first, item.series.last
    if not first < day <= last:
        return [
            Finding(symbol, day, "outside the price data, so it is never used", "Kept for the record.", fault=False)
        ]
    found = []
    if np.datetime64(day, "D") not in item.expected:
        found.append(Finding(symbol, day, "goes ex on a day without trading"))
    try:
        amount = book.distribution_in(symbol, item.series.currency, day)
    except DataError as problem:
        return [*found, Finding(symbol, day, "cannot be converted", str(problem))]
    before = item.prices.last_close(date.fromordinal(day.toordinal() - 1))
    if before is not None and amount > LARGEST_YIELD * before[1]:
        found.append(Finding(symbol, day, f"{percent(amount / before[1])} of the price before"))
    return found


def _rate_age(book: PriceBook, source: str, target: str, place: tuple[str, date]) -> list[Finding]:
    rates = book.series.get(f"{source}{target}")
    known = rates.last_close(place[1]) if source != target and rates is not None else None
    if known is None or (place[1] - known[0]).days <= STALE_DAYS:
        return []
    what = f"converted at the {source}{target} rate of {plain_day(known[0])}, the last one known"
    return [Finding(*place, what, "The peg keeps the rate within 7.75 to 7.85.", fault=False)]
