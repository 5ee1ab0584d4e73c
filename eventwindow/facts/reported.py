"""Share-price moves as the press printed them: shown beside our measurement, never merged with it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from eventwindow.facts.prices import SessionMove
from eventwindow.facts.tables import cell_error, optional_number, read_table, required_date

# Moments of which daily prices know only the range.
RANGE_MOMENTS = ("intraday", "intraday_early")
# How far a printed figure may lie from ours and still agree, as decimals.
TOLERANCE, ROUGHLY = 0.001 + 1e-9, 0.005 + 1e-9


@dataclass(frozen=True)
class ReportedMove:
    """One printed figure; `change` is a decimal, `qualifier` one of eq, gt, lt, about, as_much_as."""

    event_id: str
    symbol: str
    day: date
    moment: str
    change: float
    qualifier: str
    publisher: str
    url: str
    published: str
    note: str


def load_reported(folder: Path) -> tuple[ReportedMove, ...]:
    """Every reported move, in table order. Raises DataError naming file, row and column."""
    path = folder / "reported_moves.csv"
    moves = []
    for number, row in enumerate(read_table(path), start=2):
        percent = optional_number(row["reported_percent"], path, number, "reported_percent")
        if percent is None:
            raise cell_error(path, number, "reported_percent", "", "a percentage")
        moves.append(
            ReportedMove(
                event_id=row["event_id"],
                symbol=row["symbol"],
                day=required_date(row["session_date"], path, number, "session_date"),
                moment=row["phase"],
                change=percent / 100,
                qualifier=row["qualifier"],
                publisher=row["publisher"],
                url=row["url"],
                published=row["published_at"],
                note=row["note"],
            )
        )
    return tuple(moves)


class Agreement(StrEnum):
    """How a printed figure stands to what daily prices can say about the same moment."""

    AGREES = "agrees"
    IN_RANGE = "in_range"
    DIFFERS = "differs"
    CANNOT_CHECK = "cannot_check"


def compare(printed: ReportedMove, measured: SessionMove) -> Agreement:
    """Set a printed figure against the measurement of the same moment of the same session.

    Open, close, low and high are compared one to one: within a tenth of a point, half a point for
    "about", on the right side for "more than". A quote from inside the session can only be found
    inside the day's range (IN_RANGE) or outside it. Before the open and after the close there are no
    daily prices.
    """
    if printed.moment in RANGE_MOMENTS:
        low, high = measured.low_change, measured.high_change
        if low is None or high is None:
            return Agreement.CANNOT_CHECK
        return Agreement.IN_RANGE if _was_reached(printed, low, high) else Agreement.DIFFERS
    value = {
        "open": measured.open_change,
        "intraday_low": measured.low_change,
        "intraday_high": measured.high_change,
        "close": measured.close_change,
    }.get(printed.moment)
    if value is None:
        return Agreement.CANNOT_CHECK
    return Agreement.AGREES if _fits(printed, value) else Agreement.DIFFERS


def _was_reached(printed: ReportedMove, low: float, high: float) -> bool:
    """Whether the session's range holds the printed quote; "more than" only needs the range to go that far."""
    if printed.qualifier == "gt":
        return high >= printed.change - TOLERANCE if printed.change >= 0 else low <= printed.change + TOLERANCE
    margin = ROUGHLY if printed.qualifier == "about" else TOLERANCE
    return low - margin <= printed.change <= high + margin


def _fits(printed: ReportedMove, value: float) -> bool:
    direction = 1 if printed.change >= 0 else -1
    if printed.qualifier == "gt":
        return direction * (value - printed.change) > -TOLERANCE
    if printed.qualifier == "lt":
        return direction * (value - printed.change) < TOLERANCE
    return abs(value - printed.change) <= (ROUGHLY if printed.qualifier == "about" else TOLERANCE)
