"""Two replicas behind the proxy, as a reader in a browser meets them: sticky, and nothing lost when one dies."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_downloads import box, saved
from tests.replicas import Service, running_service

MAIN = "Ant Group and Tenpay fined, 7 July 2023"
# Chromium asks its reader before it saves more than ten files of one page at once.
READERS, DOWNLOADS = 2, 10


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("store")) as running:
        yield running


def opened(browser: Browser, service: Service, place: str = "") -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{service.address}/{place}")
    expect(page.locator(".st-key-clock-strip .main-svg").first).to_be_visible()
    return page


def replica_of(page: Page) -> str:
    return next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "replica")


def test_every_download_comes_from_the_replica_that_made_it(browser: Browser, service: Service) -> None:
    contents: set[bytes] = set()
    for _ in range(READERS):
        page = box(opened(browser, service))
        contents |= {saved(page, page, "Windows (CSV)")[1] for _ in range(DOWNLOADS)}
        page.context.close()
    assert len(contents) == 1
    assert b"Alibaba" in contents.pop()


def test_a_reader_whose_replica_dies_goes_on_with_the_same_view_on_the_other(
    browser: Browser, service: Service
) -> None:
    """The next click runs on the other replica, which has never drawn this page, and does what it says."""
    page = opened(browser, service, "?win=-3..3&level=99")
    dying = service.replicas[replica_of(page)]
    with page.expect_event("websocket"):
        dying.kill()
    expect(page.locator("h1")).to_have_text(MAIN)
    page.get_by_role("tab", name="Sources", exact=True).click()
    expect(page.get_by_role("tabpanel")).to_contain_text("Target: Ant Group")
    expect(page).to_have_url(re.compile(r"win=-3\.\.3&level=99&tab=sources$"))
    expect(page.locator("h1")).to_have_text(MAIN)
    page.context.close()
    dying.start()
