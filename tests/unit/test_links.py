"""Links, embeds and citations of a view."""

import re
from dataclasses import replace
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from eventwindow.case import build_case
from eventwindow.export.links import canonical_link, citation, embed_code, headline
from eventwindow.sources.snapshot import Snapshot
from eventwindow.view import Catalogue, Tab, View, parse

VIEW = replace(View(), level=99, tab=Tab.TABLE)


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
    assert canonical_link(VIEW, base) == f"{page}?{VIEW.query()}"


def test_a_link_leads_back_to_its_view(snapshot: Snapshot) -> None:
    catalogue = Catalogue(snapshot.announcement_of, [item.slug for item in snapshot.companies])
    query = urlsplit(canonical_link(VIEW, "https://example.org/")).query
    found = parse(parse_qs(query), catalogue)
    assert (found.view, found.ignored) == (VIEW, ())


def test_an_embed_shows_the_link_without_streamlits_frame(snapshot: Snapshot) -> None:
    code = embed_code(build_case(snapshot, VIEW), "https://example.org/")
    (source,) = re.findall(r'src="([^"]*)"', code)
    assert unescape(source) == f"{canonical_link(VIEW, 'https://example.org/')}&embed=true"
    assert 'title="Ant Group and Tenpay fined, 7 July 2023"' in code


def test_an_embed_cannot_be_broken_by_the_address_it_is_shown_at(snapshot: Snapshot) -> None:
    code = embed_code(build_case(snapshot, VIEW), 'https://example.org/"><script>')
    assert "<script" not in code


def test_a_citation_says_what_with_which_data_when_and_where(snapshot: Snapshot) -> None:
    case = build_case(snapshot, VIEW)
    assert citation(case, "https://example.org/", "0123456789ab", date(2026, 7, 8)) == (
        "Event Window, \N{LEFT DOUBLE QUOTATION MARK}Ant Group and Tenpay fined, 7 July 2023"
        "\N{RIGHT DOUBLE QUOTATION MARK}, data 0123456789ab, viewed 8 July 2026, "
        f"https://example.org/?{VIEW.query()}"
    )


def test_a_headline_is_the_title_and_the_day(snapshot: Snapshot) -> None:
    assert headline(build_case(snapshot, View())) == "Ant Group and Tenpay fined, 7 July 2023"
