"""Addresses from tables: clickable only where that is safe."""

from urllib.parse import urlsplit

from eventwindow.format import md

UNSAFE = frozenset(" ()<>[]\\\"'`|")


def is_secure(url: str) -> bool:
    """Whether an address is https, names a host and cannot break out of a markdown link."""
    try:
        parts = urlsplit(url)
    except ValueError:  # such as an address with half a bracket
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not UNSAFE & set(url)


def source_link(url: str) -> str:
    """Markdown of a source: its host as a link if the address is secure, else the address as text."""
    if not is_secure(url):
        return md(url)
    return f"[{md((urlsplit(url).hostname or '').removeprefix('www.'))}]({url})"
