"""`python -m eventwindow bulk`: a study of millions of events, in parts, on one core or many machines."""

import argparse
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from tqdm import tqdm

from eventwindow.bulk import SERIES_PER_PART, Job, part_name, plan, run
from eventwindow.facts.errors import OptionError
from eventwindow.study.engine import StudySpec
from eventwindow.study.models import Model
from eventwindow.study.windows import Window

ENGINES = ("serial", "processes", "dask")
# How often Dask may try a part again whose worker was lost.
RETRIES = 5

HELP = """\
Study millions of events. PANEL.parquet has the column date and one column of decimal returns per series, blank where
there is none; EVENTS.parquet has the columns event_id, symbol and date. Without the column symbol, every event is
studied on every series. Day 0 is the first day of the panel on or after the date.

The output folder gets one Parquet file per part (some series with all their events: event_id, symbol, date,
n_estimation, alpha, beta_…, sigma, df and for every window n_days, car, se, t and status), job.json, and, last,
manifest.json with the SHA-256 of every file. The figures are those of `study`, to ten digits or better; p follows
from t and df. A run that was cut short goes on where it was with the same command, and gives the same files as one
that was not, whatever the engine.

Engines: serial (this process), processes (one for each core), dask (a cluster on this machine, or the one at
--scheduler; both files and the folder must then have the same path on every machine). Dask needs the extra:
pip install "event-window[bulk]".

Exit code 0, or 2 with one line on stderr for input that cannot be used or a part that could not be done."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the command on the command line."""
    parser = commands.add_parser(
        "bulk",
        help="study millions of events in parts",
        description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--returns", metavar="PANEL.parquet", type=Path, required=True, help="decimal returns, one column per series")
    add("--events", metavar="EVENTS.parquet", type=Path, required=True, help="event_id, symbol (or none), date")
    add("--out", metavar="DIR", type=Path, required=True, help="a new folder, or that of the same run cut short")
    models = [model.value for model in Model]
    add("--model", choices=models, default=Model.MARKET.value, help="expected-return model (default: market)")
    add("--benchmark", metavar="COLUMN", help="column of the panel to compare with")
    add("--factors", metavar="COL", nargs="+", help="columns of the panel for --model factors")
    add("--estimation", metavar=("FROM", "TO"), type=int, nargs=2, default=[-260, -11], help="default: -260 -11")
    add("--window", metavar=("FROM", "TO"), type=int, nargs=2, action="append", help="repeatable (default: 0 0)")
    add("--min-estimation", metavar="N", type=int, default=60, help="fewest returns a model is fitted on (default: 60)")
    add("--engine", choices=ENGINES, default="serial", help="what runs the parts (default: serial)")
    add("--workers", metavar="N", type=int, default=os.cpu_count() or 1, help="processes or Dask workers here")
    add("--scheduler", metavar="ADDRESS", help="an existing Dask cluster, such as tcp://10.0.0.1:8786")
    add(
        "--part-size", metavar="N", type=int, default=SERIES_PER_PART, help=f"series a part (default {SERIES_PER_PART})"
    )
    parser.set_defaults(run=run_bulk)


def run_bulk(options: argparse.Namespace) -> int:
    """Run the command. Raises EventWindowError for input that cannot be used and for parts that could not be done."""
    windows = tuple(Window(*pair) for pair in options.window or [(0, 0)])
    hull = Window(min(window.start for window in windows), max(window.end for window in windows))
    spec = StudySpec(
        model=Model(options.model),
        estimation=Window(*options.estimation),
        event_window=hull,
        windows=windows,
        minimum_estimation=options.min_estimation,
    )
    job = plan(
        options.returns.resolve(),
        options.events.resolve(),
        spec,
        benchmark=options.benchmark,
        factors=options.factors or (),
        series_per_part=options.part_size,
    )
    with _executor(options) as executor, _bar(job, options.out) as bar:
        try:
            manifest = run(job, options.out.resolve(), executor, progress=lambda _: bar.update())
        except OSError as error:
            raise OptionError(f"--out {options.out}: cannot write there ({error.strerror}).") from None
    print(f"{len(job.parts)} parts written to {options.out}; {manifest.name} lists them")
    return 0


@contextmanager
def _executor(options: argparse.Namespace) -> Iterator[Executor | None]:
    """What runs the parts; None for this process itself."""
    if options.scheduler and options.engine != "dask":
        raise OptionError("--scheduler: it belongs to --engine dask; give both, or leave it out.")
    if options.workers < 1:
        raise OptionError("--workers: at least 1.")
    if options.engine == "serial":
        yield None
    elif options.engine == "processes":
        with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as executor:
            yield executor
    else:
        with _dask(options) as executor:
            yield executor


@contextmanager
def _dask(options: argparse.Namespace) -> Iterator[Executor]:
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415 (an extra, and slow to load)
    except ImportError:
        raise OptionError('--engine dask: Dask is not installed; run pip install "event-window[bulk]".') from None
    if options.scheduler:
        try:
            client = Client(options.scheduler, timeout=20)
        except (OSError, ValueError):
            raise OptionError(f"--scheduler {options.scheduler}: no Dask scheduler answers there.") from None
        with client, client.get_executor(retries=RETRIES, pure=False) as executor:
            yield executor
        return
    cluster = LocalCluster(
        n_workers=options.workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    )
    with cluster, Client(cluster) as client, client.get_executor(retries=RETRIES, pure=False) as executor:
        yield executor


def _bar(job: Job, out: Path) -> "tqdm[None]":
    """How far the job is, on a terminal only."""
    there = sum((out / part_name(number)).is_file() for number in range(len(job.parts)))
    return tqdm(total=len(job.parts), desc=f"parts ({there} were there)" if there else "parts", disable=None)
