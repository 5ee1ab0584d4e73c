"""Faults of the price source, through the real yfinance against a fake Yahoo: each has a name, none is taken."""

import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import peewee
import pytest

from eventwindow.sources.acceptance import Taken
from eventwindow.sources.refresh import Outcome, Refreshed, collect
from eventwindow.sources.snapshot import Snapshot
from eventwindow.sources.yahoo import Fault, Yahoo
from tests.faults.fake_yahoo import CHART, FakeYahoo, as_yahoo_has_it, fake_yahoo

# A Wednesday: Hong Kong has closed, New York is open.
NOW = datetime(2026, 8, 5, 15, tzinfo=UTC)
TODAY = date(2026, 8, 5)
# Seconds for an answer that comes, and for one that never does; and the most that may be taken beyond.
DEADLINE, SHORT_DEADLINE, GRACE = 10.0, 1.0, 2.0
ENDLESS = ("hang", "drip")

UPSTREAM = [
    ("unknown host", Fault.UNREACHABLE, "the request failed"),
    ("refused", Fault.UNREACHABLE, "the request failed"),
    ("reset", Fault.UNREACHABLE, "the request failed"),
    ("cut off", Fault.UNREACHABLE, "the request failed"),
    ("500", Fault.UNREACHABLE, "error 500"),
    ("429", Fault.RATE_LIMITED, "asks for a pause"),
    ("hang", Fault.TOO_SLOW, "no whole answer in time"),
    ("drip", Fault.TOO_SLOW, "no whole answer in time"),
    ("404", Fault.NO_DATA, "no prices"),
    ("empty quote", Fault.NO_DATA, "no prices"),
    ("web page", Fault.BAD_DATA, "cannot be read"),
    ("empty page", Fault.BAD_DATA, "cannot be read"),
    ("cut short", Fault.BAD_DATA, "cannot be read"),
    ("no zone", Fault.BAD_DATA, "cannot be read"),
    ("no timestamps", Fault.BAD_DATA, "cannot be read"),
    ("no close", Fault.BAD_DATA, "cannot be read"),
    ("adjusted close too short", Fault.BAD_DATA, "cannot be read"),
    ("prices as text", Fault.BAD_DATA, "the close is text"),
    ("earlier day twice", Fault.BAD_DATA, "comes twice"),
    ("wrong zone", Taken.REFUSED, "Europe/Berlin, not in America/New_York"),
    ("adjusted close missing", Taken.REFUSED, "the adjusted close is missing"),
    ("adjusted close all null", Taken.REFUSED, "has the adjusted close nan"),
    ("adjusted close a copy", Taken.REFUSED, "a copy of the raw one"),
    ("one price times 100", Taken.REFUSED, "without a split"),
    ("negative close", Taken.REFUSED, "has the close -5"),
    ("close of nought", Taken.REFUSED, "has the close 0"),
    ("closes missing", Taken.REFUSED, "has no close"),
    ("history cut to the first days", Taken.REFUSED, "although we have it"),
    ("history cut to the last days", Taken.REFUSED, "although we have it"),
]


@pytest.fixture
def fake(snapshot: Snapshot) -> Iterator[FakeYahoo]:
    with fake_yahoo() as found:
        found.quotes["BABA"] = as_yahoo_has_it(snapshot, "BABA", TODAY)
        yield found


def refreshed(snapshot: Snapshot, cache: Path, *symbols: str, deadline: float = DEADLINE) -> Refreshed:
    source = Yahoo(cache, deadline=deadline, pause=0.0)
    return collect(snapshot, symbols, source.download, NOW)


def outcome(snapshot: Snapshot, cache: Path) -> Outcome:
    return refreshed(snapshot, cache, "BABA").outcomes[0]


def test_without_a_fault_new_sessions_are_taken_and_the_open_one_is_left_out(
    fake: FakeYahoo, snapshot: Snapshot, tmp_path: Path
) -> None:
    found = outcome(snapshot, tmp_path)
    assert (found.status, found.last) == (Taken.EXTENDED, "2026-08-04")
    assert found.detail == "2026-08-05 has not closed yet: left out"
    assert found.added == 90  # New York from 26 March to 4 August 2026: 4 + 21 + 20 + 21 + 22 + 2 sessions
    assert sum(CHART in path for path in fake.requests) == 1


