"""The loaded snapshots of one server: the one being served, and a few older ones that links have asked for.

A new pointer in the store is seen within seconds, by whichever run comes first; others meanwhile see what was
served before. Through every fault of the store the last good snapshot stays.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

from eventwindow.export.links import catalogue_of
from eventwindow.facts.errors import StoreError
from eventwindow.sources.served import Served, gone, known, load, served
from eventwindow.sources.snapshot import COMMITTED, Snapshot, snapshot_id
from eventwindow.sources.store import POINTER, Manifest, Store
from eventwindow.ui.memory import keep_collections_short
from eventwindow.view import Catalogue

# Seconds between two looks at the pointer, and after a look that found a fault.
LOOK_SECONDS, FAULT_SECONDS = 3.0, 30.0
KEPT = 3


@dataclass(frozen=True)
class Shelf:
    """A snapshot, what links may name in it, where it came from, and what a reader must be told about it."""

    snapshot: Snapshot
    catalogue: Catalogue
    manifest: Manifest | None
    notes: tuple[str, ...] = ()


class Shelves:
    """What is loaded. Raises DataError when made, if there are no data at all that can be read."""

    def __init__(
        self, store: Store | None, clock: Callable[[], float] = time.monotonic, notes: tuple[str, ...] = ()
    ) -> None:
        """Load what the store says is current, or the next best; `clock` counts in seconds.

        `notes` say why there is no store although one was meant.
        """
        self._store, self._clock = store, clock
        self._looking, self._loading = Lock(), Lock()
        self._older: OrderedDict[str, Shelf] = OrderedDict()
        self._known = known(store)
        found = _shelf(served(store))
        self._current = replace(found, notes=(*notes, *found.notes))
        self._next = clock() + (FAULT_SECONDS if self._current.notes else LOOK_SECONDS)

    def current(self) -> Shelf:
        """The snapshot being served; looks for a newer one if nobody has for a while."""
        if self._store and self._clock() >= self._next and self._looking.acquire(blocking=False):
            try:
                self._look(self._store)
            finally:
                self._looking.release()
        return self._current

    def of(self, wanted: str) -> Shelf:
        """The snapshot that a link names; the current one, with a note, where it cannot be shown."""
        current = self.current()
        if wanted == current.snapshot.snapshot_id:
            return current
        with self._loading:
            held = self._older.get(wanted)
            if held is None:
                try:
                    held = self._fetch(wanted)
                except StoreError as problem:
                    why = f" ({problem})" if wanted in self._known else ""
                    return replace(current, notes=(*current.notes, f"{gone(wanted)}{why}"))
            self._keep(held)
        return held

    def _fetch(self, wanted: str) -> Shelf:
        if wanted not in self._known and wanted != snapshot_id(COMMITTED):
            raise StoreError(gone(wanted))
        return _shelf(load(self._store, wanted))

    def _keep(self, held: Shelf) -> None:
        """Remember a shelf as the last one used; the current one counts among those kept."""
        self._older[held.snapshot.snapshot_id] = held
        self._older.move_to_end(held.snapshot.snapshot_id)
        while len(self._older) > KEPT - 1:
            self._older.popitem(last=False)

    def _look(self, store: Store) -> None:
        notes: tuple[str, ...] = ()
        try:
            pointed = self._pointed(store)
            if pointed != self._current.snapshot.snapshot_id:
                self._known = known(store)
                found = _shelf(load(store, pointed))
                with self._loading:
                    self._older.pop(pointed, None)
                    self._keep(replace(self._current, notes=()))
                self._current = found
        except StoreError as problem:
            notes = (str(problem),)
        self._current = replace(self._current, notes=notes)
        self._next = self._clock() + (FAULT_SECONDS if notes else LOOK_SECONDS)

    def _pointed(self, store: Store) -> str:
        """The snapshot to serve. A pointer that is lost says nothing: raises StoreError, unless there never was one."""
        pointed = store.current()
        if pointed is None and (self._current.manifest or store.identifiers()):
            raise StoreError(f"{POINTER} is missing, so what was shown before stays; set it with `snapshots --use ID`.")
        return pointed or snapshot_id(COMMITTED)


def _shelf(found: Served) -> Shelf:
    snapshot = found.snapshot
    # Streamlit collects garbage after every run; what is loaded by now lives long, and looking through it again
    # each time would be most of the server's work.
    keep_collections_short()
    return Shelf(snapshot, catalogue_of(snapshot), found.manifest, found.notes)
