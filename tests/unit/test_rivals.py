"""The comparison with other packages: equal figures pass, known differences are rebuilt, all others are called out."""

from collections.abc import Callable
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks import engine
from benchmarks.engine_tasks import Rival
from benchmarks.rivals import (
    COMPARED,
    OUR_NAMES,
    P_NORMAL,
    UNEXPLAINED,
    WEIGHTING,
    Difference,
    eventstudy_differences,
    statspai_differences,
)
from eventwindow.study.engine import StudySpec, run_study
from eventwindow.study.results import StudyResult
from tests.unit.made_up import WEEKDAYS, ZERO, announced, made_up

SYMBOLS = [f"S{number}" for number in range(8)]
STAGGERED = [ZERO, ZERO, ZERO + 3, ZERO + 3, ZERO + 8, ZERO + 30, ZERO + 30, ZERO + 60]


@pytest.fixture(scope="module")
def ours() -> StudyResult:
    return run_study(events=announced(SYMBOLS, WEEKDAYS[STAGGERED]), prices=made_up(5, 8), spec=StudySpec())


def like_ours(ours: StudyResult) -> SimpleNamespace:
    """What the other package would return if it agreed with us everywhere."""
    number = ours.windows.index(COMPARED)
    across = {item.test: item.outcome for item in ours.across if item.window == COMPARED}
    rows = {name: (across[own].statistic, across[own].p) for name, own in OUR_NAMES.items()}
    return SimpleNamespace(
        events=pd.DataFrame({"car": ours.car[:, number], "t": ours.t[:, number]}),
        tests=pd.DataFrame(rows, index=["statistic", "pvalue"]).T,
    )


def remarks(found: SimpleNamespace, ours: StudyResult) -> dict[str, str]:
    return {line.figure.split(" = ")[0]: line.why for line in statspai_differences(found, ours)}


def test_equal_figures_are_the_same(ours: StudyResult) -> None:
    lines = statspai_differences(like_ours(ours), ours)
    assert len(lines) == 2 + len(OUR_NAMES)
    assert all(line.why.endswith("the same") and not line.unexplained for line in lines)


def test_their_weighting_is_the_reason_only_where_it_gives_their_figure(ours: StudyResult) -> None:
    found = like_ours(ours)
    days, residuals = ours.evidence.estimation_days, ours.evidence.residuals
    series = [pd.Series(values, index=places) for values, places in zip(residuals, days, strict=True)]
    plain = np.mean([left.corr(right) for left, right in combinations(series, 2)])
    inflation = 1 + 7 * plain
    patell, bmp = found.tests["statistic"][["patell", "bmp"]]
    theirs = {"adj_patell": patell / np.sqrt(inflation), "kp": bmp * np.sqrt((1 - plain) / inflation)}
    for name, statistic in theirs.items():
        found.tests.loc[name] = statistic, 2 * stats.norm.sf(abs(statistic))
    assert remarks(found, ours)["adj_patell"] == WEIGHTING
    assert remarks(found, ours)["kp"] == f"{WEIGHTING}; {P_NORMAL}"
    found.tests.loc["kp"] *= 1.001
    assert remarks(found, ours)["kp"].startswith(UNEXPLAINED)


def test_a_normal_p_is_a_reason_only_where_it_is_one(ours: StudyResult) -> None:
    found = like_ours(ours)
    found.tests.loc["bmp", "pvalue"] = 2 * stats.norm.sf(abs(found.tests.loc["bmp", "statistic"]))
    assert remarks(found, ours)["bmp"] == P_NORMAL
    found.tests.loc["bmp", "pvalue"] *= 1.001
    assert remarks(found, ours)["bmp"] == f"p: {UNEXPLAINED}"


@pytest.mark.parametrize("name", OUR_NAMES)
def test_any_other_statistic_is_unexplained(ours: StudyResult, name: str) -> None:
    found = like_ours(ours)
    found.tests.loc[name, "statistic"] += 1e-6
    lines = {line.figure.split(" = ")[0]: line for line in statspai_differences(found, ours)}
    assert [figure for figure, line in lines.items() if line.unexplained] == [name]


@pytest.mark.parametrize(("column", "figure"), [("car", "CAR per event"), ("t", "t per event")])
def test_one_event_that_differs_is_unexplained(ours: StudyResult, column: str, figure: str) -> None:
    found = like_ours(ours)
    found.events.loc[3, column] *= 1 + 1e-6
    assert [line.figure for line in statspai_differences(found, ours) if line.unexplained] == [figure]


@pytest.mark.parametrize(("degrees", "unexplained"), [(250, False), (249, True)])
def test_a_t_with_both_known_faults_is_rebuilt_exactly(ours: StudyResult, degrees: int, unexplained: bool) -> None:
    number = ours.windows.index(COMPARED)
    rss = np.nansum(ours.evidence.residuals**2, axis=1)
    t = ours.car[:, number] / np.sqrt(rss / degrees * 3)
    singles = [
        SimpleNamespace(CAR=[0.0, car], tstat=[0.0, each]) for car, each in zip(ours.car[:, number], t, strict=True)
    ]
    lines = eventstudy_differences(SimpleNamespace(sample=singles), ours)
    assert any(line.unexplained for line in lines) is unexplained


def rival_that(why: str) -> Callable[[str, str, int], Rival]:
    return lambda name, design, _: Rival(
        name, design, 1000, 1, 1, 1, 1, 1, (Difference("kp = kp_bmp_t", "1", "2", why),)
    )


@pytest.mark.parametrize("why", ["the same", P_NORMAL, UNEXPLAINED])
def test_the_benchmark_fails_where_a_figure_differs_for_no_known_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], why: str
) -> None:
    monkeypatch.setattr(engine, "rival", rival_that(why))
    monkeypatch.setattr(engine, "version", lambda _: "1.0")
    monkeypatch.setattr("sys.argv", ["engine", "--figures"])
    if why == UNEXPLAINED:
        with pytest.raises(SystemExit, match="differs for no known reason: statspai, one date: kp = kp_bmp_t;"):
            engine.main()
    else:
        engine.main()
    assert capsys.readouterr().out.count(why) == 4
