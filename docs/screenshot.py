"""The picture in README.md, taken from the running app: `make screenshot`."""

from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.harness import launch_chromium, running_server

PICTURE = Path(__file__).with_name("first-screen.png")


def main() -> None:
    """Open the first screen in headless Chromium and save what a reader sees at 1440 x 900."""
    with running_server() as server, sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(server.address)
        expect(page.locator(".st-key-car .main-svg").first).to_be_attached(timeout=60_000)
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"written: {PICTURE}")


if __name__ == "__main__":
    main()
