"""How numbers, dates and untrusted text appear on a screen: the only place where they are formatted."""

import html
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

MINUS = "\u2212"
UNKNOWN = "unknown"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_BREAKS = re.compile(r"[ \t\r\n\f\v\x00-\x1f\u2028\u2029]+")
_JOINER = "\u2060"
# What Streamlit's markdown turns into a link or a logo by itself, whatever its case.
_SPONTANEOUS = re.compile(r"(:)(//)|(www)(\.)|()(@)|(:)(streamlit:)", re.IGNORECASE)


def percent(value: float | None, digits: int = 2) -> str:
    """A decimal as a signed percentage, `+3.44%`; unknown is said."""
    return UNKNOWN if value is None else f"{_signed(100 * value, digits)}%"


def points(value: float, digits: int = 0) -> str:
    """A printed percentage with its sign and only the digits it was printed with, `+5.59%`."""
    return f"{_signed_plain(round(100 * value, 6))}%" if digits == 0 else percent(value, digits)


def price(value: float | None) -> str:
    """A price with two decimals, as quoted."""
    return UNKNOWN if value is None else f"{value:,.2f}"


def statistic(value: float) -> str:
    """A test statistic with two decimals."""
    return _signed(value, 2, plus=False)


def p_value(p: float) -> str:
    """`p = 0.012`; below a thousandth `p < 0.001`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def yuan(amount: float) -> str:
    """An amount in yuan, `7.123bn yuan`."""
    return f"{compact(amount)} yuan"


def compact(amount: float) -> str:
    """A large amount, `7.123bn` or `17.2m`, without padding zeros."""
    for size, unit in ((1e9, "bn"), (1e6, "m")):
        if abs(amount) >= size:
            return f"{amount / size:.3f}".rstrip("0").rstrip(".") + unit
    return f"{amount:,.0f}"


def short_day(day: date) -> str:
    """`Fri 7 Jul`."""
    return f"{day:%a} {day.day} {day:%b}"


def long_day(day: date) -> str:
    """`Fri 7 Jul 2023`."""
    return f"{short_day(day)} {day.year}"


def plain_day(day: date) -> str:
    """`7 July 2023`."""
    return f"{day.day} {day:%B %Y}"


def clock_time(moment: datetime, zone: ZoneInfo) -> str:
    """`20:10` in the zone's local time."""
    return f"{moment.astimezone(zone):%H:%M}"


def session(number: int) -> str:
    """Event time, `+1`, `0` or `−5`."""
    return _signed(number, 0) if number else "0"


def md(text: str) -> str:
    """Untrusted text for a markdown element: every mark escaped, no address turned into a link."""
    flat = _flat(text)
    joined = _SPONTANEOUS.sub(lambda match: _JOINER.join(part for part in match.groups() if part is not None), flat)
    return _PUNCTUATION.sub(r"\\\1", joined)


def pl(text: str) -> str:
    """Untrusted text for a chart: no markup, no template."""
    return html.escape(_flat(text).replace("%{", "% {"))


def _flat(text: str) -> str:
    """On one line; spaces that must not break stay."""
    return _BREAKS.sub(" ", text).strip()


def _signed(value: float, digits: int, *, plus: bool = True) -> str:
    shown = f"{abs(value):,.{digits}f}"
    if not float(shown.replace(",", "")):
        return shown  # zero has no sign
    return (MINUS if value < 0 else "+" if plus else "") + shown


def _signed_plain(value: float) -> str:
    return (MINUS if value < 0 else "+" if value > 0 else "") + f"{abs(value):g}"
