"""The workbench in a browser: bring events, see their study, keep it, open it elsewhere; nothing brought can act."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from eventwindow.export.own_link import packed
from eventwindow.facts.own import COLUMNS, TextTable
from eventwindow.view import WorkTab
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.test_every_page import settled
from tests.browser.test_links import choose
from tests.pages.test_workbench_page import OWN_EVENTS, wide_table

OWN_ROWS = [
    ["limit", "0700.HK", "2021-08-30", "A limit", "2021-08-30T18:45:00+08:00", "harder"],
    ["limit", "NTES", "2021-08-30", "A limit", "2021-08-30T18:45:00+08:00", "harder"],
    ["draft", "9999.HK", "2023-12-22", "A draft", "", "harder"],
    ["licences", "0700.HK", "2022-11-17", "Licences", "2022-11-17T21:23:00+08:00", "easier"],
]
ATTACKS = [
    '<img src=x onerror="window.__pwned=1">',
    "<script>window.__pwned=1</script>",
    "<svg onload=window.__pwned=1>",
    "![x](http://192.0.2.1/x.png)",
    "[x](javascript:window.__pwned=1)",
    "javascript:window.__pwned=1",
    '=HYPERLINK("http://192.0.2.1","x")',
    "<a href=http://192.0.2.1>x</a>",
    "http://192.0.2.1/x",
]
# Milliseconds between two keys: the table loses what is typed and entered faster than a hand can.
A_HAND = 80
VERDICT = re.compile(r"All events, days −1 to \+1: average [+−]\d+\.\d\d%")


def upload(page: Page, name: str, content: bytes, place: int = 0) -> None:
    """Give a file to the first or second of the page's boxes."""
    kind = "application/json" if name.endswith("json") else "text/csv"
    file = FilePayload(name=name, mimeType=kind, buffer=content)
    page.locator("input[type=file]").nth(place).set_input_files(file)


