"""Figures of the press beside ours: one rule each, with the prices of the main event where they serve."""

import csv
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from eventwindow.case import build_case
from eventwindow.facts.errors import DataError
from eventwindow.facts.prices import SessionMove, session_move
from eventwindow.facts.reported import Agreement, ReportedMove, compare, load_reported
from eventwindow.quality.press import press_figures
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.tables import reports_table
from eventwindow.view import View
from eventwindow.words import agreement, measured_words
from eventwindow.words_data import AGREEMENT_NAMES, press_finding

REPORTED = Path(__file__).resolve().parents[2] / "data" / "reported_moves.csv"
DAY = date(2023, 7, 7)
AGREES, IN_RANGE = Agreement.AGREES, Agreement.IN_RANGE
NEAR, DIFFERS, CANNOT_CHECK = Agreement.NEAR, Agreement.DIFFERS, Agreement.CANNOT_CHECK


def printed(moment: str, percent: float, qualifier: str = "eq") -> ReportedMove:
    return ReportedMove("x", "X", DAY, moment, percent / 100, qualifier, "a paper", "", "2023-07-07", "")


def measured(**percents: float | None) -> SessionMove:
    """A session that opened +1%, ranged from -2% to +6% and closed +3.44%, unless told otherwise."""
    shown = {"open": 1.0, "high": 6.0, "low": -2.0, "close": 3.44} | percents
    changes = {f"{name}_change": None if value is None else value / 100 for name, value in shown.items()}
    prices = {name: None if value is None else 100 + value for name, value in shown.items()}
    return SessionMove(
        day=DAY, previous_close=100.0, distribution=0.0, total_return=changes["close_change"], **prices, **changes
    )


CASES = [
    # moment, percent as printed, qualifier, outcome
    ("close", 3.44, "eq", AGREES),
    ("close", 3.4, "eq", AGREES),
    ("close", 3.54, "eq", AGREES),
    ("close", 3.55, "eq", NEAR),
    ("close", 3.33, "eq", NEAR),
    ("close", 3.94, "eq", NEAR),
    ("close", 3.95, "eq", DIFFERS),
    ("close", 2.93, "eq", DIFFERS),
    ("close", 6.4, "eq", DIFFERS),
    ("close", -3.44, "eq", DIFFERS),
    ("close", 3, "gt", AGREES),
    ("close", 3.5, "gt", AGREES),
    ("close", 3.9, "gt", NEAR),
    ("close", 4, "gt", DIFFERS),
    ("close", 4, "lt", AGREES),
    ("close", 3.4, "lt", AGREES),
    ("close", 3, "lt", NEAR),
    ("close", 2.9, "lt", DIFFERS),
    ("close", 3, "about", AGREES),
    ("close", 3.9, "about", AGREES),
    ("close", 4, "about", DIFFERS),
    ("open", 1, "eq", AGREES),
    ("open", 1.2, "eq", NEAR),
    ("intraday_high", 6, "as_much_as", AGREES),
    ("intraday_high", 6.05, "as_much_as", AGREES),
    ("intraday_high", 5, "as_much_as", DIFFERS),
    ("intraday_high", 5, "gt", AGREES),
    ("intraday_low", -2, "as_much_as", AGREES),
    ("intraday_low", -1, "gt", AGREES),
    ("intraday_low", -3, "gt", DIFFERS),
    ("intraday_low", -3, "lt", AGREES),
    ("intraday", 5.8, "eq", IN_RANGE),
    ("intraday", 6.1, "eq", IN_RANGE),
    ("intraday", 6.2, "eq", NEAR),
    ("intraday", -2.1, "eq", IN_RANGE),
    ("intraday", -2.2, "eq", NEAR),
    ("intraday", 6.5, "eq", NEAR),
    ("intraday", 6.6, "eq", DIFFERS),
    ("intraday", -2.6, "eq", DIFFERS),
    ("intraday", 6.5, "about", IN_RANGE),
    ("intraday", 6.6, "about", DIFFERS),
    ("intraday", 5, "gt", IN_RANGE),
    ("intraday", 6.3, "gt", NEAR),
    ("intraday", 7, "gt", DIFFERS),
    ("intraday", -1, "lt", IN_RANGE),
    ("intraday_early", 0, "eq", IN_RANGE),
    ("premarket", 3.44, "eq", CANNOT_CHECK),
    ("afterhours", 3.44, "eq", CANNOT_CHECK),
]


