"""The placebo beside each verdict on the event page."""

import numpy as np
import pytest

from eventwindow.case import Estimate, build_case, return_tables
from eventwindow.chance import Chance, Judgement, chances
from eventwindow.facts.prices import Floats
from eventwindow.facts.sessions import DayZero, day_zero
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Window
from eventwindow.view import Benchmark, View
from eventwindow.words import chance_sentence, judgement_words

DAY_ZERO = Window(0, 0)


def t_of_day_zero(share: Floats, index: Floats) -> float | None:
    """Prediction-error t of the last return, by least squares on the first 250 of 261; None below 125 returns."""
    valid = np.isfinite(share) & np.isfinite(index)
    fitted = np.flatnonzero(valid[:250])
    if len(fitted) < 125 or not valid[260]:
        return None
    design = np.column_stack([np.ones(len(fitted)), index[fitted]])
    coefficients, rss, *_ = np.linalg.lstsq(design, share[fitted], rcond=None)
    at = np.array([1.0, index[260]])
    variance = rss[0] / (len(fitted) - 2) * (1 + at @ np.linalg.inv(design.T @ design) @ at)
    return float((share[260] - at @ coefficients) / np.sqrt(variance))


def test_the_placebo_p_counts_ordinary_sessions_that_moved_at_least_as_much(snapshot: Snapshot) -> None:
    """By a loop over every session: BABA on 7 July 2023, S&P 500, 250 sessions to -11."""
    listing = snapshot.listings["BABA"]
    (table,) = return_tables(snapshot, [listing], Benchmark.BROAD)
    share, index = table.returns[:, 0], table.regressors[:, 0]
    calendar = snapshot.calendars[listing.market]
    zeros = [day_zero(item.announced, calendar) for item in snapshot.announcements.values()]
    announced = {np.datetime64(zero.day) for zero in zeros if isinstance(zero, DayZero)}
    found = {
        table.days[place]: t
        for place in range(260, len(share))
        if (t := t_of_day_zero(share[place - 260 : place + 1], index[place - 260 : place + 1])) is not None
    }
    real = found[np.datetime64("2023-07-07")]
    others = [t for day, t in found.items() if day not in announced]
    as_large = sum(abs(t) >= abs(real) for t in others)

    chance = chances(snapshot, listing, View(), DAY_ZERO)["ant-group-fine-2023-07"]
    assert chance.dates == len(others)
    assert chance.p == pytest.approx((1 + as_large) / (1 + len(others)), rel=1e-12)


def test_an_announcement_without_a_figure_has_a_reason_instead_of_a_placebo(snapshot: Snapshot) -> None:
    found = chances(snapshot, snapshot.listings["DIDI"], View(), DAY_ZERO)["ant-group-fine-2023-07"]
    assert not found.known
    assert found.reason.endswith(".")


@pytest.mark.parametrize(
    ("p", "placebo", "words"),
    [
        (0.01, 0.01, "more than noise"),
        (0.20, 0.20, "within noise"),
        (0.01, 0.20, "by t only: doubtful"),
        (0.20, 0.01, "by placebo only: doubtful"),
        (0.01, None, "more than noise"),
        (0.20, None, "within noise"),
    ],
)
def test_the_verdict_says_when_the_two_tests_disagree(
    snapshot: Snapshot, p: float, placebo: float | None, words: str
) -> None:
    item = build_case(snapshot, View()).with_result[0]
    estimate = Estimate(DAY_ZERO, 0.02, 0.01, 2.0, 248, p, 1, "")
    chance = Chance(float("nan"), 0, "No session.") if placebo is None else Chance(placebo, 1000, "")
    assert judgement_words(Judgement(item, estimate, chance), 95) == words


def test_the_sentence_on_the_placebo_says_how_many_sessions_it_compares_with(snapshot: Snapshot) -> None:
    item = build_case(snapshot, View()).with_result[0]
    estimate = item.estimate(DAY_ZERO)
    two = [Judgement(item, estimate, Chance(0.1, dates, "")) for dates in (1231, 1842)]
    assert "1,231 to 1,842 ordinary sessions" in chance_sentence(two)
    assert "1,231 ordinary sessions" in chance_sentence(two[:1])
    assert chance_sentence([Judgement(item, estimate, Chance(float("nan"), 0, "No session."))]) == ""
