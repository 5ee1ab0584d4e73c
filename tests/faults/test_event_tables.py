"""Tables of events that are wrong, hostile or broken: every problem is named at once, by row and column.

Nothing is raised but DataError, and events come only from rows without a problem.
"""

import csv
import io
import random
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.replicas import ROOT
from eventwindow.facts.errors import DataError
from eventwindow.facts.own import COLUMNS, REQUIRED, Checked, TextTable, check_events, shown_name
from eventwindow.sources.upload import MAX_BYTES, check_prices, read_upload
from eventwindow.study.frames import Values
from tests.unit.hostile import FORMULAS, MARKUP
from tests.unit.uploads import csv_bytes, package, text_row, xlsx_bytes

SYMBOLS = ("0700.HK", "BABA", "JD")
Place = tuple[int | None, str]

ROW = "fine,BABA,2023-07-07"
TITLE = "event_id,symbol,date,title\n"
FINE = "event_id,symbol,date,fine,currency\n"
TIME = "event_id,symbol,date,announced_at\n"
SOURCE = "event_id,symbol,date,source\n"
PLAIN = "event_id,symbol,date\n"
WHOLE = ",".join(COLUMNS) + "\n"


def at(column: str, *rows: int) -> list[Place]:
    return [(row, column) for row in rows]


