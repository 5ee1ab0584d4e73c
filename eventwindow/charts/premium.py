"""The premium of the New York line over the Hong Kong line around one announcement, with its normal range."""

import numpy as np
import plotly.graph_objects as go

from eventwindow.charts.axes import percent_ticks
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.gap import normal_band
from eventwindow.charts.theme import Element, Palette, layout, line_shape, note
from eventwindow.facts.prices import Floats
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import Dates
from eventwindow.format import percent, pl, short_day
from eventwindow.premium import Premium

HEIGHT = 300
MARGIN = {"l": 50, "r": 10, "t": 26, "b": 84}
MOST_TICKS = 6
EDGE = np.timedelta64(2, "D")


def premium_chart(premium: Premium, colours: Palette) -> go.Figure:
    """Premium at each close in New York, what was left of it at Hong Kong's next open, and day 0."""
    usual, days = premium.usual, premium.days
    known, zero = usual.reason is Reason.OK, str(premium.zero)
    # What was left at the open is drawn near day 0 only, where it tells how fast Hong Kong followed.
    near = np.abs(np.arange(len(days)) - np.searchsorted(days, np.datetime64(premium.zero, "D"))) <= 5
    edges = [usual.low, usual.high] if known else []
    values = np.concatenate([premium.level, premium.after[near], edges, [0.0]])
    low, high = 100 * float(np.nanmin(values)), 100 * float(np.nanmax(values))
    room = 0.08 * max(high - low, 0.1)
    name = pl(premium.relay.new_york.symbol)
    return Drawing(
        {
            "data": [
                *(_normal(premium, colours) if known else ()),
                _line(days, 100 * premium.level, f"{name} over Hong Kong", colours),
                _left(days[near], 100 * premium.after[near], colours),
            ],
            "layout": {
                **layout(colours, HEIGHT),
                "margin": MARGIN,
                "hovermode": "x unified",
                "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.22, "yanchor": "top"},
                "shapes": [{**line_shape(0, 0, 0, 1, colours.text, yref="paper"), "x0": zero, "x1": zero}],
                "annotations": [
                    {
                        **note(f"<b>Day 0 in New York</b> {short_day(premium.zero)}", 0, 1, 12, colours.text),
                        "x": zero,
                        "yref": "paper",
                        "xanchor": "right",
                        "yanchor": "bottom",
                        "xshift": 20,
                    }
                ],
                "xaxis": {
                    "type": "date",
                    "range": [str(days[0] - EDGE), str(days[-1] + EDGE)],
                    "nticks": 6,
                    "tickformat": "%-d %b<br>%Y",
                    "showgrid": False,
                    "zeroline": False,
                    "fixedrange": True,
                    "hoverformat": "%a %-d %b %Y",
                    "tickfont": {"size": 12, "color": colours.muted},
                },
                "yaxis": {
                    "range": [low - room, high + room],
                    **percent_ticks(low - room, high + room, MOST_TICKS),
                    "gridcolor": colours.grid,
                    "zeroline": True,
                    "zerolinecolor": colours.axis,
                    "fixedrange": True,
                    "tickfont": {"size": 12, "color": colours.muted},
                },
            },
        }
    )


def _normal(premium: Premium, colours: Palette) -> list[Element]:
    """The band of nine days in ten of the estimation window, and its mean."""
    usual, mean = premium.usual, 100 * premium.usual.mean
    band = {**normal_band(premium.days, usual.low, usual.high, colours), "showlegend": True}
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": f"Mean {percent(usual.mean, 1)}",
        "x": [str(premium.days[0]), str(premium.days[-1])],
        "y": [mean, mean],
        "line": {"color": colours.muted, "width": 1.2, "dash": "dash"},
        "hoverinfo": "skip",
    }
    return [band, line]


def _line(days: Dates, level: Floats, name: str, colours: Palette) -> Element:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": days.astype(str).tolist(),
        "y": _or_none(level),
        "line": {"color": colours.wall_street, "width": 1.8},
        "marker": {"symbol": "diamond", "size": 5},
        "hovertemplate": "%{y:+.2f}%",
    }


def _left(days: Dates, level: Floats, colours: Palette) -> Element:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Left at Hong Kong's next open",
        "x": days.astype(str).tolist(),
        "y": _or_none(level),
        "marker": {"symbol": "circle-open", "size": 8, "color": colours.hong_kong, "line": {"width": 2}},
        "hovertemplate": "%{y:+.2f}%",
    }


def _or_none(values: Floats) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values.tolist()]
