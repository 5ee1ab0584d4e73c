"""Before and after the official act, and how soon it was over: against pandas and plain loops on the files."""

import math
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from eventwindow.case import Case, Estimate, build_case
from eventwindow.charts.theme import DARK, LIGHT
from eventwindow.charts.timing import anticipation_charts
from eventwindow.facts.events import Clock
from eventwindow.facts.reasons import Reason
from eventwindow.sources.snapshot import COMMITTED, Snapshot
from eventwindow.study.windows import Window
from eventwindow.timing import Anticipation, Speed, anticipations, horizons, settling, speeds
from eventwindow.view import View
from eventwindow.words_timing import (
    anticipation_caption,
    anticipation_finding,
    anticipation_verdict,
    share_words,
    speed_caption,
    speed_verdict,
    speed_words,
)

MAIN = View()
EVERY_COMPANY = (
    "alibaba", "tencent", "meituan", "jd", "baidu", "netease", "pinduoduo", "bilibili", "tencent-music", "didi",
)  # fmt: skip


def by_hand(symbol: str, index: str, day0: str, window: Window) -> tuple[float, float, float]:
    """CAR, standard error and p of the market model, from the files with numpy's own least squares."""
    closes = pd.DataFrame(
        {name: pd.read_csv(COMMITTED / "prices" / f"{name}.csv", index_col="date")["close"] for name in (symbol, index)}
    ).dropna(subset=[symbol])
    given = pd.read_csv(COMMITTED / "distributions.csv")
    given = given[given["symbol"] == symbol].groupby("ex_date")["amount"].sum()  # in the trading currency
    total = closes.assign(**{symbol: closes[symbol] + given.reindex(closes.index).fillna(0)})
    returns = total / closes.shift(1) - 1
    zero = returns.index.get_loc(day0)
    fitted = returns.iloc[zero - 260 : zero - 10].dropna()
    x, y = fitted[index].to_numpy(), fitted[symbol].to_numpy()
    slope, intercept = np.polyfit(x, y, 1)
    count, length = len(fitted), window.length
    s2 = ((y - intercept - slope * x) ** 2).sum() / (count - 2)
    inside = returns.iloc[zero + window.start : zero + window.end + 1]
    car = float((inside[symbol] - intercept - slope * inside[index]).sum())
    deviation = float((inside[index] - x.mean()).sum())
    se = math.sqrt(s2 * (length + length**2 / count + deviation**2 / ((x - x.mean()) ** 2).sum()))
    return car, se, float(2 * stats.t.sf(abs(car / se), count - 2))


def agree(found: Estimate, expected: tuple[float, float, float]) -> None:
    assert (found.value, found.se, found.p) == pytest.approx(expected, rel=1e-8)


def of(case: Case, found: tuple[Anticipation, ...], symbol: str) -> Anticipation:
    assert [item.item.listing.symbol for item in found] == [item.listing.symbol for item in case.listings]
    return next(item for item in found if item.item.listing.symbol == symbol)


@pytest.mark.parametrize(("symbol", "end"), [("9988.HK", 0), ("9988.HK", 5), ("0700.HK", 0), ("0700.HK", 5)])
def test_the_main_event_is_cut_between_friday_and_monday(snapshot: Snapshot, symbol: str, end: int) -> None:
    case = build_case(snapshot, MAIN)
    split = of(case, anticipations(snapshot, case, end), symbol).split
    assert split is not None
    agree(split.before, by_hand(symbol, "HSI", "2023-07-10", Window(-1, -1)))
    agree(split.after, by_hand(symbol, "HSI", "2023-07-10", Window(0, end)))
    agree(split.whole, by_hand(symbol, "HSI", "2023-07-10", Window(-1, end)))


