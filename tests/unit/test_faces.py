"""The lines that a face adds are run, and what they leave behind is what the page shows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from eventwindow.case import build_case
from eventwindow.chain import relays
from eventwindow.chance import chances
from eventwindow.doubt import (
    overlaps,
    placebo_trials,
    similar_group,
    specification_curves,
    without_announcements,
    without_listings,
)
from eventwindow.export.faces import FACES, face_of, opened
from eventwindow.fined import build_fined
from eventwindow.groups import build_groups, groups_frame
from eventwindow.history import drawdowns, gaps, indexed_lines, total_return_lines
from eventwindow.quality.coverage import coverage
from eventwindow.relay import Relay
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.sizes import measured_sizes
from eventwindow.survey import Survey, build_survey, chosen_announcements
from eventwindow.timing import speeds
from eventwindow.ui.compare_tabs import survey_table
from eventwindow.ui.data_tables import coverage_table
from eventwindow.ui.event_timing import speed_table
from eventwindow.ui.event_value import value_table
from eventwindow.ui.event_volume import volume_table
from eventwindow.ui.relay_tables import steps_table
from eventwindow.ui.robustness_tables import (
    leave_out_table,
    overlaps_table,
    placebo_table,
    settings_table,
)
from eventwindow.ui.robustness_tables import tests_table as battery_table
from eventwindow.ui.timeline_tables import drawdown_table, gap_table, index_table
from eventwindow.value import value_changes
from eventwindow.valued import build_valued
from eventwindow.view import DEFAULT, CompareTab, DataTab, Page, RobustnessTab, Tab, TimelineTab, View
from eventwindow.volume import attentions

ONE = replace(DEFAULT, companies=("alibaba",), level=90)
FINES = View(event="alibaba-antitrust-fine-2021-04", companies=("alibaba",), years=(2021, 2021))
Names = dict[str, Any]
Frames = tuple[pd.DataFrame, ...]
# Page and view, the tables shown, and the same tables from what the lines leave behind.
Checked = tuple[Page, View, Callable[[Snapshot, View], Frames], Callable[[Names, Snapshot, View], Frames]]


def survey_of(snapshot: Snapshot, view: View) -> Survey:
    survey = build_survey(snapshot, view)
    assert survey is not None
    return survey


def survey_frame(snapshot: Snapshot, view: View) -> Frames:
    return (survey_table(survey_of(snapshot, view)).drop(columns="Path, %"),)


def value_frame(snapshot: Snapshot, view: View) -> Frames:
    case = build_case(snapshot, view)
    assert case.study is not None
    return (value_table(value_changes(snapshot, case.study, case.lead_window, view.level)),)


def relay_frames(snapshot: Snapshot, view: View) -> Frames:
    return tuple(steps_table(item) for item in relays(snapshot, view) if isinstance(item, Relay))


def leave_out_frames(snapshot: Snapshot, view: View) -> Frames:
    found = [without_listings(snapshot, view), without_announcements(snapshot, view)]
    return leave_out_table(found, view.level), overlaps_table(overlaps(snapshot, view))


FACES_CHECKED: dict[str, Checked] = {
    "placebo": (
        Page.ROBUSTNESS,
        replace(ONE, robustness_tab=RobustnessTab.PLACEBO),
        lambda snapshot, view: (placebo_table(placebo_trials(snapshot, view)),),
        lambda names, *_: (placebo_table(names["trials"]),),
    ),
    "settings": (
        Page.ROBUSTNESS,
        replace(ONE, robustness_tab=RobustnessTab.SETTINGS),
        lambda snapshot, view: (settings_table(specification_curves(snapshot, view)),),
        lambda names, *_: (settings_table(names["curves"]),),
    ),
    "leave-out": (
        Page.ROBUSTNESS,
        replace(ONE, robustness_tab=RobustnessTab.LEAVE_OUT),
        leave_out_frames,
        lambda names, _, view: (
            leave_out_table([names["listings"], names["similar"]], view.level),
            overlaps_table(names["others"]),
        ),
    ),
    "naive": (
        Page.ROBUSTNESS,
        replace(ONE, robustness_tab=RobustnessTab.NAIVE),
        lambda snapshot, view: (battery_table(similar_group(snapshot, view), view.level, measured_sizes()),),
        lambda names, _, view: (battery_table(names["similar"], view.level, names["sizes"]),),
    ),
    "map": (
        Page.COMPARE,
        FINES,
        survey_frame,
        lambda names, *_: (survey_table(names["survey"]).drop(columns="Path, %"),),
    ),
    "averages": (
        Page.COMPARE,
        replace(FINES, compare_tab=CompareTab.AVERAGE),
        lambda snapshot, view: (groups_frame(build_groups(survey_of(snapshot, view)), view.level),),
        lambda names, _, view: (groups_frame(names["groups"], view.level),),
    ),
    "relay": (
        Page.EVENT,
        replace(ONE, tab=Tab.RELAY),
        relay_frames,
        lambda names, *_: tuple(steps_table(item) for item in names["found"]),
    ),
    "value": (
        Page.EVENT,
        replace(ONE, tab=Tab.VALUE),
        value_frame,
        lambda names, *_: (value_table(names["found"]),),
    ),
    "timing": (
        Page.EVENT,
        replace(ONE, tab=Tab.TIMING),
        lambda snapshot, view: (speed_table(speeds(snapshot, build_case(snapshot, view))),),
        lambda names, *_: (speed_table(names["after"]),),
    ),
    "volume": (
        Page.EVENT,
        replace(ONE, tab=Tab.VOLUME),
        lambda snapshot, view: (volume_table(attentions(snapshot, build_case(snapshot, view))),),
        lambda names, *_: (volume_table(names["found"]),),
    ),
    "timeline": (
        Page.TIMELINE,
        FINES,
        lambda snapshot, view: (index_table(snapshot, indexed_lines(total_return_lines(snapshot, view), view.years)),),
        lambda names, snapshot, _: (index_table(snapshot, names["found"]),),
    ),
    "drawdown": (
        Page.TIMELINE,
        replace(FINES, timeline_tab=TimelineTab.DRAWDOWN),
        lambda snapshot, view: (drawdown_table(drawdowns(total_return_lines(snapshot, view), view.years)),),
        lambda names, *_: (drawdown_table(names["found"]),),
    ),
    "gap": (
        Page.TIMELINE,
        replace(FINES, timeline_tab=TimelineTab.GAP),
        lambda snapshot, view: (gap_table(gaps(snapshot, view)),),
        lambda names, *_: (gap_table(names["found"]),),
    ),
    "coverage": (
        Page.DATA,
        replace(FINES, data_tab=DataTab.COVERAGE),
        lambda snapshot, _: (coverage_table(coverage(snapshot)),),
        lambda names, *_: (coverage_table(names["found"]),),
    ),
}


def ran(snapshot: Snapshot, view: View, page: Page) -> Names:
    """What the lines of the open face leave behind."""
    face = face_of(view, page)
    assert face is not None
    names: Names = {}
    exec(compile(face.python(snapshot, view, page), "face.py", "exec"), names)  # noqa: S102 (the lines under test)
    return names


@pytest.mark.parametrize("name", FACES_CHECKED)
def test_the_lines_of_a_face_give_the_tables_that_it_shows(snapshot: Snapshot, name: str) -> None:
    page, view, shown, again = FACES_CHECKED[name]
    tables = shown(snapshot, view)
    assert tables
    for table, found in zip(tables, again(ran(snapshot, view, page), snapshot, view), strict=True):
        assert len(table)
        pd.testing.assert_frame_equal(found, table, check_exact=True)


def test_the_lines_of_the_verdict_give_the_placebo_p_beside_it(snapshot: Snapshot) -> None:
    case = build_case(snapshot, ONE)
    found = ran(snapshot, ONE, Page.EVENT)["found"]
    assert len(found) == 2
    for item in case.listings:
        assert found[item.listing.symbol] == chances(snapshot, item.listing, ONE, case.lead_window)[ONE.event].p


@pytest.mark.parametrize("tab", [CompareTab.FINES, CompareTab.VALUE, CompareTab.MULTIPLES, CompareTab.RUN_UP])
def test_the_other_faces_of_compare_run_too(snapshot: Snapshot, tab: CompareTab) -> None:
    view = replace(FINES, compare_tab=tab)
    names = ran(snapshot, view, Page.COMPARE)
    survey = survey_of(snapshot, view)
    if tab is CompareTab.FINES:
        assert names["fined"].fines == build_fined(survey).fines
    if tab is CompareTab.VALUE:
        assert names["valued"].ranked == build_valued(snapshot, survey).ranked
    if tab is CompareTab.MULTIPLES:
        assert list(names["paths"]) == survey.rows.tolist()
    if tab is CompareTab.RUN_UP:
        assert names["groups"]


@pytest.mark.parametrize("tab", [DataTab.EVENTS, DataTab.PRESS])
def test_the_lines_of_the_data_page_list_what_passes_the_filters(snapshot: Snapshot, tab: DataTab) -> None:
    view = replace(FINES, data_tab=tab)
    found = ran(snapshot, view, Page.DATA)["found"]
    chosen = chosen_announcements(snapshot, view)
    if tab is DataTab.EVENTS:
        assert found == chosen
    else:
        acts = {act.event_id for item in chosen for act in item.acts}
        assert {item.printed.event_id for item in found} <= acts


def test_the_lines_of_the_sources_give_the_press_figures_of_the_announcement(snapshot: Snapshot) -> None:
    found = ran(snapshot, replace(ONE, tab=Tab.SOURCES), Page.EVENT)["found"]
    acts = {act.event_id for act in snapshot.announcements[ONE.event].acts}
    assert {item.printed.event_id for item in found} == acts


def test_every_page_with_figures_has_faces_and_the_method_none() -> None:
    assert set(FACES) == {Page.EVENT, Page.COMPARE, Page.ROBUSTNESS, Page.TIMELINE, Page.DATA}
    assert set(FACES[Page.ROBUSTNESS]) == set(RobustnessTab)
    assert set(FACES[Page.COMPARE]) == set(CompareTab)
    assert set(FACES[Page.EVENT]) == set(Tab)
    assert set(FACES[Page.TIMELINE]) == set(TimelineTab)
    assert opened(DEFAULT, Page.METHOD) == ""
    assert face_of(DEFAULT, Page.METHOD) is None
