"""Announcements: what was announced, by whom, and on which clocks.

An act is one notice (one row of events.csv). An announcement is what a reader selects: one act, or
the acts of one group (two notices of one evening). It goes by the event_id of its first act.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from eventwindow.facts.listings import Market
from eventwindow.facts.tables import (
    cell_error,
    optional_date,
    optional_number,
    optional_stamp,
    read_table,
    required_date,
)

REGULATOR_TIMEZONES = {"CN": ZoneInfo("Asia/Shanghai"), "US": ZoneInfo("America/New_York")}
REGULATOR_CITIES = {"CN": "Beijing", "US": "Washington"}
# The kind of actor that makes an act strictly a regulator's, not a political signal or a press report.
REGULATOR_ACT = "regulator_act"

Kind = TypeVar("Kind", bound=StrEnum)


class Clock(StrEnum):
    """Which of the two clocks of an announcement decides day 0."""

    ANNOUNCED = "announced"
    FIRST_REPORTED = "first-reported"


class Precision(StrEnum):
    """What is known of a clock: APPROX and UPPER_BOUND both mean "not later than"."""

    EXACT = "exact"
    APPROX = "approx"
    UPPER_BOUND = "upper_bound"
    DATE_ONLY = "date_only"


class Direction(StrEnum):
    """Whether an act tightens the rules for the companies it concerns or eases them."""

    TIGHTENING = "tightening"
    EASING = "easing"
    AMBIGUOUS = "ambiguous"


class Action(StrEnum):
    """What kind of act it is."""

    FINE = "fine"
    RULE = "rule"
    DRAFT_RULE = "draft_rule"
    REVIEW = "review"
    SUMMONS = "summons"
    BAN = "ban"
    SUSPENSION = "suspension"
    INVESTIGATION = "investigation"
    SETTLEMENT = "settlement"
    APPROVAL = "approval"
    EASING = "easing"


class Phase(StrEnum):
    """Where an act of unknown hour fell in a market's day, where that is known."""

    BEFORE_OPEN = "before_open"
    DURING = "during"
    AFTER_CLOSE = "after_close"
    NON_TRADING_DAY = "non_trading_day"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class NewsTime:
    """One clock of an announcement.

    `day` is the date at the regulator; `stamp` and `not_before` are aware times or None; `phases`
    says per market where an act of unknown hour fell.
    """

    clock: Clock
    day: date
    stamp: datetime | None
    not_before: datetime | None
    precision: Precision
    jurisdiction: str
    phases: tuple[tuple[Market, Phase], ...]

    @property
    def timezone(self) -> ZoneInfo:
        """Time zone of the regulator."""
        return REGULATOR_TIMEZONES[self.jurisdiction]

    @property
    def city(self) -> str:
        """City whose local time the regulator keeps."""
        return REGULATOR_CITIES[self.jurisdiction]

    def phase(self, market: Market) -> Phase:
        """Phase of this market's day, UNKNOWN where nothing is known."""
        return dict(self.phases).get(market, Phase.UNKNOWN)


@dataclass(frozen=True)
class Act:
    """One notice as the table has it; amounts are in yuan and in US dollars, None where unknown."""

    event_id: str
    group_id: str
    group_title: str
    title: str
    target: str
    regulators: tuple[str, ...]
    jurisdiction: str
    actor_type: str
    action: Action
    direction: Direction
    announced: NewsTime
    first_report: NewsTime | None
    anticipated_since: date | None
    anticipated_note: str
    amount_cny: float | None
    amount_usd_reported: float | None
    issuers: tuple[str, ...]
    summary: str
    effective_note: str
    time_note: str
    sources: tuple[str, ...]
    source_note: str
    confidence: str


