"""The event page through app.py, without a browser: every announcement, extreme views, bad links."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from eventwindow.sources.snapshot import Snapshot
from eventwindow.words import body_names

APP = Path(__file__).resolve().parents[2] / "app.py"
EXTREME_VIEWS = {
    "one company in one market": {"co": "tencent", "mkt": "hk"},
    "every company": {"co": "alibaba.tencent.meituan.jd.baidu.netease.pinduoduo.bilibili.tencent_music.didi"},
    "no company": {"co": "none"},
    "no market": {"mkt": "none"},
    "a company without a line in the market": {"co": "meituan", "mkt": "us"},
    "day 0 alone": {"win": "0..0"},
    "the widest window": {"win": "-10..20"},
    "mean-adjusted": {"model": "mean-adjusted", "level": "90"},
    "market-adjusted against the tech index": {"model": "market-adjusted", "bench": "tech", "level": "99"},
    "a long estimation window": {"est": "-1000..-11"},
    "the shortest estimation window": {"est": "-70..-11"},
    "the table": {"tab": "table"},
    "the sources": {"tab": "sources"},
}


def open_app(**query: str) -> AppTest:
    """The app at a query string, run twice: what breaks only on the second run is a fault too."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run().run()


def shown(app: AppTest) -> str:
    """All markdown on the page."""
    assert not app.exception
    return "\n".join(element.value for element in (*app.title, *app.markdown, *app.info, *app.warning))


@pytest.fixture(scope="module")
def event_ids(snapshot: Snapshot) -> list[str]:
    return [act.event_id for item in snapshot.announcements.values() for act in item.acts]


def test_the_first_screen_shows_both_markets_of_the_founding_story() -> None:
    page = shown(open_app())
    for figure in ("3\\.44\\%", "8\\.00\\%", "3\\.48\\%", "5\\.59\\%", "84\\.30", "90\\.55"):
        assert figure in page


def test_bodies_and_companies_stand_with_their_chinese_names() -> None:
    app = open_app(tab="sources")
    assert "Concerns Alibaba 阿里巴巴, Tencent 腾讯控股" in shown(app).replace("\\", "")
    names = (
        "People's Bank of China 中国人民银行 (PBOC)",
        "China Securities Regulatory Commission 中国证券监督管理委员会 (CSRC)",
    )
    told = next(element.value for element in app.markdown if "Announced by" in element.value)
    explained = next(element.help for element in app.markdown if "Concerns" in element.value)
    for name in names:
        assert name in told.replace("\\", "")
        assert name in explained.replace("\\", "")


def test_a_body_on_no_list_is_not_named_in_full(snapshot: Snapshot) -> None:
    unknown = next(item for item in snapshot.announcements.values() if not body_names(snapshot, item))
    assert unknown.regulators
    app = open_app(event=unknown.event_id, tab="sources")
    assert "Announced by" not in shown(app)


def test_every_act_opens_without_an_exception_on_both_clocks(event_ids: list[str]) -> None:
    assert len(event_ids) == 102
    app = AppTest.from_file(str(APP), default_timeout=60)
    titles = set()
    for event_id in event_ids:
        for clock in ("announced", "first-reported"):
            app.query_params["event"] = event_id
            app.query_params["clock"] = clock
            app.session_state["event"], app.session_state["clock"] = event_id, clock
            app.run()
            assert not app.exception, event_id
            titles.add(app.title[0].value)
    assert len(titles) == 101  # Ant and Tenpay are one announcement


@pytest.mark.parametrize("query", EXTREME_VIEWS.values(), ids=EXTREME_VIEWS.keys())
def test_extreme_views_give_a_page_and_no_exception(query: dict[str, str]) -> None:
    app = open_app(**query)
    assert not app.exception
    assert app.title[0].value.startswith("Ant Group and Tenpay fined")


def test_a_listing_without_a_result_says_why(snapshot: Snapshot) -> None:
    assert "data-security-law-2021-06" in snapshot.announcements
    page = shown(open_app(event="data-security-law-2021-06", co="didi"))
    assert "No abnormal return" in page
    assert "was not listed yet" in page


def test_an_unknown_hour_is_said_and_widens_the_verdict() -> None:
    page = shown(open_app(event="data-security-law-2021-06"))
    assert "Hour unknown" in page
    assert "days 0 to \\+1" in page


def test_a_bad_link_is_named_and_the_default_shown() -> None:
    app = open_app(event="<script>", co="nobody")
    assert len(app.warning) == 1
    assert "script" not in app.warning[0].value
    assert "co \\= nobody" in app.warning[0].value


def test_a_control_changes_the_page(snapshot: Snapshot) -> None:
    app = open_app()
    control = app.sidebar.selectbox(key="pick_event")
    assert list(control.options) == [
        f"{item.day.day} {item.day:%b %Y} · {item.title}" for item in snapshot.newest_first
    ]
    control.set_value("alibaba-antitrust-fine-2021-04").run()
    assert app.title[0].value.startswith("Record antitrust fine on Alibaba")
    app.sidebar.button[0].click().run()
    assert not app.title[0].value.startswith("Record antitrust fine")


def test_the_page_file_draws_its_own_frame_when_it_is_run_without_the_entry_point() -> None:
    app = AppTest.from_file(str(APP.parent / "pages" / "event.py"), default_timeout=60).run().run()
    assert not app.exception
    assert app.sidebar.selectbox(key="pick_event").value == "ant-group-fine-2023-07"


@pytest.mark.parametrize("page", ["event", "compare", "robustness", "timeline"])
def test_a_company_without_a_line_in_the_market_is_not_asked_for_again(page: str) -> None:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["co"], app.query_params["mkt"] = "didi", "hk"
    app.switch_page(f"pages/{page}.py").run()
    assert [box.value for box in app.info] == [
        "DiDi has no listing in Hong Kong with prices on file\\. Choose another company or market in the sidebar\\."
    ]


def test_the_last_prices_are_told_per_listing_where_they_differ() -> None:
    page = shown(open_app()).replace("\\", "")
    assert "9988.HK to 28 Oct 2025, 0700.HK to 25 Mar 2026" in page
    assert "Prices Hong Kong to 25 Mar 2026" in shown(open_app(co="tencent")).replace("\\", "")


def test_the_boxes_are_filled_when_they_are_open() -> None:
    for opened, said in (("download", "Tables as shown"), ("share", "Link to exactly this view")):
        app = AppTest.from_file(str(APP), default_timeout=60).run()
        assert said not in "\n".join(element.value for element in app.markdown)
        app.session_state[opened] = True
        app.run()
        assert said in "\n".join(element.value for element in app.markdown)
