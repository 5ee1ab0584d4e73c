"""Announcements of one kind taken together: the average reaction, its path, and what the tests say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from eventwindow.case import CarPath, path_window
from eventwindow.facts.events import Announcement, Direction
from eventwindow.facts.reasons import Reason
from eventwindow.study.across import tests_across
from eventwindow.study.average import Averages, average_cars
from eventwindow.study.battery import Outcome, TestName
from eventwindow.study.catalogue import LEADING, LEADING_STAGGERED, NAIVE
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Positions, Window
from eventwindow.survey import Survey
from eventwindow.view import JURISDICTIONS, GroupBy, View

GROUP_COLUMNS = [
    "group",
    "announcements",
    "events",
    "dates",
    "window_start",
    "window_end",
    "average_car",
    "se",
    "half_width",
    "mean_correlation",
    "status",
    "leading_test",
    "statistic",
    "p",
    "leading_status",
]


@dataclass(frozen=True)
class Group:
    """Some events of a survey, one announcement x one listing each, that share what `name` says.

    `study` holds them alone, `average` their figure over `span` (arrays of one). `path` is the average
    path over the view's window with its band around zero (see study/average.py), None where no event
    has a figure for every session of it; `path_events` counts those that have. `outcomes` are the tests
    on `span`. `label` is what screens call it, empty where `name` is a word of the project's own.
    """

    name: str
    study: StudyResult
    span: Window
    average: Averages
    path: CarPath | None
    path_events: int
    outcomes: Mapping[TestName, Outcome]
    label: str = ""

    @property
    def events(self) -> int:
        """Number of events with a figure over the span."""
        return self.average.n

    @cached_property
    def announcements(self) -> int:
        """Number of announcements these events come from."""
        return len({self.study.event_ids[row] for row in self.average.rows.tolist()})

    @cached_property
    def dates(self) -> int:
        """Number of different days 0."""
        return len(np.unique(self.study.day0[self.average.rows]))

    @property
    def value(self) -> float:
        """Average CAR over the span, decimal; NaN without events."""
        return float(self.average.value[0])

    @property
    def reason(self) -> Reason:
        """Why the average has no interval."""
        return Reason(self.average.reasons[0])

    def half_width(self, level: int) -> float:
        """Half of the average's interval at a level in percent, decimal; NaN where `reason` says why."""
        if self.reason is not Reason.OK:
            return float("nan")
        return self.average.critical(level / 100) * float(self.average.se[0])

    @property
    def leading(self) -> tuple[TestName, ...]:
        """Tests that hold when events move together, the leading one first."""
        return LEADING_STAGGERED if self.dates > 1 else LEADING

    @property
    def lead(self) -> Outcome:
        """Outcome of the leading test; its reason says why there may be none."""
        return self.outcomes[self.leading[0]]

    def beyond_noise(self, level: int) -> bool:
        """Whether the leading test rejects at a level in percent (95: p below 5%)."""
        return self.lead.reason is Reason.OK and self.lead.p < 1 - level / 100

    def alarms(self, level: int) -> tuple[TestName, ...]:
        """Naive tests that reject at a level in percent."""
        found = {name: self.outcomes[name] for name in NAIVE}
        return tuple(name for name, item in found.items() if item.reason is Reason.OK and item.p < 1 - level / 100)


def build_groups(survey: Survey) -> tuple[Group, ...]:
    """The events shown on a survey by `view.group_by`, the years in order, else the largest group first.

    An event belongs where the first act of its announcement does.
    """
    view = survey.view
    names = [_name(survey.announcement(row), view.group_by) for row in survey.rows.tolist()]
    groups = groups_by(names, survey.study, survey.rows, view)
    if view.group_by is GroupBy.YEAR:
        return tuple(sorted(groups, key=lambda group: group.name))
    place = {name: number for number, name in enumerate((*Direction, *JURISDICTIONS))}
    return tuple(sorted(groups, key=lambda group: (-group.events, place.get(group.name, 0), group.name)))


def groups_by(names: Sequence[str], study: StudyResult, rows: Positions, view: View) -> list[Group]:
    """Events `rows` (n,) of a study that holds the windows of `view`, one group per name of `names` (n,)."""
    places: dict[str, list[int]] = {}
    for row, name in zip(rows.tolist(), names, strict=True):
        places.setdefault(name, []).append(row)
    return [group_of(name, study.subset(np.array(members, dtype=np.intp)), view) for name, members in places.items()]


def group_of(name: str, study: StudyResult, view: View) -> Group:
    """All events of a study that holds the windows of `view` as one group."""
    outcomes = {item.test: item.outcome for item in tests_across(study, [view.span])}
    path, events = average_path(study, view)
    return Group(name, study, view.span, average_cars(study, [view.span]), path, events, outcomes)


def groups_frame(groups: tuple[Group, ...], level: int) -> pd.DataFrame:
    """One row per group, decimal; see GROUP_COLUMNS. `half_width` is that of the interval at a level in percent."""
    rows = [
        (
            group.name, group.announcements, group.events, group.dates, group.span.start, group.span.end,
            group.value, float(group.average.se[0]), group.half_width(level), float(group.average.correlation[0]),
            str(group.reason), group.leading[0], group.lead.statistic, group.lead.p, str(group.lead.reason),
        )
        for group in groups
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=GROUP_COLUMNS)


def _name(item: Announcement, by: GroupBy) -> str:
    return {
        GroupBy.ACTION: str(item.action),
        GroupBy.DIRECTION: str(item.direction),
        GroupBy.JURISDICTION: item.jurisdiction,
        GroupBy.YEAR: str(item.day.year),
    }[by]


def average_path(study: StudyResult, view: View) -> tuple[CarPath | None, int]:
    """The average path of a study over `view.window` with its band, and how many events it is of; None without any.

    The same events at every session: an average whose members change would jump for that alone.
    """
    sessions = view.window.sessions
    windows = {session: window for session in sessions.tolist() if (window := path_window(session))}
    if not windows:
        return None, 0
    average = average_cars(study, list(windows.values()))
    if not average.n:
        return None, 0
    value, se = np.zeros(len(sessions)), np.zeros(len(sessions))
    places = np.array(list(windows)) - sessions[0]
    value[places] = np.where(sessions[places] >= 0, average.value, -average.value)
    se[places] = average.se
    nowhere = np.full(len(sessions), np.datetime64("NaT"), dtype="datetime64[D]")
    return CarPath(sessions, nowhere, value, se, average.critical(view.level / 100)), average.n
