"""How soon moves are over, market by market, over many announcements."""

from dataclasses import dataclass

import numpy as np

from eventwindow.case import study_over
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import Reason
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from eventwindow.survey import Survey
from eventwindow.timing import remaining_errors, remaining_windows, settling


@dataclass(frozen=True)
class MarketSpeed:
    """Speeds of the events of one market, as in timing.Speed.

    `events` have a figure from day 0 to the end of the window, `moved` of them one beyond noise; `settled` and `half`
    hold one number of sessions for each of these.
    """

    market: Market
    events: int
    moved: int
    settled: tuple[int, ...]
    half: tuple[int, ...]

    def settled_by(self, session: int) -> int:
        """How many moves had settled by a session."""
        return sum(number <= session for number in self.settled)


def market_speeds(snapshot: Snapshot, survey: Survey) -> tuple[MarketSpeed, ...]:
    """Speeds of the events shown on a survey; none where the window ends with day 0."""
    end, study = survey.view.window.end, survey.study
    if end == 0:
        return ()
    number = study.windows.index(Window(0, end))
    rest = study_over(snapshot, survey.announcements, survey.listings, survey.view, remaining_windows(end))
    found = []
    for market in dict.fromkeys(listing.market for listing in survey.listings):
        rows = [row for row in survey.rows.tolist() if survey.listing(row).market is market]
        known = [row for row in rows if study.status[row, number] == Reason.OK]
        moved = [row for row in known if study.p[row, number] < 1 - survey.view.level / 100]
        pairs = [_settling(survey, rest, row) for row in moved]
        found.append(
            MarketSpeed(market, len(known), len(moved), tuple(one for one, _ in pairs), tuple(two for _, two in pairs))
        )
    return tuple(sorted(found, key=lambda item: item.market))


def _settling(survey: Survey, rest: StudyResult, row: int) -> tuple[int, int]:
    path = survey.path(row)
    return settling(path.value[path.sessions >= 0], path.critical * remaining_errors(rest, row))


def median(numbers: tuple[int, ...]) -> float:
    """The middle of some numbers; NaN of none."""
    return float(np.median(numbers)) if numbers else float("nan")
