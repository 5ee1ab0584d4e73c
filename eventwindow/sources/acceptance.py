"""Whether a downloaded price series may join what we have; pure checks, each refusal a sentence.

Nothing is repaired: a series is taken as a whole or refused as a whole. Days we have keep the figures we
have, with their corrections; a download only adds what comes after, and re-bases all of it on a split.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from math import prod
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.prices import COLUMNS, Floats, PriceSeries
from eventwindow.facts.sessions import Dates, MarketCalendar

# A change larger than threefold in one session needs a split to explain it.
LARGEST_MOVE = float(np.log(3))
# How far the same close may lie from ours; our own closes without a range may be off by up to 0.6%.
SAME, SAME_WITHOUT_RANGE = 0.001, 0.01
# Prices are floating point, so a low may stand a hair above the close; the checks of the data allow as much.
RANGE_ROUNDING = 1e-6
# More than this share of the price in one dividend is a wrong unit or currency.
LARGEST_YIELD = 0.25


@dataclass(frozen=True)
class Download:
    """What a source gave for one symbol: arrays of shape (n,), prices as traded on the source's split basis.

    `adjusted` are the source's adjusted closes, None where it gave none; `splits` (new shares per old one) and
    `dividends` (amount per share) go by ex-date; `remarks` say what was left out on the way here.
    """

    days: Dates
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    adjusted: Floats | None
    zone: str
    splits: Mapping[date, float]
    dividends: Mapping[date, float]
    remarks: tuple[str, ...] = ()


class Taken(StrEnum):
    """What a refresh did with a series."""

    UNCHANGED = "unchanged"
    EXTENDED = "extended"
    REBASED = "re-based"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """The outcome for one series: `series` is what is served from now on, `reason` says why it was refused.

    `ratio` is what older per-share figures are divided by after splits, the product of `new_splits` (1 where there
    were none); `missing` are sessions after our last day that stay without a row; `remarks` are phrases on what was
    left out of an accepted download.
    """

    taken: Taken
    series: PriceSeries
    ratio: float = 1.0
    new_splits: Mapping[date, float] = field(default_factory=dict)
    new_dividends: Mapping[date, float] = field(default_factory=dict)
    missing: tuple[date, ...] = ()
    remarks: tuple[str, ...] = ()
    reason: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the download was taken."""
        return self.taken is not Taken.REFUSED


class _RefusedError(Exception):
    """Carries the sentence of the first check that failed."""


def judge(
    have: PriceSeries,
    download: Download,
    calendar: MarketCalendar,
    now: datetime,
    *,
    since: date,
    paid: Collection[date] = (),
) -> Verdict:
    """Check a download against the calendar and against the series we have; never raises.

    `now` is an aware time: a session that has not closed by then is left out. `since` is the first day that
    was asked for: every day we have from then on must come back. `paid` are ex-dates of distributions on
    file, by which an adjusted close is told from a copy of the raw one.
    """
    try:
        _check_schema(download, calendar.timezone, {*paid, *download.dividends})
        _check_days(download.days, calendar)
        finished, remarks = _finished(download, calendar, now)
        fresh, junk = _without_half_day_junk(finished, calendar)
        _check_prices(fresh)
        _check_adjusted(fresh)
        _check_moves(fresh)
        _check_actions(fresh)
        ratio = _compare(have, fresh, finished.days, since)
    except _RefusedError as refusal:
        return Verdict(Taken.REFUSED, have, reason=str(refusal))
    remarks = (*download.remarks, *remarks)
    new = fresh.days > have.days[-1]
    if not new.any():
        return Verdict(Taken.UNCHANGED, have, remarks=remarks)
    last, end = have.days[-1], fresh.days[-1]
    kept = _rebased(have, ratio)
    # A volume of nought is an unknown one, as everywhere in the tables.
    fresh = replace(fresh, volume=np.where(fresh.volume > 0, fresh.volume, np.nan))
    columns = {name: np.concatenate([getattr(kept, name), getattr(fresh, name)[new]]) for name in COLUMNS}
    sessions = calendar.days[(calendar.days > last) & (calendar.days <= end)]
    missing = sessions[~np.isin(sessions, fresh.days)]
    for what, days in (
        ("flat rows of shortened sessions left out", missing[np.isin(missing, junk)]),
        ("no row for", missing[~np.isin(missing, junk)]),
    ):
        remarks += (f"{what}: {', '.join(map(str, days))}",) if len(days) else ()
    return Verdict(
        taken=Taken.EXTENDED if ratio == 1 else Taken.REBASED,
        series=PriceSeries(have.symbol, np.concatenate([have.days, fresh.days[new]]), **columns),
        ratio=ratio,
        new_splits={day: size for day, size in fresh.splits.items() if day > last.item()},
        new_dividends={day: paid for day, paid in download.dividends.items() if last.item() < day <= end.item()},
        missing=tuple(missing.tolist()),
        remarks=remarks,
    )


