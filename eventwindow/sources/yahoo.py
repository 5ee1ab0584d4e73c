"""Daily prices from Yahoo, one symbol at a time; the only place that knows yfinance.

The library answers most faults with an empty frame, asks again after a refusal, does not hold to its
time-out, replaces a missing adjusted close by the raw one, and turns text into numbers. So its exceptions are
switched on, every request goes through a line of ours that keeps the pace and the deadline and hangs up at
the first sign of a rate limit, and the answer itself is looked at beside the frame. Used by the refresh
command only, in a process of its own: the library keeps old answers in memory.
"""

import logging
import sqlite3
import time
import warnings
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from eventwindow.facts.errors import EventWindowError
from eventwindow.facts.sessions import Dates
from eventwindow.sources.acceptance import Download

COLUMNS = {"Open": "open", "High": "high", "Low": "low", "Close": "close", "Volume": "volume"}
# Seconds that one symbol may take, and seconds from one request to the next.
DEADLINE_SECONDS, PAUSE_SECONDS = 20.0, 1.0
PRICES = "/v8/finance/chart/"
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500
PAUSE_WANTED, NOTHING = "the price source asks for a pause", "the answer holds no prices"


class Fault(StrEnum):
    """What kept a symbol from being downloaded, in the words that readers see."""

    UNREACHABLE = "price source unreachable"
    RATE_LIMITED = "rate limited"
    NO_DATA = "no data returned"
    BAD_DATA = "bad data returned"
    TOO_SLOW = "price source too slow"
    LOCAL = "fault on this machine"


class SourceError(EventWindowError):
    """A symbol could not be downloaded; `fault` says which kind of failure it was."""

    def __init__(self, fault: Fault, detail: str) -> None:
        """Word the fault, with a detail that holds no address and no path."""
        super().__init__(f"{fault}: {detail}")
        self.fault, self.detail = fault, detail


