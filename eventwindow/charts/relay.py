"""The relay as one chart: the value of one ordinary share around the clock, both markets on one axis of UTC hours.

Days on which neither market nor the news had anything to show are left out, as on the clock strip.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import plotly.graph_objects as go

from eventwindow.charts.clock import TimeAxis, day_gaps, market_colour
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import Element, Palette, layout, line_shape, note, rgba
from eventwindow.facts.events import Announcement, Clock, NewsTime
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import MarketCalendar, possible_hours
from eventwindow.format import clock_time, percent, pl, price, short_day
from eventwindow.relay import Point, Relay, Step, Stretch
from eventwindow.words import CLOCK_NAMES, MARKET_CITIES, clock_fact, clock_label

HEIGHT = 452
MARGIN = {"l": 46, "r": 10, "t": 60, "b": 104}
SYMBOLS = {Market.HONG_KONG: "circle", Market.WALL_STREET: "diamond"}
# Heights above the plot, in pixels, at which the unit and each clock have their label.
UNIT_SHIFT, LABEL_SHIFTS = 41, {Clock.FIRST_REPORTED: 24, Clock.ANNOUNCED: 6}
MOST_TICKS = 12
LABELLED = 3
SHADE = 0.35
# How much of what lies under a figure its ground hides.
CLEAR = 0.75
MINUTE = timedelta(minutes=1)


def relay_chart(
    relay: Relay,
    announcement: Announcement,
    chosen: Clock,
    calendars: Mapping[Market, MarketCalendar],
    colours: Palette,
) -> go.Figure:
    """Sessions as solid lines on shaded hours, hops dotted, every clock of the announcement inside it marked."""
    first, last = relay.points[0].at, relay.points[-1].at
    hours = {
        news: possible_hours(news, calendars) for news in (announcement.first_report, announcement.announced) if news
    }
    inside = {news: span for news, span in hours.items() if first <= span[1] and span[0] <= last}
    axis = _axis(relay, list(inside.values()))
    traces = [_session_trace(axis, relay, market, calendars[market], colours) for market in Market]
    between = [step for step in relay.steps if step.stretch in (Stretch.HOP, Stretch.OVERNIGHT)]
    unknown = [step for step in relay.steps if step.stretch is Stretch.UNDIVIDED]
    traces += [_between_trace(axis, between, "Between sessions", "dot", colours)]
    if unknown:
        traces.append(_between_trace(axis, unknown, "Over unknown prices", "longdashdot", colours))
    notes, shapes = (
        [*_axis_titles(relay, colours), *_largest(axis, relay, colours)],
        [*day_gaps(axis, colours), *_shades(axis, relay, colours)],
    )
    for news, (start, end) in inside.items():
        ink = colours.text if news.clock is chosen else colours.muted
        left, right = axis.place(max(start, first)), axis.place(min(end, last))
        shapes += _news_shapes(left, right, ink)
        notes += _news_notes(axis, news, right, ink, is_chosen=news.clock is chosen)
    return Drawing(
        {
            "data": traces,
            "layout": {
                **layout(colours, HEIGHT),
                "margin": MARGIN,
                "hovermode": "closest",
                "annotations": notes,
                "shapes": shapes,
                "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.225, "yanchor": "top"},
                "xaxis": _time_ticks(axis, colours),
                "yaxis": {
                    "gridcolor": colours.grid,
                    "zeroline": False,
                    "fixedrange": True,
                    "nticks": 7,
                    "tickfont": {"size": 12, "color": colours.muted},
                },
            },
        }
    )


def _axis(relay: Relay, hours: list[tuple[datetime, datetime]]) -> TimeAxis:
    """Every UTC day with a session or news between the first and the last price."""
    first, last = relay.points[0].at, relay.points[-1].at
    moments = [point.at for point in relay.points]
    for start, end in hours:
        moments += [min(max(moment, first), last) for moment in (start, max(start, end - MINUTE))]
    return TimeAxis(tuple(sorted({moment.astimezone(UTC).date() for moment in moments})), first, last)


def _session_trace(axis: TimeAxis, relay: Relay, market: Market, calendar: MarketCalendar, colours: Palette) -> Element:
    """Opening and closing prices of one market, joined within a session; an open mark is an opening price."""
    found: list[Point | None] = []
    for point in relay.points:
        if point.listing.market is market:
            found += [None] if point.moment == "open" else []
            found += [point] if point.reason is Reason.OK else []
    symbol = SYMBOLS[market]
    line = relay.lines[market]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": pl(f"{MARKET_CITIES[market]} session, {line.symbol}"),
        "x": [axis.place(point.at) if point else None for point in found],
        "y": [point.value if point else None for point in found],
        "line": {"color": market_colour(market, colours), "width": 3},
        "marker": {
            "symbol": [f"{symbol}-open" if point and point.moment == "open" else symbol for point in found],
            "size": 8 if market is Market.HONG_KONG else 9,
            "color": market_colour(market, colours),
            "line": {"width": 1.5, "color": market_colour(market, colours)},
        },
        "customdata": [_hover(point, calendar) if point else "" for point in found],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }


def _hover(point: Point, calendar: MarketCalendar) -> str:
    """What one price is, where it stands, and what went into its value."""
    shares = point.listing.shares_per_unit
    made = f"{pl(point.listing.currency)} {price(point.price)}"
    if point.rate != 1 or shares != 1:
        made += f" x {point.rate:.4f} / {shares:g}"
    paid = f"<br>{pl(point.listing.currency)} {point.paid:.3g} gone ex, added back" if point.paid else ""
    return (
        f"<b>{pl(point.listing.symbol)} {point.moment}</b>, {short_day(point.day)} "
        f"{clock_time(point.at, calendar.timezone)} local time<br>{made}{paid}<br>"
        f"<b>HK${price(point.value)}</b> a share"
    )


def _between_trace(axis: TimeAxis, steps: list[Step], name: str, dash: str, colours: Palette) -> Element:
    ends = [end for step in steps for end in (step.start, step.end, None)]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [axis.place(point.at) if point else None for point in ends],
        "y": [point.value if point else None for point in ends],
        "line": {"color": colours.muted, "width": 1.6, "dash": dash},
        "hoverinfo": "skip",
    }


def _shades(axis: TimeAxis, relay: Relay, colours: Palette) -> list[Element]:
    """Trading hours of every session of the chart, in the colour of its market."""
    opens = {(point.listing.symbol, point.day): point.at for point in relay.points if point.moment == "open"}
    return [
        {
            "type": "rect",
            "x0": axis.place(opens[point.listing.symbol, point.day]),
            "x1": axis.place(point.at),
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "fillcolor": rgba(market_colour(point.listing.market, colours), colours.faint * SHADE),
            "line": {"width": 0},
            "layer": "below",
        }
        for point in relay.points
        if point.moment == "close" and (point.listing.symbol, point.day) in opens
    ]


def _largest(axis: TimeAxis, relay: Relay, colours: Palette) -> list[Element]:
    """The largest steps of the relay with their change, below the middle of their line."""
    steps = sorted(relay.steps, key=lambda step: abs(step.contribution))[-LABELLED:]
    notes = []
    for step in steps:
        start, end = axis.place(step.start.at), axis.place(step.end.at)
        rises = step.change > 0
        notes.append(
            note(
                percent(step.change, 1),
                (start + end) / 2,
                (step.start.value + step.end.value) / 2,
                12,
                colours.text,
                xanchor="left" if rises else "right",
                yanchor="top",
                xshift=5 if rises else -5,
                bgcolor=rgba(colours.surface, CLEAR),
                borderpad=1,
            )
        )
    return notes


def _news_shapes(start: float, end: float, ink: str) -> list[Element]:
    """A line at the stamp, and a band over the hours in which the news may have come out."""
    band = {
        "type": "rect",
        "x0": start,
        "x1": end,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "fillcolor": rgba(ink, 0.12),
        "line": {"width": 0},
        "layer": "below",
    }
    return [*([band] if start < end else []), line_shape(end, end, 0, 1, ink, yref="paper")]


def _news_notes(axis: TimeAxis, news: NewsTime, place: float, ink: str, *, is_chosen: bool) -> list[Element]:
    """The diamond at the top of the line, and beside it which clock it is."""
    left, right = axis.span
    left_half = place < (left + right) / 2
    name = f"<b>{CLOCK_NAMES[news.clock]}</b>" if is_chosen else CLOCK_NAMES[news.clock]
    mark = note("◆" if is_chosen else "◇", place, 1, 14, ink, yref="paper", yanchor="middle")
    label = note(
        f"{name} {pl(clock_label(news))}",
        place,
        1,
        12,
        ink,
        yref="paper",
        yanchor="bottom",
        xanchor="left" if left_half else "right",
        yshift=LABEL_SHIFTS[news.clock],
        hovertext=f"{name}<br>{pl(clock_fact(news))}",
    )
    return [mark, label]


def _time_ticks(axis: TimeAxis, colours: Palette) -> Element:
    """Each UTC day under its middle; every other one where there are many."""
    days = axis.days[:: 2 if len(axis.days) > MOST_TICKS else 1]
    return {
        "range": list(axis.span),
        "tickvals": [axis.centre(day) for day in days],
        "ticktext": [f"{day:%a}<br>{day.day}" for day in days],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"size": 12, "color": colours.muted},
    }


def _axis_titles(relay: Relay, colours: Palette) -> list[Element]:
    """What each axis shows: the unit above the values, the days below."""
    days = f"UTC days, {_span(relay.points[0].day, relay.points[-1].day)}"
    place = {"xref": "paper", "yref": "paper", "xanchor": "left"}
    return [
        note(
            "HK$ a share", 0, 1, 12, colours.muted, xshift=8 - MARGIN["l"], yshift=UNIT_SHIFT, yanchor="bottom", **place
        ),
        note(days, 0, 0, 12, colours.muted, yshift=-36, yanchor="top", **place),
    ]


def _span(first: date, last: date) -> str:
    """`5 to 18 Jul 2023`, with the month or year of the first day where it differs."""
    shared = (first.year == last.year) + ((first.year, first.month) == (last.year, last.month))
    start = f"{first.day} {first:%b} {first.year}".split()[: 3 - shared]
    return f"{' '.join(start)} to {last.day} {last:%b} {last.year}"
