"""Fines beside reactions: which are shown, what the chart holds, and the rank correlation against scipy.stats."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from eventwindow.charts.fines import fines_chart
from eventwindow.charts.theme import LIGHT
from eventwindow.facts.reasons import Reason
from eventwindow.fined import FEWEST, Fined, build_fined, rank_correlation
from eventwindow.sources.snapshot import Snapshot
from eventwindow.survey import Survey, build_survey
from eventwindow.view import View
from eventwindow.words_groups import fines_caption, fines_finding, fines_verdict

MAIN = View()
numbers = st.integers(-4, 4).map(float)


def fined_of(snapshot: Snapshot, view: View) -> tuple[Survey, Fined]:
    survey = build_survey(snapshot, view)
    assert survey is not None
    return survey, build_fined(survey)


def test_every_fine_with_a_known_payer_is_there_once_the_largest_first(snapshot: Snapshot) -> None:
    survey, fined = fined_of(snapshot, MAIN)
    table: dict[tuple[str, str], float] = {}
    for fine in snapshot.fines:
        if fine.issuer in ("ALIBABA", "TENCENT"):
            key = snapshot.announcement_of[fine.event_id], fine.issuer
            table[key] = table.get(key, 0) + fine.amount_cny
    found = {(survey.announcements[fine.announcement].event_id, fine.issuer): fine.amount for fine in fined.fines}
    assert found == table
    amounts = [fine.amount for fine in fined.fines]
    assert amounts == sorted(amounts, reverse=True)


def test_only_companies_that_were_fined_are_drawn(snapshot: Snapshot) -> None:
    survey, fined = fined_of(snapshot, MAIN)
    for fine in fined.fines:
        assert {survey.listing(row).issuer for row in fine.rows} == {fine.issuer}
        assert {survey.announcement(row) for row in fine.rows} == {survey.announcements[fine.announcement]}
    record = fined.fines[0]
    assert survey.announcements[record.announcement].event_id == "alibaba-antitrust-fine-2021-04"
    assert record.amount == 18_228_000_000


def test_every_mark_is_a_reaction_with_its_prediction_error(snapshot: Snapshot) -> None:
    survey, fined = fined_of(snapshot, MAIN)
    figure = fines_chart(survey, fined, LIGHT)
    marks = [trace for trace in figure.data if trace.xaxis == "x2"]
    rows = [row for fine in fined.fines for row in fine.rows]
    drawn = sorted((x, half) for trace in marks for x, half in zip(trace.x, trace.error_x.array, strict=True))
    number = survey.study.windows.index(MAIN.span)
    critical = stats.t.ppf(0.975, survey.study.df[rows])
    expected = np.stack([survey.study.car[rows, number], critical * survey.study.se[rows, number]], axis=1) * 100
    np.testing.assert_allclose(drawn, expected[expected[:, 0].argsort()], rtol=1e-9)
    assert len({trace.marker.symbol for trace in marks}) == len(marks) == 3
    low, high = figure.layout.xaxis2.range
    assert low < min(x - half for x, half in drawn)
    assert high > max(x + half for x, half in drawn)


def test_amounts_stand_on_a_log_scale_beside_their_reactions(snapshot: Snapshot) -> None:
    survey, fined = fined_of(snapshot, MAIN)
    figure = fines_chart(survey, fined, LIGHT)
    assert figure.layout.xaxis.type == "log"
    dots = figure.data[1]
    assert list(dots.x) == [fine.amount for fine in fined.fines]
    low, high = figure.layout.xaxis.range
    assert low < np.log10(min(dots.x)) < np.log10(max(dots.x)) < high
    for place, fine in enumerate(fined.fines):
        rows = [y for trace in figure.data if trace.xaxis == "x2" for y in trace.y if place - 0.5 < y < place + 0.5]
        assert len(rows) == len(fine.rows)
    assert figure.layout.annotations[0].text == "18.228bn · Alibaba · 10 April 2021†"


def test_the_correlation_is_of_fines_and_not_of_listings(snapshot: Snapshot) -> None:
    survey, fined = fined_of(snapshot, MAIN)
    number = survey.study.windows.index(MAIN.span)
    cars = [np.mean([survey.study.car[row, number] for row in fine.rows]) for fine in fined.fines]
    expected = stats.spearmanr([fine.amount for fine in fined.fines], cars)
    assert fined.correlation.n == len(fined.fines)
    assert fined.correlation.rho == pytest.approx(expected.statistic)
    assert fined.correlation.p == pytest.approx(expected.pvalue)
    assert f"{len(cars)} fines with a known amount" in fines_verdict(survey, fined)


@given(st.lists(st.tuples(numbers, numbers), min_size=FEWEST, max_size=30))
def test_the_rank_correlation_is_that_of_scipy(pairs: list[tuple[float, float]]) -> None:
    x, y = np.array(pairs).T
    found = rank_correlation(x, y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found.reason is Reason.NO_SPREAD
        return
    expected = stats.spearmanr(x, y)
    assert found.rho == pytest.approx(expected.statistic, abs=1e-12)
    assert found.p == pytest.approx(expected.pvalue, abs=1e-6)


def test_few_fines_have_no_order() -> None:
    found = rank_correlation(np.arange(3.0), np.arange(3.0))
    assert found.reason is Reason.TOO_FEW_EVENTS
    assert np.isnan(found.rho)


def test_fines_of_unknown_amount_are_counted_in_the_caption(snapshot: Snapshot) -> None:
    survey, fined = fined_of(snapshot, MAIN)
    unknown = {
        (row // len(survey.listings), survey.listing(row).issuer)
        for row in range(len(survey.study.event_ids))
        if survey.fine_status[row] == Reason.FINE_UNKNOWN
    }
    assert fined.unknown == len(unknown) > 0
    assert f"whether, and how much, the company itself paid: {len(unknown)} cases." in fines_caption(survey, fined)
    assert "Alibaba, which held 33% of it" in fines_caption(survey, fined)


def test_a_fine_without_a_figure_is_counted_and_not_drawn(snapshot: Snapshot) -> None:
    # Didi came to New York after the fine on its group buying, and left in June 2022, a month before its own.
    survey, fined = fined_of(snapshot, replace(MAIN, companies=("didi",)))
    assert fined.fines == ()
    assert fined.without_figure == 2
    assert fines_finding(survey, fined) == "No fine on a company shown has a known amount and a figure."
    assert fines_verdict(survey, fined).endswith("too few, or too alike, to rank.")
    assert "for want of a figure: 2 fines." in fines_caption(survey, fined)
    assert "Ant Group" not in fines_caption(survey, fined)


def test_the_words_follow_the_sign_and_the_level(snapshot: Snapshot) -> None:
    survey, fined = fined_of(snapshot, MAIN)
    for rho, p, words in ((0.9, 0.001, "larger rises"), (-0.9, 0.001, "larger falls"), (-0.2, 0.6, "no clear link")):
        altered = replace(fined, correlation=replace(fined.correlation, rho=rho, p=p))
        assert words in fines_verdict(survey, altered)
        assert "So few fines" in fines_verdict(survey, altered)


def test_a_confounded_fine_is_marked_in_the_chart_and_the_caption(snapshot: Snapshot) -> None:
    survey, fined = fined_of(snapshot, MAIN)
    mixed = [fine for fine in fined.fines if survey.confounded[list(fine.rows)].any()]
    labels = [label.text for label in fines_chart(survey, fined, LIGHT).layout.annotations]
    assert sum(label.endswith("†") for label in labels) == len(mixed) > 0
    assert "†: confounded, another announcement about the same company" in fines_caption(survey, fined)
    clean, left = fined_of(snapshot, replace(MAIN, clean=True))
    assert "†" not in fines_caption(clean, left)