@pytest.mark.parametrize(("moment", "percent", "qualifier", "outcome"), CASES)
def test_a_printed_figure_is_set_against_the_same_moment(
    moment: str, percent: float, qualifier: str, outcome: Agreement
) -> None:
    assert compare(printed(moment, percent, qualifier), measured()) is outcome


@pytest.mark.parametrize(
    ("moment", "unknown"),
    [("open", "open"), ("close", "close"), ("intraday", "low"), ("intraday", "high"), ("intraday_high", "high")],
)
def test_a_price_we_do_not_know_cannot_check_anything(moment: str, unknown: str) -> None:
    assert compare(printed(moment, 1), measured(**{unknown: None})) is CANNOT_CHECK


def test_more_than_a_loss_means_a_deeper_loss() -> None:
    fall = measured(close=-9.79)
    assert compare(printed("close", -9, "gt"), fall) is AGREES
    assert compare(printed("close", -10, "gt"), fall) is NEAR
    assert compare(printed("close", -10.5, "gt"), fall) is DIFFERS
    assert compare(printed("close", -10, "lt"), fall) is AGREES


MAIN_EVENT = [
    # symbol, day, moment, percent, outcome, against the measured table in the README of the facts
    ("BABA", "2023-07-07", "intraday_early", 5.59, IN_RANGE),
    ("BABA", "2023-07-07", "open", 5.59, DIFFERS),
    ("BABA", "2023-07-07", "close", 8.0, AGREES),
    ("BABA", "2023-07-07", "premarket", 3.3, CANNOT_CHECK),
    ("9988.HK", "2023-07-07", "close", 3.44, AGREES),
    ("9988.HK", "2023-07-07", "close", 6.4, DIFFERS),
    ("9988.HK", "2023-07-07", "intraday_high", 6.4, AGREES),
    ("9988.HK", "2023-07-10", "open", 5.5, AGREES),
]


@pytest.mark.parametrize(("symbol", "day", "moment", "percent", "outcome"), MAIN_EVENT)
def test_the_figures_of_the_main_event_stand_as_documented(
    snapshot: Snapshot, symbol: str, day: str, moment: str, percent: float, outcome: Agreement
) -> None:
    listing = snapshot.listings[symbol]
    calendar = snapshot.calendars[listing.market]
    position = calendar.position(date.fromisoformat(day))
    assert position is not None
    assert compare(printed(moment, percent), session_move(snapshot.prices, listing, calendar, position)) is outcome


def test_a_printed_figure_is_never_changed_by_the_comparison() -> None:
    move = printed("close", 6.4)
    before = replace(move)
    compare(move, measured())
    assert move == before


def test_every_row_of_the_table_loads_in_order(snapshot: Snapshot) -> None:
    with REPORTED.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == len(snapshot.reported) == 281
    for row, move in zip(rows, snapshot.reported, strict=True):
        assert (row["event_id"], row["symbol"], row["session_date"]) == (move.event_id, move.symbol, str(move.day))
        assert (row["phase"], row["qualifier"], row["publisher"]) == (move.moment, move.qualifier, move.publisher)
        assert move.change == pytest.approx(float(row["reported_percent"]) / 100, rel=1e-15)


