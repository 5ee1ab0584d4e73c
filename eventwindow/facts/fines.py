"""Fines: which company an amount is set against.

The amount of an act is a total, often over several companies, and an act concerns companies that were
not fined. A fine here has a known payer and a known amount. Fines on Tenpay and other units of a
company count as the company's own. Ant Group is not part of Alibaba, which held 33% of it: its whole fine
of 2023 is set against Alibaba, the listed company that readers weigh it against, so it overstates what
Alibaba's shareholders bore.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eventwindow.facts.events import Action, Announcement
from eventwindow.facts.reasons import Reason
from eventwindow.facts.tables import read_table, required_number


@dataclass(frozen=True)
class Fine:
    """An amount in yuan that an act set on `fined`, and the company `issuer` it is set against."""

    event_id: str
    fined: str
    issuer: str
    amount_cny: float
    note: str


def load_fines(folder: Path) -> tuple[Fine, ...]:
    """Every fine with a known payer, in table order. Raises DataError naming file, row and column."""
    path = folder / "fines.csv"
    return tuple(
        Fine(
            event_id=row["event_id"],
            fined=row["fined"],
            issuer=row["issuer"],
            amount_cny=required_number(row["amount_cny"], path, number, "amount_cny"),
            note=row["note"],
        )
        for number, row in enumerate(read_table(path), start=2)
    )


def fine_against(fines: Sequence[Fine], announcement: Announcement, issuer: str) -> float | Reason:
    """What an announcement fined a company, in yuan.

    NO_FINE where it fines nobody, or only others; FINE_UNKNOWN where it concerns the company and it is not on file
    who paid a part of its total, or the total itself: the company may have paid some of it, or nothing.
    """
    acts = {act.event_id: act for act in announcement.acts if act.action is Action.FINE}
    of_acts = [fine for fine in fines if fine.event_id in acts]
    own = [fine.amount_cny for fine in of_acts if fine.issuer == issuer]
    if own:
        return sum(own)
    for act in acts.values():
        paid = sum(fine.amount_cny for fine in of_acts if fine.event_id == act.event_id)
        if issuer in act.issuers and (act.amount_cny is None or paid < act.amount_cny):
            return Reason.FINE_UNKNOWN
    return Reason.NO_FINE
