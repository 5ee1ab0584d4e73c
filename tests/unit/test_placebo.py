"""Placebo dates: where they may lie, how many there are, and what p says."""

from dataclasses import replace

import numpy as np
import pytest

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.placebo import DRAWN, ENUMERATED, event_placebos, placebo_test
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


def test_sessions_near_any_known_event_are_not_tried() -> None:
    prices = table()
    known = events(("e", "A", 150), ("f", "A", 200), ("g", "B", 250), prices=prices)
    (found, _) = placebo_test(events=events(("e", "A", 150), prices=prices), prices=prices, spec=SPEC, known=known)
    # The event of B says nothing of A. Windows span two sessions, so neighbours of a known event touch it.
    eligible = [p for p in range(SESSIONS) if p - 6 + 1 >= 60 and min(abs(p - 150), abs(p - 200)) > 1]
    assert found.placebo == pytest.approx([t_at(prices, "A", place, Window(0, 0)) for place in eligible], rel=1e-9)


def test_the_events_themselves_count_as_known() -> None:
    prices = table()
    one = events(("e", "A", 150), prices=prices)
    nothing_new = events(("f", "B", 150), prices=prices)
    alone = placebo_test(events=one, prices=prices, spec=SPEC)
    assert placebo_test(events=one, prices=prices, spec=SPEC, known=nothing_new)[0].placebo.tolist() == (
        alone[0].placebo.tolist()
    )


def test_each_of_many_events_is_set_against_its_own_listing() -> None:
    prices = table()
    several = events(("e", "A", 120), ("e", "B", 120), ("f", "A", 200), ("g", "B", 260), prices=prices)
    known = events(("h", "A", 170), prices=prices)
    found = event_placebos(events=several, prices=prices, spec=SPEC, known=known)
    real = {"A": [120, 170, 200], "B": [120, 260]}
    for row, (symbol, place) in enumerate((("A", 120), ("B", 120), ("A", 200), ("B", 260))):
        eligible = [p for p in range(65, SESSIONS) if min(abs(p - other) for other in real[symbol]) > 1]
        for number, window in enumerate(SPEC.windows):
            last = SESSIONS - window.end
            slow = [abs(t_at(prices, symbol, p, window)) for p in eligible if p < last]
            as_large = sum(value >= abs(t_at(prices, symbol, place, window)) for value in slow)
            assert found.dates[row, number] == len(slow)
            assert found.p[row, number] == pytest.approx((1 + as_large) / (1 + len(slow)), rel=1e-12)


def test_each_event_without_a_figure_keeps_its_reason_and_has_no_p() -> None:
    prices = table()
    found = event_placebos(events=events(("e", "A", 20), ("f", "A", 150), prices=prices), prices=prices, spec=SPEC)
    assert found.status[0].tolist() == [Reason.TOO_FEW_ESTIMATION_RETURNS] * 2
    assert np.isnan(found.p[0]).all()
    assert found.dates[0].tolist() == [0, 0]
    assert (found.p[1] > 0).all()


def test_events_everywhere_leave_no_session_to_try() -> None:
    prices = table()
    every_other = events(*((str(place), "A", place) for place in range(0, SESSIONS, 2)), prices=prices)
    one = events(("e", "A", 150), prices=prices)
    each = event_placebos(events=one, prices=prices, spec=SPEC, known=every_other)
    assert each.status.tolist() == [[Reason.NO_PLACEBO_SESSION] * 2]
    together = placebo_test(events=one, prices=prices, spec=SPEC, known=every_other)
    assert [item.reason for item in together] == [Reason.NO_PLACEBO_SESSION] * 2


def test_an_event_without_a_figure_in_a_window_is_no_part_of_its_placebo_either() -> None:
    prices = table()
    prices.returns[150, 1] = np.nan
    both = events(("e", "A", 150), ("e", "B", 150), prices=prices)
    alone = placebo_test(events=both, prices=prices, spec=replace(SPEC, windows=(Window(0, 0),)))[0]
    eligible = [place for place in range(SESSIONS) if place != 150 and place - 6 + 1 >= 60]
    slow = np.array([t_at(prices, "A", place, Window(0, 0)) for place in eligible])
    real = t_at(prices, "A", 150, Window(0, 0))
    assert alone.statistic == pytest.approx(real)
    assert alone.placebo == pytest.approx(slow, rel=1e-9)
    assert alone.p == pytest.approx((1 + int((np.abs(slow) >= abs(real)).sum())) / (1 + len(slow)))
    # Over a window in which both have a figure, both are moved.
    pair = placebo_test(events=both, prices=prices, spec=SPEC)[1]
    expected = (t_at(prices, "A", 200, Window(0, 1)) + t_at(prices, "B", 200, Window(0, 1))) / 2
    assert np.isclose(pair.placebo, expected, rtol=1e-9).any()


@pytest.mark.parametrize(("settings", "words"), [({"draws": 0}, "draws 0: give"), ({"seed": -1}, "seed -1: give")])
def test_numbers_that_cannot_be_drawn_with_are_refused(settings: dict[str, int], words: str) -> None:
    prices = table()
    with pytest.raises(OptionError, match=words):
        placebo_test(events=events(("e", "A", 150), prices=prices), prices=prices, spec=SPEC, **settings)
