"""View: everything a reader chose, to a URL and back.

Every control has one short, stable parameter name and stable values; a link that leaves some out
gets the defaults of today, the canonical link writes all of them out. Any query string whatever
parses to a valid View plus a list of what was ignored.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NoReturn, get_args
from urllib.parse import urlencode

from eventwindow.facts.errors import EventWindowError, OptionError
from eventwindow.facts.events import Action, Clock, Direction
from eventwindow.facts.listings import Market
from eventwindow.facts.seal import unsealed
from eventwindow.study.battery import TestName
from eventwindow.study.models import Model
from eventwindow.study.windows import Window

VERSION = "1"
# Parameters that Streamlit itself reads from an address.
FOREIGN = frozenset({"embed", "embed_options"})
PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,64}")
NONE, ALL = "none", "all"
SWITCH = {"yes": True, "no": False}
JURISDICTIONS = ("CN", "US")
FIRST_YEAR, LAST_YEAR = 2000, 2099
# The data being served, as against those of a snapshot that a link names.
CURRENT = "current"
DATA_ID = re.compile(r"[0-9a-f]{12}")
EARLIEST, LATEST = -10, 20
EARLIEST_ESTIMATION = -1000
SHORTEST_ESTIMATION = 60
# Models that need nothing but the benchmark: factors come with a reader's own data only.
SCREEN_MODELS = (Model.MARKET, Model.MARKET_ADJUSTED, Model.MEAN_ADJUSTED, Model.SCHOLES_WILLIAMS)
LEVELS = (90, 95, 99)


class Benchmark(StrEnum):
    """Which index stands for the market: the broad one of the exchange, or the Chinese-tech one."""

    BROAD = "broad"
    TECH = "tech"


class Tab(StrEnum):
    """Which face of the event-window returns is shown."""

    CHART = "chart"
    RELAY = "relay"
    TIMING = "timing"
    VOLUME = "volume"
    VALUE = "value"
    TABLE = "table"
    SOURCES = "sources"


class CompareTab(StrEnum):
    """Which comparison of many announcements is shown."""

    MAP = "map"
    AVERAGE = "average"
    RUN_UP = "run-up"
    MULTIPLES = "multiples"
    FINES = "fines"
    VALUE = "value"
    TABLE = "table"


class TimelineTab(StrEnum):
    """Which years-long line is shown."""

    INDEX = "index"
    DRAWDOWN = "drawdown"
    GAP = "gap"


class RobustnessTab(StrEnum):
    """Which doubt is put to the result."""

    PLACEBO = "placebo"
    SETTINGS = "settings"
    LEAVE_OUT = "leave-out"
    NAIVE = "naive"


class DataTab(StrEnum):
    """Which part of the data is shown."""

    EVENTS = "events"
    COVERAGE = "coverage"
    CHECKS = "checks"
    PRESS = "press"
    DOWNLOADS = "downloads"


class WorkTab(StrEnum):
    """Which face of the study of a reader's own events is shown."""

    AVERAGE = "average"
    EVENTS = "events"
    TESTS = "tests"
    DOUBTS = "doubts"


class GroupBy(StrEnum):
    """What announcements are averaged by."""

    ACTION = "action"
    DIRECTION = "direction"
    JURISDICTION = "jurisdiction"
    YEAR = "year"


class Axis(StrEnum):
    """Whether small charts share one vertical axis or each fits its own."""

    SHARED = "shared"
    OWN = "own"


class Page(StrEnum):
    """The screens; the value is the page's own address."""

    EVENT = "event"
    COMPARE = "compare"
    TIMELINE = "timeline"
    ROBUSTNESS = "robustness"
    WORKBENCH = "workbench"
    DATA = "data"
    METHOD = "method"


