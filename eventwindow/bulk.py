"""Studies of millions of events: the engine over partitions, one file each, on whatever runs them.

A partition is some series of the panel with all their events. It is worked through by one task that reads what it
needs and writes one file under its final name only when it is complete, so a run that was cut short is continued by
the same command. Tasks know nothing of each other: any `concurrent.futures.Executor` will do.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from eventwindow.facts.errors import BulkError, DataError, OptionError
from eventwindow.facts.prices import ReturnTable
from eventwindow.study.engine import StudySpec
from eventwindow.study.frames import regressor_columns
from eventwindow.study.running import CODES, Figures, study_grid, study_pairs

JOB, MANIFEST = "job.json", "manifest.json"
UNFINISHED = ".tmp"
LAYOUT = 1
SERIES_PER_PART = 250


@dataclass(frozen=True)
class Job:
    """What decides every figure: two files, the columns used, and the settings.

    `returns` is a panel with the column `date` and one column of decimal returns per series; `events` has the
    columns event_id, symbol and date, or event_id and date alone for every series of the panel. `digests` are
    SHA-256 sums of both files.
    """

    returns: Path
    events: Path
    regressors: tuple[str, ...]
    spec: StudySpec
    parts: tuple[tuple[str, ...], ...]
    digests: tuple[str, str]

    @property
    def told(self) -> dict[str, Any]:
        """The job in plain values, as files of the output say it."""
        settings = {name: value for name, value in asdict(self.spec).items() if name != "event_window"}
        return {
            "layout": LAYOUT,
            "returns": {"file": self.returns.name, "sha256": self.digests[0]},
            "events": {"file": self.events.name, "sha256": self.digests[1]},
            "regressors": list(self.regressors),
            "settings": settings,
            "parts": [[part[0], part[-1], len(part)] for part in self.parts],
        }

    @property
    def identifier(self) -> str:
        """The same for the same files and settings, wherever and however it runs."""
        return hashlib.sha256(json.dumps(self.told, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Done:
    """One finished file: its name, number of events, SHA-256, and how many windows have which status."""

    file: str
    events: int
    sha256: str
    status: Mapping[str, int]


def plan(
    returns: Path,
    events: Path,
    spec: StudySpec,
    *,
    benchmark: str | None = None,
    factors: Sequence[str] = (),
    series_per_part: int = SERIES_PER_PART,
) -> Job:
    """Look at both files and divide the work. Raises DataError or OptionError for what cannot be used."""
    regressors, option = regressor_columns(spec.model, benchmark, factors, dashes="--")
    if series_per_part < 1:
        raise OptionError("--part-size: at least 1 series in a part.")
    columns = _columns(returns)
    for name in regressors:
        if name not in columns:
            raise DataError(f"{returns.name}: no column {name!r} for {option}; it has {', '.join(columns[:10])} …")
    if "date" not in columns:
        raise DataError(f"{returns.name}: the column date is missing; name the column of the days date.")
    _check_days(returns)
    studied = _series(events, [name for name in columns if name != "date"], regressors, returns)
    parts = [tuple(studied[start : start + series_per_part]) for start in range(0, len(studied), series_per_part)]
    return Job(returns, events, tuple(regressors), spec, tuple(parts), (_digest(returns), _digest(events)))


def run(job: Job, out: Path, executor: Executor | None = None, progress: Callable[[int], object] | None = None) -> Path:
    """Do what is left of a job, on an executor or here; gives the manifest, which is written last.

    `progress` is called with the number of events of each part when it is there. Raises OptionError for a folder
    that holds another job, and BulkError where workers were lost: what is done stays, and the same call goes on.
    """
    out.mkdir(parents=True, exist_ok=True)
    _claim(job, out)
    tasks = list(range(len(job.parts)))
    done: dict[int, Done] = {}
    for number, item in _finished(job, out, tasks, executor):
        done[number] = item
        if progress:
            progress(item.events)
    told = {**job.told, "job": job.identifier, "files": [asdict(done[number]) for number in tasks]}
    told["events_studied"] = sum(item.events for item in done.values())
    told["status"] = dict(sum((Counter(item.status) for item in done.values()), Counter()))
    _write(out / MANIFEST, f"{json.dumps(told, indent=1, default=str)}\n".encode())
    return out / MANIFEST


def _finished(job: Job, out: Path, tasks: Sequence[int], executor: Executor | None) -> Iterator[tuple[int, Done]]:
    if executor is None:
        yield from ((number, study_part(job, number, out)) for number in tasks)
        return
    futures = {executor.submit(study_part, job, number, out): number for number in tasks}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenExecutor:
        there = sum((out / part_name(number)).is_file() for number in tasks)
        raise BulkError(
            f"a worker was killed: {there} of {len(tasks)} parts are done; run the same command again for the rest."
        ) from None


def study_part(job: Job, number: int, out: Path) -> Done:
    """One partition, unless its file is there already."""
    target = out / part_name(number)
    if not target.is_file():
        table = _studied(job, job.parts[number])
        unfinished = target.with_name(f"{target.name}.{os.getpid()}{UNFINISHED}")
        pq.write_table(table, unfinished, compression="lz4", use_dictionary=_texts(table))
        unfinished.replace(target)
    counted: Counter[str] = Counter()
    names = [name for name in pq.read_schema(target).names if name.startswith("status")]
    written = pq.read_table(target, columns=names)
    for name in names:
        counts = pc.value_counts(written[name])
        counted.update({item["values"]: item["counts"] for item in counts.to_pylist()})
    return Done(target.name, written.num_rows, _digest(target), dict(sorted(counted.items())))


def part_name(number: int) -> str:
    """Name of the file of one partition."""
    return f"part-{number:05d}.parquet"


def _studied(job: Job, symbols: Sequence[str]) -> pa.Table:
    """Figures of all events on some series, one row each."""
    table = _table(job, symbols)
    columns = set(_columns(job.events))
    if "symbol" in columns:
        filters = pc.field("symbol").isin(pa.array(symbols))
        events = pq.read_table(job.events, columns=["event_id", "symbol", "date"], filters=filters)
        places = pc.index_in(events["symbol"], pa.array(symbols)).to_numpy()
        found = study_pairs(_days(events["date"], job.events), places.astype(np.intp), table, job.spec)
        ids = events["event_id"].combine_chunks().cast(pa.string())
        days = events["date"]
    else:
        events = pq.read_table(job.events, columns=["event_id", "date"])
        dates, width = _days(events["date"], job.events), len(symbols)
        found = study_grid(dates, table, job.spec)
        rows = np.repeat(np.arange(len(dates), dtype=np.int32), width)
        places = np.tile(np.arange(width, dtype=np.int32), len(dates))
        ids = pa.DictionaryArray.from_arrays(rows, events["event_id"].combine_chunks().cast(pa.string()))
        days = pc.take(events["date"], pa.array(rows))
    return _figures(job, found, ids, pa.DictionaryArray.from_arrays(places.astype(np.int32), list(symbols)), days)


def _figures(job: Job, found: Figures, ids: pa.Array, symbols: pa.Array, days: Any) -> pa.Table:
    columns: dict[str, Any] = {"event_id": ids, "symbol": symbols, "date": days.cast(pa.date32())}
    columns |= {"n_estimation": found.n_estimation, "alpha": found.alpha}
    columns |= {f"beta_{name}": found.slopes[:, k] for k, name in enumerate(job.regressors[: found.slopes.shape[1]])}
    columns |= {"sigma": found.sigma, "df": found.df}
    for j, window in enumerate(job.spec.windows):
        name = f"{window.start}_{window.end}"
        columns |= {f"{what}_{name}": getattr(found, what)[:, j] for what in ("n_days", "car", "se", "t")}
        columns[f"status_{name}"] = pa.DictionaryArray.from_arrays(found.status[:, j], [str(code) for code in CODES])
    return pa.table(columns).replace_schema_metadata({"job": job.identifier})


def _table(job: Job, symbols: Sequence[str]) -> ReturnTable:
    """Returns of some series, days ascending."""
    names = list(dict.fromkeys(["date", *job.regressors, *symbols]))
    read = pq.read_table(job.returns, columns=names)
    days = _days(read["date"], job.returns)
    order = np.argsort(days, kind="stable")
    series, regressors = (
        np.stack([_numbers(read[name], job.returns, name)[order] for name in wanted], axis=1)
        if wanted
        else np.empty((len(order), 0))
        for wanted in (symbols, job.regressors)
    )
    count = len(symbols)
    return ReturnTable(
        days=days[order],
        symbols=tuple(symbols),
        returns=series,
        regressors=regressors,
        regressor_names=job.regressors,
        first=np.zeros(count, dtype=np.intp),
        last=np.full(count, len(order) - 1, dtype=np.intp),
    )


def _numbers(column: pa.ChunkedArray, path: Path, name: str) -> Any:
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_null(column.type)):
        raise DataError(f"{path.name}, column {name}: holds {column.type}, not numbers; store returns as doubles.")
    return column.cast(pa.float64()).to_numpy()


def _days(column: pa.ChunkedArray, path: Path) -> Any:
    """Dates of a column; raises DataError for another type and for a missing one."""
    try:
        days = column.cast(pa.date32())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise DataError(f"{path.name}, column date: {column.type} is no date; store days without hours.") from None
    if days.null_count:
        place = pc.index(pc.is_null(days), True).as_py()
        raise DataError(f"{path.name}, row {place}, column date: is empty; every row needs a date (rows from 0).")
    return days.to_numpy().astype("datetime64[D]")


def _check_days(returns: Path) -> None:
    days = np.sort(_days(pq.read_table(returns, columns=["date"])["date"], returns))
    twice = np.flatnonzero(days[1:] == days[:-1])
    if not len(days):
        raise DataError(f"{returns.name}: no rows in it; give at least one day.")
    if len(twice):
        raise DataError(f"{returns.name}, column date: {days[twice[0]]} comes twice; keep one of the rows.")


def _series(events: Path, series: Sequence[str], regressors: Sequence[str], returns: Path) -> list[str]:
    """Series with an event, in the order of the panel; all but the regressors where events name none."""
    columns = _columns(events)
    for name in ("event_id", "date"):
        if name not in columns:
            raise DataError(f"{events.name}: the column {name} is missing; it needs event_id, symbol (or none), date.")
    _days(pq.read_table(events, columns=["date"])["date"], events)
    if "symbol" not in columns:
        return [name for name in series if name not in regressors]
    named = set(pc.unique(pq.read_table(events, columns=["symbol"])["symbol"]).to_pylist())
    unknown = sorted(map(str, named - set(series)))
    if unknown:
        raise DataError(
            f"{events.name}, column symbol: {len(unknown)} symbols have no column in {returns.name}, such as "
            f"{unknown[0]!r}; correct them or add the columns."
        )
    if not named:
        raise DataError(f"{events.name}: no events in it; give at least one row.")
    return [name for name in series if name in named]


def _columns(path: Path) -> list[str]:
    try:
        names: list[str] = pq.read_schema(path).names
    except FileNotFoundError:
        raise DataError(f"{path.name}: there is no such file; check the path.") from None
    except (pa.ArrowInvalid, OSError):
        raise DataError(f"{path.name}: not a Parquet file; store the table as Parquet.") from None
    return names


def _claim(job: Job, out: Path) -> None:
    """Make a folder this job's: raises OptionError if it is another's, and clears what was cut short."""
    said = out / JOB
    told = {**job.told, "job": job.identifier}
    if said.is_file():
        if json.loads(said.read_bytes()).get("job") != job.identifier:
            raise OptionError(f"--out {out}: holds a study of other files or settings; choose another folder.")
    elif any(out.iterdir()):
        raise OptionError(f"--out {out}: is not empty; choose a new folder.")
    for left in out.glob(f"*{UNFINISHED}"):
        left.unlink()
    _write(said, f"{json.dumps(told, indent=1, default=str)}\n".encode())


def _texts(table: pa.Table) -> list[str]:
    return [item.name for item in table.schema if not pa.types.is_floating(item.type)]


def _write(target: Path, content: bytes) -> None:
    unfinished = target.with_name(f"{target.name}{UNFINISHED}")
    unfinished.write_bytes(content)
    unfinished.replace(target)


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
