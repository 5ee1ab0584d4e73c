"""The Method page: texts from files, and between them what is computed when the page is shown."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from eventwindow.case import Case
from eventwindow.charts.theme import CONFIG
from eventwindow.export.citation import cited
from eventwindow.export.sheets import Sheet, columns
from eventwindow.facts.events import Clock
from eventwindow.format import long_day, md, p_number, percent, statistic
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.catalogue import LEADING_STAGGERED, NAIVE, TESTS
from eventwindow.study.sizes import USUAL, measured_sizes
from eventwindow.ui.data import event_screen
from eventwindow.ui.documents import section, sections
from eventwindow.view import DEFAULT
from eventwindow.words import CLOCK_NAMES, MARKET_NAMES, clock_finding, clock_sentence, listing_name
from eventwindow.words_groups import TEST_NAMES

ROOT = Path(__file__).resolve().parents[2]
TEXTS = Path(__file__).with_name("method_text")
METHOD, CHANGES = ROOT / "docs" / "method.md", ROOT / "CHANGELOG.md"
# Pixels: about 75 characters a line, and room for a chart or a table of several columns.
MEASURE, WIDE = 520, 940
FORMULA = re.compile(r"^\$\$(.+?)\$\$$", re.MULTILINE | re.DOTALL)
EXAMPLE = replace(DEFAULT, companies=("alibaba",))


@dataclass(frozen=True)
class Chapter:
    """One part of the page: its place in the address, its title, and paragraphs or names of live parts."""

    anchor: str
    title: str
    blocks: tuple[str, ...]


@cache
def chapters(folder: Path = TEXTS) -> tuple[Chapter, ...]:
    """Every text of the folder, in the order of their file names."""
    return tuple(_chapter(path) for path in sorted(folder.glob("*.md")))


def contents(parts: Iterable[Chapter]) -> str:
    """A list of links to the chapters, as markdown."""
    return "\n".join(f"- [{md(part.title)}](#{part.anchor})" for part in parts)


def show_chapter(part: Chapter, snapshot: Snapshot) -> None:
    """One chapter: text in a readable measure, live parts as wide as they need."""
    st.header(part.title, anchor=part.anchor)
    for block in part.blocks:
        if block in LIVE:
            LIVE[block](snapshot)
        else:
            _text(block)


@cache
def battery_table() -> pd.DataFrame:
    """One row per test across events, from the catalogue that the study itself reads."""
    return pd.DataFrame(
        {
            "Test": TEST_NAMES[name],
            "In files": name,
            "Role": "leads" if name in LEADING_STAGGERED else "naive when clustered" if name in NAIVE else "beside",
            "Null hypothesis": info.null,
            "Assumes": info.assumes,
            "Source": info.citation,
        }
        for name, info in TESTS.items()
    )


def sizes_table() -> pd.DataFrame:
    """One row per simulated design, window and test: how often it rejects a true null, in percent."""
    sizes = measured_sizes()
    return pd.DataFrame(
        {"Design": design, "Window": window, "Test": TEST_NAMES[name], "In files": name, "False alarms, %": 100 * rate}
        for design, windows in sizes.rates.items()
        for window, rates in windows.items()
        for name, rate in rates.items()
    )


def method_sheets() -> list[Sheet]:
    """The tables behind the page."""
    sizes = measured_sizes()
    note = (
        f"How often a test rejects a true null at {100 * sizes.level:g}%, with {sizes.firms} firms and residual "
        f"correlation {sizes.correlation:g}, in {sizes.draws:,} draws."
    )
    return [
        Sheet("tests", battery_table(), "Tests across events.", columns("Test", "In files", "Role", "Null hypothesis")),
        Sheet("false alarms", sizes_table(), note, lambda table: table[table["Window"] == USUAL]),
    ]


def clocks_table(cases: Mapping[Clock, Case]) -> str:
    """Day 0 of one company in both markets by either clock, as a markdown table."""
    lines = ["| Clock | Market | Day 0 | Close | Abnormal | t | p |", "|:--|:--|:--|--:|--:|--:|--:|"]
    for clock, case in cases.items():
        for item in case.with_result:
            for session in (session for session in item.sessions if session.is_day_zero):
                found = session.abnormal
                cells = (
                    CLOCK_NAMES[clock],
                    MARKET_NAMES[item.listing.market],
                    long_day(session.move.day)[:-5],
                    percent(session.move.close_change),
                    percent(found.value) if found.known else "none",
                    statistic(found.t) if found.known else "none",
                    p_number(found.p) if found.known else "none",
                )
                lines.append("| " + " | ".join(map(md, cells)) + " |")
    return "\n".join(lines)


def _chapter(path: Path) -> Chapter:
    heading, _, text = path.read_text(encoding="utf-8").partition("\n")
    blocks: list[str] = [""]
    for paragraph in text.strip().split("\n\n"):
        name = paragraph.strip().removeprefix("[[").removesuffix("]]")
        if name in LIVE:
            blocks += [name, ""]
        elif name.startswith("document: "):
            blocks[-1] += f"\n\n{section(METHOD, name.removeprefix('document: '))}"
        else:
            blocks[-1] += f"\n\n{paragraph}"
    return Chapter(path.stem.partition("-")[2], heading.removeprefix("# "), tuple(filter(None, blocks)))


def _text(text: str) -> None:
    """Paragraphs in a readable measure; a paragraph in double dollars is a formula on a line of its own."""
    st.markdown(FORMULA.sub(r"$$\n\1\n$$", text), width=MEASURE)


@dataclass(frozen=True)
class _Example:
    """The main example by both clocks: its chart, what the chart shows, and the rest in markdown."""

    chart: go.Figure
    finding: str
    text: str
    caption: str


@st.cache_resource(max_entries=4, show_spinner=False)
def _example(snapshot_id: str, appearance: str | None, _snapshot: Snapshot) -> _Example:
    del snapshot_id
    screens = {clock: event_screen(_snapshot, replace(EXAMPLE, clock=clock), appearance) for clock in Clock}
    cases = {clock: screen.case for clock, screen in screens.items()}
    official = screens[Clock.ANNOUNCED]
    sentences = "\n".join(f"- {md(clock_sentence(case, _snapshot.calendars))}" for case in cases.values())
    names = " and ".join(listing_name(item) for item in official.case.with_result)
    return _Example(
        official.clock,
        clock_finding(official.case, _snapshot.calendars),
        f"{sentences}\n\n{clocks_table(cases)}",
        md(
            f"{names}, day 0 by either clock. Close: against the close before. Abnormal: beyond the market model. "
            "The estimation window moves with day 0, so one session can have two abnormal returns, one by each "
            "clock. Computed now, from the data this copy serves."
        ),
    )


def _clocks(snapshot: Snapshot) -> None:
    example = _example(snapshot.snapshot_id, st.context.theme.type, snapshot)
    with st.container(width=WIDE):
        st.plotly_chart(example.chart, theme=None, config=CONFIG, alt=example.finding, key="method-clock-strip")
    st.markdown(example.text, width=MEASURE)
    st.caption(example.caption, width=MEASURE)


def _tests(_: Snapshot) -> None:
    table = battery_table()
    with st.container(width=WIDE):
        st.dataframe(
            table,
            height="content",
            hide_index=True,
            row_height=36,
            alt=f"{len(table)} tests across events, with null hypothesis, assumptions and source.",
        )


def _cite(snapshot: Snapshot) -> None:
    parts = urlsplit(st.context.url or "")
    address = f"{parts.scheme}://{parts.netloc}/" if parts.netloc else ""
    work = cited(snapshot.snapshot_id, datetime.now(UTC).date(), address)
    st.markdown(f"Version **{md(work.version)}**, data version **{md(work.snapshot_id)}**.")
    with st.container(width=MEASURE):
        st.code(work.sentence, language=None, wrap_lines=True)
        st.code(work.bibtex, language=None, wrap_lines=True)
        st.caption("To cite one figure, use the Share box of the page that shows it: its link holds every setting.")


def _changes(_: Snapshot) -> None:
    _text("\n\n".join(f"**{title}**\n\n{text}" for title, text in sections(CHANGES).items()))


LIVE: dict[str, Callable[[Snapshot], None]] = {
    "clocks": _clocks,
    "tests": _tests,
    "cite": _cite,
    "changes": _changes,
}