class Yahoo:
    """One conversation with Yahoo: at most a request per `pause`, none after the first rate limit."""

    def __init__(
        self,
        cache: Path,
        *,
        deadline: float = DEADLINE_SECONDS,
        pause: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Set yfinance up with a private folder for its cache; `clock` and `sleep` count in seconds."""
        # Loaded here because it takes half a second, and only a refresh needs it.
        import yfinance  # noqa: PLC0415
        from curl_cffi.requests import Session  # noqa: PLC0415

        yfinance.set_tz_cache_location(str(cache))
        yfinance.config.debug.hide_exceptions = False
        logging.getLogger("yfinance").setLevel(logging.CRITICAL)
        self._deadline, self._pause, self._clock, self._sleep = deadline, pause, clock, sleep
        self._next, self._ends, self._limited = clock(), clock(), False
        session: Any = Session(impersonate="chrome")
        self._send, session.request = session.request, self._request
        self._session = session
        self._answer: Any = None

    def download(self, symbol: str, since: date, zone: ZoneInfo) -> Download:
        """Daily prices as traded since a day, with splits and dividends, of an exchange in `zone`.

        Raises SourceError within the deadline.
        """
        import yfinance  # noqa: PLC0415 - see above

        self._ends = self._clock() + self._deadline
        self._answer = None
        try:
            ticker = yfinance.Ticker(symbol, session=self._session)
            # Told the zone, the library saves a request for it; the answer names it once more.
            ticker._tz = zone.key
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # pandas warns about yfinance's own code on every call
                frame = ticker.history(
                    start=since.isoformat(), interval="1d", auto_adjust=False, actions=True, timeout=self._deadline
                )
            return _download(frame, self._answer.json()["chart"]["result"][0])
        except Exception as error:  # noqa: BLE001 - whatever a vendor's library raises becomes a named fault
            raise _named(error) from None

    def _request(self, method: str, url: str, **options: Any) -> Any:
        """What yfinance sends goes through here: paced, bounded, and not at all after a rate limit."""
        from curl_cffi.requests.exceptions import Timeout  # noqa: PLC0415 - see above

        if self._limited:
            raise SourceError(Fault.RATE_LIMITED, PAUSE_WANTED)
        self._sleep(max(self._next - self._clock(), 0.0))
        self._next = self._clock() + self._pause
        left = self._ends - self._clock()
        if left <= 0:
            raise Timeout(f"no answer within {self._deadline:g} s")
        response = self._send(method, url, **options | {"timeout": left})
        if response.status_code == TOO_MANY_REQUESTS:
            self._limited = True
            raise SourceError(Fault.RATE_LIMITED, PAUSE_WANTED)
        if PRICES in url:
            self._answer = response
            if response.status_code >= SERVER_ERROR:
                raise SourceError(Fault.UNREACHABLE, f"it answers with the error {response.status_code}")
        return response


def _named(error: Exception) -> SourceError:
    """The fault that an exception of yfinance, of its network library or of its parsing stands for."""
    import peewee  # noqa: PLC0415 - see Yahoo
    from curl_cffi.requests import exceptions as network  # noqa: PLC0415
    from yfinance import exceptions as yahoo  # noqa: PLC0415

    if isinstance(error, SourceError):
        return error
    kind = type(error).__name__
    meanings: tuple[tuple[tuple[type[Exception], ...], Fault, str], ...] = (
        ((yahoo.YFRateLimitError,), Fault.RATE_LIMITED, PAUSE_WANTED),
        ((yahoo.YFTickerMissingError,), Fault.NO_DATA, NOTHING),
        ((peewee.PeeweeException, sqlite3.Error), Fault.LOCAL, f"the cache of the price source failed ({kind})"),
        ((network.Timeout,), Fault.TOO_SLOW, "no whole answer in time"),
        ((ValueError, TypeError, LookupError), Fault.BAD_DATA, f"the answer cannot be read ({kind})"),
        ((OSError, yahoo.YFDataException), Fault.UNREACHABLE, f"the request failed ({kind})"),
    )
    found = ((fault, detail) for kinds, fault, detail in meanings if isinstance(error, kinds))
    return SourceError(*next(found, (Fault.BAD_DATA, f"the answer cannot be read ({kind})")))


def _download(frame: pd.DataFrame, answer: Mapping[str, Any]) -> Download:
    """The frame as arrays, checked against the answer it was made from."""
    if frame.empty:
        raise SourceError(Fault.NO_DATA, NOTHING)
    index = pd.DatetimeIndex(frame.index)
    zone = str(index.tz) if index.tz is not None else ""
    quotes = answer["indicators"]["quote"][0]
    adjusted = answer["indicators"].get("adjclose", [{}])[0].get("adjclose")
    for name, values in {**quotes, "adjusted close": adjusted or []}.items():
        if any(isinstance(value, str) for value in values):
            raise SourceError(Fault.BAD_DATA, f"the {name} is text, not a number")
    frame, remarks = _without_doubtful_day(frame, answer["timestamp"], zone)
    days = pd.DatetimeIndex(frame.index).tz_localize(None).to_numpy().astype("datetime64[D]")
    columns = {ours: frame[theirs].to_numpy(dtype=np.float64) for theirs, ours in COLUMNS.items()}
    return Download(
        days=days,
        adjusted=frame["Adj Close"].to_numpy(dtype=np.float64) if adjusted else None,
        zone=zone,
        splits=_actions(frame, days, "Stock Splits"),
        dividends=_actions(frame, days, "Dividends"),
        remarks=remarks,
        **columns,
    )


def _without_doubtful_day(frame: pd.DataFrame, stamps: list[int], zone: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Leave out a last day that the answer gives twice: the library keeps one of the rows, whichever it may be.

    Raises SourceError for an earlier day.
    """
    days = [datetime.fromtimestamp(stamp, ZoneInfo(zone)).date() for stamp in stamps]
    twice = {day for day in days if days.count(day) > 1} if len(set(days)) < len(days) else set()
    if not twice:
        return frame, ()
    if twice != {max(days)}:
        raise SourceError(Fault.BAD_DATA, f"{min(twice)} comes twice")
    kept = frame[pd.DatetimeIndex(frame.index).tz_localize(None).date != max(days)]
    return kept, (f"{max(days)} comes twice in the answer: left out",)


def _actions(frame: pd.DataFrame, days: Dates, column: str) -> dict[date, float]:
    if column not in frame.columns:
        return {}
    amounts = frame[column].to_numpy(dtype=np.float64)
    return {days[place].item(): float(amounts[place]) for place in np.flatnonzero(amounts != 0)}
