"""Years of prices: index, drawdown and gap against plain pandas on the committed files, and by hand."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eventwindow.case import build_case
from eventwindow.facts.events import Clock
from eventwindow.facts.listings import Market
from eventwindow.facts.prices import Distribution, PriceBook, PriceSeries, total_return_index
from eventwindow.facts.sessions import MarketCalendar
from eventwindow.history import drawdowns, gaps, indexed_lines, marks, total_return_lines, within
from eventwindow.sources.snapshot import COMMITTED, Snapshot
from eventwindow.study.windows import Window
from eventwindow.survey import chosen_announcements
from eventwindow.view import View
from tests.unit.made_up import WEEKDAYS

MAIN = View()
EVERYONE = replace(
    MAIN,
    companies=("alibaba", "tencent", "meituan", "jd", "baidu", "netease", "pinduoduo", "bilibili", "didi"),
)


def closes(symbol: str, folder: Path = COMMITTED) -> "pd.Series[float]":
    return pd.read_csv(folder / "prices" / f"{symbol}.csv", index_col="date", parse_dates=True)["close"]


def rate(symbol: str, day: pd.Timestamp) -> float:
    return float(closes(symbol).loc[:day].iloc[-1])


def wealth(symbol: str, currency: str) -> "pd.Series[float]":
    """Total-return index a second way: every distribution buys more of the share at that day's price before it."""
    price = closes(symbol)
    units = pd.Series(1.0, index=price.index)
    table = pd.read_csv(COMMITTED / "distributions.csv", parse_dates=["ex_date"])
    for row in table[table["symbol"] == symbol].itertuples():
        paid = row.amount if row.currency == currency else row.amount * rate(f"{row.currency}{currency}", row.ex_date)
        if row.ex_date in price.index:
            units.loc[row.ex_date :] *= 1 + paid / price[row.ex_date]
    return price * units


@pytest.mark.parametrize(
    ("symbol", "currency"), [("9988.HK", "HKD"), ("BABA", "USD"), ("0700.HK", "HKD"), ("TCEHY", "USD")]
)
def test_an_index_level_is_what_reinvesting_every_distribution_gives(
    snapshot: Snapshot, symbol: str, currency: str
) -> None:
    found = indexed_lines(total_return_lines(snapshot, MAIN), None)
    line = next(line for line in found.lines if line.listing.symbol == symbol)
    held = wealth(symbol, currency)
    expected = 100 * held / held["2019-11-26"]
    assert found.base == date(2019, 11, 26)
    assert pd.DatetimeIndex(line.days).equals(expected.index)
    np.testing.assert_allclose(line.level, expected.to_numpy(), rtol=1e-10)


def test_lines_are_put_to_100_on_the_first_session_all_of_them_share_inside_the_years(snapshot: Snapshot) -> None:
    found = indexed_lines(total_return_lines(snapshot, MAIN), (2021, 2022))
    both = closes("9988.HK").index.intersection(closes("BABA").index)
    assert found.base == both[both >= "2021-01-01"][0].date()
    for line in found.lines:
        assert line.level[line.days == np.datetime64(found.base)] == pytest.approx(100)
        assert line.days[0] >= np.datetime64("2021-01-01")
        assert line.days[-1] <= np.datetime64("2022-12-31")


def test_lines_that_share_no_session_start_at_100_each_on_its_own(snapshot: Snapshot) -> None:
    pair = replace(MAIN, companies=("netease", "didi"))
    hong_kong, _, didi = total_return_lines(snapshot, pair)
    late = replace(hong_kong, days=hong_kong.days[-100:], level=hong_kong.level[-100:])
    found = indexed_lines([late, didi], None)
    assert found.base is None
    assert [line.level[0] for line in found.lines] == [pytest.approx(100), pytest.approx(100)]


