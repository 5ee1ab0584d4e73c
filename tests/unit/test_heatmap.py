"""The map says what the survey holds: every number, mark, letter and click checked against it."""

import json
import re
from dataclasses import asdict, replace

import numpy as np
import plotly.graph_objects as go
import pytest

from eventwindow.charts.heatmap import colour_limit, heat_map
from eventwindow.charts.theme import DARK, LIGHT, Palette
from eventwindow.export.recolour import counterparts, recoloured
from eventwindow.facts.events import Action
from eventwindow.facts.listings import Market
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Window
from eventwindow.survey import Survey, build_survey
from eventwindow.view import View
from eventwindow.words_compare import (
    blank_sentences,
    chance_sentence,
    empty_sentence,
    map_finding,
    rank_words,
    survey_sentence,
)

MAIN = View()
FINES = replace(MAIN, actions=(Action.FINE,))
WITH_BLANKS = replace(FINES, companies=("alibaba", "baidu", "didi"), clean=True)


def survey_of(snapshot: Snapshot, view: View) -> Survey:
    survey = build_survey(snapshot, view)
    assert survey is not None
    return survey


def parts(figure: go.Figure) -> tuple[go.Bar, go.Bar, go.Scatter, go.Scatter, go.Scatter]:
    return figure.data


@pytest.mark.parametrize("view", [MAIN, FINES, WITH_BLANKS], ids=["all", "fines", "blanks"])
def test_every_cell_shown_has_its_number_or_a_letter(snapshot: Snapshot, view: View) -> None:
    survey = survey_of(snapshot, view)
    tiles, hatch, *_ = parts(heat_map(survey, LIGHT))
    assert list(tiles.marker.color) == pytest.approx(
        [100 * survey.study.car[row, survey.window] for row in _drawn(survey, known=True)]
    )
    for text, row in zip(tiles.text, _drawn(survey, known=True), strict=True):
        number = re.sub(r"[^\d.+\u2212-]", "", text).replace("\u2212", "-")
        assert float(number) == pytest.approx(100 * survey.study.car[row, survey.window], abs=0.05001)
        assert ("†" in text) == survey.confounded[row]
        assert ("<b>" in text) == (survey.placebos.p[row, 0] < 0.05)
    assert len(hatch.text) == len(_drawn(survey, known=False))
    letters = dict(re.findall(r"\b([a-z]) \((\d+)\):", blank_sentences(survey)))
    assert set(hatch.text) <= set(letters)


