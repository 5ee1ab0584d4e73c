"""`python -m eventwindow check`: is everything that is served, or could be, as it was written and sound."""

import argparse
from collections.abc import Iterator

from eventwindow.facts.errors import EventWindowError
from eventwindow.quality.report import check_data
from eventwindow.sources.remote import ADDRESS, store_of_environment
from eventwindow.sources.served import Served, committed, served
from eventwindow.sources.store import Store
from eventwindow.words_data import checks_finding, outcome

SOUND, FAULTY = 0, 1

HELP = f"""\
Check the data that came with this version, and, where {ADDRESS} names a store, the store: that its pointer
names a snapshot, that every snapshot is as it was written, and that the tables being served keep every rule
(cells, references between tables, sessions, gaps, ranges, jumps, distributions, corrections).

Every fault is one line that says where, what, and what to do. Exit code 0 if there is none, else 1."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the command on the command line."""
    parser = commands.add_parser(
        "check",
        help="verify the data and the store, and say in words what is wrong",
        description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Print what was looked at and every fault. Raises nothing: what cannot be read is a fault."""
    faults = 0
    for is_fault, line in _report():
        faults += is_fault
        print(line)
    print(f"{faults} fault{'s' * (faults != 1)}" if faults else "no fault")
    return FAULTY if faults else SOUND


def _report() -> Iterator[tuple[bool, str]]:
    """Lines, each with whether it is a fault."""
    try:
        start = committed()
        yield from _tables("the data that came with this version", start)
        store = store_of_environment()
        if store is None:
            yield False, f"no store to check: {ADDRESS} is not set"
            return
        yield from _store(store)
        shown = served(store)
        for note in shown.notes:
            yield True, f"  {note}"
        if shown.snapshot.snapshot_id != start.snapshot.snapshot_id:
            yield from _tables("the snapshot being served", shown)
    except EventWindowError as problem:
        yield True, f"  {problem}"


def _store(store: Store) -> Iterator[tuple[bool, str]]:
    identifiers = sorted(store.identifiers())
    yield False, f"the store: {len(identifiers)} snapshot{'s' * (len(identifiers) != 1)}"
    for identifier in identifiers:
        for fault in store.original_faults(identifier):
            yield True, f"  {fault}"


def _tables(title: str, data: Served) -> Iterator[tuple[bool, str]]:
    checks = check_data(data.snapshot, data.folder, data.manifest.basis if data.manifest else {})
    yield False, f"{title}, data {data.snapshot.snapshot_id}: {checks_finding(checks)}"
    for check in checks:
        for item in check.faults:
            day = f" {item.day}" if item.day else ""
            yield True, f"  {check.name}, {item.where}{day}: {item.what}"
        if not check.passed and not check.faults:
            yield True, f"  {check.name}: {outcome(check)}"
