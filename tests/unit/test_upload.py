"""Uploaded files: whatever program wrote the table, its cells come as the texts that its writer saw."""

import io
from collections.abc import Callable
from datetime import date, datetime
from zipfile import ZIP_BZIP2, ZipFile

import numpy as np
import openpyxl
import pytest

from eventwindow.facts.errors import DataError
from eventwindow.facts.own import COLUMNS, LAST_ROW, MAX_EVENTS, TextTable
from eventwindow.sources.spreadsheet import LONGEST_TOKEN, MAX_ELEMENTS, MAX_PARTS, MAX_UNPACKED
from eventwindow.sources.spreadsheet_cells import LONGEST_TEXT
from eventwindow.sources.upload import MAX_BYTES, MAX_SYMBOLS, check_prices, read_upload
from tests.unit.uploads import csv_bytes, package, text_row, xlsx_bytes, zipped

HEADER = ("event_id", "symbol", "date")
ROWS = [HEADER, ("a", "BABA", "2023-07-07"), ("阿里 “b”, c;d", "0700.HK", "2023-07-10")]
TABLE = TextTable("own.csv", HEADER, ((2, ROWS[1]), (3, ROWS[2])))


def rows_of(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    table = read_upload("own", content)
    return [(1, table.columns), *table.rows]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_first_line_that_tells_excel_the_separator_is_no_header_and_rows_keep_their_line(separator: str) -> None:
    cells = separator.join
    lines = [f"sep={separator}", cells(["event_id", "title"]), cells(["a", '"one, two; three"'])]
    table = read_upload("t.csv", "\r\n".join(lines).encode())
    assert (table.columns, table.rows) == (("event_id", "title"), ((3, ("a", "one, two; three")),))
    with pytest.raises(DataError, match="is empty"):
        read_upload("t.csv", f"sep={separator}\r\n".encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("separator", "word"), [(",", ""), (";", "semicolons"), ("\t", "tabs")])
def test_csv_is_read_however_it_is_written(encoding: str, end: str, separator: str, word: str) -> None:
    table = read_upload("own.csv", csv_bytes(ROWS, separator, end, encoding))
    assert (table.file, table.columns, table.rows) == (TABLE.file, TABLE.columns, TABLE.rows)
    assert table.notes == ((f"Its cells are separated by {word}.",) if word else ())


def test_the_header_decides_the_separator_whatever_is_in_its_cells() -> None:
    assert rows_of(b'"a;b;c;d",e,f\n1;2,3,4') == [(1, ("a;b;c;d", "e", "f")), (2, ("1;2", "3", "4"))]


def test_a_row_goes_by_its_first_line_and_blank_ones_are_passed_over() -> None:
    content = b'\n\na,b\n\n"x\ny",1\r\n , \n"z",2'
    assert [(row, cells) for row, cells in rows_of(content)[1:]] == [(5, ("x\ny", "1")), (8, ("z", "2"))]


def test_short_rows_are_filled_up_and_long_ones_stand_under_no_name() -> None:
    assert rows_of(b"a,b,,\n1\n1,2,3\n1,2,,4,,\n") == [
        (1, ("a", "b", "", "")),
        (2, ("1", "", "", "")),
        (3, ("1", "2", "3", "")),
        (4, ("1", "2", "", "4")),
    ]


def test_cells_are_kept_to_the_letter() -> None:
    cells = ("\0", " x ", "=1+1", "\u202e", "a\tb", "x" * 1_000_000)
    assert rows_of(csv_bytes([("a", "b", "c", "d", "e", "f"), cells]))[1] == (2, cells)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("own.csv", "own.csv"),
        ("../../etc/own.csv", "own.csv"),
        ("C:\\data\\own.csv", "own.csv"),
        ("o\0w\u202en\n.csv", "own.csv"),
        ("", "Your file"),
        ("x" * 500, "x" * 80),
    ],
)
def test_the_name_of_a_file_is_only_a_name(name: str, file: str) -> None:
    assert read_upload(name, b"a\n").file == file


