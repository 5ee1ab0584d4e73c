"""A reader's uploaded table, CSV or XLSX, as text; and a table of prices out of it.

What a file is, is decided by its content, not by its name. All of it stays in memory.
"""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count, dropwhile
from pathlib import Path, PurePath

import numpy as np

from eventwindow.facts.errors import DataError
from eventwindow.facts.own import (
    LAST_ROW,
    MAX_COLUMNS,
    MAX_EVENTS,
    MAX_SYMBOLS,
    TextTable,
    filled_rows,
    shown_name,
    stray_cell,
    too_low,
    too_many_rows,
    too_wide,
)
from eventwindow.facts.own_cells import date_fault, text_fault
from eventwindow.facts.problems import Problem, shown
from eventwindow.facts.safe import unmarked
from eventwindow.sources.spreadsheet import Row, first_sheet
from eventwindow.study.frames import MISSING, Values, WideTable

__all__ = ["MAX_BYTES", "MAX_EVENTS", "MAX_SYMBOLS", "check_prices", "read_upload"]

MAX_BYTES = 5 * 2**20
SAVE_AS = "save it as XLSX or as “CSV UTF-8”"
LONGEST_NAME = 80
# As much of the header as decides what separates its cells.
HEADER_START = 10_000
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
OTHERS = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (XLS)",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a packed file (GZIP)",
    b"{\\rtf": "a text document (RTF)",
    b"<": "a web page or another XML file",
}

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
# By its first line, Excel is told how the cells of a file are separated.
DECLARES = "sep="
_DECLARED = re.compile(f"{DECLARES}([,;\t])")
_QUOTED = re.compile(r'"[^"]*"')


def read_upload(name: str, content: bytes) -> TextTable:
    """The table in an uploaded file; `name` is used in messages only.

    CSV in UTF-8 or UTF-16 with commas, semicolons or tabs, whichever the header has most of, or the first sheet of an
    XLSX workbook. Apostrophes by which a spreadsheet takes a cell of a CSV file for no formula (see facts/safe.py) are
    no part of it. The first row that is not blank is the header. Short rows are filled up with blanks; cells beyond
    the header stand in columns without a name, so that a check can list them all. Raises DataError for anything else,
    for more than MAX_BYTES, MAX_EVENTS rows or MAX_COLUMNS columns, and for a row below line LAST_ROW.
    """
    file = _plain_name(name)
    if len(content) > MAX_BYTES:
        raise DataError(f"{file}: is larger than {MAX_BYTES // 2**20} MB, the most that is read; split the table.")
    if content.startswith(ZIPS):
        rows, notes = first_sheet(file, content)
        return _table(file, rows, notes)
    for start, what in OTHERS.items():
        if content.startswith(start):
            kind = "a workbook protected by a password" if ENCRYPTED_PACKAGE in content else what
            raise DataError(f"{file}: this is {kind}; open it in the program it comes from and {SAVE_AS}.")
    try:
        return _csv_table(file, content)
    except (UnicodeDecodeError, csv.Error):
        raise DataError(f"{file}: this is no text in UTF-8, as CSV must be here; {SAVE_AS}.") from None


def check_prices(table: TextTable, *, values: Values = "prices") -> tuple[WideTable | None, tuple[Problem, ...]]:
    """Prices or returns of every column of a table `date, SYMBOL, SYMBOL, …`, or all that is wrong with it.

    Rows may come in any order; blank, NA and nan mean missing. A price must be above zero; `values` says whether the
    cells are prices or decimal returns, which may have any sign. Raises DataError beyond MAX_EVENTS days or
    MAX_SYMBOLS columns.
    """
    names = [name.strip() for name in table.columns]
    if len(names) > MAX_COLUMNS:
        raise DataError(f"{table.file}: has more than {MAX_SYMBOLS} columns of {values}, the most that is read.")
    rows = filled_rows(table)
    problems = _price_header(table.file, names, values)
    if not rows:
        problems.append(Problem(table.file, None, "", "holds no days; give at least one row below the header."))
    numbers = np.full((len(rows), len(names)), np.nan)
    first_rows: dict[str, int] = {}
    for place, (row, cells) in enumerate(rows):
        faults = [(0, _day_fault(cells[0].strip(" "), row, first_rows))]
        for column, cell in enumerate(cells[1:], start=1):
            number = numbers[place, column] = _number(cell)
            if not (names[column] and 0 < number < math.inf):
                faults.append((column, _number_fault(names[column], column, cell, number, values)))
        problems += [Problem(table.file, row, shown_name(names[column]), fault) for column, fault in faults if fault]
    if problems:
        return None, tuple(problems)
    kept = [column for column, name in enumerate(names) if name and column]
    days = np.array(list(first_rows), dtype="datetime64[D]")
    order = np.argsort(days, kind="stable")
    symbols = tuple(names[column] for column in kept)
    return WideTable(Path(table.file), days[order], symbols, numbers[order][:, kept]), ()