def _check_schema(download: Download, zone: ZoneInfo, paid: Collection[date]) -> None:
    if not len(download.days):
        raise _RefusedError("no data returned")
    if download.zone != zone.key:
        raise _RefusedError(f"the days are in the zone {download.zone or 'unknown'}, not in {zone.key}")
    if download.adjusted is None:
        raise _RefusedError("the adjusted close is missing, so raw and adjusted prices cannot be told apart")
    known = any(download.days[0].item() < day <= download.days[-1].item() for day in paid)
    if known and np.array_equal(download.adjusted, download.close, equal_nan=True):
        raise _RefusedError("the adjusted close is a copy of the raw one although dividends were paid")


def _check_days(days: Dates, calendar: MarketCalendar) -> None:
    steps = np.diff(days).astype(np.int64)
    if (steps <= 0).any():
        raise _RefusedError(f"{days[1:][steps <= 0][0]} comes twice or out of order")
    strange = days[~np.isin(days, calendar.days)]
    if len(strange):
        raise _RefusedError(f"{strange[0]} was no session of this market")


def _finished(download: Download, calendar: MarketCalendar, now: datetime) -> tuple[Download, tuple[str, ...]]:
    """Leave out sessions that have not closed yet; refuse days of the future."""
    moment = np.datetime64(now.astimezone(UTC).replace(tzinfo=None), "s")
    if download.days[-1] > np.datetime64(now.astimezone(calendar.timezone).date(), "D"):
        raise _RefusedError(f"{download.days[-1]} lies in the future")
    closes = calendar.closes[np.searchsorted(calendar.days, download.days)]
    finished = closes <= moment
    if finished.all():
        return download, ()
    if not finished.any():
        raise _RefusedError("no finished session returned")
    return _rows(download, finished), (f"{download.days[~finished][0]} has not closed yet: left out",)


def _without_half_day_junk(download: Download, calendar: MarketCalendar) -> tuple[Download, Dates]:
    """Leave out rows of shortened sessions that are flat and without volume, and say which days they are of.

    They hold a price from before the closing auction.
    """
    place = np.searchsorted(calendar.days, download.days)
    length = calendar.closes[place] - calendar.opens[place]
    short = length < np.median(calendar.closes - calendar.opens)
    flat = (download.high == download.low) & ~(download.volume > 0)
    junk = short & flat
    if junk.all():
        raise _RefusedError("no usable session returned")
    return _rows(download, ~junk), download.days[junk]


def _check_adjusted(download: Download) -> None:
    """Not used, but where they are no prices the answer is not what it says it is."""
    adjusted = download.close if download.adjusted is None else download.adjusted
    bad = ~(np.isfinite(adjusted) & (adjusted > 0))
    if bad.any():
        raise _RefusedError(f"{download.days[bad][0]} has the adjusted close {adjusted[bad][0]:g}")


