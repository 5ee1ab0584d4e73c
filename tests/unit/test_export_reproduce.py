"""Reproduce this: the command and the Python lines are run, and their numbers are those of the page to the last bit."""

import csv
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eventwindow.case import build_case
from eventwindow.cli import main
from eventwindow.export.reproduce import Recipe, recipe_of
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from eventwindow.survey import build_survey
from eventwindow.view import DEFAULT, Page
from tests.unit.recipes import MANY, RECIPES, recipe_for, study_of

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ("car", "se", "t", "p", "bhar")


def ran(recipe: Recipe) -> dict[str, Any]:
    """What the Python lines leave behind."""
    names: dict[str, Any] = {}
    exec(compile(recipe.python(), "reproduce.py", "exec"), names)  # noqa: S102 (the lines under test)
    return names


def by_event(result: StudyResult, windows: tuple[Window, ...], figure: str) -> dict[tuple[str, str, Window], float]:
    values = getattr(result, figure)
    return {
        (event_id, symbol, window): float(values[row, result.windows.index(window)])
        for row, (event_id, symbol) in enumerate(zip(result.event_ids, result.symbols, strict=True))
        for window in windows
    }


def same(found: dict[Any, float], shown: dict[Any, float]) -> bool:
    """Whether every figure shown was found, to the last bit; unknown is unknown in both."""
    return all(found[key] == value or (np.isnan(found[key]) and np.isnan(value)) for key, value in shown.items())


@pytest.mark.parametrize("name", RECIPES)
def test_the_python_lines_give_the_numbers_of_the_page(snapshot: Snapshot, name: str) -> None:
    study, _, _ = study_of(snapshot, name)
    recipe = recipe_for(snapshot, name)
    result = ran(recipe)["result"]
    for figure in FIGURES:
        shown = by_event(study, recipe.spec.windows, figure)
        assert shown
        assert same(by_event(result, recipe.spec.windows, figure), shown), figure


@pytest.mark.parametrize("name", RECIPES)
def test_the_command_gives_the_numbers_of_the_page(snapshot: Snapshot, tmp_path: Path, name: str) -> None:
    study, _, _ = study_of(snapshot, name)
    recipe = recipe_for(snapshot, name)
    words = shlex.split(recipe.command(str(tmp_path)))
    assert words[:3] == ["python", "-m", "eventwindow"]
    assert main(words[3:]) == 0
    with (tmp_path / "events.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for figure in FIGURES:
        found = {
            (row["event_id"], row["symbol"], Window(int(row["window_start"]), int(row["window_end"]))): float(
                row[figure] or "nan"
            )
            for row in rows
        }
        assert same(found, by_event(study, recipe.spec.windows, figure)), figure


@pytest.mark.parametrize("run", ["command", "python"])
def test_both_run_in_a_fresh_process_as_they_stand(
    snapshot: Snapshot, tmp_path: Path, run: str, read: Callable[[Path], list[dict[str, str]]]
) -> None:
    recipe = recipe_for(snapshot, "default")
    if run == "command":
        words = [sys.executable, *shlex.split(recipe.command(str(tmp_path)))[1:]]
    else:
        path = tmp_path / "events.csv"
        words = [sys.executable, "-c", f"{recipe.python()}\nresult.events.to_csv({str(path)!r}, index=False)"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    estimates = [item.estimate(Window(0, 0)) for item in build_case(snapshot, DEFAULT).listings]
    rows = [row for row in read(tmp_path / "events.csv") if (row["window_start"], row["window_end"]) == ("0", "0")]
    assert [float(row["car"]) for row in rows] == [estimate.value for estimate in estimates]
    assert [float(row["p"]) for row in rows] == [estimate.p for estimate in estimates]


@pytest.fixture
def read() -> Callable[[Path], list[dict[str, str]]]:
    def rows(path: Path) -> list[dict[str, str]]:
        with path.open(encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))

    return rows


@pytest.mark.parametrize("level", [90, 95, 99])
def test_the_python_lines_end_with_the_band_of_the_chart(snapshot: Snapshot, level: int) -> None:
    case = build_case(snapshot, replace(DEFAULT, level=level))
    assert case.study is not None
    recipe = recipe_of(snapshot, case.study, case.view, Page.EVENT)
    assert recipe is not None
    names = ran(recipe)
    for row, item in enumerate(case.listings):
        assert item.path is not None
        last = names["result"].windows.index(Window(0, case.view.window.end))
        assert names["band"][row, last] == item.path.band[1][-1]


def test_the_average_of_a_group_and_its_tests_are_those_of_the_page(snapshot: Snapshot) -> None:
    view = MANY["fines"]
    survey = build_survey(snapshot, view)
    assert survey is not None
    shown = survey.study.subset(survey.rows).tests
    found = ran(recipe_for(snapshot, "fines"))["result"].tests
    assert shown["p"].notna().sum() > 50
    assert found.equals(shown)


def test_confounded_announcements_are_left_out_as_on_the_page(snapshot: Snapshot) -> None:
    view = MANY["fines without confounded ones"]
    survey = build_survey(snapshot, view)
    assert survey is not None
    result = ran(recipe_for(snapshot, "fines without confounded ones"))["result"]
    known = {
        (event_id, symbol)
        for event_id, symbol, car in zip(result.event_ids, result.symbols, result.car[:, 0], strict=True)
        if np.isfinite(car)
    }
    assert known == {(survey.announcement(row).event_id, survey.listing(row).symbol) for row in survey.known.tolist()}
    assert 0 < len(known) < len(survey.known) + survey.left_out.sum()


def test_a_study_of_other_data_has_no_recipe(snapshot: Snapshot) -> None:
    study, view, page = study_of(snapshot, "default")
    own = replace(study, event_ids=("my own; rm -rf",) * len(study.event_ids))
    assert recipe_of(snapshot, own, view, page) is None


def test_names_are_quoted_for_the_shell_and_for_python(snapshot: Snapshot) -> None:
    recipe = replace(recipe_for(snapshot, "default"), events=('a"]; print("x"); ["b', "$(reboot) `x` ; 'y"))
    words = shlex.split(recipe.command("a folder; x"))
    assert words[words.index("--event") + 1] == recipe.events[0]
    assert words[-1] == "a folder; x"
    line = next(line for line in recipe.python().splitlines() if line.startswith("announcements"))
    written = line.removeprefix("announcements = [snapshot.announcements[name] for name in ").removesuffix("]")
    assert eval(written, {}) == list(recipe.events)  # noqa: S307 (what the lines would make of it)
