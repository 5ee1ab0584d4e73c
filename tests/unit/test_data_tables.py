import csv
import hashlib
import math
import shutil
from pathlib import Path

import pytest

from eventwindow.facts.schemas import validate
from eventwindow.sources import build

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"

HALF_DAYS_2024_25 = ["2024-01-15", "2024-02-09", "2024-12-24", "2024-12-31", "2025-01-28"]
CLOSE_ONLY = {
    "9988.HK": HALF_DAYS_2024_25,
    "3690.HK": HALF_DAYS_2024_25,
    "9618.HK": HALF_DAYS_2024_25,
    "9999.HK": HALF_DAYS_2024_25,
    "0700.HK": ["2024-12-24", "2024-12-31", "2025-01-28", "2025-12-24", "2025-12-31", "2026-02-16"],
    "9888.HK": ["2021-12-24", "2021-12-31", "2022-01-31", "2022-03-14", *HALF_DAYS_2024_25],
}
HK_CLOSURES = ["2020-10-13", "2021-10-13", "2023-07-17", "2023-09-01", "2023-09-08", "2024-09-06"]
SHORTENED = ["2019-07-31", "2020-08-19", "2021-06-28", "2022-08-25", "2022-11-02", "2023-10-09"]


def rows(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def row(file: str, **where: str) -> dict[str, str]:
    (found,) = [item for item in rows(file) if where.items() <= item.items()]
    return found


def price(symbol: str, day: str) -> dict[str, float]:
    found = row(f"prices/{symbol}.csv", date=day)
    return {column: float(cell) for column, cell in found.items() if column != "date" and cell}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def rewrite(path: Path, where: dict[str, str], column: str, value: str) -> int:
    """Change one cell; the line number of its row."""
    with path.open(encoding="utf-8", newline="") as handle:
        header, *body = csv.reader(handle)
    (index,) = [
        index for index, cells in enumerate(body) if where.items() <= dict(zip(header, cells, strict=True)).items()
    ]
    assert body[index][header.index(column)] != value
    body[index][header.index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([header, *body])
    return index + 2


def said(folder: Path) -> list[str]:
    return [str(problem) for problem in validate(folder)]


def test_committed_tables_break_no_rule() -> None:
    assert said(DATA) == []


def test_checksums_cover_every_file_and_match() -> None:
    lines = (DATA / "checksums.sha256").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    files = {path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.is_file()}
    assert set(listed) == files - {"checksums.sha256"}
    assert list(listed) == sorted(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest, name


def test_tables_have_unix_line_ends_and_no_stray_spaces() -> None:
    for path in DATA.rglob("*.csv"):
        content = path.read_bytes()
        assert b"\r" not in content, path.name
        assert content.endswith(b"\n"), path.name


EVENT = {"event_id": "ant-group-fine-2023-07"}
DATE_ONLY_EVENT = {"event_id": "vipshop-fine-2021-02"}
BABA_DAY = {"date": "2023-07-07"}
EXACT_COUNT = {"issuer": "ALIBABA", "as_of": "2020-03-31"}
ROUNDED_COUNT = {"issuer": "ALIBABA", "as_of": "2022-06-30"}

BROKEN_CELLS = [
    ("events.csv", DATE_ONLY_EVENT, "announced_date", "2021-02-30", "is not a date"),
    ("events.csv", DATE_ONLY_EVENT, "announced_date", "20210208", "is not a date"),
    ("events.csv", EVENT, "announced_at", "2023-07-07T20:10:00", "a time with its offset"),
    ("events.csv", EVENT, "announced_at", "2023-07-08T20:10:00+08:00", "is not on announced_date"),
    ("events.csv", EVENT, "announced_precision", "date_only", "does not fit announced_at"),
    ("events.csv", EVENT, "announced_not_before", "2023-07-07T21:00:00+08:00", "is later than announced_at"),
    ("events.csv", EVENT, "first_reported_precision", "day_only", "does not fit the first report"),
    ("events.csv", EVENT, "hk_phase", "lunch", "is not one of before_open"),
    ("events.csv", EVENT, "direction", "", "is not one of tightening"),
    ("events.csv", EVENT, "issuers", "ALIBABA;NOBODY", "'NOBODY' is not in issuers.csv"),
    ("events.csv", EVENT, "regulators", "PBOC (bank; state)", "is not a list of bodies"),
    ("events.csv", EVENT, "source_1", "ftp://example.org/x", "is not a web address"),
    ("events.csv", EVENT, "amount_cny", "7,123", "is neither a number above zero nor blank"),
    ("events.csv", EVENT, "group_title", "", "must say what the acts of this group have in common"),
    ("events.csv", EVENT, "summary", "two\nlines", "is not text on one line"),
    ("events.csv", DATE_ONLY_EVENT, "group_id", "no-such-act", "'no-such-act' is not in events.csv"),
    ("listings.csv", {"symbol": "MPNGY"}, "issuer", "NOBODY", "'NOBODY' is not in issuers.csv"),
    ("listings.csv", {"symbol": "BABA"}, "benchmark", "DAX", "'DAX' is not in series.csv"),
    ("listings.csv", {"symbol": "BABA"}, "has_prices", "no", "does not fit series.csv"),
    ("listings.csv", {"symbol": "BABA"}, "market", "hk", "does not fit exchange_short"),
    ("listings.csv", {"symbol": "DIDI"}, "delisting_date", "2020-06-10", "is before listing_date"),
    ("series.csv", {"symbol": "BABA"}, "last_date", "2026-03-26", "is not the last day of the price file"),
    ("special_days.csv", {"date": "2023-09-01"}, "open_local", "09:30", "does not fit the kind of day"),
    ("trading_phases.csv", {"phase": "closing_auction"}, "end_local", "24:10", "is neither a time of day"),
    ("distributions.csv", {"symbol": "TME"}, "symbol", "TMEX", "'TMEX' is not in series.csv"),
    ("distributions.csv", {"symbol": "TME"}, "amount", "-0.137", "is not a number above zero"),
    ("splits.csv", {"symbol": "NTES"}, "symbol", "NTESX", "'NTESX' is not in series.csv"),
    ("splits.csv", {"symbol": "NTES"}, "ex_date", "2010-10-01", "is not within the prices of the series"),
    ("splits.csv", {"symbol": "NTES"}, "ex_date", "2030-10-01", "is not within the prices of the series"),
    ("splits.csv", {"symbol": "NTES"}, "new_per_old", "0", "is not a number above zero"),
    ("splits.csv", {"symbol": "NTES"}, "new_per_old", "1", "changes nothing"),
    ("share_counts.csv", EXACT_COUNT, "shares", "", "does not fit the kind of count"),
    ("share_counts.csv", EXACT_COUNT, "shares", "21.5bn", "is neither a whole number above zero nor blank"),
    ("share_counts.csv", EXACT_COUNT, "kind", "guessed", "is not one of outstanding_20f_cover"),
    ("share_counts.csv", EXACT_COUNT, "issuer", "NOBODY", "'NOBODY' is not in issuers.csv"),
    ("share_counts.csv", ROUNDED_COUNT, "low", "21190000000", "is above the count"),
    ("share_counts.csv", ROUNDED_COUNT, "high", "21180000000", "is below the count"),
    ("share_counts.csv", ROUNDED_COUNT, "high", "", "does not fit low"),
    ("fines.csv", {"fined": "Meituan"}, "amount_cny", "3442000001", "brings the fines of this act above"),
    ("fines.csv", {"fined": "Meituan"}, "event_id", "no-such-act", "'no-such-act' is not in events.csv"),
    ("fines.csv", {"fined": "Meituan"}, "issuer", "NOBODY", "'NOBODY' is not in issuers.csv"),
    ("regulators.csv", {"abbreviation": "PBOC"}, "established", "1948-13", "is neither a day, month or year"),
    ("reported_moves.csv", {"symbol": "KWEB"}, "event_id", "no-such-act", "is not in events.csv"),
    ("reported_moves.csv", {"symbol": "KWEB"}, "symbol", "SPY", "is not in series.csv or listings.csv"),
    ("reported_moves.csv", {"symbol": "KWEB"}, "reported_percent", "5%", "is not a percentage"),
    ("prices/BABA.csv", BABA_DAY, "date", "2023-07-06", "is not later than the row before"),
    ("prices/BABA.csv", BABA_DAY, "date", "07/07/2023", "is not a date"),
    ("prices/BABA.csv", BABA_DAY, "close", "-90.55", "is not a number above zero"),
    ("prices/BABA.csv", BABA_DAY, "close", "nan", "is not a number above zero"),
    ("prices/BABA.csv", BABA_DAY, "open", "0", "is neither a number above zero nor blank"),
    ("prices/BABA.csv", BABA_DAY, "low", "90.56", "is above the open, high or close"),
    ("prices/BABA.csv", BABA_DAY, "high", "90.54", "is below the open or close"),
    ("prices/BABA.csv", BABA_DAY, "high", "", "is blank on a day with other prices"),
    ("prices/BABA.csv", BABA_DAY, "volume", "46815900.0", "is neither a whole number above zero nor blank"),
    ("prices/KWEB.csv", {"date": "2026-07-31"}, "close", "2849", "is over three times the close before"),
    ("prices/9988.HK.csv", {"date": "2023-07-18"}, "date", "2023-07-17", "the exchange was closed"),
]


@pytest.mark.parametrize(("file", "where", "column", "value", "words"), BROKEN_CELLS)
def test_one_broken_cell_gives_one_message_naming_file_row_and_column(
    copy: Path, file: str, where: dict[str, str], column: str, value: str, words: str
) -> None:
    line = rewrite(copy / file, where, column, value)
    (message,) = said(copy)
    assert message.startswith(f"{file}, row {line}, column {column}: ")
    assert words in message


def test_a_repeated_event_is_named_with_the_row_that_repeats_it(copy: Path) -> None:
    line = rewrite(copy / "events.csv", {"event_id": "cnki-fine-2022-12"}, "event_id", "didi-fine-2022-07")
    messages = said(copy)
    assert f"events.csv, row {line}, column event_id: 'didi-fine-2022-07' repeats an earlier row" in messages[0]


def test_a_long_offending_value_is_cut_at_sixty_characters(copy: Path) -> None:
    rewrite(copy / "events.csv", EVENT, "source_1", "x" * 200)
    (message,) = said(copy)
    assert "x" * 59 + "…" in message
    assert "x" * 60 not in message


def test_a_missing_column_is_named_at_the_header(copy: Path) -> None:
    path = copy / "distributions.csv"
    lines = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(",".join(line[:3] + line[4:]) for line in lines) + "\n", encoding="utf-8")
    assert said(copy) == ["distributions.csv, row 1, column currency: the column is missing; add it to the header."]


def test_a_row_with_too_few_cells_is_named(copy: Path) -> None:
    path = copy / "prices" / "BABA.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[4] = lines[4].rsplit(",", 1)[0]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (message,) = said(copy)
    assert message.startswith("prices/BABA.csv, row 5: has 5 cells under 6 column names")


def test_a_missing_price_file_and_a_stray_one_are_both_reported(copy: Path) -> None:
    (copy / "prices" / "TME.csv").rename(copy / "prices" / "XYZ.csv")
    first, second = said(copy)
    assert first.startswith("prices/TME.csv: the table is missing")
    assert second.startswith("prices/XYZ.csv: is not in series.csv")


def test_all_problems_are_reported_at_once(copy: Path) -> None:
    rewrite(copy / "events.csv", EVENT, "hk_phase", "lunch")
    rewrite(copy / "prices" / "BABA.csv", BABA_DAY, "low", "90.56")
    rewrite(copy / "regulators.csv", {"abbreviation": "PBOC"}, "jurisdiction", "XX")
    assert len(said(copy)) == 3


def test_building_stops_with_a_message_when_the_facts_are_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.main([str(tmp_path / "nowhere"), str(tmp_path / "data")]) == 1
    assert "listings.csv: cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "text"),
    [("408.0", "408"), ("84.30", "84.3"), ("100", "100"), ("26121751.0", "26121751"), ("", "")],
)
def test_numbers_are_written_in_their_shortest_form(number: str, text: str) -> None:
    assert build.plain(number) == text


def test_a_semicolon_inside_parentheses_does_not_split_a_regulator() -> None:
    cell = "SAMR;Economic Information Daily (Xinhua affiliate; state media)"
    assert build.bodies(cell) == "SAMR;Economic Information Daily (Xinhua affiliate, state media)"


def test_the_remark_on_didis_listing_is_kept_as_a_note() -> None:
    event = row("events.csv", event_id="didi-us-ipo-2021-06")
    assert event["regulators"] == "SEC/NYSE (listing)"
    assert event["source_note"] == "no Chinese clearance announced"


def test_tables_have_as_many_rows_as_the_facts() -> None:
    files = ("events.csv", "listings.csv", "regulators.csv", "distributions.csv", "reported_moves.csv")
    assert [len(rows(file)) for file in files] == [102, 46, 45, 81, 281]
    assert len(rows("share_counts.csv")) == 87
    assert len(rows("special_days.csv")) + len(rows("trading_phases.csv")) == 57
    assert len(rows("series.csv")) == 23


def test_share_counts_before_a_subdivision_stand_on_todays_basis_beside_the_printed_figure() -> None:
    changed = [item for item in rows("share_counts.csv") if item["shares"] != item["shares_as_reported"]]
    assert [item["as_of"] for item in changed] == ["2018-03-31", "2019-03-31"]
    for item in changed:
        assert item["issuer"] == "ALIBABA"
        assert int(item["shares"]) == 8 * int(item["shares_as_reported"])


def test_a_fine_on_an_act_that_is_none_is_refused(copy: Path) -> None:
    (act,) = [item for item in rows("fines.csv") if item["fined"] == "Meituan"]
    line = rewrite(copy / "events.csv", {"event_id": act["event_id"]}, "action", "review")
    assert line
    (message,) = said(copy)
    assert "is no fine in events.csv" in message


def test_acts_of_one_payer_have_their_whole_amount_as_fine() -> None:
    amounts = {item["event_id"]: item["amount_cny"] for item in rows("events.csv")}
    whole = [fine for fine in rows("fines.csv") if fine["note"].startswith("the whole amount of the act")]
    assert len(whole) == 8
    for fine in whole:
        assert fine["amount_cny"] == amounts[fine["event_id"]]


def test_events_are_in_order_of_announcement() -> None:
    dates = [event["announced_date"] for event in rows("events.csv")]
    assert dates == sorted(dates)


def test_no_words_of_the_compilation_are_left() -> None:
    for path in DATA.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8").lower()
            assert "seed figure" not in text, path.name
            assert "seed article" not in text, path.name
            assert "founding article" not in text, path.name


@pytest.mark.parametrize("symbol", sorted(CLOSE_ONLY))
def test_hong_kong_rows_without_a_trustworthy_range_have_a_close_alone(symbol: str) -> None:
    blank = [item["date"] for item in rows(f"prices/{symbol}.csv") if not item["open"]]
    assert blank == CLOSE_ONLY[symbol]
    for day in blank:
        assert set(price(symbol, day)) == {"close"}


def test_alibaba_on_the_half_day_of_the_probe_has_the_checked_row() -> None:
    found = price("9988.HK", "2020-12-24")
    assert [found[name] for name in ("open", "high", "low", "close")] == [240.0, 240.0, 226.2, 228.2]


def test_didi_prices_stop_before_its_delisting() -> None:
    assert rows("prices/DIDI.csv")[-1]["date"] == "2022-02-17"
    assert row("listings.csv", symbol="DIDI")["delisting_date"] == "2022-06-10"


def test_full_closures_of_hong_kong_are_special_days_without_prices() -> None:
    closed = {day["date"] for day in rows("special_days.csv") if day["kind"] == "closed"}
    assert closed >= set(HK_CLOSURES)
    for series in rows("series.csv"):
        if series["calendar"] == "XHKG":
            assert closed.isdisjoint(item["date"] for item in rows(f"prices/{series['symbol']}.csv"))


def test_the_six_days_shortened_by_weather_are_special_days() -> None:
    assert [day["date"] for day in rows("special_days.csv") if day["kind"] == "shortened"] == SHORTENED


@pytest.mark.parametrize(
    ("day", "traded", "adjusted"), [("2022-01-20", 0.03466, 0.066), ("2023-01-05", -0.03657, 0.01438)]
)
def test_tencents_in_kind_distributions_turn_the_return_of_the_day(day: str, traded: float, adjusted: float) -> None:
    handed_out = row("distributions.csv", symbol="0700.HK", ex_date=day, kind="in_kind")
    assert handed_out["currency"] == "HKD"
    until = [item for item in rows("prices/0700.HK.csv") if item["date"] <= day]
    previous, close = (float(item["close"]) for item in until[-2:])
    assert close / previous - 1 == pytest.approx(traded, abs=1e-5)
    assert close / (previous - float(handed_out["amount"])) - 1 == pytest.approx(adjusted, abs=1e-5)


@pytest.mark.parametrize("symbol", ["9988.HK", "9618.HK", "9999.HK"])
def test_dividends_declared_in_us_dollars_stand_in_us_dollars(symbol: str) -> None:
    paid = [item for item in rows("distributions.csv") if item["symbol"] == symbol]
    assert {item["currency"] for item in paid} == {"USD"}


def test_alibabas_hong_kong_dividend_is_an_eighth_of_the_adss() -> None:
    share = row("distributions.csv", symbol="9988.HK", ex_date="2024-06-12")
    ads = row("distributions.csv", symbol="BABA", ex_date="2024-06-13")
    assert float(ads["amount"]) == pytest.approx(8 * float(share["amount"]), rel=1e-12)


def test_tencents_us_line_is_over_the_counter() -> None:
    assert row("listings.csv", symbol="TCEHY")["exchange_short"] == "OTC"


def test_kweb_is_a_total_return_series_of_closes() -> None:
    assert row("series.csv", symbol="KWEB")["kind"] == "total_return_index"
    assert not any(item["open"] or item["high"] or item["low"] for item in rows("prices/KWEB.csv"))


def test_hang_seng_tech_is_close_only_before_it_was_published() -> None:
    ranged = [item["date"] for item in rows("prices/HSTECH.csv") if item["open"]]
    assert ranged[0] == "2020-07-27"


def test_the_dollar_stays_within_the_peg_band_and_ends_in_2024() -> None:
    rates = rows("prices/USDHKD.csv")
    assert rates[-1]["date"] == "2024-12-06"
    assert all(7.74 < float(item["close"]) < 7.86 for item in rates)


def test_the_main_event_has_two_acts_two_clocks_and_one_title() -> None:
    ant, tenpay = (item for item in rows("events.csv") if item["group_id"] == "ant-group-fine-2023-07")
    assert (ant["event_id"], tenpay["event_id"]) == ("ant-group-fine-2023-07", "tenpay-fine-2023-07")
    assert {ant["group_title"], tenpay["group_title"]} == {"Ant Group and Tenpay fined"}
    assert (ant["amount_cny"], tenpay["amount_cny"]) == ("7123000000", "2990000000")
    assert (ant["hk_phase"], ant["us_phase"]) == ("after_close", "before_open")
    assert ant["first_reported_date"] == "2023-07-07"


MAIN_EVENT = [
    ("9988.HK", "2023-07-07", "close", 84.30, 81.50, 3.44),
    ("9988.HK", "2023-07-10", "close", 87.00, 84.30, 3.20),
    ("9988.HK", "2023-07-10", "open", 88.95, 84.30, 5.52),
    ("BABA", "2023-07-07", "open", 86.76, 83.84, 3.48),
    ("BABA", "2023-07-07", "low", 86.63, 83.84, 3.33),
    ("BABA", "2023-07-07", "high", 91.57, 83.84, 9.22),
    ("BABA", "2023-07-07", "close", 90.55, 83.84, 8.00),
    ("0700.HK", "2023-07-07", "close", 326.6, 326.8, -0.06),
    ("0700.HK", "2023-07-10", "close", 328.8, 326.6, 0.67),
    ("TCEHY", "2023-07-07", "close", 42.88, 41.19, 4.10),
]


@pytest.mark.parametrize(("symbol", "day", "moment", "value", "previous", "percent"), MAIN_EVENT)
def test_the_main_event_has_the_documented_prices(
    symbol: str, day: str, moment: str, value: float, previous: float, percent: float
) -> None:
    earlier = [item for item in rows(f"prices/{symbol}.csv") if item["date"] < day]
    assert math.isclose(price(symbol, day)[moment], value)
    assert math.isclose(float(earlier[-1]["close"]), previous)
    assert 100 * (value / previous - 1) == pytest.approx(percent, abs=0.005)


def test_the_press_figures_of_the_main_event_are_kept_as_printed() -> None:
    publisher = "News agency report, Beijing, 7 July 2023"
    moves = [item for item in rows("reported_moves.csv") if item["publisher"] == publisher]
    printed = {(item["symbol"], item["reported_percent"], item["qualifier"]) for item in moves}
    assert printed == {("9988.HK", "3", "gt"), ("BABA", "5.59", "eq")}


def test_remarks_say_in_plain_words_what_no_source_named_holds() -> None:
    text = (DATA / "events.csv").read_text(encoding="utf-8")
    assert "background knowledge" not in text
    assert "from general knowledge rather than the sources named" in text
