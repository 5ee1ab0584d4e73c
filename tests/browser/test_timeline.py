"""The timeline in headless Chromium: marks, range buttons, tabs, tables, and a phone."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.harness import running_server

FINE = "Record antitrust fine on Alibaba, 10 April 2021"
ONE_YEAR = "timeline?act=fine&years=2021..2021&co=alibaba&event=alibaba-antitrust-fine-2021-04"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari"


def chart(page: Page, tab: str = "index") -> Locator:
    """The chart of a tab, painted."""
    found = page.locator(f".st-key-timeline-{tab}")
    expect(found.locator(".main-svg").first).to_be_visible()
    return found


def warm(open_page: OpenPage, place: str, **settings: object) -> Page:
    """A page of a server that has been asked for its first screen before."""
    open_page()
    return open_page(place, **settings)


def test_a_cold_deep_link_shows_that_tab_with_its_figures(open_page: OpenPage) -> None:
    with running_server() as fresh:
        page = open_page("timeline?line=drawdown&co=alibaba", address=fresh.address)
        expect(page.get_by_role("tab", name="Drawdown")).to_have_attribute("aria-selected", "true")
        expect(page.get_by_text("−80.0% by 31 October 2022")).to_be_visible()
        chart(page, "drawdown")
        expect(page.get_by_text("Page not found")).to_have_count(0)
        page.close()


@pytest.mark.parametrize(
    ("tab", "finding"),
    [
        ("index", "Alibaba in Hong Kong −4.1% to 28 October 2025"),
        ("drawdown", "Alibaba on Wall Street −80.1% by 24 October 2022"),
        ("gap", "BABA −3.3% to +3.2% from 9988.HK"),
    ],
)
def test_the_chart_of_each_tab_says_its_finding_to_those_who_cannot_see_it(
    open_page: OpenPage, tab: str, finding: str
) -> None:
    page = open_page(f"timeline?line={tab}")
    chart(page, tab)
    expect(page.get_by_role("figure", name=finding)).to_have_count(1)


def test_choosing_a_tab_changes_the_address_and_draws_it(open_page: OpenPage) -> None:
    page = warm(open_page, "timeline")
    page.get_by_role("tab", name="Gap").click()
    chart(page, "gap")
    expect(page).to_have_url(re.compile("line=gap"))
    expect(page.locator(".st-key-timeline-index")).to_have_count(0)


def test_the_range_buttons_shorten_the_axis_and_all_brings_it_back(open_page: OpenPage) -> None:
    page = open_page("timeline")
    figure = chart(page)
    expect(figure.locator(".xtick", has_text="2018")).to_have_count(1)
    figure.locator(".rangeselector .button", has_text="3 years").click()
    expect(figure.locator(".xtick", has_text="2018")).to_have_count(0)
    expect(figure.locator(".xtick", has_text="2025")).not_to_have_count(0)
    figure.locator(".rangeselector .button", has_text="All").click()
    expect(figure.locator(".xtick", has_text="2018")).to_have_count(1)


def test_a_mark_under_the_pointer_shows_its_card_and_a_click_opens_it(open_page: OpenPage) -> None:
    page = warm(open_page, ONE_YEAR)
    figure = chart(page)
    ring = figure.locator(".points path").last
    ring.hover(force=True)
    card = figure.locator(".hoverlayer")
    expect(card).to_contain_text("Sat 10 Apr 2021")
    expect(card).to_contain_text("18.228bn yuan")
    expect(card).to_contain_text("Alibaba · Hong Kong")
    ring.click(force=True)
    expect(page.locator("h1")).to_have_text(FINE)
    expect(page).to_have_url(re.compile("event=alibaba-antitrust-fine-2021-04"))


def test_a_click_on_a_line_leaves_the_page_as_it_is(open_page: OpenPage) -> None:
    page = warm(open_page, "timeline?co=tencent&mkt=hk")
    line = chart(page).locator(".js-line").first.bounding_box()
    assert line is not None
    page.mouse.click(line["x"] + line["width"] / 2, line["y"] + line["height"] / 2)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("h1")).to_have_text("Timeline")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_figures_can_be_read_in_tables_and_a_row_opens_its_announcement(open_page: OpenPage) -> None:
    page = warm(open_page, ONE_YEAR)
    page.locator("summary", has_text="Show the figures").click()
    tables = page.get_by_test_id("stDataFrame")
    expect(tables).to_have_count(2)
    tables.nth(1).locator("canvas").first.click(position={"x": 16, "y": 52}, force=True)
    expect(page.locator("h1")).to_have_text(re.compile(r"fine.*2021$", re.IGNORECASE))


def test_nothing_is_wider_than_a_phone(open_page: OpenPage) -> None:
    page = open_page("timeline?co=alibaba.tencent.meituan", size=PHONE)
    box = chart(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE[0]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_a_swipe_over_the_chart_scrolls_the_page_of_a_phone(browser: Browser, server: str) -> None:
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, is_mobile=True, user_agent=IPHONE
    )
    page = context.new_page()
    page.goto(f"{server}/timeline")
    expect(page.get_by_text("a tap on a mark tells more")).to_be_visible()
    plot = chart(page).locator(".nsewdrag").first.bounding_box()
    assert plot is not None
    x, y = plot["x"] + plot["width"] / 2, plot["y"] + 60
    touch = context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - 25 * step}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 50")
    context.close()