def _plain_name(name: str) -> str:
    """The last part of a name, without what cannot be seen."""
    plain = "".join(letter for letter in PurePath(name.replace("\\", "/")).name if letter.isprintable())
    return plain[:LONGEST_NAME].strip() or "Your file"


def _csv_table(file: str, content: bytes) -> TextTable:
    encoding = "utf-16" if content.startswith(UTF_16) else "utf-8-sig"
    with io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="") as handle:
        header, below = [*handle.read(HEADER_START).lstrip().splitlines()[:2], "", ""][:2]
        declared = _DECLARED.fullmatch(header)
        header = below if declared else header
        if "\0" in header:
            raise DataError(f"{file}: this is no table that can be read; {SAVE_AS}.")
        separator = declared[1] if declared else max(SEPARATORS, key=_QUOTED.sub("", header).count)
        handle.seek(0)
        # A cell may be as long as the file; what it holds too much is told with its row.
        csv.field_size_limit(max(csv.field_size_limit(), MAX_BYTES))
        reader = csv.reader(handle, delimiter=separator)
        # The generator reads `line_num` before each row: a row goes by its first line in the file.
        starts = (reader.line_num + 1 for _ in count())
        notes = [] if separator == "," else [f"Its cells are separated by {SEPARATORS[separator]}."]
        rows: Iterable[tuple[int, list[str]]] = (
            (row, [unmarked(cell) for cell in cells]) for row, cells in zip(starts, reader, strict=False)
        )
        if declared:
            rows = dropwhile(lambda row: not any(row[1]) or row[1][0].startswith(DECLARES), rows)
        return _table(file, rows, notes)


def _table(file: str, rows: Iterable[tuple[int, list[str]] | Row], notes: list[str]) -> TextTable:
    """Header and rows, each with as many cells as the widest has; raises DataError at the first beyond a limit."""
    filled = _filled(file, rows)
    _, header = next(filled, (0, ()))
    if not header:
        raise DataError(f"{file}: is empty; give a header and at least one row below it.")
    kept: list[Row] = []
    for row, cells in filled:
        if len(kept) == MAX_EVENTS:
            raise too_many_rows(file)
        if row > LAST_ROW:
            raise too_low(file, row)
        kept.append((row, cells))
    width = max(len(header), *(len(cells) for _, cells in kept)) if kept else len(header)
    padded = tuple((row, cells + ("",) * (width - len(cells))) for row, cells in kept)
    return TextTable(file, header + ("",) * (width - len(header)), padded, tuple(notes))


def _filled(file: str, rows: Iterable[tuple[int, list[str]] | Row]) -> Iterator[Row]:
    """The rows that are not blank, without the blank cells at their ends."""
    for row, cells in rows:
        width = next((place for place in range(len(cells), 0, -1) if cells[place - 1].strip()), 0)
        if width > MAX_COLUMNS:
            raise too_wide(file, row)
        if width:
            yield row, tuple(cells[:width])


def _price_header(file: str, names: list[str], values: Values) -> list[Problem]:
    """What is wrong with the names of the columns."""
    problems = []
    first = names[0] if names else ""
    if first != "date":
        problems.append((first, f"the first column must be called date, not {shown(first)}."))
    for name, times in Counter(name for name in names if name).items():
        if times > 1:
            problems.append((name, f"the column is there {times} times; keep one."))
        elif fault := text_fault(name):
            problems.append((name, f"the name of the column {fault}"))
    if not any(names[1:]):
        problems.append(("", f"has no column of {values}; give at least one beside date."))
    return [Problem(file, 1, shown_name(name), message) for name, message in problems]


def _day_fault(cell: str, row: int, first_rows: dict[str, int]) -> str:
    """What is wrong with a date, "" for nothing; remembers in which row it came first."""
    if not cell.strip():
        return "is blank; write a date like 2023-07-07."
    fault = text_fault(cell) or date_fault(cell)
    first = row if fault else first_rows.setdefault(cell, row)
    if first != row:
        fault = f"comes in row {first} too; keep one of them."
    return f"{shown(cell)} {fault}" if fault else ""


def _number_fault(name: str, column: int, cell: str, number: float, values: Values) -> str:
    """What is wrong with a cell that holds no number above zero, "" for nothing."""
    if not name:
        return stray_cell(cell, column) if cell.strip() else ""
    if math.isnan(number):
        unknown = cell.strip().lower() in MISSING
        return "" if unknown else f"{shown(cell)} is not a number; write it like 84.3, or clear the cell."
    if math.isinf(number):
        return f"{shown(cell)} is not a finite number; write it like 84.3, or clear the cell."
    if values == "prices":
        return f"{shown(cell)} is not a price above zero; correct it, or clear the cell if there was none."
    return ""


def _number(cell: str) -> float:
    """The number in a cell, NaN where there is none."""
    text = cell.strip()
    return float(text) if _NUMBER.fullmatch(text) else math.nan
