"""How long a reader's own table takes to be read and checked, and how much memory one takes that is refused.

`python -m benchmarks.uploads` prints tables and writes them as JSON; README.md says what is measured.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from platform import python_version
from statistics import median

import numpy as np

from deploy.replicas import ROOT
from eventwindow.facts.own import COLUMNS, MAX_EVENTS, check_events
from eventwindow.sources.upload import check_prices, read_upload
from tests.unit.uploads import csv_bytes, package, text_row, xlsx_bytes

SYMBOLS = tuple(f"{number:04}.HK" for number in range(1, 41))
TARGET_SECONDS, TARGET_MIB = 2, 20
WRONG = ("a\u200b", "X", "7/4/2023", "\u202e", "2023-07-07 20:10", "\x07", "-1", "RMB", "http://sec.gov")
Written = Callable[[Sequence[Sequence[str]]], bytes]
WRITERS: Mapping[str, Written] = {"CSV": csv_bytes, "XLSX": xlsx_bytes}


@dataclass(frozen=True)
class Taken:
    """Median processor seconds to read a table and to check it, the bytes of its file, and how many problems it has."""

    table: str
    size: int
    read: float
    check: float
    problems: int

    @property
    def seconds(self) -> float:
        """Both together."""
        return self.read + self.check


def good(number: int) -> tuple[str, ...]:
    """A row with all columns filled."""
    day = date(2015, 1, 1) + timedelta(days=number % 4000)
    filled = (f"event-{number}", SYMBOLS[number % len(SYMBOLS)], f"{day}", f"Fine number {number} for late filings")
    return (
        *filled,
        f"{day}T20:10:00+08:00",
        f"group {number % 9}",
        f"{number + 0.5}",
        "CNY",
        "https://www.csrc.gov.cn/",
    )


def events(count: int, row: Callable[[int], tuple[str, ...]]) -> list[tuple[str, ...]]:
    """A table of events with its header."""
    return [COLUMNS, *map(row, range(count))]


def prices(days: int, symbols: int) -> list[list[str]]:
    """A table of prices with its header."""
    values = np.random.default_rng(1).uniform(10, 99, (days, symbols))
    first = date(1990, 1, 1)
    rows = [[f"{first + timedelta(days=day)}", *(f"{value:.2f}" for value in values[day])] for day in range(days)]
    return [["date", *(f"S{number}" for number in range(symbols))], *rows]


def measure(table: str, content: bytes, rounds: int, check: Callable[..., int]) -> Taken:
    """Read and check a file again and again; `check` gives the number of problems."""
    reading, checking = [], []
    problems = 0
    for _ in range(rounds):
        start = time.process_time()
        read = read_upload("own", content)
        middle = time.process_time()
        problems = check(read)
        reading.append(middle - start)
        checking.append(time.process_time() - middle)
    return Taken(table, len(content), median(reading), median(checking), problems)


def growth(content: bytes) -> float:
    """By how many MiB the memory of a fresh process grows at most until it refuses a file."""
    command = [sys.executable, "-m", "tests.faults.upload_growth"]
    done = subprocess.run(command, input=content, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    return int(done.stdout.split()[0]) / 1024


def refused() -> dict[str, bytes]:
    """Files beyond one limit each."""
    many = events(10 * MAX_EVENTS, good)
    short = [cells[:3] for cells in many]
    return {
        "100,000 rows, CSV": csv_bytes(short),
        "100,000 rows, XLSX": xlsx_bytes(short),
        "more than 5 MB, CSV": csv_bytes(many),
        "two cells in opposite corners, XLSX": package(
            text_row(1, "a") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        ),
        "100 MB of blanks in 0.1 MB, XLSX": package(" " * 100 * 2**20),
    }


def main() -> None:
    """Take every measure, print the tables and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.uploads", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="times that every table is read")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks/uploads.json")
    options = parser.parse_args()
    taken = []
    for kind, write in WRITERS.items():
        for name, row in (("every cell good", good), ("every cell wrong", lambda _: WRONG)):
            taken.append(
                measure(
                    f"10,000 events, {name}, {kind}",
                    write(events(MAX_EVENTS, row)),
                    options.rounds,
                    lambda table: len(check_events(table, SYMBOLS, clocked=True).problems),
                )
            )
        taken.append(
            measure(
                f"5,000 days x 100 prices, {kind}",
                write(prices(5000, 100)),
                options.rounds,
                lambda table: len(check_prices(table)[1]),
            )
        )
    print(f"{'':44}{'MB':>8}{'read, ms':>12}{'check, ms':>12}{'problems':>12}{f'under {TARGET_SECONDS} s':>12}")
    for item in taken:
        met = "met" if item.seconds < TARGET_SECONDS else "not met"
        print(
            f"{item.table:44}{item.size / 1e6:8.1f}{1000 * item.read:12.0f}{1000 * item.check:12.0f}"
            f"{item.problems:12,}{met:>12}"
        )
    print(f"\n{'':44}{'MB':>8}{'MiB grown':>12}{f'under {TARGET_MIB}':>12}")
    grown = {}
    for name, content in refused().items():
        grown[name] = growth(content)
        met = "met" if grown[name] < TARGET_MIB else "not met"
        print(f"{name:44}{len(content) / 1e6:8.1f}{grown[name]:12.1f}{met:>12}")
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {"python": python_version()},
        "rounds": options.rounds,
        "tables": [asdict(item) for item in taken],
        "refused_mib": grown,
    }
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
