"""How fast the engine is, beside two packages from PyPI and beside reading the data once.

`python -m benchmarks.engine` prints tables and writes them as JSON; README.md says what is measured.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import pairwise
from math import ceil
from pathlib import Path
from platform import python_version
from typing import Any

from benchmarks.engine_tasks import DESIGNS, Ours, Rival
from benchmarks.rivals import COMPARED, Difference

# Events and rounds of each measure; nobody has 100,000 firms on one date.
SIZES = {"one date": {1000: 15, 10_000: 5}, "random dates": {1000: 15, 10_000: 7, 100_000: 3}}
LARGEST = 100_000
RIVALS = {"statspai": 3, "eventstudy": 7}
RIVAL_EVENTS = 1000
# One thread of linear algebra for all: on a busy machine several threads mostly wait for each other.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
TARGET_RIVAL, TARGET_BATTERY, TARGET_GROWTH, TARGET_MIB = 100, 8, (8, 12), 2048


def measure(task: str, design: str, events: int, rounds: int) -> dict[str, Any]:
    """Run one task in a process of its own."""
    arguments = ["--design", design, "--events", str(events), "--rounds", str(rounds)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.engine_tasks", task, *arguments],
        env={**os.environ, **ONE_THREAD},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def rival(name: str, design: str, rounds: int) -> Rival:
    """Another package beside ours."""
    found = measure(name, design, RIVAL_EVENTS, rounds)
    lines = [Difference(**line) for line in found.pop("differences")]
    return Rival(**found, differences=tuple(lines))


def show_rivals(rivals: Sequence[Rival]) -> None:
    """Print how many times longer the other packages take."""
    print(f"{RIVAL_EVENTS:,} events, market model on [-260,-11]; ours with the whole battery unless it says CAR only")
    heads = ("theirs, ms", "ours, ms", "ratio", f"target {TARGET_RIVAL}")
    print(f"{'':58}" + "".join(f"{head:>13}" for head in heads))
    for item in rivals:
        lines = [
            ("three windows", item.theirs, item.ours),
            (f"{COMPARED} alone", item.theirs_one_window, item.ours_one_window),
        ]
        if item.name == "eventstudy":
            lines.append(("three windows, ours CAR only", item.theirs, item.ours_study))
        for what, theirs, ours in lines:
            ratio = theirs / ours
            verdict = "met" if ratio >= TARGET_RIVAL else "not met"
            name = f"{item.name}, {item.design}, {what}"
            print(f"{name:58}{1000 * theirs:13.1f}{1000 * ours:13.1f}{ratio:13.1f}{verdict:>13}")


def show_ours(sizes: Sequence[Ours]) -> None:
    """Print the times of our own engine and what they are compared with."""
    heads = ("study, ms", "battery, ms", "whole/study", "us per event", "x numpy.sum", "peak, MiB")
    print(f"{'':30}" + "".join(f"{head:>14}" for head in heads))
    for item in sizes:
        whole = item.study + item.battery
        cells = [
            f"{1000 * item.study:.1f}",
            f"{1000 * item.battery:.1f}",
            f"{whole / item.study:.2f}",
            f"{1e6 * whole / item.events:.1f}",
            f"{whole / item.sum_once:.0f}",
            f"{item.peak:.0f}",
        ]
        print(f"{f'{item.events:,} events, {item.design}':30}" + "".join(f"{cell:>14}" for cell in cells))


def targets(sizes: Sequence[Ours]) -> list[tuple[str, str, bool]]:
    """Every target of our own engine with what was measured."""
    low, high = TARGET_GROWTH
    found = []
    for item in sizes:
        whole = item.study + item.battery
        ratio = whole / item.study
        name = f"whole battery at most {TARGET_BATTERY} x the study, {item.events:,} events, {item.design}"
        found.append((name, f"{ratio:.2f}", ratio <= TARGET_BATTERY))
        if item.events == LARGEST:
            name = f"peak memory under {TARGET_MIB} MiB, {item.events:,} events, {item.design}"
            found.append((name, f"{item.peak:.0f}", item.peak < TARGET_MIB))
    for smaller, larger in pairwise(sizes):
        if smaller.design == larger.design and larger.events == LARGEST:
            growth = (larger.study + larger.battery) / (smaller.study + smaller.battery)
            name = f"ten times the events in {low} to {high} times the time, {larger.events:,} events, {larger.design}"
            found.append((name, f"{growth:.1f}", low <= growth <= high))
    return found


def show_differences(rivals: Sequence[Rival]) -> None:
    """Print the figures of both sides by side."""
    for item in rivals:
        print(f"\n{item.name}, {item.design}, window {COMPARED}")
        for line in item.differences:
            print(f"  {line.figure:38}{line.theirs:>28}{line.ours:>28}  {line.why}")


def unexplained(rivals: Sequence[Rival]) -> list[str]:
    """Figures that differ from another package's for no known reason."""
    return [
        f"{item.name}, {item.design}: {line.figure}" for item in rivals for line in item.differences if line.unexplained
    ]


def main() -> None:
    """Take every measure, print the tables and write the JSON; ends with 1 if a figure differs for no known reason."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the rounds of every measure")
    parser.add_argument("--figures", action="store_true", help="only compare the figures, take no time, write nothing")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("engine.json"))
    options = parser.parse_args()
    names = ("numpy", "pandas", "statspai", "eventstudy")
    versions = {"python": python_version(), **{name: version(name) for name in names}}
    print(", ".join(f"{name} {number}" for name, number in versions.items()) + "\n")
    rivals = [
        rival(name, design, 1 if options.figures else ceil(rounds * options.scale))
        for name, rounds in RIVALS.items()
        for design in DESIGNS
    ]
    if not options.figures:
        options.out.write_text(json.dumps(report(rivals, versions, options.scale), indent=2) + "\n", encoding="utf-8")
    show_differences(rivals)
    if found := unexplained(rivals):
        raise SystemExit(f"differs for no known reason: {'; '.join(found)}")


def report(rivals: Sequence[Rival], versions: Mapping[str, str], scale: float) -> dict[str, Any]:
    """Measure our own engine, print what was measured and give it for the JSON."""
    show_rivals(rivals)
    sizes = [
        Ours(**measure("ours", design, events, ceil(rounds * scale)))
        for design, counts in SIZES.items()
        for events, rounds in counts.items()
    ]
    print()
    show_ours(sizes)
    print()
    checks = targets(sizes)
    for name, figure, met in checks:
        print(f"{name:88}{figure:>8}  {'met' if met else 'not met'}")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": versions,
        "rivals": [asdict(item) for item in rivals],
        "sizes": [asdict(item) for item in sizes],
        "targets": [{"target": name, "measured": figure, "met": met} for name, figure, met in checks],
    }


if __name__ == "__main__":
    main()
