"""Every fine and the size of the change of market value beside it, in yuan on one log scale.

One row per fine, the largest first: in a plain scatter half of the fines, of one amount, would lie on each
other. The bar is the fine, the triangle the change: its direction is the sign, the distance the multiple.
"""

from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import AMOUNT_AXIS, Element, Palette, layout, note
from eventwindow.facts.reasons import Reason
from eventwindow.format import bare_money, compact, money, multiple, pl
from eventwindow.survey import Survey
from eventwindow.valued import Valued
from eventwindow.words_value import change_label, change_sentence

ROW, MARGIN = 56, {"l": 8, "r": 8, "t": 6, "b": 86}
# Where the marks of a row lie below its label, in rows.
ABOVE, BELOW = 0.24, 0.2
HOVER_WIDTH = 44
CONFOUNDED = " †"
GAIN, LOSS = "triangle-up", "triangle-down"


def fines_and_changes(survey: Survey, valued: Valued, colours: Palette) -> go.Figure:
    """The chart of a survey with at least one fine beside a known change."""
    rows = valued.fined
    height = ROW * len(rows) + MARGIN["t"] + MARGIN["b"]
    labels = [_label(survey, valued, row, place, colours) for place, row in enumerate(rows)]
    stripe = {"type": "rect", "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "layer": "below", "line": {"width": 0}}
    shapes = [
        {**stripe, "y0": place - 0.5, "y1": place + 0.5, "fillcolor": colours.grid, "opacity": 0.4}
        for place in range(len(rows))
        if place % 2
    ]
    return Drawing(
        {
            "data": [*_fines(valued, colours), *_changes(survey, valued, colours)],
            "layout": {
                **layout(colours, height),
                **_axes(valued, colours),
                "margin": MARGIN,
                "annotations": [item for pair in labels for item in pair],
                "shapes": shapes,
                "legend": {
                    "orientation": "h",
                    "x": 0,
                    "xanchor": "left",
                    "y": -44 / (height - MARGIN["t"] - MARGIN["b"]),
                    "yanchor": "top",
                    "font": {"size": 12},
                },
            },
        }
    )


def _label(survey: Survey, valued: Valued, row: int, place: int, colours: Palette) -> list[Element]:
    """What was fined at the left, what the value did at the right."""
    change = valued.changes[row]
    moved, times = change.amount(change.abnormal, "CNY"), change.times_fine(change.abnormal)
    figure = "" if isinstance(moved, Reason) else bare_money(moved)
    beside = "" if isinstance(times, Reason) else f", {multiple(times)}"
    mark = CONFOUNDED if survey.confounded[row] else ""
    shared = {"xref": "paper", "yref": "y", "yanchor": "middle"}
    y = place - ABOVE
    return [
        note(pl(change_label(survey, valued, row)), 0, y, 12, colours.text, xanchor="left", **shared),
        note(f"<b>{pl(figure)}</b>{pl(beside)}{mark}", 1, y, 12, colours.text, xanchor="right", **shared),
    ]


def _sizes(valued: Valued) -> list[tuple[float, float]]:
    """Fine and size of the change in yuan, row by row."""
    found = []
    for row in valued.fined:
        change = valued.changes[row]
        moved = change.amount(change.abnormal, "CNY")
        if not isinstance(moved, Reason) and not isinstance(change.fine, Reason):
            found.append((change.fine, abs(moved)))
    return found


def _fines(valued: Valued, colours: Palette) -> list[Element]:
    """A bar at every fine, and a line from it to the change."""
    pairs = _sizes(valued)
    places = [place + BELOW for place in range(len(pairs))]
    lines = {
        "type": "scatter",
        "x": [x for fine, moved in pairs for x in (fine, moved, None)],
        "y": [y for place in places for y in (place, place, None)],
        "mode": "lines",
        "line": {"color": colours.axis, "width": 2},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    bars = {
        "type": "scatter",
        "x": [fine for fine, _ in pairs],
        "y": places,
        "mode": "markers",
        "name": "fine",
        "showlegend": True,
        "marker": {"symbol": "line-ns-open", "size": 14, "color": colours.text, "line": {"width": 3}},
        "customdata": [money(fine, "CNY") for fine, _ in pairs],
        "hovertemplate": "Fine of %{customdata}<extra></extra>",
    }
    return [lines, bars]


def _changes(survey: Survey, valued: Valued, colours: Palette) -> list[Element]:
    """One trace each for gains and losses, more than noise and within it."""
    marks = list(zip(range(len(valued.fined)), valued.fined, _sizes(valued), strict=True))
    traces: list[Element] = []
    for rises, word in ((True, "gain"), (False, "loss")):
        for beyond, noise in ((True, "more than noise"), (False, "within noise")):
            chosen = [
                (place, row, moved)
                for place, row, (_, moved) in marks
                if (valued.changes[row].abnormal.value > 0, valued.changes[row].beyond_noise) == (rises, beyond)
            ]
            if chosen:
                symbol = f"{GAIN if rises else LOSS}{'' if beyond else '-open'}"
                colour = colours.rise if rises else colours.fall
                traces.append(
                    {
                        "type": "scatter",
                        "x": [moved for _, _, moved in chosen],
                        "y": [place + BELOW for place, _, _ in chosen],
                        "mode": "markers",
                        "name": f"{word}, {noise}",
                        "showlegend": True,
                        "marker": {"symbol": symbol, "size": 13, "color": colour, "line": {"width": 2}},
                        "customdata": [_hover(survey, valued, row) for _, row, _ in chosen],
                        "hovertemplate": "%{customdata}<extra></extra>",
                    }
                )
    return traces


def _hover(survey: Survey, valued: Valued, row: int) -> str:
    return "<br>".join(map(pl, wrap(change_sentence(survey, valued, row), HOVER_WIDTH)))


def _axes(valued: Valued, colours: Palette) -> Element:
    muted = {"size": 12, "color": colours.muted}
    sizes = np.log10([size for pair in _sizes(valued) for size in pair])
    low, high = float(sizes.min()) - 0.25, float(sizes.max()) + 0.25
    ticks = [10.0**power for power in range(int(np.ceil(low)), int(np.floor(high)) + 1)]
    return {
        "xaxis": {
            "type": "log",
            "range": [low, high],
            "tickvals": ticks,
            "ticktext": [compact(tick) for tick in ticks],
            "gridcolor": colours.grid,
            "fixedrange": True,
            "tickfont": muted,
            "title": {"text": AMOUNT_AXIS, "font": muted, "standoff": 4},
        },
        "yaxis": {
            "range": [len(valued.fined) - 0.5, -0.5],
            "showticklabels": False,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
    }
