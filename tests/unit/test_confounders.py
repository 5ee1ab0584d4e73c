"""Other announcements about the same company inside an event's windows."""

import csv
from pathlib import Path

import numpy as np
import pytest

from eventwindow.cli import main
from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.confounders import Inside, confounded, find_confounders
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.windows import Window

SPEC = StudySpec(estimation=Window(-70, -6), event_window=Window(-5, 5), windows=(Window(0, 0),))
PLACES = {"first": 100, "in its event window": 104, "in its estimation window": 60, "far away": 200}


def study() -> tuple[StudyEvents, object]:
    random = np.random.default_rng(5)
    days = np.arange(np.datetime64("2021-01-01"), np.datetime64("2021-01-01") + 300)
    table = ReturnTable(
        days, ("A", "B"), random.normal(size=(300, 2)), random.normal(size=(300, 1)), ("M",),
        np.zeros(2, int), np.full(2, 299),
    )  # fmt: skip
    names = (*PLACES, "another company")
    places = [*PLACES.values(), 101]
    events = StudyEvents(
        names, ("A",) * 4 + ("B",), days[places], np.zeros(5, int), np.full(5, Reason.OK, dtype=object)
    )
    return events, run_study(events=events, prices=table, spec=SPEC)


def found(concerned: list[bool] | None = None) -> dict[tuple[str, str], tuple[int, Inside]]:
    _, result = study()
    mask = np.array(concerned or [True] * 5)
    return {
        (item.event_id, item.other_event_id): (item.offset, item.inside)
        for item in find_confounders(result, SPEC, mask)
    }


def test_the_distance_is_counted_in_sessions_and_the_window_named() -> None:
    pairs = found()
    assert pairs["first", "in its event window"] == (4, Inside.EVENT)
    assert pairs["in its event window", "first"] == (-4, Inside.EVENT)
    assert pairs["first", "in its estimation window"] == (-40, Inside.ESTIMATION)
    assert ("first", "far away") not in pairs
    assert all("another company" not in pair for pair in pairs)


def test_an_announcement_about_somebody_else_is_no_confounder() -> None:
    assert ("first", "in its event window") not in found([True, False, True, True, True])


def test_only_the_event_window_makes_an_event_confounded() -> None:
    events, result = study()
    marks = confounded(events, find_confounders(result, SPEC, np.ones(5, dtype=bool)))
    assert marks.tolist() == [True, True, False, False, False]


def test_the_command_looks_among_all_announcements_on_file(tmp_path: Path) -> None:
    options = ["--event", "ant-group-fine-2023-07", "--listing", "9988.HK", "--leave-out-confounded"]
    assert main(["study", *options, "--out", str(tmp_path)]) == 0
    with (tmp_path / "confounders.csv").open(encoding="utf-8", newline="") as handle:
        rows = {row["other_event_id"]: row for row in csv.DictReader(handle)}
    # The premier's symposium of 12 July 2023 is two sessions after day 0 (10 July) and names Alibaba.
    assert (rows["li-qiang-symposium-2023-07"]["offset"], rows["li-qiang-symposium-2023-07"]["inside"]) == (
        "2",
        "event window",
    )
    with (tmp_path / "skipped.csv").open(encoding="utf-8", newline="") as handle:
        assert [row["status"] for row in csv.DictReader(handle)] == ["confounded"]


@pytest.mark.parametrize("option", ["--event-window", "--estimation"])
def test_windows_of_the_study_decide_what_counts(tmp_path: Path, option: str) -> None:
    window = ["--event-window", "-1", "1"] if option == "--event-window" else ["--estimation", "-90", "-71"]
    extra = ["--min-estimation", "10"] if option == "--estimation" else []
    options = ["--event", "ant-group-fine-2023-07", "--listing", "9988.HK", *window, *extra]
    assert main(["study", *options, "--out", str(tmp_path)]) == 0
    with (tmp_path / "confounders.csv").open(encoding="utf-8", newline="") as handle:
        others = {row["other_event_id"] for row in csv.DictReader(handle) if row["inside"] == "event window"}
    assert ("li-qiang-symposium-2023-07" in others) is (option == "--estimation")
