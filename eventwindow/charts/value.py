"""A fine beside the change of market value, in yuan on one linear scale: one group of bars per listing.

The figures stand at the left, where no interval crosses them; the sign is printed, and falls go left.
"""

from collections.abc import Sequence

import plotly.graph_objects as go

from eventwindow.charts.axes import amount_axis
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import Element, Palette, layout, note
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import Reason
from eventwindow.format import bare_money, compact, pl
from eventwindow.value import ValueChange
from eventwindow.words_compare import listing_label

BAR, HEAD, GAP = 24, 26, 10
MARGIN = {"l": 118, "r": 14, "t": 4, "b": 46}
THICK = 0.68
MOST_TICKS = 6
# Free at either end, in parts of what is shown: an interval must not touch the labels.
ROOM = 0.06


def value_bars(changes: Sequence[ValueChange], colours: Palette) -> go.Figure:
    """Fine, raw and abnormal change of listings that all have a known change in yuan; at least one."""
    bars: list[Element] = []
    heads: list[Element] = []
    top = 0.0
    for change in changes:
        rows = _rows(change, colours)
        name = f"<b>{pl(listing_label(change.issuer, change.listing))}</b>"
        heads.append(
            note(
                name,
                0,
                top + HEAD / 2,
                13,
                colours.text,
                xref="paper",
                xanchor="left",
                yanchor="middle",
                xshift=8 - MARGIN["l"],
            )
        )
        for place, (label, amount, looks) in enumerate(rows):
            y = top + HEAD + BAR * (place + 0.5)
            bars.append(_bar(label, amount, y, looks))
        top += HEAD + BAR * len(rows) + GAP
    return _figure(bars, heads, top, colours)


def _rows(change: ValueChange, colours: Palette) -> list[tuple[str, float, Element]]:
    """Name with its figure, yuan and looks of the bars of one listing."""
    raw, moved, interval = (
        change.amount(change.raw, "CNY"),
        change.amount(change.abnormal, "CNY"),
        change.interval("CNY"),
    )
    colour = colours.hong_kong if change.listing.market is Market.HONG_KONG else colours.wall_street
    found: list[tuple[str, float, Element]] = []
    if not isinstance(change.fine, Reason):
        found.append((f"Fine {compact(change.fine)}", change.fine, {"marker": {"color": colours.text}}))
    if not isinstance(raw, Reason):
        hatch = {"shape": "/", "fgcolor": colour, "bgcolor": colours.surface, "size": 6, "solidity": 0.3}
        found.append(
            (
                f"Raw {bare_money(raw)}",
                raw,
                {"marker": {"color": colour, "pattern": hatch, "line": {"color": colour, "width": 1}}},
            )
        )
    if not isinstance(moved, Reason) and not isinstance(interval, Reason):
        reach = {"type": "data", "array": [interval[1] - moved], "color": colours.text, "thickness": 1.5, "width": 4}
        found.append((f"Abnormal {bare_money(moved)}", moved, {"marker": {"color": colour}, "error_x": reach}))
    return found


def _bar(label: str, amount: float, y: float, looks: Element) -> Element:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [amount],
        "y": [y],
        "width": [BAR * THICK],
        "name": label,
        "hovertemplate": f"{label} yuan<extra></extra>",
        **looks,
    }


def _figure(bars: list[Element], heads: list[Element], height: float, colours: Palette) -> go.Figure:
    muted = {"size": 12, "color": colours.muted}
    ends = [bar["x"][0] + sign * bar.get("error_x", {"array": [0.0]})["array"][0] for bar in bars for sign in (-1, 1)]
    return Drawing(
        {
            "data": bars,
            "layout": {
                **layout(colours, int(height) + MARGIN["t"] + MARGIN["b"]),
                "margin": MARGIN,
                "barmode": "overlay",
                "showlegend": False,
                "hovermode": "closest",
                "annotations": heads,
                "xaxis": {
                    **amount_axis(min(0.0, *ends), max(0.0, *ends), ROOM, MOST_TICKS, colours),
                    "title": {"text": "yuan", "font": muted, "standoff": 4},
                },
                "yaxis": {
                    "range": [height, 0],
                    "tickvals": [bar["y"][0] for bar in bars],
                    "ticktext": [bar["name"] for bar in bars],
                    "showgrid": False,
                    "zeroline": False,
                    "fixedrange": True,
                    "tickfont": {"size": 12, "color": colours.text},
                },
            },
        }
    )
