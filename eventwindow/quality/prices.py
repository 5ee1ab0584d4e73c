"""Checks of the price series: order, range, sessions, blanks and jumps."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.prices import COLUMNS, PriceBook, PriceSeries, total_returns
from eventwindow.format import percent, plain_day, price
from eventwindow.quality.checks import Check, Finding
from eventwindow.quality.coverage import NO_CALENDAR, Coverage

# Two vendors round one index level to 2 and to 4 decimals, so a close may lie this share outside its range.
ROUNDING = 1e-6
LARGE_MOVE = 0.15
# A close over three times the last one, or under a third, is a split that was not adjusted or a wrong number.
LARGEST_RATIO = 3.0
# A large move that the next session takes back to within this share is most likely a wrong number.
TAKEN_BACK = 0.02
# How series.csv says that some rows have a close and nothing else.
SAYS_SO = ("close only", "no range", "single source", "for levels")

Notes = Mapping[tuple[str, date], str]


def order(series: Sequence[PriceSeries]) -> Check:
    """Days must ascend and be unique."""
    findings = [
        Finding(item.symbol, _day(item.days[place + 1]), "does not come after the row above")
        for item in series
        for place in np.flatnonzero(np.diff(item.days) <= np.timedelta64(0, "D"))
    ]
    return Check("Order", "One row a day, days ascending.", _rows(series), "rows", tuple(findings))


def positive(series: Sequence[PriceSeries]) -> Check:
    """Prices and volumes that are given must be finite and above zero; the close is always given."""
    findings = []
    for item in series:
        for name in COLUMNS:
            values = getattr(item, name)
            bad = ~(np.isfinite(values) & (values > 0))
            if name != "close":
                bad &= ~np.isnan(values)
            findings += [
                Finding(item.symbol, _day(item.days[row]), f"{name} is {values[row]}") for row in _rows_of(bad)
            ]
    rule = "Every row has a close; every price and volume given is a finite number above zero."
    return Check("Positive and finite", rule, _rows(series), "rows", tuple(findings))


def ranges(series: Sequence[PriceSeries]) -> Check:
    """The low must be the lowest and the high the highest price of a day."""
    findings = []
    for item in series:
        low_bad = item.low > np.fmin(np.fmin(item.open, item.high), item.close) * (1 + ROUNDING)
        high_bad = item.high < np.fmax(item.open, item.close) * (1 - ROUNDING)
        findings += [
            Finding(item.symbol, _day(item.days[row]), f"low {price(item.low[row])} is above another price of the day")
            for row in _rows_of(low_bad)
        ]
        findings += [
            Finding(item.symbol, _day(item.days[row]), f"high {price(item.high[row])} is below the open or the close")
            for row in _rows_of(high_bad)
        ]
    rule = "The low is at most, and the high at least, every other price of the day."
    known = sum(int(np.isfinite(item.low).sum()) for item in series)
    return Check("Day's range", rule, known, "ranges", tuple(findings))


def real_sessions(covered: Sequence[Coverage]) -> Check:
    """No row may fall on a day without trading."""
    findings = [
        Finding(item.series.symbol, _day(day), "has a row, but the exchange was closed")
        for item in covered
        for day in item.unexpected
    ]
    rule = "Every row is a session of the series' own exchange (an exchange rate: Monday to Friday)."
    return Check("Only real sessions", rule, sum(len(item.prices.days) for item in covered), "rows", tuple(findings))


def gaps(covered: Sequence[Coverage]) -> Check:
    """Between a series' first and last row no session may be missing, unless its note names the day.

    Exchange rates have no calendar of their own.
    """
    findings = []
    for item in covered:
        is_rate = item.series.calendar == NO_CALENDAR
        why = "No exchange, so no calendar: holidays of the source. The last known rate is used." if is_rate else ""
        for day in item.missing:
            said = why or (f"series.csv: {item.series.note}" if str(day) in item.series.note else "")
            findings.append(Finding(item.series.symbol, _day(day), "no row", said, fault=not said))
    rule = "No session is missing between the first and the last row, but for days that the note of the series names."
    return Check("No gaps", rule, sum(len(item.expected) for item in covered), "sessions", tuple(findings))


def blanks(covered: Sequence[Coverage], half_days: Mapping[str, Sequence[date]]) -> Check:
    """Rows without open, high or low: known for half days, or said in the note of the series.

    `half_days` goes by calendar. A range given in part is a fault, an open alone excepted.
    """
    findings: list[Finding] = []
    for item in covered:
        halves = frozenset(half_days.get(item.series.calendar, ()))
        findings += _runs([_blank(item, row, halves) for row in _rows_of(_lacking(item.prices))], item.prices)
    rule = "A row lacks open, high and low only on a half day or where the note of the series says so."
    return Check(
        "Blank prices explained", rule, sum(len(item.prices.days) for item in covered), "rows", tuple(findings)
    )


def half_day_junk(covered: Sequence[Coverage], half_days: Mapping[str, Sequence[date]]) -> Check:
    """On a half day a flat row without volume is a price from before the closing auction."""
    findings, examined = [], 0
    for item in covered:
        prices = item.prices
        of_calendar = np.array(half_days.get(item.series.calendar, ()), dtype="datetime64[D]")
        on_half_day = np.isin(prices.days, of_calendar)
        examined += int(on_half_day.sum())
        flat = (prices.open == prices.high) & (prices.high == prices.low) & (prices.low == prices.close)
        findings += [
            Finding(prices.symbol, _day(prices.days[row]), f"flat at {price(prices.close[row])} without volume")
            for row in _rows_of(on_half_day & flat & np.isnan(prices.volume))
        ]
    rule = "No half day in Hong Kong has a flat row without volume, as Yahoo's history has."
    return Check("No junk on half days", rule, examined, "half-day rows", tuple(findings))


def moves(covered: Sequence[Coverage], book: PriceBook, notes: Notes) -> Check:
    """Large total returns, listed with what is known of the day; jumps past LARGEST_RATIO or taken back are faults.

    `notes` says what happened to a symbol on a day.
    """
    findings, examined = [], 0
    for item in covered:
        prices, series = item.prices, item.series
        distributed = np.array(
            [book.distribution_in(prices.symbol, series.currency, day) for day in prices.days.tolist()]
        )
        returns = total_returns(prices.close, distributed)
        examined += int(np.isfinite(returns).sum())
        back = taken_back(returns)
        for row in _rows_of(np.abs(returns) >= LARGE_MOVE):
            ratio = 1 + returns[row]
            wrong = bool(back[row]) or not 1 / LARGEST_RATIO <= ratio <= LARGEST_RATIO
            day = _day(prices.days[row])
            what = percent(returns[row]) + (", taken back the next session" if back[row] else "")
            why = notes.get((prices.symbol, day), "No distribution or announcement of that day is on file.")
            findings.append(Finding(prices.symbol, day, what, why, fault=wrong))
    rule = (
        f"No close is over {LARGEST_RATIO:g} times the last one or under a third of it, and no total return beyond "
        f"{percent(LARGE_MOVE, 0)} is taken back the next session. All beyond that are listed."
    )
    return Check("Large moves", rule, examined, "returns", tuple(findings))


def taken_back(returns: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Per return (n,), decimal: whether it is large and the next one undoes it."""
    following = np.append(returns[1:], np.nan)
    undone: NDArray[np.bool_] = np.abs((1 + returns) * (1 + following) - 1) <= TAKEN_BACK
    return undone & (np.abs(returns) >= LARGE_MOVE)


