"""Timing, volume and run-up in a browser: real figures on a cold link, one interaction, nothing wider than a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, OpenPage


def test_timing_and_volume_of_the_main_event_follow_the_link_and_the_tabs(open_page: OpenPage) -> None:
    page = open_page("?tab=timing", chart=False)
    expect(page.get_by_text("70% for Alibaba in Hong Kong")).to_be_visible()
    expect(page.get_by_label(re.compile("^Alibaba in Hong Kong: before, day −1: \\+4.95%")).first).to_be_visible()
    page.get_by_role("tab", name="Volume").click()
    expect(page.get_by_text("Alibaba on Wall Street 2.24×")).to_be_visible()
    expect(page).to_have_url(re.compile("tab=volume"))
    expect(page.locator(".st-key-volume-BABA-chart .main-svg").first).to_be_visible()
    # What the other tab said must not stay.
    expect(page.get_by_text("70% for Alibaba in Hong Kong")).to_have_count(0)


def test_the_run_up_follows_the_choice_of_groups(open_page: OpenPage) -> None:
    page = open_page("compare?compare=run-up&act=fine.easing")
    expect(page.get_by_text("All shown, days −5 to −1").first).to_be_visible()
    expect(page.locator(".st-key-run-up-chart").get_by_text("Fines")).to_be_visible()
    page.get_by_text("Year", exact=True).click()
    expect(page.locator(".st-key-run-up-chart").get_by_text("2021")).to_be_visible()
    expect(page).to_have_url(re.compile("by=year"))


@pytest.mark.parametrize("place", ["?tab=timing", "?tab=volume", "compare?compare=run-up&act=fine"])
def test_nothing_overflows_a_phone(open_page: OpenPage, place: str) -> None:
    page = open_page(place, chart=False, size=PHONE, scheme="dark")
    expect(page.locator("[role=tabpanel] .main-svg").first).to_be_visible()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
