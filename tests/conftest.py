"""What every test shares: the committed data, loaded once, and how hard hypothesis searches."""

import os

import pytest
from hypothesis import settings

from eventwindow.sources.snapshot import Snapshot, load_snapshot

settings.register_profile("default", deadline=None, max_examples=200)
settings.register_profile("nightly", deadline=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_configure(config: pytest.Config) -> None:
    # exchange_calendars reads Series.values; pandas reports it from its own file, so naming the library misses it.
    message = "Series.values returning an ndarray that drops timezone"
    config.addinivalue_line("filterwarnings", f"ignore:{message}:pandas.errors.Pandas4Warning")


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    return load_snapshot()
