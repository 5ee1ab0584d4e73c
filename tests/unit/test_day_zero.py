"""Day 0: which session could react first, by stamp, by phase and by date alone (rule in METHODS, "Day 0")."""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventwindow.facts.events import Act, Clock, NewsTime, Phase, Precision
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.facts.sessions import DayZero, DayZeroRule, day_zero, possible_hours
from eventwindow.sources.snapshot import Snapshot

ROOT = Path(__file__).resolve().parents[2]
HK, US = Market.HONG_KONG, Market.WALL_STREET


def stamped(text: str, precision: Precision = Precision.EXACT, jurisdiction: str = "CN") -> NewsTime:
    stamp = datetime.fromisoformat(text)
    return NewsTime(Clock.ANNOUNCED, stamp.date(), stamp, None, precision, jurisdiction, ())


def dated(day: str, jurisdiction: str = "CN", hk: Phase = Phase.UNKNOWN, us: Phase = Phase.UNKNOWN) -> NewsTime:
    phases = ((HK, hk), (US, us))
    return NewsTime(Clock.ANNOUNCED, date.fromisoformat(day), None, None, Precision.DATE_ONLY, jurisdiction, phases)


def zero(snapshot: Snapshot, news: NewsTime, market: Market) -> DayZero:
    found = day_zero(news, snapshot.calendars[market])
    assert isinstance(found, DayZero)
    return found


STAMPS = [
    # stamp, market, day 0, sessions from the last one on or before the local date of the stamp, where the stamp falls
    ("2023-07-07T08:00:00+08:00", HK, "2023-07-07", 0, "before the open"),
    ("2023-07-07T10:00:00+08:00", HK, "2023-07-07", 0, "inside the session"),
    ("2023-07-07T12:30:00+08:00", HK, "2023-07-07", 0, "in the lunch break"),
    ("2023-07-07T16:05:00+08:00", HK, "2023-07-07", 0, "in the closing auction"),
    ("2023-07-07T16:09:59+08:00", HK, "2023-07-07", 0, "one second before the auction ends"),
    ("2023-07-07T16:10:00+08:00", HK, "2023-07-10", 1, "at the bell, which is too late"),
    ("2023-07-06T16:10:00+08:00", HK, "2023-07-07", 1, "at the bell of a Thursday"),
    ("2023-07-07T20:00:00+08:00", HK, "2023-07-10", 1, "Friday evening"),
    ("2023-07-08T11:00:00+08:00", HK, "2023-07-10", 1, "Saturday"),
    ("2023-07-09T23:59:59+08:00", HK, "2023-07-10", 1, "Sunday night"),
    ("2021-09-30T20:00:00+08:00", HK, "2021-10-04", 1, "evening before National Day"),
    ("2021-10-02T10:00:00+08:00", HK, "2021-10-04", 1, "in Golden Week"),
    ("2023-01-20T17:00:00+08:00", HK, "2023-01-26", 1, "Friday before Lunar New Year"),
    ("2023-09-01T10:00:00+08:00", HK, "2023-09-04", 1, "typhoon day"),
    ("2023-07-17T10:00:00+08:00", HK, "2023-07-18", 1, "typhoon day"),
    ("2023-09-07T18:00:00+08:00", HK, "2023-09-11", 1, "evening before the black rainstorm"),
    ("2020-12-24T12:05:00+08:00", HK, "2020-12-24", 0, "auction of a half day"),
    ("2020-12-24T12:10:00+08:00", HK, "2020-12-28", 1, "at the bell of a half day"),
    ("2024-02-09T12:09:59+08:00", HK, "2024-02-09", 0, "auction of a half day"),
    ("2024-02-09T12:10:00+08:00", HK, "2024-02-14", 1, "half day before Lunar New Year"),
    ("2022-11-02T13:54:59+08:00", HK, "2022-11-02", 0, "last second of a day cut short"),
    ("2022-11-02T13:55:00+08:00", HK, "2022-11-03", 1, "a day cut short has no auction"),
    ("2023-10-09T09:00:00+08:00", HK, "2023-10-09", 0, "hours before a late opening"),
    ("2023-07-07T20:10:00+08:00", US, "2023-07-07", 0, "before the open in New York"),
    ("2023-07-07T03:59:59+08:00", US, "2023-07-06", 0, "last second of Thursday in New York"),
    ("2023-07-07T04:00:00+08:00", US, "2023-07-07", 1, "at Thursday's bell in New York"),
    ("2023-07-08T11:00:00+08:00", US, "2023-07-10", 1, "Friday evening in New York"),
    ("2021-07-05T11:00:00-04:00", US, "2021-07-06", 1, "Independence Day, observed"),
    ("2022-06-20T11:00:00-04:00", US, "2022-06-21", 1, "Juneteenth, observed"),
    ("2021-11-26T12:59:59-05:00", US, "2021-11-26", 0, "last second of a half day"),
    ("2021-11-26T13:00:00-05:00", US, "2021-11-29", 1, "at the bell of a half day"),
    ("2023-03-11T04:59:00+08:00", US, "2023-03-10", 0, "15:59 in New York, winter time"),
    ("2023-03-14T04:01:00+08:00", US, "2023-03-14", 1, "16:01 in New York, summer time"),
    ("2020-08-06T23:26:00-04:00", HK, "2020-08-07", 0, "11:26 of the next morning in Hong Kong"),
]


