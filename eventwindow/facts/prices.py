"""Prices as traded, and the only place where a return is computed.

Prices are in the listing's trading currency, on today's split basis; distributions stand apart and
are added back here. Vendors' adjusted closes are not used: they deduct US-dollar dividends as if they
were Hong Kong dollars.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.facts.errors import DataError
from eventwindow.facts.listings import Listing
from eventwindow.facts.sessions import Dates, MarketCalendar
from eventwindow.facts.tables import optional_number, read_table, required_date

Floats = NDArray[np.float64]
ReturnsKind = Literal["simple", "log"]
COLUMNS = ["open", "high", "low", "close", "volume"]
# All series in one table, as snapshots of a store have them.
PRICE_TABLE = "prices.parquet"


@dataclass(frozen=True)
class Distribution:
    """Cash or shares given to the holder of one share or ADS; `amount` in `currency`."""

    symbol: str
    ex_date: date
    amount: float
    currency: str
    kind: str
    note: str


@dataclass(frozen=True)
class PriceSeries:
    """Daily prices of one symbol as traded.

    All arrays have shape (n,); days ascend. NaN means that no trustworthy value is known.
    """

    symbol: str
    days: Dates
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def on(self, days: Dates) -> "PriceSeries":
        """The same series on other days (shape (T,)), NaN where this series has no row."""
        where = np.searchsorted(self.days, days)
        inside = np.minimum(where, len(self.days) - 1)
        known = self.days[inside] == days
        columns = (np.where(known, getattr(self, name)[inside], np.nan) for name in COLUMNS)
        return PriceSeries(self.symbol, days, *columns)

    def last_close(self, day: date) -> tuple[date, float] | None:
        """The last known close on or before a day, with its date; None where there is none yet."""
        before = int(np.searchsorted(self.days, np.datetime64(day, "D"), side="right"))
        known = np.flatnonzero(np.isfinite(self.close[:before]))
        if not known.size:
            return None
        found: date = self.days[known[-1]].item()
        return found, float(self.close[known[-1]])


@dataclass(frozen=True)
class PriceBook:
    """Every price series and every distribution of a snapshot."""

    series: Mapping[str, PriceSeries]
    distributions: tuple[Distribution, ...]

    def distribution_in(self, symbol: str, currency: str, day: date) -> float:
        """Amount per unit going ex on this day, converted to `currency`; 0 where there is none."""
        return sum(
            item.amount * self._rate(item.currency, currency, day)
            for item in self.distributions
            if item.symbol == symbol and item.ex_date == day
        )

    def _rate(self, source: str, target: str, day: date) -> float:
        """Units of `target` for one unit of `source`: the last known rate on or before the day."""
        if source == target:
            return 1.0
        rates = self.series.get(f"{source}{target}")
        if rates is None:
            raise DataError(f"prices: no series {source}{target} to convert a distribution; add the rate.")
        known = rates.last_close(day)
        if known is None:
            raise DataError(f"prices/{source}{target}.csv: no rate on or before {day}; add an earlier rate.")
        return known[1]


@dataclass(frozen=True)
class SessionMove:
    """What one session did, against the previous session's close.

    Prices in the trading currency, changes and `total_return` as decimals, None where unknown.
    `distribution` is what went ex that day (0 mostly): only `total_return` adds it back.
    """

    day: date
    previous_close: float | None
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    distribution: float
    open_change: float | None
    high_change: float | None
    low_change: float | None
    close_change: float | None
    total_return: float | None


@dataclass(frozen=True)
class ReturnTable:
    """Returns of S series and their K regressors on one set of T sessions.

    `returns` has shape (T, S) and `regressors` (T, K), decimal, NaN where there is none; `first` and
    `last` (S,) are the positions of the first and last session inside each series' data.
    """

    days: Dates
    symbols: tuple[str, ...]
    returns: Floats
    regressors: Floats
    regressor_names: tuple[str, ...]
    first: NDArray[np.intp]
    last: NDArray[np.intp]

    def __post_init__(self) -> None:
        """Keep each series together in memory: a study reads stretches of single series."""
        object.__setattr__(self, "returns", np.asfortranarray(self.returns))


def with_neighbours(table: ReturnTable) -> ReturnTable:
    """The same table with the benchmark's previous and next return as further regressors, (T, 3)."""
    benchmark = table.regressors[:, 0]
    edge = np.array([np.nan])
    lag, lead = np.concatenate([edge, benchmark[:-1]]), np.concatenate([benchmark[1:], edge])
    name = table.regressor_names[0]
    return replace(
        table,
        regressors=np.stack([benchmark, lag, lead], axis=1),
        regressor_names=(name, f"{name} lag", f"{name} lead"),
    )


