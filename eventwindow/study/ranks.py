"""Ranks along rows with missing values, ties averaged; no loop over rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats

# Ranks are kept doubled, as small whole numbers: a tie of two has rank 1.5, kept as 3; 0 is "no value".
DoubledRanks = NDArray[np.uint16]
# Events ranked at a time.
BLOCK = 512


@dataclass(frozen=True)
class DailyScores:
    """Rank scores summed over events, day by day: the same for every window of a study.

    `together` (M + W,) sums the scores rank / (1 + T) - 1/2 of estimation residuals and abnormal returns
    ranked together, `alone` (M,) the scores rank / (2 + T) - 1/2 of the standardized residuals among themselves,
    where T is an event's number of values; the counts say how many events have one on that day.
    """

    together: Floats
    together_count: Floats
    alone: Floats
    alone_count: Floats


def daily_scores(residuals: Floats, abnormal: Floats, sigma: Floats) -> DailyScores:
    """Scores of estimation residuals (N, M) with deviation `sigma` (N,) and abnormal returns (N, W); NaN: no value."""
    count, width = residuals.shape
    sums = DailyScores(*(np.zeros(days) for days in 2 * [width + abnormal.shape[1]] + 2 * [width]))
    for start in range(0, count, BLOCK):
        rows = slice(start, start + BLOCK)
        both = np.concatenate([residuals[rows], abnormal[rows]], axis=1)
        _add_scores(both, 1, sums.together, sums.together_count)
        # Division may round two residuals to one value, so what is compared with the event is what is ranked.
        _add_scores(residuals[rows] / sigma[rows, None], 2, sums.alone, sums.alone_count)
    return sums


def _add_scores(values: Floats, room: int, total: Floats, count: Floats) -> None:
    ranks = doubled_ranks(values)
    valid = ranks > 0
    scores = ranks / (2.0 * (room + valid.sum(axis=1)))[:, None] - 0.5
    total += np.where(valid, scores, 0.0).sum(axis=0)
    count += valid.sum(axis=0)


def doubled_ranks(values: Floats) -> DoubledRanks:
    """Twice the rank of every value within its row, 1 for the smallest, ties averaged; 0 where NaN. Shape (N, T)."""
    order = np.argsort(values, axis=1)  # NaN sorts last
    ordered = np.take_along_axis(values, order, axis=1)
    width = values.shape[1]
    places = np.arange(width, dtype=np.int32)
    tied = ordered[:, 1:] == ordered[:, :-1]
    doubled = np.broadcast_to(2 * places + 2, values.shape)
    if tied.any():
        starts = np.concatenate([np.ones((len(values), 1), dtype=bool), ~tied], axis=1)
        ends = np.concatenate([~tied, np.ones((len(values), 1), dtype=bool)], axis=1)
        first = np.maximum.accumulate(np.where(starts, places, 0), axis=1)
        last = np.minimum.accumulate(np.where(ends, places, width)[:, ::-1], axis=1)[:, ::-1]
        doubled = first + last + 2
    ranks = np.empty(values.shape, dtype=np.uint16)
    np.put_along_axis(ranks, order, doubled.astype(np.uint16), axis=1)
    ranks[np.isnan(values)] = 0
    return ranks
