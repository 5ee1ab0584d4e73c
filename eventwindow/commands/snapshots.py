"""`python -m eventwindow snapshots`: what the store holds, which one is served, and removing old ones."""

import argparse

from eventwindow.commands.tables import aligned
from eventwindow.facts.errors import OptionError, StoreError
from eventwindow.sources.remote import ADDRESS, store_of_environment
from eventwindow.sources.snapshot import COMMITTED, snapshot_id
from eventwindow.sources.store import Store

HELP = f"""\
List the snapshots of the store that {ADDRESS} names, the newest first: identifier, when and from what it
was made, its size, and whether it is the one being served (current) or the data that came with this version
(committed). A link with data=ID shows the same numbers as long as its snapshot is kept.

--use ID serves another snapshot from now on, for example the one before a refresh that you regret.
--prune K removes all but the newest K, and never the current or the committed one.

Exit code 0, or 2 with one line on stderr if the store cannot be used."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the command on the command line."""
    parser = commands.add_parser(
        "snapshots",
        help="list the snapshots of the store, choose one, remove old ones",
        description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    changes = parser.add_mutually_exclusive_group()
    changes.add_argument("--use", metavar="ID", help="serve this snapshot from now on")
    changes.add_argument("--prune", metavar="K", type=int, help="remove all but the newest K")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Do what was asked for, then list. Raises EventWindowError if the store cannot be used."""
    store = store_of_environment()
    if store is None:
        raise OptionError(f"{ADDRESS} is not set: there is no store, and the committed data are served.")
    if options.prune is not None:
        if options.prune < 0:
            raise OptionError(f"--prune {options.prune}: give the number of snapshots to keep, 0 or more.")
        with store.writing():
            removed = store.prune(options.prune, spared=(snapshot_id(COMMITTED),))
        print(f"removed: {', '.join(removed) or 'none'}")
    if options.use:
        with store.writing():
            store.point_to(options.use)
    print("\n".join(listing(store)))
    return 0


def listing(store: Store) -> list[str]:
    """The snapshots as lines of a table; those without a readable manifest come last, with what is wrong."""
    manifests = store.manifests()
    try:
        current = store.current()
    except StoreError:
        current = None
    rows = [
        (name := item.snapshot_id, _marks(name, current), item.created, _size(store, name), item.source)
        for item in manifests
    ]
    unread = sorted(store.identifiers() - {item.snapshot_id for item in manifests})
    rows += [(name, _marks(name, current), "", "", store.faults(name)[0]) for name in unread]
    return aligned(("id", "", "created", "size", "made from"), rows) if rows else ["the store is empty"]


def _size(store: Store, identifier: str) -> str:
    try:
        return f"{store.size(identifier) / 1e6:.1f} MB"
    except StoreError:
        return "unreadable"


def _marks(identifier: str, current: str | None) -> str:
    marks = {"current": identifier == current, "committed": identifier == snapshot_id(COMMITTED)}
    return ", ".join(name for name, holds in marks.items() if holds)
