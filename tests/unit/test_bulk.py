"""Bulk studies: the engine's figures in files, the same whatever runs the parts and however often it was cut short."""

import hashlib
import json
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from eventwindow.bulk import plan, run, study_part
from eventwindow.cli import main
from eventwindow.facts.errors import BulkError, DataError, OptionError
from eventwindow.study.engine import StudySpec
from eventwindow.study.windows import Window

SESSIONS, SERIES = 400, 23
DAYS = pd.date_range("2020-01-01", periods=SESSIONS, freq="D")
SPEC = StudySpec(estimation=Window(-130, -11), event_window=Window(-1, 1), windows=(Window(0, 0), Window(-1, 1)))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A panel with gaps and 300 events on it, some without a figure."""
    rng = np.random.default_rng(8)
    market = rng.normal(0, 0.01, SESSIONS)
    returns = 0.9 * market[:, None] + rng.normal(0, 0.02, (SESSIONS, SERIES))
    returns[rng.random(returns.shape) < 0.002] = np.nan
    panel = pd.DataFrame(returns, columns=[f"S{number}" for number in range(SERIES)])
    panel.insert(0, "M", market)
    panel.insert(0, "date", DAYS)
    events = pd.DataFrame(
        {
            "event_id": [f"e{number}" for number in range(300)],
            "symbol": [f"S{number}" for number in rng.integers(0, SERIES, 300)],
            "date": DAYS[rng.integers(0, SESSIONS, 300)],
        }
    )
    panel.to_parquet(tmp_path / "panel.parquet", index=False)
    events.to_parquet(tmp_path / "events.parquet", index=False)
    return tmp_path / "panel.parquet", tmp_path / "events.parquet"


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_files_hold_the_figures_of_the_study_command(files: tuple[Path, Path], tmp_path: Path) -> None:
    panel, events = files
    pd.read_parquet(panel).to_csv(tmp_path / "panel.csv", index=False)
    pd.read_parquet(events).to_csv(tmp_path / "events.csv", index=False)
    settings = ["--benchmark", "M", "--estimation", "-130", "-11", "--window", "0", "0", "--window", "-1", "1"]
    arguments = ["--events", str(tmp_path / "events.csv"), "--returns", str(tmp_path / "panel.csv"), *settings]
    assert main(["study", *arguments, "--event-window", "-1", "1", "--out", str(tmp_path / "study")]) == 0
    arguments = ["--events", str(events), "--returns", str(panel), *settings]
    assert main(["bulk", *arguments, "--part-size", "7", "--out", str(tmp_path / "bulk")]) == 0
    expected = pd.read_csv(tmp_path / "study" / "events.csv")
    found = pd.concat(map(pd.read_parquet, sorted((tmp_path / "bulk").glob("*.parquet")))).set_index("event_id")
    assert len(found) == 300
    for window in (Window(0, 0), Window(-1, 1)):
        lines = expected[expected.window_start == window.start].set_index("event_id").loc[found.index]
        name = f"{window.start}_{window.end}"
        assert found[f"status_{name}"].tolist() == lines.status.tolist()
        for figure in ("car", "se", "t"):
            np.testing.assert_allclose(found[f"{figure}_{name}"], lines[figure], rtol=1e-10, atol=1e-14)
        for figure in ("alpha", "sigma"):
            np.testing.assert_allclose(found[figure], lines[figure], rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(found["beta_M"], lines.beta, rtol=1e-10)


def test_events_without_a_symbol_are_studied_on_every_series(files: tuple[Path, Path], tmp_path: Path) -> None:
    panel, events = files
    few = pd.read_parquet(events).iloc[:5]
    few.drop(columns="symbol").to_parquet(tmp_path / "all.parquet", index=False)
    crossed = few.drop(columns="symbol").merge(pd.DataFrame({"symbol": [f"S{n}" for n in range(SERIES)]}), how="cross")
    crossed.to_parquet(tmp_path / "crossed.parquet", index=False)
    tables = []
    for name in ("all", "crossed"):
        run(plan(panel, tmp_path / f"{name}.parquet", SPEC, benchmark="M", series_per_part=9), tmp_path / name)
        table = pd.concat(map(pd.read_parquet, sorted((tmp_path / name).glob("*.parquet"))))
        tables.append(table.astype({"event_id": str, "symbol": str}).sort_values(["event_id", "symbol"]))
    assert len(tables[0]) == 5 * SERIES
    pd.testing.assert_frame_equal(
        *(table.reset_index(drop=True) for table in tables), check_exact=False, rtol=1e-10, check_categorical=False
    )


def test_every_engine_writes_the_same_bytes(files: tuple[Path, Path], tmp_path: Path) -> None:
    panel, events = files
    for engine in ("serial", "processes", "dask"):
        arguments = ["--returns", str(panel), "--events", str(events), "--benchmark", "M", "--part-size", "5"]
        assert main(["bulk", *arguments, "--engine", engine, "--workers", "2", "--out", str(tmp_path / engine)]) == 0
    assert digests(tmp_path / "processes") == digests(tmp_path / "serial")
    assert digests(tmp_path / "dask") == digests(tmp_path / "serial")


def test_the_manifest_lists_every_file_with_its_sum(files: tuple[Path, Path], tmp_path: Path) -> None:
    panel, events = files
    run(plan(panel, events, SPEC, benchmark="M", series_per_part=10), tmp_path / "out")
    told = json.loads((tmp_path / "out" / "manifest.json").read_text())
    sums = digests(tmp_path / "out")
    assert {item["file"]: item["sha256"] for item in told["files"]} == {
        name: value for name, value in sums.items() if name.startswith("part-")
    }
    assert told["events_studied"] == 300
    assert sum(told["status"].values()) == 300 * len(SPEC.windows)
    assert told["returns"]["sha256"] == hashlib.sha256(panel.read_bytes()).hexdigest()


def test_a_run_cut_short_is_continued_and_only_the_rest_is_done(files: tuple[Path, Path], tmp_path: Path) -> None:
    job = plan(*files, SPEC, benchmark="M", series_per_part=5)
    run(job, tmp_path / "whole")
    run(job, tmp_path / "cut")
    for name in ("part-00001.parquet", "part-00003.parquet", "manifest.json"):
        (tmp_path / "cut" / name).unlink()
    (tmp_path / "cut" / "part-00001.parquet.99.tmp").write_bytes(b"half of it")
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "cut").glob("part-*.parquet")}
    run(job, tmp_path / "cut")
    assert digests(tmp_path / "cut") == digests(tmp_path / "whole")
    assert {name: (tmp_path / "cut" / name).stat().st_mtime_ns for name in before} == before


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_really_killed_breaks_the_pool_and_nothing_else(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    job = plan(*files, SPEC, benchmark="M", series_per_part=5)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(kill_self)
        with pytest.raises(BulkError, match="a worker was killed"):
            run(job, tmp_path / "out", pool)
    run(job, tmp_path / "out")
    run(job, tmp_path / "whole")
    assert digests(tmp_path / "out") == digests(tmp_path / "whole")


def test_a_folder_of_another_job_is_refused(files: tuple[Path, Path], tmp_path: Path) -> None:
    run(plan(*files, SPEC, benchmark="M"), tmp_path / "out")
    other = plan(*files, StudySpec(event_window=Window(0, 0), windows=(Window(0, 0),)), benchmark="M")
    with pytest.raises(OptionError, match="other files or settings"):
        run(other, tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep me")
    with pytest.raises(OptionError, match="is not empty"):
        run(other, tmp_path / "mine")
    assert (tmp_path / "mine" / "letter.txt").read_text() == "keep me"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda panel: panel.rename(columns={"date": "day"}), "panel.parquet: the column date is missing"),
        (lambda panel: panel.assign(date="soon"), "panel.parquet, column date: large_string is no date"),
        (lambda panel: pd.concat([panel, panel.iloc[[7]]]), "column date: 2020-01-08 comes twice"),
        (lambda panel: panel.assign(S0="x"), "panel.parquet, column S0: holds large_string, not numbers"),
        (lambda panel: panel.iloc[:0], "panel.parquet: no rows in it"),
    ],
)
def test_a_panel_that_cannot_be_used_is_named(
    files: tuple[Path, Path], tmp_path: Path, spoil: Callable[[pd.DataFrame], pd.DataFrame], said: str
) -> None:
    spoil(pd.read_parquet(files[0])).to_parquet(files[0])
    with pytest.raises(DataError, match=said):
        run(plan(*files, SPEC, benchmark="M"), tmp_path / "out")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda events: events.replace({"symbol": {"S3": "Z9"}}), "1 symbols have no column in panel.parquet.*'Z9'"),
        (lambda events: events.drop(columns="event_id"), "events.parquet: the column event_id is missing"),
        (lambda events: events.assign(date=pd.NaT), "events.parquet, row 0, column date: is empty"),
        (lambda events: events.iloc[:0], "events.parquet: no events in it"),
    ],
)
def test_events_that_cannot_be_used_are_named(
    files: tuple[Path, Path], spoil: Callable[[pd.DataFrame], pd.DataFrame], said: str
) -> None:
    spoil(pd.read_parquet(files[1])).to_parquet(files[1], index=False)
    with pytest.raises(DataError, match=said):
        plan(*files, SPEC, benchmark="M")


def test_the_command_names_what_is_wrong_in_one_line(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.parquet").write_text("date,S0\n")
    arguments = ["bulk", "--events", str(files[1]), "--out", str(tmp_path / "out"), "--benchmark", "M"]
    assert main([*arguments, "--returns", str(tmp_path / "text.parquet")]) == 2
    assert main([*arguments, "--returns", str(tmp_path / "none.parquet")]) == 2
    assert main([*arguments[:-1], "X", "--returns", str(files[0])]) == 2
    assert main([*arguments, "--returns", str(files[0]), "--scheduler", "tcp://127.0.0.1:1"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert "text.parquet: not a Parquet file" in lines[0]
    assert "none.parquet: there is no such file" in lines[1]
    assert "no column 'X' for --benchmark" in lines[2]
    assert "it belongs to --engine dask" in lines[3]


def test_parts_can_be_read_one_by_one(files: tuple[Path, Path], tmp_path: Path) -> None:
    job = plan(*files, SPEC, benchmark="M", series_per_part=10)
    run(job, tmp_path / "out")
    done = study_part(job, 1, tmp_path / "out")
    assert pq.read_metadata(tmp_path / "out" / done.file).num_rows == done.events