def test_a_line_without_prices_in_the_years_is_left_out(snapshot: Snapshot) -> None:
    lines = total_return_lines(snapshot, replace(MAIN, companies=("alibaba", "didi")))
    symbols = [line.listing.symbol for line in indexed_lines(lines, (2023, 2024)).lines]
    assert symbols == ["9988.HK", "BABA"]
    assert indexed_lines(lines, (2010, 2011)).lines == ()


def test_the_return_over_a_missing_close_runs_from_the_last_known_one_and_keeps_the_distribution(
    snapshot: Snapshot,
) -> None:
    listing = snapshot.listings["9988.HK"]
    days = WEEKDAYS[:5]
    close = np.array([100.0, 110.0, np.nan, 99.0, 198.0])
    unknown = np.full(5, np.nan)
    book = PriceBook(
        {listing.symbol: PriceSeries(listing.symbol, days, unknown, unknown, unknown, close, unknown)},
        (Distribution(listing.symbol, days[2].item(), 11.0, "HKD", "cash", ""),),
    )
    calendar = MarketCalendar(Market.HONG_KONG, days, days, days, days)
    found, level = total_return_index(book, listing, calendar)
    assert found.tolist() == [days[number].item() for number in (0, 1, 3, 4)]
    assert level.tolist() == pytest.approx([1, 1.1, 1.1 * (99 + 11) / 110, 1.1 * 2])


@pytest.mark.parametrize(
    ("symbol", "currency"), [("9988.HK", "HKD"), ("BABA", "USD"), ("0700.HK", "HKD"), ("TCEHY", "USD")]
)
def test_a_drawdown_is_counted_from_the_highest_close_of_october_2020(
    snapshot: Snapshot, symbol: str, currency: str
) -> None:
    found = drawdowns(total_return_lines(snapshot, MAIN), None)
    item = next(item for item in found if item.listing.symbol == symbol)
    held = wealth(symbol, currency)
    peak = held["2020-10"].idxmax()
    fall = held[peak:] / held[peak] - 1
    assert item.peak_day == peak.date()
    assert item.trough == pytest.approx(fall.min(), rel=1e-10)
    assert item.trough_day == fall.idxmin().date()
    assert item.last == pytest.approx(fall.iloc[-1], rel=1e-10)
    assert item.last_day == fall.index[-1].date()


def test_the_years_cut_what_is_shown_of_a_drawdown_but_not_its_peak(snapshot: Snapshot) -> None:
    lines = total_return_lines(snapshot, replace(MAIN, companies=("alibaba",), markets=(Market.WALL_STREET,)))
    (whole,), (cut,) = drawdowns(lines, None), drawdowns(lines, (2023, 2023))
    assert cut.peak_day == whole.peak_day == date(2020, 10, 27)
    assert np.array_equal(cut.fall, whole.fall[within(whole.days, (2023, 2023))])
    assert drawdowns(lines, (2019, 2019)) == ()


def test_a_listing_without_a_price_in_october_2020_has_no_drawdown(snapshot: Snapshot) -> None:
    found = drawdowns(total_return_lines(snapshot, replace(MAIN, companies=("baidu", "didi"))), None)
    assert [item.listing.symbol for item in found] == ["BIDU"]


def test_the_gap_of_7_july_2023_by_hand(snapshot: Snapshot) -> None:
    # BABA 90.55 US dollars x 7.8204 Hong Kong dollars / 8 ordinary shares = 88.5172, over 84.30 in Hong Kong.
    gap = next(item for item in gaps(snapshot, MAIN) if item.new_york.symbol == "BABA")
    assert gap.premium[gap.days == np.datetime64("2023-07-07")] == pytest.approx(88.5172 / 84.30 - 1, abs=1e-6)


