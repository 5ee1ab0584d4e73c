"""The coverage chart holds what the files hold: spans, hatching, gaps and corrected days."""

import csv
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from eventwindow.charts.coverage import CLOSE_ONLY, CORRECTED, MISSING, coverage_chart, segments
from eventwindow.charts.theme import DARK, LIGHT
from eventwindow.quality.coverage import coverage
from eventwindow.quality.records import CORRECTIONS
from eventwindow.sources.snapshot import COMMITTED, Snapshot
from eventwindow.words_data import coverage_finding

SPAN = (date(2020, 8, 6), date(2025, 2, 17))


@pytest.fixture(scope="module")
def figure(snapshot: Snapshot) -> go.Figure:
    return coverage_chart(coverage(snapshot), SPAN, LIGHT)


def rows(figure: go.Figure) -> dict[float, str]:
    axis = figure.layout.yaxis
    return dict(zip(axis.tickvals, axis.ticktext, strict=True))


def spans(figure: go.Figure) -> dict[str, list[tuple[str, str, bool]]]:
    """First day, last day and hatching of every bar by symbol."""
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for bar in (trace for trace in figure.data if trace.type == "bar"):
        first = date.fromisoformat(bar.base[0])
        last = first + timedelta(days=bar.x[0] / 86_400_000 - 1)
        hatched = bool(bar.marker.pattern.shape)
        found.setdefault(rows(figure)[bar.y[0]], []).append((first.isoformat(), last.isoformat(), hatched))
    return found


def test_bars_run_from_the_first_to_the_last_row_of_every_file(figure: go.Figure) -> None:
    drawn = spans(figure)
    for path in (COMMITTED / "prices").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as handle:
            days = [row["date"] for row in csv.DictReader(handle)]
        assert (drawn[path.stem][0][0], drawn[path.stem][-1][1]) == (days[0], days[-1])
    assert len(drawn) == 23


def test_only_long_stretches_of_closes_are_hatched(figure: go.Figure) -> None:
    hatched = {symbol for symbol, bars in spans(figure).items() if any(bar[2] for bar in bars)}
    assert hatched == {"HSTECH", "KWEB", "USDCNY", "USDHKD"}
    assert spans(figure)["HSTECH"][0] == ("2018-01-02", "2020-07-24", True)  # the index was published from the 27th
    assert spans(figure)["DIDI"] == [("2021-06-30", "2022-02-17", False)]


def test_single_days_are_marked_by_shape_and_named(figure: go.Figure) -> None:
    marks = {trace.name: trace for trace in figure.data if trace.type == "scatter"}
    assert set(marks) == {CLOSE_ONLY, CORRECTED, MISSING}
    assert len({trace.marker.symbol for trace in marks.values()}) == 3
    # series.csv: six, five, five, nine, five and five days in Hong Kong, six of DiDi.
    assert len(marks[CLOSE_ONLY].x) == 6 + 5 + 5 + 9 + 5 + 5 + 6
    assert {rows(figure)[place] for place in marks[MISSING].y} == {"USDCNY", "USDHKD"}
    assert len(marks[CORRECTED].x) == len({(item.symbol, item.day) for item in CORRECTIONS})


def test_a_gap_inside_a_series_shows_as_a_missing_day(snapshot: Snapshot) -> None:
    whole = next(item for item in coverage(snapshot) if item.series.symbol == "BABA")
    kept = whole.prices.days != np.datetime64("2023-07-07")
    columns = {name: getattr(whole.prices, name)[kept] for name in ("open", "high", "low", "close", "volume")}
    torn = type(whole)(whole.series, type(whole.prices)("BABA", whole.prices.days[kept], **columns), whole.expected)
    drawn = coverage_chart([torn], SPAN, DARK)
    missing = next(trace for trace in drawn.data if trace.name == MISSING)
    assert list(missing.x) == ["2023-07-07"]
    assert "1 session is missing" in coverage_finding([torn])


def test_every_series_has_one_stretch_or_more_that_join_without_overlap(snapshot: Snapshot) -> None:
    for item in coverage(snapshot):
        parts = segments(item)
        assert parts[0][0] == item.series.first
        assert parts[-1][1] == item.series.last
        assert all(earlier[1] < later[0] for earlier, later in pairwise(parts))


def test_the_finding_says_that_no_session_is_missing(snapshot: Snapshot) -> None:
    finding = coverage_finding(coverage(snapshot))
    assert "23 price series between 1 January 2018 and 31 July 2026" in finding
    assert "no session is missing" in finding


def test_names_from_the_table_reach_the_chart_without_markup(snapshot: Snapshot) -> None:
    item = coverage(snapshot)[0]
    hostile = type(item)(type(item.series)(**{**vars(item.series), "name": "<b>x</b>%{y}"}), item.prices, item.expected)
    text = coverage_chart([hostile], SPAN, LIGHT).data[0].hovertemplate
    assert "<b>x</b>" not in text
    assert "%{y}" not in text
