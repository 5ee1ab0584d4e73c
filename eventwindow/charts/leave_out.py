"""The average of a group without each of its parts in turn."""

import math
from collections.abc import Callable

import plotly.graph_objects as go

from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import Element, Palette, layout, line_shape, note
from eventwindow.doubt import LeaveOut, Part
from eventwindow.format import cut, percent, pl
from eventwindow.groups import Group
from eventwindow.words_doubt import lead_words, part_label

ROW_HEIGHT = 40
MARGIN = {"l": 8, "r": 8, "t": 10, "b": 46}
STEPS = (0.5, 1, 2, 5, 10, 20, 50)
# Longer labels would run out of a phone.
LONGEST_LABEL = 52


def leave_out_chart(found: LeaveOut, level: int, colours: Palette, *, is_current: Callable[[Part], bool]) -> go.Figure:
    """A dot with its interval per part left out; filled where the leading test sees more than noise.

    The first row is the whole group, whose average the dotted line carries on; the current part has a diamond.
    """
    rows = [("Nothing left out", found.whole, False)]
    rows += [(part_label(part), group, is_current(part)) for part, group in found.without if group.events]
    low, high = _reach([group for _, group, _ in rows], level)
    step = next((size for size in STEPS if (high - low) / size <= 6), STEPS[-1])
    ticks = [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return Drawing(
        {
            "data": [_dot(place, *row, level, colours) for place, row in enumerate(rows)],
            "layout": {
                **layout(colours, ROW_HEIGHT * len(rows) + MARGIN["t"] + MARGIN["b"]),
                "showlegend": False,
                "margin": MARGIN,
                "shapes": [
                    line_shape(100 * found.whole.value, 100 * found.whole.value, 0, 1, colours.text, yref="paper")
                ],
                "annotations": [_name(place, label, marked, colours) for place, (label, _, marked) in enumerate(rows)],
                "xaxis": {
                    "range": [low, high],
                    "fixedrange": True,
                    "tickvals": ticks,
                    "ticktext": [percent(tick / 100, 0 if float(step).is_integer() else 1) for tick in ticks],
                    "gridcolor": colours.grid,
                    "zerolinecolor": colours.axis,
                    "zerolinewidth": 1.5,
                    "tickfont": {"size": 12, "color": colours.muted},
                    "title": {
                        "text": "average abnormal return",
                        "font": {"size": 12, "color": colours.muted},
                        "standoff": 6,
                    },
                },
                "yaxis": {"range": [len(rows) - 0.45, -0.75], "visible": False, "fixedrange": True},
            },
        }
    )


def _half_width(group: Group, level: int) -> float:
    """Half of the interval in percent, 0 where there is none."""
    width = group.half_width(level)
    return 0.0 if math.isnan(width) else 100 * width


def _reach(groups: list[Group], level: int) -> tuple[float, float]:
    edges = [100 * group.value + sign * _half_width(group, level) for group in groups for sign in (-1, 1)]
    low, high = min(0.0, *edges), max(0.0, *edges)
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _dot(place: int, label: str, group: Group, marked: bool, level: int, colours: Palette) -> Element:
    colour = colours.wall_street if marked else colours.hong_kong
    width = _half_width(group, level)
    interval = f" ± {width:.2f} points" if width else ""
    return {
        "type": "scatter",
        "x": [100 * group.value],
        "y": [place],
        "mode": "markers",
        "error_x": {"array": [width], "color": colour, "thickness": 1.6, "width": 4},
        "marker": {
            "symbol": "diamond" if marked else "circle",
            "size": 12 if marked else 10,
            "color": colour if group.beyond_noise(level) else colours.surface,
            "line": {"color": colour, "width": 2},
        },
        "hovertemplate": f"{pl(label)}<br>{percent(group.value)}{interval}<br>{lead_words(group)}<extra></extra>",
    }


def _name(place: int, label: str, marked: bool, colours: Palette) -> Element:
    short = pl(cut(label, LONGEST_LABEL))
    text = f"<b>{short}</b>" if marked else short
    return note(
        text,
        0,
        place,
        12,
        colours.text if marked else colours.muted,
        xref="paper",
        xanchor="left",
        yshift=15,
        bgcolor=colours.surface,
    )
