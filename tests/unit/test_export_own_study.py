"""The full study of own events: its files, the command and the Python lines give each other's numbers byte for byte."""

import csv
import io
import os
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventwindow.cli import main
from eventwindow.export import own_study
from eventwindow.export.links import Link, Supplied, supplied_by
from eventwindow.export.own_study import OwnRecipe, events_csv, wide_csv
from eventwindow.export.report import own_method_sentences
from eventwindow.export.sheets import Origin
from eventwindow.export.web import source_line
from eventwindow.facts.own import check_events
from eventwindow.facts.reasons import Reason
from eventwindow.facts.safe import csv_text, unmarked
from eventwindow.sources.own import read_wide
from eventwindow.sources.snapshot import Snapshot
from eventwindow.sources.upload import check_prices, read_upload
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from eventwindow.view import Page
from eventwindow.workbench import build_own
from tests.unit.hostile import HOSTILE
from tests.unit.own_studies import LISTED, OWN, UPLOADED, own_event, own_recipe, wide
from tests.unit.test_export_sheets import ADDRESS, DAY, cells, runs

ROOT = Path(__file__).resolve().parents[2]
TABLES = ["abnormal.csv", "confounders.csv", "events.csv", "skipped.csv", "tests.csv"]
Unpack = Callable[[OwnRecipe], dict[str, bytes]]


@pytest.fixture
def unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Unpack:
    """Unpack the full study into an empty folder and go there; gives its files."""

    def run(recipe: OwnRecipe) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(recipe.zip())) as archive:
            archive.extractall(tmp_path)
            files = {name: archive.read(name) for name in archive.namelist()}
        monkeypatch.chdir(tmp_path)
        return files

    return run


def ran(recipe: OwnRecipe) -> dict[str, Any]:
    """What the Python lines leave behind."""
    names: dict[str, Any] = {}
    exec(compile(recipe.python(), "reproduce.py", "exec"), names)  # noqa: S102 (the lines under test)
    return names


def figures(result: StudyResult, windows: tuple[Window, ...]) -> dict[str, list[list[float | None]]]:
    """Every figure of some windows to the last bit, unknown as None."""
    places = [result.windows.index(window) for window in windows]
    return {
        name: [
            [None if np.isnan(value) else value for value in row] for row in getattr(result, name)[:, places].tolist()
        ]
        for name in ("car", "se", "t", "p", "bhar")
    }


@pytest.mark.parametrize("name", OWN)
def test_the_command_writes_the_results_of_the_full_study_byte_for_byte(
    snapshot: Snapshot, unpack: Unpack, name: str
) -> None:
    recipe = own_recipe(snapshot, name)
    files = unpack(recipe)
    words = shlex.split(recipe.command("again"))
    assert words[:3] == ["python", "-m", "eventwindow"]
    assert main(words[3:]) == 0
    written = {path.name: path.read_bytes() for path in Path("again").iterdir()}
    assert sorted(written) == TABLES
    assert written == {table: files[f"results/{table}"] for table in TABLES}


@pytest.mark.parametrize("name", OWN)
def test_the_python_lines_give_the_numbers_of_the_page(snapshot: Snapshot, unpack: Unpack, name: str) -> None:
    recipe = own_recipe(snapshot, name)
    unpack(recipe)
    found = ran(recipe)
    result, own = found["result"], recipe.own
    assert (result.event_ids, result.symbols) == (own.study.event_ids, own.study.symbols)
    shown = figures(own.study, recipe.spec.windows)
    for name_of, rows in figures(result, recipe.spec.windows).items():
        for row, values in enumerate(rows):
            assert values == ([None] * len(values) if own.left_out[row] else shown[name_of][row]), name_of
    assert np.isfinite(found["band"]).any()


