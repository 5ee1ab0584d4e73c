"""Share counts and market values: figures of the press, and the committed tables read by hand."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from eventwindow.facts.errors import DataError, OptionError
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.facts.shares import KINDS_USED, MarketValue, ShareCount, load_share_counts, market_value, share_count
from eventwindow.sources.snapshot import Snapshot

DATA = Path(__file__).resolve().parents[2] / "data"


def rows(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def close(symbol: str, day: str) -> float:
    (found,) = [row for row in rows(f"prices/{symbol}.csv") if row["date"] == day]
    return float(found["close"])


def shares(issuer: str, as_of: str) -> float:
    (found,) = [row for row in rows("share_counts.csv") if (row["issuer"], row["as_of"]) == (issuer, as_of)]
    return float(found["shares"])


def value(snapshot: Snapshot, symbol: str, day: str, currency: str = "USD") -> MarketValue:
    found = missing(snapshot, symbol, day, currency)
    assert isinstance(found, MarketValue)
    return found


def missing(snapshot: Snapshot, symbol: str, day: str, currency: str = "USD") -> MarketValue | Reason:
    listing = snapshot.listings[symbol]
    counts = snapshot.share_counts
    return market_value(snapshot.prices, listing, counts, date.fromisoformat(day), currency)  # type: ignore[arg-type]


def test_alibaba_gained_as_much_on_12_april_2021_as_the_press_had_it(snapshot: Snapshot) -> None:
    gained = value(snapshot, "9988.HK", "2021-04-12").value - value(snapshot, "9988.HK", "2021-04-09").value
    assert gained == pytest.approx(39.6e9, rel=0.01)


def test_tencent_was_worth_889bn_dollars_on_26_january_2021(snapshot: Snapshot) -> None:
    found = value(snapshot, "0700.HK", "2021-01-26")
    assert found.value == pytest.approx(889e9, rel=0.01)
    assert found.count.as_of == date(2020, 12, 31)


def test_alibaba_was_worth_860bn_dollars_on_27_october_2020(snapshot: Snapshot) -> None:
    found = value(snapshot, "BABA", "2020-10-27")
    assert found.value == pytest.approx(860e9, rel=0.01)
    assert found.value == pytest.approx(859e9, rel=0.01)
    assert found.count.as_of == date(2020, 3, 31)
    by_hand = close("BABA", "2020-10-27") / 8 * shares("ALIBABA", "2020-03-31")
    assert found.value == pytest.approx(by_hand, rel=1e-12)
    assert found.rates == ()


def test_one_value_in_three_currencies_by_hand(snapshot: Snapshot) -> None:
    dollars = close("0700.HK", "2021-01-26") * shares("TENCENT", "2020-12-31") / close("USDHKD", "2021-01-26")
    expected = {"HKD": dollars * close("USDHKD", "2021-01-26"), "USD": dollars}
    expected["CNY"] = dollars * close("USDCNY", "2021-01-26")
    for currency, amount in expected.items():
        found = value(snapshot, "0700.HK", "2021-01-26", currency)
        assert found.value == pytest.approx(amount, rel=1e-12)
        assert (found.price, found.price_day) == (718.5, date(2021, 1, 26))
    assert value(snapshot, "0700.HK", "2021-01-26", "HKD").rates == ()
    assert [rate.series for rate in value(snapshot, "0700.HK", "2021-01-26", "CNY").rates] == ["USDHKD", "USDCNY"]


def test_on_a_holiday_the_last_close_is_used_and_its_day_is_said(snapshot: Snapshot) -> None:
    found = value(snapshot, "9988.HK", "2020-10-26")
    assert found.price_day == date(2020, 10, 23)
    assert found.price == close("9988.HK", "2020-10-23")
    assert found.rates[0].day == date(2020, 10, 26)


def test_after_the_end_of_the_hong_kong_rate_its_last_day_is_said(snapshot: Snapshot) -> None:
    found = value(snapshot, "0700.HK", "2025-07-02", "CNY")
    assert {rate.series: rate.day for rate in found.rates} == {
        "USDHKD": date(2024, 12, 6),
        "USDCNY": date(2025, 7, 2),
    }


@pytest.mark.parametrize(
    ("hong_kong", "new_york", "day"),
    [
        ("9988.HK", "BABA", "2022-06-15"),
        ("0700.HK", "TCEHY", "2022-06-15"),
        ("9999.HK", "NTES", "2022-06-15"),
        ("9618.HK", "JD", "2024-06-12"),
    ],
)
def test_both_listings_of_a_company_give_nearly_one_market_value(
    snapshot: Snapshot, hong_kong: str, new_york: str, day: str
) -> None:
    ratio = value(snapshot, hong_kong, day).value / value(snapshot, new_york, day).value
    assert ratio == pytest.approx(1, abs=0.06)


COUNTS_USED = [
    ("ALIBABA", "2025-01-02", "2024-09-30", "the issued shares of December 2024 are of the other kind"),
    ("TENCENT", "2022-01-10", "2020-12-31", "the copied table and the derived count are passed over"),
    ("TENCENT", "2020-01-02", "2019-06-30", "the missing year end is passed over"),
    ("TENCENT", "2022-03-14", "2022-03-14", "a count of the day itself counts"),
    ("TENCENT", "2022-03-13", "2020-12-31", "a count of the next day does not"),
    ("MEITUAN", "2024-12-02", "2024-06-14", "class B alone and the press's value are passed over"),
    ("NETEASE", "2023-12-22", "2020-12-31", "later year ends are missing"),
    ("TENCENT_MUSIC", "2021-07-26", "2020-12-31", "the only kind there is"),
    ("DIDI", "2022-01-03", "2021-12-31", "the only kind there is"),
]


@pytest.mark.parametrize(("issuer", "day", "as_of", "why"), COUNTS_USED, ids=[case[3] for case in COUNTS_USED])
def test_the_latest_count_of_the_kind_of_a_company_is_used(
    snapshot: Snapshot, issuer: str, day: str, as_of: str, why: str
) -> None:
    found = share_count(snapshot.share_counts, issuer, date.fromisoformat(day))
    assert isinstance(found, ShareCount), why
    assert found.as_of == date.fromisoformat(as_of), why
    assert found.shares == shares(issuer, as_of)


@pytest.mark.parametrize(
    ("symbol", "day"), [("BIDU", "2021-07-06"), ("DIDI", "2021-07-06"), ("JD", "2021-03-01"), ("PDD", "2024-01-03")]
)
def test_a_company_without_a_usable_count_has_a_reason_and_no_value(snapshot: Snapshot, symbol: str, day: str) -> None:
    assert missing(snapshot, symbol, day) is Reason.NO_SHARE_COUNT


@pytest.mark.parametrize(("symbol", "day"), [("BABA", "2030-01-02"), ("DIDI", "2021-06-29"), ("MPNGY", "2023-07-07")])
def test_a_day_without_prices_has_a_reason_and_no_value(snapshot: Snapshot, symbol: str, day: str) -> None:
    assert missing(snapshot, symbol, day) is Reason.NO_PRICE


def test_without_a_rate_there_is_a_reason_and_no_value(snapshot: Snapshot) -> None:
    series = {symbol: item for symbol, item in snapshot.prices.series.items() if symbol != "USDCNY"}
    prices = replace(snapshot.prices, series=series)
    counts = snapshot.share_counts
    day = date(2023, 7, 7)
    assert market_value(prices, snapshot.listings["BABA"], counts, day, "CNY") is Reason.NO_EXCHANGE_RATE
    assert isinstance(market_value(prices, snapshot.listings["BABA"], counts, day, "USD"), MarketValue)


def test_a_currency_without_a_rate_is_refused(snapshot: Snapshot) -> None:
    with pytest.raises(OptionError, match="EUR"):
        missing(snapshot, "BABA", "2023-07-07", "EUR")


def test_a_company_is_never_valued_with_two_kinds_of_count(snapshot: Snapshot) -> None:
    for kinds in KINDS_USED.values():
        assert len({kind.split("_")[0] for kind in kinds}) == 1
        assert not any("class_b" in kind or kind in ("derived_press_cap", "missing") for kind in kinds)
    assert all(item.kind != "missing" and item.shares > 0 for item in snapshot.share_counts)


def test_a_count_that_is_no_number_is_refused_with_its_place(tmp_path: Path) -> None:
    text = (DATA / "share_counts.csv").read_text(encoding="utf-8")
    (tmp_path / "share_counts.csv").write_text(text.replace("20575438744", "many"), encoding="utf-8")
    with pytest.raises(DataError, match=r"share_counts\.csv, row 2, column shares: 'many'"):
        load_share_counts(tmp_path)


def test_every_reason_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Reason)
