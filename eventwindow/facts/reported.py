"""Share-price moves as the press printed them: shown beside our measurement, never merged with it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from eventwindow.facts.prices import SessionMove
from eventwindow.facts.tables import cell_error, optional_number, read_table, required_date

# Moments of which daily prices know only the range.
RANGE_MOMENTS = ("intraday", "intraday_early")
# Moments that daily prices do not know at all.
UNPRICED_MOMENTS = ("premarket", "afterhours")
# How far a printed figure may lie from ours and still agree, and still be near, as decimals.
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
    NEAR = "near"
    DIFFERS = "differs"
    CANNOT_CHECK = "cannot_check"


def compare(printed: ReportedMove, measured: SessionMove) -> Agreement:
    """Set a printed figure against the measurement of the same moment of the same session.

    Open, close, low and high are compared one to one: within a tenth of a point, half a point for
    "about", on the right side for "more than". A quote from inside the session can only be found
    inside the day's range (IN_RANGE) or outside it. What misses this by less than half a point is NEAR.
    Before the open and after the close there are no daily prices.
    """
    bounds = measured_bounds(printed.moment, measured)
    if bounds is None:
        return Agreement.CANNOT_CHECK
    if _fits(printed, *bounds, ROUGHLY if printed.qualifier == "about" else TOLERANCE):
        return Agreement.IN_RANGE if printed.moment in RANGE_MOMENTS else Agreement.AGREES
    return Agreement.NEAR if _fits(printed, *bounds, ROUGHLY) else Agreement.DIFFERS


def measured_bounds(moment: str, measured: SessionMove) -> tuple[float, float] | None:
    """Lowest and highest change (decimal) that the moment can have had; equal but for a quote from inside the session.

    None where daily prices do not know the moment, or the session has no such price.
    """
    low, high = {
        "open": (measured.open_change, measured.open_change),
        "intraday_low": (measured.low_change, measured.low_change),
        "intraday_high": (measured.high_change, measured.high_change),
        "close": (measured.close_change, measured.close_change),
        **dict.fromkeys(RANGE_MOMENTS, (measured.low_change, measured.high_change)),
    }.get(moment, (None, None))
    return None if low is None or high is None else (low, high)


def _fits(printed: ReportedMove, low: float, high: float, margin: float) -> bool:
    """Whether some change between the two is what was printed; "more than" is further from zero, "less than" nearer."""
    if printed.qualifier not in ("gt", "lt"):
        return low - margin <= printed.change <= high + margin
    above = (printed.qualifier == "gt") is (printed.change >= 0)
    return high >= printed.change - margin if above else low <= printed.change + margin
