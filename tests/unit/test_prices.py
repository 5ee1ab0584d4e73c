"""Returns and session moves by hand: figures from the price files, the README of the facts, and plain loops."""

import math
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventwindow.facts.errors import DataError
from eventwindow.facts.listings import Listing, Market
from eventwindow.facts.prices import (
    Distribution,
    PriceBook,
    PriceSeries,
    SessionMove,
    load_prices,
    return_table,
    session_move,
    total_returns,
)
from eventwindow.facts.sessions import Dates, MarketCalendar
from eventwindow.sources.snapshot import Snapshot

NAN = math.nan
HEADER = "date,open,high,low,close,volume\n"


def days(*texts: str) -> Dates:
    return np.array(texts, dtype="datetime64[D]")


def series(symbol: str, closes: dict[str, float]) -> PriceSeries:
    close = np.array(list(closes.values()))
    return PriceSeries(symbol, days(*closes), *([close * np.nan] * 3), close, close * np.nan)


def calendar(*texts: str) -> MarketCalendar:
    opens = days(*texts).astype("datetime64[s]")
    return MarketCalendar(Market.WALL_STREET, days(*texts), opens, opens, opens)


def move(snapshot: Snapshot, symbol: str, day: str) -> SessionMove:
    listing = snapshot.listings[symbol]
    market = snapshot.calendars[listing.market]
    position = market.position(date.fromisoformat(day))
    assert position is not None
    return session_move(snapshot.prices, listing, market, position)


def returns(prices: list[float], paid: list[float] | None = None, kind: str = "simple") -> list[float]:
    paid = paid or [0.0] * len(prices)
    return total_returns(np.array(prices), np.array(paid), "log" if kind == "log" else "simple").tolist()


def test_a_return_is_divided_by_the_previous_price() -> None:
    assert returns([80.0, 100.0])[1] == 0.25


def test_the_first_row_has_no_return() -> None:
    assert math.isnan(returns([80.0, 100.0])[0])


def test_a_distribution_is_added_to_the_price_of_its_day() -> None:
    assert returns([100.0, 97.0, 98.0], [0.0, 5.0, 0.0])[1:] == pytest.approx([0.02, 98 / 97 - 1], rel=1e-14)


def test_a_log_return_is_the_logarithm_of_one_plus_the_simple_one() -> None:
    assert returns([100.0, 97.0], [0.0, 5.0], "log")[1] == pytest.approx(math.log(1.02), rel=1e-14)


@pytest.mark.parametrize("bad", [0.0, -3.0, NAN])
def test_a_price_that_is_none_leaves_its_own_day_and_the_next_without_return(bad: float) -> None:
    found = returns([100.0, bad, 110.0, 121.0])
    assert [math.isnan(item) for item in found] == [True, True, True, False]
    assert found[3] == pytest.approx(0.1, rel=1e-14)


PRICES = st.one_of(st.floats(0.01, 1e5), st.just(NAN), st.just(0.0), st.floats(-10, -0.01))


@given(rows=st.lists(st.tuples(PRICES, st.floats(0, 50)), min_size=1, max_size=30))
def test_returns_are_those_of_a_plain_loop(rows: list[tuple[float, float]]) -> None:
    expected = [NAN]
    for (before, _), (now, paid) in pairwise(rows):
        expected.append((now + paid) / before - 1 if before > 0 and now > 0 else NAN)
    found = returns([price for price, _ in rows], [paid for _, paid in rows])
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12, nan_ok=True)


def test_a_dollar_dividend_in_hong_kong_is_converted_at_the_rate_of_its_day(snapshot: Snapshot) -> None:
    # 0.125 US dollars at 7.7996 on 2023-12-20; closes 71.65 and 72.55.
    found = move(snapshot, "9988.HK", "2023-12-20")
    assert found.distribution == pytest.approx(0.125 * 7.7996, rel=1e-14)
    assert found.total_return == pytest.approx((72.55 + 0.125 * 7.7996) / 71.65 - 1, rel=1e-12)
    assert found.close_change == pytest.approx(72.55 / 71.65 - 1, rel=1e-12)


def test_a_rate_unknown_on_the_day_is_the_last_one_before() -> None:
    rates = series("USDHKD", {"2024-01-02": 7.80, "2024-01-05": 7.85})
    paid = Distribution("X", date(2024, 1, 4), 2.0, "USD", "cash", "")
    book = PriceBook({"USDHKD": rates}, (paid,))
    assert book.distribution_in("X", "HKD", date(2024, 1, 4)) == pytest.approx(15.6)


