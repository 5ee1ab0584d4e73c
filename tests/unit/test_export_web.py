"""Pages that are mailed and opened offline: nothing in them asks anybody, and no text of the data becomes code."""

import base64
import hashlib
import json
import re
from dataclasses import asdict, fields, replace
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plotly.offline import get_plotlyjs

from eventwindow.case import build_case
from eventwindow.charts.car import car_chart
from eventwindow.charts.clock import clock_strip
from eventwindow.charts.theme import DARK, LIGHT, Palette
from eventwindow.export.recolour import counterparts, recoloured
from eventwindow.export.report import MOST_ROWS, Report, method_sentences
from eventwindow.export.sheets import Origin, Sheet, columns
from eventwindow.export.web import Chart, chart_page
from eventwindow.facts.events import Clock
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.models import Model
from eventwindow.study.windows import Window
from eventwindow.view import DEFAULT
from tests.unit.hostile import HALF_A_CHARACTER, HOSTILE
from tests.unit.test_export_sheets import origin

TO_LIGHT, TO_DARK = counterparts(asdict(DARK), asdict(LIGHT)), counterparts(asdict(LIGHT), asdict(DARK))
# The elements and attributes that our pages are made of.
TAGS = """
a body br button dd div dl dt figcaption figure footer h1 h2 head header html main meta p pre script section span
style table tbody td th thead title tr
"""
ATTRIBUTES = """
aria-label charset class content data-appearance data-chart data-save href http-equiv id lang name rel role scope
tabindex type
"""


