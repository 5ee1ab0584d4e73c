"""Tables as CSV: what they say of themselves, exact numbers, and no cell that a spreadsheet would run."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventwindow.export.links import Link
from eventwindow.export.sheets import Origin, Sheet, sheet_csv, write_csv
from eventwindow.facts.safe import comment_text, csv_text, file_name, is_formula
from eventwindow.view import DEFAULT, Page
from tests.unit.hostile import FORMULAS, HALF_A_CHARACTER, HOSTILE

ADDRESS = "https://example.org/"
DAY = date(2026, 11, 24)


def origin(title: str = "Ant Group fined", page: Page = Page.EVENT) -> Origin:
    return Origin(Link(title, DEFAULT, page, ADDRESS), "0123456789ab", DAY)


def written(frame: pd.DataFrame) -> str:
    target = io.StringIO(newline="")
    write_csv(frame, target)
    return target.getvalue()


def runs(cell: str) -> bool:
    """Whether some spreadsheet might run a cell, told by its first visible sign; a plain number does nothing."""
    visible = [sign for sign in cell if not sign.isspace() and unicodedata.category(sign) not in {"Cc", "Cf"}]
    start = unicodedata.normalize("NFKC", "".join(visible)[:1])[:1]
    return start in {"=", "+", "-", "@"} and not re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell)


def cells(text: str) -> Iterator[str]:
    """Every cell that a program may see: by the rules, and by cutting at semicolons, tabs and line ends."""
    for row in csv.reader(io.StringIO(text, newline="")):
        yield from row
    for piece in re.split(r"[;\t\r\n]", text):
        yield piece.strip('"')


@pytest.mark.parametrize("text", FORMULAS)
def test_each_formula_would_run_if_it_were_written_as_it_is(text: str) -> None:
    frame = pd.DataFrame({"name": ["a", text], "x": [1.0, 2.0]})
    assert any(runs(cell) for cell in cells(frame.to_csv(index=False)))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_reaches_a_spreadsheet_as_a_formula(text: str) -> None:
    frame = pd.DataFrame({"before": ["x"], "name": [text], text: [text], "x": [-1.5]})
    assert not [cell for cell in cells(written(frame)) if runs(cell)]


@given(st.text())
def test_no_text_whatever_reaches_a_spreadsheet_as_a_formula(text: str) -> None:
    frame = pd.DataFrame({"before": ["x"], "name": [text], "x": [-1.5]})
    assert not [cell for cell in cells(written(frame)) if runs(cell)]


@given(st.text())
def test_text_that_is_no_formula_is_kept_as_it_is(text: str) -> None:
    safe = csv_text(text)
    assert safe.replace("'", "") == text.replace("'", "")
    if not any(runs(piece) for piece in re.split(r"[;\s\x1c-\x1e\"']", text)):
        assert safe == text or is_formula(text)


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_numbers_stay_numbers_and_read_back_as_the_same_floats(numbers: list[float]) -> None:
    read = pd.read_csv(io.StringIO(written(pd.DataFrame({"x": numbers}))))
    assert read["x"].tolist() == numbers


def test_half_a_character_is_replaced_where_one_sees_it() -> None:
    assert csv_text(HALF_A_CHARACTER) == comment_text(HALF_A_CHARACTER) == "? fine"


def test_a_negative_number_among_texts_is_a_number_and_unknown_is_blank() -> None:
    mixed = pd.DataFrame({"x": [-1.5, "-1.5", None, float("nan"), True, date(2023, 7, 7)]}, dtype=object)
    assert written(mixed).splitlines() == ["x", "-1.5", "'-1.5", '""', '""', "True", "2023-07-07"]


def test_rows_keep_their_place_whatever_the_index() -> None:
    frame = pd.DataFrame({"name": ["a", "b", "c"], "x": [1, 2, 3]}, index=[7, 7, 3])
    assert written(frame) == "name,x\na,1\nb,2\nc,3\n"


def test_a_csv_says_what_it_is_with_units_link_version_and_day() -> None:
    sheet = Sheet("Windows", pd.DataFrame({"x": [0.5]}), "Abnormal returns in percent")
    text = sheet_csv(sheet, origin()).decode("utf-8")
    assert text.startswith("\ufeff# Table: Windows. Abnormal returns in percent\n")
    head = [line for line in text.lstrip("\ufeff").splitlines() if line.startswith("#")]
    for said in ("Ant Group fined", "https://example.org/?v=1&event=ant-group", "0123456789ab", "24 November 2026"):
        assert said in "\n".join(head)
    assert text.splitlines()[len(head) :] == ["x", "0.5"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_title_stays_on_its_comment_line_and_starts_no_formula(text: str) -> None:
    plain = sheet_csv(Sheet("t", pd.DataFrame({"x": [1]})), origin()).decode().splitlines()
    lines = sheet_csv(Sheet("t", pd.DataFrame({"x": [1]}), text), origin(text)).decode().splitlines()
    assert len(lines) == len(plain)
    for line in lines[:-2]:
        assert line.lstrip("\ufeff").startswith("# ")
        assert '"' not in line
        assert not [piece for piece in re.split(r"[,;\t]", line) if runs(piece)]


@given(st.text())
def test_a_comment_is_one_line_whatever_the_text(text: str) -> None:
    assert len(comment_text(text).splitlines()) <= 1


def test_a_sheet_is_made_only_when_it_is_asked_for() -> None:
    asked = []

    def make() -> pd.DataFrame:
        asked.append(1)
        return pd.DataFrame({"x": [1]})

    sheet = Sheet("later", make)
    assert asked == []
    assert sheet_csv(sheet, origin()).endswith(b"x\n1\n")
    assert asked == [1]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_file_name_is_plain_whatever_it_is_about(text: str) -> None:
    assert re.fullmatch(r"event-window(-[a-z0-9]+)*\.csv", file_name("event-window", text, suffix="csv"))
    assert len(file_name("event-window", text, suffix="csv")) <= 84


def test_file_names_tell_page_announcement_and_table() -> None:
    assert origin().file_name("Reported beside measured", suffix="csv") == (
        "event-window-ant-group-fine-2023-07-reported-beside-measured.csv"
    )
    assert origin(page=Page.COMPARE).file_name("map", suffix="html") == "event-window-compare-map.html"
    assert origin(page=Page.TIMELINE).file_name("Timeline index", suffix="svg") == "event-window-timeline-index.svg"
    assert origin(page=Page.ROBUSTNESS).file_name(suffix="xlsx") == (
        "event-window-robustness-ant-group-fine-2023-07.xlsx"
    )


def test_large_tables_are_written_without_looking_at_every_repeated_text_anew() -> None:
    frame = pd.DataFrame({"id": np.repeat(["one", "=two"], 100_000), "x": np.zeros(200_000)})
    lines = written(frame).split("\n")
    assert (lines[1], lines[200_000], len(lines)) == ("one,0.0", "'=two,0.0", 200_002)


def test_the_page_is_named_once() -> None:
    title = "Robustness: Ant Group fined"
    assert dict(origin(title, Page.ROBUSTNESS).facts)["Page"] == "Event Window, Robustness: Ant Group fined"
    assert dict(origin("Timeline", Page.TIMELINE).facts)["Page"] == "Event Window, Timeline"
