"""Charts, tables and sentences on a reader's own events: the study's numbers, and nothing of what a text tries."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from scipy import stats

from eventwindow.charts.average import average_dots, average_paths
from eventwindow.charts.event_map import MOST_EVENTS, MOST_SYMBOLS, event_map, event_map_chart
from eventwindow.charts.leave_out import leave_out_chart
from eventwindow.charts.own_fines import MOST_FINES, own_fines_chart
from eventwindow.charts.path import path_chart
from eventwindow.charts.placebo import placebo_chart, placebo_reach
from eventwindow.charts.specification import specification_chart, specification_range
from eventwindow.charts.theme import DARK, LIGHT
from eventwindow.doubt import LeaveOut, Trial
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.format import compact, cut, percent, pl
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.battery import TestName
from eventwindow.study.catalogue import LEADING_STAGGERED, NAIVE
from eventwindow.ui.workbench_doubts import MOST_DRAWN, most_moving
from eventwindow.ui.workbench_events import events_table
from eventwindow.ui.workbench_tests import battery_table
from eventwindow.view import View
from eventwindow.words_doubt import curve_sentence, setting_words, trial_name, trial_sentence
from eventwindow.words_groups import TEST_NAMES
from eventwindow.words_workbench import (
    average_verdict,
    decided_by,
    event_facts,
    event_verdict,
    fines_caption,
    fines_words,
    leave_out_note,
    missing_sentences,
    naive_words,
    neighbours_lead,
    own_sentence,
    path_caption,
    trial_rule,
    trial_words,
)
from eventwindow.workbench import EVERYTHING, OwnStudy, build_own
from tests.unit.desk import NAMES, ZERO, made_up_returns
from tests.unit.test_workbench import NEAR, OWN, VIEW, at, event, own_study

MARK = "<img src=x onerror=alert(1)>%{x}"


def hostile(snapshot: Snapshot) -> OwnStudy:
    """Every text of a stranger in it tries to be markup: ids, titles, groups, symbols and the benchmark."""
    frame = made_up_returns().set_axis([f"{MARK}{name}" for name in NAMES], axis=1)
    events = [
        replace(
            item, event_id=f"{MARK}{item.event_id}", title=f"{MARK}{item.title}", symbol=f"{MARK}{item.symbol}",
            group=f"{MARK}{item.group}", fine=float(item.row), currency="CNY",
        )
        for item in [*OWN, event("second", "CCC", at(ZERO + 20), 7)]
    ]  # fmt: skip
    return own_study(snapshot, events, frame=frame, benchmark=f"{MARK}MKT")


def own_study_of(own: OwnStudy, row: int) -> OwnStudy:
    """The study of one event alone."""
    return build_own(own.snapshot, [own.events[row]], own.prices, own.view)


def drawn_settings(own: OwnStudy) -> go.Figure:
    curve = own.curve(own.events[0].symbol)
    assert not isinstance(curve, Reason)
    return specification_chart(curve, specification_range([curve]), 95, LIGHT)


def drawn_leave_out(own: OwnStudy) -> go.Figure:
    assert isinstance(own.leave_out, LeaveOut)
    return leave_out_chart(own.leave_out, 95, LIGHT, is_current=lambda _: False)


def drawn_placebo(own: OwnStudy) -> go.Figure:
    assert isinstance(own.trial, Trial)
    reach = placebo_reach([own.trial], 0.5)
    return placebo_chart(own.trial, reach, LIGHT, reach / 16)


def drawn_map(own: OwnStudy) -> go.Figure:
    found = event_map(own)
    assert found is not None
    return event_map_chart(own, found, DARK)


def drawn_fines(own: OwnStudy) -> go.Figure:
    assert own.fines is not None
    return own_fines_chart(own, own.fines, LIGHT)


@pytest.mark.parametrize(
    "draw",
    [
        drawn_settings,
        drawn_leave_out,
        drawn_placebo,
        lambda own: drawn_placebo(own_study_of(own, 0)),
        drawn_map,
        drawn_fines,
        lambda own: average_dots(own.groups, 95, LIGHT),
        lambda own: average_paths(own.groups, own.view, LIGHT)[0][1],
    ],
)
def test_no_chart_lets_a_strangers_text_be_markup_or_a_template(
    snapshot: Snapshot, draw: Callable[[OwnStudy], go.Figure]
) -> None:
    texts = json.dumps(json.loads(draw(hostile(snapshot)).to_json()))
    assert "<img" not in texts
    assert "%{x}" not in texts


def test_long_texts_are_cut_on_one_line() -> None:
    assert cut("short", 5) == "short"
    assert cut("a bit\nlonger", 7) == "a bit…"
    assert len(cut("x" * 500, 20)) == 20
    assert compact(0.3) == "0.3"


def test_the_path_of_an_event_is_drawn_in_percent_with_its_band(snapshot: Snapshot) -> None:
    own = own_study(snapshot)
    path = own.path(3)
    band, line = path_chart(path, np.empty((0, 11)), 95, LIGHT).data
    cars = own.study.abnormal_returns[3]
    np.testing.assert_allclose(line.y[5:], 100 * np.cumsum(cars[5:]), rtol=1e-9)
    np.testing.assert_allclose(line.y[:4], [-100 * cars[place + 1 : 5].sum() for place in range(4)], rtol=1e-9)
    assert line.y[4] == 0
    critical = stats.t.ppf(0.975, 248)
    number = own.study.windows.index(own.view.span)
    assert 100 * critical * own.study.se[3, number] == pytest.approx(band.y[6])
    assert "session 0" in line.customdata[5]


def test_paths_behind_an_average_are_one_broken_line_and_gaps_stay_gaps(snapshot: Snapshot) -> None:
    own = own_study(snapshot)
    behind = own.paths.copy()
    behind[0, 2] = np.nan
    path = own.everything.path
    assert path is not None
    _, thin, _ = path_chart(path, behind, 95, DARK).data
    assert len(thin.y) == 4 * 12
    assert [place for place, value in enumerate(thin.y) if value is None] == [2, 11, 23, 35, 47]
    assert thin.y[12] == pytest.approx(100 * own.paths[1, 0])


def test_the_map_has_a_cell_for_every_event_on_several_symbols(snapshot: Snapshot) -> None:
    own = own_study(snapshot, [*OWN, event("second", "CCC", at(ZERO + 20), 6)])
    found = event_map(own)
    assert found is not None
    assert (found.event_ids, found.symbols) == (("first", "second"), ("AAA", "BBB", "CCC"))
    assert found.cells == {(0, 0): 0, (0, 1): 1, (1, 0): 2, (1, 2): 4}
    tiles, numbers, titles = event_map_chart(own, found, LIGHT).data
    assert tiles.z[1][2] == pytest.approx(100 * own.study.car[4, own.window])
    assert tiles.z[1][1] is None
    first = next(item.title for item in own.events if item.event_id == "first")
    assert titles.text[0] == pl(first)
    assert numbers.text[0] == percent(float(own.study.car[0, own.window]), 1).removesuffix("%")
    assert event_map(own_study(snapshot, OWN[2:])) is None


def test_the_map_draws_no_more_than_fits(snapshot: Snapshot) -> None:
    symbols = [symbol for symbol, listing in snapshot.listings.items() if listing.has_prices]
    assert len(symbols) > MOST_SYMBOLS
    events = [event(f"e{n}", symbol, "2023-07-07") for n in range(MOST_EVENTS + 3) for symbol in symbols]
    found = event_map(build_own(snapshot, events, None, VIEW))
    assert found is not None
    assert (len(found.event_ids), len(found.symbols)) == (MOST_EVENTS, MOST_SYMBOLS)
    assert len(found.cells) == MOST_EVENTS * MOST_SYMBOLS


def test_fines_stand_at_their_amount_and_reaction(snapshot: Snapshot) -> None:
    fined = [replace(item, fine=amount, currency="HKD") for item, amount in zip(OWN, (5, 5, 100, 2000), strict=True)]
    own = own_study(snapshot, fined)
    assert own.fines is not None
    (dots,) = own_fines_chart(own, own.fines, LIGHT).data
    assert list(dots.x) == [2000, 100, 5, 5]
    np.testing.assert_allclose(dots.y, 100 * own.study.car[[3, 2, 0, 1], own.window])
    half = stats.t.ppf(0.975, 248) * own.study.se[3, own.window]
    assert dots.error_y.array[0] == pytest.approx(100 * half)
    assert fines_words(own, own.fines).startswith("3 fines in HKD with a figure over days 0 to +1: too few")


def test_lines_beyond_the_frame_are_mentioned_where_there_are_any(snapshot: Snapshot) -> None:
    own = own_study(snapshot)
    assert "these events, some beyond the frame." in path_caption(own, 4, beyond=True)
    assert path_caption(own, 4, beyond=False).endswith("Thin lines: these events.")
    assert "Thin" not in path_caption(own, 0, beyond=False)


def test_a_placebo_and_a_leading_test_that_disagree_are_said_to(snapshot: Snapshot) -> None:
    own = own_study(snapshot)
    assert isinstance(own.trial, Trial)
    assert own.everything.lead.reason is Reason.OK
    for p in (0.001, 0.9):
        words = trial_words(own, replace(own.trial, result=replace(own.trial.result, p=p)))
        agree = (p < 0.05) == own.everything.beyond_noise(95)
        assert ("The leading test across events says otherwise" in words) == (not agree)


def test_the_offset_of_a_time_is_written_as_it_is_typed(snapshot: Snapshot) -> None:
    told = event("e", "BABA", "2023-07-07", announced=datetime.fromisoformat("2023-07-07T20:10:00+08:00"))
    assert decided_by(build_own(snapshot, [told], None, VIEW), 0).startswith("time 20:10 +08:00")


def test_of_very_many_fines_those_with_the_largest_reactions_are_drawn_and_the_chart_stays_small(
    snapshot: Snapshot,
) -> None:
    days = pd.bdate_range("2020-06-01", "2024-12-20").strftime("%Y-%m-%d")
    many = [
        event(f"e{n}", ("0700.HK", "NTES", "BABA")[n % 3], days[n % len(days)], fine=float(n + 1), currency="CNY")
        for n in range(3_000)
    ]
    own = build_own(snapshot, many, None, VIEW)
    assert own.fines is not None
    figure = own_fines_chart(own, own.fines, LIGHT)
    (dots,) = figure.data
    assert len(figure.to_json()) < 100_000
    drawn, every = np.abs(dots.y), np.abs(100 * own.study.car[own.known, own.window])
    assert np.sort(drawn) == pytest.approx(np.sort(every)[-MOST_FINES:])
    assert list(dots.x) == sorted(dots.x, reverse=True)
    assert f"Drawn are the 300 of {len(own.known):,} figures furthest" in fines_caption(own, MOST_FINES, own.fines)


def test_every_placebo_date_is_in_one_bar(snapshot: Snapshot) -> None:
    own = own_study(snapshot)
    assert isinstance(own.trial, Trial)
    bars = drawn_placebo(own).data
    assert sum(sum(bar.y) for bar in bars) == len(own.trial.result.placebo)
    assert sum(bars[1].y) == own.trial.as_large
    assert "drawn at random" in trial_rule(own.trial)
    together = own_study(snapshot, OWN[:2]).trial
    assert isinstance(together, Trial)
    assert "moved together, to every session that can serve" in trial_rule(together)
    assert trial_name(together) == "Both events together"
    single = own_study(snapshot, OWN[3:]).trial
    assert isinstance(single, Trial)
    assert trial_name(single) == "CCC"
    assert trial_rule(single).endswith("Line: your events.")
    assert trial_sentence(single).startswith(
        f"{single.as_large} of {len(single.result.placebo)} ordinary sessions moved at"
    )


def test_settings_name_the_readers_own_benchmark(snapshot: Snapshot) -> None:
    curve = own_study(snapshot).curve(EVERYTHING)
    assert not isinstance(curve, Reason)
    assert curve.current is not None
    assert setting_words(curve.current.setting) == "market model, column MKT, 250 sessions to −11, days 0 to +1"
    assert "of the average of all events is more than noise" in curve_sentence(curve, 95)
    single = own_study(snapshot).curve("CCC")
    assert not isinstance(single, Reason)
    assert "the reaction of CCC" in curve_sentence(single, 95)


def test_of_many_events_left_out_those_that_matter_most_are_drawn(snapshot: Snapshot) -> None:
    events = [event(f"e{n}", NAMES[1 + n % 3], at(ZERO - 5 + n), n + 2) for n in range(25)]
    found = own_study(snapshot, events).leave_out
    assert isinstance(found, LeaveOut)
    drawn = most_moving(found)
    assert len(drawn.without) == MOST_DRAWN < len(found.without) == 25
    moves = {part.event_id: abs(group.value - found.whole.value) for part, group in found.without}
    kept = [part.event_id for part, _ in drawn.without]
    assert min(moves[name] for name in kept) >= max(moves[name] for name in moves if name not in kept)
    assert kept == [name for name in moves if name in kept]
    assert leave_out_note(MOST_DRAWN, found).startswith("Drawn are the 20 of 25 events")


def test_the_table_of_events_holds_the_figures_of_the_study(snapshot: Snapshot) -> None:
    own = own_study(snapshot, NEAR, replace(VIEW, clean=True))
    table = events_table(own)
    assert table["Event id"].tolist() == [item.event_id for item in NEAR]
    left = table.iloc[0]
    assert np.isnan(left[["Abnormal, %", "t", "p", "Placebo p", "Buy and hold, %"]].astype(float)).all()
    assert left["Remark"] == SENTENCES[Reason.CONFOUNDED]
    assert left["Path, %"] is None
    assert (left["Confounded"], table["Confounded"].tolist().count("yes")) == ("yes", 1)
    abnormal = own.study.abnormal_returns[1, 5:7]
    assert table["Abnormal, %"][1] == pytest.approx(100 * abnormal.sum())
    actual, expected = own.study.actual[1, 5:7], own.study.expected[1, 5:7]
    assert table["Buy and hold, %"][1] == pytest.approx(100 * ((1 + actual).prod() - (1 + expected).prod()))
    assert table["Path, %"][1][6] == pytest.approx(100 * abnormal.sum(), abs=0.005)
    assert pd.Timestamp(table["Day 0"][1]) == pd.Timestamp(at(ZERO))


def test_only_secure_sources_are_linked(snapshot: Snapshot) -> None:
    sources = ["https://example.org/a", "http://example.org", "javascript:alert(1)", ""]
    own = own_study(snapshot, [replace(item, source=url) for item, url in zip(OWN, sources, strict=True)])
    shown = events_table(own)["Source"]
    assert shown.dropna().tolist() == ["https://example.org/a"]


def test_tests_stand_in_the_order_in_which_they_count_and_can_be_chosen(snapshot: Snapshot) -> None:
    own = own_study(snapshot)
    table = battery_table(own.everything, VIEW)
    names = {words: name for name, words in TEST_NAMES.items()}
    order: list[TestName] = [names[test] for test in table["Test"]]
    assert tuple(order[:3]) == LEADING_STAGGERED
    assert tuple(order[-len(NAIVE) :]) == NAIVE
    assert len(order) == len(TEST_NAMES)
    tests = own.study.tests.query("window_start == 0 and window_end == 1").set_index("test")
    for name, statistic, p, n in zip(order, table["Statistic"], table["p"], table["n"], strict=True):
        expected = tests.loc[name]
        assert (statistic, p, n) == pytest.approx((expected["statistic"], expected["p"], expected["n"]), nan_ok=True)
    chosen = battery_table(own.everything, replace(VIEW, tests=("patell_z", "kp_bmp_t")))
    assert chosen["Test"].tolist() == ["adjusted BMP t", "Patell z"]


def test_what_is_studied_is_said_with_what_is_missing(snapshot: Snapshot) -> None:
    assert own_sentence(own_study(snapshot)) == (
        "4 events on 3 symbols, abnormal returns summed over days 0 to +1: 4 figures."
    )
    near = own_study(snapshot, NEAR)
    assert own_sentence(near).endswith("1 is confounded: another event of the table on the same symbol has its day 0 "
                                       "within days 0 to +1.")  # fmt: skip
    assert missing_sentences(near) == []
    late = own_study(snapshot, [*OWN, event("late", "AAA", "2031-01-01")])
    assert missing_sentences(late) == [f"1 row: {SENTENCES[Reason.OUTSIDE_CALENDAR]}"]
    assert event_verdict(late, 4) == f"late · AAA: no figure. {SENTENCES[Reason.OUTSIDE_CALENDAR]}"
    assert decided_by(late, 4) == ""
    assert neighbours_lead(near, near.neighbours if isinstance(near.neighbours, tuple) else ()).endswith(
        "1 within the sessions summed up."
    )


def test_one_event_is_judged_by_its_own_two_tests(snapshot: Snapshot) -> None:
    own = own_study(snapshot, OWN[3:])
    words = average_verdict(own)
    assert words == event_verdict(own, 0)
    assert words.startswith(f"third · CCC: {percent(float(own.study.car[0, own.window]))} over days 0 to +1, t = ")
    assert f"among {own.placebos.dates[0, 0]:,} other sessions" in words
    by_t, by_placebo = own.study.p[0, own.window] < 0.05, own.placebos.p[0, 0] < 0.05
    if by_t == by_placebo:
        assert words.endswith(f"{'more than' if by_t else 'within'} noise at the 95% level.")
    else:
        assert "doubtful" in words


def test_tests_that_disagree_are_called_doubtful(snapshot: Snapshot) -> None:
    own = own_study(snapshot, OWN[3:])
    found = own.placebos
    for t_p, placebo_p, words in (
        (0.01, 0.01, "more than noise at"),
        (0.2, 0.2, "within noise at"),
        (0.01, 0.2, "by t only: doubtful"),
        (0.2, 0.01, "by placebo only: doubtful"),
    ):
        changed = replace(own)
        changed.__dict__["placebos"] = replace(found, p=np.array([[placebo_p]]))
        changed.study.__dict__["p"] = np.full_like(own.study.car, t_p)
        assert words in event_verdict(changed, 0)


def test_the_time_or_the_date_decides_day_0_and_it_is_said(snapshot: Snapshot) -> None:
    moment = snapshot.announcements["ant-group-fine-2023-07"].announced.stamp
    events = [
        event("x", "9988.HK", "2023-07-07", announced=moment, group="g", fine=7.123e9, currency="CNY"),
        event("y", "BABA", "2023-07-08"),
    ]
    own = build_own(snapshot, events, None, View())
    said = "Day 0 Mon 10 Jul 2023 (by time 20:10 +08:00, 1 session later); group g; fine 7.123bn CNY"
    assert event_facts(own, 0) == said
    assert event_facts(own, 1) == "Day 0 Mon 10 Jul 2023 (by date, 1 session later)"


def test_naive_tests_that_see_more_are_named_with_the_warning(snapshot: Snapshot) -> None:
    events = [event(f"e{n}", NAMES[1 + n % 3], at(ZERO + n)) for n in range(12)]
    group = own_study(snapshot, events).everything
    words = naive_words(group, 95)
    alarms = group.alarms(95)
    assert ("Naive tests see a reaction" in words) == (bool(alarms) and not group.beyond_noise(95))
    assert "do not rely on them here" in words
    loud = replace(group, outcomes={**group.outcomes, "patell_z": replace(group.outcomes["patell_z"], p=1e-9),
                                    "kp_bmp_t": replace(group.lead, p=0.5)})  # fmt: skip
    assert "Naive tests see a reaction where the leading test sees none: " in naive_words(loud, 95)
    assert "Patell z" in naive_words(loud, 95)
