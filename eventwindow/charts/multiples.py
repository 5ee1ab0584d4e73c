"""Cumulative abnormal returns of many announcements, one small chart each, and the key to their lines.

Colour is the company, dash the market. Of more than a few listings every line is grey and their average
is drawn on top: more colours could not be told apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from eventwindow.case import CarPath
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.small import band_trace, reach_of, small_layout
from eventwindow.charts.theme import DASHES, Element, Palette, layout, rgba
from eventwindow.facts.listings import Market
from eventwindow.facts.prices import Floats
from eventwindow.format import percent, pl, plain_day, short_day
from eventwindow.groups import average_path
from eventwindow.survey import Survey
from eventwindow.view import Axis
from eventwindow.words_compare import confounded_mark, listing_label, short_place

PER_PAGE = 12
FEW_LINES = 4
KEY_HEIGHT = 64
AVERAGE = "Average of these listings"


@dataclass(frozen=True)
class Style:
    """How the line of one listing looks."""

    colour: str
    dash: str
    width: float


@dataclass(frozen=True)
class Small:
    """What one small chart shows: rows of the survey with their paths, their average where that is drawn, and the band.

    `band` (W,) is half its width, decimal: that of the average, or the widest of the listings.
    """

    announcement: int
    paths: tuple[tuple[int, CarPath], ...]
    average: CarPath | None
    band: Floats


def multiples_order(survey: Survey) -> tuple[int, ...]:
    """Numbers of the announcements with a path to draw, the newest first: pages of PER_PAGE are cut from it."""
    shown = {row // len(survey.listings) for row in survey.rows.tolist() if _known(survey.path(row).value)}
    return tuple(sorted(shown, reverse=True))


def first_page(survey: Survey, order: Sequence[int]) -> int:
    """The page (from 1) that holds the current announcement; the first where it is not shown."""
    ids = [survey.announcements[number].event_id for number in order]
    return 1 + ids.index(survey.view.event) // PER_PAGE if survey.view.event in ids else 1


def is_averaged(survey: Survey) -> bool:
    """Whether there are so many listings that their average is drawn over grey lines."""
    return len(survey.listings) > FEW_LINES


def multiples(survey: Survey, announcements: Sequence[int], colours: Palette) -> list[go.Figure]:
    """One small chart per announcement, in the order given; those given share one scale unless `view.axis` is OWN."""
    found = [_small(survey, announcement) for announcement in announcements]
    reaches = [reach_of([small.band, *(path.value for _, path in small.paths)]) for small in found]
    if survey.view.axis is Axis.SHARED:
        reaches = [max(reaches)] * len(reaches)
    return [_multiple(survey, small, reach, colours) for small, reach in zip(found, reaches, strict=True)]


def key_chart(survey: Survey, colours: Palette) -> go.Figure:
    """The key to the lines, for once above all small charts."""
    named = [
        (listing_label(issuer, listing), _style(survey, number, colours))
        for number, (issuer, listing) in enumerate(zip(survey.issuers, survey.listings, strict=True))
    ]
    if is_averaged(survey):
        named = [("A listing", _style(survey, 0, colours)), (AVERAGE, Style(colours.accent, "solid", 3))]
    traces = [
        {"type": "scatter", "x": [None], "y": [None], "mode": "lines", "name": pl(name), "line": _line(style)}
        for name, style in named
    ]
    hidden = {"visible": False, "fixedrange": True}
    legend = {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1,
        "yanchor": "top",
        "font": {"size": 12},
        "maxheight": 1,
    }
    return Drawing(
        {
            "data": traces,
            "layout": {
                **layout(colours, KEY_HEIGHT),
                "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
                "showlegend": True,
                "legend": {**legend, "itemclick": False, "itemdoubleclick": False},
                "xaxis": hidden,
                "yaxis": hidden,
            },
        }
    )


def _multiple(survey: Survey, small: Small, reach: float, colours: Palette) -> go.Figure:
    item = survey.announcements[small.announcement]
    sessions = survey.view.window.sessions
    traces = [_trace(survey, row, path, _style(survey, row, colours)) for row, path in small.paths]
    if small.average is not None:
        traces.append(_average(small.average, colours))
    head = plain_day(item.day) + confounded_mark(survey, [row for row, _ in small.paths])
    framed = item.event_id == survey.view.event
    frame = small_layout((head, item.title), survey.view.window, reach, colours, framed=framed)
    band = band_trace(sessions, small.band, colours.muted, colours.band)
    return Drawing({"data": [band, *traces], "layout": frame})


def _average(path: CarPath, colours: Palette) -> Element:
    return {
        "type": "scatter",
        "x": path.sessions.tolist(),
        "y": (100 * path.value).tolist(),
        "mode": "lines",
        "line": _line(Style(colours.accent, "solid", 3)),
        "customdata": [f"average {percent(value)}" for value in path.value.tolist()],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _small(survey: Survey, announcement: int) -> Small:
    rows = [survey.row(announcement, number) for number in range(len(survey.listings))]
    paths = [(row, survey.path(row)) for row in rows if not survey.left_out[row]]
    known = tuple((row, path) for row, path in paths if _known(path.value))
    if is_averaged(survey):
        study = survey.study.subset(np.array([row for row, _ in known], dtype=np.intp))
        average, _ = average_path(study, survey.view)
        unknown = np.full(survey.view.window.length, np.nan)
        return Small(announcement, known, average, unknown if average is None else average.band[1])
    return Small(announcement, known, None, np.nanmax(np.stack([path.band[1] for _, path in known]), axis=0))


def _known(value: Floats) -> bool:
    """Whether anything but the zero of the close before day 0 is known."""
    return int(np.isfinite(value).sum()) > 1


def _style(survey: Survey, row: int, colours: Palette) -> Style:
    if is_averaged(survey):
        return Style(rgba(colours.muted, 0.55), "solid", 1)
    number = row % len(survey.listings)
    companies = list(dict.fromkeys(listing.issuer for listing in survey.listings))
    listing = survey.listings[number]
    company = companies.index(listing.issuer)
    dash = DASHES[0 if listing.market is Market.HONG_KONG else 2]
    return Style(colours.companies[company % len(colours.companies)], dash, 2)


def _line(style: Style) -> Element:
    return {"color": style.colour, "dash": style.dash, "width": style.width}


def _trace(survey: Survey, row: int, path: CarPath, style: Style) -> Element:
    number = row % len(survey.listings)
    name = f"{pl(survey.issuers[number].short_name)} {short_place(survey.listings[number])}"
    return {
        "type": "scatter",
        "x": path.sessions.tolist(),
        "y": (100 * path.value).tolist(),
        "mode": "lines",
        "line": _line(style),
        "customdata": [
            f"{name} {percent(value)}, {short_day(day)}" if np.isfinite(value) else f"{name}: no figure"
            for value, day in zip(path.value.tolist(), path.dates.tolist(), strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        **({"hoverinfo": "skip", "hovertemplate": None} if is_averaged(survey) else {}),
    }
