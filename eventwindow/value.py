"""What an announcement did to the market value of a company, in money: the price of a fine.

Market value is that of the whole company at the price of one of its lines (see facts/shares.py), so the
lines of a company are never added. `base` is the value at the close before the window. Of it

- the raw change is base x total return from that close to the close of the window's last session:
  what all shares are worth at its end, what was distributed on the way added back, less what they were
  worth before;
- the abnormal change is base x cumulative abnormal return over the window, with the interval of its
  prediction error.

All amounts of one change are converted at the rates of the day of the base, the last known ones on or
before it: they show what the share did and not what the exchange rate did meanwhile, and every currency gives the
same multiple of the fine. The number of shares is taken as constant over the window.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from eventwindow.facts.events import Announcement
from eventwindow.facts.fines import Fine, fine_against
from eventwindow.facts.listings import Issuer, Listing, Market
from eventwindow.facts.prices import Floats, total_return_index
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import Dates
from eventwindow.facts.shares import Currency, MarketValue, market_value
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.results import StudyResult
from eventwindow.study.significance import critical_value
from eventwindow.study.windows import Window

CURRENCIES: tuple[Currency, ...] = ("HKD", "USD", "CNY")
NOTHING = float("nan")


@dataclass(frozen=True)
class Figure:
    """A return over the window, decimal, and half the width of its interval; NaN where `reason` says why.

    A total return is measured and not estimated: it has no interval.
    """

    value: float
    half: float
    reason: Reason


@dataclass(frozen=True)
class ValueChange:
    """What one announcement did to the market value of a company, valued at one of its lines.

    `bases` holds the value before the window by currency, or why it is not known; `raw` and `abnormal` are
    the returns it is multiplied by; `fines` are those set against the company, `fine` their sum in yuan or
    why there is none; `other_fines` are those with another payer on file.
    """

    event_id: str
    listing: Listing
    issuer: Issuer
    window: Window
    last_day: date | None
    bases: Mapping[Currency, MarketValue | Reason]
    raw: Figure
    abnormal: Figure
    fines: tuple[Fine, ...]
    fine: float | Reason
    other_fines: tuple[Fine, ...]

    @cached_property
    def base(self) -> MarketValue | Reason:
        """The value before the window in the line's own currency."""
        return next(iter(self.bases.values()))

    @cached_property
    def reason(self) -> Reason:
        """Why there is no abnormal change in dollars; OK where there is one."""
        dollars = self.bases["USD"]
        return dollars if isinstance(dollars, Reason) else self.abnormal.reason

    @property
    def known(self) -> bool:
        """Whether the abnormal change is known in dollars."""
        return self.reason is Reason.OK

    def amount(self, figure: Figure, currency: Currency) -> float | Reason:
        """A change in a currency: base x return."""
        base = self.bases[currency]
        if isinstance(base, Reason):
            return base
        return figure.reason if figure.reason is not Reason.OK else base.value * figure.value

    def interval(self, currency: Currency) -> tuple[float, float] | Reason:
        """Lower and upper end of the abnormal change in a currency."""
        base, found = self.bases[currency], self.abnormal
        if isinstance(base, Reason) or found.reason is not Reason.OK:
            return base if isinstance(base, Reason) else found.reason
        return base.value * (found.value - found.half), base.value * (found.value + found.half)

    @property
    def beyond_noise(self) -> bool:
        """Whether the interval of the abnormal change leaves out zero."""
        return self.known and abs(self.abnormal.value) > self.abnormal.half

    def times_fine(self, figure: Figure) -> float | Reason:
        """A change in yuan over the fine in yuan, with the sign of the change."""
        change = self.amount(figure, "CNY")
        if isinstance(self.fine, Reason):
            return self.fine
        return change if isinstance(change, Reason) else change / self.fine


@dataclass(frozen=True)
class Together:
    """Several companies, each counted once: raw and abnormal change in dollars.

    There is no interval: reactions to one announcement move together.
    """

    raw: float
    abnormal: float


def value_changes(snapshot: Snapshot, study: StudyResult, window: Window, level: int) -> tuple[ValueChange, ...]:
    """The change of every event of a study on the snapshot's own announcements and listings, in its order.

    `window` must be one of the study's, else ValueError; `level` (percent) is that of the intervals.
    """
    number = study.windows.index(window)
    symbols = dict.fromkeys(study.symbols)
    growth = {symbol: _growth(snapshot, snapshot.listings[symbol]) for symbol in symbols}
    zeros: list[date | None] = study.day0.astype("datetime64[D]").tolist()
    half = critical_value(level / 100, study.df) * study.se[:, number]
    return tuple(
        _change(
            snapshot,
            snapshot.announcements[study.event_ids[row]],
            snapshot.listings[symbol],
            window,
            zeros[row],
            _abnormal(study, row, number, float(half[row])),
            growth[symbol],
        )
        for row, symbol in enumerate(study.symbols)
    )


