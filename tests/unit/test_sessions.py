"""Sessions of both markets against days checked by hand and against the days that have prices.

Sources of the special days: data/special_days.csv names one for each; the other closures are the
public holidays of Hong Kong and the exchange holidays of New York.
"""

import csv
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventwindow.facts.errors import DataError
from eventwindow.facts.listings import Market
from eventwindow.facts.sessions import MarketCalendar, Session, load_calendars
from eventwindow.sources.snapshot import Snapshot

DATA = Path(__file__).resolve().parents[2] / "data"
HK, US = Market.HONG_KONG, Market.WALL_STREET


def session(snapshot: Snapshot, market: Market, day: str) -> Session:
    calendar = snapshot.calendars[market]
    position = calendar.position(date.fromisoformat(day))
    assert position is not None, f"{day} is no session"
    return calendar.session(position)


def local(snapshot: Snapshot, market: Market, moment: datetime) -> str:
    return f"{moment.astimezone(snapshot.calendars[market].timezone):%H:%M}"


CLOSED = [
    (HK, "2020-10-13", "tropical storm Nangka"),
    (HK, "2021-10-13", "tropical storm Kompasu"),
    (HK, "2023-07-17", "typhoon Talim"),
    (HK, "2023-09-01", "super typhoon Saola, a session in the library"),
    (HK, "2023-09-08", "black rainstorm, a session in the library"),
    (HK, "2024-09-06", "super typhoon Yagi"),
    (HK, "2021-04-06", "day after Ching Ming, moved by Easter Monday"),
    (HK, "2021-10-01", "National Day"),
    (HK, "2021-02-12", "Lunar New Year"),
    (HK, "2023-01-23", "Lunar New Year"),
    (HK, "2023-01-24", "Lunar New Year"),
    (HK, "2023-01-25", "Lunar New Year"),
    (HK, "2024-02-12", "Lunar New Year"),
    (HK, "2024-02-13", "Lunar New Year"),
    (HK, "2022-12-26", "Christmas"),
    (HK, "2022-12-27", "Christmas, moved"),
    (US, "2021-07-05", "Independence Day, observed"),
    (US, "2021-12-24", "Christmas, observed"),
    (US, "2022-06-20", "Juneteenth, observed"),
    (US, "2022-12-26", "Christmas, observed"),
    (US, "2023-01-16", "Martin Luther King Day"),
    (US, "2025-01-09", "day of mourning"),
    (US, "2025-02-17", "Presidents' Day"),
    (HK, "2023-07-08", "Saturday"),
    (US, "2023-07-09", "Sunday"),
]


@pytest.mark.parametrize(("market", "day", "why"), CLOSED)
def test_a_closure_is_no_session(snapshot: Snapshot, market: Market, day: str, why: str) -> None:
    assert snapshot.calendars[market].position(date.fromisoformat(day)) is None, why


OPEN = [
    (US, "2023-07-17", "a typhoon in Hong Kong"),
    (US, "2023-09-01", "a typhoon in Hong Kong"),
    (US, "2021-10-01", "National Day of China"),
    (US, "2024-02-12", "Lunar New Year"),
    (HK, "2021-07-05", "a holiday of New York alone"),
    (HK, "2022-06-20", "a holiday of New York alone"),
    (HK, "2023-01-16", "a holiday of New York alone"),
    (HK, "2025-02-17", "a holiday of New York alone"),
    (HK, "2021-10-04", "the Golden Week of the mainland only"),
    (HK, "2023-01-26", "first day after Lunar New Year"),
]


@pytest.mark.parametrize(("market", "day", "why"), OPEN)
def test_the_other_markets_holiday_is_a_session_here(snapshot: Snapshot, market: Market, day: str, why: str) -> None:
    assert snapshot.calendars[market].position(date.fromisoformat(day)) is not None, why


