"""A reader's own events: the table as text, and the events that its good rows hold."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime

from eventwindow.facts.errors import DataError
from eventwindow.facts.own_cells import (
    Rule,
    currency_fault,
    date_fault,
    fine_fault,
    source_fault,
    stamp_fault,
    symbol_rule,
    text_fault,
)
from eventwindow.facts.problems import Problem, shown

REQUIRED = ("event_id", "symbol", "date")
OPTIONAL = ("title", "announced_at", "group", "fine", "currency", "source")
COLUMNS = (*REQUIRED, *OPTIONAL)

MAX_EVENTS = 10_000
# A table of prices has a column of dates beside those of its symbols.
MAX_SYMBOLS = 200
MAX_COLUMNS = 1 + MAX_SYMBOLS
# Blank rows do not count as events, but what shows a table shows them too.
LAST_ROW = 2 * MAX_EVENTS

EXAMPLES: Mapping[str, str] = {"event_id": "a name of your own", "symbol": "one like BABA", "date": "2023-07-07"}


@dataclass(frozen=True)
class TextTable:
    """An uploaded or typed table: cells are texts, nothing is coerced.

    `rows` are line numbers (the header is line 1) with as many cells as there are `columns`. Names of columns may
    repeat, and be blank where cells stand under no name. `notes` say in words what was found out about the file on
    the way, such as its separator.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class OwnEvent:
    """One good row: an event on one symbol.

    `day` is the date of the event; `announced` its aware moment where one is given, which then decides day 0 by the
    market's clock. `fine` is in units of `currency` (None and empty where there is none); `source` is an https
    address or empty. `title` is the event_id where none is given. Spaces around a cell are no part of it.
    """

    row: int
    event_id: str
    symbol: str
    day: date
    title: str
    announced: datetime | None
    group: str
    fine: float | None
    currency: str
    source: str


@dataclass(frozen=True)
class Checked:
    """The events of the rows without a problem, in the order of the table, and every problem of the others."""

    events: tuple[OwnEvent, ...]
    problems: tuple[Problem, ...]


def check_events(table: TextTable, symbols: Collection[str], *, clocked: bool) -> Checked:
    """All problems of a table of events at once: those of the header first, then by row, one a cell.

    `symbols` are those with prices; `clocked` says whether their markets have trading hours, without which
    announced_at can decide nothing. Blank rows are passed over; of rows that repeat each other the first stays.
    A header that lacks or repeats a column leaves no event, since no row can then be read. Raises DataError beyond
    MAX_EVENTS rows or below line LAST_ROW.
    """
    rows = filled_rows(table)
    names = [name.strip() for name in table.columns]
    problems = _header_problems(table.file, names, symbols)
    readable = not any(problem.column in COLUMNS for problem in problems)
    if not rows:
        problems.append(Problem(table.file, None, "", "holds no events; give at least one row below the header."))
    rules = _rules(symbols, clocked=clocked)
    events: list[OwnEvent] = []
    first_rows: dict[tuple[str, str, str], int] = {}
    for row, cells in rows:
        faults = _cell_faults(names, cells, rules)
        if readable:
            texts = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if name in rules}
            wrong = {name for name, _ in faults}
            faults += _pair_faults(texts, wrong)
            if wrong.isdisjoint(REQUIRED):
                faults += _repeats(row, texts, first_rows)
            if not faults:
                events.append(_event(row, texts))
        problems += [Problem(table.file, row, name, fault) for name, fault in faults]
    return Checked(tuple(events), tuple(problems))


