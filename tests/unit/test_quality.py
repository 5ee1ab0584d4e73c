"""Every check of the data fails on data with the fault it looks for, and passes on the committed data."""

import csv
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eventwindow.facts.listings import Market, Series
from eventwindow.facts.prices import Distribution, PriceBook, PriceSeries
from eventwindow.facts.reported import Agreement
from eventwindow.facts.sessions import MarketCalendar
from eventwindow.quality import calendars, files, prices, records
from eventwindow.quality.calendars import SpecialDay
from eventwindow.quality.checks import Check
from eventwindow.quality.coverage import Coverage, coverage, expected_days
from eventwindow.quality.press import press_figures
from eventwindow.quality.records import Correction
from eventwindow.quality.report import check_data
from eventwindow.sources.snapshot import COMMITTED, Snapshot

# Six sessions of Hong Kong; 24 December is a half day.
DAYS = ["2020-12-17", "2020-12-18", "2020-12-21", "2020-12-22", "2020-12-23", "2020-12-24"]
HALF_DAYS = {"XHKG": [date(2020, 12, 24)]}
NOTHING: dict[tuple[str, date], str] = {}


def bars(close: Sequence[float] = (10, 10.1, 10.2, 10.1, 10, 10.3), days: Sequence[str] = DAYS) -> PriceSeries:
    closes = np.array(close, dtype=float)
    return PriceSeries(
        symbol="1.HK",
        days=np.array(days, dtype="datetime64[D]"),
        open=closes - 0.05,
        high=closes + 0.1,
        low=closes - 0.1,
        close=closes,
        volume=np.full(len(closes), 1000.0),
    )


def changed(series: PriceSeries, row: int, **values: float) -> PriceSeries:
    columns = {name: getattr(series, name).copy() for name in values}
    for name, value in values.items():
        columns[name][row] = value
    return replace(series, **columns)


def close_only(series: PriceSeries, row: int) -> PriceSeries:
    return changed(series, row, open=np.nan, high=np.nan, low=np.nan, volume=np.nan)


def covered(snapshot: Snapshot, held: PriceSeries, note: str = "as traded", calendar: str = "XHKG") -> list[Coverage]:
    days = held.days.tolist()
    series = Series(held.symbol, "Made up", "share", calendar, "HKD", days[0], days[-1], note)
    return [Coverage(series, held, expected_days(calendar, held.days, snapshot.calendars))]


def faults(check: Check) -> list[tuple[str, str]]:
    """Day and wording of what breaks the rule; a check with faults must not pass."""
    assert check.passed is not bool(check.faults)
    return [(str(item.day), item.what) for item in check.faults]


def test_good_prices_pass_every_check(snapshot: Snapshot) -> None:
    held = covered(snapshot, bars())
    book = PriceBook({"1.HK": bars()}, ())
    for check in (
        prices.order([bars()]),
        prices.positive([bars()]),
        prices.ranges([bars()]),
        prices.real_sessions(held),
        prices.gaps(held),
        prices.blanks(held, HALF_DAYS),
        prices.half_day_junk(held, HALF_DAYS),
        prices.moves(held, book, NOTHING),
    ):
        assert check.passed, check
        assert check.findings == ()


def test_a_check_that_found_nothing_to_look_at_has_not_passed() -> None:
    assert not prices.order([]).passed
    assert not prices.gaps([]).passed
    assert not records.corrections(PriceBook({}, ())).passed
    assert not records.distributions(PriceBook({}, ()), []).passed


@pytest.mark.parametrize("second", ["2020-12-18", "2020-12-17"])
def test_a_repeated_or_earlier_day_breaks_the_order(second: str) -> None:
    days = [*DAYS[:2], second, *DAYS[3:]]
    assert [day for day, _ in faults(prices.order([bars(days=days)]))] == [second]


