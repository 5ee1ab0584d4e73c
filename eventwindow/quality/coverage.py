"""Which sessions each price series holds, against those its exchange had."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import exchange_calendars
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.facts.listings import Market, Series
from eventwindow.facts.prices import PriceSeries
from eventwindow.facts.sessions import CALENDAR_NAMES, Dates, MarketCalendar
from eventwindow.sources.snapshot import Snapshot

MARKET_OF = {name: market for market, name in CALENDAR_NAMES.items()}
NO_CALENDAR = "none"


@dataclass(frozen=True)
class Coverage:
    """One series against its calendar. `expected` holds the sessions from its first to its last row."""

    series: Series
    prices: PriceSeries
    expected: Dates

    @cached_property
    def missing(self) -> Dates:
        """Sessions without a row."""
        return np.setdiff1d(self.expected, self.prices.days)

    @property
    def unexpected(self) -> Dates:
        """Rows of days that were no session."""
        return np.setdiff1d(self.prices.days, self.expected)

    @cached_property
    def is_close_only(self) -> NDArray[np.bool_]:
        """Per row, (n,): whether open, high and low are all unknown."""
        return np.isnan(self.prices.open) & np.isnan(self.prices.high) & np.isnan(self.prices.low)

    @cached_property
    def without_volume(self) -> int:
        """Rows whose volume is unknown."""
        return int(np.isnan(self.prices.volume).sum())


def coverage(snapshot: Snapshot) -> tuple[Coverage, ...]:
    """Every series with prices, in table order."""
    found = []
    for symbol, series in snapshot.series.items():
        prices = snapshot.prices.series.get(symbol)
        if prices is not None and len(prices.days):
            found.append(Coverage(series, prices, expected_days(series.calendar, prices.days, snapshot.calendars)))
    return tuple(found)


def expected_days(name: str, days: Dates, calendars: Mapping[Market, MarketCalendar]) -> Dates:
    """Sessions of a calendar from the first to the last of `days`; Monday to Friday where there is no exchange."""
    first, last = days[0], days[-1]
    if name == NO_CALENDAR:
        every: Dates = np.arange(first, last + np.timedelta64(1, "D"))
        weekdays: Dates = every[np.is_busday(every)]
        return weekdays
    if name in MARKET_OF:
        sessions = calendars[MARKET_OF[name]].days
        inside: Dates = sessions[(sessions >= first) & (sessions <= last)]
        return inside
    start, end = pd.Timestamp(first), pd.Timestamp(last)
    schedule = exchange_calendars.get_calendar(name, start=start, end=end).schedule
    listed: Dates = schedule.index.to_numpy().astype("datetime64[D]")
    return listed
