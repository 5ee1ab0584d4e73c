"""The Relay tab in headless Chromium: a cold link, real numbers, a change of company, a phone."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, OpenPage
from tests.harness import running_server


def test_a_cold_link_to_the_relay_shows_who_moved_first(open_page: OpenPage) -> None:
    with running_server() as fresh:
        page = open_page("?tab=relay", address=fresh.address, chart=False)
        expect(page.get_by_role("tab", name="Relay")).to_have_attribute("aria-selected", "true")
        expect(page.get_by_text("By the official act New York could react first").first).to_be_visible()
        relay = page.locator(".st-key-relay-alibaba-chart")
        expect(relay.locator(".main-svg").first).to_be_visible()
        expect(page.get_by_role("figure", name="from HK$82.65 at Hong Kong's close of Wed 5 Jul")).to_have_count(1)
        expect(relay.get_by_text("Official act")).to_be_visible()
        expect(relay.get_by_text("First report")).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)
        page.close()


def test_another_company_takes_the_place_of_the_one_left_out(open_page: OpenPage) -> None:
    page = open_page("?tab=relay&co=alibaba", chart=False)
    expect(page.locator(".st-key-relay-alibaba-chart .main-svg").first).to_be_visible()
    page.get_by_role("button", name="PDD", exact=True).click()
    expect(page.get_by_text("PDD has no relay: its shares trade in one of the two markets only")).to_be_visible()
    page.get_by_role("button", name="Alibaba", exact=True).click()
    expect(page.locator(".st-key-relay-alibaba-chart")).to_have_count(0)
    expect(page).to_have_url(re.compile("tab=relay"))


def test_every_opening_and_step_is_there_for_those_who_ask_and_nothing_is_wider_than_a_phone(
    open_page: OpenPage,
) -> None:
    page = open_page("?tab=relay&co=alibaba", size=PHONE, scheme="dark", chart=False)
    expect(page.locator(".st-key-premium-alibaba-chart .main-svg").first).to_be_visible()
    tables = page.get_by_test_id("stDataFrame")
    expect(tables).to_have_count(1)
    page.locator("summary", has_text="Show every opening and step").click()
    expect(tables).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
