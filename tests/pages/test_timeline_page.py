"""The timeline page through app.py, without a browser: every tab, extreme views, empty states, bad links."""

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "app.py"
PAGE = APP.parent / "pages" / "timeline.py"
EVERYONE = "alibaba.tencent.meituan.jd.baidu.netease.pinduoduo.bilibili.tencent-music.didi"
TABS = ("index", "drawdown", "gap")
EXTREME_VIEWS = {
    "every company": {"co": EVERYONE},
    "one company with one line": {"co": "meituan"},
    "a company whose prices stop": {"co": "didi"},
    "one market": {"mkt": "us"},
    "no announcement passes": {"act": "approval", "dir": "tightening"},
    "one year": {"years": "2021..2021"},
    "years before every announcement": {"years": "2018..2019"},
    "years after every announcement": {"years": "2026..2026"},
    "years without any price": {"years": "2000..2001"},
    "years after the exchange rate ends": {"years": "2025..2026"},
    "other clock and model": {"clock": "first-reported", "model": "mean-adjusted"},
    "the shortest estimation window": {"est": "-70..-11"},
    "regulators' own acts by the tightest filter": {"strict": "yes", "jur": "US", "dir": "easing"},
    "an announcement that the filters leave out": {"event": "alibaba-antitrust-fine-2021-04", "dir": "easing"},
}


def open_page(**query: str) -> AppTest:
    """The page at a query string, run twice: what breaks only on the second run is a fault too."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page(str(PAGE)).run().run()


def shown(app: AppTest) -> str:
    """All words on the page."""
    assert not app.exception
    parts = (*app.title, *app.markdown, *app.info, *app.warning, *app.caption)
    return "\n".join(element.value for element in parts).replace("\\", "")


def with_figures(**query: str) -> AppTest:
    app = open_page(**query)
    app.session_state["timeline-figures"] = True
    return app.run()


@pytest.mark.parametrize("line", TABS)
@pytest.mark.parametrize("query", EXTREME_VIEWS.values(), ids=EXTREME_VIEWS.keys())
def test_extreme_views_give_a_chart_or_say_why_not(query: dict[str, str], line: str) -> None:
    app = open_page(**query, line=line)
    assert not app.exception
    assert app.title[0].value == "Timeline"
    charts = len(app.get("plotly_chart"))
    assert charts + len(app.info) == 1


def test_the_index_starts_on_the_first_session_that_all_lines_share() -> None:
    page = shown(open_page())
    assert "Since 26 November 2019, distributions added back" in page
    assert "100 is the close of 26 November 2019" in page
    assert "101 announcements are marked: 68 tightening, 23 easing, 10 either way." in page
    assert "Ringed: Ant Group and Tenpay fined, 7 July 2023." in page


def test_each_tab_states_its_finding_and_draws_only_its_own_chart() -> None:
    said = {
        "index": "distributions added back",
        "drawdown": "Below the peak of October 2020",
        "gap": "nine days in ten",
    }
    for line in TABS:
        app = open_page(line=line)
        page = shown(app)
        assert [tab for tab in TABS if said[tab] in page] == [line]
        assert len(app.get("plotly_chart")) == 1


def test_the_gap_says_that_new_york_closes_later_and_what_tcehy_is() -> None:
    page = shown(open_page(line="gap"))
    assert "New York closes about 12 hours after Hong Kong" in page
    assert "TCEHY trades over the counter" in page
    assert "the last is 10 December 2024" in page


@pytest.mark.parametrize("line", ["index", "drawdown"])
def test_the_distribution_that_the_over_the_counter_line_lacks_is_said(line: str) -> None:
    assert "JD.com shares of January 2022 are missing" in shown(open_page(line=line))
    assert "JD.com shares of January 2022" not in shown(open_page(line=line, co="alibaba"))


def test_no_company_and_no_market_are_said() -> None:
    for query in ({"co": "none"}, {"mkt": "none"}):
        app = open_page(**query)
        assert "Choose at least one company and one market" in app.info[0].value
        assert not app.get("plotly_chart")


def test_filters_that_leave_no_announcement_leave_the_lines() -> None:
    app = open_page(act="approval", dir="tightening")
    assert "No announcement passes the filters." in shown(app)
    assert len(app.get("plotly_chart")) == 1


def test_an_announcement_that_the_filters_leave_out_is_not_called_ringed() -> None:
    assert "Ringed: Record antitrust fine on Alibaba" in shown(open_page(event="alibaba-antitrust-fine-2021-04"))
    assert "Ringed" not in shown(open_page(event="alibaba-antitrust-fine-2021-04", dir="easing"))


def test_a_company_with_one_line_has_no_gap_and_the_page_names_those_that_have() -> None:
    page = shown(open_page(co="meituan", line="gap"))
    assert "A gap needs one company with prices in both markets" in page
    assert "Alibaba, Tencent, JD.com, Baidu, NetEase" in page


def test_one_market_has_no_gap() -> None:
    assert "Choose Hong Kong and Wall Street" in shown(open_page(mkt="hk", line="gap"))


def test_years_before_the_peak_have_no_drawdown() -> None:
    assert "counted from October 2020, after the years chosen" in shown(open_page(years="2018..2019", line="drawdown"))


def test_the_figures_stand_in_a_table_too() -> None:
    lines, announcements = (table.value for table in with_figures().dataframe)
    assert list(lines["Symbol"]) == ["9988.HK", "BABA", "0700.HK", "TCEHY"]
    assert len(announcements) == 101
    ant = announcements[announcements["Announcement"] == "Ant Group and Tenpay fined"].iloc[0]
    assert pd.Timestamp(ant["Day 0, Hong Kong"]) == pd.Timestamp("2023-07-10")
    assert pd.Timestamp(ant["Day 0, New York"]) == pd.Timestamp("2023-07-07")
    assert ant["Amount, m yuan"] == pytest.approx(10113)


def test_a_bad_link_is_named_and_the_default_shown() -> None:
    app = open_page(line="<script>", years="9..1")
    assert len(app.warning) == 1
    assert "script" not in app.warning[0].value
    assert len(app.get("plotly_chart")) == 1


def test_the_page_file_draws_its_own_frame_when_it_is_run_without_the_entry_point() -> None:
    app = AppTest.from_file(str(PAGE), default_timeout=60).run().run()
    assert not app.exception
    assert app.title[0].value == "Timeline"
    assert app.sidebar.segmented_control(key="pick_clock").value
