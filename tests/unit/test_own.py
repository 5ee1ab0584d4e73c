"""A reader's own events: what each cell may hold, what is said of one that does not, and what good rows become."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from eventwindow.facts.errors import DataError
from eventwindow.facts.own import COLUMNS, LAST_ROW, MAX_EVENTS, Checked, OwnEvent, TextTable, check_events
from eventwindow.facts.own_cells import CURRENCIES, FIRST_YEAR, LAST_YEAR

SYMBOLS = ("0700.HK", "BABA", "JD")
GOOD = {
    "event_id": "fine",
    "symbol": "BABA",
    "date": "2023-07-07",
    "title": "A fine",
    "announced_at": "2023-07-07T20:10:00+08:00",
    "group": "fines",
    "fine": "7123000000",
    "currency": "CNY",
    "source": "https://www.csrc.gov.cn/a?b=c#d",
}


def table(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> TextTable:
    cells = (tuple(row.get(name, "") for name in columns) for row in rows)
    return TextTable("own.csv", columns, tuple(enumerate(cells, start=2)))


def checked(*rows: dict[str, str], clocked: bool = True) -> Checked:
    return check_events(table(*rows), SYMBOLS, clocked=clocked)


def places(found: Checked) -> list[tuple[int | None, str]]:
    return [(problem.row, problem.column) for problem in found.problems]


def test_a_good_row_becomes_an_event() -> None:
    assert checked(GOOD) == Checked(
        (
            OwnEvent(
                row=2,
                event_id="fine",
                symbol="BABA",
                day=date(2023, 7, 7),
                title="A fine",
                announced=datetime(2023, 7, 7, 20, 10, tzinfo=timezone(timedelta(hours=8))),
                group="fines",
                fine=7_123_000_000,
                currency="CNY",
                source="https://www.csrc.gov.cn/a?b=c#d",
            ),
        ),
        (),
    )


def test_only_three_columns_are_required_and_the_title_is_then_the_event_id() -> None:
    rows = TextTable("own.csv", ("date", "symbol", "event_id"), ((2, ("2023-07-07", "JD", "x")),))
    assert check_events(rows, SYMBOLS, clocked=False) == Checked(
        (OwnEvent(2, "x", "JD", date(2023, 7, 7), "x", None, "", None, "", ""),), ()
    )


def test_spaces_around_cells_and_names_of_columns_are_no_part_of_them() -> None:
    rows = TextTable("own.csv", (" event_id", "symbol ", " date "), ((2, (" x ", "JD ", " 2023-07-07")),))
    (event,) = check_events(rows, SYMBOLS, clocked=True).events
    assert (event.event_id, event.symbol, event.day) == ("x", "JD", date(2023, 7, 7))


def test_rows_may_share_an_event_or_a_symbol_but_not_both_on_one_date() -> None:
    others = [GOOD | {"symbol": "JD"}, GOOD | {"event_id": "other"}]
    later = GOOD | {"date": "2023-07-10", "announced_at": ""}
    assert places(checked(GOOD, *others, later)) == []
    found = checked(GOOD, *others, GOOD | {"title": "again"}, later)
    assert [event.row for event in found.events] == [2, 3, 4, 6]
    assert [str(problem) for problem in found.problems] == [
        "own.csv, row 5, column event_id: 'fine' repeats row 2, with the same symbol and date; remove one of them."
    ]


def test_a_repeat_is_told_even_of_a_row_that_has_another_problem() -> None:
    assert places(checked(GOOD | {"fine": "-1"}, GOOD)) == [(2, "fine"), (3, "event_id")]


@pytest.mark.parametrize("cell", ["2023-07-07", f"{FIRST_YEAR}-01-01", f"{LAST_YEAR}-12-31", "2024-02-29"])
def test_a_date_is_written_year_month_day(cell: str) -> None:
    (event,) = checked(GOOD | {"date": cell, "announced_at": ""}).events
    assert event.day.isoformat() == cell


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2023-07-07T20:10:00+08:00", datetime(2023, 7, 7, 12, 10, tzinfo=UTC)),
        ("2023-07-07 20:10+08:00", datetime(2023, 7, 7, 12, 10, tzinfo=UTC)),
        ("2023-07-07T23:59:59.5-12:00", datetime(2023, 7, 8, 11, 59, 59, 500_000, tzinfo=UTC)),
        ("2023-07-07T00:00Z", datetime(2023, 7, 7, tzinfo=UTC)),
        ("2023-07-07T00:00+14:00", datetime(2023, 7, 6, 10, tzinfo=UTC)),
    ],
)
def test_a_time_is_a_moment_whatever_its_offset(cell: str, moment: datetime) -> None:
    (event,) = checked(GOOD | {"announced_at": cell}).events
    assert event.announced == moment


@pytest.mark.parametrize(("cell", "fine"), [("84.3", 84.3), ("0.01", 0.01), ("1e+16", 1e16), ("7123000000", 7.123e9)])
def test_a_fine_is_a_plain_number(cell: str, fine: float) -> None:
    (event,) = checked(GOOD | {"fine": cell}).events
    assert event.fine == fine


@pytest.mark.parametrize("currency", CURRENCIES)
def test_known_currencies_pass(currency: str) -> None:
    assert checked(GOOD | {"currency": currency}).problems == ()


@pytest.mark.parametrize(
    "source", ["https://sec.gov", "https://a.b-c.cn:8443/x/../y", "https://zh.wikipedia.org/wiki/腾讯"]
)
def test_a_source_is_an_https_address(source: str) -> None:
    (event,) = checked(GOOD | {"source": source}).events
    assert event.source == source


WRONG = [
    ("event_id", "", "is blank; write a name of your own."),
    ("symbol", " ", "is blank; write one like BABA."),
    ("date", "", "is blank; write 2023-07-07."),
    ("symbol", "ZZZ", "'ZZZ' cannot be studied here; choose one of 0700.HK, BABA, JD."),
    ("symbol", "baba", "'baba' is written BABA here; write it so."),
    ("symbol", "700.HK", "'700.HK' is written 0700.HK here; write it so."),
    ("date", "45114", "'45114' is a day counted as Excel does, perhaps 2023-07-07; format the cell as a date or write"),
    ("date", "45114.84", "'45114.84' is a day counted as Excel does, perhaps 2023-07-07; format"),
    ("date", "7/4/2023", "'7/4/2023' does not say which number is the day and which the month; write it year first"),
    ("date", "31/02/2023", "'31/02/2023' is no day of the calendar;"),
    ("date", "31/01/2023", "'31/01/2023' is not written as a date is here; write it 2023-01-31."),
    ("date", "7.7.2023", "'7.7.2023' is not written as a date is here; write it 2023-07-07."),
    ("date", "4.7.23", "'4.7.23' does not say which number is the day"),
    ("date", "2023/7/4", "'2023/7/4' is not written as a date is here; write it 2023-07-04."),
    ("date", "2023年7月4日", "'2023年7月4日' is not written as a date is here; write it 2023-07-04."),
    ("date", "20230704", "'20230704' is not written as a date is here; write it 2023-07-04."),
    ("date", "2026-13-01", "'2026-13-01' is no day of the calendar; correct the month or the day."),
    ("date", "2023-02-31", "'2023-02-31' is no day of the calendar;"),
    ("date", "0001-01-01", "'0001-01-01' is not in the years 1900 to 2099; correct the year."),
    ("date", "2023-07-07 20:10:00", "'2023-07-07 20:10:00' holds a time of day too; write the date alone"),
    ("date", "7 July 2023", "'7 July 2023' is not a date; write it like 2023-07-07."),
    ("date", "２０２３-07-07", "'２０２３-07-07' is not a date;"),
    ("announced_at", "2023-07-07T20:10", "'2023-07-07T20:10' has no offset from UTC; add it, like +08:00 for Beijing"),
    ("announced_at", "8 pm", "'8 pm' is not a time with its offset; write it like 2023-07-07T20:10:00+08:00"),
    ("announced_at", "2023-07-07T24:10+08:00", "'2023-07-07T24:10+08:00' is not a time with its offset;"),
    ("announced_at", "2023-02-30T10:00+08:00", "'2023-02-30T10:00+08:00' is no time of the calendar;"),
    ("announced_at", "2023-07-07T20:10+23:00", "'2023-07-07T20:10+23:00' has an offset that no place has;"),
    (
        "announced_at",
        "2023-07-08T00:10+08:00",
        "'2023-07-08T00:10+08:00' falls on another day than the date, 2023-07-07",
    ),
    ("fine", "-5", "'-5' is not a finite number above zero;"),
    ("fine", "0", "'0' is not a finite number above zero;"),
    ("fine", "nan", "'nan' is not a finite number above zero;"),
    ("fine", "Infinity", "'Infinity' is not a finite number above zero;"),
    ("fine", "1e999", "'1e999' is not a finite number above zero;"),
    ("fine", "7,123", "'7,123' is not a plain number; write it like 7123000000, without currency, separators and"),
    ("fine", "+5", "'+5' is not a plain number;"),
    ("fine", "1_000", "'1_000' is not a plain number;"),
    ("fine", "７", "'７' is not a plain number;"),
    ("currency", "", "'7123000000' has no currency; write it under currency, like CNY."),
    ("fine", "", "'CNY' has no fine beside it; write the amount under fine, or clear the cell."),
    ("currency", "XXX", "'XXX' is no currency known here; write one of CNY, HKD, USD,"),
    ("currency", "usd", "'usd' is not written as the code of its currency; write it as USD."),
    ("currency", "RMB", "'RMB' is not written as the code of its currency; write it as CNY."),
    ("source", "http://sec.gov", "'http://sec.gov' is not a web address that starts with https://;"),
    ("source", "https://bank.com@192.0.2.1/", "'https://bank.com@192.0.2.1/' is not a web address"),
    ("source", "https://sec.gov/a b", "'https://sec.gov/a b' is not a web address"),
    ("source", "javascript:alert(1)", "'javascript:alert(1)' is not a web address"),
    ("title", "x" * 201, f"'{'x' * 59}…' has 201 characters; shorten it to 200."),
    ("title", "x\n" * 101, "has 202 characters; shorten it to 200; look for a quotation mark that is never closed."),
    ("title", "a\0b", r"'a\x00b' holds a character that cannot be seen, U+0000 (control character); delete it."),
    ("group", "a\u202eb", r"'a\u202eb' holds a character that cannot be seen, U+202E (right-to-left override); delete"),
    (
        "title",
        "a\u00a0b",
        r"'a\xa0b' holds a character that cannot be seen, U+00A0 (no-break space); put a plain space",
    ),
    ("event_id", "a\u3164", "holds a character that cannot be seen, U+3164 (hangul filler); delete it."),
    ("symbol", "BABA\t", r"'BABA\t' holds a character that cannot be seen, U+0009 (control character); delete it."),
]
# Where the problem stands that one blank cell of a pair makes: at the cell that lacks the other.
PAIRED = {("currency", ""): "fine", ("fine", ""): "currency"}


@pytest.mark.parametrize(("column", "cell", "words"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_cell_is_named_and_told_how_to_correct(column: str, cell: str, words: str) -> None:
    found = checked(GOOD | {column: cell})
    assert found.events == ()
    assert places(found) == [(2, PAIRED.get((column, cell), column))]
    assert words in found.problems[0].message
    assert found.problems[0].message.endswith(".")
    assert found.problems[0].message.isprintable()


def test_times_are_refused_where_prices_have_no_trading_hours() -> None:
    found = checked(GOOD, GOOD | {"announced_at": "", "symbol": "JD"}, clocked=False)
    assert places(found) == [(2, "announced_at")]
    assert "uploaded prices have no trading hours" in found.problems[0].message
    assert [event.row for event in found.events] == [3]


def test_all_problems_of_all_cells_are_told_at_once() -> None:
    faults = ("a\0", "X", "x", "\u202e", "x", "x" * 201, "x", "x", "x")
    wrong = dict(zip(COLUMNS, faults, strict=True))
    found = checked(wrong, GOOD, wrong)
    assert places(found) == [(row, name) for row in (2, 4) for name in COLUMNS]
    assert [event.row for event in found.events] == [3]


UNKNOWN = (
    "no such column is known; remove it or call it one of "
    "event_id, symbol, date, title, announced_at, group, fine, currency, source."
)


@pytest.mark.parametrize(
    ("columns", "told", "events"),
    [
        (("event_id", "date"), {"symbol": "the column is missing; add it to the header."}, 0),
        ((), dict.fromkeys(("event_id", "symbol", "date"), "the column is missing; add it to the header."), 0),
        (("event_id", "symbol", "date", "fine", "fine"), {"fine": "the column is there 2 times; keep one."}, 0),
        ((*COLUMNS, "colour"), {"colour": UNKNOWN}, 1),
        ((*COLUMNS, "Event ID"), {"Event ID": "the column is called event_id here; write it so."}, 1),
        ((*COLUMNS, "JD"), {"JD": "no such column is known; a table of prices goes where prices are asked for."}, 1),
    ],
)  # fmt: skip
def test_the_header_is_checked_too(columns: tuple[str, ...], told: dict[str, str], events: int) -> None:
    found = check_events(
        table(GOOD | {"currency": ""} if "currency" not in columns else GOOD, columns=columns), SYMBOLS, clocked=True
    )
    said = {problem.column: problem.message for problem in found.problems if problem.row == 1}
    assert said == told
    assert len(found.events) == events


def test_cells_are_checked_even_under_a_header_that_is_wrong() -> None:
    rows = TextTable("own.csv", ("date", "fine", "fine"), ((2, ("2023", "1", "x")), (3, ("2023-07-07", "-1", "2"))))
    found = check_events(rows, SYMBOLS, clocked=True)
    assert places(found)[3:] == [(2, "date"), (2, "fine"), (3, "fine")]
    assert set(places(found)[:3]) == {(1, "event_id"), (1, "symbol"), (1, "fine")}


def test_a_cell_under_no_name_is_told_and_a_blank_column_is_not() -> None:
    rows = ((2, ("a", "JD", "2023-07-07", "", "")), (3, ("b", "JD", "2023-07-07", "", "x")))
    found = check_events(TextTable("own.csv", ("event_id", "symbol", "date", "", " "), rows), SYMBOLS, clocked=True)
    assert [str(problem) for problem in found.problems] == [
        "own.csv, row 3: 'x' stands in column 5, which has no name; name it in the header or clear the cell."
    ]
    assert [event.row for event in found.events] == [2]


def test_blank_rows_are_passed_over_and_a_table_of_them_holds_no_events() -> None:
    blank: dict[str, str] = {"title": "  "}
    assert [event.row for event in checked(blank, GOOD, blank).events] == [3]
    found = checked(blank)
    assert [str(problem) for problem in found.problems] == [
        "own.csv: holds no events; give at least one row below the header."
    ]


def test_without_any_prices_no_symbol_is_known() -> None:
    found = check_events(table(GOOD), (), clocked=True)
    assert found.problems[0].message == "'BABA' cannot be studied here; there are no prices of any."


def test_only_some_of_many_symbols_are_named() -> None:
    found = check_events(table(GOOD | {"symbol": "x"}), [f"S{number:03}" for number in range(300)], clocked=True)
    assert re.search(r"choose one of (S00\d, ){7}S007 and 292 more\.$", found.problems[0].message)


def test_more_rows_than_the_limit_are_refused_by_name() -> None:
    rows = [GOOD | {"event_id": f"e{number}"} for number in range(MAX_EVENTS + 1)]
    assert len(checked(*rows[:-1]).events) == MAX_EVENTS
    with pytest.raises(
        DataError, match=r"^own\.csv: has more than 10,000 rows below its header, the most that is read;"
    ):
        checked(*rows)


def test_a_row_far_below_is_refused_however_blank_the_rows_above_are() -> None:
    cells = tuple(GOOD[name] for name in COLUMNS)
    assert check_events(TextTable("own.csv", COLUMNS, ((LAST_ROW, cells),)), SYMBOLS, clocked=True).problems == ()
    with pytest.raises(DataError, match=r"^own\.csv, row 20001: nothing below row 20,000 is read;"):
        check_events(TextTable("own.csv", COLUMNS, ((LAST_ROW + 1, cells),)), SYMBOLS, clocked=True)
