"""From a study's events to the tests across them: one row per window and test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eventwindow.facts.reasons import Reason
from eventwindow.study.battery import Outcome, Sample, TestName, run_tests
from eventwindow.study.dependence import Days, mean_correlations
from eventwindow.study.ranks import DoubledRanks, doubled_ranks
from eventwindow.study.windows import Positions, Window, membership

if TYPE_CHECKING:
    from eventwindow.facts.prices import Floats
    from eventwindow.study.results import StudyResult

# Events ranked at a time.
BLOCK = 4096


@dataclass(frozen=True)
class TestResult:
    """One test on one window."""

    window: Window
    test: TestName
    outcome: Outcome


def tests_across(result: StudyResult) -> tuple[TestResult, ...]:
    """The whole battery on every window of a study, on the events that have a figure there."""
    usable = result.reasons == Reason.OK
    ranks, own_ranks = _ranks(result)
    members = membership(result.windows, result.event_window)
    tests: list[TestResult] = []
    for group in _same_events(result):
        windows = [result.windows[number] for number in group]
        rows = np.flatnonzero(usable & (result.status[:, group[0]] == Reason.OK))
        rbars = _correlations(result, rows, windows)
        every = len(rows) == len(result.reasons)
        for number, rbar in zip(group, rbars, strict=True):
            sample = _sample(result, slice(None) if every else rows, number, members[number], ranks, own_ranks, rbar)
            tests += [TestResult(result.windows[number], name, outcome) for name, outcome in run_tests(sample).items()]
    order = {window: place for place, window in enumerate(result.windows)}
    return tuple(sorted(tests, key=lambda item: order[item.window]))


def _same_events(result: StudyResult) -> list[list[int]]:
    """Windows grouped by which events have a figure in them: mostly one group."""
    groups: dict[bytes, list[int]] = {}
    for number in range(len(result.windows)):
        groups.setdefault((result.status[:, number] == Reason.OK).tobytes(), []).append(number)
    return list(groups.values())


def _ranks(result: StudyResult) -> tuple[DoubledRanks, DoubledRanks]:
    """Ranks of residuals and abnormal returns together, and of the residuals alone, for all events."""
    residuals, abnormal = result.evidence.residuals, result.abnormal_returns
    count, width = residuals.shape
    joint = np.zeros((count, width + abnormal.shape[1]), dtype=np.uint16)
    own = np.zeros((count, width), dtype=np.uint16)
    for start in range(0, count, BLOCK):
        rows = slice(start, start + BLOCK)
        joint[rows] = doubled_ranks(np.concatenate([residuals[rows], abnormal[rows]], axis=1))
        own[rows] = doubled_ranks(residuals[rows])
    return joint, own


def _correlations(result: StudyResult, rows: Positions, windows: list[Window]) -> Floats:
    start = result.event_window.start
    shifted = [Window(window.start - start, window.end - start) for window in windows]
    evidence = result.evidence
    return mean_correlations(
        evidence.residuals[rows], evidence.estimation_days[rows], evidence.window_days[rows], shifted
    )


def _aligned(days: Days) -> bool:
    """Whether all rows hold the same calendar days, apart from days outside the data."""
    latest = days.max(axis=0, initial=-1)
    return bool(((days == latest) | (days < 0)).all())


def _sample(
    result: StudyResult,
    rows: Positions | slice,
    number: int,
    member: np.ndarray[tuple[int], np.dtype[np.bool_]],
    ranks: DoubledRanks,
    own_ranks: DoubledRanks,
    rbar: float,
) -> Sample:
    return Sample(
        residuals=result.evidence.residuals[rows],
        abnormal=result.abnormal_returns[rows],
        member=member,
        car=result.car[rows, number],
        scar=result.t[rows, number],
        sigma=result.sigma[rows],
        n_estimation=result.n_estimation[rows],
        df=result.df[rows],
        day0=result.day0[rows],
        ranks=ranks[rows],
        own_ranks=own_ranks[rows],
        rbar=float(rbar),
        aligned=_aligned(result.evidence.estimation_days[rows]),
    )
