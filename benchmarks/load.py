"""How many readers one server bears, beside the same dashboard under Streamlit's defaults.

`python -m benchmarks.load` prints a table and writes it as JSON; README.md says what is measured.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from importlib.metadata import version
from itertools import cycle, islice
from math import nan
from pathlib import Path
from platform import python_version
from statistics import median, quantiles
from threading import Barrier, Event, Thread

from playwright.sync_api import Browser, expect, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.first_screen import queries
from deploy.replicas import ALIVE, HOST, ROOT
from tests.harness import Server, launch_chromium, running_server
from tests.replicas import running_service
from tests.wire import Session, cpu_seconds, session

SERVICE, UNFROZEN = "asgi.py", "benchmarks/apps/unfrozen.py"
# Sessions left are forgotten soon, so that what stays is what leaks.
SHORT_MEMORY = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "5"}
FORGOTTEN_SECONDS = 15.0
ADDITIONS = 10_000_000
PROBE_SECONDS, CLEAR_SECONDS = 0.2, 0.2

expect.set_options(timeout=60_000)


@dataclass(frozen=True)
class Figure:
    """A measured figure; `most` or `least` is its gate, where there is one."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the gate holds; None without one."""
        if self.most is not None:
            return self.value <= self.most
        return self.value >= self.least if self.least is not None else None

    @property
    def verdict(self) -> str:
        """The gate and whether it holds, in words; empty without one."""
        if self.met is None:
            return ""
        gate = f"at least {self.least:g}" if self.most is None else f"at most {self.most:g}"
        return f"{gate:>16}  {'met' if self.met else 'not met'}"


@dataclass(frozen=True)
class Habit:
    """What readers do: they arrive over so many seconds, then ask again so often, after `think` seconds on average."""

    arriving: float = 0.0
    reruns: int = 0
    think: float = 8.0


AT_ONCE, THINKING = Habit(), Habit(arriving=8.0, reruns=3)


@dataclass
class Taken:
    """Milliseconds of what readers waited for, and what went wrong."""

    opened: list[float]
    reruns: list[float]
    errors: list[str]


def read(server: Server, number: int, habit: Habit, start: Barrier, taken: Taken) -> None:
    """One reader: opens an announcement when it is its turn, thinks, asks for the next."""
    chance = random.Random(number)  # noqa: S311 - the same readers every time
    asked = islice(cycle(queries()), number, None)
    try:
        start.wait()
        time.sleep(habit.arriving * number / start.parties)
        begun = time.perf_counter()
        with session(server) as reader:
            reader.rerun(next(asked))
            taken.opened.append(1000 * (time.perf_counter() - begun))
            for _ in range(habit.reruns):
                time.sleep(chance.expovariate(1 / habit.think))
                taken.reruns.append(reader.rerun(next(asked)))
    except (OSError, RuntimeError, TimeoutError) as problem:
        taken.errors.append(f"{type(problem).__name__}: {problem}")


def readers(server: Server, count: int, habit: Habit = AT_ONCE) -> Taken:
    """So many of them, until the last has finished."""
    taken, start = Taken([], [], []), Barrier(count)
    with ThreadPoolExecutor(count) as pool:
        for number in range(count):
            pool.submit(read, server, number, habit, start, taken)
    return taken


def p95(times: list[float]) -> float:
    """The value that 95 of 100 stay below."""
    return quantiles(times, n=20)[-1] if len(times) > 1 else nan


def resident_mb(server: Server) -> float:
    """Memory that a server holds; NaN on systems without /proc."""
    path = Path(f"/proc/{server.pid}/status")
    return int(path.read_text().partition("VmRSS:")[2].split()[0]) / 1024 if path.exists() else nan


def warm(server: Server) -> None:
    """Every announcement seen once, so that what is timed is serving."""
    with session(server) as reader:
        for query in queries():
            reader.rerun(query)


def machine() -> Iterator[Figure]:
    """How fast this machine is just now: the gates in milliseconds were set on another one."""
    begun, total = time.process_time(), 0
    for number in range(ADDITIONS):
        total += number
    yield Figure(f"this machine: {ADDITIONS:,} additions in Python", 1000 * (time.process_time() - begun), "ms")