def _lacking(prices: PriceSeries) -> NDArray[np.bool_]:
    """Per row, (n,): whether open, high or low is unknown."""
    return np.isnan(prices.open) | np.isnan(prices.high) | np.isnan(prices.low)


def _blank(item: Coverage, row: int, half_days: frozenset[date]) -> Finding:
    """What a row without its whole range lacks, and why."""
    prices, note, day = item.prices, item.series.note, _day(item.prices.days[row])
    opened, high, low = (bool(np.isfinite(getattr(prices, name)[row])) for name in ("open", "high", "low"))
    if high or low:
        return Finding(prices.symbol, day, "range given in part")
    known = f"series.csv: {note}" if any(words in note for words in SAYS_SO) else ""
    why = "Half day: the vendor's row was junk and only its close was kept." if day in half_days else known
    return Finding(prices.symbol, day, "open and close only" if opened else "close only", why, fault=not why)


def _runs(findings: Sequence[Finding], prices: PriceSeries) -> list[Finding]:
    """Findings of neighbouring rows that say the same, as one that names the last day too."""
    runs: list[list[Finding]] = []
    for item in findings:
        before = runs[-1] if runs else None
        if before and _is_next(prices, before[-1].day, item.day) and replace(before[-1], day=item.day) == item:
            before.append(item)
        else:
            runs.append([item])
    return [
        run[0]
        if len(run) == 1 or run[-1].day is None
        else replace(run[0], what=f"{run[0].what}, {len(run):,} rows to {plain_day(run[-1].day)}")
        for run in runs
    ]


def _is_next(prices: PriceSeries, earlier: date | None, later: date | None) -> bool:
    places = np.searchsorted(prices.days, np.array([earlier, later], dtype="datetime64[D]"))
    return bool(places[1] - places[0] == 1)


def _rows(series: Sequence[PriceSeries]) -> int:
    return sum(len(item.days) for item in series)


def _rows_of(mask: NDArray[np.bool_]) -> list[int]:
    rows: list[int] = np.flatnonzero(mask).tolist()
    return rows


def _day(day: np.datetime64) -> date:
    plain: date = day.astype("datetime64[D]").item()
    return plain
