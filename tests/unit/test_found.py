"""Faults found while the tests were written: each test states what should be and fails until it is so."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eventwindow.case import build_case
from eventwindow.charts.car import car_chart
from eventwindow.charts.theme import LIGHT
from eventwindow.cli import main
from eventwindow.facts.events import Clock
from eventwindow.facts.listings import Market
from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import DayZero, day_zero
from eventwindow.format import md
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.windows import Window
from eventwindow.view import View


# EVENTS_NOTES: upper_bound = "not later than", so news known by the bell was out before it. The leak of the tutoring
# ban is an act of its own in the table, and the reference gives it 2021-07-23 in Hong Kong; the Didi report came
# before 16:00 in New York on 2022-07-19 (04:00 in Beijing).
@pytest.mark.parametrize(
    ("event", "market", "expected"),
    [
        ("tutoring-ban-official-2021-07", Market.HONG_KONG, "2021-07-23"),
        ("didi-fine-2022-07", Market.WALL_STREET, "2022-07-19"),
    ],
)
def test_a_report_not_later_than_the_bell_belongs_to_the_session_that_ends_with_it(
    snapshot: Snapshot, event: str, market: Market, expected: str
) -> None:
    news = snapshot.announcements[event].news(Clock.FIRST_REPORTED)
    found = day_zero(news, snapshot.calendars[market])
    assert isinstance(found, DayZero)
    assert str(found.day) == expected


def test_the_text_under_the_pointer_has_no_hole_where_the_window_passes_the_data(snapshot: Snapshot) -> None:
    # JD, NetEase and Tencent Music have US prices to 2025-03-07: 13 sessions after day 0.
    view = View(event="xi-symposium-2025-02", companies=("jd", "netease"), window=Window(-10, 20))
    figure = car_chart(build_case(snapshot, view), LIGHT)
    texts = [text for trace in figure.data if trace.customdata is not None for text in trace.customdata]
    assert texts
    assert [text for text in texts if re.search("nan", text)] == []


# Streamlit's markdown (mdast-util-gfm-autolink-literal) looks for /(https?:\/\/|www(?=\.))/gi: upper case too.
@pytest.mark.parametrize("text", ["WWW.example.com", "Www.example.com", "wWw.example.com"])
def test_an_address_in_upper_case_is_no_link_either(text: str) -> None:
    assert not re.search(r"www\.", md(text).replace("\\", ""), flags=re.IGNORECASE)


def test_an_event_without_a_model_has_no_degrees_of_freedom(tmp_path: Path) -> None:
    assert main(["study", "--event", "didi-fine-2022-07", "--listing", "DIDI", "--out", str(tmp_path)]) == 0
    with (tmp_path / "events.csv").open(encoding="utf-8", newline="") as handle:
        assert {row["df"] for row in csv.DictReader(handle)} <= {"", "0"}


@pytest.mark.parametrize("option", ["--estimation", "--event-window"])
def test_a_window_longer_than_any_data_ends_with_two_and_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    far = 10**15
    window = [option, *(["-" + str(far), "-11"] if option == "--estimation" else ["-10", str(far)])]
    assert main(["study", "--event", "didi-fine-2022-07", *window, "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_first_day_of_a_listing_is_not_said_to_lie_outside_its_prices(snapshot: Snapshot) -> None:
    # data/prices/DIDI.csv starts on 2021-06-30, the day of the listing: there is a price, but nothing to compare with.
    (item,) = build_case(snapshot, View(event="didi-us-ipo-2021-06", companies=("didi",))).listings
    assert item.day_zero is not None
    assert str(item.day_zero.day) == "2021-06-30"
    assert "outside the price data" not in item.reason


def returns() -> ReturnTable:
    random = np.random.default_rng(1)
    days = np.arange(np.datetime64("2022-01-03"), np.datetime64("2022-06-22"))
    shape = (len(days), 1)
    bounds = np.array([0]), np.array([len(days) - 1])
    return ReturnTable(days, ("S",), random.normal(size=shape), random.normal(size=shape), ("M",), *bounds)


def one_event(table: ReturnTable) -> StudyEvents:
    reasons = np.array([Reason.OK], dtype=object)
    return StudyEvents(("e",), ("S",), table.days[[120]], np.array([0]), reasons)


def test_two_returns_that_lie_on_a_line_are_not_called_a_copy_of_the_benchmark() -> None:
    table = returns()
    spec = StudySpec(
        estimation=Window(-2, -1), event_window=Window(0, 5), windows=(Window(0, 0),), minimum_estimation=1
    )
    result = run_study(events=one_event(table), prices=table, spec=spec)
    assert result.events["status"].tolist() == [Reason.TOO_FEW_ESTIMATION_RETURNS]


def test_a_study_without_cumulation_windows_still_has_its_days() -> None:
    table = returns()
    spec = replace(StudySpec(estimation=Window(-90, -11)), windows=())
    result = run_study(events=one_event(table), prices=table, spec=spec)
    assert (len(result.events), len(result.daily)) == (0, 21)
