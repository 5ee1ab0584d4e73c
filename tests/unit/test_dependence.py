"""The average residual correlation against a loop over all pairs: overlap in sessions, correlation on common days."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from eventwindow.study.dependence import mean_correlations
from eventwindow.study.engine import run_study
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from tests.unit.made_up import SPEC, WEEKDAYS, ZERO, announced, made_up, without

Floats = NDArray[np.float64]
Days = NDArray[np.int32]
# Counted from the first session of an event window that starts at -10.
INNER = [Window(0, 20), Window(9, 11), Window(10, 10), Window(12, 17)]


def pair_by_pair(residuals: Floats, sessions: Days, day0: Days, window: Window) -> float:
    total, count = 0.0, len(residuals)
    known = [
        {int(day): value for day, value in zip(days, row, strict=True) if day >= 0 and np.isfinite(value)}
        for days, row in zip(sessions, residuals, strict=True)
    ]
    members = [set(row[window.start : window.end + 1].tolist()) for row in day0]
    for i, j in combinations(range(count), 2):
        common = sorted(known[i].keys() & known[j].keys())
        shared = members[i] & members[j]
        if len(common) >= 20 and shared:
            pair = [[known[number][day] for day in common] for number in (i, j)]
            total += float(np.corrcoef(pair)[0, 1]) * len(shared) / window.length
    return 2 * total / (count * (count - 1))


def layout(starts: list[int], length: int = 100) -> tuple[Days, Days]:
    """Estimation and event days for events whose estimation windows start on these days."""
    first = np.array(starts, dtype=np.int32)[:, None]
    return first + np.arange(length, dtype=np.int32), first + length + np.arange(21, dtype=np.int32)


def compare(residuals: Floats, sessions: Days, day0: Days) -> None:
    found = mean_correlations(residuals, sessions, day0, INNER)
    for value, window in zip(found, INNER, strict=True):
        assert value == pytest.approx(pair_by_pair(residuals, sessions, day0, window), rel=1e-9, abs=1e-13), window


def moved_together(random: np.random.Generator, sessions: Days) -> Floats:
    """Residuals that share a movement on every calendar day."""
    shared = random.normal(size=int(sessions.max()) + 1)
    return 0.7 * shared[sessions] + random.normal(size=sessions.shape)


@pytest.mark.parametrize("count", [2, 9, 64, 65, 150])
@pytest.mark.parametrize("reach", [0, 12, 400])
def test_the_mean_correlation_is_that_of_all_pairs(count: int, reach: int) -> None:
    random = np.random.default_rng(count + reach)
    sessions, day0 = layout(random.integers(0, reach + 1, count).tolist())
    compare(moved_together(random, sessions), sessions, day0)


@pytest.mark.parametrize("count", [9, 80])
def test_gaps_leave_the_common_days_of_each_pair(count: int) -> None:
    random = np.random.default_rng(count)
    sessions, day0 = layout(random.integers(0, 30, count).tolist())
    residuals = moved_together(random, sessions)
    residuals[random.random(residuals.shape) < 0.25] = np.nan
    residuals[1, 15:] = np.nan  # too few days in common with anyone
    sessions[2, :40] = -1  # listed late
    residuals[2, :40] = np.nan
    compare(residuals, sessions, day0)


@pytest.mark.parametrize("hole", [slice(0, 5), slice(40, 60), slice(95, 100)])
def test_many_firms_of_two_dates_that_all_miss_the_same_days_are_those_of_all_pairs(hole: slice) -> None:
    sessions, day0 = layout([0] * 40 + [3] * 40)
    residuals = moved_together(np.random.default_rng(6), sessions)
    residuals[:40, hole] = np.nan
    compare(residuals, sessions, day0)


def test_firms_that_never_move_together_count_as_zero() -> None:
    random = np.random.default_rng(1)
    sessions, day0 = layout([0, 0, 0])
    residuals = moved_together(random, sessions)
    residuals[2] = 0.5  # no variance: no correlation
    expected = np.corrcoef(residuals[:2])[0, 1] / 3
    assert mean_correlations(residuals, sessions, day0, INNER) == pytest.approx([expected] * 4, rel=1e-12)


@pytest.mark.parametrize(("common", "counted"), [(19, False), (20, True)])
def test_a_correlation_needs_twenty_common_days(common: int, counted: bool) -> None:
    random = np.random.default_rng(2)
    sessions, day0 = layout([0, 0])
    residuals = moved_together(random, sessions)
    residuals[0, common:] = np.nan
    assert (mean_correlations(residuals, sessions, day0, INNER) != 0).all() == counted


@pytest.mark.parametrize(("apart", "share"), [(0, 1.0), (1, 0.95238), (20, 0.04762), (21, 0.0), (50, 0.0)])
def test_a_pair_counts_with_the_share_of_sessions_its_windows_have_in_common(apart: int, share: float) -> None:
    random = np.random.default_rng(3)
    sessions, day0 = layout([0, apart])
    residuals = moved_together(random, sessions)
    correlation = np.corrcoef(residuals[0, apart:], residuals[1, : 100 - apart])[0, 1]
    (found,) = mean_correlations(residuals, sessions, day0, [Window(0, 20)])
    assert found == pytest.approx(correlation * share, rel=1e-4)


def test_one_event_alone_has_no_correlation() -> None:
    sessions, day0 = layout([0])
    assert np.isnan(mean_correlations(np.ones((1, 100)), sessions, day0, INNER)).all()


def test_the_order_of_the_events_does_not_matter() -> None:
    random = np.random.default_rng(4)
    sessions, day0 = layout(random.integers(0, 60, 130).tolist())
    residuals = moved_together(random, sessions)
    order = random.permutation(130)
    plain = mean_correlations(residuals, sessions, day0, INNER)
    assert mean_correlations(residuals[order], sessions[order], day0[order], INNER) == pytest.approx(plain, rel=1e-12)


def found_in(result: StudyResult) -> dict[str, float]:
    return {item.test: item.outcome.statistic for item in result.across}


def test_many_events_over_two_years_are_corrected_by_the_correlation_of_all_pairs() -> None:
    random = np.random.default_rng(5)
    table = made_up(9, 30)
    table = without(table, random.random(table.returns.shape) < 0.03)
    symbols = [f"S{number}" for number in random.integers(0, 30, 140)]
    events = announced(symbols, WEEKDAYS[random.integers(280, 400, 140)])
    result = run_study(events=events, prices=table, spec=replace(SPEC, windows=(Window(0, 5),)))
    evidence = result.evidence
    rbar = pair_by_pair(evidence.residuals, evidence.estimation_days, evidence.window_days, Window(10, 15))
    statistics = found_in(result)
    factor = np.sqrt((1 - rbar) / (1 + 139 * rbar))
    assert 0.001 < rbar < 0.5
    assert statistics["kp_bmp_t"] == pytest.approx(statistics["bmp_t"] * factor, rel=1e-9)
    assert statistics["kp_patell_z"] == pytest.approx(statistics["patell_z"] / np.sqrt(1 + 139 * rbar), rel=1e-9)


def test_the_same_events_on_one_date_need_no_weights() -> None:
    table = made_up(10, 8)
    events = announced(table.symbols, [WEEKDAYS[ZERO]] * 8)
    result = run_study(events=events, prices=table, spec=SPEC)
    evidence = result.evidence
    unit = evidence.residuals / np.linalg.norm(evidence.residuals, axis=1, keepdims=True)
    # Kolari and Pynnonen's own shortcut: columns of unit length (residuals of a fit have mean zero).
    rbar = ((unit.sum(axis=0) ** 2).sum() - 8) / (8 * 7)
    found = mean_correlations(evidence.residuals, evidence.estimation_days, evidence.window_days, INNER)
    assert found == pytest.approx([rbar] * 4, rel=1e-10)
