"""A reader's own events and prices, studied like the committed ones.

Any number of events up to the limit of an upload must work, so what is slow is worked out when it is first asked
for, and not at all beyond a size; what is not carries Reason.TOO_MANY_EVENTS.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from eventwindow.case import listing_reason, path_window, return_tables
from eventwindow.choosable import choosable
from eventwindow.doubt import MODELS, Curve, LeaveOut, Setting, Trial, curve_of, grid_points, span_group
from eventwindow.facts.errors import DataError
from eventwindow.facts.own import OwnEvent, TextTable
from eventwindow.facts.prices import Floats, ReturnsKind, ReturnTable
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.facts.sessions import dated_day_zero
from eventwindow.fined import RankCorrelation, rank_correlation
from eventwindow.groups import Group, group_of, groups_by
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.confounders import Confounder, find_confounders, has_other
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.frames import EventRow, Values, WideTable, events_of, regressor_columns, repeats, table_returns
from eventwindow.study.models import Model
from eventwindow.study.placebo import EventPlacebos, event_placebos, placebo_test
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Positions
from eventwindow.survey import SpannedStudy, survey_spec
from eventwindow.view import SCREEN_MODELS, Benchmark, View

# More than this would take a reader's patience: sessions tried as placebos, of all symbols together; events moved
# together, studied under every setting, or searched for pairs; figures in all groups with one event left out; groups.
MOST_TRIED, MOST_MOVED, MOST_REPEATED, MOST_PAIRED = 1_000_000, 2_000, 500, 500
MOST_LEFT_OUT, MOST_GROUPS = 100_000, 12
# What screens call all events, and those whose cell of `group` is blank.
ALL_EVENTS, NO_GROUP = "All events", "No group"
# The symbol of a curve that stands for the average of all events.
EVERYTHING = ""


@dataclass(frozen=True)
class OwnPrices:
    """Uploaded prices and what its columns mean: `benchmark` is a column or empty, `factors` columns or none.

    Factors, where given, make it a study of the factor model.
    """

    table: WideTable
    values: Values = "prices"
    benchmark: str = ""
    factors: tuple[str, ...] = ()
    returns_kind: ReturnsKind = "simple"


@dataclass(frozen=True)
class Draft:
    """What the reader brought: events as text, and prices, None for those of the data served.

    `only_good` says whether rows without a problem may be used although others have one.
    """

    events: TextTable
    prices: OwnPrices | None = None
    only_good: bool = False


@dataclass(frozen=True)
class OwnFine:
    """A fine and the rows with a figure of the event that it belongs to; rows of one event with one amount are one."""

    event: OwnEvent
    amount: float
    rows: tuple[int, ...]


@dataclass(frozen=True)
class OwnFines:
    """Fines in one `currency` with a figure, the largest first, and the rank correlation of amount and average CAR."""

    currency: str
    fines: tuple[OwnFine, ...]
    correlation: RankCorrelation


@dataclass(frozen=True)
class OwnStudy(SpannedStudy):
    """A study of a reader's N events, one row of the table each: row i of `study` and of every array is event i.

    `occasions` are the events with day 0 as the study takes them, `tables` the returns they meet (of the data served
    where `prices` is None). The windows of `study` hold `view.span` and the path over `view.window`.
    """

    snapshot: Snapshot = field(repr=False)
    view: View
    events: tuple[OwnEvent, ...]
    prices: OwnPrices | None
    tables: tuple[ReturnTable, ...]
    occasions: StudyEvents
    spec: StudySpec
    study: StudyResult

    @cached_property
    def confounded(self) -> NDArray[np.bool_]:
        """Events with another one of the same symbol whose day 0 lies in `view.span` of theirs, (N,)."""
        return has_other(self.study, self.view.span)

    @cached_property
    def left_out(self) -> NDArray[np.bool_]:
        """Events left out as confounded, (N,); none unless asked for."""
        return self.confounded if self.view.clean else np.zeros(len(self.events), dtype=bool)

    @cached_property
    def rows(self) -> Positions:
        """Events shown, with a figure or without: those that are not left out."""
        shown: Positions = np.flatnonzero(~self.left_out)
        return shown

    @cached_property
    def missing(self) -> Mapping[Reason, int]:
        """How many of all events show no figure over `view.span`, by reason, the most frequent first."""
        reasons = map(self.status, range(len(self.events)))
        return dict(Counter(reason for reason in reasons if reason is not Reason.OK).most_common())

    @cached_property
    def paths(self) -> Floats:
        """The paths of all events, (N, W) with the sessions of `view.window`; NaN where nothing is known."""
        sessions = self.view.window.sessions
        paths = np.zeros((len(self.events), len(sessions)))
        for place, session in enumerate(sessions.tolist()):
            window = path_window(session)
            if window is not None:
                paths[:, place] = (1 if session >= 0 else -1) * self.study.car[:, self.study.windows.index(window)]
        return paths

    @cached_property
    def placebos(self) -> EventPlacebos:
        """Placebo p of every event over `view.span`, (N, 1), among sessions that no event of its symbol touches."""
        if self._tried <= MOST_TRIED:
            return event_placebos(events=self.occasions, prices=self.tables, spec=self._of_span)
        status = self.study.status[:, [self.window]].copy()
        status[status == Reason.OK] = Reason.TOO_MANY_EVENTS
        nothing = np.full(status.shape, np.nan)
        return EventPlacebos(nothing, np.zeros(status.shape, dtype=np.intp), status)

    @cached_property
    def shown(self) -> StudyResult:
        """The study of the events shown alone."""
        return self.study.subset(self.rows) if self.left_out.any() else self.study

    @cached_property
    def everything(self) -> Group:
        """All events shown as one group."""
        return replace(group_of("", self.shown, self.view), label=ALL_EVENTS)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The events shown by the column `group`, blank being one too, the largest first; MOST_GROUPS at most."""
        largest = [name for name, _ in self.group_sizes.most_common(MOST_GROUPS)]
        rows = np.array([row for row in self.rows.tolist() if self.events[row].group in largest], dtype=np.intp)
        groups = groups_by([self.events[row].group for row in rows.tolist()], self.study, rows, self.view)
        named = (replace(group, label=group.name or NO_GROUP) for group in groups)
        return tuple(sorted(named, key=lambda group: (-group.events, group.name)))

    @cached_property
    def group_sizes(self) -> Counter[str]:
        """Figures of every group."""
        return Counter(self.events[row].group for row in self.known.tolist())

    @cached_property
    def trial(self) -> Trial | Reason:
        """The average of the events shown among those of placebo dates (see study/placebo.py)."""
        if self._tried > MOST_TRIED or len(self.rows) > MOST_MOVED:
            return Reason.TOO_MANY_EVENTS
        (found,) = placebo_test(
            events=some_events(self.occasions, self.rows), prices=self.tables, spec=self._of_span, known=self.occasions
        )
        symbols = tuple(self.events[row].symbol for row in self.known.tolist())
        return Trial(symbols, self.everything.value, found, SENTENCES[found.reason])

    def curve(self, symbol: str) -> Curve | Reason:
        """The events shown of a symbol, or EVERYTHING, under every model, estimation window, benchmark and window.

        One event is judged by its own prediction error, several by their average and the leading test.
        """
        rows = [row for row in self.known.tolist() if symbol in (EVERYTHING, self.events[row].symbol)]
        if len(rows) > MOST_REPEATED:
            return Reason.TOO_MANY_EVENTS
        chosen = [self.events[row] for row in rows]
        points = grid_points(
            some_events(self.occasions, np.array(rows, dtype=np.intp)),
            lambda benchmark: self._tables_of(chosen, benchmark),
            replace(self._of_span, model=Model.MARKET),
            self._models,
        )
        benchmark = None if self.spec.model is Model.MEAN_ADJUSTED else self._benchmark
        current = Setting(self.spec.model, self.spec.estimation, benchmark, self.view.span)
        return curve_of(symbol, points, np.arange(len(rows)), current, self.view.level)

    @cached_property
    def leave_out(self) -> LeaveOut | Reason:
        """The events shown, and the same without each event_id that has a figure."""
        ids = dict.fromkeys(self.events[row].event_id for row in self.known.tolist())
        if len(ids) * len(self.rows) > MOST_LEFT_OUT:
            return Reason.TOO_MANY_EVENTS
        study = run_study(events=some_events(self.occasions, self.rows), prices=self.tables, spec=self._of_span)
        first = {event.event_id: event for event in reversed(self.events)}
        every = np.array(study.event_ids, dtype=np.str_)
        return LeaveOut(
            span_group(study),
            tuple((first[key], span_group(study.subset(np.flatnonzero(every != key)))) for key in ids),
        )

    @cached_property
    def neighbours(self) -> tuple[Confounder, ...] | Reason:
        """Other events of the same symbol with day 0 in `view.span`, `view.window` or the estimation window of one."""
        if len(self.events) > MOST_PAIRED:
            return Reason.TOO_MANY_EVENTS
        every = np.ones(len(self.events), dtype=bool)
        return find_confounders(self.study, replace(self.spec, windows=(self.view.span,)), every)

    @cached_property
    def fines(self) -> OwnFines | None:
        """Fines of the events shown that have a figure; None where none is or not all are in one currency."""
        rows = [row for row in self.known.tolist() if self.events[row].fine is not None]
        if len({self.events[row].currency for row in rows}) != 1:
            return None
        shared: dict[tuple[str, float], list[int]] = {}
        for row in rows:
            shared.setdefault((self.events[row].event_id, self.events[row].fine or 0.0), []).append(row)
        fines = [OwnFine(self.events[found[0]], amount, tuple(found)) for (_, amount), found in shared.items()]
        fines.sort(key=lambda fine: -fine.amount)
        cars = np.array([self.study.car[list(fine.rows), self.window].mean() for fine in fines])
        amounts = np.array([fine.amount for fine in fines])
        return OwnFines(fines[0].event.currency, tuple(fines), rank_correlation(amounts, cars))

    @cached_property
    def _of_span(self) -> StudySpec:
        return replace(self.spec, event_window=self.view.span, windows=(self.view.span,))

    @cached_property
    def _tried(self) -> int:
        """How many sessions all symbols studied have together."""
        studied = {
            symbol for symbol, why in zip(self.study.symbols, self.study.reasons, strict=True) if why == Reason.OK
        }
        lengths = {
            symbol: int(last - first + 1)
            for table in reversed(self.tables)
            for symbol, first, last in zip(table.symbols, table.first, table.last, strict=True)
        }
        return sum(lengths[symbol] for symbol in studied)

    @property
    def _benchmark(self) -> str | None:
        """What settings call the benchmark: that of the data served, or a column of the reader's prices."""
        if self.prices is None:
            return self.view.benchmark
        return f"column {self.prices.benchmark}" if self.prices.benchmark else None

    @property
    def _models(self) -> Mapping[str, Sequence[Model]]:
        """Models that can be tried, by benchmark."""
        if self.prices is None:
            return MODELS
        if self.prices.factors:
            return {"": (Model.FACTORS, Model.MEAN_ADJUSTED)}
        return {self._benchmark or "": SCREEN_MODELS if self.prices.benchmark else (Model.MEAN_ADJUSTED,)}

    def _tables_of(self, events: Sequence[OwnEvent], benchmark: str) -> Sequence[ReturnTable]:
        if self.prices is not None:
            return self.tables
        return own_tables(self.snapshot, events, None, replace(self.view, benchmark=Benchmark(benchmark)))


