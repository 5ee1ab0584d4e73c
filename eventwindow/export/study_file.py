"""A study as one small file: events, settings, uploaded prices and the data version, to go on with it later.

JSON in UTF-8 that people can read, one event or day a line. What is read back is hostile until every part of it
has been looked at.
"""

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, get_args

import numpy as np

from eventwindow.facts.errors import DataError
from eventwindow.facts.own import MAX_COLUMNS, MAX_EVENTS, TextTable
from eventwindow.facts.prices import Floats, ReturnsKind
from eventwindow.facts.safe import encodable
from eventwindow.sources.upload import MAX_BYTES
from eventwindow.study.frames import Values, WideTable
from eventwindow.view import DATA_ID, PARAMETERS, Page, View
from eventwindow.workbench import Draft, OwnPrices

KIND = "Event Window study"
VERSION = 1
ABOUT = "Events, settings and data version of a study. Upload this file on the Workbench page to go on with it."
# The events are in the file: not packed once more as in a link.
SETTINGS = tuple(item.name for item in PARAMETERS if Page.WORKBENCH in item.pages and item.name != "own")
LONGEST_SETTING = 200
NAME = "study file"


@dataclass(frozen=True)
class StudyFile:
    """What a study file holds: the draft, the settings as in a link (name to text), and the data version."""

    draft: Draft
    parameters: Mapping[str, str]
    data: str


def study_file(draft: Draft, view: View, snapshot_id: str) -> bytes:
    """The file of a draft under a view.

    Numbers are written so that they read back bit by bit. Raises DataError where it would be larger than what
    can be read again.
    """
    settings = view.parameters()
    parts = {
        "kind": KIND,
        "version": VERSION,
        "about": ABOUT,
        "data": snapshot_id,
        "settings": {name: settings[name] for name in SETTINGS},
        "only_good_rows": draft.only_good,
        "events": {"file": draft.events.file, "columns": draft.events.columns, "notes": draft.events.notes},
        "event_rows": [[line, *cells] for line, cells in draft.events.rows],
    }
    if draft.prices is not None:
        parts |= _price_parts(draft.prices)
    lines = ",\n".join(f"{json.dumps(name)}: {_written(value)}" for name, value in parts.items())
    content = encodable(f"{{\n{lines}\n}}\n").encode("utf-8")
    if len(content) > MAX_BYTES:
        _refuse(f"it would be larger than {MAX_BYTES // 2**20} MB; leave out days or columns of the prices")
    return content


def read_study_file(content: bytes) -> StudyFile:
    """What a study file holds. Raises DataError for anything that is none, or that a later version has written."""
    if len(content) > MAX_BYTES:
        _refuse(f"it is larger than {MAX_BYTES // 2**20} MB; upload the file as it was downloaded")
    try:
        whole = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        _refuse("this is no study file; upload one that the Workbench page has made")
    if not isinstance(whole, dict) or whole.get("kind") != KIND:
        _refuse("this is no study file; upload one that the Workbench page has made")
    if whole.get("version") != VERSION or isinstance(whole["version"], bool):
        _refuse(f"it is not of version {VERSION}; open it where it was made, or bring events and prices again")
    data = _part(whole, "data", str)
    if not DATA_ID.fullmatch(data):
        _refuse("data: it is not the 12 digits of a data version; upload the file as it was downloaded")
    prices = _prices(whole) if "prices" in whole else None
    return StudyFile(Draft(_events(whole), prices, _part(whole, "only_good_rows", bool)), _settings(whole), data)


def _price_parts(prices: OwnPrices) -> dict[str, Any]:
    table = prices.table
    days = np.datetime_as_string(table.days, unit="D").tolist()
    rows = [[None if math.isnan(cell) else cell for cell in row] for row in table.values.tolist()]
    return {
        "prices": {
            "file": table.path.name,
            "columns": table.symbols,
            "values": prices.values,
            "benchmark": prices.benchmark,
            "factors": prices.factors,
            "returns_kind": prices.returns_kind,
        },
        "price_rows": [[day, *cells] for day, cells in zip(days, rows, strict=True)],
    }


def _written(value: object) -> str:
    """A value as JSON, the rows of a table each on a line of its own."""
    if isinstance(value, list):
        return "[" + ",".join(f"\n  {_written_plain(row)}" for row in value) + "\n]"
    return _written_plain(value)


def _written_plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _settings(whole: dict[str, Any]) -> dict[str, str]:
    settings = _part(whole, "settings", dict)
    for name in settings:
        if name not in SETTINGS:
            _refuse(f"settings: there is no setting {encodable(name)[:40]!r}; remove it")
    texts = {name: _text(text, f"settings, {name}") for name, text in settings.items()}
    for name, text in texts.items():
        if len(text) > LONGEST_SETTING:
            _refuse(f"settings, {name}: it is longer than {LONGEST_SETTING} characters; correct it")
    return texts


