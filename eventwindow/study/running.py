"""The study's figures from running sums: millions of events at the price of a few additions each.

A sum over any stretch of sessions is the difference of two running sums, so an event costs the same however long
its windows are. Returns are demeaned first, which keeps the differences sharp; where too many digits would be lost
all the same, where a return is missing, and where there is nothing to compute, the event goes through the engine
itself (`run_study`), so that figures and reasons are the engine's everywhere.
"""

from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats, ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import Dates
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.windows import Positions, Window

# Reasons by number, in which results hold them; the first one is Reason.OK.
CODES = tuple(Reason)
# Series summed at a time: few enough that their running sums stay in the cache.
BLOCK = 48
# A sum of squares below this share of the running sum that it is a difference of has lost too many digits.
SHARPEST = 1e-5
# Regressors this close to being combinations of each other are left to the engine.
SAFE_CONDITION = 1e4
# The benchmark's neighbours lie outside the windows, so its events go through the engine.
DIRECT_ONLY = frozenset({Model.SCHOLES_WILLIAMS})


@dataclass(frozen=True)
class Figures:
    """Figures of N events over J windows with K slopes; NaN (`df`, `n_days` 0) where `status` says why.

    `alpha`, `sigma` (N,), `slopes` (N, K), `car` and `se` (N, J) are decimal; `reasons` (N,) and `status` (N, J)
    are places in CODES.
    """

    n_estimation: NDArray[np.int32]
    alpha: Floats
    slopes: Floats
    sigma: Floats
    df: NDArray[np.int32]
    reasons: NDArray[np.int8]
    n_days: NDArray[np.int32]
    car: Floats
    se: Floats
    t: Floats
    status: NDArray[np.int8]

    @classmethod
    def room(cls, count: int, slopes: int, windows: int) -> "Figures":
        """Room for N events."""
        return cls(
            n_estimation=np.zeros(count, np.int32),
            alpha=np.empty(count),
            slopes=np.empty((count, slopes), order="F"),
            sigma=np.empty(count),
            df=np.zeros(count, np.int32),
            reasons=np.zeros(count, np.int8),
            n_days=np.zeros((count, windows), np.int32, order="F"),
            car=np.empty((count, windows), order="F"),
            se=np.empty((count, windows), order="F"),
            t=np.empty((count, windows), order="F"),
            status=np.zeros((count, windows), np.int8, order="F"),
        )


def slopes_of(model: Model, table: ReturnTable) -> int:
    """Number of slopes that the results hold."""
    if model is Model.MEAN_ADJUSTED:
        return 0
    return table.regressors.shape[1] if model is Model.FACTORS else 1


def study_pairs(days: Dates, column: Positions, table: ReturnTable, spec: StudySpec) -> Figures:
    """Figures of N events: `days` (N,) are their dates, `column` (N,) the places of their series in the table.

    Day 0 is the first session on or after the date. Agrees with `run_study` to 1e-10 of the value.
    """
    found = Figures.room(len(days), slopes_of(spec.model, table), len(spec.windows))
    zero = np.searchsorted(table.days, days)
    done = np.zeros(len(days), dtype=bool)
    if spec.model not in DIRECT_ONLY:
        market = _Market(table, spec)
        order = np.argsort(column, kind="stable")
        starts = range(0, len(table.symbols), BLOCK)
        bounds = np.searchsorted(column[order], [*starts, len(table.symbols)])
        for start, first, last in zip(starts, bounds, bounds[1:], strict=False):
            here = order[first:last]
            if len(here):
                series = _Series(table, slice(start, start + BLOCK), market)
                done[here] = series.study(found, zero[here], column[here] - start, _Rows(here))
    rows = np.flatnonzero(~done)
    _engine(found, rows, days[rows], column[rows], table, spec)
    return found


