"""A second, slow and plain way to every test across events: loops only, written from the project's METHODS.

No code of the engine is used. Distributions come from scipy.stats, correlations from numpy.corrcoef.
A figure that cannot be computed is None.
"""

import bisect
import itertools
import math
from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy import stats

from eventwindow.facts.prices import ReturnTable
from eventwindow.study.models import Model

FEWEST_COMMON = 20
LARGEST_ENUMERATED = 10


@dataclass
class Event:
    """One event, dictionaries keyed by session relative to day 0 and holding valid values only."""

    day0: date
    days: dict[int, date]  # every session inside the data, valid or not
    residuals: dict[int, float]
    abnormal: dict[int, float]
    x: dict[int, float]  # benchmark on the sessions with an abnormal return
    s: float
    m: int
    df: int
    mean_x: float
    sxx: float
    fitted: bool

    def car(self, window: range) -> float:
        return math.fsum(self.abnormal[t] for t in window if t in self.abnormal)

    def error(self, window: range) -> float:
        """S_CAR on the valid sessions of the window."""
        valid = [t for t in window if t in self.abnormal]
        variance = float(len(valid))
        if self.fitted:
            variance += len(valid) ** 2 / self.m
            if self.sxx > 0:
                variance += math.fsum(self.x[t] - self.mean_x for t in valid) ** 2 / self.sxx
        return self.s * math.sqrt(variance)

    def stays(self, window: range) -> bool:
        """Whether every session of the window is inside the data and one at least has a return."""
        return all(t in self.days for t in window) and any(t in self.abnormal for t in window)


def study(
    symbol: str, day: date, tables: list[ReturnTable], model: Model, estimation: range, event_window: range
) -> Event:
    """One event: day 0 is the first session on or after the day."""
    table = next(item for item in tables if symbol in item.symbols)
    column = table.symbols.index(symbol)
    sessions = table.days.tolist()
    zero = next(place for place, session in enumerate(sessions) if session >= day)
    days, y, x = {}, {}, {}
    for t in [*estimation, *event_window]:
        place = zero + t
        if table.first[column] <= place <= table.last[column]:
            days[t] = sessions[place]
            actual = float(table.returns[place, column])
            market = 0.0 if model is Model.MEAN_ADJUSTED else float(table.regressors[place, 0])
            if math.isfinite(actual) and math.isfinite(market):
                y[t], x[t] = actual, market
    sample = [t for t in estimation if t in y]
    m = len(sample)
    mean_y, mean_x = math.fsum(y[t] for t in sample) / m, math.fsum(x[t] for t in sample) / m
    sxx = math.fsum((x[t] - mean_x) ** 2 for t in sample)
    beta = 0.0 if model is Model.MEAN_ADJUSTED else 1.0
    if model is Model.MARKET:
        beta = math.fsum((x[t] - mean_x) * (y[t] - mean_y) for t in sample) / sxx
    alpha = 0.0 if model is Model.MARKET_ADJUSTED else mean_y - beta * mean_x
    residuals = {t: y[t] - alpha - beta * x[t] for t in sample}
    centre = math.fsum(residuals.values()) / m if model is Model.MARKET_ADJUSTED else 0.0
    df = m - (2 if model is Model.MARKET else 1)
    return Event(
        day0=sessions[zero],
        days=days,
        residuals=residuals,
        abnormal={t: y[t] - alpha - beta * x[t] for t in event_window if t in y},
        x=x,
        s=math.sqrt(math.fsum((e - centre) ** 2 for e in residuals.values()) / df),
        m=m,
        df=df,
        mean_x=mean_x,
        sxx=sxx if model is Model.MARKET else 0.0,
        fitted=model is not Model.MARKET_ADJUSTED,
    )


def mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)


def deviation(values: list[float]) -> float:
    centre = mean(values)
    return math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1))


def ranked(values: dict[int, float]) -> dict[int, float]:
    """Rank of every value from 1, ties averaged."""
    among = sorted(values.values())
    return {
        t: (bisect.bisect_left(among, value) + bisect.bisect_right(among, value) + 1) / 2 for t, value in values.items()
    }


def mean_correlation(events: list[Event], window: range) -> float:
    """1/(N(N-1)) times the sum over ordered pairs of r_ij |W_i and W_j| / L."""
    total = 0.0
    dated = [{event.days[t]: e for t, e in event.residuals.items()} for event in events]
    for i, j in itertools.combinations(range(len(events)), 2):
        common = sorted(dated[i].keys() & dated[j].keys())
        shared = {events[i].days[t] for t in window} & {events[j].days[t] for t in window}
        if len(common) >= FEWEST_COMMON:
            r = np.corrcoef([dated[i][day] for day in common], [dated[j][day] for day in common])[0, 1]
            total += 2 * float(r) * len(shared) / len(window)
    return total / (len(events) * (len(events) - 1))


Pair = tuple[float, float] | None


def by_t(statistic: float, df: int) -> Pair:
    return statistic, float(2 * stats.t.sf(abs(statistic), df))


def by_normal(statistic: float) -> Pair:
    return statistic, float(2 * stats.norm.sf(abs(statistic)))


def t_of_mean(values: list[float]) -> Pair:
    n = len(values)
    return by_t(mean(values) / (deviation(values) / math.sqrt(n)), n - 1) if n > 1 else None


