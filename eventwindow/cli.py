"""The same study without a browser: `python -m eventwindow study`."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pandas as pd
from tqdm import tqdm

from eventwindow.commands import bulk, check, refresh, snapshots
from eventwindow.export.bundle import StudyJob, committed_job, confounders_of, study_tables, without_confounded
from eventwindow.export.own_study import read_own_events, served_job, uploaded_job
from eventwindow.export.sheets import write_csv
from eventwindow.facts.errors import DataError, EventWindowError, OptionError
from eventwindow.facts.events import Announcement, Clock
from eventwindow.facts.listings import Listing
from eventwindow.facts.own import OwnEvent
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.sources.own import read_events, read_wide
from eventwindow.sources.remote import store_of_environment
from eventwindow.sources.served import load
from eventwindow.sources.snapshot import Snapshot, load_snapshot
from eventwindow.study.confounders import Confounder
from eventwindow.study.engine import HEADLINE_WINDOWS, StudyEvents, StudySpec, run_study
from eventwindow.study.frames import EventRow, Values, regressor_columns
from eventwindow.study.models import Model
from eventwindow.study.placebo import PlaceboResult, placebo_test
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from eventwindow.view import Benchmark

UNUSABLE_INPUT = 2
# Codes that the study gives in place of a figure.
STATUSES = (
    Reason.UNKNOWN_SYMBOL,
    Reason.NOT_LISTED_YET,
    Reason.NO_LONGER_LISTED,
    Reason.OUTSIDE_PRICES,
    Reason.OUTSIDE_CALENDAR,
    Reason.WINDOW_PAST_DATA,
    Reason.NO_RETURN_IN_WINDOW,
    Reason.TOO_FEW_ESTIMATION_RETURNS,
    Reason.NO_VARIANCE,
    Reason.BENCHMARK_WITHOUT_VARIANCE,
    Reason.CLONE_OF_BENCHMARK,
    Reason.FACTORS_COLLINEAR,
    Reason.CONFOUNDED,
    Reason.REPEATED_EVENT,
    Reason.TOO_FEW_EVENTS,
    Reason.NO_SPREAD,
    Reason.NOT_ONE_DATE,
    Reason.NEGATIVE_CORRELATION,
    Reason.NO_PLACEBO_SESSION,
)
# Seconds after which a run is long enough to say how far it is.
PATIENCE = 2.0

HELP = """\
Event studies of how share prices react to regulators, on the command line. `study` is all you need for
figures; the other commands keep the data.

The store is a folder (or an address of object storage) that the environment variable EVENTWINDOW_STORE
names; study and the dashboard work without one. The dashboard itself: streamlit run app.py.
`COMMAND --help` explains each command with its options and exit codes."""

STUDY_HELP = """\
Study announcements: which session was day 0 of each listing, what the share did around it, what the
model expected, and whether the difference was more than noise.

Without --events the committed announcements and prices are used (total returns; HSI for Hong Kong and
GSPC for US listings). A group of notices goes by the event_id of its first act.

With --events, your own: EVENTS.csv has the columns event_id,symbol,date, and may have title, announced_at,
group, fine, currency and source. Several rows may share an event_id or a symbol.

  Without --prices or --returns, on the prices of the data: symbols are listings such as 9988.HK, --benchmark
  is broad or tech. Day 0 is the first session of the listing's market on or after date; announced_at, a time
  with its offset such as 2023-07-07T20:10:00+08:00, decides it by the hours of that market where it is given.
  --clock changes nothing. Every fault of the table is reported, one a line.

  With one of them, on your own: the price table has the column date and one column per symbol; a blank cell
  means missing. --prices takes prices, --returns takes returns as they are. Day 0 is the first row of the
  price table on or after date, whatever announced_at says; a row that repeats an earlier one is skipped.

Written to the output folder, returns as decimals at full precision:
  events.csv       one row per event, listing and window
  abnormal.csv     one row per event, listing and session of the event window
  tests.csv        one row per window and test across all events with a figure there
  skipped.csv      every event and listing without a figure in any window, and why in the first one
  confounders.csv  other announcements about the same company inside an event's windows

