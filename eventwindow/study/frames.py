"""Tables with named columns, from a notebook or a file, turned into what a study takes.

Cells may be text or typed. A fault is named by table, row and column; a row goes by the index of the
frame: the line in a file, counted from 0 (as `iloc` does) in a notebook.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.facts.errors import DataError, OptionError
from eventwindow.facts.prices import Floats, ReturnsKind, ReturnTable, total_returns
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import Dates
from eventwindow.facts.tables import cell_error
from eventwindow.study.engine import StudyEvents
from eventwindow.study.models import Model

Values = Literal["prices", "returns"]
EVENT_COLUMNS = ("event_id", "symbol", "date")
MISSING = {"", "na", "nan"}
# What messages call the frames of a notebook.
EVENTS, PRICES = Path("events"), Path("prices")


@dataclass(frozen=True)
class EventRow:
    """One row of an event table; `row` is its place in messages."""

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

    def place(self, symbol: str, option: str) -> int:
        """Index of a symbol's column; raises DataError naming the option that asked for it."""
        if symbol not in self.symbols:
            raise DataError(f"{_header(self.path)}: no column {symbol!r} for {option}; it has {_some(self.symbols)}.")
        return self.symbols.index(symbol)


def returns_from_frame(
    frame: pd.DataFrame,
    *,
    benchmark: str | None = None,
    factors: Sequence[str] = (),
    values: Values = "prices",
    kind: ReturnsKind = "simple",
) -> ReturnTable:
    """Returns of one market from a wide frame: one column per symbol, dates in the column `date` or the index.

    `benchmark`, or `factors` for the factor model, are columns too. `values` says what the cells are: prices, of
    which returns of this `kind` are taken (a blank or non-positive price leaves both its returns missing), or
    decimal returns, taken as they are. Rows may come in any order; blank and NaN mean missing. Raises DataError
    for a frame that cannot be read and OptionError for a setting that does not exist.
    """
    if benchmark is not None and factors:
        raise OptionError("benchmark, factors: give one or the other.")
    names, option = ([benchmark], "benchmark") if benchmark is not None else (list(factors), "factors")
    return table_returns(_wide_frame(frame), names, option, values=values, kind=kind)


def events_from_frame(frame: pd.DataFrame, tables: Sequence[ReturnTable]) -> StudyEvents:
    """Events from a frame with the columns event_id, symbol and date, on the sessions of `tables`.

    Day 0 is the first session on or after `date` in the first table that has the symbol. A symbol that no
    table has keeps its row and gets a reason from the study. Raises DataError naming row and column.
    """
    return events_of(event_rows(frame.reset_index(drop=True), EVENTS), tables)


def tables_of(
    prices: ReturnTable | Sequence[ReturnTable] | pd.DataFrame,
    model: Model,
    benchmark: str | None,
    factors: Sequence[str],
    values: Values,
    kind: ReturnsKind,
) -> tuple[ReturnTable, ...]:
    """The return tables of a study, whatever they were given as; raises OptionError if the model lacks a benchmark."""
    if isinstance(prices, pd.DataFrame):
        names, option = regressor_columns(model, benchmark, factors)
        return (table_returns(_wide_frame(prices), names, option, values=values, kind=kind),)
    if benchmark is not None or factors:
        raise OptionError("benchmark, factors: tables of returns bring their own; leave these out.")
    tables = (prices,) if isinstance(prices, ReturnTable) else tuple(prices)
    for table in tables:
        if not table.regressor_names:
            regressor_columns(model, None, ())
    return tables


def regressor_columns(
    model: Model, benchmark: str | None, factors: Sequence[str], dashes: str = ""
) -> tuple[list[str], str]:
    """Columns that a model's expected return uses, and the option that named them.

    `dashes` stand before an option in messages. Raises OptionError where the model needs others.
    """
    if model is Model.FACTORS:
        if not factors:
            raise OptionError(f"{dashes}model factors: name the factor columns with {dashes}factors.")
        return list(factors), f"{dashes}factors"
    if factors:
        raise OptionError(f"{dashes}factors: the {model} model uses none; choose {dashes}model factors.")
    if benchmark is not None:
        return [benchmark], f"{dashes}benchmark"
    if model is Model.MEAN_ADJUSTED:
        return [], f"{dashes}benchmark"
    raise OptionError(f"{dashes}benchmark: the {model} model needs the column of its benchmark.")


