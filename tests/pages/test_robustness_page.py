"""The robustness page through app.py, without a browser: every announcement, every face, extreme views."""

from itertools import product
from pathlib import Path
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from eventwindow.sources.snapshot import Snapshot
from eventwindow.view import RobustnessTab

PAGE = Path(__file__).resolve().parents[2] / "pages" / "robustness.py"
EXTREME_VIEWS = {
    "one listing": {"co": "tencent", "mkt": "hk"},
    "every company": {"co": "alibaba.tencent.meituan.jd.baidu.netease.pinduoduo.bilibili.tencent-music.didi"},
    "a listing that was gone": {"co": "didi.alibaba", "event": "didi-fine-2022-07"},
    "the widest window": {"sum": "-10..20"},
    "a window before day 0": {"sum": "-5..-2"},
    "mean-adjusted at 90%": {"model": "mean-adjusted", "level": "90"},
    "thin trading against the tech index": {"model": "scholes-williams", "bench": "tech", "level": "99"},
    "a long estimation window": {"est": "-1000..-11"},
    "an estimation window to the day before": {"est": "-70..-1", "win": "0..5", "sum": "0..1"},
    "the first report": {"clock": "first-reported"},
}


def open_page(**query: str) -> AppTest:
    """The page at a query string, run twice: what breaks only on the second run is a fault too."""
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run().run()


def shown(app: AppTest) -> str:
    """All text on the page, without the marks that escape it."""
    assert not app.exception
    elements = (*app.title, *app.header, *app.markdown, *app.caption, *app.info, *app.warning)
    return "\n".join(element.value for element in elements).replace("\\", "").replace("\u00a0", " ")


@pytest.mark.parametrize(("tab", "query"), list(product(RobustnessTab, EXTREME_VIEWS.values())))
def test_extreme_views_give_a_page_and_no_exception(tab: RobustnessTab, query: dict[str, str]) -> None:
    app = open_page(doubt=tab, **query)
    assert not app.exception
    assert app.title[0].value.startswith("Robustness")
    assert not app.warning


@pytest.mark.parametrize("tab", RobustnessTab)
def test_every_announcement_has_every_face(snapshot: Snapshot, tab: RobustnessTab) -> None:
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    app.query_params["doubt"] = tab
    for number, event_id in enumerate(snapshot.announcements):
        app.query_params["event"] = event_id
        app.session_state["event"], app.session_state["doubt"] = event_id, str(tab)
        app.session_state["clock"] = ("announced", "first-reported")[number % 2]
        app.run()
        assert not app.exception, event_id


def test_the_placebo_face_shows_counts_rule_and_p() -> None:
    page = shown(open_page(co="alibaba", mkt="us"))
    assert "No listing moved more over days 0 to +1" in page
    assert "Every session of a listing is tried on which the model can be fitted" in page
    assert "smallest p possible is 1 in " in page


def test_the_settings_face_counts_the_settings_beyond_noise() -> None:
    page = shown(open_page(doubt="settings"))
    assert "of 112 settings the reaction of Alibaba on Wall Street is more than noise at the 95% level" in page


def test_the_leave_out_face_names_parts_and_overlaps() -> None:
    app = open_page(doubt="leave-out", event="alibaba-antitrust-fine-2021-04")
    page = shown(app)
    assert "Without one announcement" in page
    assert "Kind: fine · Direction: tightening: 16 announcements on file" in page
    assert "Ant ordered to become a financial holding company" in page
    assert len(app.dataframe) == 1


def test_the_naive_face_gives_the_measured_sizes() -> None:
    page = shown(open_page(doubt="naive", sum="-1..1"))
    # The figures of docs/method.md.
    assert (
        "over days −1 to +1 the cross-sectional t claims one 47.1% of the time instead of 5%; the adjusted BMP t 6%"
        in page
    )


def test_the_only_one_of_its_direction_is_set_beside_all_of_its_kind() -> None:
    said = "Kind: fine · Direction: either way: the only one on file, so all 17 announcements of its kind are taken"
    for face in ("leave-out", "naive"):
        app = open_page(doubt=face)
        page = shown(app)
        assert said in page
        assert "There is no second one" not in page
    assert len(app.dataframe) == 2


def test_a_lone_announcement_of_its_kind_says_so() -> None:
    settlement = "pcaob-protocol-2022-08"
    assert "There is no second one with a figure on the listings shown." in shown(
        open_page(doubt="leave-out", event=settlement)
    )
    assert "1 announcement on file. There is no second one" in shown(open_page(doubt="naive", event=settlement))


def test_the_report_is_about_the_announcement_and_its_lead_is_that_of_the_page() -> None:
    for face in ("placebo", "settings", "leave-out", "naive"):
        with patch("eventwindow.ui.downloads._contents") as contents:
            app = AppTest.from_file(str(PAGE), default_timeout=60)
            app.query_params["doubt"] = face
            app.session_state["download"] = True
            app.run()
        assert not app.exception
        box = contents.call_args.args[0]
        assert box.origin.link.title == "Robustness: Ant Group and Tenpay fined, 7 July 2023"
        assert ("Concerns", "Alibaba, Tencent") in box.offer.facts
        assert box.offer.shown.findings[0].replace("\u00a0", " ") in shown(app)


def test_one_listing_has_no_tests_across_figures() -> None:
    assert "Tests across figures need at least two" in shown(open_page(doubt="naive", co="alibaba", mkt="us"))


@pytest.mark.parametrize("query", [{"co": "none"}, {"mkt": "none"}])
def test_without_a_listing_the_page_says_what_to_do(query: dict[str, str]) -> None:
    app = open_page(**query)
    assert not app.exception
    assert "Choose at least one company and one market" in app.info[0].value
    assert not app.get("plotly_chart")


def test_an_announcement_without_a_figure_shows_the_reason_and_no_chart() -> None:
    for tab in RobustnessTab:
        app = open_page(doubt=tab, event="data-security-law-2021-06", co="didi")
        assert "was not listed yet" in shown(app)
        assert not app.get("plotly_chart")
        assert not app.dataframe