@pytest.mark.parametrize(("fault", "status", "words"), UPSTREAM, ids=[fault for fault, *_ in UPSTREAM])
def test_a_fault_is_named_and_nothing_is_taken(
    fault: str, status: str, words: str, fake: FakeYahoo, snapshot: Snapshot, tmp_path: Path
) -> None:
    fake.fault = fault
    deadline = SHORT_DEADLINE if fault in ENDLESS else DEADLINE
    started = time.monotonic()
    found = refreshed(snapshot, tmp_path, "BABA", deadline=deadline)
    assert time.monotonic() - started < deadline + GRACE
    (item,) = found.outcomes
    assert (item.status, item.failed, item.added) == (status, True, 0)
    assert words in item.detail
    assert not found.changed
    assert not any(word in item.detail for word in ("delisted", "http", str(tmp_path), "127.0.0.1"))


@pytest.mark.parametrize("error", [peewee.OperationalError("database is locked"), sqlite3.OperationalError("locked")])
def test_a_cache_that_is_locked_is_a_fault_of_this_machine_and_not_of_the_source(
    error: Exception, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("yfinance.Ticker.history", locked)
    found = outcome(snapshot, tmp_path)
    assert (found.status, found.detail) == (Fault.LOCAL, "the cache of the price source failed (OperationalError)")


def test_the_suite_of_faults_is_large_enough() -> None:
    assert len({fault for fault, *_ in UPSTREAM}) >= 22


def test_a_last_day_that_comes_twice_is_left_out_and_said(fake: FakeYahoo, snapshot: Snapshot, tmp_path: Path) -> None:
    fake.fault = "last day twice"
    found = outcome(snapshot, tmp_path)
    assert (found.status, found.last) == (Taken.EXTENDED, "2026-08-04")
    assert found.detail == "2026-08-05 comes twice in the answer: left out"


def test_after_a_rate_limit_nothing_more_is_asked_for(fake: FakeYahoo, snapshot: Snapshot, tmp_path: Path) -> None:
    symbols = [symbol for symbol, item in snapshot.listings.items() if item.has_prices and not item.delisted][:10]
    fake.quotes |= {symbol: as_yahoo_has_it(snapshot, symbol, TODAY) for symbol in symbols}
    fake.allowed = 3
    found = refreshed(snapshot, tmp_path, *symbols)
    assert [item.status for item in found.outcomes] == [Taken.EXTENDED] * 3 + [Fault.RATE_LIMITED] * 7
    limited = next(number for number, path in enumerate(fake.requests) if symbols[3] in path)
    assert fake.requests[limited + 1 :] == []


def test_a_rate_limit_of_the_entry_page_ends_the_refresh_too(snapshot: Snapshot, tmp_path: Path) -> None:
    with fake_yahoo() as fake:
        fake.fault = "429 everywhere"
        found = refreshed(snapshot, tmp_path, "BABA", "BIDU")
    assert [item.status for item in found.outcomes] == [Fault.RATE_LIMITED] * 2
    assert len(fake.requests) == 1


def test_requests_keep_the_pace(fake: FakeYahoo, snapshot: Snapshot, tmp_path: Path) -> None:
    moment, pauses = 0.0, []

    def sleep(seconds: float) -> None:
        nonlocal moment
        pauses.append(seconds)
        moment += seconds

    source = Yahoo(tmp_path, deadline=60.0, pause=1.0, clock=lambda: moment, sleep=sleep)
    fake.quotes["BIDU"] = as_yahoo_has_it(snapshot, "BIDU", TODAY)
    collect(snapshot, ["BABA", "BIDU"], source.download, NOW)
    assert len(fake.requests) == len(pauses) >= 4
    assert pauses == pytest.approx([0.0, *[1.0] * (len(pauses) - 1)])
