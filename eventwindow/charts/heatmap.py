"""Abnormal return of every announcement (rows, newest first, by year) on every listing (columns).

The unit of the vertical axis is the pixel, so that rows stay equally high however many there are. Titles
have a panel of their own on the left, a share of the width that cuts them off where there is little room.
"""

from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from eventwindow.charts.drawing import Drawing
from eventwindow.charts.ink import ink_on
from eventwindow.charts.theme import Element, Palette, layout, rgba
from eventwindow.format import percent, pl, short_day
from eventwindow.survey import Survey
from eventwindow.words import window_words
from eventwindow.words_compare import (
    announcement_sentence,
    cell_sentence,
    confounded_mark,
    footnotes,
    short_place,
)

ROW, HEAD, GAP = 24, 44, 8
MARGIN = {"l": 0, "r": 1, "t": 52, "b": 4}
# Titles take this share of the width, less with every column beyond a few.
TITLES, FEWEST_TITLES, FEW_COLUMNS, LESS = 0.5, 0.28, 4, 0.04
# Colours are full beyond this share of the figures (in percent), rounded up to one of the steps (in percent).
ROBUST, STEPS = 95, (0.5, 1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 100)
HOVER_WIDTH = 44
# How far from the start of a title, in pixels, it still answers the pointer.
FAR = 500
FADE = 4
CURRENT = "▶ "


@dataclass(frozen=True)
class Cell:
    """One announcement on one listing: its row in the survey, its column, and the top edge in pixels."""

    row: int
    column: int
    top: float


@dataclass(frozen=True)
class Line:
    """One announcement of the map: its number in the survey and the top edge of its row, in pixels."""

    announcement: int
    top: float


@dataclass(frozen=True)
class Year:
    """One section of the map: its head at `top`, and the rows below it."""

    number: int
    top: float
    lines: tuple[Line, ...]


def heat_map(survey: Survey, colours: Palette) -> go.Figure:
    """The map of a survey that shows at least one figure. A click on a cell or a title gives an event_id."""
    years = _years(survey)
    lines = [line for year in years for line in year.lines]
    bottom = lines[-1].top + ROW
    columns = range(len(survey.listings))
    cells = [Cell(survey.row(line.announcement, column), column, line.top) for line in lines for column in columns]
    known = [cell for cell in cells if not survey.reason(cell.row)]
    blank = [cell for cell in cells if survey.reason(cell.row)]
    limit = colour_limit(survey)
    titles = max(FEWEST_TITLES, TITLES - LESS * max(len(columns) - FEW_COLUMNS, 0))
    return Drawing(
        {
            "data": [
                _tiles(survey, known, limit, colours),
                _hatch(survey, blank, colours),
                _rings(survey, known, colours),
                _heads(survey, years, colours),
                _titles(survey, years, colours),
            ],
            "layout": {
                **layout(colours, int(bottom) + MARGIN["t"] + MARGIN["b"]),
                "xaxis": _axis([titles, 1], [0, len(columns)]),
                "xaxis2": _axis([0, titles - 0.015], [0, 1]),
                "yaxis": _axis([0, 1], [bottom, 0]),
                "shapes": [*fade(titles, colours), *_current(survey, lines, colours)],
                "barmode": "overlay",
                "hovermode": "closest",
                "hoverdistance": FAR,
                "showlegend": False,
                "margin": MARGIN,
            },
        }
    )


def colour_limit(survey: Survey) -> float:
    """Size of a figure, in percent, from which on colours are full: so few extremes do not pale all others."""
    reach = 100 * float(np.percentile(np.abs(survey.study.car[survey.known, survey.window]), ROBUST))
    return next((step for step in STEPS if step >= reach), STEPS[-1])


