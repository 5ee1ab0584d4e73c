"""Trading sessions and day 0: the only place where an announcement meets a market's clock.

Sessions come from exchange_calendars, corrected by data/special_days.csv (days on which the exchange
was closed although the library has a session, and days it shortened). The Hong Kong close is the end
of the closing auction: 16:10, or 12:10 on a half day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import exchange_calendars
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.facts.events import NewsTime, Phase
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import Reason
from eventwindow.facts.tables import read_table

CALENDAR_NAMES = {Market.HONG_KONG: "XHKG", Market.WALL_STREET: "XNYS"}
TIMEZONES = {Market.HONG_KONG: ZoneInfo("Asia/Hong_Kong"), Market.WALL_STREET: ZoneInfo("America/New_York")}
# Fixed bounds: the library's own move with the machine's clock, and results must not.
FIRST_DAY, LAST_DAY = "2015-01-01", "2028-12-31"
AUCTION = timedelta(minutes=10)
LUNCH = (time(12), time(13))
HALF_DAY_CLOSE, FULL_DAY_CLOSE = time(12), time(16)
UNKNOWN_HOUR = time(9)

Dates = NDArray[np.datetime64]


@dataclass(frozen=True)
class Session:
    """One trading day. All times are aware and in UTC.

    `closes` is the end of the closing auction where there is one, else of continuous trading;
    `lunch` is the break of a full Hong Kong day.
    """

    day: date
    opens: datetime
    lunch: tuple[datetime, datetime] | None
    trading_ends: datetime
    closes: datetime

    @property
    def has_auction(self) -> bool:
        """Whether a closing auction follows continuous trading."""
        return self.closes > self.trading_ends


@dataclass(frozen=True)
class MarketCalendar:
    """The sessions of one market, oldest first.

    `days`, `opens`, `trading_ends` and `closes` have shape (T,); times are UTC without zone.
    """

    market: Market
    days: Dates
    opens: Dates
    trading_ends: Dates
    closes: Dates

    @property
    def timezone(self) -> ZoneInfo:
        """Local time of the market."""
        return TIMEZONES[self.market]

    @cached_property
    def _positions(self) -> dict[date, int]:
        return {day: position for position, day in enumerate(self.days.tolist())}

    def position(self, day: date) -> int | None:
        """Index of the session on this day, None if the market was closed."""
        return self._positions.get(day)

    def on_or_after(self, day: date) -> int | None:
        """Index of the first session on or after this day, None past the last."""
        return self._inside(int(np.searchsorted(self.days, np.datetime64(day, "D"), side="left")))

    def after(self, day: date) -> int | None:
        """Index of the first session after this day, None past the last."""
        return self._inside(int(np.searchsorted(self.days, np.datetime64(day, "D"), side="right")))

    def closing_after(self, stamp: datetime) -> int | None:
        """Index of the first session that closes after the stamp (a stamp at the bell is too late)."""
        moment = np.datetime64(stamp.astimezone(UTC).replace(tzinfo=None), "s")
        return self._inside(int(np.searchsorted(self.closes, moment, side="right")))

    def day(self, position: int) -> date:
        """Date of a session."""
        day: date = self.days[position].item()
        return day

    def session(self, position: int) -> Session:
        """Times of a session."""
        day = self.day(position)
        opens = _aware(self.opens[position])
        trading_ends = _aware(self.trading_ends[position])
        lunch = None
        if self.market is Market.HONG_KONG:
            pause = (_utc(day, LUNCH[0], self.timezone), _utc(day, LUNCH[1], self.timezone))
            lunch = pause if opens < pause[0] and trading_ends > pause[1] else None
        return Session(day, opens, lunch, trading_ends, _aware(self.closes[position]))

    def _inside(self, position: int) -> int | None:
        return position if position < len(self.days) else None


class DayZeroRule(StrEnum):
    """What decided day 0."""

    STAMP = "stamp"
    PHASE = "phase"
    TIME_UNKNOWN = "time_unknown"
    DATE = "date"


@dataclass(frozen=True)
class DayZero:
    """Day 0 of an announcement in one market.

    `position` indexes the market's calendar; `shift_sessions` counts the sessions from the last one on or
    before the announcement's date in that market up to day 0 (0: the session of that date itself).
    """

    day: date
    position: int
    rule: DayZeroRule
    shift_sessions: int


def day_zero(news: NewsTime, calendar: MarketCalendar) -> DayZero | Reason:
    """First session of the market that could react to the news.

    A stamp decides by the closing time; without one the known phase of the market's day decides;
    without either the news is taken as 09:00 at the regulator and the rule says TIME_UNKNOWN.
    """
    phase = news.phase(calendar.market)
    if news.stamp is not None:
        rule, stamp = DayZeroRule.STAMP, news.stamp
        position, since = calendar.closing_after(stamp), stamp.astimezone(calendar.timezone).date()
    elif phase is not Phase.UNKNOWN:
        late = phase in (Phase.AFTER_CLOSE, Phase.NON_TRADING_DAY)
        rule, since = DayZeroRule.PHASE, news.day
        position = calendar.after(since) if late else calendar.on_or_after(since)
    else:
        rule, stamp = DayZeroRule.TIME_UNKNOWN, datetime.combine(news.day, UNKNOWN_HOUR, news.timezone)
        position, since = calendar.closing_after(stamp), news.day
    return _day_zero(calendar, position, rule, news.day, since)


def dated_day_zero(day: date, stamp: datetime | None, calendar: MarketCalendar) -> DayZero | Reason:
    """Day 0 of a reader's own event: the session that its aware moment decides, else the first on or after its date."""
    if stamp is None:
        return _day_zero(calendar, calendar.on_or_after(day), DayZeroRule.DATE, day, day)
    since = stamp.astimezone(calendar.timezone).date()
    return _day_zero(calendar, calendar.closing_after(stamp), DayZeroRule.STAMP, day, since)


