"""Size of every fine beside the reaction of the company fined, one row per fine, the largest first.

Half of the known fines are of one amount, the legal maximum of their day: in a plain scatter they and their
labels would lie on each other. So the amounts have a panel of their own, on a log scale, left of the reactions.
"""

from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from eventwindow.charts.axes import percent_ticks
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import AMOUNT_AXIS, Element, Palette, layout, note
from eventwindow.fined import Fined
from eventwindow.format import compact, percent, pl
from eventwindow.study.significance import critical_value
from eventwindow.survey import Survey
from eventwindow.words_compare import row_label, short_place
from eventwindow.words_groups import fine_label, fine_sentence

ROW, MARGIN = 56, {"l": 4, "r": 12, "t": 6, "b": 96}
AMOUNTS, REACTIONS = [0.0, 0.26], [0.31, 1.0]
# Where the marks of a row lie below its label, in rows.
BELOW, APART = 0.2, 0.17
ROOM = 1.06
HOVER_WIDTH = 44


def fines_chart(survey: Survey, fined: Fined, colours: Palette) -> go.Figure:
    """Amount (log scale) and CAR over the span with its prediction-error interval, of a survey with such fines."""
    places = range(len(fined.fines))
    labels = [
        note(
            pl(fine_label(survey, fine)), 0, place - 0.28, 12, colours.text,
            xref="paper", yref="y", xanchor="left", yanchor="middle", align="left",
        )
        for place, fine in enumerate(fined.fines)
    ]  # fmt: skip
    reactions = _reactions(survey, fined, colours)
    reach = ROOM * max(
        abs(value) + half
        for trace in reactions
        for value, half in zip(trace["x"], trace["error_x"]["array"], strict=True)
    )
    rows = [[place - 0.5, place + 0.5] for place in places if place % 2]
    stripe = {"type": "rect", "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "layer": "below", "line": {"width": 0}}
    height = ROW * len(fined.fines) + MARGIN["t"] + MARGIN["b"]
    return Drawing(
        {
            "data": [*_amounts(survey, fined, colours), *reactions],
            "layout": {
                **layout(colours, height),
                **_axes(fined, reach, colours),
                "margin": MARGIN,
                "annotations": labels,
                "shapes": [
                    {**stripe, "y0": low, "y1": high, "fillcolor": colours.grid, "opacity": 0.4} for low, high in rows
                ],
                "legend": {
                    "orientation": "h",
                    "x": 0,
                    "xanchor": "left",
                    "y": -50 / (height - MARGIN["t"] - MARGIN["b"]),
                    "yanchor": "top",
                    "font": {"size": 12},
                },
            },
        }
    )


def _amounts(survey: Survey, fined: Fined, colours: Palette) -> list[Element]:
    """A line from the left edge to a dot at each amount."""
    amounts = [fine.amount for fine in fined.fines]
    places = [place + BELOW for place in range(len(amounts))]
    lowest = 10 ** _decades(fined)[0]
    stems = {
        "type": "scatter",
        "x": [x for amount in amounts for x in (lowest, amount, None)],
        "y": [y for place in places for y in (place, place, None)],
        "mode": "lines",
        "line": {"color": colours.axis, "width": 2},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    dots = {
        "type": "scatter",
        "x": amounts,
        "y": places,
        "mode": "markers",
        "marker": {"symbol": "line-ns-open", "size": 12, "color": colours.text, "line": {"width": 2.5}},
        "customdata": ["<br>".join(map(pl, wrap(fine_sentence(survey, fine), HOVER_WIDTH))) for fine in fined.fines],
        "hovertemplate": "%{customdata}<extra></extra>",
        "showlegend": False,
    }
    return [stems, dots]


def _reactions(survey: Survey, fined: Fined, colours: Palette) -> list[Element]:
    """One trace per place of trading; the company is named in the row."""
    looks = {
        "HK": ("Hong Kong", "circle", colours.hong_kong),
        "US": ("Wall Street", "diamond", colours.wall_street),
        "OTC": ("US over the counter", "triangle-up", colours.wall_street),
    }
    traces: list[Element] = []
    for short, (name, symbol, colour) in looks.items():
        marks = [
            (place + BELOW + APART * (number - (len(fine.rows) - 1) / 2), row)
            for place, fine in enumerate(fined.fines)
            for number, row in enumerate(fine.rows)
            if short_place(survey.listing(row)) == short
        ]
        if not marks:
            continue
        rows = [row for _, row in marks]
        values, errors = (100 * figures[rows, survey.window] for figures in (survey.study.car, survey.study.se))
        half = critical_value(survey.view.level / 100, survey.study.df[rows]) * errors
        traces.append(
            {
                "type": "scatter",
                "xaxis": "x2",
                "x": values.tolist(),
                "y": [place for place, _ in marks],
                "mode": "markers",
                "name": name,
                "showlegend": True,
                "marker": {"symbol": symbol, "size": 9, "color": colour},
                "error_x": {"type": "data", "array": half.tolist(), "color": colour, "thickness": 1.5, "width": 0},
                "customdata": [
                    f"{pl(row_label(survey, row))} {percent(value / 100)} ±{width:.2f}%"
                    for row, value, width in zip(rows, values.tolist(), half.tolist(), strict=True)
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    return traces


def _decades(fined: Fined) -> tuple[int, int]:
    """Powers of ten around the amounts."""
    amounts = np.log10([fine.amount for fine in fined.fines])
    return int(np.floor(amounts.min() - 0.01)), int(np.ceil(amounts.max() + 0.01))


def _axes(fined: Fined, reach: float, colours: Palette) -> Element:
    muted = {"size": 12, "color": colours.muted}
    low, high = _decades(fined)
    ticks = [10.0**power for power in range(low, high + 1) if power % 3 == 0]
    shared = {"gridcolor": colours.grid, "fixedrange": True, "tickfont": muted, "anchor": "y"}
    return {
        "xaxis": {
            **shared,
            "domain": AMOUNTS,
            "type": "log",
            "range": [low, high],
            "tickvals": ticks,
            "ticktext": [compact(tick) for tick in ticks],
            "title": {"text": AMOUNT_AXIS, "font": muted, "standoff": 6},
        },
        "xaxis2": {
            **shared,
            "domain": REACTIONS,
            "range": [-reach, reach],
            **percent_ticks(-reach, reach, 6),
            "zerolinecolor": colours.text,
            "zerolinewidth": 1.3,
            "title": {"text": "abnormal return", "font": muted, "standoff": 6},
        },
        "yaxis": {
            "range": [len(fined.fines) - 0.5, -0.5],
            "showticklabels": False,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
    }
