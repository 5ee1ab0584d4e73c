"""The Value tabs of the event and the compare page through app.py, without a browser."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from eventwindow.case import build_case
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.event_value import value_table
from eventwindow.value import value_changes
from eventwindow.view import View

APP = Path(__file__).resolve().parents[2] / "app.py"
EVERY_COMPANY = "alibaba.tencent.meituan.jd.baidu.netease.pinduoduo.bilibili.tencent-music.didi"
EVENT_VIEWS = {
    "the founding story": {},
    "no share counts": {"co": "baidu.pinduoduo"},
    "every company": {"co": EVERY_COMPANY},
    "a company that left": {"co": "didi", "event": "didi-fine-2022-07"},
    "a model that cannot be fitted": {"est": "-1000..-11", "co": EVERY_COMPANY},
    "an hour that is unknown": {"event": "data-security-law-2021-06"},
    "first reports and another level": {"clock": "first-reported", "level": "99"},
}


def open_page(page: str, **query: str) -> AppTest:
    """A page at a query string, run twice: what breaks only on the second run is a fault too."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return (app.switch_page(f"pages/{page}.py") if page != "event" else app).run().run()


def words(app: AppTest) -> str:
    """All text on the page, with the marks of markdown taken out."""
    assert not app.exception
    elements = (*app.markdown, *app.caption, *app.info)
    return "\n".join(element.value for element in elements).replace("\\", "")


def charts(app: AppTest) -> list[Any]:
    return [element.proto for element in app.get("plotly_chart")]


@pytest.mark.parametrize("query", EVENT_VIEWS.values(), ids=EVENT_VIEWS.keys())
def test_every_view_of_an_event_has_a_card_per_listing(query: dict[str, str]) -> None:
    page = words(open_page("event", tab="value", **query))
    assert "the lines of a company are never added" in page
    assert "nan" not in page.lower().replace("financ", "").split()
    assert "| Return |" in page


def test_the_founding_story_is_told_in_money() -> None:
    app = open_page("event", tab="value")
    page = words(app)
    for figure in ("Fined 7.123bn yuan", "not Alibaba itself", "Fined 2.99bn yuan (Tenpay)", "+33.9bn yuan"):
        assert figure in page
    assert "of 30 June 2023 (outstanding" in page
    assert "Summed over day 0" in page
    assert any("Fine beside the change of market value" in chart.alt for chart in charts(app))


def test_an_unknown_hour_sums_two_sessions() -> None:
    assert "Summed over days 0 to +1" in words(open_page("event", tab="value", event="data-security-law-2021-06"))


def test_without_share_counts_there_are_returns_and_no_chart_of_money() -> None:
    app = open_page("event", tab="value", co="baidu")
    page = words(app)
    assert "Returns only" in page
    assert "No count of all shares" in page
    assert app.info[0].value.startswith("For none of the listings shown")
    assert not any("market value" in chart.alt for chart in charts(app))


def test_the_table_to_download_has_a_row_per_line_and_currency_and_no_price(snapshot: Snapshot) -> None:
    case = build_case(snapshot, View(companies=("alibaba", "baidu")))
    assert case.study is not None
    table = value_table(value_changes(snapshot, case.study, case.lead_window, 95))
    assert table.groupby("Symbol")["Currency"].agg(list).to_dict() == {
        "9888.HK": ["HKD", "USD", "CNY"],
        "9988.HK": ["HKD", "USD", "CNY"],
        "BABA": ["USD", "CNY"],
        "BIDU": ["USD", "CNY"],
    }
    unknown = table["Symbol"].isin(["9888.HK", "BIDU"])
    assert (table["Abnormal change"].isna() == unknown).all()
    assert table.loc[unknown, "Remark"].str.startswith("No count of all shares").all()
    assert not {"Close", "Price"} & set(table.columns)


def test_another_tab_does_not_work_out_values() -> None:
    assert "never added" not in words(open_page("event"))


def test_the_comparison_ranks_losses_and_gains() -> None:
    app = open_page("compare", compare="value")
    page = words(app)
    assert "Largest abnormal loss:" in page
    assert "Added up since October 2020" in page
    assert [chart.alt[:8] for chart in charts(app)] == ["9 fines ", "Abnormal"]
    table = app.dataframe[0].value
    assert len(table) == 2 * 101
    assert table["Abnormal, bn US$"].is_monotonic_increasing
    assert (table["From"] < table["Abnormal, bn US$"]).all()
    assert (table["To"] > table["Abnormal, bn US$"]).all()
    assert table["Shares as of"].notna().all()


def test_companies_without_counts_come_last_with_their_returns_and_the_reason() -> None:
    table = open_page("compare", compare="value", co="baidu.alibaba").dataframe[0].value
    last = table.tail(101)
    assert set(last["Company"]) == {"Baidu · Hong Kong"}
    assert last["Abnormal, bn US$"].isna().all()
    assert (last["Remark"] != "").all()
    assert last["Raw, %"].notna().sum() > 50


def test_years_cut_the_sums() -> None:
    app = open_page("compare", compare="value", years="2022..2022")
    assert not app.exception
    # Final rules on cybersecurity reviews, and licences for imported games.
    assert "added up from 4 January 2022 to 28 December 2022" in charts(app)[-1].alt
