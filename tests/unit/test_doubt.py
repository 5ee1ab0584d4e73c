"""Doubts put to a result: every number against a slow second way."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eventwindow.case import chosen_listings, return_tables, study_events
from eventwindow.doubt import (
    Dot,
    announcement_group,
    overlaps,
    placebo_trials,
    similar_announcements,
    similar_group,
    specification_curves,
    without_announcements,
    without_listings,
)
from eventwindow.facts.errors import DataError
from eventwindow.facts.events import Action, Clock, Direction
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.facts.sessions import DayZero, day_zero
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.placebo import ENUMERATED, placebo_test
from eventwindow.study.sizes import MEASURED, ONE_DATE, measured_sizes
from eventwindow.study.together import DISTANCE_KEPT, placebo_together
from eventwindow.study.windows import Window
from eventwindow.view import Benchmark, View
from eventwindow.words_doubt import (
    clustering_sentence,
    curve_sentence,
    leave_out_sentence,
    naive_lead,
    ordered_tests,
    overlap_lead,
    placebo_lead,
    similar_words,
    trial_sentence,
    trial_verdict,
)

MAIN = View()
FINE = View(event="alibaba-antitrust-fine-2021-04")
METHOD = Path(__file__).resolve().parents[2] / "docs" / "method.md"


def at(symbol: str, day: np.datetime64, prices: Snapshot, view: View, window: Window) -> tuple[float, float, float]:
    """CAR, t and p of one listing at one date, by a study of its own."""
    listing = prices.listings[symbol]
    events = StudyEvents(("x",), (symbol,), np.array([day]), np.zeros(1, int), np.array([Reason.OK], dtype=object))
    spec = StudySpec(model=view.model, estimation=view.estimation, event_window=window, windows=(window,))
    found = run_study(events=events, prices=return_tables(prices, [listing], view.benchmark), spec=spec)
    return float(found.car[0, 0]), float(found.t[0, 0]), float(found.p[0, 0])


def days_0(snapshot: Snapshot, market: Market) -> list[int]:
    """Position of day 0 of every announcement on file among a market's sessions."""
    calendar = snapshot.calendars[market]
    found = [day_zero(item.news(Clock.ANNOUNCED), calendar) for item in snapshot.announcements.values()]
    return [zero.position for zero in found if isinstance(zero, DayZero)]


def test_the_placebo_of_a_listing_is_a_loop_over_its_ordinary_sessions(snapshot: Snapshot) -> None:
    view = replace(MAIN, companies=("alibaba",), markets=(Market.WALL_STREET,))
    (trial,) = placebo_trials(snapshot, view)
    calendar, series = snapshot.calendars[Market.WALL_STREET], snapshot.series["BABA"]
    busy = days_0(snapshot, Market.WALL_STREET)
    first, last = calendar.position(series.first), calendar.position(series.last)
    assert first is not None
    assert last is not None
    days = [
        np.datetime64(calendar.day(place))
        for place in range(first, last + 1)
        if min(abs(place - other) for other in busy) > 1
    ]
    slow = [at("BABA", day, snapshot, view, view.span)[1] for day in days]
    tried = np.array([value for value in slow if np.isfinite(value)])
    real = at("BABA", np.datetime64("2023-07-07"), snapshot, view, view.span)
    assert np.sort(trial.result.placebo) == pytest.approx(np.sort(tried), rel=1e-9)
    assert (trial.car, trial.result.statistic) == pytest.approx(real[:2])
    assert trial.as_large == int((np.abs(tried) >= abs(real[1])).sum())
    assert trial.result.p == pytest.approx((1 + trial.as_large) / (1 + len(tried)))
    assert trial_sentence(trial).startswith(f"{trial.as_large:,} of {len(tried):,} ordinary sessions moved")


def test_a_group_is_moved_as_a_whole_with_the_distance_between_its_days_0_kept(snapshot: Snapshot) -> None:
    view = replace(MAIN, companies=("alibaba",))
    *_, together = placebo_trials(snapshot, view)
    assert len(together.lines) == 2
    assert together.result.rule == DISTANCE_KEPT
    # Day 0 was Fri 7 July in New York and Mon 10 July in Hong Kong: its second session from the Friday on.
    home, away = snapshot.calendars[Market.WALL_STREET], snapshot.calendars[Market.HONG_KONG]
    busy = {market: days_0(snapshot, market) for market in Market}
    last = snapshot.series["BABA"].last
    slow = []
    for position in range(home.position(snapshot.series["9988.HK"].first) or 0, (home.position(last) or 0) + 1):
        day = home.day(position)
        there = away.position(day)
        if there is None or min(abs(position - other) for other in busy[Market.WALL_STREET]) <= 1:
            continue
        if min(abs(there + 1 - other) for other in busy[Market.HONG_KONG]) <= 1:
            continue
        pair = [
            at("BABA", np.datetime64(day), snapshot, view, view.span)[1],
            at("9988.HK", np.datetime64(away.day(there + 1)), snapshot, view, view.span)[1],
        ]
        slow.append(np.mean(pair))
    tried = np.array([value for value in slow if np.isfinite(value)])
    assert np.sort(together.result.placebo) == pytest.approx(np.sort(tried), rel=1e-9)