NO_TABLES: list[tuple[bytes, str]] = [
    (b"", "own: is empty; give a header and at least one row below it."),
    (b"\xef\xbb\xbf \n,,\n", "own: is empty;"),
    (
        "event_id,日期\n".encode("gbk"),
        "own: this is no text in UTF-8, as CSV must be here; save it as XLSX or as “CSV U",
    ),
    ("a,é\n".encode("latin-1"), "own: this is no text in UTF-8"),
    ("a,b\n".encode("utf-16")[:-1], "own: this is no text in UTF-8"),
    ("a,b\n".encode("utf-16-le"), "own: this is no table that can be read; save it as"),
    ("a,b\n".encode("utf-32"), "own: this is no table that can be read;"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "own: this is an old Excel workbook (XLS); open it in the program it comes from",
    ),
    (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "own: this is a workbook protected by a password;"),
    (b"\x89PNG\r\n\x1a\n", "own: this is a picture (PNG);"),
    (b"\xff\xd8\xff\xe0", "own: this is a picture (JPEG);"),
    (b"GIF89a", "own: this is a picture (GIF);"),
    (b"%PDF-1.7", "own: this is a PDF document;"),
    (b"<!doctype html>", "own: this is a web page or another XML file;"),
    (b"PAR1", "own: this is a Parquet file;"),
    (b"PK\x03\x04 and no more", "own: the workbook is damaged;"),
    (zipped({}), "own: is a ZIP file, but no XLSX workbook; save the table alone as XLSX or as"),
    (zipped({"a.txt": "a"}), "own: is a ZIP file, but no XLSX workbook;"),
    (zipped({"Index/Document.iwa": "a"}), "own: is a Numbers document;"),
    (zipped({"content.xml": "a"}), "own: is an OpenDocument file;"),
    (zipped({"xl/workbook.bin": "a"}), "own: is a binary workbook (XLSB);"),
    (zipped({"word/document.xml": "a"}), "own: is a Word document;"),
    (zipped({f"{number}": "" for number in range(MAX_PARTS + 1)}), "own: holds more than 1,000 parts, the most"),
    (xlsx_bytes([]), "own: is empty;"),
]


@pytest.mark.parametrize(("content", "words"), NO_TABLES, ids=range(len(NO_TABLES)))
def test_what_is_no_table_is_refused_by_what_it_is(content: bytes, words: str) -> None:
    with pytest.raises(DataError) as refused:
        read_upload("own", content)
    assert str(refused.value).startswith(words)


@pytest.mark.parametrize("name", ["own.csv", "own.xlsx", "own.png", ""])
def test_a_file_is_what_it_holds_and_not_what_it_is_called(name: str) -> None:
    assert read_upload(name, csv_bytes(ROWS)).rows == TABLE.rows
    assert read_upload(name, xlsx_bytes(ROWS)).rows == TABLE.rows


TYPED = [
    ("2023-07-07", "2023-07-07"),
    (date(2023, 7, 7), "2023-07-07"),
    (datetime(2023, 7, 7), "2023-07-07"),
    (datetime(2023, 7, 7, 20, 10), "2023-07-07 20:10:00"),
    (datetime(2023, 7, 7, 23, 59, 59, 999_600), "2023-07-08"),
    (date(2000, 2, 29), "2000-02-29"),
    (45114, "45114"),
    (84.3, "84.3"),
    (7_123_000_000, "7123000000"),
    (-0.125, "-0.125"),
    (1e20, "1e+20"),
    (1e-7, "1e-07"),
    (True, "TRUE"),
    (False, "FALSE"),
    ("=1+1", "=1+1"),
    (" two  spaces ", " two  spaces "),
    ("阿里 <b>&amp;", "阿里 <b>&amp;"),
    ("_x0041_ \x07", "_x0041_ \x07"),
    ("a\nb", "a\nb"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), TYPED, ids=range(len(TYPED)))
@pytest.mark.parametrize("from_1904", [False, True])
def test_cells_of_a_workbook_come_as_they_look_plainly_written(value: str, text: str, from_1904: bool) -> None:
    assert rows_of(xlsx_bytes([["a"], [value]], from_1904=from_1904)) == [(1, ("a",)), (2, (text,))]


def test_a_workbook_written_by_another_program_gives_the_same_table() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(COLUMNS))
    sheet.append(["a", "BABA", date(2023, 7, 7), "=1+1", None, "x", 84.3, "CNY", "https://sec.gov"])
    sheet.cell(5, 1).value = "b"
    handle = io.BytesIO()
    book.save(handle)
    # The program saves formulas without the values that they give.
    first = ("a", "BABA", "2023-07-07", "=1+1", "", "x", "84.3", "CNY", "https://sec.gov")
    assert rows_of(handle.getvalue()) == [(1, COLUMNS), (2, first), (5, ("b", *[""] * 8))]


def test_the_first_sheet_that_is_shown_is_read_and_named() -> None:
    one, two = [["one"], ["x"]], [["two"], ["y"]]
    assert read_upload("own", xlsx_bytes(one)).notes == ()
    assert read_upload("own", xlsx_bytes(one, two)).notes == ("The sheet 'Sheet 1' was read, the first of 2.",)
    assert read_upload("own", xlsx_bytes(one, two, hidden=[0])).columns == ("two",)


