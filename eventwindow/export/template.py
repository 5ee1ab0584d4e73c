"""The empty table that a reader fills with own events: as CSV and as a workbook that explains its columns."""

import csv
import io
from collections.abc import Sequence
from itertools import chain

from eventwindow.export.sheets import BYTE_ORDER_MARK
from eventwindow.export.workbook import OPTIONS
from eventwindow.facts.own import COLUMNS, REQUIRED
from eventwindow.facts.safe import csv_text

EXPLANATIONS = {
    "event_id": "A short name of the event. Rows that share it are one event seen on several symbols.",
    "symbol": "A ticker of this site, such as 0700.HK or HSTECH, or a column of your own prices.",
    "date": "Day of the event, written 2023-07-07. Day 0 is the first session of the symbol on or after it.",
    "title": "The event in words, for charts and tables.",
    "announced_at": "The moment with its offset from UTC, 2023-07-07T20:10:00+08:00, on the day in `date`. It then "
    "decides day 0 by the hours of the symbol's market: news after the close counts for the next session. Only with "
    "the prices of this site.",
    "group": "Any word to average by, such as fine or approval.",
    "fine": "An amount above zero as a plain number, 984000000.",
    "currency": "Three letters such as CNY, HKD or USD, if there is a fine.",
    "source": "Where it is written: an address that starts with https://.",
}
EVENTS_SHEET, COLUMNS_SHEET = "events", "columns"
WIDTHS = {"event_id": 32, "title": 40, "announced_at": 28, "source": 60}
USUAL_WIDTH = 14


def need(column: str) -> str:
    """`required` or `optional`."""
    return "required" if column in REQUIRED else "optional"


def template_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """Header and example rows as CSV, no cell a formula."""
    written = io.StringIO(newline="")
    lines = csv.writer(written, lineterminator="\n")
    lines.writerows([csv_text(cell) for cell in row] for row in chain([COLUMNS], rows))
    return (BYTE_ORDER_MARK + written.getvalue()).encode("utf-8")


def template_workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """Header and example rows as an XLSX workbook; a second sheet says what every column holds.

    The cells are formatted as text, so that a spreadsheet leaves dates and numbers as they are typed.
    """
    import xlsxwriter  # noqa: PLC0415 (loaded only when a workbook is asked for)

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        bold, plain = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        events, explained = book.add_worksheet(EVENTS_SHEET), book.add_worksheet(COLUMNS_SHEET)
        for place, name in enumerate(COLUMNS):
            events.set_column(place, place, WIDTHS.get(name, USUAL_WIDTH), plain)
            events.write_string(0, place, name, bold)
        for line, cells in enumerate(rows, start=1):
            for place, cell in enumerate(cells):
                if cell:
                    events.write_string(line, place, cell, plain)
        events.freeze_panes(1, 0)
        explained.set_column(0, 1, USUAL_WIDTH)
        explained.set_column(2, 2, 100)
        for line, cells in enumerate([("column", "needed", "what it holds"), *_explained()]):
            for place, cell in enumerate(cells):
                explained.write_string(line, place, cell, wrapped if line else bold)
    return buffer.getvalue()


def _explained() -> list[tuple[str, str, str]]:
    return [(name, need(name), EXPLANATIONS[name].replace("`", "")) for name in COLUMNS]
