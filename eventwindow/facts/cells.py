"""What a cell of the project's tables may hold, and how a table is read and checked cell by cell.

Cells are read as text and stay text, so nothing is silently coerced: a rule sees what the file says.
Tables are indexed by line number (the header is line 1), so a problem can name the line to open.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pandera.pandas as pa

from eventwindow.facts.problems import Problem, shown

# A column, the rows (aligned with the table) in which its cell is wrong, and what to say of it.
Rule = tuple[str, "pd.Series[bool]", str]


class Kind(NamedTuple):
    """What a cell may hold: its test, its name in words, and how to write it."""

    accepts: Callable[[str], bool]
    name: str
    advice: str


def is_date(text: str) -> bool:
    """Whether the text is a calendar day written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_stamp(text: str) -> bool:
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return False
    return stamp.tzinfo is not None and stamp.isoformat() == text


def _is_text(text: str) -> bool:
    return text != "" and text == text.strip() and text.isprintable()


def _are_bodies(text: str) -> bool:
    return all(_is_text(body) and body.count("(") == body.count(")") for body in text.split(";"))


def _pattern(pattern: str) -> Callable[[str], bool]:
    matches = re.compile(pattern).fullmatch
    return lambda text: matches(text) is not None


def one_of(*choices: str) -> Kind:
    """A cell that is one of these words."""
    return Kind(choices.__contains__, f"one of {', '.join(choices)}", "use one of these")


TEXT = Kind(_is_text, "text on one line", "fill the cell, without line breaks and without spaces at its ends")
DATE = Kind(is_date, "a date", "write it like 2023-07-07")
PARTIAL_DATE = Kind(
    _pattern(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"),
    "a day, month or year",
    "write it like 2018-04-08, 2018-04 or 2018",
)
PUBLISHED = Kind(
    _pattern(r"\d{4}-\d{2}(-\d{2}( .+)?)?"), "a printed date", "start it with a month or day like 2023-07-07"
)
STAMP = Kind(_is_stamp, "a time with its offset", "write it like 2023-07-07T20:10:00+08:00")
CLOCK = Kind(_pattern(r"([01]\d|2[0-3]):[0-5]\d"), "a time of day", "write it like 09:30")
AMOUNT = Kind(_pattern(r"(?=.*[1-9])\d+(\.\d+)?"), "a number above zero", "write it like 84.3")
COUNT = Kind(_pattern(r"[1-9]\d*"), "a whole number above zero", "write it like 69003665")
PERCENT = Kind(_pattern(r"-?\d+(\.\d+)?"), "a percentage", "write it like -3.5, without a percent sign")
URL = Kind(_pattern(r"https?://\S+"), "a web address", "start it with http:// or https://")
SYMBOL = Kind(_pattern(r"[A-Z0-9]+(\.[A-Z]+)?"), "a symbol", "write it like 9988.HK or BABA")
ISSUER = Kind(_pattern(r"[A-Z0-9_]+"), "an issuer", "write it like TENCENT_MUSIC")
ISSUERS = Kind(_pattern(r"[A-Z0-9_]+(;[A-Z0-9_]+)*"), "a list of issuers", "write it like ALIBABA;TENCENT")
EVENT = Kind(_pattern(r"[a-z0-9]+(-[a-z0-9]+)*"), "an event_id", "write it like ant-group-fine-2023-07")
BODIES = Kind(_are_bodies, "a list of bodies", "join them by ';', with no ';' inside parentheses")
CONFIDENCE = one_of("high", "medium", "low")
BASIS = one_of("searched", "both", "background")
PHASE = one_of("before_open", "during", "after_close", "non_trading_day", "unknown")
CALENDAR = one_of("XHKG", "XNYS", "XSHG")
MOMENT = one_of(
    "premarket", "open", "intraday_early", "intraday", "intraday_low", "intraday_high", "close", "afterhours"
)
COUNTED = one_of(
    *("outstanding_20f_cover", "outstanding_20f_balance_sheet", "outstanding_company_update"),
    *("issued_hkex_return", "issued_hkex_interest_form", "issued_20f_note", "issued_third_party_table"),
    *("issued_hkex_return_class_b_only", "issued_hkex_interest_form_class_b_only"),
    *("derived", "derived_press_cap", "missing"),
)
LISTED = one_of("HKEX", "NYSE", "Nasdaq", "OTC")
SERIES = one_of("share", "price_index", "total_return_index", "fx")


def needs(kind: Kind) -> pa.Column:
    """A column whose cells are all of this kind."""
    error = f"is not {kind.name}; {kind.advice}."
    return pa.Column(str, pa.Check(kind.accepts, element_wise=True, error=error))


def may(kind: Kind) -> pa.Column:
    """A column whose cells are of this kind or blank (unknown)."""
    accepts = kind.accepts
    error = f"is neither {kind.name} nor blank; {kind.advice}."
    return pa.Column(str, pa.Check(lambda cell: not cell or accepts(cell), element_wise=True, error=error))


def schema(**columns: pa.Column) -> pa.DataFrameSchema:
    """A table with exactly these columns."""
    return pa.DataFrameSchema(columns, strict=True)


def read(folder: Path, file: str, schema: pa.DataFrameSchema) -> tuple[pd.DataFrame | None, list[Problem]]:
    """A table as text, None if it has not the columns of `schema`, and what is wrong with its cells.

    Raises UnicodeDecodeError for a file that is not UTF-8.
    """
    path = folder / file
    if not path.is_file():
        return None, [Problem(file, None, "", "the table is missing; build the data folder again.")]
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle)
        # The generator reads `line_num` before each row: a row goes by its first line in the file.
        starts = (reader.line_num + 1 for _ in count())
        lines = list(zip(starts, reader, strict=False))
    if len(lines) < 2:
        return None, [Problem(file, None, "", "has no rows; build the data folder again.")]
    (_, header), *rows = lines
    expected, found = Counter(list(schema.columns)), Counter(header)
    problems = [Problem(file, 1, name, "the column is missing; add it to the header.") for name in expected - found]
    problems += [Problem(file, 1, name, "no such column is known; remove it.") for name in found - expected]
    problems += [
        Problem(file, line, "", f"has {len(cells)} cells under {len(header)} column names; correct the row.")
        for line, cells in rows
        if len(cells) != len(header)
    ]
    if problems:
        return None, problems
    lines_of_rows = [line for line, _ in rows]
    table = pd.DataFrame([cells for _, cells in rows], index=lines_of_rows, columns=header, dtype=str)
    return table, broken_cells(file, table, schema)


def broken(file: str, table: pd.DataFrame, *rules: Rule) -> list[Problem]:
    """A problem for each row and rule whose mask holds; the message follows the value of the cell."""
    return [
        Problem(file, int(str(line)), column, f"{shown(cell)} {message}")
        for column, wrong, message in rules
        for line, cell in table.loc[wrong, column].items()
    ]


def broken_cells(file: str, table: pd.DataFrame, schema: pa.DataFrameSchema) -> list[Problem]:
    """What is wrong with the cells of a table of texts, indexed by line number."""
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.sort_values("index", kind="stable")
        return [
            Problem(file, int(line), column, f"{shown(cell)} {check}")
            for line, column, cell, check in cases[["index", "column", "failure_case", "check"]].to_numpy()
        ]
    return []
