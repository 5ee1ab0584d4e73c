"""A whole refresh of every series from a fake Yahoo over the committed data, and what the dashboard makes of it.

In it one share has split, one has a changed history, two have paid dividends, half days are junk, and New York is
still open.
"""

import hashlib
import io
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from eventwindow.case import Case, build_case
from eventwindow.cli import main
from eventwindow.commands import refresh
from eventwindow.export.reproduce import Recipe, recipe_of
from eventwindow.facts.prices import COLUMNS, PriceSeries
from eventwindow.facts.tables import read_table
from eventwindow.sources.refresh import LEFT_OUT, NOT_REFRESHED, TICKERS
from eventwindow.sources.remote import ADDRESS
from eventwindow.sources.served import Served, load
from eventwindow.sources.snapshot import COMMITTED, Snapshot
from eventwindow.sources.store import Manifest, Store
from eventwindow.view import DEFAULT, Page
from tests.faults.fake_yahoo import FakeYahoo, as_yahoo_has_it, fake_yahoo, split

ROOT = Path(__file__).resolve().parents[2]
# A Wednesday: Hong Kong has closed, New York is open.
NOW, TODAY = datetime(2026, 8, 5, 15, tzinfo=UTC), date(2026, 8, 5)
SPLIT, CHANGED, NOT_ASKED = "9618.HK", "BILI", "DIDI"
ZONES = ("UTC", "Asia/Hong_Kong", "America/New_York")


@dataclass(frozen=True)
class Done:
    """A refresh that has run: its exit code, what it printed, and the store it left."""

    code: int
    printed: str
    store: Store
    fake: FakeYahoo

    @property
    def served(self) -> Served:
        return load(self.store, self.store.current() or "")

    @property
    def manifest(self) -> Manifest:
        return self.store.manifest(self.store.current() or "")


