"""A few events of a reader's own inside a link: rows of text as deflated JSON, sealed with a checksum."""

import json
import zlib
from collections.abc import Sequence

from eventwindow.facts.errors import OptionError
from eventwindow.facts.own import OPTIONAL, TextTable
from eventwindow.facts.seal import LONGEST, sealed, unsealed

# What messages call the table of a link.
FILE = "events of the link"
VERSION = b"\x01"
# Most bytes that a link may unfold to: some 500 rows, far more than a link holds of rows that differ.
MOST_BYTES = 100_000
# Deflate without a header: the seal has its own checksum.
RAW = -zlib.MAX_WBITS


def packed(table: TextTable) -> str | None:
    """The columns and cells of a table as a token for a link.

    None where they are too many for `LONGEST` characters, or hold what no file can. Blank optional columns at the
    end are left out; line numbers and notes too.
    """
    width = len(table.columns)
    while width and table.columns[width - 1] in OPTIONAL and not any(cells[width - 1] for _, cells in table.rows):
        width -= 1
    lines = [table.columns[:width], *(cells[:width] for _, cells in table.rows)]
    try:
        content = json.dumps(lines, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError:
        return None
    if len(content) > MOST_BYTES:
        return None
    deflate = zlib.compressobj(level=9, wbits=RAW)
    token = sealed(VERSION + deflate.compress(content) + deflate.flush())
    return token if len(token) <= LONGEST else None


def unpacked(token: str) -> TextTable:
    """The table of a token, its rows numbered from line 2. Raises OptionError for anything that is no such token."""
    content = unsealed(token)
    if content[:1] != VERSION:
        raise OptionError("made by another version; open it where it was made, or bring the events again")
    columns, *rows = _lines(_inflated(content[1:]))
    if any(len(cells) != len(columns) for cells in rows):
        raise _unreadable()
    return TextTable(FILE, columns, tuple(enumerate(rows, start=2)))


def _inflated(content: bytes) -> bytes:
    inflate = zlib.decompressobj(RAW)
    try:
        text = inflate.decompress(content, MOST_BYTES)
    except zlib.error:
        raise _unreadable() from None
    if not inflate.eof or inflate.unused_data:
        raise _unreadable()
    return text


def _lines(content: bytes) -> Sequence[tuple[str, ...]]:
    """The header and rows of a JSON text: at least one list, of texts that can be written again."""
    try:
        lines = json.loads(content)
        if not (isinstance(lines, list) and lines and all(map(_is_row, lines))):
            raise _unreadable()
        json.dumps(lines, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise _unreadable() from None
    return [tuple(line) for line in lines]


def _is_row(line: object) -> bool:
    return isinstance(line, list) and all(isinstance(cell, str) for cell in line)


def _unreadable() -> OptionError:
    return OptionError("no events can be read from it; bring them again as a file")
