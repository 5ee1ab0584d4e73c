"""A reader's own events and prices through the command: what it reads, and how it names a fault."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eventwindow.cli import main
from eventwindow.sources.own import read_wide
from tests.unit.desk import DAYS, EVENTS, ZERO, Desk, changed, event_text, made_up_returns, wide_text


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


WIDE = wide_text(made_up_returns())
MARKET = ("--benchmark", "MKT")
BAD_EVENTS = [
    (
        event_text().replace("symbol", "ticker"),
        "events.csv, row 1: the column symbol is missing; the header needs event_id,",
    ),
    ("event_id,symbol,date\n", "events.csv: no events in it; give at least one row below the header."),
    (changed(event_text(), 3, 2, "07/07/2023"), "events.csv, row 3, column date: '07/07/2023' is not a date like"),
    (changed(event_text(), 4, 2, ""), "events.csv, row 4, column date: '' is not a date like 2023-07-07"),
    (changed(event_text(), 5, 2, "2023-02-30"), "events.csv, row 5, column date: '2023-02-30' is not a date"),
    (changed(event_text(), 2, 0, " "), "events.csv, row 2, column event_id: ' ' is not a name; correct the cell."),
    (changed(event_text(), 2, 1, ""), "events.csv, row 2, column symbol: '' is not a name; correct the cell."),
    (changed(event_text(), 5, 1, "ZZZ"), "events.csv, row 5, column symbol: 'ZZZ' is no column of wide.csv; correct"),
]
BAD_WIDE = [
    (WIDE.replace("date,", "day,", 1), "wide.csv, row 1: the column date is missing; call the column of dates so."),
    (changed(WIDE, 7, 0, "11.01.2022"), "wide.csv, row 7, column date: '11.01.2022' is not a date like 2023-07-07"),
    (changed(WIDE, 9, 0, ""), "wide.csv, row 9, column date: '' is not a date like 2023-07-07; correct the cell."),
    (changed(WIDE, 9, 0, f"{DAYS[3]:%Y-%m-%d}"), f"wide.csv, row 9, column date: {DAYS[3]:%Y-%m-%d} comes twice; keep"),
    (WIDE.replace("BBB", "AAA", 1), "wide.csv, row 1: the column 'AAA' comes twice; keep one."),
    (
        changed(WIDE, 12, 3, "n.m."),
        "wide.csv, row 12, column BBB: 'n.m.' is not a number (blank means missing); correct",
    ),
    (changed(WIDE, 12, 3, "1e999"), "wide.csv, row 12, column BBB: '1e999' is not a number"),
    ("", "wide.csv: not a CSV table ("),
]
WRONG_OPTIONS = [
    (("--benchmark", "HSI"), "wide.csv, row 1: no column 'HSI' for --benchmark; it has MKT, AAA, BBB, CCC."),
    ((), "--benchmark: the market model needs the column of its benchmark."),
    (("--model", "market-adjusted"), "--benchmark: the market-adjusted model needs the column of its benchmark."),
    (("--model", "scholes-williams"), "--benchmark: the scholes-williams model needs the column of its benchmark."),
    (("--model", "factors"), "--model factors: name the factor columns with --factors."),
    (("--model", "factors", "--factors", "MKT", "SMB"), "wide.csv, row 1: no column 'SMB' for --factors; it has MKT,"),
    ((*MARKET, "--factors", "BBB"), "--factors: the market model uses none; choose --model factors."),
    ((*MARKET, "--window", "1", "-1"), "--window: window [+1,-1]: it ends before it starts; write the earlier"),
    ((*MARKET, "--event", "fourth"), "--event 'fourth': events.csv has no such event."),
    ((*MARKET, "--listing", "MKT"), "--listing 'MKT': events.csv has no such listing."),
]


def refused(desk: Desk, capsys: pytest.CaptureFixture[str], words: str, *options: str) -> None:
    """Exit code 2, one line that starts with these words, and nothing written."""
    assert desk.run(*options) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"eventwindow: {words}")
    assert shown.err.count("\n") == 1
    assert not (desk.folder / "out").exists()


@pytest.mark.parametrize(("text", "words"), BAD_EVENTS, ids=range(len(BAD_EVENTS)))
def test_a_fault_in_the_events_is_named_by_row_and_column(
    desk: Desk, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    desk.write(events=text)
    refused(desk, capsys, words, *MARKET)


@pytest.mark.parametrize(("text", "words"), BAD_WIDE, ids=range(len(BAD_WIDE)))
def test_a_fault_in_the_table_of_returns_is_named_by_row_and_column(
    desk: Desk, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    (desk.folder / "wide.csv").write_bytes(text.encode())
    refused(desk, capsys, words, *MARKET)


@pytest.mark.parametrize(("options", "words"), WRONG_OPTIONS, ids=range(len(WRONG_OPTIONS)))
def test_options_that_do_not_fit_the_files_are_refused(
    desk: Desk, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    refused(desk, capsys, words, *options)


@pytest.mark.parametrize("missing", ["events.csv", "wide.csv"])
def test_a_file_that_is_not_there_is_named(desk: Desk, capsys: pytest.CaptureFixture[str], missing: str) -> None:
    (desk.folder / missing).unlink()
    refused(desk, capsys, f"{missing}: ", *MARKET)


def test_prices_and_returns_together_are_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        desk.run(*MARKET, "--prices", str(desk.folder / "wide.csv"))
    assert stop.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


def test_without_prices_or_returns_the_symbols_must_be_listings(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "--events", str(desk.folder / "events.csv"), "--out", str(desk.folder / "out")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(EVENTS)
    assert lines[0].startswith("eventwindow: events.csv, row 2, column symbol: 'AAA' cannot be studied here;")


def test_factors_may_be_named_one_at_a_time(desk: Desk) -> None:
    together = desk.study("--model", "factors", "--factors", "MKT", "CCC")
    assert desk.study("--model", "factors", "--factors=MKT", "--factors=CCC", out="apart") == together


@pytest.mark.parametrize("option", ["--prices", "--returns", "--factors"])
def test_tables_without_events_are_refused(desk: Desk, capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert main(["study", option, str(desk.folder / "wide.csv"), "--out", str(desk.folder / "out")]) == 2
    assert capsys.readouterr().err.startswith(f"eventwindow: {option}: it belongs to --events;")


def test_the_mean_adjusted_model_needs_no_benchmark(desk: Desk) -> None:
    assert desk.run("--model", "mean-adjusted") == 0
    assert {(row["status"], row["beta"]) for row in desk.rows("events.csv")} == {("ok", "")}


def test_rows_may_share_an_announcement_or_a_symbol(desk: Desk) -> None:
    found = desk.study("--window", "0", "1")
    keys = [(row["event_id"], row["symbol"], row["day0"], row["shift_sessions"], row["status"]) for row in found]
    assert keys == [(name, symbol, f"{day:%Y-%m-%d}", "0", "ok") for name, symbol, day in EVENTS]
    assert {row["n"] for row in desk.rows("tests.csv") if row["test"] == "cross_sectional_t"} == {"4"}
    assert {row["n"] for row in desk.rows("tests.csv") if row["test"] == "date_means_t"} == {"3"}


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (("--event", "first"), [0, 1]),
        (("--event", "first", "--event", "third"), [0, 1, 3]),
        (("--listing", "AAA"), [0, 2]),
        (("--event", "first", "--listing", "BBB"), [1]),
    ],
)
def test_events_and_listings_can_be_chosen(desk: Desk, options: tuple[str, ...], kept: list[int]) -> None:
    whole = {(row["event_id"], row["symbol"]): row["t"] for row in desk.study("--window", "0", "1", out="whole")}
    found = desk.study("--window", "0", "1", *options)
    assert [(row["event_id"], row["symbol"]) for row in found] == [EVENTS[place][:2] for place in kept]
    for row in found:
        assert float(row["t"]) == pytest.approx(float(whole[row["event_id"], row["symbol"]]), rel=1e-11)


def test_the_order_of_the_rows_of_returns_changes_no_byte(desk: Desk) -> None:
    desk.study(out="ordered")
    shuffled = made_up_returns().iloc[np.random.default_rng(3).permutation(len(DAYS))]
    desk.write(wide=wide_text(shuffled))
    desk.study(out="shuffled")
    assert desk.written("shuffled") == desk.written("ordered")


def test_the_order_of_the_events_changes_only_the_order_of_the_rows(desk: Desk) -> None:
    plain = {(row["event_id"], row["symbol"], row["window_end"], row["window_start"]): row for row in desk.study()}
    tests = [float(row["statistic"] or "nan") for row in desk.rows("tests.csv")]
    desk.write(events=event_text(EVENTS[::-1]))
    for row in desk.study(out="turned"):
        expected = plain[row["event_id"], row["symbol"], row["window_end"], row["window_start"]]
        assert float(row["t"]) == pytest.approx(float(expected["t"]), rel=1e-11)
    turned = [float(row["statistic"] or "nan") for row in desk.rows("tests.csv", "turned")]
    assert turned == pytest.approx(tests, rel=1e-11, nan_ok=True)


WRITTEN_OTHERWISE: dict[str, Callable[[str], str]] = {
    "byte order mark": lambda text: "\ufeff" + text,
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "both": lambda text: "\ufeff" + text.replace("\n", "\r\n"),
    "no line end at the end": lambda text: text.rstrip("\n"),
    "blank lines at the end": lambda text: text + "\n\n",
    "quoted": lambda text: "\n".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) for line in text.rstrip("\n").split("\n")
    ),
}


@pytest.mark.parametrize("way", WRITTEN_OTHERWISE)
def test_the_table_of_returns_may_be_written_by_any_program(desk: Desk, way: str) -> None:
    desk.study(out="plain")
    desk.write(wide=WRITTEN_OTHERWISE[way](WIDE))
    desk.study(out="other")
    assert desk.written("other") == desk.written("plain")


@pytest.mark.parametrize("way", [way for way in WRITTEN_OTHERWISE if way not in ("byte order mark", "both")])
def test_the_table_of_events_may_be_written_by_any_program(desk: Desk, way: str) -> None:
    desk.study(out="plain")
    desk.write(events=WRITTEN_OTHERWISE[way](event_text()))
    desk.study(out="other")
    assert desk.written("other") == desk.written("plain")


@pytest.mark.parametrize("blank", ["", " ", "NA", "nan", "NaN"])
def test_a_blank_cell_is_a_missing_return(desk: Desk, blank: str) -> None:
    desk.write(wide=changed(WIDE, ZERO + 2 + 1, 2, blank))  # AAA on the day after day 0
    found = {(row["event_id"], row["symbol"]): row["n_days"] for row in desk.study("--window", "-1", "1")}
    assert found == {("first", "AAA"): "2", ("first", "BBB"): "3", ("second", "AAA"): "3", ("third", "CCC"): "3"}
    missing = [row["day"] for row in desk.rows("abnormal.csv") if row["abnormal"] == "" and row["event_id"] == "first"]
    assert missing == ["1"]


def test_a_column_of_blanks_has_too_few_returns(desk: Desk) -> None:
    desk.write(wide=wide_text(made_up_returns().assign(BBB=np.nan)))
    status = {(row["event_id"], row["symbol"]): row["status"] for row in desk.study()}
    assert status["first", "BBB"] == "too_few_estimation_returns"
    assert [row["symbol"] for row in desk.rows("skipped.csv")] == ["BBB"]


@pytest.mark.parametrize(("day", "shift"), [(DAYS[ZERO], "0"), (DAYS[ZERO - 1] + pd.Timedelta(days=1), "1")])
def test_a_date_without_row_moves_to_the_next_row(desk: Desk, day: pd.Timestamp, shift: str) -> None:
    assert DAYS[ZERO].day_name() == "Monday"
    desk.write(events=event_text([("only", "AAA", day)]))
    found = desk.study()
    assert {(row["day0"], row["shift_sessions"], row["status"]) for row in found} == {
        (f"{DAYS[ZERO]:%Y-%m-%d}", shift, "ok")
    }
    assert {row["n_estimation"] for row in found} == {"250"}


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (DAYS[-1] + pd.Timedelta(days=1), "outside_calendar"),
        (DAYS[0] - pd.Timedelta(days=1), "outside_price_data"),
    ],
)
def test_an_event_after_the_last_row_or_before_the_first_has_a_reason_and_was_not_moved(
    desk: Desk, day: pd.Timestamp, status: str
) -> None:
    desk.write(events=event_text([*EVENTS, ("off", "BBB", day)]))
    off = [row for row in desk.study() if row["event_id"] == "off"]
    found = {(row["status"], row["car"], row["day0"], row["p"], row["shift_sessions"]) for row in off}
    assert found == {(status, "", "", "", "0")}
    (skipped,) = desk.rows("skipped.csv")
    assert (skipped["event_id"], skipped["symbol"], skipped["status"]) == ("off", "BBB", status)
    assert {row["n"] for row in desk.rows("tests.csv") if row["test"] == "patell_z"} == {"4"}


def test_an_event_near_the_last_row_loses_only_the_windows_beyond_it(desk: Desk) -> None:
    desk.write(events=event_text([("late", "AAA", DAYS[-1])]))
    found = {(row["window_start"], row["window_end"]): row["status"] for row in desk.study()}
    assert found == {("0", "0"): "ok", ("0", "1"): "window_past_data", ("-1", "1"): "window_past_data"}
    assert desk.rows("skipped.csv") == []


@pytest.mark.parametrize("kind", ["simple", "log"])
def test_prices_give_the_study_of_the_returns_computed_by_hand(desk: Desk, kind: str) -> None:
    returns = made_up_returns()
    prices = 50 * (1 + returns).cumprod()
    prices.iloc[ZERO - 30, 1] = np.nan
    prices.iloc[ZERO + 1, 2] = np.nan  # BBB has no price the day after day 0: two returns are missing
    by_hand = prices.pct_change(fill_method=None)
    desk.write(wide=wide_text(prices))
    found = desk.study("--returns-kind", kind, kind="prices", out="prices")
    desk.write(wide=wide_text(by_hand if kind == "simple" else np.log1p(by_hand)))
    expected = desk.study("--returns-kind", kind, out="returns")
    assert len(found) == len(expected) == 12
    for row, hand in zip(found, expected, strict=True):
        assert [row[name] for name in ("status", "n_days", "n_estimation", "day0")] == [
            hand[name] for name in ("status", "n_days", "n_estimation", "day0")
        ]
        for name in ("alpha", "beta", "car", "se", "t", "p", "bhar"):
            assert float(row[name]) == pytest.approx(float(hand[name]), rel=1e-9, abs=1e-13)
    assert {row["n_days"] for row in found if row["symbol"] == "BBB" and row["window_end"] == "1"} == {"1", "2"}


@pytest.mark.parametrize("price", ["0", "-3.5"])
def test_a_price_of_nought_or_less_is_a_missing_price(desk: Desk, price: str) -> None:
    prices = wide_text(50 * (1 + made_up_returns()).cumprod())
    desk.write(wide=changed(prices, ZERO + 2, 2, price))
    cut = desk.study(kind="prices", out="cut")
    desk.write(wide=changed(prices, ZERO + 2, 2, ""))
    assert cut == desk.study(kind="prices", out="blank")
    assert {row["status"] for row in cut if row["event_id"] == "first" and row["symbol"] == "AAA"} == {
        "no_return_in_window", "ok",
    }  # fmt: skip


def test_a_table_is_sorted_by_day_whatever_the_order_of_its_rows(desk: Desk) -> None:
    desk.write(wide="date,A\n2023-07-10,3\n2023-07-06,1\n2023-07-07,\n")
    table = read_wide(desk.folder / "wide.csv")
    assert table.days.astype(str).tolist() == ["2023-07-06", "2023-07-07", "2023-07-10"]
    assert table.values[:, 0] == pytest.approx([1, np.nan, 3], nan_ok=True)


def test_a_repeated_row_is_studied_once_and_listed_among_the_skipped(desk: Desk) -> None:
    plain = {(row["event_id"], row["symbol"], row["window_end"], row["window_start"]): row for row in desk.study()}
    tests = (desk.folder / "out" / "tests.csv").read_bytes()
    desk.write(events=event_text([*EVENTS, EVENTS[1]]))
    found = desk.study(out="repeated")
    assert [row["status"] for row in found] == ["ok"] * 12 + ["repeated_event"] * 3
    for row in found[:12]:
        assert row == plain[row["event_id"], row["symbol"], row["window_end"], row["window_start"]]
    assert desk.rows("skipped.csv", "repeated") == [
        {
            "event_id": "first",
            "symbol": "BBB",
            "status": "repeated_event",
            "reason": "An earlier row names the same event, symbol and day 0; only that one is studied.",
        }
    ]
    assert (desk.folder / "repeated" / "tests.csv").read_bytes() == tests


def test_a_repeated_row_is_no_confounder_of_itself(desk: Desk) -> None:
    desk.study("--leave-out-confounded", out="plain")
    desk.write(events=event_text([*EVENTS, EVENTS[1]]))
    desk.study("--leave-out-confounded", out="repeated")
    assert desk.rows("confounders.csv", "repeated") == desk.rows("confounders.csv", "plain")
    assert {row["status"] for row in desk.rows("skipped.csv", "repeated")} == {"repeated_event"}


def test_the_column_of_dates_may_stand_anywhere(desk: Desk) -> None:
    plain = desk.study()
    frame = made_up_returns()
    text = frame.assign(date=frame.index.strftime("%Y-%m-%d"))[["MKT", "date", "AAA", "BBB", "CCC"]].to_csv(index=False)
    desk.write(wide=text)
    assert desk.study(out="moved") == plain


def test_the_days_of_one_weekend_are_one_event(desk: Desk) -> None:
    saturday = DAYS[ZERO - 1] + pd.Timedelta(days=1)
    desk.write(events=event_text([("e", "AAA", saturday + pd.Timedelta(days=later)) for later in (0, 1, 2)]))
    found = desk.study()
    assert [row["status"] for row in found] == ["ok"] * 3 + ["repeated_event"] * 6
    assert {row["n"] for row in desk.rows("tests.csv") if row["test"] == "patell_z"} == {"1"}
    assert [row["status"] for row in desk.rows("skipped.csv")] == ["repeated_event"] * 2


def test_a_window_named_twice_is_studied_once(desk: Desk) -> None:
    found = desk.study("--window", "0", "1", "--window", "0", "0", "--window", "0", "1")
    assert [(row["window_start"], row["window_end"]) for row in found[:2]] == [("0", "1"), ("0", "0")]
    assert len(found) == 2 * len(EVENTS)
    assert len(desk.rows("tests.csv")) == 2 * 14


def test_a_missing_day_zero_leaves_a_figure_of_the_other_sessions_with_a_note(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    returns = made_up_returns()
    returns.loc[DAYS[ZERO], "AAA"] = np.nan
    desk.write(wide=wide_text(returns), events=event_text(EVENTS[:1]))
    alone, pair, wide = desk.study()
    assert (alone["status"], alone["car"], alone["df"]) == ("no_return_in_window", "", "")
    for row, days in ((pair, "1"), (wide, "2")):
        assert (row["status"], row["n_days"], row["df"]) == ("ok", days, "248")
        assert row["reason"] == "Day 0 has no return; the figure is that of the window's other sessions."
    assert capsys.readouterr().out.count("Day 0 has no return") == 2


def test_an_event_without_a_figure_in_any_window_is_among_the_skipped(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    returns = made_up_returns()
    returns.loc[DAYS[ZERO - 1] : DAYS[ZERO + 1], "BBB"] = np.nan
    desk.write(wide=wide_text(returns))
    desk.study()
    (skipped,) = desk.rows("skipped.csv")
    assert (skipped["event_id"], skipped["symbol"], skipped["status"]) == ("first", "BBB", "no_return_in_window")
    assert "3 of 4 events studied" in capsys.readouterr().out


def test_only_the_confounded_one_of_two_rows_with_the_same_names_is_left_out(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    days = [("x", DAYS[ZERO - 15]), ("x", DAYS[ZERO + 20]), ("near", DAYS[ZERO + 22])]
    desk.write(events=event_text([(name, "AAA", day) for name, day in days]))
    found = desk.study("--leave-out-confounded", "--min-estimation", "60")
    assert [row["status"] for row in found[::3]] == ["ok", "confounded", "confounded"]
    assert "1 of 3 events studied, 2 left out as confounded." in capsys.readouterr().out


def test_one_event_is_judged_by_its_t_and_by_its_placebo_dates_where_they_were_asked_for(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.write(events=event_text(EVENTS[:1]))
    desk.study()
    assert "placebo" not in capsys.readouterr().out
    (first, *_) = desk.study("--placebo", "99")
    (row, *_) = [row for row in desk.rows("tests.csv") if row["test"] == "placebo"]
    count = row["reason"].split()[0]
    line = capsys.readouterr().out.splitlines()[1]
    assert f"t = {float(first['t']):.2f}".replace("-", "\u2212") in line
    assert f"; placebo p = {float(row['p']):.3f} among {count} dates." in line