def opening(count: int, rounds: int) -> Iterator[Figure]:
    """Sessions that open in one instant: the service and the defaults take turns."""
    with ExitStack() as stack:
        servers = {script: stack.enter_context(running_server(script)) for script in (SERVICE, UNFROZEN)}
        walls: dict[str, list[float]] = {script: [] for script in servers}
        slowest: list[float] = []
        errors: dict[str, list[str]] = {script: [] for script in servers}
        for server in servers.values():
            warm(server)
        for _ in range(rounds):
            for script, server in servers.items():
                begun = time.perf_counter()
                taken = readers(server, count)
                walls[script].append(time.perf_counter() - begun)
                errors[script] += taken.errors
                slowest += taken.opened if script == SERVICE else []
    ours, defaults = (count / median(walls[script]) for script in (SERVICE, UNFROZEN))
    yield Figure(f"{count} sessions at once: runs per second", ours, "1/s")
    yield Figure(f"{count} sessions at once: runs per second, defaults", defaults, "1/s")
    yield Figure(f"{count} sessions at once: ratio to the defaults", ours / defaults, "", least=4)
    yield Figure(f"{count} sessions at once: open p95", p95(slowest), "ms", most=1500)
    yield Figure(f"{count} sessions at once: errors", len(errors[SERVICE]), "", most=0)
    yield Figure(f"{count} sessions at once: errors, defaults", len(errors[UNFROZEN]), "")


def thinking(count: int) -> Iterator[Figure]:
    """Readers who come at once, then others who come one by one and think between two clicks.

    Another client asks meanwhile whether the server is alive.
    """
    with running_server(SERVICE) as server:
        warm(server)
        before = resident_mb(server)
        crowd = readers(server, count)
        held, used = resident_mb(server) - before, cpu_seconds(server)
        stop = Event()
        probes: list[float] = []
        prober = Thread(target=probe, args=(server, stop, probes))
        prober.start()
        taken = readers(server, count, THINKING)
        stop.set()
        prober.join()
        runs = len(taken.opened) + len(taken.reruns)
        yield from waits("", count, crowd, taken)
        yield Figure("server CPU per run", 1000 * (cpu_seconds(server) - used) / runs, "ms", most=30)
        yield Figure("memory per 100 sessions", held * 100 / count, "MB", most=30)
        yield Figure("health probe p95 meanwhile", p95(probes), "ms", most=100)


