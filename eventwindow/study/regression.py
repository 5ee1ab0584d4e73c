"""Which traits of an announcement go with a larger reaction? OLS of CARs on traits, with robust errors.

Two standard errors stand side by side: heteroskedasticity-robust (HC3; MacKinnon and White 1985, Journal
of Econometrics 29:305-325), and clustered by announcement date (Liang and Zeger 1986, Biometrika
73:13-22, with the usual small-sample factor), because announcements that hit many firms on one date are
not independent.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import Floats
from eventwindow.facts.reasons import Reason
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window

FEWEST_CLUSTERS = 10
# A row with this leverage is fitted exactly, up to rounding.
ALONE = 1 - 1e-9


@dataclass(frozen=True)
class Regression:
    """Coefficients of K terms (the constant first): arrays of shape (K,), CARs as decimals.

    `se_robust` and `p_robust` allow unequal variance; `se_clustered` and `p_clustered` also let events of
    one date move together (NaN below two dates). `n` events on `dates` dates were used, `left_out` lack a
    figure or a trait. `note` warns where the clusters are few.
    """

    terms: tuple[str, ...]
    coefficients: Floats
    se_robust: Floats
    p_robust: Floats
    se_clustered: Floats
    p_clustered: Floats
    r_squared: float
    n: int
    dates: int
    left_out: int
    note: str

    def to_frame(self) -> pd.DataFrame:
        """One row per term."""
        return pd.DataFrame(
            {
                "term": self.terms,
                "coefficient": self.coefficients,
                "se_robust": self.se_robust,
                "p_robust": self.p_robust,
                "se_clustered": self.se_clustered,
                "p_clustered": self.p_clustered,
            }
        )


def regress_cars(*, result: StudyResult, window: Window, traits: pd.DataFrame) -> Regression:
    """Regress the CARs of one window on traits, one row of `traits` per event of the study, in its order.

    Columns are numbers or booleans; an event with a missing trait or without a figure is left out and
    counted. Raises OptionError for a window that was not studied, a table of another length, traits
    that cannot be told apart, or a trait that a single event has (HC3 divides by zero there).
    """
    # Loaded here because it takes seconds, and nothing else needs it.
    import statsmodels.api as sm  # noqa: PLC0415

    number = window_number(result, window)
    if len(traits) != len(result.event_ids):
        raise OptionError(f"traits: {len(traits)} rows for {len(result.event_ids)} events; give one row per event.")
    values = traits.to_numpy(dtype=np.float64)
    used = (result.status[:, number] == Reason.OK) & np.isfinite(values).all(axis=1)
    design = np.column_stack([np.ones(int(used.sum())), values[used]])
    if len(design) <= design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        raise OptionError(
            f"traits: {len(design)} usable events cannot tell {design.shape[1]} terms apart; drop a trait or add "
            "events."
        )
    if (_leverage(design) > ALONE).any():
        raise OptionError(
            "traits: one event alone decides a term, so its error cannot be estimated; drop the trait or add events."
        )
    model = sm.OLS(result.car[used, number], design)
    robust = model.fit(cov_type="HC3", use_t=True)
    clusters = _clusters(result.day0[used])
    count = int(clusters.max()) + 1
    nothing = np.full(design.shape[1], np.nan)
    clustered = model.fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True) if count > 1 else None
    return Regression(
        terms=("constant", *map(str, traits.columns)),
        coefficients=np.asarray(robust.params),
        se_robust=np.asarray(robust.bse),
        p_robust=np.asarray(robust.pvalues),
        se_clustered=nothing if clustered is None else np.asarray(clustered.bse),
        p_clustered=nothing if clustered is None else np.asarray(clustered.pvalues),
        r_squared=float(robust.rsquared),
        n=len(design),
        dates=count,
        left_out=len(values) - len(design),
        note=f"only {count} dates: clustered errors are too small" if count < FEWEST_CLUSTERS else "",
    )


def window_number(result: StudyResult, window: Window) -> int:
    """Column of a window in a study; raises OptionError for one that was not studied."""
    if window not in result.windows:
        raise OptionError(f"window {window}: it is not part of the study; add it to the windows.")
    return result.windows.index(window)


def _leverage(design: Floats) -> Floats:
    """Weight of each row in its own fitted value, from 0 to 1; `design` (n, K) of full rank."""
    weights: Floats = (np.linalg.qr(design)[0] ** 2).sum(axis=1)
    return weights


def _clusters(days: NDArray[np.datetime64]) -> NDArray[np.intp]:
    """Number of each event's date, from 0."""
    return np.unique(days, return_inverse=True)[1]
