"""The documents inside a workbook, element by element: its lists, its formats, its strings and the rows of a sheet.

Names of elements and attributes come without their namespaces, which differ between the two editions of the format.
"""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from eventwindow.facts.errors import DataError
from eventwindow.facts.own import MAX_COLUMNS, MAX_EVENTS, too_many_rows, too_wide

# A text, or the number of a text in the workbook's list of shared ones.
Cell = str | int

MOST_ELEMENTS, MOST_STYLES, LONGEST_FORMAT = 1000, 70_000, 255
# The most characters that spreadsheet programs put into a cell.
LONGEST_TEXT = 32_767
# Formats built into Excel that show dates or times, also in East Asia.
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
# Before this day Excel counts a 29 February 1900 that never was.
FIRST_SURE_SERIAL, LAST_SERIAL = 61, 2_957_003
EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
DAY_SECONDS = 86_400
MIDNIGHT = "T00:00:00"
# Whole numbers beyond this are not exact and keep their exponent.
LARGEST_WHOLE = 10**15

_NO_LETTERS = re.compile(r'"[^"]*"|[\\_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE | re.DOTALL)
_PLACE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_WHOLE = re.compile(r"[0-9]{1,7}")
# How a workbook writes what XML cannot hold.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Reader:
    """What takes in a document; `done` says that it needs no more."""

    done = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Text, or part of one."""


@dataclass
class Elements(Reader):
    """The first elements of these names, with their attributes."""

    wanted: Collection[str]
    found: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Keep the element if it is wanted."""
        if tag in self.wanted:
            self.found.append((tag, {name.rpartition(" ")[2]: value for name, value in attributes.items()}))
            self.done = len(self.found) >= MOST_ELEMENTS


@dataclass
class Formats(Reader):
    """Which styles of cells show their number as a date or time: formats of dates, and the format of each style."""

    dates: set[int] = field(default_factory=lambda: set(DATE_FORMATS))
    styles: list[int] = field(default_factory=list)
    section: str = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take in a format or a style."""
        if tag in ("numFmts", "cellXfs"):
            self.section = tag
        elif tag == "numFmt" and self.section == "numFmts":
            if _shows_date(attributes["formatCode"]):
                self.dates.add(int(attributes["numFmtId"]))
        elif tag == "xf" and self.section == "cellXfs":
            self.styles.append(int(attributes.get("numFmtId", "0")))
            self.done = len(self.styles) + len(self.dates) >= MOST_STYLES

    def end(self, tag: str) -> None:
        """Leave the section that ends."""
        if tag == self.section:
            self.section = ""

    def date_styles(self) -> frozenset[str]:
        """The styles that show dates or times, as cells name them."""
        return frozenset(str(number) for number, style in enumerate(self.styles) if style in self.dates)


@dataclass
class Strings(Reader):
    """The shared strings that are wanted, by number; readings printed above Asian text are no part of them.

    Raises DataError for one that is longer than any cell.
    """

    file: str
    wanted: Collection[int]
    texts: dict[int, str] = field(default_factory=dict)
    number: int = -1
    parts: list[str] = field(default_factory=list)
    length: int = 0
    taking: bool = False
    skipping: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002 - strings have no attributes
        """A string, or a run of one, begins."""
        if tag == "si":
            self.number, self.parts, self.length = self.number + 1, [], 0
        elif tag == "rPh":
            self.skipping = True
        elif tag == "t":
            self.taking = not self.skipping and self.number in self.wanted

    def end(self, tag: str) -> None:
        """Keep a string that is whole."""
        if tag == "si" and self.number in self.wanted:
            self.texts[self.number] = _unescaped("".join(self.parts))
            self.done = len(self.texts) == len(self.wanted)
        elif tag == "rPh":
            self.skipping = False
        elif tag == "t":
            self.taking = False

    def text(self, data: str) -> None:
        """Part of a run."""
        if self.taking:
            self.parts.append(data)
            self.length += len(data)
            if self.length > LONGEST_TEXT:
                raise _too_long(self.file)


@dataclass
class Rows(Reader):
    """The rows of a sheet that are not blank; `file` is the name of the workbook in messages.

    Raises DataError at the first row or cell beyond the limits, and ValueError for rows or cells out of order.
    """

    file: str
    date_styles: Collection[str]
    from_1904: bool
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    row: int = 0
    column: int = -1
    kind: str = ""
    style: str = ""
    taken: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    inside: bool = False
    taking: bool = False
    skipping: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A row, a cell, or what is in it begins."""
        if tag == "sheetData":
            self.inside = True
        elif not self.inside:
            return
        elif tag == "c":
            self.column = _later(self.column, _column(attributes["r"]) if "r" in attributes else self.column + 1)
            self.kind, self.style, self.taken = attributes.get("t", "n"), attributes.get("s", "0"), {}
        elif tag == "row":
            self.row = _later(self.row, _whole(attributes["r"]) if "r" in attributes else self.row + 1)
            self.column, self.cells = -1, []
        elif tag == "rPh":
            self.skipping = True
        elif tag in ("v", "t", "f"):
            self.parts, self.length, self.taking = [], 0, not self.skipping

    def end(self, tag: str) -> None:
        """Keep what is whole."""
        if tag in ("v", "t", "f") and self.taking:
            self.taken[tag] = self.taken.get(tag, "") + "".join(self.parts)
            self.taking = False
        elif tag == "rPh":
            self.skipping = False
        elif tag == "c":
            self._keep(self._cell())
        elif tag == "row" and self.cells:
            self.rows.append((self.row, self.cells))
            self.cells = []
            if len(self.rows) > 1 + MAX_EVENTS:
                raise too_many_rows(self.file)
        elif tag == "sheetData":
            self.done = True

    def text(self, data: str) -> None:
        """Part of a value."""
        if self.taking:
            self.parts.append(data)
            self.length += len(data)
            if self.length > LONGEST_TEXT:
                raise _too_long(f"{self.file}, row {self.row}")

    def _keep(self, cell: Cell) -> None:
        if cell == "":
            return
        if self.column >= MAX_COLUMNS:
            raise too_wide(self.file, self.row)
        self.cells += [""] * (self.column - len(self.cells))
        self.cells.append(cell)

    def _cell(self) -> Cell:
        value = self.taken.get("t" if self.kind == "inlineStr" else "v", "")
        if not value:
            # A text that a formula gave may be blank; any other blank value was never computed.
            return f"={self.taken['f']}" if "f" in self.taken and self.kind != "str" else ""
        if self.kind == "s":
            return _whole(value)
        if self.kind in ("str", "inlineStr"):
            return _unescaped(value)
        if self.kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if self.kind == "n":
            return number_text(value, self.style in self.date_styles, self.from_1904)
        return value.removesuffix(MIDNIGHT)


def number_text(value: str, is_date: bool, from_1904: bool = False) -> str:
    """A number of a workbook as text: a date as YYYY-MM-DD, a whole number without ".0", anything else as it is."""
    try:
        number = float(value)
    except ValueError:
        return value
    if is_date and 0 <= number < LAST_SERIAL and (moment := _moment(number, from_1904)):
        return moment
    if number.is_integer() and abs(number) < LARGEST_WHOLE:
        return str(int(number))
    return repr(number) if math.isfinite(number) else value


def _moment(serial: float, from_1904: bool) -> str:
    """Date, time of day or both of a day counted by a workbook; "" where its calendar is wrong."""
    days, seconds = divmod(round(serial * DAY_SECONDS), DAY_SECONDS)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}" if seconds else ""
    if days == 0:
        return clock
    if days < FIRST_SURE_SERIAL and not from_1904:
        return ""
    return f"{EPOCHS[from_1904] + timedelta(days=days)} {clock}".rstrip()


def _shows_date(code: str) -> bool:
    """Whether a format has a letter of a date or time outside quotation marks, escapes and brackets."""
    return not set("ymdhs").isdisjoint(_NO_LETTERS.sub("", code[:LONGEST_FORMAT]).lower())


def _too_long(place: str) -> DataError:
    return DataError(f"{place}: a cell has more than {LONGEST_TEXT:,} characters, the most that is read; shorten it.")


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _column(place: str) -> int:
    """Number of a column from 0 of a place like AB12."""
    match = _PLACE.fullmatch(place)
    if not match:
        raise ValueError(place)
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _later(before: int, now: int) -> int:
    if now <= before:
        raise ValueError(now)
    return now
