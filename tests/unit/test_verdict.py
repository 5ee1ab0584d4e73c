"""What a study says in words: which test leads, and when the naive ones are named."""

import numpy as np
import pytest

from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.catalogue import LEADING, LEADING_STAGGERED, NAIVE, TESTS
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window

FIRMS, SESSIONS = 30, 320


def study(
    *,
    shift: float = 0.0,
    together: float = 0.0,
    places: tuple[int, ...] = (290,),
    firms: int = FIRMS,
    windows: tuple[Window, ...] = (Window(0, 0),),
    suspended: int = 0,
) -> StudyResult:
    """Firms that move together to a degree; the first `suspended` of them have no return on day 0."""
    random = np.random.default_rng(1)
    days = np.arange(np.datetime64("2021-01-01"), np.datetime64("2021-01-01") + SESSIONS)
    benchmark = random.normal(0, 0.01, (SESSIONS, 1))
    common = random.normal(0, 0.02, (SESSIONS, 1))
    noise = random.normal(0, 0.02, (SESSIONS, firms))
    returns = benchmark + np.sqrt(together) * common + np.sqrt(1 - together) * noise
    chosen = np.array([places[number % len(places)] for number in range(firms)])
    returns[chosen, np.arange(firms)] += shift
    returns[chosen[:suspended], np.arange(suspended)] = np.nan
    symbols = tuple(f"S{number}" for number in range(firms))
    prices = ReturnTable(days, symbols, returns, benchmark, ("M",), np.zeros(firms, int), np.full(firms, SESSIONS - 1))
    reasons = np.full(firms, Reason.OK, dtype=object)
    events = StudyEvents(symbols, symbols, days[chosen], np.zeros(firms, int), reasons)
    return run_study(events=events, prices=prices, spec=StudySpec(windows=windows))


def test_every_test_says_its_null_its_assumption_and_its_source() -> None:
    names = {item.test for item in study().across}
    assert names == set(TESTS)
    for info in TESTS.values():
        assert info.null
        assert info.assumes
        assert info.citation
    assert not set(LEADING_STAGGERED) & set(NAIVE)


def test_one_date_is_judged_by_the_correlation_corrected_test_first() -> None:
    text = study(shift=0.05).summary()
    assert "one common date" in text
    assert text.index(LEADING[0]) < text.index(LEADING[1])
    assert "more than noise at the 95% level" in text
    assert "do not rely" not in text


def test_staggered_dates_have_the_date_means_beside_it() -> None:
    text = study(shift=0.05, places=(280, 290, 300)).summary()
    assert "3 dates" in text
    assert "date_means_t" in text


def test_naive_tests_are_named_with_a_warning_only_where_they_see_more() -> None:
    # Firms that move together: on this date the naive tests reject, the corrected one does not.
    result = next(
        found
        for place in range(280, 315)
        if (found := study(together=0.5, places=(place,))).tests.set_index("test")["p"]["cross_sectional_t"] < 0.01
        and found.tests.set_index("test")["p"]["kp_bmp_t"] > 0.2
    )
    text = result.summary()
    assert "not distinguishable from noise" in text
    assert "do not rely on them here" in text
    assert "cross_sectional_t" in text


def test_one_event_is_judged_by_its_exact_t() -> None:
    result = study(shift=0.2, firms=1)
    text = result.summary()
    assert "1 of 1 events studied" in text
    assert f"t = {result.t[0, 0]:.2f}" in text
    assert "more than noise" in text
    assert "kp_bmp_t" not in text


@pytest.mark.parametrize("level", [0.9, 0.99])
def test_the_level_is_the_readers(level: float) -> None:
    assert f"at the {100 * level:g}% level" in study(firms=1).summary(level)


def test_a_study_without_a_figure_says_why() -> None:
    text = study(places=(50,)).summary()
    assert "0 of 30 events studied" in text
    assert "Too few returns" in text


def test_every_result_of_a_test_says_what_it_tests() -> None:
    (result,) = [item for item in study().across if item.test == "bmp_t"]
    assert result.info.citation == "Boehmer, Musumeci, Poulsen 1991, J. Financial Economics 30:253-272"
    assert result.info.null == "the average scaled cumulative abnormal return is zero"
    assert result.info.assumes == "events do not move together"
    outcome = result.outcome
    assert repr(result) == f"bmp_t over [0,0]: {outcome.statistic:.3f}, t(29), p = {outcome.p:.4f}, n = 30"


def test_a_test_without_a_figure_says_why_when_it_is_shown() -> None:
    (result,) = [item for item in study(firms=1).across if item.test == "bmp_t"]
    assert repr(result) == "bmp_t over [0,0]: The test needs more events than have a figure in this window."


def test_the_tidy_table_is_that_of_the_tests_with_what_each_is() -> None:
    result = study()
    tidy = result.tidy()
    assert tidy.columns.tolist() == [*result.tests.columns, "null", "assumes", "citation"]
    assert tidy[result.tests.columns].equals(result.tests)
    assert tidy["citation"].tolist() == [TESTS[test].citation for test in result.tests["test"]]


def test_a_missing_day_zero_is_told_beside_the_average() -> None:
    result = study(windows=(Window(-1, 1),), suspended=3)
    assert "over 30 (3 of them without a return on day 0);" in result.summary()