def event_rows(frame: pd.DataFrame, path: Path) -> list[EventRow]:
    """Rows of an event table, indexed by their place in messages.

    Raises DataError for a missing column, a name that is blank and a date that is none.
    """
    frame = _named(frame, path)
    columns = []
    for name in EVENT_COLUMNS:
        if name not in frame.columns:
            needed = ", ".join(EVENT_COLUMNS)
            raise DataError(f"{_header(path)}: the column {name} is missing; the header needs {needed}.")
        columns.append(_once(frame, name, path))
    if frame.empty:
        raise DataError(f"{path.name}: no events in it; give at least one row below the header.")
    event_ids, symbols = (_names(cells, path, str(cells.name)) for cells in columns[:2])
    days = _days(columns[2], path)
    return [EventRow(*row) for row in zip(event_ids, symbols, days, frame.index.tolist(), strict=True)]


def events_of(rows: Sequence[EventRow], tables: Sequence[ReturnTable]) -> StudyEvents:
    """Events of N rows, dated by their day 0 on the sessions of `tables` where there is one.

    A row of the event, symbol and day 0 of an earlier one gets a reason.
    """
    days = np.array([row.day for row in rows], dtype="datetime64[D]")
    symbols = np.array([row.symbol for row in rows], dtype=np.str_)
    day0 = days.copy()
    for table in reversed(tables):  # the first table that has a symbol decides
        here = np.isin(symbols, table.symbols) & (days >= table.days[0]) & (days <= table.days[-1])
        day0[here] = table.days[np.searchsorted(table.days, days[here])]
    event_ids = tuple(row.event_id for row in rows)
    reasons = np.full(len(rows), Reason.OK, dtype=object)
    reasons[repeats(event_ids, symbols, day0)] = Reason.REPEATED_EVENT
    return StudyEvents(
        event_ids=event_ids,
        symbols=tuple(row.symbol for row in rows),
        days=day0,
        shift_sessions=(day0 != days).astype(np.intp),
        reasons=reasons,
    )


def repeats(event_ids: Sequence[str], symbols: Sequence[str] | NDArray[np.str_], day0: Dates) -> NDArray[np.bool_]:
    """Whether an earlier one of N rows names the same event, symbol and day 0, (N,)."""
    return pd.DataFrame({"event_id": event_ids, "symbol": symbols, "day0": day0}).duplicated().to_numpy()


def wide_table(frame: pd.DataFrame, path: Path) -> WideTable:
    """A table with the column `date` and one column per symbol, indexed by the place of its rows in messages.

    Raises DataError for a repeated column, a date that is none or comes twice, and a cell that is no number.
    """
    frame = _named(frame, path)
    if frame.empty:
        raise DataError(f"{path.name}: no rows in it; give at least one day below the header.")
    days = _days(_once(frame, "date", path), path)
    order = np.argsort(days, kind="stable")
    repeats = np.flatnonzero(days[order][1:] == days[order][:-1])
    if repeats.size:
        place = int(order[repeats[0] + 1])
        raise DataError(
            f"{path.name}, row {frame.index[place]}, column date: {days[place]} comes twice; keep one of the rows."
        )
    symbols = tuple(name for name in frame.columns if name != "date")
    values = np.empty((len(days), len(symbols)))
    for column, symbol in enumerate(symbols):
        values[:, column] = _numbers(_once(frame, symbol, path), path, symbol)
    return WideTable(path, days[order], symbols, values[order])


