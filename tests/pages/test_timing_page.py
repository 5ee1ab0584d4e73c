"""The tabs Timing and Volume of the event page and Run-up of the compare page, through app.py without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "app.py"
EVERY_COMPANY = "alibaba.tencent.meituan.jd.baidu.netease.pinduoduo.bilibili.tencent-music.didi"
EVENT_VIEWS = {
    "the main event": {},
    "one clock": {"event": "alibaba-antitrust-probe-2020-12"},
    "an unknown hour": {"event": "didi-registration-resumes-2023-01"},
    "every company": {"co": EVERY_COMPANY},
    "a listing that was not listed yet": {"event": "ant-ipo-suspension-2020-11", "co": "baidu", "mkt": "hk"},
    "day 0 alone": {"win": "0..0"},
    "the widest window": {"win": "-10..20"},
    "first reports": {"clock": "first-reported", "level": "99"},
    "a short estimation window": {"est": "-70..-11", "model": "mean-adjusted"},
    "no company": {"co": "none"},
}


def open_page(page: str = "", **query: str) -> AppTest:
    """A page at a query string, run twice: what breaks only on the second run is a fault too."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return (app.switch_page(f"pages/{page}.py") if page else app).run().run()


def words(app: AppTest) -> str:
    """All text on the page, with the marks of markdown taken out."""
    assert not app.exception
    elements = (*app.title, *app.markdown, *app.caption, *app.info, *app.warning)
    return "\n".join(element.value for element in elements).replace("\\", "")


@pytest.mark.parametrize("tab", ["timing", "volume"])
@pytest.mark.parametrize("query", EVENT_VIEWS.values(), ids=EVENT_VIEWS.keys())
def test_every_view_of_both_tabs_gives_a_page(query: dict[str, str], tab: str) -> None:
    app = open_page(**query, tab=tab)
    assert not app.exception
    assert not app.warning
    assert app.dataframe or app.get("plotly_chart") or app.info


def test_the_timing_tab_tells_what_came_before_the_official_act() -> None:
    app = open_page(tab="timing")
    page = words(app)
    assert "more than noise at the 95% level: Alibaba in Hong Kong (+4.95%" in page
    assert "this much came before the act: 70% for Alibaba in Hong Kong" in page
    assert [len(frame.value) for frame in app.dataframe] == [4, 4]
    table = app.dataframe[0].value
    assert table.loc[0, "Share to 0, %"] == pytest.approx(69.9, abs=0.1)
    assert "Alibaba on Wall Street, Tencent over the counter in the US: both clocks point at the same session" in page
    assert "Alibaba in Hong Kong (to +5)" in page


def test_another_announcement_in_the_sessions_summed_up_is_named() -> None:
    # The premier's meeting of 12 July 2023 and the rules for generative AI fall into the sessions after the fines.
    page = words(open_page(tab="timing"))
    assert "Other announcements about Alibaba, Tencent fall into these sessions, and the figures do not" in page
    assert "12 July 2023" in page


def test_one_clock_is_said_and_nothing_is_drawn_for_it() -> None:
    app = open_page(tab="timing", event="alibaba-antitrust-probe-2020-12")
    page = words(app)
    assert "One clock only" in page
    assert "Alibaba settled on day 0" in page
    assert len(app.get("plotly_chart")) == 1  # the sessions and news above the tabs


def test_the_volume_tab_draws_every_listing() -> None:
    app = open_page(tab="volume")
    assert "Alibaba on Wall Street 2.24×. The other three were within their bands." in words(app)
    assert len(app.get("plotly_chart")) == 1 + 4
    assert not app.dataframe
    app.session_state["volume-figures"] = True
    frame = app.run().dataframe[0].value
    day = frame[(frame["Listing"] == "Alibaba · Wall Street") & (frame["Session"] == 0)].iloc[0]
    assert day["Times usual"] == pytest.approx(2.24, abs=0.005)
    assert str(day["Date"])[:10] == "2023-07-07"


def test_the_run_up_tab_leads_with_all_announcements_shown() -> None:
    app = open_page("compare", compare="run-up")
    page = words(app)
    assert "All shown, days −5 to −1: average +0.17% over 404 events from 101 announcements" in page
    assert "not distinguishable from noise" in page
    assert "175 of 404 events have another announcement" in page
    assert "Hong Kong: of 23 moves beyond noise (of 202 events)" in page
    assert app.dataframe[0].value["Group"].iloc[0] == "All shown"
    assert "Naive tests see a run-up" in page
    assert "a reaction at the" not in page
    assert (
        "All shown, 404 events: average cumulative abnormal return +0.17% by session −1, inside the 95% band." in page
    )


def test_one_group_is_not_shown_twice() -> None:
    app = open_page("compare", compare="run-up", act="fine")
    assert list(app.dataframe[0].value["Group"]) == ["Fines"]


def test_leaving_out_confounded_announcements_goes_by_the_sessions_before_day_0() -> None:
    page = words(open_page("compare", compare="run-up", clean="yes"))
    assert "over 229 events" in page
    assert "another announcement about the same company in these sessions are left out" in page


def test_a_window_without_sessions_before_day_0_says_what_to_do() -> None:
    app = open_page("compare", compare="run-up", win="0..5")
    assert "Let the event window in the sidebar start before day 0." in words(app)
