"""The relay against plain pandas on the committed files, and by hand for 7 July 2023."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eventwindow.chain import relays
from eventwindow.facts.events import Clock
from eventwindow.facts.ex_days import ExDays, ex_days
from eventwindow.facts.listings import Market
from eventwindow.facts.prices import Distribution, PriceBook, PriceSeries
from eventwindow.facts.reasons import Reason
from eventwindow.relay import LEAST_TOTAL, NoRelay, Relay, Stretch
from eventwindow.sources.snapshot import COMMITTED, Snapshot
from eventwindow.ui import method_page
from eventwindow.view import View

MAIN = View()
HK, US = Market.HONG_KONG, Market.WALL_STREET
LINES = {
    "alibaba": ("9988.HK", "BABA", 8),
    "tencent": ("0700.HK", "TCEHY", 1),
    "jd": ("9618.HK", "JD", 2),
    "baidu": ("9888.HK", "BIDU", 8),
    "netease": ("9999.HK", "NTES", 5),
}
# Order of the prices of one calendar date: Hong Kong has closed before New York opens.
SLOTS = {("hk", "open"): 0, ("hk", "close"): 1, ("us", "open"): 2, ("us", "close"): 3}


def relay_of(snapshot: Snapshot, **settings: object) -> Relay:
    found = relays(snapshot, replace(MAIN, **{"companies": ("alibaba",), **settings}))[0]
    assert isinstance(found, Relay)
    return found


def prices(symbol: str) -> pd.DataFrame:
    return pd.read_csv(COMMITTED / "prices" / f"{symbol}.csv", parse_dates=["date"])


def gone_ex(symbol: str, since: date, dollar: "pd.Series[float]") -> "pd.Series[float]":
    """What one unit has paid since a day, in the currency it trades in."""
    table = pd.read_csv(COMMITTED / "distributions.csv", parse_dates=["ex_date"])
    own = table[(table["symbol"] == symbol) & (table["ex_date"].dt.date > since)]
    amounts = [
        row.amount * (dollar[: row.ex_date].iloc[-1] if symbol.endswith(".HK") and row.currency == "USD" else 1)
        for row in own.itertuples()
    ]
    return pd.Series(amounts, index=pd.DatetimeIndex(own["ex_date"]), dtype=float).sort_index().cumsum()


def second_way(company: str, first: date, last: date) -> pd.DataFrame:
    """Known values of one share in the order of time, from the files alone."""
    home, away, shares = LINES[company]
    dollar = prices("USDHKD").set_index("date")["close"].dropna()
    rows = []
    for market, symbol, unit in (("hk", home, 1), ("us", away, shares)):
        paid = gone_ex(symbol, first, dollar)
        table = prices(symbol)
        for row in table[table["date"].between(str(first), str(last))].itertuples():
            rate = 1.0 if market == "hk" else dollar[: row.date].iloc[-1]
            added = paid[: row.date].iloc[-1] if len(paid[: row.date]) else 0.0
            for moment in ("open", "close"):
                value = (getattr(row, moment) + added) * rate / unit
                rows.append((row.date.date(), SLOTS[market, moment], market, moment, value))
    found = pd.DataFrame(rows, columns=["day", "slot", "market", "moment", "value"]).sort_values(["day", "slot"])
    inside = [
        (day > first or slot >= 1) and (day < last or slot <= 1) for day, slot in found[["day", "slot"]].to_numpy()
    ]
    return found[inside].dropna().reset_index(drop=True)


def test_the_founding_story_by_hand(snapshot: Snapshot) -> None:
    relay = relay_of(snapshot)
    value = {(point.listing.market, point.day.isoformat(), point.moment): point.value for point in relay.points}
    assert value[HK, "2023-07-07", "close"] == pytest.approx(84.30)
    # 1 ADS = 8 ordinary shares, 7.8204 Hong Kong dollars for one US dollar on that day.
    assert value[US, "2023-07-07", "open"] == pytest.approx(86.76 * 7.8204 / 8)
    assert value[US, "2023-07-07", "close"] == pytest.approx(90.55 * 7.8204 / 8)
    assert value[HK, "2023-07-10", "open"] == pytest.approx(88.95)
    steps = {(step.market, step.end.day.isoformat(), step.stretch): step.change for step in relay.steps}
    assert steps[US, "2023-07-07", Stretch.HOP] == pytest.approx(84.8122 / 84.30 - 1, abs=1e-6)
    assert steps[US, "2023-07-07", Stretch.SESSION] == pytest.approx(90.55 / 86.76 - 1)
    assert steps[HK, "2023-07-10", Stretch.HOP] == pytest.approx(88.95 / 88.5172 - 1, abs=1e-6)
    assert steps[HK, "2023-07-10", Stretch.SESSION] == pytest.approx(87.00 / 88.95 - 1)


def test_it_runs_from_two_sessions_before_the_first_day_0_to_five_after_the_last_from_hong_kong_to_hong_kong(
    snapshot: Snapshot,
) -> None:
    # Day 0: Fri 7 July in New York, Mon 10 July in Hong Kong, which a typhoon closed on Mon 17 July.
    relay = relay_of(snapshot)
    ends = [(point.listing.symbol, point.day, point.moment) for point in (relay.points[0], relay.points[-1])]
    assert ends == [("9988.HK", date(2023, 7, 5), "close"), ("9988.HK", date(2023, 7, 18), "close")]
    assert [point.at for point in relay.points] == sorted(point.at for point in relay.points)
    assert relay.points[0].at.isoformat() == "2023-07-05T08:10:00+00:00"


def test_two_sessions_of_one_market_in_a_row_are_joined_by_an_overnight_step(snapshot: Snapshot) -> None:
    overnight = [step for step in relay_of(snapshot).steps if step.stretch is Stretch.OVERNIGHT]
    assert [(step.market, step.start.day, step.end.day) for step in overnight] == [
        (US, date(2023, 7, 14), date(2023, 7, 17))
    ]
    assert overnight[0].change == pytest.approx(92.25 * 7.8147 / (94.56 * 7.8214) - 1)


@pytest.mark.parametrize(
    ("company", "event"),
    [
        *((company, "ant-group-fine-2023-07") for company in LINES),
        ("baidu", "overseas-listing-draft-2021-12"),  # opening prices of two half days are not known
        ("netease", "gaming-summons-2021-09"),  # both lines went ex on one date
        ("jd", "alibaba-split-2023-03"),  # Hong Kong went ex a day before New York
        ("tencent", "game-licences-imports-2022-12"),  # New York went ex a day before Hong Kong
    ],
)
@pytest.mark.parametrize("clock", list(Clock))
def test_every_value_agrees_with_plain_pandas(snapshot: Snapshot, company: str, event: str, clock: Clock) -> None:
    relay = relay_of(snapshot, companies=(company,), event=event, clock=clock)
    expected = second_way(company, relay.points[0].day, relay.points[-1].day)
    assert [(point.day, str(point.listing.market), point.moment) for point in relay.known] == list(
        expected[["day", "market", "moment"]].itertuples(index=False, name=None)
    )
    np.testing.assert_allclose([point.value for point in relay.known], expected["value"], rtol=1e-12)


def test_every_announcement_and_company_has_a_relay_or_a_reason_and_all_contributions_add_up(
    snapshot: Snapshot,
) -> None:
    everyone = tuple(issuer.slug for issuer in snapshot.companies)
    counts: Counter[tuple[str, str]] = Counter()
    for event in snapshot.announcements:
        for clock in Clock:
            for found in relays(snapshot, replace(MAIN, event=event, clock=clock, companies=everyone)):
                counts[found.issuer.slug, found.reason if isinstance(found, NoRelay) else "relay"] += 1
                if isinstance(found, Relay):
                    total = found.known[-1].value / found.known[0].value - 1
                    assert sum(step.contribution for step in found.steps) == pytest.approx(total, abs=1e-12)
                    assert sum(part.contribution for part in found.parts) == pytest.approx(total, abs=1e-12)
                    assert sum(part.steps for part in found.parts) == len(found.steps) == len(found.known) - 1
    assert sum(counts.values()) == len(snapshot.announcements) * len(Clock) * len(everyone)
    both = {slug for slug, reason in counts if reason == "relay"}
    assert both == set(LINES)
    assert {reason for slug, reason in counts if slug in both} == {
        "relay",
        "no_exchange_rate",
        "not_listed_yet",
        "unmatched_distribution",
    }
    assert {slug: reason for slug, reason in counts if slug not in both} == {
        "meituan": Reason.UNKNOWN_SYMBOL,
        "bilibili": Reason.UNKNOWN_SYMBOL,
        "tencent-music": Reason.UNKNOWN_SYMBOL,
        "pinduoduo": Reason.ONE_LINE,
        "didi": Reason.ONE_LINE,
    }


def test_shares_of_the_total_add_up_to_one(snapshot: Snapshot) -> None:
    parts = relay_of(snapshot).parts
    assert sum(part.share for part in parts) == pytest.approx(1)
    assert {part.reason for part in parts} == {Reason.OK}


def test_a_total_near_zero_is_not_divided(snapshot: Snapshot) -> None:
    relay = relay_of(snapshot, companies=("tencent",))
    assert abs(relay.total) < LEAST_TOTAL * sum(abs(part.contribution) for part in relay.parts)
    assert {part.reason for part in relay.parts} == {Reason.TOTAL_NEAR_ZERO}
    assert all(np.isnan(part.share) for part in relay.parts)


def test_the_parts_of_both_markets_and_what_cannot_be_divided_make_the_total(snapshot: Snapshot) -> None:
    relay = relay_of(snapshot, companies=("baidu",), event="overseas-listing-draft-2021-12")
    undivided = [part for part in relay.parts if part.market is None]
    assert [(part.stretch, part.steps) for part in undivided] == [(Stretch.UNDIVIDED, 2)]
    whole = relay.in_market(HK) + relay.in_market(US) + undivided[0].contribution
    assert whole == pytest.approx(relay.total)


def test_a_step_over_an_unknown_opening_price_is_undivided(snapshot: Snapshot) -> None:
    relay = relay_of(snapshot, companies=("baidu",), event="overseas-listing-draft-2021-12")
    assert [(point.listing.symbol, point.day, point.moment, point.reason) for point in relay.missing] == [
        ("9888.HK", date(2021, 12, 24), "open", Reason.PRICE_UNKNOWN),
        ("9888.HK", date(2021, 12, 31), "open", Reason.PRICE_UNKNOWN),
    ]
    undivided = [step for step in relay.steps if step.stretch is Stretch.UNDIVIDED]
    assert [(step.start.listing.symbol, step.end.listing.symbol, step.end.moment) for step in undivided] == [
        ("BIDU", "9888.HK", "close")
    ] * 2


def flat(snapshot: Snapshot, ex: dict[str, tuple[str, float]]) -> Snapshot:
    """Prices that fall on the ex-days by exactly what is paid, and nothing else; the rate is 8."""
    series = dict(snapshot.prices.series)
    rate = series["USDHKD"]
    series["USDHKD"] = replace(rate, close=np.full(len(rate.days), 8.0))
    for symbol, price in (("9988.HK", 80.0), ("BABA", 80.0)):
        days = series[symbol].days
        level = np.where(days >= np.datetime64(ex[symbol][0]), price - ex[symbol][1], price)
        series[symbol] = PriceSeries(symbol, days, level, level, level, level, level)
    money = {"9988.HK": "HKD", "BABA": "USD"}
    paid = tuple(
        Distribution(symbol, date.fromisoformat(day), amount, money[symbol], "cash", "")
        for symbol, (day, amount) in ex.items()
    )
    return replace(snapshot, prices=PriceBook(series, paid))


@pytest.mark.parametrize(("home", "away"), [("2023-07-10", "2023-07-11"), ("2023-07-11", "2023-07-10")])
def test_a_distribution_is_no_move_whichever_line_goes_ex_first(snapshot: Snapshot, home: str, away: str) -> None:
    relay = relay_of(flat(snapshot, {"9988.HK": (home, 2.0), "BABA": (away, 2.0)}))
    assert [step.change for step in relay.steps] == pytest.approx([0.0] * len(relay.steps))
    assert relay.ex_days == (ExDays(date.fromisoformat(home), date.fromisoformat(away)),)


@pytest.mark.parametrize(("home", "away"), [("2023-07-05", "2023-07-06"), ("2023-07-06", "2023-07-05")])
def test_nor_where_only_one_line_goes_ex_inside_the_relay(snapshot: Snapshot, home: str, away: str) -> None:
    relay = relay_of(flat(snapshot, {"9988.HK": (home, 2.0), "BABA": (away, 2.0)}))
    assert relay.points[0].day == date(2023, 7, 5)
    assert [step.change for step in relay.steps] == pytest.approx([0.0] * len(relay.steps))


def test_ex_days_of_both_lines_are_paired_and_a_lone_one_stays_alone(snapshot: Snapshot) -> None:
    tencent = {HK: snapshot.listings["0700.HK"], US: snapshot.listings["TCEHY"]}
    found = ex_days(snapshot.prices, tencent)
    assert ExDays(date(2023, 1, 5), date(2023, 1, 4)) in found
    assert ExDays(date(2022, 1, 20), None) in found  # the JD.com shares are not on file for the New York line
    jd = {HK: snapshot.listings["9618.HK"], US: snapshot.listings["JD"]}
    assert ExDays(date(2023, 4, 4), date(2023, 4, 5)) in ex_days(snapshot.prices, jd)


def test_without_an_exchange_rate_there_is_no_relay_and_the_price_that_needs_it_is_named(snapshot: Snapshot) -> None:
    (found,) = relays(snapshot, replace(MAIN, companies=("alibaba",), event="us-1260h-tencent-2025-01"))
    assert isinstance(found, NoRelay)
    assert (found.reason, found.symbol) == (Reason.NO_EXCHANGE_RATE, "BABA")
    assert found.day is not None
    assert found.day > date(2024, 12, 10)


def test_a_line_that_was_not_listed_yet_has_no_relay(snapshot: Snapshot) -> None:
    (found,) = relays(snapshot, replace(MAIN, companies=("baidu",), event="ant-summons-2020-11"))
    assert isinstance(found, NoRelay)
    assert (found.reason, found.symbol) == (Reason.NOT_LISTED_YET, "9888.HK")


def test_a_large_distribution_on_file_for_one_line_only_bars_the_comparison_and_a_small_one_does_not(
    snapshot: Snapshot,
) -> None:
    # JD.com shares of 13.40 Hong Kong dollars, 3% of the price, are not on file for TCEHY.
    event = "platform-economy-opinions-2022-01"
    (found,) = relays(snapshot, replace(MAIN, companies=("tencent",), event=event))
    assert isinstance(found, NoRelay)
    assert (found.reason, found.symbol, found.day) == (
        Reason.UNMATCHED_DISTRIBUTION,
        "0700.HK",
        date(2022, 1, 20),
    )
    # 0.06 US dollars, 0.05% of the price of one ADS, are not on file for 9999.HK.
    small = relay_of(snapshot, companies=("netease",), event="samr-merger-fines-2021-03")
    assert small.ex_days == (ExDays(None, date(2021, 3, 11)),)


def test_the_method_page_counts_the_companies_with_two_lines() -> None:
    lines = pd.read_csv(COMMITTED / "listings.csv").assign(priced=lambda table: table["has_prices"] == "yes")
    priced = lines.groupby(["issuer", "market"])["priced"].any().unstack().dropna().astype(int).sum(axis=1)
    text = " ".join((Path(method_page.__file__).with_name("method_text") / "11-relay.md").read_text("utf-8").split())
    assert priced.value_counts().to_dict() == {0: 7, 2: 5, 1: 3}
    assert f"Of the {len(priced)} companies on file with a line in each market, 7 have no prices here and 3" in text
    assert "the relay exists for the other five" in text


def test_the_chosen_markets_do_not_change_the_relay(snapshot: Snapshot) -> None:
    assert relay_of(snapshot, markets=(HK,)).known == relay_of(snapshot).known
