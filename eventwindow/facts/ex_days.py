"""When a distribution went ex in each of the two lines of a company: seldom the same day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from eventwindow.facts.listings import Listing, Market
from eventwindow.facts.prices import PriceBook

# Days between which two ex-dates, one of each line, are taken for the same distribution.
PAIRED_WITHIN = 7

Pair = Mapping[Market, Listing]


@dataclass(frozen=True)
class ExDays:
    """Days on which a distribution went ex in both lines; None where only one line has it on file."""

    hong_kong: date | None
    new_york: date | None

    @property
    def last(self) -> date:
        """From when on both lines trade without it."""
        return max(day for day in (self.hong_kong, self.new_york) if day is not None)

    def on(self, market: Market) -> date | None:
        """The ex-day of one line."""
        return self.hong_kong if market is Market.HONG_KONG else self.new_york


def ex_days(book: PriceBook, lines: Pair) -> tuple[ExDays, ...]:
    """The distributions of both lines on file, each with its ex-day in the other line where that is near."""
    days = {
        market: sorted({item.ex_date for item in book.distributions if item.symbol == listing.symbol})
        for market, listing in lines.items()
    }
    found, alone = [], set(days[Market.WALL_STREET])
    for day in days[Market.HONG_KONG]:
        partner = min(alone, key=lambda other: abs(other - day), default=None)
        if partner is not None and abs((partner - day).days) > PAIRED_WITHIN:
            partner = None
        alone.discard(partner)
        found.append(ExDays(day, partner))
    return (*found, *(ExDays(None, day) for day in sorted(alone)))