class Elements(HTMLParser):
    """What a browser would find in a page: elements with their attributes, scripts, and the text outside them."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self.text: list[str] = []
        self._inside = ""
        self.feed(page.decode("utf-8").replace(get_plotlyjs(), "PLOTLY"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 (given by the parser)
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment in the page: {data}")

    @property
    def data(self) -> dict[str, Any]:
        """The block of JSON."""
        read: dict[str, Any] = json.loads(self.scripts[0])
        return read


def figure(text: str = "x") -> go.Figure:
    trace = {"type": "scatter", "x": [1, 2], "y": [1, 2], "name": text, "text": [text, text], "customdata": [text, "b"]}
    return go.Figure({"data": [trace], "layout": {"title": {"text": text}, "annotations": [{"text": text}]}})


def report(about: Origin, text: str) -> bytes:
    table = pd.DataFrame({text: [text], "x": [1.0]}, dtype=object)
    return Report(
        origin=about,
        facts=[(text, text)],
        findings=[text, text],
        charts=[Chart(text, figure(text).to_json(), text)],
        sheets=[Sheet(text, table, text)],
        method=[text],
        commands=[(text, text)],
    ).html(TO_DARK)


def pages(text: str) -> list[bytes]:
    about = origin(text)
    chart = Chart(text, figure(text).to_json(), text)
    return [chart_page(about, chart, TO_DARK), chart_page(about, chart, {}, only_light=True), report(about, text)]


def is_harmless(page: bytes) -> None:
    """Only our elements and attributes, three scripts of which two are ours and one is data, links to the web."""
    elements = Elements(page)
    assert len(elements.scripts) == 3
    assert elements.scripts[1] == "PLOTLY"
    assert elements.scripts[2].startswith('"use strict"')
    assert elements.data["charts"]
    assert {tag for tag, _ in elements.found} <= set(TAGS.split())
    for tag, attributes in elements.found:
        assert set(attributes) <= set(ATTRIBUTES.split())
        assert tag != "a" or attributes["href"].startswith(("https://", "http://"))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:20]))
def test_hostile_text_is_shown_and_never_run(text: str) -> None:
    for page in pages(text):
        is_harmless(page)


def test_half_a_character_is_replaced_where_one_sees_it() -> None:
    page = chart_page(origin(HALF_A_CHARACTER), Chart(HALF_A_CHARACTER, figure().to_json()), {})
    assert "? fine" in "".join(Elements(page).text)


@given(st.text())
@settings(max_examples=40)
def test_no_text_whatever_becomes_an_element(text: str) -> None:
    is_harmless(report(origin(text), text))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:20]))
def test_text_in_a_figure_arrives_as_it_was(text: str) -> None:
    read = Elements(pages(text)[0]).data["charts"][0]["figure"]
    assert read["data"][0]["name"] == text
    assert read["layout"]["annotations"][0]["text"] == text


def test_the_policy_lets_only_the_two_scripts_run_and_forbids_every_connection() -> None:
    for page in pages("x"):
        whole = page.decode()
        policy = next(
            value["content"] for tag, value in Elements(page).found if tag == "meta" and "http-equiv" in value
        )
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules == {
            "default-src": "'none'",
            "script-src": rules["script-src"],
            "style-src": "'unsafe-inline'",
            "img-src": "data: blob:",
            "base-uri": "'none'",
            "form-action": "'none'",
        }
        scripts = re.findall(r"<script>(.*?)</script>", whole, re.DOTALL)
        hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
        assert rules["script-src"] == " ".join(f"'sha256-{found}'" for found in hashes)
        assert whole.index("Content-Security-Policy") < whole.index("<script")


def test_a_page_says_title_source_link_and_version() -> None:
    for page in pages("Ant Group fined"):
        text = "".join(Elements(page).text)
        for said in ("Ant Group fined", "0123456789ab", "24 November 2026", "https://example.org/?v=1&event=ant-group"):
            assert said in text
        assert Elements(page).data["source"] == [
            "Source: Event Window, data 0123456789ab, 24 November 2026",
            origin().link.address,
        ]


def test_an_address_without_a_known_base_is_text() -> None:
    unknown = replace(origin(), link=replace(origin().link, base=None))
    found = Elements(chart_page(unknown, Chart("x", figure().to_json()), {})).found
    assert "a" not in {tag for tag, _ in found}


def test_the_figure_of_the_page_is_in_the_page_number_by_number(snapshot: Snapshot) -> None:
    case = build_case(snapshot, DEFAULT)
    shown = car_chart(case, LIGHT)
    written = Elements(chart_page(origin(), Chart("x", shown.to_json()), TO_DARK)).data["charts"][0]["figure"]
    again = go.Figure(written)
    for trace, other in zip(shown.data, again.data, strict=True):
        assert list(trace.y) == list(other.y)


@pytest.mark.parametrize("name", ["dark to light", "light to dark"])
def test_a_figure_changes_its_colours_and_nothing_else(snapshot: Snapshot, name: str) -> None:
    case = build_case(snapshot, DEFAULT)
    pairs, first, second = (TO_LIGHT, DARK, LIGHT) if name == "dark to light" else (TO_DARK, LIGHT, DARK)
    for draw in (
        lambda colours: car_chart(case, colours),
        lambda colours: clock_strip(case, snapshot.calendars, colours),
    ):
        changed = recoloured(draw(first).to_json(), pairs)
        # The two oranges of the light palette are one in the dark: coming from there, the first stands for both.
        expected = draw(second).to_json()
        if second is LIGHT:
            expected = recoloured(expected, counterparts({"o": LIGHT.companies[1]}, {"o": LIGHT.wall_street}))
        assert without_opacity(changed) == without_opacity(expected)


def without_opacity(text: str) -> str:
    """Bands are a little stronger on dark; the fills of light ones may stay as faint."""
    return re.sub(r"(rgba\(\d+,\d+,\d+,)[\d.]+\)", r"\1?)", text)


def test_every_colour_of_a_palette_has_a_counterpart() -> None:
    colours = [getattr(LIGHT, field.name) for field in fields(Palette)]
    flat = [item for value in colours for item in (value if isinstance(value, tuple) else [value])]
    assert set(TO_DARK) >= {item for item in flat if str(item).startswith("#")}


def test_light_colours_are_told_apart_from_dark_ones_in_one_pass() -> None:
    assert recoloured('["#111111","#222222"]', {"#111111": "#222222", "#222222": "#333333"}) == '["#222222","#333333"]'


def test_a_preview_stays_light_on_a_dark_device() -> None:
    always, either = (chart_page(origin(), Chart("x", "{}"), TO_DARK, only_light=only) for only in (True, False))
    assert Elements(always).found[0] == ("html", {"lang": "en", "data-appearance": "light"})
    assert Elements(always).data["dark"] == {}
    assert Elements(either).data["dark"] == TO_DARK


def test_tables_of_a_report_have_signs_units_and_blanks() -> None:
    table = pd.DataFrame(
        {
            "Session": [-5],
            "Date": [pd.Timestamp("2023-07-07")],
            "Abnormal, %": [8.384],
            "Standard error, %": [1.5],
            "t": [-2.653],
            "p": [0.00849],
            "Unknown": [float("nan")],
            "Source": ["https://www.example.org/a?b=1&c=2"],
            "Not one": ["https://[x"],
        }
    )
    sheet = Sheet("Windows", table, "in percent")
    page = Report(origin(), [], [], [], [sheet], [], []).html({})
    cells = re.findall(r"<t[hd] [^>]*>(.*?)</t[hd]>", page.decode())
    link = '<a href="https://www.example.org/a?b=1&amp;c=2" rel="noopener noreferrer">example.org</a>'
    assert cells == [
        *("Session", "Date", "Abnormal, %", "Standard error, %", "t", "p", "Source", "Not one"),
        *("−5", "7 July 2023", "+8.38%", "1.50%", "−2.65", "0.008", link, "https://[x"),
    ]


def test_a_long_table_says_how_much_of_it_is_shown() -> None:
    page = Report(origin(), [], [], [], [Sheet("t", pd.DataFrame({"x": range(1234)}))], [], []).html({}).decode()
    assert page.count("<tr>") == MOST_ROWS + 1
    assert f"Printed: {MOST_ROWS} of 1,234 rows; the CSV and XLSX downloads have all." in page


def test_a_report_prints_the_part_of_a_table_that_paper_has_room_for() -> None:
    table = pd.DataFrame({"Listing": ["BABA", "0700.HK"], "Note": ["long", "longer"]})
    page = Report(origin(), [], [], [], [Sheet("own-figures", table, "x.", columns("Listing"))], [], []).html({})
    assert re.findall(r"<t[hd] [^>]*>(.*?)</t[hd]>", page.decode()) == ["Listing", "BABA", "0700.HK"]
    assert "<h2>Own figures</h2>" in page.decode()
    assert "x. Printed: 1 of 2 columns; the CSV and XLSX downloads have all." in page.decode()


def test_lines_to_run_stand_as_far_in_as_they_were() -> None:
    lines = "for item in found:\n    print(item.value < 1)"
    page = Report(origin(), [], [], [], [], [], [("In Python: x", lines)]).html({}).decode()
    assert "<pre>for item in found:<br>    print(item.value &lt; 1)</pre>" in page


def test_sources_among_the_facts_are_links_with_their_hosts_for_names() -> None:
    facts = [("Sources", "https://www.pbc.gov.cn:443/a.html https://example.org/b"), ("By", "PBOC, see https://x.org")]
    page = Report(origin(), facts, [], [], [], [], []).html({}).decode()
    assert '<a href="https://www.pbc.gov.cn:443/a.html" rel="noopener noreferrer">pbc.gov.cn</a>, <a href=' in page
    assert "<dd>PBOC, see https://x.org</dd>" in page


def test_a_chart_carries_the_caption_that_explains_its_marks() -> None:
    page = chart_page(origin(), Chart("Map", figure().to_json(), "†: confounded."), {})
    assert "†: confounded." in "".join(Elements(page).text)
    assert Elements(page).data["charts"][0]["caption"] == "†: confounded."


def test_an_empty_part_leaves_no_heading() -> None:
    page = Report(origin(), [], [], [], [Sheet("t", pd.DataFrame())], [], []).html({}).decode()
    assert re.findall("<h2>", page) == []


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (Model.MARKET, "a market model fitted on sessions −260 to −11 makes of the index (index: HSI)"),
        (Model.MARKET_ADJUSTED, "minus the return of the index (index: HSI)"),
        (Model.MEAN_ADJUSTED, "minus the share's mean return over sessions −260 to −11."),
        (Model.SCHOLES_WILLIAMS, "Scholes-Williams market model"),
    ],
)
def test_the_method_is_told_in_three_sentences(snapshot: Snapshot, model: Model, said: str) -> None:
    case = build_case(snapshot, replace(DEFAULT, model=model, window=Window(0, 1)))
    day_zero, abnormal, error = method_sentences(case.study, case.view, ["HSI"])
    assert day_zero == "Day 0 is, in each market, the first session that closes after the official act."
    assert said in abnormal
    assert "Patell 1976" in error


def test_the_method_names_the_clock_that_was_chosen(snapshot: Snapshot) -> None:
    case = build_case(snapshot, replace(DEFAULT, clock=Clock.FIRST_REPORTED))
    assert "first press report" in method_sentences(case.study, case.view, [])[0]
    assert method_sentences(None, case.view, []) == []
