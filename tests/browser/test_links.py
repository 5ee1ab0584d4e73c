"""Links and controls: the address holds the whole view, and nothing in it can do harm."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as BrowserTimeoutError

from tests.browser.conftest import OpenPage
from tests.harness import running_server

FINE = "Record antitrust fine on Alibaba, 10 April 2021"
MAIN = "Ant Group and Tenpay fined, 7 July 2023"
DEEP = (
    "?event=alibaba-antitrust-fine-2021-04&co=alibaba&mkt=us&win=-3..7&clock=first-reported&model=market-adjusted"
    "&bench=tech&est=-130..-11&level=99&tab=table"
)
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "![x](http://127.0.0.2/beacon.png)",
    "[click](javascript:alert(1))",
    "<script>alert(1)</script>",
    "$\\href{javascript:alert(1)}{x}$",
    "http://example.com",
    ":red[spoof] :material/home:",
    "=HYPERLINK(1)",
    "a" * 5000,
    "%00%ff\r\nSet-Cookie: x",
]


def choose(page: Page, label: str, option: str) -> None:
    """Pick an option; a list that opens while the page still updates is closed by the update, so try again."""
    wanted = page.get_by_role("option", name=option, exact=True)
    for _ in range(10):
        page.get_by_role("combobox", name=label).press("ArrowDown")
        try:
            wanted.click(timeout=2_000)
        except BrowserTimeoutError:
            continue
        return
    raise AssertionError(f"the list of {label} never showed {option}")


def test_a_cold_deep_link_to_a_fresh_server_shows_exactly_that_view(open_page: OpenPage) -> None:
    with running_server() as fresh:
        page = open_page(DEEP, address=fresh.address)
        shows_the_deep_view(page)
        page.close()


def test_the_canonical_link_opens_the_same_view_on_another_server(open_page: OpenPage) -> None:
    page = open_page(DEEP)
    page.get_by_role("button", name="Share").click()
    link = page.get_by_test_id("stPopoverBody").get_by_test_id("stCode").first.inner_text().replace("\n", "")
    for setting in ("v=1", "co=alibaba", "clock=first-reported", "est=-130..-11", "tab=table"):
        assert setting in link
    with running_server() as fresh:
        other = open_page("?" + link.partition("?")[2], address=fresh.address)
        shows_the_deep_view(other)
        other.close()


def shows_the_deep_view(page: Page) -> None:
    expect(page.locator("h1")).to_have_text(FINE)
    expect(page.get_by_role("tab", name="Table")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".st-key-cards [data-testid=stMarkdown]")).to_have_count(1)
    expect(page.locator(".st-key-cards")).to_contain_text("BABA")
    expect(page.locator(".st-key-clock-words")).to_contain_text("No earlier report is known")
    expect(page.get_by_role("slider").first).to_have_value("-3")
    expect(page.get_by_role("slider").last).to_have_value("7")
    page.get_by_text("Model and statistics").click()
    for label, shown in (
        ("Expected return", "Market-adjusted"),
        ("Benchmark", "China tech indices"),
        ("Estimation window", "120 sessions to −11"),
    ):
        expect(page.get_by_role("combobox", name=label)).to_have_value(shown)
    expect(page.get_by_text("Part of the link was not understood")).to_have_count(0)


def test_the_address_follows_every_control_and_survives_a_reload(open_page: OpenPage) -> None:
    page = open_page("?event=alibaba-antitrust-fine-2021-04")
    page.get_by_text("Model and statistics").click()
    page.get_by_role("button", name="Tencent", exact=True).click()
    expect(page).to_have_url(re.compile(r"co=alibaba(&|$)"))
    page.get_by_role("button", name="Hong Kong", exact=True).click()
    expect(page).to_have_url(re.compile(r"mkt=us(&|$)"))
    page.get_by_role("slider").first.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"win=-4\.\.5"))
    page.get_by_text("First report", exact=True).first.click()
    expect(page).to_have_url(re.compile("clock=first-reported"))
    choose(page, "Expected return", "Mean-adjusted")
    expect(page).to_have_url(re.compile("model=mean-adjusted"))
    choose(page, "Benchmark", "China tech indices")
    expect(page).to_have_url(re.compile("bench=tech"))
    choose(page, "Estimation window", "500 sessions to −11")
    expect(page).to_have_url(re.compile(r"est=-510\.\.-11"))
    page.get_by_text("90%", exact=True).click()
    expect(page).to_have_url(re.compile("level=90"))
    page.get_by_role("tab", name="Sources").click()
    expect(page).to_have_url(re.compile("tab=sources"))
    expect(page.get_by_text("Abuse of dominance through exclusive dealing")).to_be_visible()
    address = page.url
    page.reload()
    expect(page.get_by_role("tab", name="Sources")).to_have_attribute("aria-selected", "true")
    assert page.url == address
    page.get_by_role("button", name="Reset settings").click()
    expect(page).to_have_url(re.compile(r"/\?event=alibaba-antitrust-fine-2021-04$"))


def test_earlier_and_later_step_through_the_announcements_and_back_returns(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="Earlier").click()
    expect(page.locator("h1")).to_have_text("Draft rules for generative AI services, 11 April 2023")
    page.get_by_role("button", name="Later").click()
    expect(page.locator("h1")).to_have_text(MAIN)
    page.go_back()
    expect(page.locator("h1")).to_have_text("Draft rules for generative AI services, 11 April 2023")
    page.go_forward()
    expect(page.locator("h1")).to_have_text(MAIN)


def test_the_announcement_can_be_found_by_typing(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("combobox", name="Announcement").click()
    page.keyboard.type("record antitrust")
    page.get_by_role("option").first.click()
    expect(page.locator("h1")).to_have_text(FINE)
    expect(page).to_have_url(re.compile("event=alibaba-antitrust-fine-2021-04"))


def test_changing_the_clock_changes_day_zero_and_everything_below(open_page: OpenPage) -> None:
    page = open_page()
    words, returns = page.locator(".st-key-clock-words"), page.locator(".st-key-car")
    expect(words).to_contain_text("so day 0 is Mon 10 Jul there")
    expect(returns).to_contain_text("day 0: Mon 10 Jul")
    page.get_by_text("First report", exact=True).first.click()
    expect(words).not_to_contain_text("Mon 10 Jul")
    expect(words).to_contain_text("Hong Kong was in its lunch break, so day 0 is Fri 7 Jul there")
    expect(returns).not_to_contain_text("Mon 10 Jul")


def test_a_notice_of_a_group_opens_the_group(open_page: OpenPage) -> None:
    page = open_page("?event=tenpay-fine-2023-07")
    expect(page.locator("h1")).to_have_text(MAIN)
    expect(page.get_by_text("Part of the link was not understood")).to_have_count(0)


def test_the_file_name_of_a_page_is_a_good_address_on_a_fresh_server(browser_page_at_event: Page) -> None:
    expect(browser_page_at_event.locator("h1")).to_have_text(FINE)
    expect(browser_page_at_event.get_by_text("Page not found")).to_have_count(0)
    expect(browser_page_at_event.get_by_text("Clock that decides day 0")).to_be_visible()


@pytest.fixture
def browser_page_at_event(browser: Browser) -> Iterator[Page]:
    """A page opened at /event: the front end first looks for the server below that path, which logs two 404s."""
    with running_server() as fresh:
        page = browser.new_page()
        page.goto(f"{fresh.address}/event?event=alibaba-antitrust-fine-2021-04")
        expect(page.locator(".st-key-clock-strip .main-svg").first).to_be_visible()
        yield page
        page.close()


def test_parts_of_a_link_that_cannot_be_used_are_named_in_one_notice(open_page: OpenPage) -> None:
    page = open_page("?event=nope&win=9..2&foo=1&level=95&level=99")
    notice = page.get_by_test_id("stAlert")
    expect(notice).to_have_count(1)
    for part in ("event = nope", "win = 9..2", "foo", "level (given more than once)"):
        expect(notice).to_contain_text(part)
    expect(page.locator("h1")).to_have_text(MAIN)


def test_an_empty_choice_is_said_and_not_an_error(open_page: OpenPage) -> None:
    page = open_page("?co=none", chart=False)
    expect(page.get_by_text("Choose at least one company and one market")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_in_a_link_is_neither_run_nor_shown(open_page: OpenPage, payload: str) -> None:
    text = quote(payload)
    page = open_page(f"?event={text}&co={text}&win={text}&unknown={text}&{text}=1")
    notice = page.get_by_test_id("stAlert")
    for name in ("event", "co", "win", "unknown"):
        expect(notice).to_contain_text(name)
    assert notice.locator("a, img, script, .katex").count() == 0
    assert "alert(1)" not in notice.inner_text()
