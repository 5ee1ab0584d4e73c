"""The axes that several charts have: sessions, percent, amounts of money."""

from collections.abc import Sequence
from math import ceil, floor, log10

from eventwindow.charts.theme import SESSION_AXIS, Element, Palette
from eventwindow.format import bare_money, percent, session
from eventwindow.study.windows import Positions

PERCENT_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)
AMOUNT_STEPS = (1, 2, 5, 10)


def session_axis(
    first: float, last: float, ticks: Sequence[int], colours: Palette, *, room: float = 0.4, title: bool = True
) -> Element:
    """Event time from the `first` to the `last` session, with `room` in sessions at either end."""
    muted = {"size": 12, "color": colours.muted}
    return {
        "range": [first - room, last + room],
        "tickvals": list(ticks),
        "ticktext": [session(number) for number in ticks],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": muted,
        **({"title": {"text": SESSION_AXIS, "font": muted, "standoff": 6}} if title else {}),
    }


def session_ticks(sessions: Positions) -> list[int]:
    """Event times of a window that have room for their names, day 0 among them."""
    step = next(size for size, most in ((1, 7), (2, 15), (5, 99)) if len(sessions) <= most)
    return [number for number in sessions.tolist() if number % step == 0]


def percent_ticks(low: float, high: float, most: int) -> Element:
    """Round percentages between two values in percent, with their signs; `most` of them, or about."""
    step = next((size for size in PERCENT_STEPS if (high - low) / size <= most), PERCENT_STEPS[-1])
    values = [step * number for number in range(ceil(low / step), floor(high / step) + 1)]
    return {"tickvals": values, "ticktext": [percent(value / 100, 0 if step >= 1 else 1) for value in values]}


def amount_axis(low: float, high: float, room: float, most: int, colours: Palette) -> Element:
    """Money on a linear scale with zero marked; `room` is left free at either end, in parts of what is shown."""
    free = room * (high - low)
    ticks = amount_ticks(low - free, high + free, most)
    return {
        "range": [low - free, high + free],
        "tickvals": ticks,
        "ticktext": [bare_money(tick) for tick in ticks],
        "gridcolor": colours.grid,
        "zerolinecolor": colours.text,
        "zerolinewidth": 1.3,
        "fixedrange": True,
        "tickfont": {"size": 12, "color": colours.muted},
    }


def amount_ticks(low: float, high: float, most: int) -> list[float]:
    """Round amounts between two that differ, not more than `most`."""
    power = 10 ** floor(log10((high - low) / most))
    step = next(size * power for size in AMOUNT_STEPS if (high - low) / (size * power) <= most)
    return [step * number for number in range(ceil(low / step), floor(high / step) + 1)]