@pytest.mark.parametrize(
    ("column", "value"),
    [("close", 0), ("close", -1), ("close", np.nan), ("close", np.inf), ("high", np.inf), ("open", 0), ("volume", 0)],
)
def test_a_price_or_volume_that_is_none_is_a_fault(column: str, value: float) -> None:
    assert faults(prices.positive([changed(bars(), 2, **{column: value})])) == [
        (DAYS[2], f"{column} is {float(value)}")
    ]


def test_a_blank_range_is_no_fault_of_the_values() -> None:
    assert prices.positive([close_only(bars(), 2)]).passed


@pytest.mark.parametrize(("column", "value"), [("low", 10.19), ("low", 10.4), ("high", 10.19), ("high", 10.12)])
def test_a_range_that_does_not_hold_the_other_prices_is_a_fault(column: str, value: float) -> None:
    found = faults(prices.ranges([changed(bars(), 2, **{column: value})]))
    assert [(day, text.split()[0]) for day, text in found] == [(DAYS[2], column)]


def test_a_close_beside_its_range_by_rounding_is_no_fault() -> None:
    level = changed(bars(np.full(6, 4468.1099)), 2, low=4468.11, open=4468.2)
    assert prices.ranges([level]).passed


@pytest.mark.parametrize("day", ["2020-12-19", "2020-12-25", "2023-07-17"])
def test_a_row_on_a_weekend_a_holiday_or_in_a_typhoon_is_a_fault(snapshot: Snapshot, day: str) -> None:
    days = sorted([*DAYS[:5], day, "2023-07-18"])
    held = covered(snapshot, bars(np.full(7, 10.0), days))
    assert [found for found, _ in faults(prices.real_sessions(held))] == [day]


def test_a_missing_session_is_a_fault_and_a_missing_weekday_of_an_exchange_rate_is_noted(snapshot: Snapshot) -> None:
    torn = bars((10, 10, 10, 10, 10), [day for day in DAYS if day != "2020-12-22"])
    assert faults(prices.gaps(covered(snapshot, torn))) == [("2020-12-22", "no row")]
    rate = prices.gaps(covered(snapshot, torn, calendar="none"))
    assert rate.passed
    assert [item.day for item in rate.noted] == [date(2020, 12, 22)]


def test_a_close_alone_needs_a_half_day_or_a_note(snapshot: Snapshot) -> None:
    on_half_day = prices.blanks(covered(snapshot, close_only(bars(), 5)), HALF_DAYS)
    assert on_half_day.passed
    assert [item.what for item in on_half_day.noted] == ["close only"]
    ordinary = covered(snapshot, close_only(bars(), 2))
    assert faults(prices.blanks(ordinary, HALF_DAYS)) == [(DAYS[2], "close only")]
    assert prices.blanks(covered(snapshot, close_only(bars(), 2), note="close only on a day"), HALF_DAYS).passed


def test_a_range_given_in_part_is_a_fault_whatever_the_note_says(snapshot: Snapshot) -> None:
    torn = covered(snapshot, changed(bars(), 5, low=np.nan), note="close only")
    assert faults(prices.blanks(torn, HALF_DAYS)) == [(DAYS[5], "range given in part")]


def test_neighbouring_blank_rows_are_said_in_one_finding(snapshot: Snapshot) -> None:
    blank = bars()
    for row in (1, 2, 3, 5):
        blank = close_only(blank, row)
    found = prices.blanks(covered(snapshot, blank, note="close only"), {}).noted
    assert [item.what for item in found] == ["close only, 3 rows to 22 December 2020", "close only"]


def test_a_flat_row_without_volume_on_a_half_day_is_junk(snapshot: Snapshot) -> None:
    flat = changed(bars(), 5, open=10, high=10, low=10, close=10, volume=np.nan)
    assert [day for day, _ in faults(prices.half_day_junk(covered(snapshot, flat), HALF_DAYS))] == [DAYS[5]]
    traded = changed(flat, 5, volume=300)
    assert prices.half_day_junk(covered(snapshot, traded), HALF_DAYS).passed