def test_a_group_with_one_day_0_has_the_placebo_of_the_general_test(snapshot: Snapshot) -> None:
    view = replace(MAIN, markets=(Market.WALL_STREET,))
    listings = chosen_listings(snapshot, view)
    events = study_events(snapshot, [snapshot.announcements[view.event]], listings, view.clock)
    known = study_events(snapshot, list(snapshot.announcements.values()), listings, view.clock)
    spec = StudySpec(event_window=view.span, windows=(view.span,))
    tables = return_tables(snapshot, listings, view.benchmark)
    found = placebo_together(events=events, prices=tables, spec=spec, known=known)
    (general,) = placebo_test(events=events, prices=tables, spec=spec, known=known)
    assert found.rule == general.rule == ENUMERATED
    assert found.p == general.p
    assert np.sort(found.placebo) == pytest.approx(np.sort(general.placebo), rel=1e-9)


def test_a_listing_that_did_not_trade_has_a_reason_and_no_p(snapshot: Snapshot) -> None:
    trials = placebo_trials(snapshot, View(event="didi-fine-2022-07", companies=("didi", "alibaba")))
    reasons = {trial.lines[0].listing.symbol: trial.reason for trial in trials if len(trial.lines) == 1}
    assert reasons == {"DIDI": SENTENCES[Reason.NO_LONGER_LISTED], "9988.HK": "", "BABA": ""}
    assert len(trials[-1].lines) == 2


def test_few_sessions_say_that_they_can_say_nothing(snapshot: Snapshot) -> None:
    (trial,) = placebo_trials(snapshot, replace(MAIN, companies=("alibaba",), markets=(Market.WALL_STREET,)))
    few = replace(trial, result=replace(trial.result, placebo=trial.result.placebo[:12], p=1 / 13))
    assert "say nothing at the 95% level: the smallest p possible is 1 in 13" in trial_verdict(few, 95)
    assert "say nothing" not in trial_verdict(few, 90)


@pytest.mark.parametrize("view", [MAIN, replace(FINE, span=Window(-10, 20), model=Model.MEAN_ADJUSTED)])
def test_every_dot_of_the_curve_is_the_study_of_its_settings(snapshot: Snapshot, view: View) -> None:
    curves = specification_curves(snapshot, view)
    assert [curve.line.listing.symbol for curve in curves] == ["9988.HK", "BABA", "0700.HK", "TCEHY"]
    models = [
        (model, name) for model in (Model.MARKET, Model.MARKET_ADJUSTED, Model.SCHOLES_WILLIAMS) for name in Benchmark
    ]
    windows = 4 + (view.span not in {Window(0, 0), Window(0, 1), Window(-1, 1), Window(0, 5)})
    for curve in curves:
        calendar = snapshot.calendars[curve.line.listing.market]
        day = day_zero(snapshot.announcements[view.event].announced, calendar)
        assert isinstance(day, DayZero)
        assert len(curve.dots) + sum(curve.missing.values()) == (len(models) + 1) * 4 * windows
        assert [dot.value for dot in curve.dots] == sorted(dot.value for dot in curve.dots)
        for dot in curve.dots[::17]:
            own = replace(
                view,
                model=dot.setting.model,
                estimation=dot.setting.estimation,
                benchmark=dot.setting.benchmark or Benchmark.BROAD,
            )
            car, t, p = at(curve.line.listing.symbol, np.datetime64(day.day), snapshot, own, dot.setting.window)
            assert (dot.value, dot.p) == pytest.approx((car, p), rel=1e-9)
            # The interval leaves zero out exactly where p is below the error rate.
            assert (abs(dot.value) > dot.half_width) is (p < 0.05)
            assert np.sign(t) == np.sign(dot.value)
        beyond = sum(dot.p < 0.05 for dot in curve.dots)
        assert curve_sentence(curve, 95).startswith(f"In {beyond} of {len(curve.dots)} settings")