SHEETS: list[tuple[str, list[tuple[int, tuple[str, ...]]]]] = [
    # A formula gives the value that was saved with it; one without stands as it is.
    ('<row r="1"><c r="A1" t="str"><f>B1</f><v>kept</v></c></row>', [(1, ("kept",))]),
    ('<row r="1"><c r="A1"><f>1+1</f><v>2.0</v></c></row>', [(1, ("2",))]),
    ('<row r="1"><c r="A1"><f>B1</f></c></row>', [(1, ("=B1",))]),
    ('<row r="1"><c r="A1" t="str"><f>B1</f><v></v></c><c r="B1"><v>1</v></c></row>', [(1, ("", "1"))]),
    ('<row r="1"><c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>', [(1, ("#DIV/0!",))]),
    # Places may be left out, rows and cells may be missing.
    ("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>", [(1, ("1", "2")), (2, ("3", ""))]),
    ('<row r="3"><c r="B3"><v>1</v></c></row><row r="9"><c r="A9"><v>2</v></c></row>',
     [(1, ("", "1")), (9, ("2", ""))]),
    ('<row r="1"><c r="A1" s="1"/></row><row r="2"><c r="A2"><v>1</v></c></row>', [(1, ("1",))]),
    # Rich text is one text; a reading above it is none of it.
    ('<row><c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>X</t></rPh></is></c></row>', [(1, ("ab",))]),
    ('<row><c t="d"><v>2023-07-07T00:00:00</v></c><c t="d"><v>2023-07-07T20:10:00</v></c></row>',
     [(1, ("2023-07-07", "2023-07-07T20:10:00"))]),
    ('<row><c t="s"><v>1</v></c><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>', [(1, ("two", "one", "two"))]),
    # Formats: a built-in date, one of one's own, a colour and a text with letters of dates, a number.
    ('<row><c s="1"><v>45114</v></c><c s="2"><v>45114.5</v></c><c s="3"><v>45114</v></c><c s="4"><v>5</v></c></row>',
     [(1, ("2023-07-07", "2023-07-07 12:00:00", "45114", "5"))]),
    # Days that Excel counts wrongly, and none at all.
    ('<row><c s="1"><v>59</v></c><c s="1"><v>61</v></c><c s="1"><v>0.5</v></c><c s="1"><v>-1</v></c></row>',
     [(1, ("59", "1900-03-01", "12:00:00", "-1"))]),
    ('<row><c s="1"><v>1e300</v></c><c><v>nan</v></c><c><v>1e999</v></c><c><v>x</v></c></row>',
     [(1, ("1e+300", "nan", "1e999", "x"))]),
]  # fmt: skip
STRINGS = '<si><t>o</t><r><t>ne</t></r></si><si><t xml:space="preserve">two</t><rPh><t>X</t></rPh></si>'
STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m/d h:mm"/>'
    '<numFmt numFmtId="165" formatCode="[Red]0 &quot;days&quot;\\y"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="0"/></cellXfs>'
)


@pytest.mark.parametrize(("sheet", "rows"), SHEETS, ids=range(len(SHEETS)))
def test_a_sheet_is_read_as_the_format_says(sheet: str, rows: list[tuple[int, tuple[str, ...]]]) -> None:
    assert rows_of(package(sheet, STRINGS, STYLES)) == rows