@pytest.mark.parametrize("name", ["prices of the data", "own prices"])
@pytest.mark.parametrize("run", ["command", "python"])
def test_both_run_in_a_fresh_process_where_the_files_are(
    snapshot: Snapshot, unpack: Unpack, tmp_path: Path, run: str, name: str
) -> None:
    recipe = own_recipe(snapshot, name)
    files = unpack(recipe)
    words = shlex.split(recipe.command("again"))[1:] if run == "command" else ["-c", recipe.python()]
    done = subprocess.run(
        [sys.executable, *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    if run == "command":
        assert (tmp_path / "again" / "events.csv").read_bytes() == files["results/events.csv"]


def test_confounded_events_are_left_out_as_on_the_page(snapshot: Snapshot) -> None:
    recipe = own_recipe(snapshot, "prices of the data, without confounded ones")
    with zipfile.ZipFile(io.BytesIO(recipe.zip())) as archive:
        skipped = list(csv.DictReader(io.StringIO(archive.read("results/skipped.csv").decode())))
    left_out = {unmarked(row["event_id"]) for row in skipped if row["status"] == Reason.CONFOUNDED}
    assert left_out == {"+probe; =2", "soon after"}
    assert {recipe.own.events[row].event_id for row in np.flatnonzero(recipe.own.left_out)} == left_out


@pytest.mark.parametrize("name", OWN)
def test_the_full_study_holds_what_the_reader_brought_and_no_prices_of_the_data(snapshot: Snapshot, name: str) -> None:
    recipe = own_recipe(snapshot, name)
    with zipfile.ZipFile(io.BytesIO(recipe.zip())) as archive:
        names = archive.namelist()
        read_me = archive.read("README.txt").decode()
    prices = OWN[name][1]
    extra = [] if prices is None else ["PRICES.csv" if prices.values == "prices" else "RETURNS.csv"]
    assert names == ["README.txt", "EVENTS.csv", *extra, *(f"results/{table}" for table in archive_order(names))]
    assert sorted(archive_order(names)) == TABLES
    assert recipe.command() in read_me
    assert recipe.python() in read_me
    assert ("prices were supplied by the reader" in read_me) is (prices is not None)
    assert (snapshot.snapshot_id in read_me) is (prices is None)


def archive_order(names: list[str]) -> list[str]:
    return [name.removeprefix("results/") for name in names if name.startswith("results/")]


def test_the_same_study_gives_the_same_file(snapshot: Snapshot) -> None:
    assert own_recipe(snapshot, "own prices").zip() == own_recipe(snapshot, "own prices").zip()


def test_the_events_read_back_as_they_were(snapshot: Snapshot) -> None:
    table = read_upload("EVENTS.csv", events_csv(LISTED))
    symbols = [symbol for symbol, listing in snapshot.listings.items() if listing.has_prices]
    found = check_events(table, symbols, clocked=True)
    assert found.problems == ()
    assert [replace(event, row=0) for event in found.events] == [replace(event, row=0) for event in LISTED]


def test_columns_that_no_event_uses_are_not_in_the_file() -> None:
    assert events_csv([own_event(2, "a", "BABA", "2023-07-07")]).decode("utf-8-sig") == (
        "event_id,symbol,date,title\na,BABA,2023-07-07,a\n"
    )


@pytest.mark.parametrize("content", [events_csv(LISTED), events_csv(UPLOADED), wide_csv(wide())], ids=range(3))
def test_no_cell_of_the_files_is_a_formula(content: bytes) -> None:
    assert not [cell for cell in cells(content.decode("utf-8-sig")) if runs(cell) and "e-" not in cell]


def test_prices_read_back_bit_by_bit_by_the_command_and_by_the_page(tmp_path: Path) -> None:
    table = wide()
    path = tmp_path / "PRICES.csv"
    path.write_bytes(wide_csv(table))
    uploaded, problems = check_prices(read_upload(path.name, path.read_bytes()))
    assert problems == ()
    for read in (read_wide(path), uploaded):
        assert read is not None
        assert read.symbols == table.symbols
        assert read.days.tolist() == table.days.tolist()
        assert read.values.tobytes() == table.values.tobytes()


PRINTABLE = st.text(st.sampled_from("=+-@;'\"＝,ab \N{FULLWIDTH PLUS SIGN}") | st.characters(codec="utf-8"))


@given(PRINTABLE.filter(str.isprintable))
def test_any_text_on_one_line_comes_back_from_its_mark(text: str) -> None:
    assert unmarked(csv_text(text)) == text


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.isprintable()])
def test_hostile_texts_come_back_from_their_marks(text: str) -> None:
    assert unmarked(csv_text(text)) == text


