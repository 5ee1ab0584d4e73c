"""What every test shares: the committed data, loaded once, and how hard hypothesis searches."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from eventwindow.sources.snapshot import Snapshot, load_snapshot

MAIN = sys.modules["__main__"]
settings.register_profile("default", deadline=None, max_examples=200)
settings.register_profile("nightly", deadline=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    return load_snapshot()


@pytest.fixture(autouse=True)
def same_main_module() -> Iterator[None]:
    """A page run in a test takes the place of the main module, with which every process started later would begin."""
    sys.modules["__main__"] = MAIN
    yield
    sys.modules["__main__"] = MAIN