BOOK, ONE = "xl/workbook.xml", "xl/worksheets/sheet1.xml"
ENTITY = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]><worksheet/>'
DAMAGED: list[tuple[bytes, str]] = [
    (package('<row r="2"><c><v>1</v></c></row><row r="1"><c><v>1</v></c></row>'), "own: the workbook is damaged;"),
    (package('<row r="0"><c><v>1</v></c></row>'), "own: the workbook is damaged;"),
    (package('<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>'), "own: the workbook is damaged;"),
    (package('<row><c r="R1C1"><v>1</v></c></row>'), "own: the workbook is damaged;"),
    (package('<row><c t="s"><v>7</v></c></row>', STRINGS), "own: the workbook is damaged;"),
    (package('<row><c t="s"><v>-1</v></c></row>', STRINGS), "own: the workbook is damaged;"),
    (package('<row><c t="s"><v>0</v></c></row>'), "own: the workbook is damaged;"),
    (package("<row><c>"), "own: the workbook is damaged;"),
    (package("", more={ONE: ENTITY}), "own: defines entities, which spreadsheet programs do not;"),
    (package("", more={BOOK: "<workbook/>"}), "own: has no sheet that is shown;"),
    (package("", more={BOOK: '<?xml version="1.0" encoding="x"?><a/>'}), "own: the workbook is damaged;"),
    (package(text_row(7, "x" * (LONGEST_TEXT + 1))), "own, row 7: a cell has more than 32,767 characters, the most"),
    (package('<row><c t="s"><v>0</v></c></row>', f"<si>{'<t>xx</t>' * LONGEST_TEXT}</si>"), "own: a cell has more"),
    (package(" " * MAX_UNPACKED), "own: unpacks to more than 48 MB, the most that is read; save the table alone"),
    (package(f"<!--{'x' * 3 * LONGEST_TOKEN}-->"), "own: holds a name, value or comment longer than any"),
    (package("<row/>" * (MAX_ELEMENTS + 1)), "own: holds more than 2,000,000 elements, the most that is read;"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "words"), DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_or_hostile_workbook_is_refused(content: bytes, words: str) -> None:
    assert len(content) < MAX_BYTES
    with pytest.raises(DataError) as refused:
        read_upload("own", content)
    assert str(refused.value).startswith(words)


def test_a_protected_or_strangely_packed_workbook_is_refused() -> None:
    plain = bytearray(package(text_row(1, "a")))
    entry = plain.index(b"PK\x01\x02")
    plain[entry + 8] |= 1
    with pytest.raises(DataError, match="own: is protected by a password;"):
        read_upload("own", bytes(plain))
    with ZipFile(io.BytesIO(package(text_row(1, "a")))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with pytest.raises(DataError, match="own: is packed in a way that spreadsheet programs do not use;"):
        read_upload("own", zipped(parts, ZIP_BZIP2))


def test_two_cells_in_opposite_corners_make_no_grid_between_them() -> None:
    corners = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="{}1048576"><v>1</v></c></row>'
    with pytest.raises(DataError, match=r"^own, row 1048576: has more than 201 cells, the most that is read"):
        read_upload("own", package(corners.format("XFD")))
    with pytest.raises(DataError, match=r"^own, row 1048576: nothing below row 20,000 is read;"):
        read_upload("own", package(corners.format("A")))


def sized(rows: int, columns: int = 1, blank: int = 0) -> list[list[str]]:
    return [["h"] * columns, *([] for _ in range(blank)), *([str(row)] * columns for row in range(rows))]


@pytest.mark.parametrize("write", [csv_bytes, xlsx_bytes])
def test_the_limits_are_kept_and_named(write: Callable[[list[list[str]]], bytes]) -> None:
    assert len(read_upload("own", write(sized(MAX_EVENTS))).rows) == MAX_EVENTS
    for rows, words in (
        (sized(MAX_EVENTS + 1), "own: has more than 10,000 rows below its header, the most that is read; split it."),
        (sized(1, MAX_SYMBOLS + 2), "own, row 1: has more than 201 cells, the most that is read; split"),
        (sized(1, blank=LAST_ROW), "own, row 20002: nothing below row 20,000 is read; remove the blank rows"),
    ):
        with pytest.raises(DataError) as refused:
            read_upload("own", write(rows))
        assert str(refused.value).startswith(words)


def test_no_row_is_lost_below_many_that_only_look_filled() -> None:
    spaces = [["h"], *([" "] for _ in range(MAX_EVENTS)), ["x"]]
    with pytest.raises(DataError, match=r"^own: has more than 10,000 rows below its header"):
        read_upload("own", xlsx_bytes(spaces))
    assert rows_of(xlsx_bytes([*spaces[:MAX_EVENTS], ["x"]])) == [(1, ("h",)), (MAX_EVENTS + 1, ("x",))]


def test_a_file_beyond_the_limit_of_bytes_is_refused() -> None:
    assert read_upload("own", b"a\n" + b"x" * (MAX_BYTES - 2)).columns == ("a",)
    with pytest.raises(DataError, match=r"^own: is larger than 5 MB, the most that is read; split the table"):
        read_upload("own", b"a\n" + b"x" * (MAX_BYTES - 1))


PRICES = [("date", "AAA", "BBB"), ("2023-07-10", "3", "NA"), ("2023-07-07", "1.5", ""), ("2023-07-11", "1e2", "nan")]


def prices(*rows: tuple[str, ...]) -> TextTable:
    return read_upload("prices.csv", csv_bytes(rows))


def test_prices_come_by_day_with_nan_where_there_is_none() -> None:
    table, problems = check_prices(prices(*PRICES))
    assert problems == ()
    assert table is not None
    assert (table.path.name, table.symbols) == ("prices.csv", ("AAA", "BBB"))
    assert table.days.astype(str).tolist() == ["2023-07-07", "2023-07-10", "2023-07-11"]
    np.testing.assert_array_equal(table.values, [[1.5, np.nan], [3, np.nan], [100, np.nan]])


def test_returns_may_have_any_sign_and_prices_only_one() -> None:
    content = prices(("date", "AAA", "BBB"), ("2023-07-07", "-0.02", "0"), ("2023-07-10", "+.5", "1."))
    table, problems = check_prices(content, values="returns")
    assert problems == ()
    assert table is not None
    np.testing.assert_array_equal(table.values, [[-0.02, 0], [0.5, 1]])
    advice = "is not a price above zero; correct it, or clear the cell if there was none."
    assert [str(problem) for problem in check_prices(content)[1]] == [
        f"prices.csv, row 2, column AAA: '-0.02' {advice}",
        f"prices.csv, row 2, column BBB: '0' {advice}",
    ]


def test_a_column_without_name_or_cells_is_passed_over() -> None:
    table, problems = check_prices(TextTable("p", ("date", "", "AAA"), ((2, ("2023-07-07", " ", "5")),)))
    assert problems == ()
    assert table is not None
    assert (table.symbols, table.values.tolist()) == (("AAA",), [[5]])


def test_all_problems_of_a_table_of_prices_are_told_at_once() -> None:
    table, problems = check_prices(
        prices(
            ("day", "AAA", "AAA", "B\u202eB", "CCC"),
            ("2023-07-07", "1", "x", "1e999", "1", "5"),
            ("7/10/2023", "1,5", "2", "2", "inf"),
            ("", "1", "2", "2", "2"),
            ("2023-07-07", "1", "2", "2", "-3"),
            ("2023-07-11", "#N/A", "1_0", "１", "0"),
        )
    )
    assert table is None
    assert [(problem.row, problem.column) for problem in problems] == [
        *[(1, "day"), (1, "AAA"), (1, r"'B\u202eB'")],
        *[(2, "AAA"), (2, r"'B\u202eB'"), (2, "")],
        *[(3, "day"), (3, "AAA"), (3, "CCC")],
        (4, "day"),
        *[(5, "day"), (5, "CCC")],
        *[(6, "AAA"), (6, "AAA"), (6, r"'B\u202eB'"), (6, "CCC")],
    ]
    said = [problem.message for problem in problems]
    assert said[:2] == ["the first column must be called date, not 'day'.", "the column is there 2 times; keep one."]
    assert "holds a character that cannot be seen, U+202E (right-to-left override); delete it." in said[2]
    assert said[3] == "'x' is not a number; write it like 84.3, or clear the cell."
    assert said[4] == "'1e999' is not a finite number; write it like 84.3, or clear the cell."
    assert said[5] == "'5' stands in column 6, which has no name; name it in the header or clear the cell."
    assert said[6].startswith("'7/10/2023' does not say which number is the day and which the month;")
    assert said[9] == "is blank; write a date like 2023-07-07."
    assert said[10] == "'2023-07-07' comes in row 2 too; keep one of them."
    assert all(message.endswith(".") and message.isprintable() for message in said)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("date", "AAA")], ["p.csv: holds no days; give at least one row below the header."]),
        ([("date",), ("2023-07-07",)], ["p.csv, row 1: has no column of prices; give at least one beside date."]),
    ],
)
def test_a_table_of_prices_needs_days_and_prices(rows: list[tuple[str, ...]], words: list[str]) -> None:
    table, problems = check_prices(read_upload("p.csv", csv_bytes(rows)))
    assert table is None
    assert [str(problem) for problem in problems] == words


def test_prices_of_more_symbols_than_the_limit_are_refused_by_name() -> None:
    names = ("date", *(f"S{number}" for number in range(MAX_SYMBOLS + 1)))
    fits = TextTable("p", names[:-1], ((2, ("2023-07-07", *["1"] * MAX_SYMBOLS)),))
    assert check_prices(fits)[1] == ()
    with pytest.raises(DataError, match=r"^p: has more than 200 columns of prices, the most that is read"):
        check_prices(TextTable("p", names, ((2, ("2023-07-07", *["1"] * (MAX_SYMBOLS + 1))),)))


def test_the_order_of_the_days_changes_nothing() -> None:
    days = [(f"2023-07-{day:02}", str(day)) for day in range(1, 29)]
    plain, _ = check_prices(prices(("date", "AAA"), *days))
    shuffled, _ = check_prices(prices(("date", "AAA"), *days[::2], *days[1::2]))
    assert plain is not None
    assert shuffled is not None
    np.testing.assert_array_equal(shuffled.days, plain.days)
    np.testing.assert_array_equal(shuffled.values, plain.values)
