"""`python -m eventwindow study`: what it writes, and how it refuses."""

import csv
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from eventwindow.case import build_case, return_tables, study_events
from eventwindow.cli import main
from eventwindow.facts.events import Clock
from eventwindow.facts.own import COLUMNS
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
        "confounders.csv": "event_id,symbol,other_event_id,offset,inside,day0",
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
    (("--window", "1", "-1"), "--window: window [+1,-1]: it ends before it starts; write the earlier session first."),
    (("--event-window", "5", "-5"), "--event-window: window [+5,-5]: it ends before it starts"),
    (("--estimation", "-11", "-260"), "--estimation: window [-11,-260]: it ends before it starts"),
    (("--estimation", "-260", "-10"), "estimation window [-260,-10]: it must end before the event window [-10,+10]"),
    (
        ("--estimation", "-1000000000000000", "-11"),
        "--estimation: window [-1000000000000000,-11]: no series is that long;",
    ),
    (
        ("--event-window", "-10", "1000000000000000"),
        "--event-window: window [-10,+1000000000000000]: no series is that long;",
    ),
    (("--placebo", "-5"), "--placebo -5: give 0 or more."),
    (("--placebo", "9", "--seed", "-1"), "--seed -1: give 0 or more."),
    (("--min-estimation", "0"), "--min-estimation 0: give 1 or more."),
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


OWN = """event_id,symbol,date,title,announced_at,group,fine,currency,source
fined,9988.HK,2023-07-07,Fined,2023-07-07T20:10:00+08:00,fine,7123000000,CNY,https://example.org/
fined,BABA,2023-07-07,Fined,2023-07-07T20:10:00+08:00,fine,7123000000,CNY,https://example.org/
by date,9988.HK,2023-07-07,,,,,,
on a Sunday,BABA,2023-07-09,,,,,,
"""


def own(folder: Path, text: str = OWN) -> tuple[str, str]:
    """The option that names one's own events."""
    path = folder / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return "--events", str(path)


def test_own_events_are_studied_on_the_prices_of_the_data(tmp_path: Path) -> None:
    """20:10 in Hong Kong is after its close and before the opening in New York on the same Friday, 7 July 2023."""
    folder = run(tmp_path / "out", *own(tmp_path))
    found = [(row["event_id"], row["symbol"], row["day0"]) for row in rows(folder / "events.csv")[::3]]
    assert found == [
        ("fined", "9988.HK", "2023-07-10"),
        ("fined", "BABA", "2023-07-07"),
        ("by date", "9988.HK", "2023-07-07"),
        ("on a Sunday", "BABA", "2023-07-10"),
    ]


@pytest.mark.parametrize(
    "settings", [(), ("--benchmark", "tech"), ("--returns-kind", "log"), ("--model", "mean-adjusted")]
)
def test_own_events_on_a_day_0_of_the_data_have_the_figures_of_the_data(
    tmp_path: Path, settings: tuple[str, ...]
) -> None:
    ours = rows(run(tmp_path / "ours", *MAIN, *settings) / "events.csv")
    theirs = rows(run(tmp_path / "theirs", *own(tmp_path), "--event", "fined", *settings) / "events.csv")
    assert len(theirs) == 6
    for row, other in zip(ours, theirs, strict=True):
        assert {**row, "event_id": "", "shift_sessions": ""} == {**other, "event_id": "", "shift_sessions": ""}


def test_own_events_close_to_each_other_are_confounders(tmp_path: Path) -> None:
    folder = run(tmp_path / "out", *own(tmp_path), "--event", "by date")
    near = [(row["event_id"], row["other_event_id"], row["offset"]) for row in rows(folder / "confounders.csv")]
    assert near == [("by date", "fined", "1")]
    alone = run(tmp_path / "alone", *own(tmp_path), "--leave-out-confounded")
    assert {row["status"] for row in rows(alone / "skipped.csv")} == {"confounded"}


def test_an_own_event_before_its_listing_traded_is_in_the_table_of_the_skipped(tmp_path: Path) -> None:
    folder = run(tmp_path / "out", *own(tmp_path, "event_id,symbol,date\nearly,9988.HK,2018-01-02\n"))
    assert [(row["event_id"], row["status"]) for row in rows(folder / "skipped.csv")] == [("early", "not_listed_yet")]