@pytest.mark.parametrize("factor", [3.5, 0.3])
def test_a_close_of_another_split_basis_is_a_fault(snapshot: Snapshot, factor: float) -> None:
    split = bars((10, 10, 10, 10 * factor, 10 * factor, 10 * factor))
    found = prices.moves(covered(snapshot, split), PriceBook({}, ()), NOTHING)
    assert [day for day, _ in faults(found)] == [DAYS[3]]


def test_a_spike_that_the_next_session_takes_back_is_a_fault(snapshot: Snapshot) -> None:
    spike = bars((10, 10, 12, 10.1, 10, 10))
    found = faults(prices.moves(covered(snapshot, spike), PriceBook({}, ()), NOTHING))
    assert found == [(DAYS[2], "+20.00%, taken back the next session")]


def test_a_large_move_that_stays_is_listed_with_what_happened(snapshot: Snapshot) -> None:
    fall = bars((10, 10, 8, 8, 8.1, 8))
    found = prices.moves(covered(snapshot, fall), PriceBook({}, ()), {("1.HK", date(2020, 12, 21)): "a probe"})
    assert found.passed
    assert [(item.what, item.why) for item in found.noted] == [("−20.00%", "a probe")]


def test_a_price_that_falls_by_what_it_distributes_has_not_moved(snapshot: Snapshot) -> None:
    fall = bars((10, 10, 8, 8, 8.1, 8))
    paid = Distribution("1.HK", date(2020, 12, 21), 2.0, "HKD", "in_kind", "")
    assert prices.moves(covered(snapshot, fall), PriceBook({"1.HK": fall}, (paid,)), NOTHING).findings == ()


def uncorrected(calendar: MarketCalendar, day: str) -> MarketCalendar:
    """The calendar with a session on a day on which the exchange was closed, as the library has it."""
    when = np.datetime64(day, "D")
    place = int(np.searchsorted(calendar.days, when))
    times = {
        "days": when,
        "opens": when.astype("datetime64[s]") + np.timedelta64(90, "m"),
        "trading_ends": when.astype("datetime64[s]") + np.timedelta64(8, "h"),
        "closes": when.astype("datetime64[s]") + np.timedelta64(490, "m"),
    }
    return replace(calendar, **{name: np.insert(getattr(calendar, name), place, time) for name, time in times.items()})


def test_a_closure_that_our_calendar_does_not_know_is_a_fault(snapshot: Snapshot) -> None:
    special = [SpecialDay("XHKG", date(2023, 9, 1), "closed", None, "Saola")]
    ours = snapshot.calendars[Market.HONG_KONG]
    library = {"XHKG": {date(2023, 9, 1): (time(9, 30), time(16))}}
    good = calendars.special_days(special, library, {"XHKG": ours}, [])
    assert good.passed
    assert "exchange_calendars has 09:30 to 16:00" in good.noted[0].what
    bad = calendars.special_days(special, library, {"XHKG": uncorrected(ours, "2023-09-01")}, [])
    assert faults(bad) == [("2023-09-01", "our calendar: 09:30 to 16:00")]


def test_hours_that_our_calendar_has_otherwise_are_a_fault(snapshot: Snapshot) -> None:
    ours = snapshot.calendars[Market.HONG_KONG]
    wrong = [SpecialDay("XHKG", date(2023, 10, 9), "shortened", (time(13), time(16)), "Koinu")]
    assert faults(calendars.special_days(wrong, {"XHKG": {}}, {"XHKG": ours}, []))[0][1].endswith("14:00 to 16:00")


def test_a_price_on_a_closure_is_a_fault(snapshot: Snapshot) -> None:
    special = [SpecialDay("XHKG", date(2023, 9, 1), "closed", None, "Saola")]
    held = covered(snapshot, bars((10, 10), ["2023-08-31", "2023-09-01"]))
    found = calendars.special_days(special, {"XHKG": {}}, {"XHKG": snapshot.calendars[Market.HONG_KONG]}, held)
    assert [day for day, _ in faults(found)] == ["2023-09-01"]