FIXED: list[tuple[str, list[Place]]] = [
    # The header
    ("event_id,date\nfine,2023-07-07\n", [(1, "symbol")]),
    ("title\nx\n", [(1, "event_id"), (1, "symbol"), (1, "date")]),
    (f"event_id,symbol,date,date\n{ROW},2023-07-08\n", [(1, "date")]),
    (f"event_id,symbol,date,colour,shape\n{ROW},red,\n", [(1, "colour"), (1, "shape")]),
    (f"Event_ID,symbol,DATE\n{ROW}\n", [(1, "event_id"), (1, "date"), (1, "Event_ID"), (1, "DATE")]),
    (PLAIN, [(None, "")]),
    (f"{PLAIN}\n,,\n \n", [(None, "")]),
    (f"event_id\u200b,symbol,date\n{ROW}\n", [(1, "event_id"), (1, r"'event_id\u200b'")]),
    # Blanks and shapes
    (f"{TITLE},,,x\n", [(2, "event_id"), (2, "symbol"), (2, "date")]),
    (f"{PLAIN}fine\n{ROW}\n,BABA,2023-07-07\n", [(2, "symbol"), (2, "date"), (4, "event_id")]),
    (f"{PLAIN}{ROW},x,y\n{ROW},,\na,JD,2023-07-07,,z\n", [(2, ""), (2, ""), (3, "event_id"), (4, "")]),
    (f'{TITLE}{ROW},"two\nlines"\n\n{ROW},again\n', [(2, "title"), (5, "event_id")]),
    (f'{TITLE}{ROW},"never closed\n{ROW}\n{ROW}\n', [(2, "title")]),
    # Dates
    (f"{PLAIN}a,BABA,31/02/2023\nb,BABA,2023-02-31\nc,BABA,2023-02-29\n", at("date", 2, 3, 4)),
    (f"{PLAIN}a,BABA,0001-01-01\nb,BABA,9999-12-31\nc,BABA,1899-12-31\n", at("date", 2, 3, 4)),
    (f"{PLAIN}a,BABA,2026-13-01\nb,BABA,2026-00-10\nc,BABA,2026-10-32\n", at("date", 2, 3, 4)),
    (f"{PLAIN}a,BABA,45114\nb,BABA,45114.0\nc,BABA,45114.75\n", at("date", 2, 3, 4)),
    (f"{PLAIN}a,BABA,7/4/2023\nb,BABA,07.04.2023\nc,BABA,7-4-23\n", at("date", 2, 3, 4)),
    (f"{PLAIN}a,BABA,2023/07/07\nb,BABA,20230707\nc,BABA,2023-7-7\n", at("date", 2, 3, 4)),
    (f"{PLAIN}a,BABA,2023-07-07 20:10:00\nb,BABA,=TODAY()\nc,BABA,today\n", at("date", 2, 3, 4)),
    # Symbols
    (f"{PLAIN}a,ZZZ,2023-07-07\nb,baba,2023-07-07\nc,700.HK,2023-07-07\n", at("symbol", 2, 3, 4)),
    (f"{PLAIN}a,BABA;JD,2023-07-07\nb,ＢＡＢＡ,2023-07-07\nc,^HSI,2023-07-07\n", at("symbol", 2, 3, 4)),
    # Times
    (f"{TIME}{ROW},2023-07-07T20:10:00\na,JD,2023-07-07,2023-07-07 20:10\n", at("announced_at", 2, 3)),
    (f"{TIME}{ROW},2023-07-08T00:10:00+08:00\na,JD,2023-07-07,2023-07-06T20:10:00Z\n", at("announced_at", 2, 3)),
    (f"{TIME}{ROW},2023-07-07T20:10:00+23:00\na,JD,2023-07-07,2023-07-07T25:10:00+08:00\n", at("announced_at", 2, 3)),
    (f"{TIME}{ROW},20:10\na,JD,2023-07-07,2023-07-07\nb,JD,x,2023-07-07T20:10Z\n",
     [(2, "announced_at"), (3, "announced_at"), (4, "date")]),
    # Fines and currencies
    (f"{FINE}{ROW},-5,CNY\na,JD,2023-07-07,0,CNY\nb,JD,2023-07-07,-0.0,CNY\n", at("fine", 2, 3, 4)),
    (f"{FINE}{ROW},nan,CNY\na,JD,2023-07-07,inf,CNY\nb,JD,2023-07-07,1e999,CNY\n", at("fine", 2, 3, 4)),
    (f'{FINE}{ROW},"7,123",CNY\na,JD,2023-07-07,$5,USD\nb,JD,2023-07-07,7.1bn,CNY\n', at("fine", 2, 3, 4)),
    (f"{FINE}{ROW},=1+1,CNY\na,JD,2023-07-07,７,CNY\nb,JD,2023-07-07,1_0,CNY\n", at("fine", 2, 3, 4)),
    (f"{FINE}{ROW},5,\na,JD,2023-07-07,,CNY\n", [(2, "fine"), (3, "currency")]),
    (f"{FINE}{ROW},5,XXX\na,JD,2023-07-07,5,RMB\nb,JD,2023-07-07,-5,cny\n",
     [(2, "currency"), (3, "currency"), (4, "fine"), (4, "currency")]),
    # Sources
    (f"{SOURCE}{ROW},http://sec.gov\na,JD,2023-07-07,javascript:alert(1)\nb,JD,2023-07-07,data:text/html;x\n",
     at("source", 2, 3, 4)),
    (f"{SOURCE}{ROW},../../etc/passwd\na,JD,2023-07-07,file:///etc/passwd\nb,JD,2023-07-07,//sec.gov\n",
     at("source", 2, 3, 4)),
    (f"{SOURCE}{ROW},https://a@sec.gov\na,JD,2023-07-07,https://sec.gov/<b>\nb,JD,2023-07-07,https://localhost\n",
     at("source", 2, 3, 4)),
    # What cannot be seen, or is too long
    (f"{TITLE}{ROW},a\0b\na,JD,2023-07-07,a\u202eb\nb\u200b,JD,2023-07-07,c\n",
     [(2, "title"), (3, "title"), (4, "event_id")]),
    (f"{TITLE}{ROW},a\u00a0b\na,JD\u00ad,2023-07-07,\ufeff\nb,JD,2023-07-07,\u3164\n",
     [(2, "title"), (3, "symbol"), (3, "title"), (4, "title")]),
    (f"{TITLE}{ROW},{'x' * 201}\na,JD,2023-07-07,{'x' * 1_000_000}\nb,JD,2023-07-07,{'x' * 200}\n",
     at("title", 2, 3)),
    # Repeats, and everything at once
    (f"{TITLE}{ROW},a\nfine,JD,2023-07-07,a\n{ROW},b\n fine , BABA,2023-07-07 ,c\n", at("event_id", 4, 5)),
    (f"{WHOLE}\u202e,X,1,\0,1,\x07,x,x,x\n{ROW}\n{ROW},,x,,1\n",
     [*((2, name) for name in COLUMNS), (4, "announced_at"), (4, "fine"), (4, "event_id")]),
]  # fmt: skip


def checked(table: TextTable) -> Checked:
    return check_events(table, SYMBOLS, clocked=True)


def places(found: Checked) -> list[Place]:
    return [(problem.row, problem.column) for problem in found.problems]


def good_rows(table: TextTable, found: Checked) -> list[int]:
    wrong = {problem.row for problem in found.problems}
    return [row for row, cells in table.rows if row not in wrong and any(cell.strip() for cell in cells)]


