"""Other announcements about the same company inside an event's windows."""

import csv
import tracemalloc
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from eventwindow.cli import main
from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.confounders import Inside, confounded, find_confounders, has_other
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window

SPEC = StudySpec(estimation=Window(-70, -6), event_window=Window(-5, 5), windows=(Window(0, 0),))
PLACES = {"first": 100, "in its event window": 104, "in its estimation window": 60, "far away": 200}


def study() -> tuple[StudyEvents, StudyResult]:
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


def crowd(count: int, seed: int, sessions: int = 300) -> tuple[StudyEvents, StudyResult]:
    """Events on two series at random places, some sharing an event_id."""
    random = np.random.default_rng(seed)
    days = np.arange(np.datetime64("2021-01-01"), np.datetime64("2021-01-01") + sessions)
    table = ReturnTable(
        days, ("A", "B"), random.normal(size=(sessions, 2)), random.normal(size=(sessions, 1)), ("M",),
        np.zeros(2, int), np.full(2, sessions - 1),
    )  # fmt: skip
    ids = tuple(f"e{number}" for number in random.integers(0, max(count // 2, 1), count))
    symbols = tuple(random.choice(["A", "B"], count).tolist())
    reasons = np.full(count, Reason.OK, dtype=object)
    events = StudyEvents(ids, symbols, days[random.integers(0, sessions, count)], np.zeros(count, int), reasons)
    return events, run_study(events=events, prices=table, spec=SPEC)


@pytest.mark.parametrize("seed", range(5))
def test_confounders_are_those_of_a_loop_over_all_pairs(seed: int) -> None:
    _, result = crowd(40, seed)
    concerned = np.random.default_rng(seed).random(40) < 0.7
    zero, slow, near = result.evidence.zero, [], np.zeros(40, dtype=bool)
    for this, other in product(range(40), repeat=2):
        offset = int(zero[other] - zero[this])
        if result.symbols[this] != result.symbols[other] or result.event_ids[this] == result.event_ids[other]:
            continue
        near[this] |= -5 <= offset <= 5
        for low, high, inside in ((-5, 5, Inside.EVENT), (-70, -6, Inside.ESTIMATION)):
            if low <= offset <= high and concerned[other]:
                slow.append((this, abs(offset), result.event_ids[other], offset, inside))
    found = find_confounders(result, SPEC, concerned)
    assert len(slow) > 50
    assert sorted((item.event_id, item.symbol, item.day0, item.other_event_id, item.offset, item.inside)
                  for item in found) == sorted(
        (result.event_ids[this], result.symbols[this], result.day0[this], other, offset, inside)
        for this, _, other, offset, inside in slow
    )  # fmt: skip
    order = [(item.event_id, item.symbol, item.day0) for item in found]
    assert order == [(result.event_ids[this], result.symbols[this], result.day0[this]) for this, *_ in sorted(slow)]
    assert has_other(result, Window(-5, 5)).tolist() == near.tolist()


def test_an_event_is_told_from_another_of_the_same_names_by_its_day_zero() -> None:
    events, result = study()
    same = replace(events, event_ids=("twice", "other", "nothing", "twice", "another company"))
    marks = confounded(same, find_confounders(replace(result, event_ids=same.event_ids), SPEC, np.ones(5, dtype=bool)))
    assert marks.tolist() == [True, True, False, False, False]


def test_many_events_of_one_series_need_no_table_of_all_pairs() -> None:
    _, result = crowd(3000, 1, sessions=4000)
    spec = StudySpec(estimation=Window(-7, -6), event_window=Window(0, 1), windows=(Window(0, 0),))
    tracemalloc.start()
    find_confounders(result, spec, np.ones(3000, dtype=bool))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # One number for each pair of half the events would be 1500^2 x 8 bytes.
    assert peak < 1500**2 * 8
