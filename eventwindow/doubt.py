"""Doubts put to one announcement's result: chance, the reader's settings, one listing or one date that carries it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from eventwindow.case import chosen_listings, return_tables, study_events
from eventwindow.facts.events import Announcement
from eventwindow.facts.listings import Issuer, Listing
from eventwindow.facts.own import OwnEvent
from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.groups import Group
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.across import tests_across
from eventwindow.study.average import average_cars
from eventwindow.study.confounders import Confounder, find_confounders
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.grid import GridPoint, specification_grid
from eventwindow.study.models import Model
from eventwindow.study.placebo import PlaceboResult, placebo_test
from eventwindow.study.results import StudyResult
from eventwindow.study.significance import critical_value
from eventwindow.study.together import placebo_together
from eventwindow.study.windows import Positions, Window
from eventwindow.view import SCREEN_MODELS, Benchmark, View

ESTIMATIONS = (Window(-260, -11), Window(-130, -11), Window(-510, -11), Window(-281, -32))
WINDOWS = (Window(0, 0), Window(0, 1), Window(-1, 1), Window(0, 5))
# The mean-adjusted model looks at no benchmark, so it is tried with one only.
MODELS: Mapping[str, Sequence[Model]] = {
    Benchmark.BROAD: SCREEN_MODELS,
    Benchmark.TECH: tuple(model for model in SCREEN_MODELS if model is not Model.MEAN_ADJUSTED),
}


@dataclass(frozen=True)
class Line:
    """One listing shown, with its company."""

    listing: Listing
    issuer: Issuer


# What a group can be left without: a listing, an announcement, or an event of a reader's own (all its rows).
Part = Line | Announcement | OwnEvent


@dataclass(frozen=True)
class Trial:
    """The placebo of one listing, or of several moved together; `car` is the (average) CAR, decimal.

    `reason` says in words why there is no p, else it is empty. Of a reader's own events, `lines` are their symbols.
    """

    lines: tuple[Line | str, ...]
    car: float
    result: PlaceboResult
    reason: str

    @property
    def as_large(self) -> int:
        """Placebo dates on which the statistic was at least as large as the real one."""
        return round(self.result.p * (1 + len(self.result.placebo))) - 1


@dataclass(frozen=True)
class Setting:
    """One way to compute the figure; `benchmark` is None where the model uses none.

    It names a Benchmark, or in words a column of a reader's own prices.
    """

    model: Model
    estimation: Window
    benchmark: str | None
    window: Window


@dataclass(frozen=True)
class Dot:
    """What one setting says of one event or an average; `value` and `half_width` of its interval are decimal."""

    setting: Setting
    value: float
    half_width: float
    p: float
    is_current: bool


@dataclass(frozen=True)
class Curve:
    """Every setting on one listing: `dots` by size, and how many settings have no figure for which reason.

    Of a reader's own events, `line` is their symbol, or empty for the average of all.
    """

    line: Line | str
    dots: tuple[Dot, ...]
    missing: Mapping[str, int]

    @property
    def symbol(self) -> str:
        """What it is of, in short: a symbol, or nothing for the average of a reader's own events."""
        return self.line if isinstance(self.line, str) else self.line.listing.symbol

    def beyond(self, level: int) -> int:
        """Settings whose p is below the error rate of a level in percent."""
        return sum(dot.p < 1 - level / 100 for dot in self.dots)

    @cached_property
    def current(self) -> Dot | None:
        """The reader's own setting; None where it has no figure."""
        return next((dot for dot in self.dots if dot.is_current), None)


@dataclass(frozen=True)
class LeaveOut:
    """A group of events, and the same group without each of its parts in turn."""

    whole: Group
    without: tuple[tuple[Part, Group], ...]


@dataclass(frozen=True)
class Overlap:
    """Another announcement about the company of a listing: `offset` sessions from this one's day 0 there.

    `inside` names the narrowest of the reader's windows that holds it.
    """

    announcement: Announcement
    line: Line
    day_zero: date
    offset: int
    inside: str


SUMMED, SHOWN, LEARNED = "sessions summed up", "event window", "estimation window"


def lines_of(snapshot: Snapshot, view: View) -> tuple[Line, ...]:
    """Listings of the view with their companies."""
    return tuple(Line(item, snapshot.issuers[item.issuer]) for item in chosen_listings(snapshot, view))


def announcement_study(snapshot: Snapshot, view: View) -> StudyResult:
    """This announcement on the listings of the view over its span, in the order of `lines_of`."""
    return _study(snapshot, view, [snapshot.announcements[view.event]])


