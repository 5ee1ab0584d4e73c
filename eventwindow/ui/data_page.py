"""The tabs of the Data page: announcements, coverage, checks, press figures, files."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from pandas.io.formats.style import Styler

from eventwindow.charts.coverage import coverage_chart
from eventwindow.charts.theme import CONFIG, palette
from eventwindow.export.folder import is_vendors, zipped
from eventwindow.export.sheets import Sheet, columns
from eventwindow.facts.reported import Agreement
from eventwindow.format import md
from eventwindow.quality.checks import Check
from eventwindow.quality.coverage import Coverage, coverage
from eventwindow.quality.files import DataFile, data_files
from eventwindow.quality.press import PressFigure, press_figures
from eventwindow.quality.report import check_data
from eventwindow.sources.snapshot import COMMITTED, Snapshot
from eventwindow.survey import chosen_announcements
from eventwindow.ui import shell
from eventwindow.ui.compare import Shown
from eventwindow.ui.data_tables import (
    coverage_table,
    day_zero_columns,
    events_table,
    files_table,
    findings_table,
    press_table,
)
from eventwindow.ui.documents import section
from eventwindow.ui.refresh_table import show_refresh
from eventwindow.ui.shell import Frame
from eventwindow.ui.state import choose
from eventwindow.ui.styled import both
from eventwindow.ui.tables import SECURE_LINK
from eventwindow.view import Page
from eventwindow.words_data import (
    AGREEMENT_MEANINGS,
    AGREEMENT_NAMES,
    checks_finding,
    coverage_finding,
    outcome,
    press_finding,
)

COUNT = st.column_config.NumberColumn(format="localized")
DAY = st.column_config.DateColumn(format="D MMM YYYY")
TABLE_HEIGHT = 560
DAY_ZERO = (
    "Day 0 is each market's first session that closes after the announcement. The rule says what decided it: the hour, "
    "the part of the day where only that is known, or 09:00 at the regulator where nothing is."
)
COVERAGE_KEY = (
    "Hatched: only closes are known for years on end. Circles: single days with a close alone, in Hong Kong mostly "
    "half days. The shaded years are those of the announcements. An exchange rate has no exchange, so Monday to Friday "
    "is expected of it."
)
SOURCES = COMMITTED / "SOURCES.md"
SAID_OF_THE_DATA = ("What was corrected, and on what evidence", "What is known to be weak")


def show_events(frame: Frame) -> Shown:
    """The Events tab; a click on a row opens the announcement."""
    chosen = chosen_announcements(frame.snapshot, frame.view)
    newest_first = sorted(chosen, key=lambda item: item.day, reverse=True)
    if not newest_first:
        st.info("No announcement passes the filters in the sidebar. Widen them.", title="Nothing to list")
        return Shown()
    event_ids = tuple(item.event_id for item in newest_first)
    table = _events_table(frame.snapshot.snapshot_id, event_ids, frame.snapshot)
    st.caption(
        "Tick the box of a row to open the announcement. Click a column's head to sort; the magnifier above the "
        "table searches every column. A blank cell is unknown, never zero."
    )
    st.dataframe(
        table,
        height=TABLE_HEIGHT,
        hide_index=True,
        placeholder="",
        key="events_table",
        on_select=partial(_open_event, event_ids),
        selection_mode="single-row",
        column_config={
            "Date": DAY,
            "Announcement": st.column_config.TextColumn(width=320),
            "Companies": st.column_config.TextColumn(width="medium"),
            "Amount, yuan": st.column_config.NumberColumn(
                format="localized", help="Fines and confiscated gains of the whole announcement together."
            ),
            **dict.fromkeys(day_zero_columns(), DAY),
            "Source": SECURE_LINK,
            "Second source": SECURE_LINK,
            "Confidence": st.column_config.TextColumn(help="In fact, date and amount; not in the hour."),
        },
        alt=f"{len(table)} announcements with date, bodies, companies, amount, clocks, day 0 and sources.",
    )
    st.caption(DAY_ZERO)
    brief = columns("Date", "Announcement", "Companies", "Kind", "Direction", "Amount, yuan", "Source")
    counted = f"{len(table)} of {len(frame.snapshot.announcements)} announcements, the newest first. {DAY_ZERO}"
    return Shown(
        sheets=[Sheet("announcements", table, "Amounts in yuan, dates at the regulator.", brief)], findings=[counted]
    )


def show_coverage(frame: Frame) -> Shown:
    """The Coverage tab: the chart, then the same as a table, then what the last refresh did."""
    snapshot = frame.snapshot
    finding, table = _coverage_told(snapshot.snapshot_id, snapshot)
    st.markdown(md(finding))
    figure = _coverage_figure(snapshot.snapshot_id, st.context.theme.type, snapshot)
    st.plotly_chart(figure, theme=None, config=CONFIG, alt=finding, key="coverage")
    st.caption(COVERAGE_KEY)
    st.dataframe(
        table,
        height="content",
        hide_index=True,
        placeholder="",
        column_config={
            "First": DAY,
            "Last": DAY,
            **dict.fromkeys(("Expected", "Present", "Missing", "Close only", "Without volume"), COUNT),
            "Note": st.column_config.TextColumn(width="large"),
        },
        alt="Sessions expected, present and missing per price series.",
    )
    show_refresh(snapshot, frame.manifest)
    brief = columns("Series", "Symbol", "First", "Last", "Expected", "Present", "Missing", "Close only")
    return Shown(
        {"coverage": figure},
        [Sheet("coverage", table, "Counts of sessions.", brief)],
        [finding],
        {"coverage": COVERAGE_KEY},
    )


def show_checks(frame: Frame) -> Shown:
    """The Checks tab: every check with its result, details on demand."""
    snapshot, basis = frame.snapshot, frame.manifest.basis if frame.manifest else {}
    checks = _checks(snapshot.snapshot_id, snapshot, basis)
    st.markdown(f"**{md(checks_finding(checks))}** Computed from the loaded tables, not typed.")
    with st.container(key="checks", gap="xsmall"):
        tables = _findings(snapshot.snapshot_id, checks)
        for check, found in zip(checks, tables, strict=True):
            _show_check(check, found)
        for title in SAID_OF_THE_DATA:
            with st.expander(f"In words: {title[0].lower()}{title[1:]}"):
                st.markdown(section(SOURCES, title))
    results = [f"{check.name}: {outcome(check)}." for check in checks]
    every = partial(_every_finding, checks, tables)
    sheet = Sheet("findings", every, "One row per finding of a check.", columns("Check", "Where", "Day", "Finding"))
    return Shown(sheets=[sheet], findings=[checks_finding(checks), *results])


def show_press(frame: Frame) -> Shown:
    """The Press tab: printed moves beside the measured ones."""
    snapshot = frame.snapshot
    chosen = {act.event_id for item in chosen_announcements(snapshot, frame.view) for act in item.acts}
    figures = [item for item in _press(snapshot.snapshot_id, snapshot) if item.printed.event_id in chosen]
    if not figures:
        st.info("No printed figure belongs to these announcements. Widen the filters.", title="Nothing to compare")
        return Shown()
    st.markdown(f"**{md(press_finding(figures))}** Neither is ever adjusted to fit the other.")
    counts = {verdict: sum(item.agreement is verdict for item in figures) for verdict in Agreement}
    shown = st.pills(
        "Show only",
        list(Agreement),
        selection_mode="multi",
        format_func=lambda verdict: f"{AGREEMENT_NAMES[verdict]} · {counts[verdict]}",
        key="pick_verdicts",
        help="None chosen means all. "
        + " ".join(f"{AGREEMENT_NAMES[verdict]}: {AGREEMENT_MEANINGS[verdict]}." for verdict in Agreement),
    )
    table, written = _press_table(snapshot.snapshot_id, tuple(sorted(chosen)), tuple(sorted(shown)), snapshot)
    st.dataframe(
        written,
        height=TABLE_HEIGHT,
        hide_index=True,
        placeholder="",
        column_config={
            "Session": DAY,
            "Source": SECURE_LINK,
            "In words": st.column_config.TextColumn(width=480),
            "Announcement": st.column_config.TextColumn(width="medium"),
        },
        alt=press_finding(figures),
    )
    st.caption(
        "Open, low, high and close are ours, against the close before. Figures that differ are mostly a session low "
        "told as the day's move, a wrong index or day, or loose rounding by the publisher."
    )
    brief = columns("Session", "Series", "Printed", "Result", "Close, %", "Publisher", "Source")
    return Shown(
        sheets=[Sheet("press", table, "Percent against the previous close.", brief)] if len(table) else [],
        findings=[press_finding(figures)],
    )


def show_files(frame: Frame) -> Shown:
    """The Downloads tab: the tables of the snapshot, their terms and checksums. It adds nothing to download."""
    snapshot = frame.snapshot
    files = data_files(snapshot.folder)
    ours, theirs = ([item for item in files if is_vendors(item.name) is vendors] for vendors in (False, True))
    st.markdown(f"Data version **{md(snapshot.snapshot_id)}**, the hash of the list of checksums.")
    with st.grid(2, min_column_width=320):
        _archive(
            snapshot,
            "Facts",
            ours,
            "Announcements, companies, listings, calendars, share counts, fines and printed moves: facts in our own "
            "words, with links to what they were taken from. Cite Event Window and the sources named in the rows.",
        )
        _archive(
            snapshot,
            "Prices and distributions",
            theirs,
            "Figures of the data vendors, copied from public repositories most of which state no licence. The MIT "
            "licence of the code does not cover them: redistribution terms are the vendors', and it is for you to "
            "make sure that your use is allowed.",
        )
    table = files_table(files)
    st.dataframe(
        table,
        height="content",
        hide_index=True,
        placeholder="",
        column_config={"Rows": COUNT, "Bytes": COUNT},
        alt=f"{len(files)} files with rows, size, terms and SHA-256.",
    )
    st.caption(
        "Check unpacked files with `sha256sum -c --ignore-missing checksums.sha256`. SOURCES.md describes every "
        "table and column."
    )
    return Shown()


def _archive(snapshot: Snapshot, title: str, files: Sequence[DataFile], terms: str) -> None:
    names = [item.name for item in files]
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{title}** · {len(files)} files, {sum(item.rows for item in files):,} rows\n\n{terms}")
        st.download_button(
            f"Download {title.lower()} (ZIP)",
            data=partial(zipped, snapshot.folder, names),
            file_name=f"event-window-{title.partition(' ')[0].lower()}-{snapshot.snapshot_id}.zip",
            mime="application/zip",
            on_click="ignore",
            icon=":material/download:",
        )


def _show_check(check: Check, found: pd.DataFrame) -> None:
    with st.expander(
        f"**{md(check.name)}** · {md(outcome(check))} · {check.examined:,} {check.unit}", expanded=not check.passed
    ):
        st.markdown(md(check.rule))
        if check.findings:
            st.dataframe(
                found,
                hide_index=True,
                placeholder="",
                column_config={"Day": DAY, "Explanation or evidence": st.column_config.TextColumn(width="large")},
                alt=f"{len(check.findings)} findings of the check {check.name}.",
            )


def _every_finding(checks: Sequence[Check], tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    named = [table.assign(Check=check.name) for check, table in zip(checks, tables, strict=True)]
    return pd.concat(named, ignore_index=True)


def _open_event(event_ids: Sequence[str]) -> None:
    rows = st.session_state.events_table["selection"]["rows"]
    if rows and rows[0] < len(event_ids):
        choose("event", event_ids[rows[0]])
        shell.open_page(Page.EVENT)


@st.cache_resource(max_entries=30, show_spinner=False)
def _events_table(snapshot_id: str, event_ids: tuple[str, ...], _snapshot: Snapshot) -> pd.DataFrame:
    del snapshot_id
    return events_table(_snapshot, [_snapshot.announcements[event_id] for event_id in event_ids])


@st.cache_resource(max_entries=4, show_spinner="Checking every table")
def _checks(snapshot_id: str, _snapshot: Snapshot, _basis: Mapping[str, float]) -> tuple[Check, ...]:
    del snapshot_id
    return check_data(_snapshot, _snapshot.folder, _basis)


@st.cache_resource(max_entries=4, show_spinner=False)
def _findings(snapshot_id: str, _checks: Sequence[Check]) -> list[pd.DataFrame]:
    del snapshot_id
    return [findings_table(check) for check in _checks]


@st.cache_resource(max_entries=4, show_spinner=False)
def _covered(snapshot_id: str, _snapshot: Snapshot) -> tuple[Coverage, ...]:
    del snapshot_id
    return coverage(_snapshot)


@st.cache_resource(max_entries=4, show_spinner=False)
def _coverage_told(snapshot_id: str, _snapshot: Snapshot) -> tuple[str, pd.DataFrame]:
    """The coverage in one sentence and as a table."""
    covered = _covered(snapshot_id, _snapshot)
    return coverage_finding(covered), coverage_table(covered)


@st.cache_resource(max_entries=8, show_spinner=False)
def _coverage_figure(snapshot_id: str, appearance: str | None, _snapshot: Snapshot) -> go.Figure:
    days: list[date] = [item.day for item in _snapshot.announcements.values()]
    return coverage_chart(_covered(snapshot_id, _snapshot), (min(days), max(days)), palette(appearance))


@st.cache_resource(max_entries=4, show_spinner=False)
def _press(snapshot_id: str, _snapshot: Snapshot) -> tuple[PressFigure, ...]:
    del snapshot_id
    return press_figures(_snapshot)


@st.cache_resource(max_entries=30, show_spinner=False)
def _press_table(
    snapshot_id: str, event_ids: tuple[str, ...], verdicts: tuple[Agreement, ...], _snapshot: Snapshot
) -> tuple[pd.DataFrame, Styler]:
    """The printed figures of these acts with one of these verdicts, or with any if none is named; and as shown."""
    figures = [item for item in _press(snapshot_id, _snapshot) if item.printed.event_id in event_ids]
    table = press_table(_snapshot, [item for item in figures if not verdicts or item.agreement in verdicts])
    return both(table)
