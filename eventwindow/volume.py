"""Attention: how unusual the volume of every session was, on the sessions of the abnormal returns.

Log volume against its own mean over the estimation window, with the exact error of such a prediction: Ajinkya and
Jain (1989, J. Accounting and Economics 11:331-359) find that the errors of log volume are close to normal, those of
volume itself far from it. The number of shares does not change in between, so log turnover gives the same figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eventwindow.case import Case, ListingCase, benchmark_of, study_events
from eventwindow.facts.listings import Listing, Market
from eventwindow.facts.prices import Floats, ReturnTable, volume_table
from eventwindow.facts.reasons import Reason
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.engine import StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.results import StudyResult
from eventwindow.study.significance import critical_value
from eventwindow.study.windows import Positions
from eventwindow.view import View


@dataclass(frozen=True)
class Attention:
    """Abnormal return and abnormal volume of one listing, session by session; all arrays of shape (W,).

    `returns` and `returns_band` are decimal; `volume` and `volume_band` are natural logs of the multiple of usual
    volume, which is the geometric mean of `n_volumes` sessions of the estimation window. Bands are half-widths of
    noise at the view's level. NaN where a session has no figure; all of `volume` is NaN where `reason` says why.
    """

    item: ListingCase
    sessions: Positions
    dates: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    returns: Floats
    returns_band: Floats
    volume: Floats
    volume_band: Floats
    usual: float
    n_volumes: int
    reason: Reason

    @property
    def multiple(self) -> Floats:
        """Volume of every session as a multiple of the usual one."""
        return np.asarray(np.exp(self.volume), dtype=np.float64)

    def beyond(self, session: int) -> bool:
        """Whether the volume of a session lies outside its band."""
        place = session - int(self.sessions[0])
        return bool(abs(self.volume[place]) > self.volume_band[place])


def attentions(snapshot: Snapshot, case: Case) -> tuple[Attention, ...]:
    """Returns and volumes around day 0 of every listing that has abnormal returns."""
    if case.study is None or not case.with_result:
        return ()
    listings = [item.listing for item in case.with_result]
    volumes = run_study(
        events=study_events(snapshot, [case.announcement], listings, case.view.clock),
        prices=_volume_tables(snapshot, case, listings),
        spec=StudySpec(
            model=Model.MEAN_ADJUSTED,
            estimation=case.view.estimation,
            event_window=case.view.window,
            windows=(case.view.window,),
        ),
    )
    key = case.announcement.event_id
    return tuple(
        attention_of(
            item,
            case.view,
            (case.study, case.study.row(key, item.listing.symbol)),
            (volumes, volumes.row(key, item.listing.symbol)),
        )
        for item in case.with_result
    )


def _volume_tables(snapshot: Snapshot, case: Case, listings: Sequence[Listing]) -> list[ReturnTable]:
    """One table of log volumes per market; the benchmark in it is not used."""
    markets: dict[Market, list[Listing]] = {}
    for listing in listings:
        markets.setdefault(listing.market, []).append(listing)
    return [
        volume_table(
            snapshot.prices, snapshot.calendars[market], members, benchmark_of(members[0], case.view.benchmark)
        )
        for market, members in markets.items()
    ]


def attention_of(
    item: ListingCase, view: View, returned: tuple[StudyResult, int], traded: tuple[StudyResult, int]
) -> Attention:
    """Returns and volumes of one listing, each a study and the row of the event in it."""
    (returns, row), (volumes, place) = returned, traded
    shown, level = view.window.within(returns.event_window), view.level / 100
    return Attention(
        item=item,
        sessions=view.window.sessions,
        dates=volumes.dates[place],
        returns=returns.abnormal_returns[row, shown],
        returns_band=float(critical_value(level, returns.df[row])) * returns.abnormal_se[row, shown],
        volume=volumes.abnormal_returns[place],
        volume_band=float(critical_value(level, volumes.df[place])) * volumes.abnormal_se[place],
        usual=float(np.exp(volumes.alpha[place])),
        n_volumes=int(volumes.n_estimation[place]),
        reason=Reason(volumes.reasons[place]),
    )