def skewness_adjusted(cars: list[float]) -> Pair:
    n, centre, sd = len(cars), mean(cars), deviation(cars)
    s = centre / sd
    g = n / ((n - 1) * (n - 2)) * math.fsum(((car - centre) / sd) ** 3 for car in cars)
    return by_t(math.sqrt(n) * (s + g * s**2 / 3 + g**2 * s**3 / 27 + g / (6 * n)), n - 1)


def day_means(rows: list[dict[int, float]], sessions: range) -> list[float]:
    """Mean over the events valid that session, sessions without any left out."""
    columns = ([row[t] for row in rows if t in row] for t in sessions)
    return [mean(column) for column in columns if column]


def crude_dependence(events: list[Event], window: range, estimation: range) -> Pair:
    if len({event.day0 for event in events}) > 1:
        return None
    sd = deviation(day_means([event.residuals for event in events], estimation))
    days = day_means([event.abnormal for event in events], window)
    return by_t(math.fsum(days) / (sd * math.sqrt(len(days))), len(estimation) - 1)


def spread_of_scores(rows: list[dict[int, float]], sessions: list[int], count: int) -> float:
    """S: the root of (1/T) sum_t (N_t/N) Ubar_t^2 over `count` sessions."""
    total = 0.0
    for t in sessions:
        scores = [row[t] for row in rows if t in row]
        if scores:
            total += len(scores) / len(rows) * mean(scores) ** 2
    return math.sqrt(total / count)


def corrado(events: list[Event], window: range) -> Pair:
    rows = []
    for event in events:
        every = event.residuals | event.abnormal
        rows.append({t: place / (1 + len(every)) - 0.5 for t, place in ranked(every).items()})
    known = sorted(set().union(*rows))
    days = day_means(rows, window)
    return by_normal(math.sqrt(len(days)) * mean(days) / spread_of_scores(rows, known, len(known)))


def generalized_rank(events: list[Event], scars: list[float], estimation: range) -> tuple[Pair, Pair]:
    """grank_t and grank_z."""
    n, sessions = len(events), len(estimation) + 1
    sd = deviation(scars)
    rows = []
    for event, scar in zip(events, scars, strict=True):
        every = {t: e / event.s for t, e in event.residuals.items()} | {0: scar / sd}
        rows.append({t: place / (len(every) + 1) - 0.5 for t, place in ranked(every).items()})
    level = mean([row[0] for row in rows])
    z = level / spread_of_scores(rows, [*estimation, 0], sessions)
    return (
        by_t(z * math.sqrt((sessions - 2) / (sessions - 1 - z**2)), sessions - 2),
        by_normal(level * math.sqrt(12 * n * (sessions + 1) / (sessions - 1))),
    )


def wilcoxon(cars: list[float], *, exact: bool = True) -> Pair:
    """Signed rank; the exact p counts every possible choice of signs, the other is normal with the tie correction."""
    kept = [car for car in cars if car != 0]
    n = len(kept)
    ranks = ranked({place: abs(car) for place, car in enumerate(kept)})
    positive = math.fsum(ranks[place] for place, car in enumerate(kept) if car > 0)
    ties = sum(count**3 - count for count in Counter(map(abs, kept)).values())
    variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48
    z = (positive - n * (n + 1) / 4) / math.sqrt(variance)
    if not exact:
        return by_normal(z)
    sums = [
        math.fsum(ranks[place] for place, sign in enumerate(signs) if sign)
        for signs in itertools.product([False, True], repeat=n)
    ]
    low, high = sum(each <= positive for each in sums), sum(each >= positive for each in sums)
    return z, min(1.0, 2 * min(low, high) / len(sums))


def battery(events: list[Event], window: range, estimation: range) -> dict[str, Pair]:
    """Every test but the Wilcoxon test's exact p on the events that stay in the window (three at least)."""
    events = [event for event in events if event.stays(window)]
    n = len(events)
    cars = [event.car(window) for event in events]
    scars = [car / event.error(window) for car, event in zip(cars, events, strict=True)]
    rbar = mean_correlation(events, window)
    growth, kept = 1 + (n - 1) * max(rbar, 0.0), 1 - max(rbar, 0.0)
    patell = math.fsum(scars) / math.sqrt(math.fsum(event.df / (event.df - 2) for event in events))
    bmp = mean(scars) / (deviation(scars) / math.sqrt(n))
    dates = sorted({event.day0 for event in events})
    means = [mean([s for s, event in zip(scars, events, strict=True) if event.day0 == day]) for day in dates]
    positive = sum(car > 0 for car in cars)
    share = mean([sum(e > 0 for e in event.residuals.values()) / event.m for event in events])
    grank_t, grank_z = generalized_rank(events, scars, estimation)
    return {
        "cross_sectional_t": t_of_mean(cars),
        "skewness_adjusted_t": skewness_adjusted(cars),
        "crude_dependence_t": crude_dependence(events, window, estimation),
        "patell_z": by_normal(patell),
        "bmp_t": by_t(bmp, n - 1),
        "kp_patell_z": by_normal(patell / math.sqrt(growth)),
        "kp_bmp_t": by_t(bmp * math.sqrt(kept / growth), n - 1),
        "date_means_t": t_of_mean(means),
        "corrado_rank_z": corrado(events, window),
        "grank_t": grank_t,
        "grank_z": grank_z,
        "sign_z": by_normal((positive - n / 2) / math.sqrt(n / 4)),
        "generalized_sign_z": by_normal((positive - n * share) / math.sqrt(n * share * (1 - share))),
        "wilcoxon_z": wilcoxon(cars, exact=n <= LARGEST_ENUMERATED),
    }
