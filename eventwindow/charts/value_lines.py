"""Abnormal change of market value added up over the announcements: one panel with its own scale per company."""

from textwrap import wrap

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from eventwindow.charts.axes import amount_axis
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import Element, Palette, layout, note
from eventwindow.format import bare_money, money, pl
from eventwindow.survey import Survey
from eventwindow.valued import Valued, ValueLine
from eventwindow.words_compare import listing_label
from eventwindow.words_value import change_sentence, line_counts

PANEL, TITLE, AXIS = 170, 30, 34
MARGIN = {"l": 64, "r": 14, "t": 0, "b": AXIS}
MOST_TICKS, HOVER_WIDTH = 5, 44
ROOM = 0.12
# Room at the right for the bar of noise, as a share of the time shown.
AFTER = 0.03


def value_lines(survey: Survey, valued: Valued, colours: Palette) -> go.Figure:
    """The chart of a survey with at least one line that has points."""
    lines = valued.drawn
    inside = len(lines) * (PANEL + TITLE)
    first, last = min(line.days[0] for line in lines), max(line.days[-1] for line in lines)
    span = max(int((last - first).astype(int)), 30)
    gap = np.timedelta64(max(1, round(AFTER * span)), "D")
    traces: list[Element] = []
    axes: Element = {}
    titles: list[Element] = []
    for number, line in enumerate(lines):
        suffix = "" if number == 0 else str(number + 1)
        top = 1 - number * (PANEL + TITLE) / inside
        axes[f"yaxis{suffix}"] = _axis(
            line, survey.view.level, [top - (PANEL + TITLE) / inside, top - TITLE / inside], colours
        )
        colour = colours.companies[number % len(colours.companies)]
        traces += [
            {**trace, "xaxis": "x", "yaxis": f"y{suffix}"}
            for trace in _traces(survey, valued, line, gap, colour, colours)
        ]
        titles.append(_title(line, suffix, colours))
    return Drawing(
        {
            "data": traces,
            "layout": {
                **layout(colours, inside + AXIS),
                **axes,
                "xaxis": {
                    "type": "date",
                    "range": [
                        str(first - np.timedelta64(max(1, span // 100), "D")),
                        str(last + gap + np.timedelta64(max(1, span // 50), "D")),
                    ],
                    "anchor": "y" if len(lines) == 1 else f"y{len(lines)}",
                    "gridcolor": colours.grid,
                    "fixedrange": True,
                    "tickfont": {"size": 12, "color": colours.muted},
                },
                "annotations": titles,
                "hovermode": "closest",
                "showlegend": False,
                "margin": MARGIN,
            },
        }
    )


def _axis(line: ValueLine, level: int, domain: list[float], colours: Palette) -> Element:
    noise = line.noise(level)
    low, high = min(0.0, -noise, float(line.total.min())), max(0.0, noise, float(line.total.max()))
    return {"domain": domain, **amount_axis(low, high, ROOM, MOST_TICKS, colours)}


def _title(line: ValueLine, suffix: str, colours: Palette) -> Element:
    total = money(float(line.total[-1]), "USD", signed=True)
    partly = f", {line_counts(line)}" if line.missing else ""
    text = f"<b>{pl(listing_label(line.issuer, line.listing))}</b> {pl(total + partly)}"
    place = {"xref": "paper", "yref": f"y{suffix} domain", "xanchor": "left", "yanchor": "bottom"}
    return note(text, 0, 1, 12, colours.text, xshift=4 - MARGIN["l"], yshift=4, **place)


def _traces(
    survey: Survey,
    valued: Valued,
    line: ValueLine,
    gap: np.timedelta64,
    colour: str,
    colours: Palette,
) -> list[Element]:
    """The steps, the announcements on them, and the bar of noise around zero at the end."""
    end = str(line.days[-1] + gap)
    step = {
        "type": "scatter",
        "mode": "lines",
        "x": [*map(str, (line.days[0], *line.days)), end],
        "y": [0.0, *line.total.tolist(), float(line.total[-1])],
        "line": {"color": colour, "width": 2.2, "shape": "hv"},
        "hoverinfo": "skip",
    }
    noise = {
        "type": "scatter",
        "mode": "markers",
        "x": [end],
        "y": [0.0],
        "marker": {"size": 1, "color": colours.muted},
        "error_y": {
            "type": "data",
            "array": [line.noise(survey.view.level)],
            "color": colours.muted,
            "thickness": 2,
            "width": 5,
        },
        "hovertemplate": f"Noise alone: within ±{money(line.noise(survey.view.level), 'USD')}<extra></extra>",
    }
    marks = [
        _marks(survey, valued, line, (line.steps >= 0) == rises, "triangle-up" if rises else "triangle-down", colour)
        for rises in (True, False)
    ]
    return [step, noise, *marks]


def _marks(
    survey: Survey, valued: Valued, line: ValueLine, chosen: NDArray[np.bool_], symbol: str, colour: str
) -> Element:
    """Announcements that go one way, filled where they name the company."""
    places = np.flatnonzero(chosen).tolist()
    texts = [_hover(survey, valued, line, place) for place in places]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": line.days[chosen].astype(str).tolist(),
        "y": line.total[chosen].tolist(),
        "marker": {
            "symbol": [symbol if line.about[place] else f"{symbol}-open" for place in places],
            "size": 7,
            "color": colour,
            "line": {"color": colour, "width": 1.2},
        },
        "customdata": texts,
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _hover(survey: Survey, valued: Valued, line: ValueLine, place: int) -> str:
    """What one announcement added, and its own change."""
    added = f"{bare_money(float(line.steps[place]))} added. "
    return "<br>".join(map(pl, wrap(added + change_sentence(survey, valued, int(line.rows[place])), HOVER_WIDTH)))
