"""`python -m eventwindow study`: what it writes, and how it refuses."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from eventwindow.case import build_case, return_tables, study_events
from eventwindow.cli import main
from eventwindow.facts.events import Clock
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.engine import StudySpec, run_study
from eventwindow.study.windows import Window
from eventwindow.view import Benchmark, View

ROOT = Path(__file__).resolve().parents[2]
EVENTS = (
    "event_id,symbol,model,window_start,window_end,day0,shift_sessions,n_estimation,alpha,beta,sigma,n_days,car,se,t,df"
    ",p,bhar,status,reason"
)
TESTS = "model,window_start,window_end,test,n,statistic,df,distribution,p,status,reason"
SKIPPED = "event_id,symbol,status,reason"
ABNORMAL = "event_id,symbol,model,day,date,actual,expected,abnormal,se"
MAIN = ("--event", "ant-group-fine-2023-07", "--listing", "9988.HK", "--listing", "BABA")


def run(folder: Path, *arguments: str) -> Path:
    """The command inside this process; the folder it wrote."""
    assert main(["study", *arguments, "--out", str(folder)]) == 0
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_the_command_writes_five_tables(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "eventwindow", "study", *MAIN, "--out", str(tmp_path / "new" / "folder")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 of 2 events studied" in done.stdout
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == [
        "abnormal.csv",
        "confounders.csv",
        "events.csv",
        "skipped.csv",
        "tests.csv",
    ]


def test_the_tables_have_their_columns_in_order(tmp_path: Path) -> None:
    folder = run(tmp_path, *MAIN)
    first = {path.name: path.read_text(encoding="utf-8").split("\n", 1)[0] for path in folder.iterdir()}
    assert first == {
        "events.csv": EVENTS,
        "abnormal.csv": ABNORMAL,
        "tests.csv": TESTS,
        "skipped.csv": SKIPPED,
        "confounders.csv": "event_id,symbol,other_event_id,offset,inside",
    }


def test_the_tables_have_a_row_for_every_listing_window_and_session(tmp_path: Path) -> None:
    folder = run(tmp_path, *MAIN)
    windows = [("0", "0"), ("0", "1"), ("-1", "1")]
    found = [(row["symbol"], row["window_start"], row["window_end"]) for row in rows(folder / "events.csv")]
    assert found == [(symbol, *window) for symbol in ("9988.HK", "BABA") for window in windows]
    daily = [(row["symbol"], int(row["day"])) for row in rows(folder / "abnormal.csv")]
    assert daily == [(symbol, day) for symbol in ("9988.HK", "BABA") for day in range(-10, 11)]
    assert rows(folder / "skipped.csv") == []


@pytest.mark.parametrize(
    ("clock", "days"),
    [
        (Clock.ANNOUNCED, {"9988.HK": "2023-07-10", "BABA": "2023-07-07"}),
        (Clock.FIRST_REPORTED, {"9988.HK": "2023-07-07", "BABA": "2023-07-07"}),
    ],
)
def test_the_clock_decides_day_zero(tmp_path: Path, clock: Clock, days: dict[str, str]) -> None:
    folder = run(tmp_path, *MAIN, "--clock", clock)
    assert {row["symbol"]: row["day0"] for row in rows(folder / "events.csv")} == days
    assert {row["symbol"]: row["date"] for row in rows(folder / "abnormal.csv") if row["day"] == "0"} == days


@pytest.mark.parametrize("clock", list(Clock))
def test_the_numbers_are_those_of_the_page(tmp_path: Path, snapshot: Snapshot, clock: Clock) -> None:
    folder = run(tmp_path, *MAIN, "--clock", clock)
    case = build_case(snapshot, View(clock=clock))
    estimates = {(item.listing.symbol, each.window): each for item in case.listings for each in item.estimates}
    found = rows(folder / "events.csv")
    assert len(found) == 6
    for row in found:
        expected = estimates[row["symbol"], Window(int(row["window_start"]), int(row["window_end"]))]
        figures = [float(row[name]) for name in ("car", "se", "t", "p")]
        # The page studies other windows along with these, which may move the last bit of a sum.
        assert figures == pytest.approx([expected.value, expected.se, expected.t, expected.p], rel=1e-12, abs=0)
        assert (int(row["df"]), int(row["n_days"]), row["reason"]) == (expected.df, expected.n_days, "")


def test_the_daily_numbers_are_those_of_the_page(tmp_path: Path, snapshot: Snapshot) -> None:
    folder = run(tmp_path, *MAIN)
    study = build_case(snapshot, View()).study
    assert study is not None
    names = ["actual", "expected", "abnormal", "se"]
    shown = study.abnormal.set_index(["symbol", "day"])[names]
    written = {(row["symbol"], int(row["day"])): row for row in rows(folder / "abnormal.csv")}
    for symbol in ("9988.HK", "BABA"):
        for day in range(-5, 6):
            figures = [float(written[symbol, day][name]) for name in names]
            assert figures == pytest.approx(shown.loc[(symbol, day)].tolist(), rel=1e-12, abs=0)


def test_a_number_reads_back_as_the_same_float(tmp_path: Path, snapshot: Snapshot) -> None:
    folder = run(tmp_path, *MAIN)
    listings = [snapshot.listings[symbol] for symbol in ("9988.HK", "BABA")]
    announcements = [snapshot.announcements["ant-group-fine-2023-07"]]
    result = run_study(
        events=study_events(snapshot, announcements, listings, Clock.ANNOUNCED),
        prices=return_tables(snapshot, listings, Benchmark.BROAD),
        spec=StudySpec(),
    )
    for name in ("alpha", "beta", "sigma", "car", "se", "t", "p", "bhar"):
        assert [float(row[name]) for row in rows(folder / "events.csv")] == result.events[name].tolist(), name
    for name in ("actual", "expected", "abnormal", "se"):
        assert [float(row[name]) for row in rows(folder / "abnormal.csv")] == result.abnormal[name].tolist(), name


def test_an_act_of_a_group_gives_the_group(tmp_path: Path) -> None:
    folder = run(tmp_path, "--event", "tenpay-fine-2023-07", "--event", "ant-group-fine-2023-07", "--listing", "BABA")
    assert [row["event_id"] for row in rows(folder / "events.csv")] == ["ant-group-fine-2023-07"] * 3


def test_a_listing_named_twice_is_studied_once(tmp_path: Path) -> None:
    assert len(rows(run(tmp_path, *MAIN, "--listing", "BABA") / "events.csv")) == 6


def test_an_announcement_without_figure_is_in_the_table_of_the_skipped(tmp_path: Path) -> None:
    folder = run(tmp_path, "--event", "didi-fine-2022-07", "--listing", "DIDI")
    assert [row["status"] for row in rows(folder / "events.csv")] == ["no_longer_listed"] * 3
    assert rows(folder / "skipped.csv") == [
        {
            "event_id": "didi-fine-2022-07",
            "symbol": "DIDI",
            "status": "no_longer_listed",
            "reason": "The share was no longer listed on that day.",
        }
    ]
    assert rows(folder / "abnormal.csv") == []


def test_every_announcement_and_listing_is_studied_or_skipped(tmp_path: Path, snapshot: Snapshot) -> None:
    folder = run(tmp_path)
    listings = [item.symbol for item in snapshot.listings.values() if item.has_prices]
    pairs = {(event, symbol) for event in snapshot.announcements for symbol in listings}
    found = rows(folder / "events.csv")
    skipped = {(row["event_id"], row["symbol"]) for row in rows(folder / "skipped.csv")}
    studied = {(row["event_id"], row["symbol"]) for row in rows(folder / "abnormal.csv")}
    assert len(found) == 3 * len(pairs)
    assert studied | skipped == pairs
    assert not studied & skipped
    assert all((row["car"] == "") is (row["status"] != "ok") is (row["reason"] != "") for row in found)


SETTINGS = [
    ("--model", "mean-adjusted"),
    ("--model", "market-adjusted"),
    ("--benchmark", "tech"),
    ("--returns-kind", "log"),
    ("--estimation", "-130", "-11"),
]


@pytest.mark.parametrize("setting", SETTINGS, ids=" ".join)
def test_every_setting_changes_the_figures(tmp_path: Path, setting: tuple[str, ...]) -> None:
    plain, changed = run(tmp_path / "plain", *MAIN), run(tmp_path / "changed", *MAIN, *setting)
    assert rows(plain / "events.csv")[0]["t"] != rows(changed / "events.csv")[0]["t"]


def test_windows_can_be_chosen(tmp_path: Path) -> None:
    folder = run(tmp_path, *MAIN, "--event-window", "-2", "8", "--window", "-2", "2", "--window", "0", "8")
    assert [(row["window_start"], row["window_end"], row["n_days"]) for row in rows(folder / "events.csv")[:2]] == [
        ("-2", "2", "5"),
        ("0", "8", "9"),
    ]
    assert len(rows(folder / "abnormal.csv")) == 2 * 11


def test_the_fewest_estimation_returns_can_be_chosen(tmp_path: Path) -> None:
    folder = run(tmp_path, *MAIN, "--min-estimation", "251")
    assert {row["status"] for row in rows(folder / "events.csv")} == {"too_few_estimation_returns"}


REFUSED = [
    (("--event", "no-such-act"), "--event 'no-such-act': no such announcement; data/events.csv lists them."),
    (("--listing", "XYZ"), "--listing 'XYZ': no prices of it; choose from 9988.HK, BABA,"),
    (("--listing", "9626.HK"), "--listing '9626.HK': no prices of it; choose from"),
    (("--window", "1", "-1"), "window [+1,-1]: it ends before it starts; write the earlier session first."),
    (("--event-window", "5", "-5"), "window [+5,-5]: it ends before it starts"),
    (("--estimation", "-11", "-260"), "window [-11,-260]: it ends before it starts"),
    (("--estimation", "-260", "-10"), "estimation window [-260,-10]: it must end before the event window [-10,+10]"),
    (("--estimation", "-1000000000000000", "-11"), "window [-1000000000000000,-11]: no series is that long;"),
    (("--event-window", "-10", "1000000000000000"), "window [-10,+1000000000000000]: no series is that long;"),
    (("--window", "0", "11"), "window [0,+11]: it lies outside the event window [-10,+10]."),
]


@pytest.mark.parametrize(
    ("arguments", "words"), REFUSED, ids=lambda item: " ".join(item) if isinstance(item, tuple) else ""
)
def test_input_that_cannot_be_used_ends_with_two_and_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    assert main(["study", *arguments, "--out", str(tmp_path / "out")]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"eventwindow: {words}")
    assert shown.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("taken", ["out", "out/events.csv"])
def test_a_folder_that_cannot_be_written_ends_with_two_and_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], taken: str
) -> None:
    if taken == "out":
        (tmp_path / "out").write_text("a file where the folder should be", encoding="utf-8")
    else:
        (tmp_path / taken).mkdir(parents=True)
    assert main(["study", *MAIN, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"eventwindow: --out {tmp_path / 'out'}: cannot write there (")
    assert error.endswith("; choose another folder.\n")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["study"],
        ["study", "--out"],
        ["study", "--window", "one", "two", "--out", "x"],
        ["study", "--model", "capm", "--out", "x"],
        ["study", "--clock", "noon", "--out", "x"],
        ["place"],
    ],
    ids=" ".join,
)
def test_a_command_that_cannot_be_read_ends_with_two(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "error:" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["study", "--help"]], ids=" ".join)
def test_help_ends_with_nought(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 0
    assert "study" in capsys.readouterr().out


def test_help_of_the_study_names_every_file_it_writes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["study", "--help"])
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("events.csv", "abnormal.csv", "tests.csv", "skipped.csv"))


def test_an_event_without_a_model_has_no_degrees_of_freedom(tmp_path: Path) -> None:
    assert main(["study", "--event", "didi-fine-2022-07", "--listing", "DIDI", "--out", str(tmp_path)]) == 0
    with (tmp_path / "events.csv").open(encoding="utf-8", newline="") as handle:
        assert {row["df"] for row in csv.DictReader(handle)} == {""}


@pytest.mark.parametrize("window", [["--estimation", f"-{10**15}", "-11"], ["--event-window", "-10", str(10**15)]])
def test_a_window_longer_than_any_data_ends_with_two_and_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], window: list[str]
) -> None:
    assert main(["study", "--event", "didi-fine-2022-07", *window, "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