@pytest.mark.parametrize(("text", "expected"), FIXED, ids=range(1, len(FIXED) + 1))
def test_every_problem_of_a_bad_table_is_named_by_row_and_column(text: str, expected: list[Place]) -> None:
    table = read_upload("bad.csv", text.encode())
    found = checked(table)
    assert places(found) == expected
    assert all(problem.message.endswith(".") and problem.message.isprintable() for problem in found.problems)
    readable = not any(column in COLUMNS for row, column in expected if row == 1)
    assert [event.row for event in found.events] == (good_rows(table, found) if readable else [])


def test_there_are_forty_bad_tables() -> None:
    assert len({text for text, _ in FIXED}) == 40


# Cells that are wrong whatever stands beside them.
FAULTS: dict[str, list[str]] = {
    "event_id": ["", "a\0", "\u202ea", "x" * 201, "a\nb"],
    "symbol": ["", "ZZZ", "baba", "700.HK", "=1+1", "BABA\u200b"],
    "date": ["", "31/02/2023", "0001-01-01", "2026-13-01", "45114", "7/4/2023", "=NOW()", "2023-07-07\u00a0"],
    "title": ["\u2066x", "x" * 5000, "a\rb", "\x1b[31m"],
    "announced_at": ["x", "2023-07-07T20:10:00", "45114.8", "=1+1"],
    "group": ["a\u2028b", "x" * 201, "a\tb"],
    "fine": ["-1", "0", "nan", "inf", "1e999", "1,000", "=1+1", "two", "0x10"],
    "currency": ["XXX", "RMB", "cny", "=1", "¥"],
    "source": [
        "http://sec.gov",
        "javascript:alert(1)",
        "data:,x",
        "../x",
        "https://",
        "https://a b.cn",
        "HTTPS://SEC.GOV",
    ],
}
# An apostrophe before a formula is what our own writer put there, and no part of the text: other tests say so.
FREE = [
    text.strip(" ")
    for text in (*FORMULAS, *MARKUP)
    if text.strip() and text.isprintable() and len(text) <= 200 and not text.startswith("'")
]


def good_row(draw: random.Random, number: int) -> list[str]:
    day = (date(2015, 1, 1) + timedelta(days=draw.randrange(4000))).isoformat()
    announced = draw.choice(["", f"{day}T{draw.randrange(24):02}:10:00+08:00", f"{day} 09:30Z"])
    fined = draw.choice([["", ""], ["84.3", "CNY"], ["7123000000", "HKD"]])
    source = draw.choice(["", "https://www.csrc.gov.cn/a?b=1"])
    texts = [draw.choice(["", "A fine", *FREE]), draw.choice(["", *FREE])]
    return [f"e{number}", draw.choice(SYMBOLS), day, texts[0], announced, texts[1], *fined, source]


def written(draw: random.Random, rows: Sequence[Sequence[str]]) -> bytes:
    """The table in some format; a line end inside a cell is kept by each."""
    if draw.random() < 0.25:
        return xlsx_bytes(rows)
    separator, end = draw.choice(",;\t"), draw.choice(["\n", "\r\n"])
    return csv_bytes(rows, separator, end, draw.choice(["utf-8", "utf-8-sig", "utf-16"]))


