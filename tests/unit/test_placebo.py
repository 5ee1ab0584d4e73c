"""Placebo dates: where they may lie, how many there are, and what p says."""

from dataclasses import replace

import numpy as np
import pytest

from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.placebo import DRAWN, ENUMERATED, placebo_test
from eventwindow.study.windows import Window

SPEC = StudySpec(
    estimation=Window(-70, -6), event_window=Window(-5, 5), windows=(Window(0, 0), Window(0, 1)), minimum_estimation=60
)
SESSIONS, SYMBOLS = 300, ("A", "B")


def table(seed: int = 3) -> ReturnTable:
    random = np.random.default_rng(seed)
    days = np.arange(np.datetime64("2021-01-01"), np.datetime64("2021-01-01") + SESSIONS)
    benchmark = random.normal(0, 0.01, (SESSIONS, 1))
    returns = benchmark + random.normal(0, 0.02, (SESSIONS, 2))
    return ReturnTable(days, SYMBOLS, returns, benchmark, ("M",), np.zeros(2, int), np.full(2, SESSIONS - 1))


def events(*rows: tuple[str, str, int], prices: ReturnTable) -> StudyEvents:
    names, symbols, places = zip(*rows, strict=True)
    reasons = np.full(len(rows), Reason.OK, dtype=object)
    return StudyEvents(names, symbols, prices.days[list(places)], np.zeros(len(rows), int), reasons)


def t_at(prices: ReturnTable, symbol: str, place: int, window: Window) -> float:
    result = run_study(
        events=events(("x", symbol, place), prices=prices), prices=prices, spec=replace(SPEC, windows=(window,))
    )
    return float(result.t[0, 0])


def test_one_event_is_set_against_every_eligible_session_one_by_one() -> None:
    prices = table()
    (found, _) = placebo_test(events=events(("e", "A", 150), prices=prices), prices=prices, spec=SPEC)
    # The model needs 60 of 65 sessions from 70 before to 6 before; the windows span two sessions.
    eligible = [place for place in range(SESSIONS) if abs(place - 150) > 1 and place - 6 + 1 >= 60]
    slow = np.array([t_at(prices, "A", place, Window(0, 0)) for place in eligible])
    assert found.rule == ENUMERATED
    assert found.placebo == pytest.approx(slow, rel=1e-9)
    real = t_at(prices, "A", 150, Window(0, 0))
    assert found.statistic == pytest.approx(real)
    assert found.p == pytest.approx((1 + int((np.abs(slow) >= abs(real)).sum())) / (1 + len(slow)))


def test_the_real_date_counts_so_p_is_never_zero() -> None:
    prices = table()
    prices.returns[150, 0] += 5.0
    (found, _) = placebo_test(events=events(("e", "A", 150), prices=prices), prices=prices, spec=SPEC)
    assert found.p == found.floor == 1 / (1 + len(found.placebo))


def test_listings_of_one_date_are_moved_together() -> None:
    prices = table()
    both = events(("e", "A", 150), ("e", "B", 150), prices=prices)
    (found, _) = placebo_test(events=both, prices=prices, spec=SPEC)
    place = 200
    expected = (t_at(prices, "A", place, Window(0, 0)) + t_at(prices, "B", place, Window(0, 0))) / 2
    assert found.rule == ENUMERATED
    assert np.isclose(found.placebo, expected, rtol=1e-9).any()


def test_several_dates_are_drawn_by_a_seed() -> None:
    prices = table()
    two = events(("e", "A", 120), ("f", "B", 200), prices=prices)
    first = placebo_test(events=two, prices=prices, spec=SPEC, draws=99, seed=1)
    again = placebo_test(events=two, prices=prices, spec=SPEC, draws=99, seed=1)
    other = placebo_test(events=two, prices=prices, spec=SPEC, draws=99, seed=2)
    assert first[0].rule.startswith(DRAWN)
    assert "seed 1" in first[0].rule
    assert first[0].placebo.tolist() == again[0].placebo.tolist() != other[0].placebo.tolist()


def test_an_event_without_a_figure_has_a_reason_and_no_placebo() -> None:
    prices = table()
    for item in placebo_test(events=events(("e", "A", 20), prices=prices), prices=prices, spec=SPEC):
        assert item.reason is Reason.TOO_FEW_ESTIMATION_RETURNS
        assert np.isnan(item.p)
        assert len(item.placebo) == 0


def test_under_the_null_p_is_uniform() -> None:
    # 200 events at places fixed in advance in series without any event: p below 10% in about one of ten.
    values = [
        placebo_test(events=events(("e", "A", 150), prices=table(seed)), prices=table(seed), spec=SPEC)[0].p
        for seed in range(200)
    ]
    assert 0.04 < np.mean(np.array(values) <= 0.1) < 0.17
