"""Reading the project's tables: text cells in, typed values out, errors that name the cell."""

import csv
from datetime import date, datetime
from pathlib import Path

from eventwindow.facts.errors import DataError


def read_table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV table as text; a blank cell is the empty string. Raises DataError if there is no such file."""
    if not path.is_file():
        raise DataError(f"{path.name}: the table is missing; restore it or build the data folder again.")
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def cell_error(path: Path, row: int, column: str, value: str, expected: str) -> DataError:
    """The error for one bad cell; `row` is the line number in the file, the header being line 1."""
    return DataError(f"{path.name}, row {row}, column {column}: {value[:60]!r} is not {expected}; correct the cell.")


def optional_date(value: str, path: Path, row: int, column: str) -> date | None:
    """An ISO date, or None for a blank cell. Raises DataError for anything else."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise cell_error(path, row, column, value, "a date like 2023-07-07") from None


def required_date(value: str, path: Path, row: int, column: str) -> date:
    """An ISO date. Raises DataError for a blank cell or anything else."""
    parsed = optional_date(value, path, row, column)
    if parsed is None:
        raise cell_error(path, row, column, value, "a date like 2023-07-07")
    return parsed


def optional_stamp(value: str, path: Path, row: int, column: str) -> datetime | None:
    """An ISO time with its offset, or None for a blank cell. Raises DataError for anything else."""
    if not value:
        return None
    try:
        stamp = datetime.fromisoformat(value)
    except ValueError:
        stamp = None
    if stamp is None or stamp.tzinfo is None:
        raise cell_error(path, row, column, value, "a time with its offset, like 2023-07-07T20:10:00+08:00")
    return stamp


def optional_number(value: str, path: Path, row: int, column: str) -> float | None:
    """A number, or None for a blank cell. Raises DataError for anything else."""
    if not value:
        return None
    try:
        return float(value)
    except ValueError:
        raise cell_error(path, row, column, value, "a number") from None


def required_number(value: str, path: Path, row: int, column: str) -> float:
    """A number. Raises DataError for a blank cell or anything else."""
    parsed = optional_number(value, path, row, column)
    if parsed is None:
        raise cell_error(path, row, column, value, "a number")
    return parsed
