"""Small multiples: one chart per announcement, each holding the paths of the survey."""

from dataclasses import replace

import numpy as np
import pytest

from eventwindow.charts.axes import percent_ticks
from eventwindow.charts.multiples import FEW_LINES, PER_PAGE, first_page, key_chart, multiples, multiples_order
from eventwindow.charts.small import CURRENT
from eventwindow.charts.theme import LIGHT
from eventwindow.facts.listings import Market
from eventwindow.format import percent, plain_day
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.average import average_cars
from eventwindow.study.windows import Window
from eventwindow.survey import Survey, build_survey
from eventwindow.view import Axis, View
from eventwindow.words_groups import multiple_finding, multiples_caption

MAIN = View()


def survey_of(snapshot: Snapshot, view: View) -> Survey:
    survey = build_survey(snapshot, view)
    assert survey is not None
    return survey


def every_company(snapshot: Snapshot) -> View:
    return replace(MAIN, companies=tuple(company.slug for company in snapshot.companies))


def number_of(survey: Survey, event: str) -> int:
    return [item.event_id for item in survey.announcements].index(event)


def test_the_newest_announcement_comes_first_and_only_those_with_a_path(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, replace(MAIN, companies=("didi",)))
    days = [survey.announcements[number].day for number in multiples_order(survey)]
    assert days == sorted(days, reverse=True)
    listed, left = snapshot.listings["DIDI"].listed, snapshot.listings["DIDI"].delisted
    assert listed is not None
    assert left is not None
    assert len(days) < len(survey.announcements)
    assert min(days) >= listed


def test_the_page_shown_first_holds_the_current_announcement(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, replace(MAIN, event="alibaba-antitrust-fine-2021-04"))
    order = multiples_order(survey)
    page = first_page(survey, order)
    assert number_of(survey, survey.view.event) in order[PER_PAGE * (page - 1) : PER_PAGE * page]
    without = survey_of(snapshot, replace(survey.view, years=(2023, 2023)))
    assert first_page(without, multiples_order(without)) == 1


def test_every_line_is_the_path_of_a_listing_and_the_band_the_widest_of_them(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, MAIN)
    number = number_of(survey, MAIN.event)
    [figure] = multiples(survey, [number], LIGHT)
    band, *lines = figure.data
    paths = [survey.path(survey.row(number, place)) for place in range(len(survey.listings))]
    assert len(lines) == len(paths)
    for line, path in zip(lines, paths, strict=True):
        assert list(line.y) == pytest.approx((100 * path.value).tolist())
    assert list(band.y[:11]) == pytest.approx(np.max([100 * path.band[1] for path in paths], axis=0).tolist())


def test_no_two_lines_look_alike(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, MAIN)
    [figure] = multiples(survey, [number_of(survey, MAIN.event)], LIGHT)
    looks = [(line.line.color, line.line.dash) for line in figure.data[1:]]
    assert len(set(looks)) == len(looks) == FEW_LINES
    assert [(line.line.color, line.line.dash) for line in key_chart(survey, LIGHT).data] == looks


def test_many_listings_are_grey_lines_under_their_average(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, every_company(snapshot))
    number = number_of(survey, MAIN.event)
    [figure] = multiples(survey, [number], LIGHT)
    band, *lines, average = figure.data
    whole = [line.y for line in lines if np.isfinite(np.array(line.y, dtype=float)).all()]
    assert len({line.line.color for line in lines}) == 1
    assert average.line.color == LIGHT.accent
    assert list(average.y) == pytest.approx(np.mean(whole, axis=0).tolist())
    rows = np.array([survey.row(number, place) for place in range(len(survey.listings))])
    last = average_cars(survey.study.subset(rows), [Window(0, 5)])
    assert band.y[10] == pytest.approx(100 * last.critical(0.95) * float(last.se[0]))
    assert len(key_chart(survey, LIGHT).data) == 2