def test_every_figure_of_a_share_with_prices_has_an_outcome(snapshot: Snapshot) -> None:
    outcomes = set()
    for move in snapshot.reported:
        listing = snapshot.listings.get(move.symbol)
        if listing is None or not listing.has_prices:
            continue
        calendar = snapshot.calendars[listing.market]
        position = calendar.position(move.day)
        assert position is not None, move
        outcomes.add(compare(move, session_move(snapshot.prices, listing, calendar, position)))
    assert outcomes == set(Agreement)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [("reported_percent", "", "a percentage"), ("reported_percent", "5%", "a number"), ("session_date", "7 July", "")],
)
def test_a_cell_that_cannot_be_read_is_refused_with_file_row_and_column(
    tmp_path: Path, column: str, value: str, words: str
) -> None:
    with REPORTED.open(encoding="utf-8", newline="") as handle:
        first = next(csv.DictReader(handle)) | {column: value}
    with (tmp_path / "reported_moves.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(first))
        writer.writeheader()
        writer.writerow(first)
    with pytest.raises(DataError, match=rf"reported_moves\.csv, row 2, column {column}: .*{words}"):
        load_reported(tmp_path)


SENTENCES = [
    ("close", 3.4, "eq", "Agrees with the measured +3.44% at the close."),
    ("close", 3.9, "eq", "Near the measured +3.44% at the close: off by less than half a point."),
    ("close", -3.44, "eq", "Differs from the measured +3.44% at the close; both are shown as they are."),
    ("open", 1, "eq", "Agrees with the measured +1.00% at the open."),
    ("intraday", 5.8, "eq", "Fits the measured range −2.00% to +6.00% of the day; the minute itself is not known."),
    ("intraday", 9, "eq", "Differs from the measured range −2.00% to +6.00% of the day; both are shown as they are."),
    ("premarket", 3, "gt", "Cannot be checked: before the open daily data have no price."),
    ("afterhours", 3, "gt", "Cannot be checked: after the close daily data have no price."),
]


@pytest.mark.parametrize(("moment", "percent", "qualifier", "sentence"), SENTENCES)
def test_every_verdict_has_a_sentence_with_the_measured_figure(
    moment: str, percent: float, qualifier: str, sentence: str
) -> None:
    assert agreement(printed(moment, percent, qualifier), measured()) == sentence


def test_a_price_or_a_day_that_is_not_on_file_is_said() -> None:
    move = printed("open", 1)
    assert agreement(move, measured(open=None)) == "Cannot be checked: at the open the price of that day is not known."
    assert agreement(move, None) == "No daily price of that day is on file, so it cannot be checked."
    assert measured_words(move, measured(open=None)) == ""


def test_every_printed_figure_has_a_verdict_and_a_sentence(snapshot: Snapshot) -> None:
    figures = press_figures(snapshot)
    counts = Counter(item.agreement for item in figures)
    assert counts == {AGREES: 130, IN_RANGE: 103, NEAR: 13, DIFFERS: 10, CANNOT_CHECK: 25}
    starts = {AGREES: "Agrees", IN_RANGE: "Fits", NEAR: "Near", DIFFERS: "Differs", CANNOT_CHECK: "Cannot"}
    for item in figures:
        sentence = agreement(item.printed, item.measured)
        assert sentence.startswith(starts[item.agreement])
        assert sentence.endswith(".")
        assert "None" not in sentence
    assert press_finding(figures) == (
        "Of 281 printed figures daily prices can check 256: 233 agree (130 with the figure of the same moment, 103 lie "
        "inside the day's range), 13 are near, 10 differ; 25 cannot be checked."
    )


def test_the_event_page_sets_every_printed_figure_of_its_listings_and_of_indices_beside_the_measured_one(
    snapshot: Snapshot,
) -> None:
    table = reports_table(snapshot, build_case(snapshot, View()))
    with REPORTED.open(encoding="utf-8", newline="") as handle:
        rows = [
            row
            for row in csv.DictReader(handle)
            if row["event_id"] in ("ant-group-fine-2023-07", "tenpay-fine-2023-07")
            and row["symbol"] in ("9988.HK", "BABA", "0700.HK", "TCEHY", "HSI", "HSTECH", "KWEB")
        ]
    assert sorted(table["Reported, %"]) == pytest.approx(sorted(float(row["reported_percent"]) for row in rows))
    early = table[table["Reported"] == "+5.59%, early in the session"].iloc[0]
    assert early["Measured"] == "range +3.33% to +9.22%"
    assert early["Verdict"] == "Agrees: inside the range"
    late = table[table["Reported"] == "more than +3%, at the close"].iloc[0]
    assert (late["Measured"], late["Verdict"]) == ("+3.44%", "Agrees")
    assert set(table["Verdict"]) <= set(AGREEMENT_NAMES.values())
