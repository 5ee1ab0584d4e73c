"""Workbooks, opened by another program's reader (openpyxl)."""

import io
import warnings
import zipfile
from datetime import date, datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventwindow.export.sheets import Sheet
from eventwindow.export.workbook import LONGEST_TEXT, workbook
from tests.unit.hostile import HALF_A_CHARACTER, HOSTILE
from tests.unit.test_export_sheets import origin


def opened(*sheets: Sheet, title: str = "Ant Group fined") -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook(sheets, origin(title))))


def parts(*sheets: Sheet) -> dict[str, str]:
    """The XML of every worksheet."""
    with zipfile.ZipFile(io.BytesIO(workbook(sheets, origin()))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))}


def test_every_sheet_has_its_own_page_after_one_that_says_what_they_are() -> None:
    book = opened(Sheet("Windows", pd.DataFrame({"x": [1]}), "in percent"), Sheet("Sessions", pd.DataFrame({"y": [2]})))
    assert book.sheetnames == ["Read me", "Windows", "Sessions"]
    said = {row[0].value: row[1].value for row in book["Read me"].iter_rows()}
    assert said["Page"] == "Event Window, event: Ant Group fined"
    assert said["Link"].startswith("https://example.org/?v=1&event=ant-group-fine-2023-07")
    assert (said["Data version"], said["Downloaded"]) == ("0123456789ab", "24 November 2026")
    assert said["Sheet Windows"] == "in percent"


def test_numbers_dates_and_switches_keep_their_kind_and_unknown_is_blank() -> None:
    frame = pd.DataFrame(
        {
            "change": [-1.25, np.nan],
            "count": pd.array([3, None], dtype="Int64"),
            "day": [date(2023, 7, 7), None],
            "stamp": pd.to_datetime(["2023-07-07", None]),
            "is": [True, False],
            "text": ["-1.25", None],
        }
    )
    first, second = list(opened(Sheet("t", frame))["t"].iter_rows(min_row=2, values_only=True))
    assert first == (-1.25, 3, datetime(2023, 7, 7), datetime(2023, 7, 7), True, "-1.25")
    assert second == (None, None, None, None, False, None)


@given(st.lists(st.floats(min_value=-1e300, max_value=1e300), min_size=1, max_size=20))
def test_numbers_read_back_to_sixteen_digits(numbers: list[float]) -> None:
    page = opened(Sheet("t", pd.DataFrame({"x": numbers})))["t"]
    read = [row[0] for row in page.iter_rows(min_row=2, values_only=True)]
    assert read == pytest.approx(numbers, rel=1e-15, abs=0)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_and_nothing_else(text: str) -> None:
    sheet = Sheet(text, pd.DataFrame({text: [text], "x": [1]}), text)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        book = opened(sheet, title=text)
    page = book.worksheets[1]
    for cell in (page["A1"], page["A2"]):
        assert cell.data_type in {"s", "n"}  # n: an empty text is an empty cell
        assert cell.hyperlink is None
        assert cell.quotePrefix or not str(cell.value or "").strip().startswith(("=", "+", "-", "@"))
    xml = parts(sheet)
    assert not any("<f>" in part or "<hyperlink" in part for part in xml.values())
    assert not any("externalLink" in name or 'TargetMode="External"' in part for name, part in xml.items())


@given(st.text())
def test_any_text_can_be_held_and_none_is_a_formula(text: str) -> None:
    xml = parts(Sheet(text, pd.DataFrame({"a": [text]}), text))
    assert not any("<f>" in part for part in xml.values())


def test_a_text_is_not_changed() -> None:
    page = opened(Sheet("t", pd.DataFrame({"a": ["=1+1", "+5.59%, early", "阿里巴巴 −5"]})))["t"]
    assert [row[0] for row in page.iter_rows(min_row=2, values_only=True)] == ["=1+1", "+5.59%, early", "阿里巴巴 −5"]


def test_half_a_character_is_replaced_where_one_sees_it() -> None:
    book = opened(Sheet(HALF_A_CHARACTER, pd.DataFrame({"x": [1]}), HALF_A_CHARACTER), title=HALF_A_CHARACTER)
    assert book["Read me"]["B1"].value == "Event Window, event: ? fine"


@pytest.mark.parametrize(("sign", "kept"), [("x", LONGEST_TEXT - 1), ("\U0001f4c9", (LONGEST_TEXT - 1) // 2)])
def test_a_text_too_long_for_a_cell_is_cut_where_one_sees_it(sign: str, kept: int) -> None:
    value = opened(Sheet("t", pd.DataFrame({"a": [sign * 40_000]})))["t"]["A2"].value
    assert value == sign * kept + "…"


def test_names_that_a_workbook_refuses_are_changed_and_stay_apart() -> None:
    names = ["Read me", "read ME", "a/b:c", "history", "x" * 40, "x" * 41, "'quoted'", "", "?"]
    titles = opened(*(Sheet(name, pd.DataFrame({"x": [1]})) for name in names)).sheetnames
    assert len({title.casefold() for title in titles}) == len(names) + 1
    assert all(0 < len(title) <= 31 and not set(title) & set("[]:*?/\\'") for title in titles)
    assert "history" not in titles


def test_numbers_have_a_format_and_keep_all_their_digits() -> None:
    frame = pd.DataFrame({"Abnormal, %": [8.384269123], "p": [0.0084921], "Standard error, %": [3.16], "Tried": [1034]})
    page = opened(Sheet("t", frame))["t"]
    cells = next(page.iter_rows(min_row=2))
    assert [cell.number_format for cell in cells] == ["+0.00;-0.00;0.00", "0.000", "0.00", "#,##0"]
    assert cells[0].value == 8.384269123


def test_the_first_cell_of_every_sheet_has_a_note_with_units_and_link() -> None:
    page = opened(Sheet("t", pd.DataFrame({"x": [1.0]}), "in percent"))["t"]
    assert page["A1"].comment.text == f"in percent\n{origin().link.address}"
