"""Market value gained and lost: the press's figures, a second way in plain pandas, and every announcement on file."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from eventwindow.case import Case, build_case
from eventwindow.facts.events import Clock
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.facts.shares import MarketValue
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Window
from eventwindow.survey import build_survey
from eventwindow.value import ValueChange, primary_listings, together, value_changes
from eventwindow.valued import build_valued
from eventwindow.view import View

DATA = Path(__file__).resolve().parents[2] / "data"
MAIN = View()
EVERY_COMPANY = (
    "alibaba", "tencent", "meituan", "jd", "baidu", "netease", "pinduoduo", "bilibili", "tencent-music", "didi",
)  # fmt: skip


@cache
def closes(symbol: str) -> "pd.Series[float]":
    return pd.read_csv(DATA / "prices" / f"{symbol}.csv", parse_dates=["date"]).set_index("date")["close"]


@cache
def shares(issuer: str, as_of: str) -> float:
    table = pd.read_csv(DATA / "share_counts.csv").set_index(["issuer", "as_of"])["shares"]
    return float(table[issuer, as_of])


def changes_of(snapshot: Snapshot, view: View) -> tuple[Case, dict[str, ValueChange]]:
    case = build_case(snapshot, view)
    assert case.study is not None
    found = value_changes(snapshot, case.study, case.lead_window, view.level)
    return case, {item.listing.symbol: item for item in found}


def survey_change(snapshot: Snapshot, event_id: str, symbol: str, span: Window) -> ValueChange:
    survey = build_survey(snapshot, replace(MAIN, span=span))
    assert survey is not None
    row = survey.study.row(event_id, symbol)
    (found,) = value_changes(snapshot, survey.study.subset(np.array([row])), span, MAIN.level)
    return found


def number(value: float | Reason) -> float:
    assert isinstance(value, float)
    return value


def worth(value: MarketValue | Reason) -> MarketValue:
    assert isinstance(value, MarketValue)
    return value


def test_alibaba_gained_what_the_press_had_it_gain_when_it_was_fined_in_april_2021(snapshot: Snapshot) -> None:
    _, found = changes_of(snapshot, replace(MAIN, event="alibaba-antitrust-fine-2021-04"))
    change = found["9988.HK"]
    assert (change.last_day, change.fine) == (date(2021, 4, 12), 18_228_000_000)
    assert number(change.amount(change.raw, "USD")) == pytest.approx(39.6e9, rel=0.01)


def test_tencent_is_worth_889bn_dollars_before_a_window_that_starts_on_27_january_2021(snapshot: Snapshot) -> None:
    change = survey_change(snapshot, "us-blacklist-shelved-2021-01", "0700.HK", Window(9, 9))
    assert worth(change.bases["USD"]).price_day == date(2021, 1, 26)
    assert worth(change.bases["USD"]).value == pytest.approx(889e9, rel=0.01)


def test_alibaba_is_worth_860bn_dollars_before_a_window_that_starts_on_28_october_2020(snapshot: Snapshot) -> None:
    change = survey_change(snapshot, "ant-summons-2020-11", "BABA", Window(-3, -3))
    assert worth(change.bases["USD"]).price_day == date(2020, 10, 27)
    assert worth(change.bases["USD"]).value == pytest.approx(860e9, rel=0.01)


# Listing, the close before, day 0, the index, shares per unit, the count in force, and the fine.
FOUNDING_STORY = [
    ("9988.HK", "2023-07-07", "2023-07-10", "HSI", 1, ("ALIBABA", "2023-06-30"), 7.123e9),
    ("BABA", "2023-07-06", "2023-07-07", "GSPC", 8, ("ALIBABA", "2023-06-30"), 7.123e9),
    ("0700.HK", "2023-07-07", "2023-07-10", "HSI", 1, ("TENCENT", "2023-01-19"), 2.99e9),
    ("TCEHY", "2023-07-06", "2023-07-07", "GSPC", 1, ("TENCENT", "2023-01-19"), 2.99e9),
]


@pytest.mark.parametrize(
    ("symbol", "before", "zero", "index", "unit", "count", "fine"),
    FOUNDING_STORY,
    ids=[row[0] for row in FOUNDING_STORY],
)
def test_the_founding_story_by_a_second_way(
    snapshot: Snapshot,
    symbol: str,
    before: str,
    zero: str,
    index: str,
    unit: int,
    count: tuple[str, str],
    fine: float,
) -> None:
    price = closes(symbol)
    own = price[before] / unit * shares(*count)
    is_hong_kong = symbol.endswith(".HK")
    dollars = own / closes("USDHKD")[before] if is_hong_kong else own
    yuan = dollars * closes("USDCNY")[before]
    raw = price[zero] / price[before] - 1

    # Market model by hand: 250 sessions, from 260 to 11 before day 0; nobody paid on day 0 itself.
    paid = pd.read_csv(DATA / "distributions.csv", parse_dates=["ex_date"])
    paid = paid[paid["symbol"] == symbol].set_index("ex_date")["amount"]
    assert pd.Timestamp(zero) not in paid.index
    both = pd.DataFrame({"y": price, "x": closes(index)}).loc[price.index]
    both["y"] = (both["y"] + paid.reindex(both.index).fillna(0)) / both["y"].shift() - 1
    both["x"] = both["x"] / both["x"].shift() - 1
    position = both.index.get_loc(pd.Timestamp(zero))
    fitted = both.iloc[position - 260 : position - 10].dropna()
    slope, level = np.polyfit(fitted["x"], fitted["y"], 1)
    errors = fitted["y"] - level - slope * fitted["x"]
    today = both.iloc[position]
    abnormal = today["y"] - level - slope * today["x"]
    spread = ((fitted["x"] - fitted["x"].mean()) ** 2).sum()
    variance = (errors**2).sum() / (len(fitted) - 2)
    variance *= 1 + 1 / len(fitted) + (today["x"] - fitted["x"].mean()) ** 2 / spread
    half = stats.t.ppf(0.975, len(fitted) - 2) * np.sqrt(variance)

    _, found = changes_of(snapshot, MAIN)
    change = found[symbol]
    expected = {"HKD": own, "USD": dollars, "CNY": yuan} if is_hong_kong else {"USD": own, "CNY": yuan}
    assert list(change.bases) == list(expected)
    for currency, base in change.bases.items():
        assert worth(base).value == pytest.approx(expected[currency], rel=1e-12)
        assert number(change.amount(change.raw, currency)) == pytest.approx(expected[currency] * raw, rel=1e-9)
        moved = number(change.amount(change.abnormal, currency))
        assert moved == pytest.approx(expected[currency] * abnormal, rel=1e-8)
        interval = change.interval(currency)
        assert not isinstance(interval, Reason)
        low, high = expected[currency] * (abnormal - half), expected[currency] * (abnormal + half)
        assert interval == pytest.approx((low, high), rel=1e-8)
    assert number(change.times_fine(change.abnormal)) == pytest.approx(yuan * abnormal / fine, rel=1e-8)
    assert number(change.times_fine(change.raw)) == pytest.approx(yuan * raw / fine, rel=1e-9)
    assert change.beyond_noise == (abs(abnormal) > half)
    assert worth(change.base).count.as_of == date.fromisoformat(count[1])


def test_shares_given_out_on_the_way_are_part_of_the_raw_change(snapshot: Snapshot) -> None:
    # Tencent handed JD.com shares to its holders, ex 20 January 2022; day 0 is the 19th.
    span = Window(0, 1)
    events = [key for key, item in snapshot.announcements.items() if item.day == date(2022, 1, 19)]
    change = survey_change(snapshot, events[0], "0700.HK", span)
    assert change.last_day == date(2022, 1, 20)
    price = closes("0700.HK")
    table = pd.read_csv(DATA / "distributions.csv")
    given = table[(table["symbol"] == "0700.HK") & (table["ex_date"] == "2022-01-20")]
    assert given["currency"].tolist() == ["HKD"]
    before, middle, last = price["2022-01-18"], price["2022-01-19"], price["2022-01-20"]
    growth = (middle / before) * ((last + given["amount"].iloc[0]) / middle)
    assert change.raw.value == pytest.approx(growth - 1, rel=1e-12)
    assert change.raw.value > last / before - 1 + 0.02


def test_a_company_without_a_count_has_returns_and_the_reason(snapshot: Snapshot) -> None:
    _, found = changes_of(snapshot, replace(MAIN, companies=("baidu", "pinduoduo")))
    for change in found.values():
        assert not change.known
        assert change.reason is Reason.NO_SHARE_COUNT
        assert change.amount(change.raw, "CNY") is Reason.NO_SHARE_COUNT
        assert change.interval("USD") is Reason.NO_SHARE_COUNT
        assert np.isfinite([change.raw.value, change.abnormal.value, change.abnormal.half]).all()


def test_a_model_that_cannot_be_fitted_leaves_the_raw_change(snapshot: Snapshot) -> None:
    young = replace(MAIN, companies=("netease",), event="ant-summons-2020-11", markets=(Market.HONG_KONG,))
    _, found = changes_of(snapshot, young)
    change = found["9999.HK"]
    assert change.amount(change.abnormal, "USD") is Reason.TOO_FEW_ESTIMATION_RETURNS
    assert number(change.amount(change.raw, "USD")) != 0


def test_without_a_rate_only_the_own_currency_is_known(snapshot: Snapshot) -> None:
    series = {key: item for key, item in snapshot.prices.series.items() if key != "USDCNY"}
    poor = replace(snapshot, prices=replace(snapshot.prices, series=series))
    _, found = changes_of(poor, MAIN)
    change = found["BABA"]
    assert change.known
    assert change.amount(change.abnormal, "CNY") is Reason.NO_EXCHANGE_RATE
    assert change.times_fine(change.abnormal) is Reason.NO_EXCHANGE_RATE


def test_a_session_without_a_close_at_the_end_has_no_raw_change(snapshot: Snapshot) -> None:
    series = snapshot.prices.series["BABA"]
    close = np.where(series.days == np.datetime64("2023-07-07"), np.nan, series.close)
    book = replace(snapshot.prices, series={**snapshot.prices.series, "BABA": replace(series, close=close)})
    _, found = changes_of(replace(snapshot, prices=book), MAIN)
    assert found["BABA"].raw.reason is Reason.NO_PRICE
    assert found["BABA"].reason is Reason.NO_RETURN_IN_WINDOW


def test_a_company_is_counted_once_and_only_where_every_one_is_known(snapshot: Snapshot) -> None:
    _, found = changes_of(snapshot, MAIN)
    primary = primary_listings([item.listing for item in found.values()])
    assert {issuer: item.symbol for issuer, item in primary.items()} == {"ALIBABA": "9988.HK", "TENCENT": "0700.HK"}
    pair = [found["9988.HK"], found["0700.HK"]]
    total = together(pair)
    assert not isinstance(total, Reason)
    assert total.raw == pytest.approx(sum(number(item.amount(item.raw, "USD")) for item in pair))
    assert total.abnormal == pytest.approx(sum(number(item.amount(item.abnormal, "USD")) for item in pair))
    with pytest.raises(ValueError, match="counted twice"):
        together([found["9988.HK"], found["BABA"]])
    _, unknown = changes_of(snapshot, replace(MAIN, companies=("baidu",)))
    assert together([found["9988.HK"], unknown["9888.HK"]]) is Reason.NO_SHARE_COUNT


def test_where_only_new_york_is_shown_its_line_stands_for_the_company(snapshot: Snapshot) -> None:
    listings = [item for item in snapshot.listings.values() if item.market is Market.WALL_STREET]
    assert primary_listings(listings)["ALIBABA"].symbol == "BABA"
    assert primary_listings(list(snapshot.listings.values()))["JD"].symbol == "9618.HK"


@pytest.mark.parametrize("clock", list(Clock))
def test_every_announcement_on_every_listing_has_a_figure_or_a_reason(snapshot: Snapshot, clock: Clock) -> None:
    survey = build_survey(snapshot, replace(MAIN, companies=EVERY_COMPANY, clock=clock))
    assert survey is not None
    found = value_changes(snapshot, survey.study, survey.view.span, 95)
    assert len(found) == 101 * 15
    known = 0
    for change in found:
        figures = [change.amount(part, unit) for part in (change.raw, change.abnormal) for unit in change.bases]
        figures += [change.times_fine(change.raw), change.times_fine(change.abnormal), change.fine]
        for figure in figures:
            assert SENTENCES[figure] if isinstance(figure, Reason) else np.isfinite(figure)
        assert change.known == isinstance(change.amount(change.abnormal, "USD"), float)
        known += change.known
    assert 700 < known < len(found)


def test_one_line_added_up_is_what_a_walk_over_its_sessions_gives(snapshot: Snapshot) -> None:
    survey = build_survey(snapshot, replace(MAIN, companies=("alibaba",)))
    assert survey is not None
    (line,) = build_valued(snapshot, survey).lines
    assert line.listing.symbol == "9988.HK"
    tidy = survey.study.abnormal
    tidy = tidy[(tidy["symbol"] == "9988.HK") & tidy["day"].isin([0, 1])]
    starts = tidy[tidy["day"] == 0].sort_values("date", kind="stable")
    seen: set[pd.Timestamp] = set()
    expected, variance, total = [], 0.0, 0.0
    counts = pd.read_csv(DATA / "share_counts.csv", parse_dates=["as_of"])
    counts = counts[(counts["issuer"] == "ALIBABA") & counts["kind"].str.startswith("outstanding")].set_index("as_of")
    for _, event in starts.iterrows():
        if snapshot.announcements[event["event_id"]].day < date(2020, 10, 1):
            continue
        day = closes("9988.HK")[: event["date"]].index[-2]
        rate = closes("USDHKD")[:day].iloc[-1]
        base = closes("9988.HK")[day] * counts["shares"].sort_index()[:day].iloc[-1] / rate
        for _, session in tidy[tidy["event_id"] == event["event_id"]].iterrows():
            if session["date"] not in seen:
                seen.add(session["date"])
                total += base * session["abnormal"]
                variance += (base * session["se"]) ** 2
        expected.append(total)
    np.testing.assert_allclose(line.total, expected, rtol=1e-9)
    assert line.sessions == len(seen)
    assert line.sessions + line.shared == 2 * len(expected)
    assert line.noise(95) == pytest.approx(1.959964 * np.sqrt(variance), rel=1e-6)


def test_announcements_that_share_no_session_add_up_to_their_own_changes(snapshot: Snapshot) -> None:
    survey = build_survey(snapshot, replace(MAIN, companies=("alibaba",), years=(2023, 2024)))
    assert survey is not None
    valued = build_valued(snapshot, survey)
    (line,) = valued.lines
    changes = [valued.changes[row] for row in line.rows.tolist()]
    own = np.array([number(item.amount(item.abnormal, "USD")) for item in changes])
    apart = np.diff(line.days.astype(int), prepend=0) > 5
    apart &= np.append(np.diff(line.days.astype(int)), 99) > 5
    assert apart.sum() > 5
    np.testing.assert_allclose(line.steps[apart], own[apart], rtol=1e-9)


def test_an_announcement_of_the_same_sessions_adds_nothing(snapshot: Snapshot) -> None:
    survey = build_survey(snapshot, MAIN)
    assert survey is not None
    line = build_valued(snapshot, survey).lines[0]
    same = np.flatnonzero(np.diff(line.days) == np.timedelta64(0, "D")) + 1
    assert len(same)
    assert (line.steps[same] == 0).all()


def test_years_and_october_2020_decide_where_the_sum_starts(snapshot: Snapshot) -> None:
    for years, first in ((None, 2020), ((2022, 2023), 2022)):
        survey = build_survey(snapshot, replace(MAIN, years=years))
        assert survey is not None
        for line in build_valued(snapshot, survey).lines:
            assert line.days[0].item().year == first
            assert line.days[0] >= np.datetime64("2020-10-01")


def test_the_ranking_runs_from_the_largest_loss_to_the_largest_gain_with_each_company_once(snapshot: Snapshot) -> None:
    survey = build_survey(snapshot, replace(MAIN, companies=EVERY_COMPANY))
    assert survey is not None
    valued = build_valued(snapshot, survey)
    amounts = [number(valued.changes[row].amount(valued.changes[row].abnormal, "USD")) for row in valued.ranked]
    assert amounts == sorted(amounts)
    pairs = [(item.event_id, item.issuer.issuer) for item in valued.changes.values()]
    assert len(pairs) == len(set(pairs)) == 101 * 10
    assert len(valued.ranked) + sum(sum(found.values()) for found in valued.missing.values()) == len(pairs)


def test_companies_are_added_up_only_where_none_misses_an_announcement(snapshot: Snapshot) -> None:
    survey = build_survey(snapshot, MAIN)
    assert survey is not None
    valued = build_valued(snapshot, survey)
    assert number(valued.together) == pytest.approx(sum(line.total[-1] for line in valued.lines))
    more = build_survey(snapshot, replace(MAIN, companies=("alibaba", "netease")))
    assert more is not None
    assert build_valued(snapshot, more).together is Reason.TOO_FEW_ESTIMATION_RETURNS
