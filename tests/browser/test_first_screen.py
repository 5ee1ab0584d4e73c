"""The first screen as a reader meets it: 7 July 2023 in headless Chromium."""

import re
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage

MAIN_FIGURES = ["+3.44%", "+8.00%", "+3.48%", "+5.59%", "84.30", "90.55", "+9.22%", "+3.33%"]
# Rules broken by Streamlit itself, not by our use of it; none is known on this page.
UPSTREAM_RULES: set[str] = set()


def card(page: Page, symbol: str) -> str:
    """Text of a listing's card."""
    heading = re.compile(rf"\b{re.escape(symbol)}\b")
    cards = page.locator(".st-key-cards [data-testid=stMarkdown]").filter(has_text=heading)
    expect(cards).to_have_count(1)
    return cards.inner_text()


def test_the_figures_of_the_founding_story_are_on_the_first_screen(open_page: OpenPage) -> None:
    cards = open_page().locator(".st-key-cards")
    for figure in MAIN_FIGURES:
        expect(cards).to_contain_text(figure)


def test_reported_and_measured_stand_side_by_side_and_are_not_merged(open_page: OpenPage) -> None:
    text = card(open_page(), "BABA")
    assert "Reported +5.59%, early in the session" in text
    assert "range +3.33% to +9.22% of the day; the minute itself is not known" in text
    assert text.index("+8.00%") < text.index("+5.59%")


def test_hong_kong_and_wall_street_of_alibaba_come_first(open_page: OpenPage) -> None:
    cards = open_page().locator(".st-key-cards [data-testid=stMarkdown]")
    expect(cards).to_have_count(4)
    headings = [text.splitlines()[0] for text in cards.all_inner_texts()]
    assert [heading.split()[-1] for heading in headings] == ["9988.HK", "BABA", "0700.HK", "TCEHY"]


def test_headline_cards_and_clock_need_no_scrolling_on_a_desktop(open_page: OpenPage) -> None:
    page = open_page()
    for part in ("h1", ".st-key-cards", ".st-key-clock-strip .main-svg >> nth=0", ".st-key-clock-words"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= DESKTOP[1], part


def test_nothing_is_wider_than_a_phone(open_page: OpenPage) -> None:
    page = open_page(size=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    for element in page.locator("[data-testid=stMain] .stPlotlyChart, .st-key-cards table").all():
        box = element.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE[0]


def test_each_chart_has_a_text_alternative_that_states_its_finding(open_page: OpenPage) -> None:
    page = open_page()
    clock = page.get_by_role("figure", name="day 0 is Mon 10 Jul there")
    returns = page.get_by_role(
        "figure", name="Alibaba on Wall Street +8.38% on day 0, outside the band, then +10.81% by session +5"
    )
    expect(clock).to_have_count(1)
    expect(returns).to_have_count(1)


def test_charts_take_the_colours_of_the_dark_theme(open_page: OpenPage) -> None:
    label = ".st-key-clock-strip .ytick text >> nth=0"
    light = open_page().locator(label).evaluate("node => getComputedStyle(node).fill")
    dark = open_page(scheme="dark").locator(label).evaluate("node => getComputedStyle(node).fill")
    assert light == "rgb(27, 39, 51)"
    assert dark == "rgb(232, 236, 240)"


def test_no_chart_offers_to_upload_itself(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator(".modebar-btn")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "size"), list(product(["light", "dark"], [DESKTOP, PHONE])))
def test_axe_finds_no_accessibility_fault(open_page: OpenPage, scheme: str, size: tuple[int, int]) -> None:
    page = open_page(scheme=scheme, size=size)
    expect(page.locator(".st-key-car .main-svg").first).to_be_visible()
    found = {rule["id"]: rule["nodes"][0]["html"][:200] for rule in Axe().run(page).response["violations"]}
    assert {rule: html for rule, html in found.items() if rule not in UPSTREAM_RULES} == {}


def test_the_keyboard_reaches_every_control_in_reading_order(open_page: OpenPage) -> None:
    page = open_page()
    reached = []
    for _ in range(45):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || '').trim()"
            )
        )
    wanted = ["Announcement", "Earlier", "Alibaba", "Hong Kong", "Official act", "Reset settings", "Share", "Chart"]
    places = [next((i for i, name in enumerate(reached) if word in name), None) for word in wanted]
    assert None not in places, dict(zip(wanted, places, strict=True))
    assert places == sorted(places, key=lambda place: place or 0)


def test_an_embedded_page_has_no_sidebar_open(open_page: OpenPage) -> None:
    page = open_page("?embed=true")
    expect(page.get_by_text("Clock that decides day 0")).not_to_be_in_viewport()
    expect(page.locator(".st-key-cards")).to_contain_text("+3.44%")