def test_one_scale_is_shared_unless_each_chart_has_its_own(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, MAIN)
    numbers = multiples_order(survey)[:PER_PAGE]
    shared = [figure.layout.yaxis.range for figure in multiples(survey, numbers, LIGHT)]
    own_survey = replace(survey, view=replace(MAIN, axis=Axis.OWN))
    own = [figure.layout.yaxis.range for figure in multiples(own_survey, numbers, LIGHT)]
    assert len(set(shared)) == 1
    assert len(set(own)) > 1
    assert max(high for _, high in own) == pytest.approx(shared[0][1])
    for figure in multiples(own_survey, numbers, LIGHT):
        low, high = figure.layout.yaxis.range
        for trace in figure.data:
            drawn = np.array(trace.y, dtype=float)
            assert low < np.nanmin(drawn) <= np.nanmax(drawn) < high


def test_the_current_announcement_alone_has_a_frame(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, MAIN)
    numbers = multiples_order(survey)[:PER_PAGE]
    framed = [
        survey.announcements[number].event_id
        for number, figure in zip(numbers, multiples(survey, numbers, LIGHT), strict=True)
        if any(shape.type == "rect" for shape in figure.layout.shapes)
    ]
    assert framed == [MAIN.event]


def test_the_title_is_date_and_name_in_few_short_lines(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, MAIN)
    order = multiples_order(survey)
    for number, figure in zip(order, multiples(survey, order, LIGHT), strict=True):
        head, *lines = figure.layout.annotations[0].text.split("<br>")
        assert head.replace(CURRENT, "").replace("†", "") == f"<b>{plain_day(survey.announcements[number].day)}</b>"
        assert 1 <= len(lines) <= 3
        assert all(len(line) <= 23 + len("&amp;") for line in lines)


def test_confounded_listings_that_are_left_out_are_not_drawn(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, replace(MAIN, clean=True))
    rows = np.flatnonzero(survey.left_out)
    number = next(row // 4 for row in rows.tolist() if survey.left_out[4 * (row // 4) : 4 * (row // 4) + 4].sum() < 4)
    [figure] = multiples(survey, [number], LIGHT)
    assert len(figure.data) == 1 + 4 - int(survey.left_out[4 * number : 4 * number + 4].sum())


def test_the_finding_tells_where_every_listing_ended(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, replace(MAIN, companies=("alibaba",), markets=(Market.WALL_STREET,)))
    number = number_of(survey, MAIN.event)
    path = survey.path(number)
    side = "outside" if abs(path.value[-1]) > path.critical * path.se[-1] else "inside"
    assert multiple_finding(survey, number) == (
        "Ant Group and Tenpay fined, 7 July 2023, by session +5: Alibaba · Wall Street "
        f"{percent(float(path.value[-1]))}, {side} its noise band."
    )
    many = survey_of(snapshot, every_company(snapshot))
    assert "listings between −" in multiple_finding(many, number)
    assert "the thick one their average" in multiples_caption(many, [number], averaged=True)


@pytest.mark.parametrize(
    ("low", "high", "most", "texts"),
    [
        (-2.5, 2.5, 5, ["−2%", "−1%", "0%", "+1%", "+2%"]),
        (-0.34, 0.34, 7, ["−0.3%", "−0.2%", "−0.1%", "0.0%", "+0.1%", "+0.2%", "+0.3%"]),
        (-16.2, 6, 7, ["−15%", "−10%", "−5%", "0%", "+5%"]),
    ],
)
def test_ticks_are_round_percentages_with_their_signs(low: float, high: float, most: int, texts: list[str]) -> None:
    assert percent_ticks(low, high, most)["ticktext"] == texts


def test_a_confounded_announcement_is_marked_in_its_title_its_words_and_the_caption(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, MAIN)
    mixed, plain = (number_of(survey, key) for key in ("alibaba-antitrust-probe-2020-12", MAIN.event))
    [marked, bare] = multiples(survey, [mixed, plain], LIGHT)
    assert "2020†</b>" in marked.layout.annotations[0].text
    assert "†" not in bare.layout.annotations[0].text
    assert ", confounded, by session" in multiple_finding(survey, mixed)
    assert "†: confounded" in multiples_caption(survey, [plain, mixed], averaged=False)
    assert "†" not in multiples_caption(survey, [plain], averaged=False)