def build_own(snapshot: Snapshot, events: Sequence[OwnEvent], prices: OwnPrices | None, view: View) -> OwnStudy:
    """The study of one event at least, for any valid view.

    Raises OptionError where the model of the view needs a benchmark that the prices lack, DataError where no event
    is on a symbol with prices.
    """
    tables, spec = own_tables(snapshot, events, prices, view), own_spec(view, prices)
    occasions = own_events(snapshot, events, tables, prices)
    study = run_study(events=occasions, prices=tables, spec=spec)
    return OwnStudy(snapshot, view, tuple(events), prices, tuple(tables), occasions, spec, study)


def own_tables(
    snapshot: Snapshot, events: Sequence[OwnEvent], prices: OwnPrices | None, view: View
) -> list[ReturnTable]:
    """The returns that own events meet: of the uploaded prices, else of the series that the events name.

    Raises as build_own does.
    """
    if prices is not None:
        model = own_spec(view, prices).model
        columns, option = regressor_columns(model, prices.benchmark or None, prices.factors)
        return [table_returns(prices.table, columns, option, values=prices.values, kind=prices.returns_kind)]
    lines = choosable(snapshot)
    symbols = dict.fromkeys(event.symbol for event in events)
    tables = return_tables(snapshot, [lines[symbol] for symbol in symbols if symbol in lines], view.benchmark)
    if not tables:
        raise DataError("No event is on a symbol with prices; choose other symbols, or bring prices of your own.")
    return tables


