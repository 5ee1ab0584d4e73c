"""How long a rerun of every page takes, beside an empty page in the same frame.

`python -m benchmarks.pages` prints a table and writes it as JSON; README.md says what is measured.
"""

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import cycle, islice, repeat
from pathlib import Path
from platform import python_version
from statistics import median

from benchmarks.first_screen import SETTLE_SECONDS, queries
from deploy.replicas import ROOT
from eventwindow.view import CompareTab, DataTab, Page, RobustnessTab, Tab, TimelineTab, WorkTab
from tests.harness import Server, running_server
from tests.wire import Session, session

FRAME = "benchmarks/apps/frame.py"
FACES: list[tuple[Page, str]] = [
    *((Page.EVENT, f"tab={tab}") for tab in Tab),
    *((Page.COMPARE, f"compare={tab}") for tab in CompareTab),
    *((Page.TIMELINE, f"line={tab}") for tab in TimelineTab),
    *((Page.ROBUSTNESS, f"doubt={tab}") for tab in RobustnessTab),
    *((Page.WORKBENCH, f"work={tab}") for tab in WorkTab),
    *((Page.DATA, f"facts={tab}") for tab in DataTab),
    (Page.METHOD, ""),
]
TARGET = 3
WARM_UPS = 2


@dataclass(frozen=True)
class Rerun:
    """Median milliseconds of a face of a page and of the empty page, for one link and for another view each time."""

    page: Page
    face: str
    ours: float
    empty: float
    ours_other: float
    empty_other: float

    @property
    def ratio(self) -> float:
        """Ours over empty, for a link that has been opened before."""
        return self.ours / self.empty


def measure(ours: Session, empty: Session, face: str, rounds: int, asked: Iterator[str]) -> tuple[float, float]:
    """Median rerun of both, taking turns, with the same query strings."""
    times: dict[str, list[float]] = {"ours": [], "empty": []}
    for number, query in enumerate(islice(asked, WARM_UPS + rounds)):
        for name, reader in (("ours", ours), ("empty", empty)):
            taken = reader.rerun("&".join(part for part in (face, query) if part))
            if not reader.title:
                raise RuntimeError(f"{face!r} with {query!r} drew nothing.")
            if number >= WARM_UPS:
                times[name].append(taken)
            time.sleep(SETTLE_SECONDS)
    return median(times["ours"]), median(times["empty"])


def measure_face(servers: tuple[Server, Server], page: Page, face: str, rounds: int) -> Rerun:
    """One face of a page in sessions of its own."""
    name = "" if page is Page.EVENT else str(page)
    with ExitStack() as stack:
        ours, empty = (stack.enter_context(session(server, name)) for server in servers)
        same = measure(ours, empty, face, rounds, repeat(""))
        other = measure(ours, empty, face, rounds, cycle(queries()))
    return Rerun(page, face, *same, *other)


def main() -> None:
    """Take every measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="reruns of every face of a page")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks/pages.json")
    options = parser.parse_args()
    with ExitStack() as stack:
        servers = stack.enter_context(running_server()), stack.enter_context(running_server(FRAME))
        found = [measure_face(servers, page, face, options.rounds) for page, face in FACES]
    heads = ("ours, ms", "empty, ms", "ratio", f"target {TARGET}", "other view", "empty, ms")
    print(f"{options.rounds} reruns of every face\n\n{'':28}" + "".join(f"{head:>12}" for head in heads))
    for item in found:
        cells = [f"{item.ours:.1f}", f"{item.empty:.1f}", f"{item.ratio:.2f}"]
        cells.append("met" if item.ratio <= TARGET else "not met")
        cells += [f"{item.ours_other:.1f}", f"{item.empty_other:.1f}"]
        print(f"{f'{item.page} {item.face}':28}" + "".join(f"{cell:>12}" for cell in cells))
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {"python": python_version(), "streamlit": version("streamlit")},
        "rounds": options.rounds,
        "faces": [asdict(item) | {"ratio": item.ratio} for item in found],
    }
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
