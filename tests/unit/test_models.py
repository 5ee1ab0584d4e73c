"""Models with several factors against numpy.linalg.lstsq, and the Scholes-Williams beta against a plain loop."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import run_study
from eventwindow.study.models import Model
from eventwindow.study.results import StudyResult
from tests.unit.made_up import SPEC, WEEKDAYS, ZERO, announced, made_up, outcomes, without

Floats = NDArray[np.float64]
FACTORS = replace(SPEC, model=Model.FACTORS)
SCHOLES_WILLIAMS = replace(SPEC, model=Model.SCHOLES_WILLIAMS)
BEFORE = slice(ZERO - 260, ZERO - 10)


def three_factors(seed: int, gaps: float) -> ReturnTable:
    """Four series on three factors of different size that move together to a degree."""
    random = np.random.default_rng(seed)
    table = made_up(seed, 4)
    size = (len(WEEKDAYS), 2)
    others = random.normal(0, [0.004, 0.5], size) + [0.3, 5] * table.regressors
    factors = np.concatenate([table.regressors, others], axis=1)
    returns = table.returns + 0.6 * others[:, :1] - 0.004 * others[:, 1:]
    factors = np.where(random.random(factors.shape) < gaps / 4, np.nan, factors)
    table = replace(table, returns=returns, regressors=factors, regressor_names=("M", "SMALL", "LARGE"))
    return without(table, random.random(returns.shape) < gaps)


def on_zero(table: ReturnTable) -> StudyResult:
    return run_study(events=announced(table.symbols, [WEEKDAYS[ZERO]] * 4), prices=table, spec=FACTORS)


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), gaps=st.sampled_from([0.0, 0.1, 0.3]))
def test_three_factors_agree_with_least_squares_and_the_general_prediction_error(seed: int, gaps: float) -> None:
    table = three_factors(seed, gaps)
    result = on_zero(table)
    design = np.concatenate([np.ones((len(WEEKDAYS), 1)), table.regressors], axis=1)
    known_x = np.isfinite(design).all(axis=1)
    for event in range(4):
        y = table.returns[:, event]
        known = known_x & np.isfinite(y)
        x_fit, y_fit = design[BEFORE][known[BEFORE]], y[BEFORE][known[BEFORE]]
        if len(y_fit) < 125:
            assert result.reasons[event] == Reason.TOO_FEW_ESTIMATION_RETURNS
            continue
        coefficients = np.linalg.lstsq(x_fit, y_fit, rcond=None)[0]
        residuals = y_fit - x_fit @ coefficients
        df = len(y_fit) - 4
        s = np.sqrt((residuals**2).sum() / df)
        assert (result.n_estimation[event], result.df[event]) == (len(y_fit), df)
        assert [result.alpha[event], *result.slopes[event]] == pytest.approx(coefficients.tolist(), rel=1e-7, abs=1e-12)
        assert result.sigma[event] == pytest.approx(s, rel=1e-9)
        inverse = np.linalg.inv(x_fit.T @ x_fit)
        for number, window in enumerate(SPEC.windows):
            inside = slice(ZERO + window.start, ZERO + window.end + 1)
            ahead = design[inside][known[inside]]
            assert result.n_days[event, number] == len(ahead)
            if not len(ahead):
                assert result.status[event, number] == Reason.NO_RETURN_IN_WINDOW
                continue
            one = ahead.sum(axis=0)
            car = (y[inside][known[inside]] - ahead @ coefficients).sum()
            se = s * np.sqrt(len(ahead) + one @ inverse @ one)
            found = [getattr(result, name)[event, number] for name in ("car", "se", "p")]
            expected = [car, se, 2 * stats.t.sf(abs(car / se), df)]
            assert found == pytest.approx(expected, rel=1e-7, abs=1e-12)


def test_a_session_without_one_of_the_factors_has_no_abnormal_return() -> None:
    table = three_factors(1, 0.0)
    factors = table.regressors.copy()
    factors[ZERO + 1, 2] = np.nan
    result = on_zero(replace(table, regressors=factors))
    assert np.isnan(result.abnormal_returns[:, 11]).all()
    assert np.isfinite(np.delete(result.abnormal_returns, 11, axis=1)).all()
    assert result.n_days.tolist() == [[20, 2, 1, 6]] * 4


def test_every_daily_standard_error_is_that_of_a_window_of_one_session() -> None:
    table = three_factors(2, 0.0)
    result = on_zero(table)
    assert result.abnormal_se[:, 10] == pytest.approx(result.se[:, 2], rel=1e-12)


@pytest.mark.parametrize("kind", ["copy", "sum", "multiple", "shifted", "only in the estimation window"])
def test_factors_that_are_combinations_of_each_other_have_a_reason(kind: str) -> None:
    table = three_factors(3, 0.0)
    first, second, third = table.regressors.T
    made = {
        "copy": first,
        "sum": first + second,
        "multiple": -250 * second,
        "shifted": first + 0.01,
        "only in the estimation window": np.where(np.arange(len(first)) < ZERO - 10, 2 * first - second, third),
    }[kind]
    result = on_zero(replace(table, regressors=np.stack([first, second, made], axis=1)))
    assert set(result.reasons) == {Reason.FACTORS_COLLINEAR}
    assert np.isnan(result.car).all()
    assert set(result.skipped["status"]) == {"factors_collinear"}


def test_factors_that_are_alike_but_no_combinations_are_told_apart() -> None:
    table = three_factors(3, 0.0)
    first, second, _ = table.regressors.T
    near = first + 1e-3 * np.random.default_rng(1).normal(0, 0.01, len(first))
    assert set(on_zero(replace(table, regressors=np.stack([first, second, near], axis=1))).reasons) == {Reason.OK}


def test_a_factor_that_never_moved_has_a_reason() -> None:
    table = three_factors(3, 0.0)
    factors = table.regressors.copy()
    factors[:, 1] = 0.003
    assert set(on_zero(replace(table, regressors=factors)).reasons) == {Reason.BENCHMARK_WITHOUT_VARIANCE}


def test_a_series_made_of_the_factors_has_a_reason() -> None:
    table = three_factors(4, 0.0)
    returns = table.returns.copy()
    returns[:, 0] = 0.001 + table.regressors @ [1.0, -0.5, 0.02]
    reasons = on_zero(replace(table, returns=returns)).reasons.tolist()
    assert reasons == [Reason.CLONE_OF_BENCHMARK, Reason.OK, Reason.OK, Reason.OK]


def test_the_benchmark_as_the_only_factor_is_the_market_model_exactly() -> None:
    table = without(made_up(5, 6), np.random.default_rng(5).random((len(WEEKDAYS), 6)) < 0.1)
    events = announced(table.symbols, [WEEKDAYS[ZERO]] * 6)
    market, factor = (run_study(events=events, prices=table, spec=spec) for spec in (SPEC, FACTORS))
    columns = [name for name in market.events.columns if name != "model"]
    assert factor.events[columns].equals(market.events[columns])
    assert factor.tests.drop(columns="model").equals(market.tests.drop(columns="model"))


def test_the_order_of_the_factors_does_not_matter() -> None:
    table = three_factors(6, 0.05)
    turned = replace(table, regressors=table.regressors[:, [2, 0, 1]])
    plain, other = on_zero(table), on_zero(turned)
    assert other.slopes == pytest.approx(plain.slopes[:, [2, 0, 1]], rel=1e-8, nan_ok=True)
    for name in ("car", "se", "t", "p"):
        assert getattr(other, name) == pytest.approx(getattr(plain, name), rel=1e-8, nan_ok=True)


def scholes_williams(y: Floats, x: Floats) -> tuple[float, float, float]:
    """Intercept, beta and residual standard deviation by loops (Scholes and Williams 1977)."""
    days = [
        t
        for t in range(ZERO - 260, ZERO - 10)
        if np.isfinite(y[t]) and all(np.isfinite(x[t + step]) for step in (-1, 0, 1))
    ]
    mean_y = sum(y[t] for t in days) / len(days)
    slopes, means = {}, {}
    for step in (-1, 0, 1):
        means[step] = sum(x[t + step] for t in days) / len(days)
        above = sum((y[t] - mean_y) * (x[t + step] - means[step]) for t in days)
        slopes[step] = above / sum((x[t + step] - means[step]) ** 2 for t in days)
    both = sum((x[t] - means[0]) * (x[t - 1] - means[-1]) for t in days)
    spread = [sum((x[t + step] - means[step]) ** 2 for t in days) for step in (0, -1)]
    rho = both / np.sqrt(spread[0] * spread[1])
    beta = sum(slopes.values()) / (1 + 2 * rho)
    alpha = mean_y - beta * means[0]
    rss = sum((y[t] - alpha - beta * x[t]) ** 2 for t in days)
    return alpha, beta, np.sqrt(rss / (len(days) - 2))


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), gaps=st.sampled_from([0.0, 0.05, 0.2]))
def test_the_scholes_williams_beta_agrees_with_a_plain_loop(seed: int, gaps: float) -> None:
    random = np.random.default_rng(seed)
    table = made_up(seed, 3)
    benchmark = np.where(random.random((len(WEEKDAYS), 1)) < gaps / 6, np.nan, table.regressors)
    table = replace(without(table, random.random(table.returns.shape) < gaps), regressors=benchmark)
    events = announced(table.symbols, [WEEKDAYS[ZERO]] * 3)
    result = run_study(events=events, prices=table, spec=SCHOLES_WILLIAMS)
    for event in range(3):
        alpha, beta, sigma = scholes_williams(table.returns[:, event], benchmark[:, 0])
        found = [result.alpha[event], result.beta[event], result.sigma[event]]
        assert found == pytest.approx([alpha, beta, sigma], rel=1e-8, abs=1e-12)
        inside = slice(ZERO - 10, ZERO + 11)
        expected = table.returns[inside, event] - alpha - beta * benchmark[inside, 0]
        assert result.abnormal_returns[event] == pytest.approx(expected, rel=1e-8, abs=1e-12, nan_ok=True)


def test_a_share_that_follows_a_day_late_gets_its_beta_back() -> None:
    random = np.random.default_rng(7)
    benchmark = random.normal(0, 0.02, len(WEEKDAYS))
    late = 0.5 * benchmark + 0.5 * np.roll(benchmark, 1) + random.normal(0, 0.002, len(WEEKDAYS))
    table = replace(made_up(7, 1), returns=late[:, None], regressors=benchmark[:, None])
    events = announced(["S0"], [WEEKDAYS[ZERO]])
    plain, corrected = (run_study(events=events, prices=table, spec=spec) for spec in (SPEC, SCHOLES_WILLIAMS))
    assert plain.beta[0] == pytest.approx(0.5, abs=0.08)
    assert corrected.beta[0] == pytest.approx(1.0, abs=0.1)


def test_the_tests_across_events_run_on_every_model() -> None:
    table = three_factors(8, 0.05)
    for model in Model:
        events = announced(table.symbols, [WEEKDAYS[ZERO]] * 4)
        result = run_study(events=events, prices=table, spec=replace(SPEC, model=model))
        lacking = {test for test, row in outcomes(result, SPEC.windows[0]).items() if row["status"] != "ok"}
        assert lacking == {"date_means_t"}, model