def test_two_distributions_of_one_day_are_added() -> None:
    paid = [Distribution("X", date(2024, 1, 4), amount, "HKD", "cash", "") for amount in (1.5, 2.25)]
    assert PriceBook({}, tuple(paid)).distribution_in("X", "HKD", date(2024, 1, 4)) == 3.75


@pytest.mark.parametrize(
    ("rates", "words"),
    [({}, "no series USDHKD"), ({"USDHKD": {"2024-02-01": 7.8}}, r"USDHKD\.csv: no rate on or before 2024-01-04")],
)
def test_a_distribution_without_a_rate_is_refused(rates: dict[str, dict[str, float]], words: str) -> None:
    paid = Distribution("X", date(2024, 1, 4), 2.0, "USD", "cash", "")
    book = PriceBook({name: series(name, closes) for name, closes in rates.items()}, (paid,))
    with pytest.raises(DataError, match=words):
        book.distribution_in("X", "HKD", date(2024, 1, 4))


# METHODS adds the shares handed out to the close of the day: (close + D) / previous close - 1. The README of the facts
# prints +6.6% and +1.4%: the other convention, close / (previous close - D) - 1, which test_data_tables.py checks.
@pytest.mark.parametrize(
    ("day", "previous", "close", "paid", "percent"),
    [("2022-01-20", 455.8, 471.6, 13.3999, 6.41), ("2023-01-05", 361.0, 347.8, 18.1299, 1.37)],
)
def test_tencents_in_kind_distributions_are_part_of_the_return(
    snapshot: Snapshot, day: str, previous: float, close: float, paid: float, percent: float
) -> None:
    found = move(snapshot, "0700.HK", day)
    assert (found.previous_close, found.close, found.distribution) == (previous, close, paid)
    assert found.total_return == pytest.approx((close + paid) / previous - 1, rel=1e-12)
    assert found.total_return == pytest.approx(percent / 100, abs=5e-5)


MAIN_EVENT = [
    ("9988.HK", "2023-07-07", "close_change", 3.44),
    ("9988.HK", "2023-07-10", "close_change", 3.20),
    ("9988.HK", "2023-07-10", "open_change", 5.52),
    ("BABA", "2023-07-07", "open_change", 3.48),
    ("BABA", "2023-07-07", "low_change", 3.33),
    ("BABA", "2023-07-07", "high_change", 9.22),
    ("BABA", "2023-07-07", "close_change", 8.00),
    ("0700.HK", "2023-07-07", "close_change", -0.06),
    ("0700.HK", "2023-07-10", "close_change", 0.67),
    ("TCEHY", "2023-07-07", "close_change", 4.10),
]


@pytest.mark.parametrize(("symbol", "day", "figure", "percent"), MAIN_EVENT)
def test_the_main_event_has_the_documented_changes(
    snapshot: Snapshot, symbol: str, day: str, figure: str, percent: float
) -> None:
    assert 100 * getattr(move(snapshot, symbol, day), figure) == pytest.approx(percent, abs=0.005)


def test_without_a_distribution_the_total_return_is_the_change_of_the_close(snapshot: Snapshot) -> None:
    found = move(snapshot, "BABA", "2023-07-07")
    assert found.distribution == 0
    assert found.total_return == found.close_change


@pytest.mark.parametrize(
    ("symbol", "day"),
    [("9988.HK", "2024-12-24"), ("0700.HK", "2025-12-24"), ("9888.HK", "2022-01-31"), ("3690.HK", "2025-01-28")],
)
def test_a_half_day_without_a_trustworthy_range_has_a_close_alone(snapshot: Snapshot, symbol: str, day: str) -> None:
    found = move(snapshot, symbol, day)
    unknown = (found.open, found.high, found.low, found.open_change, found.high_change, found.low_change)
    assert unknown == (None,) * 6
    assert found.close is not None
    assert found.close_change is not None


def test_the_first_session_of_a_series_has_no_change(snapshot: Snapshot) -> None:
    found = move(snapshot, "DIDI", "2021-06-30")
    assert found.close is not None
    assert (found.previous_close, found.close_change, found.total_return) == (None, None, None)


def listing(snapshot: Snapshot, symbol: str) -> Listing:
    return replace(snapshot.listings["BABA"], symbol=symbol)


FIVE = ("2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08")