def saved(page: Page, name: str) -> bytes:
    """What a button saves."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    return Path(waiting.value.path()).read_bytes()


def table(rows: list[list[str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([list(COLUMNS), *([*row, *[""] * (len(COLUMNS) - len(row))] for row in rows)])
    return written.getvalue().encode("utf-8")


def chart(page: Page) -> None:
    expect(page.locator(".st-key-work-average-chart .main-svg").first).to_be_visible()


def test_own_events_in_the_template_give_a_study_that_opens_again_elsewhere_with_the_same_numbers(
    open_page: OpenPage,
) -> None:
    page = settled(open_page("workbench?level=99&sum=-1..1"))
    page.get_by_role("button", name="Template").click()
    template = saved(page, "Template (CSV)").decode("utf-8-sig")
    page.keyboard.press("Escape")
    assert template.splitlines()[0] == ",".join(COLUMNS)
    upload(page, "template.csv", table(OWN_ROWS))
    expect(page.get_by_text("4 rows · all good")).to_be_visible()
    chart(page)
    verdict = page.get_by_text(VERDICT).first
    expect(verdict).to_contain_text("over 4 events from 3 announcements")
    said = verdict.inner_text()
    study = saved(page, "Save study file")

    fresh = settled(open_page("workbench"))
    expect(fresh.get_by_text(VERDICT)).to_have_count(0)
    upload(fresh, "study.json", study)
    expect(fresh.get_by_text("4 rows · all good")).to_be_visible()
    chart(fresh)
    expect(fresh.get_by_text(VERDICT).first).to_have_text(said)
    expect(fresh).to_have_url(re.compile(r"(?=.*level=99)(?=.*sum=-1..1)(?=.*data=[0-9a-f]{12})"))


def test_a_hostile_table_is_shown_as_text_and_does_nothing(open_page: OpenPage) -> None:
    page = settled(open_page("workbench"))
    good = [[text, "0700.HK", f"2022-0{number}-15", text, "", text] for number, text in enumerate(ATTACKS, start=1)]
    bad = [[text] * len(COLUMNS) for text in ATTACKS]
    upload(page, f"{ATTACKS[0].replace('/', '')}.csv", table([*good, *bad]))
    expect(page.get_by_text(f"{2 * len(ATTACKS)} rows · {len(ATTACKS)} good")).to_be_visible()
    problems = page.locator(".st-key-work-problems-events")
    expect(problems.get_by_text(re.compile(r"^\d+ problems"))).to_be_visible()
    cells = "[role=gridcell]"
    expect(problems.get_by_text(f"'{ATTACKS[0]}' is not a date").first).to_be_visible()
    expect(problems.locator(cells).filter(has_text=f"'{ATTACKS[2]}' is not a date").first).to_be_attached()
    typed = page.locator("[class*=st-key-work-editor-]").locator(cells)
    for text in ATTACKS[:3]:
        expect(typed.filter(has_text=text).first).to_be_attached()
    page.get_by_text("good rows").last.click()
    chart(page)
    for tab in WorkTab:
        page.get_by_role("tab", name=tab.capitalize(), exact=True).click()
        expect(page.get_by_role("tab", name=tab.capitalize(), exact=True)).to_have_attribute("aria-selected", "true")
        settled(page)
        assert page.evaluate("window.__pwned") is None
        expect(page.locator("a[href*='192.0.2.1'], a[href^='javascript'], img[src*='192.0.2.1']")).to_have_count(0)
        expect(page.locator("img[src='x'], [onerror], [onload]")).to_have_count(0)


def test_a_link_that_holds_events_shows_them_at_once_and_is_given_up_with_them(open_page: OpenPage) -> None:
    rows = tuple((line, (*row, "", "", "")) for line, row in enumerate(OWN_ROWS, start=2))
    page = settled(open_page(f"workbench?own={packed(TextTable('mine', COLUMNS, rows))}"))
    expect(page.get_by_text("4 rows · all good")).to_be_visible()
    chart(page)
    expect(page).to_have_url(re.compile("own=A"))
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_text("Put these 4 events into the link")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Empty table").click()
    expect(page.get_by_text("no rows yet")).to_be_visible()
    expect(page).not_to_have_url(re.compile("own="))


def test_the_share_box_puts_events_into_the_link_only_when_told_to(open_page: OpenPage) -> None:
    page = settled(open_page("workbench"))
    page.get_by_role("button", name="Share").click()
    link = page.get_by_test_id("stPopoverBody").get_by_test_id("stCode").first
    expect(link).to_contain_text("own=none")
    page.get_by_text("Put these 12 events into the link").click()
    expect(link).to_contain_text(re.compile(r"own=A[\w-]{100,}"))
    expect(page).not_to_have_url(re.compile("own="))


def test_what_is_typed_into_the_table_is_checked_and_survives_a_look_at_another_page(open_page: OpenPage) -> None:
    page = settled(open_page("workbench"))
    editor = page.locator("[class*=st-key-work-editor-]").locator(".dvn-scroller")
    expect(editor).to_be_visible()
    # The first row's event_id: right of the marker and the row number, below the header.
    editor.click(position={"x": 160, "y": 52})
    page.keyboard.press("Delete")
    expect(page.get_by_text("12 rows · 11 good")).to_be_visible()
    expect(page.get_by_text("1 problem.")).to_be_visible()
    page.get_by_role("link", name="Method").click()
    expect(page.locator("h1")).not_to_contain_text("Workbench")
    page.get_by_role("link", name="Workbench").click()
    expect(page.get_by_text("12 rows · 11 good")).to_be_visible()
    expect(page.get_by_text("1 problem.")).to_be_visible()


def test_a_ticker_typed_into_the_table_is_the_ticker_studied(open_page: OpenPage) -> None:
    page = settled(open_page("workbench"))
    editor = page.locator("[class*=st-key-work-editor-]").locator(".dvn-scroller")
    expect(editor).to_be_visible()
    # The first row's symbol: right of the marker, the row number and the event_id.
    editor.click(position={"x": 340, "y": 52})
    page.keyboard.press("B")
    expect(page.locator("#portal textarea")).to_have_value("B")
    page.keyboard.type("ABA", delay=A_HAND)
    expect(page.locator("#portal textarea")).to_have_value("BABA")
    page.keyboard.press("Enter")
    cells = page.locator("[class*=st-key-work-editor-]").locator("[role=gridcell]")
    expect(cells.filter(has_text=re.compile("^BABA$")).first).to_be_attached()
    expect(page.get_by_text("12 events on 4 symbols")).to_be_visible()
    expect(page.get_by_text("12 rows · all good")).to_be_visible()
    study = json.loads(saved(page, "Save study file"))
    assert study["event_rows"][0][1 + study["events"]["columns"].index("symbol")] == "BABA"


def test_quotation_marks_of_titles_and_groups_are_drawn_as_they_are_written(open_page: OpenPage) -> None:
    names = ('"big"<b>', "Ant's & co")
    rows = [[*row[:3], f'"{row[3]}"', row[4], names[place % 2]] for place, row in enumerate(OWN_ROWS)]
    page = settled(open_page("workbench"))
    upload(page, "quoted.csv", table(rows))
    expect(page.get_by_text("4 rows · all good")).to_be_visible()
    groups = page.locator(".st-key-work-groups-chart .main-svg").first
    for name in names:
        expect(groups).to_contain_text(name)
    page.get_by_role("tab", name="Events", exact=True).click()
    expect(page.locator(".st-key-work-map-chart .main-svg").first).to_contain_text('"A limit"')


def test_own_prices_give_a_study_on_a_phone(open_page: OpenPage) -> None:
    page = settled(open_page("workbench", size=PHONE))
    upload(page, "events.csv", OWN_EVENTS.encode())
    expect(page.get_by_text("3 rows · 0 good")).to_be_visible()
    page.get_by_text("My own prices").click()
    expect(page.locator("input[type=file]")).to_have_count(2)
    upload(page, "prices.csv", wide_table().encode(), 1)
    expect(page.get_by_text("3 rows · all good")).to_be_visible()
    choose(page, "Benchmark column", "MKT")
    chart(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_empty_table_on_a_phone_says_what_to_do(open_page: OpenPage, scheme: str) -> None:
    page = settled(open_page("workbench", size=PHONE, scheme=scheme))
    page.get_by_role("button", name="Empty table").click()
    expect(page.get_by_text("Nothing to study yet")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
