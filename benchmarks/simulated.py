"""Simulated returns and events of any number, the same for the same seed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats, ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import StudyEvents

MARKET_SD, RESIDUAL_SD = 0.01, 0.02
# Sessions before and after day 0 that the default windows reach: [-260,-11] and [-10,+10].
BEFORE, AFTER = 260, 10


@dataclass(frozen=True)
class Simulated:
    """Events and the returns they are studied against."""

    events: StudyEvents
    prices: ReturnTable


def returns(series: int, sessions: int, rng: np.random.Generator) -> ReturnTable:
    """Normal returns of a market and of series with betas between 0.5 and 1.5 and independent residuals."""
    market = rng.normal(0, MARKET_SD, sessions)
    residuals = rng.normal(0, RESIDUAL_SD, (sessions, series))
    return table(rng.uniform(0.5, 1.5, series) * market[:, None] + residuals, market)


def table(values: Floats, market: Floats) -> ReturnTable:
    """Returns (T, S) and those of the market (T,) as a table of series without gaps."""
    sessions, series = values.shape
    return ReturnTable(
        days=np.busday_offset(np.datetime64("2000-01-03"), np.arange(sessions)),
        symbols=tuple(f"S{number:06d}" for number in range(series)),
        returns=values,
        regressors=market[:, None],
        regressor_names=("MARKET",),
        first=np.zeros(series, dtype=np.intp),
        last=np.full(series, sessions - 1, dtype=np.intp),
    )


def events(prices: ReturnTable, day0: NDArray[np.intp]) -> StudyEvents:
    """Events on the sessions `day0` (N,), the series taking turns."""
    count = len(day0)
    return StudyEvents(
        event_ids=tuple(f"E{number:06d}" for number in range(count)),
        symbols=tuple(prices.symbols[number % len(prices.symbols)] for number in range(count)),
        days=prices.days[day0],
        shift_sessions=np.zeros(count, dtype=np.intp),
        reasons=np.full(count, Reason.OK, dtype=object),
    )


def one_date(count: int, seed: int = 1) -> Simulated:
    """As many series as events, all on one date, with no more sessions than the windows need."""
    prices = returns(count, BEFORE + 1 + AFTER, np.random.default_rng(seed))
    return Simulated(events(prices, np.full(count, BEFORE)), prices)


def random_dates(count: int, series: int, sessions: int, seed: int = 1) -> Simulated:
    """Events on random dates, so that windows overlap by chance."""
    rng = np.random.default_rng(seed)
    prices = returns(series, sessions, rng)
    return Simulated(events(prices, rng.integers(BEFORE, sessions - AFTER, count)), prices)
