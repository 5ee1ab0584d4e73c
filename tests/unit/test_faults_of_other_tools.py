"""Faults seen in other event-study programs: each test would fail if this one had the fault."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import ReturnTable, total_returns
from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.ranks import doubled_ranks
from eventwindow.study.windows import Window
from tests.unit.made_up import SPEC, WEEKDAYS, ZERO, announced, made_up, outcomes, without

TABLE = made_up(11, 6)
DAY = WEEKDAYS[ZERO]
BEFORE = slice(ZERO - 260, ZERO - 10)


def market_fit(column: int) -> tuple[float, float, np.ndarray]:
    x, y = TABLE.regressors[BEFORE, 0], TABLE.returns[BEFORE, column]
    beta, alpha = np.polyfit(x, y, 1)
    return alpha, beta, y - alpha - beta * x


def test_a_return_is_divided_by_the_previous_price() -> None:
    prices = np.array([[100.0], [110.0], [99.0]])
    returns = total_returns(prices, np.zeros_like(prices))
    assert returns[1:, 0] == pytest.approx([0.10, -0.10], rel=1e-12)
    assert returns[1, 0] != pytest.approx(10 / 110, rel=1e-3)


def test_a_dividend_is_divided_by_the_previous_price_too() -> None:
    prices, dividend = np.array([[100.0], [98.0]]), np.array([[0.0], [2.0]])
    assert total_returns(prices, dividend)[1, 0] == pytest.approx(0, abs=1e-15)


def test_the_residual_variance_is_divided_by_the_degrees_of_freedom() -> None:
    result = run_study(events=announced(["S0"], [DAY]), prices=TABLE, spec=SPEC)
    rss = float((market_fit(0)[2] ** 2).sum())
    assert result.sigma[0] == pytest.approx(math.sqrt(rss / 248), rel=1e-9)
    assert abs(result.sigma[0] / math.sqrt(rss / 250) - 1) > 1e-3


def test_the_variance_does_not_contain_the_event_window() -> None:
    wild = TABLE.returns.copy()
    wild[ZERO - 10 :] *= 40
    plain, shaken = (
        run_study(events=announced(["S0"], [DAY]), prices=replace(TABLE, returns=item), spec=SPEC)
        for item in (TABLE.returns, wild)
    )
    assert shaken.sigma.tolist() == plain.sigma.tolist()
    assert abs(shaken.t[0]).min() > 10 * abs(plain.t[0]).min()


@pytest.mark.parametrize("estimation", [Window(-260, 10), Window(-260, -10), Window(-100, 150), Window(11, 200)])
def test_an_estimation_window_that_reaches_the_event_window_or_follows_it_is_refused(estimation: Window) -> None:
    with pytest.raises(OptionError, match="must end before the event window"):
        StudySpec(estimation=estimation)


def test_several_events_of_one_firm_do_not_multiply_rows() -> None:
    symbols = ["S0"] * 9 + ["S1"] * 5 + ["S2"]
    days = WEEKDAYS[ZERO + np.array([0, 1, 2, 3, 10, 11, 12, 30, 60, 0, 1, 2, 40, 41, 5])]
    together = run_study(events=announced(symbols, days), prices=TABLE, spec=SPEC)
    assert len(together.events) == 15 * len(SPEC.windows)
    assert len(together.abnormal) == 15 * 21
    assert not together.abnormal.duplicated(["event_id", "symbol", "day"]).any()
    assert set(together.tests["n"]) <= {15, len(set(days))}
    for number, (symbol, day) in enumerate(zip(symbols, days, strict=True)):
        alone = run_study(events=announced([symbol], [day]), prices=TABLE, spec=SPEC)
        assert together.car[number] == pytest.approx(alone.car[0], rel=1e-12)
        assert together.t[number] == pytest.approx(alone.t[0], rel=1e-11)


def test_one_announcement_on_many_firms_does_not_multiply_rows_either() -> None:
    events = replace(announced(TABLE.symbols, [DAY] * 6), event_ids=("same",) * 6)
    result = run_study(events=events, prices=TABLE, spec=SPEC)
    assert (len(result.events), len(result.abnormal)) == (6 * len(SPEC.windows), 6 * 21)


def test_the_bmp_test_has_the_prediction_error_in_it() -> None:
    result = run_study(events=announced(TABLE.symbols, [DAY] * 6), prices=TABLE, spec=SPEC)
    window = Window(-10, 10)
    exact, naive = [], []
    x = TABLE.regressors[:, 0]
    mean, sxx = x[BEFORE].mean(), ((x[BEFORE] - x[BEFORE].mean()) ** 2).sum()
    ahead = x[ZERO - 10 : ZERO + 11]
    for firm in range(6):
        alpha, beta, residuals = market_fit(firm)
        car = (TABLE.returns[ZERO - 10 : ZERO + 11, firm] - alpha - beta * ahead).sum()
        s = math.sqrt((residuals**2).sum() / 248)
        exact.append(car / (s * math.sqrt(21 + 21**2 / 250 + (ahead - mean).sum() ** 2 / sxx)))
        naive.append(car / (s * math.sqrt(21)))
    t, without_it = (np.mean(each) / (np.std(each, ddof=1) / math.sqrt(6)) for each in (exact, naive))
    patell = [sum(each) / math.sqrt(6 * 248 / 246) for each in (exact, naive)]
    found = outcomes(result, window)
    assert found["bmp_t"]["statistic"] == pytest.approx(t, rel=1e-9)
    assert found["patell_z"]["statistic"] == pytest.approx(patell[0], rel=1e-9)
    assert abs(patell[1] / patell[0] - 1) > 0.02
    # With equal M the common part of the correction cancels in BMP's ratio; unequal M shows it there.
    first = TABLE.first.copy()
    first[:3] = ZERO - 150
    late = run_study(events=announced(TABLE.symbols, [DAY] * 6), prices=replace(TABLE, first=first), spec=SPEC)
    scaled = late.car[:, 0] / (late.sigma * math.sqrt(21))
    without_it = scaled.mean() / (scaled.std(ddof=1) / math.sqrt(6))
    statistic = outcomes(late, window)["bmp_t"]["statistic"]
    exact_late = late.car[:, 0] / late.se[:, 0]
    assert statistic == pytest.approx(exact_late.mean() / (exact_late.std(ddof=1) / math.sqrt(6)), rel=1e-9)
    assert abs(statistic / without_it - 1) > 1e-3


def closed_for_a_week() -> tuple[ReturnTable, np.datetime64]:
    """A market that closed for five weekdays just after ZERO, and a day inside the closure."""
    open_days = np.r_[: ZERO + 1, ZERO + 6 : len(WEEKDAYS)]
    days = WEEKDAYS[open_days]
    return made_up(12, 2, days), WEEKDAYS[ZERO + 3]


def test_a_window_does_not_shrink_at_a_closure() -> None:
    table, inside = closed_for_a_week()
    spec = replace(SPEC, event_window=Window(-5, 5), windows=(Window(-5, 5),))
    for day in (inside, WEEKDAYS[ZERO], WEEKDAYS[ZERO + 7]):
        result = run_study(events=announced(["S0"], [day]), prices=table, spec=spec)
        assert result.n_days.tolist() == [[11]]
        assert result.abnormal["day"].tolist() == list(range(-5, 6))
        assert result.n_estimation.tolist() == [250]


def test_the_estimation_window_moves_with_day_zero_over_a_closure() -> None:
    table, inside = closed_for_a_week()
    moved = run_study(events=announced(["S0"], [inside]), prices=table, spec=SPEC)
    reopened = run_study(events=announced(["S0"], [WEEKDAYS[ZERO + 6]]), prices=table, spec=SPEC)
    assert moved.day0.tolist() == reopened.day0.tolist() == [WEEKDAYS[ZERO + 6].item()]
    days = moved.evidence.estimation_days[0]
    assert (days[0], days[-1], len(days)) == (ZERO + 1 - 260, ZERO + 1 - 11, 250)
    assert moved.events.equals(reopened.events)


def test_the_estimation_window_moves_with_the_date_of_the_event() -> None:
    result = run_study(events=announced(["S0", "S0"], WEEKDAYS[[ZERO, ZERO + 30]]), prices=TABLE, spec=SPEC)
    first, second = result.evidence.estimation_days
    assert (second - first).tolist() == [30] * 250


def test_a_missing_return_takes_away_one_day_and_neither_everything_nor_nothing() -> None:
    gaps = np.zeros(TABLE.returns.shape, dtype=bool)
    gaps[ZERO + 1, 0] = gaps[ZERO - 50, 0] = True
    result, whole = (
        run_study(events=announced(TABLE.symbols, [DAY] * 6), prices=table, spec=SPEC)
        for table in (without(TABLE, gaps), TABLE)
    )
    assert np.isfinite(result.car).all()
    assert np.isfinite(result.tests.loc[result.tests["status"] == "ok", "statistic"]).all()
    assert result.n_days[0].tolist() == [20, 2, 1, 6]
    assert result.n_estimation.tolist() == [249, *[250] * 5]
    filled = TABLE.returns.copy()
    filled[[ZERO + 1, ZERO - 50], 0] = 0
    zero = run_study(events=announced(TABLE.symbols, [DAY] * 6), prices=replace(TABLE, returns=filled), spec=SPEC)
    assert abs(result.car[0, 0] - zero.car[0, 0]) > 1e-6
    assert abs(result.sigma[0] - zero.sigma[0]) > 1e-9
    assert result.car[1:] == pytest.approx(whole.car[1:], rel=1e-12)


def test_a_day_without_benchmark_is_missing_and_not_a_day_of_nought() -> None:
    regressors = TABLE.regressors.copy()
    regressors[ZERO + 1] = np.nan
    result = run_study(
        events=announced(TABLE.symbols, [DAY] * 6), prices=replace(TABLE, regressors=regressors), spec=SPEC
    )
    assert result.n_days.tolist() == [[20, 2, 1, 6]] * 6
    assert np.isnan(result.abnormal_returns[:, 11]).all()


@pytest.mark.parametrize("model", [Model.MARKET, Model.MARKET_ADJUSTED, Model.MEAN_ADJUSTED, Model.SCHOLES_WILLIAMS])
def test_a_suspended_series_gets_no_p_and_stays_out_of_the_tests(model: Model) -> None:
    returns = TABLE.returns.copy()
    returns[BEFORE, 0] = 0
    result = run_study(
        events=announced(TABLE.symbols, [DAY] * 6),
        prices=replace(TABLE, returns=returns),
        spec=replace(SPEC, model=model),
    )
    assert result.reasons.tolist() == [Reason.NO_VARIANCE, *[Reason.OK] * 5]
    assert np.isnan(result.p[0]).all()
    assert outcomes(result, Window(0, 0))["kp_bmp_t"]["n"] == 5


@pytest.mark.parametrize("model", [Model.MARKET, Model.MARKET_ADJUSTED])
def test_a_clone_of_the_benchmark_gets_no_p_and_stays_out_of_the_tests(model: Model) -> None:
    returns = TABLE.returns.copy()
    returns[:, 0] = TABLE.regressors[:, 0]
    spec = replace(SPEC, model=model)
    result = run_study(events=announced(TABLE.symbols, [DAY] * 6), prices=replace(TABLE, returns=returns), spec=spec)
    assert result.reasons.tolist() == [Reason.CLONE_OF_BENCHMARK, *[Reason.OK] * 5]
    assert np.isnan(result.p[0]).all()
    assert outcomes(result, Window(0, 0))["kp_bmp_t"]["n"] == 5


def test_the_order_of_events_and_columns_changes_no_figure() -> None:
    order = [3, 0, 5, 1, 4, 2]
    turned = replace(TABLE, symbols=tuple(f"S{place}" for place in order), returns=TABLE.returns[:, order])
    days = WEEKDAYS[ZERO + np.array([0, 0, 2, 2, 9, 0])]
    plain = run_study(events=announced(TABLE.symbols, days), prices=TABLE, spec=SPEC)
    other = run_study(events=announced([f"S{place}" for place in order], days[order]), prices=turned, spec=SPEC)
    assert other.p == pytest.approx(plain.p[order], rel=1e-11)
    assert other.tests["p"].to_numpy() == pytest.approx(plain.tests["p"].to_numpy(), rel=1e-11, nan_ok=True)


def test_tied_values_share_their_ranks_whatever_their_order() -> None:
    values = np.array([[0.01, 0.0, -0.02, 0.0, 0.0, 0.01, np.nan]])
    ranks = doubled_ranks(values) / 2
    assert ranks.tolist() == [[5.5, 3, 1, 3, 3, 5.5, 0]]
    order = np.random.default_rng(1).permutation(7)
    assert (doubled_ranks(values[:, order]) / 2).tolist() == ranks[:, order].tolist()


def test_thin_trading_with_many_zero_returns_has_the_same_rank_test_in_any_order_of_days_before() -> None:
    # A share that often does not move has ties in its mean-adjusted residuals; shuffling the estimation days
    # of all firms alike must not break them.
    returns = np.round(TABLE.returns, 2)
    spec = replace(SPEC, model=Model.MEAN_ADJUSTED)
    shuffled = returns.copy()
    shuffled[BEFORE] = np.random.default_rng(2).permutation(returns[BEFORE])
    first, second = (
        run_study(events=announced(TABLE.symbols, [DAY] * 6), prices=replace(TABLE, returns=item), spec=spec).tests
        for item in (returns, shuffled)
    )
    chosen = first["test"].isin(["corrado_rank_z", "grank_t", "grank_z", "wilcoxon_z", "generalized_sign_z"])
    assert pd.unique(first.loc[chosen, "status"]).tolist() == ["ok"]
    found, expected = (frame.loc[chosen, "statistic"].to_numpy() for frame in (second, first))
    assert found == pytest.approx(expected, rel=1e-9)
