"""How fast and how exact the bulk engine is, beside least squares pair by pair.

`python -m benchmarks.bulk` prints a table and writes it as JSON; README.md says what is measured.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from eventwindow.facts.prices import Floats, ReturnTable
from eventwindow.study.engine import StudySpec
from eventwindow.study.models import Model
from eventwindow.study.running import study_grid, study_pairs
from eventwindow.study.windows import Window

SESSIONS = 5_000
ESTIMATION, WINDOW = Window(-260, -11), Window(-10, 10)
# Series of the panel, and series of it worked through at a time, as a part of a bulk study is.
PAIRS_SERIES, GRID_SERIES, PART = 2_000, 10_000, 480
FIRST = -ESTIMATION.start
CHECKED = 3_000


def panel(series: int) -> tuple[Floats, Floats]:
    """Returns (T, S) and a benchmark (T, 1), made up."""
    rng = np.random.default_rng(1)
    benchmark = rng.normal(0.0003, 0.01, (SESSIONS, 1))
    returns = np.empty((SESSIONS, series), order="F")
    for number in range(series):
        returns[:, number] = 0.9 * benchmark[:, 0] + rng.normal(0, 0.02, SESSIONS)
    return returns, benchmark


def table_of(returns: Floats, benchmark: Floats) -> ReturnTable:
    """The panel as the engine takes it."""
    count = returns.shape[1]
    return ReturnTable(
        days=np.datetime64("2000-01-01") + np.arange(SESSIONS),
        symbols=tuple(f"S{number}" for number in range(count)),
        returns=returns,
        regressors=benchmark,
        regressor_names=("M",),
        first=np.zeros(count, dtype=np.intp),
        last=np.full(count, SESSIONS - 1, dtype=np.intp),
    )


def settings() -> StudySpec:
    """Market model, 250 sessions of estimation, one window of 21 sessions."""
    return StudySpec(model=Model.MARKET, estimation=ESTIMATION, event_window=WINDOW, windows=(WINDOW,))


def pairs(millions: float) -> dict[str, float]:
    """Random dates and series, all with a full history."""
    table, count = table_of(*panel(PAIRS_SERIES)), round(1e6 * millions)
    rng = np.random.default_rng(2)
    zero = rng.integers(FIRST, SESSIONS - WINDOW.end, count)
    column = rng.integers(0, PAIRS_SERIES, count)
    days = table.days[zero]
    started = time.process_time()
    found = study_pairs(days, column, table, settings())
    took = time.process_time() - started
    chosen = rng.choice(count, min(CHECKED, count), replace=False)
    theirs, lstsq = least_squares(table, zero[chosen], column[chosen])
    ours = np.stack([found.slopes[chosen, 0], found.car[chosen, 0], found.t[chosen, 0]], axis=1)
    # A figure near zero is compared with the size that such figures have.
    off = np.abs(ours - theirs) / np.maximum(np.abs(theirs), np.median(np.abs(theirs), axis=0))
    return {"cpu": took, "lstsq": lstsq * count / len(chosen), "off": float(off.max()), "mb": peak()}


def grid(millions: float) -> dict[str, float]:
    """Every date on every series, part by part; figures are dropped as a file's would be once it is written."""
    series = min(GRID_SERIES, max(PART, round(1e6 * millions / (SESSIONS - FIRST - WINDOW.end))))
    returns, benchmark = panel(series)
    days = table_of(returns[:, :1], benchmark).days[FIRST : SESSIONS - WINDOW.end]
    started, done = time.process_time(), 0
    for start in range(0, series, PART):
        done += len(study_grid(days, table_of(returns[:, start : start + PART], benchmark), settings()).alpha)
    return {"cpu": time.process_time() - started, "pairs": done, "mb": peak()}


def least_squares(table: ReturnTable, zero: np.ndarray, column: np.ndarray) -> tuple[Floats, float]:
    """Beta, CAR and t of each pair by numpy.linalg.lstsq, and the processor time it took."""
    found = np.empty((len(zero), 3))
    started = time.process_time()
    for row, (place, series) in enumerate(zip(zero, column, strict=True)):
        past = slice(place + ESTIMATION.start, place + ESTIMATION.end + 1)
        ahead = slice(place + WINDOW.start, place + WINDOW.end + 1)
        design = np.column_stack([np.ones(ESTIMATION.length), table.regressors[past]])
        coefficients, rss, *_ = np.linalg.lstsq(design, table.returns[past, series], rcond=None)
        future = np.column_stack([np.ones(WINDOW.length), table.regressors[ahead]])
        car = (table.returns[ahead, series] - future @ coefficients).sum()
        total = future.sum(axis=0)
        variance = rss[0] / (ESTIMATION.length - 2) * (WINDOW.length + total @ np.linalg.inv(design.T @ design) @ total)
        found[row] = coefficients[1], car, car / np.sqrt(variance)
    return found, time.process_time() - started


def peak() -> float:
    """Largest memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(task: str, millions: float) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.bulk", "--task", task, "--millions", str(millions)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def report() -> dict[str, Any]:
    """Measure and print."""
    found = {f"{size:g} million pairs": measured("pairs", size) for size in (0.1, 1)}
    found |= {f"{size:g} million on a grid": measured("grid", size) for size in (5, 50)}
    for name, item in found.items():
        beside = f", least squares pair by pair {item['lstsq'] / item['cpu']:.0f} times" if "lstsq" in item else ""
        off = f", at most {item['off']:.1e} off" if "off" in item else f" ({item['pairs'] / 1e6:.1f} million)"
        print(f"{name}: {item['cpu']:.2f} s of one core, {item['mb']:.0f} MB{beside}{off}")
    growth = found["50 million on a grid"]["cpu"] / found["5 million on a grid"]["cpu"]
    larger = found["50 million on a grid"]["pairs"] / found["5 million on a grid"]["pairs"]
    print(f"{larger:.1f} times as many events take {growth:.1f} times as long")
    return {**found, "growth": growth, "larger": larger}


def main() -> None:
    """Measure everything, or one task of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", choices=["pairs", "grid"])
    parser.add_argument("--millions", type=float, default=1.0)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/bulk.json"))
    options = parser.parse_args()
    with threadpool_limits(1, "blas"):
        if options.task:
            print(json.dumps({"pairs": pairs, "grid": grid}[options.task](options.millions)))
            return
    options.out.write_text(f"{json.dumps(report(), indent=1)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