def _drawn(survey: Survey, *, known: bool) -> list[int]:
    """Rows of the survey in the order of the map, those with or without a figure."""
    width = len(survey.listings)
    announcements = sorted({row // width for row in survey.rows.tolist()}, reverse=True)
    rows = [number * width + column for number in announcements for column in range(width)]
    return [row for row in rows if (survey.reason(row) == "") == known]


def test_boxes_stand_around_the_figures_that_stand_out(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, MAIN)
    tiles, _, rings, *_ = parts(heat_map(survey, LIGHT))
    boxes = np.array([place if place is not None else np.nan for place in rings.x], dtype=float).reshape(-1, 6)
    heights = np.array([place if place is not None else np.nan for place in rings.y], dtype=float).reshape(-1, 6)
    middles = {
        (round(float(np.nanmean(x[:2])), 3), round(float(np.nanmean(y[1:3])), 3))
        for x, y in zip(boxes, heights, strict=True)
    }
    bold = {
        (x, base + height / 2)
        for x, base, height, text in zip(tiles.x, tiles.base, tiles.y, tiles.text, strict=True)
        if "<b>" in text
    }
    assert middles == bold
    assert len(bold) == sum(survey.placebos.p[row, 0] < 0.05 for row in survey.known.tolist())


def test_rows_run_from_the_newest_to_the_oldest_under_their_year(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, MAIN)
    *_, titles = parts(heat_map(survey, LIGHT))
    heights = list(titles.y)
    assert heights == sorted(heights)
    years = [text for text in titles.text if re.fullmatch(r"<b>\d{4}</b>", text)]
    assert years == sorted(years, reverse=True)
    shown = [key for key in titles.customdata if key]
    days = [snapshot.announcements[key].day for key in shown]
    assert len(shown) == len(set(shown)) == len(snapshot.announcements)
    assert days == sorted(days, reverse=True)


def test_a_click_gives_the_announcement_of_its_row(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, WITH_BLANKS)
    tiles, hatch, *_, titles = parts(heat_map(survey, LIGHT))
    row_of = {height: key for height, key in zip(titles.y, titles.customdata, strict=True) if key}
    for bars in (tiles, hatch):
        for base, height, key in zip(bars.base, bars.y, bars.customdata, strict=True):
            assert row_of[base + height / 2] == key


def test_the_current_announcement_is_framed_and_only_where_it_is_shown(snapshot: Snapshot) -> None:
    def frames(view: View) -> list[go.layout.Shape]:
        figure = heat_map(survey_of(snapshot, view), LIGHT)
        return [shape for shape in figure.layout.shapes if shape.line.color == LIGHT.accent]

    assert len(frames(MAIN)) == 1
    assert frames(replace(MAIN, actions=(Action.EASING,))) == []


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_numbers_can_be_read_on_their_colours(snapshot: Snapshot, colours: Palette) -> None:
    survey = survey_of(snapshot, replace(MAIN, companies=("alibaba", "tencent", "meituan", "jd", "baidu")))
    tiles, *_ = parts(heat_map(survey, colours))
    stops = np.linspace(-tiles.marker.cmax, tiles.marker.cmax, len(tiles.marker.colorscale))
    channels = np.array([_channels(colour) for _, colour in tiles.marker.colorscale])
    for value, ink in zip(tiles.marker.color, tiles.insidetextfont.color, strict=True):
        tile = [np.interp(value, stops, channels[:, channel]) for channel in range(3)]
        assert _contrast(_luminance(tile), _luminance(_channels(ink))) >= 4.5


def test_numbers_can_still_be_read_when_a_download_changes_the_appearance(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, MAIN)
    for drawn, other in ((LIGHT, DARK), (DARK, LIGHT)):
        text = recoloured(heat_map(survey, drawn).to_json(), counterparts(asdict(drawn), asdict(other)))
        tiles = json.loads(text)["data"][0]
        channels = np.array([_channels(colour) for colour in other.diverging])
        shares = np.array(heat_map(survey, other).data[0].marker.color) / colour_limit(survey)
        for share, ink in zip(shares, tiles["insidetextfont"]["color"], strict=True):
            tile = [np.interp(share, np.linspace(-1, 1, 5), channels[:, channel]) for channel in range(3)]
            assert _contrast(_luminance(tile), _luminance(_channels(ink))) >= 3


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _luminance(channels: list[float] | list[int]) -> float:
    """Relative luminance of WCAG 2.2."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in channels)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def test_colours_are_symmetric_about_zero_and_few_figures_are_beyond_them(snapshot: Snapshot) -> None:
    for view in (MAIN, FINES, replace(MAIN, span=Window(0, 20))):
        survey = survey_of(snapshot, view)
        tiles, *_ = parts(heat_map(survey, LIGHT))
        limit = colour_limit(survey)
        assert (tiles.marker.cmin, tiles.marker.cmax) == (-limit, limit)
        assert list(tiles.marker.colorbar.tickvals) == [-limit, 0, limit]
        sizes = np.sort(np.abs(tiles.marker.color))
        assert (sizes > limit).mean() <= 0.05
        assert f"{limit:g}" in tiles.marker.colorbar.ticktext[-1]


def test_a_row_is_as_high_as_any_other_however_many_there_are(snapshot: Snapshot) -> None:
    heights = []
    for view in (MAIN, FINES, replace(FINES, years=(2023, 2023))):
        figure = heat_map(survey_of(snapshot, view), LIGHT)
        drawn = figure.layout.height - figure.layout.margin.t - figure.layout.margin.b
        reach = figure.layout.yaxis.range[0] - figure.layout.yaxis.range[1]
        heights.append(drawn / reach)
    assert heights == pytest.approx([1, 1, 1], abs=0.01)


def test_titles_from_the_table_are_escaped(snapshot: Snapshot) -> None:
    item = snapshot.announcements[MAIN.event]
    hostile = replace(item, acts=(replace(item.acts[0], group_title="<a href='x'>%{x} fined</a>"), *item.acts[1:]))
    changed = replace(snapshot, announcements={**snapshot.announcements, MAIN.event: hostile})
    drawn = heat_map(survey_of(changed, FINES), LIGHT).to_json()
    assert "<a href" not in drawn
    assert "%{x}" not in drawn


def test_no_text_of_the_map_has_a_hole(snapshot: Snapshot) -> None:
    for view in (WITH_BLANKS, replace(MAIN, companies=("jd", "didi"), span=Window(0, 20))):
        figure = heat_map(survey_of(snapshot, view), LIGHT)
        texts = [text for trace in figure.data for text in (*(trace.text or ()), *(trace.hovertext or ()))]
        assert [text for text in texts if re.search(r"\bnan\b|None|NaT", text)] == []


def test_the_words_count_what_the_map_shows(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, FINES)
    fines = [item for item in snapshot.announcements.values() if item.action is Action.FINE]
    sentence = survey_sentence(survey)
    assert f"{len(fines)} of {len(snapshot.announcements)} announcements on 4 listings" in sentence
    assert f"{4 * len(fines)} figures" in sentence
    assert f"{int(survey.confounded[survey.rows].sum())} are confounded" in sentence
    standing = int((survey.placebos.p[survey.rows, 0] < 0.05).sum())
    assert chance_sentence(survey).startswith(f"{standing} of {4 * len(fines)} figures stand out")
    assert f"about {0.05 * 4 * len(fines):.0f}" in chance_sentence(survey)


def test_the_place_of_the_current_announcement_is_counted_by_size(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, replace(FINES, companies=("alibaba",), markets=(Market.WALL_STREET,)))
    cars = {survey.announcement(row).event_id: abs(survey.study.car[row, survey.window]) for row in survey.rows}
    order = sorted(cars, key=lambda event_id: -cars[event_id])
    name, places = rank_words(survey)
    assert name == "Ant Group and Tenpay fined, 7 July 2023"
    assert f", {order.index('ant-group-fine-2023-07') + 1}" in places
    assert f"of {len(order)}." in places
    assert rank_words(survey_of(snapshot, replace(MAIN, actions=(Action.EASING,)))) == ("", "")


def test_the_finding_names_the_highest_and_the_lowest_figure(snapshot: Snapshot) -> None:
    # 16 March 2022, the promise of market-friendly policy: Alibaba rose 37% in New York that day.
    finding = map_finding(survey_of(snapshot, MAIN))
    assert "Alibaba · Wall Street, Liu He meeting" in finding
    assert re.search(r"highest \+\d+\.\d\d%.*lowest \u2212\d+\.\d\d%", finding)


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (replace(MAIN, actions=(Action.SETTLEMENT,), years=(2000, 2000)), "passes the filters"),
        (replace(FINES, companies=("didi",), years=(2020, 2020)), "not listed yet"),
        (replace(MAIN, actions=(Action.BAN,), years=(2021, 2021), clean=True), "is confounded"),
    ],
)
def test_an_empty_comparison_says_why(snapshot: Snapshot, view: View, words: str) -> None:
    survey = survey_of(snapshot, view)
    assert not len(survey.known)
    assert words in empty_sentence(survey)