def test_every_fault_of_own_events_is_told_on_a_line_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = """event_id,symbol,date,announced_at
,BABA,2023-07-07,
a,XYZ,2023-02-30,
b,9626.HK,07/07/2023,
c,BABA,2023-07-07,2023-07-07 20:10
d,BABA,2023-07-07,2023-07-08T20:10:00+08:00
"""
    assert main(["study", *own(tmp_path, text), "--out", str(tmp_path / "out")]) == 2
    shown = capsys.readouterr()
    places = [line.split(": ")[1] for line in shown.err.splitlines()]
    assert places == [
        "mine.csv, row 2, column event_id",
        "mine.csv, row 3, column symbol",
        "mine.csv, row 3, column date",
        "mine.csv, row 4, column symbol",
        "mine.csv, row 4, column date",
        "mine.csv, row 5, column announced_at",
        "mine.csv, row 6, column announced_at",
    ]
    assert all(line.startswith("eventwindow: ") for line in shown.err.splitlines())
    assert shown.out == ""
    assert not (tmp_path / "out").exists()


OWN_REFUSED = [
    (("--benchmark", "HSI"), "--benchmark 'HSI': for the committed data choose broad or tech."),
    (("--model", "factors"), "--model factors: the committed data have no factors;"),
    (("--factors", "SMB"), "--factors: they are columns of --prices or --returns;"),
    (("--event", "fourth"), "--event 'fourth': mine.csv has no such event."),
    (("--listing", "0700.HK"), "--listing '0700.HK': mine.csv has no such listing."),
    (("--events", "nowhere/mine.csv"), "mine.csv: there is no such file; check the path."),
    (("--data", "0123456789ab"), ""),
]


@pytest.mark.parametrize(
    ("arguments", "words"), OWN_REFUSED, ids=lambda item: " ".join(item) if isinstance(item, tuple) else ""
)
def test_settings_that_do_not_fit_own_events_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    assert main(["study", *own(tmp_path), *arguments, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"eventwindow: {words}")
    assert error.count("\n") == 1


def test_help_of_the_study_says_what_own_events_may_hold(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["study", "--help"])
    shown = capsys.readouterr().out
    assert all(name in shown for name in COLUMNS)


def test_help_of_the_study_explains_every_column_and_every_code_it_writes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["study", "--help"])
    shown = capsys.readouterr().out
    said = ("event_id", "symbol", "model", "window_start", "window_end", "date", "expected")
    columns = {name for header in (EVENTS, TESTS, ABNORMAL) for name in header.split(",")} - set(said)
    assert all(name in shown for name in columns)
    given = ("no_return_in_window", "window_past_data", "clone_of_benchmark", "repeated_event", "negative_correlation")
    assert all(f"\n    {name} " in shown for name in given)


def test_the_example_of_the_help_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["study", "--help"])
    (example,) = re.findall(r"  python -m eventwindow (study .*\\\n.*)", capsys.readouterr().out)
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(example.replace("\\\n", " "))) == 0
    assert (tmp_path / "results" / "events.csv").is_file()


def test_a_model_that_does_not_exist_is_answered_with_the_names_of_those_that_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["study", "--model", "capm", "--out", "x"])
    assert "(choose from market, market-adjusted, mean-adjusted," in capsys.readouterr().err.replace("'", "")


def test_own_events_repeat_each_other_by_day_zero_as_the_clock_decides_it(tmp_path: Path) -> None:
    text = """event_id,symbol,date,announced_at
e,BABA,2023-07-08,
e,BABA,2023-07-10,2023-07-10T17:00:00-04:00
e,BABA,2023-07-11,
"""
    found = rows(run(tmp_path / "out", *own(tmp_path, text)) / "events.csv")[::3]
    # Saturday's is Monday 10 July; 17:00 on Monday is after the close in New York, so that one is Tuesday's.
    assert [(row["day0"], row["status"]) for row in found] == [
        ("2023-07-10", "ok"),
        ("2023-07-11", "ok"),
        ("", "repeated_event"),
    ]
