"""Snapshots of the data: immutable folders, and a pointer to the one being served.

    STORE/CURRENT               identifier of the snapshot being served
    STORE/snapshots/<id>/       the tables of a data folder, checksums.sha256 and manifest.json
    STORE/refresh.lock          held by whoever writes; refresh.owner says who that is

A snapshot's identifier is the hash of its list of checksums, so it follows from the content alone; the
manifest tells where the snapshot came from, is not part of that content and carries a digest of its own.
Whoever writes works in a folder of its own and renames it when it is whole; the pointer is replaced in one
step. Killed anywhere, a writer leaves the old pointer and every snapshot as they were. Reading never writes.
"""

import hashlib
import json
import os
import re
import shutil
import socket
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISDIR
from typing import Any

from filelock import FileLock, Timeout

from eventwindow.facts.errors import DataError, StoreError
from eventwindow.sources.snapshot import CHECKSUMS, snapshot_id

POINTER, DRAFT, SNAPSHOTS, MANIFEST = "CURRENT", "CURRENT.tmp", "snapshots", "manifest.json"
LOCK, WRITER = "refresh.lock", "refresh.owner"
UNFINISHED = ".tmp-"
DIGEST = "digest"
# Raised when a reader of today could misunderstand a snapshot of tomorrow.
SCHEMA = 1
IDENTIFIER = re.compile(r"[0-9a-f]{12}")
DIGEST_LINE = re.compile(r"([0-9a-f]{64})  ([^\\:]+)")


@dataclass(frozen=True)
class Manifest:
    """Where a snapshot came from: `created` in UTC, `parent` empty for the first; `series` is told per symbol."""

    snapshot_id: str
    created: str
    source: str
    parent: str
    series: Mapping[str, Mapping[str, Any]]

    @property
    def basis(self) -> dict[str, float]:
        """By symbol, what the prices of the committed data were divided by after splits since."""
        return {symbol: float(told.get("basis", 1)) for symbol, told in self.series.items()}


