"""The Download box and what comes out of it, as a reader opens it: offline, in headless Chromium."""

import csv
import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FrameLocator, Page, expect

from eventwindow.export.report import Report
from eventwindow.export.web import Chart, chart_page
from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.unit.hostile import HOSTILE
from tests.unit.test_export_sheets import origin
from tests.unit.test_export_web import TO_DARK, figure

SVG = "{http://www.w3.org/2000/svg}"
TITLE = "Ant Group and Tenpay fined, 7 July 2023"
A4_WIDTH = 680

OpenFile = Callable[..., Page]


@pytest.fixture
def open_file(browser: Browser, tmp_path: Path) -> Iterator[OpenFile]:
    """Open a downloaded page from the disk; it may ask nobody for anything, log nothing and show no dialog."""
    pages: list[Page] = []
    problems: list[str] = []

    def visit(content: bytes, *, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> Page:
        path = tmp_path / f"{len(pages)}.html"
        path.write_bytes(content)
        page = browser.new_page(
            viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
        )
        pages.append(page)
        page.on("console", lambda message: problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
        page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: None if is_at_hand(request.url, path) else problems.append(request.url))
        page.goto(path.as_uri())
        return page

    yield visit
    for page in pages:
        page.close()
    assert problems == []


def is_at_hand(url: str, path: Path) -> bool:
    """Whether an address is the file itself or made inside the page."""
    return url == path.as_uri() or url.startswith(("data:", "blob:"))


def box(page: Page) -> Page:
    """The page with its Download box open."""
    page.get_by_role("button", name="Download", exact=True).click()
    expect(page.get_by_text("Reproduce this")).to_be_visible()
    return page


def saved(page: Page, place: Page | FrameLocator, name: str) -> tuple[str, bytes]:
    """File name and content of what a button saves."""
    with page.expect_download() as waiting:
        place.get_by_role("button", name=name, exact=True).last.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def widths(page: Page) -> list[float]:
    found: list[float] = page.evaluate(
        "[...document.querySelectorAll('.main-svg')].map((node) => Number(node.getAttribute('width')))"
    )
    return found


def test_the_tables_shown_are_saved_with_their_numbers_link_and_units(open_page: OpenPage) -> None:
    page = box(open_page())
    name, content = saved(page, page, "Windows (CSV)")
    assert name == "event-window-ant-group-fine-2023-07-windows.csv"
    text = content.decode("utf-8-sig")
    assert "# Link: http://127.0.0.1:" in text
    assert "in percent" in text.splitlines()[0]
    rows = list(csv.DictReader(io.StringIO("".join(line for line in text.splitlines(True) if line[0] != "#"))))
    of_alibaba = next(row for row in rows if row["Listing"] == "Alibaba · Wall Street" and row["Window"] == "day 0")
    assert f"{float(of_alibaba['Abnormal return, %']):+.2f}" == "+8.38"
    name, content = saved(page, page, "All tables (XLSX)")
    assert name == "event-window-ant-group-fine-2023-07-chart.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Read me", "Windows", "Sessions", "Reported beside measured"]


