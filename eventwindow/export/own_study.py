"""The full study of a reader's own events: the job, the files that reproduce it, and the lines that do so."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from eventwindow.case import return_tables
from eventwindow.choosable import choosable
from eventwindow.export.bundle import StudyJob, csv_bytes, result_files, zipped
from eventwindow.export.reproduce import (
    CLEAN_STUDY,
    COMMAND,
    FROM_FOLDER,
    FROM_STORE,
    result_lines,
    setting_lines,
    setting_words,
    snapshot_line,
)
from eventwindow.export.sheets import BYTE_ORDER_MARK
from eventwindow.facts.errors import DataError
from eventwindow.facts.own import COLUMNS, OwnEvent, check_events
from eventwindow.facts.prices import ReturnTable
from eventwindow.sources.snapshot import COMMITTED, Snapshot
from eventwindow.sources.upload import read_upload
from eventwindow.study.engine import StudyEvents, StudySpec
from eventwindow.study.frames import EventRow, Values, WideTable, events_of, table_returns
from eventwindow.study.models import Model
from eventwindow.study.windows import Window
from eventwindow.view import Benchmark
from eventwindow.workbench import OwnPrices, OwnStudy, own_events

EVENTS = "EVENTS.csv"
WIDE: Mapping[Values, str] = {"prices": "PRICES.csv", "returns": "RETURNS.csv"}
RESULTS = "results"
# Pairs of events close to each other that confounders.csv may list when it is made for a reader on a page.
MOST_PAIRS = 500_000


def served_job(
    snapshot: Snapshot, events: Sequence[OwnEvent], known: Sequence[OwnEvent], benchmark: Benchmark, spec: StudySpec
) -> StudyJob:
    """Own events, some of those `known`, on the prices of the data. Their symbols must be choosable."""
    lines = choosable(snapshot)
    listings = [lines[symbol] for symbol in dict.fromkeys(event.symbol for event in known)]
    tables = return_tables(snapshot, listings, benchmark, spec.returns_kind)
    return _job(own_events(snapshot, events, tables), tables, spec, own_events(snapshot, known, tables))


def uploaded_job(
    table: WideTable,
    events: Sequence[EventRow],
    known: Sequence[EventRow],
    regressors: tuple[Sequence[str], str],
    values: Values,
    spec: StudySpec,
) -> StudyJob:
    """Own events, some of those `known`, on own prices or returns.

    `regressors` are the columns of benchmark or factors, and what messages call the option that named them.
    Raises DataError for a column that is not there.
    """
    columns, option = regressors
    tables = (table_returns(table, columns, option, values=values, kind=spec.returns_kind),)
    return _job(events_of(events, tables), tables, spec, events_of(known, tables))


def read_own_events(path: Path, snapshot: Snapshot) -> tuple[OwnEvent, ...]:
    """Events from a file, on symbols that have prices in the data.

    Raises DataError for a file that cannot be read, and with every problem on a line of its own.
    """
    if not path.is_file():
        raise DataError(f"{path.name}: there is no such file; check the path.")
    checked = check_events(read_upload(path.name, path.read_bytes()), choosable(snapshot), clocked=True)
    if checked.problems:
        raise DataError("\n".join(map(str, checked.problems)))
    return checked.events


@dataclass(frozen=True)
class OwnRecipe:
    """How the numbers of a study of own events can be made again from the files of `zip`."""

    own: OwnStudy

    @property
    def level(self) -> int:
        """Of the band, in percent."""
        return self.own.view.level

    @property
    def leave_out_confounded(self) -> bool:
        """Whether events with another one in the summed window are left out; then the study is of that window alone."""
        return self.own.view.clean

    @property
    def spec(self) -> StudySpec:
        """Settings of the study that is made again."""
        span = self.own.view.span
        spec = self.own.spec
        return replace(spec, event_window=span, windows=(span,)) if self.leave_out_confounded else spec

    @cached_property
    def is_too_large(self) -> bool:
        """Whether more pairs of events are close to each other than can be listed here."""
        return _pairs(self.own, (self.spec.event_window, self.spec.estimation)) > MOST_PAIRS

    def command(self, folder: str = RESULTS) -> str:
        """The command line; it writes five CSV files to `folder`."""
        words = [*COMMAND, *(("--data", self._data) if self._data else ()), "--events", EVENTS]
        words += self._price_words() if self.own.prices else ["--benchmark", self.own.view.benchmark]
        words += ["--model", self.spec.model, *setting_words(self.spec)]
        words += ["--leave-out-confounded"] * self.leave_out_confounded
        return shlex.join([*words, "--out", folder])

    def python(self) -> str:
        """Lines of Python that end with the study in `result` and the half-width of the band in `band`."""
        job = self._uploaded_lines() if self.own.prices else self._served_lines()
        imports = [
            "from pathlib import Path",
            "",
            *(["from eventwindow.export.bundle import confounders_of, without_confounded"] * self.leave_out_confounded),
            *job.imports,
            "from eventwindow.study.engine import StudySpec, run_study",
            "from eventwindow.study.models import Model",
            "from eventwindow.study.significance import critical_value",
            "from eventwindow.study.windows import Window",
            *([] if self.own.prices else ["from eventwindow.view import Benchmark"]),
        ]
        plain = ("result = run_study(events=job.events, prices=job.prices, spec=spec)",)
        study = CLEAN_STUDY if self.leave_out_confounded else plain
        return "\n".join([*imports, "", *setting_lines(self.spec), *job.lines, *study, *result_lines(self.level)])

    def zip(self) -> bytes:
        """The events studied, the prices where they were uploaded, the results, and what all this is."""
        files = {"README.txt": self._read_me().encode("utf-8"), EVENTS: events_csv(self.own.events)}
        prices = self.own.prices
        if prices is not None:
            files[WIDE[prices.values]] = wide_csv(prices.table)
        known = self.own.occasions
        job = _job(known, self.own.tables, self.spec, known)
        results = result_files(job, leave_out_confounded=self.leave_out_confounded)
        return zipped(files | {f"{RESULTS}/{name}": content for name, content in results.items()})

    @property
    def _data(self) -> str:
        """The snapshot to ask for; empty for the committed data, and where no price is of the data."""
        snapshot = self.own.snapshot
        return "" if self.own.prices or snapshot.folder == COMMITTED else snapshot.snapshot_id

    def _price_words(self) -> list[str]:
        prices, (columns, name) = self.own.prices, _regressors(self.own)
        words = [f"--{prices.values}", WIDE[prices.values]] if prices else []
        # Written with = where a column could be taken for an option.
        return words + [
            word
            for column in columns
            for word in ((f"--{name}={column}",) if column.startswith("-") else (f"--{name}", column))
        ]

    def _served_lines(self) -> "_Lines":
        return _Lines(
            [
                "from eventwindow.export.own_study import read_own_events, served_job",
                *(FROM_STORE if self._data else (FROM_FOLDER,)),
            ],
            [
                snapshot_line(self._data),
                f'events = read_own_events(Path("{EVENTS}"), snapshot)',
                f'job = served_job(snapshot, events, events, Benchmark("{self.own.view.benchmark}"), spec)',
            ],
        )

    def _uploaded_lines(self) -> "_Lines":
        values: Values = self.own.prices.values if self.own.prices else "prices"
        return _Lines(
            [
                "from eventwindow.export.own_study import uploaded_job",
                "from eventwindow.sources.own import read_events, read_wide",
            ],
            [
                f'events = read_events(Path("{EVENTS}"))',
                f'table = read_wide(Path("{WIDE[values]}"))',
                f"regressors = {_regressors(self.own)}",
                f'job = uploaded_job(table, events, events, regressors, "{values}", spec)',
            ],
        )

    def _read_me(self) -> str:
        return "\n".join(
            [
                "A study of your own events, made by Event Window",
                "",
                _supplied(self.own),
                "",
                f"{EVENTS}: the events studied. Day 0 of each is in {RESULTS}/events.csv.",
                *([f"{WIDE[self.own.prices.values]}: your price table, every number as it was read."]
                  if self.own.prices else []),
                f"{RESULTS}: what the command below writes, byte for byte. Returns are decimals.",
                "Where a spreadsheet would take a text for a formula, an apostrophe stands before it.",
                "",
                "To make the results again, unpack these files into a copy of Event Window and run there:",
                "",
                self.command(),
                "",
                "or in Python:",
                "",
                self.python(),
                "",
            ]
        )  # fmt: skip


@dataclass(frozen=True)
class _Lines:
    """Python that makes the job: what it imports, and the lines."""

    imports: Sequence[str]
    lines: Sequence[str]


def events_csv(events: Sequence[OwnEvent]) -> bytes:
    """Own events as a table that can be uploaded again, no cell a formula; optional columns only where used."""
    table = pd.DataFrame([_cells(event) for event in events], columns=list(COLUMNS), dtype=object)
    used = [name for name in COLUMNS if (table[name] != "").any()]
    return BYTE_ORDER_MARK.encode("utf-8") + csv_bytes(table[used])


def wide_csv(table: WideTable) -> bytes:
    """A table of prices whose numbers read back bit by bit."""
    frame = pd.DataFrame(table.values, columns=list(table.symbols))
    frame.insert(0, "date", np.datetime_as_string(table.days, unit="D"))
    return csv_bytes(frame)


def _cells(event: OwnEvent) -> list[str]:
    return [
        event.event_id,
        event.symbol,
        event.day.isoformat(),
        event.title,
        event.announced.isoformat() if event.announced else "",
        event.group,
        "" if event.fine is None else repr(event.fine).removesuffix(".0"),
        event.currency,
        event.source,
    ]


def _job(events: StudyEvents, tables: Sequence[ReturnTable], spec: StudySpec, known: StudyEvents) -> StudyJob:
    """Every own event is about the symbol of its row."""
    return StudyJob(events, tables, spec, known, np.ones(len(known.event_ids), dtype=bool))


def _regressors(own: OwnStudy) -> tuple[list[str], str]:
    """Columns of own prices that explain the returns, and the option of the command that names them."""
    prices: OwnPrices | None = own.prices
    if prices is None:
        return [], "benchmark"
    if own.spec.model is Model.FACTORS:
        return list(prices.factors), "factors"
    return [prices.benchmark] if prices.benchmark else [], "benchmark"


def _supplied(own: OwnStudy) -> str:
    if own.prices is not None:
        return "Events and prices were supplied by the reader; Event Window vouches for neither."
    return (
        "Events were supplied by the reader; Event Window does not vouch for them. Prices are those of its data "
        f"version {own.snapshot.snapshot_id}; they are the data vendors' and not part of these files."
    )


def _pairs(own: OwnStudy, windows: Sequence[Window]) -> int:
    """How often one event of a symbol lies in a window of another, itself included."""
    study = own.study
    known, symbols = ~np.isnat(study.day0), np.array(study.symbols, dtype=np.str_)
    count = 0
    for symbol in np.unique(symbols[known]):
        zero = np.sort(study.evidence.zero[known & (symbols == symbol)])
        for window in windows:
            last = np.searchsorted(zero, zero + window.end, side="right")
            count += int((last - np.searchsorted(zero, zero + window.start)).sum())
    return count
