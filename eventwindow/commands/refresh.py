"""`python -m eventwindow refresh`: newer prices, taken only where they fit what we have."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tqdm import tqdm

from eventwindow.commands.tables import aligned
from eventwindow.facts.errors import OptionError, StoreError
from eventwindow.sources.refresh import Outcome, Refreshed, archive, collect, publish, starting_point
from eventwindow.sources.remote import ADDRESS, store_of_environment
from eventwindow.sources.served import Served
from eventwindow.sources.store import Store
from eventwindow.sources.yahoo import PAUSE_SECONDS, Yahoo

SOURCE = "Yahoo, through yfinance"
ALL_TAKEN, SOMETHING_FAILED = 0, 1

HELP = f"""\
Ask Yahoo for newer prices, one series after the other, at most one request a second, and publish what
passes the checks as a new snapshot of the store that {ADDRESS} names: a folder, or an address
like s3://bucket/path. A running dashboard with the same {ADDRESS} picks it up by itself.

A series is taken as a whole or refused as a whole. Days we have keep the prices we have: a download must
repeat them (or all of them divided by a split), and only adds sessions that have closed since. Refused are
prices that are missing, negative, not numbers or outside their day's range, jumps to more than three times
or under a third, days that were no session, days that have gone, a changed history, and adjusted closes that
are no prices or copies of the raw ones. Flat rows of half days are left out. After the first sign of a rate limit
nothing more is asked for. Exchange rates, the CSI 300 and KWEB are not refreshed: Yahoo does not have them as
they are used here.

A split that the source has not put into its prices yet looks like a fall: one of two for one is taken as
-50%, and when the source has mended it the history has changed and is refused. Then go back to the snapshot
from before with `snapshots --use ID` and refresh again.

The first refresh also puts the data that came with this version into the store, so that links to them
live on. On a terminal a bar on stderr shows how far it is.

Exit code 0 if every series asked for was taken, was up to date, or is not refreshed; 1 if any was refused
or could not be downloaded (what could be taken is published all the same); 2 with one line on stderr if
nothing could be done, for example because another refresh is running."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the command on the command line."""
    parser = commands.add_parser(
        "refresh",
        help="ask for newer prices and publish what passes the checks",
        description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--listing", metavar="SYMBOL", action="append", help="series, e.g. 9988.HK; repeatable (all)")
    parser.add_argument(
        "--since",
        metavar="DATE",
        type=_day,
        help="compare from this day on, e.g. 2023-01-01 (default: the last 400 days that we have)",
    )
    parser.set_defaults(run=run)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a date; write it like 2023-01-01") from None


def run(options: argparse.Namespace) -> int:
    """Refresh the store and print what became of every series. Raises EventWindowError if nothing could be done."""
    store = store_of_environment()
    if store is None:
        raise OptionError(f"{ADDRESS} is not set: name the folder for newer data, e.g. {ADDRESS}=./store.")
    with store.writing(), _private_folder() as cache:
        start = starting_point(store)
        symbols = _symbols(start, options.listing)
        refreshed = _collected(start, symbols, Yahoo(cache, pause=PAUSE_SECONDS), options.since)
        served = _published(store, start, refreshed)
    print(summary(refreshed.outcomes, served, is_new=refreshed.changed))
    return SOMETHING_FAILED if any(item.failed for item in refreshed.outcomes) else ALL_TAKEN


@contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder of its own for the caches of the price source, gone at the end of the block."""
    try:
        folder = TemporaryDirectory(ignore_cleanup_errors=True)
    except OSError as error:
        raise StoreError(
            f"no folder for temporary files can be written to ({error.strerror}); set TMPDIR to one."
        ) from None
    with folder as path:
        yield Path(path)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def summary(outcomes: Sequence[Outcome], identifier: str, *, is_new: bool) -> str:
    """What became of every series, as a table, and what is served now."""
    rows = [(item.symbol, item.status, f"{item.added:+d}" if item.added else "", item.last, item.detail)
            for item in outcomes]  # fmt: skip
    counts = Counter("failed" if item.failed else item.status for item in outcomes)
    told = ", ".join(f"{number} {status}" for status, number in counts.items())
    end = (
        f"data {identifier} is served from now on" if is_new else f"nothing new; data {identifier} is served as before"
    )
    return "\n".join([*aligned(("series", "outcome", "new", "last session", "why"), rows), "", f"{told}; {end}"])


def _symbols(start: Served, asked: Sequence[str] | None) -> list[str]:
    known = start.snapshot.prices.series
    for symbol in asked or ():
        if symbol not in known:
            raise OptionError(f"--listing {symbol!r}: no such series; choose from {', '.join(known)}.")
    return list(dict.fromkeys(asked or known))


def _collected(start: Served, symbols: Sequence[str], source: Yahoo, since: date | None) -> Refreshed:
    bar: Any = tqdm(total=len(symbols), disable=None, leave=False, bar_format="{desc} {n}/{total}|{bar}| {elapsed}")
    with closing(bar):

        def report(outcome: Outcome) -> None:
            bar.set_description_str(outcome.symbol, refresh=False)
            bar.update()

        return collect(start.snapshot, symbols, source.download, now(), since=since, report=report)


def _published(store: Store, start: Served, refreshed: Refreshed) -> str:
    """Identifier of what is served after the refresh."""
    archive(store)
    if not refreshed.changed:
        return start.snapshot.snapshot_id
    return publish(store, start, refreshed, SOURCE, now())
