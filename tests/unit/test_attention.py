"""Abnormal volume beside abnormal return: against pandas on the committed files, and what is missing."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from eventwindow.case import build_case
from eventwindow.charts.theme import LIGHT, rgba
from eventwindow.charts.volume import attention_charts
from eventwindow.facts.events import Clock
from eventwindow.facts.prices import Floats, PriceBook
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import Dates
from eventwindow.sources.snapshot import COMMITTED, Snapshot
from eventwindow.study.windows import Window
from eventwindow.view import View
from eventwindow.volume import Attention, attentions
from eventwindow.words_timing import (
    attention_caption,
    attention_finding,
    attention_verdict,
    volume_reason,
    volume_words,
)

MAIN = View()
EVERY_COMPANY = (
    "alibaba", "tencent", "meituan", "jd", "baidu", "netease", "pinduoduo", "bilibili", "tencent-music", "didi",
)  # fmt: skip


def found_in(snapshot: Snapshot, view: View = MAIN) -> dict[str, Attention]:
    return {item.item.listing.symbol: item for item in attentions(snapshot, build_case(snapshot, view))}


def with_volume(snapshot: Snapshot, symbol: str, change: Callable[[Dates, Floats], Floats]) -> Snapshot:
    """The same data with the volume of one symbol changed by a function of days and volumes."""
    series = snapshot.prices.series[symbol]
    changed = replace(series, volume=change(series.days, series.volume))
    book = PriceBook({**snapshot.prices.series, symbol: changed}, snapshot.prices.distributions)
    return replace(snapshot, prices=book)


@pytest.mark.parametrize(
    ("symbol", "day0"),
    [("9988.HK", "2023-07-10"), ("BABA", "2023-07-07"), ("0700.HK", "2023-07-10"), ("TCEHY", "2023-07-07")],
)
def test_the_main_event_traded_as_a_plain_reading_of_the_files_says(snapshot: Snapshot, symbol: str, day0: str) -> None:
    frame = pd.read_csv(COMMITTED / "prices" / f"{symbol}.csv")
    zero = frame.index[frame["date"] == day0][0]
    logs = np.log(frame["volume"].where(frame["volume"] > 0))
    usual = logs.iloc[zero - 260 : zero - 10].dropna()
    inside = logs.iloc[zero - 5 : zero + 6].to_numpy() - usual.mean()
    band = stats.t.ppf(0.975, len(usual) - 1) * usual.std(ddof=1) * np.sqrt(1 + 1 / len(usual))
    found = found_in(snapshot)[symbol]
    assert found.volume == pytest.approx(inside, rel=1e-9)
    assert found.volume_band == pytest.approx(np.full(11, band), rel=1e-9)
    assert found.usual == pytest.approx(stats.gmean(np.exp(usual)), rel=1e-9)
    assert found.multiple == pytest.approx(np.exp(inside), rel=1e-9)
    assert [str(day) for day in found.dates] == frame["date"].iloc[zero - 5 : zero + 6].tolist()


def test_the_returns_beside_it_are_those_of_the_study(snapshot: Snapshot) -> None:
    case = build_case(snapshot, MAIN)
    assert case.study is not None
    frame = case.study.abnormal
    for item in attentions(snapshot, case):
        rows = frame[(frame["symbol"] == item.item.listing.symbol) & frame["day"].between(-5, 5)]
        assert item.returns == pytest.approx(rows["abnormal"].to_numpy())
        assert item.returns_band == pytest.approx(rows["se"].to_numpy() * stats.t.ppf(0.975, 248))


def test_only_the_volume_of_alibaba_in_new_york_was_unusual_on_day_0(snapshot: Snapshot) -> None:
    case = build_case(snapshot, MAIN)
    said = attention_verdict(case, attentions(snapshot, case))
    assert said == (
        "Unusual volume on day 0 at the 95% level, in multiples of the usual one: Alibaba on Wall Street 2.24×. "
        "The other three were within their bands."
    )
    strict = build_case(snapshot, replace(MAIN, level=99))
    assert attention_verdict(strict, attentions(snapshot, strict)).startswith("No unusual volume on day 0 at the 99%")


def test_shares_in_issue_cancel_so_that_turnover_gives_the_same(snapshot: Snapshot) -> None:
    turnover = with_volume(snapshot, "BABA", lambda _, volume: volume / 2.6e9)
    assert found_in(turnover)["BABA"].volume == pytest.approx(found_in(snapshot)["BABA"].volume, abs=1e-12)


def test_a_listing_without_volume_has_a_reason_and_the_others_stay(snapshot: Snapshot) -> None:
    bare = with_volume(snapshot, "BABA", lambda _, volume: np.full_like(volume, np.nan))
    case = build_case(bare, MAIN)
    found = attentions(bare, case)
    missing = next(item for item in found if item.item.listing.symbol == "BABA")
    assert missing.reason is Reason.TOO_FEW_ESTIMATION_RETURNS
    assert np.isnan(missing.volume).all()
    assert np.isfinite(missing.returns).all()
    assert volume_reason(missing).startswith("Volume is known on 0 sessions of the estimation window")
    assert "No abnormal volume: Volume is known on 0 sessions" in attention_finding(missing, 95)
    figure = attention_charts(found, 95, LIGHT)[found.index(missing)]
    assert all(height is None for height in figure.data[3].y)
    assert any("Volume is known on 0" in note.text.replace("<br>", " ") for note in figure.layout.annotations)
    assert found_in(bare)["9988.HK"].volume == pytest.approx(found_in(snapshot)["9988.HK"].volume)


def test_no_volume_at_all_is_said_and_drawn_without_a_fault(snapshot: Snapshot) -> None:
    bare = snapshot
    for symbol in ("9988.HK", "BABA", "0700.HK", "TCEHY"):
        bare = with_volume(bare, symbol, lambda _, volume: np.full_like(volume, np.nan))
    case = build_case(bare, MAIN)
    assert (
        attention_verdict(case, attentions(bare, case))
        == "Of no listing shown can the volume of day 0 be compared with a usual one."
    )
    assert len(attention_charts(attentions(bare, case), 95, LIGHT)) == 4


def test_a_single_session_without_volume_is_unknown_and_not_zero(snapshot: Snapshot) -> None:
    holed = with_volume(snapshot, "BABA", lambda days, volume: np.where(days == np.datetime64("2023-07-10"), 0, volume))
    found = found_in(holed)["BABA"]
    assert np.isnan(found.volume[6])
    assert np.isfinite(np.delete(found.volume, 6)).all()
    assert volume_words(found, 6, 95) == "volume unknown"
    bars = attention_charts([found], 95, LIGHT)[0].data[3]
    assert bars.y[6] is None


def test_volume_that_never_varies_has_a_reason(snapshot: Snapshot) -> None:
    flat = with_volume(snapshot, "BABA", lambda _, volume: np.full_like(volume, 1e6))
    found = found_in(flat)["BABA"]
    assert found.reason is Reason.NO_VARIANCE
    assert volume_reason(found) == "The volume on file does not vary, so nothing can be called unusual."


def test_both_panels_share_one_axis_of_sessions_and_full_bars_leave_their_band(snapshot: Snapshot) -> None:
    found = attentions(snapshot, build_case(snapshot, MAIN))
    for item, figure in zip(found, attention_charts(found, 95, LIGHT), strict=True):
        bars = [trace for trace in figure.data if trace.type == "bar"]
        assert [trace.yaxis for trace in bars] == ["y", "y2"]
        assert all(list(trace.x) == list(range(-5, 6)) and trace.xaxis is None for trace in bars)
        assert list(bars[1].y) == pytest.approx(np.log2(item.multiple))
        for trace, values, band in (
            (bars[0], item.returns, item.returns_band),
            (bars[1], item.volume, item.volume_band),
        ):
            full = [not colour.startswith("rgba") for colour in trace.marker.color]
            assert full == (np.abs(values) > band).tolist()
        assert bars[0].marker.color[0] == rgba(bars[0].marker.line.color, 0.3)
        assert figure.layout.yaxis2.ticktext == ("1/2×", "1×", "2×")


def test_every_announcement_and_listing_has_volumes_or_a_reason_on_both_clocks(snapshot: Snapshot) -> None:
    reasons: Counter[Reason] = Counter()
    for clock in Clock:
        for event in snapshot.announcements:
            case = build_case(snapshot, View(event=event, companies=EVERY_COMPANY, clock=clock))
            found = attentions(snapshot, case)
            reasons.update(item.reason for item in found)
            said = [attention_verdict(case, found), *(attention_finding(item, 95) for item in found)]
            for item in found:
                assert (item.reason is Reason.OK) == bool(np.isfinite(item.volume).any())
                assert (item.reason is Reason.OK) == (not volume_reason(item))
                said += [volume_words(item, place, 95) for place in range(len(item.sessions))]
            for sentence in said:
                assert not re.search(r"\bnan\b|\bNone\b|\binf\b|\.\.|  ", sentence), sentence
    assert reasons == {Reason.OK: 2682, Reason.TOO_FEW_ESTIMATION_RETURNS: 2}


def test_a_band_holds_the_whole_of_its_first_and_last_bar(snapshot: Snapshot) -> None:
    for window in (MAIN.window, Window(0, 0)):
        found = attentions(snapshot, build_case(snapshot, replace(MAIN, window=window)))
        for figure in attention_charts(found, 95, LIGHT):
            for band in (figure.data[0], figure.data[2]):
                assert (min(band.x), max(band.x)) == (window.start - 0.5, window.end + 0.5)


@pytest.mark.parametrize("window", [Window(0, 0), Window(-10, 20), Window(0, 3)])
def test_any_window_is_drawn(snapshot: Snapshot, window: Window) -> None:
    case = build_case(snapshot, replace(MAIN, window=window))
    found = attentions(snapshot, case)
    figures = attention_charts(found, 95, LIGHT)
    assert all(len(figure.data[1].x) == window.length for figure in figures)
    assert "95%" in attention_caption(case)
