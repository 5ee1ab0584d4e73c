"""Charts of averages hold what the groups say."""

from dataclasses import replace

import numpy as np
import pytest

from eventwindow.charts.average import average_dots, average_paths
from eventwindow.charts.theme import LIGHT
from eventwindow.facts.events import Action
from eventwindow.facts.listings import Market
from eventwindow.format import percent
from eventwindow.groups import Group, build_groups
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Window
from eventwindow.survey import build_survey
from eventwindow.view import View
from eventwindow.words_groups import averages_finding, path_finding

MAIN = View()
ALONE = View(companies=("alibaba",), actions=(Action.SETTLEMENT,), markets=(Market.HONG_KONG,))


def groups_of(snapshot: Snapshot, view: View) -> tuple[Group, ...]:
    survey = build_survey(snapshot, view)
    assert survey is not None
    return build_groups(survey)


def test_every_dot_is_an_average_with_its_interval_in_percent(snapshot: Snapshot) -> None:
    groups = groups_of(snapshot, MAIN)
    figure = average_dots(groups, 95, LIGHT)
    dots = figure.data[0]
    assert list(dots.x) == pytest.approx([100 * group.value for group in groups])
    assert list(dots.error_x.array) == pytest.approx([100 * group.half_width(95) for group in groups])
    assert [label.split("<br>")[1] for label in figure.layout.yaxis.ticktext] == [f"n = {g.events}" for g in groups]


def test_a_filled_dot_and_a_bold_figure_mean_more_than_noise(snapshot: Snapshot) -> None:
    groups = groups_of(snapshot, MAIN)
    figure = average_dots(groups, 95, LIGHT)
    beyond = [group.lead.p < 0.05 for group in groups]
    assert any(beyond)
    assert not all(beyond)
    assert [colour == LIGHT.accent for colour in figure.data[0].marker.color] == beyond
    assert [note.text.startswith("<b>") for note in figure.layout.annotations] == beyond


def test_every_average_lies_inside_the_frame_even_where_its_interval_does_not(snapshot: Snapshot) -> None:
    view = replace(MAIN, companies=("didi", "bilibili"), level=99)
    figure = average_dots(groups_of(snapshot, view), 99, LIGHT)
    low, high = figure.layout.xaxis.range
    values, widths = np.array(figure.data[0].x), np.array(figure.data[0].error_x.array)
    assert ((values > low) & (values < high)).all()
    assert (values + widths).max() > high


def test_a_group_without_a_test_has_a_dot_without_an_interval(snapshot: Snapshot) -> None:
    groups = groups_of(snapshot, ALONE)
    dots = average_dots(groups, 95, LIGHT).data[0]
    assert list(dots.error_x.array) == [0]
    assert dots.marker.color == (LIGHT.surface,)
    [(_, figure)] = average_paths(groups, ALONE, LIGHT)
    assert set(figure.data[0].x) == {-1}  # known only where every path starts
    assert "no band" in path_finding(groups[0], ALONE)


def test_small_charts_hold_path_and_band_on_one_scale(snapshot: Snapshot) -> None:
    groups = groups_of(snapshot, MAIN)
    found = average_paths(groups, MAIN, LIGHT)
    assert [group.name for group, _ in found] == [group.name for group in groups]
    assert len({figure.layout.yaxis.range for _, figure in found}) == 1
    for group, figure in found:
        assert group.path is not None
        band, line = figure.data
        assert list(line.y) == pytest.approx((100 * group.path.value).tolist())
        assert list(band.y[:11]) == pytest.approx((100 * group.path.band[1]).tolist())
        assert figure.layout.annotations[0].text.endswith(f"n = {group.path_events}")


def test_a_window_of_one_session_has_a_band_that_can_be_seen(snapshot: Snapshot) -> None:
    view = replace(MAIN, window=Window(0, 0))
    for group, figure in average_paths(groups_of(snapshot, view), view, LIGHT):
        assert group.path is not None
        band = figure.data[0]
        assert max(band.x) - min(band.x) > 0
        assert max(band.y) == pytest.approx(100 * float(group.path.band[1][0]))


def test_the_finding_names_every_group_with_its_figure(snapshot: Snapshot) -> None:
    groups = groups_of(snapshot, MAIN)
    words = averages_finding(groups, 95)
    for group in groups:
        assert (
            f"{percent(group.value)}{' (more than noise)' if group.lead.p < 0.05 else ''}, n = {group.events}" in words
        )
    assert averages_finding([], 95) == "No group has a figure."


def test_a_group_without_a_path_has_no_small_chart(snapshot: Snapshot) -> None:
    groups = groups_of(snapshot, replace(MAIN, window=Window(-1, 0)))
    assert len(average_paths(groups, replace(MAIN, window=Window(-1, 0)), LIGHT)) == len(groups)
    assert average_paths([replace(group, path=None) for group in groups], MAIN, LIGHT) == []