def total_returns(close: Floats, distribution: Floats, kind: ReturnsKind = "simple") -> Floats:
    """Total returns (close + distribution) / previous close - 1 along axis 0, decimal, same shape.

    NaN where either close is missing, zero or negative, and in the first row. `log` gives ln(1 + R).
    """
    price = np.where(close > 0, close, np.nan)
    returns = np.full(price.shape, np.nan)
    returns[1:] = (price[1:] + distribution[1:]) / price[:-1] - 1
    return np.log1p(returns) if kind == "log" else returns


def return_table(
    book: PriceBook,
    calendar: MarketCalendar,
    listings: Sequence[Listing],
    benchmark: str,
    kind: ReturnsKind = "simple",
) -> ReturnTable:
    """Total returns of listings of one market and of their benchmark on that market's sessions.

    The benchmark's return runs between two consecutive sessions of the market; where it did not
    trade on either, it is missing. Raises DataError for a symbol without prices.
    """
    closes, distributions, bounds = [], [], []
    for listing in listings:
        series = _series(book, listing.symbol)
        closes.append(series.on(calendar.days).close)
        distributions.append(distributions_on(book, listing, calendar))
        bounds.append(np.searchsorted(calendar.days, series.days[[0, -1]]))
    index = _series(book, benchmark).on(calendar.days).close[:, None]
    first, last = np.array(bounds).T
    return ReturnTable(
        days=calendar.days,
        symbols=tuple(listing.symbol for listing in listings),
        returns=total_returns(np.array(closes).T, np.array(distributions).T, kind),
        regressors=total_returns(index, np.zeros_like(index), kind),
        regressor_names=(benchmark,),
        first=first,
        last=last,
    )


def total_return_index(book: PriceBook, listing: Listing, calendar: MarketCalendar) -> tuple[Dates, Floats]:
    """What 1 put into a listing at its first known close became, distributions added back.

    Days and levels (both (n,)) of the sessions with a known close. Past a session without one the return
    runs from the last known close, and what went ex in between is added to it. Raises DataError for a
    symbol without prices.
    """
    close = _series(book, listing.symbol).on(calendar.days).close
    known = np.flatnonzero(close > 0)
    paid = np.diff(np.cumsum(distributions_on(book, listing, calendar))[known], prepend=0.0)
    growth = 1 + total_returns(close[known], paid)
    growth[:1] = 1
    return calendar.days[known], np.multiply.accumulate(growth)


def volume_table(book: PriceBook, calendar: MarketCalendar, listings: Sequence[Listing], benchmark: str) -> ReturnTable:
    """Log volumes instead of returns, for a study of abnormal volume: of the listings and of their benchmark.

    Studied with the mean-adjusted model, a volume is compared with the listing's own mean; with the market
    model, with the benchmark's volume. The number of shares cancels in log turnover against its own mean.
    Zero or unknown volume is missing. Raises DataError for a symbol without prices.
    """
    table = return_table(book, calendar, listings, benchmark)
    symbols = [*(listing.symbol for listing in listings), benchmark]
    volume = np.array([_series(book, symbol).on(calendar.days).volume for symbol in symbols]).T
    logs = np.log(np.where(volume > 0, volume, np.nan))
    return replace(table, returns=logs[:, :-1], regressors=logs[:, -1:])


def session_move(book: PriceBook, listing: Listing, calendar: MarketCalendar, position: int) -> SessionMove:
    """Open, range and close of one session against the previous close; None where a price is unknown."""
    days = calendar.days[[position - 1, position]]
    pair = _series(book, listing.symbol).on(days)
    day = calendar.day(position)
    distribution = book.distribution_in(listing.symbol, listing.currency, day)
    previous = _known(pair.close[0])

    def change(price: float | None) -> float | None:
        return None if price is None or previous is None else price / previous - 1

    opened, high, low, close = (_known(getattr(pair, name)[1]) for name in ("open", "high", "low", "close"))
    total = None if close is None or previous is None else (close + distribution) / previous - 1
    return SessionMove(
        day=day,
        previous_close=previous,
        open=opened,
        high=high,
        low=low,
        close=close,
        distribution=distribution,
        open_change=change(opened),
        high_change=change(high),
        low_change=change(low),
        close_change=change(close),
        total_return=total,
    )


