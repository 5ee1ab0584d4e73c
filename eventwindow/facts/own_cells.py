"""What a cell of a reader's own table may hold.

Each rule takes a cell that is not blank and gives what is wrong with it, to follow the quoted cell, or "".
"""

import math
import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta

Rule = Callable[[str], str]

LONGEST_CELL = 200
FIRST_YEAR, LAST_YEAR = 1900, 2099
CURRENCIES = ("CNY", "HKD", "USD", "EUR", "GBP", "JPY", "KRW", "TWD", "SGD", "INR", "AUD", "CAD", "CHF")
RENMINBI = ("RMB", "CNH", "YUAN")
# The places of the world are between twelve hours behind and fourteen hours ahead of UTC.
EARLIEST_OFFSET, LATEST_OFFSET = timedelta(hours=-12), timedelta(hours=14)
# Excel counts days from here, as it believes that 1900 was a leap year.
SERIAL_START = date(1899, 12, 30)
SYMBOLS_NAMED = 8

# Letters and marks that show nothing although they count as printable.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_STAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_EIGHT_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(r"[0-9]{1,2}([-/. ])[0-9]{1,2}\1[0-9]{2}")
_FULL_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4})")
_SERIAL = re.compile(r"[1-9][0-9]{4}(\.[0-9]+)?")
_HTTPS = re.compile(r"https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]{1,5})?([/?#][^\s<>\"'\\^`{|}]*)?")

_NO_ORDER = "does not say which number is the day and which the month; write it year first, like 2023-07-04."
_NO_DATE = "is not a date; write it like 2023-07-07."
_NO_DAY = "is no day of the calendar; correct the month or the day."
_WRONG_YEAR = f"is not in the years {FIRST_YEAR} to {LAST_YEAR}; correct the year."
_DATE_FAULTS = (
    (_YEAR_LAST, _NO_ORDER),
    (_STAMP, "holds a time of day too; write the date alone, and the time with its offset under announced_at."),
)
_NO_AMOUNT = "is not a plain number; write it like 7123000000, without currency, separators and words."


def text_fault(cell: str) -> str:
    """Too long, or holding what nobody can see."""
    if len(cell) > LONGEST_CELL:
        advice = "; look for a quotation mark that is never closed" if "\n" in cell or "\r" in cell else ""
        return f"has {len(cell):,} characters; shorten it to {LONGEST_CELL}{advice}."
    if cell.isprintable() and _UNSEEN.isdisjoint(cell):
        return ""
    unseen = next(letter for letter in cell if not letter.isprintable() or letter in _UNSEEN)
    name = unicodedata.name(unseen, "control character").lower()
    advice = "put a plain space in its place" if unicodedata.category(unseen) == "Zs" else "delete it"
    return f"holds a character that cannot be seen, U+{ord(unseen):04X} ({name}); {advice}."


def date_fault(cell: str) -> str:
    """No calendar day written YYYY-MM-DD, or one in a year that cannot be meant."""
    if day := calendar_day(cell):
        return "" if FIRST_YEAR <= day.year <= LAST_YEAR else _WRONG_YEAR
    if match := _YEAR_FIRST.fullmatch(cell) or _EIGHT_DIGITS.fullmatch(cell):
        day = calendar_day("-".join(part.zfill(2) for part in match.groups()))
        return f"is not written as a date is here; write it {day}." if day else _NO_DAY
    if match := _FULL_YEAR_LAST.fullmatch(cell):
        one, _, other, year = match.groups()
        days = {calendar_day("-".join((year, *map(_two_digits, pair)))) for pair in ((one, other), (other, one))}
        days.discard(None)
        if len(days) == 1:
            return f"is not written as a date is here; write it {days.pop()}."
        return _NO_ORDER if days else _NO_DAY
    if _SERIAL.fullmatch(cell):
        counted = SERIAL_START + timedelta(days=int(float(cell)))
        return f"is a day counted as Excel does, perhaps {counted}; format the cell as a date or write 2023-07-07."
    return next((fault for pattern, fault in _DATE_FAULTS if pattern.fullmatch(cell)), _NO_DATE)


def stamp_fault(cell: str) -> str:
    """No time that says its offset from UTC."""
    match = _STAMP.fullmatch(cell)
    if not match:
        return "is not a time with its offset; write it like 2023-07-07T20:10:00+08:00, or clear it."
    if not match["offset"]:
        return "has no offset from UTC; add it, like +08:00 for Beijing and Hong Kong."
    try:
        offset = datetime.fromisoformat(cell).utcoffset()
    except ValueError:
        return "is no time of the calendar; correct the date, the time or the offset."
    if offset is None or not EARLIEST_OFFSET <= offset <= LATEST_OFFSET:
        return "has an offset that no place has; write one between -12:00 and +14:00."
    return ""


def fine_fault(cell: str) -> str:
    """No finite number above zero."""
    try:
        amount = float(cell)
    except ValueError:
        return _NO_AMOUNT
    if not 0 < amount < math.inf:
        return "is not a finite number above zero; write the amount like 7123000000, or clear the cell."
    return "" if _AMOUNT.fullmatch(cell) else _NO_AMOUNT


def currency_fault(cell: str) -> str:
    """No three letters of a known currency."""
    if cell in CURRENCIES:
        return ""
    meant = "CNY" if cell.upper() in RENMINBI else cell.upper()
    if meant in CURRENCIES:
        return f"is not written as the code of its currency; write it as {meant}."
    return f"is no currency known here; write one of {', '.join(CURRENCIES)}."


def source_fault(cell: str) -> str:
    """No https address of a host with a name."""
    if _HTTPS.fullmatch(cell):
        return ""
    return "is not a web address that starts with https://; write it like https://www.csrc.gov.cn/, or clear the cell."


def symbol_rule(symbols: Collection[str]) -> Rule:
    """A rule that takes these symbols only, and names one that differs in case or leading noughts alone."""
    known = frozenset(symbols)
    alike = {_bare(symbol): symbol for symbol in sorted(known)}
    some = ", ".join(sorted(known)[:SYMBOLS_NAMED])
    more = f" and {len(known) - SYMBOLS_NAMED} more" if len(known) > SYMBOLS_NAMED else ""
    advice = f"choose one of {some}{more}" if known else "there are no prices of any"

    def fault(cell: str) -> str:
        if cell in known:
            return ""
        meant = alike.get(_bare(cell))
        return f"is written {meant} here; write it so." if meant else f"cannot be studied here; {advice}."

    return fault


def calendar_day(cell: str) -> date | None:
    """The day that is written YYYY-MM-DD, None for anything else."""
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        return None
    return day if day.isoformat() == cell else None


def _two_digits(number: str) -> str:
    return number.zfill(2)


def _bare(symbol: str) -> str:
    return symbol.upper().lstrip("0")
