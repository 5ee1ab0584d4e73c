"""The input half of the workbench: bring events, choose prices, keep the study, edit the table."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from eventwindow.example import example_table
from eventwindow.export.template import EXPLANATIONS, need, template_csv, template_workbook
from eventwindow.facts.own import COLUMNS
from eventwindow.format import md
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.box import box
from eventwindow.ui.downloads import XLSX
from eventwindow.ui.shell import Frame
from eventwindow.ui.state import seed
from eventwindow.ui.workbench import (
    EMPTY,
    Desk,
    bring_back,
    checked,
    forget,
    held,
    kept,
    put_table,
    take_file,
    too_large,
)
from eventwindow.ui.workbench_editor import show_table
from eventwindow.ui.workbench_prices import show_price_options, show_prices
from eventwindow.ui.workbench_problems import show_problems

EXAMPLE_ROWS = 2
TEMPLATE_WIDTH = 520
STEPS_SHARE, TABLE_SHARE = 4, 9


def show_input(frame: Frame, desk: Desk) -> None:
    """Steps and table, side by side where there is room."""
    steps, table = st.columns([STEPS_SHARE, TABLE_SHARE], gap="medium")
    with steps, st.container(key="work-steps", gap="xsmall"):
        _bring(desk, frame.snapshot)
        st.markdown("**2 · Prices**")
        show_prices(desk, frame.snapshot)
        _keep(frame, desk)
    with table, st.container(key="work-table", gap="xsmall"):
        _head(desk, frame.snapshot)
        show_table(desk)
    if desk.with_own_prices:
        show_price_options(desk)
    if desk.has_prices:
        _problems(desk, frame.snapshot)


def _bring(desk: Desk, snapshot: Snapshot) -> None:
    st.markdown(
        "**1 · Events**",
        help="A table as CSV or XLSX with the columns of the template, or a study file (JSON) saved here before. At "
        "most 5 MB and 10,000 rows. Or type into the table.",
    )
    key = f"work-upload-{desk.generation}"
    st.file_uploader(
        "Upload an event table or a study file",
        type=["csv", "tsv", "txt", "xlsx", "json"],
        key=key,
        on_change=take_file,
        args=(key,),
        label_visibility="collapsed",
    )
    if desk.told:
        st.error(md(desk.told), title="Not taken")
    with st.container(horizontal=True, gap="small"):
        st.button("Load the example", type="tertiary", on_click=_load_example, args=(snapshot,))
        st.button("Empty table", type="tertiary", on_click=put_table, args=(EMPTY,))
        box("Template", "work-template", lambda: _template(snapshot), width=TEMPLATE_WIDTH, kind="tertiary")


def _template(snapshot: Snapshot) -> None:
    rows = [cells for _, cells in example_table(snapshot).rows[:EXAMPLE_ROWS]]
    st.markdown("**A table with the right columns** and two example rows")
    with st.container(horizontal=True, gap="small"):
        _template_button("csv", partial(template_csv, rows), "text/csv")
        _template_button("xlsx", partial(template_workbook, rows), XLSX)
    st.markdown("\n".join(f"- **{md(name)}** ({need(name)}): {EXPLANATIONS[name]}" for name in COLUMNS))


def _template_button(suffix: str, make: Callable[[], bytes], mime: str) -> None:
    name = f"event-window-template.{suffix}"
    label = f"Template ({suffix.upper()})"
    st.download_button(label, make, name, mime, on_click="ignore", key=f"work-template-{suffix}")


def _keep(frame: Frame, desk: Desk) -> None:
    st.markdown("**3 · Keep it**")
    problem = too_large(desk, frame)
    with st.container(horizontal=True, gap="xsmall"):
        st.download_button(
            "Save study file",
            lambda: kept(desk, frame),
            "event-window-study.json",
            "application/json",
            icon=":material/save:",
            on_click="ignore",
            key="work-study-file",
            disabled=bool(problem),
            help="Events, prices, settings and data version in one small file. Upload it in step 1 to go on.",
        )
        st.button("Forget everything", icon=":material/delete:", type="tertiary", on_click=forget)
    if problem:
        st.caption(md(problem))


def _head(desk: Desk, snapshot: Snapshot) -> None:
    """What the table is, and how many of its rows are good."""
    rows = len(desk.events.rows)
    facts = [f"{rows:,} row{'s' if rows != 1 else ''}" if rows else "no rows yet"]
    if rows and desk.has_prices:
        good = len(checked(desk, snapshot).events)
        facts.append("all good" if good == rows else f"{good:,} good")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{md(desk.events.file)}** · {' · '.join(facts)}", width="content")
        if desk.previous is not None:
            st.button("Bring back the previous table", type="tertiary", icon=":material/undo:", on_click=bring_back)
    if desk.events.notes:
        st.caption(md(" ".join(desk.events.notes)))


def _problems(desk: Desk, snapshot: Snapshot) -> None:
    found = checked(desk, snapshot)
    if not found.problems or (not desk.events.rows and desk.events.columns == COLUMNS):
        return
    good = len(found.events)
    rows = f"{good:,} good row{'s' if good != 1 else ''}"
    title, advice = "These rows are not used yet", "To be corrected in the table or in the file."
    if desk.only_good:
        title = f"The study uses the {rows}; these are left out"
    elif good:
        advice = f"{advice} Until then the study waits, unless you use the {rows}."
    show_problems(found.problems, "events", title, advice)
    if good:
        seed("only_good", desk.only_good)
        st.toggle(
            f"Use the {rows}",
            key="pick_only_good",
            help="Rows with a problem are left out of the study until they are corrected.",
            on_change=_write_only_good,
        )


def _write_only_good() -> None:
    held().only_good = st.session_state.pick_only_good


def _load_example(snapshot: Snapshot) -> None:
    put_table(example_table(snapshot))
