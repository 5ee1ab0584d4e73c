"""Faults found while testing; each test fails until the fault is mended."""

from dataclasses import replace

import numpy as np
import pytest

from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import run_study
from eventwindow.study.windows import Window
from tests.unit.made_up import SPEC, WEEKDAYS, announced, made_up, outcomes, without


def test_more_than_one_block_of_events_near_the_end_of_the_data_keeps_all_its_pairs() -> None:
    table = made_up(1, 100)
    end = len(WEEKDAYS) - 3  # the event window reaches past the data, the window [0,+1] does not
    events = announced(table.symbols, [WEEKDAYS[end]] * 100)
    result = run_study(events=events, prices=table, spec=replace(SPEC, windows=(Window(0, 1),)))
    rbar = np.corrcoef(result.evidence.residuals)[np.triu_indices(100, 1)].mean()
    found = outcomes(result, Window(0, 1))
    factor = 1 / np.sqrt(1 + 99 * rbar)
    assert found["kp_patell_z"]["statistic"] == pytest.approx(found["patell_z"]["statistic"] * factor, rel=1e-9)


@pytest.mark.parametrize("test", ["cross_sectional_t", "skewness_adjusted_t", "bmp_t", "kp_bmp_t", "grank_t"])
@pytest.mark.parametrize("count", [3, 10])
def test_the_same_event_many_times_has_no_spread_and_no_number(test: str, count: int) -> None:
    table = made_up(2, 1)
    result = run_study(events=announced(["S0"] * count, [WEEKDAYS[320]] * count), prices=table, spec=SPEC)
    for window in SPEC.windows:
        assert outcomes(result, window)[test]["status"] == Reason.NO_SPREAD


def test_without_events_every_test_says_that_it_needs_more_events() -> None:
    result = run_study(events=announced([], []), prices=made_up(3, 1), spec=SPEC)
    assert set(result.tests["status"]) == {Reason.TOO_FEW_EVENTS}


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_events_that_are_the_same_twice_does_not_break_their_tie(seed: int) -> None:
    random = np.random.default_rng(seed)
    count = int(random.integers(5, 90))
    table = made_up(seed, 6)
    table = without(table, random.random(table.returns.shape) < 0.05)
    symbols = [f"S{number}" for number in random.integers(0, 6, count)]
    days = WEEKDAYS[random.choice([320, 330, 340, 350], count)]
    order = random.permutation(count)
    plain = run_study(events=announced(symbols, days), prices=table, spec=SPEC)
    turned = run_study(events=announced([symbols[place] for place in order], days[order]), prices=table, spec=SPEC)
    found, expected = (result.tests.set_index(["window_start", "window_end", "test"]) for result in (turned, plain))
    assert found["statistic"].to_dict() == pytest.approx(expected["statistic"].to_dict(), rel=1e-11, nan_ok=True)
