"""Abnormal return of a reader's events (rows) on several symbols (columns), one cell each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from eventwindow.charts.drawing import Drawing
from eventwindow.charts.heatmap import ROBUST, STEPS, fade
from eventwindow.charts.ink import ink_on
from eventwindow.charts.theme import Element, Palette, layout
from eventwindow.format import cut, percent, pl
from eventwindow.words_workbench import event_verdict
from eventwindow.workbench import OwnStudy

MOST_EVENTS, MOST_SYMBOLS = 60, 12
ROW, MARGIN = 24, {"l": 0, "r": 4, "b": 6}
# Heads of more columns than this stand steep, and need more room.
MOST_LEVEL, HEAD, STEEP_HEAD = 4, 26, 72
# Titles take this share of the width, the less the more columns there are.
TITLES, FEWEST_TITLES, LESS = 0.5, 0.28, 0.03
# Characters that fit into a column's head.
LONGEST_HEAD = 9
HOVER_WIDTH = 44


@dataclass(frozen=True)
class EventMap:
    """Rows and columns of the map, and the row of the study of every cell that has an event."""

    event_ids: tuple[str, ...]
    symbols: tuple[str, ...]
    cells: dict[tuple[int, int], int]


def event_map(own: OwnStudy) -> EventMap | None:
    """Events on more than one symbol, in the order of the table; None where there is none.

    The first MOST_EVENTS of them on their MOST_SYMBOLS most frequent symbols.
    """
    symbols_of: dict[str, set[str]] = {}
    for event in own.events:
        symbols_of.setdefault(event.event_id, set()).add(event.symbol)
    ids = [key for key, symbols in symbols_of.items() if len(symbols) > 1][:MOST_EVENTS]
    counts = Counter(symbol for key in ids for symbol in symbols_of[key])
    frequent = {symbol for symbol, _ in counts.most_common(MOST_SYMBOLS)}
    symbols = [symbol for symbol in dict.fromkeys(event.symbol for event in own.events) if symbol in frequent]
    places = {key: place for place, key in enumerate(ids)}
    cells: dict[tuple[int, int], int] = {}
    for row, event in enumerate(own.events):
        if event.event_id in places and event.symbol in frequent:
            place = places[event.event_id], symbols.index(event.symbol)
            if place not in cells or own.reason(cells[place]):
                cells[place] = row
    return EventMap(tuple(ids), tuple(symbols), cells) if ids else None


def event_map_chart(own: OwnStudy, found: EventMap, colours: Palette) -> go.Figure:
    """The map; a box around cells that stand out from placebo sessions, a dash where there is no figure."""
    known = {place: row for place, row in found.cells.items() if not own.reason(row)}
    figures = {place: 100 * float(own.study.car[row, own.window]) for place, row in known.items()}
    limit = colour_limit(own, found)
    titles = {event.event_id: event.title for event in reversed(own.events)}
    fixed = {"fixedrange": True, "showgrid": False, "zeroline": False, "ticks": ""}
    font = {"size": 12, "color": colours.text}
    steep = len(found.symbols) > MOST_LEVEL
    head = STEEP_HEAD if steep else HEAD
    share = max(FEWEST_TITLES, TITLES - LESS * max(len(found.symbols) - MOST_LEVEL, 0))
    return Drawing(
        {
            "data": [
                _tiles(found, figures, limit, colours),
                _numbers(own, found, figures, limit, colours),
                _titles([titles[key] for key in found.event_ids], colours),
            ],
            "layout": {
                **layout(colours, ROW * len(found.event_ids) + head + MARGIN["b"]),
                "margin": {**MARGIN, "t": head},
                "showlegend": False,
                "shapes": [
                    *fade(share, colours),
                    *(_ring(place, colours) for place, row in known.items() if _stands_out(own, row)),
                ],
                "xaxis": {
                    **fixed,
                    "domain": [share, 1],
                    "side": "top",
                    "range": [-0.5, len(found.symbols) - 0.5],
                    "tickvals": list(range(len(found.symbols))),
                    "ticktext": [pl(cut(symbol, LONGEST_HEAD)) for symbol in found.symbols],
                    "tickangle": -90 if steep else 0,
                    "tickfont": font,
                },
                "xaxis2": {**fixed, "domain": [0, share - 0.015], "range": [0, 1], "visible": False},
                "yaxis": {**fixed, "range": [len(found.event_ids) - 0.5, -0.5], "showticklabels": False},
            },
        }
    )


def colour_limit(own: OwnStudy, found: EventMap) -> float:
    """Size of a figure, in percent, from which on colours are full."""
    figures = [100 * float(own.study.car[row, own.window]) for row in found.cells.values() if not own.reason(row)]
    reach = float(np.percentile(np.abs(figures), ROBUST)) if figures else 0.0
    return next((step for step in STEPS if step >= reach), STEPS[-1])


def _stands_out(own: OwnStudy, row: int) -> bool:
    return bool(own.placebos.p[row, 0] < 1 - own.view.level / 100)


def _tiles(found: EventMap, figures: dict[tuple[int, int], float], limit: float, colours: Palette) -> Element:
    last = len(colours.diverging) - 1
    rows, columns = range(len(found.event_ids)), range(len(found.symbols))
    return {
        "type": "heatmap",
        "z": [[figures.get((row, column)) for column in columns] for row in rows],
        "zmin": -limit,
        "zmax": limit,
        "xgap": 2,
        "ygap": 2,
        "colorscale": [[number / last, colour] for number, colour in enumerate(colours.diverging)],
        "hoverinfo": "skip",
        "showscale": False,
    }


def _numbers(
    own: OwnStudy, found: EventMap, figures: dict[tuple[int, int], float], limit: float, colours: Palette
) -> Element:
    """The figure of every cell, or a dash, with the verdict at the pointer."""
    places = list(found.cells)
    return {
        "type": "scatter",
        "mode": "text",
        "x": [column for _, column in places],
        "y": [row for row, _ in places],
        "text": [percent(figures[place] / 100, 1).removesuffix("%") if place in figures else "–" for place in places],
        "textfont": {
            "size": 12,
            "color": [
                ink_on(colours.diverging, figures[place] / limit) if place in figures else colours.muted
                for place in places
            ],
        },
        "hovertext": [
            "<br>".join(map(pl, wrap(event_verdict(own, found.cells[place]), HOVER_WIDTH))) for place in places
        ],
        "hoverinfo": "text",
    }


def _titles(texts: Sequence[str], colours: Palette) -> Element:
    """Titles in a panel of their own, which cuts them off; whole at the pointer."""
    return {
        "type": "scatter",
        "mode": "text",
        "xaxis": "x2",
        "x": [0] * len(texts),
        "y": list(range(len(texts))),
        "text": [pl(text) for text in texts],
        "textposition": "middle right",
        "textfont": {"size": 12, "color": colours.text},
        "hovertext": ["<br>".join(map(pl, wrap(text, HOVER_WIDTH))) for text in texts],
        "hoverinfo": "text",
    }


def _ring(place: tuple[int, int], colours: Palette) -> Element:
    row, column = place
    return {
        "type": "rect", "x0": column - 0.495, "x1": column + 0.495, "y0": row - 0.46, "y1": row + 0.46,
        "line": {"color": colours.text, "width": 1.6},
    }  # fmt: skip
