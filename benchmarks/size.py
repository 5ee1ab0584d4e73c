"""Which tests hold their size: how often each rejects at 5% when nothing happened.

`python -m benchmarks.size` prints a table and writes it as JSON; README.md says what is simulated.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import get_args

import numpy as np

from benchmarks.simulated import AFTER, BEFORE, MARKET_SD, Simulated, events, table
from eventwindow.facts.reasons import Reason
from eventwindow.study.battery import TestName
from eventwindow.study.engine import HEADLINE_WINDOWS, StudySpec, run_study
from eventwindow.study.windows import Window

FIRMS, CORRELATION, LEVEL = 30, 0.2, 0.05
# Staggered events fall on random sessions of one quarter.
SPREAD = 60
TRIPLED = Window(-1, 1)
SHOWN = Window(-1, 1)
TESTS: tuple[TestName, ...] = get_args(TestName)

Rates = dict[tuple[Window, TestName], "Rate"]


@dataclass(frozen=True)
class Rate:
    """How often a test rejected among the draws in which it could be computed."""

    rejected: int
    draws: int

    @property
    def share(self) -> float | None:
        """Rejections per draw; None where the test could never be computed."""
        return self.rejected / self.draws if self.draws else None

    @property
    def error(self) -> float | None:
        """Monte-Carlo standard error of the share."""
        return None if self.share is None else sqrt(self.share * (1 - self.share) / self.draws)

    def __str__(self) -> str:
        return "-" if self.share is None or self.error is None else f"{100 * self.share:.1f} ± {100 * self.error:.1f}"


def one_date(rng: np.random.Generator, variance: float = 1.0) -> Simulated:
    """All firms on one date, nothing happens but that the variance around it is multiplied."""
    return _simulate(rng, np.full(FIRMS, BEFORE), variance)


def tripled_variance(rng: np.random.Generator) -> Simulated:
    """One date, residual variance three times as large on the sessions of TRIPLED."""
    return one_date(rng, 3.0)


def staggered(rng: np.random.Generator) -> Simulated:
    """Every firm on a random session of one quarter, so that many windows overlap."""
    return _simulate(rng, BEFORE + rng.integers(0, SPREAD, FIRMS), 1.0)


DESIGNS: Mapping[str, Callable[[np.random.Generator], Simulated]] = {
    "one date": one_date,
    "one date, variance x 3": tripled_variance,
    "staggered dates": staggered,
}


def _simulate(rng: np.random.Generator, day0: np.ndarray[tuple[int], np.dtype[np.intp]], variance: float) -> Simulated:
    sessions = int(day0.max()) + AFTER + 1
    market = rng.normal(0, MARKET_SD, sessions)
    common, own = rng.normal(size=(sessions, 1)), rng.normal(size=(sessions, FIRMS))
    residuals = rng.uniform(0.01, 0.03, FIRMS) * (sqrt(CORRELATION) * common + sqrt(1 - CORRELATION) * own)
    around = day0 + TRIPLED.sessions[:, None]
    residuals[around, np.arange(FIRMS)] *= sqrt(variance)
    prices = table(rng.uniform(0.5, 1.5, FIRMS) * market[:, None] + residuals, market)
    return Simulated(events(prices, day0), prices)


def rejection_rates(simulate: Callable[[np.random.Generator], Simulated], draws: int, seed: int) -> Rates:
    """Study simulated events again and again and count rejections, for every window and test."""
    rng, spec = np.random.default_rng(seed), StudySpec(windows=HEADLINE_WINDOWS)
    rejected = {(window, name): 0 for window in spec.windows for name in TESTS}
    computed = dict(rejected)
    for _ in range(draws):
        drawn = simulate(rng)
        for item in run_study(events=drawn.events, prices=drawn.prices, spec=spec).across:
            computed[item.window, item.test] += item.outcome.reason == Reason.OK
            rejected[item.window, item.test] += item.outcome.p < LEVEL
    return {key: Rate(rejected[key], computed[key]) for key in rejected}


def show(rates: Mapping[str, Rates]) -> None:
    """Print the rates of one window as a markdown table, in percent."""
    print(f"| window {SHOWN}, % | " + " | ".join(rates) + " |")
    print("|---|" + "--:|" * len(rates))
    for name in TESTS:
        print(f"| {name} | " + " | ".join(str(found[SHOWN, name]) for found in rates.values()) + " |")


def _as_json(rates: Rates) -> dict[str, dict[str, dict[str, float | int | None]]]:
    report: dict[str, dict[str, dict[str, float | int | None]]] = {}
    for (window, name), rate in rates.items():
        line = {"rate": rate.share, "error": rate.error, "draws": rate.draws}
        report.setdefault(str(window), {})[name] = {
            key: round(value, 5) if isinstance(value, float) else value for key, value in line.items()
        }
    return report


def main() -> None:
    """Simulate every design, print the table and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.size", description=__doc__)
    parser.add_argument("--draws", type=int, default=2000, help="simulated studies of every design")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("size.json"))
    options = parser.parse_args()
    start = time.perf_counter()
    rates = {name: rejection_rates(simulate, options.draws, options.seed) for name, simulate in DESIGNS.items()}
    print(f"{options.draws} draws of {FIRMS} firms, residual correlation {CORRELATION}, nominal {LEVEL:.0%}\n")
    show(rates)
    print(f"\n{time.perf_counter() - start:.0f} s")
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "draws": options.draws,
        "firms": FIRMS,
        "residual_correlation": CORRELATION,
        "level": LEVEL,
        "designs": {name: _as_json(found) for name, found in rates.items()},
    }
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
