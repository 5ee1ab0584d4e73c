"""The average CAR of several events, with a standard error that holds when events move together.

Kolari and Pynnonen (2010, Review of Financial Studies 23:3996-4025): where N figures of variance v share a
correlation r, their mean has the variance v [1 + (N - 1) r] / N, while their own spread s^2 shows only
(1 - r) v; so the squared standard error is s^2 / N * [1 + (N - 1) r] / (1 - r). r is the mean residual
correlation, each pair weighted by the overlap of its windows, as in kp_bmp_t; here it corrects plain CARs,
so the unit stays a return. A negative r is taken as zero. s / sqrt(N) alone is several times too small when
one announcement hits many listings. Student's t with N - 1 degrees of freedom.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eventwindow.facts.prices import Floats
from eventwindow.facts.reasons import Reason
from eventwindow.study.battery import ROUNDING
from eventwindow.study.dependence import mean_correlations
from eventwindow.study.results import StudyResult
from eventwindow.study.significance import critical_value
from eventwindow.study.windows import Positions, Window


@dataclass(frozen=True)
class Averages:
    """Average CARs of the events `rows` (n,), which have a figure in each of J windows; arrays (J,), decimal.

    `value` is NaN where no event is left, `se` where `reasons` say why; `correlation` is the mean residual
    correlation weighted by overlap, NaN below two events.
    """

    windows: tuple[Window, ...]
    rows: Positions
    value: Floats
    se: Floats
    correlation: Floats
    reasons: NDArray[np.object_]

    @property
    def n(self) -> int:
        """Number of events averaged."""
        return len(self.rows)

    def critical(self, level: float) -> float:
        """Half-width of a two-sided interval at `level` (0.95 for 95%), in standard errors."""
        return float(critical_value(level, np.array(self.n - 1)))


def average_cars(result: StudyResult, windows: Sequence[Window]) -> Averages:
    """Average over the events that have a figure in every one of some of the study's windows.

    Without two events a standard error has no meaning (TOO_FEW_EVENTS); equal figures have none (NO_SPREAD),
    nor has a correlation so negative that the variance would vanish (NEGATIVE_CORRELATION).
    """
    numbers = [result.windows.index(window) for window in windows]
    rows = np.flatnonzero((result.status[:, numbers] == Reason.OK).all(axis=1))
    cars, n = result.car[rows][:, numbers], len(rows)
    nothing = np.full(len(numbers), np.nan)
    if n < 2:
        reasons = np.full(len(numbers), Reason.TOO_FEW_EVENTS, dtype=object)
        return Averages(tuple(windows), rows, cars[0] if n else nothing, nothing, nothing, reasons)
    evidence, start = result.evidence, result.event_window.start
    shifted = [Window(window.start - start, window.end - start) for window in windows]
    correlation = mean_correlations(
        evidence.residuals[rows], evidence.estimation_days[rows], evidence.window_days[rows], shifted
    )
    spread = cars.std(axis=0, ddof=1)
    shared = np.maximum(correlation, 0.0)
    reasons = np.full(len(numbers), Reason.OK, dtype=object)
    reasons[(spread <= ROUNDING * np.abs(cars).max(axis=0)) | (shared >= 1)] = Reason.NO_SPREAD
    reasons[1 + (n - 1) * correlation <= 0] = Reason.NEGATIVE_CORRELATION
    known = reasons == Reason.OK
    growth = (1 + (n - 1) * shared[known]) / (1 - shared[known])
    se = nothing.copy()
    se[known] = spread[known] * np.sqrt(growth / n)
    return Averages(tuple(windows), rows, cars.mean(axis=0), se, correlation, reasons)