@pytest.mark.parametrize("seed", range(200))
def test_planted_faults_are_found_where_they_are_and_nowhere_else(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - the same faults every time
    rows = [good_row(draw, number) for number in range(draw.randrange(3, 40))]
    cells = [(row, column) for row in range(len(rows)) for column in range(len(COLUMNS))]
    planted = draw.sample(cells, min(len(cells), draw.randrange(13)))
    free = sorted(set(range(len(rows))) - {row for row, _ in planted})
    repeated = draw.sample(free, min(len(free), draw.randrange(3)))
    rows += [list(rows[row]) for row in repeated]
    for row, column in planted:
        if COLUMNS[column] in ("fine", "currency"):
            rows[row][6:8] = [rows[row][6] or "5", rows[row][7] or "CNY"]
        rows[row][column] = draw.choice(FAULTS[COLUMNS[column]])
    expected = {(row, COLUMNS[column]) for row, column in planted}
    expected |= {(len(rows) - 1 - number, "event_id") for number in range(len(repeated))}

    table = read_upload("planted", written(draw, [COLUMNS, *rows]))
    # A row goes by its first line, and some of the planted cells hold line ends: the rows are told by their order.
    lines = {row: number for number, (row, _) in enumerate(table.rows)}
    assert len(lines) == len(rows)
    found = checked(table)
    assert {(lines[problem.row or 0], problem.column) for problem in found.problems} == expected
    assert len(found.problems) == len(expected)
    survivors = [number for number in range(len(rows)) if number not in {row for row, _ in expected}]
    assert [lines[event.row] for event in found.events] == survivors
    for event, number in zip(found.events, survivors, strict=True):
        assert (event.event_id, event.symbol, event.day.isoformat(), event.group) == (
            *rows[number][:3], rows[number][5],
        )  # fmt: skip


XSS = [text for text in MARKUP if text.isprintable() and 0 < len(text) <= 200]
PLAIN_FORMULAS = [text for text in FORMULAS if text.isprintable() and "\u200b" not in text]


def test_there_are_enough_hostile_texts() -> None:
    assert len(XSS) >= 12
    assert len(PLAIN_FORMULAS) >= 14


@pytest.mark.parametrize("text", [*XSS, *PLAIN_FORMULAS])
@pytest.mark.parametrize("xlsx", [False, True])
def test_hostile_text_is_kept_to_the_letter_where_any_text_may_stand(text: str, xlsx: bool) -> None:
    rows = [COLUMNS, (text, "BABA", "2023-07-07", text, "", text, "", "", "")]
    (event,) = checked(read_upload("own", (xlsx_bytes if xlsx else csv_bytes)(rows))).events
    # In a CSV file, an apostrophe before a formula is what our own writer put there.
    expected = "=1+1" if text == "'=1+1" and not xlsx else text.strip(" ")
    assert event.event_id == event.title == event.group == expected


@pytest.mark.parametrize("text", [*XSS, *PLAIN_FORMULAS])
def test_hostile_text_is_a_problem_everywhere_else(text: str) -> None:
    rows = [COLUMNS, ("a", text, text, "", text, "", text, text, text)]
    expected = ["symbol", "date", "announced_at", "fine", "currency", "source"]
    found = checked(read_upload("own", csv_bytes(rows)))
    assert [problem.column for problem in found.problems] == expected
    assert all(problem.message.isprintable() for problem in found.problems)


# Texts near those that are good, and any others.
NEAR = st.sampled_from(
    [
        *("", " ", "a", "BABA", "JD", "2023-07-07", "2024-02-29", "2023-07-07T20:10:00+08:00", "84.3", "CNY"),
        *("https://sec.gov", *(fault for faults in FAULTS.values() for fault in faults if len(fault) < 100)),
    ]
)
CELLS = st.one_of(NEAR, NEAR, st.text(max_size=12))
NAMES = st.one_of(st.sampled_from(COLUMNS), st.sampled_from(["", " date ", "Date", "BABA"]), st.text(max_size=8))
HEADERS = st.one_of(
    st.just(list(COLUMNS)),
    st.permutations(COLUMNS),
    st.lists(NAMES, max_size=11),
    st.lists(st.sampled_from(SYMBOLS), max_size=3).map(lambda names: ["date", *names]),
)


@st.composite
def tables(draw: st.DrawFn) -> TextTable:
    columns = tuple(draw(HEADERS))
    cells = st.lists(CELLS, min_size=len(columns), max_size=len(columns)).map(tuple)
    numbered = st.dictionaries(st.integers(2, 30), cells, max_size=6).map(lambda rows: tuple(sorted(rows.items())))
    return TextTable("any.csv", columns, draw(numbered))


def assert_sound(table: TextTable, found: Checked) -> None:
    """Problems stand where the table has cells, and events come from the rows without any."""
    names = {name.strip() for name in table.columns}
    known = names | set(REQUIRED) | {shown_name(name) for name in names} | {""}
    rows = {row for row, _ in table.rows} | {1, None}
    assert all(problem.row in rows and problem.column in known for problem in found.problems)
    assert all(problem.message.isprintable() and len(problem.message) < 600 for problem in found.problems)
    good = good_rows(table, found)
    unreadable = any(problem.row == 1 and problem.column in COLUMNS for problem in found.problems)
    assert [event.row for event in found.events] == ([] if unreadable else good)
    for event in found.events:
        assert event.symbol in SYMBOLS
        assert event.announced is None or event.announced.utcoffset() is not None
        assert (event.fine is None) == (event.currency == "")


@settings(max_examples=10 * settings().max_examples)
@given(tables())
def test_any_table_of_texts_is_checked_without_an_exception(table: TextTable) -> None:
    found = checked(table)
    assert_sound(table, found)
    assert checked(table) == found


@given(tables(), st.sampled_from(["prices", "returns"]))
def test_any_table_of_texts_is_a_table_of_prices_or_has_a_problem(table: TextTable, values: Values) -> None:
    prices, problems = check_prices(table, values=values)
    assert (prices is None) == bool(problems)
    assert all(problem.message.isprintable() for problem in problems)
    assert {problem.row for problem in problems} <= {row for row, _ in table.rows} | {1, None}
    if prices is not None:
        assert np.all(np.diff(prices.days.astype(int)) > 0)
        filled = sum(any(cell.strip() for cell in cells) for _, cells in table.rows)
        assert prices.values.shape == (filled, len(prices.symbols))


@given(tables(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from(",;\t"))
def test_any_table_that_can_be_written_is_read_as_it_was(table: TextTable, encoding: str, separator: str) -> None:
    handle = io.StringIO()
    lines = [table.columns, *(cells for _, cells in table.rows)]
    csv.writer(handle, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(lines)
    try:
        content = handle.getvalue().encode(encoding)
        read = read_upload("any", content)
    except (UnicodeEncodeError, DataError):
        return
    assert_sound(read, checked(read))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(content: bytes) -> None:
    try:
        table = read_upload("any", content)
    except DataError:
        return
    assert_sound(table, checked(table))
    check_prices(table)


BOOK = xlsx_bytes([COLUMNS, ["a", "BABA", date(2023, 7, 7), "=1+1", None, "x", 84.3, "CNY", "https://sec.gov"]])
with ZipFile(io.BytesIO(BOOK)) as _archive:
    PARTS = {name: _archive.read(name) for name in _archive.namelist() if name.startswith(("xl/w", "xl/s", "_rels"))}
DAMAGE = st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=3)), min_size=1, max_size=4)


