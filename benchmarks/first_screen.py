"""How long the first screen takes, beside an empty page and a page with one bare line.

`python -m benchmarks.first_screen` prints a table and writes it as JSON; README.md says what is measured.
"""

import argparse
import csv
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import cycle, islice, repeat
from math import isfinite, nan
from pathlib import Path
from platform import python_version
from statistics import mean, median, quantiles

from playwright.sync_api import Browser, sync_playwright

from deploy.replicas import ROOT
from eventwindow.case import build_case
from eventwindow.charts.car import car_chart
from eventwindow.charts.clock import clock_strip
from eventwindow.charts.theme import LIGHT
from eventwindow.sources.snapshot import load_snapshot
from eventwindow.view import View
from tests.harness import Server, launch_chromium, running_server
from tests.wire import TIMEOUT_SECONDS, App, cpu_seconds, session

CHART = ".js-plotly-plot .main-svg"
# Two frames later what was just added to the page has been painted.
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Streamlit collects garbage after every run, unless it is told not to.
NO_COLLECTION = {"STREAMLIT_RUNNER_POST_SCRIPT_GC": "false"}
# What a server still does after a run must not reach into the next timing.
SETTLE_SECONDS = 0.2
WARM_UPS, CORE_RUNS = 3, 200

OURS = App("ours", "app.py", CHART)
EMPTY = App("empty", "benchmarks/apps/empty.py", "h1")
BARE_LINE = App("bare line", "benchmarks/apps/bare_line.py", CHART)
OTHERS = (EMPTY, BARE_LINE)
APPS = (OURS, *OTHERS)

Served = Sequence[tuple[App, Server]]


@dataclass(frozen=True)
class Measure:
    """One line of the table: a figure per page, in milliseconds."""

    name: str
    milliseconds: dict[str, float]

    @property
    def ratios(self) -> dict[str, float]:
        """Our page over each of the others."""
        ours = self.milliseconds[OURS.name]
        return {f"{OURS.name}/{app.name}": ours / (self.milliseconds[app.name] or nan) for app in OTHERS}


def queries() -> list[str]:
    """One query string per announcement of the data, so that every rerun shows another one."""
    with (ROOT / "data/events.csv").open(encoding="utf-8", newline="") as file:
        acts = {row["group_id"]: row["event_id"] for row in csv.DictReader(file)}
    return [f"event={act}" for act in acts.values()]


def time_reruns(served: Served, rounds: int, asked: Iterator[str], remark: str = "") -> list[Measure]:
    """Time reruns in open sessions, the pages taking turns; every page gets the same query strings."""
    times: dict[str, list[float]] = {app.name: [] for app, _ in served}
    cpu: dict[str, list[float]] = {app.name: [] for app, _ in served}
    with ExitStack() as stack:
        readers = [(app, server, stack.enter_context(session(server))) for app, server in served]
        for query in islice(asked, WARM_UPS):
            for _, _, reader in readers:
                reader.rerun(query)
                time.sleep(SETTLE_SECONDS)
        for query in islice(asked, rounds):
            for app, server, reader in readers:
                used = cpu_seconds(server)
                times[app.name].append(reader.rerun(query))
                if app is OURS and not reader.title:
                    raise RuntimeError(f"The rerun for {query!r} drew nothing.")
                time.sleep(SETTLE_SECONDS)
                cpu[app.name].append(1000 * (cpu_seconds(server) - used))
    return [
        Measure(f"rerun{remark}, median", {name: median(taken) for name, taken in times.items()}),
        Measure(f"rerun{remark}, p95", {name: quantiles(taken, n=20)[-1] for name, taken in times.items()}),
        Measure(f"server CPU per rerun{remark}, mean", {name: mean(taken) for name, taken in cpu.items()}),
    ]


def time_first_paint(served: Served, loads: int) -> Measure:
    """Time page loads with an empty browser cache, the pages taking turns."""
    times: dict[str, list[float]] = {app.name: [] for app, _ in served}
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        for warm_up in (True, *[False] * loads):
            for app, server in served:
                taken = _load(browser, app, server)
                if not warm_up:
                    times[app.name].append(taken)
                time.sleep(SETTLE_SECONDS)
        browser.close()
    return Measure("navigation to first paint, median", {name: median(taken) for name, taken in times.items()})


def _load(browser: Browser, app: App, server: Server) -> float:
    context = browser.new_context()
    try:
        page = context.new_page()
        start = time.perf_counter()
        page.goto(server.address, wait_until="commit")
        page.wait_for_selector(app.ready, state="visible", timeout=1000 * TIMEOUT_SECONDS)
        page.evaluate(PAINTED)
        return 1000 * (time.perf_counter() - start)
    finally:
        context.close()


def time_core() -> dict[str, float]:
    """Median milliseconds of our own functions for the default view, without any server."""
    snapshot, view = load_snapshot(), View()
    case = build_case(snapshot, view)
    return {
        "build_case": _median_time(lambda: build_case(snapshot, view)),
        "clock_strip": _median_time(lambda: clock_strip(case, snapshot.calendars, LIGHT)),
        "car_chart": _median_time(lambda: car_chart(case, LIGHT)),
    }


def _median_time(work: Callable[[], object]) -> float:
    times = []
    for _ in range(CORE_RUNS):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return median(times)


def show(measures: Sequence[Measure], core: Mapping[str, float]) -> None:
    """Print the table of the pages and the times of the core."""
    names = [app.name for app in APPS]
    heads = [f"{name}, ms" for name in names] + [f"{OURS.name}/{app.name}" for app in OTHERS]
    print(f"{'':58}" + "".join(f"{head:>17}" for head in heads))
    for measure in measures:
        cells = [f"{measure.milliseconds[name]:.1f}" for name in names]
        cells += [f"{ratio:.2f}" for ratio in measure.ratios.values()]
        print(f"{measure.name:58}" + "".join(f"{cell:>17}" for cell in cells))
    print("\nWithout a server: " + ", ".join(f"{name} {taken:.2f} ms" for name, taken in core.items()))


def _rounded(figures: Mapping[str, float]) -> dict[str, float | None]:
    return {name: round(figure, 3) if isfinite(figure) else None for name, figure in figures.items()}


def main() -> None:
    """Take every measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_screen", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60, help="reruns of every page (at least 2)")
    parser.add_argument("--loads", type=int, default=7, help="page loads of every page")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks/first_screen.json")
    options = parser.parse_args()
    with ExitStack() as stack:
        served = [(app, stack.enter_context(running_server(app.script))) for app in APPS]
        paint = time_first_paint(served, options.loads)
        reruns = time_reruns(served, options.rounds, cycle(queries()))
    with ExitStack() as stack:
        served = [(app, stack.enter_context(running_server(app.script, NO_COLLECTION))) for app in APPS]
        reruns += time_reruns(served, options.rounds, cycle(queries()), " without collection")
        reruns += time_reruns(served, options.rounds, repeat(""), " of one link without collection")
    measures = [paint, *reruns]
    core = time_core()
    versions = {"python": python_version(), **{name: version(name) for name in ("streamlit", "plotly")}}
    print(", ".join(f"{name} {number}" for name, number in versions.items()))
    print(f"{options.rounds} reruns and {options.loads} loads of every page\n")
    show(measures, core)
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": versions,
        "rounds": options.rounds,
        "loads": options.loads,
        "pages": {
            item.name: {"milliseconds": _rounded(item.milliseconds), "ratios": _rounded(item.ratios)}
            for item in measures
        },
        "core_milliseconds": _rounded(core),
    }
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
