"""The same study by two packages from PyPI, called the way their documentation shows for many events.

Both are development dependencies and are imported only when they are called.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import numpy as np
import pandas as pd
from scipy.special import ndtr

from benchmarks.simulated import Simulated
from eventwindow.facts.prices import Floats
from eventwindow.study.battery import Outcome, TestName
from eventwindow.study.engine import StudySpec
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window

COMPARED = Window(-1, 1)
# Figures closer than this, relative to ours, are the same.
SAME = 1e-9
# eventstudy cumulates from the first session of a run, so one run gives [0,0] and [0,+1].
EVENTSTUDY_RUNS = (Window(0, 1), Window(-1, 1))
OUR_NAMES: dict[str, TestName] = {
    "cross_sectional": "cross_sectional_t",
    "patell": "patell_z",
    "bmp": "bmp_t",
    "adj_patell": "kp_patell_z",
    "kp": "kp_bmp_t",
    "grank": "grank_t",
    "sign_rank": "wilcoxon_z",
}
UNEXPLAINED = "unexplained"
WEIGHTING = "its mean correlation takes every pair with common dates, ours weights pairs by the overlap of windows"
P_NORMAL = "p: normal there, Student's t with N-1 degrees of freedom here"


@dataclass(frozen=True)
class Prepared:
    """A package ready to run: `run` does the study over one of `runs`, all of which give every window of ours."""

    name: str
    runs: tuple[Window, ...]
    run: Callable[[Window], object]


@dataclass(frozen=True)
class Difference:
    """One figure of both, and why they differ."""

    figure: str
    theirs: str
    ours: str
    why: str

    @property
    def unexplained(self) -> bool:
        """Whether they differ and no known reason gives their figure."""
        return UNEXPLAINED in self.why


def _package(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        raise SystemExit(f"{name} cannot be imported ({error}); install it: pip install {name}") from None


def statspai(data: Simulated, spec: StudySpec) -> Prepared:
    """`statspai.abnormal_returns`: all events in one call, one call per window, seven tests."""
    package = _package("statspai")
    prices, estimation = data.prices, (spec.estimation.start, spec.estimation.end)
    series = len(prices.symbols)
    long = pd.DataFrame(
        {
            "id": np.repeat(np.array(prices.symbols), len(prices.days)),
            "date": np.tile(prices.days, series),
            "ret": prices.returns.T.ravel(),
            "market": np.tile(prices.regressors[:, 0], series),
        }
    )
    events = pd.DataFrame({"id": data.events.symbols, "event_date": data.events.days})

    def run(window: Window) -> object:
        found: object = package.abnormal_returns(
            long,
            events,
            market="market",
            event_window=(window.start, window.end),
            estimation_window=estimation,
            min_obs=spec.minimum_estimation,
        )
        return found

    return Prepared("statspai", spec.windows, run)


def eventstudy(data: Simulated, spec: StudySpec) -> Prepared:
    """`eventstudy.Multiple.from_list` on returns imported from a file; CAR and t per event."""
    package = _package("eventstudy")
    prices = data.prices
    with TemporaryDirectory() as folder:
        path = Path(folder) / "returns.csv"
        table = pd.DataFrame(prices.returns, columns=list(prices.symbols))
        index = pd.DataFrame({"date": prices.days, "MARKET": prices.regressors[:, 0]})
        pd.concat([index, table], axis=1).to_csv(path, index=False)
        package.Single.import_returns(str(path))
    events = [
        {"security_ticker": symbol, "market_ticker": "MARKET", "event_date": day}
        for symbol, day in zip(data.events.symbols, data.events.days, strict=True)
    ]

    def run(window: Window) -> object:
        found: object = package.Multiple.from_list(
            events,
            package.Single.market_model,
            event_window=(window.start, window.end),
            estimation_size=spec.estimation.length,
            buffer_size=window.start - spec.estimation.end - 1,
            ignore_errors=False,
        )
        return found

    return Prepared("eventstudy", EVENTSTUDY_RUNS, run)


def statspai_differences(found: object, ours: StudyResult) -> list[Difference]:
    """Figures of `statspai` on the window COMPARED against ours."""
    events, tests = (pd.DataFrame(getattr(found, name)) for name in ("events", "tests"))
    number = ours.windows.index(COMPARED)
    lines = [
        _events_line("CAR per event", events["car"].to_numpy(), ours.car[:, number]),
        _events_line("t per event", events["t"].to_numpy(), ours.t[:, number]),
    ]
    across = {item.test: item.outcome for item in ours.across if item.window == COMPARED}
    plain = _plain_correlation(ours)
    columns = (tests[name].to_numpy(dtype=np.float64).tolist() for name in ("statistic", "pvalue"))
    figures = dict(zip(tests.index, zip(*columns, strict=True), strict=True))
    for name, our_name in OUR_NAMES.items():
        statistic, p = figures[name]
        outcome = across[our_name]
        lines.append(
            Difference(
                f"{name} = {our_name}",
                f"{statistic:.6f} (p {p:.6f})",
                f"{outcome.statistic:.6f} (p {outcome.p:.6f})",
                _why(statistic, p, outcome, _with_correlation(our_name, across, plain)),
            )
        )
    return lines


def _why(statistic: float, p: float, outcome: Outcome, rebuilt: float) -> str:
    """Why a test of theirs differs from ours: only reasons that give their figure when put into ours."""
    reasons = []
    if not _same(statistic, outcome.statistic):
        reasons.append(WEIGHTING if _same(statistic, rebuilt) else UNEXPLAINED)
    if not _same(p, outcome.p):
        if not _same(p, float(2 * ndtr(-abs(statistic)))):
            reasons.append(f"p: {UNEXPLAINED}")
        elif outcome.distribution != "normal":
            reasons.append(P_NORMAL)
    return "; ".join(reasons) or "the same"


def _with_correlation(test: TestName, across: Mapping[TestName, Outcome], correlation: float) -> float:
    """A statistic corrected as Kolari and Pynnonen do, with a given mean correlation; NaN for other tests."""
    inflation = 1 + (across[test].n - 1) * correlation
    if test == "kp_patell_z":
        return float(across["patell_z"].statistic / np.sqrt(inflation))
    if test == "kp_bmp_t":
        return float(across["bmp_t"].statistic * np.sqrt((1 - correlation) / inflation))
    return float("nan")


def _plain_correlation(ours: StudyResult) -> float:
    """Mean correlation of residuals over all pairs of events with three dates in common, weighted alike."""
    residuals, days = ours.evidence.residuals, ours.evidence.estimation_days
    calendar = np.full((len(residuals), int(days.max()) + 1), np.nan)
    rows, columns = np.nonzero(days >= 0)
    calendar[rows, days[rows, columns]] = residuals[rows, columns]
    pairs = pd.DataFrame(calendar.T).corr(min_periods=3).to_numpy()
    return float(np.nanmean(pairs[~np.eye(len(pairs), dtype=bool)]))


def eventstudy_differences(found: object, ours: StudyResult) -> list[Difference]:
    """Figures of `eventstudy` on the window COMPARED against ours."""
    singles: Sequence[object] = getattr(found, "sample", ())
    car, t = (np.array([getattr(single, name)[-1] for single in singles]) for name in ("CAR", "tstat"))
    number = ours.windows.index(COMPARED)
    residual_variance = ours.sigma**2 * ours.df / ours.n_estimation
    rebuilt = ours.car[:, number] / np.sqrt(residual_variance * COMPARED.length)
    return [
        _events_line("CAR per event", car, ours.car[:, number]),
        _events_line(
            "t per event", t, ours.t[:, number], "residual variance RSS/M, not RSS/(M-2), and no prediction-error term"
        ),
        _events_line("t per event, both faults put into ours", t, rebuilt),
    ]


def _events_line(figure: str, theirs: Floats, ours: Floats, why: str = "") -> Difference:
    """Two columns of figures by their first entry and the largest difference relative to ours."""
    largest = float(np.max(np.abs(theirs - ours) / np.maximum(np.abs(ours), np.abs(ours).max() * 1e-6)))
    remark = "the same" if largest <= SAME else why or UNEXPLAINED
    return Difference(
        figure, f"first {theirs[0]:.6f}", f"first {ours[0]:.6f}", f"at most {largest:.0e} apart: {remark}"
    )


def _same(left: float, right: float) -> bool:
    return abs(left - right) <= SAME * max(abs(right), 1e-3)