def test_seventy_percent_of_the_move_of_alibaba_in_hong_kong_came_before_the_official_act(snapshot: Snapshot) -> None:
    case = build_case(snapshot, MAIN)
    near, far = (of(case, horizon.found, "9988.HK") for horizon in horizons(snapshot, case))
    before, whole = (by_hand("9988.HK", "HSI", "2023-07-10", Window(-1, end)) for end in (-1, 0))
    assert whole[2] < 0.05
    assert near.share == pytest.approx(before[0] / whole[0], rel=1e-8)
    assert round(near.share, 2) == 0.70
    assert far.share_reason is Reason.WITHIN_NOISE
    assert math.isnan(far.share)
    said = anticipation_verdict(case, horizons(snapshot, case))
    assert "70% for Alibaba in Hong Kong" in said
    assert "to session +5 from the act no share can be named" in said


def test_both_clocks_of_the_main_event_point_at_one_session_in_new_york(snapshot: Snapshot) -> None:
    case = build_case(snapshot, MAIN)
    for symbol in ("BABA", "TCEHY"):
        found = of(case, anticipations(snapshot, case, 0), symbol)
        assert (found.split, found.reason) == (None, Reason.SAME_SESSION)
    assert "Not drawn, as both clocks point at the same session: Alibaba on Wall Street" in anticipation_caption(
        case, horizons(snapshot, case)
    )


def test_the_first_report_as_the_clock_cuts_at_the_same_sessions(snapshot: Snapshot) -> None:
    case = build_case(snapshot, replace(MAIN, clock=Clock.FIRST_REPORTED))
    split = of(case, anticipations(snapshot, case, 0), "9988.HK").split
    assert split is not None
    assert (split.before.window, split.after.window, split.whole.window) == (Window(0, 0), Window(1, 1), Window(0, 1))
    agree(split.before, by_hand("9988.HK", "HSI", "2023-07-07", Window(0, 0)))
    assert split.before == case.listings[0].estimate(Window(0, 0))


def test_an_announcement_with_one_clock_says_so(snapshot: Snapshot) -> None:
    case = build_case(snapshot, replace(MAIN, event="alibaba-antitrust-probe-2020-12"))
    found = horizons(snapshot, case)
    assert {item.reason for horizon in found for item in horizon.found} == {Reason.ONE_CLOCK}
    assert anticipation_verdict(case, found).startswith("One clock only")
    assert anticipation_charts([horizon for horizon in found if horizon.known], 95, LIGHT) == []


def test_a_report_from_the_sessions_the_model_is_fitted_on_has_a_reason_and_the_other_clock_helps(
    snapshot: Snapshot,
) -> None:
    early = View(event="tutoring-ban-official-2021-07", window=Window(0, 5), estimation=Window(-260, -1))
    two_clocks = [key for key, item in snapshot.announcements.items() if item.first_report]
    seen = set()
    for key in two_clocks:
        case = build_case(snapshot, replace(early, event=key, estimation=Window(-260, -4)))
        seen |= {item.reason for item in anticipations(snapshot, case, 0)}
        turned = build_case(snapshot, replace(case.view, clock=Clock.FIRST_REPORTED))
        assert Reason.REPORT_TOO_EARLY not in {item.reason for item in anticipations(snapshot, turned, 0)}
    assert Reason.REPORT_TOO_EARLY in seen


EVEN = [1.0, 1.0, 1.0, 0.0]
PATHS = [
    # cumulative abnormal return from day 0 on, noise of what is still to come, settled, half
    ([8.0, 8.5, 7.5, 8.0], EVEN, 0, 0),
    ([2.0, 5.0, 9.0, 8.0], EVEN, 2, 1),
    ([-2.0, -5.0, -9.0, -8.0], EVEN, 2, 1),
    ([8.0, 1.0, 8.0, 8.0], EVEN, 2, 2),
    ([0.0, 0.0, 0.0, 8.0], EVEN, 3, 3),
    ([9.0, 12.0, 4.0, 8.0], EVEN, 3, 0),
    ([float("nan"), 8.0, 8.0, 8.0], EVEN, 1, 1),
    ([8.0, float("nan"), 8.0, 8.0], EVEN, 2, 2),
    # three points are noise while three sessions are to come, but not when one is left
    ([5.0, 5.0, 5.0, 8.0], [3.5, 3.0, 2.0, 0.0], 3, 0),
    # no move is over before half of it is there, however wide the noise
    ([3.0, 8.0, 8.0, 8.0], [6.0, 5.0, 4.0, 0.0], 1, 1),
    ([-8.0, 8.0, 8.0, 8.0], [20.0, 18.0, 14.0, 0.0], 1, 1),
]