@dataclass(frozen=True)
class View:
    """The whole state of every page.

    `window` is what charts show, `span` what one figure sums up, `estimation` where the model is fitted,
    all in sessions; `level` is in percent. An empty choice of directions, actions, regulators or
    jurisdictions means all of them, `years` None every year (else first and last, inclusive). `data` names a
    snapshot, which may be gone by now, or says the current one. `own` holds a reader's few events, packed (see
    export/own_link.py), and `tests` the ones shown of them, none meaning all.
    """

    event: str = "ant-group-fine-2023-07"
    companies: tuple[str, ...] = ("alibaba", "tencent")
    markets: tuple[Market, ...] = (Market.HONG_KONG, Market.WALL_STREET)
    window: Window = Window(-5, 5)
    clock: Clock = Clock.ANNOUNCED
    model: Model = Model.MARKET
    benchmark: Benchmark = Benchmark.BROAD
    estimation: Window = Window(-260, -11)
    level: int = 95
    tab: Tab = Tab.CHART
    span: Window = Window(0, 1)
    directions: tuple[Direction, ...] = ()
    actions: tuple[Action, ...] = ()
    regulators: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    strict: bool = False
    clean: bool = False
    group_by: GroupBy = GroupBy.ACTION
    axis: Axis = Axis.SHARED
    compare_tab: CompareTab = CompareTab.MAP
    timeline_tab: TimelineTab = TimelineTab.INDEX
    robustness_tab: RobustnessTab = RobustnessTab.PLACEBO
    data_tab: DataTab = DataTab.EVENTS
    work_tab: WorkTab = WorkTab.AVERAGE
    tests: tuple[TestName, ...] = ()
    own: str = NONE
    data: str = CURRENT

    def parameters(self) -> dict[str, str]:
        """Every parameter with its value as written in a link, in a fixed order."""
        return {item.name: item.write(getattr(self, item.field)) for item in PARAMETERS}

    def query(self, page: Page = Page.EVENT, *, canonical: bool = True) -> str:
        """The query string: with every default that concerns `page` written out, or only what differs from them."""
        defaults, own = DEFAULT.parameters(), {item.name for item in PARAMETERS if page in item.pages}
        shown = {
            name: value
            for name, value in self.parameters().items()
            if defaults[name] != value or (canonical and name in own)
        }
        return urlencode({"v": VERSION, **shown} if canonical else shown)


@dataclass(frozen=True)
class Parsed:
    """A valid view, and one short remark for everything in the link that was not used."""

    view: View
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """What a link may name: announcements by any of their act ids, company slugs, and codes of regulators."""

    announcement_of: Mapping[str, str]
    companies: Sequence[str]
    regulators: Sequence[str] = ()


@dataclass(frozen=True)
class Parameter:
    """One name in the URL: `read` raises OptionError with a remark, `write` is its inverse.

    `pages` are the screens that it changes.
    """

    name: str
    field: str
    read: Callable[[str, Catalogue], Any]
    write: Callable[[Any], str]
    pages: frozenset[Page]


def parse(query: Mapping[str, Sequence[str]], catalogue: Catalogue) -> Parsed:
    """Read a query string (name -> values). Never raises; what is not understood is listed."""
    view, ignored = View(), []
    known = {item.name: item for item in PARAMETERS}
    for name, values in query.items():
        if name in FOREIGN or (name == "v" and list(values) == [VERSION]):
            continue
        item = known.get(name)
        if item is None:
            why = "a form of link that is not known here" if name == "v" else "no such setting"
            ignored.append(f"{quoted(name)} ({why})")
            continue
        try:
            if len(values) != 1:
                raise OptionError("given more than once")
            view = replace(view, **{item.field: item.read(values[0], catalogue)})
        except EventWindowError as problem:
            shown = f" = {quoted(values[0])}" if len(values) == 1 else ""
            ignored.append(f"{name}{shown} ({problem})")
    if view.estimation.end >= min(view.window.start, view.span.start):
        ignored.append("est (the estimation window must end before the event window and the summed window start)")
        view = replace(view, estimation=View.estimation)
    return Parsed(view, tuple(ignored))


def quoted(text: str) -> str:
    """Untrusted text for a notice: shown only if it is one short plain word."""
    return text if PLAIN.fullmatch(text) else "something unreadable"


