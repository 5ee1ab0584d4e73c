"""View: everything a reader chose, to a URL and back.

Every control has one short, stable parameter name and stable values; a link that leaves some out
gets the defaults of today, the canonical link writes all of them out. Any query string whatever
parses to a valid View plus a list of what was ignored.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from eventwindow.facts.errors import EventWindowError, OptionError
from eventwindow.facts.events import Clock
from eventwindow.facts.listings import Market
from eventwindow.study.models import Model
from eventwindow.study.windows import Window

VERSION = "1"
# Parameters that Streamlit itself reads from an address.
FOREIGN = frozenset({"embed", "embed_options"})
PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,64}")
NONE = "none"
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
    TABLE = "table"
    SOURCES = "sources"


@dataclass(frozen=True)
class View:
    """The whole state of a page. `window` and `estimation` count sessions; `level` is in percent."""

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

    def parameters(self) -> dict[str, str]:
        """Every parameter with its value as written in a link, in a fixed order."""
        return {item.name: item.write(getattr(self, item.field)) for item in PARAMETERS}

    def query(self, *, canonical: bool = True) -> str:
        """The query string: with every default written out, or only what differs from the defaults."""
        default = {} if canonical else DEFAULT.parameters()
        shown = {name: value for name, value in self.parameters().items() if default.get(name) != value}
        return urlencode({"v": VERSION, **shown} if canonical else shown)


@dataclass(frozen=True)
class Parsed:
    """A valid view, and one short remark for everything in the link that was not used."""

    view: View
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """What a link may name: announcements by any of their act ids, and company slugs."""

    announcement_of: Mapping[str, str]
    companies: Sequence[str]


@dataclass(frozen=True)
class Parameter:
    """One name in the URL: `read` raises OptionError with a remark, `write` is its inverse."""

    name: str
    field: str
    read: Callable[[str, Catalogue], Any]
    write: Callable[[Any], str]


def parse(query: Mapping[str, Sequence[str]], catalogue: Catalogue) -> Parsed:
    """Read a query string (name -> values). Never raises; what is not understood is listed."""
    view, ignored = View(), []
    known = {item.name: item for item in PARAMETERS}
    for name, values in query.items():
        if name in FOREIGN or (name == "v" and list(values) == [VERSION]):
            continue
        item = known.get(name)
        if item is None:
            ignored.append(f"{quoted(name)} (no such setting)")
            continue
        try:
            if len(values) != 1:
                raise OptionError("given more than once")
            view = replace(view, **{item.field: item.read(values[0], catalogue)})
        except EventWindowError as problem:
            shown = f" = {quoted(values[0])}" if len(values) == 1 else ""
            ignored.append(f"{name}{shown} ({problem})")
    if view.estimation.end >= view.window.start:
        ignored.append("est (the estimation window must end before the event window starts)")
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


def _read_estimation(text: str, _: Catalogue) -> Window:
    window = _span(text)
    if not (window.start >= EARLIEST_ESTIMATION and window.end < 0 and window.length >= SHORTEST_ESTIMATION):
        raise OptionError(f"at least {SHORTEST_ESTIMATION} sessions between {EARLIEST_ESTIMATION} and -1")
    return window


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


PARAMETERS: tuple[Parameter, ...] = (
    Parameter("event", "event", _read_event, str),
    Parameter("co", "companies", _read_companies, _joined),
    Parameter("mkt", "markets", _read_markets, _joined),
    Parameter("win", "window", _read_window, _spanned),
    Parameter("clock", "clock", _choice(Clock), str),
    Parameter("model", "model", _choice(SCREEN_MODELS), str),
    Parameter("bench", "benchmark", _choice(Benchmark), str),
    Parameter("est", "estimation", _read_estimation, _spanned),
    Parameter("level", "level", _read_level, str),
    Parameter("tab", "tab", _choice(Tab), str),
)
DEFAULT = View()
