"""A study file brings back events, settings, prices and the data version, and no other file breaks its reader."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eventwindow.export.study_file import ABOUT, KIND, SETTINGS, read_study_file, study_file
from eventwindow.facts.errors import DataError
from eventwindow.facts.own import COLUMNS, TextTable
from eventwindow.sources.upload import MAX_BYTES
from eventwindow.study.frames import WideTable
from eventwindow.study.windows import Window
from eventwindow.view import DEFAULT, Benchmark, Catalogue, View, WorkTab, parse
from eventwindow.workbench import Draft, OwnPrices
from tests.unit.hostile import HALF_A_CHARACTER, HOSTILE
from tests.unit.test_view import views

DATA = "0123456789ab"
VIEW = replace(DEFAULT, window=Window(-3, 8), benchmark=Benchmark.TECH, work_tab=WorkTab.TESTS, clean=True)
EVENTS = TextTable(
    "mine.csv",
    COLUMNS[:4],
    ((2, ("a", "AAA", "2023-07-07", "Fined")), (5, ("b", "BBB", "not a day", "=1+1"))),
    ("cells are cut at semicolons",),
)
PRICES = OwnPrices(
    WideTable(
        Path("wide.csv"),
        np.array(["2023-07-06", "2023-07-07", "2023-07-10"], dtype="datetime64[D]"),
        ("AAA", "BBB", "MKT"),
        np.array([[84.3, 0.1 + 0.2, 5e-324], [math.nan, -0.0, 1.7e308], [1.0, 2.0, math.pi]]),
    ),
    benchmark="MKT",
    returns_kind="log",
)
DRAFT = Draft(EVENTS, PRICES, only_good=True)
TEXTS = st.sampled_from([text for text in HOSTILE if len(text) <= 200]) | st.text(
    st.characters(codec="utf-8"), max_size=20
)
NUMBERS = st.floats(allow_infinity=False)


def bits(prices: OwnPrices | None) -> tuple[object, ...]:
    """Everything about prices in a form in which two can be compared bit by bit."""
    if prices is None:
        return ()
    table = prices.table
    plain = (prices.values, prices.benchmark, prices.factors, prices.returns_kind, table.path.name, table.symbols)
    known = [None if math.isnan(number) else number.hex() for number in table.values.ravel().tolist()]
    return (*plain, table.values.shape, tuple(table.days.astype(str)), tuple(known))


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    columns = draw(st.lists(TEXTS, max_size=5).map(tuple))
    rows = draw(st.lists(st.tuples(*[TEXTS] * len(columns)), max_size=4))
    lines = sorted(draw(st.sets(st.integers(2, 10_001), min_size=len(rows), max_size=len(rows))))
    events = TextTable(
        draw(TEXTS), columns, tuple(zip(lines, rows, strict=True)), tuple(draw(st.lists(TEXTS, max_size=2)))
    )
    return Draft(events, draw(st.none() | own_prices()), draw(st.booleans()))


@st.composite
def own_prices(draw: st.DrawFn) -> OwnPrices:
    symbols = tuple(draw(st.lists(TEXTS.filter(lambda text: text not in ("", "date")), max_size=4, unique=True)))
    days = sorted(draw(st.sets(st.dates(), min_size=1, max_size=5)))
    cells = draw(st.lists(NUMBERS, min_size=len(days) * len(symbols), max_size=len(days) * len(symbols)))
    table = WideTable(
        Path("wide.xlsx"),
        np.array(days, dtype="datetime64[D]"),
        symbols,
        np.array(cells, dtype=np.float64).reshape(len(days), len(symbols)),
    )
    return OwnPrices(
        table,
        draw(st.sampled_from(["prices", "returns"])),
        draw(st.sampled_from(["", *symbols])),
        tuple(draw(st.lists(st.sampled_from(symbols), max_size=3))) if symbols else (),
        draw(st.sampled_from(["simple", "log"])),
    )


@given(draft=drafts(), view=views())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_study_comes_back_as_it_was(draft: Draft, view: View) -> None:
    found = read_study_file(study_file(draft, view, DATA))
    assert found.draft.events == draft.events
    assert bits(found.draft.prices) == bits(draft.prices)
    assert (found.draft.only_good, found.data) == (draft.only_good, DATA)
    assert found.parameters == {name: view.parameters()[name] for name in SETTINGS}


def test_the_settings_are_understood_by_the_view() -> None:
    found = read_study_file(study_file(DRAFT, VIEW, DATA))
    assert parse({name: [text] for name, text in found.parameters.items()}, Catalogue({}, ())).view == VIEW
    assert {"win", "sum", "model", "bench", "est", "level", "clean", "work", "tests"} == set(found.parameters)


def test_the_file_can_be_read_by_people() -> None:
    text = study_file(DRAFT, VIEW, DATA).decode("utf-8")
    lines = text.splitlines()
    assert lines[:5] == ["{", f'"kind": "{KIND}",', '"version": 1,', f'"about": "{ABOUT}",', f'"data": "{DATA}",']
    assert '  [2, "a", "AAA", "2023-07-07", "Fined"],' in lines
    assert '  ["2023-07-06", 84.3, 0.30000000000000004, 5e-324],' in lines
    assert json.loads(text)["price_rows"][1][1] is None


def test_other_scripts_are_written_as_they_are() -> None:
    draft = Draft(replace(EVENTS, rows=((2, ("蚂蚁", "AAA", "2023-07-07", "罚款")),)))
    assert "蚂蚁" in study_file(draft, VIEW, DATA).decode("utf-8")


def test_half_a_character_is_replaced_where_one_sees_it() -> None:
    draft = Draft(replace(EVENTS, rows=((2, (HALF_A_CHARACTER, "AAA", "2023-07-07", "")),)))
    assert read_study_file(study_file(draft, VIEW, DATA)).draft.events.rows[0][1][0] == "? fine"


def test_twenty_events_make_a_small_file() -> None:
    rows = tuple((line, ("a" * 20, "9988.HK", "2023-07-07", "b" * 60)) for line in range(2, 22))
    assert len(study_file(Draft(replace(EVENTS, rows=rows)), VIEW, DATA)) < 4000


def test_prices_too_large_to_be_read_again_are_refused_with_what_to_do() -> None:
    days = np.datetime64("2000-01-03") + np.arange(3000)
    table = WideTable(Path("wide.csv"), days, tuple(f"S{n}" for n in range(150)), np.full((3000, 150), math.pi))
    with pytest.raises(DataError, match="larger than 5 MB; leave out days or columns"):
        study_file(Draft(EVENTS, OwnPrices(table)), VIEW, DATA)


def sound() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(study_file(DRAFT, VIEW, DATA))
    return whole


def refusal(content: bytes) -> str:
    """What the reader says of a file that cannot be used; nothing of a file that can."""
    said = ""
    try:
        read_study_file(content)
    except DataError as problem:
        said = str(problem)
    assert not said or (said.startswith("study file: ") and ";" in said and said.endswith(".") and len(said) < 200)
    return said


@pytest.mark.parametrize("name", ["kind", "version", "data", "settings", "only_good_rows", "events", "event_rows"])
def test_a_missing_part_is_named(name: str) -> None:
    whole = sound()
    del whole[name]
    said = refusal(json.dumps(whole).encode())
    assert {"kind": "no study file", "version": "version 1"}.get(name, name) in said


@pytest.mark.parametrize("name", ["price_rows"])
def test_prices_without_their_rows_are_refused(name: str) -> None:
    whole = sound()
    del whole[name]
    assert name in refusal(json.dumps(whole).encode())


WRONG: list[tuple[str, Any, str]] = [
    ("kind", "Another study", "no study file"),
    ("kind", None, "no study file"),
    ("version", 2, "not of version 1"),
    ("version", True, "not of version 1"),
    ("version", "1", "not of version 1"),
    ("data", "latest", "12 digits"),
    ("data", 123456789012, "data: it is missing"),
    ("settings", [], "settings: it is missing"),
    ("settings", {"win": 5}, "settings, win: it must be a text"),
    ("settings", {"win": "x" * 201}, "settings, win: it is longer than 200 characters"),
    ("settings", {"session_state": "x"}, "no setting 'session_state'"),
    ("settings", {"own": "x"}, "no setting 'own'"),
    ("settings", {"co": "alibaba"}, "no setting 'co'"),
    ("only_good_rows", 1, "only_good_rows: it is missing"),
    ("events", "events.csv", "events: it is missing"),
    ("events", {"file": "a", "columns": "abc", "notes": []}, "columns: it is missing"),
    ("events", {"file": "a", "columns": ["a"] * 1001, "notes": []}, "columns: there are more than"),
    ("events", {"file": 1, "columns": ["a", "b", "c", "d"], "notes": []}, "events, file: it must be a text"),
    ("event_rows", {}, "event_rows: it is missing"),
    ("event_rows", [[2, "a", "b", "c"]], "event_rows, row 1: it needs 4 cells after the first"),
    ("event_rows", [[2, "a", "b", "c", "d"], "abcde"], "event_rows, row 2: it needs 4 cells"),
    ("event_rows", [["2", "a", "b", "c", "d"]], "event_rows, row 1: its line numbers"),
    ("event_rows", [[1, "a", "b", "c", "d"]], "event_rows, row 1: its line numbers"),
    ("event_rows", [[True, "a", "b", "c", "d"]], "event_rows, row 1: its line numbers"),
    ("event_rows", [[10**400, "a", "b", "c", "d"]], "event_rows, row 1: its line numbers"),
    ("event_rows", [[2, "a", "b", "c", "d"]] * 2, "event_rows, row 2: its line numbers"),
    ("event_rows", [[2, "a", "b", "c", 4.5]], "event_rows, row 1: it must be a text"),
    ("event_rows", [[2, "a", "b", "c", "\ud800"]], "event_rows, row 1: it must be a text"),
    ("event_rows", [[2, "a", "b", "c", "d"]] * 10_001, "event_rows: there are more than 10,000 rows"),
    ("prices", None, "prices: it is missing"),
    ("price_rows", [], "price_rows: there are no days"),
    ("price_rows", [["2023-07-07", 1, 2]], "price_rows, row 1: it needs 3 cells"),
    ("price_rows", [["7 July", 1, 2, 3]], "price_rows, row 1: it must start with a date"),
    ("price_rows", [["20230707", 1, 2, 3]], "price_rows, row 1: it must start with a date"),
    ("price_rows", [[20230707, 1, 2, 3]], "price_rows, row 1: it must start with a date"),
    ("price_rows", [["2023-07-07", 1, 2, 3]] * 2, "price_rows, row 2: it must start with a date"),
    ("price_rows", [["2023-07-07", 1, 2, "3"]], "price_rows, row 1: every cell must be a number"),
    ("price_rows", [["2023-07-07", 1, 2, True]], "price_rows, row 1: every cell must be a number"),
    ("price_rows", [["2023-07-07", 1, 2, 10**400]], "price_rows, row 1: every cell must be a number"),
    ("price_rows", [["2023-07-07", 1, 2, [3]]], "price_rows, row 1: every cell must be a number"),
]


@pytest.mark.parametrize(("name", "value", "words"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_part_is_named_with_what_would_be_right(name: str, value: Any, words: str) -> None:
    assert words in refusal(json.dumps({**sound(), name: value}).encode())


WRONG_PRICES: list[tuple[str, Any, str]] = [
    ("benchmark", "HSI", "benchmark and factors must be columns"),
    ("benchmark", None, "prices, benchmark: it must be a text"),
    ("factors", ["SMB"], "benchmark and factors must be columns"),
    ("factors", "AAA", "factors: it is missing"),
    ("values", "volumes", "prices, values: it must be prices or returns"),
    ("values", ["prices"], "prices, values: it must be prices or returns"),
    ("returns_kind", None, "prices, returns_kind: it must be simple or log"),
    ("columns", ["AAA", "AAA", "MKT"], "prices, columns: each needs a name of its own"),
    ("columns", ["AAA", "date", "MKT"], "prices, columns: each needs a name of its own"),
    ("columns", ["AAA", "", "MKT"], "prices, columns: each needs a name of its own"),
]


@pytest.mark.parametrize(("name", "value", "words"), WRONG_PRICES, ids=range(len(WRONG_PRICES)))
def test_a_wrong_setting_of_the_prices_is_named(name: str, value: Any, words: str) -> None:
    whole = sound()
    whole["prices"][name] = value
    assert words in refusal(json.dumps(whole).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"event_id,symbol,date\n",
        b"PK\x03\x04",
        b"null",
        b"[]",
        b"1",
        b'"text"',
        b"[" * 1_000_000,
        b'{"a":' * 500_000,
        b'{"kind": ' + b"9" * 100_000 + b"}",
        json.dumps({**sound(), "price_rows": [["2023-07-07", math.nan, 1, 2]]}).encode(),
        json.dumps({**sound(), "price_rows": [["2023-07-07", -math.inf, 1, 2]]}).encode(),
        json.dumps({**sound(), "price_rows": "HOLE"}).replace('"HOLE"', '[["2023-07-07", 1e999, 1, 2]]').encode(),
    ],
    ids=range(14),
)
def test_what_is_no_study_file_is_refused(content: bytes) -> None:
    assert refusal(content)


def test_a_file_larger_than_the_limit_is_refused_unread() -> None:
    content = study_file(DRAFT, VIEW, DATA)
    assert refusal(content + b" " * (MAX_BYTES - len(content))) == ""
    assert "larger than 5 MB" in refusal(content + b" " * (MAX_BYTES - len(content) + 1))


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_study_file(b"\xef\xbb\xbf" + study_file(DRAFT, VIEW, DATA)).data == DATA


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=8,
)


@given(st.binary(max_size=200))
def test_any_bytes_whatever_are_refused(content: bytes) -> None:
    assert refusal(content)


@given(name=st.sampled_from(sorted(sound())), value=JSON)
@example(name="about", value=[[[]]])
def test_any_part_may_be_anything(name: str, value: object) -> None:
    refusal(json.dumps({**sound(), name: value}).encode())


@given(name=st.sampled_from(["events", "prices"]), part=st.text(max_size=5), value=JSON, data=st.data())
def test_any_setting_of_a_table_may_be_anything(name: str, part: str, value: object, data: st.DataObject) -> None:
    whole = sound()
    whole[name][data.draw(st.sampled_from([part, *whole[name]]))] = value
    refusal(json.dumps(whole).encode())


@given(name=st.sampled_from(["event_rows", "price_rows"]), rows=st.lists(st.lists(JSON, max_size=5), max_size=3))
def test_any_row_may_be_anything(name: str, rows: list[list[object]]) -> None:
    refusal(json.dumps({**sound(), name: rows}).encode())


@given(place=st.integers(0, 2000), byte=st.integers(0, 255))
def test_any_byte_of_a_file_may_be_damaged(place: int, byte: int) -> None:
    content = bytearray(study_file(DRAFT, VIEW, DATA))
    content[place % len(content)] = byte
    refusal(bytes(content))