@pytest.mark.parametrize(("stamp", "market", "day", "shift", "why"), STAMPS)
def test_a_stamp_decides_by_the_closing_time(
    snapshot: Snapshot, stamp: str, market: Market, day: str, shift: int, why: str
) -> None:
    found = zero(snapshot, stamped(stamp), market)
    assert (str(found.day), found.shift_sessions, found.rule) == (day, shift, DayZeroRule.STAMP), why


@pytest.mark.parametrize("precision", [Precision.APPROX, Precision.EXACT])
@pytest.mark.parametrize(("stamp", "market", "day", "shift", "why"), STAMPS[:6])
def test_a_stamp_meaning_not_later_than_decides_the_session_too(
    snapshot: Snapshot, stamp: str, market: Market, day: str, shift: int, why: str, precision: Precision
) -> None:
    found = zero(snapshot, stamped(stamp, precision), market)
    assert (str(found.day), found.shift_sessions) == (day, shift), why


PHASES = [
    (HK, "2023-07-07", Phase.BEFORE_OPEN, "2023-07-07", 0),
    (HK, "2023-07-07", Phase.DURING, "2023-07-07", 0),
    (HK, "2023-07-07", Phase.AFTER_CLOSE, "2023-07-10", 1),
    (HK, "2023-07-08", Phase.NON_TRADING_DAY, "2023-07-10", 1),
    (HK, "2023-09-01", Phase.NON_TRADING_DAY, "2023-09-04", 1),
    (HK, "2021-12-24", Phase.AFTER_CLOSE, "2021-12-28", 1),
    (US, "2021-12-24", Phase.NON_TRADING_DAY, "2021-12-27", 1),
    (US, "2021-07-05", Phase.NON_TRADING_DAY, "2021-07-06", 1),
    (US, "2023-07-07", Phase.BEFORE_OPEN, "2023-07-07", 0),
    (US, "2023-07-07", Phase.AFTER_CLOSE, "2023-07-10", 1),
]


@pytest.mark.parametrize(("market", "day", "phase", "expected", "shift"), PHASES)
def test_the_known_phase_of_a_markets_day_decides_where_the_hour_is_unknown(
    snapshot: Snapshot, market: Market, day: str, phase: Phase, expected: str, shift: int
) -> None:
    found = zero(snapshot, dated(day, hk=phase, us=phase), market)
    assert (str(found.day), found.shift_sessions, found.rule) == (expected, shift, DayZeroRule.PHASE)


def test_a_phase_counts_only_in_its_own_market(snapshot: Snapshot) -> None:
    news = dated("2023-07-07", hk=Phase.AFTER_CLOSE)
    assert zero(snapshot, news, HK).rule is DayZeroRule.PHASE
    assert zero(snapshot, news, US).rule is DayZeroRule.TIME_UNKNOWN