Columns, where the name does not say it all:
  day0, shift_sessions       the session that could react first, and how far it lies after the date given
  n_estimation               returns that the model was fitted on
  alpha, beta, sigma         the model: intercept, slope on the benchmark, standard deviation of its residuals
  n_days, car, se            sessions of the window with a return, their summed abnormal return, its standard error
  t, df, p                   car / se, its degrees of freedom, two-sided p
  bhar                       buy-and-hold abnormal return, always of simple returns
  day, actual, expected, abnormal   session counted from day 0, its return, the model's, and the difference
  test, n, statistic, distribution  the test, how many it counts, its figure, and where its p comes from
  other_event_id, offset, inside    the other announcement, sessions from day0 to its own, and in which window
  status, reason             ok, perhaps with a remark, or a code for why there is no figure, in words in reason:
{statuses}

Example: the fine on Ant Group as its two listings took it, and how unusual that was among ordinary days:
  python -m eventwindow study --event ant-group-fine-2023-07 --listing 9988.HK --listing BABA \\
    --window 0 1 --placebo 999 --out results

On a terminal, a run of some seconds shows on stderr how far it is.
Exit code 0, or 2 with what is wrong on stderr for input that cannot be used."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code, or 2 after clear lines on stderr for input that cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except EventWindowError as problem:
        # A table may have several faults, each on a line of its own.
        print("\n".join(f"eventwindow: {line}" for line in str(problem).split("\n")), file=sys.stderr)
        return UNUSABLE_INPUT
    return code


def _run_study(options: argparse.Namespace) -> int:
    for name, least in (("placebo", 0), ("seed", 0), ("min_estimation", 1)):
        if getattr(options, name) < least:
            raise OptionError(f"--{name.replace('_', '-')} {getattr(options, name)}: give {least} or more.")
    with closing(_Progress(placebo=bool(options.placebo))) as progress:
        result, placebo = _study(options, progress)
    print(f"{result.summary(placebo=placebo)}\nwritten to {options.out}")
    return 0


class _Progress:
    """How far a long run has come: a bar on stderr, on a terminal only, once PATIENCE seconds have passed."""

    def __init__(self, *, placebo: bool) -> None:
        # Every update is drawn, since the next may be long in coming.
        self._bar = tqdm(
            total=10 + placebo,
            delay=PATIENCE,
            mininterval=0,
            miniters=0,
            disable=None,
            leave=False,
            bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}",
        )
        self._begun = 0

    def begin(self, step: str) -> None:
        """Name the step that begins; those before it are done."""
        self._bar.set_description_str(step, refresh=False)
        self._bar.update(self._begun - self._bar.n)
        self._begun += 1

    def advance(self, share: float) -> None:
        """Add what has been done of this step, as a share of the whole step."""
        self._bar.update(share)

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()


def _study(options: argparse.Namespace, progress: _Progress) -> tuple[StudyResult, tuple[PlaceboResult, ...]]:
    """Read, study and write what the options ask for."""
    progress.begin("reading")
    if not options.events:
        job = _committed_job(options)
    else:
        job = _uploaded_job(options) if options.prices or options.returns else _served_job(options)
    result, placebo, confounders = _run(job, options, progress)
    _write(result, placebo, confounders, options.out, progress)
    return result, placebo


def _run(
    job: StudyJob, options: argparse.Namespace, progress: _Progress
) -> tuple[StudyResult, tuple[PlaceboResult, ...], tuple[Confounder, ...]]:
    def studied(events: StudyEvents) -> StudyResult:
        return run_study(
            events=events,
            prices=job.prices,
            spec=job.spec,
            progress=lambda count: progress.advance(count / max(len(events.event_ids), 1)),
        )

    events = job.events
    progress.begin("studying all events on file")
    background = studied(job.known)
    progress.begin("looking for confounders")
    confounders = confounders_of(job, background)
    if options.leave_out_confounded:
        events = without_confounded(events, confounders)
    progress.begin("studying events")
    result = studied(events)
    placebo: tuple[PlaceboResult, ...] = ()
    if options.placebo:
        progress.begin("trying placebo dates")
        placebo = placebo_test(
            events=events,
            prices=job.prices,
            spec=job.spec,
            known=job.known,
            draws=options.placebo,
            seed=options.seed,
        )
    return result, placebo, confounders


def _spec(options: argparse.Namespace) -> StudySpec:
    return StudySpec(
        model=Model(options.model),
        estimation=_window(options.estimation, "estimation"),
        event_window=_window(options.event_window, "event-window"),
        windows=tuple(_window(pair, "window") for pair in options.window) if options.window else HEADLINE_WINDOWS,
        minimum_estimation=options.min_estimation,
        returns_kind=options.returns_kind,
    )


