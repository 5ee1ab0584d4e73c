"""The method page in headless Chromium: live figures, formulae that fit a phone, chapters that can be reached."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, OpenPage

CHAPTERS = 17


def test_a_cold_link_shows_the_main_example_with_its_figures(open_page: OpenPage) -> None:
    page = open_page("method")
    expect(page.locator(".st-key-method-text table").first).to_contain_text("+3.44%")
    expect(page.locator(".st-key-method-text table").first).to_contain_text("+8.00%")
    expect(page.get_by_role("figure", name="day 0 is Mon 10 Jul there")).to_have_count(1)
    expect(page.locator(".st-key-method-text table").filter(has_text="Patell")).to_contain_text(
        "adjusted BMP t, kp_bmp_t"
    )


def test_a_link_of_the_contents_leads_to_its_chapter(open_page: OpenPage) -> None:
    page = open_page("method")
    links = page.get_by_test_id("stSidebar").get_by_role("link").filter(has_not=page.locator("img"))
    expect(links).to_have_count(CHAPTERS)
    links.filter(has_text="Limits").click()
    expect(page.get_by_role("heading", name="Limits")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"#limits$"))


def test_a_link_to_a_chapter_opens_there(open_page: OpenPage) -> None:
    page = open_page("method#placebo")
    expect(page.get_by_role("heading", name="Placebo")).to_be_in_viewport()


def test_formulae_are_set_and_none_is_left_as_source(open_page: OpenPage) -> None:
    page = open_page("method")
    expect(page.locator(".katex-display").first).to_be_visible()
    expect(page.locator(".katex-error")).to_have_count(0)
    assert "$$" not in page.get_by_test_id("stMain").inner_text()
    assert "\\frac" not in page.get_by_test_id("stMain").evaluate(
        "node => { const copy = node.cloneNode(true); copy.querySelectorAll('.katex').forEach(k => k.remove());"
        " return copy.textContent }"
    )


def test_nothing_is_wider_than_a_phone(open_page: OpenPage) -> None:
    page = open_page("method", size=PHONE)
    expect(page.get_by_role("heading", name="Changes")).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    # Fonts and styles may still be on their way: wait until everything fits, or fail at the time limit.
    page.wait_for_function(
        """limit => [...document.querySelectorAll(
          '[data-testid=stMain] .katex-html .base, [data-testid=stMain] .stMarkdown table')].every(
          node => node.getBoundingClientRect().left >= 0 && node.getBoundingClientRect().right <= limit)""",
        arg=PHONE[0],
    )


def test_lines_are_of_a_readable_length_on_a_desktop(open_page: OpenPage) -> None:
    page = open_page("method")
    paragraph = page.locator(".st-key-method-text p").first
    expect(paragraph).to_be_visible()
    longest = paragraph.evaluate(
        """node => { const range = document.createRange(); let line = 0, most = 0, top = null;
        for (const child of node.childNodes) for (let i = 0; i < child.textContent.length; i++) {
          const holder = child.nodeType === 3 ? child : child.firstChild;
          range.setStart(holder, i); range.setEnd(holder, i + 1);
          const box = range.getBoundingClientRect();
          if (top === null || Math.abs(box.top - top) > 6) { top = box.top; line = 0 }
          most = Math.max(most, ++line) } return most }"""
    )
    assert 40 <= longest <= 80


def test_nothing_is_fetched_from_elsewhere_and_the_inner_list_is_hidden_beside_the_sidebar(open_page: OpenPage) -> None:
    page = open_page("method")
    expect(page.locator(".st-key-contents")).not_to_be_visible()
    phone = open_page("method", size=PHONE)
    expect(phone.locator(".st-key-contents")).to_be_visible()