def test_a_correction_that_a_refresh_undid_is_a_fault() -> None:
    known = [
        Correction("1.HK", date(2020, 12, 24), "close", 10.3, "10.4", "another vendor"),
        Correction("1.HK", date(2020, 12, 23), "volume", None, "0", "a full day"),
    ]
    kept = changed(bars(), 4, volume=np.nan)
    assert records.corrections(PriceBook({"1.HK": kept}, ()), known).passed
    undone = changed(bars(), 5, close=10.4)
    found = faults(records.corrections(PriceBook({"1.HK": undone}, ()), known))
    assert [day for day, _ in found] == ["2020-12-24", "2020-12-23"]
    lost = replace(bars(), days=bars().days + np.timedelta64(30, "D"))
    assert len(records.corrections(PriceBook({"1.HK": lost}, ()), known[:1]).faults) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": 0.0}, "amount 0"),
        ({"amount": -1.0}, "amount -1"),
        ({"symbol": "2.HK"}, "no price series"),
        ({"ex_date": date(2020, 12, 19)}, "without trading"),
        ({"currency": "GBP"}, "cannot be converted"),
        ({"amount": 3.0}, "of the price before"),
    ],
)
def test_a_distribution_that_cannot_be_right_is_a_fault(
    snapshot: Snapshot, changes: dict[str, object], said: str
) -> None:
    good = Distribution("1.HK", date(2020, 12, 21), 0.1, "HKD", "cash", "")
    held = covered(snapshot, bars())
    assert records.distributions(PriceBook({"1.HK": bars()}, (good,)), held).passed
    found = records.distributions(PriceBook({"1.HK": bars()}, (replace(good, **changes),)), held)
    assert len(found.faults) == 1
    assert said in found.faults[0].what


def test_a_distribution_given_twice_is_a_fault(snapshot: Snapshot) -> None:
    paid = Distribution("1.HK", date(2020, 12, 21), 0.1, "HKD", "cash", "")
    book = PriceBook({"1.HK": bars()}, (paid, replace(paid, amount=0.2)))
    assert [text for _, text in faults(records.distributions(book, covered(snapshot, bars())))] == [
        "a second cash distribution of that day"
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(COMMITTED, tmp_path / "data"))


def test_a_changed_a_missing_and_an_unlisted_file_are_faults(folder: Path) -> None:
    assert files.checksums(folder).passed
    with (folder / "prices" / "BABA.csv").open("a", encoding="utf-8") as handle:
        handle.write("2026-03-26,1,1,1,1,1\n")
    (folder / "fines.csv").unlink()
    (folder / "prices" / "NEW.csv").write_text("date\n", encoding="utf-8")
    assert {(item.where, item.what) for item in files.checksums(folder).faults} == {
        ("prices/BABA.csv", "has changed since the list was written"),
        ("fines.csv", "is listed but missing"),
        ("prices/NEW.csv", "is not in the list"),
    }


def test_a_broken_cell_is_a_fault_that_names_its_place(folder: Path) -> None:
    path = folder / "distributions.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2023-12-20", "20 Dec 2023", 1), encoding="utf-8")
    found = files.tables(folder).faults
    assert len(found) == 1
    assert "distributions.csv, row 2, column ex_date" in found[0].what


@pytest.fixture(scope="module")
def checks(snapshot: Snapshot) -> dict[str, Check]:
    return {check.name: check for check in check_data(snapshot, COMMITTED)}


def test_the_committed_data_pass_every_check(checks: dict[str, Check]) -> None:
    assert len(checks) == 13
    assert {name: check.faults for name, check in checks.items() if not check.passed} == {}


def test_the_closures_that_the_library_misses_are_the_two_that_are_known(checks: dict[str, Check]) -> None:
    closed = [item.day for item in checks["Closures and short days"].noted if "to no session" in item.what]
    assert closed == [date(2023, 9, 1), date(2023, 9, 8)]


