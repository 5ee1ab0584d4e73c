"""Checks of the trading calendar: where exchange_calendars is wrong and the table of special days corrects it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import exchange_calendars
import pandas as pd

from eventwindow.facts.listings import Market
from eventwindow.facts.sessions import FIRST_DAY, LAST_DAY, TIMEZONES, MarketCalendar
from eventwindow.facts.tables import read_table, required_date
from eventwindow.quality.checks import Check, Finding
from eventwindow.quality.coverage import MARKET_OF, Coverage

LIBRARY = "exchange_calendars"

# Opening and end of continuous trading, local time, by day.
Hours = Mapping[date, tuple[time, time]]


@dataclass(frozen=True)
class SpecialDay:
    """A day out of the ordinary; `hours` are local and None where the exchange was closed."""

    calendar: str
    day: date
    kind: str
    hours: tuple[time, time] | None
    reason: str


def load_special_days(folder: Path) -> tuple[SpecialDay, ...]:
    """Every special day, in table order. Raises DataError naming file, row and column."""
    path = folder / "special_days.csv"
    return tuple(
        SpecialDay(
            calendar=row["calendar"],
            day=required_date(row["date"], path, number, "date"),
            kind=row["kind"],
            hours=(time.fromisoformat(row["open_local"]), time.fromisoformat(row["close_local"]))
            if row["open_local"]
            else None,
            reason=row["reason"],
        )
        for number, row in enumerate(read_table(path), start=2)
    )


def half_days(special: Sequence[SpecialDay]) -> dict[str, list[date]]:
    """Regular half days by calendar."""
    found: dict[str, list[date]] = {}
    for item in special:
        if item.kind == "half_day":
            found.setdefault(item.calendar, []).append(item.day)
    return found


def library_hours(name: str, calendar: MarketCalendar) -> Hours:
    """What the library itself says of every session, before our corrections."""
    schedule = exchange_calendars.get_calendar(name, start=FIRST_DAY, end=LAST_DAY).schedule
    zone = TIMEZONES[calendar.market]
    opens, closes = (_local(schedule[column], zone) for column in ("open", "close"))
    return dict(zip(schedule.index.date.tolist(), zip(opens, closes, strict=True), strict=True))


def special_days(
    special: Sequence[SpecialDay],
    library: Mapping[str, Hours],
    calendars: Mapping[str, MarketCalendar],
    covered: Sequence[Coverage],
) -> Check:
    """Each special day must stand in our calendar as the table says, and no price may fall on a closure.

    Where the library says otherwise the day is listed: our calendar follows the table. `library` and
    `calendars` go by the name of the calendar.
    """
    findings = []
    for item in special:
        ours = _hours(calendars[item.calendar], item.day)
        if ours != item.hours:
            findings.append(Finding(item.calendar, item.day, f"our calendar: {_said(ours)}", _table(item)))
        theirs = library[item.calendar].get(item.day)
        if theirs != item.hours:
            what = f"{LIBRARY} has {_said(theirs)}; corrected here to {_said(item.hours)}"
            findings.append(Finding(item.calendar, item.day, what, item.reason, fault=False))
        if item.hours is None:
            findings += [
                Finding(series.series.symbol, item.day, "has a row on a day the exchange was closed", item.reason)
                for series in covered
                if series.series.calendar == item.calendar and item.day in set(series.prices.days.tolist())
            ]
    rule = "Closures, half days and days cut short by weather stand in the calendar as the exchange announced them."
    return Check("Closures and short days", rule, len(special), "special days", tuple(findings))


def library_of(calendars: Mapping[str, MarketCalendar], special: Sequence[SpecialDay]) -> dict[str, Hours]:
    """The library's own hours of every calendar that has special days."""
    return {name: library_hours(name, calendars[name]) for name in {item.calendar for item in special}}


def by_name(calendars: Mapping[Market, MarketCalendar]) -> dict[str, MarketCalendar]:
    """Corrected calendars by the library's name of them."""
    return {name: calendars[market] for name, market in MARKET_OF.items() if market in calendars}


def _hours(calendar: MarketCalendar, day: date) -> tuple[time, time] | None:
    position = calendar.position(day)
    if position is None:
        return None
    session, zone = calendar.session(position), calendar.timezone
    return session.opens.astimezone(zone).time(), session.trading_ends.astimezone(zone).time()


def _said(hours: tuple[time, time] | None) -> str:
    return f"{hours[0]:%H:%M} to {hours[1]:%H:%M}" if hours else "no session"


def _table(item: SpecialDay) -> str:
    return f"special_days.csv says {_said(item.hours)}: {item.reason}"


def _local(column: "pd.Series[pd.Timestamp]", zone: ZoneInfo) -> list[time]:
    times: list[time] = column.dt.tz_convert(zone).dt.time.tolist()
    return times
