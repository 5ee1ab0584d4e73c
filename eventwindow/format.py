"""How numbers, dates and untrusted text appear on a screen: the only place where they are formatted."""

import html
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

MINUS = "\u2212"
UNKNOWN = "unknown"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_SIZES = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"))
_MARKS = {"HKD": "HK$", "USD": "US$"}
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


def share(value: float) -> str:
    """A part of a whole in whole percent, `95%`; one that runs against the whole has a minus."""
    return f"{_signed(100 * value, 0, plus=False)}%"


def plain_number(value: float) -> str:
    """A number without sign or padding zeros, `1.5`."""
    return f"{value:g}"


def times(value: float) -> str:
    """A multiple, `2.24×`; from a hundred on without decimals."""
    return f"{value:,.2f}×" if value < 100 else f"{value:,.0f}×"


def price(value: float | None) -> str:
    """A price with two decimals, as quoted."""
    return UNKNOWN if value is None else f"{value:,.2f}"


def change(value: float) -> str:
    """A change in its own unit with two decimals, `+1.50`."""
    return _signed(value, 2)


def statistic(value: float) -> str:
    """A test statistic with two decimals."""
    return _signed(value, 2, plus=False)


def p_value(p: float) -> str:
    """`p = 0.012`; below a thousandth `p < 0.001`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def p_number(p: float) -> str:
    """A p-value for a column of its own, `0.012` or `< 0.001`."""
    return p_value(p).removeprefix("p ").removeprefix("= ")


def yuan(amount: float) -> str:
    """An amount in yuan, `7.123bn yuan`."""
    return f"{compact(amount)} yuan"


def compact(amount: float) -> str:
    """A large amount, `7.123bn` or `17.2m`, without padding zeros."""
    for size, unit in ((1e9, "bn"), (1e6, "m")):
        if abs(amount) >= size:
            return f"{amount / size:.3f}".rstrip("0").rstrip(".") + unit
    return f"{amount:,.0f}" if abs(amount) >= 1000 else f"{amount:g}"


def money(amount: float, currency: str, *, signed: bool = False) -> str:
    """An amount to three digits in a currency, `US$889bn` or `7.12bn yuan`; signed `+US$39.6bn`."""
    rounded = float(f"{abs(amount):.3g}")
    size, unit = next(((size, unit) for size, unit in _SIZES if rounded >= size), (1.0, ""))
    sign = MINUS if amount < 0 else "+" if signed and amount > 0 else ""
    mark = _MARKS.get(currency, "")
    return f"{sign}{mark}{float(f'{rounded / size:.3g}'):,g}{unit}{'' if mark else ' yuan'}"


def bare_money(amount: float) -> str:
    """The same with its sign and without a currency, for an axis that names it: `+50bn`."""
    return money(amount, "CNY", signed=True).removesuffix(" yuan")


def multiple(value: float) -> str:
    """How many times one amount is another, whichever way: `25 times`, `0.41 times`, `29,300 times`."""
    digits = 0 if abs(value) >= 9.95 else 1 if abs(value) >= 0.995 else 2
    return f"{float(f'{abs(value):.3g}'):,.{digits}f} times"


def signed_multiple(value: float) -> str:
    """The same with the sign of the change, `−2.0 times`."""
    return f"{MINUS if value < 0 else '+'}{multiple(value)}"


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
    """Untrusted text for a chart, between tags only: no markup, no template. Charts show `&quot;` as it stands."""
    return html.escape(_flat(text).replace("%{", "% {"), quote=False)


def sentence_case(name: str) -> str:
    """A name as a label: `timeline-index` becomes `Timeline index`."""
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def cut(text: str, most: int) -> str:
    """A text on one line of at most so many characters, an ellipsis where it is cut."""
    flat = _flat(text)
    return flat if len(flat) <= most else f"{flat[: most - 1].rstrip()}…"


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