def _events(whole: dict[str, Any]) -> TextTable:
    head = _part(whole, "events", dict)
    columns = _texts(head, "columns", MAX_COLUMNS)
    lines: list[int] = []
    rows: list[tuple[str, ...]] = []
    for line, cells in _rows(whole, "event_rows", len(columns), MAX_EVENTS):
        if not isinstance(line, int) or isinstance(line, bool) or not max(lines[-1:], default=1) < line < 10**9:
            _refuse(f"event_rows, row {len(rows) + 1}: its line numbers must be whole and ascend from 2; correct them")
        lines.append(line)
        rows.append(tuple(_text(cell, f"event_rows, row {len(rows) + 1}") for cell in cells))
    notes = _texts(head, "notes", MAX_COLUMNS)
    return TextTable(_text(head.get("file"), "events, file"), columns, tuple(zip(lines, rows, strict=True)), notes)


def _prices(whole: dict[str, Any]) -> OwnPrices:
    head = _part(whole, "prices", dict)
    symbols = _texts(head, "columns", MAX_COLUMNS)
    if len({*symbols, "", "date"}) < len(symbols) + 2:
        _refuse("prices, columns: each needs a name of its own that is not date; correct them")
    benchmark, factors = _text(head.get("benchmark"), "prices, benchmark"), _texts(head, "factors", MAX_COLUMNS)
    if not {benchmark, *factors} <= {"", *symbols}:
        _refuse("prices: benchmark and factors must be columns of the prices; correct them")
    values, kind = (
        _one_of(head, name, get_args(choices)) for name, choices in (("values", Values), ("returns_kind", ReturnsKind))
    )
    days: list[date] = []
    rows: list[list[float]] = []
    for day, cells in _rows(whole, "price_rows", len(symbols), MAX_EVENTS):
        days.append(_day(day, days, len(rows) + 1))
        rows.append([_number(cell, f"price_rows, row {len(rows) + 1}") for cell in cells])
    if not days:
        _refuse("price_rows: there are no days; upload the file as it was downloaded")
    table: Floats = np.array(rows, dtype=np.float64).reshape(len(days), len(symbols))
    path = Path(Path(_text(head.get("file"), "prices, file")).name)
    wide = WideTable(path, np.array(days, dtype="datetime64[D]"), symbols, table)
    return OwnPrices(wide, values, benchmark, factors, kind)


def _part(whole: dict[str, Any], name: str, kind: type) -> Any:
    """A part of this type."""
    part = whole.get(name)
    if not isinstance(part, kind):
        _refuse(f"{name}: it is missing or of the wrong kind; upload the file as it was downloaded")
    return part


def _rows(whole: dict[str, Any], name: str, width: int, most: int) -> Iterator[tuple[object, list[object]]]:
    """First cell and further cells of every row of a table."""
    rows = _part(whole, name, list)
    if len(rows) > most:
        _refuse(f"{name}: there are more than {most:,} rows; leave some out")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != width + 1:
            _refuse(f"{name}, row {number}: it needs {width} cells after the first; correct the row")
        yield row[0], row[1:]


def _texts(head: dict[str, Any], name: str, most: int) -> tuple[str, ...]:
    texts = _part(head, name, list)
    if len(texts) > most:
        _refuse(f"{name}: there are more than {most}; leave some out")
    return tuple(_text(text, name) for text in texts)


def _text(text: object, place: str) -> str:
    if not isinstance(text, str) or encodable(text) != text:
        _refuse(f"{place}: it must be a text; correct it")
    return text


def _one_of(head: dict[str, Any], name: str, choices: Sequence[str]) -> Any:
    if head.get(name) not in choices:
        _refuse(f"prices, {name}: it must be {' or '.join(choices)}; correct it")
    return head[name]


def _day(text: object, before: Sequence[date], row: int) -> date:
    try:
        day = date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != text or not all(earlier < day for earlier in before[-1:]):
        _refuse(f"price_rows, row {row}: it must start with a date like 2023-07-07 after the one above; correct it")
    return day


def _number(cell: object, place: str) -> float:
    if cell is None:
        return math.nan
    if not isinstance(cell, int | float) or isinstance(cell, bool) or abs(cell) > sys.float_info.max:
        _refuse(f"{place}: every cell must be a number, or null where it is missing; correct it")
    return float(cell)


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _refuse(message: str) -> NoReturn:
    raise DataError(f"{NAME}: {message}.")