HOURS = [
    # market, day, opens, trading ends, closes
    (HK, "2023-07-07", "09:30", "16:00", "16:10"),
    (HK, "2024-11-14", "09:30", "16:00", "16:10"),  # first day of trading under signal 8
    (HK, "2020-12-24", "09:30", "12:00", "12:10"),
    (HK, "2020-12-31", "09:30", "12:00", "12:10"),
    (HK, "2021-02-11", "09:30", "12:00", "12:10"),
    (HK, "2021-12-24", "09:30", "12:00", "12:10"),
    (HK, "2022-01-31", "09:30", "12:00", "12:10"),
    (HK, "2024-02-09", "09:30", "12:00", "12:10"),
    (HK, "2024-12-24", "09:30", "12:00", "12:10"),
    (HK, "2024-12-31", "09:30", "12:00", "12:10"),
    (HK, "2025-01-28", "09:30", "12:00", "12:10"),
    (HK, "2020-08-19", "13:30", "16:00", "16:10"),
    (HK, "2021-06-28", "13:30", "16:00", "16:10"),
    (HK, "2022-08-25", "13:00", "16:00", "16:10"),
    (HK, "2023-10-09", "14:00", "16:00", "16:10"),
    (HK, "2019-07-31", "09:30", "13:55", "13:55"),
    (HK, "2022-11-02", "09:30", "13:55", "13:55"),
    (US, "2023-07-07", "09:30", "16:00", "16:00"),
    (US, "2021-11-26", "09:30", "13:00", "13:00"),
    (US, "2023-07-03", "09:30", "13:00", "13:00"),
    (US, "2024-12-24", "09:30", "13:00", "13:00"),
]


@pytest.mark.parametrize(("market", "day", "opens", "ends", "closes"), HOURS)
def test_a_day_has_its_hours(snapshot: Snapshot, market: Market, day: str, opens: str, ends: str, closes: str) -> None:
    found = session(snapshot, market, day)
    assert [local(snapshot, market, item) for item in (found.opens, found.trading_ends, found.closes)] == [
        opens,
        ends,
        closes,
    ]


@pytest.mark.parametrize(("market", "day", "opens", "ends", "closes"), HOURS)
def test_a_closing_auction_follows_only_where_the_close_is_later_than_trading(
    snapshot: Snapshot, market: Market, day: str, opens: str, ends: str, closes: str
) -> None:
    assert opens < ends
    assert session(snapshot, market, day).has_auction is (closes != ends)


@pytest.mark.parametrize("day", ["2023-07-07", "2023-07-10", "2024-11-14"])
def test_a_full_hong_kong_day_has_a_lunch_break_from_twelve_to_one(snapshot: Snapshot, day: str) -> None:
    lunch = session(snapshot, HK, day).lunch
    assert lunch is not None
    assert [local(snapshot, HK, item) for item in lunch] == ["12:00", "13:00"]


@pytest.mark.parametrize(
    ("market", "day"),
    [
        (HK, "2020-12-24"),
        (HK, "2021-02-11"),
        (HK, "2020-08-19"),
        (HK, "2022-08-25"),
        (HK, "2023-10-09"),
        (US, "2023-07-07"),
        (US, "2021-11-26"),
    ],
)
def test_half_days_late_openings_and_new_york_have_no_lunch_break(snapshot: Snapshot, market: Market, day: str) -> None:
    assert session(snapshot, market, day).lunch is None


def test_new_york_opens_an_hour_earlier_in_utc_once_the_clocks_have_changed(snapshot: Snapshot) -> None:
    before, after = (session(snapshot, US, day).opens for day in ("2023-03-10", "2023-03-13"))
    assert before == datetime(2023, 3, 10, 14, 30, tzinfo=UTC)
    assert after == datetime(2023, 3, 13, 13, 30, tzinfo=UTC)


def test_new_york_opens_an_hour_later_in_utc_once_the_clocks_have_changed_back(snapshot: Snapshot) -> None:
    before, after = (session(snapshot, US, day).opens for day in ("2023-11-03", "2023-11-06"))
    assert before == datetime(2023, 11, 3, 13, 30, tzinfo=UTC)
    assert after == datetime(2023, 11, 6, 14, 30, tzinfo=UTC)


