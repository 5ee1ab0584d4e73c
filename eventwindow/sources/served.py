"""Which data are served: the snapshot that the pointer names, else the next best one, and what was wrong."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from eventwindow.facts.errors import EventWindowError, StoreError
from eventwindow.sources.snapshot import COMMITTED, Snapshot, load_snapshot, snapshot_id
from eventwindow.sources.store import POINTER, Manifest, Store


@dataclass(frozen=True)
class Served:
    """A loaded snapshot: its folder, its manifest (None for the committed data), and sentences on what was wrong."""

    folder: Path
    snapshot: Snapshot
    manifest: Manifest | None
    notes: tuple[str, ...] = ()


def served(store: Store | None, wanted: str | None = None) -> Served:
    """The data to show: those a link wants if they are there and whole, else the current ones.

    Current is what the pointer names if it is whole, else the newest whole snapshot, else the committed data.
    Raises DataError only if the committed data themselves cannot be read.
    """
    notes: list[str] = []
    if wanted is not None:
        try:
            return load(store, wanted)
        except StoreError as problem:
            notes.append(f"{gone(wanted)} ({problem})" if wanted in known(store) else gone(wanted))
    for identifier in _candidates(store, notes):
        try:
            found = load(store, identifier)
        except StoreError as problem:
            notes.append(str(problem))
        else:
            return Served(found.folder, found.snapshot, found.manifest, tuple(notes))
    found = committed()
    return Served(found.folder, found.snapshot, None, tuple(notes))


def load(store: Store | None, identifier: str) -> Served:
    """One snapshot, verified and loaded; the committed data need no store. Raises StoreError saying what is wrong."""
    if identifier == snapshot_id(COMMITTED):
        return committed()
    if store is None:
        raise StoreError(f"data {identifier}: there is no store to look in; set EVENTWINDOW_STORE.")
    faults = store.faults(identifier)
    if faults:
        raise StoreError(faults[0])
    folder = store.folder(identifier)
    try:
        return Served(folder, load_snapshot(folder), store.manifest(identifier))
    except EventWindowError as problem:
        raise StoreError(f"snapshot {identifier}: {problem}") from None
    except Exception as error:  # noqa: BLE001 - tables of another shape may break anything; the next best is served
        what = f"{type(error).__name__}: {error}"[:120]
        raise StoreError(f"snapshot {identifier}: its tables are not of this version's shape ({what}).") from None


def committed() -> Served:
    """The data that came with this version. Raises DataError if they cannot be read."""
    return Served(COMMITTED, load_snapshot(COMMITTED), None)


def gone(wanted: str) -> str:
    """What a reader of a link to data that cannot be served is told."""
    return f"data {wanted} is not here any more: showing the current data"


def known(store: Store | None) -> frozenset[str]:
    """Identifiers that a link may name; none while they cannot be listed, which whoever loads one is told."""
    with suppress(StoreError):
        return store.identifiers() if store else frozenset()
    return frozenset()


def _candidates(store: Store | None, notes: list[str]) -> list[str]:
    """Identifiers worth trying, the best first; a pointer that says nothing is noted."""
    if store is None:
        return []
    found: list[str] = []
    try:
        current = store.current()
        if current is None:
            if store.identifiers():
                notes.append(f"{POINTER} is missing, so the data that came with this version are shown; refresh.")
            return []
        found.append(current)
    except StoreError as problem:
        notes.append(str(problem))
    with suppress(StoreError):
        found += [item.snapshot_id for item in store.manifests()]
    return list(dict.fromkeys(found))