def damaged(content: bytes, damage: list[tuple[int, bytes]]) -> bytes:
    for place, put in damage:
        at = place % (len(content) + 1)
        content = content[:at] + put + content[at + max(1, len(put)) :]
    return content


@given(DAMAGE)
def test_a_workbook_with_damaged_bytes_is_a_table_or_refused(damage: list[tuple[int, bytes]]) -> None:
    try:
        table = read_upload("any", damaged(BOOK, damage))
    except DataError:
        return
    assert_sound(table, checked(table))


@given(st.sampled_from(sorted(PARTS)), DAMAGE)
def test_a_workbook_with_a_damaged_part_is_a_table_or_refused(part: str, damage: list[tuple[int, bytes]]) -> None:
    parts = {name: content.decode() for name, content in PARTS.items()}
    parts[part] = damaged(PARTS[part], damage).decode("utf-8", "replace")
    try:
        table = read_upload("any", package("", more=parts))
    except DataError:
        return
    assert_sound(table, checked(table))


HUNDRED_THOUSAND = [COLUMNS, *((f"e{number}", "BABA", "2023-07-07", f"Title {number}") for number in range(100_000))]
REFUSED = {
    "rows of CSV": (csv_bytes(HUNDRED_THOUSAND), "big: has more than 10,000 rows"),
    "rows of XLSX": (xlsx_bytes(HUNDRED_THOUSAND), "big: has more than 10,000 rows"),
    "bytes": (csv_bytes(HUNDRED_THOUSAND) * 2, "big: is larger than 5 MB"),
    "corners": (
        package(text_row(1, "a") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "big, row 1048576: has more than 201 cells",
    ),
    "far cells": (
        package("".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(1, 5001))),
        "big, row 1: has more than 201 cells",
    ),
    "a bomb": (package(" " * 100 * 2**20), "big: unpacks to more than 48 MB"),
    "a long cell": (package(text_row(1, "x" * 40 * 2**20)), "big, row 1: a cell has more than 32,767 characters"),
    "many cells": (package("<row>" + "<c/>" * 5_000_000 + "</row>"), "big: holds more than 2,000,000 elements"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_table_beyond_a_limit_is_refused_without_taking_memory(what: str) -> None:
    content, words = REFUSED[what]
    assert (len(content) > MAX_BYTES) == (what == "bytes")
    command = [sys.executable, "-m", "tests.faults.upload_growth"]
    done = subprocess.run(command, input=content, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    grown, said = done.stdout.decode().split(" ", 1)
    assert said.startswith(words)
    assert int(grown) < 20 * 1024
