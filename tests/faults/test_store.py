"""The store of snapshots under every fault: whoever reads finds a whole snapshot, the old one or the new one."""

import errno
import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from eventwindow.facts.errors import StoreError
from eventwindow.sources.store import DRAFT, MANIFEST, POINTER, SNAPSHOTS, Store

OLD, NEW = {"prices/A.csv": "date,close\n2023-07-06,1\n"}, {"prices/A.csv": "date,close\n2023-07-07,2\n" * 2000}
KILLS = 50
# A user who owns nothing.
NOBODY = 65534
READS = 1000


def writer(tables: dict[str, str]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        for name, text in tables.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    return write


def publish(store: Store, tables: dict[str, str]) -> str:
    with store.writing():
        return store.publish(writer(tables), source="a test", series={})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path / "store")
    publish(found, OLD)
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def in_a_child(work: Callable[[], None]) -> int:
    """Run something in a process of its own; its wait status."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 - whatever happens, the child must not go on as the test
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1]


def kill_at(step: int) -> None:
    """Make this process kill itself at the n-th thing it asks of the system (files opened, renamed, removed …)."""
    left = step

    def count(event: str, _: tuple[object, ...]) -> None:
        nonlocal left
        if event.startswith(("open", "os.", "shutil.")):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def kill_when(*events: str) -> None:
    """Make this process kill itself at the first of these events."""

    def watch(event: str, _: tuple[object, ...]) -> None:
        if event in events:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def steps_of_a_refresh(store: Store) -> int:
    """How many such things one refresh asks, counted in a child that is let live."""
    read, write = os.pipe()

    def work() -> None:
        seen = 0

        def count(event: str, _: tuple[object, ...]) -> None:
            nonlocal seen
            seen += event.startswith(("open", "os.", "shutil."))

        sys.addaudithook(count)
        publish(store, NEW)
        os.write(write, str(seen).encode())

    assert in_a_child(work) == 0
    os.close(write)
    with os.fdopen(read) as pipe:
        return int(pipe.read())


def test_a_snapshot_is_named_after_its_content_and_served(store: Store) -> None:
    first = store.current()
    second = publish(store, NEW)
    assert first != second == store.current()
    assert (store.folder(second) / "prices/A.csv").read_text(encoding="utf-8") == NEW["prices/A.csv"]
    assert store.manifest(second).parent == first
    assert publish(store, OLD) == first
    assert {item.snapshot_id for item in store.manifests()} == {first, second}


def test_a_refresh_killed_at_any_point_leaves_a_whole_store(tmp_path: Path) -> None:
    dry = Store(tmp_path / "dry")
    old = publish(dry, OLD)
    steps = steps_of_a_refresh(dry)
    new = dry.current()
    assert steps > 10
    points = np.random.default_rng(7).integers(1, steps, KILLS, endpoint=True).tolist()
    served = set()
    for number, step in enumerate(points):
        store = Store(tmp_path / str(number))
        publish(store, OLD)

        def work(place: Store = store, at: int = step) -> None:
            kill_at(at)
            publish(place, NEW)

        assert os.WIFSIGNALED(in_a_child(work))
        current = store.current()
        assert current in (old, new)
        assert store.faults(current) == ()
        assert store.faults(old) == ()
        served.add(current)
        assert publish(store, NEW) == new
        assert not list((store.root / SNAPSHOTS).glob(".tmp-*"))
        assert not (store.root / DRAFT).exists()
    assert served == {old, new}


def test_files_that_cannot_be_copied_are_told_without_their_paths(store: Store, tmp_path: Path) -> None:
    def copy(folder: Path) -> None:
        raise shutil.Error([(str(tmp_path), str(folder), "disk on fire")])

    with store.writing(), pytest.raises(StoreError, match="some files could not be copied") as told:
        store.publish(copy, source="a test", series={})
    assert str(tmp_path) not in str(told.value)


def test_of_two_refreshes_at_once_one_is_told_who_is_writing(store: Store) -> None:
    before = contents(store.root / SNAPSHOTS)
    with store.writing(), pytest.raises(StoreError, match=rf"already running \(process {os.getpid()} on "):
        publish(store, NEW)
    assert contents(store.root / SNAPSHOTS) == before


def test_the_lock_of_a_process_that_died_is_no_lock(store: Store) -> None:
    def work() -> None:
        with store.writing():
            os.kill(os.getpid(), signal.SIGKILL)

    assert os.WIFSIGNALED(in_a_child(work))
    assert publish(store, NEW) == store.current()


def test_a_full_disk_is_named_and_changes_nothing(store: Store) -> None:
    before, current = contents(store.root / SNAPSHOTS), store.current()
    read, write = os.pipe()

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (16_000, 16_000))
        try:
            publish(store, NEW)
        except StoreError as problem:
            os.write(write, str(problem).encode())

    assert in_a_child(work) == 0
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    assert os.strerror(errno.EFBIG) in said
    assert "the one before is still served" in said
    assert (contents(store.root / SNAPSHOTS), store.current()) == (before, current)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda content: content[: len(content) // 2],
    "empty": lambda _: b"",
    "garbage": lambda _: b"\xff\x00\xfe garbage \x80",
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", [MANIFEST, "checksums.sha256", "prices/A.csv"])
def test_a_damaged_file_is_named_in_a_sentence(store: Store, name: str, damage: str) -> None:
    current = store.current() or ""
    path = store.folder(current) / name
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    found = store.faults(current)
    assert len(found) == 1
    assert path.name in found[0]
    assert str(store.root) not in found[0]
    with pytest.raises(StoreError, match="is not served"):
        store.point_to(current)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_pointer_is_an_error_that_says_what_to_do(store: Store, damage: str) -> None:
    path = store.root / POINTER
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(StoreError, match=r"CURRENT: .*point it to"):
        store.current()


def test_a_pointer_to_a_snapshot_that_is_gone_is_an_error(store: Store) -> None:
    (store.root / POINTER).write_text("0123456789ab\n", encoding="ascii")
    assert store.current() == "0123456789ab"
    assert "no such snapshot" in store.faults("0123456789ab")[0]


@pytest.mark.parametrize("name", ["../data", "..", "", "0123456789AB", "0123456789ab/..", "a" * 5000])
def test_no_name_leads_out_of_the_store(store: Store, name: str) -> None:
    with pytest.raises(StoreError):
        store.folder(name)


def test_a_list_of_checksums_that_names_a_file_elsewhere_is_a_fault(store: Store) -> None:
    folder = store.folder(store.current() or "")
    (folder / "checksums.sha256").write_text(f"{'0' * 64}  ../../CURRENT\n", encoding="utf-8")
    assert store.faults(folder.name)


@pytest.mark.parametrize(("schema", "way_out"), [(99, "update Event Window"), (0, "refresh to make one")])
def test_a_snapshot_of_another_schema_is_refused_with_the_way_out(store: Store, schema: int, way_out: str) -> None:
    path = store.folder(store.current() or "") / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "schema": schema}), encoding="utf-8")
    assert way_out in store.faults(path.parent.name)[0]


def test_a_manifest_that_was_edited_is_a_fault(store: Store) -> None:
    path = store.folder(store.current() or "") / MANIFEST
    path.write_text(path.read_text(encoding="utf-8").replace("a test", "another source"), encoding="utf-8")
    assert "manifest.json: it is not as it was written" in store.faults(path.parent.name)[0]


def test_a_file_that_nobody_listed_is_a_fault(store: Store) -> None:
    folder = store.folder(store.current() or "")
    (folder / "prices" / "B.csv").write_text("stray", encoding="utf-8")
    assert "prices/B.csv: the file does not belong there" in store.faults(folder.name)[0]


def test_a_folder_that_cannot_be_written_to_is_named_and_stays_as_it_is() -> None:
    with TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        store = Store(Path(place) / "store")
        current = publish(store, OLD)
        before = contents(store.root)
        for path in (*store.root.rglob("*"), store.root):
            path.chmod(0o555 if path.is_dir() else 0o444)
        read, write = os.pipe()

        def work() -> None:
            if os.getuid() == 0:
                os.setuid(NOBODY)
            assert store.faults(current) == ()
            try:
                publish(store, NEW)
            except StoreError as problem:
                os.write(write, str(problem).encode())

        assert in_a_child(work) == 0
        os.close(write)
        with os.fdopen(read) as pipe:
            said = pipe.read()
        assert said == f"the store cannot be written to ({os.strerror(errno.EACCES)}); choose another folder."
        assert contents(store.root) == before
        for path in (store.root, *store.root.rglob("*")):
            path.chmod(0o755)


UNREADABLE = {
    "every file": lambda root: [path for path in root.rglob("*") if path.is_file()],
    "the tables": lambda root: [*root.rglob("A.csv")],
    "the folder of snapshots": lambda root: [root / SNAPSHOTS],
    "the whole store": lambda root: [root],
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_this_user_may_not_read_is_a_fault_in_a_sentence(what: str) -> None:
    with TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        store = Store(Path(place) / "store")
        current = publish(store, OLD)
        for path in UNREADABLE[what](store.root):
            path.chmod(0)
        read, write = os.pipe()

        def work() -> None:
            if os.getuid() == 0:
                os.setuid(NOBODY)
            said = [*store.faults(current), *(sentence(ask) for ask in ASKED.values())]
            os.write(write, "\n".join(filter(None, said)).encode())

        def sentence(ask: Callable[[Store, str], object]) -> str:
            try:
                ask(store, current)
            except StoreError as problem:
                return str(problem)
            return ""

        assert in_a_child(work) == 0
        os.close(write)
        with os.fdopen(read) as pipe:
            said = pipe.read()
        assert f"it cannot be read ({os.strerror(errno.EACCES)}); check that it is there" in said
        assert place not in said


ASKED: dict[str, Callable[[Store, str], object]] = {
    "current": lambda store, _: store.current(),
    "folder": lambda store, identifier: store.folder(identifier),
    "identifiers": lambda store, _: store.identifiers(),
    "manifests": lambda store, _: store.manifests(),
    "manifest": lambda store, identifier: store.manifest(identifier),
    "size": lambda store, identifier: store.size(identifier),
}


def test_a_shared_folder_that_has_gone_stale_is_a_fault_in_a_sentence(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = store.current() or ""

    def stale(*_: object, **__: object) -> None:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    for owner, name in ((Path, "read_bytes"), (Path, "stat"), (os, "listdir")):
        monkeypatch.setattr(owner, name, stale)
    for ask in ASKED.values():
        with pytest.raises(StoreError, match=os.strerror(errno.ESTALE)):
            ask(store, current)
    assert os.strerror(errno.ESTALE) in store.faults(current)[0]


def test_a_reader_during_swaps_always_finds_a_whole_snapshot(store: Store) -> None:
    old, new = store.current(), publish(store, NEW)

    def swap() -> None:
        while True:
            for identifier in (old, new):
                store.point_to(identifier or "")

    pid = os.fork()
    if pid == 0:
        swap()
    try:
        seen = {store.current() for _ in range(READS)}
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert seen <= {old, new}


def test_pruning_killed_midway_leaves_no_half_snapshot(store: Store) -> None:
    old, new = store.current() or "", publish(store, NEW)

    def work() -> None:
        with store.writing():
            # The first thing that is removed is the last thing that is done.
            kill_when("os.unlink", "os.remove", "os.rmdir")
            store.prune(0)

    assert os.WIFSIGNALED(in_a_child(work))
    assert store.identifiers() == {new}
    assert publish(store, OLD) == old
    assert not list((store.root / SNAPSHOTS).glob(".tmp-*"))


def test_pruning_keeps_the_newest_the_current_and_the_spared(store: Store) -> None:
    identifiers = [store.current() or ""]
    identifiers += [publish(store, {"prices/A.csv": f"date,close\n2023-07-07,{number}\n"}) for number in range(4)]
    newest_first = [item.snapshot_id for item in store.manifests()]
    store.point_to(identifiers[1])
    removed = store.prune(1, spared=[identifiers[0]])
    kept = {item.snapshot_id for item in store.manifests()}
    assert kept == {identifiers[0], identifiers[1], newest_first[0]}
    assert set(removed) == set(identifiers) - kept
    assert store.faults(identifiers[1]) == ()