def table_returns(
    table: WideTable, regressors: Sequence[str], option: str, *, values: Values, kind: ReturnsKind
) -> ReturnTable:
    """Returns of every column of a wide table, with some of its columns as benchmark or factors.

    `option` is what messages call the setting that named these. Raises DataError for an unknown column and
    OptionError for values or a kind that do not exist.
    """
    for name, value, choices in (("values", values, get_args(Values)), ("kind", kind, get_args(ReturnsKind))):
        if value not in choices:
            raise OptionError(f"{name} {value!r}: choose {' or '.join(choices)}.")
    returns = table.values
    if values == "prices":
        returns = total_returns(table.values, np.zeros_like(table.values), kind)
    count = len(table.symbols)
    return ReturnTable(
        days=table.days,
        symbols=table.symbols,
        returns=returns,
        regressors=returns[:, [table.place(name, option) for name in regressors]],
        regressor_names=tuple(regressors),
        first=np.zeros(count, dtype=np.intp),
        last=np.full(count, len(table.days) - 1, dtype=np.intp),
    )


def _wide_frame(frame: pd.DataFrame) -> WideTable:
    """A notebook's wide frame, its dates moved from the index to a column if they are there."""
    if "date" in frame.columns:
        return wide_table(frame.reset_index(drop=True), PRICES)
    if isinstance(frame.index, pd.DatetimeIndex) or frame.index.name == "date":
        return wide_table(frame.reset_index(names="date"), PRICES)
    raise DataError(f"{PRICES.name}: no dates in it; give it a column called date or a DatetimeIndex.")


def _named(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The frame with names of columns as plain text."""
    if frame.columns.nlevels > 1:
        raise DataError(f"{path.name}: the columns have several levels; choose one first, like frame['Close'].")
    return frame.set_axis([str(name).strip() for name in frame.columns], axis=1)


def _once(frame: pd.DataFrame, name: str, path: Path) -> "pd.Series[Any]":
    cells = frame[name]
    if isinstance(cells, pd.DataFrame):
        raise DataError(f"{path.name}: the column {name!r} comes twice; keep one.")
    return cells


def _names(cells: "pd.Series[Any]", path: Path, column: str) -> list[str]:
    names = cells.astype(str).str.strip()
    bad = np.flatnonzero(cells.isna() | (names == ""))
    if bad.size:
        raise cell_error(path, int(cells.index[bad[0]]), column, str(cells.iloc[bad[0]]), "a name")
    return names.tolist()


def _days(cells: "pd.Series[Any]", path: Path) -> Dates:
    """Dates as written; a time of day is refused, since it would decide which session could react."""
    parsed = cells.infer_objects()
    if not pd.api.types.is_datetime64_any_dtype(parsed):
        parsed = pd.to_datetime(cells.astype(str).str.strip(), format="%Y-%m-%d", errors="coerce")
    parsed = parsed.dt.tz_localize(None)
    bad = np.flatnonzero(parsed.isna() | (parsed != parsed.dt.normalize()))
    if bad.size:
        raise cell_error(path, int(cells.index[bad[0]]), "date", str(cells.iloc[bad[0]]), "a date like 2023-07-07")
    days: Dates = parsed.to_numpy().astype("datetime64[D]")
    return days


def _numbers(cells: "pd.Series[Any]", path: Path, symbol: str) -> Floats:
    missing = cells.isna()
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        numbers = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        plain = cells.astype(str).str.strip()
        missing |= plain.str.lower().isin(MISSING)
        numbers = pd.to_numeric(plain.where(~missing), errors="coerce").to_numpy(dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(numbers) & ~missing.to_numpy())
    if bad.size:
        raise cell_error(
            path, int(cells.index[bad[0]]), symbol, str(cells.iloc[bad[0]]), "a number (blank means missing)"
        )
    return numbers


def _header(path: Path) -> str:
    """Where the names of columns stand: in the first row of a file; a frame has no such row."""
    return path.name if path in (EVENTS, PRICES) else f"{path.name}, row 1"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:10])
    return shown + (f" and {len(names) - 10} more" if len(names) > 10 else "")
