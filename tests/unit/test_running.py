"""Running sums give the engine's figures and reasons, and those of plain least squares."""

import numpy as np
import pytest

from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.running import CODES, Figures, study_grid, study_pairs
from eventwindow.study.windows import Window

SESSIONS, SERIES = 700, 110
WINDOWS = (Window(0, 0), Window(-2, 5))
ESTIMATION = Window(-130, -11)
DAYS = np.datetime64("2019-01-01") + np.arange(SESSIONS)
PRECISE = 1e-10


def panel(seed: int = 0, factors: int = 1) -> ReturnTable:
    rng = np.random.default_rng(seed)
    regressors = rng.normal(0.0004, 0.01, (SESSIONS, factors))
    slopes = rng.uniform(0.3, 1.4, (factors, SERIES))
    returns = regressors @ slopes + rng.standard_t(4, (SESSIONS, SERIES)) * 0.015
    return ReturnTable(
        days=DAYS,
        symbols=tuple(f"S{number}" for number in range(SERIES)),
        returns=returns,
        regressors=regressors,
        regressor_names=tuple(f"F{number}" for number in range(factors)),
        first=np.zeros(SERIES, dtype=np.intp),
        last=np.full(SERIES, SESSIONS - 1, dtype=np.intp),
    )


def damaged(table: ReturnTable) -> ReturnTable:
    """The same with everything that real panels have: gaps, a dead series, a copy of the benchmark, a wild price."""
    returns = table.returns.copy()
    returns[np.random.default_rng(5).random(returns.shape) < 0.01] = np.nan
    returns[:, 3] = np.nan
    returns[:, 4] = 0.0
    returns[:, 5] = table.regressors[:, 0]
    returns[40, 6] = 5e5
    returns[:400, 7] = np.nan
    regressors = table.regressors.copy()
    regressors[333] = np.nan
    return ReturnTable(
        table.days, table.symbols, returns, regressors, table.regressor_names, table.first, table.last
    )  # fmt: skip


def spec(model: Model) -> StudySpec:
    return StudySpec(model=model, estimation=ESTIMATION, event_window=Window(-2, 5), windows=WINDOWS)


def engine(days: np.ndarray, column: np.ndarray, table: ReturnTable, settings: StudySpec) -> dict[str, np.ndarray]:
    count = len(days)
    events = StudyEvents(
        event_ids=("x",) * count,
        symbols=tuple(table.symbols[place] for place in column),
        days=days,
        shift_sessions=np.zeros(count, dtype=np.intp),
        reasons=np.full(count, Reason.OK, dtype=object),
    )
    return vars(run_study(events=events, prices=table, spec=settings))


def agree(found: Figures, expected: dict[str, np.ndarray]) -> None:
    for ours, theirs in ((found.reasons, expected["reasons"]), (found.status, expected["status"])):
        assert [CODES[code] for code in ours.ravel()] == theirs.ravel().tolist()
    for name in ("n_estimation", "df", "n_days"):
        np.testing.assert_array_equal(getattr(found, name), expected[name])
    for name in ("alpha", "slopes", "sigma", "car", "se", "t"):
        np.testing.assert_allclose(getattr(found, name), expected[name], rtol=PRECISE, atol=1e-14, err_msg=name)


def pairs(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Dates and series at random, some before and after the panel."""
    rng = np.random.default_rng(11)
    days = DAYS[0] + rng.integers(-20, SESSIONS + 20, count)
    return days, rng.integers(0, SERIES, count)


@pytest.mark.parametrize("model", list(Model))
@pytest.mark.parametrize("harm", [lambda table: table, damaged], ids=["complete", "damaged"])
def test_pairs_have_the_engines_figures_and_reasons(model: Model, harm) -> None:
    table, (days, column) = harm(panel(factors=3)), pairs(2_000)
    agree(study_pairs(days, column, table, spec(model)), engine(days, column, table, spec(model)))


@pytest.mark.parametrize("model", [Model.MARKET, Model.MARKET_ADJUSTED, Model.MEAN_ADJUSTED, Model.FACTORS])
def test_a_grid_is_every_date_on_every_series(model: Model) -> None:
    table = damaged(panel(factors=2))
    days = DAYS[[0, 131, 200, 340, 698]]
    every, column = np.repeat(days, SERIES), np.tile(np.arange(SERIES), len(days))
    agree(study_grid(days, table, spec(model)), engine(every, column, table, spec(model)))


@pytest.mark.parametrize("factors", [1, 2, 6])
def test_three_thousand_pairs_agree_with_least_squares(factors: int) -> None:
    table = panel(seed=2, factors=factors)
    rng = np.random.default_rng(3)
    zero, column = rng.integers(140, SESSIONS - 6, 3_000), rng.integers(0, SERIES, 3_000)
    settings = spec(Model.FACTORS)
    found = study_pairs(DAYS[zero], column, table, settings)
    for row, (place, series) in enumerate(zip(zero, column, strict=True)):
        past = slice(place + ESTIMATION.start, place + ESTIMATION.end + 1)
        design = np.column_stack([np.ones(ESTIMATION.length), table.regressors[past]])
        coefficients, (rss,), *_ = np.linalg.lstsq(design, table.returns[past, series], rcond=None)
        variance = rss / (ESTIMATION.length - 1 - factors)
        for number, window in enumerate(WINDOWS):
            future = slice(place + window.start, place + window.end + 1)
            ahead = np.column_stack([np.ones(window.length), table.regressors[future]])
            car = (table.returns[future, series] - ahead @ coefficients).sum()
            total = ahead.sum(axis=0)
            error = np.sqrt(variance * (window.length + total @ np.linalg.inv(design.T @ design) @ total))
            assert found.car[row, number] == pytest.approx(car, rel=PRECISE, abs=1e-13)
            assert found.se[row, number] == pytest.approx(error, rel=PRECISE)
        assert found.slopes[row] == pytest.approx(coefficients[1:], rel=PRECISE, abs=1e-12)


def test_a_wild_price_long_ago_costs_no_digit() -> None:
    table, settings = panel(seed=4), spec(Model.MARKET)
    wild = table.returns.copy()
    wild[5] = 1e9
    spoiled = ReturnTable(
        table.days, table.symbols, wild, table.regressors, table.regressor_names, table.first, table.last
    )  # fmt: skip
    days, column = DAYS[[300, 400]], np.array([0, 1])
    calm, after = (study_pairs(days, column, item, settings) for item in (table, spoiled))
    np.testing.assert_allclose(after.t, calm.t, rtol=PRECISE)
