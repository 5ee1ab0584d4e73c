"""Pictures of every page from the running app, desktop and phone, light and dark: `make screenshots`.

They go to `out/screenshots`, which git ignores; the few that README.md shows are copied to `docs`.
"""

import shutil
from itertools import product
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, ViewportSize, expect, sync_playwright

from deploy.replicas import ROOT
from eventwindow.view import CompareTab, DataTab, RobustnessTab, Tab, TimelineTab, WorkTab
from tests.harness import launch_chromium, running_server

FOLDER = ROOT / "out/screenshots"
README_PICTURES = {
    "event-chart-desktop-light-fold.png": "first-screen.png",
    "compare-map-desktop-light-fold.png": "compare.png",
}
PLACES = {
    **{f"event-{tab}": f"?tab={tab}" for tab in Tab},
    **{f"compare-{tab}": f"compare?compare={tab}" for tab in CompareTab},
    **{f"timeline-{tab}": f"timeline?line={tab}" for tab in TimelineTab},
    **{f"robustness-{tab}": f"robustness?doubt={tab}" for tab in RobustnessTab},
    **{f"workbench-{tab}": f"workbench?work={tab}" for tab in WorkTab},
    **{f"data-{tab}": f"data?facts={tab}" for tab in DataTab},
    "method": "method",
}
SIZES: dict[str, ViewportSize] = {
    "desktop": {"width": 1440, "height": 900},
    "phone": {"width": 390, "height": 844},
}
SCHEMES = ("light", "dark")
TALLEST = 6000


def main() -> None:
    """Open every page in headless Chromium and save what a reader sees first, and the whole page."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with running_server() as server, sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        for size, scheme in product(SIZES, SCHEMES):
            context = browser.new_context(viewport=SIZES[size], color_scheme="dark" if scheme == "dark" else "light")
            for name, place in PLACES.items():
                take(context, f"{server.address}/{place}", FOLDER / f"{name}-{size}-{scheme}", SIZES[size])
            context.close()
        browser.close()
    for source, picture in README_PICTURES.items():
        shutil.copy(FOLDER / source, Path(__file__).with_name(picture))
    print(f"written: {FOLDER}")


def take(context: BrowserContext, address: str, path: Path, size: ViewportSize) -> None:
    """Save the first screen as `…-fold.png` and the page down to its end as `….png`."""
    page = context.new_page()
    page.goto(address)
    expect(page.locator("h1").first).to_be_visible(timeout=60_000)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)
    settle(page)
    page.screenshot(path=path.with_name(f"{path.name}-fold.png"))
    height = page.get_by_test_id("stMain").evaluate("node => node.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": min(height, TALLEST)})
    settle(page)
    page.screenshot(path=path.with_name(f"{path.name}.png"))
    page.close()


def settle(page: Page) -> None:
    """Wait until the style is there, no element is still to come, and every chart in sight is drawn."""
    expect(page.locator(".st-key-view-state")).to_be_hidden()
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
    for chart in page.locator(".stPlotlyChart:visible").all():
        expect(chart.locator(".main-svg").first).to_be_attached(timeout=60_000)


if __name__ == "__main__":
    main()
