"""A store in object storage, played by storage in memory: two machines with a copy each, and every fault between."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from eventwindow.facts.errors import StoreError
from eventwindow.sources.remote import FETCHING, RemoteStore, store_at
from eventwindow.sources.store import MANIFEST, POINTER, SNAPSHOTS, Store

OLD, NEW = "date,close\n2023-07-06,1\n", "date,close\n2023-07-07,2\n"
Machine = Callable[[str], RemoteStore]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A maker of machines that share one address, each with a disk of its own."""
    address = f"memory://{uuid4()}/store"

    def make(name: str) -> RemoteStore:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / name))
        found = store_at(address)
        assert isinstance(found, RemoteStore)
        return found

    return make


def publish(store: Store, text: str) -> str:
    def write(folder: Path) -> None:
        (folder / "prices").mkdir()
        (folder / "prices" / "A.csv").write_text(text, encoding="utf-8")

    with store.writing():
        return store.publish(write, source="a test", series={"A": {"last": "2023-07-07"}})


def test_what_one_machine_publishes_another_reads(machine: Machine) -> None:
    here, there = machine("here"), machine("there")
    assert (there.current(), there.identifiers()) == (None, frozenset())
    first, second = publish(here, OLD), publish(here, NEW)
    assert there.current() == second
    assert there.identifiers() == {first, second}
    assert {item.snapshot_id for item in there.manifests()} == {first, second}
    assert not (there.root / SNAPSHOTS).exists()  # listing fetches nothing
    assert (there.folder(second) / "prices/A.csv").read_text(encoding="utf-8") == NEW
    assert there.faults(second) == ()
    assert there.manifest(second).parent == first
    assert there.size(second) == sum(path.stat().st_size for path in there.folder(second).rglob("*") if path.is_file())


def test_the_pointer_goes_up_last(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    here, sent = machine("here"), []
    whole = MemoryFileSystem.pipe_file

    def noted(self: MemoryFileSystem, path: str, value: bytes, **options: object) -> None:
        sent.append(path.removeprefix(here.place).lstrip("/"))
        whole(self, path, value, **options)

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", noted)
    identifier = publish(here, OLD)
    assert sent[-2:] == [f"{SNAPSHOTS}/{identifier}/{MANIFEST}", POINTER]
    assert len(sent) == 4


def test_a_line_that_breaks_while_sending_leaves_the_old_pointer(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = machine("here"), machine("there")
    first = publish(here, OLD)

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("no route to https://secret.example/?key=1")

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", broken)
    with pytest.raises(StoreError, match=r"cannot be reached \(ConnectionError\); check EVENTWINDOW_STORE") as told:
        publish(here, NEW)
    assert "secret" not in str(told.value)
    monkeypatch.undo()
    assert (there.current(), there.faults(first)) == (first, ())
    assert publish(here, NEW) == there.current()


def test_a_snapshot_that_was_changed_on_the_way_is_not_used(machine: Machine) -> None:
    here, there = machine("here"), machine("there")
    identifier = publish(here, OLD)
    here.files.pipe_file(f"{here.place}/{SNAPSHOTS}/{identifier}/prices/A.csv", b"date,close\n2023-07-06,9\n")
    assert "prices/A.csv: it is not as it was written" in there.faults(identifier)[0]
    assert list((there.root / SNAPSHOTS).glob(f"{FETCHING}*")) == []
    assert not (there.root / SNAPSHOTS / identifier).exists()


def test_the_objects_themselves_are_checked_although_the_copy_here_is_good(machine: Machine) -> None:
    here = machine("here")
    identifier, far = publish(here, OLD), f"{here.place}/{SNAPSHOTS}/"
    assert here.original_faults(identifier) == ()
    here.files.pipe_file(f"{far}{identifier}/prices/A.csv", b"date,close\n2023-07-06,9\n")
    assert here.faults(identifier) == ()
    assert "prices/A.csv: it is not as it was written" in here.original_faults(identifier)[0]
    here.files.rm_file(f"{far}{identifier}/{MANIFEST}")
    assert "manifest.json: it cannot be read" in here.original_faults(identifier)[0]


def test_what_a_killed_reader_left_half_fetched_is_swept_after_a_day(machine: Machine) -> None:
    here, there = machine("here"), machine("there")
    identifier = publish(here, OLD)
    old, new = (there.root / SNAPSHOTS / f"{FETCHING}{name}" for name in ("old", "new"))
    for draft in (old, new):
        draft.mkdir(parents=True)
    os.utime(old, (0, 0))
    there.folder(identifier)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_copy_that_has_gone_bad_is_fetched_anew(machine: Machine) -> None:
    here, there = machine("here"), machine("there")
    identifier = publish(here, OLD)
    (there.folder(identifier) / "prices/A.csv").write_text("gone bad", encoding="utf-8")
    assert there.faults(identifier) == ()
    assert (there.folder(identifier) / "prices/A.csv").read_text(encoding="utf-8") == OLD


def test_without_the_storage_the_copy_is_still_there(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    there = machine("there")
    identifier = publish(there, OLD)

    def unreachable(*_: object, **__: object) -> None:
        raise TimeoutError

    for name in ("cat_file", "ls", "exists", "find"):
        monkeypatch.setattr(MemoryFileSystem, name, unreachable)
    with pytest.raises(StoreError, match="cannot be reached"):
        there.current()
    assert there.identifiers() == {identifier}
    assert there.faults(identifier) == ()


def test_pruning_removes_from_the_storage(machine: Machine) -> None:
    here, there = machine("here"), machine("there")
    first, second = publish(here, OLD), publish(here, NEW)
    shutil.rmtree(there.root, ignore_errors=True)
    with there.writing():
        assert there.prune(0) == (first,)
    assert here.identifiers() == {second}
    assert there.current() == second


def test_an_address_without_its_library_says_what_to_install() -> None:
    with pytest.raises(StoreError, match="install the extra `object-storage`"):
        store_at("nosuchstorage://bucket/store")


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_an_address_on_this_machine_is_a_folder(scheme: str, tmp_path: Path) -> None:
    assert store_at(f"{scheme}{tmp_path}") == Store(tmp_path)
