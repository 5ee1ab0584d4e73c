"""A reader's own files for the tests: made-up returns, events, and the command run on a folder that holds both."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from eventwindow.cli import main

DAYS = pd.bdate_range("2022-01-03", periods=340)
ZERO = 300
NAMES = ["MKT", "AAA", "BBB", "CCC"]
EVENTS = [
    ("first", "AAA", DAYS[ZERO]),
    ("first", "BBB", DAYS[ZERO]),
    ("second", "AAA", DAYS[ZERO + 20]),
    ("third", "CCC", DAYS[ZERO + 5]),
]


def made_up_returns() -> pd.DataFrame:
    random = np.random.default_rng(1)
    market = random.normal(0.0003, 0.01, (len(DAYS), 1))
    values = np.concatenate([market, 0.9 * market + random.normal(0, 0.015, (len(DAYS), 3))], axis=1)
    return pd.DataFrame(values, index=DAYS, columns=NAMES)


def wide_text(frame: pd.DataFrame, end: str = "\n") -> str:
    return frame.to_csv(index_label="date", date_format="%Y-%m-%d", lineterminator=end)


def event_text(events: list[tuple[str, str, pd.Timestamp]] = EVENTS) -> str:
    return "event_id,symbol,date\n" + "".join(f"{name},{symbol},{day:%Y-%m-%d}\n" for name, symbol, day in events)


class Desk:
    """A folder with one pair of files, and the command run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write()

    def write(self, *, events: str | None = None, wide: str | None = None) -> None:
        (self.folder / "events.csv").write_bytes((events or event_text()).encode())
        (self.folder / "wide.csv").write_bytes((wide or wide_text(made_up_returns())).encode())

    def run(self, *more: str, kind: str = "returns", out: str = "out") -> int:
        files = ["--events", str(self.folder / "events.csv"), f"--{kind}", str(self.folder / "wide.csv")]
        return main(["study", *files, "--out", str(self.folder / out), *more])

    def study(self, *more: str, kind: str = "returns", out: str = "out") -> list[dict[str, str]]:
        """Rows of the table of events after a study that worked, with MKT as the benchmark unless told otherwise."""
        given = () if {"--benchmark", "--factors"} & set(more) else ("--benchmark", "MKT")
        assert self.run(*more, *given, kind=kind, out=out) == 0
        return self.rows("events.csv", out)

    def rows(self, name: str, out: str = "out") -> list[dict[str, str]]:
        with (self.folder / out / name).open(encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))

    def written(self, out: str) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / out).iterdir()}


def changed(text: str, row: int, column: int, cell: str) -> str:
    """The same table with one cell replaced; `row` is the line in the file."""
    lines = text.split("\n")
    cells = lines[row - 1].split(",")
    cells[column] = cell
    lines[row - 1] = ",".join(cells)
    return "\n".join(lines)
