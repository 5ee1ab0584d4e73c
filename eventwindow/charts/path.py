"""One path of cumulative abnormal returns with its band, and the paths behind it: an average, or one event."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from eventwindow.case import CarPath
from eventwindow.charts.axes import percent_ticks, session_axis
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.small import band_trace, reach_of
from eventwindow.charts.theme import Element, Palette, layout, line_shape, rgba
from eventwindow.facts.prices import Floats
from eventwindow.format import percent, session, short_day
from eventwindow.study.windows import Positions

HEIGHT, MARGIN = 300, {"l": 52, "r": 10, "t": 12, "b": 46}
# A band may leave the frame where it is much wider than the lines: few events have little to say.
WIDEST_BAND = 2.5
# So many percent of the thin lines' points lie inside the frame.
INSIDE = 95
ROOM = 1.08
# About so many ticks fit on a phone.
TICKS = 11


def path_chart(path: CarPath, behind: Floats, level: int, colours: Palette, *, whole_band: bool = False) -> go.Figure:
    """A path in the accent colour over thin ones `behind` (n, W), decimal, with the same sessions.

    `whole_band` keeps the band inside the frame however wide it is.
    """
    half = path.band[1]
    most = np.nanpercentile(np.abs(behind), INSIDE) if behind.size else 0.0
    lines = reach_of([path.value, np.array([most])])
    reach = ROOM * max(lines, reach_of([half]) if whole_band else min(reach_of([half]), WIDEST_BAND * lines))
    muted = {"size": 12, "color": colours.muted}
    first, last = int(path.sessions[0]), int(path.sessions[-1])
    ticks = _ticks(path.sessions)
    return Drawing(
        {
            "data": [
                band_trace(path.sessions, half, colours.accent, colours.band),
                *([_behind(path.sessions, behind, colours)] if len(behind) else []),
                _line(path, level, colours),
            ],
            "layout": {
                **layout(colours, HEIGHT),
                "margin": MARGIN,
                "showlegend": False,
                "hovermode": "x",
                "shapes": [line_shape(0, 0, 0, 1, colours.text, xref="x", yref="y domain")],
                "xaxis": session_axis(first, last, ticks, colours),
                "yaxis": {
                    "range": [-reach, reach],
                    **percent_ticks(-reach, reach, 7),
                    "ticklabelstandoff": 4,
                    "gridcolor": colours.grid,
                    "zerolinecolor": colours.axis,
                    "fixedrange": True,
                    "tickfont": muted,
                },
            },
        }
    )


def _ticks(sessions: Positions) -> list[int]:
    """Round event times, day 0 among them."""
    step = next(size for size in (1, 2, 5, 10) if len(sessions) / size <= TICKS or size == 10)
    return [number for number in sessions.tolist() if number % step == 0]


def _behind(sessions: Positions, paths: Floats, colours: Palette) -> Element:
    """All thin lines as one trace with gaps."""
    gap = np.full((len(paths), 1), np.nan)
    y = np.concatenate([100 * paths, gap], axis=1).ravel()
    return {
        "type": "scatter",
        "x": [*sessions.tolist(), None] * len(paths),
        "y": [None if np.isnan(value) else value for value in y.tolist()],
        "mode": "lines",
        "line": {"color": rgba(colours.muted, colours.faint), "width": 1},
        "hoverinfo": "skip",
    }


def _line(path: CarPath, level: int, colours: Palette) -> Element:
    return {
        "type": "scatter",
        "x": path.sessions.tolist(),
        "y": [None if np.isnan(value) else 100 * value for value in path.value.tolist()],
        "mode": "lines+markers",
        "line": {"color": colours.accent, "width": 2.6},
        "marker": {"size": 6, "color": colours.accent},
        "customdata": _hover(path, level),
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _hover(path: CarPath, level: int) -> Sequence[str]:
    return [
        f"{percent(value)}{f', {level}% band ±{100 * edge:.2f}%' if np.isfinite(edge) else ''}"
        f"<br>session {session(number)}{f', {short_day(day)} {day.year}' if day else ''}"
        for number, value, edge, day in zip(
            path.sessions.tolist(), path.value.tolist(), path.band[1].tolist(), path.dates.tolist(), strict=True
        )
    ]
