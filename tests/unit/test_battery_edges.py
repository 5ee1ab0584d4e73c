"""The tests across events at their edges: few events, no spread, windows past the data, and what must not matter."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.study.battery import run_tests
from eventwindow.study.engine import StudyEvents, run_study
from eventwindow.study.models import Model
from eventwindow.study.ranks import doubled_ranks
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from tests.unit.made_up import SPEC, WEEKDAYS, ZERO, announced, made_up, outcomes, sample_of, without

ALL = {
    "cross_sectional_t", "skewness_adjusted_t", "crude_dependence_t", "patell_z", "bmp_t", "kp_patell_z", "kp_bmp_t",
    "date_means_t", "corrado_rank_z", "grank_t", "grank_z", "sign_z", "generalized_sign_z", "wilcoxon_z",
}  # fmt: skip


def common_date(firms: int, table: ReturnTable | None = None) -> StudyResult:
    table = table or made_up(1, firms)
    return run_study(events=announced(table.symbols[:firms], [WEEKDAYS[ZERO]] * firms), prices=table, spec=SPEC)


def with_number(result: StudyResult, window: Window = Window(0, 0)) -> set[str]:
    """Tests with a statistic; the others have a reason in words and nothing else."""
    found = outcomes(result, window)
    assert found.keys() == ALL
    for row in found.values():
        known = {name for name in ("statistic", "p", "df") if pd.notna(row[name])}
        assert known - {"df"} == ({"statistic", "p"} if row["status"] == "ok" else set())
        assert ("df" in known) is (row["status"] == "ok" and row["distribution"] == "t")
        assert row["status"] == "ok" or row["reason"] == SENTENCES[Reason(row["status"])] != ""
    return {test for test, row in found.items() if row["status"] == "ok"}


def test_without_events_there_are_reasons_and_no_numbers() -> None:
    empty = run_study(events=announced([], []), prices=made_up(1, 1), spec=SPEC)
    assert len(empty.tests) == len(SPEC.windows) * len(ALL)
    assert with_number(empty) == set()
    assert set(empty.tests["n"]) == {0}


def test_events_that_all_have_a_reason_leave_no_numbers() -> None:
    late = run_study(events=announced(["S0", "S1", "X"], [WEEKDAYS[5]] * 3), prices=made_up(1, 2), spec=SPEC)
    assert with_number(late) == set()
    assert set(late.tests["n"]) == {0}


def test_one_event_has_the_tests_that_need_no_second() -> None:
    assert with_number(common_date(1)) == {
        "crude_dependence_t", "patell_z", "corrado_rank_z", "sign_z", "generalized_sign_z", "wilcoxon_z",
    }  # fmt: skip
    lacking = {row["status"] for row in outcomes(common_date(1), Window(0, 0)).values()} - {"ok"}
    assert lacking == {"too_few_events"}


def test_two_events_of_one_date_have_all_tests_but_skewness_and_the_means_of_dates() -> None:
    assert with_number(common_date(2)) == ALL - {"skewness_adjusted_t", "date_means_t"}


def test_three_events_of_one_date_have_all_tests_but_the_means_of_dates() -> None:
    assert with_number(common_date(3)) == ALL - {"date_means_t"}


def test_two_events_on_two_dates_have_the_means_of_dates_and_no_crude_dependence_test() -> None:
    table = made_up(1, 2)
    result = run_study(events=announced(table.symbols, WEEKDAYS[[ZERO, ZERO + 1]]), prices=table, spec=SPEC)
    assert with_number(result) == ALL - {"skewness_adjusted_t", "crude_dependence_t"}
    assert outcomes(result, Window(0, 0))["crude_dependence_t"]["status"] == "not_one_date"
    assert "not absorbed" in outcomes(result, Window(0, 0))["grank_t"]["reason"]
    assert outcomes(common_date(2), Window(0, 0))["grank_t"]["reason"] == ""


def test_returns_that_are_all_zero_have_no_rank_and_no_spread() -> None:
    table = made_up(1, 6)
    returns = table.returns.copy()
    returns[ZERO - 10 : ZERO + 11] = table.regressors[ZERO - 10 : ZERO + 11]
    spec = replace(SPEC, model=Model.MARKET_ADJUSTED)
    events = announced(table.symbols, [WEEKDAYS[ZERO]] * 6)
    result = run_study(events=events, prices=replace(table, returns=returns), spec=spec)
    assert (result.car == 0).all()
    for window in SPEC.windows:
        assert with_number(result, window) == {
            "crude_dependence_t", "patell_z", "kp_patell_z", "corrado_rank_z", "sign_z", "generalized_sign_z",
        }  # fmt: skip
        found = outcomes(result, window)
        assert (found["patell_z"]["statistic"], found["patell_z"]["p"]) == (0, 1)
        assert found["sign_z"]["statistic"] == pytest.approx(-np.sqrt(6))
        assert (found["wilcoxon_z"]["n"], found["wilcoxon_z"]["status"]) == (0, "too_few_events")
        for test in ("cross_sectional_t", "skewness_adjusted_t", "bmp_t", "kp_bmp_t", "grank_t", "grank_z"):
            assert found[test]["status"] == "no_spread"


@pytest.mark.parametrize("value", [0.25, -2.0])
def test_returns_that_are_all_the_same_have_no_spread(value: float) -> None:
    found = run_tests(sample_of(np.full(8, value)))
    for test in ("cross_sectional_t", "skewness_adjusted_t", "bmp_t", "kp_bmp_t", "grank_t", "grank_z"):
        assert found[test].reason is Reason.NO_SPREAD
    assert found["wilcoxon_z"].p == pytest.approx(2 / 2**8)
    assert abs(found["sign_z"].statistic) == pytest.approx(np.sqrt(8))


@pytest.mark.parametrize("rbar", [-0.25, -0.3, -1.0])
def test_a_correlation_too_negative_for_the_correction_has_a_reason(rbar: float) -> None:
    found = run_tests(sample_of(np.array([0.01, 0.02, -0.01, 0.03, 0.02]), rbar))
    for test in ("kp_bmp_t", "kp_patell_z"):
        assert found[test].reason is Reason.NEGATIVE_CORRELATION
        assert np.isnan(found[test].statistic)
        assert found[test].n == 5
    assert found["bmp_t"].reason is Reason.OK


def test_three_firms_that_pairwise_mirror_each_other_have_no_corrected_test() -> None:
    table = made_up(1, 3)
    first = ZERO - 260
    mirror = np.random.default_rng(1).normal(0, 0.02, len(WEEKDAYS))
    signs = np.zeros((len(WEEKDAYS), 3))
    for part, pair in enumerate([(0, 1), (1, 2), (0, 2)]):
        rows = slice(first + 83 * part, first + 83 * (part + 1))
        signs[rows, pair[0]], signs[rows, pair[1]] = 1, -1
    signs[ZERO - 11 :] = 1, 0.5, 0.2
    returns = np.where(signs == 0, np.nan, signs * mirror[:, None])
    spec = replace(SPEC, model=Model.MEAN_ADJUSTED)
    events = announced(table.symbols, [WEEKDAYS[ZERO]] * 3)
    result = run_study(events=events, prices=replace(table, returns=returns), spec=spec)
    found = outcomes(result, Window(-10, 10))
    assert found["kp_bmp_t"]["status"] == found["kp_patell_z"]["status"] == "negative_correlation"
    assert found["bmp_t"]["status"] == "ok"


@pytest.mark.parametrize("rbar", [-0.2499, -0.01, -1e-9])
def test_a_slightly_negative_correlation_corrects_nothing_and_says_so(rbar: float) -> None:
    found = run_tests(sample_of(np.array([0.01, 0.02, -0.01, 0.03, 0.02]), rbar))
    for corrected, plain in (("kp_bmp_t", "bmp_t"), ("kp_patell_z", "patell_z")):
        assert (found[corrected].statistic, found[corrected].p) == (found[plain].statistic, found[plain].p)
        assert "negative, so nothing is corrected" in found[corrected].note
    assert "nothing is corrected" not in run_tests(sample_of(np.array([0.01, 0.02]), 0.01))["kp_bmp_t"].note


def test_an_event_whose_window_passes_the_data_leaves_that_window_only() -> None:
    table = made_up(3, 6)
    last = table.last.copy()
    last[4] = ZERO + 3
    whole = common_date(6, table)
    cut = common_date(6, replace(table, last=last))
    five = run_study(events=announced(["S0", "S1", "S2", "S3", "S5"], [WEEKDAYS[ZERO]] * 5), prices=table, spec=SPEC)
    for window in SPEC.windows:
        beyond = window.end > 3
        found, expected = outcomes(cut, window), outcomes(five if beyond else whole, window)
        for test in ALL - {"corrado_rank_z"}:  # ranks run over the whole event window, also over what is left of it
            assert found[test]["n"] == expected[test]["n"] == (1 if test == "date_means_t" else 5 if beyond else 6)
            assert found[test]["statistic"] == pytest.approx(expected[test]["statistic"], rel=1e-11, nan_ok=True), test
        assert found["corrado_rank_z"]["n"] == (5 if beyond else 6)


def test_an_event_without_return_in_a_window_leaves_that_window_only() -> None:
    table = made_up(3, 6)
    gaps = np.zeros(table.returns.shape, dtype=bool)
    gaps[ZERO, 2] = True
    result = common_date(6, without(table, gaps))
    counts = {window: outcomes(result, window)["kp_bmp_t"]["n"] for window in SPEC.windows}
    assert counts == {Window(-10, 10): 6, Window(-1, 1): 6, Window(0, 0): 5, Window(2, 7): 6}


def gappy(seed: int) -> tuple[ReturnTable, StudyEvents]:
    """Twelve events on five firms and four dates, two of them the same twice."""
    random = np.random.default_rng(seed)
    table = made_up(seed, 5)
    symbols = ["S0", "S1", "S2", "S3", "S4", "S0", "S1", "S2", "S3", "S4", "S0", "S4"]
    days = WEEKDAYS[[*[ZERO] * 5, *[ZERO + 4] * 3, ZERO + 30, ZERO + 60, ZERO, ZERO + 60]]
    return without(table, random.random(table.returns.shape) < 0.05), announced(symbols, days)


def statistics(result: StudyResult) -> dict[tuple[object, ...], tuple[float, float]]:
    frame = result.tests
    assert (frame["status"] == "ok").sum() > 40
    keys = zip(frame["window_start"], frame["window_end"], frame["test"], frame["n"], frame["status"], strict=True)
    return dict(zip(keys, zip(frame["statistic"], frame["p"], strict=True), strict=True))


def same(found: StudyResult, expected: StudyResult, rel: float) -> None:
    ours, theirs = statistics(found), statistics(expected)
    assert ours.keys() == theirs.keys()
    for key, pair in theirs.items():
        assert ours[key] == pytest.approx(pair, rel=rel, abs=1e-13, nan_ok=True), key


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), order=st.permutations(range(12)))
def test_the_order_of_the_events_changes_no_test(seed: int, order: list[int]) -> None:
    table, events = gappy(seed)
    turned = announced([events.symbols[place] for place in order], events.days[order])
    plain = run_study(events=events, prices=table, spec=SPEC)
    same(run_study(events=turned, prices=table, spec=SPEC), plain, rel=1e-12)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), order=st.permutations(range(5)))
def test_the_order_of_the_columns_changes_no_test(seed: int, order: list[int]) -> None:
    table, events = gappy(seed)
    turned = replace(table, symbols=tuple(table.symbols[place] for place in order), returns=table.returns[:, order])
    plain = run_study(events=events, prices=table, spec=SPEC)
    same(run_study(events=events, prices=turned, spec=SPEC), plain, rel=1e-12)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), model=st.sampled_from([item for item in Model if item is not Model.FACTORS]))
def test_percent_instead_of_decimals_changes_no_test(seed: int, model: Model) -> None:
    table, events = gappy(seed)
    percent = replace(table, returns=100 * table.returns, regressors=100 * table.regressors)
    spec = replace(SPEC, model=model)
    plain = run_study(events=events, prices=table, spec=spec)
    same(run_study(events=events, prices=percent, spec=spec), plain, rel=1e-9)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), constant=st.floats(-0.02, 0.02))
def test_a_constant_added_to_all_returns_changes_no_test_of_the_market_model(seed: int, constant: float) -> None:
    table, events = gappy(seed)
    moved = replace(table, returns=table.returns + constant, regressors=table.regressors + constant)
    plain = run_study(events=events, prices=table, spec=SPEC)
    shifted = run_study(events=events, prices=moved, spec=SPEC)
    assert shifted.abnormal_returns == pytest.approx(plain.abnormal_returns, rel=1e-9, abs=1e-14, nan_ok=True)
    same(shifted, plain, rel=1e-9)


CELLS = st.one_of(st.just(float("nan")), st.integers(-3, 3).map(float), st.floats(-1, 1), st.just(-0.0))


@given(
    rows=st.integers(1, 30).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6)
    )
)
def test_ranks_are_those_of_scipy_with_gaps_and_ties(rows: list[list[float]]) -> None:
    values = np.array(rows, dtype=np.float64)
    found = doubled_ranks(values)
    expected = np.nan_to_num(2 * stats.rankdata(values, axis=1, nan_policy="omit"))
    assert found.tolist() == expected.tolist()


def test_no_correlation_at_all_is_not_called_negative() -> None:
    found = run_tests(sample_of(np.array([0.01, 0.02, -0.01, 0.03, 0.02]), rbar=0.0))
    assert found["kp_bmp_t"].note == "mean residual correlation 0.0000"
    assert found["kp_bmp_t"].statistic == found["bmp_t"].statistic
