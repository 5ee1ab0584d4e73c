"""Links, embeds and citations of a view."""

import re
from dataclasses import replace
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from eventwindow.export.links import Link, headline
from eventwindow.sources.snapshot import Snapshot
from eventwindow.view import DEFAULT, Catalogue, Page, Tab, View, parse

VIEW = replace(View(), level=99, tab=Tab.TABLE)
TITLE = "Ant Group and Tenpay fined, 7 July 2023"


def link(base: str | None = "https://example.org/", page: Page = Page.EVENT) -> Link:
    return Link(TITLE, VIEW, page, base)


@pytest.mark.parametrize(
    ("base", "page"),
    [
        ("https://example.org/event?co=jd#top", "https://example.org/event"),
        ("http://localhost:8501", "http://localhost:8501/"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_link_is_the_page_and_every_parameter(base: str | None, page: str) -> None:
    assert link(base).address == f"{page}?{VIEW.query()}"


def test_a_link_of_another_page_writes_that_pages_settings_out_and_keeps_the_others() -> None:
    query = parse_qs(urlsplit(link(page=Page.COMPARE).address).query)
    assert query["compare"] == ["map"]
    assert query["tab"] == ["table"]
    assert "doubt" not in query


def test_a_link_leads_back_to_its_view(snapshot: Snapshot) -> None:
    catalogue = Catalogue(snapshot.announcement_of, [item.slug for item in snapshot.companies])
    query = urlsplit(link().address).query
    found = parse(parse_qs(query), catalogue)
    assert (found.view, found.ignored) == (VIEW, ())


@pytest.mark.parametrize(
    ("base", "root"),
    [("https://example.org", "https://example.org"), ("https://example.org/study/?co=jd", "https://example.org/study")],
)
def test_a_short_link_holds_only_what_differs_from_the_default_view(base: str, root: str) -> None:
    assert link(base).short_address == f"{root}/e/{VIEW.event}?level=99&tab=table"
    other = replace(link(base), view=View(event="alibaba-antitrust-fine-2021-04"))
    assert other.short_address == f"{root}/e/alibaba-antitrust-fine-2021-04"


def test_an_embed_shows_the_link_without_streamlits_frame() -> None:
    code = link().embed_code
    (source,) = re.findall(r'src="([^"]*)"', code)
    assert unescape(source) == f"{link().address}&embed=true"
    assert 'title="Ant Group and Tenpay fined, 7 July 2023"' in code


def test_an_embed_cannot_be_broken_by_the_address_it_is_shown_at() -> None:
    code = link('https://example.org/"><script>').embed_code
    assert "<script" not in code


def test_a_citation_says_what_with_which_data_when_and_where() -> None:
    assert link().citation("0123456789ab", date(2026, 7, 8)) == (
        "Event Window, \N{LEFT DOUBLE QUOTATION MARK}Ant Group and Tenpay fined, 7 July 2023"
        "\N{RIGHT DOUBLE QUOTATION MARK}, data 0123456789ab, viewed 8 July 2026, "
        f"https://example.org/?{VIEW.query()}"
    )


def test_a_headline_is_the_title_and_the_day(snapshot: Snapshot) -> None:
    assert headline(snapshot.announcements[DEFAULT.event]) == TITLE
