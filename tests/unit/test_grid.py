"""The grid of specifications: every cell is the study one would have run with its settings."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from eventwindow.facts.errors import DataError
from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import StudySpec, run_study
from eventwindow.study.grid import GridPoint, specification_grid
from eventwindow.study.models import Model
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from tests.unit.made_up import WEEKDAYS, ZERO, announced, made_up

SPEC = StudySpec(windows=(Window(0, 0), Window(-1, 1), Window(-10, 10)), minimum_estimation=50)
MODELS = [Model.MARKET, Model.MEAN_ADJUSTED, Model.MARKET_ADJUSTED, Model.SCHOLES_WILLIAMS]
ESTIMATIONS = [Window(-260, -11), Window(-130, -11), Window(-60, -5), Window(-310, -61)]
CROSSING = Window(-60, -5)  # runs into the event window, which starts at -10
HOME, OTHER = made_up(1, 6), made_up(2, 6)
TABLES = {"broad": HOME, "tech": replace(HOME, regressors=OTHER.regressors, regressor_names=("tech",))}
EVENTS = announced(["S0", "S1", "S2", "S3", "S4", "missing"], WEEKDAYS[[ZERO, ZERO, ZERO + 9, 100, ZERO + 15, ZERO]])
FIGURES = [
    "alpha", "slopes", "sigma", "df", "n_estimation", "dates", "actual", "expected", "abnormal_returns", "abnormal_se",
    "n_days", "car", "se", "t", "p", "bhar", "day0", "shift_sessions",
]  # fmt: skip


def tables(benchmark: str) -> Sequence[ReturnTable]:
    return (TABLES[benchmark],)


def grid(benchmarks: Sequence[str] = ("broad", "tech")) -> list[GridPoint]:
    return list(
        specification_grid(
            events=EVENTS, prices=tables, spec=SPEC, models=MODELS, estimations=ESTIMATIONS, benchmarks=benchmarks
        )
    )


def settings_of(point: GridPoint) -> tuple[str, Model, Window]:
    return point.benchmark, point.model, point.estimation


def identical(found: StudyResult, expected: StudyResult) -> None:
    """Every figure to the last bit, and every reason."""
    for name in FIGURES:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)
    assert found.status.tolist() == expected.status.tolist()
    assert found.reasons.tolist() == expected.reasons.tolist()
    assert (found.event_ids, found.symbols, found.windows) == (expected.event_ids, expected.symbols, expected.windows)
    assert found.tests.equals(expected.tests)


def test_every_cell_is_the_study_one_would_have_run_with_its_settings() -> None:
    compared = 0
    for point in grid():
        if point.result is not None:
            spec = StudySpec(
                model=point.model,
                estimation=point.estimation,
                windows=SPEC.windows,
                minimum_estimation=SPEC.minimum_estimation,
            )
            identical(point.result, run_study(events=EVENTS, prices=TABLES[point.benchmark], spec=spec))
            assert (point.reason, point.note) == (Reason.OK, "")
            compared += 1
    assert compared == 2 * len(MODELS) * (len(ESTIMATIONS) - 1)


def test_the_cells_come_by_benchmark_then_model_then_estimation_window() -> None:
    expected = list(product(["broad", "tech"], MODELS, ESTIMATIONS))
    assert [settings_of(point) for point in grid()] == expected
    assert [settings_of(point) for point in grid(["tech", "broad"])] == expected[len(expected) // 2 :] + (
        expected[: len(expected) // 2]
    )


def test_a_second_grid_gives_the_same_cells() -> None:
    for first, second in zip(grid(), grid(), strict=True):
        assert settings_of(first) == settings_of(second)
        if first.result is not None and second.result is not None:
            identical(first.result, second.result)


def test_settings_that_cannot_go_together_carry_a_reason_and_say_which() -> None:
    broken = [point for point in grid() if point.reason is not Reason.OK]
    assert [settings_of(point) for point in broken] == list(product(["broad", "tech"], MODELS, [CROSSING]))
    for point in broken:
        assert point.result is None
        assert point.reason is Reason.SETTINGS_CONFLICT
        assert point.note.startswith("estimation window [-60,-5]: it must end before the event window [-10,+10] starts")


def test_a_model_without_its_benchmark_carries_a_reason_and_leaves_the_other_models() -> None:
    bare = replace(HOME, regressors=HOME.regressors[:, :0], regressor_names=())
    points = specification_grid(
        events=EVENTS, prices=lambda _: bare, spec=SPEC, models=MODELS, estimations=ESTIMATIONS[:1], benchmarks=["none"]
    )
    reasons = {point.model: point.reason for point in points}
    assert reasons == dict.fromkeys(MODELS, Reason.SETTINGS_CONFLICT) | {Model.MEAN_ADJUSTED: Reason.OK}


def test_events_without_a_figure_carry_their_own_reasons_in_every_cell() -> None:
    for point in grid():
        if point.result is not None:
            # S3 is announced on the hundredth day: 90 returns lie before its window, half of 130 but not of 250.
            early = Reason.OK if point.estimation == Window(-130, -11) else Reason.TOO_FEW_ESTIMATION_RETURNS
            expected = [Reason.OK] * 3 + [early, Reason.OK, Reason.UNKNOWN_SYMBOL]
            assert point.result.reasons.tolist() == expected, settings_of(point)
            assert np.isfinite(point.result.car[point.result.status == Reason.OK]).all()


def test_another_benchmark_changes_the_models_that_use_one_and_no_other() -> None:
    found = {settings_of(point): point.result for point in grid()}
    for model in MODELS:
        broad, tech = (found[name, model, Window(-260, -11)] for name in ("broad", "tech"))
        assert broad is not None
        assert tech is not None
        assert np.array_equal(broad.t, tech.t, equal_nan=True) is (model is Model.MEAN_ADJUSTED)


def test_prices_are_asked_for_once_per_benchmark() -> None:
    asked: list[str] = []

    def prices(benchmark: str) -> Sequence[ReturnTable]:
        asked.append(benchmark)
        return tables(benchmark)

    points = specification_grid(
        events=EVENTS, prices=prices, spec=SPEC, models=MODELS, estimations=ESTIMATIONS, benchmarks=["tech", "broad"]
    )
    assert len(list(points)) == 2 * len(MODELS) * len(ESTIMATIONS)
    assert asked == ["tech", "broad"]


def test_a_benchmark_that_cannot_be_had_is_an_error() -> None:
    def prices(benchmark: str) -> Sequence[ReturnTable]:
        raise DataError(f"prices: there is no series {benchmark!r}.")

    points = specification_grid(
        events=EVENTS, prices=prices, spec=SPEC, models=MODELS, estimations=ESTIMATIONS, benchmarks=["none"]
    )
    with pytest.raises(DataError, match="no series 'none'"):
        next(points)
