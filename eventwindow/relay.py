"""The relay: one announcement followed around the clock through both markets of one company.

Every opening and closing price of both lines, in the order in which they were made, as the value of one
ordinary share in the money of the Hong Kong line. New York prices are divided by the shares behind one
unit and multiplied by the exchange rate, of which there is one a day: all prices of a New York session are
converted at the last rate known on its date, so a change of the rate shows between sessions, never in one.

What goes ex on the way is added back: a value is that of the share and of what it has paid since the start
(without reinvestment, as in a total return). Where the two lines go ex on different days, both are valued
with the payment from the start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np

from eventwindow.facts.ex_days import ExDays, Pair
from eventwindow.facts.listings import Issuer, Listing, Market
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import DayZero

OTHER = {Market.HONG_KONG: Market.WALL_STREET, Market.WALL_STREET: Market.HONG_KONG}
# Below this part of all ways up and down taken together, the total is too small to be divided.
LEAST_TOTAL = 0.25

Moment = Literal["open", "close"]


class Stretch(StrEnum):
    """What lies between two prices of the relay.

    SESSION is from the open to the close of one market. HOP is from the close of one market to the next open
    of the other, while both are shut: what the opening price took over from the other market, what became
    known in between, the day's change of the exchange rate and the change of the premium in one. OVERNIGHT is
    from a close to the next open of the same market, where the other had no session in between. UNDIVIDED
    spans at least one price that is not known.
    """

    SESSION = "session"
    HOP = "hop"
    OVERNIGHT = "overnight"
    UNDIVIDED = "undivided"


@dataclass(frozen=True)
class Point:
    """One price of the relay: `value` is that of an ordinary share in the money of the Hong Kong line.

    `price` is as traded, `rate` the units of that money for one of the listing's, `paid` what went ex since the
    start per unit of the listing, in its currency. `value` is NaN where `reason` says that one is unknown.
    """

    listing: Listing
    day: date
    moment: Moment
    at: datetime
    price: float
    rate: float
    paid: float
    value: float
    reason: Reason


@dataclass(frozen=True)
class Step:
    """From one known price to the next.

    `change` is the decimal return from start to end; `contribution` is the same in parts of the relay's first
    value, so that the contributions of all steps add up to the relay's total. The step is that of the market
    in which it ends: an opening price is the first to show what a hop brought.
    """

    start: Point
    end: Point
    stretch: Stretch
    change: float
    contribution: float

    @property
    def market(self) -> Market:
        """Where the step ends."""
        return self.end.listing.market


@dataclass(frozen=True)
class Part:
    """All steps of one kind in one market: their number, contribution and share of the total, decimal.

    `share` is NaN where `reason` says why there is none. Steps over unknown prices belong to no market.
    """

    market: Market | None
    stretch: Stretch
    steps: int
    contribution: float
    share: float
    reason: Reason


@dataclass(frozen=True)
class Relay:
    """The relay of one company: `points` in order of time, known or not; the first and the last are Hong Kong closes.

    `ex_days` are those whose amounts were added back.
    """

    issuer: Issuer
    hong_kong: Listing
    new_york: Listing
    zeros: Mapping[Market, DayZero]
    points: tuple[Point, ...]
    ex_days: tuple[ExDays, ...]

    @property
    def lines(self) -> Pair:
        """The line of each market."""
        return {Market.HONG_KONG: self.hong_kong, Market.WALL_STREET: self.new_york}

    @cached_property
    def known(self) -> tuple[Point, ...]:
        """Points with a value."""
        return tuple(point for point in self.points if point.reason is Reason.OK)

    @property
    def missing(self) -> tuple[Point, ...]:
        """Points without a value."""
        return tuple(point for point in self.points if point.reason is not Reason.OK)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """From each known point to the next."""
        places = [place for place, point in enumerate(self.points) if point.reason is Reason.OK]
        return tuple(
            _step(self.points[start], self.points[end], self.known[0].value, skipped=end - start > 1)
            for start, end in pairwise(places)
        )

    @property
    def total(self) -> float:
        """Decimal return from the first to the last value: the sum of all contributions."""
        return self.known[-1].value / self.known[0].value - 1

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Contribution of each market and stretch, in the order of the relay; only those with a step."""
        groups: dict[tuple[Stretch, Market | None], list[float]] = {}
        for step in self.steps:
            market = None if step.stretch is Stretch.UNDIVIDED else step.market
            groups.setdefault((step.stretch, market), []).append(step.contribution)
        sums = {key: sum(values) for key, values in groups.items()}
        divisible = abs(self.total) >= LEAST_TOTAL * sum(abs(value) for value in sums.values()) > 0
        reason = Reason.OK if divisible else Reason.TOTAL_NEAR_ZERO
        return tuple(
            Part(market, stretch, len(values), sums[key], sums[key] / self.total if divisible else np.nan, reason)
            for (stretch, market), values in groups.items()
            for key in [(stretch, market)]
        )

    def in_market(self, market: Market) -> float:
        """Contribution of all steps that end in a market, decimal."""
        return sum(part.contribution for part in self.parts if part.market is market)


@dataclass(frozen=True)
class NoRelay:
    """Why a company has no relay; `symbol` and `day` say whose price is missing and when, where that is the reason."""

    issuer: Issuer
    lines: tuple[Listing, ...]
    reason: Reason
    symbol: str = ""
    day: date | None = None


def _step(start: Point, end: Point, base: float, *, skipped: bool) -> Step:
    if skipped:
        stretch = Stretch.UNDIVIDED
    elif end.moment == "close":
        stretch = Stretch.SESSION
    else:
        stretch = Stretch.OVERNIGHT if start.listing == end.listing else Stretch.HOP
    return Step(start, end, stretch, end.value / start.value - 1, (end.value - start.value) / base)