@pytest.mark.parametrize(("path", "band", "settled", "half"), PATHS)
def test_a_move_is_over_when_half_is_there_and_what_is_still_to_come_is_noise(
    path: list[float], band: list[float], settled: int, half: int
) -> None:
    assert settling(np.array(path), np.array(band)) == (settled, half)
    assert settling(100 * np.array(path), 100 * np.array(band)) == (settled, half)


@pytest.mark.parametrize(
    ("event", "symbol", "index", "day0", "settled", "half"),
    [
        ("alibaba-antitrust-probe-2020-12", "BABA", "GSPC", "2020-12-24", 0, 0),
        ("alibaba-antitrust-probe-2020-12", "9988.HK", "HSI", "2020-12-24", 4, 0),
        ("ant-summons-2020-11", "BABA", "GSPC", "2020-11-02", 5, 1),
        ("fsdc-liu-he-2022-03", "9988.HK", "HSI", "2022-03-16", 5, 3),
    ],
)
def test_speeds_agree_with_a_reading_of_the_files(
    snapshot: Snapshot, event: str, symbol: str, index: str, day0: str, settled: int, half: int
) -> None:
    case = build_case(snapshot, replace(MAIN, event=event))
    found = next(item for item in speeds(snapshot, case) if item.item.listing.symbol == symbol)
    cars = [by_hand(symbol, index, day0, Window(0, end))[0] for end in range(6)]
    left = [by_hand(symbol, index, day0, Window(session + 1, 5)) for session in range(5)]
    noise = [(abs(car), se * float(stats.t.ppf(0.975, 248))) for car, se, _ in left] + [(0.0, 0.0)]
    there = [car / cars[5] >= 0.5 for car in cars]
    over = [among and car <= band for among, (car, band) in zip(there, noise, strict=True)]
    assert half == next(session for session in range(6) if all(there[session:]))
    assert settled == next(session for session in range(6) if all(over[session:]))
    assert (found.settled, found.half) == (settled, half)


def test_a_move_within_noise_has_no_speed_and_the_others_are_told(snapshot: Snapshot) -> None:
    case = build_case(snapshot, replace(MAIN, event="alibaba-antitrust-probe-2020-12"))
    found = speeds(snapshot, case)
    assert next(item.reason for item in found if item.item.listing.symbol == "TCEHY") is Reason.WITHIN_NOISE
    assert "Alibaba settled on day 0, half of it there on day 0" in speed_verdict(case, found)


def test_a_window_that_ends_with_day_0_has_no_speed(snapshot: Snapshot) -> None:
    case = build_case(snapshot, replace(MAIN, window=Window(-5, 0)))
    assert {item.reason for item in speeds(snapshot, case)} == {Reason.NOTHING_LATER}


def test_no_listing_means_no_figure(snapshot: Snapshot) -> None:
    case = build_case(snapshot, replace(MAIN, companies=()))
    assert [horizon.found for horizon in horizons(snapshot, case)] == [(), ()]
    assert speeds(snapshot, case) == ()