def _check_prices(download: Download) -> None:
    for name in COLUMNS:
        values, needed = getattr(download, name), name != "volume"
        if needed and np.isnan(values).any():
            raise _RefusedError(f"{download.days[np.isnan(values)][0]} has no {name}")
        broken = (values == 0) if needed else (np.nan_to_num(values) % 1 != 0)
        bad = np.isinf(values) | (values < 0) | broken
        if bad.any():
            raise _RefusedError(f"{download.days[bad][0]} has the {name} {values[bad][0]:g}")
    # A price near the largest number becomes infinite here, and bounds nothing; other checks refuse it.
    with np.errstate(over="ignore"):
        low, high = download.low * (1 - RANGE_ROUNDING), download.high * (1 + RANGE_ROUNDING)
    outside = (download.close < low) | (download.close > high) | (download.open < low) | (download.open > high)
    if outside.any():
        raise _RefusedError(f"{download.days[outside][0]} has its open or close outside low and high")


def _check_moves(download: Download) -> None:
    """The source puts its whole history on the basis after a split, so that a split leaves no jump either."""
    jumps = np.flatnonzero(np.abs(np.diff(np.log(download.close))) > LARGEST_MOVE) + 1
    if len(jumps):
        day, before, after = download.days[jumps[0]], download.close[jumps[0] - 1], download.close[jumps[0]]
        why = "although its split should be in all prices" if day.item() in download.splits else "without a split"
        raise _RefusedError(f"{day} jumps from {before:g} to {after:g} {why}")


def _check_actions(download: Download) -> None:
    for day, size in download.splits.items():
        if not (np.isfinite(size) and size > 0):
            raise _RefusedError(f"{day} has a split of {size:g} for 1")
        if day > download.days[-1].item():
            raise _RefusedError(f"{day} has a split and no finished session yet; it is taken after one")
    typical = float(np.median(download.close))
    for day, amount in download.dividends.items():
        if not 0 < amount <= LARGEST_YIELD * typical:
            raise _RefusedError(f"{day} has a dividend of {amount:g} on a share of about {typical:g}")


def _compare(have: PriceSeries, fresh: Download, returned: Dates, since: date) -> float:
    """What older prices must be divided by to meet the download: 1, or the splits since our last day.

    `returned` are all finished days of the download, those left out of `fresh` too. Days of which we know the
    close alone may be missing from it.
    """
    asked = have.days >= np.datetime64(since, "D")
    ours = have.days[asked & np.isfinite(have.close)]
    gone = have.days[asked & np.isfinite(have.open) & ~np.isin(have.days, returned)]
    common = ours[np.isin(ours, fresh.days)]
    if len(gone):
        raise _RefusedError(f"{gone[0]} is missing although we have it ({len(gone)} such days)")
    if not len(common):
        raise _RefusedError("it has no day in common with ours, so it cannot be compared")
    mine, theirs = have.on(common), fresh.close[np.searchsorted(fresh.days, common)]
    allowed = np.where(np.isfinite(mine.open), SAME, SAME_WITHOUT_RANGE)
    splits = prod(size for day, size in fresh.splits.items() if day > have.days[-1].item())
    if not (np.abs(mine.close / theirs / splits - 1) > allowed).any():
        return float(splits)
    apart = np.abs(mine.close / theirs - 1) > allowed
    if not apart.any():
        raise _RefusedError(f"a split of {splits:g} for 1 is reported, but the prices before it are not on its basis")
    first = int(np.flatnonzero(apart)[0])
    raise _RefusedError(
        f"the history has changed: {common[first]} closed at {mine.close[first]:g} here and at "
        f"{theirs[first]:g} there ({int(apart.sum())} such days), and no split explains it"
    )


def _rows(download: Download, kept: NDArray[np.bool_]) -> Download:
    adjusted = None if download.adjusted is None else download.adjusted[kept]
    columns = {name: getattr(download, name)[kept] for name in COLUMNS}
    return replace(download, days=download.days[kept], adjusted=adjusted, **columns)


def _rebased(have: PriceSeries, ratio: float) -> PriceSeries:
    """Prices on the basis after a split of `ratio` new shares for one, volume in whole new shares."""
    if ratio == 1:
        return have
    prices = {name: getattr(have, name) / ratio for name in ("open", "high", "low", "close")}
    return replace(have, volume=np.rint(have.volume * ratio), **prices)