def as_deployed(count: int) -> Iterator[Figure]:
    """The same readers before the two replicas and the proxy of `deploy/`."""
    with tempfile.TemporaryDirectory() as store, running_service(Path(store)) as service:
        for replica in service.replicas.values():
            warm(Server(replica.port, replica.process.pid if replica.process else 0))
        half = readers(service.front, count // 2)
        crowd, taken = readers(service.front, count), readers(service.front, count, THINKING)
    yield Figure(f"two replicas, {count // 2} sessions at once: open p95", p95(half.opened), "ms", most=1500)
    yield from waits("two replicas, ", count, crowd, taken)


def waits(where: str, count: int, crowd: Taken, taken: Taken) -> Iterator[Figure]:
    """How long readers waited who came at once, and those who came one by one and thought."""
    thought = f"{where}{count} readers, {THINKING.think:.0f} s of thought"
    yield Figure(f"{where}{count} sessions at once: open p95", p95(crowd.opened), "ms", most=3000)
    yield Figure(f"{thought}: rerun p50", median(taken.reruns), "ms")
    yield Figure(f"{thought}: rerun p95", p95(taken.reruns), "ms", most=150)
    yield Figure(f"{where}errors", len(crowd.errors) + len(taken.errors), "", most=0)


def probe(server: Server, stop: Event, probes: list[float]) -> None:
    """Ask again and again whether the server is alive."""
    while not stop.wait(PROBE_SECONDS):
        begun = time.perf_counter()
        with closing(HTTPConnection(HOST, server.port, timeout=60)) as line:
            line.request("GET", ALIVE)
            line.getresponse().read()
        probes.append(1000 * (time.perf_counter() - begun))


def drift(reruns: int, sessions: int) -> Iterator[Figure]:
    """Memory after many reruns and many sessions, beside what it was half-way."""
    with running_server(SERVICE, SHORT_MEMORY) as server:
        warm(server)
        with session(server) as reader:
            for query in islice(cycle(queries()), reruns // 2):
                reader.rerun(query)
            half = resident_mb(server)
            for query in islice(cycle(queries()), reruns // 2):
                reader.rerun(query)
        yield Figure(f"memory after {reruns:,} reruns against half of them", resident_mb(server) - half, "MB", most=10)
        for _ in range(sessions // 100):
            readers(server, 50)
        time.sleep(FORGOTTEN_SECONDS)
        half = resident_mb(server)
        for _ in range(sessions // 100):
            readers(server, 50)
        time.sleep(FORGOTTEN_SECONDS)
        yield Figure(f"memory after {sessions:,} sessions against half", resident_mb(server) - half, "MB", most=10)


def emptied_caches(seconds: float) -> Iterator[Figure]:
    """Reruns of a reader while another one tells the server to forget everything, five times a second."""
    with running_server(SERVICE) as server:
        warm(server)
        with session(server) as reader:
            quiet = reruns_for(reader, seconds)
            stop = Event()
            attacker = Thread(target=clear_caches, args=(server, stop))
            attacker.start()
            attacked = reruns_for(reader, seconds)
            stop.set()
            attacker.join()
    yield Figure("rerun p95", p95(quiet), "ms")
    yield Figure("rerun p95 while caches are told to empty", p95(attacked), "ms")
    yield Figure("ratio of the two", p95(attacked) / p95(quiet), "", most=2)


def reruns_for(reader: Session, seconds: float) -> list[float]:
    """Reruns of one announcement after another for so long, ten a second."""
    until, asked, taken = time.perf_counter() + seconds, cycle(queries()), []
    while time.perf_counter() < until:
        taken.append(reader.rerun(next(asked)))
        time.sleep(0.1)
    return taken


def clear_caches(server: Server, stop: Event) -> None:
    """A hostile client."""
    with session(server) as line:
        while not stop.wait(CLEAR_SECONDS):
            line.connection.send(BackMsg(clear_cache=True).SerializeToString())


def failover(rounds: int) -> Iterator[Figure]:
    """From a click to its page, on a server that has never seen the reader, once the browser has found it."""
    with (
        tempfile.TemporaryDirectory() as store,
        running_service(Path(store)) as service,
        sync_playwright() as playwright,
    ):
        browser = launch_chromium(playwright)
        found, clicked = [], []
        for _ in range(rounds):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{service.address}/?win=-3..3")
            expect(page.locator(".st-key-clock-strip .main-svg").first).to_be_visible()
            name = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "replica")
            begun = time.perf_counter()
            with page.expect_event("websocket"):
                service.replicas[name].kill()
            found.append(1000 * (time.perf_counter() - begun))
            begun = time.perf_counter()
            page.get_by_role("tab", name="Sources", exact=True).click()
            expect(page.get_by_role("tabpanel")).to_contain_text("Target: Ant Group")
            clicked.append(1000 * (time.perf_counter() - begun))
            page.close()
            service.replicas[name].start()
        browser.close()
    yield Figure("replica killed: the browser has found the other", median(found), "ms")
    yield Figure("replica killed: next click to its page", max(clicked), "ms", most=2000)


def first_load() -> Iterator[Figure]:
    """What the first screen weighs on the wire, in a browser with an empty cache."""
    with running_server(SERVICE) as server, sync_playwright() as playwright:
        browser: Browser = launch_chromium(playwright)
        page = browser.new_page()
        sizes: list[int] = []
        page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
        page.goto(server.address)
        expect(page.locator(".st-key-car .main-svg").first).to_be_visible()
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        browser.close()
    yield Figure("first screen on the wire", sum(sizes) / 1e6, "MB", most=3.5)


def main() -> None:
    """Take every measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full numbers of rounds and reruns")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks/load.json")
    options = parser.parse_args()

    def scaled(number: int) -> int:
        return max(2, round(number * options.scale))

    parts: list[Callable[[], Iterator[Figure]]] = [
        machine,
        lambda: opening(50, scaled(5)),
        lambda: thinking(100),
        lambda: as_deployed(100),
        lambda: drift(scaled(10_000), max(100, scaled(600))),
        lambda: emptied_caches(30.0 * options.scale),
        lambda: failover(scaled(3)),
        first_load,
    ]
    print(f"python {python_version()}, streamlit {version('streamlit')}\n")
    found = []
    for part in parts:
        for figure in part():
            found.append(figure)
            print(f"{figure.name:62}{figure.value:>10.1f} {figure.unit:4}{figure.verdict}", flush=True)
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {"python": python_version(), "streamlit": version("streamlit")},
        "scale": options.scale,
        "figures": [asdict(figure) | {"met": figure.met} for figure in found],
    }
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
