"""The data page through app.py, without a browser: every tab, filters, empty choices, the way to an announcement."""

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from eventwindow.sources.snapshot import Snapshot

APP = Path(__file__).resolve().parents[2] / "app.py"
TABS = ("events", "coverage", "checks", "press", "downloads")
VIEWS: list[dict[str, str]] = [
    *({"facts": tab} for tab in TABS),
    *({"facts": tab, "dir": "easing", "jur": "US", "years": "2024..2024"} for tab in TABS),
    {"facts": "press", "act": "fine", "strict": "yes"},
    {"facts": "events", "reg": "samr", "years": "2021..2021"},
]


def open_data(**query: str) -> AppTest:
    """The page at a query string, run twice: what breaks only on the second run is a fault too."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page("pages/data.py").run().run()


def shown(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.value for element in (*app.title, *app.markdown, *app.caption, *app.info, *app.warning))


def table(app: AppTest, place: int = 0) -> pd.DataFrame:
    assert not app.exception
    return app.dataframe[place].value


@pytest.mark.parametrize("query", VIEWS, ids=lambda query: " ".join(query.values()))
def test_every_view_gives_a_page_and_no_exception(query: dict[str, str]) -> None:
    app = open_data(**query)
    assert not app.exception
    assert app.title[0].value == "Data"


def test_the_table_lists_every_announcement_newest_first(snapshot: Snapshot) -> None:
    listed = table(open_data())
    assert list(listed["Announcement"]) == [item.title for item in snapshot.newest_first]
    assert listed["Date"].is_monotonic_decreasing


def test_the_founding_story_has_both_clocks_and_a_day_0_in_each_market() -> None:
    row = table(open_data()).set_index("Announcement").loc["Ant Group and Tenpay fined"]
    assert row["Amount, yuan"] == pytest.approx(7.123e9 + 2.99e9)
    assert "not later than 20:10 Beijing" in row["Official act"]
    assert "about 12:00 Beijing" in row["First report"]
    assert str(row["Day 0 Hong Kong"])[:10] == "2023-07-10"
    assert str(row["Day 0 New York"])[:10] == "2023-07-07"
    assert str(row["Day 0 Hong Kong by first report"])[:10] == "2023-07-07"
    assert row["Day 0 Hong Kong: rule"] == "by the hour"
    assert row["Companies"] == "Alibaba 阿里巴巴, Tencent 腾讯控股"


def test_links_in_tables_are_https_or_absent() -> None:
    for query in ({}, {"facts": "press"}):
        listed = table(open_data(**query))
        links = [link for name in listed if "ource" in name for link in listed[name].dropna()]
        assert links
        assert all(link.startswith("https://") for link in links)


def test_filters_of_the_link_leave_what_they_name() -> None:
    listed = table(open_data(act="fine", dir="tightening"))
    assert set(listed["Kind"]) == {"Fine"}
    assert set(listed["Direction"]) == {"Tightening"}


def test_filters_that_leave_nothing_say_so() -> None:
    app = open_data(jur="US", act="fine", years="2024..2024")
    assert len(app.dataframe) == 0
    assert "Widen them" in shown(app)


def test_checks_show_their_results() -> None:
    page = shown(open_data(facts="checks"))
    assert "All 13 checks passed" in page
    assert "9988\\.HK" in page or "half day" in page.lower()


def test_the_press_page_counts_every_verdict_and_filters_by_it() -> None:
    app = open_data(facts="press")
    assert len(table(app)) == 281
    everything = table(app)["Result"].value_counts()
    assert everything.sum() == 281
    assert everything["Cannot be checked"] >= 25  # quotes from before the open
    app.pills(key="pick_verdicts").set_value(["differs"]).run()
    assert set(table(app)["Result"]) == {"Differs"}
    assert len(table(app)) == everything["Differs"]


def test_downloads_say_whose_the_prices_are_and_list_every_file() -> None:
    app = open_data(facts="downloads")
    page = shown(app)
    assert "redistribution terms are the vendors" in page
    listed = table(app).set_index("File")
    assert len(listed) == 36
    assert listed.loc["prices/BABA.csv", "Terms"] == "data vendors'"
    assert listed.loc[["distributions.csv", "splits.csv"], "Terms"].tolist() == ["data vendors'"] * 2
    assert listed.loc["events.csv", "Rows"] == 102


def test_an_unreadable_tab_in_the_link_is_named_and_the_first_shown() -> None:
    app = open_data(facts="<script>")
    assert "script" not in "".join(item.value for item in app.warning)
    assert len(table(app)) == 101