def test_a_stamp_outranks_a_phase(snapshot: Snapshot) -> None:
    stamp = datetime.fromisoformat("2023-07-07T10:00:00+08:00")
    phases = ((HK, Phase.AFTER_CLOSE),)
    news = NewsTime(Clock.ANNOUNCED, stamp.date(), stamp, None, Precision.EXACT, "CN", phases)
    assert str(zero(snapshot, news, HK).day) == "2023-07-07"


DATES = [
    # date, jurisdiction, market, day 0, sessions from the last one on or before the date
    ("2023-07-12", "CN", HK, "2023-07-12", 0),
    ("2023-07-12", "CN", US, "2023-07-12", 0),
    ("2021-12-02", "US", HK, "2021-12-03", 1),
    ("2021-12-02", "US", US, "2021-12-02", 0),
    ("2021-07-30", "US", HK, "2021-08-02", 1),
    ("2023-07-08", "CN", HK, "2023-07-10", 1),
    ("2023-07-08", "CN", US, "2023-07-10", 1),
    ("2021-07-05", "CN", US, "2021-07-06", 1),
    ("2023-09-01", "CN", HK, "2023-09-04", 1),
    ("2023-08-31", "US", HK, "2023-09-04", 1),
]


@pytest.mark.parametrize(("day", "jurisdiction", "market", "expected", "shift"), DATES)
def test_a_date_alone_is_taken_as_nine_in_the_morning_at_the_regulator(
    snapshot: Snapshot, day: str, jurisdiction: str, market: Market, expected: str, shift: int
) -> None:
    found = zero(snapshot, dated(day, jurisdiction), market)
    assert (str(found.day), found.shift_sessions, found.rule) == (expected, shift, DayZeroRule.TIME_UNKNOWN)


@pytest.mark.parametrize(
    "news",
    [
        stamped("2014-12-31T10:00:00+08:00"),
        stamped("2029-01-02T10:00:00+08:00"),
        stamped("2028-12-30T10:00:00+08:00"),
        dated("2014-06-02"),
        dated("2029-06-01"),
        dated("2014-06-02", hk=Phase.DURING, us=Phase.DURING),
        dated("2028-12-29", hk=Phase.AFTER_CLOSE, us=Phase.AFTER_CLOSE),
    ],
)
@pytest.mark.parametrize("market", list(Market))
def test_before_the_first_and_after_the_last_session_there_is_a_reason_and_no_day(
    snapshot: Snapshot, news: NewsTime, market: Market
) -> None:
    assert day_zero(news, snapshot.calendars[market]) is Reason.OUTSIDE_CALENDAR
    assert SENTENCES[Reason.OUTSIDE_CALENDAR]


@given(
    stamp=st.datetimes(datetime(2018, 1, 3), datetime(2026, 12, 31), timezones=st.just(UTC)),
    market=st.sampled_from(list(Market)),
)
def test_the_shift_counts_the_sessions_from_the_last_one_on_or_before_the_local_date_to_day_zero(
    snapshot: Snapshot, stamp: datetime, market: Market
) -> None:
    found = zero(snapshot, stamped(stamp.isoformat()), market)
    calendar = snapshot.calendars[market]
    since = stamp.astimezone(calendar.timezone).date()
    started = max(day for day in calendar.days.tolist() if day <= since)
    assert found.shift_sessions == sum(started <= day < found.day for day in calendar.days.tolist())
    assert (found.shift_sessions == 0) is (found.day == since)
    assert calendar.day(found.position) == found.day


@pytest.mark.parametrize(
    ("clock", "hong_kong", "new_york"),
    [(Clock.ANNOUNCED, "2023-07-10", "2023-07-07"), (Clock.FIRST_REPORTED, "2023-07-07", "2023-07-07")],
)
def test_the_two_clocks_of_the_main_event_point_at_different_sessions_in_hong_kong(
    snapshot: Snapshot, clock: Clock, hong_kong: str, new_york: str
) -> None:
    news = snapshot.announcements["ant-group-fine-2023-07"].news(clock)
    assert [str(zero(snapshot, news, market).day) for market in (HK, US)] == [hong_kong, new_york]


