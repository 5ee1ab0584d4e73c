"""Text for files that other programs open: no formula reaches a spreadsheet, no name a wrong folder.

A spreadsheet takes a cell for a formula by its first character, whatever stands around it in quotation
marks (OWASP, CSV injection). Such text gets an apostrophe in front; numbers stay numbers.
"""

import re
import unicodedata

FORMULA_SIGNS = "=+-@"
LONGEST_NAME = 80
# Controls, format characters (direction marks, byte order marks), and everything that is a space.
_INVISIBLE = r"\s\x00-\x20\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff"
_LEAD = re.compile(f"[{_INVISIBLE}]*")
# Where some program starts a new cell inside one of ours: semicolons where a comma is the decimal sign.
_CELL_STARTS = re.compile(f"(?:^|[;\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029])[{_INVISIBLE}'\"]*")
_COMMENT_STARTS = re.compile(f"[,;\t][{_INVISIBLE}'\"]*")
# Spaces that must not break stay.
_BREAKS = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might take a text for a formula: also in full width, also behind invisible characters."""
    start = _LEAD.match(text)
    rest = text[start.end() :] if start else text
    return _signs(rest) or text[:1] in {"\t", "\r", "\n"}


def csv_text(text: str) -> str:
    """A text as a cell of a CSV file: an apostrophe before every place where a formula could start."""
    marked = _guarded(encodable(text), _CELL_STARTS)
    return f"'{marked}" if is_formula(marked) else marked


def unmarked(text: str) -> str:
    """What `csv_text` made a cell of, given that it was on one line: without its apostrophes before a formula."""
    if "'" not in text:
        return text
    parts, done = [], 0
    for match in _CELL_STARTS.finditer(text):
        ends_marked = text[: match.end()].endswith("'") and _signs(text[match.end() :])
        parts.append(text[done : match.end() - ends_marked])
        done = match.end()
    return "".join(parts) + text[done:]


def comment_text(text: str) -> str:
    """A text for a comment line of a CSV file, which spreadsheets split at commas all the same: one line, no quotes."""
    return _guarded(one_line(encodable(text)).replace('"', "'"), _COMMENT_STARTS)


def one_line(text: str) -> str:
    """A text without line breaks, controls and marks that turn the direction of writing."""
    return _BREAKS.sub(" ", text).strip()


def encodable(text: str) -> str:
    """A text without halves of characters, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def file_name(*parts: str, suffix: str) -> str:
    """A telling name of plain letters, digits and hyphens that every file system takes."""
    plain = unicodedata.normalize("NFKD", " ".join(parts)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME].rstrip("-") + f".{suffix}"


def _signs(text: str) -> bool:
    """Whether the first character is a sign of a formula in any width."""
    return unicodedata.normalize("NFKC", text[:1])[:1] in tuple(FORMULA_SIGNS)


def _guarded(text: str, starts: re.Pattern[str]) -> str:
    parts, done = [], 0
    for match in starts.finditer(text):
        parts.append(text[done : match.end()])
        done = match.end()
        if _signs(text[done:]):
            parts.append("'")
    return "".join(parts) + text[done:]