def test_hong_kong_opens_at_the_same_utc_hour_all_year(snapshot: Snapshot) -> None:
    opens = [session(snapshot, HK, day).opens for day in ("2023-03-10", "2023-07-07", "2023-12-01")]
    assert {f"{item:%H:%M}" for item in opens} == {"01:30"}


@pytest.mark.parametrize("market", list(Market))
def test_no_session_falls_on_a_weekend(snapshot: Snapshot, market: Market) -> None:
    assert {day.isoweekday() for day in snapshot.calendars[market].days.tolist()} <= {1, 2, 3, 4, 5}


@pytest.mark.parametrize("market", list(Market))
def test_sessions_ascend_and_never_overlap(snapshot: Snapshot, market: Market) -> None:
    calendar = snapshot.calendars[market]
    found = [calendar.session(position) for position in range(len(calendar.days))]
    assert all(item.opens < item.trading_ends <= item.closes for item in found)
    assert all(earlier.closes < later.opens for earlier, later in pairwise(found))


@pytest.mark.parametrize(("symbol", "market"), [("HSI", HK), ("0700.HK", HK), ("GSPC", US), ("TCEHY", US)])
def test_the_days_with_prices_are_the_sessions(snapshot: Snapshot, symbol: str, market: Market) -> None:
    with (DATA / "prices" / f"{symbol}.csv").open(encoding="utf-8", newline="") as handle:
        traded = {date.fromisoformat(row["date"]) for row in csv.DictReader(handle)}
    sessions = {day for day in snapshot.calendars[market].days.tolist() if min(traded) <= day <= max(traded)}
    assert traded == sessions


@pytest.mark.parametrize("market", list(Market))
def test_the_bounds_of_a_calendar_do_not_move_with_todays_date(snapshot: Snapshot, market: Market) -> None:
    days = snapshot.calendars[market].days.tolist()
    assert (days[0], days[-1]) == (date(2015, 1, 2), date(2028, 12, 29))


def first(days: list[date], wanted: date, *, later: bool) -> int | None:
    """Index of the first day from `wanted` on (or after it), found by walking the list."""
    for index, day in enumerate(days):
        if day > wanted or (day == wanted and not later):
            return index
    return None


@given(day=st.dates(date(2014, 12, 1), date(2029, 1, 31)), market=st.sampled_from(list(Market)))
def test_the_first_session_on_or_after_a_day_is_the_one_a_walk_finds(
    snapshot: Snapshot, day: date, market: Market
) -> None:
    calendar = snapshot.calendars[market]
    days = calendar.days.tolist()
    assert calendar.on_or_after(day) == first(days, day, later=False)
    assert calendar.after(day) == first(days, day, later=True)
    assert calendar.position(day) == (days.index(day) if day in days else None)


@given(
    stamp=st.datetimes(datetime(2018, 1, 2), datetime(2026, 12, 31), timezones=st.just(UTC)),
    market=st.sampled_from(list(Market)),
)
def test_the_session_that_closes_after_a_stamp_is_the_first_one_with_a_later_close(
    snapshot: Snapshot, stamp: datetime, market: Market
) -> None:
    calendar = snapshot.calendars[market]
    found = calendar.closing_after(stamp)
    assert found is not None
    assert calendar.session(found).closes > stamp - timedelta(seconds=1)
    assert calendar.session(found - 1).closes <= stamp


def test_a_folder_without_special_days_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"special_days\.csv: the table is missing"):
        load_calendars(tmp_path)


def test_a_calendar_speaks_its_markets_local_time(snapshot: Snapshot) -> None:
    zones = {market: calendar.timezone.key for market, calendar in snapshot.calendars.items()}
    assert zones == {HK: "Asia/Hong_Kong", US: "America/New_York"}
    assert all(isinstance(calendar, MarketCalendar) for calendar in snapshot.calendars.values())
