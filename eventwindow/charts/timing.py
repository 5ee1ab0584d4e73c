"""What came before the official act and what after it: three marks with intervals per listing."""

from collections.abc import Sequence
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from eventwindow.case import Estimate
from eventwindow.charts.axes import percent_ticks
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import Element, Palette, layout, note, rgba
from eventwindow.format import percent, pl
from eventwindow.study.significance import critical_value
from eventwindow.timing import Horizon
from eventwindow.words import place
from eventwindow.words_timing import anticipation_finding, horizon_words

ROW, MARGIN = 114, {"l": 84, "r": 12, "t": 40, "b": 84}
# Places of the three marks inside the row of a listing.
PARTS = (("before", -0.28, "diamond"), ("after", 0.0, "circle"), ("whole", 0.28, "square"))
ROOM, HOVER_WIDTH = 0.06, 44
# How much of what lies under a figure its ground hides.
CLEAR = 0.85


def anticipation_charts(found: Sequence[Horizon], level: int, colours: Palette) -> list[go.Figure]:
    """Abnormal return before, after and over both, of the listings known: a figure per horizon, all on one scale.

    A mark is filled where its exact prediction-error t says more than noise at `level` percent.
    """
    splits = [item.split for horizon in found for item in horizon.known if item.split]
    edges = [0.0]
    for part in (part for split in splits for part in vars(split).values()):
        half = 100 * part.se * float(critical_value(level / 100, np.array(part.df)))
        edges += [100 * part.value - half, 100 * part.value + half]
    room = ROOM * (max(edges) - min(edges))
    reach = min(edges) - room, max(edges) + room
    return [_figure(horizon, level, reach, colours) for horizon in found]


def _figure(horizon: Horizon, level: int, reach: tuple[float, float], colours: Palette) -> go.Figure:
    shown = [(item, item.split) for item in horizon.known if item.split]
    inks = (colours.accent, colours.text, colours.muted)
    title = note(
        f"<b>Whole {horizon_words(horizon)}</b>", 0, 1, 13, colours.text, xref="paper", yref="paper",
        xanchor="left", yanchor="bottom", xshift=8 - MARGIN["l"], yshift=12,
    )  # fmt: skip
    traces, labels = [_key(name, symbol, ink) for (name, _, symbol), ink in zip(PARTS, inks, strict=True)], [title]
    for (name, shift, symbol), ink in zip(PARTS, inks, strict=True):
        parts: list[Estimate] = [getattr(split, name) for _, split in shown]
        critical = critical_value(level / 100, np.array([part.df for part in parts]))
        widths = (100 * critical * np.array([part.se for part in parts])).tolist()
        values = [100 * part.value for part in parts]
        beyond = [part.beyond_noise(level) for part in parts]
        places = [row + shift for row in range(len(shown))]
        traces.append(_marks(name, values, widths, places, beyond, (symbol, ink), colours))
        traces[-1]["customdata"] = [_wrapped(anticipation_finding(item)) for item, _ in shown]
        labels += [
            note(f"<b>{percent(part.value)}</b>" if full else percent(part.value), 100 * part.value, at, 12,
                 colours.text, yshift=15, bgcolor=rgba(colours.surface, CLEAR), borderpad=0)
            for part, full, at in zip(parts, beyond, places, strict=True)
        ]  # fmt: skip
    height = ROW * len(shown) + MARGIN["t"] + MARGIN["b"]
    muted = {"size": 12, "color": colours.muted}
    return Drawing(
        {
            "data": traces,
            "layout": {
                **layout(colours, height),
                "margin": MARGIN,
                "annotations": labels,
                "legend": {
                    "orientation": "h", "x": 0, "xanchor": "left", "yanchor": "top", "y": -50 / (ROW * len(shown)),
                },
                "xaxis": {
                    "range": list(reach),
                    **percent_ticks(*reach, 5),
                    "gridcolor": colours.grid,
                    "zerolinecolor": colours.text,
                    "zerolinewidth": 1.3,
                    "fixedrange": True,
                    "tickfont": muted,
                    "title": {"text": "abnormal return", "font": muted, "standoff": 6},
                },
                "yaxis": {
                    "range": [len(shown) - 0.5, -0.55],
                    "tickvals": list(range(len(shown))),
                    "ticktext": [
                        f"<b>{pl(item.item.issuer.short_name)}</b><br>{pl(place(item.item))}" for item, _ in shown
                    ],
                    "showgrid": False,
                    "zeroline": False,
                    "fixedrange": True,
                    "tickfont": {"size": 12, "color": colours.text},
                },
            },
        }
    )  # fmt: skip


def _key(name: str, symbol: str, ink: str) -> Element:
    """The entry of one part in the legend: a filled mark, whatever the first listing's is."""
    marker = {"size": 11, "symbol": symbol, "color": ink, "line": {"color": ink, "width": 2}}
    return {"type": "scatter", "name": name, "x": [None], "y": [None], "mode": "markers", "marker": marker}


def _marks(
    name: str,
    values: list[float],
    widths: list[float],
    places: list[float],
    beyond: list[bool],
    style: tuple[str, str],
    colours: Palette,
) -> Element:
    symbol, ink = style
    return {
        "type": "scatter",
        "name": name,
        "x": values,
        "y": places,
        "mode": "markers",
        "showlegend": False,
        "marker": {
            "size": 11,
            "symbol": symbol,
            "color": [ink if full else colours.surface for full in beyond],
            "line": {"color": ink, "width": 2},
        },
        "error_x": {"type": "data", "array": widths, "color": ink, "thickness": 1.6, "width": 4},
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _wrapped(text: str) -> str:
    return "<br>".join(map(pl, wrap(text, HOVER_WIDTH)))