def _day_zero(
    calendar: MarketCalendar, position: int | None, rule: DayZeroRule, day: date, since: date
) -> DayZero | Reason:
    """The session at a position, with its distance from the last one on or before `since`, the date in the market."""
    if position is None or day < calendar.day(0):
        return Reason.OUTSIDE_CALENDAR
    started = int(np.searchsorted(calendar.days, np.datetime64(since, "D"), side="right")) - 1
    return DayZero(calendar.day(position), position, rule, max(0, position - started))


def possible_hours(news: NewsTime, calendars: Mapping[Market, MarketCalendar]) -> tuple[datetime, datetime]:
    """Earliest and latest moment (UTC) at which the news can have come out, by what is known of it.

    An exact stamp is both. A stamp that means "not later than" is the latest moment; the earliest is
    the known lower bound, or the stamp itself where there is none. Without a stamp it is the day at
    the regulator, narrowed by the known phases of the markets' days.
    """
    if news.stamp is not None:
        return (news.not_before or news.stamp).astimezone(UTC), news.stamp.astimezone(UTC)
    start, end = (_utc(news.day + timedelta(days=step), time(0), news.timezone) for step in (0, 1))
    earliest, latest = start, end
    for market, calendar in calendars.items():
        position = calendar.position(news.day)
        if position is None:
            continue
        session, phase = calendar.session(position), news.phase(market)
        if phase in (Phase.BEFORE_OPEN, Phase.DURING):
            latest = min(latest, session.opens if phase is Phase.BEFORE_OPEN else session.closes)
        if phase in (Phase.AFTER_CLOSE, Phase.DURING):
            earliest = max(earliest, session.closes if phase is Phase.AFTER_CLOSE else session.opens)
    return (earliest, latest) if earliest < latest else (start, end)


def load_calendars(folder: Path) -> dict[Market, MarketCalendar]:
    """Corrected calendar of every market. Raises DataError if the table of special days is missing."""
    special = read_table(folder / "special_days.csv")
    return {market: _calendar(market, special) for market in Market}


def _calendar(market: Market, special: list[dict[str, str]]) -> MarketCalendar:
    name = CALENDAR_NAMES[market]
    zone = TIMEZONES[market]
    schedule = exchange_calendars.get_calendar(name, start=FIRST_DAY, end=LAST_DAY).schedule
    rows = [row for row in special if row["calendar"] == name]
    closed = pd.DatetimeIndex([row["date"] for row in rows if row["kind"] == "closed"])
    schedule = schedule.drop(index=schedule.index.intersection(closed))
    opens = _clock_times(schedule["open"])
    trading_ends = _clock_times(schedule["close"])
    positions = {day: position for position, day in enumerate(schedule.index.date.tolist())}
    for row in rows:
        position = positions.get(date.fromisoformat(row["date"]))
        if position is None or row["kind"] not in ("shortened", "half_day"):
            continue
        day = date.fromisoformat(row["date"])
        opens[position] = _naive(_utc(day, time.fromisoformat(row["open_local"]), zone))
        trading_ends[position] = _naive(_utc(day, time.fromisoformat(row["close_local"]), zone))
    days = schedule.index.to_numpy().astype("datetime64[D]")
    return MarketCalendar(market, days, opens, trading_ends, _closes(market, trading_ends))


def _closes(market: Market, trading_ends: Dates) -> Dates:
    """Closing times: an auction follows the regular end of a Hong Kong day, not one cut short by weather."""
    if market is not Market.HONG_KONG:
        return trading_ends
    ends = [_aware(end).astimezone(TIMEZONES[market]).time() for end in trading_ends]
    regular = np.array([end in (HALF_DAY_CLOSE, FULL_DAY_CLOSE) for end in ends])
    return np.where(regular, trading_ends + np.timedelta64(AUCTION), trading_ends).astype("datetime64[s]")


def _clock_times(column: "pd.Series[pd.Timestamp]") -> Dates:
    return column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[s]").copy()


def _utc(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock_time, zone).astimezone(UTC)


def _naive(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.replace(tzinfo=None), "s")


def _aware(moment: np.datetime64) -> datetime:
    plain: datetime = moment.astype("datetime64[s]").item()
    return plain.replace(tzinfo=UTC)
