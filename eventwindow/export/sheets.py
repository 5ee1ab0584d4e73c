"""Tables as a page shows them, as files: the sheet, where it comes from, and CSV."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.export.links import Link, Supplied
from eventwindow.facts.safe import comment_text, csv_text, file_name
from eventwindow.format import plain_day
from eventwindow.view import Page

BYTE_ORDER_MARK = "\ufeff"  # without it, spreadsheets read signs and Chinese names wrongly
USE = "Figures computed by Event Window may be used with its citation. "
VENDORS = (
    "Prices are the data vendors', under the vendors' terms (data/SOURCES.md); no table of them is part of this file."
)
TERMS = {
    Supplied.NOTHING: f"{USE}{VENDORS}",
    Supplied.EVENTS: f"{USE}Events were supplied by the reader, who answers for them. {VENDORS}",
    Supplied.EVENTS_AND_PRICES: f"{USE}Events and prices were supplied by the reader, who answers for them.",
}


def whole(table: pd.DataFrame) -> pd.DataFrame:
    """All of a table."""
    return table


def columns(*names: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """What keeps these columns of a table, where it has them, in this order."""
    return lambda table: table[[name for name in names if name in table]]


@dataclass(frozen=True)
class Sheet:
    """One table of a page: a short `name`, the frame or what makes it when it is needed, and its units in words.

    `brief` picks the rows and columns that a printed report has room for.
    """

    name: str
    frame: pd.DataFrame | Callable[[], pd.DataFrame]
    note: str = ""
    brief: Callable[[pd.DataFrame], pd.DataFrame] = whole

    def table(self) -> pd.DataFrame:
        """The frame."""
        return self.frame if isinstance(self.frame, pd.DataFrame) else self.frame()


@dataclass(frozen=True)
class Origin:
    """What every download says of itself: the page it shows, the data and the day it was made."""

    link: Link
    snapshot_id: str
    day: date
    supplied: Supplied = Supplied.NOTHING

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Name and text of every fact, in the order in which they are shown."""
        uses_ours = self.supplied is not Supplied.EVENTS_AND_PRICES
        return [
            ("Page", f"Event Window, {self._page}"),
            ("Link", self.link.address),
            *([] if self.supplied is Supplied.NOTHING else [("Supplied by the reader", str(self.supplied))]),
            *([("Data version", self.snapshot_id)] if uses_ours else []),
            ("Downloaded", plain_day(self.day)),
            ("Cite as", self.citation),
            ("Terms", TERMS[self.supplied]),
        ]

    @property
    def _page(self) -> str:
        """The page and its title, which may begin with the page's name."""
        page, title = self.link.page, self.link.title
        return title if title.casefold().startswith(page) else f"{page}: {title}"

    @property
    def citation(self) -> str:
        """How to cite the view."""
        return self.link.citation(self.snapshot_id, self.day, self.supplied)

    def file_name(self, *parts: str, suffix: str) -> str:
        """Such as `event-window-ant-group-fine-2023-07-windows.csv`; pages about many announcements by their name."""
        is_of_one = self.link.page in {Page.EVENT, Page.ROBUSTNESS}
        about = [self.link.view.event] if is_of_one else []
        page = [] if self.link.page is Page.EVENT else [self.link.page]
        named = [re.sub(f"^{self.link.page}[ -]", "", part, flags=re.IGNORECASE) for part in parts]
        return file_name("event-window", *page, *about, *named, suffix=suffix)


def write_csv(frame: pd.DataFrame, target: Path | TextIO) -> None:
    """Write a table as CSV: LF line ends, numbers at full precision, blank where unknown, no cell a formula."""
    safe = frame.set_axis([csv_text(str(name)) for name in frame.columns], axis=1)
    for place, kind in enumerate(frame.dtypes):
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind)):
            safe.isetitem(place, _texts(frame.iloc[:, place].tolist()))
    safe.to_csv(target, index=False, lineterminator="\n", encoding="utf-8")


def sheet_csv(sheet: Sheet, origin: Origin) -> bytes:
    """A sheet as CSV, after comment lines that start with `#` and say what it is."""
    facts = [("Table", f"{sheet.name}. {sheet.note}"), *origin.facts]
    lines = [f"# {name}: {comment_text(text)}" for name, text in facts]
    written = io.StringIO(newline="")
    written.write("\n".join([BYTE_ORDER_MARK + lines[0], *lines[1:], ""]))
    write_csv(sheet.table(), written)
    return written.getvalue().encode("utf-8")


def _texts(cells: list[object]) -> NDArray[np.object_]:
    """Cells with every text made safe; long tables repeat few texts."""
    safe = {text: csv_text(text) for text in {cell for cell in cells if isinstance(cell, str)}}
    texts = (safe[cell] if isinstance(cell, str) else cell for cell in cells)
    return np.fromiter(texts, dtype=object, count=len(cells))
