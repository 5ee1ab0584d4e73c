"""What `benchmarks.engine` measures, one task per process: `python -m benchmarks.engine_tasks TASK ...` prints JSON."""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from statistics import median

import numpy as np

from benchmarks.rivals import (
    COMPARED,
    Difference,
    Prepared,
    eventstudy,
    eventstudy_differences,
    statspai,
    statspai_differences,
)
from benchmarks.simulated import Simulated, one_date, random_dates
from eventwindow.study.engine import StudySpec, run_study
from eventwindow.study.results import StudyResult

# Series and sessions that events on random dates are spread over: six years up to 1,000 events, eleven beyond.
FEW, SMALL, LARGE = 1000, (250, 1521), (1000, 2771)
DESIGNS: dict[str, Callable[[int], Simulated]] = {
    "one date": one_date,
    "random dates": lambda count: random_dates(count, *(SMALL if count <= FEW else LARGE)),
}


@dataclass(frozen=True)
class Ours:
    """Median seconds of fit, abnormal returns and CARs (`study`) and of the whole battery on top (`battery`).

    `sum_once` is one numpy.sum over as many bytes as the study reads; memory in MiB, at its peak after
    the first study and after loading the data alone.
    """

    events: int
    design: str
    study: float
    battery: float
    sum_once: float
    peak: float
    peak_before: float


@dataclass(frozen=True)
class Rival:
    """Median seconds of another package and of ours, for all windows and for the window COMPARED alone."""

    name: str
    design: str
    events: int
    theirs: float
    ours: float
    ours_study: float
    theirs_one_window: float
    ours_one_window: float
    differences: tuple[Difference, ...]


def measure_ours(design: str, count: int, rounds: int) -> Ours:
    """Time a study of ours; the first run is not timed, it shows the memory needed."""
    data = DESIGNS[design](count)
    before = _peak()
    study(data, StudySpec())
    peak = _peak()
    times = [_timed_study(data, StudySpec()) for _ in range(rounds)]
    sessions = StudySpec().estimation.length + StudySpec().event_window.length
    read = np.ones(2 * count * sessions)  # returns of the series and of the benchmark
    return Ours(
        events=count,
        design=design,
        study=median(taken for taken, _ in times),
        battery=median(taken for _, taken in times),
        sum_once=median(seconds(read.sum) for _ in range(rounds)),
        peak=peak,
        peak_before=before,
    )


def measure_rival(name: str, design: str, count: int, rounds: int) -> Rival:
    """Time another package and ours in turn on the same data, and compare the figures."""
    data, spec = DESIGNS[design](count), StudySpec()
    narrow = StudySpec(windows=(COMPARED,))
    prepared = (statspai if name == "statspai" else eventstudy)(data, spec)
    found, ours = prepared.run(COMPARED), study(data, spec)
    differences = (statspai_differences if name == "statspai" else eventstudy_differences)(found, ours)
    turns = [_turn(prepared, data, spec, narrow) for _ in range(rounds)]
    theirs, whole, alone, theirs_narrow, narrowed = (median(column) for column in zip(*turns, strict=True))
    return Rival(name, design, count, theirs, whole, alone, theirs_narrow, narrowed, tuple(differences))


def _turn(prepared: Prepared, data: Simulated, spec: StudySpec, narrow: StudySpec) -> tuple[float, ...]:
    """Seconds of one turn: theirs, ours, ours without the battery, theirs and ours for one window."""
    taken = {window: seconds(partial(prepared.run, window)) for window in prepared.runs}
    own_study, battery = _timed_study(data, spec)
    return sum(taken.values()), own_study + battery, own_study, taken[COMPARED], sum(_timed_study(data, narrow))


def study(data: Simulated, spec: StudySpec) -> StudyResult:
    """A study of ours with the whole battery."""
    result = run_study(events=data.events, prices=data.prices, spec=spec)
    if not all(item.outcome.n for item in result.across):
        raise RuntimeError("The study used no event.")
    return result


def _timed_study(data: Simulated, spec: StudySpec) -> tuple[float, float]:
    start = time.perf_counter()
    result = run_study(events=data.events, prices=data.prices, spec=spec)
    middle = time.perf_counter()
    _ = result.across
    return middle - start, time.perf_counter() - middle


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _peak() -> float:
    """Largest resident memory of this process so far, in MiB."""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    """Run one task and print what it measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine_tasks", description=__doc__)
    parser.add_argument("task", choices=["ours", "statspai", "eventstudy"])
    parser.add_argument("--design", choices=list(DESIGNS), required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    options = parser.parse_args()
    if options.task == "ours":
        found: Ours | Rival = measure_ours(options.design, options.events, options.rounds)
    else:
        found = measure_rival(options.task, options.design, options.events, options.rounds)
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
