"""How far a long run of the command is: seen on a terminal, and nowhere else."""

import io
import sys
from pathlib import Path

import pytest

from eventwindow import cli
from tests.unit.desk import Desk

STEPS = (
    "reading",
    "studying all events on file",
    "looking for confounders",
    "studying events",
    "trying placebo dates",
    "testing across events",
    "writing events.csv",
    "writing confounders.csv",
)


class Terminal(io.StringIO):
    """What a reader in front of a screen sees."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run counts as long."""
    monkeypatch.setattr(cli, "PATIENCE", 1e-9)


def shown(monkeypatch: pytest.MonkeyPatch, screen: io.StringIO, folder: Path, *options: str) -> tuple[int, str]:
    """Exit code of the command, and what it put on stderr."""
    monkeypatch.setattr(sys, "stderr", screen)
    code = Desk(folder).run("--benchmark", "MKT", *options)
    return code, screen.getvalue()


@pytest.mark.usefixtures("at_once")
def test_a_long_run_names_its_steps_on_a_terminal_and_takes_the_bar_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, text = shown(monkeypatch, Terminal(), tmp_path, "--placebo", "20")
    frames = text.split("\r")
    assert code == 0
    places = [next(number for number, frame in enumerate(frames) if frame.startswith(step)) for step in STEPS]
    assert places == sorted(places)
    assert "\n" not in text
    assert frames[-2].strip() == frames[-1] == ""


@pytest.mark.usefixtures("at_once")
def test_the_share_done_never_falls_and_starts_at_nought(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _, text = shown(monkeypatch, Terminal(), tmp_path, "--placebo", "20")
    shares = [int(frame.split("%")[0].split()[-1]) for frame in text.split("\r") if "%" in frame]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 91)  # ten of eleven steps are done when the last begins


def test_a_short_run_shows_nothing_on_a_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cli, "PATIENCE", 3600.0)
    assert shown(monkeypatch, Terminal(), tmp_path) == (0, "")


@pytest.mark.usefixtures("at_once")
def test_off_a_terminal_stderr_stays_empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert shown(monkeypatch, io.StringIO(), tmp_path, "--placebo", "20") == (0, "")


@pytest.mark.usefixtures("at_once")
def test_a_refusal_stands_alone_on_its_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code, text = shown(monkeypatch, Terminal(), tmp_path, "--listing", "ZZZ")
    assert code == 2
    assert text.split("\r")[-1] == "eventwindow: --listing 'ZZZ': events.csv has no such listing.\n"


@pytest.mark.usefixtures("at_once")
def test_a_study_of_no_events_comes_to_its_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code, _ = shown(monkeypatch, Terminal(), tmp_path, "--event", "third", "--listing", "AAA")
    assert code == 0
