"""The robustness page in headless Chromium: cold links, real numbers, one click, nothing beside it."""

import re

import pytest
from playwright.sync_api import Page, expect

from eventwindow.view import RobustnessTab
from tests.browser.conftest import PHONE, OpenPage

FINE = "event=alibaba-antitrust-fine-2021-04"


def charts(page: Page, name: str) -> int:
    """How many charts whose text alternative starts with a name are painted."""
    found = page.get_by_role("figure", name=re.compile(name))
    expect(found.first).to_be_visible()
    expect(found.first.locator(".main-svg").first).to_be_visible()
    return found.count()


def test_the_placebo_of_every_listing_and_of_all_together_stands_on_the_page(open_page: OpenPage) -> None:
    page = open_page("robustness")
    assert charts(page, r"^(Alibaba|Tencent) · .*ordinary sessions moved at least as much: p") == 4
    assert charts(page, r"^All 4 listings together") == 1
    expect(page.get_by_text("nothing is drawn at random")).to_be_visible()


def test_a_tab_writes_itself_into_the_address_and_shows_its_charts(open_page: OpenPage) -> None:
    page = open_page("robustness")
    page.get_by_role("tab", name="Settings").click()
    expect(page).to_have_url(re.compile(r"doubt=settings"))
    assert charts(page, r"^In \d+ of 112 settings the reaction of Alibaba") == 2
    # Only the open tab is computed: the placebo charts must not be there any more.
    expect(page.get_by_role("figure", name=re.compile("ordinary sessions moved"))).to_have_count(0)


def test_a_wider_window_changes_the_verdict_and_not_the_tab(open_page: OpenPage) -> None:
    page = open_page(f"robustness?doubt=leave-out&{FINE}&sum=0..5")
    expect(page.get_by_text("Kind: fine · Direction: tightening: 16 announcements on file")).to_be_visible()
    assert charts(page, "^Average .* over 64 figures") == 1
    page.get_by_role("tab", name="Naive tests").click()
    expect(page).to_have_url(re.compile(r"sum=0\.\.5"))
    expect(page.get_by_text(re.compile(r"naive tests"))).not_to_have_count(0)


@pytest.mark.parametrize("tab", RobustnessTab)
def test_nothing_is_wider_than_a_phone(open_page: OpenPage, tab: RobustnessTab) -> None:
    page = open_page(f"robustness?doubt={tab}&{FINE}", size=PHONE)
    expect(page.get_by_role("button", name="Download")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    for element in page.locator("[data-testid=stMain] .stPlotlyChart").all():
        box = element.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE[0]


def test_a_row_of_the_overlaps_opens_that_announcement(open_page: OpenPage) -> None:
    page = open_page(f"robustness?doubt=leave-out&{FINE}")
    table = page.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    expect(table.locator("canvas").first).to_be_visible()
    # The box at the head of the first row.
    table.click(position={"x": 18, "y": 52})
    expect(page).to_have_url(re.compile(r"event=ant-"))
    expect(page.locator("h1")).to_contain_text("Ant ordered to become a financial holding company")