def own_events(
    snapshot: Snapshot, events: Sequence[OwnEvent], tables: Sequence[ReturnTable], prices: OwnPrices | None = None
) -> StudyEvents:
    """N own events with their day 0; a row that repeats an earlier one gets a reason.

    On the data served the moment of an event decides by its market's clock, else day 0 is the first session of the
    market on or after the date. Uploaded prices have no clock: day 0 is their first day on or after the date.
    """
    rows = [EventRow(event.event_id, event.symbol, np.datetime64(event.day, "D"), event.row) for event in events]
    found = events_of(rows, tables)
    if prices is not None:
        return found
    lines = choosable(snapshot)
    days, shifts, reasons = found.days.copy(), found.shift_sessions.copy(), np.full(len(rows), Reason.OK, dtype=object)
    for row, event in enumerate(events):
        listing = lines.get(event.symbol)
        if listing is None:
            continue
        zero = dated_day_zero(event.day, event.announced, snapshot.calendars[listing.market])
        if isinstance(zero, Reason):
            days[row], shifts[row], reasons[row] = np.datetime64("NaT"), 0, zero
        else:
            days[row], shifts[row] = np.datetime64(zero.day, "D"), zero.shift_sessions
            reasons[row] = listing_reason(snapshot, listing, zero.day)
    reasons[repeats(found.event_ids, found.symbols, days) & (reasons == Reason.OK)] = Reason.REPEATED_EVENT
    return replace(found, days=days, shift_sessions=shifts, reasons=reasons)


def own_spec(view: View, prices: OwnPrices | None) -> StudySpec:
    """Settings of a study of own events: those of the view, with the model and the returns that the prices ask for."""
    spec = survey_spec(view)
    if prices is None:
        return spec
    return replace(spec, model=Model.FACTORS if prices.factors else view.model, returns_kind=prices.returns_kind)


def some_events(events: StudyEvents, rows: Positions) -> StudyEvents:
    """Some rows of the events."""
    names = rows.tolist()
    return StudyEvents(
        event_ids=tuple(events.event_ids[row] for row in names),
        symbols=tuple(events.symbols[row] for row in names),
        days=events.days[rows],
        shift_sessions=events.shift_sessions[rows],
        reasons=events.reasons[rows],
    )