def study_grid(days: Dates, table: ReturnTable, spec: StudySpec) -> Figures:
    """The same of D dates x all S series of a table: event d * S + s is date d on series s."""
    count, width = len(days), len(table.symbols)
    found = Figures.room(count * width, slopes_of(spec.model, table), len(spec.windows))
    zero = np.searchsorted(table.days, days)
    done = np.zeros((count, width), dtype=bool)
    if spec.model not in DIRECT_ONLY:
        market = _Market(table, spec)
        for start in range(0, width, BLOCK):
            part = slice(start, min(start + BLOCK, width))
            done[:, part] = _Series(table, part, market).study(found, zero, None, _Columns(count, width, part))
    rows = np.flatnonzero(~done)
    _engine(found, rows, days[rows // width], rows % width, table, spec)
    return found


@dataclass(frozen=True)
class _Rows:
    """Where the events of one block stand among all: at some rows."""

    rows: Positions

    def write(self, target: NDArray[Any], values: object) -> None:
        """Write values of the block's events, shape (n,) or one for all."""
        target[self.rows] = values


@dataclass(frozen=True)
class _Columns:
    """Where the events of one block stand among D dates x S series: some series on every date."""

    dates: int
    series: int
    part: slice

    def write(self, target: NDArray[Any], values: object) -> None:
        """Write values of the block's events, shape (D, B) or one for all."""
        target.reshape(self.dates, self.series)[:, self.part] = values


@dataclass(frozen=True)
class _Sums:
    """Running sums (T + 1, ...) along sessions, a zero in front."""

    values: NDArray[Any]

    @classmethod
    def of(cls, values: NDArray[Any]) -> "_Sums":
        """Running sums of values (T, ...)."""
        sums = np.zeros((len(values) + 1, *values.shape[1:]), np.int32 if values.dtype == bool else np.float64)
        np.cumsum(values, axis=0, out=sums[1:])
        return cls(sums)

    def over(self, window: Window, zero: Positions, column: Positions | None = None) -> NDArray[Any]:
        """Sums over a window around each day 0, of each event's own column or of all; nonsense beyond the sessions."""
        last = len(self.values) - 1
        ends = np.clip(zero + window.end + 1, 0, last)
        starts = np.clip(zero + window.start, 0, last)
        if column is None:
            difference: NDArray[Any] = self.values[ends] - self.values[starts]
        else:
            difference = self.values[ends, column] - self.values[starts, column]
        return difference


class _Market:
    """What K regressors give for every session as day 0, whatever the series; Z = T + 1 with one past the last.

    `values` (T, K) are demeaned over the whole table by `level` (K,). `center` (Z, K) are their means over the
    estimation window, `scatter` and `inverse` (Z, K, K) the centred cross products and their inverse. Over each of
    J windows `summed` (Z, J, K) are sums and `deviations` (Z, J, K) sums of deviations from `center`; `root`
    (Z, J) is the prediction error in units of sigma. `is_exact` (Z,) says where all this can be relied on.
    """

    def __init__(self, table: ReturnTable, spec: StudySpec) -> None:
        """Running sums of the regressors that `spec` uses."""
        self.spec = spec
        self.is_imposed = spec.model is Model.MARKET_ADJUSTED
        self.values, self.level, gaps = _demeaned(table.regressors[:, : slopes_of(spec.model, table)])
        sessions, length = len(table.days), spec.estimation.length
        zero = np.arange(sessions + 1)
        products = _Sums.of(self.values[:, :, None] * self.values[:, None, :])
        sums = _Sums.of(self.values)
        estimated = sums.over(spec.estimation, zero)
        self.center = estimated / length
        self.scatter = products.over(spec.estimation, zero) - estimated[:, :, None] * self.center[:, None, :]
        self.inverse, exact = _inverted(self.scatter, products.values[-1])
        self.reach = Window(spec.estimation.start, max(window.end for window in spec.windows))
        exact &= (zero + self.reach.start >= 0) & (zero + self.reach.end < sessions)
        exact &= ~_Sums.of(gaps).over(self.reach, zero).any(axis=1)
        self.is_exact = exact & (length >= spec.minimum_estimation) & (self.df > 0)
        lengths = np.array([window.length for window in spec.windows], dtype=np.float64)
        self.summed = np.stack([sums.over(window, zero) for window in spec.windows], axis=1)
        self.deviations = self.summed - lengths[:, None] * self.center[:, None, :]
        spread = np.einsum("zjk,zkl,zjl->zj", self.deviations, self.inverse, self.deviations)
        own = np.broadcast_to(lengths, spread.shape)
        self.root = np.sqrt(own if self.is_imposed else own + own**2 / length + spread)

    @property
    def df(self) -> int:
        """Degrees of freedom of sigma."""
        used = 0 if self.is_imposed else self.values.shape[1]
        return self.spec.estimation.length - 1 - used


class _Series:
    """Running sums of some B series of a table, and what a market makes of them."""

    def __init__(self, table: ReturnTable, part: slice, market: _Market) -> None:
        """Sum up the series of `part`."""
        values, self.level, gaps = _demeaned(np.ascontiguousarray(table.returns[:, part]))
        self.market = market
        self.own = _Sums.of(values)
        self.squares = _Sums.of(values * values)
        self.products = [_Sums.of(values * regressor[:, None]) for regressor in market.values.T]
        self.gaps = _Sums.of(gaps) if gaps.any() else None

    def study(
        self, found: Figures, zero: Positions, column: Positions | None, place: "_Rows | _Columns"
    ) -> NDArray[np.bool_]:
        """Write the figures of events into `found`; which of them can be relied on, the rest being nonsense.

        With `column` (n,) an event is a session of one series, without it a session of every series, (D, B).
        """
        market, spec = self.market, self.market.spec

        def dated(values: NDArray[Any]) -> NDArray[Any]:
            return values[zero] if column is not None else values[zero][:, None]

        length = spec.estimation.length
        level = self.level if column is None else self.level[column]
        mean = self.own.over(spec.estimation, zero, column) / length
        spread = self.squares.over(spec.estimation, zero, column) - length * mean**2
        cross = [
            item.over(spec.estimation, zero, column) - length * dated(market.center[:, k]) * mean
            for k, item in enumerate(self.products)
        ]
        if market.is_imposed:
            slopes: list[Any] = [1.0]
            rss = spread - 2 * cross[0] + dated(market.scatter[:, 0, 0])
            alpha: Any = 0.0
        else:
            every = range(len(cross))
            slopes = [sum(dated(market.inverse[:, k, other]) * cross[other] for other in every) for k in every]
            rss = spread - sum(slope * item for slope, item in zip(slopes, cross, strict=True))
            alpha = mean + level
            for k, slope in enumerate(slopes):
                alpha = alpha - slope * (dated(market.center[:, k]) + market.level[k])
        total = self.squares.values[-1] if column is None else self.squares.values[-1][column]
        exact: NDArray[np.bool_] = dated(market.is_exact) & (np.minimum(rss, spread) > SHARPEST * total)
        if self.gaps:
            exact &= self.gaps.over(market.reach, zero, column) == 0
        with np.errstate(invalid="ignore"):
            sigma = np.sqrt(rss / max(market.df, 1))
        place.write(found.alpha, alpha)
        place.write(found.sigma, sigma)
        place.write(found.n_estimation, length)
        place.write(found.df, market.df)
        for k, slope in enumerate(slopes):
            place.write(found.slopes[:, k], slope)
        for j, window in enumerate(spec.windows):
            car = self.own.over(window, zero, column) - window.length * (-level if market.is_imposed else mean)
            explained = market.summed if market.is_imposed else market.deviations
            for k, slope in enumerate(slopes):
                car -= slope * dated(explained[:, j, k])
            if market.is_imposed:
                car -= window.length * market.level[0]
            se = sigma * dated(market.root[:, j])
            place.write(found.car[:, j], car)
            place.write(found.se[:, j], se)
            with np.errstate(divide="ignore", invalid="ignore"):
                place.write(found.t[:, j], car / se)
            place.write(found.n_days[:, j], window.length)
        return exact


def _demeaned(values: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Values (T, S) less the mean of each column, zero where there is none; the means; where there is none."""
    gaps = ~np.isfinite(values)
    counts = np.maximum(len(values) - gaps.sum(axis=0), 1)
    known = np.where(gaps, 0.0, values)
    level = known.sum(axis=0) / counts
    known -= level
    known[gaps] = 0.0
    return known, level, gaps


def _inverted(scatter: Floats, total: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Inverse of each scatter (Z, K, K), and where it can be relied on; `total` (K, K) are the last running sums."""
    spread = np.einsum("zkk->zk", scatter)
    exact: NDArray[np.bool_] = (spread > SHARPEST * np.diag(total)).all(axis=1)
    inverse = np.zeros_like(scatter)
    if scatter.shape[1]:
        scale = np.sqrt(np.where(spread > 0, spread, 1.0))
        correlation = scatter / (scale[:, :, None] * scale[:, None, :])
        exact &= np.linalg.cond(correlation) < SAFE_CONDITION
        inverse[exact] = np.linalg.inv(scatter[exact])
    return inverse, exact


def _engine(
    found: Figures, rows: Positions, days: Dates, column: Positions, table: ReturnTable, spec: StudySpec
) -> None:
    """Write the engine's figures of n events, which stand at `rows` of all."""
    if not len(rows):
        return
    events = StudyEvents(
        event_ids=tuple(repeat("", len(rows))),
        symbols=tuple(table.symbols[place] for place in column.tolist()),
        days=days,
        shift_sessions=np.zeros(len(rows), dtype=np.intp),
        reasons=np.full(len(rows), Reason.OK, dtype=object),
    )
    result = run_study(events=events, prices=table, spec=spec)
    numbers = {reason: number for number, reason in enumerate(CODES)}
    for name in ("alpha", "sigma", "df", "n_estimation", "slopes", "n_days", "car", "se", "t"):
        getattr(found, name)[rows] = getattr(result, name)
    for target, reasons in ((found.reasons, result.reasons), (found.status, result.status)):
        target[rows] = np.vectorize(numbers.__getitem__, otypes=[np.int8])(reasons)
