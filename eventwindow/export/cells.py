"""A cell of a table as text, told by the name of its column: the one way numbers look on screens and in reports."""

import re
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from eventwindow.format import MINUS, change, p_number, percent, plain_day, session, share, signed_multiple, statistic

# Amounts that have no direction.
_UNSIGNED = re.compile(r"standard error|±|half-width|residual|drawdown|share|false alarms", re.IGNORECASE)
_P = re.compile(r"\bp\b")
_STATISTIC = re.compile(r"\bt\b|\bstatistic\b", re.IGNORECASE)
# Parts of a whole, multiples of a fine, and amounts that have a direction and are no percentages.
_WRITERS: tuple[tuple[re.Pattern[str], Callable[[float], str]], ...] = (
    (re.compile(r"\bshare\b.*%$", re.IGNORECASE), lambda value: share(value / 100)),
    (re.compile(r"^Times the fine$"), lambda value: signed_multiple(value).removesuffix(" times")),
    (re.compile(r"^((Abnormal|Raw), bn US\$|Points|From|To)$"), change),
)
_SESSIONS = ("Session", "Sessions away")


def cell(column: str, value: object) -> str:
    """Percent with its sign, p, event time, counts and statistics with the digits they deserve; unknown is blank."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, date):
        return plain_day(value)
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return session(int(value)) if column in _SESSIONS else f"{value:,}".replace("-", MINUS)
    return _number(column.strip(), float(value)) if isinstance(value, float | np.floating) else str(value)


def is_p(column: str) -> bool:
    """Whether a column holds p-values: `p`, `Placebo p`, `p, sign z (naive)`."""
    return _P.search(column) is not None


def is_signed(column: str) -> bool:
    """Whether the percentages of a column have a direction."""
    return _UNSIGNED.search(column) is None


def _number(column: str, value: float) -> str:
    for names, write in _WRITERS:
        if names.search(column):
            return write(value)
    if column.endswith("%"):
        shown = percent(value / 100)
        return shown if is_signed(column) else shown.removeprefix("+")
    if is_p(column):
        return p_number(value)
    if value.is_integer() and not _STATISTIC.search(column):
        return f"{value:,.0f}".replace("-", MINUS)
    return statistic(value)
