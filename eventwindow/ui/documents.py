"""Sections of the project's own documents, so that a page shows what the file says and nothing is written twice."""

from functools import cache
from pathlib import Path


def section(path: Path, title: str) -> str:
    """The text under a `##` heading of a markdown file. Raises KeyError if there is no such heading."""
    return sections(path)[title]


@cache
def sections(path: Path) -> dict[str, str]:
    """Text by `##` heading, in the order of the file; what stands before the first heading is left out."""
    _, *parts = f"\n{path.read_text(encoding='utf-8')}".split("\n## ")
    return {title.strip(): text.strip() for title, _, text in (part.partition("\n") for part in parts)}
