"""The same study without a browser: `python -m eventwindow study`."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.case import return_tables, study_events
from eventwindow.facts.errors import DataError, EventWindowError, OptionError
from eventwindow.facts.events import Announcement, Clock
from eventwindow.facts.listings import Listing
from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.sources.own import OwnEvent, WideTable, own_returns, read_events, read_wide
from eventwindow.sources.snapshot import Snapshot, load_snapshot
from eventwindow.study.confounders import Confounder, confounded, find_confounders
from eventwindow.study.engine import HEADLINE_WINDOWS, StudyEvents, StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.placebo import PlaceboResult, placebo_test
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from eventwindow.view import Benchmark

UNUSABLE_INPUT = 2

STUDY_HELP = """\
Study announcements: which session was day 0 of each listing, what the share did around it, what the
model expected, and whether the difference was more than noise.

Without --events the committed announcements and prices are used (total returns; HSI for Hong Kong and
GSPC for US listings). A group of notices goes by the event_id of its first act.

With --events, your own: EVENTS.csv has the columns event_id,symbol,date (day 0 is the first row of the
price table on or after date; several rows may share an event_id or a symbol). The price table has the
column date and one column per symbol; a blank cell means missing. --prices takes prices, --returns
takes returns as they are.

Written to the output folder, returns as decimals at full precision:
  events.csv    one row per event, listing and window: model, abnormal return, standard error, t, p
  abnormal.csv  one row per event, listing and session of the event window
  tests.csv     one row per window and test across all events studied
  skipped.csv   every event and listing without a figure, and why
  confounders.csv  other announcements about the same company inside an event's windows

Exit code 0, or 2 with one line on stderr for input that cannot be used."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns 0, or 2 after one clear line on stderr for input that cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        job = _own_job(options) if options.events else _committed_job(options)
        result, placebo, confounders = _run(job, options)
        _write(result, placebo, confounders, options.out)
    except EventWindowError as problem:
        print(f"eventwindow: {problem}", file=sys.stderr)
        return UNUSABLE_INPUT
    print(f"{result.summary()}\nwritten to {options.out}")
    return 0


@dataclass(frozen=True)
class _Job:
    """A study that is ready to run.

    `known` are all events on file of the series studied, chosen or not, among which confounders are looked
    for; `concerned` marks those that are about the company of their series.
    """

    events: StudyEvents
    prices: Sequence[ReturnTable]
    spec: StudySpec
    known: StudyEvents
    concerned: NDArray[np.bool_]


def _run(
    job: _Job, options: argparse.Namespace
) -> tuple[StudyResult, tuple[PlaceboResult, ...], tuple[Confounder, ...]]:
    events = job.events
    background = run_study(events=job.known, prices=job.prices, spec=job.spec)
    chosen = set(events.event_ids)
    found = find_confounders(background, job.spec, job.concerned)
    confounders = tuple(item for item in found if item.event_id in chosen)
    if options.leave_out_confounded:
        left_out = confounded(events, confounders) & (events.reasons == Reason.OK)
        events = replace(events, reasons=np.where(left_out, Reason.CONFOUNDED, events.reasons))
    result = run_study(events=events, prices=job.prices, spec=job.spec)
    placebo: tuple[PlaceboResult, ...] = ()
    if options.placebo:
        placebo = placebo_test(
            events=events, prices=job.prices, spec=job.spec, draws=options.placebo, seed=options.seed
        )
    return result, placebo, confounders


def _spec(options: argparse.Namespace) -> StudySpec:
    return StudySpec(
        model=Model(options.model),
        estimation=Window(*options.estimation),
        event_window=Window(*options.event_window),
        windows=tuple(Window(*pair) for pair in options.window) if options.window else HEADLINE_WINDOWS,
        minimum_estimation=options.min_estimation,
        returns_kind=options.returns_kind,
    )


def _committed_job(options: argparse.Namespace) -> _Job:
    for name in ("prices", "returns", "factors"):
        if getattr(options, name):
            raise OptionError(f"--{name}: it belongs to --events; give your own events too, or leave it out.")
    if options.model == Model.FACTORS:
        raise OptionError(
            "--model factors: the committed data have no factors; give --events, --returns and --factors."
        )
    spec = _spec(options)
    benchmark = options.benchmark or Benchmark.BROAD
    if benchmark not in list(Benchmark):
        raise OptionError(f"--benchmark {benchmark!r}: for the committed data choose {' or '.join(Benchmark)}.")
    snapshot = load_snapshot()
    announcements = _announcements(snapshot, options.event)
    listings = _listings(snapshot, options.listing)
    clock, everything = Clock(options.clock), list(snapshot.announcements.values())
    return _Job(
        events=study_events(snapshot, announcements, listings, clock),
        prices=return_tables(snapshot, listings, Benchmark(benchmark), options.returns_kind),
        spec=spec,
        known=study_events(snapshot, everything, listings, clock),
        concerned=np.array([listing.issuer in item.issuers for item in everything for listing in listings]),
    )


