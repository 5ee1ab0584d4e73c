"""Where the store is: a folder, or an address of object storage with a copy of it on this machine.

    EVENTWINDOW_STORE=/srv/event-window          a folder, shared by every process that can see it
    EVENTWINDOW_STORE=s3://bucket/event-window   any address that fsspec knows (the extra `object-storage`)

A remote snapshot is fetched once, verified by its checksums and then read from the copy. What is written
goes up file by file, the manifest of a snapshot after its tables and the pointer last. Object storage has no
locks: two refreshes on two machines are not kept apart, so run the refresh on one.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from eventwindow.facts.errors import StoreError
from eventwindow.sources.store import (
    IDENTIFIER,
    MANIFEST,
    POINTER,
    SNAPSHOTS,
    Manifest,
    Store,
    file_faults,
    read_manifest,
    read_pointer,
)

ADDRESS = "EVENTWINDOW_STORE"
FETCHING = ".fetch-"
# No fetch takes longer than this; a draft that is older was left behind.
LONGEST_FETCH_SECONDS = 86_400
Result = TypeVar("Result")


def store_of_environment() -> Store | None:
    """The store that EVENTWINDOW_STORE names, None where it is not set. Raises StoreError if it cannot be used."""
    address = os.environ.get(ADDRESS, "").strip()
    return store_at(address) if address else None


def store_at(address: str) -> Store:
    """The store at a folder or a remote address. Raises StoreError where the library for it is not installed."""
    folder = address.removeprefix("file://")
    if "://" not in folder:
        return Store(Path(folder).expanduser())
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - an optional extra

        files, place = url_to_fs(address)
    except (ImportError, ValueError, OSError):
        raise StoreError(
            f"{ADDRESS}: no library for addresses like {address.partition('://')[0]}:// is installed; install the "
            "extra `object-storage` and the one for that storage (s3fs, gcsfs, adlfs), or name a folder."
        ) from None
    return RemoteStore(_cache_folder(address), files, place.rstrip("/"))


@dataclass(frozen=True)
class RemoteStore(Store):
    """A store in object storage; `root` is the copy of it on this machine, `files` an fsspec file system."""

    files: Any
    place: str

    def current(self) -> str | None:
        """Identifier that the remote pointer names. Raises StoreError if it is garbage or cannot be reached."""
        content = self._reached(lambda: self._content(POINTER))
        return None if content is None else read_pointer(content)

    def identifiers(self) -> frozenset[str]:
        """Every snapshot of the store; of the copy alone while the store cannot be reached."""
        try:
            return self._reached(self._remote_identifiers)
        except StoreError:
            return super().identifiers()

    def folder(self, identifier: str) -> Path:
        """Folder of a snapshot in the copy, fetched if it is not there yet."""
        if IDENTIFIER.fullmatch(identifier) and not (self.root / SNAPSHOTS / identifier).is_dir():
            self._reached(lambda: self._fetch(identifier))
        return super().folder(identifier)

    def manifest(self, identifier: str) -> Manifest:
        """What is told of a snapshot, read from afar if it is not in the copy."""
        if not IDENTIFIER.fullmatch(identifier) or (self.root / SNAPSHOTS / identifier).is_dir():
            return super().manifest(identifier)
        content = self._reached(lambda: self._content(f"{SNAPSHOTS}/{identifier}/{MANIFEST}"))
        return read_manifest(identifier, content or b"")

    def size(self, identifier: str) -> int:
        """Bytes of a snapshot's files in the storage."""
        return int(self._reached(lambda: self.files.du(self._path(f"{SNAPSHOTS}/{identifier}"))))

    def faults(self, identifier: str) -> tuple[str, ...]:
        """What is wrong with a snapshot; a copy that has gone bad is fetched anew."""
        found = super().faults(identifier)
        copy = self.root / SNAPSHOTS / identifier
        if found and IDENTIFIER.fullmatch(identifier) and copy.is_dir():
            shutil.rmtree(copy, ignore_errors=True)
            found = super().faults(identifier)
        return found

    def original_faults(self, identifier: str) -> tuple[str, ...]:
        """What is wrong with the objects themselves, each of them read; a good copy here does not help others."""
        try:
            with TemporaryDirectory() as draft:
                self._reached(lambda: self._download(identifier, Path(draft)))
                read_manifest(identifier, _content_of(Path(draft) / MANIFEST))
                return tuple(file_faults(Path(draft), identifier))
        except StoreError as problem:
            return (str(problem),)

    def add(self, write: Callable[[Path], None], *, source: str, series: Mapping[str, Mapping[str, Any]]) -> str:
        """Make a snapshot in the copy and send it up."""
        identifier = super().add(write, source=source, series=series)
        self._reached(lambda: self._send(identifier))
        return identifier

    def point_to(self, identifier: str) -> None:
        """Serve a snapshot from now on, for everybody who reads this store."""
        super().point_to(identifier)
        self._reached(lambda: self.files.pipe_file(self._path(POINTER), f"{identifier}\n".encode()))

    def _remove(self, identifier: str) -> None:
        """The manifest first: a snapshot without one is not listed."""
        self._reached(lambda: self._remove_remote(identifier))
        shutil.rmtree(self.root / SNAPSHOTS / identifier, ignore_errors=True)

    def _remove_remote(self, identifier: str) -> None:
        self.files.rm_file(self._path(f"{SNAPSHOTS}/{identifier}/{MANIFEST}"))
        self.files.rm(self._path(f"{SNAPSHOTS}/{identifier}"), recursive=True)

    def _remote_identifiers(self) -> frozenset[str]:
        self.files.invalidate_cache()
        if not self.files.exists(self._path(SNAPSHOTS)):
            return frozenset()
        names = (path.rstrip("/").rpartition("/")[2] for path in self.files.ls(self._path(SNAPSHOTS), detail=False))
        return frozenset(name for name in names if IDENTIFIER.fullmatch(name))

    def _fetch(self, identifier: str) -> None:
        """Bring a snapshot into the copy; it appears there only when it is whole."""
        (self.root / SNAPSHOTS).mkdir(parents=True, exist_ok=True)
        self._sweep_fetched()
        draft = Path(tempfile.mkdtemp(prefix=FETCHING, dir=self.root / SNAPSHOTS))
        try:
            if not self._download(identifier, draft):
                return
            found = next(file_faults(draft, identifier), None)
            if found:
                raise StoreError(found)
            if not (self.root / SNAPSHOTS / identifier).exists():
                draft.rename(self.root / SNAPSHOTS / identifier)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _download(self, identifier: str, place: Path) -> bool:
        """Bring the objects of a snapshot into a folder; whether there are any."""
        far = self._path(f"{SNAPSHOTS}/{identifier}")
        paths = self.files.find(far)
        for path in paths:
            near = place / path.removeprefix(far).lstrip("/")
            near.parent.mkdir(parents=True, exist_ok=True)
            near.write_bytes(self.files.cat_file(path))
        return bool(paths)

    def _sweep_fetched(self) -> None:
        """Remove what killed readers left behind; what is younger may still be on its way."""
        for path in (self.root / SNAPSHOTS).glob(f"{FETCHING}*"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > LONGEST_FETCH_SECONDS:
                    shutil.rmtree(path, ignore_errors=True)

    def _send(self, identifier: str) -> None:
        folder, far = self.root / SNAPSHOTS / identifier, f"{SNAPSHOTS}/{identifier}"
        if self._content(f"{far}/{MANIFEST}") is not None:
            return
        names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
        for name in sorted(names, key=lambda name: (name == MANIFEST, name)):
            self.files.pipe_file(self._path(f"{far}/{name}"), (folder / name).read_bytes())

    def _content(self, name: str) -> bytes | None:
        try:
            content: bytes = self.files.cat_file(self._path(name))
        except FileNotFoundError:
            return None
        return content

    def _path(self, name: str) -> str:
        return f"{self.place}/{name}"

    def _reached(self, work: Callable[[], Result]) -> Result:
        """Result of something asked of the storage; raises StoreError whatever its library raises."""
        try:
            return work()
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - every storage has errors of its own
            raise StoreError(
                f"the store cannot be reached ({type(error).__name__}); check {ADDRESS} and the network."
            ) from None


def _content_of(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _cache_folder(address: str) -> Path:
    caches = os.environ.get("XDG_CACHE_HOME", "").strip() or Path.home() / ".cache"
    return Path(caches) / "event-window" / hashlib.sha256(address.encode()).hexdigest()[:12]
