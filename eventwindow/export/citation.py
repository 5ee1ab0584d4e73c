"""How to cite the project itself, from CITATION.cff."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from eventwindow.format import plain_day

CITATION = Path(__file__).resolve().parents[2] / "CITATION.cff"
_FIELD = re.compile(r'^(?:  - )?([a-z-]+): "?(.+?)"?$', re.MULTILINE)


@dataclass(frozen=True)
class Work:
    """The project as something to cite: which version, with which data, and when and where it was looked at."""

    author: str
    title: str
    version: str
    snapshot_id: str
    day: date
    address: str

    @property
    def sentence(self) -> str:
        """One line for a list of references."""
        where = f", {self.address}" if self.address else ""
        return (
            f"{self.author}. {self.title}. Version {self.version}, data {self.snapshot_id}, "
            f"viewed {plain_day(self.day)}{where}."
        )

    @property
    def bibtex(self) -> str:
        """The same for LaTeX."""
        fields = {
            "author": f"{{{self.author}}}",
            "title": f"{{{self.title}}}",
            "year": f"{self.day.year}",
            "version": self.version,
            "note": f"Data {self.snapshot_id}",
            "url": re.sub(r"[{}\\\s]", "", self.address),
            "urldate": self.day.isoformat(),
        }
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
        return "\n".join(["@software{event_window,", *lines, "}"])


def cited(snapshot_id: str, day: date, address: str = "", path: Path = CITATION) -> Work:
    """The project as CITATION.cff describes it. Raises KeyError if author, title or version is missing there."""
    fields = dict(_FIELD.findall(path.read_text(encoding="utf-8")))
    return Work(fields["name"], fields["title"], fields["version"], snapshot_id, day, address)
