"""Links, embeds and citations of a view; plain text, composed from the View alone."""

import html
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from eventwindow.facts.events import Announcement
from eventwindow.format import plain_day
from eventwindow.sources.snapshot import Snapshot
from eventwindow.view import DEFAULT, Catalogue, Page, View, parse
from eventwindow.workbench import Draft, OwnStudy

EMBED_HEIGHT = 900


class Supplied(StrEnum):
    """What of a page's data the reader brought."""

    NOTHING = "nothing"
    EVENTS = "events"
    EVENTS_AND_PRICES = "events and prices"

    def with_data(self, snapshot_id: str) -> str:
        """Which data figures rest on: `data 0123456789ab`, and what the reader supplied."""
        brought = [] if self is Supplied.NOTHING else [f"{self} supplied by the reader"]
        ours = [] if self is Supplied.EVENTS_AND_PRICES else [f"data {snapshot_id}"]
        return ", ".join(brought + ours)


def supplied_by(reader: Draft | OwnStudy | None) -> Supplied:
    """What the reader brought, None for nothing."""
    if reader is None:
        return Supplied.NOTHING
    return Supplied.EVENTS_AND_PRICES if reader.prices else Supplied.EVENTS


@dataclass(frozen=True)
class Link:
    """A page as a reader sees it: `title` in words, the `view`, and the address `base` if the server knows it."""

    title: str
    view: View
    page: Page
    base: str | None

    @property
    def address(self) -> str:
        """The full link with every default written out; without a known base only its query string."""
        return f"{_without_query(self.base)}?{self.view.query(self.page)}"

    @property
    def short_address(self) -> str:
        """The short link of an announcement's page, with the settings that are not the default ones."""
        root = _without_query(self.base).rpartition("/")[0]
        settings = replace(self.view, event=DEFAULT.event).query(canonical=False)
        return f"{root}/e/{self.view.event}{'?' if settings else ''}{settings}"

    @property
    def embed_code(self) -> str:
        """An iframe of the view for another page."""
        source, title = html.escape(f"{self.address}&embed=true"), html.escape(self.title)
        return f'<iframe src="{source}" title="{title}" width="100%" height="{EMBED_HEIGHT}" style="border:0"></iframe>'

    def citation(self, snapshot_id: str, today: date, supplied: Supplied = Supplied.NOTHING) -> str:
        """How to cite the view: what, which data, when it was looked at, where."""
        data = supplied.with_data(snapshot_id)
        return f"Event Window, \u201c{self.title}\u201d, {data}, viewed {plain_day(today)}, {self.address}"


def headline(announcement: Announcement) -> str:
    """`Ant Group and Tenpay fined, 7 July 2023`."""
    return f"{announcement.title}, {plain_day(announcement.day)}"


def catalogue_of(snapshot: Snapshot) -> Catalogue:
    """What a link to this data may name."""
    slugs = [issuer.slug for issuer in snapshot.companies]
    return Catalogue(snapshot.announcement_of, slugs, tuple(snapshot.regulator_counts))


def view_of(snapshot: Snapshot, query: str) -> View:
    """The view that the query string of a link stands for; what is not understood has its default."""
    return parse(parse_qs(query), catalogue_of(snapshot)).view


def _without_query(base: str | None) -> str:
    if not base:
        return ""
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}{parts.path or '/'}"
