"""What a check of the data says: how much it looked at and what it came upon."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Finding:
    """One thing that a check came upon.

    `where` is a symbol, a file or a table, `day` None where it concerns no single day. A `fault` needs
    mending; anything else is a peculiarity that is known, with its explanation or evidence in `why`.
    """

    where: str
    day: date | None
    what: str
    why: str = ""
    fault: bool = True


@dataclass(frozen=True)
class Check:
    """One question put to the data: `rule` says what must hold, `examined` how many `unit` were looked at."""

    name: str
    rule: str
    examined: int
    unit: str
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Findings that break the rule."""
        return tuple(item for item in self.findings if item.fault)

    @property
    def noted(self) -> tuple[Finding, ...]:
        """Findings that are known and explained."""
        return tuple(item for item in self.findings if not item.fault)

    @property
    def passed(self) -> bool:
        """Whether nothing breaks the rule. A check that had nothing to look at has not passed."""
        return self.examined > 0 and not self.faults