def _years(survey: Survey) -> list[Year]:
    """Sections from the newest year down, without announcements of which nothing is left."""
    shown = sorted({row // len(survey.listings) for row in survey.rows.tolist()}, reverse=True)
    years, top = [], 0.0
    for year, members in groupby(shown, key=lambda number: survey.announcements[number].day.year):
        lines = tuple(Line(number, top + HEAD + ROW * place) for place, number in enumerate(members))
        years.append(Year(year, top, lines))
        top = lines[-1].top + ROW + GAP
    return years


def _tiles(survey: Survey, known: list[Cell], limit: float, colours: Palette) -> Element:
    figures = [100 * float(survey.study.car[cell.row, survey.window]) for cell in known]
    last = len(colours.diverging) - 1
    bars = _bars(survey, known)
    bars["text"] = [_number(survey, cell.row) for cell in known]
    bars["insidetextfont"] = {"size": 12, "color": [ink_on(colours.diverging, figure / limit) for figure in figures]}
    bars["marker"] = {
        "color": figures,
        "cmin": -limit,
        "cmax": limit,
        "colorscale": [[number / last, colour] for number, colour in enumerate(colours.diverging)],
        "line": {"width": 0},
        "colorbar": _colour_bar(survey, limit, colours),
    }
    return bars


def _hatch(survey: Survey, blank: list[Cell], colours: Palette) -> Element:
    letters, bars = footnotes(survey), _bars(survey, blank)
    bars["text"] = [letters[survey.status(cell.row)] for cell in blank]
    bars["insidetextfont"] = {"size": 12, "color": colours.text}
    bars["marker"] = {
        "color": "rgba(0,0,0,0)",
        "line": {"width": 0},
        "pattern": {"shape": "/", "size": 8, "solidity": 0.1, "fgcolor": colours.axis, "bgcolor": "rgba(0,0,0,0)"},
    }
    return bars


def _bars(survey: Survey, cells: list[Cell]) -> Element:
    """Cells as bars, which answer the pointer on their whole area and give the event_id of a click."""
    return {
        "type": "bar",
        "x": [cell.column + 0.5 for cell in cells],
        "base": [cell.top + 0.5 for cell in cells],
        "y": [ROW - 1] * len(cells),
        "width": 0.985,
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "customdata": [survey.announcement(cell.row).event_id for cell in cells],
        "hovertext": [
            f"<b>{_wrapped(survey.announcement(cell.row).title)}</b><br>{_wrapped(cell_sentence(survey, cell.row))}"
            for cell in cells
        ],
        "hoverinfo": "text",
        "unselected": {"marker": {"opacity": 1}},
    }


def _number(survey: Survey, row: int) -> str:
    figure = percent(float(survey.study.car[row, survey.window]), 1).removesuffix("%")
    text = figure + confounded_mark(survey, [row])
    return f"<b>{text}</b>" if survey.is_significant(row) else text


def _colour_bar(survey: Survey, limit: float, colours: Palette) -> Element:
    muted = {"size": 12, "color": colours.muted}
    ends = [percent(edge / 100, 0 if float(limit).is_integer() else 1) for edge in (-limit, limit)]
    return {
        "orientation": "h",
        "x": 0.06,
        "xanchor": "left",
        "xpad": 0,
        "y": 1,
        "yanchor": "bottom",
        "ypad": 0,
        "len": 0.4,
        "thickness": 10,
        "outlinewidth": 0,
        "tickvals": [-limit, 0, limit],
        "ticktext": [f"≤ {ends[0]}", "0", f"≥ {ends[1]}"],
        "tickfont": muted,
        "title": {"text": f"abnormal return, {window_words(survey.view.span)}", "side": "top", "font": muted},
    }


def _rings(survey: Survey, known: list[Cell], colours: Palette) -> Element:
    """A box around every figure that stands out from the placebo sessions: one broken line."""
    x: list[float | None] = []
    y: list[float | None] = []
    for cell in known:
        if survey.is_significant(cell.row):
            left, right, top, bottom = cell.column + 0.02, cell.column + 0.98, cell.top + 1.5, cell.top + ROW - 1.5
            x += [left, right, right, left, left, None]
            y += [top, top, bottom, bottom, top, None]
    line = {"color": colours.text, "width": 1.6}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _heads(survey: Survey, years: list[Year], colours: Palette) -> Element:
    """The name of every column, repeated above every year."""
    words = [
        [*pl(issuer.short_name).split(), short_place(listing)]
        for issuer, listing in zip(survey.issuers, survey.listings, strict=True)
    ]
    names = [f"{first}<br>{' '.join(rest)}" for first, *rest in words]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [column + 0.5 for _ in years for column in range(len(names))],
        "y": [year.top + HEAD / 2 for year in years for _ in names],
        "text": names * len(years),
        "textfont": {"size": 12, "color": colours.muted},
        "hoverinfo": "skip",
    }


def _titles(survey: Survey, years: list[Year], colours: Palette) -> Element:
    heights, texts, hovers, keys = [], [], [], []
    for year in years:
        heights.append(year.top + HEAD / 2 + 8)
        texts.append(f"<b>{year.number}</b>")
        hovers.append("")
        keys.append("")
        for line in year.lines:
            item = survey.announcements[line.announcement]
            rows = [survey.row(line.announcement, column) for column in range(len(survey.listings))]
            text = f"{short_day(item.day)[4:]}{confounded_mark(survey, rows)} · {pl(item.title)}"
            heights.append(line.top + ROW / 2)
            texts.append(f"<b>{CURRENT}{text}</b>" if item.event_id == survey.view.event else text)
            hovers.append(_wrapped(announcement_sentence(item)))
            keys.append(item.event_id)
    return {
        "type": "scatter",
        "mode": "text",
        "xaxis": "x2",
        "x": [0] * len(texts),
        "y": heights,
        "text": texts,
        "textposition": "middle right",
        "textfont": {"size": 12, "color": colours.text},
        "customdata": keys,
        "hovertext": hovers,
        "hoverinfo": "text",
    }


def fade(right: float, colours: Palette) -> list[Element]:
    """Titles that are cut off end in a fade."""
    return [
        {
            "type": "rect",
            "xref": "paper",
            "yref": "paper",
            "x0": right - 0.01 * step,
            "x1": right,
            "y0": 0,
            "y1": 1,
            "line": {"width": 0},
            "fillcolor": rgba(colours.surface, 0.4),
        }
        for step in range(1, FADE + 1)
    ]


def _current(survey: Survey, lines: list[Line], colours: Palette) -> list[Element]:
    """A frame around the announcement that the other pages show."""
    return [
        {
            "type": "rect",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": line.top,
            "y1": line.top + ROW,
            "line": {"color": colours.accent, "width": 2},
        }
        for line in lines
        if survey.announcements[line.announcement].event_id == survey.view.event
    ]


def _axis(domain: list[float], reach: list[float]) -> Element:
    return {"domain": domain, "range": reach, "visible": False, "fixedrange": True}


def _wrapped(text: str) -> str:
    """Text of a hover label, broken so that it fits on a phone."""
    return "<br>".join(map(pl, wrap(text, HOVER_WIDTH)))