def placebo_trials(snapshot: Snapshot, view: View) -> tuple[Trial, ...]:
    """The placebo of every listing of the view by itself, then of all with a figure together if there are several."""
    lines, announcement = lines_of(snapshot, view), snapshot.announcements[view.event]
    listings = [line.listing for line in lines]
    tables, spec = return_tables(snapshot, listings, view.benchmark), _span_spec(view)
    known = study_events(snapshot, list(snapshot.announcements.values()), listings, view.clock)
    trials, studied = [], []
    for line in lines:
        events = study_events(snapshot, [announcement], [line.listing], view.clock)
        real = run_study(events=events, prices=tables, spec=spec)
        (found,) = placebo_test(events=events, prices=tables, spec=spec, known=known)
        reason = real.explain(0, 0) or SENTENCES[found.reason]
        trials.append(Trial((line,), float(real.car[0, 0]), found, reason))
        studied += [line] if real.status[0, 0] == Reason.OK else []
    if len(studied) > 1:
        events = study_events(snapshot, [announcement], [line.listing for line in studied], view.clock)
        found = placebo_together(events=events, prices=tables, spec=spec, known=known)
        average = float(np.mean([trial.car for trial in trials if trial.lines[0] in studied]))
        trials.append(Trial(tuple(studied), average, found, SENTENCES[found.reason]))
    return tuple(trials)


def specification_curves(snapshot: Snapshot, view: View) -> tuple[Curve, ...]:
    """Every listing of the view under every model, estimation window, benchmark and event window.

    Beside the usual ones stand the view's own windows. The mean-adjusted model counts once, whatever the benchmark.
    """
    listings = chosen_listings(snapshot, view)
    events = study_events(snapshot, [snapshot.announcements[view.event]], listings, view.clock)
    points = tuple(
        grid_points(events, lambda name: return_tables(snapshot, listings, Benchmark(name)), _span_spec(view), MODELS)
    )
    benchmark = None if view.model is Model.MEAN_ADJUSTED else view.benchmark
    current = Setting(view.model, view.estimation, benchmark, view.span)
    return tuple(
        curve_of(line, points, np.array([row]), current, view.level)
        for row, line in enumerate(lines_of(snapshot, view))
    )


def grid_points(
    events: StudyEvents,
    prices: Callable[[str], Sequence[ReturnTable]],
    spec: StudySpec,
    models: Mapping[str, Sequence[Model]],
) -> Iterator[tuple[GridPoint, tuple[Window, ...]]]:
    """Events under every benchmark with its `models` and every estimation window, with the windows to be summed over.

    Beside the usual ones stand the windows of `spec`; `prices` gives the tables of a benchmark.
    """
    windows = tuple(dict.fromkeys((*WINDOWS, *spec.windows)))
    for estimation in dict.fromkeys((*ESTIMATIONS, spec.estimation)):
        fitting = tuple(window for window in windows if window.start > estimation.end)
        settings = replace(spec, estimation=estimation, event_window=_hull(fitting), windows=fitting)
        for benchmark, tried in models.items():
            points = specification_grid(
                events=events,
                prices=prices,
                spec=settings,
                models=tried,
                estimations=[estimation],
                benchmarks=[benchmark],
            )
            yield from ((point, windows) for point in points)


def curve_of(
    line: Line | str,
    points: Iterable[tuple[GridPoint, tuple[Window, ...]]],
    rows: Positions,
    current: Setting,
    level: int,
) -> Curve:
    """What every setting says of some rows of its study: of one its own figure, of several their average."""
    dots: list[Dot] = []
    missing: Counter[str] = Counter()
    for point, windows in points:
        for window in windows:
            found = _dot(point, window, rows, current, level)
            if isinstance(found, Dot):
                dots.append(found)
            else:
                missing[SENTENCES[found]] += 1
    return Curve(line, tuple(sorted(dots, key=lambda dot: dot.value)), dict(missing.most_common()))


def without_listings(snapshot: Snapshot, view: View) -> LeaveOut:
    """This announcement on the listings of the view, and without each of those that have a figure."""
    lines, whole = lines_of(snapshot, view), announcement_group(snapshot, view)
    rows = whole.average.rows
    return LeaveOut(
        whole, tuple((lines[row], span_group(whole.study.subset(rows[rows != row]))) for row in rows.tolist())
    )


def similar_announcements(snapshot: Snapshot, view: View) -> tuple[Announcement, ...]:
    """All announcements on file of the same kind and direction as the view's, that one included, oldest first.

    Where it is the only one of its direction, all of its kind.
    """
    own = snapshot.announcements[view.event]
    kind = tuple(item for item in reversed(snapshot.newest_first) if item.action == own.action)
    similar = tuple(item for item in kind if item.direction == own.direction)
    return similar if len(similar) > 1 else kind


def announcement_group(snapshot: Snapshot, view: View) -> Group:
    """This announcement on the listings of the view."""
    return span_group(announcement_study(snapshot, view))


def similar_group(snapshot: Snapshot, view: View) -> Group:
    """Similar announcements on the listings of the view."""
    return span_group(_study(snapshot, view, similar_announcements(snapshot, view)))


