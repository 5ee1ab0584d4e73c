"""Premium of the New York line over the Hong Kong line, one panel per company, above the lane of announcements."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import plotly.graph_objects as go

from eventwindow.charts.lane import Panel, axis_title, timeline_figure
from eventwindow.charts.theme import Element, Palette, rgba
from eventwindow.facts.sessions import Dates
from eventwindow.format import percent, pl
from eventwindow.history import Gap, Mark
from eventwindow.words_timeline import range_words

PANEL_HEIGHT = 170
STEPS = (0.05, 0.1, 0.2, 0.5)
MOST_TICKS = 5


def gap_chart(
    found: Sequence[Gap], marks: Sequence[Mark], lines: int, span: tuple[date, date], chosen: str, colours: Palette
) -> go.Figure:
    """Percent by which New York stood above Hong Kong, with the range of nine days in ten shaded."""
    reach = max(float(np.abs([gap.widest[1], *gap.normal]).max()) for gap in found)
    step = next((size for size in STEPS if 2 * reach / size <= MOST_TICKS), STEPS[-1])
    count = int(reach / step)
    levels = [step * number for number in range(-count, count + 1)]
    axis = {
        "range": [-105 * reach, 105 * reach],
        "tickvals": [100 * level for level in levels],
        "ticktext": [percent(level, 0) for level in levels],
        "zeroline": True,
        "zerolinecolor": colours.axis,
        "title": axis_title("New York over Hong Kong", colours),
    }
    panels = [
        Panel(_title(gap), (normal_band(gap.days, *gap.normal, colours), _line(gap, style, colours)), axis)
        for style, gap in enumerate(found)
    ]
    return timeline_figure(panels, PANEL_HEIGHT, marks, lines, span, chosen, colours)


def _title(gap: Gap) -> str:
    """Company, which line over which, and the range that is shaded."""
    pair = pl(f"{gap.new_york.symbol} over {gap.hong_kong.symbol}")
    return f"<b>{pl(gap.issuer.both_names)}</b> · {pair}<br>shaded: 9 days in 10, {range_words(gap)}"


def normal_band(days: Dates, low: float, high: float, colours: Palette) -> Element:
    """The usual range of a premium (decimal), from the first to the last of the days."""
    first, last = str(days[0]), str(days[-1])
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "Normal range",
        "x": [first, last, last, first],
        "y": [100 * low, 100 * low, 100 * high, 100 * high],
        "fill": "toself",
        "fillcolor": rgba(colours.muted, colours.band + 0.07),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _line(gap: Gap, style: int, colours: Palette) -> Element:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": gap.days.astype(str),
        "y": (100 * gap.premium).astype(np.float32),
        "line": {"color": colours.companies[style % len(colours.companies)], "width": 1.3},
        "hovertemplate": f"%{{x|%a %-d %b %Y}}<br><b>%{{y:+.2f}}%</b><extra>{pl(gap.new_york.symbol)}</extra>",
        "showlegend": False,
    }
