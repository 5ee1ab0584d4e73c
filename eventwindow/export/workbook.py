"""Sheets as one XLSX workbook, with a first sheet that says what they are."""

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np
import pandas as pd

from eventwindow.export.cells import is_p, is_signed
from eventwindow.export.sheets import Origin, Sheet
from eventwindow.facts.safe import encodable, is_formula

READ_ME = "Read me"
LONGEST_TEXT = 32_767
LONGEST_TITLE = 31
NARROWEST, WIDEST = 9, 60
SIGNED, PLAIN, PROBABILITY, WHOLE = "+0.00;-0.00;0.00", "0.00", "0.000", "#,##0"
# Text stays text: nothing becomes a formula, a link or a number by its looks.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


# The note at the first cell of a sheet: what its units are and where it comes from.
COMMENT = {"author": "Event Window", "x_scale": 3}


@dataclass(frozen=True)
class _Formats:
    """Cell formats: heading, wrapped text, text that a spreadsheet must not read as a formula when edited, numbers."""

    heading: Any
    wrapped: Any
    quoted: Any
    numbers: Mapping[str, Any]


def workbook(sheets: Sequence[Sheet], origin: Origin) -> bytes:
    """One worksheet per sheet after "Read me"; numbers and dates as such, unknown blank, no cell a formula."""
    import xlsxwriter  # noqa: PLC0415 (loaded only when a workbook is asked for)

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        made = datetime.combine(origin.day, time(), UTC).replace(tzinfo=None)
        book.set_properties({"title": _text(origin.link.title)[:255], "created": made})
        formats = _Formats(
            heading=book.add_format({"bold": True, "text_wrap": True, "valign": "top", "quote_prefix": True}),
            wrapped=book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True}),
            quoted=book.add_format({"quote_prefix": True}),
            numbers={
                pattern: book.add_format({"num_format": pattern}) for pattern in (SIGNED, PLAIN, PROBABILITY, WHOLE)
            },
        )
        titles = _titles([READ_ME, *(sheet.name for sheet in sheets)])
        first = book.add_worksheet(titles[0])
        _read_me(first, titles[1:], sheets, origin, formats)
        for title, sheet in zip(titles[1:], sheets, strict=True):
            page = book.add_worksheet(title)
            _fill(page, sheet.table(), formats)
            page.write_comment(0, 0, _text(f"{sheet.note}\n{origin.link.address}"), COMMENT)
    return buffer.getvalue()


def _read_me(page: Any, titles: Sequence[str], sheets: Sequence[Sheet], origin: Origin, formats: _Formats) -> None:
    rows = [*origin.facts, *((f"Sheet {title}", sheet.note) for title, sheet in zip(titles, sheets, strict=True))]
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 100)
    for place, (name, text) in enumerate(rows):
        page.write_string(place, 0, _text(name), formats.heading)
        page.write_string(place, 1, _text(text), formats.wrapped)


def _fill(page: Any, table: pd.DataFrame, formats: _Formats) -> None:
    for column, name in enumerate(table.columns):
        cells = [str(name), *table.iloc[:, column]]
        page.set_column(column, column, min(max(_widths(cells[:200])), WIDEST))
        page.write_string(0, column, _text(str(name)), formats.heading)
        number = formats.numbers[_pattern(str(name), table.iloc[:, column])]
        for row, value in enumerate(cells[1:], start=1):
            _write(page, (row, column), value, number, formats.quoted)
    page.freeze_panes(1, 0)


def _pattern(name: str, column: "pd.Series[Any]") -> str:
    """How the numbers of a column look; their value stays as it is."""
    if is_p(name):
        return PROBABILITY
    if name.endswith("%"):
        return SIGNED if is_signed(name) else PLAIN
    numbers = pd.to_numeric(column, errors="coerce")
    return WHOLE if (numbers.dropna() % 1 == 0).all() else PLAIN


def _write(page: Any, place: tuple[int, int], value: object, number: Any, quoted: Any) -> None:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return
    if isinstance(value, bool | np.bool_):
        page.write_boolean(*place, bool(value))
    elif isinstance(value, int | float | np.number) and math.isfinite(value):
        page.write_number(*place, float(value), number)
    elif isinstance(value, date):
        page.write_datetime(*place, value.replace(tzinfo=None) if isinstance(value, datetime) else value)
    else:
        text = _text(str(value))
        page.write_string(*place, text, quoted if is_formula(text) else None)


def _text(text: str) -> str:
    """A text that the format can hold."""
    whole = encodable(text)
    return whole if _units(whole) <= LONGEST_TEXT else _cut(whole, LONGEST_TEXT - 1) + "…"


def _widths(cells: Iterable[object]) -> list[int]:
    return [NARROWEST, *(len(str(cell)) + 2 for cell in cells if not isinstance(cell, float))]


def _titles(names: Sequence[str]) -> list[str]:
    """Titles that every spreadsheet takes: short, without its own signs, each once whatever its case."""
    titles: list[str] = []
    for name in names:
        plain = "".join(" " if sign in "[]:*?/\\'" or not sign.isprintable() else sign for sign in encodable(name))
        title = _cut(plain.strip(), LONGEST_TITLE).strip() or "Sheet"
        number = 1
        while title.casefold() in {*(other.casefold() for other in titles), "history"}:
            number += 1
            title = f"{_cut(title, LONGEST_TITLE - 4).rstrip('0123456789 ')} {number}"
        titles.append(title)
    return titles


def _units(text: str) -> int:
    """Length as the format counts it: in UTF-16 units."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def _cut(text: str, most: int) -> str:
    """The beginning of a text, at most so many UTF-16 units."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")