@dataclass(frozen=True)
class Announcement:
    """One selectable announcement: its first act and the acts that belong to it."""

    acts: tuple[Act, ...]

    @property
    def event_id(self) -> str:
        """Identifier in links and on the command line: that of the first act."""
        return self.acts[0].event_id

    @property
    def title(self) -> str:
        """Title of the group, or of the only act."""
        return self.acts[0].group_title or self.acts[0].title

    @property
    def day(self) -> date:
        """Date of the official act at the regulator."""
        return self.announced.day

    @cached_property
    def label(self) -> str:
        """Date and title, as lists to choose from show them."""
        return f"{self.day.day} {self.day:%b %Y} · {self.title}"

    @property
    def announced(self) -> NewsTime:
        """Clock of the official act."""
        return self.acts[0].announced

    @cached_property
    def first_report(self) -> NewsTime | None:
        """Clock of the first press report within two weeks before the act, if one is known."""
        return next((act.first_report for act in self.acts if act.first_report), None)

    @property
    def jurisdiction(self) -> str:
        """CN or US."""
        return self.acts[0].jurisdiction

    @property
    def action(self) -> Action:
        """What kind of act the first one is."""
        return self.acts[0].action

    @property
    def direction(self) -> Direction:
        """Whether the first act tightens or eases."""
        return self.acts[0].direction

    @property
    def is_regulator_act(self) -> bool:
        """Whether every act is strictly a regulator's own."""
        return all(act.actor_type == REGULATOR_ACT for act in self.acts)

    @property
    def amount_cny(self) -> float | None:
        """Sum of the amounts in yuan that are known, None where none is."""
        amounts = [act.amount_cny for act in self.acts if act.amount_cny is not None]
        return sum(amounts) if amounts else None

    @cached_property
    def issuers(self) -> tuple[str, ...]:
        """Companies named by any of the acts, in table order."""
        return _unique(issuer for act in self.acts for issuer in act.issuers)

    @cached_property
    def regulators(self) -> tuple[str, ...]:
        """Bodies behind any of the acts, in table order."""
        return _unique(regulator for act in self.acts for regulator in act.regulators)

    def news(self, clock: Clock) -> NewsTime:
        """The clock asked for; the official act where no earlier report is known (see its `clock`)."""
        if clock is Clock.FIRST_REPORTED and self.first_report is not None:
            return self.first_report
        return self.announced


def load_announcements(folder: Path) -> dict[str, Announcement]:
    """Announcements by identifier, oldest first. Raises DataError naming file, row and column."""
    path = folder / "events.csv"
    groups: dict[str, list[Act]] = {}
    for number, row in enumerate(read_table(path), start=2):
        act = _act(row, path, number)
        groups.setdefault(act.group_id, []).append(act)
    ordered = {key: sorted(acts, key=lambda act: act.event_id != key) for key, acts in groups.items()}
    return {key: Announcement(tuple(acts)) for key, acts in ordered.items()}


def _act(row: dict[str, str], path: Path, number: int) -> Act:
    jurisdiction = row["jurisdiction"]
    if jurisdiction not in REGULATOR_TIMEZONES:
        raise cell_error(path, number, "jurisdiction", jurisdiction, "CN or US")
    return Act(
        event_id=row["event_id"],
        group_id=row["group_id"],
        group_title=row["group_title"],
        title=row["title"],
        target=row["target"],
        regulators=_parts(row["regulators"]),
        jurisdiction=jurisdiction,
        actor_type=row["actor_type"],
        action=_member(Action, row, path, number, "action"),
        direction=_member(Direction, row, path, number, "direction"),
        announced=_announced(row, path, number),
        first_report=_first_report(row, path, number),
        anticipated_since=optional_date(row["anticipated_since"], path, number, "anticipated_since"),
        anticipated_note=row["anticipated_note"],
        amount_cny=optional_number(row["amount_cny"], path, number, "amount_cny"),
        amount_usd_reported=optional_number(row["amount_usd_reported"], path, number, "amount_usd_reported"),
        issuers=_parts(row["issuers"]),
        summary=row["summary"],
        effective_note=row["effective_note"],
        time_note=row["time_note"],
        sources=tuple(url for url in (row["source_1"], row["source_2"]) if url),
        source_note=row["source_note"],
        confidence=row["confidence"],
    )


def _announced(row: dict[str, str], path: Path, number: int) -> NewsTime:
    return NewsTime(
        clock=Clock.ANNOUNCED,
        day=required_date(row["announced_date"], path, number, "announced_date"),
        stamp=optional_stamp(row["announced_at"], path, number, "announced_at"),
        not_before=optional_stamp(row["announced_not_before"], path, number, "announced_not_before"),
        precision=Precision(row["announced_precision"]),
        jurisdiction=row["jurisdiction"],
        phases=(
            (Market.HONG_KONG, Phase(row["hk_phase"])),
            (Market.WALL_STREET, Phase(row["us_phase"])),
        ),
    )


def _first_report(row: dict[str, str], path: Path, number: int) -> NewsTime | None:
    precision = row["first_reported_precision"]
    if not precision:
        return None
    return NewsTime(
        clock=Clock.FIRST_REPORTED,
        day=required_date(row["first_reported_date"], path, number, "first_reported_date"),
        stamp=optional_stamp(row["first_reported_at"], path, number, "first_reported_at"),
        not_before=None,
        precision=Precision.DATE_ONLY if precision == "day_only" else Precision(precision),
        jurisdiction=row["jurisdiction"],
        phases=(),
    )


def _member(kind: type[Kind], row: dict[str, str], path: Path, number: int, column: str) -> Kind:
    if row[column] not in set(kind):
        raise cell_error(path, number, column, row[column], "one of " + ", ".join(kind))
    return kind(row[column])


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
