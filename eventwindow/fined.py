"""Fines beside the reactions of the companies fined: does a larger fine go with a larger fall?"""

from dataclasses import dataclass

import numpy as np

from eventwindow.facts.prices import Floats
from eventwindow.facts.reasons import Reason
from eventwindow.study.significance import two_sided_p
from eventwindow.survey import Survey

# Fewer fines than this have no order to speak of.
FEWEST = 4


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's rank correlation of `n` pairs and its two-sided p, NaN where `reason` says why."""

    rho: float
    p: float
    n: int
    reason: Reason


@dataclass(frozen=True)
class Fine:
    """What one announcement fined one company, in yuan, and the survey's rows of its listings with a figure."""

    announcement: int
    issuer: str
    amount: float
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Fined:
    """The fines of a survey with a known amount and a figure, the largest first.

    `unknown` counts pairs of an announcement and a company shown where it is not on file what the company paid, if
    anything, `without_figure` those of known
    amount for which no listing has a figure. `correlation` is that of amount and average CAR of the
    company's listings, one pair per fine.
    """

    fines: tuple[Fine, ...]
    unknown: int
    without_figure: int
    correlation: RankCorrelation


def build_fined(survey: Survey) -> Fined:
    """Fines among the events shown on a survey on the companies actually fined."""
    pairs: dict[tuple[int, str], list[int]] = {}
    unknown: set[tuple[int, str]] = set()
    for row in survey.rows.tolist():
        key = (row // len(survey.listings), survey.listing(row).issuer)
        if survey.fine_status[row] == Reason.OK:
            pairs.setdefault(key, []).append(row)
        elif survey.fine_status[row] == Reason.FINE_UNKNOWN:
            unknown.add(key)
    known = set(survey.known.tolist())
    fines = [
        Fine(announcement, issuer, float(survey.fines[rows[0]]), tuple(row for row in rows if row in known))
        for (announcement, issuer), rows in pairs.items()
    ]
    shown = sorted((fine for fine in fines if fine.rows), key=lambda fine: (-fine.amount, -fine.announcement))
    amounts = np.array([fine.amount for fine in shown])
    cars = np.array([survey.study.car[list(fine.rows), survey.window].mean() for fine in shown])
    return Fined(tuple(shown), len(unknown), len(fines) - len(shown), rank_correlation(amounts, cars))


def rank_correlation(x: Floats, y: Floats) -> RankCorrelation:
    """Spearman (1904, American Journal of Psychology 15:72-101), ties averaged.

    p is that of t = r sqrt((n - 2) / (1 - r^2)) with n - 2 degrees of freedom.
    """
    n = len(x)
    if n < FEWEST:
        return RankCorrelation(float("nan"), float("nan"), n, Reason.TOO_FEW_EVENTS)
    ranks, others = _ranks(x), _ranks(y)
    if not (ranks.std() > 0 and others.std() > 0):
        return RankCorrelation(float("nan"), float("nan"), n, Reason.NO_SPREAD)
    rho = float(np.clip(np.corrcoef(ranks, others)[0, 1], -1, 1))
    room = 1 - rho**2
    t = np.array(rho * np.sqrt((n - 2) / room) if room > 0 else np.copysign(np.inf, rho))
    return RankCorrelation(rho, float(two_sided_p(t, np.array(n - 2))), n, Reason.OK)


def _ranks(values: Floats) -> Floats:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks
