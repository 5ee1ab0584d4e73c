"""Cumulative abnormal returns around day 0, one panel per market, all on one vertical axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import plotly.graph_objects as go

from eventwindow.case import CarPath, Case, ListingCase
from eventwindow.charts.axes import session_axis, session_ticks
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import DASHES, MARKERS, Element, Palette, layout, line_shape, note, rgba
from eventwindow.facts.listings import Market
from eventwindow.format import long_day, percent, short_day
from eventwindow.words import MARKET_NAMES, place

PANEL_HEIGHT, SMALL_PANEL_HEIGHT = 400, 280
# More lines than this in one panel cannot be read: each company then gets a row of its own.
LINES_PER_PANEL = 2
SPACING = 0.03
MARGIN = {"l": 62, "r": 10, "t": 44, "b": 84}
STEPS = (0.5, 1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True)
class Panel:
    """One cell of the grid, counted from the top left: what it is called and whose lines it holds."""

    row: int
    column: int
    title: str
    items: tuple[ListingCase, ...]


@dataclass(frozen=True)
class Grid:
    """Rows and columns of panels that share both axes."""

    rows: int
    columns: int

    def axis(self, panel: Panel) -> str:
        """Plotly's suffix of a panel's axes: empty for the first."""
        number = panel.row * self.columns + panel.column + 1
        return "" if number == 1 else str(number)

    def x_domain(self, column: int) -> list[float]:
        """Left and right edge of a column, as shares of the width."""
        width = (1 - SPACING * (self.columns - 1)) / self.columns
        left = column * (width + SPACING)
        return [left, left + width]

    def y_domain(self, row: int) -> list[float]:
        """Lower and upper edge of a row, as shares of the height."""
        space = 0.0 if self.rows == 1 else 0.4 / self.rows
        height = (1 - space * (self.rows - 1)) / self.rows
        bottom = (self.rows - 1 - row) * (height + space)
        return [bottom, bottom + height]


def car_chart(case: Case, colours: Palette) -> go.Figure:
    """Path and noise band of every listing with a result; counted from the close before day 0."""
    companies = list(dict.fromkeys(item.issuer.slug for item in case.with_result))
    panels = _panels(case, companies)
    grid = Grid(1 + max(panel.row for panel in panels), 1 + max(panel.column for panel in panels))
    traces: list[Element] = []
    axes: Element = {}
    notes: list[Element] = []
    shapes: list[Element] = []
    for panel in panels:
        suffix = grid.axis(panel)
        for item in panel.items:
            style = companies.index(item.issuer.slug)
            first = all(trace.get("name") != item.issuer.short_name for trace in traces)
            looks = {"legend": first and grid.rows == 1, "filled": item is panel.items[0]}
            traces += _lines(item, suffix, style, colours, case.view.level, **looks)
        axes |= _axes(case, grid, panel, panels, colours)
        refs = {"xref": f"x{suffix}", "yref": f"y{suffix} domain"}
        notes.append(_title(panel, refs, case.view.window.start, colours))
        shapes.append(line_shape(0, 0, 0, 1, colours.text, **refs))
    height = PANEL_HEIGHT if grid.rows == 1 else SMALL_PANEL_HEIGHT * grid.rows
    legend_place = -52 / (height - MARGIN["t"] - MARGIN["b"])
    return Drawing(
        {
            "data": traces,
            "layout": {
                **layout(colours, height),
                **axes,
                "annotations": notes,
                "shapes": shapes,
                "hovermode": "x unified",
                "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": legend_place, "yanchor": "top"},
                "margin": MARGIN,
            },
        }
    )


def _panels(case: Case, companies: Sequence[str]) -> list[Panel]:
    markets = [market for market in Market if any(item.listing.market is market for item in case.with_result)]
    if len(companies) > LINES_PER_PANEL:
        return [
            Panel(
                companies.index(item.issuer.slug),
                markets.index(item.listing.market),
                f"<b>{item.issuer.short_name}</b><br>{place(item)}",
                (item,),
            )
            for item in case.with_result
        ]
    members = [tuple(item for item in case.with_result if item.listing.market is market) for market in markets]
    return [Panel(0, column, _market_title(items), items) for column, items in enumerate(members)]


def _market_title(items: Sequence[ListingCase]) -> str:
    zero = next(item.day_zero for item in items)
    second = f"<br>day 0: {short_day(zero.day)}" if zero else ""
    return f"<b>{MARKET_NAMES[items[0].listing.market]}</b>{second}"


def _title(panel: Panel, refs: Element, left: int, colours: Palette) -> Element:
    return note(
        panel.title, left, 1, 13, colours.text, xanchor="left", yanchor="bottom", align="left", yshift=6, **refs
    )


def _lines(
    item: ListingCase, suffix: str, style: int, colours: Palette, level: int, *, legend: bool, filled: bool
) -> list[Element]:
    """A path with its band; filled for the first of a panel only, as two fillings would blend into a third colour."""
    path = item.path
    if path is None:
        return []
    colour = colours.companies[style % len(colours.companies)]
    dash = DASHES[style % len(DASHES)]
    shared = {"type": "scatter", "xaxis": f"x{suffix}", "yaxis": f"y{suffix}", "legendgroup": item.issuer.slug}
    low, high = (100 * edge for edge in path.band)
    band = {
        **shared,
        "x": np.concatenate([path.sessions, path.sessions[::-1]]).tolist(),
        "y": np.concatenate([high, low[::-1]]).tolist(),
        "mode": "lines",
        "fill": "toself" if filled else "none",
        "fillcolor": rgba(colour, colours.band),
        "line": {"color": rgba(colour, 0.45 if filled else 0.8), "width": 1, "dash": dash},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    line = {
        **shared,
        "x": path.sessions.tolist(),
        "y": (100 * path.value).tolist(),
        "mode": "lines+markers",
        "name": item.issuer.short_name,
        "showlegend": legend,
        "line": {"color": colour, "width": 2.6, "dash": dash},
        "marker": {"symbol": MARKERS[style % len(MARKERS)], "size": 8, "color": colour},
        "customdata": _hover(path, level),
        "hovertemplate": "%{customdata}<extra>" + item.issuer.short_name + "</extra>",
    }
    return [band, line]


def _levels(case: Case) -> list[float]:
    """Round percentages for the vertical axis that every panel shares, about four on either side of zero."""
    paths = [item.path for item in case.with_result if item.path is not None]
    reach = max(float(np.nanmax(np.abs([path.value, path.band[1]]), initial=0.01)) for path in paths)
    step = next((size for size in STEPS if 100 * reach / size <= 4.5), STEPS[-1])
    count = int(100 * reach / step)
    return [step * number for number in range(-count, count + 1)]


def _hover(path: CarPath, level: int) -> list[str]:
    texts = []
    for day, value, se in zip(path.dates.tolist(), path.value.tolist(), path.se.tolist(), strict=True):
        if isinstance(day, date) and np.isfinite(value):
            texts.append(f"{long_day(day)}: {percent(value)}, {level}% band ±{100 * path.critical * se:.2f}%")
        else:
            texts.append("no figure")
    return texts


def _axes(case: Case, grid: Grid, panel: Panel, panels: Sequence[Panel], colours: Palette) -> Element:
    suffix, window = grid.axis(panel), case.view.window
    leads_row = panel.column == min(other.column for other in panels if other.row == panel.row)
    ends_column = panel.row == max(other.row for other in panels if other.column == panel.column)
    muted = {"size": 12, "color": colours.muted}
    levels = _levels(case)
    x_axis = {
        "domain": grid.x_domain(panel.column),
        "anchor": f"y{suffix}",
        **session_axis(window.start, window.end, session_ticks(window.sessions), colours, title=ends_column),
    }
    y_axis = {
        "domain": grid.y_domain(panel.row),
        "anchor": f"x{suffix}",
        "tickvals": levels,
        "ticktext": [percent(level / 100, 0 if float(level).is_integer() else 1) for level in levels],
        "gridcolor": colours.grid,
        "zerolinecolor": colours.axis,
        "fixedrange": True,
        "tickfont": muted,
        "showticklabels": leads_row,
    }
    if leads_row and panel.row == grid.rows // 2:
        y_axis["title"] = {"text": "cumulative abnormal return", "font": muted}
    if panel is not panels[0]:
        y_axis["matches"] = f"y{grid.axis(panels[0])}"
    return {f"xaxis{suffix}": x_axis, f"yaxis{suffix}": y_axis}
