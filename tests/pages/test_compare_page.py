"""The compare page through app.py, without a browser: every tab, every filter, extreme views, clicks."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from eventwindow.sources.snapshot import Snapshot
from eventwindow.survey import build_survey
from eventwindow.view import SCREEN_MODELS, CompareTab, View

APP = Path(__file__).resolve().parents[2] / "app.py"
EVERY_COMPANY = "alibaba.tencent.meituan.jd.baidu.netease.pinduoduo.bilibili.tencent-music.didi"
EXTREME_VIEWS = {
    "every company": {"co": EVERY_COMPANY},
    "one listing": {"co": "meituan", "mkt": "hk"},
    "a company with a short life": {"co": "didi"},
    "only the confounded left out": {"clean": "yes", "years": "2021..2021"},
    "the widest windows": {"win": "-10..20", "sum": "-10..20"},
    "day 0 alone": {"win": "0..0", "sum": "0..0"},
    "a span outside the window": {"win": "0..1", "sum": "5..9"},
    "first reports": {"clock": "first-reported", "level": "99"},
    "a short estimation window against the tech index": {"est": "-70..-11", "bench": "tech", "level": "90"},
    "an estimation window longer than any series": {"est": "-1000..-11"},
    "one announcement of one listing": {"act": "settlement", "co": "tencent", "mkt": "us"},
    "years one by one": {"by": "year", "axis": "own"},
    "directions": {"by": "direction", "strict": "yes"},
    "jurisdictions": {"by": "jurisdiction", "jur": "US"},
    "one body": {"reg": "samr"},
}


def open_page(*boxes: str, **query: str) -> AppTest:
    """The page at a query string with boxes open, run twice: what breaks only on the second run is a fault too."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for box in boxes:
        app.session_state[box] = True
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page("pages/compare.py").run().run()


def words(app: AppTest) -> str:
    """All text on the page, with the marks of markdown taken out."""
    assert not app.exception
    elements = (*app.title, *app.markdown, *app.caption, *app.info, *app.warning)
    return "\n".join(element.value for element in elements).replace("\\", "")


def charts(app: AppTest) -> list[Any]:
    return [element.proto for element in app.get("plotly_chart")]


@pytest.mark.parametrize("tab", list(CompareTab))
@pytest.mark.parametrize("query", EXTREME_VIEWS.values(), ids=EXTREME_VIEWS.keys())
def test_every_tab_of_every_view_gives_a_page(query: dict[str, str], tab: CompareTab) -> None:
    app = open_page(**query, compare=tab)
    assert not app.exception
    assert not app.warning or tab in (CompareTab.AVERAGE, CompareTab.RUN_UP)
    assert charts(app) or app.dataframe or app.info
    assert "nan" not in words(app).lower().replace("financ", "").split()


@pytest.mark.parametrize("model", SCREEN_MODELS)
def test_every_model_has_a_map(model: str) -> None:
    app = open_page(model=model)
    assert not app.exception
    assert "404 figures" in words(app)


def test_the_page_says_what_is_compared_and_how_unusual_the_current_announcement_is(snapshot: Snapshot) -> None:
    page = words(open_page(act="fine", co="alibaba", mkt="us"))
    assert "17 of 101 announcements on 1 listing, abnormal returns summed over days 0 to +1" in page
    survey = build_survey(snapshot, View(companies=("alibaba",)))
    assert survey is not None
    figure = survey.study.car[survey.study.row("ant-group-fine-2023-07", "BABA"), survey.window]
    assert f"{100 * figure:+.2f}%" in page


def test_leaving_out_confounded_announcements_says_how_many() -> None:
    app = open_page(act="fine")
    assert "16 are confounded" in words(app)
    app.toggle(key="pick_clean").set_value(True).run()
    assert "16 are left out as confounded" in words(app)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"co": "none"}, "Choose at least one company"),
        ({"mkt": "none"}, "Choose at least one company"),
        ({"act": "settlement", "years": "2000..2000"}, "No announcement passes the filters"),
        ({"co": "didi", "act": "fine", "years": "2020..2020"}, "not listed yet"),
        ({"clean": "yes", "act": "ban", "years": "2021..2021"}, "Keep them in"),
    ],
)
def test_nothing_to_compare_says_why_and_draws_nothing(query: dict[str, str], says: str) -> None:
    app = open_page(**query)
    assert says in words(app)
    assert charts(app) == []


def test_a_tab_computes_only_itself() -> None:
    assert len(charts(open_page())) == 1
    assert charts(open_page(compare="table")) == []


def test_every_chart_has_an_alternative_text_from_its_numbers() -> None:
    for tab in (CompareTab.MAP, CompareTab.AVERAGE, CompareTab.MULTIPLES, CompareTab.FINES):
        shown = charts(open_page(compare=tab))
        assert shown
        assert all(len(chart.alt) > 20 for chart in shown)
    assert "+30.18%" in charts(open_page())[0].alt


def test_an_announcement_can_be_opened_without_a_pointer() -> None:
    app = open_page(act="fine", co="alibaba")
    found = app.selectbox(key="map-open")
    assert len(found.options) == 17
    assert found.options[0] == "7 July 2023 · Ant Group and Tenpay fined"
    found.set_value("alibaba-antitrust-fine-2021-04").run()
    assert not app.exception
    assert app.title[0].value.startswith("Record antitrust fine on Alibaba")


def test_the_table_has_a_row_per_announcement_and_listing() -> None:
    app = open_page(compare="table", act="fine")
    table = app.dataframe[0].value
    assert len(table) == 4 * 17
    assert list(table["Announcement"][:4]) == ["Ant Group and Tenpay fined"] * 4
    assert list(table["Listing"][:2]) == ["Alibaba · Hong Kong", "Alibaba · Wall Street"]
    assert table["Date"].is_monotonic_decreasing
    # 7.123bn and 2.99bn yuan: the fines on Ant Group and on Tenpay.
    assert table["Fine, m yuan"][:4].round().tolist() == [7123, 7123, 2990, 2990]


def test_the_scale_of_small_charts_can_be_shared_or_not() -> None:
    def ranges(app: AppTest) -> set[str]:
        figures = [json.loads(chart.spec) for chart in charts(app)[1:]]
        return {str(figure["layout"]["yaxis"]["range"]) for figure in figures}

    app = open_page(compare="multiples", act="fine")
    assert len(ranges(app)) == 1
    app.toggle(key="pick_axis").set_value(False).run()
    assert len(ranges(app)) > 1


def test_the_page_file_draws_its_own_frame_when_it_is_run_without_the_entry_point() -> None:
    app = AppTest.from_file(str(APP.parent / "pages" / "compare.py"), default_timeout=60).run().run()
    assert not app.exception
    assert app.title[0].value == "Announcements compared"


@pytest.mark.parametrize(
    ("tab", "key"), [("map", "Bold in a box: placebo p below 5%"), ("multiples", "Thin lines are")]
)
def test_pictures_carry_the_key_to_their_marks_and_titles_in_words(tab: str, key: str) -> None:
    with patch("eventwindow.ui.downloads._contents") as contents:
        app = open_page("download", compare=tab, act="fine")
    assert not app.exception
    box = contents.call_args.args[0]
    captions = [box.chart(name).caption for name in box.figures]
    assert any(key in caption or "Colour is the company" in caption for caption in captions)
    assert not any(name.startswith("samr-") for name in box.figures)
    assert box.file_name(suffix="xlsx") == f"event-window-compare-{tab}.xlsx"
