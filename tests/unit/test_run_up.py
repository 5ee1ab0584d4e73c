"""The run-up before day 0 and speeds by market, against plain loops over the same returns."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from eventwindow.case import build_case, return_tables
from eventwindow.charts.path import path_chart
from eventwindow.charts.theme import LIGHT
from eventwindow.facts.events import Action, Clock
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import Reason
from eventwindow.market_speed import MarketSpeed, market_speeds, median
from eventwindow.run_up import EVERY, build_run_ups, run_up_survey, run_up_window
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Window
from eventwindow.survey import Survey, build_survey
from eventwindow.timing import speeds
from eventwindow.ui.compare_run_up import paths_table
from eventwindow.view import GroupBy, View
from eventwindow.words_groups import naive_sentence
from eventwindow.words_timing import market_speed_caption, market_speed_verdict, run_up_caption, run_up_paths_caption
from tests.unit import second_way

MAIN = View()


def survey_of(snapshot: Snapshot, view: View = MAIN) -> Survey:
    survey = build_survey(snapshot, view)
    assert survey is not None
    return survey


def before_of(snapshot: Snapshot, view: View = MAIN) -> Survey:
    survey = survey_of(snapshot, view)
    window = run_up_window(survey)
    assert window is not None
    return run_up_survey(snapshot, survey, window)


def events_by_hand(snapshot: Snapshot, survey: Survey, window: Window) -> list[second_way.Event]:
    """Every event shown, studied alone and in loops."""
    tables = return_tables(snapshot, survey.listings, survey.view.benchmark)
    estimation = range(survey.view.estimation.start, survey.view.estimation.end + 1)
    days = range(window.start, window.end + 1)
    rows = survey.rows.tolist()
    return [
        second_way.study(
            survey.listing(row).symbol, survey.study.day0[row].item(), tables, survey.view.model, estimation, days
        )
        for row in rows
    ]


def test_the_run_up_of_bans_is_the_mean_over_its_events_and_its_test_that_of_the_second_way(snapshot: Snapshot) -> None:
    before = before_of(snapshot, replace(MAIN, actions=(Action.BAN,)))
    (group,) = build_run_ups(before)
    window = range(-5, 0)
    events = events_by_hand(snapshot, before, Window(-5, -1))
    assert (group.events, group.span) == (len(events), Window(-5, -1)) == (24, Window(-5, -1))
    assert group.value == pytest.approx(second_way.mean([event.car(window) for event in events]), rel=1e-9)
    scaled = [event.car(window) / event.error(window) for event in events]
    rho, count = second_way.mean_correlation(events, window), len(events)
    bmp = second_way.mean(scaled) / second_way.deviation(scaled) * math.sqrt(count)
    corrected = bmp * math.sqrt((1 - rho) / (1 + (count - 1) * rho))
    assert group.leading[0] == "kp_bmp_t"
    assert group.lead.statistic == pytest.approx(corrected, rel=1e-6)


def test_the_path_starts_at_zero_and_adds_up_session_by_session_to_the_run_up(snapshot: Snapshot) -> None:
    before = before_of(snapshot, replace(MAIN, actions=(Action.BAN,)))
    (group,) = build_run_ups(before)
    events = events_by_hand(snapshot, before, Window(-5, -1))
    assert group.path is not None
    assert group.path.sessions.tolist() == list(range(-6, 0))
    steps = [second_way.mean([event.car(range(-5, end + 1)) for event in events]) for end in range(-5, 0)]
    assert group.path.value == pytest.approx([0.0, *steps], rel=1e-9)
    assert group.path.value[-1] == pytest.approx(group.value)
    assert group.path_events == 24
    assert group.path.se[0] == 0
    assert (group.path.se[1:] > 0).all()


def test_all_events_come_first_then_every_group_and_they_make_up_the_whole(snapshot: Snapshot) -> None:
    for by in GroupBy:
        every, *groups = build_run_ups(before_of(snapshot, replace(MAIN, group_by=by)))
        assert every.name == EVERY
        assert sum(group.events for group in groups) == every.events == 404
        assert sum(group.value * group.events for group in groups) / 404 == pytest.approx(every.value)


def test_a_known_rise_before_day_0_is_found_and_its_absence_is_not(snapshot: Snapshot) -> None:
    before = before_of(snapshot, replace(MAIN, actions=(Action.FINE,)))
    calm = build_run_ups(before)[0]
    assert not calm.beyond_noise(95)
    rise = replace(before.study, car=before.study.car + 0.05, t=before.study.t + 0.05 / before.study.se)
    assert build_run_ups(replace(before, study=rise))[0].beyond_noise(99)


def test_confounded_are_events_with_another_announcement_about_the_company_there(
    snapshot: Snapshot,
) -> None:
    before = before_of(snapshot)
    zeros = before.study.evidence.zero
    width = len(before.listings)
    for row in before.rows.tolist():
        others = [
            other
            for other in range(row % width, len(zeros), width)
            if other != row and before.is_about(other) and -5 <= zeros[other] - zeros[row] <= -1
        ]
        assert bool(before.confounded[row]) == bool(others), row
    clean = before_of(snapshot, replace(MAIN, clean=True))
    assert len(clean.rows) == len(before.rows) - int(before.confounded.sum()) == 404 - 175
    assert build_run_ups(clean)[0].events == len(clean.rows)


def test_a_window_that_starts_with_day_0_has_no_run_up(snapshot: Snapshot) -> None:
    assert run_up_window(survey_of(snapshot, replace(MAIN, window=Window(0, 5)))) is None


@pytest.mark.parametrize("clock", list(Clock))
@pytest.mark.parametrize("window", [Window(-10, 20), Window(-1, 1), Window(-5, 0)])
def test_any_window_and_clock_gives_groups_and_sentences_without_a_hole(
    snapshot: Snapshot, clock: Clock, window: Window
) -> None:
    view = replace(MAIN, clock=clock, window=window, companies=("alibaba", "didi"))
    survey = survey_of(snapshot, view)
    span = run_up_window(survey)
    assert span == Window(window.start, -1)
    before = run_up_survey(snapshot, survey, span)
    groups = build_run_ups(before)
    assert all(group.span == span for group in groups)
    said = [run_up_caption(span, 95, 3, 10, clean=clean) for clean in (True, False)]
    said += [run_up_paths_caption(span, 95), market_speed_caption(window, 95)]
    said.append(market_speed_verdict(market_speeds(snapshot, survey), window))
    for sentence in said:
        assert not re.search(r"\bnan\b|\bNone\b|\.\.|  ", sentence), sentence


def test_speeds_of_a_market_are_those_of_its_events_one_by_one(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot)
    alone = [
        speed
        for announcement in survey.announcements
        for speed in speeds(snapshot, build_case(snapshot, replace(survey.view, event=announcement.event_id)))
    ]
    found = market_speeds(snapshot, survey)
    assert [item.market for item in found] == list(Market)
    for item in found:
        here = [speed for speed in alone if speed.item.listing.market is item.market]
        moved = [speed for speed in here if speed.reason is Reason.OK]
        assert (item.events, item.moved) == (sum(speed.final is not None for speed in here), len(moved))
        assert item.events == 202
        assert sorted(item.settled) == sorted(speed.settled for speed in moved)
        assert sorted(item.half) == sorted(speed.half for speed in moved)
        assert all(early <= late for early, late in zip(item.half, item.settled, strict=True))


def test_the_large_path_keeps_its_band_inside_the_frame(snapshot: Snapshot) -> None:
    path = build_run_ups(before_of(snapshot))[0].path
    assert path is not None
    nothing = np.empty((0, len(path.sessions)))
    edge = 100 * float(np.nanmax(path.band[1]))
    whole, cut = (path_chart(path, nothing, 95, LIGHT, whole_band=whole).layout.yaxis.range for whole in (True, False))
    assert cut[1] < edge < whole[1]


def test_the_paths_to_download_are_those_of_the_groups(snapshot: Snapshot) -> None:
    groups = build_run_ups(before_of(snapshot))
    table = paths_table(groups, 95)
    assert next(iter(dict.fromkeys(table["Group"]))) == EVERY
    every = table[table["Group"] == EVERY]
    assert every["Session"].tolist() == list(range(-6, 0))
    assert every["Average cumulative, %"].iloc[0] == 0
    assert every["Average cumulative, %"].iloc[-1] == pytest.approx(100 * groups[0].value)
    assert (every["Events"] == 404).all()
    assert len(table) == 6 * sum(group.path is not None for group in groups)


def test_the_warning_about_naive_tests_names_what_they_see(snapshot: Snapshot) -> None:
    groups = [group for group in build_run_ups(before_of(snapshot)) if group.alarms(95) and not group.beyond_noise(95)]
    assert naive_sentence(groups, 95, "run-up").startswith("Naive tests see a run-up at the 95% level where")
    assert naive_sentence(groups, 95).startswith("Naive tests see a reaction at the 95% level where")


def test_counts_and_medians_of_speeds_are_told() -> None:
    item = MarketSpeed(Market.HONG_KONG, 20, 4, (0, 1, 3, 5), (0, 0, 1, 2))
    assert (item.settled_by(0), item.settled_by(4), median(item.settled), median(item.half)) == (1, 3, 2.0, 0.5)
    assert math.isnan(median(()))
    said = market_speed_verdict([item, MarketSpeed(Market.WALL_STREET, 9, 0, (), ())], Window(-5, 5))
    assert said == (
        "Hong Kong: of 4 moves beyond noise (of 20 events), 1 had settled on day 0 and 3 before the last session; "
        "median 2 sessions, half of the move by 0.5 sessions. Wall Street: none of 9 events moved beyond noise."
    )
    assert market_speed_verdict([], Window(-5, 0)) == "The window ends with day 0, so no speed can be told."
    assert np.isfinite(median((3,)))
