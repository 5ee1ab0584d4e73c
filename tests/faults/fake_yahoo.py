"""Yahoo's chart interface on loopback, with every fault that the real one and the way to it have shown.

Every request that yfinance sends, whatever the host, ends here: nothing leaves the machine.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import numpy as np
from curl_cffi.requests import Session, exceptions

from eventwindow.facts.prices import Floats
from eventwindow.facts.sessions import CALENDAR_NAMES
from eventwindow.sources.snapshot import Snapshot

CHART = "/v8/finance/chart/"
# Longer than any deadline of the tests; ends at once when the server stops.
FOR_EVER = 60.0
MARKETS = {name: market for market, name in CALENDAR_NAMES.items()}
Column = list[float | None]


@dataclass(frozen=True)
class Quotes:
    """What the fake knows of one symbol, as Yahoo would tell it: prices on the basis of its last split."""

    zone: str
    days: list[date]
    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column
    adjusted: Column | None
    splits: dict[date, float] = field(default_factory=dict)
    dividends: dict[date, float] = field(default_factory=dict)

    def since(self, first: date) -> "Quotes":
        place = next((number for number, day in enumerate(self.days) if day >= first), len(self.days))
        cut = {name: getattr(self, name)[place:] for name in ("days", "open", "high", "low", "close", "volume")}
        return replace(self, adjusted=self.adjusted and self.adjusted[place:], **cut)


Change = Callable[[dict[str, Any]], None]


def _result(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer["chart"]["result"][0]
    return found


def _quote(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _result(answer)["indicators"]["quote"][0]
    return found


def _adjusted(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _result(answer)["indicators"]["adjclose"][0]
    return found


def _times_hundred(answer: dict[str, Any]) -> None:
    for name in ("open", "high", "low", "close"):
        _quote(answer)[name][-20] *= 100
    _adjusted(answer)["adjclose"][-20] *= 100


def _cut(answer: dict[str, Any], kept: slice) -> None:
    result = _result(answer)
    result["timestamp"] = result["timestamp"][kept]
    for name, values in _quote(answer).items():
        _quote(answer)[name] = values[kept]
    _adjusted(answer)["adjclose"] = _adjusted(answer)["adjclose"][kept]


def _last_day_twice(answer: dict[str, Any]) -> None:
    _result(answer)["timestamp"].append(_result(answer)["timestamp"][-1] + 3600)
    for name, values in _quote(answer).items():
        values.append(values[-1] if name == "volume" else values[-1] * 1.01)
    _adjusted(answer)["adjclose"].append(_adjusted(answer)["adjclose"][-1] * 1.01)


def _early_day_twice(answer: dict[str, Any]) -> None:
    stamps = _result(answer)["timestamp"]
    stamps[10] = stamps[9] + 3600


def _text(answer: dict[str, Any]) -> None:
    _quote(answer)["close"] = [str(value) for value in _quote(answer)["close"]]


# Faults inside an answer that otherwise arrives.
CHANGES: dict[str, Change] = {
    "empty quote": lambda answer: _result(answer)["indicators"].update(quote=[{}]),
    "no zone": lambda answer: _result(answer)["meta"].pop("exchangeTimezoneName"),
    "wrong zone": lambda answer: _result(answer)["meta"].update(exchangeTimezoneName="Europe/Berlin"),
    "no timestamps": lambda answer: _result(answer).pop("timestamp"),
    "no close": lambda answer: _quote(answer).pop("close"),
    "adjusted close too short": lambda answer: _adjusted(answer).update(adjclose=_adjusted(answer)["adjclose"][:-3]),
    "adjusted close missing": lambda answer: _result(answer)["indicators"].pop("adjclose"),
    "adjusted close all null": lambda answer: _adjusted(answer).update(
        adjclose=[None] * len(_adjusted(answer)["adjclose"])
    ),
    "adjusted close a copy": lambda answer: _adjusted(answer).update(adjclose=list(_quote(answer)["close"])),
    "one price times 100": _times_hundred,
    "negative close": lambda answer: _quote(answer)["close"].__setitem__(-30, -5.0),
    "close of nought": lambda answer: _quote(answer)["close"].__setitem__(-30, 0.0),
    "closes missing": lambda answer: _quote(answer)["close"].__setitem__(-30, None),
    "prices as text": _text,
    "last day twice": _last_day_twice,
    "earlier day twice": _early_day_twice,
    "history cut to the first days": lambda answer: _cut(answer, slice(0, 3)),
    "history cut to the last days": lambda answer: _cut(answer, slice(-40, None)),
}


class FakeYahoo:
    """What the server knows (`quotes`), how it misbehaves (`faults` by symbol, `fault` for all), what it was asked.

    `requests` are the paths asked for, `allowed` how many answers come before the rate limit.
    """

    def __init__(self) -> None:
        self.quotes: dict[str, Quotes] = {}
        self.faults: dict[str, str] = {}
        self.fault = ""
        self.requests: list[str] = []
        self.allowed: int | None = None
        self.charts = 0
        self.closing = threading.Event()

    def answer(self, symbol: str, first: date) -> dict[str, Any]:
        """What the chart interface says of a symbol."""
        quotes, zone = self.quotes[symbol].since(first), ZoneInfo(self.quotes[symbol].zone)

        def stamp(day: date) -> int:
            return int(datetime.combine(day, time(9, 30), zone).timestamp())

        names = ("open", "high", "low", "close", "volume")
        indicators: dict[str, Any] = {"quote": [{name: list(getattr(quotes, name)) for name in names}]}
        if quotes.adjusted is not None:
            indicators["adjclose"] = [{"adjclose": list(quotes.adjusted)}]
        splits = {str(stamp(day)): {"date": stamp(day), "numerator": size, "denominator": 1.0,
                                    "splitRatio": f"{size:g}:1"} for day, size in quotes.splits.items()}  # fmt: skip
        dividends = {str(stamp(day)): {"date": stamp(day), "amount": paid} for day, paid in quotes.dividends.items()}
        meta = {
            "symbol": symbol,
            "currency": "USD",
            "instrumentType": "EQUITY",
            "exchangeTimezoneName": quotes.zone,
            "priceHint": 2,
            "dataGranularity": "1d",
            "validRanges": ["1d", "max"],
        }
        stamps = [stamp(day) for day in quotes.days]
        events = {name: found for name, found in (("splits", splits), ("dividends", dividends)) if found}
        result = {"meta": meta, "timestamp": stamps, "indicators": indicators, "events": events}
        return {"chart": {"result": [result], "error": None}}


PAGES = {
    "429": (429, b"Too Many Requests\r\n", "text/plain"),
    "500": (500, b"oops", "text/plain"),
    "404": (
        404,
        json.dumps(
            {"chart": {"result": None, "error": {"code": "Not Found", "description": "No data found"}}}
        ).encode(),
        "application/json",
    ),
    "web page": (200, b"<html><title>consent</title></html>", "text/html"),
    "empty page": (200, b"", "application/json"),
}


class _Server(ThreadingHTTPServer):
    def __init__(self, fake: FakeYahoo) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = fake

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up is what many of the faults are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        fake = self.server.fake
        fake.requests.append(self.path)
        if CHART not in self.path:
            self._say(*(PAGES["429"] if fake.fault == "429 everywhere" else (200, b"crumb", "text/plain")))
            return
        parts = urlsplit(self.path)
        symbol = unquote(parts.path.split(CHART)[1])
        first = datetime.fromtimestamp(int(parse_qs(parts.query).get("period1", ["0"])[0]), UTC).date()
        fake.charts += 1
        limited = fake.allowed is not None and fake.charts > fake.allowed
        fault = "429" if limited else fake.faults.get(symbol, fake.fault)
        if fault in PAGES:
            self._say(*PAGES[fault])
        elif fault == "hang":
            fake.closing.wait(FOR_EVER)
        elif fault != "reset":
            self._chart(fake.answer(symbol, first), fault)

    def _chart(self, answer: dict[str, Any], fault: str) -> None:
        if fault in CHANGES:
            CHANGES[fault](answer)
        content = json.dumps(answer).encode()
        if fault == "cut off":
            self._say(200, content[: len(content) // 2], "application/json", length=len(content))
        elif fault == "cut short":
            self._say(200, content[: len(content) // 2], "application/json")
        elif fault == "drip":
            self._drip(content)
        else:
            self._say(200, content, "application/json")

    def _say(self, code: int, content: bytes, kind: str, length: int | None = None) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def _drip(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        for place in range(len(content)):
            self.wfile.write(content[place : place + 1])
            self.wfile.flush()
            if self.server.fake.closing.wait(0.2):
                return


@contextmanager
def fake_yahoo() -> Iterator[FakeYahoo]:
    """A fake Yahoo on a free port of 127.0.0.1 that every request of yfinance reaches, stopped at the end."""
    fake = FakeYahoo()
    server = _Server(fake)
    worker = threading.Thread(target=server.serve_forever, args=(0.01,))
    worker.start()
    request = Session.request

    def rerouted(self: Any, method: str, url: str, **options: Any) -> Any:
        parts = urlsplit(url)
        if CHART in url and fake.fault == "unknown host":
            raise exceptions.DNSError("Could not resolve host", 6)
        port = 1 if CHART in url and fake.fault == "refused" else server.server_port
        return request(self, method, f"http://127.0.0.1:{port}/{parts.netloc}{parts.path}?{parts.query}", **options)

    Session.request = rerouted  # type: ignore[method-assign,assignment]
    try:
        yield fake
    finally:
        Session.request = request  # type: ignore[method-assign]
        fake.closing.set()
        server.shutdown()
        worker.join()
        server.server_close()


def as_yahoo_has_it(snapshot: Snapshot, symbol: str, until: date) -> Quotes:
    """Our own series as Yahoo tells it, with made-up prices of the sessions after our last one.

    Rows of which we know the close alone, and half days to come, are flat and without volume there.
    """
    ours, market = snapshot.prices.series[symbol], MARKETS[snapshot.series[symbol].calendar]
    calendar = snapshot.calendars[market]
    after = (calendar.days > ours.days[-1]) & (calendar.days <= np.datetime64(until))
    steps = 1 + 0.002 * (np.arange(after.sum()) % 5 - 2)
    closes = ours.close[-1] * np.cumprod(steps)
    opens = np.concatenate([ours.close[-1:], closes])[:-1]
    short = (calendar.closes - calendar.opens)[after] < np.timedelta64(6, "h")
    opens[short] = closes[short]
    spread = np.where(short, 0.0, 0.004)
    blank = np.isnan(ours.open)
    known = {name: np.where(blank, ours.close, getattr(ours, name)) for name in ("open", "high", "low")}
    close = np.concatenate([ours.close, closes])
    return Quotes(
        zone=calendar.timezone.key,
        days=[*ours.days.tolist(), *calendar.days[after].tolist()],
        open=_column(known["open"], opens),
        high=_column(known["high"], np.maximum(opens, closes) * (1 + spread)),
        low=_column(known["low"], np.minimum(opens, closes) * (1 - spread)),
        close=_column(close),
        volume=_column(np.where(blank, 0.0, ours.volume), np.where(short, 0.0, 1e6)),
        adjusted=_column(close * 0.98),
    )


def split(quotes: Quotes, day: date, size: float) -> Quotes:
    """The same history after a split of `size` new shares for one: all of it is on the new basis."""
    names = ("open", "high", "low", "close", "adjusted")
    prices = {name: [None if value is None else value / size for value in getattr(quotes, name)] for name in names}
    volume = [None if value is None else value * size for value in quotes.volume]
    return replace(quotes, splits={day: size}, volume=volume, **prices)


def _column(*parts: Floats) -> Column:
    """Arrays in a row, as Yahoo writes them: unknown is null."""
    return [None if np.isnan(value) else float(value) for value in np.concatenate(parts)]
