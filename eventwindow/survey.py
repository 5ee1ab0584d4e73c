"""Many announcements at once, as the reader chose to see them: facts, filters and one study of them all."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from eventwindow.case import CarPath, car_path, chosen_listings, path_window, return_tables, study_events
from eventwindow.facts.events import Announcement
from eventwindow.facts.fines import fine_against
from eventwindow.facts.listings import Issuer, Listing
from eventwindow.facts.prices import Floats
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.facts.regulators import regulator_codes
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.confounders import confounded, find_confounders
from eventwindow.study.engine import StudySpec, run_study
from eventwindow.study.placebo import EventPlacebos, event_placebos
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Positions, Window
from eventwindow.view import View


class SpannedStudy(ABC):
    """What screens say of each event of a study over `view.span`, which is one of its windows."""

    view: View
    study: StudyResult

    @property
    @abstractmethod
    def rows(self) -> Positions:
        """Events shown, with a figure or without."""

    @property
    @abstractmethod
    def left_out(self) -> NDArray[np.bool_]:
        """Events left out as confounded, (N,)."""

    @cached_property
    def window(self) -> int:
        """Number of `view.span` among the study's windows."""
        return self.study.windows.index(self.view.span)

    @cached_property
    def known(self) -> Positions:
        """Events shown that have a figure over `view.span`."""
        known: Positions = self.rows[self.study.status[self.rows, self.window] == Reason.OK]
        return known

    def status(self, row: int) -> Reason:
        """Why no figure over `view.span` is shown of an event; OK where one is."""
        return Reason.CONFOUNDED if self.left_out[row] else Reason(self.study.status[row, self.window])

    def reason(self, row: int) -> str:
        """The same in one sentence; empty where a figure is shown."""
        return SENTENCES[Reason.CONFOUNDED] if self.left_out[row] else self.study.explain(row, self.window)

    def remark(self, row: int) -> str:
        """The reason, or what a reader of the figure should know."""
        return self.reason(row) or self.study.note(row, self.window)

    def path(self, row: int) -> CarPath:
        """Cumulative abnormal return over `view.window`, counted from the close before day 0."""
        return car_path(self.study, row, self.view)


