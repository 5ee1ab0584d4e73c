"""What holds on every page: accessibility, width, links, history, navigation."""

import re
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect

from eventwindow.view import CompareTab, DataTab, Page, RobustnessTab, Tab, TimelineTab, WorkTab
from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.harness import running_server

ELSEWHERE = [page for page in Page if page is not Page.EVENT]
FACES = [
    "method",
    *(f"?tab={tab}" for tab in Tab),
    *(f"compare?compare={tab}" for tab in CompareTab),
    *(f"timeline?line={tab}" for tab in TimelineTab),
    *(f"robustness?doubt={tab}" for tab in RobustnessTab),
    *(f"workbench?work={tab}" for tab in WorkTab),
    *(f"data?facts={tab}" for tab in DataTab),
]
# Rules broken by Streamlit itself, not by our use of it, with the mark of the elements at fault.
UPSTREAM = {
    # The box of st.file_uploader has a label, takes the focus, and says role="presentation" of itself.
    "presentation-role-conflict": 'data-testid="stFileUploaderDropzone"',
}


def settled(page: BrowserPage) -> BrowserPage:
    """Wait until the page has stopped changing: the run is over and no chart is still to come."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    return page


@pytest.mark.parametrize("place", FACES)
def test_every_face_shows_itself_from_a_cold_link_and_fits_a_phone(open_page: OpenPage, place: str) -> None:
    page = settled(open_page(place, size=PHONE))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Part of the link was not understood")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize(("place", "scheme"), list(product(FACES, ["light", "dark"])))
def test_axe_finds_no_accessibility_fault_on_a_desktop(open_page: OpenPage, place: str, scheme: str) -> None:
    assert faults(settled(open_page(place, scheme=scheme))) == {}


@pytest.mark.parametrize("page", ELSEWHERE)
def test_axe_finds_no_accessibility_fault_on_a_dark_phone(open_page: OpenPage, page: Page) -> None:
    assert faults(settled(open_page(page, scheme="dark", size=PHONE))) == {}


def faults(page: BrowserPage) -> dict[str, str]:
    return {
        rule["id"]: node["html"][:200]
        for rule in Axe().run(page).response["violations"]
        for node in rule["nodes"]
        if UPSTREAM.get(rule["id"], "no such mark") not in node["html"]
    }


@pytest.mark.parametrize("page", ELSEWHERE)
def test_a_page_of_its_own_is_the_first_thing_a_fresh_server_can_show(open_page: OpenPage, page: Page) -> None:
    with running_server() as fresh:
        shown = settled(open_page(f"{page}?event=didi-fine-2022-07&co=jd", address=fresh.address))
        expect(shown.get_by_role("dialog")).to_have_count(0)
        expect(shown.get_by_role("link", name=page.capitalize(), exact=True)).to_be_visible()
        shown.close()


def test_settings_travel_from_page_to_page_and_back_and_forward_restore_them(open_page: OpenPage) -> None:
    page = settled(open_page("?co=jd&level=99"))
    page.get_by_role("link", name="Robustness").click()
    expect(page).to_have_url(re.compile(r"/robustness\?(?=.*co=jd)(?=.*level=99)"))
    expect(page.locator("h1")).to_contain_text("Robustness")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/(home)?\?(?=.*co=jd)"))
    expect(page.locator(".st-key-cards")).to_contain_text("JD.com")
    page.go_forward()
    expect(page).to_have_url(re.compile(r"/robustness\?(?=.*co=jd)"))
    settled(page)
    page.reload()
    expect(page).to_have_url(re.compile(r"/robustness\?(?=.*co=jd)(?=.*level=99)"))


def test_what_was_chosen_on_one_page_is_there_again_after_another_that_does_not_use_it(open_page: OpenPage) -> None:
    page = settled(open_page("compare?act=fine&by=year"))
    fines = page.get_by_test_id("stSidebar").get_by_text(re.compile(r"^Announcements: \d+ of \d+$"))
    chosen = fines.inner_text()
    page.get_by_role("link", name="Method", exact=True).click()
    expect(page.locator("h1")).to_have_text("Method")
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page).to_have_url(re.compile(r"/compare\?(?=.*act=fine)(?=.*by=year)"))
    expect(fines).to_have_text(chosen)


def test_every_page_offers_a_link_to_exactly_itself(open_page: OpenPage) -> None:
    for name in ELSEWHERE:
        page = settled(open_page(f"{name}?level=99", size=DESKTOP))
        page.get_by_role("button", name="Share").click()
        link = page.get_by_test_id("stPopoverBody").get_by_test_id("stCode").first.inner_text().replace("\n", "")
        assert f"/{name}?" in link
        assert "level=99" in link
        page.close()
