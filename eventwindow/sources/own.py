"""A reader's own events and prices, from CSV files; every fault named by file, row and column."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.facts.errors import DataError
from eventwindow.facts.prices import Floats, ReturnsKind, ReturnTable, total_returns
from eventwindow.facts.sessions import Dates
from eventwindow.facts.tables import cell_error, required_date

EVENT_COLUMNS = ("event_id", "symbol", "date")
MISSING = {"", "na", "nan"}


@dataclass(frozen=True)
class OwnEvent:
    """One row of an event table; `row` is its line in the file."""

    event_id: str
    symbol: str
    day: np.datetime64
    row: int


@dataclass(frozen=True)
class WideTable:
    """A table with one column per symbol: `values` (T, S), NaN where a cell is blank; days ascend."""

    path: Path
    days: Dates
    symbols: tuple[str, ...]
    values: Floats

    def column(self, symbol: str, option: str) -> Floats:
        """Values of one symbol; raises DataError naming the option that asked for it."""
        if symbol not in self.symbols:
            raise DataError(f"{self.path.name}: no column {symbol!r} for {option}; it has {_some(self.symbols)}.")
        return self.values[:, self.symbols.index(symbol)]


def read_events(path: Path) -> list[OwnEvent]:
    """Rows of EVENTS.csv: event_id, symbol, date. Raises DataError for a missing column or a date that is none."""
    lines = list(csv.reader(io.StringIO(_text(path))))
    header = [name.strip() for name in lines[0]] if lines else []
    for column in EVENT_COLUMNS:
        if column not in header:
            raise DataError(
                f"{path.name}: the column {column} is missing; the header needs {', '.join(EVENT_COLUMNS)}."
            )
    events = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = dict.fromkeys(header, "") | dict(zip(header, cells, strict=False))
        day = required_date(row["date"].strip(), path, number, "date")
        for column in ("event_id", "symbol"):
            if not row[column].strip():
                raise cell_error(path, number, column, row[column], "a name")
        events.append(OwnEvent(row["event_id"].strip(), row["symbol"].strip(), np.datetime64(day, "D"), number))
    if not events:
        raise DataError(f"{path.name}: no events in it; give at least one row below the header.")
    return events


def read_wide(path: Path) -> WideTable:
    """A table `date, SYMBOL, SYMBOL, …`; rows may come in any order.

    Raises DataError for a missing or repeated column, a date that is none or comes twice, and a cell
    that is no number.
    """
    text = _text(path)
    header = [name.strip() for name in next(csv.reader(io.StringIO(text)), [])]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise DataError(f"{path.name}, row 1: the column {repeated[0]!r} comes twice; keep one.")
    try:
        frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, skip_blank_lines=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as problem:
        raise DataError(f"{path.name}: not a CSV table ({str(problem).strip()}); save it as CSV in UTF-8.") from None
    frame.columns = frame.columns.str.strip()
    if frame.columns[0] != "date":
        raise DataError(f"{path.name}, row 1: the first column must be called date, not {frame.columns[0]!r}.")
    # Blank lines are passed over; what is left keeps its line number as index.
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    frame = frame[(frame.astype(str) != "").any(axis=1)]
    if frame.empty:
        raise DataError(f"{path.name}: no rows in it; give at least one day below the header.")
    days = _days(frame["date"], path)
    order = np.argsort(days, kind="stable")
    _refuse_repeats(days, order, frame.index, path)
    symbols = tuple(str(name) for name in frame.columns[1:])
    values = [_numbers(frame[symbol], path, symbol) for symbol in symbols]
    table = np.array(values).T if values else np.empty((len(days), 0))
    return WideTable(path, days[order], symbols, table[order])


def own_returns(
    table: WideTable, regressors: Sequence[str], option: str, *, prices: bool, kind: ReturnsKind
) -> ReturnTable:
    """Returns of every column of a wide table, with some of its columns as benchmark or factors.

    Prices are turned into returns here (a missing or non-positive price leaves both returns missing);
    a table of returns is taken as it is. Raises DataError for an unknown column.
    """
    values = total_returns(table.values, np.zeros_like(table.values), kind) if prices else table.values
    returns = WideTable(table.path, table.days, table.symbols, values)
    chosen = [returns.column(name, option) for name in regressors]
    last = np.full(len(table.symbols), len(table.days) - 1, dtype=np.intp)
    return ReturnTable(
        days=table.days,
        symbols=table.symbols,
        returns=values,
        regressors=np.stack(chosen, axis=1) if chosen else np.empty((len(table.days), 0)),
        regressor_names=tuple(regressors),
        first=np.zeros(len(table.symbols), dtype=np.intp),
        last=last,
    )


def _text(path: Path) -> str:
    """Text of a file in UTF-8, with or without byte order mark; raises DataError for anything else."""
    if not path.is_file():
        raise DataError(f"{path.name}: there is no such file; check the path.")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path.name}: not a CSV table (the text is not UTF-8); save it as CSV in UTF-8.") from None


def _days(cells: "pd.Series[str]", path: Path) -> Dates:
    parsed = pd.to_datetime(cells.str.strip(), format="%Y-%m-%d", errors="coerce")
    bad = np.flatnonzero(parsed.isna())
    if bad.size:
        raise cell_error(path, int(cells.index[bad[0]]), "date", str(cells.iloc[bad[0]]), "a date like 2023-07-07")
    return parsed.to_numpy().astype("datetime64[D]")


def _refuse_repeats(days: Dates, order: NDArray[np.intp], lines: "pd.Index[int]", path: Path) -> None:
    repeats = np.flatnonzero(days[order][1:] == days[order][:-1])
    if repeats.size:
        place = int(order[repeats[0] + 1])
        raise DataError(
            f"{path.name}, row {lines[place]}, column date: {days[place]} comes twice; keep one of the rows."
        )


def _numbers(cells: "pd.Series[str]", path: Path, symbol: str) -> Floats:
    plain = cells.str.strip()
    missing = plain.str.lower().isin(MISSING)
    numbers = pd.to_numeric(plain.where(~missing), errors="coerce").to_numpy(dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(numbers) & ~missing.to_numpy())
    if bad.size:
        raise cell_error(
            path, int(cells.index[bad[0]]), symbol, str(cells.iloc[bad[0]]), "a number (blank means missing)"
        )
    return numbers


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:10])
    return shown + (f" and {len(names) - 10} more" if len(names) > 10 else "")
