"""The commands that keep the data: what they say and with which exit code. No network is touched."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from eventwindow.cli import main
from eventwindow.sources.refresh import archive
from eventwindow.sources.remote import ADDRESS
from eventwindow.sources.snapshot import COMMITTED, Snapshot
from eventwindow.sources.store import MANIFEST, POINTER, Store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv(ADDRESS, str(tmp_path / "store"))
    return Store(tmp_path / "store")


def add(store: Store, text: str) -> str:
    with store.writing():
        return store.publish(lambda place: _write(place, text), source=f"made from {text}", series={})


def _write(place: Path, text: str) -> None:
    (place / "A.csv").write_text(text, encoding="utf-8")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize("command", ["refresh", "snapshots"])
def test_without_a_store_a_command_says_what_to_set(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    code, out, err = run(capsys, command)
    assert (code, out) == (2, "")
    assert "EVENTWINDOW_STORE is not set" in err


def test_a_second_refresh_is_told_who_is_running(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with store.writing():
        code, _, err = run(capsys, "refresh")
    assert code == 2
    assert "a refresh is already running (process" in err


@pytest.mark.usefixtures("store")
def test_without_a_folder_for_temporary_files_a_refresh_says_what_to_set(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    code, out, err = run(capsys, "refresh")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "no folder for temporary files can be written to (No such file or directory); set TMPDIR" in err
    assert str(tmp_path) not in err


def test_a_day_that_is_none_is_refused_with_the_way_to_write_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["refresh", "--since", "31/02/2023"])
    assert left.value.code == 2
    assert "'31/02/2023' is not a date; write it like 2023-01-01" in capsys.readouterr().err


def test_a_series_that_is_not_there_is_refused_before_anything_is_asked(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "refresh", "--listing", "NOPE")
    assert code == 2
    assert "--listing 'NOPE': no such series" in err
    assert store.identifiers() == frozenset()


def test_the_committed_data_are_sound(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    code, out, _ = run(capsys, "check")
    assert code == 0
    assert "All 13 checks passed" in out
    assert out.splitlines()[-1] == "no fault"


def test_every_fault_of_a_store_is_a_line_and_makes_the_exit_code_one(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, third = add(store, "first"), add(store, "second"), add(store, "third")
    (store.folder(first) / "A.csv").unlink()
    (store.folder(second) / MANIFEST).write_text("{}", encoding="utf-8")
    (store.folder(third) / "B.csv").write_text("stray", encoding="utf-8")
    (store.root / POINTER).write_text("nonsense", encoding="ascii")
    code, out, _ = run(capsys, "check")
    assert code == 1
    assert f"snapshot {first}, A.csv: the file is missing" in out
    assert f"snapshot {second}, manifest.json: it cannot be read" in out
    assert f"snapshot {third}, B.csv: the file does not belong there" in out
    assert "CURRENT: it names no snapshot" in out
    assert str(store.root) not in out


def test_a_file_that_may_not_be_read_is_a_fault_and_not_the_end_of_the_command(
    store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier = add(store, "first")
    read_bytes = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name in ("A.csv", MANIFEST):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    code, out, _ = run(capsys, "check")
    assert code == 1
    assert f"snapshot {identifier}, {MANIFEST}: it cannot be read (Permission denied)" in out
    code, out, _ = run(capsys, "snapshots")
    assert code == 0
    assert "it cannot be read (Permission denied)" in out


def test_snapshots_are_listed_with_their_marks_and_broken_ones_with_their_fault(
    store: Store, capsys: pytest.CaptureFixture[str], snapshot: Snapshot
) -> None:
    with store.writing():
        assert archive(store) == snapshot.snapshot_id
    current, broken = add(store, "first"), add(store, "second")
    with store.writing():
        store.point_to(current)
    (store.folder(broken) / MANIFEST).unlink()
    code, out, _ = run(capsys, "snapshots")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert code == 0
    assert "  current  " in lines[current]
    assert lines[current].endswith("made from first")
    assert "  committed  " in lines[snapshot.snapshot_id]
    assert lines[snapshot.snapshot_id].endswith("the committed data")
    assert "cannot be read" in lines[broken]


def test_pruning_spares_the_current_and_the_committed_snapshot(
    store: Store, capsys: pytest.CaptureFixture[str], snapshot: Snapshot
) -> None:
    with store.writing():
        archive(store)
    kept, removed = add(store, "first"), add(store, "second")
    code, out, _ = run(capsys, "snapshots", "--use", kept)
    assert (code, store.current()) == (0, kept)
    code, out, _ = run(capsys, "snapshots", "--prune", "0")
    assert (code, out.splitlines()[0]) == (0, f"removed: {removed}")
    assert store.identifiers() == {kept, snapshot.snapshot_id}


@pytest.mark.parametrize("arguments", [("--prune", "-1"), ("--use", "0123456789ab"), ("--use", "../..")])
def test_what_cannot_be_done_is_said_in_one_line(
    store: Store, capsys: pytest.CaptureFixture[str], arguments: tuple[str, str]
) -> None:
    current = add(store, "first")
    code, out, err = run(capsys, "snapshots", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert store.current() == current


def test_committed_data_that_were_changed_are_not_archived(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(COMMITTED, folder)
    with (folder / "fines.csv").open("a", encoding="utf-8") as table:
        table.write("\n")
    monkeypatch.setattr("eventwindow.sources.served.COMMITTED", folder)
    monkeypatch.delenv(ADDRESS)
    code, out, _ = run(capsys, "check")
    assert code == 1
    assert "Checksums, fines.csv: has changed since the list was written" in out
    with store.writing(), pytest.raises(Exception, match="not as they were committed"):
        archive(store)


@pytest.mark.parametrize("command", ["refresh", "check", "snapshots", "study"])
def test_help_names_every_exit_code(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert "Exit code 0" in capsys.readouterr().out


@pytest.mark.usefixtures("store")
def test_a_snapshot_for_the_study_that_is_not_there_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, err = run(capsys, "study", "--data", "0123456789ab", "--out", str(tmp_path / "out"))
    assert code == 2
    assert "data '0123456789ab': no such snapshot in the store" in err


def test_loading_the_commands_does_not_load_the_price_source() -> None:
    line = "import sys, json, eventwindow.cli; print(json.dumps([m in sys.modules for m in ('yfinance', 'fsspec')]))"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [False, False]