@pytest.fixture(scope="module")
def done(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    folder = tmp_path_factory.mktemp("refresh") / "store"
    with pytest.MonkeyPatch.context() as patch, fake_yahoo() as fake:
        patch.setenv(ADDRESS, str(folder))
        patch.setattr(refresh, "now", lambda: NOW)
        patch.setattr(refresh, "PAUSE_SECONDS", 0.0)
        # In one process the library keeps the first cache open, so it must outlive the command here.
        patch.setattr(refresh, "TemporaryDirectory", lambda **_: nullcontext(tmp_path_factory.mktemp("cache")))
        for symbol in snapshot.prices.series.keys() - NOT_REFRESHED.keys() - {NOT_ASKED}:
            fake.quotes[TICKERS.get(symbol, symbol)] = as_yahoo_has_it(snapshot, symbol, TODAY)
        fake.quotes[SPLIT] = split(fake.quotes[SPLIT], date(2026, 3, 2), 4.0)
        changed = fake.quotes[CHANGED]
        names = ("open", "high", "low", "close")
        fake.quotes[CHANGED] = replace(changed, **{name: _raised(getattr(changed, name)) for name in names})
        fake.quotes["BABA"] = replace(fake.quotes["BABA"], dividends={date(2026, 6, 11): 1.05})
        fake.quotes["3690.HK"] = replace(fake.quotes["3690.HK"], dividends={date(2026, 6, 11): 0.5})
        code, printed = _run("refresh")
        yield Done(code, printed, Store(folder), fake)


def _run(*arguments: str) -> tuple[int, str]:
    with redirect_stdout(io.StringIO()) as said:
        code = main(arguments)
    return code, said.getvalue()


def _raised(values: list[float | None]) -> list[float | None]:
    """The same with the tenth row from the end of our own data five percent up."""
    place = -100
    return [*values[:place], (values[place] or 0) * 1.05, *values[place + 1 :]]


def test_what_was_refused_makes_the_exit_code_one_and_the_rest_is_published(done: Done) -> None:
    statuses = {symbol: told["status"] for symbol, told in done.manifest.series.items()}
    assert done.code == 1
    assert statuses.pop(CHANGED) == "refused"
    assert statuses.pop(SPLIT) == "re-based"
    assert {symbol for symbol, status in statuses.items() if status == LEFT_OUT} == {*NOT_REFRESHED, NOT_ASKED}
    assert {status for status in statuses.values() if status != LEFT_OUT} == {"extended"}


def test_the_summary_names_every_series_and_why(done: Done, snapshot: Snapshot) -> None:
    lines = {line.split()[0]: line for line in done.printed.splitlines() if line}
    assert snapshot.series.keys() <= lines.keys()
    assert "the history has changed: 2026" in lines[CHANGED]
    assert "a split of 4 for 1" in lines[SPLIT]
    assert "delisted on" in lines[NOT_ASKED]
    assert "dividends of unknown currency are not used" in lines["3690.HK"]
    assert "2026-08-05 has not closed yet: left out" in lines["BABA"]
    assert f"data {done.store.current()} is served from now on" in done.printed.splitlines()[-1]


def test_new_sessions_are_there_and_old_rows_are_the_very_same(done: Done, snapshot: Snapshot) -> None:
    new = done.served.snapshot
    for symbol, item in new.prices.series.items():
        told, before = done.manifest.series[symbol], snapshot.prices.series[symbol]
        if told["status"] == "extended":
            end = "2026-08-05" if new.series[symbol].calendar == "XHKG" else "2026-08-04"
            assert str(item.days[-1]) == str(new.series[symbol].last) == told["last"] == end
        if symbol != SPLIT:
            kept = _first(item, len(before.days))
            assert all(np.array_equal(getattr(kept, name), getattr(before, name), equal_nan=True) for name in COLUMNS)


def test_a_split_leaves_every_return_as_it_was(done: Done, snapshot: Snapshot) -> None:
    new, old = done.served.snapshot, snapshot
    before, after = old.prices.series[SPLIT], new.prices.series[SPLIT]
    n = len(before.days)
    assert after.close[:n] == pytest.approx(before.close / 4)
    assert after.close[1:n] / after.close[: n - 1] == pytest.approx(before.close[1:] / before.close[:-1], rel=1e-12)
    paid = [item for item in old.prices.distributions if item.symbol == SPLIT]
    now = [item for item in new.prices.distributions if item.symbol == SPLIT]
    assert [item.amount * 4 for item in now] == pytest.approx([item.amount for item in paid], rel=1e-12)
    issuer = old.listings[SPLIT].issuer
    assert any(item.issuer == issuer for item in old.share_counts)
    assert not any(item.issuer == issuer for item in new.share_counts)
    assert done.manifest.basis[SPLIT] == 4


def test_a_split_is_on_file_with_its_day(done: Done) -> None:
    before, after = (read_table(folder / "splits.csv") for folder in (COMMITTED, done.served.folder))
    assert after == [*before, {"symbol": SPLIT, "ex_date": "2026-03-02", "new_per_old": "4"}]


def test_a_series_with_a_changed_history_stays_as_it_was(done: Done, snapshot: Snapshot) -> None:
    assert done.served.snapshot.series[CHANGED].last == snapshot.series[CHANGED].last


def test_dividends_are_used_only_where_their_currency_is_known(done: Done, snapshot: Snapshot) -> None:
    added = {*done.served.snapshot.prices.distributions} - {*snapshot.prices.distributions}
    assert [(item.symbol, item.ex_date, item.amount, item.currency) for item in added if item.symbol != SPLIT] == [
        ("BABA", date(2026, 6, 11), 1.05, "USD")
    ]


def test_junk_of_half_days_is_left_out_and_the_note_of_the_series_says_so(done: Done) -> None:
    told, note = done.manifest.series["9988.HK"], done.served.snapshot.series["9988.HK"].note
    assert told["detail"] == "flat rows of shortened sessions left out: 2025-12-24, 2025-12-31, 2026-02-16"
    assert "no trustworthy row on 2025-12-24, 2025-12-31, 2026-02-16" in note


def test_the_first_screen_of_7_july_2023_is_unchanged(done: Done, snapshot: Snapshot) -> None:
    old, new = (build_case(data, DEFAULT) for data in (snapshot, done.served.snapshot))
    assert len(old.with_result) == 4
    assert _figures(old) == _figures(new)


def test_the_data_pass_every_check(done: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, str(done.store.root))
    code, printed = _run("check")
    assert (code, printed.splitlines()[-1]) == (0, "no fault")
    assert f"the snapshot being served, data {done.store.current()}: All 13 checks passed" in printed


def test_the_committed_data_are_in_the_store_under_their_own_name(done: Done, snapshot: Snapshot) -> None:
    assert snapshot.snapshot_id in done.store.identifiers()
    assert done.store.faults(snapshot.snapshot_id) == ()


def test_a_second_refresh_adds_nothing_and_says_so(done: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, str(done.store.root))
    before = done.store.identifiers()
    code, printed = _run("refresh", "--listing", "BABA", "--listing", "0700.HK")
    assert code == 0
    assert "2 unchanged; nothing new" in printed
    assert done.store.identifiers() == before


def test_the_same_data_give_the_same_bytes_in_every_time_zone(done: Done, tmp_path: Path) -> None:
    digests = set()
    for zone in ZONES:
        folder = tmp_path / zone.replace("/", "-")
        command = [sys.executable, "-m", "eventwindow", "study", "--data", done.store.current() or ""]
        command += ["--event", "ant-group-fine-2023-07", "--out", str(folder)]
        environment = {**os.environ, "TZ": zone, ADDRESS: str(done.store.root)}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=120)
        digests.add(hashlib.sha256((folder / "events.csv").read_bytes()).hexdigest())
    assert len(digests) == 1


