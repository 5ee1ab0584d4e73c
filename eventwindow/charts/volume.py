"""Abnormal return above, abnormal volume below, on one axis of sessions: one figure per listing."""

from collections.abc import Sequence
from math import ceil, floor, log
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from eventwindow.charts.axes import percent_ticks, session_axis, session_ticks
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.small import reach_of
from eventwindow.charts.theme import Element, Palette, layout, line_shape, note, rgba
from eventwindow.facts.events import Clock
from eventwindow.facts.prices import Floats
from eventwindow.facts.reasons import Reason
from eventwindow.format import pl
from eventwindow.volume import Attention
from eventwindow.words import place
from eventwindow.words_timing import hover_day, return_words, volume_reason, volume_words

HEIGHT, MARGIN = 350, {"l": 58, "r": 8, "t": 52, "b": 44}
RETURNS, VOLUMES = [0.46, 1.0], [0.0, 0.36]
# The axis of volume shows at least from half to twice the usual.
LEAST, ROOM = 1.2, 1.08
# Characters of a line of text inside a panel.
WRAPPED = 42
# A band reaches so far beyond the middle of its first and last session.
HALF = 0.5
CLOCKS = {Clock.FIRST_REPORTED: "first report", Clock.ANNOUNCED: "official act"}


def attention_charts(found: Sequence[Attention], level: int, colours: Palette) -> list[go.Figure]:
    """A figure per listing, all on the same scales."""
    companies = list(dict.fromkeys(item.item.issuer.slug for item in found))
    reach = ROOM * reach_of([array for item in found for array in (item.returns, item.returns_band)])
    volumes = np.concatenate([[-LEAST, LEAST], *(_doublings(item.volume) for item in found)])
    widest = max(float(np.nanmax(_doublings(item.volume_band), initial=0)) for item in found)
    low, high = ROOM * min(np.nanmin(volumes), -widest), ROOM * max(np.nanmax(volumes), widest)
    return [_figure(item, companies.index(item.item.issuer.slug), level, (reach, low, high), colours) for item in found]


def _doublings(logs: Floats) -> Floats:
    return np.asarray(logs / log(2), dtype=np.float64)


def _figure(item: Attention, style: int, level: int, scales: tuple[float, float, float], colours: Palette) -> go.Figure:
    colour = colours.companies[style % len(colours.companies)]
    reach, low, high = scales
    volume, band = _doublings(item.volume), _doublings(item.volume_band)
    places = range(len(item.sessions))
    head = [f"{hover_day(item, at)}<br>" for at in places]
    returns_said = [return_words(item.returns[at], item.returns_band[at], level) for at in places]
    volumes_said = [volume_words(item, at, level) for at in places]
    traces = [
        _band(item, 100 * item.returns_band, colour, colours, "y"),
        _bars(item, 100 * item.returns, 100 * item.returns_band, colour, "y")
        | {"customdata": [day + said for day, said in zip(head, returns_said, strict=True)]},
    ]
    # Without volume the lower panel stays, empty, so that the axis of sessions has its place.
    traces += [
        _band(item, band, colour, colours, "y2"),
        _bars(item, volume, band, colour, "y2") | {"customdata": volumes_said},
    ]
    muted = {"size": 12, "color": colours.muted}
    first, last = float(item.sessions[0]), float(item.sessions[-1])
    shared = {"zerolinecolor": colours.axis, "gridcolor": colours.grid, "fixedrange": True, "tickfont": muted}
    return Drawing(
        {
            "data": traces,
            "layout": {
                **layout(colours, HEIGHT),
                "margin": MARGIN,
                "showlegend": False,
                "hovermode": "x unified",
                "bargap": 0.25,
                "barmode": "overlay",
                "annotations": _notes(item, colours),
                "shapes": [
                    line_shape(offset, offset, 0, 1, colours.text if not offset else colours.axis, yref="paper")
                    for offset in _marked(item)
                ],
                "xaxis": {
                    "anchor": "y2",
                    **session_axis(first, last, session_ticks(item.sessions), colours, room=0.6),
                },
                "yaxis": {"domain": RETURNS, "range": [-reach, reach], **percent_ticks(-reach, reach, 5), **shared},
                "yaxis2": {"domain": VOLUMES, "range": [low, high], **_doubling_ticks(low, high), **shared},
            },
        }
    )


def _bars(item: Attention, values: Floats, band: Floats, colour: str, axis: str) -> Element:
    """One bar a session from zero; full where it leaves its band."""
    outside = np.abs(values) > band
    return {
        "type": "bar",
        "x": item.sessions.tolist(),
        "y": [None if np.isnan(value) else value for value in values.tolist()],
        "yaxis": axis,
        "marker": {
            "color": [colour if full else rgba(colour, 0.3) for full in outside.tolist()],
            "line": {"color": colour, "width": 1.2},
        },
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _band(item: Attention, half: Floats, colour: str, colours: Palette, axis: str) -> Element:
    known = np.isfinite(half)
    days, edge = item.sessions[known].astype(np.float64), half[known]
    if len(days):
        days = np.concatenate([days[:1] - HALF, days, days[-1:] + HALF])
        edge = np.concatenate([edge[:1], edge, edge[-1:]])
    return {
        "type": "scatter",
        "x": np.concatenate([days, days[::-1]]).tolist(),
        "y": np.concatenate([edge, -edge[::-1]]).tolist(),
        "yaxis": axis,
        "mode": "lines",
        "fill": "toself",
        "fillcolor": rgba(colour, colours.band),
        "line": {"color": rgba(colour, 0.45), "width": 1},
        "hoverinfo": "skip",
    }


def _marked(item: Attention) -> list[int]:
    """Sessions inside the window that a clock points at."""
    offsets = [news.offset for news in item.item.sessions]
    return [offset for offset in offsets if item.sessions[0] <= offset <= item.sessions[-1]]


def _notes(item: Attention, colours: Palette) -> list[Element]:
    edges = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "align": "left"}
    title = f"<b>{pl(item.item.issuer.short_name)}</b> · {pl(place(item.item))} · {pl(item.item.listing.symbol)}"
    notes = [
        note(title, 0, 1, 13, colours.text, **edges, yshift=22),
        note("abnormal return", 0, 1, 12, colours.muted, **edges, yshift=4),
        note("volume, times usual", 0, VOLUMES[1], 12, colours.muted, **edges, yshift=4),
    ]
    if item.reason is not Reason.OK:
        why = "<br>".join(map(pl, wrap(volume_reason(item), WRAPPED)))
        middle = {"xref": "paper", "yref": "paper", "bgcolor": colours.surface}
        notes.append(note(why, 0.5, sum(VOLUMES) / 2, 12, colours.text, **middle))
    return notes


def _doubling_ticks(low: float, high: float) -> Element:
    """Round multiples, `×½`, `×1`, `×2`."""
    step = 1 if high - low <= 7 else 2
    powers = range(step * ceil(low / step), step * floor(high / step) + 1, step)
    return {
        "tickvals": list(powers),
        "ticktext": [f"{2**power:g}×" if power >= 0 else f"1/{2**-power}×" for power in powers],
    }
