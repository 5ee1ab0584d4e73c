"""What is wrong with a reader's table: all of it at once, by row and column, with what to do."""

import io
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from eventwindow.export.sheets import BYTE_ORDER_MARK, write_csv
from eventwindow.facts.problems import Problem
from eventwindow.format import md

# Problems written out in full, whose sentences a cell would cut, and those shown at all.
IN_FULL, MOST_SHOWN = 8, 500
ROW_HEIGHT, MOST_ROWS = 35, 8
MESSAGE_WIDTH = 780
WRONG = "What is wrong, and what to do"


def show_problems(problems: Sequence[Problem], name: str, title: str, advice: str) -> None:
    """Their number and an `advice` under a `title`, the first ones in full, more in a table; nothing if none."""
    if not problems:
        return
    count = f"{len(problems):,} problem{'s' if len(problems) > 1 else ''}"
    more = f" The first {MOST_SHOWN} are shown; the CSV below has all." if len(problems) > MOST_SHOWN else ""
    with st.container(key=f"work-problems-{name}", gap="small"):
        st.warning(f"{count}. {advice}{more}", title=title)
        st.markdown("\n".join(f"- {md(place_of(problem))}: {md(problem.message)}" for problem in problems[:IN_FULL]))
        if len(problems) > IN_FULL:
            _show_rest(problems[IN_FULL:MOST_SHOWN], name)
        st.download_button(
            "All problems (CSV)",
            lambda: problems_csv(problems),
            f"event-window-problems-{name}.csv",
            "text/csv",
            on_click="ignore",
            key=f"work-problems-csv-{name}",
        )


def _show_rest(problems: Sequence[Problem], name: str) -> None:
    st.dataframe(
        problem_table(problems),
        hide_index=True,
        height=ROW_HEIGHT * (min(len(problems), MOST_ROWS) + 1) + 3,
        column_config={
            "Row": st.column_config.TextColumn(
                width=56, help="Line of the file; the header is line 1. Blank where it concerns the whole table."
            ),
            "Column": st.column_config.TextColumn(width=110),
            WRONG: st.column_config.TextColumn(width=MESSAGE_WIDTH),
        },
        alt="More problems of the table: row, column, what is wrong and what to do.",
        key=f"work-problem-rows-{name}",
    )


def place_of(problem: Problem) -> str:
    """`row 4, symbol`, `row 4`, or `the table` where it concerns the whole of it."""
    row = f"row {problem.row:,}" if problem.row else ""
    return ", ".join(filter(None, (row, problem.column))) or "the table"


def problem_table(problems: Sequence[Problem]) -> pd.DataFrame:
    """One row per problem; a problem of the whole table has no row."""
    return pd.DataFrame(
        {
            "Row": [str(problem.row or "") for problem in problems],
            "Column": [problem.column for problem in problems],
            WRONG: [problem.message for problem in problems],
        }
    )


def problems_csv(problems: Sequence[Problem]) -> bytes:
    """The same as CSV, no cell a formula."""
    written = io.StringIO(newline="")
    written.write(BYTE_ORDER_MARK)
    write_csv(problem_table(problems), written)
    return written.getvalue().encode("utf-8")