def test_blank_days_of_alibaba_in_hong_kong_are_those_of_the_sources(checks: dict[str, Check]) -> None:
    days = [str(item.day) for item in checks["Blank prices explained"].noted if item.where == "9988.HK"]
    assert days == ["2024-01-15", "2024-02-09", "2024-12-24", "2024-12-31", "2025-01-28"]


def test_large_moves_are_those_that_a_plain_reading_of_the_files_finds(checks: dict[str, Check]) -> None:
    with (COMMITTED / "distributions.csv").open(encoding="utf-8", newline="") as handle:
        ex_dates = {(row["symbol"], row["ex_date"]) for row in csv.DictReader(handle)}
    expected = set()
    for path in (COMMITTED / "prices").glob("*.csv"):
        frame = pd.read_csv(path)
        large = frame[(frame["close"].pct_change().abs() >= 0.15)]
        expected |= {(path.stem, day) for day in large["date"]}
    listed = {(item.where, str(item.day)) for item in checks["Large moves"].findings}
    assert listed - ex_dates == expected - ex_dates


def test_coverage_counts_the_rows_of_the_files(snapshot: Snapshot) -> None:
    for item in coverage(snapshot):
        frame = pd.read_csv(COMMITTED / "prices" / f"{item.series.symbol}.csv")
        assert len(item.prices.days) == len(frame)
        assert int(item.is_close_only.sum()) == int(frame[["open", "high", "low"]].isna().all(axis=1).sum())
        assert item.without_volume == int(frame["volume"].isna().sum())


def test_weekdays_are_expected_of_an_exchange_rate(snapshot: Snapshot) -> None:
    first = date(2024, 2, 29)
    days = [first + timedelta(days=step) for step in range(8)]
    expected = expected_days("none", np.array(days, dtype="datetime64[D]"), snapshot.calendars)
    assert expected.tolist() == [day for day in days if day.weekday() < 5]


def test_closes_of_the_press_are_judged_as_a_plain_reading_of_the_files_would(snapshot: Snapshot) -> None:
    figures = [item for item in press_figures(snapshot) if item.printed.moment == "close"]
    assert len(figures) == 129
    for item in figures:
        move = item.printed
        frame = pd.read_csv(COMMITTED / "prices" / f"{move.symbol}.csv").set_index("date")
        change = float(frame["close"].pct_change()[str(move.day)])
        miss = abs(change - move.change)
        if move.qualifier == "eq" and min(abs(miss - 0.001), abs(miss - 0.005)) > 1e-6:
            missed = Agreement.NEAR if miss < 0.005 else Agreement.DIFFERS
            assert item.agreement is (Agreement.AGREES if miss < 0.001 else missed), move


def test_figures_from_before_the_open_cannot_be_checked(snapshot: Snapshot) -> None:
    early = [item for item in press_figures(snapshot) if item.printed.moment == "premarket"]
    assert len(early) == 25
    assert {item.agreement for item in early} == {Agreement.CANNOT_CHECK}


def test_a_figure_of_a_day_without_prices_cannot_be_checked(snapshot: Snapshot) -> None:
    move = next(item for item in snapshot.reported if item.symbol == "DIDI")
    beyond = replace(snapshot, reported=(replace(move, day=date(2022, 7, 21)), replace(move, symbol="NOBODY")))
    assert [(item.measured, item.agreement) for item in press_figures(beyond)] == [(None, Agreement.CANNOT_CHECK)] * 2


def test_the_early_quote_of_the_founding_story_lies_inside_the_range(snapshot: Snapshot) -> None:
    found = [
        item
        for item in press_figures(snapshot)
        if item.printed.symbol == "BABA" and item.printed.change == pytest.approx(0.0559)
    ]
    assert [item.agreement for item in found] == [Agreement.IN_RANGE]
    assert found[0].measured is not None
    assert found[0].measured.close_change == pytest.approx(90.55 / 83.84 - 1)