def primary_listings(listings: Sequence[Listing]) -> dict[str, Listing]:
    """One line of every company: the Hong Kong one where it is among them, else the first, company by company."""
    by_market = sorted(listings, key=lambda item: item.market is not Market.HONG_KONG)
    chosen = {item.issuer: item for item in reversed(by_market)}
    return {issuer: chosen[issuer] for issuer in dict.fromkeys(item.issuer for item in listings)}


def together(changes: Sequence[ValueChange]) -> Together | Reason:
    """The sum over companies, one change each; the first reason where any of them is not known.

    Raises ValueError for a company that is there twice.
    """
    if len({item.issuer.issuer for item in changes}) < len(changes):
        raise ValueError("a company is counted twice: give one line of each")
    parts = [(item.amount(item.raw, "USD"), item.amount(item.abnormal, "USD")) for item in changes]
    unknown = [part for pair in parts for part in pair if isinstance(part, Reason)]
    if unknown:
        return unknown[0]
    known = [
        (raw, abnormal) for raw, abnormal in parts if not isinstance(raw, Reason) and not isinstance(abnormal, Reason)
    ]
    return Together(sum(raw for raw, _ in known), sum(abnormal for _, abnormal in known))


def _change(
    snapshot: Snapshot,
    announcement: Announcement,
    listing: Listing,
    window: Window,
    zero: date | None,
    abnormal: Figure,
    growth: tuple[Dates, Floats],
) -> ValueChange:
    days = abnormal.reason if zero is None else _days(snapshot, listing, window, zero)
    acts = {act.event_id for act in announcement.acts}
    fines = [item for item in snapshot.fines if item.event_id in acts]
    return ValueChange(
        event_id=announcement.event_id,
        listing=listing,
        issuer=snapshot.issuers[listing.issuer],
        window=window,
        last_day=None if isinstance(days, Reason) else days[1],
        bases=_bases(snapshot, listing, days if isinstance(days, Reason) else days[0]),
        raw=_unknown(days) if isinstance(days, Reason) else _raw(growth, *days),
        abnormal=abnormal,
        fines=tuple(item for item in fines if item.issuer == listing.issuer),
        fine=fine_against(snapshot.fines, announcement, listing.issuer),
        other_fines=tuple(item for item in fines if item.issuer != listing.issuer),
    )


def _days(snapshot: Snapshot, listing: Listing, window: Window, zero: date) -> tuple[date, date] | Reason:
    """The session before the window and its last one."""
    calendar = snapshot.calendars[listing.market]
    position = calendar.position(zero)
    if position is None or position + window.start < 1 or position + window.end >= len(calendar.days):
        return Reason.OUTSIDE_CALENDAR
    return calendar.day(position + window.start - 1), calendar.day(position + window.end)


def _bases(snapshot: Snapshot, listing: Listing, before: date | Reason) -> dict[Currency, MarketValue | Reason]:
    """Market value on a day in the line's own currency, in dollars and in yuan."""
    own = next(unit for unit in CURRENCIES if unit == listing.currency)
    units = dict.fromkeys((own, *CURRENCIES[1:]))
    if isinstance(before, Reason):
        return dict.fromkeys(units, before)
    prices, counts = snapshot.prices, snapshot.share_counts
    return {unit: market_value(prices, listing, counts, before, unit) for unit in units}


def _growth(snapshot: Snapshot, listing: Listing) -> tuple[Dates, Floats]:
    return total_return_index(snapshot.prices, listing, snapshot.calendars[listing.market])


def _raw(growth: tuple[Dates, Floats], before: date, last: date) -> Figure:
    """Total return from the last known close on or before one day to the close of another."""
    days, level = growth
    start = int(np.searchsorted(days, np.datetime64(before, "D"), side="right")) - 1
    end = int(np.searchsorted(days, np.datetime64(last, "D")))
    if start < 0 or end >= len(days) or days[end] != np.datetime64(last, "D"):
        return _unknown(Reason.NO_PRICE)
    return Figure(float(level[end] / level[start] - 1), NOTHING, Reason.OK)


def _abnormal(study: StudyResult, row: int, number: int, half: float) -> Figure:
    reason = Reason(study.status[row, number])
    return _unknown(reason) if reason is not Reason.OK else Figure(float(study.car[row, number]), half, reason)


def _unknown(reason: Reason) -> Figure:
    return Figure(NOTHING, NOTHING, reason)
