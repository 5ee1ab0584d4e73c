"""From a study's events to the tests across them: one row per window and test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.study.battery import Outcome, Sample, TestInfo, TestName, run_tests
from eventwindow.study.catalogue import TESTS
from eventwindow.study.dependence import mean_correlations
from eventwindow.study.ranks import DailyScores, daily_scores
from eventwindow.study.windows import Days, Positions, Window, membership

if TYPE_CHECKING:
    from eventwindow.facts.prices import Floats
    from eventwindow.study.results import StudyResult


@dataclass(frozen=True)
class TestResult:
    """One test on one window: `info` says what is tested, what it assumes and who published it."""

    window: Window
    test: TestName
    outcome: Outcome

    @property
    def info(self) -> TestInfo:
        """Null in words, assumptions and citation."""
        return TESTS[self.test]

    def __repr__(self) -> str:
        found = self.outcome
        if found.reason is not Reason.OK:
            return f"{self.test} over {self.window}: {SENTENCES[found.reason]}"
        freedom = f"({found.df:g})" if found.distribution == "t" else ""
        figures = f"{found.statistic:.3f}, {found.distribution}{freedom}, p = {found.p:.4f}, n = {found.n}"
        return f"{self.test} over {self.window}: {figures}"


@dataclass(frozen=True)
class _Shared:
    """What windows with the same events have in common; names as in Sample, one mean correlation per window."""

    residuals: Floats
    abnormal: Floats
    scores: DailyScores
    rbars: Floats
    aligned: bool


def tests_across(result: StudyResult, windows: Sequence[Window]) -> tuple[TestResult, ...]:
    """The whole battery on some windows of a study, on the events that have a figure there."""
    usable = result.reasons == Reason.OK
    members = membership(result.windows, result.event_window)
    tests: list[TestResult] = []
    for group in _same_events(result, windows):
        asked = [result.windows[number] for number in group]
        studied = usable & (result.status[:, group[0]] == Reason.OK)
        rows = slice(None) if studied.all() else np.flatnonzero(studied)
        shared = _shared(result, rows, asked)
        for number, rbar in zip(group, shared.rbars, strict=True):
            sample = _sample(result, rows, number, members[number], shared, float(rbar))
            tests += [TestResult(result.windows[number], name, outcome) for name, outcome in run_tests(sample).items()]
    order = {window: place for place, window in enumerate(result.windows)}
    return tuple(sorted(tests, key=lambda item: order[item.window]))


def _same_events(result: StudyResult, windows: Sequence[Window]) -> list[list[int]]:
    """Numbers of windows grouped by which events have a figure in them: mostly one group."""
    groups: dict[bytes, list[int]] = {}
    for number in map(result.windows.index, windows):
        groups.setdefault((result.status[:, number] == Reason.OK).tobytes(), []).append(number)
    return list(groups.values())


def _shared(result: StudyResult, rows: Positions | slice, windows: list[Window]) -> _Shared:
    evidence, start = result.evidence, result.event_window.start
    residuals, days = evidence.residuals[rows], evidence.estimation_days[rows]
    shifted = [Window(window.start - start, window.end - start) for window in windows]
    return _Shared(
        residuals=residuals,
        abnormal=result.abnormal_returns[rows],
        scores=daily_scores(residuals, result.abnormal_returns[rows], result.sigma[rows]),
        rbars=mean_correlations(residuals, days, evidence.window_days[rows], shifted),
        aligned=_aligned(days),
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
    shared: _Shared,
    rbar: float,
) -> Sample:
    return Sample(
        residuals=shared.residuals,
        abnormal=shared.abnormal,
        member=member,
        car=result.car[rows, number],
        scar=result.t[rows, number],
        sigma=result.sigma[rows],
        n_estimation=result.n_estimation[rows],
        df=result.df[rows],
        day0=result.day0[rows],
        scores=shared.scores,
        rbar=rbar,
        aligned=shared.aligned,
    )
