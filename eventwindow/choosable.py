"""The series of the data served that a reader's own events may be on."""

from dataclasses import replace

from eventwindow.facts.listings import Listing, Market
from eventwindow.facts.sessions import CALENDAR_NAMES
from eventwindow.sources.snapshot import Snapshot


def choosable(snapshot: Snapshot) -> dict[str, Listing]:
    """By symbol, the listings with prices, then the indices and funds whose market has a calendar.

    An index stands for a line of its market without a company, compared with what the shares there are compared
    with. Compared with itself it has no figure (Reason.CLONE_OF_BENCHMARK), unless the model needs no benchmark.
    """
    shares = {symbol: listing for symbol, listing in snapshot.listings.items() if listing.has_prices}
    typical: dict[Market, Listing] = {}
    for listing in shares.values():
        typical.setdefault(listing.market, listing)
    markets = {name: market for market, name in CALENDAR_NAMES.items()}
    indices = {
        symbol: replace(
            typical[markets[series.calendar]],
            symbol=symbol,
            issuer="",
            exchange="",
            exchange_short="",
            listed=None,
            delisted=None,
            shares_per_unit=1.0,
        )
        for symbol, series in snapshot.series.items()
        if symbol not in snapshot.listings and markets.get(series.calendar) in typical
    }
    return shares | indices


def series_name(snapshot: Snapshot, listing: Listing) -> str:
    """The company, or the name of the index or fund."""
    return snapshot.issuers[listing.issuer].short_name if listing.issuer else snapshot.series[listing.symbol].name
