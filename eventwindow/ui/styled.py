"""Tables on the screen: numbers look as in texts, charts and reports, and still sort as numbers."""

import pandas as pd
from pandas.io.formats.style import Styler

from eventwindow.export.cells import cell


def styled(table: pd.DataFrame, *but: str) -> Styler:
    """A table whose numbers are written by the names of their columns, except in the columns `but`.

    Streamlit asks a styler's table for its cells as text and the styler for those that are written otherwise, both at
    every rerun, and pandas would make rows of HTML of the whole table to answer. These two know the texts, made once.
    """
    texts = table.astype(str)
    for name in set(table.select_dtypes("number")) - set(but):
        texts[name] = [cell(str(name), value) for value in table[name]]
    written = table.copy(deep=False)
    vars(written).update(astype=lambda _: texts)
    styler = Styler(written)
    vars(styler).update(_compute=lambda: styler, _translate=lambda *_: {})
    return styler


def both(table: pd.DataFrame, *but: str) -> tuple[pd.DataFrame, Styler]:
    """A table to download, and the same as it is shown."""
    return table, styled(table, *but)