@pytest.mark.parametrize(
    ("home", "away", "shares"), [("0700.HK", "TCEHY", 1), ("9618.HK", "JD", 2), ("9888.HK", "BIDU", 8)]
)
def test_gaps_and_their_normal_range_agree_with_plain_pandas(
    snapshot: Snapshot, home: str, away: str, shares: int
) -> None:
    gap = next(item for item in gaps(snapshot, EVERYONE) if item.new_york.symbol == away)
    table = pd.concat([closes(home).rename("home"), closes(away).rename("away")], axis=1, sort=True).dropna()
    known = closes("USDHKD").dropna().rename_axis("day").reset_index(name="rate")
    table = pd.merge_asof(
        table.rename_axis("day").reset_index(), known, on="day", tolerance=pd.Timedelta(days=4)
    ).dropna()
    premium = table["away"] * table["rate"] / shares / table["home"] - 1
    assert gap.days.tolist() == table["day"].dt.date.tolist()
    np.testing.assert_allclose(gap.premium, premium.to_numpy(), rtol=1e-12)
    assert gap.normal == pytest.approx((premium.quantile(0.05), premium.quantile(0.95)))
    assert gap.sample == len(premium)
    assert gap.widest[1] == pytest.approx(premium[premium.abs().idxmax()])


def test_no_gap_is_known_once_the_exchange_rate_is_older_than_four_days(snapshot: Snapshot) -> None:
    last_rate = closes("USDHKD").dropna().index[-1]
    prices_go_on_to = closes("9988.HK").index.intersection(closes("BABA").index)[-1]
    assert prices_go_on_to > last_rate + pd.Timedelta(days=300)
    for gap in gaps(snapshot, MAIN):
        assert pd.Timestamp(gap.last[0]) <= last_rate + pd.Timedelta(days=4)
    assert gaps(snapshot, replace(MAIN, years=(2025, 2026))) == ()


def test_only_companies_with_a_line_in_both_chosen_markets_have_a_gap(snapshot: Snapshot) -> None:
    assert [gap.issuer.slug for gap in gaps(snapshot, EVERYONE)] == ["alibaba", "tencent", "jd", "baidu", "netease"]
    assert gaps(snapshot, replace(MAIN, markets=(Market.HONG_KONG,))) == ()
    assert gaps(snapshot, replace(MAIN, companies=("meituan", "didi"))) == ()


def test_a_mark_stands_on_the_first_day_0_of_the_markets_shown(snapshot: Snapshot) -> None:
    announcement = snapshot.announcements["ant-group-fine-2023-07"]
    by_view = {
        "both": marks(snapshot, MAIN, [announcement])[0].day,
        "hong kong": marks(snapshot, replace(MAIN, markets=(Market.HONG_KONG,)), [announcement])[0].day,
    }
    assert by_view == {"both": date(2023, 7, 7), "hong kong": date(2023, 7, 10)}
    first = marks(snapshot, replace(MAIN, clock=Clock.FIRST_REPORTED), [announcement])[0]
    assert {item.day_zero for item in first.reactions} == {date(2023, 7, 7)}


def test_every_announcement_is_marked_and_has_a_number_or_a_reason_for_every_listing(snapshot: Snapshot) -> None:
    found = marks(snapshot, EVERYONE, chosen_announcements(snapshot, EVERYONE))
    assert len(found) == len(snapshot.announcements)
    for mark in found:
        for item in mark.reactions:
            assert item.known == bool(np.isfinite(item.car)), (mark.announcement.event_id, item.listing.symbol)


def test_a_mark_tells_the_same_abnormal_return_as_the_page_of_its_announcement(snapshot: Snapshot) -> None:
    announcement = snapshot.announcements["alibaba-antitrust-fine-2021-04"]
    case = build_case(snapshot, replace(MAIN, event=announcement.event_id))
    expected = {item.listing.symbol: item.estimate(Window(0, 1)).value for item in case.listings}
    (mark,) = marks(snapshot, MAIN, [announcement])
    assert {item.listing.symbol: item.car for item in mark.reactions} == pytest.approx(expected)


def test_without_listings_or_announcements_there_is_no_mark(snapshot: Snapshot) -> None:
    assert marks(snapshot, replace(MAIN, companies=()), chosen_announcements(snapshot, MAIN)) == ()
    assert marks(snapshot, MAIN, []) == ()
