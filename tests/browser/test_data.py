"""The data page in headless Chromium: real numbers from a cold link, the way to an announcement, downloads."""

import hashlib
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenPage

ROOT = Path(__file__).resolve().parents[2]
TABS = ("events", "coverage", "checks", "press", "downloads")


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")


def test_a_cold_link_shows_how_the_press_stands_to_the_prices(open_page: OpenPage) -> None:
    page = open_page("data?facts=press")
    expect(page.get_by_text("Of 281 printed figures daily prices can check")).to_be_visible()
    expect(page.get_by_role("button", name="Differs")).to_be_visible()


def test_a_ticked_row_opens_the_announcement_and_back_returns(open_page: OpenPage) -> None:
    page = open_page("data?act=fine&years=2021..2021")
    expect(page.locator(".st-key-events_table canvas").first).to_be_visible()
    grid = page.locator(".st-key-events_table .dvn-scroller")
    grid.click(position={"x": 18, "y": 52})
    expect(page.locator("h1")).to_contain_text("2021")
    assert "event=" in page.url
    expect(page.locator(".st-key-cards")).to_be_visible()
    page.go_back()
    expect(page.locator("h1")).to_have_text("Data")


def test_the_tab_is_in_the_address_and_the_chart_has_a_finding(open_page: OpenPage) -> None:
    page = open_page("data")
    tab(page, "Coverage")
    expect(page).to_have_url(re.compile("facts=coverage"))
    expect(page.get_by_role("figure", name="no session is missing")).to_have_count(1)


def test_checks_open_on_demand(open_page: OpenPage) -> None:
    page = open_page("data?facts=checks")
    expect(page.get_by_text("All 13 checks passed")).to_be_visible()
    rule = page.get_by_text("No session is missing between the first and the last row")
    expect(rule).not_to_be_visible()
    page.get_by_text("No gaps").click()
    expect(rule).to_be_visible()


def test_the_archive_holds_the_committed_tables_byte_for_byte_and_no_prices(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("data?facts=downloads")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download facts (ZIP)").click()
    target = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(target)
    with zipfile.ZipFile(target) as archive:
        names = [name.removeprefix("event-window-data/") for name in archive.namelist()]
        held = {name: archive.read(f"event-window-data/{name}") for name in names}
    assert not any(name.startswith("prices/") or name == "distributions.csv" for name in names)
    for name, content in held.items():
        committed = (ROOT / "data" / name).read_bytes()
        assert hashlib.sha256(content).digest() == hashlib.sha256(committed).digest()


@pytest.mark.parametrize("face", TABS)
def test_nothing_is_wider_than_a_phone(open_page: OpenPage, face: str) -> None:
    page = open_page(f"data?facts={face}", size=PHONE)
    expect(page.get_by_role("tab", name=face.capitalize(), exact=True)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_a_hostile_link_shows_the_page_and_not_its_text(open_page: OpenPage) -> None:
    page = open_page("data?facts=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&reg=![x](http://127.0.0.2/b.png)")
    expect(page.get_by_text("Part of the link was not understood")).to_be_visible()
    expect(page.get_by_test_id("stMain")).not_to_contain_text("onerror")
