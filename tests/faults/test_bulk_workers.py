"""Dask workers killed in the middle of a bulk study: the same files come out all the same."""

import hashlib
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster

from eventwindow.bulk import Job, plan, run
from eventwindow.study.engine import StudySpec
from eventwindow.study.windows import Window

SESSIONS, SERIES = 300, 40
DAYS = pd.date_range("2021-01-01", periods=SESSIONS, freq="D")


@pytest.fixture
def job(tmp_path: Path) -> Job:
    rng = np.random.default_rng(0)
    panel = pd.DataFrame(rng.normal(0, 0.02, (SESSIONS, SERIES)), columns=[f"S{number}" for number in range(SERIES)])
    panel.insert(0, "date", DAYS)
    panel.to_parquet(tmp_path / "panel.parquet", index=False)
    events = pd.DataFrame({"event_id": [f"e{number}" for number in range(50)], "date": DAYS[200:250]})
    events.to_parquet(tmp_path / "events.parquet", index=False)
    spec = StudySpec(estimation=Window(-130, -11), event_window=Window(0, 1), windows=(Window(0, 1),))
    return plan(tmp_path / "panel.parquet", tmp_path / "events.parquet", spec, benchmark="S0", series_per_part=1)


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as started:
        yield started


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def executor_of(client: Client) -> Executor:
    return client.get_executor(retries=5, pure=False)


def test_two_killed_workers_change_no_byte(job: Job, cluster: LocalCluster, tmp_path: Path) -> None:
    run(job, tmp_path / "serial")
    done, killed = [], []

    def kill_now_and_then(_: int) -> None:
        done.append(1)
        if len(done) in (5, 15):
            pids = [worker.process.pid for worker in cluster.workers.values() if worker.process]
            victim = next(pid for pid in pids if pid and pid not in killed)
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    with Client(cluster) as client, executor_of(client) as executor:
        run(job, tmp_path / "killed", executor, progress=kill_now_and_then)
    assert len(killed) == 2
    for left in (tmp_path / "killed").glob("*.tmp"):
        left.unlink()
    assert digests(tmp_path / "killed") == digests(tmp_path / "serial")
