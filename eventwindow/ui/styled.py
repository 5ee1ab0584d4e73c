"""Tables on the screen: numbers look as in texts, charts and reports, and still sort as numbers."""

import pandas as pd
from pandas.io.formats.style import Styler

from eventwindow.export.cells import cell


def styled(table: pd.DataFrame, *but: str) -> Styler:
    """A table whose numbers are written by the names of their columns, except in the columns `but`.

    Streamlit asks a styler for the text of every cell. Pandas would make rows of HTML of the whole table for that,
    at every rerun; this one answers with the texts of the numbers alone, made once.
    """
    numbers = set(table.select_dtypes("number")) - set(but)
    texts = {
        place: [cell(str(name), value) for value in table[name]] for place, name in enumerate(table) if name in numbers
    }
    body = [
        [{"id": f"row{row}_col{place}", "display_value": text} for row, text in enumerate(column)]
        for place, column in texts.items()
        if column != table.iloc[:, place].astype(str).tolist()
    ]
    styler = Styler(table)
    vars(styler).update(_compute=lambda: styler, _translate=lambda *_: {"body": body})
    return styler
