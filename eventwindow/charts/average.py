"""Average reactions of groups of announcements: a dot plot with intervals, and a small chart of every group's path."""

from collections.abc import Sequence
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from eventwindow.charts.axes import percent_ticks
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.small import band_trace, reach_of, small_layout
from eventwindow.charts.theme import Element, Palette, layout, note
from eventwindow.format import cut, percent, pl, session
from eventwindow.groups import Group
from eventwindow.view import View
from eventwindow.words_groups import group_name, group_verdict

ROW, MARGIN = 50, {"l": 108, "r": 12, "t": 8, "b": 52}
# Intervals and bands of fewer events than this may leave the frame: Student's t is very wide there.
ENOUGH = 5
ROOM = 0.06
HOVER_WIDTH = 44
# Characters that the margin beside a row holds, and the head of a small chart.
LONGEST_LINE, LONGEST_TITLE = 15, 20


def average_dots(groups: Sequence[Group], level: int, colours: Palette) -> go.Figure:
    """Average CAR over the span with its interval, of every group with a figure (one at least), in the order given.

    A dot is filled where the leading test says more than noise at `level` percent.
    """
    shown = [group for group in groups if group.events]
    widths = np.array([100 * group.half_width(level) for group in shown])
    values = np.array([100 * group.value for group in shown])
    reaching = np.where([group.events >= ENOUGH for group in shown], np.nan_to_num(widths), 0.0)
    low, high = min(-0.1, *(values - reaching)), max(0.1, *(values + reaching))
    room = ROOM * (high - low)
    beyond = [group.beyond_noise(level) for group in shown]
    places = list(range(len(shown)))
    muted = {"size": 12, "color": colours.muted}
    dots = {
        "type": "scatter",
        "x": values.tolist(),
        "y": places,
        "mode": "markers",
        "marker": {
            "size": 12,
            "symbol": "circle",
            "color": [colours.accent if filled else colours.surface for filled in beyond],
            "line": {"color": colours.accent, "width": 2},
        },
        "error_x": {
            "type": "data",
            "array": np.nan_to_num(widths).tolist(),
            "color": colours.axis,
            "thickness": 2,
            "width": 5,
        },
        "customdata": [_wrapped(group_verdict(group, level)) for group in shown],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    labels = [
        note(
            f"<b>{percent(group.value)}</b>" if filled else percent(group.value),
            float(value), place, 12, colours.text, yshift=16, bgcolor=colours.surface, borderpad=0,
        )
        for group, value, place, filled in zip(shown, values, places, beyond, strict=True)
    ]  # fmt: skip
    return Drawing(
        {
            "data": [dots],
            "layout": {
                **layout(colours, ROW * len(shown) + MARGIN["t"] + MARGIN["b"]),
                "margin": MARGIN,
                "showlegend": False,
                "annotations": labels,
                "xaxis": {
                    "range": [low - room, high + room],
                    **percent_ticks(low - room, high + room, 7),
                    "gridcolor": colours.grid,
                    "zerolinecolor": colours.text,
                    "zerolinewidth": 1.3,
                    "fixedrange": True,
                    "tickfont": muted,
                    "title": {"text": "average abnormal return", "font": muted, "standoff": 6},
                },
                "yaxis": {
                    "range": [len(shown) - 0.5, -0.7],
                    "tickvals": places,
                    "ticktext": [f"{_short(group)}<br>n = {group.events:,}" for group in shown],
                    "showgrid": False,
                    "zeroline": False,
                    "fixedrange": True,
                    "tickfont": {"size": 12, "color": colours.text},
                },
            },
        }
    )


def average_paths(groups: Sequence[Group], view: View, colours: Palette) -> list[tuple[Group, go.Figure]]:
    """A small chart of every group that has a path, all on one vertical scale."""
    shown = [(group, group.path) for group in groups if group.path is not None]
    if not shown:
        return []
    bands = [path.band[1] for group, path in shown if group.path_events >= ENOUGH]
    reach = reach_of([*(path.value for _, path in shown), *bands])
    figures = []
    for group, path in shown:
        title = cut(group_name(group), LONGEST_TITLE), f"n = {group.path_events:,}"
        line: Element = {
            "type": "scatter",
            "x": path.sessions.tolist(),
            "y": (100 * path.value).tolist(),
            "mode": "lines+markers",
            "line": {"color": colours.accent, "width": 2.4},
            "marker": {"size": 5},
            "customdata": _hover(group, view),
            "hovertemplate": "%{customdata}<extra></extra>",
        }
        band = band_trace(path.sessions, path.band[1], colours.accent, colours.band)
        figures.append(
            (
                group,
                Drawing({"data": [band, line], "layout": small_layout(title, view.window, reach, colours, lines=1)}),
            )
        )
    return figures


def _short(group: Group) -> str:
    """Name of a group on two lines at most."""
    return "<br>".join(map(pl, wrap(group_name(group), LONGEST_LINE, max_lines=2, placeholder="…")))


def _wrapped(text: str) -> str:
    return "<br>".join(map(pl, wrap(text, HOVER_WIDTH)))


def _hover(group: Group, view: View) -> list[str]:
    path = group.path
    if path is None:
        return []
    edges = [f", {view.level}% band ±{100 * edge:.2f}%" if np.isfinite(edge) else "" for edge in path.band[1].tolist()]
    return [
        f"{percent(value)}{edge} at session {session(number)}"
        for number, value, edge in zip(path.sessions.tolist(), path.value.tolist(), edges, strict=True)
    ]