def acts(snapshot: Snapshot) -> Iterator[Act]:
    return (act for item in snapshot.announcements.values() for act in item.acts)


@pytest.mark.parametrize(("column", "market"), [("hk_day0", HK), ("us_day0", US)])
def test_every_act_has_the_day_zero_of_the_reference(snapshot: Snapshot, column: str, market: Market) -> None:
    with (ROOT / "tests" / "reference" / "day_zero.csv").open(encoding="utf-8", newline="") as handle:
        expected = {row["event_id"]: row[column] for row in csv.DictReader(handle)}
    found = {act.event_id: str(zero(snapshot, act.announced, market).day) for act in acts(snapshot)}
    assert found.keys() == expected.keys()
    known = {event_id: day for event_id, day in expected.items() if day}
    assert len(known) > 70
    assert {event_id: found[event_id] for event_id in known} == known


def clocks(snapshot: Snapshot) -> list[NewsTime]:
    return [news for act in acts(snapshot) for news in (act.announced, act.first_report) if news]


def test_possible_hours_are_in_order_for_every_clock(snapshot: Snapshot) -> None:
    for news in clocks(snapshot):
        earliest, latest = possible_hours(news, snapshot.calendars)
        assert earliest <= latest, news
        assert earliest.utcoffset() == latest.utcoffset() == timedelta(0)


def test_possible_hours_end_at_the_stamp_where_there_is_one(snapshot: Snapshot) -> None:
    stamps = [news for news in clocks(snapshot) if news.stamp]
    assert stamps
    for news in stamps:
        assert news.stamp is not None
        earliest, latest = possible_hours(news, snapshot.calendars)
        assert earliest <= news.stamp == latest


def test_possible_hours_without_a_stamp_lie_within_the_day_at_the_regulator(snapshot: Snapshot) -> None:
    for news in (news for news in clocks(snapshot) if not news.stamp):
        start = datetime(news.day.year, news.day.month, news.day.day, tzinfo=news.timezone)
        earliest, latest = possible_hours(news, snapshot.calendars)
        assert start <= earliest < latest <= (start + timedelta(days=1)), news


def test_possible_hours_of_the_main_event_start_at_its_lower_bound(snapshot: Snapshot) -> None:
    news = snapshot.announcements["ant-group-fine-2023-07"].announced
    expected = (datetime(2023, 7, 7, 8, tzinfo=UTC), datetime(2023, 7, 7, 12, 10, tzinfo=UTC))
    assert possible_hours(news, snapshot.calendars) == expected


def test_phases_narrow_the_possible_hours(snapshot: Snapshot) -> None:
    news = dated("2023-07-07", hk=Phase.AFTER_CLOSE, us=Phase.BEFORE_OPEN)
    expected = (datetime(2023, 7, 7, 8, 10, tzinfo=UTC), datetime(2023, 7, 7, 13, 30, tzinfo=UTC))
    assert possible_hours(news, snapshot.calendars) == expected


def test_phases_that_contradict_each_other_leave_the_whole_day(snapshot: Snapshot) -> None:
    news = dated("2023-07-07", hk=Phase.BEFORE_OPEN, us=Phase.AFTER_CLOSE)
    expected = (datetime(2023, 7, 6, 16, tzinfo=UTC), datetime(2023, 7, 7, 16, tzinfo=UTC))
    assert possible_hours(news, snapshot.calendars) == expected


def test_the_time_zone_of_the_process_does_not_matter(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "eventwindow", "study", "--event", "ant-group-fine-2023-07", "--out"]
    folders = {zone: tmp_path / zone.replace("/", "-") for zone in ("UTC", "Asia/Hong_Kong", "America/New_York")}
    running = [
        subprocess.Popen([*command, str(folder)], cwd=ROOT, env=os.environ | {"TZ": zone}, stdout=subprocess.DEVNULL)
        for zone, folder in folders.items()
    ]
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0]
    written = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders.values()]
    assert written[0] == written[1] == written[2]
    assert set(written[0]) == {"events.csv", "abnormal.csv", "tests.csv", "skipped.csv", "confounders.csv"}
