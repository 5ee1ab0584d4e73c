"""Fall of every listing below its highest close of October 2020, above the lane of announcements."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from eventwindow.charts.lane import axis_title, timeline_figure
from eventwindow.charts.theme import Palette
from eventwindow.charts.timeline import COMPANIES_PER_PANEL, Curve, line_panels, panel_height
from eventwindow.format import percent
from eventwindow.history import Drawdown, Mark

STEPS = (0.2, 0.5, 1.0, 2.0)
MOST_TICKS, FEW_TICKS = 7, 4


def drawdown_chart(
    found: Sequence[Drawdown], marks: Sequence[Mark], span: tuple[date, date], chosen: str, colours: Palette
) -> go.Figure:
    """Percent below the peak, the deepest point of every line ringed."""
    lowest = min(item.trough for item in found)
    highest = max(0.0, *(float(item.fall.max()) for item in found))
    alone = len({item.issuer.slug for item in found}) <= COMPANIES_PER_PANEL
    most = MOST_TICKS if alone else FEW_TICKS
    step = next((size for size in STEPS if (highest - lowest) / size <= most), STEPS[-1])
    levels = [step * number for number in range(int(lowest / step), int(highest / step) + 1)]
    room = 100 * (highest - lowest) / 16
    axis = {
        "range": [100 * lowest - room, 100 * highest + room],
        "tickvals": [100 * level for level in levels],
        "ticktext": [percent(level, 0) for level in levels],
        "zeroline": True,
        "zerolinecolor": colours.axis,
        "title": axis_title("from the peak of October 2020" if alone else "from peak", colours),
    }
    curves = [Curve(item.listing, item.issuer, item.days, 100 * item.fall, item.lowest) for item in found]
    panels = line_panels(curves, "%{y:+.1f}%", axis, colours)
    return timeline_figure(panels, panel_height(panels), marks, len(curves), span, chosen, colours)
