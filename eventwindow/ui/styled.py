"""Tables on the screen: numbers look as in texts, charts and reports, and still sort as numbers."""

from functools import partial

import pandas as pd
from pandas.io.formats.style import Styler

from eventwindow.export.cells import cell


def styled(table: pd.DataFrame, *but: str) -> Styler:
    """A table whose numbers are written by the names of their columns, except in the columns `but`."""
    numbers = [str(name) for name in table.select_dtypes("number") if name not in but]
    return table.style.format({name: partial(cell, name) for name in numbers})
