"""What the charts of the timeline share: stacked panels on one axis of time, and the lane of announcements below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import plotly.graph_objects as go

from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import Element, Palette, layout, line_shape, note, rgba
from eventwindow.facts.events import Direction
from eventwindow.format import pl, plain_day
from eventwindow.history import Mark
from eventwindow.words import DIRECTION_NAMES
from eventwindow.words_timeline import card, card_title

LANE = 122
ROWS = {Direction.TIGHTENING: 2, Direction.AMBIGUOUS: 1, Direction.EASING: 0}
SYMBOLS = {Direction.TIGHTENING: "triangle-down", Direction.AMBIGUOUS: "diamond", Direction.EASING: "triangle-up"}
# Diameters in pixels; areas grow in proportion to the amount, up to this many yuan.
SMALLEST, LARGEST, FULL_AMOUNT = 10.0, 30.0, 20e9
# Opacity of the marks, of which some lie over each other.
STRENGTH = 0.85
# How far neighbours stand apart in the lane, in rows.
APART = 0.25
BUTTONS, TITLE_LINE, ABOVE_LANE, BOTTOM, LEGEND = 36, 18, 24, 34, 44
MARGIN = {"l": 76, "r": 10}
RANGES = (("6 months", 6, "month", 183), ("1 year", 1, "year", 366), ("3 years", 3, "year", 1096))


@dataclass(frozen=True)
class Panel:
    """One stretch of the stack: its title, its traces without axes, and its vertical axis."""

    title: str
    traces: tuple[Element, ...]
    axis: Element


@dataclass(frozen=True)
class Stack:
    """Heights in pixels of panels one above the other, each below its title, with the lane at the bottom."""

    panels: int
    panel_height: int
    title: int

    @property
    def inside(self) -> int:
        """Height between the margins."""
        return self.panels * self.panel_height + (self.panels - 1) * self.between + ABOVE_LANE + LANE

    @property
    def between(self) -> int:
        """Height between two panels."""
        return self.title + TITLE_LINE

    def domain(self, number: int) -> list[float]:
        """Lower and upper edge of a panel counted from the top, as shares of the height."""
        top = self.inside - number * (self.panel_height + self.between)
        return [(top - self.panel_height) / self.inside, top / self.inside]


def timeline_figure(
    panels: Sequence[Panel],
    panel_height: int,
    marks: Sequence[Mark],
    lines: int,
    span: tuple[date, date],
    chosen: str,
    colours: Palette,
) -> go.Figure:
    """The panels above the lane.

    `lines` is how many listings the view shows, `span` the first and last day, `chosen` the announcement to ring.
    """
    stack = Stack(len(panels), panel_height, TITLE_LINE * max(_title_lines(panel.title) for panel in panels))
    traces: list[Element] = []
    axes: Element = {}
    notes: list[Element] = []
    for number, panel in enumerate(panels):
        suffix = "" if number == 0 else str(number + 1)
        traces += [{**trace, "xaxis": "x", "yaxis": f"y{suffix}"} for trace in panel.traces]
        axes[f"yaxis{suffix}"] = {
            "domain": stack.domain(number),
            "gridcolor": colours.grid,
            "fixedrange": True,
            "tickfont": {"size": 12, "color": colours.muted},
            **panel.axis,
        }
        refs = {"xref": "paper", "yref": f"y{suffix} domain", "xanchor": "left", "yanchor": "bottom", "align": "left"}
        # The line of the chosen announcement runs behind it where there is little room.
        refs["bgcolor"] = colours.surface
        notes.append(note(panel.title, 0, 1, 13, colours.text, yshift=3, **refs))
    lane = f"y{len(panels) + 1}"
    axes[lane.replace("y", "yaxis")] = _lane_axis(stack, colours)
    heights = _heights(marks)
    traces += _mark_traces(marks, heights, lines, lane, colours)
    shapes: list[Element] = []
    for mark in marks:
        if mark.announcement.event_id == chosen:
            traces.append(_ring(mark, heights[chosen], lane, colours))
            day = mark.day.isoformat()
            shapes.append({**line_shape(0, 0, 0, 1, colours.text), "x0": day, "x1": day, "yref": "paper"})
            notes.append(_chosen_note(mark, stack, span, colours))
    legend = len(panels) == 1
    top = BUTTONS + stack.title
    below = BOTTOM + (LEGEND if legend else 0)
    return Drawing(
        {
            "data": traces,
            "layout": {
                **layout(colours, stack.inside + top + below),
                **axes,
                "xaxis": _time_axis(span, stack, lane, colours),
                "annotations": notes,
                "shapes": shapes,
                "hovermode": "closest",
                "hoverdistance": 24,
                "showlegend": legend,
                "legend": {
                    "orientation": "h",
                    "x": 0,
                    "xanchor": "left",
                    "y": -BOTTOM / stack.inside,
                    "yanchor": "top",
                    "itemclick": False,
                    "itemdoubleclick": False,
                },
                "margin": {**MARGIN, "t": top, "b": below},
            },
        }
    )


def axis_title(text: str, colours: Palette) -> Element:
    """Title of the vertical axis of a panel."""
    return {"text": text, "font": {"size": 12, "color": colours.muted}, "standoff": 4}


def size(amount: float | None) -> float:
    """Diameter of a mark in pixels; the smallest where no amount is known."""
    share = min(1.0, (amount or 0.0) / FULL_AMOUNT)
    return round(float((SMALLEST**2 + share * (LARGEST**2 - SMALLEST**2)) ** 0.5), 1)


def hover_text(mark: Mark, lines: int) -> str:
    """The card under the pointer, every text of the table escaped."""
    title = "<br>".join(f"<b>{pl(part)}</b>" for part in card_title(mark))
    return "<br>".join([title, *(pl(part) for part in card(mark, lines))])


def _mark_traces(
    marks: Sequence[Mark], heights: Mapping[str, float], lines: int, lane: str, colours: Palette
) -> list[Element]:
    """One trace a direction; large marks are drawn first, so that small ones stay in reach."""
    fills = {
        Direction.TIGHTENING: colours.tightening,
        Direction.AMBIGUOUS: colours.either_way,
        Direction.EASING: colours.easing,
    }
    traces = []
    for direction in ROWS:
        members = [mark for mark in marks if mark.announcement.direction is direction]
        members.sort(key=lambda mark: -size(mark.announcement.amount_cny))
        marker = {
            "symbol": SYMBOLS[direction],
            "size": [size(mark.announcement.amount_cny) for mark in members],
            "color": rgba(fills[direction], STRENGTH),
            "opacity": 1,
            "line": {"color": colours.surface, "width": 1},
        }
        same = {"marker": {"opacity": 1}}
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": DIRECTION_NAMES[direction],
                "x": [mark.day.isoformat() for mark in members],
                "y": [heights[mark.announcement.event_id] for mark in members],
                "yaxis": lane,
                "marker": marker,
                "selected": same,
                "unselected": same,
                "customdata": [mark.announcement.event_id for mark in members],
                "hovertext": [hover_text(mark, lines) for mark in members],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "hoverlabel": {"align": "left"},
                "showlegend": False,
                "cliponaxis": False,
            }
        )
    return [trace for trace in traces if trace["x"]]


def _ring(mark: Mark, height: float, lane: str, colours: Palette) -> Element:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [mark.day.isoformat()],
        "y": [height],
        "yaxis": lane,
        "marker": {
            "symbol": "circle-open",
            "size": size(mark.announcement.amount_cny) + 8,
            "color": colours.text,
            "line": {"width": 2},
        },
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
    }


def _chosen_note(mark: Mark, stack: Stack, span: tuple[date, date], colours: Palette) -> Element:
    """The date of the ringed announcement, beside its line above the lane and inside the chart."""
    late = mark.day - span[0] > (span[1] - span[0]) / 2
    place = {"xanchor": "right", "xshift": -5} if late else {"xanchor": "left", "xshift": 5}
    words = note(plain_day(mark.day), 0, LANE / stack.inside, 12, colours.text, yref="paper", yanchor="bottom", **place)
    return {**words, "x": mark.day.isoformat(), "xref": "x"}


def _title_lines(title: str) -> int:
    return title.count("<br>") + 1 if title else 0


def _heights(marks: Sequence[Mark]) -> dict[str, float]:
    """Height in the lane of every announcement: its row, neighbours a little apart in turn."""
    heights = {}
    for direction, row in ROWS.items():
        members = sorted(
            (mark for mark in marks if mark.announcement.direction is direction), key=lambda mark: mark.day
        )
        for number, mark in enumerate(members):
            heights[mark.announcement.event_id] = row + APART * (number % 3 - 1)
    return heights


def _lane_axis(stack: Stack, colours: Palette) -> Element:
    return {
        "domain": [0, LANE / stack.inside],
        "range": [-0.75, 2.75],
        "tickvals": list(ROWS.values()),
        "ticktext": [DIRECTION_NAMES[direction] for direction in ROWS],
        "gridcolor": colours.grid,
        "zerolinecolor": colours.grid,
        "fixedrange": True,
        "tickfont": {"size": 12, "color": colours.muted},
    }


def _time_axis(span: tuple[date, date], stack: Stack, lane: str, colours: Palette) -> Element:
    """Dates below the lane, with buttons for a shorter stretch that ends where the data end."""
    first, last = span
    room = max(timedelta(days=2), (last - first) / 60)
    left, right = first - room, last + room
    # "All" counts days back too: plotly's own "all" would forget the room at both ends.
    stretches = [item for item in RANGES if last - first > timedelta(days=item[3])]
    buttons = [
        {"label": label, "count": count, "step": step, "stepmode": "backward"}
        for label, count, step, _ in (*stretches, ("All", (right - left).days, "day", 0))
    ]
    return {
        "type": "date",
        "anchor": lane,
        "range": [left.isoformat(), right.isoformat()],
        "showgrid": True,
        "gridcolor": colours.grid,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"size": 12, "color": colours.muted},
        "showspikes": True,
        "spikemode": "across",
        "spikesnap": "hovered data",
        "spikethickness": 1,
        "spikedash": "dot",
        "spikecolor": colours.axis,
        "rangeselector": {
            "visible": len(buttons) > 1,
            "buttons": buttons,
            "x": 0,
            "xanchor": "left",
            "y": 1 + (stack.title + 8) / stack.inside,
            "yanchor": "bottom",
            "bgcolor": colours.surface,
            "activecolor": colours.grid,
            "bordercolor": colours.grid,
            "borderwidth": 1,
            "font": {"size": 12, "color": colours.text},
        },
    }
