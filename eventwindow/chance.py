"""How often an ordinary session of the same listing moved at least as much: the placebo beside each verdict."""

from dataclasses import dataclass

from eventwindow.case import Estimate, ListingCase, return_tables, study_events
from eventwindow.facts.listings import Listing
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.engine import StudySpec
from eventwindow.study.placebo import event_placebos
from eventwindow.study.windows import Window
from eventwindow.view import View


@dataclass(frozen=True)
class Chance:
    """Placebo p of one announcement on one listing among `dates` ordinary sessions, or a `reason` in words."""

    p: float
    dates: int
    reason: str

    @property
    def known(self) -> bool:
        """Whether there is a p."""
        return not self.reason


@dataclass(frozen=True)
class Judgement:
    """One figure of one listing with both tests that lead for a single announcement: exact t, and placebo."""

    item: ListingCase
    estimate: Estimate
    chance: Chance

    def beyond(self, level: int) -> tuple[bool, bool | None]:
        """Whether it is more than noise by the t test and by the placebo (None where there is none)."""
        by_placebo = self.chance.p < 1 - level / 100 if self.chance.known else None
        return self.estimate.beyond_noise(level), by_placebo


def chances(snapshot: Snapshot, listing: Listing, view: View, window: Window) -> dict[str, Chance]:
    """Placebo p of every announcement on file on one listing, by event_id, over one window.

    Only clock, model, benchmark and estimation window of the view matter.
    """
    announcements = list(snapshot.announcements.values())
    events = study_events(snapshot, announcements, [listing], view.clock)
    spec = StudySpec(model=view.model, estimation=view.estimation, event_window=window, windows=(window,))
    found = event_placebos(events=events, prices=return_tables(snapshot, [listing], view.benchmark), spec=spec)
    return {
        event_id: Chance(float(found.p[row, 0]), int(found.dates[row, 0]), SENTENCES[Reason(found.status[row, 0])])
        for row, event_id in enumerate(events.event_ids)
    }
