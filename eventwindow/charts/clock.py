"""The clock strip: both markets' sessions and the announcement on one time axis, in UTC.

Only the UTC days that matter are drawn, side by side; a shaded gap stands where days are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import plotly.graph_objects as go

from eventwindow.case import Case
from eventwindow.charts.drawing import Drawing
from eventwindow.charts.theme import Element, Palette, layout, line_shape, note, rgba
from eventwindow.facts.events import Clock, NewsTime
from eventwindow.facts.listings import Market
from eventwindow.facts.sessions import DayZero, MarketCalendar, Session, day_zero, possible_hours
from eventwindow.format import clock_time, short_day
from eventwindow.words import CLOCK_NAMES, clock_fact, clock_label

ROWS = {Market.HONG_KONG: 2.1, Market.WALL_STREET: 0.0}
NEWS_ROW = 1.15
EXCHANGES = {Market.HONG_KONG: "HKEX", Market.WALL_STREET: "NYSE"}
BAR, CAP = 0.34, 0.54
GAP_HOURS = 2.0
PADDING = 3.0
TOP = 2.8
HEIGHT = 226
# The chart's inside on a phone, and a character of a label, in pixels: labels must not touch there.
PHONE, CHARACTER = 290, 6.2


@dataclass(frozen=True)
class TimeAxis:
    """Places moments on an axis of UTC days, in hours from the first midnight.

    `first` and `last` are the outermost moments; the axis ends a little beyond them.
    """

    days: tuple[date, ...]
    first: datetime
    last: datetime

    def offset(self, day: date) -> float:
        """Left edge of a day, in hours."""
        index = self.days.index(day)
        gaps = sum(later - earlier > timedelta(days=1) for earlier, later in self.pairs[:index])
        return 24 * index + GAP_HOURS * gaps

    @property
    def pairs(self) -> list[tuple[date, date]]:
        """Neighbouring days."""
        return list(zip(self.days, self.days[1:], strict=False))

    @property
    def span(self) -> tuple[float, float]:
        """Left and right edge, with room for labels."""
        return self.place(self.first) - PADDING, self.place(self.last) + PADDING

    def centre(self, day: date) -> float:
        """Middle of the part of a day that is shown."""
        left, right = self.span
        return (max(left, self.offset(day)) + min(right, self.offset(day) + 24)) / 2

    def place(self, moment: datetime) -> float:
        """Hours from the left edge; midnight at the end of the last day is its right edge."""
        utc = moment.astimezone(UTC)
        if utc.date() not in self.days:
            return self.offset(utc.date() - timedelta(days=1)) + 24
        return self.offset(utc.date()) + utc.hour + utc.minute / 60


def clock_strip(case: Case, calendars: Mapping[Market, MarketCalendar], colours: Palette) -> go.Figure:
    """Sessions, lunch break, closing auction and every clock of the announcement; the chosen clock dotted."""
    clocks = [news for news in (case.announcement.first_report, case.announcement.announced) if news]
    return news_strip(clocks, case.news, calendars, colours)


def news_strip(
    clocks: Sequence[NewsTime],
    deciding: NewsTime,
    calendars: Mapping[Market, MarketCalendar],
    colours: Palette,
    names: Mapping[Clock, str] = CLOCK_NAMES,
) -> go.Figure:
    """The same for moments of any news, called by `names`; `deciding` is the one that decides day 0."""
    sessions = {market: _sessions(clocks, calendar) for market, calendar in calendars.items()}
    hours = {news.clock: possible_hours(news, calendars) for news in clocks}
    axis = _axis(sessions, list(hours.values()))
    traces: list[Element] = []
    notes: list[Element] = []
    shapes = day_gaps(axis, colours)
    for market, shown in sessions.items():
        zero = day_zero(deciding, calendars[market])
        day = zero.day if isinstance(zero, DayZero) else None
        traces += [_session_bars(axis, it, calendars[market], colours, is_zero=it.day == day) for it in shown]
        notes += _session_labels(axis, shown, day, calendars[market], colours)
    for news in clocks:
        chosen = news.clock is deciding.clock
        colour = colours.text if chosen else colours.muted
        start, end = (axis.place(moment) for moment in hours[news.clock])
        traces += _news_marks(news, names[news.clock], (start, end), colour, chosen=chosen)
        notes.append(_news_label(axis, news, names[news.clock], (start, end), colour, chosen=chosen))
        if chosen and news.stamp is not None:
            shapes.append(line_shape(end, end, -0.4, TOP, colour))
    return Drawing(
        {
            "data": traces,
            "layout": {
                **layout(colours, HEIGHT),
                "showlegend": False,
                "barmode": "overlay",
                "margin": {"l": 52, "r": 8, "t": 4, "b": 42},
                "annotations": [*({**it, "bgcolor": colours.surface} for it in notes), *_captions(axis, colours)],
                "shapes": shapes,
                "xaxis": _time_ticks(axis, colours),
                "yaxis": _rows(colours),
            },
        }
    )


def _sessions(clocks: Sequence[NewsTime], calendar: MarketCalendar) -> list[Session]:
    positions = set()
    for news in clocks:
        found = day_zero(news, calendar)
        local = news.stamp.astimezone(calendar.timezone).date() if news.stamp else news.day
        positions |= {calendar.position(local), found.position if isinstance(found, DayZero) else None}
    return [calendar.session(position) for position in sorted(item for item in positions if item is not None)]


def _axis(sessions: Mapping[Market, Sequence[Session]], hours: Sequence[tuple[datetime, datetime]]) -> TimeAxis:
    moments = [moment for shown in sessions.values() for item in shown for moment in (item.opens, item.closes)]
    # An interval that ends at midnight does not need the day that starts there.
    moments += [moment for start, end in hours for moment in (start, max(start, end - timedelta(minutes=1)))]
    return TimeAxis(tuple(sorted({moment.astimezone(UTC).date() for moment in moments})), min(moments), max(moments))


def _session_bars(
    axis: TimeAxis, session: Session, calendar: MarketCalendar, colours: Palette, *, is_zero: bool
) -> Element:
    """Bars of a session: morning and afternoon around the lunch break, a taller cap for the closing auction."""
    parts = [(session.opens, session.trading_ends, "Trading", BAR)]
    if session.lunch:
        parts = [
            (session.opens, session.lunch[0], "Trading", BAR),
            (session.lunch[1], session.trading_ends, "Trading", BAR),
        ]
    if session.has_auction:
        parts.append((session.trading_ends, session.closes, "Closing auction", CAP))
    colour = market_colour(calendar.market, colours)
    zone = calendar.timezone
    heading = f"{EXCHANGES[calendar.market]}, {short_day(session.day)}"
    return {
        "type": "bar",
        "orientation": "h",
        "base": [axis.place(start) for start, *_ in parts],
        "x": [axis.place(end) - axis.place(start) for start, end, *_ in parts],
        "y": [ROWS[calendar.market]] * len(parts),
        "width": [height for *_, height in parts],
        "marker": {"color": colour if is_zero else rgba(colour, colours.faint)},
        "customdata": [
            f"{heading}<br>{what} {clock_time(start, zone)} to {clock_time(end, zone)} local time<br>"
            f"{start:%H:%M} to {end:%H:%M} UTC"
            for start, end, what, _ in parts
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _session_labels(
    axis: TimeAxis, sessions: Sequence[Session], zero: date | None, calendar: MarketCalendar, colours: Palette
) -> list[Element]:
    """Hours of the sessions of a market, day 0 first; one that would touch another is left to the pointer."""
    labels: list[Element] = []
    for session in sorted(sessions, key=lambda item: (item.day != zero, item.day)):
        label = _session_label(axis, session, calendar, colours, is_zero=session.day == zero)
        if all(_is_apart(axis, label, other) for other in labels):
            labels.append(label)
    return labels


def _is_apart(axis: TimeAxis, label: Element, other: Element) -> bool:
    """Whether two labels of a row stand apart on a phone."""
    (left, right), (start, end) = _extent(axis, label), _extent(axis, other)
    return right < start or end < left


def _extent(axis: TimeAxis, label: Element) -> tuple[float, float]:
    """Left and right edge of a label on a phone, in hours."""
    left, right = axis.span
    width = CHARACTER * len(label["text"].replace("<b>", "").replace("</b>", "")) * (right - left) / PHONE
    start = label["x"] - {"left": 0, "center": width / 2, "right": width}[label["xanchor"]]
    return start, start + width


def _session_label(
    axis: TimeAxis, session: Session, calendar: MarketCalendar, colours: Palette, *, is_zero: bool
) -> Element:
    zone = calendar.timezone
    hours = f"{clock_time(session.opens, zone)}–{clock_time(session.closes, zone)} {session.opens.astimezone(zone):%Z}"
    left, right = axis.span
    opens, closes = axis.place(session.opens), axis.place(session.closes)
    share = ((opens + closes) / 2 - left) / (right - left)
    # Near an edge the label is aligned with the bar, so that it stays inside the chart.
    anchor, place = (
        ("left", opens) if share < 0.2 else ("right", closes) if share > 0.8 else ("center", (opens + closes) / 2)
    )
    return note(
        f"<b>Day 0</b> · {hours}" if is_zero else hours,
        place,
        ROWS[calendar.market] + (CAP if session.has_auction else BAR) / 2,
        12,
        colours.text if is_zero else colours.muted,
        xanchor=anchor,
        yanchor="bottom",
    )


def _news_marks(news: NewsTime, name: str, hours: tuple[float, float], colour: str, *, chosen: bool) -> list[Element]:
    """A diamond at the stamp, and a line over the hours in which the news may have come out."""
    start, end = hours
    hover = f"{name}<br>{clock_fact(news)}<extra></extra>"
    marks: list[Element] = []
    if start < end:
        width = 8 if news.stamp is None else 3
        line = {"width": width, "color": rgba(colour, 0.35)}
        marks.append(_news_trace([start, end], hover, mode="lines", line=line))
    if news.stamp is not None:
        marker = {"symbol": "diamond" if chosen else "diamond-open", "size": 13, "color": colour}
        marks.append(_news_trace([end], hover, mode="markers", marker=marker))
    return marks


def _news_trace(places: list[float], hover: str, **style: object) -> Element:
    return {"type": "scatter", "x": places, "y": [NEWS_ROW] * len(places), "hovertemplate": hover, **style}


def _news_label(
    axis: TimeAxis, news: NewsTime, name: str, hours: tuple[float, float], colour: str, *, chosen: bool
) -> Element:
    start, end = hours
    detail = clock_label(news)
    centre = end if news.stamp else (start + end) / 2
    left_half = centre < sum(axis.span) / 2
    return note(
        f"<b>{name}</b> {detail}" if chosen else f"{name} {detail}",
        centre,
        NEWS_ROW,
        12,
        colour,
        xanchor="left" if left_half else "right",
        xshift=10 if left_half else -10,
        yshift=-13 if news.clock is Clock.ANNOUNCED else 13,
    )


def _captions(axis: TimeAxis, colours: Palette) -> list[Element]:
    """Which day is which, and that the hours are UTC; shorter where there are many days."""
    few = len(axis.days) <= 3
    below = {"yref": "paper", "yanchor": "top"}
    captions = [
        note(
            short_day(day) if few else f"{day:%a} {day.day}",
            axis.centre(day),
            0,
            12,
            colours.muted,
            yshift=-20,
            **below,
        )
        for day in axis.days
    ]
    zone = note("UTC", 0, 0, 11, colours.muted, xref="paper", xanchor="right", xshift=-8, yshift=0, **below)
    return [*captions, zone]


def day_gaps(axis: TimeAxis, colours: Palette) -> list[Element]:
    """Midnights between neighbouring days, and a broad band where days are left out."""
    shapes = []
    for earlier, later in axis.pairs:
        left, right = axis.offset(earlier) + 24, axis.offset(later)
        shapes.append(
            {
                "type": "rect",
                "x0": left,
                "x1": max(right, left + 0.05),
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "fillcolor": colours.grid,
                "line": {"width": 0},
                "layer": "below",
            }
        )
    return shapes


def _time_ticks(axis: TimeAxis, colours: Palette) -> Element:
    width = axis.span[1] - axis.span[0]
    step = next(size for size, most in ((3, 30), (6, 60), (12, 84), (24, 999)) if width <= most)
    hours = range(0, 24, step)
    return {
        "range": list(axis.span),
        "tickvals": [axis.offset(day) + hour for day in axis.days for hour in hours],
        "ticktext": [f"{hour:02d}:00" for _ in axis.days for hour in hours],
        "gridcolor": colours.grid,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"size": 11, "color": colours.muted},
    }


def _rows(colours: Palette) -> Element:
    names = {ROWS[market]: name for market, name in EXCHANGES.items()} | {NEWS_ROW: "News"}
    return {
        "range": [-0.45, TOP],
        "tickvals": list(names),
        "ticktext": list(names.values()),
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"size": 13, "color": colours.text},
    }


def market_colour(market: Market, colours: Palette) -> str:
    """The colour of a market; a mark or dash must repeat it."""
    return colours.hong_kong if market is Market.HONG_KONG else colours.wall_street
