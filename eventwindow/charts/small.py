"""The frame of a small chart of cumulative abnormal returns.

Many of them stand in a grid that has as many columns as the screen holds, so each is a figure of its own.
"""

from textwrap import wrap

import numpy as np

from eventwindow.charts.axes import percent_ticks, session_axis
from eventwindow.charts.theme import Element, Palette, layout, line_shape, note, rgba
from eventwindow.facts.prices import Floats
from eventwindow.format import pl
from eventwindow.study.windows import Positions, Window

PLOT, MARGIN = 136, {"l": 48, "r": 8, "b": 24}
# A title takes so many lines of so many characters below its head, which a column of 150 pixels holds.
LINES, CHARACTERS, LINE_HEIGHT = 3, 23, 16
ROOM = 1.08
# Half the width of the band of a single session.
ALONE = 0.2
# Marks the announcement that the other pages show.
CURRENT = "▶ "


def small_layout(
    title: tuple[str, str], window: Window, reach: float, colours: Palette, *, lines: int = LINES, framed: bool = False
) -> Element:
    """Layout of one small chart; its title is a bold head and a text wrapped to `lines`, `reach` is in percent."""
    muted = {"size": 12, "color": colours.muted}
    ticks = sorted({window.start, 0, window.end})
    head, text = title
    words = [f"<b>{CURRENT if framed else ''}{pl(head)}</b>"]
    words += map(pl, wrap(text, CHARACTERS, max_lines=lines, placeholder=" …"))
    frame = {
        "type": "rect", "xref": "paper", "yref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 1,
        "line": {"color": colours.accent, "width": 2.5},
    }  # fmt: skip
    top = LINE_HEIGHT * (lines + 1) + 8
    return {
        **layout(colours, top + PLOT + MARGIN["b"]),
        "margin": {**MARGIN, "t": top},
        "showlegend": False,
        "hovermode": "x unified",
        "annotations": [
            note(
                "<br>".join(words), 0, 1, 12, colours.text, xref="paper", yref="paper",
                xanchor="left", yanchor="top", align="left", xshift=4 - MARGIN["l"], yshift=top - 4,
            )
        ],
        "shapes": [line_shape(0, 0, 0, 1, colours.text, xref="x", yref="y domain"), *([frame] if framed else [])],
        "xaxis": session_axis(window.start, window.end, ticks, colours, title=False),
        "yaxis": {
            "range": [-reach * ROOM, reach * ROOM],
            **percent_ticks(-reach, reach, 5),
            "ticklabelstandoff": 4,
            "gridcolor": colours.grid,
            "zerolinecolor": colours.axis,
            "fixedrange": True,
            "tickfont": muted,
        },
    }  # fmt: skip


def band_trace(sessions: Positions, half: Floats, colour: str, opacity: float) -> Element:
    """A band around zero; `half` (W,) is half its width, decimal. Nothing is drawn where that is unknown."""
    known = np.isfinite(half)
    shown, edge = sessions[known].astype(np.float64), 100 * half[known]
    if len(sessions) == len(shown) == 1:
        shown, edge = shown + np.array([-ALONE, ALONE]), np.repeat(edge, 2)
    return {
        "type": "scatter",
        "x": np.concatenate([shown, shown[::-1]]).tolist(),
        "y": np.concatenate([edge, -edge[::-1]]).tolist(),
        "mode": "lines",
        "fill": "toself",
        "fillcolor": rgba(colour, opacity),
        "line": {"color": rgba(colour, 0.45), "width": 1},
        "hoverinfo": "skip",
    }


def reach_of(paths: list[Floats]) -> float:
    """The furthest from zero that any of some paths and bands goes, in percent; a thousandth at least."""
    values = np.concatenate([np.abs(path[np.isfinite(path)]) for path in paths])
    return 100 * float(values.max(initial=0.001))
