"""What a refresh asks for, adds to and remembers; the downloads are made here."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from eventwindow.facts.prices import PriceBook
from eventwindow.quality.coverage import coverage
from eventwindow.quality.prices import gaps
from eventwindow.quality.records import corrections
from eventwindow.sources.acceptance import Download
from eventwindow.sources.refresh import LEFT_OUT, Refreshed, archive, collect, publish, starting_point
from eventwindow.sources.served import committed
from eventwindow.sources.snapshot import Snapshot
from eventwindow.sources.store import Store
from eventwindow.sources.yahoo import Fault, SourceError

NOW = datetime(2026, 8, 5, 15, tzinfo=UTC)


class Source:
    """Gives back our own series with sessions added, and remembers what it was asked for."""

    def __init__(self, snapshot: Snapshot, more: int = 1, faults: Mapping[str, Fault] | None = None) -> None:
        self.snapshot, self.more, self.faults = snapshot, more, faults or {}
        self.asked: list[tuple[str, date]] = []

    def __call__(self, symbol: str, since: date, zone: ZoneInfo) -> Download:
        self.asked.append((symbol, since))
        if symbol in self.faults:
            raise SourceError(self.faults[symbol], "made up")
        ours = self.snapshot.prices.series[{"^GSPC": "GSPC"}.get(symbol, symbol)]
        calendar = next(item for item in self.snapshot.calendars.values() if item.timezone == zone)
        first = np.searchsorted(ours.days, np.datetime64(since))
        known = np.flatnonzero(np.isfinite(ours.open[first:])) + first
        new = calendar.days[calendar.days > ours.days[-1]][: self.more]
        added = dict.fromkeys(("open", "high", "low", "close"), ours.close[-1]) | {"volume": 1e6}
        columns = {
            name: np.concatenate([getattr(ours, name)[known], np.full(len(new), value)])
            for name, value in added.items()
        }
        days = np.concatenate([ours.days[known], new])
        return Download(days=days, adjusted=columns["close"] * 0.9, zone=zone.key, splits={}, dividends={}, **columns)


def refreshed(snapshot: Snapshot, *symbols: str, source: Source | None = None, since: date | None = None) -> Refreshed:
    return collect(snapshot, symbols, source or Source(snapshot), NOW, since=since)


def test_the_last_400_days_we_have_are_asked_for_or_more_on_demand(snapshot: Snapshot) -> None:
    source = Source(snapshot)
    refreshed(snapshot, "BABA", source=source)
    refreshed(snapshot, "BABA", source=source, since=date(2023, 1, 1))
    refreshed(snapshot, "BABA", source=source, since=date(2026, 3, 1))
    refreshed(snapshot, "BABA", source=source, since=date(1990, 1, 1))
    days = [day for _, day in source.asked]
    assert days == [date(2025, 2, 18), date(2023, 1, 1), date(2025, 2, 18), snapshot.series["BABA"].first]
    assert date(2026, 3, 25) - days[0] == date(2026, 3, 25) - date.fromordinal(date(2026, 3, 25).toordinal() - 400)


def test_an_index_goes_by_the_name_the_source_has_for_it(snapshot: Snapshot) -> None:
    source = Source(snapshot)
    assert refreshed(snapshot, "GSPC", source=source).outcomes[0].status == "extended"
    assert source.asked[0][0] == "^GSPC"


@pytest.mark.parametrize("symbol", ["KWEB", "000300.SS", "USDHKD", "USDCNY", "DIDI"])
def test_what_the_source_does_not_have_is_not_asked_for_and_the_reason_given(snapshot: Snapshot, symbol: str) -> None:
    source = Source(snapshot)
    (found,) = refreshed(snapshot, symbol, source=source).outcomes
    assert (found.status, found.failed, source.asked) == (LEFT_OUT, False, [])
    assert found.detail


def test_one_fault_does_not_keep_others_from_being_taken_but_a_rate_limit_does(snapshot: Snapshot) -> None:
    faults = {"BABA": Fault.UNREACHABLE, "PDD": Fault.RATE_LIMITED}
    found = refreshed(snapshot, "BABA", "BIDU", "PDD", "TCEHY", source=Source(snapshot, faults=faults)).outcomes
    assert [item.status for item in found] == [Fault.UNREACHABLE, "extended", Fault.RATE_LIMITED, Fault.RATE_LIMITED]
    assert [item.failed for item in found] == [True, False, True, True]


def test_a_refresh_of_one_series_keeps_what_was_said_of_the_others(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for symbol in ("BABA", "BIDU"):
        with store.writing():
            start = starting_point(store)
            archive(store)
            publish(store, start, refreshed(start.snapshot, symbol), "a test", NOW)
    last = store.manifest(store.current() or "")
    assert set(last.series) == {"BABA", "BIDU"}
    assert last.series["BABA"]["last"] == "2026-03-26"
    found = starting_point(store)
    assert (str(found.snapshot.series["BABA"].last), str(found.snapshot.series["BIDU"].last)) == ("2026-03-26",) * 2


def test_facts_that_are_new_to_a_store_are_what_a_refresh_starts_from(tmp_path: Path) -> None:
    store, start = Store(tmp_path), committed()
    with store.writing():
        publish(store, start, refreshed(start.snapshot, "BABA"), "a version with other facts", NOW)
    assert starting_point(store).folder == start.folder
    with store.writing():
        archive(store)
    assert starting_point(store).snapshot.snapshot_id == store.current()


def test_a_correction_still_holds_after_a_split(snapshot: Snapshot) -> None:
    ours = snapshot.prices.series["9988.HK"]
    prices = {name: getattr(ours, name) / 8 for name in ("open", "high", "low", "close")}
    book = PriceBook({**snapshot.prices.series, "9988.HK": replace(ours, **prices)}, ())
    assert corrections(book, basis={"9988.HK": 8.0}).passed
    assert not corrections(book).passed


def test_a_missing_session_is_a_fault_unless_the_note_of_its_series_names_the_day(snapshot: Snapshot) -> None:
    found = next(item for item in coverage(snapshot) if item.series.symbol == "BABA")
    day, columns = found.prices.days[100], {}
    for name in ("days", "open", "high", "low", "close", "volume"):
        columns[name] = np.delete(getattr(found.prices, name), 100)
    lacking = replace(found, prices=replace(found.prices, **columns))
    said = replace(lacking, series=replace(found.series, note=f"no trustworthy row on {day}"))
    assert (gaps([found]).passed, gaps([lacking]).passed, gaps([said]).passed) == (True, False, True)
    assert gaps([said]).noted[0].day == day.item()
