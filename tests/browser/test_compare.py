"""The compare page in a browser: a cold link, real numbers, clicks that open, and what must not happen."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.harness import running_server

EVERY_COMPANY = "alibaba.tencent.meituan.jd.baidu.netease.pinduoduo.bilibili.tencent-music.didi"
TABS = ("map", "average", "multiples", "fines", "table")


def map_of(page: Page) -> Page:
    expect(page.locator(".st-key-heat-map .bars .point").first).to_be_visible()
    return page


def click_on(page: Page, text: str, *, right: int) -> None:
    """Click so many pixels right of the middle of a text of the map."""
    label = page.locator(".st-key-heat-map").get_by_text(text).first
    label.scroll_into_view_if_needed()
    box = label.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2)
    expect(page.locator(".st-key-heat-map .hoverlayer .hovertext")).to_be_visible()
    page.mouse.click(box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2)


def test_a_cold_deep_link_opens_the_map_with_its_numbers(open_page: OpenPage) -> None:
    with running_server() as cold:
        page = map_of(open_page("compare?act=fine&co=alibaba", address=cold.address))
        expect(page.get_by_text("17 of 101 announcements on 2 listings")).to_be_visible()
        expect(page.locator(".st-key-heat-map .bartext")).to_have_count(2 * 17)
        chart = page.locator(".st-key-heat-map [role=figure]")
        expect(chart).to_have_attribute("aria-label", re.compile(r"highest \+\d+\.\d\d%.*lowest −\d+\.\d\d%"))
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.close()


def test_a_click_on_a_cell_opens_its_announcement_with_the_view_kept(open_page: OpenPage) -> None:
    page = map_of(open_page("compare?act=fine&co=alibaba&sum=-1..1"))
    # The whole cell answers, not only its number; the newest fine is in the first row.
    cell = page.locator(".st-key-heat-map .bars .point").nth(1)
    box = cell.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 6, box["y"] + 4)
    expect(page.locator(".st-key-heat-map .hoverlayer .hovertext")).to_contain_text("Alibaba · Wall Street")
    page.mouse.click(box["x"] + box["width"] - 6, box["y"] + 4)
    expect(page.locator("h1")).to_contain_text("Ant Group and Tenpay fined, 7 July 2023")
    expect(page).to_have_url(re.compile(r"/\?.*co=alibaba"))
    expect(page).to_have_url(re.compile(r"sum=-1\.\.1"))


def test_a_click_on_a_title_opens_it_and_back_returns(open_page: OpenPage) -> None:
    page = map_of(open_page("compare?act=fine"))
    click_on(page, "28 more unreported deals fined", right=20)
    expect(page.locator("h1")).to_contain_text("28 more unreported deals fined")
    # The address follows in steps; it has arrived when it has left the page and holds the filter again.
    expect(page).to_have_url(re.compile(r":\d+/\?event=samr-merger-fines-2022-07&act=fine$"))
    page.go_back()
    map_of(page)
    expect(page.locator("h1")).to_contain_text("Announcements compared")


def test_a_row_of_the_table_opens_its_announcement(open_page: OpenPage) -> None:
    page = open_page("compare?act=fine&compare=table&co=alibaba")
    grid = page.locator("[data-testid=stDataFrame] canvas").first
    expect(grid).to_be_visible()
    expect(page.locator("[data-testid=stDataFrame] [role=row]").nth(3)).to_contain_text("Academic database CNKI")
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 16, box["y"] + 35 * 3 + 17)
    expect(page.locator("h1")).to_contain_text("Academic database CNKI fined")


def test_leaving_out_confounded_announcements_is_in_the_address(open_page: OpenPage) -> None:
    page = map_of(open_page("compare?act=fine"))
    expect(page.get_by_text("16 are confounded")).to_be_visible()
    page.get_by_text("Leave out confounded announcements").click()
    expect(page.get_by_text("16 are left out as confounded")).to_be_visible()
    expect(page).to_have_url(re.compile("clean=yes"))


def test_small_charts_turn_their_pages(open_page: OpenPage) -> None:
    page = open_page("compare?compare=multiples&co=alibaba&mkt=us")
    framed = page.get_by_label(re.compile("Ant Group and Tenpay fined, 7 July 2023"))
    expect(framed).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(framed).to_have_count(0)


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("companies", ["alibaba.tencent", EVERY_COMPANY], ids=["four listings", "every listing"])
def test_nothing_overflows_a_phone(open_page: OpenPage, tab: str, companies: str) -> None:
    page = open_page(f"compare?compare={tab}&act=fine&co={companies}", size=PHONE, scheme="dark")
    expect(page.locator(".main-svg, [data-testid=stDataFrame] canvas").first).to_be_visible()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0


def test_markup_in_a_link_is_never_drawn(open_page: OpenPage) -> None:
    page = open_page("compare?act=%3Cimg%20src=x%3E&compare=%3Cb%3E")
    expect(page.get_by_text("Part of the link was not understood")).to_be_visible()
    expect(page.locator("img[src=x]")).to_have_count(0)
    map_of(page)