@dataclass(frozen=True)
class Store:
    """The snapshots below one folder; nothing is read or written before a method is called."""

    root: Path

    def current(self) -> str | None:
        """Identifier that the pointer names, None where there is no pointer. Raises StoreError if it is garbage."""
        try:
            return read_pointer((self.root / POINTER).read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unread(POINTER, error) from None

    def folder(self, identifier: str) -> Path:
        """Folder of a snapshot. Raises StoreError if there is none of that name, or if it cannot be looked at."""
        path = self.root / SNAPSHOTS / identifier
        if not IDENTIFIER.fullmatch(identifier) or not self._is_folder(path):
            raise StoreError(f"data {identifier[:12]!r}: no such snapshot in the store; choose one that it has.")
        return path

    def identifiers(self) -> frozenset[str]:
        """Every snapshot there is, whole or not. Raises StoreError if they cannot be listed."""
        try:
            names = [path.name for path in (self.root / SNAPSHOTS).iterdir()]
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            raise _unread(SNAPSHOTS, error) from None
        return frozenset(filter(IDENTIFIER.fullmatch, names))

    def manifests(self) -> tuple[Manifest, ...]:
        """Every snapshot with a readable manifest, the newest first."""
        found = []
        for identifier in self.identifiers():
            with suppress(StoreError):
                found.append(self.manifest(identifier))
        return tuple(sorted(found, key=lambda item: (item.created, item.snapshot_id), reverse=True))

    def manifest(self, identifier: str) -> Manifest:
        """What is told of a snapshot. Raises StoreError if it is missing, garbage, or of a newer schema."""
        path = self.folder(identifier) / MANIFEST
        try:
            return read_manifest(identifier, path.read_bytes())
        except OSError as error:
            raise _unread(f"snapshot {identifier}, {MANIFEST}", error) from None

    def size(self, identifier: str) -> int:
        """Bytes of a snapshot's files. Raises StoreError if there is none of that name, or if it cannot be read."""
        try:
            return sum(path.stat().st_size for path in self.folder(identifier).rglob("*") if path.is_file())
        except OSError as error:
            raise _unread(f"snapshot {identifier}", error) from None

    def faults(self, identifier: str) -> tuple[str, ...]:
        """What is wrong with a snapshot's files, a sentence each; empty if they are as they were written."""
        try:
            folder = self.folder(identifier)
            self.manifest(identifier)
        except StoreError as problem:
            return (str(problem),)
        return tuple(file_faults(folder, identifier))

    def original_faults(self, identifier: str) -> tuple[str, ...]:
        """The same of what all readers of the store start from, where that is more than this folder."""
        return self.faults(identifier)

    def _is_folder(self, path: Path) -> bool:
        try:
            return S_ISDIR(path.stat().st_mode)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _unread(f"{SNAPSHOTS}/{path.name[:12]}", error) from None

    def publish(self, write: Callable[[Path], None], *, source: str, series: Mapping[str, Mapping[str, Any]]) -> str:
        """Make a snapshot of what `write` puts into an empty folder and point to it; returns its identifier.

        Only inside `writing()`. The same content again keeps the snapshot there is. Raises StoreError if the
        disk does not take it; the store is then as it was.
        """
        identifier = self.add(write, source=source, series=series)
        self.point_to(identifier)
        return identifier

    def add(self, write: Callable[[Path], None], *, source: str, series: Mapping[str, Mapping[str, Any]]) -> str:
        """The same without pointing to it."""
        folder = self.root / SNAPSHOTS / f"{UNFINISHED}{os.getpid()}"
        try:
            folder.mkdir(parents=True)
            write(folder)
            (folder / CHECKSUMS).write_text(list_checksums(folder), encoding="utf-8", newline="\n")
            identifier = snapshot_id(folder)
            told = {"schema": SCHEMA, "created": _now(), "source": source, "parent": self._parent(), "series": series}
            (folder / MANIFEST).write_bytes(_written(told | {DIGEST: _self_digest(told)}))
            self._settle(folder, identifier)
        except OSError as error:
            raise self._unwritten(error) from None
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return identifier

    def point_to(self, identifier: str) -> None:
        """Serve a snapshot from now on. Raises StoreError for one that is not whole."""
        found = self.faults(identifier)
        if found:
            raise StoreError(f"snapshot {identifier} is not served: {found[0]}")
        draft = self.root / DRAFT
        try:
            with draft.open("w", encoding="ascii", newline="\n") as handle:
                handle.write(f"{identifier}\n")
                handle.flush()
                os.fsync(handle.fileno())
            draft.replace(self.root / POINTER)
        except OSError as error:
            raise self._unwritten(error) from None
        _sync_folder(self.root)

    def prune(self, keep: int, spared: Collection[str] = ()) -> tuple[str, ...]:
        """Remove all but the newest `keep` snapshots, never the current one or those in `spared`; what was removed.

        Only inside `writing()`. What this version cannot read may be a later version's, and stays.
        """
        current = self.current()
        old = [item.snapshot_id for item in self.manifests()[keep:]]
        removed = tuple(identifier for identifier in old if identifier != current and identifier not in spared)
        for identifier in removed:
            self._remove(identifier)
        return removed

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the store's lock until the end of the block; sweeps what killed writers left behind.

        The system lets go of the lock of a process that dies. Raises StoreError if somebody else is
        writing, naming the process, or if the folder cannot be written to.
        """
        lock = FileLock(self.root / LOCK, timeout=0)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock.acquire()
            (self.root / WRITER).write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
            self._sweep()
        except Timeout:
            raise StoreError(f"a refresh is already running ({self._writer()}); wait until it has finished.") from None
        except OSError as error:
            lock.release()
            raise StoreError(f"the store cannot be written to ({_cause(error)}); choose another folder.") from None
        try:
            yield
        finally:
            lock.release()

    def _remove(self, identifier: str) -> None:
        # Renamed first: what is half removed must not look like a snapshot.
        doomed = self.root / SNAPSHOTS / f"{UNFINISHED}{identifier}"
        self.folder(identifier).rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)

    def _unwritten(self, error: OSError) -> StoreError:
        return StoreError(f"the snapshot cannot be written ({_cause(error)}); the one before is still served.")

    def _writer(self) -> str:
        with suppress(OSError, ValueError):
            return (self.root / WRITER).read_text(encoding="utf-8")[:200]
        return "process unknown"

    def _sweep(self) -> None:
        """Only the holder of the lock writes, so whatever is unfinished belongs to the dead."""
        for path in (self.root / SNAPSHOTS).glob(f"{UNFINISHED}*"):
            shutil.rmtree(path, ignore_errors=True)
        (self.root / DRAFT).unlink(missing_ok=True)

    def _parent(self) -> str:
        try:
            return self.current() or ""
        except StoreError:
            return ""

    def _settle(self, folder: Path, identifier: str) -> None:
        """Rename a finished folder to its identifier; one that is there and whole stays, a broken one is replaced."""
        for path in folder.rglob("*"):
            if path.is_file():
                _sync(path)
            else:
                _sync_folder(path)
        place = self.root / SNAPSHOTS / identifier
        if place.exists():
            if not self.faults(identifier):
                return
            shutil.rmtree(place)
        folder.rename(place)
        _sync_folder(place.parent)


def list_checksums(folder: Path) -> str:
    """SHA-256 of every file below a folder but the list itself and the manifest, as `sha256sum` writes them."""
    return "".join(f"{_digest(folder / name)}  {name}\n" for name in _names(folder))


def file_faults(folder: Path, identifier: str) -> Iterator[str]:
    """What is wrong with the content of a folder that should be this snapshot, a sentence each."""
    path = folder / CHECKSUMS
    try:
        lines = [DIGEST_LINE.fullmatch(line) for line in path.read_text(encoding="utf-8").splitlines()]
        intact = snapshot_id(folder) == identifier
    except (OSError, ValueError, DataError) as error:
        yield f"snapshot {identifier}, {CHECKSUMS}: it cannot be read ({_cause(error)}); restore it."
        return
    if not intact or None in lines:
        yield f"snapshot {identifier}, {CHECKSUMS}: the list is not the one it was named after; restore it."
        return
    listed = {line[2]: line[1] for line in lines if line}
    try:
        found = set(_names(folder))
    except OSError as error:
        yield str(_unread(f"snapshot {identifier}", error))
        return
    for name in sorted(found | listed.keys()):
        what = f"snapshot {identifier}, {name}"
        if name not in found:
            yield f"{what}: the file is missing; restore it or refresh."
        elif name not in listed:
            yield f"{what}: the file does not belong there; remove it."
        else:
            yield from _content_faults(folder / name, what, listed[name])


def _content_faults(path: Path, what: str, digest: str) -> Iterator[str]:
    try:
        if _digest(path) != digest:
            yield f"{what}: it is not as it was written; restore it or refresh."
    except OSError as error:
        yield str(_unread(what, error))


def read_pointer(content: bytes) -> str:
    """The identifier that a pointer names. Raises StoreError if it is garbage."""
    text = content.decode("ascii", errors="replace").strip()
    if not IDENTIFIER.fullmatch(text):
        raise StoreError(f"{POINTER}: it names no snapshot; point it to one with `snapshots --use ID`.")
    return text


def read_manifest(identifier: str, content: bytes) -> Manifest:
    """What a manifest tells. Raises StoreError if it is garbage, changed, or of another schema."""
    try:
        told = json.loads(content)
        schema, digest = told["schema"], told.pop(DIGEST)
        manifest = Manifest(identifier, told["created"], told["source"], told["parent"], told["series"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"snapshot {identifier}, {MANIFEST}: it cannot be read ({_cause(error)}).") from None
    if schema != SCHEMA:
        newer = isinstance(schema, int) and schema > SCHEMA
        way_out = "update Event Window" if newer else "refresh to make one that this version reads"
        raise StoreError(f"snapshot {identifier}: it has schema {schema!r}, this version reads {SCHEMA}; {way_out}.")
    if digest != _self_digest(told):
        raise StoreError(f"snapshot {identifier}, {MANIFEST}: it is not as it was written; restore it or refresh.")
    return manifest


def _written(told: Mapping[str, Any]) -> bytes:
    return (json.dumps(told, indent=1, sort_keys=True) + "\n").encode()


def _self_digest(told: Mapping[str, Any]) -> str:
    """What a manifest says of itself: the hash of everything else in it."""
    return hashlib.sha256(_written(told)).hexdigest()


def _names(folder: Path) -> list[str]:
    """Every file that belongs to the content of a snapshot, sorted."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return [name for name in names if name not in (CHECKSUMS, MANIFEST)]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a rename inside a folder lasting, where the system can."""
    with suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat()


def _unread(what: str, error: OSError) -> StoreError:
    return StoreError(
        f"{what}: it cannot be read ({_cause(error)}); check that it is there and that this user may read it."
    )


def _cause(error: Exception) -> str:
    if isinstance(error, shutil.Error):  # it lists every file with its path
        return "some files could not be copied"
    return getattr(error, "strerror", None) or type(error).__name__
