"""Made-up returns for the tests of the battery: a common factor moves every residual, so they depend on each other."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.battery import Sample
from eventwindow.study.engine import StudyEvents, StudySpec
from eventwindow.study.ranks import daily_scores
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window

Floats = NDArray[np.float64]
Dates = NDArray[np.datetime64]
WINDOWS = (Window(-10, 10), Window(-1, 1), Window(0, 0), Window(2, 7))
SPEC = StudySpec(windows=WINDOWS)
WEEKDAYS = np.array(pd.bdate_range("2021-01-04", periods=420), dtype="datetime64[D]")
ZERO = 320


def made_up(seed: int, firms: int, days: Dates = WEEKDAYS, common: float = 0.006, prefix: str = "S") -> ReturnTable:
    """Returns of some firms, complete; their residuals share a factor with standard deviation `common`."""
    random = np.random.default_rng(seed)
    benchmark = random.normal(0.0004, 0.011, len(days))
    shared = random.normal(0, common, len(days))
    noise = random.normal(0.0002, 0.014, (len(days), firms)) * random.uniform(0.5, 2, firms)
    returns = noise + random.uniform(-0.2, 1.8, firms) * benchmark[:, None] + shared[:, None]
    return ReturnTable(
        days=days,
        symbols=tuple(f"{prefix}{number}" for number in range(firms)),
        returns=returns,
        regressors=benchmark[:, None],
        regressor_names=("M",),
        first=np.zeros(firms, dtype=np.intp),
        last=np.full(firms, len(days) - 1, dtype=np.intp),
    )


def without(table: ReturnTable, gaps: Floats | NDArray[np.bool_]) -> ReturnTable:
    """The same table with some returns missing."""
    return replace(table, returns=np.where(gaps, np.nan, table.returns))


def announced(symbols: Sequence[str], days: Sequence[np.datetime64] | Dates) -> StudyEvents:
    return StudyEvents(
        event_ids=tuple(f"e{number}" for number in range(len(symbols))),
        symbols=tuple(symbols),
        days=np.array(days, dtype="datetime64[D]"),
        shift_sessions=np.zeros(len(symbols), dtype=np.intp),
        reasons=np.full(len(symbols), Reason.OK, dtype=object),
    )


def outcomes(result: StudyResult, window: Window) -> dict[str, dict[str, object]]:
    """Rows of the table of tests for one window, by test."""
    frame = result.tests
    chosen = frame[(frame["window_start"] == window.start) & (frame["window_end"] == window.end)]
    return {row["test"]: row for row in chosen.to_dict("records")}


def sample_of(cars: Floats, rbar: float = 0.1) -> Sample:
    """A sample of which only the cumulative abnormal returns matter, and their correlation."""
    n = len(cars)
    return Sample(
        residuals=np.random.default_rng(1).normal(size=(n, 30)),
        abnormal=cars[:, None],
        member=np.array([True]),
        car=cars,
        scar=cars,
        sigma=np.ones(n),
        n_estimation=np.full(n, 30),
        df=np.full(n, 28),
        day0=np.full(n, np.datetime64("2023-07-07")),
        scores=daily_scores(np.random.default_rng(1).normal(size=(n, 30)), cars[:, None], np.ones(n)),
        rbar=rbar,
        aligned=True,
    )