def test_the_current_setting_is_marked_once_and_is_the_figure_of_the_view(snapshot: Snapshot) -> None:
    for view in (
        MAIN,
        replace(MAIN, model=Model.MEAN_ADJUSTED, benchmark=Benchmark.TECH, estimation=Window(-200, -20)),
    ):
        for curve in specification_curves(snapshot, view):
            (dot,) = [dot for dot in curve.dots if dot.is_current]
            day = "2023-07-07" if curve.line.listing.market is Market.WALL_STREET else "2023-07-10"
            expected = at(curve.line.listing.symbol, np.datetime64(day), snapshot, view, view.span)
            assert (dot.value, dot.p) == pytest.approx((expected[0], expected[2]))
            assert isinstance(curve.current, Dot)


def test_settings_that_cannot_go_together_are_counted_with_the_reason(snapshot: Snapshot) -> None:
    view = replace(MAIN, companies=("tencent",), estimation=Window(-100, -1), window=Window(0, 5))
    (curve, _) = specification_curves(snapshot, view)
    # Only [-1,+1] meets an estimation window that ends at -1: seven models and benchmarks.
    assert curve.missing == {SENTENCES[Reason.SETTINGS_CONFLICT]: 7}


def test_leaving_a_listing_out_is_the_plain_mean_of_the_others(snapshot: Snapshot) -> None:
    found = without_listings(snapshot, MAIN)
    cars = {
        listing.symbol: at(
            listing.symbol,
            np.datetime64("2023-07-07" if listing.market is Market.WALL_STREET else "2023-07-10"),
            snapshot, MAIN, MAIN.span,
        )[0]
        for listing in chosen_listings(snapshot, MAIN)
    }  # fmt: skip
    assert found.whole.value == pytest.approx(np.mean(list(cars.values())))
    assert len(found.without) == 4
    for line, group in found.without:
        others = [car for symbol, car in cars.items() if symbol != line.listing.symbol]
        assert group.value == pytest.approx(np.mean(others))
        listings = [item for item in chosen_listings(snapshot, MAIN) if item.symbol != line.listing.symbol]
        study = run_study(
            events=study_events(snapshot, [snapshot.announcements[MAIN.event]], listings, MAIN.clock),
            prices=return_tables(snapshot, listings, MAIN.benchmark),
            spec=StudySpec(event_window=MAIN.span, windows=(MAIN.span,)),
        )
        (lead,) = [item.outcome for item in study.across if item.test == "kp_bmp_t"]
        assert group.lead.p == pytest.approx(lead.p)


def test_similar_announcements_share_kind_and_direction_and_each_is_left_out_once(snapshot: Snapshot) -> None:
    members = similar_announcements(snapshot, FINE)
    expected = {
        key
        for key, item in snapshot.announcements.items()
        if item.action is Action.FINE and item.direction is Direction.TIGHTENING
    }
    assert {item.event_id for item in members} == expected
    found = without_announcements(snapshot, FINE)
    study = found.whole.study
    for item, group in found.without:
        kept = [car for name, car in zip(study.event_ids, study.car[:, 0], strict=True) if name != item.event_id]
        assert group.value == pytest.approx(np.nanmean(kept))
        assert item.event_id not in group.study.event_ids
    assert [item.event_id for item, _ in found.without] == [item.event_id for item in members]
    low, high = (f(group.value for _, group in found.without) for f in (min, max))
    words = leave_out_sentence(found, 95, "announcements")
    assert re.search(rf"{100 * abs(low):.2f}% .*{100 * abs(high):.2f}%", words)


def test_overlaps_are_other_announcements_about_the_company_within_the_windows(snapshot: Snapshot) -> None:
    found = overlaps(snapshot, MAIN)
    calendar = snapshot.calendars[Market.HONG_KONG]
    zero = calendar.position(np.datetime64("2023-07-10").item())
    assert zero is not None
    expected = set()
    for key, item in snapshot.announcements.items():
        other = day_zero(item.announced, calendar)
        if key == MAIN.event or "ALIBABA" not in item.issuers or not isinstance(other, DayZero):
            continue
        offset = other.position - zero
        if -260 <= offset <= -11 or -5 <= offset <= 5:
            inside = "event window" if offset >= -5 else "estimation window"
            expected.add((key, offset, "sessions summed up" if offset in {0, 1} else inside))
    seen = {
        (item.announcement.event_id, item.offset, item.inside)
        for item in found
        if item.line.listing.symbol == "9988.HK"
    }
    assert seen == expected
    assert [abs(item.offset) for item in found] == sorted(abs(item.offset) for item in found)
    assert overlap_lead((), MAIN.span).startswith("No other announcement")


