"""Charts of the robustness page hold what the numbers say."""

from dataclasses import replace

import numpy as np
import pytest

from eventwindow.charts.leave_out import leave_out_chart
from eventwindow.charts.placebo import BIN, placebo_chart, placebo_reach
from eventwindow.charts.specification import specification_chart, specification_range
from eventwindow.charts.theme import DARK, LIGHT, Palette
from eventwindow.doubt import placebo_trials, specification_curves, without_announcements
from eventwindow.facts.events import Announcement
from eventwindow.facts.listings import Market
from eventwindow.sources.snapshot import Snapshot
from eventwindow.view import View

MAIN = View()
FINE = View(event="alibaba-antitrust-fine-2021-04")


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_bars_count_every_ordinary_session_once_and_the_coloured_ones_are_as_large(
    snapshot: Snapshot, colours: Palette
) -> None:
    trials = placebo_trials(snapshot, MAIN)
    reach = placebo_reach(trials)
    for trial in trials:
        figure = placebo_chart(trial, reach, colours)
        smaller, large = figure.data
        assert sum(smaller.y) + sum(large.y) == len(trial.result.placebo)
        assert sum(large.y) == trial.as_large
        # No coloured bar lies inside the real one by more than the bar that it cuts.
        inside = [
            x for x, y in zip(large.x, large.y, strict=True) if y and abs(x) + BIN / 2 < abs(trial.result.statistic)
        ]
        assert inside == []
        (line,) = [shape for shape in figure.layout.shapes if shape.type == "line"]
        assert line.x0 == line.x1 == trial.result.statistic


def test_all_panels_share_one_axis_that_holds_every_announcement(snapshot: Snapshot) -> None:
    trials = placebo_trials(snapshot, MAIN)
    reach = placebo_reach(trials)
    ranges = {tuple(placebo_chart(trial, reach, LIGHT).layout.xaxis.range) for trial in trials}
    assert ranges == {(-reach, reach)}
    far = replace(trials[0], result=replace(trials[0].result, statistic=-11.3))
    assert placebo_reach([far, *trials[1:]]) >= 11.3
    assert placebo_chart(far, placebo_reach([far]), LIGHT).layout.shapes[-1].x0 == -11.3


def test_the_panel_states_count_and_p_in_words(snapshot: Snapshot) -> None:
    trial = placebo_trials(snapshot, replace(MAIN, companies=("alibaba",), markets=(Market.WALL_STREET,)))[0]
    texts = " ".join(note.text for note in placebo_chart(trial, 7, LIGHT).layout.annotations)
    assert f"{trial.as_large} of {len(trial.result.placebo):,} as large" in texts
    assert f"p = {(1 + trial.as_large) / (1 + len(trial.result.placebo)):.3f}" in texts


def test_the_curve_rises_and_fills_exactly_the_dots_beyond_noise(snapshot: Snapshot) -> None:
    curves = specification_curves(snapshot, MAIN)
    reach = specification_range(curves)
    for curve in curves:
        bars, within, beyond, current, ticks, own = specification_chart(curve, reach, 95, LIGHT).data
        heights = dict(zip([*within.x, *beyond.x], [*within.y, *beyond.y], strict=True))
        assert [heights[rank] for rank in range(len(curve.dots))] == sorted(heights.values())
        assert len(beyond.x) == sum(dot.p < 0.05 for dot in curve.dots)
        assert within.marker.color != beyond.marker.color
        edges = np.array(bars.y, dtype=float)
        assert np.nanmin(edges) >= reach[0]
        assert np.nanmax(edges) <= reach[1]
        assert current.y[0] == pytest.approx(100 * next(dot.value for dot in curve.dots if dot.is_current))
        # Every dot has one tick per kind of setting, less the benchmark where there is none.
        without = sum(dot.setting.benchmark is None for dot in curve.dots)
        assert len(ticks.x) == 4 * len(curve.dots) - without
        assert set(own.x) == set(current.x)
        assert len(own.y) == 4


def test_the_settings_of_a_dot_stand_in_its_hover_text(snapshot: Snapshot) -> None:
    curve = specification_curves(snapshot, MAIN)[0]
    figure = specification_chart(curve, (-10, 10), 95, LIGHT)
    texts = [text for trace in figure.data if trace.customdata is not None for text in trace.customdata]
    assert len(texts) == len(curve.dots)
    assert sum("market model, broad index, 250 sessions to −11, days 0 to +1" in text for text in texts) == 1


def test_the_current_announcement_alone_has_the_diamond(snapshot: Snapshot) -> None:
    found = without_announcements(snapshot, FINE)
    figure = leave_out_chart(
        found, 95, LIGHT, is_current=lambda part: isinstance(part, Announcement) and part.event_id == FINE.event
    )
    marks = [trace.marker.symbol for trace in figure.data]
    assert marks.count("diamond") == 1
    whole, *others = figure.data
    assert whole.x[0] == pytest.approx(100 * found.whole.value)
    assert [trace.x[0] for trace in others] == pytest.approx([100 * group.value for _, group in found.without])
    place = marks.index("diamond") - 1
    assert isinstance(found.without[place][0], Announcement)
    assert found.without[place][0] == snapshot.announcements[FINE.event]
    (bold,) = [note.text for note in figure.layout.annotations if note.text.startswith("<b>")]
    assert bold == "<b>10 Apr 2021 · Record antitrust fine on Alibaba</b>"


def test_titles_from_the_table_cannot_bring_markup_into_a_chart(snapshot: Snapshot) -> None:
    found = without_announcements(snapshot, FINE)
    item, group = found.without[0]
    assert isinstance(item, Announcement)
    hostile = replace(item, acts=(replace(item.acts[0], title="<b>%{x}</b>", group_title=""),))
    figure = leave_out_chart(
        replace(found, without=((hostile, group), *found.without[1:])), 95, LIGHT, is_current=lambda _: False
    )
    texts = [note.text for note in figure.layout.annotations] + [trace.hovertemplate for trace in figure.data]
    assert not any("<b>%" in text or "%{x}" in text for text in texts)
