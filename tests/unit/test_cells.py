"""A number in a table, told by the name of its column: the same on screens, in reports and in texts."""

import numpy as np
import pandas as pd
import pytest

from eventwindow.export.cells import cell
from eventwindow.ui.styled import styled


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("p", 9.94e-18, "< 0.001"),
        ("Placebo p", 0.0314, "0.031"),
        ("Smallest p possible", 1 / 1034, "< 0.001"),
        ("p, adjusted BMP t", 0.2219, "0.222"),
        ("p, sign z (naive)", 0.0000051, "< 0.001"),
        ("p before", 0.5, "0.500"),
        ("Abnormal, %", -0.209, "−0.21%"),
        ("95% interval ±, %", 1.5, "1.50%"),
        ("Half-width, %", 1.5, "1.50%"),
        ("Session", 1, "+1"),
        ("Sessions away", -5, "−5"),
        ("Sessions tried", 1034, "1,034"),
        ("Fine, m yuan", 7123.0, "7,123"),
        ("t", -2.653, "−2.65"),
        ("t", float("nan"), ""),
        ("Remark", None, ""),
    ],
)
def test_a_cell_looks_as_its_column_asks(column: str, value: object, shown: str) -> None:
    assert cell(column, value) == shown


def test_a_table_on_the_screen_shows_these_words_and_keeps_its_numbers() -> None:
    table = pd.DataFrame({"Listing": ["BABA"], "p": [1e-9], "Abnormal, %": [np.float64(-1.5)], "Rate": [47.1]})
    found = styled(table, "Rate")
    page = found.to_html()
    assert "< 0.001" in page
    assert "−1.50%" in page
    assert "47.100000" in page
    assert found.data.equals(table)
