"""Every test across events against the second way, and the exact Wilcoxon p against every choice of signs.

With more than ten events the second way gives the Wilcoxon test's normal p; its exact p is compared on its own.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study import battery, dependence, engine, ranks
from eventwindow.study.battery import Outcome, run_tests
from eventwindow.study.engine import StudyEvents, run_study
from eventwindow.study.models import Model
from eventwindow.study.ranks import daily_scores
from eventwindow.study.windows import Window
from tests.unit import second_way
from tests.unit.made_up import SPEC, WEEKDAYS, WINDOWS, ZERO, announced, made_up, outcomes, sample_of, without

MODELS = [Model.MARKET, Model.MARKET_ADJUSTED, Model.MEAN_ADJUSTED]
Case = tuple[list[ReturnTable], StudyEvents]


def one_date() -> Case:
    table = made_up(1, 12)
    return [table], announced(table.symbols, [WEEKDAYS[ZERO]] * 12)


def one_date_with_gaps() -> Case:
    table = made_up(2, 14)
    gaps = np.zeros(table.returns.shape, dtype=bool)
    gaps[:, 0] = np.random.default_rng(3).random(len(WEEKDAYS)) < 0.2  # thin trading
    gaps[ZERO, 0] = False
    gaps[ZERO - 1 : ZERO + 2, 1] = True  # suspended over day 0
    gaps[ZERO, 2] = True
    gaps[ZERO - 100 : ZERO - 70, 3] = True  # a halt of 30 sessions
    first, last = table.first.copy(), table.last.copy()
    first[4] = ZERO - 160  # listed late: 150 returns left
    last[5] = ZERO + 4  # delisted inside the event window
    gaps[ZERO + 3, :] = True  # nobody traded
    gaps[ZERO - 50, :] = True
    regressors = table.regressors.copy()
    regressors[[ZERO - 40, ZERO + 1]] = np.nan  # the benchmark did not trade
    return [replace(without(table, gaps), first=first, last=last, regressors=regressors)], announced(
        table.symbols, [WEEKDAYS[ZERO]] * 14
    )


def staggered_dates() -> Case:
    table = made_up(4, 5)
    table = without(table, np.random.default_rng(5).random(table.returns.shape) < 0.04)
    offsets = [0, 0, 0, 3, 3, 5, 9, 9, 12, 20, 26, 26, 40, 41, 80, 80]
    symbols = [f"S{number}" for number in (0, 1, 2, 0, 3, 4, 1, 2, 3, 0, 0, 4, 2, 1, 3, 1)]
    return [table], announced(symbols, WEEKDAYS[ZERO - 20 + np.array(offsets)])


def two_markets() -> Case:
    random = np.random.default_rng(6)
    holidays = random.choice(np.arange(5, len(WEEKDAYS) - 5), size=(2, 24), replace=False)
    here, there = (np.delete(WEEKDAYS, days) for days in holidays)
    tables = [made_up(7, 4, here), made_up(8, 4, there, prefix="T")]
    tables[1] = without(tables[1], random.random(tables[1].returns.shape) < 0.05)
    symbols = ["S0", "T0", "S1", "T1", "S2", "T2", "S3", "T3", "S0", "T0"]
    # A holiday of one market among them: day 0 is then the next session there.
    days = [*[WEEKDAYS[holidays[0][holidays[0] > 300][0]]] * 4, *WEEKDAYS[[310, 310, 312, 312, 380, 381]]]
    return tables, announced(symbols, days)


CASES = [one_date, one_date_with_gaps, staggered_dates, two_markets]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("case", CASES)
def test_every_test_agrees_with_the_second_way(case: Callable[[], Case], model: Model) -> None:
    tables, events = case()
    result = run_study(events=events, prices=tables, spec=replace(SPEC, model=model))
    assert set(result.reasons) == {Reason.OK}
    plain = [
        second_way.study(symbol, day, tables, model, range(-260, -10), range(-10, 11))
        for symbol, day in zip(events.symbols, events.days.tolist(), strict=True)
    ]
    for window in WINDOWS:
        sessions = range(window.start, window.end + 1)
        expected = second_way.battery(plain, sessions, range(-260, -10))
        found = outcomes(result, window)
        assert found.keys() == expected.keys()
        for test, pair in expected.items():
            row = found[test]
            assert row["n"] == (
                len({event.day0 for event in plain if event.stays(sessions)})
                if test == "date_means_t"
                else sum(event.stays(sessions) for event in plain)
            )
            if pair is None:
                assert row["status"] != "ok", test
                assert np.isnan([row["statistic"], row["p"]]).all()
                continue
            assert row["status"] == "ok", test
            assert row["statistic"] == pytest.approx(pair[0], rel=1e-9, abs=1e-12), (window, test)
            if test != "wilcoxon_z" or len(plain) <= second_way.LARGEST_ENUMERATED:
                assert row["p"] == pytest.approx(pair[1], rel=1e-8), (window, test)


def test_the_cases_hold_what_they_are_there_for() -> None:
    tables, events = one_date_with_gaps()
    result = run_study(events=events, prices=tables, spec=SPEC)
    assert (result.n_estimation == 250 - 2).sum() == 11  # no trade, and no benchmark
    assert result.n_estimation[[3, 4]].tolist() == [218, 148]
    assert 180 < result.n_estimation[0] < 220
    assert [int((result.status[:, number] == Reason.OK).sum()) for number in range(4)] == [13, 13, 12, 13]
    tables, events = staggered_dates()
    assert len(set(events.days)) == 10
    tables, events = two_markets()
    zeros = run_study(events=events, prices=tables, spec=SPEC).day0
    assert len(set(zeros[:4])) == 2
    assert not set(tables[0].days) <= set(tables[1].days)


def wilcoxon(cars: list[float]) -> Outcome:
    return run_tests(sample_of(np.array(cars, dtype=np.float64)))["wilcoxon_z"]


SIZES = st.integers(-6, 6).map(lambda number: number / 100)


@settings(max_examples=60)
@given(cars=st.lists(SIZES, min_size=1, max_size=10).filter(any))
def test_the_exact_wilcoxon_p_counts_every_choice_of_signs_also_with_ties_and_zeros(cars: list[float]) -> None:
    found, expected = wilcoxon(cars), second_way.wilcoxon(cars)
    assert (found.statistic, found.p) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert (found.distribution, found.n) == ("exact", sum(car != 0 for car in cars))


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 25))
def test_the_exact_wilcoxon_p_without_ties_is_that_of_scipy(seed: int, n: int) -> None:
    cars = np.random.default_rng(seed).normal(0.3, 1, n)
    found = wilcoxon(cars.tolist())
    assert found.distribution == "exact"
    assert found.p == pytest.approx(stats.wilcoxon(cars, method="exact").pvalue, rel=1e-9)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(26, 120), grid=st.sampled_from([3, 20, 10**9]))
def test_the_normal_wilcoxon_z_averages_ties_and_corrects_for_them(seed: int, n: int, grid: int) -> None:
    cars = np.random.default_rng(seed).integers(-grid, grid + 1, n) / 100
    kept = cars[cars != 0]
    found = wilcoxon(cars.tolist())
    if len(kept) <= 25:
        assert found.distribution == "exact"
        return
    ranks = stats.rankdata(np.abs(kept))
    # The variance of a sum of ranks with random signs is a quarter of the sum of their squares: ties need no formula.
    z = (ranks[kept > 0].sum() - ranks.sum() / 2) / np.sqrt((ranks**2).sum() / 4)
    assert found.statistic == pytest.approx(z, rel=1e-10, abs=1e-12)
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-9)
    assert (found.distribution, found.n) == ("normal", len(kept))


@pytest.mark.parametrize(("n", "distribution"), [(25, "exact"), (26, "normal")])
def test_the_wilcoxon_p_is_exact_up_to_twenty_five_events(n: int, distribution: str) -> None:
    assert wilcoxon([0.01 * number for number in range(1, n + 1)]).distribution == distribution


def test_zeros_do_not_count_towards_the_twenty_five() -> None:
    found = wilcoxon([0.0] * 10 + [0.01 * number for number in range(1, 26)])
    assert (found.distribution, found.n) == ("exact", 25)


def test_a_zero_is_no_positive_return_for_the_sign_test() -> None:
    found = run_tests(sample_of(np.array([0.0, 0.0, 0.01, -0.01])))["sign_z"]
    assert found.statistic == pytest.approx((1 - 2) / np.sqrt(1), rel=1e-12)


@pytest.mark.parametrize("window", [Window(0, 0), Window(-10, 10)])
def test_the_average_correlation_of_one_date_is_the_mean_of_the_correlation_matrix(window: Window) -> None:
    (table,), events = one_date()
    result = run_study(events=events, prices=table, spec=replace(SPEC, windows=(window,)))
    matrix = np.corrcoef(result.evidence.residuals)
    rbar = matrix[np.triu_indices(12, 1)].mean()
    found = outcomes(result, window)
    factor = np.sqrt((1 - rbar) / (1 + 11 * rbar))
    assert found["kp_bmp_t"]["statistic"] == pytest.approx(found["bmp_t"]["statistic"] * factor, rel=1e-12)
    assert found["kp_bmp_t"]["reason"].startswith(f"mean residual correlation {rbar:.4f}")


@pytest.mark.parametrize("case", CASES)
def test_working_through_events_in_small_portions_changes_no_test(
    case: Callable[[], Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    tables, events = case()
    whole = run_study(events=events, prices=tables, spec=SPEC).tests
    for module, name, size in (
        (engine, "CHUNK", 5),
        (ranks, "BLOCK", 3),
        (battery, "BLOCK", 4),
        (dependence, "BLOCK", 3),
        (dependence, "STRETCH", 5),
        (dependence, "FEWEST_ALIKE", 4),
    ):
        monkeypatch.setattr(module, name, size)
    portions = run_study(events=events, prices=tables, spec=SPEC).tests
    assert portions["status"].tolist() == whole["status"].tolist()
    for name in ("n", "statistic", "p"):
        assert portions[name].to_numpy() == pytest.approx(whole[name].to_numpy(), rel=1e-11, abs=1e-13, nan_ok=True)


def test_a_residual_equal_to_the_event_shares_its_generalized_rank() -> None:
    # Standard deviation of 0, 1 and 2 is exactly one, so whole residuals tie with the event.
    residuals = np.random.default_rng(1).integers(-3, 4, (3, 30)).astype(np.float64)
    scars = np.array([0.0, 1.0, 2.0])
    residuals[:, :2] = scars[:, None]
    scores = daily_scores(residuals, scars[:, None], np.ones(3))
    found = run_tests(replace(sample_of(scars), residuals=residuals, scores=scores))
    rest = {"m": 30, "df": 28, "mean_x": 0.0, "sxx": 1.0, "fitted": True, "days": {}, "abnormal": {}, "x": {}}
    rows = [dict(zip(range(-40, -10), row.tolist(), strict=True)) for row in residuals]
    plain = [second_way.Event(day0=date(2023, 7, 7), residuals=row, s=1.0, **rest) for row in rows]
    expected = second_way.generalized_rank(plain, scars.tolist(), range(-40, -10))
    for test, pair in zip(("grank_t", "grank_z"), expected, strict=True):
        assert (found[test].statistic, found[test].p) == pytest.approx(pair, rel=1e-10)


def rounded(decimals: int = 3) -> Case:
    """Firms and benchmark in rounded returns: many days are alike, and some returns are those of the benchmark."""
    table = made_up(9, 25)
    returns, benchmark = np.round(table.returns, decimals), np.round(table.regressors, decimals)
    return [replace(table, returns=returns, regressors=benchmark)], announced(table.symbols, [WEEKDAYS[ZERO]] * 25)


@pytest.mark.parametrize("model", [Model.MARKET_ADJUSTED, Model.MEAN_ADJUSTED])
def test_returns_that_are_alike_tie_in_the_window_as_before_it(model: Model) -> None:
    tables, events = rounded()
    result = run_study(events=events, prices=tables, spec=replace(SPEC, model=model))
    plain = [
        second_way.study(symbol, WEEKDAYS[ZERO].item(), tables, model, range(-260, -10), range(-10, 11))
        for symbol in events.symbols
    ]
    for window in (Window(-1, 1), Window(0, 0)):
        expected = second_way.battery(plain, range(window.start, window.end + 1), range(-260, -10))
        found = outcomes(result, window)
        for test in ("corrado_rank_z", "sign_z", "generalized_sign_z"):
            pair = expected[test]
            assert pair is not None
            assert found[test]["statistic"] == pytest.approx(pair[0], rel=1e-9), (window, test)


def test_a_return_that_equals_its_benchmark_leaves_exactly_nothing() -> None:
    (table,), events = rounded()
    result = run_study(events=events, prices=table, spec=replace(SPEC, model=Model.MARKET_ADJUSTED))
    alike = table.returns == table.regressors
    before, around = alike[ZERO - 260 : ZERO - 10].T, alike[ZERO - 10 : ZERO + 11].T
    assert before.sum() > 100
    assert ((result.evidence.residuals == 0) == before).all()
    assert ((result.abnormal_returns == 0) == around).all()


def test_the_generalized_rank_is_that_of_standardized_residuals_also_where_division_makes_them_tie() -> None:
    # 1.4 and its neighbour among the floats are one number once they are divided by 1.2.
    residuals = np.random.default_rng(1).normal(0, 1, (3, 30))
    residuals[:, 0], residuals[:, 1] = 1.4, np.nextafter(1.4, 2)
    assert residuals[0, 0] / 1.2 == residuals[0, 1] / 1.2
    scars, sigma = np.array([0.0, 1.0, 2.0]), np.full(3, 1.2)
    sample = replace(sample_of(scars), residuals=residuals, sigma=sigma)
    found = run_tests(replace(sample, scores=daily_scores(residuals, scars[:, None], sigma)))
    rest = {"m": 30, "df": 28, "mean_x": 0.0, "sxx": 1.0, "fitted": True, "days": {}, "abnormal": {}, "x": {}}
    rows = [dict(zip(range(-40, -10), row.tolist(), strict=True)) for row in residuals]
    plain = [second_way.Event(day0=date(2023, 7, 7), residuals=row, s=1.2, **rest) for row in rows]
    expected, _ = second_way.generalized_rank(plain, scars.tolist(), range(-40, -10))
    assert expected is not None
    assert found["grank_t"].statistic == pytest.approx(expected[0], rel=1e-10)