def test_the_lines_that_reproduce_a_page_name_the_data_of_the_store(
    done: Done, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, str(done.store.root))
    new, old = (_recipe(data, build_case(data, DEFAULT)) for data in (done.served.snapshot, snapshot))
    assert f"--data {done.store.current()}" in new.command()
    assert "--data" not in old.command()
    assert main(shlex.split(new.command(str(tmp_path)))[3:]) == 0
    told: dict[str, Any] = {}
    exec(new.python(), told)  # noqa: S102 - the very lines that a reader copies
    assert told["snapshot"].snapshot_id == done.store.current()


@pytest.fixture
def dashboard(done: Done, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app on the refreshed store, and on the committed data again afterwards."""
    monkeypatch.setenv(ADDRESS, str(done.store.root))
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def _open(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page:
        app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


@pytest.mark.usefixtures("dashboard")
def test_the_data_page_shows_what_the_refresh_did(done: Done, snapshot: Snapshot) -> None:
    app = _open("data", facts="coverage")
    told = app.dataframe[1].value.set_index("Symbol")
    assert told.loc[CHANGED, "Outcome"] == "Refused"
    assert "the history has changed" in told.loc[CHANGED, "Why"]
    assert told.loc[SPLIT, "Outcome"] == "Re-based by a split"
    assert told.loc["BABA", "Outcome"] == "Newer sessions taken"
    assert told.loc[NOT_ASKED, "Outcome"] == "Not refreshed"
    assert set(told.index) == set(snapshot.series)
    spans = app.dataframe[0].value.set_index("Symbol")
    assert str(spans.loc["0700.HK", "Last"])[:10] == "2026-08-05"
    assert any(f"Data {done.store.current()}, prices to 5 August 2026" in item.value for item in app.caption)


@pytest.mark.usefixtures("dashboard")
def test_a_link_with_older_data_shows_them_and_one_with_data_that_are_gone_says_so(snapshot: Snapshot) -> None:
    old = _open("", data=snapshot.snapshot_id)
    assert any(snapshot.snapshot_id in item.value for item in old.caption)
    assert not old.warning
    gone = _open("", data="0123456789ab")
    (warning,) = gone.warning
    assert warning.value.replace("\\", "") == "Data 0123456789ab is not here any more: showing the current data"


@pytest.mark.usefixtures("dashboard")
@pytest.mark.parametrize("value", ["<script>", "0123456789AB", "../../etc", "9" * 5000])
def test_data_of_no_possible_name_are_ignored_and_never_echoed(value: str) -> None:
    app = _open("", data=value)
    (warning,) = app.warning
    assert "write current or the 12 digits of a data version" in warning.value.replace("\\", "")
    assert "script" not in warning.value
    assert "etc" not in warning.value


@pytest.mark.usefixtures("dashboard")
def test_the_share_box_puts_the_data_into_the_link_on_demand(done: Done) -> None:
    app = _open("")
    app.session_state["share"] = True
    app.run()
    assert "data=" not in app.code[0].value
    app.toggle(key="share_pinned").set_value(True).run()
    assert app.code[0].value.endswith(f"&data={done.store.current()}")


def _recipe(snapshot: Snapshot, case: Case) -> Recipe:
    assert case.study is not None
    found = recipe_of(snapshot, case.study, DEFAULT, Page.EVENT)
    assert found is not None
    return found


def _first(item: PriceSeries, rows: int) -> PriceSeries:
    return replace(item, days=item.days[:rows], **{name: getattr(item, name)[:rows] for name in COLUMNS})


def _figures(case: Case) -> list[object]:
    """Every number of a screen."""
    return [
        (item.listing.symbol, item.day_zero, item.estimates, item.sessions, item.path and item.path.value.tolist())
        for item in case.listings
    ]


def test_the_committed_data_were_not_touched(snapshot: Snapshot) -> None:
    listed = (COMMITTED / "checksums.sha256").read_bytes()
    assert hashlib.sha256(listed).hexdigest()[:12] == snapshot.snapshot_id
