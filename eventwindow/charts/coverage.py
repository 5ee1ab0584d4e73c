"""Coverage: one bar per price series from its first to its last row, by group; hatched where only closes are known."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import plotly.graph_objects as go

from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import Element, Palette, layout, note, rgba
from eventwindow.format import long_day, pl
from eventwindow.quality.coverage import Coverage
from eventwindow.quality.records import CORRECTIONS
from eventwindow.words_data import group, in_groups, span

# A run of closes at least this long is hatched in the bar; shorter ones are marks on it.
LONG_RUN = 20
ROW, BAR = 25, 0.56
DAY_MS = 86_400_000
CLOSE_ONLY, CORRECTED, MISSING = "Close only, single day", "Corrected on evidence", "Missing day"


def coverage_chart(covered: Sequence[Coverage], announced: tuple[date, date], colours: Palette) -> go.Figure:
    """Bars, single close-only days, corrected cells and gaps; `announced` is shaded, the span of the announcements."""
    ordered = in_groups(covered)
    groups = list(dict.fromkeys(group(item) for item in ordered))
    rows = _places(ordered, groups)
    traces: list[Element] = []
    for item in ordered:
        colour = _colours(colours)[groups.index(group(item)) % 4]
        traces += [_bar(item, rows[item.series.symbol], colour, *segment) for segment in segments(item)]
    traces += _marks(ordered, rows, colours)
    headings = [
        note(
            f"<b>{pl(name)}</b>",
            0,
            max(rows[item.series.symbol] for item in ordered if group(item) == name) + 0.92,
            12,
            colours.text,
            xref="paper",
            xanchor="left",
            yanchor="middle",
        )
        for name in groups
    ]
    shade = {
        "type": "rect",
        "x0": announced[0].isoformat(),
        "x1": announced[1].isoformat(),
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "fillcolor": rgba(colours.accent, 0.09),
        "line": {"width": 0},
        "layer": "below",
    }
    height = ROW * (len(ordered) + len(groups)) + 110
    return Drawing(
        {
            "data": traces,
            "layout": {
                **layout(colours, height),
                "barmode": "overlay",
                "annotations": headings,
                "shapes": [shade],
                "margin": {"l": 76, "r": 12, "t": 4, "b": 96},
                "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": -36 / (height - 100), "yanchor": "top"},
                "xaxis": {
                    "type": "date",
                    "gridcolor": colours.grid,
                    "dtick": "M12",
                    "tickformat": "%Y",
                    "tickfont": {"size": 12, "color": colours.muted},
                    "fixedrange": True,
                },
                "yaxis": {
                    "tickvals": [rows[item.series.symbol] for item in ordered],
                    "ticktext": [pl(item.series.symbol) for item in ordered],
                    "tickfont": {"size": 12, "color": colours.text},
                    "range": [-0.7, max(rows.values(), default=0) + 1.5],
                    "showgrid": False,
                    "zeroline": False,
                    "fixedrange": True,
                },
            },
        }
    )


def segments(item: Coverage) -> list[tuple[date, date, bool]]:
    """First day, last day and whether only closes are known, for every long stretch of a series."""
    state = item.is_close_only.copy()
    edges = np.flatnonzero(np.diff(state)) + 1
    for run in np.split(np.arange(len(state)), edges):
        if state[run[0]] and len(run) < LONG_RUN:
            state[run] = False
    days = item.prices.days.tolist()
    runs = np.split(np.arange(len(state)), np.flatnonzero(np.diff(state)) + 1)
    return [(days[run[0]], days[run[-1]], bool(state[run[0]])) for run in runs]


def _places(ordered: Sequence[Coverage], groups: Sequence[str]) -> dict[str, float]:
    """Height of every series' row, the first one on top, with room above each group for its name."""
    total = len(ordered) + len(groups)
    return {
        item.series.symbol: float(total - 2 - number - groups.index(group(item))) for number, item in enumerate(ordered)
    }


def _bar(item: Coverage, row: float, colour: str, first: date, last: date, close_only: bool) -> Element:
    present = len(item.prices.days) - len(item.unexpected)
    what = "closes only" if close_only else "open, high, low, close"
    return {
        "type": "bar",
        "orientation": "h",
        "base": [first.isoformat()],
        "x": [((last - first) + timedelta(days=1)).days * DAY_MS],
        "y": [row],
        "width": BAR,
        "showlegend": False,
        "marker": {
            "color": rgba(colour, 0.25) if close_only else colour,
            "line": {"color": colour, "width": 1},
            "pattern": {"shape": "/" if close_only else "", "fgcolor": colour, "size": 6},
        },
        "hovertemplate": (
            f"<b>{pl(item.series.name)}</b> {pl(item.series.symbol)}<br>{long_day(first)} to {long_day(last)}: {what}"
            f"<br>{present:,} of {len(item.expected):,} sessions, {span(item)}<extra></extra>"
        ),
    }


def _marks(ordered: Sequence[Coverage], rows: dict[str, float], colours: Palette) -> list[Element]:
    """Single days worth a mark; each kind is one trace with its own shape."""
    close_only, corrected, missing = [], [], []
    for item in ordered:
        symbol = item.series.symbol
        hatched = [(first, last) for first, last, only in segments(item) if only]
        single = [
            day
            for day in item.prices.days[item.is_close_only].tolist()
            if not any(first <= day <= last for first, last in hatched)
        ]
        close_only += [(symbol, day) for day in single]
        corrected += [(symbol, day) for day in sorted({entry.day for entry in CORRECTIONS if entry.symbol == symbol})]
        missing += [(symbol, day) for day in item.missing.tolist()]
    styles = (
        (close_only, CLOSE_ONLY, {"symbol": "circle-open", "size": 8, "color": colours.text}),
        (corrected, CORRECTED, {"symbol": "diamond", "size": 9, "color": colours.text}),
        (missing, MISSING, {"symbol": "x-thin", "size": 8, "color": colours.text}),
    )
    return [_mark(points, name, rows, marker, colours) for points, name, marker in styles if points]


def _mark(
    points: Sequence[tuple[str, date]], name: str, rows: dict[str, float], marker: Element, colours: Palette
) -> Element:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [day.isoformat() for _, day in points],
        "y": [rows[symbol] for symbol, _ in points],
        "marker": {
            **marker,
            "line": {"color": colours.text if "thin" in marker["symbol"] else colours.surface, "width": 1.4},
        },
        "customdata": [f"{pl(symbol)}, {long_day(day)}: {name.lower()}" for symbol, day in points],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _colours(colours: Palette) -> tuple[str, str, str, str]:
    return colours.hong_kong, colours.wall_street, colours.companies[2], colours.companies[3]
