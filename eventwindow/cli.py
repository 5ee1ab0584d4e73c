"""The same study without a browser: `python -m eventwindow study`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from eventwindow.case import return_tables, study_events
from eventwindow.facts.errors import EventWindowError, OptionError
from eventwindow.facts.events import Announcement, Clock
from eventwindow.facts.listings import Listing
from eventwindow.sources.snapshot import Snapshot, load_snapshot
from eventwindow.study.engine import HEADLINE_WINDOWS, StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from eventwindow.view import Benchmark

UNUSABLE_INPUT = 2

STUDY_HELP = """\
Study announcements of the committed data: which session was day 0 of each listing, what the share did
around it, what the model expected, and whether the difference was more than noise.

Written to the output folder, returns as decimals at full precision:
  events.csv    one row per announcement, listing and window: model, abnormal return, standard error, t, p
  abnormal.csv  one row per announcement, listing and session of the event window
  skipped.csv   every announcement and listing without a figure, and why

A group of notices goes by the event_id of its first act."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns 0, or 2 after one clear line on stderr for input that cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        result = _study(options)
        _write(result, options.out)
    except EventWindowError as problem:
        print(f"eventwindow: {problem}", file=sys.stderr)
        return UNUSABLE_INPUT
    print(f"{result!r}\nwritten to {options.out}")
    return 0


def _study(options: argparse.Namespace) -> StudyResult:
    snapshot = load_snapshot()
    announcements = _announcements(snapshot, options.event)
    listings = _listings(snapshot, options.listing)
    windows = tuple(Window(*pair) for pair in options.window) if options.window else HEADLINE_WINDOWS
    spec = StudySpec(
        model=Model(options.model),
        estimation=Window(*options.estimation),
        event_window=Window(*options.event_window),
        windows=windows,
        minimum_estimation=options.min_estimation,
        returns_kind=options.returns_kind,
    )
    return run_study(
        events=study_events(snapshot, announcements, listings, Clock(options.clock)),
        prices=return_tables(snapshot, listings, Benchmark(options.benchmark), options.returns_kind),
        spec=spec,
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


def _write(result: StudyResult, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        result.events.to_csv(folder / "events.csv", index=False, lineterminator="\n")
        result.daily.to_csv(folder / "abnormal.csv", index=False, lineterminator="\n")
        result.skipped.to_csv(folder / "skipped.csv", index=False, lineterminator="\n")
    except OSError as error:
        raise OptionError(f"--out {folder}: cannot write there ({error.strerror}); choose another folder.") from None


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
    add("--event", metavar="ID", action="append", help="announcement by event_id; repeatable (default: all)")
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
        choices=list(Benchmark),
        default=Benchmark.BROAD,
        help="index of the market: HSI and GSPC (broad, default) or HSTECH and KWEB (tech)",
    )
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
    add("--out", metavar="DIR", type=Path, required=True, help="folder for the CSV files")
    return parser
