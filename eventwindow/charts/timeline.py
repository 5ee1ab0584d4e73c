"""Total-return index of every listing over the years, on a log scale, above the lane of announcements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log10

import numpy as np
import plotly.graph_objects as go

from eventwindow.charts.lane import Panel, axis_title, timeline_figure
from eventwindow.charts.theme import DASHES, Element, Palette
from eventwindow.facts.listings import Issuer, Listing, Market
from eventwindow.facts.prices import Floats
from eventwindow.facts.sessions import Dates
from eventwindow.format import pl, plain_day
from eventwindow.history import IndexedLines, Mark
from eventwindow.words import place

PANEL_HEIGHT, SMALL_PANEL_HEIGHT = 340, 104
# More companies than this cannot be told apart in one panel: each then gets its own.
COMPANIES_PER_PANEL = 2
DOUBLINGS = tuple(100 * 2.0**power for power in range(-6, 8))
FINER = tuple(20.0 * step for step in range(1, 40))
FEWEST_TICKS = 3


@dataclass(frozen=True)
class Curve:
    """One line to draw: `heights` (n,) as the axis counts them, `low` the position to ring, if any."""

    listing: Listing
    issuer: Issuer
    days: Dates
    heights: Floats
    low: int | None = None


def index_chart(
    found: IndexedLines, marks: Sequence[Mark], span: tuple[date, date], chosen: str, colours: Palette
) -> go.Figure:
    """Lines that start from 100 together; the same distance is the same percentage everywhere."""
    lowest = min(float(line.level.min()) for line in found.lines)
    highest = max(float(line.level.max()) for line in found.lines)
    ticks = _ticks(lowest, highest)
    axis = {
        "type": "log",
        "range": [log10(lowest) - 0.03, log10(highest) + 0.03],
        "tickvals": ticks,
        "ticktext": [f"{tick:g}" for tick in ticks],
        "title": axis_title(_index_title(found), colours),
    }
    curves = [Curve(line.listing, line.issuer, line.days, line.level) for line in found.lines]
    panels = line_panels(curves, "%{y:.1f}", axis, colours)
    return timeline_figure(panels, panel_height(panels), marks, len(curves), span, chosen, colours)


def _index_title(found: IndexedLines) -> str:
    """What the axis counts; shorter where every company has a small panel of its own."""
    if len({line.issuer.slug for line in found.lines}) > COMPANIES_PER_PANEL:
        return "log index"
    return f"index, 100 = {'first session' if found.base is None else plain_day(found.base)}, log scale"


def line_panels(curves: Sequence[Curve], value: str, axis: Element, colours: Palette) -> list[Panel]:
    """One panel for a few companies, else one each; `value` is how plotly prints a height."""
    companies = list(dict.fromkeys(curve.issuer.slug for curve in curves))
    alone = len(companies) <= COMPANIES_PER_PANEL
    panels = []
    for group in [companies] if alone else [[slug] for slug in companies]:
        members = [curve for curve in curves if curve.issuer.slug in group]
        traces = [
            trace
            for curve in members
            for trace in _traces(
                curve, value, companies.index(curve.issuer.slug), colours, second=_is_second(curve, members)
            )
        ]
        panels.append(Panel("" if alone else _title(members), tuple(traces), axis))
    return panels


def panel_height(panels: Sequence[Panel]) -> int:
    """Pixels of a panel: tall where it stands alone."""
    return PANEL_HEIGHT if len(panels) == 1 else SMALL_PANEL_HEIGHT


def _is_second(curve: Curve, curves: Sequence[Curve]) -> bool:
    """Whether it is the New York line of a company that has one in Hong Kong too."""
    others = (other for other in curves if other.issuer == curve.issuer and other is not curve)
    return curve.listing.market is Market.WALL_STREET and any(others)


def _traces(curve: Curve, value: str, style: int, colours: Palette, *, second: bool) -> list[Element]:
    """The line, and a ring around its lowest point if that is asked for; a company's second line is dotted."""
    name = pl(f"{curve.issuer.short_name} · {place(curve)}")
    colour = colours.companies[style % len(colours.companies)]
    days, heights = curve.days.astype(str), curve.heights.astype(np.float32)  # arrays travel lighter than lists
    hover = f"%{{x|%a %-d %b %Y}}<br><b>{value}</b><extra>{name}</extra>"
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": days,
        "y": heights,
        "line": {"color": colour, "width": 1.5 if second else 2.2, "dash": DASHES[2] if second else DASHES[0]},
        "hovertemplate": hover,
    }
    if curve.low is None:
        return [line]
    ring = {
        "type": "scatter",
        "mode": "markers",
        "x": [str(days[curve.low])],
        "y": [float(heights[curve.low])],
        "marker": {"symbol": "circle-open", "size": 11, "color": colour, "line": {"width": 2}},
        "cliponaxis": False,
        "hovertemplate": hover.replace("<extra>", "<extra>deepest, "),
        "showlegend": False,
    }
    return [line, ring]


def _title(curves: Sequence[Curve]) -> str:
    """Company and its lines, as they are drawn: `Alibaba 阿里巴巴 · 9988.HK, BABA dotted`."""
    drawn = [f"{curve.listing.symbol}{' dotted' if _is_second(curve, curves) else ''}" for curve in curves]
    return f"<b>{pl(curves[0].issuer.both_names)}</b> · {pl(', '.join(drawn))}"


def _ticks(lowest: float, highest: float) -> list[float]:
    """Doublings of 100 where they are enough, else steps of 20."""
    doublings = [tick for tick in DOUBLINGS if lowest <= tick <= highest]
    if len(doublings) >= FEWEST_TICKS:
        return doublings
    return [tick for tick in FINER if lowest <= tick <= highest]