def _window(pair: Sequence[int], option: str) -> Window:
    """The window that an option gave; raises OptionError naming the option."""
    try:
        return Window(*pair)
    except OptionError as problem:
        raise OptionError(f"--{option}: {problem}") from None


def _committed_job(options: argparse.Namespace) -> StudyJob:
    for name in ("prices", "returns", "factors"):
        if getattr(options, name):
            raise OptionError(f"--{name}: it belongs to --events; give your own events too, or leave it out.")
    spec, benchmark = _served_settings(options)
    snapshot = _snapshot(options)
    announcements = _announcements(snapshot, options.event)
    listings = _listings(snapshot, options.listing)
    return committed_job(snapshot, announcements, listings, Clock(options.clock), benchmark, spec)


def _served_job(options: argparse.Namespace) -> StudyJob:
    """Own events on the prices of the data."""
    if options.factors:
        raise OptionError(
            "--factors: they are columns of --prices or --returns; give one of these too, or leave it out."
        )
    spec, benchmark = _served_settings(options)
    snapshot = _snapshot(options)
    known = read_own_events(options.events, snapshot)
    return served_job(snapshot, _asked(options, known), known, benchmark, spec)


def _uploaded_job(options: argparse.Namespace) -> StudyJob:
    """Own events on own prices or returns."""
    spec = _spec(options)
    table = read_wide(options.prices or options.returns)
    regressors = regressor_columns(spec.model, options.benchmark, options.factors or (), dashes="--")
    values: Values = "prices" if options.prices else "returns"
    known = read_events(options.events)
    symbols = set(table.symbols)
    for event in known:
        if event.symbol not in symbols:
            raise DataError(
                f"{options.events.name}, row {event.row}, column symbol: {event.symbol!r} is no column of "
                f"{table.path.name}; correct it or add the column."
            )
    return uploaded_job(table, _asked(options, known), known, regressors, values, spec)


def _served_settings(options: argparse.Namespace) -> tuple[StudySpec, Benchmark]:
    """Settings of a study on the prices of the data."""
    if options.model == Model.FACTORS:
        raise OptionError(
            "--model factors: the committed data have no factors; give --events, --returns and --factors."
        )
    benchmark = options.benchmark or Benchmark.BROAD
    if benchmark not in list(Benchmark):
        raise OptionError(f"--benchmark {benchmark!r}: for the committed data choose {' or '.join(Benchmark)}.")
    return _spec(options), Benchmark(benchmark)


def _snapshot(options: argparse.Namespace) -> Snapshot:
    return load(store_of_environment(), options.data).snapshot if options.data else load_snapshot()


OneOfOwn = TypeVar("OneOfOwn", EventRow, OwnEvent)


def _asked(options: argparse.Namespace, events: Sequence[OneOfOwn]) -> list[OneOfOwn]:
    """The own events asked for; raises OptionError for a filter that meets nothing."""
    for name, asked, known in (
        ("event", options.event, {event.event_id for event in events}),
        ("listing", options.listing, {event.symbol for event in events}),
    ):
        for wanted in asked or ():
            if wanted not in known:
                raise OptionError(f"--{name} {wanted!r}: {options.events.name} has no such {name}.")
    return [
        event
        for event in events
        if (not options.event or event.event_id in options.event)
        and (not options.listing or event.symbol in options.listing)
    ]


def _announcements(snapshot: Snapshot, chosen: Sequence[str] | None) -> list[Announcement]:
    if not chosen:
        return list(snapshot.announcements.values())
    for event_id in chosen:
        if event_id not in snapshot.announcement_of:
            raise OptionError(f"--event {event_id!r}: no such announcement; data/events.csv lists them.")
    keys = dict.fromkeys(snapshot.announcement_of[event_id] for event_id in chosen)
    return [snapshot.announcements[key] for key in keys]


def _listings(snapshot: Snapshot, chosen: Sequence[str] | None) -> list[Listing]:
    priced = {symbol: item for symbol, item in snapshot.listings.items() if item.has_prices}
    for symbol in chosen or ():
        if symbol not in priced:
            raise OptionError(f"--listing {symbol!r}: no prices of it; choose from {', '.join(priced)}.")
    return [priced[symbol] for symbol in dict.fromkeys(chosen or priced)]


