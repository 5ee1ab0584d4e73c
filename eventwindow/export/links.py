"""Links, embeds and citations of a view; plain text, composed from the View alone."""

import html
from datetime import date
from urllib.parse import urlsplit

from eventwindow.case import Case
from eventwindow.format import plain_day
from eventwindow.view import View

EMBED_HEIGHT = 900


def canonical_link(view: View, base: str | None) -> str:
    """The full link with every default written out; without a known base only its query string."""
    return f"{_page(base)}?{view.query()}"


def embed_code(case: Case, base: str | None) -> str:
    """An iframe of the view for another page."""
    source = html.escape(f"{canonical_link(case.view, base)}&embed=true")
    title = html.escape(headline(case))
    return f'<iframe src="{source}" title="{title}" width="100%" height="{EMBED_HEIGHT}" style="border:0"></iframe>'


def citation(case: Case, base: str | None, snapshot_id: str, today: date) -> str:
    """How to cite the view: what, which data, when it was looked at, where."""
    return (
        f"Event Window, \u201c{headline(case)}\u201d, data {snapshot_id}, viewed {plain_day(today)}, "
        f"{canonical_link(case.view, base)}"
    )


def headline(case: Case) -> str:
    """`Ant Group and Tenpay fined, 7 July 2023`."""
    return f"{case.announcement.title}, {plain_day(case.announcement.day)}"


def _page(base: str | None) -> str:
    """Address of the page without query; empty where the server does not know it."""
    if not base:
        return ""
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}{parts.path or '/'}"