def filled_rows(table: TextTable) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of a table that are not blank. Raises DataError where there are too many or one stands too low."""
    rows = [(row, cells) for row, cells in table.rows if any(cell.strip() for cell in cells)]
    if len(rows) > MAX_EVENTS:
        raise too_many_rows(table.file)
    lowest = max((row for row, _ in rows), default=0)
    if lowest > LAST_ROW:
        raise too_low(table.file, lowest)
    return rows


def too_many_rows(file: str) -> DataError:
    """The error for a table beyond MAX_EVENTS rows."""
    return DataError(f"{file}: has more than {MAX_EVENTS:,} rows below its header, the most that is read; split it.")


def too_low(file: str, row: int) -> DataError:
    """The error for a row below line LAST_ROW."""
    return DataError(
        f"{file}, row {row}: nothing below row {LAST_ROW:,} is read; remove the blank rows and line breaks above it."
    )


def too_wide(file: str, row: int) -> DataError:
    """The error for a row beyond MAX_COLUMNS cells."""
    return DataError(f"{file}, row {row}: has more than {MAX_COLUMNS} cells, the most that is read; split the table.")


def stray_cell(cell: str, place: int) -> str:
    """What is wrong with a cell in a column without a name; `place` counts from 0."""
    return f"{shown(cell)} stands in column {place + 1}, which has no name; name it in the header or clear the cell."


def _header_problems(file: str, names: list[str], symbols: Collection[str]) -> list[Problem]:
    counts = Counter(name for name in names if name)
    messages = {name: "the column is missing; add it to the header." for name in REQUIRED if name not in counts}
    for name, count in counts.items():
        if name not in COLUMNS:
            messages[name] = _unknown_column(name, symbols)
        elif count > 1:
            messages[name] = f"the column is there {count} times; keep one."
    return [Problem(file, 1, shown_name(name), message) for name, message in messages.items()]


def shown_name(name: str) -> str:
    """The name of a column as a place of a problem: as it is, unless it is long or cannot be seen."""
    return shown(name) if text_fault(name) else name


def _unknown_column(name: str, symbols: Collection[str]) -> str:
    plain = name.casefold().replace(" ", "_").replace("-", "_")
    if plain in COLUMNS:
        return f"the column is called {plain} here; write it so."
    if name in symbols:
        return "no such column is known; a table of prices goes where prices are asked for."
    return f"no such column is known; remove it or call it one of {', '.join(COLUMNS)}."


def _rules(symbols: Collection[str], *, clocked: bool) -> dict[str, Rule]:
    rules: dict[str, Rule] = {name: lambda _: "" for name in COLUMNS}
    return rules | {
        "symbol": symbol_rule(symbols),
        "date": date_fault,
        "announced_at": stamp_fault if clocked else _no_clock,
        "fine": fine_fault,
        "currency": currency_fault,
        "source": source_fault,
    }


def _no_clock(_: str) -> str:
    return "cannot be used, as uploaded prices have no trading hours; clear the cell, and the date decides alone."


def _cell_faults(names: Sequence[str], cells: Sequence[str], rules: Mapping[str, Rule]) -> list[tuple[str, str]]:
    """What is wrong with each cell of a row by itself, with the name of its column."""
    faults: list[tuple[str, str]] = []
    for place, (name, cell) in enumerate(zip(names, cells, strict=True)):
        # Only spaces are no part of a cell: a tab or a mark at its end would not be seen.
        text = cell.strip(" ") if cell.strip() else ""
        if text and not name:
            faults.append((name, stray_cell(text, place)))
        elif text and name in rules and (fault := text_fault(text) or rules[name](text)):
            faults.append((name, f"{shown(text)} {fault}"))
        elif not text and name in REQUIRED:
            faults.append((name, f"is blank; write {EXAMPLES[name]}."))
    return faults


def _pair_faults(texts: Mapping[str, str], wrong: AbstractSet[str]) -> Iterator[tuple[str, str]]:
    """What is wrong between cells of a row that are good by themselves."""
    announced, day = texts.get("announced_at", ""), texts["date"]
    if announced and announced[:10] != day and not {"announced_at", "date"} & wrong:
        yield "announced_at", f"{shown(announced)} falls on another day than the date, {day}; correct one of them."
    fine, currency = texts.get("fine", ""), texts.get("currency", "")
    if fine and not currency and "fine" not in wrong:
        yield "fine", f"{shown(fine)} has no currency; write it under currency, like CNY."
    if currency and not fine and "currency" not in wrong:
        yield "currency", f"{shown(currency)} has no fine beside it; write the amount under fine, or clear the cell."


def _repeats(
    row: int, texts: Mapping[str, str], first_rows: dict[tuple[str, str, str], int]
) -> Iterator[tuple[str, str]]:
    """Whether an earlier row names the same event, symbol and date; remembers those of this row."""
    event_id = texts["event_id"]
    first = first_rows.setdefault((event_id, texts["symbol"], texts["date"]), row)
    if first != row:
        yield "event_id", f"{shown(event_id)} repeats row {first}, with the same symbol and date; remove one of them."


def _event(row: int, texts: Mapping[str, str]) -> OwnEvent:
    announced, fine = texts.get("announced_at"), texts.get("fine")
    return OwnEvent(
        row=row,
        event_id=texts["event_id"],
        symbol=texts["symbol"],
        day=date.fromisoformat(texts["date"]),
        title=texts.get("title") or texts["event_id"],
        announced=datetime.fromisoformat(announced) if announced else None,
        group=texts.get("group", ""),
        fine=float(fine) if fine else None,
        currency=texts.get("currency", ""),
        source=texts.get("source", ""),
    )
