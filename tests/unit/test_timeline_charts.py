"""Charts and sentences of the timeline hold what the history says."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from math import log10

import plotly.graph_objects as go
import pytest

from eventwindow.charts.drawdown import drawdown_chart
from eventwindow.charts.gap import gap_chart
from eventwindow.charts.lane import LARGEST, SMALLEST, SYMBOLS, hover_text, size
from eventwindow.charts.theme import DARK, LIGHT, Palette
from eventwindow.charts.timeline import index_chart
from eventwindow.facts.events import Direction
from eventwindow.history import Mark, drawdowns, gaps, indexed_lines, marks, total_return_lines
from eventwindow.sources.snapshot import Snapshot
from eventwindow.survey import chosen_announcements
from eventwindow.view import View
from eventwindow.words_timeline import (
    amount_words,
    counter_note,
    drawdown_finding,
    ends_note,
    gap_finding,
    index_finding,
    marks_finding,
    without_gap,
    without_peak,
)

MAIN = View()
SPAN = (date(2018, 1, 2), date(2026, 3, 25))
EVERYONE = replace(
    MAIN,
    companies=(
        "alibaba", "tencent", "meituan", "jd", "baidu", "netease", "pinduoduo", "bilibili", "tencent-music", "didi",
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def shown(snapshot: Snapshot) -> tuple[Mark, ...]:
    return marks(snapshot, MAIN, chosen_announcements(snapshot, MAIN))


def index_figure(snapshot: Snapshot, view: View, shown: Sequence[Mark], chosen: str = MAIN.event) -> go.Figure:
    return index_chart(indexed_lines(total_return_lines(snapshot, view), view.years), shown, SPAN, chosen, LIGHT)


def mark_traces(figure: go.Figure) -> list[go.Scatter]:
    return [trace for trace in figure.data if trace.customdata is not None]


def test_every_line_is_drawn_with_its_levels_and_plain_dates(snapshot: Snapshot, shown: Sequence[Mark]) -> None:
    found = indexed_lines(total_return_lines(snapshot, MAIN), None)
    lines = [trace for trace in index_figure(snapshot, MAIN, shown).data if trace.mode == "lines"]
    assert [trace.name for trace in lines] == [
        "Alibaba · Hong Kong",
        "Alibaba · Wall Street",
        "Tencent · Hong Kong",
        "Tencent · US OTC",
    ]
    for trace, line in zip(lines, found.lines, strict=True):
        assert list(trace.x) == [day.isoformat() for day in line.days.tolist()]
        assert list(trace.y) == pytest.approx(line.level.tolist(), abs=0.005)


def test_the_axis_is_logarithmic_and_holds_every_level(snapshot: Snapshot, shown: Sequence[Mark]) -> None:
    figure = index_figure(snapshot, EVERYONE, shown)
    levels = [level for trace in figure.data if trace.mode == "lines" for level in trace.y]
    low, high = figure.layout.yaxis.range
    assert figure.layout.yaxis.type == "log"
    assert low < log10(min(levels)) < log10(max(levels)) < high
    assert {"50", "100", "200"} <= set(figure.layout.yaxis.ticktext)


def test_every_announcement_is_one_mark_whose_shape_tells_the_direction(
    snapshot: Snapshot, shown: Sequence[Mark]
) -> None:
    traces = mark_traces(index_figure(snapshot, MAIN, shown))
    drawn = {event_id: trace for trace in traces for event_id in trace.customdata}
    assert Counter(event_id for trace in traces for event_id in trace.customdata) == Counter(
        list(snapshot.announcements)
    )
    for event_id, trace in drawn.items():
        assert trace.marker.symbol == SYMBOLS[snapshot.announcements[event_id].direction]
    assert len(set(SYMBOLS.values())) == len(Direction)
    assert len({trace.marker.color for trace in traces}) == len(Direction)


def test_a_mark_lies_below_the_lines_at_its_day_0(snapshot: Snapshot, shown: Sequence[Mark]) -> None:
    figure = index_figure(snapshot, MAIN, shown)
    days = {
        event_id: day for trace in mark_traces(figure) for event_id, day in zip(trace.customdata, trace.x, strict=True)
    }
    assert days == {mark.announcement.event_id: mark.day.isoformat() for mark in shown}
    assert {trace.yaxis for trace in mark_traces(figure)} == {"y2"}
    assert figure.layout.yaxis2.domain[1] < figure.layout.yaxis.domain[0]


def test_the_area_of_a_mark_grows_with_the_amount_and_unknown_is_the_smallest() -> None:
    assert size(None) == size(0.0) == SMALLEST
    assert size(20e9) == size(99e9) == LARGEST
    # Half the amount: half of the area between the smallest and the largest.
    assert size(10e9) ** 2 == pytest.approx((SMALLEST**2 + LARGEST**2) / 2, rel=0.01)


def test_the_announcement_of_the_view_is_ringed_and_no_other(snapshot: Snapshot, shown: Sequence[Mark]) -> None:
    figure = index_figure(snapshot, MAIN, shown, "alibaba-antitrust-fine-2021-04")
    rings = [trace for trace in figure.data if trace.marker.symbol == "circle-open"]
    assert [list(ring.x) for ring in rings] == [["2021-04-12"]]
    assert [shape.x0 for shape in figure.layout.shapes] == ["2021-04-12"]
    assert any(note.text == "12 April 2021" for note in figure.layout.annotations)


def test_an_announcement_that_the_filters_leave_out_is_not_ringed(snapshot: Snapshot, shown: Sequence[Mark]) -> None:
    others = [mark for mark in shown if mark.announcement.event_id != MAIN.event]
    figure = index_figure(snapshot, MAIN, others)
    assert [trace for trace in figure.data if trace.marker.symbol == "circle-open"] == []
    assert not figure.layout.shapes


def test_lines_stay_without_any_announcement(snapshot: Snapshot) -> None:
    figure = index_figure(snapshot, MAIN, ())
    assert len(figure.data) == 4


def test_more_than_two_companies_get_a_panel_each_with_both_names(snapshot: Snapshot, shown: Sequence[Mark]) -> None:
    titles = [note.text for note in index_figure(snapshot, EVERYONE, shown).layout.annotations]
    assert "<b>Alibaba 阿里巴巴</b> · 9988.HK, BABA dotted" in titles
    assert "<b>Meituan 美团</b> · 3690.HK" in titles
    assert sum("<b>" in title for title in titles) == 10
    pair = index_figure(snapshot, replace(MAIN, companies=("alibaba", "tencent")), shown)
    assert not any("<b>" in note.text for note in pair.layout.annotations)


def test_panels_and_lane_do_not_overlap(snapshot: Snapshot, shown: Sequence[Mark]) -> None:
    layout = index_figure(snapshot, EVERYONE, shown).layout.to_plotly_json()
    domains = sorted(axis["domain"] for name, axis in layout.items() if name.startswith("yaxis"))
    assert len(domains) == 11
    assert domains[0][0] == 0
    assert domains[-1][1] == 1
    for lower, upper in pairwise(domains):
        assert lower[1] < upper[0]


def test_the_card_under_the_pointer_tells_date_bodies_amount_and_abnormal_returns(shown: Sequence[Mark]) -> None:
    mark = next(mark for mark in shown if mark.announcement.event_id == MAIN.event)
    text = hover_text(mark, 4)
    for part in ("<b>Ant Group and Tenpay fined</b>", "Fri 7 Jul 2023", "Either way", "10.113bn yuan", "PBOC"):
        assert part in text
    for item in mark.reactions:
        assert f"{item.issuer.short_name} · " in text
        assert f"{100 * abs(item.car):.2f}%" in text
    assert "nan" not in text


def test_a_title_from_the_table_cannot_put_markup_into_a_card(shown: Sequence[Mark]) -> None:
    act = replace(shown[0].announcement.acts[0], group_title="<img src=x> %{y}", regulators=("<b>x</b>",))
    text = hover_text(replace(shown[0], announcement=replace(shown[0].announcement, acts=(act,))), 4)
    assert "<img" not in text
    assert "<b>x" not in text
    assert "%{" not in text


def test_an_unknown_amount_is_said(snapshot: Snapshot) -> None:
    assert amount_words(snapshot.announcements["ant-summons-2020-11"]) == "amount unknown"


def test_the_drawdown_chart_starts_at_zero_and_rings_the_deepest_point(
    snapshot: Snapshot, shown: Sequence[Mark]
) -> None:
    found = drawdowns(total_return_lines(snapshot, MAIN), None)
    figure = drawdown_chart(found, shown, SPAN, "", LIGHT)
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    rings = [trace for trace in figure.data if trace.marker.symbol == "circle-open"]
    assert [trace.y[0] for trace in lines] == [0, 0, 0, 0]
    assert [ring.y[0] for ring in rings] == [min(trace.y) for trace in lines]
    assert [ring.x[0] for ring in rings] == [item.trough_day.isoformat() for item in found]


def test_the_gap_chart_has_a_panel_per_company_and_shades_the_normal_range(
    snapshot: Snapshot, shown: Sequence[Mark]
) -> None:
    found = gaps(snapshot, EVERYONE)
    figure = gap_chart(found, shown, 15, SPAN, "", DARK)
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert len(bands) == len(found) == 5
    for band, gap in zip(bands, found, strict=True):
        assert (min(band.y), max(band.y)) == pytest.approx(tuple(100 * edge for edge in gap.normal))
    assert any(
        "BABA over 9988.HK<br>shaded: 9 days in 10, −3.3% to +3.2%" in note.text for note in figure.layout.annotations
    )


def test_figures_travel_light(snapshot: Snapshot, shown: Sequence[Mark]) -> None:
    two, ten = (len(index_figure(snapshot, view, shown).to_json()) for view in (MAIN, EVERYONE))
    assert two < 250_000
    assert ten < 800_000
    assert "NaN" not in json.dumps(index_figure(snapshot, EVERYONE, shown).to_plotly_json(), default=list)


def test_text_is_never_smaller_than_twelve_pixels(snapshot: Snapshot, shown: Sequence[Mark]) -> None:
    def sizes(part: object) -> list[float]:
        if isinstance(part, dict):
            own = [part["font"]["size"]] if isinstance(part.get("font"), dict) and "size" in part["font"] else []
            return own + [number for value in part.values() for number in sizes(value)]
        return [number for value in part for number in sizes(value)] if isinstance(part, (list, tuple)) else []

    assert min(sizes(index_figure(snapshot, EVERYONE, shown).layout.to_plotly_json())) >= 12


def test_the_finding_names_every_line_of_a_few_and_the_outermost_of_many(snapshot: Snapshot) -> None:
    headline, few = index_finding(indexed_lines(total_return_lines(snapshot, MAIN), None))
    assert headline == "Since 26 November 2019, distributions added back:"
    assert few.count("%") == 4
    assert "Tencent over the counter in the US" in few
    _, many = index_finding(indexed_lines(total_return_lines(snapshot, EVERYONE), None))
    assert "of 15 lines ended higher" in many
    assert "worst Bilibili on Wall Street" in many


def test_the_drawdown_finding_says_depth_day_and_where_it_stands(snapshot: Snapshot) -> None:
    _, rest = drawdown_finding(drawdowns(total_return_lines(snapshot, replace(MAIN, companies=("alibaba",))), None))
    assert "Alibaba in Hong Kong −80.0% by 31 October 2022, −41.4% on 28 October 2025" in rest
    assert "Alibaba on Wall Street −80.1% by 24 October 2022" in rest


def test_the_gap_finding_says_the_normal_range_and_the_widest_day(snapshot: Snapshot) -> None:
    found = gaps(snapshot, MAIN)
    assert "BABA −3.3% to +3.2% from 9988.HK (furthest +14.6%, 28 March 2023)" in gap_finding(found)[1]
    assert counter_note(found).startswith("TCEHY trades over the counter")
    assert counter_note(gaps(snapshot, replace(MAIN, companies=("alibaba",)))) == ""


def test_what_is_missing_is_said(snapshot: Snapshot) -> None:
    lines = total_return_lines(snapshot, replace(MAIN, companies=("alibaba", "meituan", "didi")))
    view = replace(MAIN, companies=("alibaba", "meituan", "didi"))
    assert without_peak(lines, drawdowns(lines, None)) == "Without a price in October 2020: DiDi on Wall Street."
    assert without_gap(lines, gaps(snapshot, view)) == "No price line in both markets: Meituan, DiDi."
    assert "DiDi on Wall Street on 17 February 2022" in ends_note(lines)
    assert marks_finding([]) == "No announcement passes the filters."


def test_marks_are_as_strong_in_every_tab_and_every_axis_says_what_it_counts(
    snapshot: Snapshot, shown: Sequence[Mark]
) -> None:
    figures = [
        index_figure(snapshot, MAIN, shown),
        drawdown_chart(drawdowns(total_return_lines(snapshot, MAIN), None), shown, SPAN, MAIN.event, LIGHT),
        gap_chart(gaps(snapshot, MAIN), shown, 4, SPAN, MAIN.event, LIGHT),
    ]
    for figure in figures:
        assert figure.layout.yaxis.title.text
        assert {trace.marker.opacity for trace in mark_traces(figure)} == {1}
    assert len({str([trace.marker.color for trace in mark_traces(figure)]) for figure in figures}) == 1


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_no_colour_of_a_direction_is_one_of_a_rise_or_fall(colours: Palette) -> None:
    assert not {colours.tightening, colours.easing} & {colours.rise, colours.fall, *colours.diverging}