def test_a_benchmark_that_did_not_trade_is_missing_and_never_zero(snapshot: Snapshot) -> None:
    share = series("X", dict.fromkeys(FIVE, 10.0))
    index = series("I", {day: 100.0 + number for number, day in enumerate(FIVE) if day != "2024-01-04"})
    table = return_table(PriceBook({"X": share, "I": index}, ()), calendar(*FIVE), [listing(snapshot, "X")], "I")
    expected = [NAN, 101 / 100 - 1, NAN, NAN, 104 / 103 - 1]
    assert table.regressors[:, 0].tolist() == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert table.returns[1:, 0].tolist() == [0.0] * 4


def test_a_return_table_knows_where_each_series_begins_and_ends(snapshot: Snapshot) -> None:
    share = series("X", dict.fromkeys(FIVE[1:4], 10.0))
    index = series("I", dict.fromkeys(FIVE, 1.0))
    table = return_table(PriceBook({"X": share, "I": index}, ()), calendar(*FIVE), [listing(snapshot, "X")], "I")
    assert (table.first.tolist(), table.last.tolist()) == ([1], [3])
    assert np.isnan(table.returns[:, 0]).tolist() == [True, True, False, False, True]


@pytest.mark.parametrize("symbol", ["9988.HK", "0700.HK", "BABA"])
def test_the_returns_of_a_table_are_the_total_returns_of_its_sessions(snapshot: Snapshot, symbol: str) -> None:
    item = snapshot.listings[symbol]
    market = snapshot.calendars[item.market]
    table = return_table(snapshot.prices, market, [item], item.benchmark)
    start = int(table.first[0]) + 1
    sessions = [session_move(snapshot.prices, item, market, number) for number in range(start, int(table.last[0]) + 1)]
    one_by_one = [NAN if found.total_return is None else found.total_return for found in sessions]
    found = table.returns[start : int(table.last[0]) + 1, 0].tolist()
    assert found == pytest.approx(one_by_one, rel=1e-12, abs=1e-15, nan_ok=True)
    assert sum(math.isnan(value) for value in found) == 0


def test_a_series_on_other_days_has_its_values_there_and_nothing_elsewhere() -> None:
    found = series("X", {"2024-01-03": 7.0, "2024-01-05": 9.0}).on(days(*FIVE))
    assert found.days.tolist() == days(*FIVE).tolist()
    assert found.close.tolist() == pytest.approx([NAN, 7.0, NAN, 9.0, NAN], nan_ok=True)


def test_an_unknown_symbol_is_refused_with_the_choices(snapshot: Snapshot) -> None:
    book = PriceBook({"B": series("B", {"2024-01-02": 1.0}), "A": series("A", {"2024-01-02": 1.0})}, ())
    with pytest.raises(DataError, match=r"no series 'X'; choose one of A, B\."):
        return_table(book, calendar(*FIVE), [listing(snapshot, "X")], "A")


def folder(path: Path, prices: str) -> Path:
    (path / "prices").mkdir()
    (path / "prices" / "X.csv").write_text(prices, encoding="utf-8")
    (path / "distributions.csv").write_text("symbol,ex_date,amount,currency,kind,note\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("second", ["2024-01-02", "2024-01-03"])
def test_days_that_do_not_ascend_are_refused_with_file_and_row(tmp_path: Path, second: str) -> None:
    rows = f"{HEADER}2024-01-01,,,,9,\n2024-01-03,,,,10,\n{second},,,,11,\n2024-01-04,,,,12,\n"
    with pytest.raises(DataError, match=rf"prices/X\.csv, row 4, column date: {second} does not come after"):
        load_prices(folder(tmp_path, rows))


@pytest.mark.parametrize(
    "content", ["", "date,close\n2024-01-02,10\n", f"{HEADER}2024-13-02,,,,10,\n", f"{HEADER}2024-01-02,,,,ten,\n"]
)
def test_a_file_that_is_no_price_table_is_refused_by_name(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match=r"prices/X\.csv: not a price table"):
        load_prices(folder(tmp_path, content))


def test_a_folder_without_price_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no price file"):
        load_prices(tmp_path)


def test_prices_are_read_as_they_are_written(tmp_path: Path) -> None:
    book = load_prices(folder(tmp_path, f"{HEADER}2024-01-02,9.1,9.35,8.9,9.3,1200\n2024-01-03,,,,0.1,\n"))
    assert book.series["X"].close.tolist() == [9.3, 0.1]
    assert book.series["X"].open.tolist() == pytest.approx([9.1, NAN], nan_ok=True)
    assert book.series["X"].days.tolist() == [date(2024, 1, 2), date(2024, 1, 3)]