def test_a_snapshot_of_the_store_is_named(snapshot: Snapshot, tmp_path: Path) -> None:
    stored = replace(snapshot, folder=tmp_path)
    served = OwnRecipe(build_own(stored, *OWN["prices of the data"]))
    assert f"--data {snapshot.snapshot_id}" in served.command()
    assert f'load(store_of_environment(), "{snapshot.snapshot_id}").snapshot' in served.python()
    assert "--data" not in OwnRecipe(build_own(stored, *OWN["own prices"])).command()


def test_a_study_with_too_many_pairs_of_events_says_so(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of five events with a day 0 counts itself, and two of BABA, a session apart, each other."""
    recipe = own_recipe(snapshot, "prices of the data")
    assert not recipe.is_too_large
    monkeypatch.setattr(own_study, "MOST_PAIRS", 6)
    assert own_recipe(snapshot, "prices of the data").is_too_large
    monkeypatch.setattr(own_study, "MOST_PAIRS", 7)
    assert not own_recipe(snapshot, "prices of the data").is_too_large


def method(snapshot: Snapshot, name: str) -> str:
    return " ".join(own_method_sentences(own_recipe(snapshot, name).own, ["Hang Seng Index"]))


def test_the_method_on_own_prices_names_no_index_and_no_source_of_ours(snapshot: Snapshot) -> None:
    said = method(snapshot, "own prices, log, without confounded ones")
    assert "Hang Seng" not in said
    assert "(benchmark: -C)" in said
    assert "log return of the prices as uploaded, nothing added back, minus" in said
    assert "Events and prices were supplied by the reader." in said
    assert "official act" not in said
    assert "trading currency" not in said


def test_the_method_of_factors_names_them(snapshot: Snapshot) -> None:
    said = method(snapshot, "own returns and factors")
    assert "the return as uploaded, nothing added back, minus what a model fitted on sessions −200 to −11" in said
    assert "makes of its factors (factors: MKT, -C)." in said


def test_the_method_without_a_benchmark_names_none(snapshot: Snapshot) -> None:
    said = method(snapshot, "own prices without a benchmark")
    assert "minus the share's mean return over sessions −200 to −11." in said


def test_the_method_on_the_prices_of_the_data_names_the_index_and_the_reader(snapshot: Snapshot) -> None:
    said = method(snapshot, "prices of the data")
    assert "(index: Hang Seng Index)" in said
    assert "Events were supplied by the reader." in said
    assert "official act" not in said


@pytest.mark.parametrize(
    ("name", "words", "terms"),
    [
        ("prices of the data", "events supplied by the reader, data 0123456789ab", "the data vendors'"),
        ("own prices", "events and prices supplied by the reader", "Events and prices were supplied by the reader"),
    ],
)
def test_a_download_says_who_supplied_what(snapshot: Snapshot, name: str, words: str, terms: str) -> None:
    recipe = own_recipe(snapshot, name)
    link = Link("Workbench", recipe.own.view, Page.WORKBENCH, ADDRESS)
    origin = Origin(link, "0123456789ab", DAY, supplied_by(recipe.own))
    facts = dict(origin.facts)
    assert f"\N{RIGHT DOUBLE QUOTATION MARK}, {words}, viewed 24 November 2026" in origin.citation
    assert source_line(origin) == f"Source: Event Window, {words}, 24 November 2026"
    assert terms in facts["Terms"]
    assert ("Data version" in facts) is ("data" in words)
    assert ("vendors" in facts["Terms"]) is ("data" in words)


def test_what_the_reader_did_not_bring_is_not_mentioned() -> None:
    assert supplied_by(None) is Supplied.NOTHING
    assert Supplied.NOTHING.with_data("0123456789ab") == "data 0123456789ab"
