"""Collections of garbage stay short on a server that keeps figures for hours."""

import gc
from collections.abc import Iterator

import pytest

from eventwindow.ui import memory

FULL = {"generation": 2}


@pytest.fixture(autouse=True)
def nothing_stays_set_aside() -> Iterator[None]:
    before = list(gc.callbacks)
    yield
    gc.callbacks[:] = before
    gc.unfreeze()


def collection(keeper: memory._Keeper, monkeypatch: pytest.MonkeyPatch, starts: float, takes: float) -> None:
    monkeypatch.setattr("time.monotonic", lambda: starts)
    keeper("start", FULL)
    monkeypatch.setattr("time.monotonic", lambda: starts + takes)
    keeper("stop", FULL)


def test_what_survives_a_long_collection_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.unfreeze()
    keeper = memory._Keeper()
    collection(keeper, monkeypatch, keeper.reclaimed, 0.1)
    assert gc.get_freeze_count() > 0


def test_a_short_collection_sets_nothing_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.unfreeze()
    keeper = memory._Keeper()
    collection(keeper, monkeypatch, keeper.reclaimed, 0.0)
    assert gc.get_freeze_count() == 0


def test_what_was_set_aside_is_looked_through_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = memory._Keeper()
    gc.freeze()
    collection(keeper, monkeypatch, keeper.reclaimed + memory.RECLAIM_SECONDS + 1, 0.0)
    assert gc.get_freeze_count() == 0


def test_what_was_set_aside_is_looked_through_again_when_much_was_added(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = memory._Keeper()
    for _ in range(memory.RECLAIM_ADDITIONS):
        collection(keeper, monkeypatch, keeper.reclaimed, 0.1)
    assert gc.get_freeze_count() > 0
    collection(keeper, monkeypatch, keeper.reclaimed, 0.0)
    assert gc.get_freeze_count() == 0


def test_one_process_watches_its_collections_once() -> None:
    for _ in range(3):
        memory.keep_collections_short()
    assert sum(isinstance(callback, memory._Keeper) for callback in gc.callbacks) == 1
    assert gc.get_freeze_count() > 0
