"""Tests across events: is the average abnormal return of a window more than noise?

Formulas as in the sources named in `TESTS`; every test says what it assumes, and what cannot be
computed has a reason instead of a number.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

from eventwindow.facts.prices import Floats
from eventwindow.facts.reasons import Reason
from eventwindow.study.dependence import date_groups
from eventwindow.study.ranks import DailyScores

TestName = Literal[
    "cross_sectional_t", "skewness_adjusted_t", "crude_dependence_t", "patell_z", "bmp_t", "kp_patell_z", "kp_bmp_t",
    "date_means_t", "corrado_rank_z", "grank_t", "grank_z", "sign_z", "generalized_sign_z", "wilcoxon_z",
]  # fmt: skip
LARGEST_EXACT = 25
# A spread this small against the values is rounding.
ROUNDING = 1e-12
# Events scored at a time.
BLOCK = 512


@dataclass(frozen=True)
class TestInfo:
    """What a test is: null in words, what it assumes, and where it comes from."""

    null: str
    assumes: str
    citation: str


@dataclass(frozen=True)
class Outcome:
    """Statistic and two-sided p of one test; `distribution` is t, normal or exact, `df` NaN unless t.

    `reason` is Reason.OK or says why there is no number; `note` says what a reader should know.
    """

    statistic: float
    n: int
    df: float
    distribution: str
    p: float
    reason: Reason = Reason.OK
    note: str = ""


@dataclass(frozen=True)
class Sample:
    """What N events offer to the tests of one window; all returns decimal, NaN where there is none.

    `residuals` (N, M) are the estimation residuals, `abnormal` (N, W) the abnormal returns of the event
    window, of which `member` (W,) marks this window's sessions; `car`, `scar`, `sigma`, `n_estimation`
    and `df` have shape (N,), `day0` (N,) holds dates; `scores` are rank scores; `rbar` is the mean residual
    correlation weighted by the overlap of windows; `aligned` says whether the same session is the same
    calendar day for all events.
    """

    residuals: Floats
    abnormal: Floats
    member: NDArray[np.bool_]
    car: Floats
    scar: Floats
    sigma: Floats
    n_estimation: NDArray[np.intp]
    df: NDArray[np.intp]
    day0: NDArray[np.datetime64]
    scores: DailyScores
    rbar: float
    aligned: bool

    @property
    def n(self) -> int:
        """Number of events."""
        return len(self.car)

    @property
    def blocks(self) -> Iterator[slice]:
        """Rows in blocks, so that scores of many events need little memory."""
        return (slice(start, start + BLOCK) for start in range(0, self.n, BLOCK))

    @cached_property
    def dates(self) -> tuple[NDArray[np.intp], int]:
        """Group of each event by date, and the number of dates."""
        return date_groups(self.day0)

    @cached_property
    def generalized_scores(self) -> tuple[float, float] | None:
        """Mean score of the event and its standard deviation over all days (Kolari and Pynnonen 2011)."""
        scale = _spread(self.scar)
        if not scale > 0:
            return None
        total, weight = self.scores.alone.copy(), self.scores.alone_count
        event_total = 0.0
        for rows in self.blocks:
            standard = self.residuals[rows] / self.sigma[rows, None]
            event = (self.scar[rows] / scale)[:, None]
            # An event's own score moves the ranks of the residuals above it up by one.
            raised = (standard > event) + 0.5 * (standard == event)
            days = np.isfinite(standard).sum(axis=1)
            total += (raised / (days + 2.0)[:, None]).sum(axis=0)
            event_total += float(((1 + days - raised.sum(axis=1)) / (days + 2.0) - 0.5).sum())
        event_mean = event_total / self.n
        squares = (total**2 / np.maximum(weight, 1) / self.n).sum() + event_mean**2
        return event_mean, float(np.sqrt(squares / (len(weight) + 1)))


def run_tests(sample: Sample) -> dict[TestName, Outcome]:
    """Every test of the battery on one window."""
    if not sample.n:
        return {name: _none(Reason.TOO_FEW_EVENTS, 0, "normal" if name.endswith("_z") else "t") for name in _TESTS}
    return {name: test(sample) for name, test in _TESTS.items()}


def _t(statistic: float, n: int, df: float, note: str = "") -> Outcome:
    return Outcome(statistic, n, df, "t", float(2 * stdtr(df, -abs(statistic))), note=note)


def _z(statistic: float, n: int, note: str = "") -> Outcome:
    return Outcome(statistic, n, float("nan"), "normal", float(2 * ndtr(-abs(statistic))), note=note)


def _none(reason: Reason, n: int, distribution: str = "t") -> Outcome:
    nothing = float("nan")
    return Outcome(nothing, n, nothing, distribution, nothing, reason)


def _spread(values: Floats) -> float:
    """Standard deviation (n - 1); 0 for fewer than two values or for values that differ by rounding only."""
    if len(values) < 2:
        return 0.0
    spread = float(values.std(ddof=1))
    return spread if spread > ROUNDING * float(np.abs(values).max()) else 0.0


def _mean_test(values: Floats) -> Outcome:
    """t test of a mean against zero."""
    n = len(values)
    if n < 2:
        return _none(Reason.TOO_FEW_EVENTS, n)
    spread = _spread(values)
    if not spread > 0:
        return _none(Reason.NO_SPREAD, n)
    return _t(float(values.mean() / (spread / np.sqrt(n))), n, n - 1)


def _cross_sectional(sample: Sample) -> Outcome:
    return _mean_test(sample.car)


def _skewness_adjusted(sample: Sample) -> Outcome:
    n = sample.n
    if n < 3:
        return _none(Reason.TOO_FEW_EVENTS, n)
    mean, spread = sample.car.mean(), _spread(sample.car)
    if not spread > 0:
        return _none(Reason.NO_SPREAD, n)
    ratio = mean / spread
    skew = n / ((n - 1) * (n - 2)) * (((sample.car - mean) / spread) ** 3).sum()
    adjusted = ratio + skew * ratio**2 / 3 + skew**2 * ratio**3 / 27 + skew / (6 * n)
    return _t(float(np.sqrt(n) * adjusted), n, n - 1)


def _crude_dependence(sample: Sample) -> Outcome:
    if sample.dates[1] != 1:
        return _none(Reason.NOT_ONE_DATE, sample.n)
    counts = np.isfinite(sample.residuals).sum(axis=0)
    average = np.nansum(sample.residuals, axis=0)[counts > 0] / counts[counts > 0]
    spread = _spread(average)
    if not spread > 0:
        return _none(Reason.NO_SPREAD, sample.n)
    window = sample.abnormal[:, sample.member]
    valid = np.isfinite(window).sum(axis=0)
    days = np.nansum(window, axis=0)[valid > 0] / valid[valid > 0]
    return _t(float(days.sum() / (spread * np.sqrt(len(days)))), sample.n, sample.residuals.shape[1] - 1)


def _patell(sample: Sample) -> Outcome:
    if (sample.df <= 2).any() or sample.n < 1:
        return _none(Reason.TOO_FEW_ESTIMATION_RETURNS, sample.n, "normal")
    scale = np.sqrt((sample.df / (sample.df - 2)).sum())
    return _z(float(sample.scar.sum() / scale), sample.n)


def _bmp(sample: Sample) -> Outcome:
    return _mean_test(sample.scar)


def _inflated(sample: Sample, base: Outcome, *, shrink: bool) -> Outcome:
    """Correct a statistic for the mean residual correlation (Kolari and Pynnonen 2010)."""
    if base.reason is not Reason.OK:
        return base
    if sample.n < 2:
        return _none(Reason.TOO_FEW_EVENTS, sample.n, base.distribution)
    growth = 1 + (sample.n - 1) * sample.rbar
    if growth <= 0:
        return _none(Reason.NEGATIVE_CORRELATION, sample.n, base.distribution)
    rbar = min(max(sample.rbar, 0.0), 1.0)
    factor = np.sqrt((1 - rbar if shrink else 1.0) / (1 + (sample.n - 1) * rbar))
    negative = "; negative, so nothing is corrected" if sample.rbar < 0 else ""
    note = f"mean residual correlation {sample.rbar:.4f}{negative}"
    statistic = float(base.statistic * factor)
    return _t(statistic, sample.n, base.df, note) if shrink else _z(statistic, sample.n, note)


def _kp_patell(sample: Sample) -> Outcome:
    return _inflated(sample, _patell(sample), shrink=False)


def _kp_bmp(sample: Sample) -> Outcome:
    return _inflated(sample, _bmp(sample), shrink=True)


def _date_means(sample: Sample) -> Outcome:
    members, count = sample.dates
    sums = np.bincount(members, weights=sample.scar, minlength=count)
    return _mean_test(sums / np.bincount(members, minlength=count))


def _corrado(sample: Sample) -> Outcome:
    total, weight = sample.scores.together, sample.scores.together_count
    ranked = weight > 0
    mean = total[ranked] / weight[ranked]
    member = np.concatenate([np.zeros(sample.residuals.shape[1], dtype=bool), sample.member])[ranked]
    spread = np.sqrt((weight[ranked] / sample.n * mean**2).mean()) if ranked.any() else 0.0
    if not spread > 0:
        return _none(Reason.NO_SPREAD, sample.n, "normal")
    return _z(float(np.sqrt(member.sum()) * mean[member].mean() / spread), sample.n)


def _grank_t(sample: Sample) -> Outcome:
    scores = sample.generalized_scores
    if scores is None:
        return _none(Reason.TOO_FEW_EVENTS if sample.n < 2 else Reason.NO_SPREAD, sample.n)
    days = sample.residuals.shape[1] + 1
    z = scores[0] / scores[1] if scores[1] > 0 else 0.0
    room = days - 1 - z**2
    if days < 4 or room <= 0:
        return _none(Reason.NO_SPREAD, sample.n)
    note = "" if sample.aligned else "calendar days differ, so dependence between events is not absorbed"
    return _t(float(z * np.sqrt((days - 2) / room)), sample.n, days - 2, note)


def _grank_z(sample: Sample) -> Outcome:
    scores = sample.generalized_scores
    if scores is None:
        return _none(Reason.TOO_FEW_EVENTS if sample.n < 2 else Reason.NO_SPREAD, sample.n, "normal")
    days = sample.residuals.shape[1] + 1
    return _z(float(scores[0] * np.sqrt(12 * sample.n * (days + 1) / (days - 1))), sample.n)


def _sign(sample: Sample) -> Outcome:
    n = sample.n
    if n < 1:
        return _none(Reason.TOO_FEW_EVENTS, n, "normal")
    return _z(float(((sample.car > 0).sum() - n / 2) / np.sqrt(n / 4)), n)


def _generalized_sign(sample: Sample) -> Outcome:
    n = sample.n
    if n < 1:
        return _none(Reason.TOO_FEW_EVENTS, n, "normal")
    share = float(((sample.residuals > 0).sum(axis=1) / np.maximum(sample.n_estimation, 1)).mean())
    variance = n * share * (1 - share)
    if not variance > 0:
        return _none(Reason.NO_SPREAD, n, "normal")
    return _z(float(((sample.car > 0).sum() - n * share) / np.sqrt(variance)), n)


def _wilcoxon(sample: Sample) -> Outcome:
    values = sample.car[sample.car != 0]
    n = len(values)
    if n < 1:
        return _none(Reason.TOO_FEW_EVENTS, n, "normal")
    doubled = _doubled_ranks_of_sizes(values)
    positive = float(doubled[values > 0].sum()) / 2
    _, ties = np.unique(doubled, return_counts=True)
    variance = n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48
    z = (positive - n * (n + 1) / 4) / np.sqrt(variance)
    if n > LARGEST_EXACT:
        return _z(float(z), n)
    return Outcome(float(z), n, float("nan"), "exact", _exact_signed_rank(doubled, positive))


def _doubled_ranks_of_sizes(values: Floats) -> NDArray[np.intp]:
    """Twice the rank of every absolute value, ties averaged."""
    _, place, counts = np.unique(np.abs(values), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    doubled: NDArray[np.intp] = (2 * last - counts + 1)[place]
    return doubled


def _exact_signed_rank(doubled: NDArray[np.intp], positive: float) -> float:
    """Two-sided p of the signed-rank sum when every sign is equally likely, with these very ranks."""
    ways = np.ones(1)
    for rank in doubled.tolist():
        ways = np.convolve(ways, np.concatenate([[1.0], np.zeros(rank - 1), [1.0]]))
    ways /= ways.sum()
    observed = round(2 * positive)
    return float(min(1.0, 2 * min(ways[: observed + 1].sum(), ways[observed:].sum())))


_TESTS: Mapping[TestName, Callable[[Sample], Outcome]] = {
    "cross_sectional_t": _cross_sectional,
    "skewness_adjusted_t": _skewness_adjusted,
    "crude_dependence_t": _crude_dependence,
    "patell_z": _patell,
    "bmp_t": _bmp,
    "kp_patell_z": _kp_patell,
    "kp_bmp_t": _kp_bmp,
    "date_means_t": _date_means,
    "corrado_rank_z": _corrado,
    "grank_t": _grank_t,
    "grank_z": _grank_z,
    "sign_z": _sign,
    "generalized_sign_z": _generalized_sign,
    "wilcoxon_z": _wilcoxon,
}