def load_prices(folder: Path) -> PriceBook:
    """Every price series of a data folder, from `prices.parquet` or from one CSV file per symbol.

    Raises DataError naming the file (and row) that cannot be used.
    """
    if (folder / PRICE_TABLE).is_file():
        tables = dict(_read_price_table(folder / PRICE_TABLE))
    else:
        tables = {path.stem: _read_price_file(path) for path in sorted((folder / "prices").glob("*.csv"))}
    if not tables:
        raise DataError("prices: the folder holds no price file; build the data folder again.")
    series = {symbol: _price_series(symbol, frame, name) for symbol, (frame, name) in tables.items()}
    return PriceBook(series, _read_distributions(folder))


def save_prices(series: Iterable[PriceSeries], folder: Path) -> None:
    """Write series as the one table `prices.parquet`: symbol, date, open, high, low, close, volume."""
    frames = [
        pd.DataFrame({"symbol": item.symbol, "date": item.days, **{name: getattr(item, name) for name in COLUMNS}})
        for item in sorted(series, key=lambda item: item.symbol)
    ]
    pd.concat(frames).to_parquet(folder / PRICE_TABLE, index=False)


def _read_price_table(path: Path) -> Iterator[tuple[str, tuple[pd.DataFrame, str]]]:
    try:
        table = pd.read_parquet(path)
        for symbol, frame in table.groupby("symbol", sort=True):
            yield str(symbol), (frame, f"{path.name}, {symbol}")
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path.name}: not a price table ({type(error).__name__}); refresh or restore it.") from None


def _read_price_file(path: Path) -> tuple[pd.DataFrame, str]:
    try:
        frame = pd.read_csv(path)
        frame["date"] = pd.to_datetime(frame["date"], format="%Y-%m-%d")
    except (ValueError, KeyError) as error:
        raise DataError(f"prices/{path.name}: not a price table ({error}); build the data folder again.") from None
    return frame, f"prices/{path.name}"


def _price_series(symbol: str, frame: pd.DataFrame, name: str) -> PriceSeries:
    try:
        days = frame["date"].to_numpy().astype("datetime64[D]")
        columns = [frame[column].to_numpy(dtype=np.float64) for column in COLUMNS]
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"{name}: not a price table ({error}); build the data folder again.") from None
    disorder = np.flatnonzero(np.diff(days) <= np.timedelta64(0, "D"))
    if disorder.size:
        raise DataError(
            f"{name}, row {disorder[0] + 3}, column date: {days[disorder[0] + 1]} does not come after "
            "the row above; sort the file and drop the repeated day."
        )
    return PriceSeries(symbol, days, *columns)


def _read_distributions(folder: Path) -> tuple[Distribution, ...]:
    path = folder / "distributions.csv"
    found = []
    for number, row in enumerate(read_table(path), start=2):
        amount = optional_number(row["amount"], path, number, "amount")
        if amount is None:
            continue
        ex_date = required_date(row["ex_date"], path, number, "ex_date")
        found.append(Distribution(row["symbol"], ex_date, amount, row["currency"], row["kind"], row["note"]))
    return tuple(found)


def distributions_on(book: PriceBook, listing: Listing, calendar: MarketCalendar) -> Floats:
    """Distributions of a listing per session (T,), in its trading currency."""
    amounts = np.zeros(len(calendar.days))
    for ex_date in {item.ex_date for item in book.distributions if item.symbol == listing.symbol}:
        position = calendar.position(ex_date)
        if position is not None:
            amounts[position] = book.distribution_in(listing.symbol, listing.currency, ex_date)
    return amounts


def _series(book: PriceBook, symbol: str) -> PriceSeries:
    if symbol not in book.series:
        raise DataError(f"prices: there is no series {symbol!r}; choose one of {', '.join(sorted(book.series))}.")
    return book.series[symbol]


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) and value > 0 else None
