"""Did prices move before announcements? The average abnormal return of the sessions before day 0, and its tests.

A figure beyond noise means that news came out early, that announcements follow moves, or that other announcements
fell into these sessions; the last can be left out.
"""

from dataclasses import replace

import numpy as np

from eventwindow.case import CarPath, return_tables, study_events
from eventwindow.groups import Group, build_groups, group_of
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.average import average_cars
from eventwindow.study.confounders import confounded, find_confounders
from eventwindow.study.engine import StudySpec, run_study
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from eventwindow.survey import Survey

EVERY = "All shown"
# A view's window that asks for no path of its own.
NO_PATH = Window(-1, -1)


def run_up_window(survey: Survey) -> Window | None:
    """Sessions before day 0 that the view's window holds; None where it starts with day 0."""
    start = survey.view.window.start
    return Window(start, -1) if start < 0 else None


def run_up_survey(snapshot: Snapshot, survey: Survey, window: Window) -> Survey:
    """The announcements of a survey studied over the sessions before day 0 instead.

    Its study also holds the windows of the path: from the first of these sessions to each. Confounded is an event
    with another announcement about the same company in these sessions.
    """
    view = survey.view
    events = study_events(snapshot, survey.announcements, survey.listings, view.clock)
    spec = StudySpec(
        model=view.model,
        estimation=view.estimation,
        event_window=window,
        windows=tuple(Window(window.start, session) for session in window.sessions.tolist()),
    )
    study = run_study(events=events, prices=return_tables(snapshot, survey.listings, view.benchmark), spec=spec)
    concerned = [listing.issuer in item.issuers for item in survey.announcements for listing in survey.listings]
    others = find_confounders(study, spec, np.array(concerned, dtype=bool))
    return replace(
        survey, view=replace(view, span=window, window=NO_PATH), study=study, confounded=confounded(events, others)
    )


def build_run_ups(before: Survey) -> tuple[Group, ...]:
    """The groups of a survey of `run_up_survey`, each with its path before day 0; first all as one group."""
    groups = build_groups(before)
    if len(groups) > 1:
        groups = (group_of(EVERY, before.study.subset(before.rows), before.view), *groups)
    return tuple(_with_path(group, before.view.level) for group in groups)


def _with_path(group: Group, level: int) -> Group:
    path, events = run_up_path(group.study, group.span, level)
    return replace(group, path=path, path_events=events)


def run_up_path(study: StudyResult, window: Window, level: int) -> tuple[CarPath | None, int]:
    """Average CAR from the close before the window to every session of it, and of how many events; None without any.

    The same events at every session, with the band around zero of study/average.py at `level` percent.
    """
    average = average_cars(study, study.windows)
    if not average.n:
        return None, 0
    sessions = np.arange(window.start - 1, window.end + 1)
    nowhere = np.full(len(sessions), np.datetime64("NaT"), dtype="datetime64[D]")
    value, se = (np.concatenate([[0.0], figures]) for figures in (average.value, average.se))
    return CarPath(sessions, nowhere, value, se, average.critical(level / 100)), average.n