def test_the_leading_test_comes_first_and_every_test_once(snapshot: Snapshot) -> None:
    group = announcement_group(snapshot, MAIN)
    order = ordered_tests(group)
    assert order[0] == "kp_bmp_t"
    assert sorted(order) == sorted(group.outcomes)
    lead = naive_lead(group, 95)
    alarms = re.search(r"(\d) of 8 naive tests", lead)
    naive = {
        "cross_sectional_t",
        "skewness_adjusted_t",
        "patell_z",
        "bmp_t",
        "grank_z",
        "sign_z",
        "generalized_sign_z",
        "wilcoxon_z",
    }
    expected = sum(group.outcomes[name].p < 0.05 for name in naive)
    assert alarms is not None
    assert int(alarms[1]) == expected > 0


def test_one_figure_has_no_test_across_figures(snapshot: Snapshot) -> None:
    group = announcement_group(snapshot, replace(MAIN, companies=("alibaba",), markets=(Market.WALL_STREET,)))
    assert group.events == 1
    assert group.lead.reason is Reason.TOO_FEW_EVENTS
    lone = next(item for item in snapshot.announcements.values() if item.action is Action.SETTLEMENT)
    assert similar_group(snapshot, replace(MAIN, event=lone.event_id)).announcements == 1


def test_the_only_one_of_its_direction_is_set_beside_all_of_its_kind(snapshot: Snapshot) -> None:
    own, members = snapshot.announcements[MAIN.event], similar_announcements(snapshot, MAIN)
    assert own in members
    assert {item.event_id for item in members} == {
        key for key, item in snapshot.announcements.items() if item.action is Action.FINE
    }
    assert similar_words(own, members) == (
        "Kind: fine · Direction: either way: the only one on file, so all 17 announcements of its kind are taken, "
        "whatever their direction"
    )


def test_the_lead_names_the_listings_beyond_noise_and_no_other(snapshot: Snapshot) -> None:
    names = {"9988.HK": "Alibaba in Hong Kong", "BABA": "Alibaba on Wall Street", "0700.HK": "Tencent in Hong Kong"}
    counts = set()
    for event in ("alibaba-antitrust-fine-2021-04", "ant-ipo-suspension-2020-11"):
        trials = [trial for trial in placebo_trials(snapshot, View(event=event)) if len(trial.lines) == 1]
        beyond = {trial.lines[0].listing.symbol for trial in trials if trial.result.p < 0.05} & set(names)
        lead = placebo_lead(trials, 95)
        assert lead.startswith("More than") is bool(beyond)
        if beyond:
            assert {symbol for symbol, name in names.items() if name in lead} == beyond
        counts.add(len(beyond))
    assert len(counts) > 1


def test_sizes_on_screen_are_those_of_the_simulation_and_of_the_method_notes() -> None:
    sizes, report = measured_sizes(), json.loads(MEASURED.read_text(encoding="utf-8"))
    assert (sizes.firms, sizes.correlation, sizes.level) == (30, 0.2, 0.05)
    table = re.findall(r"^\| [\w -]+, (\w+) \|(.+)\|$", METHOD.read_text(encoding="utf-8"), re.MULTILINE)
    printed = {name: [cell.strip() for cell in cells.split("|")] for name, cells in table}
    for number, design in enumerate(report["designs"]):
        rates = sizes.of(design, "[-1,+1]")
        shown = {name: cells[number] for name, cells in printed.items() if name in report["designs"][design]["[-1,+1]"]}
        assert {name: f"{100 * rate:.1f}" for name, rate in rates.items()} == {
            name: cell for name, cell in shown.items() if cell != "-"
        }


def test_a_window_that_was_not_simulated_goes_by_the_usual_one() -> None:
    sizes = measured_sizes()
    assert sizes.of(ONE_DATE, "[-3,+7]") == sizes.of(ONE_DATE, "[-1,+1]")
    assert sizes.of(ONE_DATE, "[0,+1]") != sizes.of(ONE_DATE, "[-1,+1]")
    assert "over days −1 to +1 the cross-sectional t" in clustering_sentence(sizes, Window(-3, 7))
    assert "over days 0 to +1 the cross-sectional t" in clustering_sentence(sizes, Window(0, 1))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"designs": 3}'])
def test_sizes_that_cannot_be_read_say_how_to_make_them(tmp_path: Path, text: str) -> None:
    path = tmp_path / "size.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"python -m benchmarks\.size"):
        measured_sizes(path)
