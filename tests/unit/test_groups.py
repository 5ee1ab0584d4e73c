"""Groups of announcements against a second way: what belongs to one, its average, its band and its tests.

Second way: the events of a group are picked by hand and studied alone; the average's standard error follows from the
mean correlation of tests/unit/second_way.py, pair by pair; coverage is counted in made-up data without any reaction.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from eventwindow.case import chosen_listings, return_tables, study_events
from eventwindow.facts.events import Action
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import Reason
from eventwindow.format import percent
from eventwindow.groups import Group, build_groups, groups_frame
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study import average
from eventwindow.study.average import average_cars
from eventwindow.study.engine import StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from eventwindow.survey import Survey, build_survey
from eventwindow.view import GroupBy, View
from eventwindow.words_groups import group_counts, group_verdict, groups_chance, naive_sentence
from tests.unit import second_way
from tests.unit.made_up import SPEC, WEEKDAYS, WINDOWS, ZERO, announced, made_up

SPAN = Window(0, 1)
FINES = View(actions=(Action.FINE,))


def survey_of(snapshot: Snapshot, view: View) -> Survey:
    survey = build_survey(snapshot, view)
    assert survey is not None
    return survey


def groups_of(snapshot: Snapshot, view: View) -> dict[str, Group]:
    return {group.name: group for group in build_groups(survey_of(snapshot, view))}


def scattered(seed: int = 3) -> StudyResult:
    """Nine events of four series on six days whose windows partly overlap."""
    symbols = [f"S{number}" for number in (0, 1, 2, 3, 0, 1, 2, 0, 3)]
    days = WEEKDAYS[ZERO + np.array([0, 0, 0, 2, 5, 5, 9, 30, 31])]
    return run_study(events=announced(symbols, days), prices=made_up(seed, 4), spec=SPEC)


def test_a_subset_has_the_figures_and_tests_of_a_study_of_these_events_alone() -> None:
    rows = np.array([7, 1, 2, 4, 5])
    whole = scattered()
    events = announced([whole.symbols[row] for row in rows], whole.day0[rows])
    alone = run_study(events=events, prices=made_up(3, 4), spec=SPEC)
    part = whole.subset(rows)
    assert part.event_ids == tuple(f"e{row}" for row in rows)
    assert part.symbols == alone.symbols
    for name in ("car", "se", "t", "p", "alpha", "slopes", "sigma", "abnormal_returns", "dates", "bhar", "beta"):
        np.testing.assert_array_equal(getattr(part, name), getattr(alone, name), err_msg=name)
    np.testing.assert_array_equal(part.evidence.estimation_days, alone.evidence.estimation_days)
    assert part.tests.equals(alone.tests)
    assert whole.subset(np.arange(9)).tests.equals(whole.tests)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_standard_error_is_the_spread_widened_by_the_mean_correlation(window: Window) -> None:
    study = scattered()
    table, before, around = made_up(3, 4), range(-260, -10), range(-10, 11)
    events = [
        second_way.study(symbol, day, [table], Model.MARKET, before, around)
        for symbol, day in zip(study.symbols, study.day0.tolist(), strict=True)
    ]
    rho = second_way.mean_correlation(events, range(window.start, window.end + 1))
    cars = [event.car(range(window.start, window.end + 1)) for event in events]
    expected = second_way.deviation(cars) / math.sqrt(9) * math.sqrt((1 + 8 * max(rho, 0)) / (1 - max(rho, 0)))
    found = average_cars(study, [window])
    assert found.value[0] == pytest.approx(second_way.mean(cars), rel=1e-9)
    assert found.correlation[0] == pytest.approx(rho, rel=1e-9)
    assert found.se[0] == pytest.approx(expected, rel=1e-9)
    assert found.critical(0.95) == pytest.approx(stats.t.ppf(0.975, 8), rel=1e-9)


def test_equal_variances_make_the_interval_say_what_the_leading_test_says() -> None:
    # Scaled by equal errors, plain and scaled averages have one t: the statistic of kp_bmp_t.
    study = scattered()
    flat = replace(study, car=study.t, se=np.ones_like(study.se))
    found = average_cars(flat, [WINDOWS[1]])
    lead = next(item.outcome for item in study.across if item.test == "kp_bmp_t" and item.window == WINDOWS[1])
    assert found.value[0] / found.se[0] == pytest.approx(lead.statistic, rel=1e-9)


def test_the_interval_holds_the_truth_as_often_as_it_says_where_events_move_together() -> None:
    # 20 firms on one date, residual correlation about 0.2, no reaction: the naive t test rejects half of the time.
    spec = StudySpec(estimation=Window(-130, -11), event_window=Window(0, 1), windows=(SPAN,))
    missed, naive = 0, 0
    draws = 400
    for seed in range(draws):
        table = made_up(seed, 20, WEEKDAYS[:160], common=0.009)
        study = run_study(events=announced(table.symbols, [WEEKDAYS[150]] * 20), prices=table, spec=spec)
        found = average_cars(study, [SPAN])
        missed += abs(found.value[0]) > found.critical(0.95) * found.se[0]
        naive += stats.ttest_1samp(study.car[:, 0], 0).pvalue < 0.05
    assert 0.02 <= missed / draws <= 0.09
    assert naive / draws > 0.3


def test_the_interval_holds_on_days_picked_at_random_from_the_real_prices(snapshot: Snapshot) -> None:
    # Twelve made-up announcements on four listings; every other one reaches Hong Kong only the day after New York.
    view = View()
    listings = chosen_listings(snapshot, view)
    tables = return_tables(snapshot, listings, view.benchmark)
    spec = StudySpec(estimation=Window(-130, -11), event_window=SPAN, windows=(SPAN,))
    random = np.random.default_rng(11)
    draws, missed, naive = 200, 0, 0
    for _ in range(draws):
        days = random.choice(np.arange("2021-02-01", "2024-10-01", dtype="datetime64[D]"), 12, replace=False)
        rows = [
            (listing.symbol, day + (place % 2 if listing.market is Market.HONG_KONG else 0))
            for place, day in enumerate(days)
            for listing in listings
        ]
        study = run_study(events=announced(*zip(*rows, strict=True)), prices=tables, spec=spec)
        found = average_cars(study, [SPAN])
        missed += bool(abs(found.value[0]) > found.critical(0.95) * found.se[0])
        naive += bool(stats.ttest_1samp(study.car[:, 0], 0).pvalue < 0.05)
    assert 0.015 <= missed / draws <= 0.09
    assert naive > 1.5 * missed


@pytest.mark.parametrize(
    ("cars", "rbar", "reason"),
    [
        ([0.02], 0.0, Reason.TOO_FEW_EVENTS),
        ([0.02, 0.02, 0.02], 0.1, Reason.NO_SPREAD),
        ([0.02, 0.03, 0.04], -0.6, Reason.NEGATIVE_CORRELATION),
        ([0.02, 0.03, 0.04], 1.0, Reason.NO_SPREAD),
    ],
)
def test_an_average_without_a_standard_error_says_why(
    cars: list[float], rbar: float, reason: Reason, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(average, "mean_correlations", lambda *_: np.array([rbar]))
    study = scattered().subset(np.arange(len(cars)))
    study = replace(study, car=np.repeat(np.array(cars)[:, None], len(WINDOWS), axis=1))
    found = average_cars(study, [WINDOWS[0]])
    assert found.reasons[0] == reason
    assert np.isnan(found.se[0])
    assert found.value[0] == pytest.approx(np.mean(cars))


def test_a_group_is_the_study_of_its_announcements_alone(snapshot: Snapshot) -> None:
    view = View()
    group = groups_of(snapshot, view)[Action.FINE]
    fines = [item for item in snapshot.announcements.values() if item.action is Action.FINE]
    listings = chosen_listings(snapshot, view)
    study = run_study(
        events=study_events(snapshot, fines, listings, view.clock),
        prices=return_tables(snapshot, listings, view.benchmark),
        spec=StudySpec(event_window=Window(-5, 5), windows=(view.span,)),
    )
    assert (group.announcements, group.events) == (len(fines), int((study.status == Reason.OK).sum()))
    assert group.value == pytest.approx(float(np.nanmean(study.car)), rel=1e-12)
    alone = {item.test: item.outcome for item in study.across}
    for test in ("kp_bmp_t", "date_means_t", "grank_t", "patell_z", "wilcoxon_z"):
        assert group.outcomes[test].statistic == pytest.approx(alone[test].statistic, rel=1e-9), test


def test_the_average_path_is_the_mean_of_the_paths_of_its_events(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, FINES)
    path = build_groups(survey)[0].path
    assert path is not None
    means = np.mean([survey.path(row).value for row in survey.rows.tolist()], axis=0)
    np.testing.assert_allclose(path.value, means, atol=1e-15)
    assert path.value[4] == 0.0
    assert path.se[4] == 0.0
    single = average_cars(survey.study.subset(survey.rows), [Window(0, 0)])
    assert path.band[1][5] == pytest.approx(single.critical(0.95) * single.se[0])


def test_the_average_path_is_of_the_same_events_at_every_session(snapshot: Snapshot) -> None:
    # JD and NetEase have US prices to 2025-03-07: 13 sessions after the symposium of February 2025.
    view = View(companies=("jd", "netease", "tencent"), years=(2025, 2025), window=Window(0, 20), group_by=GroupBy.YEAR)
    group = groups_of(snapshot, view)["2025"]
    assert group.path is not None
    assert group.path_events < group.events
    survey = survey_of(snapshot, view)
    whole = [path.value for row in survey.rows.tolist() if np.isfinite((path := survey.path(row)).value).all()]
    assert len(whole) == group.path_events
    np.testing.assert_allclose(group.path.value, np.mean(whole, axis=0))


def test_a_group_of_one_event_has_an_average_and_a_reason_instead_of_a_test(snapshot: Snapshot) -> None:
    view = View(companies=("alibaba",), actions=(Action.SETTLEMENT,), markets=(Market.HONG_KONG,))
    group = groups_of(snapshot, view)[Action.SETTLEMENT]
    assert group.events == 1
    assert group.reason is Reason.TOO_FEW_EVENTS
    assert group.lead.reason is Reason.TOO_FEW_EVENTS
    assert group.value == float(group.study.car[0, group.study.windows.index(view.span)])
    assert np.isnan(group.half_width(95))
    assert not group.beyond_noise(95)
    assert "No verdict: The test needs more events" in group_verdict(group, 95)


@pytest.mark.parametrize("by", GroupBy)
def test_every_event_shown_belongs_to_one_group(snapshot: Snapshot, by: GroupBy) -> None:
    view = View(group_by=by, clean=True, strict=True)
    survey = survey_of(snapshot, view)
    groups = build_groups(survey)
    assert sum(len(group.study.event_ids) for group in groups) == len(survey.rows)
    assert sum(group.events for group in groups) == len(survey.known)
    assert len({group.name for group in groups}) == len(groups)
    frame = groups_frame(groups, 95)
    assert frame["group"].tolist() == [group.name for group in groups]
    expected = stats.t.ppf(0.975, frame["events"] - 1) * frame["se"]
    np.testing.assert_allclose(frame["half_width"], expected, rtol=1e-9)


def test_years_stand_in_order_and_other_groups_by_size(snapshot: Snapshot) -> None:
    years = list(groups_of(snapshot, View(group_by=GroupBy.YEAR)))
    assert years == sorted(years)
    sizes = [group.events for group in groups_of(snapshot, View()).values()]
    assert sizes == sorted(sizes, reverse=True)


def test_the_words_name_the_tests_that_lead_and_warn_of_those_that_mislead(snapshot: Snapshot) -> None:
    groups = groups_of(snapshot, View())
    rules = groups[Action.RULE]
    assert (
        group_counts(rules) == f"{rules.events} events from {rules.announcements} announcements on {rules.dates} days"
    )
    words = group_verdict(rules, 95)
    assert words.startswith(f"Rules, days 0 to +1: average {percent(rules.value)} over {rules.events} events")
    assert "more than noise at the 95% level (adjusted BMP t" in words
    assert "t of date means" in words
    misled = groups[Action.BAN]
    assert misled.alarms(95)
    assert not misled.beyond_noise(95)
    warning = naive_sentence(list(groups.values()), 95)
    assert f"Bans ({len(misled.alarms(95))} of 8)" in warning
    assert "cross-sectional" not in warning
    assert len(warning) < 400
    assert "Rules" not in warning
    assert warning.endswith("do not rely on them here.")
    standing = sum(group.beyond_noise(95) for group in groups.values())
    expected = f"{standing} of 11 groups more than noise at the 95% level; chance alone would give about 0.6."
    assert groups_chance(list(groups.values()), 95) == expected
