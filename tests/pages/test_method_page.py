"""The method page through app.py, without a browser: every chapter, live figures, one source for shared texts."""

import json
import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from eventwindow.export.citation import cited
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.battery import TestName
from eventwindow.ui.documents import section, sections
from eventwindow.ui.method_page import LIVE, METHOD, ROOT, battery_table, chapters, contents, method_sheets
from eventwindow.words_groups import TEST_NAMES

APP = ROOT / "app.py"


@pytest.fixture(scope="module")
def app() -> AppTest:
    found = AppTest.from_file(str(APP), default_timeout=60).run()
    return found.switch_page("pages/method.py").run().run()


def shown(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.value for element in (*app.header, *app.markdown, *app.caption, *app.code))


def test_every_chapter_has_its_place_in_the_list_of_contents(app: AppTest) -> None:
    parts = chapters()
    assert [item.value for item in app.header] == [part.title for part in parts]
    links = re.findall(r"\(#([a-z0-9-]+)\)", contents(parts))
    assert links == [part.anchor for part in parts]
    assert len(set(links)) == len(links)


def test_every_live_part_and_every_document_named_in_the_texts_exists() -> None:
    blocks = [block for part in chapters() for block in part.blocks]
    assert set(LIVE) <= set(blocks)
    assert not [block for block in blocks if "[[" in block]
    assert section(METHOD, "Many announcements or firms") in "\n".join(blocks)


def test_the_two_clocks_are_shown_with_the_figures_of_the_founding_story(app: AppTest) -> None:
    page = shown(app)
    for figure in ("3\\.44\\%", "3\\.20\\%", "8\\.00\\%", "Mon 10 Jul", "Fri 7 Jul"):
        assert figure in page


def test_no_figure_of_the_example_is_typed_into_the_texts() -> None:
    texts = "\n".join(block for part in chapters() for block in part.blocks)
    assert re.findall(r"[+−-]?\d+\.\d+ ?%", texts) == []


def test_the_table_of_tests_holds_all_fourteen_with_null_assumption_and_source() -> None:
    table = battery_table()
    assert list(table["In files"]) == list(get_args(TestName))
    assert list(table["Test"]) == [TEST_NAMES[name] for name in table["In files"]]
    assert len(table) == 14
    assert table.map(bool).all().all()
    assert set(table.loc[table["Role"] == "leads", "In files"]) == {"kp_bmp_t", "date_means_t", "grank_t"}


def test_the_sizes_in_the_method_notes_are_those_that_were_measured() -> None:
    measured = json.loads((ROOT / "benchmarks" / "size.json").read_text(encoding="utf-8"))
    text = section(METHOD, "Many announcements or firms")
    designs = ("one date", "one date, variance x 3", "staggered dates")
    for name in get_args(TestName):
        line = next(line for line in text.splitlines() if line.startswith(f"| {TEST_NAMES[name]}, {name} |"))
        cells = [cell.strip() for cell in line.strip("|").split("|")][1:]
        for design, cell in zip(designs, cells, strict=True):
            rate = measured["designs"][design]["[-1,+1]"][name]
            wanted = "-" if rate["rate"] is None else f"{100 * rate['rate']:.1f}"
            assert cell == wanted, (name, design)
            assert rate["rate"] is None or 100 * rate["error"] < 1.15  # the error that the text names


def test_day_0_is_defined_once(app: AppTest) -> None:
    assert len(re.findall(r"Day 0 is, in each market, the first session", shown(app))) == 1


def test_the_tables_of_tests_and_of_false_alarms_can_be_downloaded() -> None:
    tests, sizes = method_sheets()
    assert len(tests.table()) == 14
    assert set(sizes.brief(sizes.table())["Window"]) == {"[-1,+1]"}
    assert set(sizes.table()["Test"]) == set(TEST_NAMES.values())


def test_the_citation_carries_author_version_and_data_version(app: AppTest, snapshot: Snapshot) -> None:
    page = shown(app)
    assert "@software{event_window" in page
    assert snapshot.snapshot_id in page
    assert "The Event Window developers" in page
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    assert cited("x", date(2026, 11, 24)).version == version[1]


def test_an_address_cannot_break_out_of_the_bibtex_entry() -> None:
    entry = cited("x", date(2026, 11, 24), "http://a/}, author = {me}").bibtex
    assert "url = {http://a/,author=me}" in entry


def test_the_changes_are_those_of_the_file(app: AppTest) -> None:
    first = next(iter(sections(ROOT / "CHANGELOG.md")))
    assert first in shown(app)


def test_a_document_without_the_section_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("# Notes\n\nlead\n\n## One\n\ntext\n", encoding="utf-8")
    assert section(path, "One") == "text"
    with pytest.raises(KeyError):
        section(path, "Two")
