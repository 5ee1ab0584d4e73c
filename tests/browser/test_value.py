"""Market value in a browser: a cold link with its figures, a row that opens, and what must not happen."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, OpenPage
from tests.harness import running_server

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_a_cold_link_shows_the_price_of_the_fine_on_a_phone(open_page: OpenPage) -> None:
    with running_server() as cold:
        page = open_page("?tab=value", size=PHONE, scheme="dark", address=cold.address, chart=False)
        cards = page.locator(".st-key-value-cards")
        expect(cards.get_by_text("Fined 7.123bn yuan (Ant Group and subsidiaries: not Alibaba itself")).to_have_count(2)
        expect(cards.get_by_text("20.392bn ordinary shares of 30 June 2023").first).to_be_visible()
        expect(page.locator(".st-key-value-chart .bars .point")).to_have_count(4 * 3)
        chart = page.locator(".st-key-value-chart [role=figure]")
        expect(chart).to_have_attribute("aria-label", re.compile(r"18 times the fine\. More than noise\."))
        # Lines of one company are never added up, and nothing is wider than the phone.
        expect(page.get_by_text("Together, each company once (Alibaba in Hong Kong and Tencent")).to_be_visible()
        expect(page.get_by_text("BABA and 9988.HK")).to_have_count(0)
        assert page.evaluate(OVERFLOW) == 0
        page.close()


def test_a_row_of_the_ranking_opens_its_announcement(open_page: OpenPage) -> None:
    page = open_page("compare?act=fine&compare=value&co=alibaba")
    expect(page.locator(".st-key-value-fines-chart .main-svg").first).to_be_visible()
    expect(page.locator(".st-key-value-lines-chart .main-svg").first).to_be_visible()
    expect(page.get_by_text("Largest abnormal gain: +US$46.4bn").first).to_be_visible()
    table = page.locator(".st-key-value-table")
    expect(table.locator("[role=row]").nth(1)).to_contain_text("First merger-filing fines on internet groups")
    # The box at the left of the first row, below the head.
    table.locator(".dvn-scroller").click(position={"x": 16, "y": 35 + 17})
    expect(page.locator("h1")).to_contain_text("First merger-filing fines on internet groups, 14 December 2020")
    expect(page).to_have_url(re.compile("co=alibaba"))