@dataclass(frozen=True)
class Survey(SpannedStudy):
    """All A announcements on file, oldest first, on L listings of `issuers` (L,): one study of N = A x L events.

    Event a x listing l is row a * L + l of every array and of `study`, whose windows hold `view.span` and the
    path over `view.window`. `chosen` (A,) marks announcements that pass the filters. `confounded` (N,) marks
    events with another announcement about the same company whose day 0 lies in `view.span`: it may have moved
    the same figure; `left_out` (N,) those of the chosen ones that are dropped for it. `placebos` are those of
    `view.span` alone, shape (N, 1). `fines` (N,) are what the announcement fined the company, in yuan, NaN
    where `fine_status` (N,) says why not.
    """

    view: View
    announcements: tuple[Announcement, ...]
    listings: tuple[Listing, ...]
    issuers: tuple[Issuer, ...]
    study: StudyResult
    chosen: NDArray[np.bool_]
    confounded: NDArray[np.bool_]
    placebos: EventPlacebos
    fines: Floats
    fine_status: NDArray[np.object_]

    @cached_property
    def left_out(self) -> NDArray[np.bool_]:
        """Events that pass the filters but are left out as confounded, (N,); none unless asked for."""
        asked = np.full(self.chosen.shape, self.view.clean)
        return np.repeat(self.chosen & asked, len(self.listings)) & self.confounded

    @cached_property
    def rows(self) -> Positions:
        """Events shown, with a figure or without: those of chosen announcements that are not left out."""
        shown: Positions = np.flatnonzero(np.repeat(self.chosen, len(self.listings)) & ~self.left_out)
        return shown

    @property
    def missing(self) -> Mapping[Reason, int]:
        """How many of the events shown have no figure over `view.span`, by reason, the most frequent first."""
        status = self.study.status[self.rows, self.window]
        return dict(Counter(map(Reason, status[status != Reason.OK])).most_common())

    def row(self, announcement: int, listing: int) -> int:
        """Row of one event."""
        return announcement * len(self.listings) + listing

    def announcement(self, row: int) -> Announcement:
        """Announcement of a row."""
        return self.announcements[row // len(self.listings)]

    def listing(self, row: int) -> Listing:
        """Listing of a row."""
        return self.listings[row % len(self.listings)]

    def is_about(self, row: int) -> bool:
        """Whether the announcement concerns the company of the listing."""
        return self.listing(row).issuer in self.announcement(row).issuers

    def is_significant(self, row: int) -> bool:
        """Whether the placebo p is below the error rate of the view's level (95: 5%)."""
        return bool(self.placebos.p[row, 0] < 1 - self.view.level / 100)


def build_survey(snapshot: Snapshot, view: View) -> Survey | None:
    """Everything the compare page shows, for any valid view; None where no listing is chosen."""
    listings = tuple(chosen_listings(snapshot, view))
    if not listings:
        return None
    announcements = tuple(reversed(snapshot.newest_first))
    events = study_events(snapshot, announcements, listings, view.clock)
    tables = return_tables(snapshot, listings, view.benchmark)
    study = run_study(events=events, prices=tables, spec=survey_spec(view))
    concerned = np.array([listing.issuer in item.issuers for item in announcements for listing in listings])
    of_span = StudySpec(model=view.model, estimation=view.estimation, event_window=view.span, windows=(view.span,))
    fines = [
        fine_against(snapshot.fines, announcement, listing.issuer)
        for announcement in announcements
        for listing in listings
    ]
    return Survey(
        view=view,
        announcements=announcements,
        listings=listings,
        issuers=tuple(snapshot.issuers[listing.issuer] for listing in listings),
        study=study,
        chosen=np.array([_passes(snapshot, view, item) for item in announcements], dtype=bool),
        confounded=confounded(events, find_confounders(study, of_span, concerned)),
        placebos=event_placebos(events=events, prices=tables, spec=of_span),
        fines=np.array([np.nan if isinstance(fine, Reason) else fine for fine in fines]),
        fine_status=np.array([fine if isinstance(fine, Reason) else Reason.OK for fine in fines], dtype=object),
    )


def refined(survey: Survey, snapshot: Snapshot, view: View) -> Survey:
    """The same study for a view that differs only in filters, level, current announcement and tabs."""
    chosen = np.array([_passes(snapshot, view, item) for item in survey.announcements], dtype=bool)
    return replace(survey, view=view, chosen=chosen)


def chosen_announcements(snapshot: Snapshot, view: View) -> tuple[Announcement, ...]:
    """Announcements that pass every filter of the view, oldest first."""
    return tuple(
        sorted(
            (item for item in snapshot.announcements.values() if _passes(snapshot, view, item)),
            key=lambda item: item.day,
        )
    )


def _passes(snapshot: Snapshot, view: View, item: Announcement) -> bool:
    first, last = view.years or (item.day.year, item.day.year)
    return (
        (not view.directions or item.direction in view.directions)
        and (not view.actions or item.action in view.actions)
        and (not view.jurisdictions or item.jurisdiction in view.jurisdictions)
        and (not view.regulators or bool({*view.regulators} & {*regulator_codes(item, snapshot.regulators)}))
        and first <= item.day.year <= last
        and (item.is_regulator_act or not view.strict)
    )


def survey_spec(view: View) -> StudySpec:
    """One run for the figure of every cell and the path of every event; its event window just holds both."""
    path = {window for window in map(path_window, view.window.sessions.tolist()) if window}
    return StudySpec(
        model=view.model,
        estimation=view.estimation,
        event_window=Window(min(view.span.start, view.window.start), max(view.span.end, view.window.end)),
        windows=tuple(sorted({view.span, *path})),
    )
