"""Headless Chromium against a real server. Every page fails its test on a console error or a foreign request."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from deploy.replicas import HOST
from tests.harness import launch_chromium, running_server

DESKTOP, PHONE = (1440, 900), (390, 844)
LOCAL_SCHEMES = ("data", "blob")

OpenPage = Callable[..., Page]

expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch_chromium(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with running_server() as running:
        yield running.address


@pytest.fixture
def open_page(browser: Browser, server: str) -> Iterator[OpenPage]:
    """Open the app at a page and query string; at the end nothing may have gone wrong out of sight."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def watch(page: Page) -> None:
        page.on("console", lambda m: problems.append(f"console: {m.text}") if is_our_fault(m) else None)
        page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
        page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: problems.extend(foreign(request.url)))

    def visit(
        place: str = "",
        *,
        size: tuple[int, int] = DESKTOP,
        scheme: str = "light",
        address: str = server,
        chart: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        contexts.append(context)
        page = context.new_page()
        watch(page)
        page.goto(f"{address}/{place}")
        expect(page.locator("h1")).to_be_visible()
        if chart and not place.partition("?")[0]:
            expect(page.locator(".st-key-clock-strip .main-svg").first).to_be_visible()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert problems == []


def is_our_fault(message: ConsoleMessage) -> bool:
    """Whether a console message tells of a fault of ours.

    Streamlit's front end looks for its server below the address of a sub-page first (`/compare/_stcore/health`)
    and finds it at the root afterwards; the browser logs that first try.
    """
    searching = re.search(r"/[a-z]+/_stcore/(health|host-config)$", message.location["url"])
    return message.type == "error" and not (searching and "404" in message.text)


def foreign(url: str) -> list[str]:
    parts = urlsplit(url)
    local = parts.scheme in LOCAL_SCHEMES or parts.hostname == HOST
    return [] if local else [f"request to {parts.hostname}"]