def _read_event(text: str, catalogue: Catalogue) -> str:
    if text not in catalogue.announcement_of:
        raise OptionError("no announcement of that name")
    return catalogue.announcement_of[text]


def _read_companies(text: str, catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(_several(text, catalogue.companies, "company"))


def _read_markets(text: str, _: Catalogue) -> tuple[Market, ...]:
    return tuple(Market(value) for value in _several(text, list(Market), "market"))


def _read_window(text: str, _: Catalogue) -> Window:
    window = _span(text)
    if not EARLIEST <= window.start <= 0 <= window.end <= LATEST:
        raise OptionError(f"it must hold day 0 and lie within {EARLIEST} to +{LATEST}")
    return window


def _read_span(text: str, _: Catalogue) -> Window:
    window = _span(text)
    if not EARLIEST <= window.start <= window.end <= LATEST:
        raise OptionError(f"it must lie within {EARLIEST} to +{LATEST}")
    return window


def _read_regulators(text: str, catalogue: Catalogue) -> tuple[str, ...]:
    return _some(text, catalogue.regulators, "regulator")


def _read_years(text: str, _: Catalogue) -> tuple[int, int] | None:
    if text == ALL:
        return None
    years = _span(text)
    if not FIRST_YEAR <= years.start <= years.end <= LAST_YEAR:
        raise OptionError("write it as 2020..2023")
    return years.start, years.end


def _write_years(years: tuple[int, int] | None) -> str:
    return ALL if years is None else f"{years[0]}..{years[1]}"


def _read_switch(text: str, _: Catalogue) -> bool:
    if text not in SWITCH:
        raise OptionError("choose yes or no")
    return SWITCH[text]


def _write_switch(on: bool) -> str:
    return "yes" if on else "no"


def _read_estimation(text: str, _: Catalogue) -> Window:
    window = _span(text)
    if not (window.start >= EARLIEST_ESTIMATION and window.end < 0 and window.length >= SHORTEST_ESTIMATION):
        raise OptionError(f"at least {SHORTEST_ESTIMATION} sessions between {EARLIEST_ESTIMATION} and -1")
    return window


def data_asked(query: Mapping[str, Sequence[str]]) -> str:
    """Which data a query string asks for, known before anything else in it can be read."""
    values = query.get("data", ())
    return values[0] if len(values) == 1 and DATA_ID.fullmatch(values[0]) else CURRENT


def _read_data(text: str, _: Catalogue) -> str:
    if text != CURRENT and not DATA_ID.fullmatch(text):
        raise OptionError(f"write {CURRENT} or the 12 digits of a data version")
    return text


def _read_own(text: str, _: Catalogue) -> str:
    if text != NONE:
        unsealed(text)
    return text


def _read_level(text: str, _: Catalogue) -> int:
    if text not in map(str, LEVELS):
        raise OptionError("choose " + ", ".join(map(str, LEVELS)))
    return int(text)


def _choice(options: Iterable[StrEnum]) -> Callable[[str, Catalogue], StrEnum]:
    known = {str(option): option for option in options}

    def read(text: str, _: Catalogue) -> StrEnum:
        if text not in known:
            raise OptionError("choose " + ", ".join(known))
        return known[text]

    return read


def _any_of(options: Iterable[str], what: str) -> Callable[[str, Catalogue], tuple[str, ...]]:
    """Reader of a choice where none means all."""
    allowed = list(options)

    def read(text: str, _: Catalogue) -> tuple[str, ...]:
        return _some(text, allowed, what)

    return read


def _some(text: str, allowed: Sequence[str], what: str) -> tuple[str, ...]:
    """Chosen names, none of them meaning all."""
    if text == ALL:
        return ()
    return tuple(_several(text, allowed, what)) or _refuse(f"choose at least one {what}, or {ALL}")


def _refuse(remark: str) -> NoReturn:
    raise OptionError(remark)


def _any_written(values: Iterable[str]) -> str:
    return ".".join(values) or ALL


def _several(text: str, allowed: Sequence[str], what: str) -> list[str]:
    """Chosen names in the order of `allowed`, so that one choice has one spelling."""
    if text == NONE:
        return []
    chosen = text.split(".")
    if not set(chosen) <= set(allowed):
        raise OptionError(f"no such {what}")
    return [name for name in allowed if name in chosen]


def _span(text: str) -> Window:
    match = re.fullmatch(r"([+-]?\d{1,4})\.\.([+-]?\d{1,4})", text, re.ASCII)
    if match is None:
        raise OptionError("write it as -5..5")
    start, end = int(match[1]), int(match[2])
    if start > end:
        raise OptionError("it ends before it starts")
    return Window(start, end)


def _joined(values: Iterable[str]) -> str:
    return ".".join(values) or NONE


def _spanned(window: Window) -> str:
    return f"{window.start}..{window.end}"


_STUDIES = frozenset({Page.EVENT, Page.COMPARE, Page.ROBUSTNESS, Page.WORKBENCH})
_SHARES = _STUDIES - {Page.WORKBENCH} | {Page.TIMELINE}
_LISTS = frozenset({Page.COMPARE, Page.TIMELINE, Page.DATA})
PARAMETERS: tuple[Parameter, ...] = (
    Parameter("event", "event", _read_event, str, frozenset({Page.EVENT, Page.ROBUSTNESS, Page.TIMELINE})),
    Parameter("co", "companies", _read_companies, _joined, _SHARES),
    Parameter("mkt", "markets", _read_markets, _joined, _SHARES),
    Parameter("win", "window", _read_window, _spanned, _STUDIES),
    Parameter("sum", "span", _read_span, _spanned, _STUDIES - {Page.EVENT}),
    Parameter("clock", "clock", _choice(Clock), str, _SHARES),
    Parameter("model", "model", _choice(SCREEN_MODELS), str, _STUDIES),
    Parameter("bench", "benchmark", _choice(Benchmark), str, _STUDIES),
    Parameter("est", "estimation", _read_estimation, _spanned, _STUDIES),
    Parameter("level", "level", _read_level, str, _STUDIES),
    Parameter("dir", "directions", _any_of(Direction, "direction"), _any_written, _LISTS),
    Parameter("act", "actions", _any_of(Action, "kind of act"), _any_written, _LISTS),
    Parameter("reg", "regulators", _read_regulators, _any_written, _LISTS),
    Parameter("jur", "jurisdictions", _any_of(JURISDICTIONS, "jurisdiction"), _any_written, _LISTS),
    Parameter("years", "years", _read_years, _write_years, _LISTS),
    Parameter("strict", "strict", _read_switch, _write_switch, _LISTS),
    Parameter("clean", "clean", _read_switch, _write_switch, frozenset({Page.COMPARE, Page.WORKBENCH})),
    Parameter("by", "group_by", _choice(GroupBy), str, frozenset({Page.COMPARE})),
    Parameter("axis", "axis", _choice(Axis), str, frozenset({Page.COMPARE})),
    Parameter("tab", "tab", _choice(Tab), str, frozenset({Page.EVENT})),
    Parameter("compare", "compare_tab", _choice(CompareTab), str, frozenset({Page.COMPARE})),
    Parameter("line", "timeline_tab", _choice(TimelineTab), str, frozenset({Page.TIMELINE})),
    Parameter("doubt", "robustness_tab", _choice(RobustnessTab), str, frozenset({Page.ROBUSTNESS})),
    Parameter("work", "work_tab", _choice(WorkTab), str, frozenset({Page.WORKBENCH})),
    Parameter("tests", "tests", _any_of(get_args(TestName), "test"), _any_written, frozenset({Page.WORKBENCH})),
    Parameter("own", "own", _read_own, str, frozenset({Page.WORKBENCH})),
    Parameter("facts", "data_tab", _choice(DataTab), str, frozenset({Page.DATA})),
    # Of no page, so that a link names the data only where the reader has chosen so.
    Parameter("data", "data", _read_data, str, frozenset()),
)
DEFAULT = View()
