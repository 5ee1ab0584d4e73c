"""Fines of a reader's events against the reactions to them."""

from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from eventwindow.charts.axes import percent_ticks
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import Element, Palette, layout
from eventwindow.format import compact, percent, pl
from eventwindow.study.significance import critical_value
from eventwindow.words_workbench import event_name
from eventwindow.workbench import OwnFine, OwnFines, OwnStudy

HEIGHT, MARGIN = 320, {"l": 56, "r": 12, "t": 10, "b": 48}
ROOM = 1.06
# Figures drawn, those furthest from zero first: more would be a cloud, and the page a megabyte.
MOST_FINES = 300
HOVER_WIDTH = 44


def own_fines_chart(own: OwnStudy, fines: OwnFines, colours: Palette) -> go.Figure:
    """A dot with its interval per figure, the amount on a log scale; filled where more than noise by the t test."""
    pairs = fines_drawn(own, fines)
    rows = [row for _, row in pairs]
    values, errors = (100 * figures[rows, own.window] for figures in (own.study.car, own.study.se))
    half = critical_value(own.view.level / 100, own.study.df[rows]) * errors
    reach = ROOM * float((np.abs(values) + half).max())
    beyond = own.study.p[rows, own.window] < 1 - own.view.level / 100
    dots: Element = {
        "type": "scatter",
        "x": [fine.amount for fine, _ in pairs],
        "y": values.tolist(),
        "mode": "markers",
        "marker": {
            "size": 10,
            "color": [colours.accent if filled else colours.surface for filled in beyond],
            "line": {"color": colours.accent, "width": 2},
        },
        "error_y": {"type": "data", "array": half.tolist(), "color": colours.axis, "thickness": 1.4, "width": 0},
        "customdata": [_hover(own, fine, row) for fine, row in pairs],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    muted = {"size": 12, "color": colours.muted}
    shared = {"gridcolor": colours.grid, "fixedrange": True, "tickfont": muted}
    return Drawing(
        {
            "data": [dots],
            "layout": {
                **layout(colours, HEIGHT),
                "margin": MARGIN,
                "showlegend": False,
                "xaxis": {
                    **shared,
                    **_amounts([fine.amount for fine, _ in pairs]),
                    "title": {"text": f"fine, {pl(fines.currency)} (log scale)", "font": muted, "standoff": 6},
                },
                "yaxis": {
                    **shared,
                    "range": [-reach, reach],
                    **percent_ticks(-reach, reach, 7),
                    "zerolinecolor": colours.text,
                    "zerolinewidth": 1.3,
                },
            },
        }
    )


def fines_drawn(own: OwnStudy, fines: OwnFines) -> list[tuple[OwnFine, int]]:
    """The figures that the chart shows, by amount: all, or the MOST_FINES furthest from zero."""
    pairs = [(fine, row) for fine in fines.fines for row in fine.rows]
    reach = np.abs(own.study.car[[row for _, row in pairs], own.window])
    return [pairs[place] for place in sorted(np.argsort(-reach, kind="stable")[:MOST_FINES].tolist())]


def _amounts(amounts: list[float]) -> Element:
    """A log axis around the amounts, ticks at every power of ten or at every third one."""
    powers = np.log10(amounts)
    room = 0.08 * float(powers.max() - powers.min()) or 0.5
    low, high = float(powers.min()) - room, float(powers.max()) + room
    step = 1 if high - low <= 5 else 3
    ticks = [10.0**power for power in range(int(np.ceil(low)), int(np.floor(high)) + 1) if power % step == 0]
    ticks = ticks or [min(amounts), max(amounts)]
    return {"type": "log", "range": [low, high], "tickvals": ticks, "ticktext": [compact(tick) for tick in ticks]}


def _hover(own: OwnStudy, fine: OwnFine, row: int) -> str:
    name = "<br>".join(map(pl, wrap(event_name(own.events[row]), HOVER_WIDTH)))
    return f"{name}<br>{compact(fine.amount)}: {percent(float(own.study.car[row, own.window]))}"
