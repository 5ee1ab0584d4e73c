"""A reader's own events and prices, from CSV files; every fault named by file, row and column.

Apostrophes that keep a spreadsheet from reading a name as a formula (see facts/safe.py) are no part of it.
"""

import csv
import io
from pathlib import Path

import pandas as pd

from eventwindow.facts.errors import DataError
from eventwindow.facts.safe import unmarked
from eventwindow.study.frames import EventRow, WideTable, event_rows, wide_table


def read_events(path: Path) -> list[EventRow]:
    """Rows of EVENTS.csv: event_id, symbol, date. Raises DataError for a missing column or a date that is none."""
    header, *lines = list(csv.reader(io.StringIO(_text(path)))) or [[]]
    rows = {number: cells for number, cells in enumerate(lines, start=2) if any(cell.strip() for cell in cells)}
    width = len(header)
    cells = [[*map(unmarked, cells), *[""] * width][:width] for cells in rows.values()]
    return event_rows(pd.DataFrame(cells, index=list(rows), columns=header, dtype=str), path)


def read_wide(path: Path) -> WideTable:
    """A table with the column `date` and one column per symbol; rows and columns may come in any order.

    Raises DataError for a missing or repeated column, a date that is none or comes twice, and a cell
    that is no number.
    """
    text = _text(path)
    header = [unmarked(name.strip()) for name in next(csv.reader(io.StringIO(text)), [])]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise DataError(f"{path.name}, row 1: the column {repeated[0]!r} comes twice; keep one.")
    try:
        frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, skip_blank_lines=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as problem:
        raise DataError(f"{path.name}: not a CSV table ({str(problem).strip()}); save it as CSV in UTF-8.") from None
    if "date" not in header:
        raise DataError(f"{path.name}, row 1: the column date is missing; call the column of dates so.")
    frame.columns = pd.Index(map(unmarked, map(str, frame.columns)))
    # Blank lines are passed over; what is left keeps its line number as index.
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return wide_table(frame[(frame.astype(str) != "").any(axis=1)], path)


def _text(path: Path) -> str:
    """Text of a file in UTF-8, with or without byte order mark; raises DataError for anything else."""
    if not path.is_file():
        raise DataError(f"{path.name}: there is no such file; check the path.")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path.name}: not a CSV table (the text is not UTF-8); save it as CSV in UTF-8.") from None