def _write(
    result: StudyResult,
    placebo: Sequence[PlaceboResult],
    confounders: Sequence[Confounder],
    folder: Path,
    progress: _Progress,
) -> None:
    progress.begin("testing across events")
    tests = pd.concat([result.tests, _placebo_rows(result, placebo)]) if placebo else result.tests
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in study_tables(result, confounders, tests).items():
            progress.begin(f"writing {name}.csv")
            write_csv(table, folder / f"{name}.csv")
    except OSError as error:
        raise OptionError(f"--out {folder}: cannot write there ({error.strerror}); choose another folder.") from None


def _placebo_rows(result: StudyResult, placebo: Sequence[PlaceboResult]) -> pd.DataFrame:
    """Placebo tests in the columns of tests.csv."""
    shown = result.status == Reason.OK
    rows = [
        {
            "model": str(result.model),
            "window_start": item.window.start,
            "window_end": item.window.end,
            "test": "placebo",
            "n": int(shown[:, number].sum()),
            "statistic": item.statistic,
            "df": None,
            "distribution": "placebo",
            "p": item.p,
            "status": str(item.reason),
            "reason": SENTENCES[item.reason] or f"{len(item.placebo)} placebo dates: {item.rule}",
        }
        for number, item in enumerate(placebo)
    ]
    return pd.DataFrame(rows, columns=result.tests.columns).astype({"df": "Int64"})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="eventwindow", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    study = commands.add_parser(
        "study",
        help="study announcements and write the results as CSV",
        description=STUDY_HELP.format(statuses="\n".join(f"    {item:27} {SENTENCES[item]}" for item in STATUSES)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = study.add_argument
    add("--events", metavar="EVENTS.csv", type=Path, help="your own events: event_id,symbol,date and more")
    tables = study.add_mutually_exclusive_group()
    tables.add_argument("--prices", metavar="WIDE.csv", type=Path, help="prices of your own events' symbols")
    tables.add_argument("--returns", metavar="WIDE.csv", type=Path, help="returns instead of prices")
    add(
        "--data",
        metavar="ID",
        help="snapshot of the data, as a link names it (default: the committed data; others need EVENTWINDOW_STORE)",
    )
    add("--event", metavar="ID", action="append", help="event by event_id; repeatable (default: all)")
    add("--listing", metavar="SYMBOL", action="append", help="listing, e.g. 9988.HK; repeatable (default: all)")
    add(
        "--clock",
        choices=[clock.value for clock in Clock],
        default=Clock.ANNOUNCED.value,
        help="which clock decides day 0: the official act (default) or the first press report, where one is known",
    )
    add(
        "--model",
        choices=[model.value for model in Model],
        default=Model.MARKET.value,
        help="expected-return model (default: market)",
    )
    add(
        "--benchmark",
        metavar="COLUMN",
        help="column of your price table; on the prices of the data broad (HSI and GSPC, default) or tech"
        " (HSTECH and KWEB)",
    )
    add("--factors", metavar="COL", nargs="+", action="extend", help="columns of your price table for --model factors")
    add("--returns-kind", choices=["simple", "log"], default="simple", help="kind of total returns (default: simple)")
    add(
        "--estimation",
        metavar=("FROM", "TO"),
        default=[-260, -11],
        type=int,
        nargs=2,
        help="sessions the model is fitted on (default: -260 -11)",
    )
    add(
        "--event-window",
        metavar=("FROM", "TO"),
        default=[-10, 10],
        type=int,
        nargs=2,
        help="sessions written to abnormal.csv (default: -10 10)",
    )
    add(
        "--window",
        metavar=("FROM", "TO"),
        action="append",
        type=int,
        nargs=2,
        help="window to cumulate over; repeatable (default: 0 0, 0 1 and -1 1)",
    )
    add(
        "--min-estimation",
        metavar="N",
        type=int,
        default=60,
        help="fewest returns a model is fitted on, besides half of the window (default: 60)",
    )
    add(
        "--placebo",
        metavar="N",
        type=int,
        default=0,
        help="also test against placebo dates: every eligible session"
        " where all events share a day 0, else N seeded draws",
    )
    add("--seed", metavar="S", type=int, default=0, help="seed of the draws (default: 0)")
    add(
        "--leave-out-confounded",
        action="store_true",
        help="leave out events with another announcement about the same"
        " company inside their event window; skipped.csv lists them",
    )
    add("--out", metavar="DIR", type=Path, required=True, help="folder for the CSV files")
    study.set_defaults(run=_run_study)
    for command in (refresh, check, snapshots, bulk):
        command.add_to(commands)
    return parser
