"""Pages on paper: whole, light, and without what only a screen can use."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

# What is left of an A4 sheet that lies sideways, in CSS pixels, without margins of 10 mm.
SHEET = {"width": 1047, "height": 718}
WIDE = (1920, 1080)
PLACES = ["", "compare", "timeline", "robustness", "data?facts=coverage"]


def drawn(page: Page) -> Page:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator(".main-svg").filter(visible=True).first).to_be_visible(timeout=60_000)
    return page


@pytest.mark.parametrize("place", PLACES)
def test_the_widest_charts_of_a_screen_fit_a_sheet_as_they_are(open_page: OpenPage, place: str) -> None:
    page = drawn(open_page(place, size=WIDE))
    widest = page.evaluate("Math.max(...[...document.querySelectorAll('.main-svg')].map(it => it.clientWidth))")
    page.emulate_media(media="print")
    zoom = float(page.get_by_test_id("stMain").evaluate("it => getComputedStyle(it).zoom"))
    assert 0 < widest * zoom <= SHEET["width"]


def test_four_cards_stand_side_by_side_on_a_sheet(open_page: OpenPage) -> None:
    page = drawn(open_page(size=(1280, 800)))
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEET["width"], "height": SHEET["height"]})
    boxes = [box for it in page.locator(".st-key-cards [data-testid=stGridCell]").all() if (box := it.bounding_box())]
    assert len(boxes) == 4
    assert len({round(box["y"]) for box in boxes}) == 1
    assert all(box["x"] + box["width"] <= SHEET["width"] for box in boxes)


def test_nothing_to_press_is_printed(open_page: OpenPage) -> None:
    page = drawn(open_page("compare"))
    page.emulate_media(media="print")
    for part in ("stSidebar", "stHeader", "stCheckbox", "stSelectbox", "stPopover"):
        expect(page.get_by_test_id(part).filter(visible=True)).to_have_count(0)
    expect(page.get_by_role("tablist")).to_have_count(0)
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize(("scheme", "turned"), [("light", "none"), ("dark", "invert(1) hue-rotate(180deg)")])
def test_a_dark_page_is_turned_over_for_paper_only(open_page: OpenPage, scheme: str, turned: str) -> None:
    page = drawn(open_page(scheme=scheme))
    look = "it => getComputedStyle(it).filter"
    assert page.get_by_test_id("stApp").evaluate(look) == "none"
    page.emulate_media(media="print")
    assert page.get_by_test_id("stApp").evaluate(look) == turned
