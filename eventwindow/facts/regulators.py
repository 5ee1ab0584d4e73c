"""The bodies behind announcements, by the short codes that readers filter with."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from eventwindow.facts.events import Announcement
from eventwindow.facts.tables import read_table

# Bodies that no row of the table names by its abbreviation or its name.
OTHER = "other"


@dataclass(frozen=True)
class Regulator:
    """One body; `code` is its stable name in links, `name_zh` empty where unknown."""

    code: str
    abbreviation: str
    name: str
    name_zh: str
    jurisdiction: str
    kind: str
    established: str
    abolished: str
    successor: str


def load_regulators(folder: Path) -> dict[str, Regulator]:
    """Bodies by code, in table order."""
    return {
        row["abbreviation"].lower(): Regulator(
            code=row["abbreviation"].lower(),
            abbreviation=row["abbreviation"],
            name=row["name"],
            name_zh=row["name_zh"],
            jurisdiction=row["jurisdiction"],
            kind=row["kind"],
            established=row["established"],
            abolished=row["abolished"],
            successor=row["successor"],
        )
        for row in read_table(folder / "regulators.csv")
    }


def regulator_codes(announcement: Announcement, known: Mapping[str, Regulator]) -> tuple[str, ...]:
    """Codes of the bodies behind an announcement, in the order of `known`; OTHER where none is known.

    The event table names bodies in words ("CAC and 12 other agencies"): a body is meant if its
    abbreviation stands there as a word, or if its name begins with what stands there.
    """
    found = {code for text in announcement.regulators for code in _named(text, known)}
    return tuple(code for code in known if code in found) or (OTHER,)


def regulator_counts(announcements: Iterable[Announcement], known: Mapping[str, Regulator]) -> dict[str, int]:
    """How many of the announcements each code stands behind, the most frequent first."""
    counts = Counter(code for item in announcements for code in regulator_codes(item, known))
    order = [*known, OTHER]
    return {code: counts[code] for code in sorted(counts, key=lambda code: (-counts[code], order.index(code)))}


def _named(text: str, known: Mapping[str, Regulator]) -> list[str]:
    words = set(re.findall(r"[A-Za-z]+", text))
    return [code for code, body in known.items() if body.abbreviation in words or body.name.startswith(text)]
