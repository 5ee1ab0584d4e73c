"""The Relay tab of the event page through app.py, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_event_page import open_app, shown

EXTREME_VIEWS = {
    "every company": {"co": "alibaba.tencent.meituan.jd.baidu.netease.pinduoduo.bilibili.tencent-music.didi"},
    "one market": {"mkt": "hk"},
    "by the first report": {"clock": "first-reported"},
    "the shortest estimation window": {"est": "-70..-11"},
    "a long estimation window": {"est": "-1000..-11"},
    "unknown opening prices": {"co": "baidu", "event": "overseas-listing-draft-2021-12"},
    "an hour unknown": {"event": "data-security-law-2021-06"},
    "no exchange rate": {"event": "us-1260h-tencent-2025-01"},
    "companies with one line": {"co": "pinduoduo.didi"},
}


def charts(app: AppTest) -> list[str]:
    """What the charts of the tab tell those who cannot see them."""
    found = [element.proto.alt for element in app.get("plotly_chart")]
    return [text for text in found if "ordinary share" in text or "its shares" in text or "premium" in text]


@pytest.mark.parametrize("query", EXTREME_VIEWS.values(), ids=EXTREME_VIEWS.keys())
def test_extreme_views_give_a_tab_and_no_exception(query: dict[str, str]) -> None:
    app = open_app(tab="relay", **query)
    assert not app.exception
    assert "ordinary share" in shown(app) or "no relay" in shown(app)


def test_both_companies_of_the_founding_story_stand_one_under_the_other() -> None:
    app = open_app(tab="relay")
    assert [header.value for header in app.header] == [
        "Alibaba\\: 9988\\.HK and BABA \\(1 BABA \\= 8 ordinary shares\\)",
        "Tencent\\: 0700\\.HK and TCEHY \\(1 TCEHY \\= 1 ordinary share\\)",
    ]
    assert len(charts(app)) == 4
    assert "New York could react first" in shown(app)
    assert "106\\% of the distance" in shown(app)


def test_a_company_without_a_relay_is_told_plainly_beside_one_that_has_it() -> None:
    app = open_app(tab="relay", co="alibaba.meituan.pinduoduo")
    assert len(app.header) == 1
    assert [box.value for box in app.info] == [
        "Meituan has no relay\\: there are no prices of MPNGY\\, its other line\\.",
        "PDD has no relay\\: its shares trade in one of the two markets only \\(PDD in New York\\)\\.",
    ]


def test_the_parts_add_up_on_the_screen() -> None:
    parts = open_app(tab="relay", co="alibaba").dataframe[0].value
    assert parts["Part"].iloc[-1] == "Total"
    parts = parts.set_index("Part")
    together = parts.loc[["Hong Kong together", "New York together"]]
    assert together["Points"].sum() == pytest.approx(parts.loc["Total", "Points"])
    assert together["Share, %"].sum() == pytest.approx(100)


def test_without_shares_of_the_total_the_column_is_left_out() -> None:
    alibaba, tencent = (open_app(tab="relay", co=company).dataframe[0] for company in ("alibaba", "tencent"))
    assert "Share, %" in alibaba.proto.column_order
    assert "Share, %" not in tencent.proto.column_order


def test_no_relay_is_computed_while_another_tab_is_open() -> None:
    assert "ordinary share" not in shown(open_app())