def without_announcements(snapshot: Snapshot, view: View) -> LeaveOut:
    """The group of similar announcements, and the same without each announcement that has a figure."""
    whole = similar_group(snapshot, view)
    ids = np.array(whole.study.event_ids, dtype=np.str_)
    shown = ids[whole.average.rows]
    return LeaveOut(
        whole,
        tuple(
            (item, span_group(whole.study.subset(np.flatnonzero(ids != item.event_id))))
            for item in similar_announcements(snapshot, view)
            if item.event_id in shown
        ),
    )


def overlaps(snapshot: Snapshot, view: View) -> tuple[Overlap, ...]:
    """Other announcements about the same companies in the view's windows around this one, the nearest first."""
    lines, announcements = lines_of(snapshot, view), list(snapshot.announcements.values())
    if not lines:
        return ()
    around = _hull([view.span, view.window])
    study = _study(snapshot, view, announcements)
    concerned = [line.listing.issuer in item.issuers for item in announcements for line in lines]
    spec = StudySpec(model=view.model, estimation=view.estimation, event_window=around, windows=(around,))
    found = find_confounders(study, spec, np.array(concerned, dtype=bool))
    own = [_overlap(snapshot, view, study, lines, item) for item in found if item.event_id == view.event]
    order = {line.listing.symbol: place for place, line in enumerate(lines)}
    return tuple(sorted(own, key=lambda item: (abs(item.offset), item.day_zero, order[item.line.listing.symbol])))


def others_within(snapshot: Snapshot, view: View, window: Window) -> tuple[Overlap, ...]:
    """The same, but only those whose day 0 is one of the sessions of a window around this one's."""
    found = overlaps(snapshot, replace(view, span=window, window=window))
    return tuple(item for item in found if window.start <= item.offset <= window.end)


def _overlap(snapshot: Snapshot, view: View, study: StudyResult, lines: Sequence[Line], item: Confounder) -> Overlap:
    line = next(line for line in lines if line.listing.symbol == item.symbol)
    where = Window(item.offset, item.offset)
    inside = SUMMED if where in view.span else SHOWN if where not in view.estimation else LEARNED
    day = study.day0[study.row(item.other_event_id, item.symbol)].item()
    return Overlap(snapshot.announcements[item.other_event_id], line, day, item.offset, inside)


def _span_spec(view: View) -> StudySpec:
    return StudySpec(model=view.model, estimation=view.estimation, event_window=view.span, windows=(view.span,))


def _study(snapshot: Snapshot, view: View, announcements: Sequence[Announcement]) -> StudyResult:
    """Announcements x listings of the view, listings changing fastest, over the view's span."""
    listings = chosen_listings(snapshot, view)
    return run_study(
        events=study_events(snapshot, announcements, listings, view.clock),
        prices=return_tables(snapshot, listings, view.benchmark),
        spec=_span_spec(view),
    )


def span_group(study: StudyResult) -> Group:
    """All events of a study of one window as a group without a path."""
    (span,) = study.windows
    outcomes = {item.test: item.outcome for item in study.across}
    return Group("", study, span, average_cars(study, [span]), None, 0, outcomes)


def _dot(point: GridPoint, window: Window, rows: Positions, current: Setting, level: int) -> Dot | Reason:
    """What one setting says of some rows, or why it says nothing."""
    study = point.result
    if study is None or window not in study.windows:
        return Reason.SETTINGS_CONFLICT
    benchmark = None if point.model is Model.MEAN_ADJUSTED else point.benchmark or None
    setting = Setting(point.model, point.estimation, benchmark, window)
    found = _figure(study, rows, study.windows.index(window), level)
    return found if isinstance(found, Reason) else Dot(setting, *found, is_current=setting == current)


def _figure(study: StudyResult, rows: Positions, number: int, level: int) -> tuple[float, float, float] | Reason:
    """CAR, half-width of its interval and p: exact for one row, for several of their average and the leading test."""
    if len(rows) == 1:
        row = int(rows[0])
        if study.status[row, number] != Reason.OK:
            return Reason(study.status[row, number])
        critical = float(critical_value(level / 100, study.df[row]))
        return float(study.car[row, number]), critical * float(study.se[row, number]), float(study.p[row, number])
    window = study.windows[number]
    some = study.subset(rows)
    outcomes = {item.test: item.outcome for item in tests_across(some, [window])}
    group = Group("", some, window, average_cars(some, [window]), None, 0, outcomes)
    reason = group.reason if group.reason is not Reason.OK else group.lead.reason
    return (group.value, group.half_width(level), group.lead.p) if reason is Reason.OK else reason


def _hull(windows: Sequence[Window]) -> Window:
    return Window(min(window.start for window in windows), max(window.end for window in windows))