def is_whole(item: Anticipation, case: Case, end: int) -> None:
    """A cut with figures that add up, or a reason; a share only where it means something."""
    assert (item.split is None) == (item.reason is not Reason.OK) == bool(item.why)
    if item.split is None:
        assert item.share_reason is item.reason
        assert math.isnan(item.share)
        return
    before, after, whole = item.split.before, item.split.after, item.split.whole
    assert before.value + after.value == pytest.approx(whole.value, abs=1e-12)
    assert after.window.length == end + 1
    noise = whole.p >= 1 - case.view.level / 100
    opposite = before.value * after.value < 0
    expected = Reason.WITHIN_NOISE if noise else Reason.OPPOSITE_SIGNS if opposite else Reason.OK
    assert item.share_reason is expected
    assert math.isfinite(item.share) == (expected is Reason.OK)
    if expected is Reason.OK:
        assert 0 <= item.share <= 1


def is_settled(item: Speed, case: Case) -> None:
    """Half of the move there as a search by hand says, settled not before; or a reason."""
    assert (item.settled is None) == (item.half is None) == (item.reason is not Reason.OK) == bool(item.why)
    if item.settled is None or item.final is None or item.item.path is None:
        return
    path, end, final = item.item.path, case.view.window.end, item.final
    values = [float(path.value[path.sessions == number][0]) for number in range(end + 1)]
    half = [value / final.value >= 0.5 for value in values[:-1]] + [True]
    assert item.half == next(number for number in range(end + 1) if all(half[number:]))
    assert item.half <= item.settled <= end


def test_every_announcement_and_listing_has_figures_or_reasons_on_both_clocks(snapshot: Snapshot) -> None:
    cuts: Counter[Reason] = Counter()
    ends: Counter[Reason] = Counter()
    for clock in Clock:
        for event in snapshot.announcements:
            case = build_case(snapshot, View(event=event, companies=EVERY_COMPANY, clock=clock))
            found, fast = horizons(snapshot, case), speeds(snapshot, case)
            for horizon in found:
                for item in horizon.found:
                    is_whole(item, case, horizon.end)
            for speed in fast:
                is_settled(speed, case)
            cuts.update(item.reason for item in found[-1].found)
            ends.update(item.reason for item in fast)
            said = [anticipation_verdict(case, found), anticipation_caption(case, found), speed_verdict(case, fast)]
            said += [anticipation_finding(item) + share_words(item) for item in found[0].found]
            said += [speed_caption(case), *(speed_words(item, case.view.window) for item in fast)]
            for sentence in said:
                assert sentence.endswith((".", *"012345")), sentence
                assert not re.search(r"\bnan\b|\bNone\b|\binf\b|\.\.|  ", sentence), sentence
    assert cuts.total() == ends.total() == 2 * 101 * 15
    assert cuts[Reason.OK] == 220
    assert ends[Reason.OK] > 200
    never = {Reason.OUTSIDE_CALENDAR, Reason.REPORT_TOO_EARLY}
    assert not never & (cuts.keys() | ends.keys())


def test_marks_are_filled_where_the_figure_is_more_than_noise(snapshot: Snapshot) -> None:
    case = build_case(snapshot, MAIN)
    found = [horizon for horizon in horizons(snapshot, case) if horizon.known]
    for colours in (LIGHT, DARK):
        near, far = anticipation_charts(found, 95, colours)
        assert near.layout.xaxis.range == far.layout.xaxis.range
        for figure, horizon in zip((near, far), found, strict=True):
            keys, drawn = figure.data[:3], figure.data[3:]
            assert [trace.name for trace in keys] == [trace.name for trace in drawn] == ["before", "after", "whole"]
            assert all(trace.marker.color != colours.surface and trace.x == (None,) for trace in keys)
            markets = {colours.hong_kong, colours.wall_street}
            assert not markets & {trace.marker.color for trace in keys}
            assert all(note.bgcolor for note in figure.layout.annotations if "%" in note.text)
            for trace in drawn:
                assert trace.showlegend is False
                parts = [getattr(item.split, trace.name) for item in horizon.known]
                assert list(trace.x) == pytest.approx([100 * part.value for part in parts])
                hollow = [colour == colours.surface for colour in trace.marker.color]
                assert hollow == [part.p >= 0.05 for part in parts]
