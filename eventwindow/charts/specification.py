"""Specification curve: the figure under every setting, by size, with the settings of each dot below."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import Element, Palette, layout, note, rgba
from eventwindow.doubt import Curve, Dot, Setting
from eventwindow.format import cut, percent, pl, session
from eventwindow.view import Benchmark
from eventwindow.words import window_words
from eventwindow.words_doubt import MODEL_WORDS, benchmark_words, curve_label, dot_words, setting_words

CURVE_HEIGHT, ROW_HEIGHT, GAP = 210, 17, 26
TOP, BOTTOM, LEFT = 30, 12, 116
# Between kinds of setting, in rows.
ROOM = 0.5
# Longer names would run out of a phone, or out of the margin.
LONGEST, LONGEST_ROW = 44, 17
STEPS = (1, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class _Row:
    """One row of the matrix: where it lies, its label, and the kind and value of setting it stands for."""

    place: float
    label: str
    kind: str
    value: object

    def holds(self, setting: Setting) -> bool:
        """Whether a setting has this value."""
        return bool(getattr(setting, self.kind) == self.value)


def specification_range(curves: Sequence[Curve]) -> tuple[float, float]:
    """Lowest and highest percentage that any interval reaches, zero included, for the axis that all share."""
    edges = [100 * (dot.value + sign * dot.half_width) for curve in curves for dot in curve.dots for sign in (-1, 1)]
    low, high = min([0.0, *edges]), max([0.0, *edges])
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room


def specification_chart(curve: Curve, reach: tuple[float, float], level: int, colours: Palette) -> go.Figure:
    """Dots with intervals over the rank, filled where beyond noise; a matrix of settings; the current one marked."""
    rows = _rows(curve.dots)
    matrix_height = round(ROW_HEIGHT * (rows[-1].place + 1.2))
    inside = CURVE_HEIGHT + GAP + matrix_height
    split = matrix_height / inside
    own = next((rank for rank, dot in enumerate(curve.dots) if dot.is_current), None)
    ranks = {"range": [-1.5, len(curve.dots) + 0.5], "fixedrange": True, "showgrid": False, "zeroline": False}
    muted = {"size": 12, "color": colours.muted}
    step = next((size for size in STEPS if (reach[1] - reach[0]) / size <= 8), STEPS[-1])
    ticks = [step * number for number in range(int(reach[0] // step) + 1, int(reach[1] // step) + 1)]
    name = f"<b>{pl(cut(curve_label(curve), LONGEST))}</b>"
    return Drawing(
        {
            "data": [
                _intervals(curve, colours),
                *(_dots(curve, level, colours, beyond=beyond) for beyond in (False, True)),
                *_current(curve, own, colours),
                *_marks(curve, rows, own, colours),
            ],
            "layout": {
                **layout(colours, inside + TOP + BOTTOM),
                "showlegend": False,
                "margin": {"l": LEFT, "r": 8, "t": TOP, "b": BOTTOM},
                "annotations": [
                    note(
                        name, 0, 1, 13, colours.text, xref="paper", yref="paper", xanchor="left", yanchor="bottom",
                        yshift=6, xshift=-LEFT + 6,
                    )
                ],
                "shapes": [] if own is None else [_column(own, colours)],
                "xaxis": {**ranks, "anchor": "y2", "showticklabels": False},
                "yaxis": {
                    "domain": [split + GAP / inside, 1],
                    "range": list(reach),
                    "fixedrange": True,
                    "tickvals": ticks,
                    "ticktext": [percent(tick / 100, 0) for tick in ticks],
                    "gridcolor": colours.grid,
                    "zerolinecolor": colours.text,
                    "tickfont": muted,
                    "title": {"text": "abnormal return", "font": muted, "standoff": 6},
                },
                "yaxis2": {
                    "domain": [0, split],
                    "range": [rows[-1].place + 0.6, -0.6],
                    "fixedrange": True,
                    "tickvals": [row.place for row in rows],
                    "ticktext": [row.label for row in rows],
                    "showgrid": False,
                    "zeroline": False,
                    "tickfont": {"size": 12, "color": colours.text},
                },
            },
        }
    )  # fmt: skip


def _rows(dots: Sequence[Dot]) -> list[_Row]:
    """Rows of the matrix: every value that a setting takes, with room between the kinds of setting."""
    settings = [dot.setting for dot in dots]
    used = {kind: {getattr(item, kind) for item in settings} for kind in ("model", "benchmark", "estimation", "window")}
    benchmarks = list(dict.fromkeys((*Benchmark, *sorted(used["benchmark"] - {None}))))
    windows = sorted(used["window"], key=lambda item: (item.length, item.start))
    estimations = sorted(used["estimation"], key=lambda item: (-item.end, item.length))
    labels = [
        *(("model", model, words) for model, words in MODEL_WORDS.items() if model in used["model"]),
        *(
            ("benchmark", item, pl(cut(benchmark_words(item), LONGEST_ROW)))
            for item in benchmarks
            if item in used["benchmark"]
        ),
        *(("estimation", item, f"{item.length} to {session(item.end)}") for item in estimations),
        *(("window", item, window_words(item)) for item in windows),
    ]
    kinds = list(dict.fromkeys(kind for kind, _, _ in labels))
    return [
        _Row(number + ROOM * kinds.index(kind), label, kind, value)
        for number, (kind, value, label) in enumerate(labels)
    ]


def _intervals(curve: Curve, colours: Palette) -> Element:
    """One thin line per dot, as one trace with gaps."""
    x: list[int | None] = []
    y: list[float | None] = []
    for rank, dot in enumerate(curve.dots):
        x += [rank, rank, None]
        y += [100 * (dot.value - dot.half_width), 100 * (dot.value + dot.half_width), None]
    line = {"color": rgba(colours.axis, 0.55), "width": 1.4}
    return {"type": "scatter", "x": x, "y": y, "mode": "lines", "line": line, "hoverinfo": "skip"}


def _dots(curve: Curve, level: int, colours: Palette, *, beyond: bool) -> Element:
    """Settings whose p is below the error rate, or the others; filled and ringed."""
    ranks = [rank for rank, dot in enumerate(curve.dots) if (dot.p < 1 - level / 100) is beyond]
    dots = [curve.dots[rank] for rank in ranks]
    fill = colours.hong_kong if beyond else colours.surface
    return {
        "type": "scatter",
        "x": ranks,
        "y": [100 * dot.value for dot in dots],
        "mode": "markers",
        "marker": {"size": 5.5, "color": fill, "line": {"color": colours.hong_kong, "width": 1.1}},
        "customdata": [f"{pl(setting_words(dot.setting))}<br>{dot_words(dot, level)}" for dot in dots],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _current(curve: Curve, own: int | None, colours: Palette) -> list[Element]:
    """The reader's own setting: a filled diamond with its figure in words over it."""
    if own is None:
        return []
    outline = {"color": colours.surface, "width": 1.5}
    marker = {"symbol": "diamond", "size": 12, "color": colours.wall_street, "line": outline}
    y = [100 * curve.dots[own].value]
    return [{"type": "scatter", "x": [own], "y": y, "mode": "markers", "marker": marker, "hoverinfo": "skip"}]


def _marks(curve: Curve, rows: Sequence[_Row], own: int | None, colours: Palette) -> list[Element]:
    """A tick in every row that a dot's setting belongs to; a diamond for the reader's own."""
    shared = {"type": "scatter", "yaxis": "y2", "mode": "markers", "hoverinfo": "skip"}
    at = [(rank, row.place) for rank, dot in enumerate(curve.dots) for row in rows if row.holds(dot.setting)]
    ticks = {"symbol": "line-ns", "size": 9, "line": {"width": 1.3, "color": colours.muted}}
    marks = [{**shared, "x": [rank for rank, _ in at], "y": [place for _, place in at], "marker": ticks}]
    if own is not None:
        places = [row.place for row in rows if row.holds(curve.dots[own].setting)]
        diamond = {"symbol": "diamond", "size": 9, "color": colours.wall_street}
        marks.append({**shared, "x": [own] * len(places), "y": places, "marker": diamond})
    return marks


def _column(own: int, colours: Palette) -> Element:
    line = {"color": rgba(colours.wall_street, 0.6), "width": 1}
    return {"type": "line", "x0": own, "x1": own, "y0": 0, "y1": 1, "yref": "paper", "line": line, "layer": "below"}