def _own_job(options: argparse.Namespace) -> _Job:
    if bool(options.prices) == bool(options.returns):
        raise OptionError("--events: give either --prices or --returns with it.")
    spec = _spec(options)
    table = read_wide(options.prices or options.returns)
    regressors, option = _own_regressors(options)
    returns = own_returns(table, regressors, option, prices=bool(options.prices), kind=options.returns_kind)
    known = read_events(options.events)
    events = _own_events(_chosen(options, known, table), table)
    return _Job(events, (returns,), spec, _own_events(known, table), np.ones(len(known), dtype=bool))


def _own_regressors(options: argparse.Namespace) -> tuple[list[str], str]:
    if options.model == Model.FACTORS:
        if not options.factors:
            raise OptionError("--model factors: name the factor columns with --factors.")
        return list(options.factors), "--factors"
    if options.factors:
        raise OptionError(f"--factors: the {options.model} model uses none; choose --model factors.")
    if options.benchmark:
        return [options.benchmark], "--benchmark"
    if options.model == Model.MEAN_ADJUSTED:
        return [], "--benchmark"
    raise OptionError(f"--benchmark: the {options.model} model needs the column of its benchmark.")


def _chosen(options: argparse.Namespace, events: Sequence[OwnEvent], table: WideTable) -> list[OwnEvent]:
    """The events asked for; raises for a symbol without column and for a filter that meets nothing."""
    for event in events:
        if event.symbol not in table.symbols:
            raise DataError(
                f"{options.events.name}, row {event.row}, column symbol: {event.symbol!r} is no column of "
                f"{table.path.name}; correct it or add the column."
            )
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


def _own_events(events: Sequence[OwnEvent], table: WideTable) -> StudyEvents:
    days = np.array([event.day for event in events], dtype="datetime64[D]")
    return StudyEvents(
        event_ids=tuple(event.event_id for event in events),
        symbols=tuple(event.symbol for event in events),
        days=days,
        shift_sessions=(~np.isin(days, table.days)).astype(np.intp),
        reasons=np.full(len(events), Reason.OK, dtype=object),
    )


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
    result: StudyResult, placebo: Sequence[PlaceboResult], confounders: Sequence[Confounder], folder: Path
) -> None:
    tests = pd.concat([result.tests, _placebo_rows(result, placebo)]) if placebo else result.tests
    tables = {
        "events": result.events,
        "abnormal": result.abnormal,
        "tests": tests,
        "skipped": result.skipped,
        "confounders": pd.DataFrame(map(asdict, confounders), columns=[item.name for item in fields(Confounder)]),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
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
    parser = argparse.ArgumentParser(prog="eventwindow", description="How markets react to regulators.")
    commands = parser.add_subparsers(required=True, metavar="command")
    study = commands.add_parser(
        "study",
        help="study announcements and write the results as CSV",
        description=STUDY_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = study.add_argument
    add("--events", metavar="EVENTS.csv", type=Path, help="your own events: event_id,symbol,date")
    tables = study.add_mutually_exclusive_group()
    tables.add_argument("--prices", metavar="WIDE.csv", type=Path, help="prices of your own events' symbols")
    tables.add_argument("--returns", metavar="WIDE.csv", type=Path, help="returns instead of prices")
    add("--event", metavar="ID", action="append", help="event by event_id; repeatable (default: all)")
    add("--listing", metavar="SYMBOL", action="append", help="listing, e.g. 9988.HK; repeatable (default: all)")
    add(
        "--clock",
        choices=list(Clock),
        default=Clock.ANNOUNCED,
        help="which clock decides day 0: the official act (default) or the first press report, where one is known",
    )
    add("--model", choices=list(Model), default=Model.MARKET, help="expected-return model (default: market)")
    add(
        "--benchmark",
        metavar="COLUMN",
        help="column of your price table; for the committed data broad (HSI and GSPC, default) or tech"
        " (HSTECH and KWEB)",
    )
    add("--factors", metavar="COL", nargs="+", help="columns of your price table for --model factors")
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
    return parser
