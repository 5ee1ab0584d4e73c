"""A number in a table, told by the name of its column: the same on screens, in reports and in texts."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from pandas.io.formats.style import Styler
from pyarrow import ipc
from streamlit.dataframe_util import is_pandas_styler
from streamlit.elements.lib.pandas_styler_utils import marshall_styler
from streamlit.proto.ArrowData_pb2 import ArrowData

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
        ("t", 2.0, "2.00"),
        ("Statistic", 0.0, "0.00"),
        ("t", float("nan"), ""),
        ("Share, %", 34.6, "35%"),
        ("Share closed, %", -12.4, "−12%"),
        ("Abnormal, bn US$", -1.5, "−1.50"),
        ("Value before, bn US$", 236.1234, "236.12"),
        ("Points", 0.5, "+0.50"),
        ("From", -3.0, "−3.00"),
        ("Times the fine", -42_904.0, "−42,900"),
        ("Remark", None, ""),
    ],
)
def test_a_cell_looks_as_its_column_asks(column: str, value: object, shown: str) -> None:
    assert cell(column, value) == shown


def shown_by_streamlit(styler: Styler) -> pd.DataFrame:
    assert is_pandas_styler(styler)
    sent = ArrowData()
    marshall_styler(sent, styler, "table")
    assert not sent.styler.styles
    found: pd.DataFrame = ipc.open_stream(sent.styler.display_values).read_all().to_pandas()
    return found


def test_a_table_on_the_screen_shows_these_words_and_keeps_its_numbers() -> None:
    table = pd.DataFrame({"Listing": ["BABA"], "p": [1e-9], "Abnormal, %": [np.float64(-1.5)], "Rate": [47.1]})
    found = styled(table, "Rate")
    assert shown_by_streamlit(found).iloc[0].tolist() == ["BABA", "< 0.001", "−1.50%", "47.1"]
    assert found.data.equals(table)


def test_a_table_is_shown_as_pandas_own_styler_would_have_it() -> None:
    numbers = {"p": [0.2, np.nan, 1e-7], "Abnormal, %": [-1.5, 0.0, 12.25], "Session": [-1, 0, 1]}
    table = pd.DataFrame({"Listing": ["BABA", "TCEHY", "JD"], **numbers, "Known": [True, False, True]})
    usual = table.style.format({name: partial(cell, name) for name in numbers})
    assert shown_by_streamlit(styled(table)).equals(shown_by_streamlit(usual))
