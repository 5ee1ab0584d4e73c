"""Charts hold what the case says: figures checked against the case, text against the calendar and the data."""

import re
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from eventwindow.case import build_case
from eventwindow.charts.car import car_chart
from eventwindow.charts.clock import clock_strip
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import LIGHT
from eventwindow.facts.events import Clock
from eventwindow.facts.listings import Market
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Window
from eventwindow.view import View

MAIN = View()
FIRST = replace(MAIN, clock=Clock.FIRST_REPORTED)


def test_a_drawing_is_sent_as_plotly_sends_a_figure_and_made_once() -> None:
    parts = {"data": [{"type": "scatter", "y": np.linspace(0, 1, 30)}], "layout": {"title": {"text": "a"}}}
    drawn = Drawing(parts)
    assert drawn.to_dict() == go.Figure(parts).to_dict()
    assert drawn.to_json() == go.Figure(parts).to_json()
    assert drawn.to_dict() is drawn.to_dict()


def test_the_chart_draws_the_path_and_its_band_in_percent(snapshot: Snapshot) -> None:
    case = build_case(snapshot, replace(MAIN, companies=("alibaba",), markets=(Market.WALL_STREET,)))
    path = case.listings[0].path
    assert path is not None
    band, line = car_chart(case, LIGHT).data
    assert list(line.x) == list(range(-5, 6))
    assert list(line.y) == pytest.approx([100 * value for value in path.value])
    assert list(band.y) == pytest.approx([100 * edge for edge in (*path.band[1], *path.band[0][::-1])])


@pytest.mark.parametrize(("view", "opens"), [(MAIN, "Mon 10 Jul"), (FIRST, "Fri 7 Jul")])
def test_the_clock_strip_marks_one_day_zero_in_each_market(snapshot: Snapshot, view: View, opens: str) -> None:
    figure = clock_strip(build_case(snapshot, view), snapshot.calendars, LIGHT)
    assert sum("Day 0" in note.text for note in figure.layout.annotations) == 2
    solid = [bar for bar in figure.data if bar.type == "bar" and bar.marker.color == LIGHT.hong_kong]
    assert set(re.findall(r"HKEX, (\w+ \d+ \w+)", "".join(bar.to_json() for bar in solid))) == {opens}


def test_the_text_under_the_pointer_has_no_hole_where_the_window_passes_the_data(snapshot: Snapshot) -> None:
    # JD and NetEase have US prices to 2025-03-07: 13 sessions after day 0.
    view = View(event="xi-symposium-2025-02", companies=("jd", "netease"), window=Window(-10, 20))
    figure = car_chart(build_case(snapshot, view), LIGHT)
    texts = [text for trace in figure.data if trace.customdata is not None for text in trace.customdata]
    assert "no figure" in texts
    assert [text for text in texts if "nan" in text] == []


def test_no_two_hours_of_a_market_touch_on_a_phone_and_day_zero_keeps_its_own(snapshot: Snapshot) -> None:
    # Three sessions in New York: report, the day after it, and the act.
    figure = clock_strip(build_case(snapshot, replace(MAIN, event="didi-fine-2022-07")), snapshot.calendars, LIGHT)
    hours = [label for label in figure.layout.annotations if "EDT" in label.text]
    assert [label.text.startswith("<b>Day 0</b>") for label in hours] == [True, False]
    assert abs(hours[0].x - hours[1].x) > 24
    words = [label for label in figure.layout.annotations if label.yref != "paper"]
    assert {label.bgcolor for label in words} == {LIGHT.surface}


def test_only_the_first_band_of_a_panel_is_filled(snapshot: Snapshot) -> None:
    bands = car_chart(build_case(snapshot, MAIN), LIGHT).data[::2]
    assert [(band.xaxis, band.fill) for band in bands] == [
        ("x", "toself"), ("x", "none"), ("x2", "toself"), ("x2", "none"),
    ]  # fmt: skip
