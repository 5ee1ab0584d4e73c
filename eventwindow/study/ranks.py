"""Ranks along rows with missing values, ties averaged; no loop over rows."""

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats

# Ranks are kept doubled, as small whole numbers: a tie of two has rank 1.5, kept as 3; 0 is "no value".
DoubledRanks = NDArray[np.uint16]


def doubled_ranks(values: Floats) -> DoubledRanks:
    """Twice the rank of every value within its row, 1 for the smallest, ties averaged; 0 where NaN. Shape (N, T)."""
    order = np.argsort(values, axis=1)  # NaN sorts last
    ordered = np.take_along_axis(values, order, axis=1)
    width = values.shape[1]
    places = np.arange(width, dtype=np.int32)
    starts = np.ones(values.shape, dtype=bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    ends = np.ones(values.shape, dtype=bool)
    ends[:, :-1] = starts[:, 1:]
    first = np.maximum.accumulate(np.where(starts, places, 0), axis=1)
    last = np.minimum.accumulate(np.where(ends, places, width)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(values.shape, dtype=np.uint16)
    np.put_along_axis(ranks, order, (first + last + 2).astype(np.uint16), axis=1)
    ranks[np.isnan(values)] = 0
    return ranks
