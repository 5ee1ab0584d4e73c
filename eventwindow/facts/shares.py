"""How many shares a company has, and what they are worth: raw market value.

Market value = price / shares per unit x all ordinary shares, listed or not. Issued and outstanding
counts of one company differ by about 3%, so every company is valued with one kind of count throughout:

- Alibaba and NetEase: outstanding shares, as their annual reports and updates print them;
- Tencent: issued shares, as its returns to the Hong Kong exchange print them (its outstanding shares
  are not printed at all);
- Tencent Music and DiDi: issued shares from a note of their annual reports, the only kind found;
- Meituan and JD.com: totals derived from a printed number of shares and its printed share of the
  total, because their returns give one class of shares alone, or were not found.

Other companies have no count that can be used. Counts of one class of shares, a market value in the
press divided by a price, and gaps that were looked into are never used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from eventwindow.facts.errors import OptionError
from eventwindow.facts.listings import Listing
from eventwindow.facts.prices import PriceBook
from eventwindow.facts.reasons import Reason
from eventwindow.facts.tables import optional_number, read_table, required_date

Currency = Literal["HKD", "USD", "CNY"]

OUTSTANDING = frozenset({"outstanding_20f_cover", "outstanding_20f_balance_sheet", "outstanding_company_update"})
ISSUED_HONG_KONG = frozenset({"issued_hkex_return", "issued_hkex_interest_form"})
ISSUED_ANNUAL_REPORT = frozenset({"issued_20f_note"})
DERIVED = frozenset({"derived"})
KINDS_USED: Mapping[str, frozenset[str]] = {
    "ALIBABA": OUTSTANDING,
    "TENCENT": ISSUED_HONG_KONG,
    "MEITUAN": DERIVED,
    "JD": DERIVED,
    "NETEASE": OUTSTANDING,
    "TENCENT_MUSIC": ISSUED_ANNUAL_REPORT,
    "DIDI": ISSUED_ANNUAL_REPORT,
}


@dataclass(frozen=True)
class ShareCount:
    """All ordinary shares of a company on a date, on today's split basis.

    `low` and `high` bound a count that was rounded or derived, None where it is exact; `precision` says how.
    """

    issuer: str
    as_of: date
    kind: str
    shares: float
    low: float | None
    high: float | None
    precision: str
    source: str
    confidence: str
    note: str


@dataclass(frozen=True)
class Rate:
    """Units of a currency for one US dollar: the series, the day of its last known value, the value."""

    series: str
    day: date
    value: float


@dataclass(frozen=True)
class MarketValue:
    """What all shares of a company are worth at the price of one listing.

    `price` is the close of `price_day` in the listing's trading currency, `value` is in `currency`;
    `rates` are the exchange rates used, none where no conversion was needed.
    """

    symbol: str
    currency: Currency
    value: float
    price: float
    price_day: date
    count: ShareCount
    rates: tuple[Rate, ...]


def load_share_counts(folder: Path) -> tuple[ShareCount, ...]:
    """Every known count, in table order; known gaps are left out. Raises DataError naming file, row and column."""
    path = folder / "share_counts.csv"
    counts = []
    for number, row in enumerate(read_table(path), start=2):
        shares, low, high = (optional_number(row[name], path, number, name) for name in ("shares", "low", "high"))
        if shares is None:
            continue
        counts.append(
            ShareCount(
                issuer=row["issuer"],
                as_of=required_date(row["as_of"], path, number, "as_of"),
                kind=row["kind"],
                shares=shares,
                low=low,
                high=high,
                precision=row["precision"],
                source=row["source"],
                confidence=row["confidence"],
                note=row["note"],
            )
        )
    return tuple(counts)


def share_count(counts: Sequence[ShareCount], issuer: str, day: date) -> ShareCount | Reason:
    """The latest count of a company on or before a day, of the one kind used for it; NO_SHARE_COUNT without one.

    However old it is: show its `as_of` beside whatever is made of it.
    """
    kinds = KINDS_USED.get(issuer, frozenset())
    known = [item for item in counts if item.issuer == issuer and item.kind in kinds and item.as_of <= day]
    return max(known, key=lambda item: item.as_of, default=Reason.NO_SHARE_COUNT)


def market_value(
    prices: PriceBook, listing: Listing, counts: Sequence[ShareCount], day: date, currency: Currency
) -> MarketValue | Reason:
    """Market value of a listing's company at its last close on or before a day, in the currency asked for.

    Exchange rates are the last known ones on or before `day`; between Hong Kong dollars and yuan they
    run through the US dollar. A day outside the listing's price data gives NO_PRICE, a company
    without a usable count NO_SHARE_COUNT, a rate that is not known yet NO_EXCHANGE_RATE.
    Raises OptionError for another currency.
    """
    if currency not in get_args(Currency):
        raise OptionError(f"currency {currency!r}: no rate is kept for it; choose {', '.join(get_args(Currency))}.")
    series = prices.series.get(listing.symbol)
    close = series.last_close(day) if series is not None and day <= series.days[-1].item() else None
    if close is None:
        return Reason.NO_PRICE
    count = share_count(counts, listing.issuer, day)
    if isinstance(count, Reason):
        return count
    rates = _rates(prices, listing.currency, currency, day)
    if rates is None:
        return Reason.NO_EXCHANGE_RATE
    price_day, price = close
    per_dollar = {"USD": 1.0} | {unit: rate.value for unit, rate in rates.items()}
    factor = per_dollar[currency] / per_dollar[listing.currency] if rates else 1.0
    value = price / listing.shares_per_unit * count.shares * factor
    return MarketValue(listing.symbol, currency, value, price, price_day, count, tuple(rates.values()))


def _rates(prices: PriceBook, source: str, target: str, day: date) -> dict[str, Rate] | None:
    """The rates that lead from one currency to another, by currency; None if one is not known."""
    units = [] if source == target else [unit for unit in (source, target) if unit != "USD"]
    rates: dict[str, Rate] = {}
    for unit in units:
        series = prices.series.get(f"USD{unit}")
        known = None if series is None else series.last_close(day)
        if series is None or known is None:
            return None
        rates[unit] = Rate(series.symbol, *known)
    return rates
