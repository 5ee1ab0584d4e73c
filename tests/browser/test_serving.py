"""The dashboard as `asgi.py` serves it, in headless Chromium: under its policy, in frames, over a narrow line."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from eventwindow.view import Page as View
from tests.browser.conftest import OpenPage
from tests.browser.test_downloads import box, saved
from tests.browser.test_every_page import settled
from tests.harness import running_server

FIRST_LOAD_BYTES = 3_500_000
MAIN = "Ant Group and Tenpay fined, 7 July 2023"
FINE = "Record antitrust fine on Alibaba, 10 April 2021"
NEWSPAPER = "https://newspaper.example/"


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with running_server("asgi.py") as running:
        yield running.address


@pytest.mark.parametrize("place", ["", *(page for page in View if page is not View.EVENT)])
def test_every_page_keeps_to_the_policy(open_page: OpenPage, service: str, place: str) -> None:
    page = settled(open_page(place, address=service))
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_charts_are_saved_from_inside_the_policy(open_page: OpenPage, service: str) -> None:
    page = box(open_page(address=service))
    page.get_by_role("button", name="PNG or SVG").last.click()
    inside = page.frame_locator("iframe")
    expect(inside.locator(".main-svg").first).to_be_visible()
    for kind, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        _, picture = saved(page, inside, f"Save {kind}")
        assert picture.startswith(start)
    _, table = saved(page, page, "Windows (CSV)")
    assert b"Alibaba" in table


def test_a_script_written_into_the_page_does_not_run(browser: Browser, service: str) -> None:
    page = browser.new_page()
    page.goto(service)
    expect(page.locator("h1")).to_be_visible()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", "<img src=https://example.com/beacon.png>");
        }"""
    )
    expect(page.locator("img[src*=beacon]")).to_have_count(1)
    assert page.evaluate("window.ran") is None
    assert any("script-src" in text for text in refused)
    assert any("img-src" in text for text in refused)
    page.close()


@pytest.mark.parametrize(("query", "shown"), [("?embed=true", True), ("", False)])
def test_other_sites_frame_the_embedded_view_and_nothing_else(
    browser: Browser, service: str, query: str, *, shown: bool
) -> None:
    page = framed_by_a_newspaper(browser, f"{service}/{query}")
    inside = page.frame_locator("iframe")
    if shown:
        expect(inside.locator("h1")).to_have_text(MAIN)
        expect(inside.locator(".st-key-clock-strip .main-svg").first).to_be_visible()
    else:
        expect(page.locator("output")).to_have_text("loaded")
        expect(inside.locator("#root")).to_have_count(0)
    page.context.close()


def framed_by_a_newspaper(browser: Browser, address: str) -> Page:
    """A page of another site, made up, with the address in a frame; it says when the frame has loaded."""
    # The browser takes the made-up site for a public one, which asks before it shows a page of this machine.
    context = browser.new_context(permissions=["local-network-access"])

    def answer(route: Route) -> None:
        said = "document.querySelector('output').textContent = 'loaded'"
        size = 'width="1200" height="900" allow="local-network-access"'
        body = f'<output></output><iframe src="{address}" {size} onload="{said}"></iframe>'
        route.fulfill(body=body, content_type="text/html")

    context.route(f"{NEWSPAPER}**", answer)
    page = context.new_page()
    page.goto(NEWSPAPER)
    return page


def test_a_short_link_leads_to_the_view(open_page: OpenPage, service: str) -> None:
    page = open_page("e/alibaba-antitrust-fine-2021-04", address=service)
    expect(page).to_have_url(re.compile(r"/\?event=alibaba-antitrust-fine-2021-04$"))
    expect(page.locator("h1")).to_have_text(FINE)


def test_the_share_box_gives_the_short_link_of_what_is_shown(open_page: OpenPage, service: str) -> None:
    page = open_page("?event=alibaba-antitrust-fine-2021-04&tab=table&co=alibaba", address=service)
    page.get_by_role("button", name="Share").click()
    link = page.get_by_text(f"{service}/e/alibaba-antitrust-fine-2021-04")
    expect(link).to_have_text(f"{service}/e/alibaba-antitrust-fine-2021-04?co=alibaba&tab=table")
    page.goto(link.inner_text())
    expect(page.locator("h1")).to_have_text(FINE)
    expect(page.get_by_role("tab", name="Table")).to_have_attribute("aria-selected", "true")


def test_a_short_link_to_nothing_says_so(browser: Browser, service: str) -> None:
    page = browser.new_page()
    answer = page.goto(f"{service}/e/no-such-fine")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_text("No announcement is filed under no-such-fine.")).to_be_visible()
    page.get_by_role("link", name="All announcements").click()
    expect(page.locator("h1")).to_contain_text("Announcements compared")
    page.close()


def test_the_first_screen_is_light_on_the_wire(browser: Browser, service: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    page.goto(service)
    expect(page.locator(".st-key-car .main-svg").first).to_be_visible()
    settled(page)
    assert any("PlotlyChart" in url for url in sizes)
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES
    context.close()
