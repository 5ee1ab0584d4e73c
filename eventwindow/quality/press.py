"""Every printed move beside our measurement of the same session; neither is ever forced into the other."""

from dataclasses import dataclass

from eventwindow.facts.listings import Listing, Series
from eventwindow.facts.prices import SessionMove, session_move
from eventwindow.facts.reported import Agreement, ReportedMove, compare
from eventwindow.quality.coverage import MARKET_OF
from eventwindow.sources.snapshot import Snapshot


@dataclass(frozen=True)
class PressFigure:
    """A printed move, what we measured that session (None where there are no prices), and how they compare."""

    printed: ReportedMove
    measured: SessionMove | None
    agreement: Agreement


def press_figures(snapshot: Snapshot) -> tuple[PressFigure, ...]:
    """Every reported move, in table order."""
    return tuple(press_figure(snapshot, move) for move in snapshot.reported)


def press_figure(snapshot: Snapshot, move: ReportedMove) -> PressFigure:
    """One reported move beside the measurement of its session."""
    series = snapshot.series.get(move.symbol)
    market = MARKET_OF.get(series.calendar) if series else None
    position = snapshot.calendars[market].position(move.day) if market else None
    if series is None or market is None or position is None or not series.first <= move.day <= series.last:
        return PressFigure(move, None, Agreement.CANNOT_CHECK)
    line = snapshot.listings.get(move.symbol) or _index_line(series)
    measured = session_move(snapshot.prices, line, snapshot.calendars[market], position)
    return PressFigure(move, measured, compare(move, measured))


def _index_line(series: Series) -> Listing:
    """An index as a line of its own: it has a symbol and a currency, and no company behind it."""
    return Listing(
        symbol=series.symbol,
        issuer="",
        exchange="",
        exchange_short="",
        market=MARKET_OF[series.calendar],
        currency=series.currency,
        listed=None,
        delisted=None,
        shares_per_unit=1.0,
        benchmark="",
        tech_benchmark="",
        has_prices=True,
    )
