"""Years of prices: total-return lines, the fall from the peak of October 2020, the gap between Hong Kong and New York.

And the announcements that belong on the same axis of time, with what each listing did.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from eventwindow.case import DAY_ZERO_AND_NEXT, chosen_listings, return_tables, study_events
from eventwindow.facts.events import Announcement
from eventwindow.facts.listings import Issuer, Listing, Market
from eventwindow.facts.prices import Floats, PriceBook, total_return_index
from eventwindow.facts.sessions import Dates, DayZero, day_zero
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.engine import StudySpec, run_study
from eventwindow.study.results import StudyResult
from eventwindow.view import View

START_LEVEL = 100.0
# Hong Kong's technology shares stood highest just before the first act against Ant Group.
PEAK_YEAR = 2020
PEAK_MONTH = np.datetime64(f"{PEAK_YEAR}-10", "M")
# A rate older than this many days is not used: the day is left out instead.
OLDEST_RATE = np.timedelta64(4, "D")
NORMAL_RANGE = (5.0, 95.0)


@dataclass(frozen=True)
class Line:
    """Total-return index of one listing: `days` and `level` have shape (n,), one value a session."""

    listing: Listing
    issuer: Issuer
    days: Dates
    level: Floats

    @property
    def first_day(self) -> date:
        """The first session with a price."""
        return _date(self.days[0])

    @property
    def last_day(self) -> date:
        """The last session with a price."""
        return _date(self.days[-1])

    @property
    def change(self) -> float:
        """What became of 100, as a decimal change, at the last session."""
        return float(self.level[-1] / START_LEVEL - 1)


@dataclass(frozen=True)
class IndexedLines:
    """Lines that stand at 100 on `base`; None where they share no session, then each starts at 100."""

    base: date | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Drawdown:
    """Fall of a listing below its highest close of October 2020, distributions added back.

    `days` and `fall` (n,) are the sessions shown, from `peak_day` on; `fall` is a decimal, 0 at the peak and
    above 0 once it has been passed.
    """

    listing: Listing
    issuer: Issuer
    peak_day: date
    days: Dates
    fall: Floats

    @property
    def lowest(self) -> int:
        """Position of the deepest fall."""
        return int(np.argmin(self.fall))

    @property
    def trough(self) -> float:
        """The deepest fall, a decimal."""
        return float(self.fall[self.lowest])

    @property
    def trough_day(self) -> date:
        """Session of the deepest fall."""
        return _date(self.days[self.lowest])

    @property
    def last(self) -> float:
        """Where it stands at the last session, a decimal."""
        return float(self.fall[-1])

    @property
    def last_day(self) -> date:
        """The last session shown."""
        return _date(self.days[-1])


@dataclass(frozen=True)
class Gap:
    """Premium of the New York line of a company over its Hong Kong line, same calendar date, decimal.

    `days` and `premium` (n,) are the dates shown on which both closes and the exchange rate are known.
    `normal` is the range that holds nine days in ten: 5th and 95th percentile over all `sample` such dates,
    shown or not.
    """

    issuer: Issuer
    hong_kong: Listing
    new_york: Listing
    days: Dates
    premium: Floats
    normal: tuple[float, float]
    sample: int

    @property
    def median(self) -> float:
        """The middle premium of the dates shown, a decimal."""
        return float(np.median(self.premium))

    @property
    def widest(self) -> tuple[date, float]:
        """The date shown that is furthest from no gap, and its premium."""
        place = int(np.argmax(np.abs(self.premium)))
        return _date(self.days[place]), float(self.premium[place])

    @property
    def last(self) -> tuple[date, float]:
        """The last date shown, and its premium."""
        return _date(self.days[-1]), float(self.premium[-1])


@dataclass(frozen=True)
class Reaction:
    """Abnormal return of one listing over day 0 and the next session, decimal, or the reason why there is none."""

    listing: Listing
    issuer: Issuer
    day_zero: date | None
    car: float
    reason: str

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return not self.reason


@dataclass(frozen=True)
class Mark:
    """An announcement on the axis of time: `day` is its first day 0 in the markets shown."""

    announcement: Announcement
    day: date
    reactions: tuple[Reaction, ...]


def total_return_lines(snapshot: Snapshot, view: View) -> tuple[Line, ...]:
    """Every chosen listing from its first price to its last, 100 at the first."""
    lines = []
    for listing in chosen_listings(snapshot, view):
        days, growth = total_return_index(snapshot.prices, listing, snapshot.calendars[listing.market])
        lines.append(Line(listing, snapshot.issuers[listing.issuer], days, START_LEVEL * growth))
    return tuple(line for line in lines if line.days.size)


def indexed_lines(lines: Sequence[Line], years: tuple[int, int] | None) -> IndexedLines:
    """The lines inside the years (None: all), put to 100 on the first session that all of them share."""
    cut = [_cut(line, years) for line in lines]
    inside = [line for line in cut if line.days.size]
    shared = reduce(np.intersect1d, [line.days for line in inside]) if inside else np.array([], dtype="datetime64[D]")
    if not shared.size:
        return IndexedLines(None, tuple(_scaled(line, 0) for line in inside))
    based = tuple(_scaled(line, int(np.searchsorted(line.days, shared[0]))) for line in inside)
    return IndexedLines(_date(shared[0]), based)


def drawdowns(lines: Sequence[Line], years: tuple[int, int] | None) -> tuple[Drawdown, ...]:
    """Fall from the highest close of October 2020 inside the years, of every line that traded in that month."""
    found = []
    for line in lines:
        month = np.flatnonzero(line.days.astype("datetime64[M]") == PEAK_MONTH)
        if month.size:
            peak = int(month[np.argmax(line.level[month])])
            shown = within(line.days, years) & (line.days >= line.days[peak])
            fall = line.level[shown] / line.level[peak] - 1
            found.append(Drawdown(line.listing, line.issuer, _date(line.days[peak]), line.days[shown], fall))
    return tuple(item for item in found if item.days.size)


def gaps(snapshot: Snapshot, view: View) -> tuple[Gap, ...]:
    """Gap inside the years of every chosen company that has a line in both markets, company by company."""
    pairs: dict[str, dict[Market, Listing]] = {}
    for listing in chosen_listings(snapshot, view):
        pairs.setdefault(listing.issuer, {})[listing.market] = listing
    found = [
        _gap(snapshot, snapshot.issuers[issuer], pair[Market.HONG_KONG], pair[Market.WALL_STREET], view.years)
        for issuer, pair in pairs.items()
        if len(pair) == len(Market)
    ]
    return tuple(gap for gap in found if gap.days.size)


def daily_premium(book: PriceBook, hong_kong: Listing, new_york: Listing) -> tuple[Dates, Floats]:
    """Premium of the New York line over the Hong Kong line, decimal, on the days of the Hong Kong line, both (n,).

    Close in New York in the money of Hong Kong, per ordinary share, over the close in Hong Kong of the same date, less
    one; NaN where either close or the rate is unknown.
    """
    home = book.series[hong_kong.symbol]
    away = book.series[new_york.symbol].on(home.days)
    rate = rates_on(book, f"{new_york.currency}{hong_kong.currency}", home.days)
    per_share = away.close * rate / new_york.shares_per_unit
    return home.days, per_share / (home.close / hong_kong.shares_per_unit) - 1


def rates_on(book: PriceBook, pair: str, days: Dates) -> Floats:
    """The last known rate on or before each day (n,), NaN where none is known or it is too old."""
    series = book.series.get(pair)
    if series is None:
        return np.full(len(days), np.nan)
    known = np.isfinite(series.close)
    rate_days, rates = series.days[known], series.close[known]
    place = np.searchsorted(rate_days, days, side="right") - 1
    fresh = (place >= 0) & (days - rate_days[place] <= OLDEST_RATE)
    return np.where(fresh, rates[place], np.nan)


def within(days: Dates, years: tuple[int, int] | None) -> NDArray[np.bool_]:
    """Which of the days (n,) lie inside the years, both included; None is all of them."""
    if years is None:
        return np.ones(len(days), dtype=bool)
    first, last = np.datetime64(f"{years[0]}-01-01"), np.datetime64(f"{years[1]}-12-31")
    inside: NDArray[np.bool_] = (days >= first) & (days <= last)
    return inside


def marks(snapshot: Snapshot, view: View, announcements: Sequence[Announcement]) -> tuple[Mark, ...]:
    """Announcements with the abnormal return of every chosen listing, by the clock and model of the view."""
    listings = chosen_listings(snapshot, view)
    if not listings or not announcements:
        return ()
    study = run_study(
        events=study_events(snapshot, announcements, listings, view.clock),
        prices=return_tables(snapshot, listings, view.benchmark),
        spec=StudySpec(
            model=view.model,
            estimation=view.estimation,
            event_window=DAY_ZERO_AND_NEXT,
            windows=(DAY_ZERO_AND_NEXT,),
        ),
    )
    return tuple(_mark(snapshot, view, item, listings, study) for item in announcements)


def _mark(
    snapshot: Snapshot, view: View, announcement: Announcement, listings: Sequence[Listing], study: StudyResult
) -> Mark:
    news = announcement.news(view.clock)
    found = {market: day_zero(news, snapshot.calendars[market]) for market in {item.market for item in listings}}
    zeros = {market: zero.day for market, zero in found.items() if isinstance(zero, DayZero)}
    reactions = []
    for listing in listings:
        row = study.row(announcement.event_id, listing.symbol)
        car, reason = float(study.car[row, 0]), study.explain(row, 0)
        reactions.append(Reaction(listing, snapshot.issuers[listing.issuer], zeros.get(listing.market), car, reason))
    return Mark(announcement, min(zeros.values(), default=news.day), tuple(reactions))


def _cut(line: Line, years: tuple[int, int] | None) -> Line:
    inside = within(line.days, years)
    return replace(line, days=line.days[inside], level=line.level[inside])


def _scaled(line: Line, place: int) -> Line:
    return replace(line, level=START_LEVEL * line.level / line.level[place])


def _gap(
    snapshot: Snapshot, issuer: Issuer, hong_kong: Listing, new_york: Listing, years: tuple[int, int] | None
) -> Gap:
    days, premium = daily_premium(snapshot.prices, hong_kong, new_york)
    known = np.isfinite(premium)
    shown = known & within(days, years)
    low, high = np.percentile(premium[known], NORMAL_RANGE) if known.any() else (np.nan, np.nan)
    return Gap(issuer, hong_kong, new_york, days[shown], premium[shown], (float(low), float(high)), int(known.sum()))


def _date(day: np.datetime64) -> date:
    found: date = day.astype("datetime64[D]").item()
    return found
