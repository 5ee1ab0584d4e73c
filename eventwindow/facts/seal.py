"""Bytes as text that fits an address, with a checksum by which a cut or mistyped one is recognised."""

import base64
import binascii
import re
import zlib

from eventwindow.facts.errors import OptionError

# Most characters of a sealed text: with the other settings, still an address that every browser and server takes.
LONGEST = 4000
CHECKSUM = 4
_SIGNS = re.compile(rf"[A-Za-z0-9_-]{{7,{LONGEST}}}")


def sealed(content: bytes) -> str:
    """The content (not empty) and its checksum as letters, digits, hyphens and underscores."""
    return base64.urlsafe_b64encode(content + _checksum(content)).decode("ascii").rstrip("=")


def unsealed(text: str) -> bytes:
    """What was sealed. Raises OptionError for any other text, and for more than LONGEST characters."""
    if _SIGNS.fullmatch(text):
        try:
            whole = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except binascii.Error:
            whole = b""
        content = whole[:-CHECKSUM]
        # Sealed again, since the last character has bits that count for nothing.
        if sealed(content) == text:
            return content
    raise OptionError("cut short or mistyped; copy the whole link")


def _checksum(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(CHECKSUM, "big")
