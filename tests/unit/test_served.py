"""Which data are served when the store is whole, damaged or of another shape, and what readers are told."""

import csv
import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from eventwindow.facts.errors import StoreError
from eventwindow.facts.prices import PRICE_TABLE, save_prices
from eventwindow.sources.remote import ADDRESS
from eventwindow.sources.served import load, served
from eventwindow.sources.snapshot import COMMITTED, Snapshot
from eventwindow.sources.store import MANIFEST, POINTER, Store
from eventwindow.ui.data import _shelves, shelf
from eventwindow.ui.shelves import FAULT_SECONDS, KEPT, LOOK_SECONDS, Shelves

Change = Callable[[Path], None]
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda content: content[: len(content) // 2],
    "empty": lambda _: b"",
    "garbage": lambda _: b"\xff\x00PAR1 garbage \x80",
}


class Clock:
    """Time that passes when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def add(store: Store, snapshot: Snapshot, mark: str, change: Change = lambda _: None) -> str:
    """Publish the committed tables, prices as one table, told apart by a mark in SOURCES.md."""

    def write(place: Path) -> None:
        for path in COMMITTED.glob("*.*"):
            shutil.copyfile(path, place / path.name)
        save_prices(snapshot.prices.series.values(), place)
        (place / "SOURCES.md").write_text(mark, encoding="utf-8")
        change(place)

    with store.writing():
        return store.publish(write, source=mark, series={})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def rewritten(table: str, change: Callable[[dict[str, str]], dict[str, str]]) -> Change:
    def work(place: Path) -> None:
        with (place / table).open(encoding="utf-8", newline="") as handle:
            rows = [change(row) for row in csv.DictReader(handle)]
        with (place / table).open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    return work


def test_without_a_store_the_committed_data_are_served(snapshot: Snapshot) -> None:
    found = served(None)
    assert (found.snapshot.snapshot_id, found.notes, found.manifest) == (snapshot.snapshot_id, (), None)


def test_an_empty_or_absent_store_serves_the_committed_data_too(store: Store, snapshot: Snapshot) -> None:
    assert served(store).notes == ()
    store.root.mkdir()
    assert served(store).snapshot.snapshot_id == snapshot.snapshot_id
    assert list(store.root.iterdir()) == []


def test_the_snapshot_that_the_pointer_names_is_served_with_the_same_prices(store: Store, snapshot: Snapshot) -> None:
    identifier = add(store, snapshot, "first")
    found = served(store)
    assert found.snapshot.snapshot_id == identifier
    assert found.manifest is not None
    assert found.manifest.source == "first"
    assert {symbol: item.close.tolist() for symbol, item in found.snapshot.prices.series.items()} == {
        symbol: item.close.tolist() for symbol, item in snapshot.prices.series.items()
    }


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", [PRICE_TABLE, "events.csv", MANIFEST, POINTER])
def test_a_damaged_file_is_named_and_the_next_best_snapshot_served(
    store: Store, snapshot: Snapshot, name: str, damage: str
) -> None:
    older, newer = add(store, snapshot, "first"), add(store, snapshot, "second")
    path = store.root / POINTER if name == POINTER else store.folder(newer) / name
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    found = served(store)
    # A damaged pointer leaves two whole snapshots, made in the same second perhaps: either is good.
    assert found.snapshot.snapshot_id in ((older, newer) if name == POINTER else (older,))
    (note,) = found.notes
    assert name in note
    assert str(store.root) not in note


def test_with_no_whole_snapshot_the_committed_data_are_served(store: Store, snapshot: Snapshot) -> None:
    identifier = add(store, snapshot, "first")
    (store.folder(identifier) / PRICE_TABLE).unlink()
    found = served(store)
    assert found.snapshot.snapshot_id == snapshot.snapshot_id
    assert "prices.parquet: the file is missing" in found.notes[0]


def test_a_lost_pointer_is_said(store: Store, snapshot: Snapshot) -> None:
    add(store, snapshot, "first")
    (store.root / POINTER).unlink()
    found = served(store)
    assert found.snapshot.snapshot_id == snapshot.snapshot_id
    assert "CURRENT is missing" in found.notes[0]


SHAPES = {
    "a missing column": (
        rewritten("series.csv", lambda row: {k: v for k, v in row.items() if k != "calendar"}),
        "calendar",
    ),
    "a renamed column": (
        rewritten("events.csv", lambda row: {("act_id" if k == "event_id" else k): v for k, v in row.items()}),
        "event_id",
    ),
    "a re-typed column": (rewritten("series.csv", lambda row: row | {"last_date": "soon"}), "'soon' is not a date"),
    "a missing table": (lambda place: (place / "listings.csv").unlink(), "listings.csv: the table is missing"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_tables_of_another_shape_are_not_served(store: Store, snapshot: Snapshot, shape: str) -> None:
    change, words = SHAPES[shape]
    older, newer = add(store, snapshot, "first"), add(store, snapshot, "second", change)
    assert store.faults(newer) == ()
    found = served(store)
    assert found.snapshot.snapshot_id == older
    assert words in found.notes[0]


def test_a_further_column_does_no_harm(store: Store, snapshot: Snapshot) -> None:
    newer = add(store, snapshot, "second", rewritten("series.csv", lambda row: row | {"more": "x"}))
    assert served(store).snapshot.snapshot_id == newer


def test_the_data_a_link_wants_are_served_as_long_as_they_are_kept(store: Store, snapshot: Snapshot) -> None:
    older, newer = add(store, snapshot, "first"), add(store, snapshot, "second")
    assert served(store, older).snapshot.snapshot_id == older
    assert served(store, snapshot.snapshot_id).folder == COMMITTED
    shutil.rmtree(store.folder(older))
    found = served(store, older)
    assert found.snapshot.snapshot_id == newer
    assert found.notes == (f"data {older} is not here any more: showing the current data",)


def test_a_single_snapshot_that_cannot_be_loaded_is_an_error_in_words(store: Store) -> None:
    for place in (None, store):
        with pytest.raises(StoreError, match="0123456789ab"):
            load(place, "0123456789ab")


def test_a_new_pointer_is_picked_up_within_seconds_and_not_looked_at_before(store: Store, snapshot: Snapshot) -> None:
    first, clock = add(store, snapshot, "first"), Clock()
    shelves = Shelves(store, clock)
    second = add(store, snapshot, "second")
    clock.now += LOOK_SECONDS / 2
    assert shelves.current().snapshot.snapshot_id == first
    clock.now += LOOK_SECONDS
    assert shelves.current().snapshot.snapshot_id == second
    assert shelves.of(first).snapshot.snapshot_id == first


def test_the_last_good_snapshot_is_served_through_every_fault(store: Store, snapshot: Snapshot) -> None:
    first, clock = add(store, snapshot, "first"), Clock()
    shelves = Shelves(store, clock)
    held = shelves.current().snapshot
    for fault in (
        lambda: (store.root / POINTER).write_bytes(b"\xff\xff"),
        lambda: (store.root / POINTER).write_text("0123456789ab\n", encoding="ascii"),
        lambda: shutil.rmtree(store.root / "snapshots"),
    ):
        fault()
        clock.now += LOOK_SECONDS + FAULT_SECONDS
        found = shelves.current()
        assert found.snapshot is held
        assert found.notes
    shutil.rmtree(store.root)
    mended = add(store, snapshot, "second")
    clock.now += FAULT_SECONDS + 1
    assert (shelves.current().snapshot.snapshot_id, shelves.current().notes) == (mended, ())
    assert shelves.of(first).snapshot is held


def test_a_store_that_has_gone_stale_keeps_what_is_served_and_is_looked_at_again_later(
    store: Store, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, clock = add(store, snapshot, "first"), Clock()
    shelves = Shelves(store, clock)
    second = add(store, snapshot, "second")
    looks = 0

    def stale(path: Path) -> bytes:
        nonlocal looks
        looks += 1
        raise OSError(errno.ESTALE, f"stale {path.name}")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", stale)
        clock.now += LOOK_SECONDS
        assert shelves.current().snapshot.snapshot_id == first
        assert "CURRENT: it cannot be read" in shelves.current().notes[0]
        assert looks == 1
    clock.now += FAULT_SECONDS
    assert (shelves.current().snapshot.snapshot_id, shelves.current().notes) == (second, ())


@pytest.mark.parametrize("name", [POINTER, PRICE_TABLE, "snapshots", "."])
def test_an_unreadable_store_is_named_and_the_committed_data_are_served(
    store: Store, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    identifier = add(store, snapshot, "first")
    refused = (store.folder(identifier) / name if name == PRICE_TABLE else store.root / name).resolve()

    def unless_refused(work: Callable[..., object]) -> Callable[..., object]:
        def guarded(path: Path, *given: object, **more: object) -> object:
            if refused in (Path(path), *Path(path).parents):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return work(path, *given, **more)

        return guarded

    for owner, method in ((Path, "read_bytes"), (Path, "stat"), (os, "listdir")):
        monkeypatch.setattr(owner, method, unless_refused(getattr(owner, method)))
    shelf = Shelves(store, Clock()).current()
    wanted = identifier if name == POINTER else snapshot.snapshot_id
    assert shelf.snapshot.snapshot_id == wanted
    assert os.strerror(errno.EACCES) in shelf.notes[0]
    assert str(store.root) not in "".join(shelf.notes)


def test_a_pointer_that_is_lost_while_serving_changes_nothing_and_is_said(store: Store, snapshot: Snapshot) -> None:
    first, clock = add(store, snapshot, "first"), Clock()
    shelves = Shelves(store, clock)
    (store.root / POINTER).unlink()
    clock.now += LOOK_SECONDS
    assert shelves.current().snapshot.snapshot_id == first
    assert "CURRENT is missing, so what was shown before stays" in shelves.current().notes[0]
    store.point_to(first)
    clock.now += FAULT_SECONDS
    assert shelves.current().notes == ()


def test_why_there_is_no_store_is_told_with_the_committed_data(
    tmp_path: Path, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    told = {"s4://bucket/store": "no library for addresses like s4://", str(tmp_path / "file"): "Not a directory"}
    for address, words in told.items():
        monkeypatch.setenv(ADDRESS, address)
        _shelves.clear()
        found = shelf()
        assert found.snapshot.snapshot_id == snapshot.snapshot_id
        assert words in found.notes[0]
    _shelves.clear()


def test_few_old_snapshots_stay_in_memory(store: Store, snapshot: Snapshot) -> None:
    identifiers = [add(store, snapshot, f"number {number}") for number in range(5)]
    shelves = Shelves(store, Clock())
    first = shelves.of(identifiers[0])
    assert shelves.of(identifiers[0]) is first
    for identifier in identifiers[1:-1]:
        assert shelves.of(identifier).snapshot.snapshot_id == identifier
    assert shelves.of(identifiers[0]) is not first
    assert len(shelves._older) == KEPT - 1


def test_a_name_that_was_never_there_costs_no_look_at_the_disk(store: Store, snapshot: Snapshot) -> None:
    current = add(store, snapshot, "first")
    shelves = Shelves(store, Clock())
    shutil.rmtree(store.root)
    found = shelves.of("0123456789ab")
    assert found.snapshot.snapshot_id == current
    assert found.notes == ("data 0123456789ab is not here any more: showing the current data",)
