"""The event table as a reader edits it: every cell is text, nothing is coerced."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd
import streamlit as st

from eventwindow.export.template import EXPLANATIONS, need
from eventwindow.facts.own import COLUMNS, REQUIRED, TextTable
from eventwindow.ui.workbench import Desk, held, unlink

# Longer tables are edited where they were made; their first rows are shown.
MOST_EDITED, FIRST_SHOWN = 1_000, 100
FIRST_LINE = 2
# Blank rows at the end, and rows in all at least: those have numbers, which rows added by hand get later.
SPARE, FEWEST = 3, 9
HEIGHT = 352
WIDTHS = {"event_id": 215, "symbol": 200, "date": 100, "title": 300, "announced_at": 220, "source": 320}
ALT = "The event table: one row per event and symbol."


def show_table(desk: Desk) -> None:
    """The table to edit, or the first rows of one that is too long or has other columns."""
    table = desk.events
    if can_edit(table):
        _edit(desk)
        return
    lines = [line for line, _ in table.rows[:FIRST_SHOWN]]
    cells = [cells for _, cells in table.rows[:FIRST_SHOWN]]
    names = [
        name if table.columns.count(name) == 1 else f"{name} ({place})" for place, name in enumerate(table.columns, 1)
    ]
    st.dataframe(
        pd.DataFrame(cells, index=pd.Index(lines, name="row"), columns=names, dtype=str),
        height=HEIGHT,
        alt=ALT,
        key="work-rows",
    )
    if len(table.rows) > MOST_EDITED:
        st.caption(
            f"The first {FIRST_SHOWN} of {len(table.rows):,} rows. Up to {MOST_EDITED:,} can be edited here; "
            "edit a longer table in its file and upload it again."
        )
    else:
        st.caption("A table with other columns is edited in its file: correct it there and upload it again.")


def can_edit(table: TextTable) -> bool:
    """Whether the table is short enough for the editor and has no column twice or unknown."""
    last = max((line for line, _ in table.rows), default=FIRST_LINE)
    is_plain = len(set(table.columns)) == len(table.columns) and set(table.columns) <= set(COLUMNS)
    return is_plain and last - FIRST_LINE < MOST_EDITED


def _edit(desk: Desk) -> None:
    key = f"work-editor-{desk.generation}"
    if key not in st.session_state:
        # Streamlit drops edits with the editor that held them.
        desk.rebase()
        key = f"work-editor-{desk.generation}"
    st.data_editor(
        desk.remembered(("editor", desk.generation), lambda: editor_frame(desk.base)),
        num_rows="dynamic",
        hide_index=False,
        height=HEIGHT,
        column_config={"_index": st.column_config.Column("row", width=44), **_columns()},
        key=key,
        on_change=_take_edits,
        args=(key,),
        placeholder="",
        alt=ALT,
    )


def editor_frame(table: TextTable) -> pd.DataFrame:
    """All known columns, and blank rows to write into.

    Rows stand where their line numbers say, so that a problem's row is the one shown.
    """
    last = max((line for line, _ in table.rows), default=FIRST_LINE - 1)
    rows = [dict.fromkeys(COLUMNS, "") for _ in range(max(last - FIRST_LINE + 1 + SPARE, FEWEST))]
    for line, cells in table.rows:
        rows[line - FIRST_LINE].update(zip(table.columns, cells, strict=True))
    index = pd.RangeIndex(FIRST_LINE, FIRST_LINE + len(rows))
    return pd.DataFrame(rows, index=index, columns=list(COLUMNS), dtype=str)


def edited(base: TextTable, edits: Mapping[str, Any]) -> TextTable:
    """The table with what the editor says was changed, added and deleted; blank rows are left out."""
    rows: list[dict[str, str]] = editor_frame(base).to_dict("records")  # type: ignore[assignment]
    for place, changes in edits["edited_rows"].items():
        rows[int(place)].update({name: _cell(value) for name, value in changes.items() if name in COLUMNS})
    deleted = set(edits["deleted_rows"])
    kept = [row for place, row in enumerate(rows) if place not in deleted]
    kept += [{name: _cell(row.get(name)) for name in COLUMNS} for row in edits["added_rows"]]
    cells = enumerate((tuple(row[name] for name in COLUMNS) for row in kept), start=FIRST_LINE)
    return TextTable(base.file, COLUMNS, tuple((line, row) for line, row in cells if any(row)), base.notes)


def _take_edits(key: str) -> None:
    desk, edits = held(), st.session_state[key]
    desk.edit(edited(desk.base, edits))
    if edits["deleted_rows"] or len(list(filter(any, map(dict.values, edits["added_rows"])))) > 1:
        # Numbers have changed, or rows were pasted that have none yet.
        desk.rebase()
    unlink()


def _cell(value: object) -> str:
    return "" if value is None else str(value)


@cache
def _columns() -> Mapping[str, Any]:
    # Symbols are text too: a list to choose from would put its own entry in place of a ticker that is typed.
    return {
        name: st.column_config.TextColumn(
            f"{name} *" if name in REQUIRED else name,
            help=f"{need(name).capitalize()}. {EXPLANATIONS[name]}",
            width=WIDTHS.get(name, "small"),
            default="",
        )
        for name in COLUMNS
    }
