"""The t statistic of one announcement among those of ordinary sessions."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import Element, Palette, layout, note
from eventwindow.doubt import Trial
from eventwindow.facts.prices import Floats
from eventwindow.format import cut, p_value, percent, pl, statistic
from eventwindow.words_doubt import trial_name

HEIGHT = 215
BIN = 0.25
# Beyond so many standard errors ordinary sessions are gathered in the outermost bars.
NARROWEST, WIDEST = 4.0, 7.0
# Longer names would run out of a phone.
LONGEST = 44
MARGIN = {"l": 58, "r": 10, "t": 48, "b": 40}


def placebo_reach(trials: Sequence[Trial], narrowest: float = NARROWEST) -> float:
    """Half-width of the axis that all panels share, in units of t and whole bins; `narrowest` at least."""
    known = [trial.result for trial in trials if not trial.reason]
    if not known:
        return narrowest
    events = max(abs(result.statistic) for result in known) + 0.5
    ordinary = max(float(np.abs(result.placebo).max()) for result in known)
    return float(np.ceil(max(events, min(max(ordinary, narrowest), WIDEST)) / BIN) * BIN)


def placebo_chart(trial: Trial, reach: float, colours: Palette, width: float = BIN) -> go.Figure:
    """Histogram of ordinary sessions, those at least as large in the accent colour, and a line for the real one.

    `width` is that of a bar, in units of t.
    """
    result = trial.result
    large = np.abs(result.placebo) >= abs(result.statistic) * (1 - 1e-12)
    edges = np.linspace(-reach, reach, round(2 * reach / width) + 1)
    parts = ((~large, "smaller move", colours.axis), (large, "at least as large", colours.wall_street))
    bars = [_bars(result.placebo[which], edges, name, colour) for which, name, colour in parts]
    top = float(np.max(np.sum([bar["y"] for bar in bars], axis=0))) * 1.3
    return Drawing(
        {
            "data": bars,
            "layout": {
                **layout(colours, HEIGHT),
                "barmode": "stack",
                "bargap": 0.06,
                "showlegend": False,
                "margin": MARGIN,
                "shapes": [*_tails(abs(result.statistic), reach, colours), _line(result.statistic, colours)],
                "annotations": [_title(trial, colours), _label(trial, reach, colours)],
                "xaxis": {
                    "range": [-reach, reach],
                    "fixedrange": True,
                    "showgrid": False,
                    "zeroline": False,
                    "tickfont": {"size": 12, "color": colours.muted},
                    "title": {"text": "t = CAR / s.e.", "font": {"size": 12, "color": colours.muted}, "standoff": 4},
                },
                "yaxis": {
                    "range": [0, top],
                    "fixedrange": True,
                    "nticks": 4,
                    "title": {"text": "ordinary sessions", "font": {"size": 12, "color": colours.muted}, "standoff": 4},
                    "gridcolor": colours.grid,
                    "zerolinecolor": colours.axis,
                    "tickfont": {"size": 12, "color": colours.muted},
                },
            },
        }
    )


def _bars(values: Floats, edges: Floats, name: str, colour: str) -> Element:
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return {
        "type": "bar",
        "name": name,
        "x": ((edges[:-1] + edges[1:]) / 2).tolist(),
        "y": counts.tolist(),
        "width": float(edges[1] - edges[0]) * 0.94,
        "marker": {"color": colour},
        "customdata": [f"{statistic(low)} to {statistic(high)}" for low, high in pairwise(edges)],
        "hovertemplate": f"t %{{customdata}}: %{{y}} sessions, {name}<extra></extra>",
    }


def _tails(size: float, reach: float, colours: Palette) -> list[Element]:
    """Both sides at least as far from zero as the real one."""
    return [
        {
            "type": "rect",
            "x0": sign * size,
            "x1": sign * reach,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "fillcolor": colours.wall_street,
            "opacity": 0.09,
            "line": {"width": 0},
            "layer": "below",
        }
        for sign in (-1, 1)
    ]


def _line(value: float, colours: Palette) -> Element:
    line = {"color": colours.text, "width": 2}
    return {"type": "line", "x0": value, "x1": value, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _title(trial: Trial, colours: Palette) -> Element:
    count = f"{trial.as_large:,} of {len(trial.result.placebo):,} as large, {p_value(trial.result.p)}"
    corner = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "align": "left"}
    return note(f"<b>{pl(cut(trial_name(trial), LONGEST))}</b><br>{count}", 0, 1, 13, colours.text, yshift=4, **corner)


def _label(trial: Trial, reach: float, colours: Palette) -> Element:
    """Beside the line, on the side with more room."""
    value = trial.result.statistic
    left = value > 0.15 * reach
    return note(
        f"<b>{percent(trial.car)}</b>, t = {statistic(value)}",
        value,
        0.98,
        13,
        colours.text,
        yref="paper",
        xanchor="right" if left else "left",
        yanchor="top",
        xshift=-5 if left else 5,
    )