def test_the_full_study_is_the_five_tables_of_the_command_and_a_readme(open_page: OpenPage) -> None:
    page = box(open_page())
    name, content = saved(page, page, "Full study (ZIP)")
    assert name == "event-window-ant-group-fine-2023-07-full-study.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [
            "README.txt",
            "events.csv",
            "abnormal.csv",
            "tests.csv",
            "skipped.csv",
            "confounders.csv",
        ]
    page.get_by_role("tab", name="Python", exact=True).click()
    expect(page.get_by_text("result = run_study(")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chart_is_saved_as_png_and_svg_with_title_source_and_link_in_it(open_page: OpenPage, scheme: str) -> None:
    page = box(open_page(scheme=scheme))
    page.get_by_role("button", name="PNG or SVG").last.click()
    inside = page.frame_locator("iframe")
    expect(inside.locator(".main-svg").first).to_be_visible()
    name, picture = saved(page, inside, "Save SVG")
    assert name == "event-window-ant-group-fine-2023-07-cumulative-abnormal-return.svg"
    root = ElementTree.fromstring(picture)  # noqa: S314 (a picture that this browser just made)
    said = ["".join(text.itertext()) for text in root.findall(f"{SVG}text")]
    assert said[:2] == [TITLE, "Cumulative abnormal return"]
    assert said[2] == "The band is where each point would lie 95 times out of 100 if nothing had happened."
    assert said[3].startswith("Source: Event Window, data ")
    assert re.match(r"http://127\.0\.0\.1:\d+/\?v=1&event=ant-group-fine-2023-07&", said[4])
    assert root.find(f"{SVG}rect").get("fill") == "#ffffff"  # type: ignore[union-attr]
    assert b"#1b2733" in picture or b"rgb(27, 39, 51)" in picture
    assert b"rgb(232, 236, 240)" not in picture  # the text colour of the dark theme
    name, picture = saved(page, inside, "Save PNG")
    assert name.endswith("-cumulative-abnormal-return.png")
    width, height = struct.unpack(">II", picture[16:24])
    assert (width, height) == (2000, 2 * float(root.get("height") or 0))


def test_the_box_is_not_wider_than_a_phone(open_page: OpenPage) -> None:
    page = box(open_page(size=PHONE))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    for button in page.get_by_test_id("stPopoverBody").get_by_role("button").all():
        place = button.bounding_box()
        assert place is None or place["x"] + place["width"] <= PHONE[0]


def faults(page: Page) -> dict[str, str]:
    """Accessibility rules that a page breaks, each with the first place where it does."""
    return {rule["id"]: rule["nodes"][0]["html"][:200] for rule in Axe().run(page).response["violations"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_in_the_open_box_with_a_picture_in_it(open_page: OpenPage, scheme: str) -> None:
    page = box(open_page(scheme=scheme))
    page.get_by_role("button", name="PNG or SVG").last.click()
    expect(page.frame_locator("iframe").locator(".main-svg").first).to_be_visible()
    assert faults(page) == {}


def test_nothing_is_made_before_it_is_asked_for(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.get_by_role("button", name="Download", exact=True)).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    box(page)
    assert page.locator("iframe").count() == 0
    assert [url for url in asked if "/media/" in url] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_opens_offline_with_facts_charts_tables_and_method(
    open_page: OpenPage, open_file: OpenFile, scheme: str
) -> None:
    page = box(open_page())
    name, content = saved(page, page, "Report (HTML)")
    assert name == "event-window-ant-group-fine-2023-07-chart-report.html"
    report = open_file(content, scheme=scheme)
    expect(report.locator("h1")).to_have_text(TITLE)
    expect(report.locator("figure .main-svg").first).to_be_visible()
    for said in (
        "7.123bn yuan",
        "More than noise at the 95% level",
        "+5.59%",
        "Agrees with the measured",
        "Patell 1976",
    ):
        expect(report.locator("main")).to_contain_text(said)
    assert len(report.locator(".js-plotly-plot").all()) == 2
    assert report.locator(".modebar-btn").count() == 0
    ink = report.locator("#chart-1 .xtick text").first.evaluate("node => getComputedStyle(node).fill")
    assert ink == ("rgb(167, 179, 190)" if scheme == "dark" else "rgb(85, 99, 111)")
    assert report.evaluate("document.documentElement.scrollWidth") <= DESKTOP[0]
    assert faults(report) == {}


def test_a_report_fits_a_phone_and_a_sheet_of_paper(open_page: OpenPage, open_file: OpenFile) -> None:
    page = box(open_page())
    _, content = saved(page, page, "Report (HTML)")
    report = open_file(content, size=PHONE, scheme="dark")
    expect(report.locator(".main-svg").first).to_be_visible()
    assert report.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    report.evaluate("addEventListener('beforeprint', () => { window.printed = document.body.innerHTML; })")
    assert report.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    assert report.evaluate(f'(window.printed.match(/class="main-svg"[^>]*width="{A4_WIDTH}"/g) || []).length') >= 2
    assert report.evaluate("window.printed.includes('rgb(27, 39, 51)') || window.printed.includes('#1b2733')")
    assert max(widths(report)) <= PHONE[0]


@pytest.mark.parametrize("button", ["Save PNG", "Save SVG"])
def test_an_interactive_chart_saves_its_own_picture_offline(
    open_page: OpenPage, open_file: OpenFile, button: str
) -> None:
    page = box(open_page())
    _, content = saved(page, page, "Interactive (HTML)")
    chart = open_file(content)
    name, picture = saved(chart, chart, button)
    assert name == f"event-window-ant-group-fine-2023-07-cumulative-abnormal-return.{button[-3:].lower()}"
    assert len(picture) > 10_000
    expect(chart.get_by_role("status")).to_have_text(f"Saved as {name}")


def test_hostile_texts_in_charts_titles_and_tables_stay_texts(open_file: OpenFile) -> None:
    texts = [text[:200] for text in HOSTILE if text.strip()]
    charts = [Chart(text, figure(text).to_json()) for text in texts[:12]]
    for title in (texts[0], "</script><script>alert(1)</script>", "%{x} <b>bold</b>"):
        page = open_file(
            Report(
                origin(title), list(zip(texts, texts, strict=True)), texts, charts, [], texts, [(title, title)]
            ).html(TO_DARK)
        )
        expect(page.locator("#chart-11 .main-svg").first).to_be_visible()
        assert page.locator("main script, main img, main iframe, main object, h1 *").count() == 0


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "</svg><script>alert(1)</script>", "%{x} & <b>b</b>"])
def test_hostile_titles_are_text_in_the_picture_too(open_file: OpenFile, text: str) -> None:
    page = open_file(chart_page(origin(text), Chart(text, figure("plain").to_json()), {}))
    _, picture = saved(page, page, "Save SVG")
    root = ElementTree.fromstring(picture)  # noqa: S314 (a picture that this browser just made)
    assert ["".join(line.itertext()) for line in root.findall(f"{SVG}text")][:2] == [text, text]
    assert not [node for node in root.iter() if node.tag.endswith(("script", "foreignObject"))]


def test_a_script_that_slipped_in_would_not_run(browser: Browser, tmp_path: Path) -> None:
    """The policy holds where escaping were forgotten: neither a foreign script nor a foreign picture is let in."""
    content = chart_page(origin(), Chart("x", figure().to_json()), {})
    slipped = b"<main><script>document.title = 'run'</script><img src='http://127.0.0.1:9/x.png'>"
    path = tmp_path / "forged.html"
    path.write_bytes(content.replace(b"<main>", slipped))
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(path.as_uri())
    expect(page.locator(".main-svg").first).to_be_visible()
    assert page.title() == "Ant Group fined · Event Window"
    assert len([text for text in refused if "Content Security Policy" in text]) == 2
    page.close()


def test_every_page_with_figures_offers_the_box(open_page: OpenPage) -> None:
    for place in ("compare", "timeline", "data"):
        page = open_page(place)
        expect(page.get_by_role("button", name="Download", exact=True)).to_be_visible()
