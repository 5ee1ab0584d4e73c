"""Addresses beside the pages: whether the server is ready, and short links that say what they lead to.

Every address works at the root and below any path that a proxy or `server.baseUrlPath` puts before it.
"""

import html
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from urllib.parse import quote, urlencode

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from eventwindow.case import Case
from eventwindow.export.links import headline
from eventwindow.export.preview_picture import SIZE, preview_picture
from eventwindow.facts.errors import EventWindowError
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.data import EventScreen, event_screen, shelf
from eventwindow.view import View, quoted
from eventwindow.words_preview import preview

FOLDER = Path(__file__).parent
CARD = Template((FOLDER / "card.html").read_text(encoding="utf-8"))
READY, SHORT, PICTURE = "/api/ready", "/e/{event_id}", "/e/{event_id}/preview.png"
# Long enough for a link that is passed around, short enough for newer prices.
CARD_CACHE = "public, max-age=300"
LIGHT = "light"

Endpoint = Callable[[Request], Response]


def routes() -> list[Route]:
    """What is served beside the pages."""
    endpoints: dict[str, Endpoint] = {READY: ready, SHORT: short_link, PICTURE: picture}
    return [
        Route(f"{below}{path}", endpoint) for path, endpoint in endpoints.items() for below in ("", "/{below:path}")
    ]


def ready(_: Request) -> Response:
    """Which data are served and how old they are; 503 with the reason where none can be read."""
    try:
        held = shelf()
    except EventWindowError as problem:
        return JSONResponse({"ready": False, "reason": str(problem)}, 503, {"Cache-Control": "no-store"})
    snapshot = held.snapshot
    last = max(snapshot.series[item.symbol].last for item in snapshot.listings.values() if item.has_prices)
    told = {
        "ready": True,
        "snapshot": snapshot.snapshot_id,
        "last_session": last.isoformat(),
        "age_days": (datetime.now(UTC).date() - last).days,
        "rows": row_counts(snapshot),
        "notes": list(held.notes),
    }
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


def row_counts(snapshot: Snapshot) -> dict[str, int]:
    """Rows of the tables that every page needs."""
    return {
        "announcements": len(snapshot.announcements),
        "acts": len(snapshot.announcement_of),
        "reported": len(snapshot.reported),
        "series": len(snapshot.series),
        "prices": sum(len(series.days) for series in snapshot.prices.series.values()),
    }


def short_link(request: Request) -> Response:
    """A page that tells crawlers what an announcement's link shows, and sends readers on to it at once.

    Any act of an announcement names it. Settings in the query string are kept. The redirect is relative, so it works
    below any path.
    """
    asked = request.path_params["event_id"]
    try:
        screen = _screen(asked)
    except EventWindowError as problem:
        return _page("The data cannot be read", str(problem), "Try again", "../", status=503)
    if screen is None:
        said = f"No announcement is filed under {quoted(asked)}."
        return _page("No such announcement", said, "All announcements", "../compare?compare=table", status=404)
    event = screen.case.announcement.event_id
    title, text = headline(screen.case.announcement), preview(screen.case, screen.judgements)
    settings = [pair for pair in request.query_params.multi_items() if pair[0] != "event"]
    target = f"../?{urlencode([('event', event), *settings])}"
    address = str(request.url.replace(path=request.url.path.rpartition("/")[0] + f"/{quote(event)}", query=""))
    refresh = f'<meta http-equiv="refresh" content="0; url={html.escape(target)}">'
    return _page(title, text, "Open the full view", target, f"{_tags(title, text, address)}\n{refresh}")


def picture(request: Request) -> Response:
    """The picture beside an unfurled link, with the figures of the default view; 404 for no announcement."""
    try:
        screen = _screen(request.path_params["event_id"])
    except EventWindowError as problem:
        return Response(str(problem), 503, media_type="text/plain")
    if screen is None:
        return Response("No such announcement.", 404, media_type="text/plain")
    drawn = _picture(shelf().snapshot.snapshot_id, screen.case.announcement.event_id, screen.case)
    return Response(drawn, media_type="image/png", headers={"Cache-Control": CARD_CACHE})


@st.cache_resource(max_entries=200, show_spinner=False)
def _picture(snapshot_id: str, event_id: str, _case: Case) -> bytes:
    """Keyed by the short names; the underscored argument is what they stand for."""
    del snapshot_id, event_id
    return preview_picture(_case)


def _screen(asked: str) -> EventScreen | None:
    """The default view of the announcement that an act belongs to; EventWindowError if no data can be read."""
    snapshot = shelf().snapshot
    event = snapshot.announcement_of.get(asked)
    return None if event is None else event_screen(snapshot, View(event=event), LIGHT)


def _tags(title: str, text: str, address: str) -> str:
    """What networks read of a link: Open Graph, and the two names that one of them has for itself."""
    width, height = SIZE
    properties = {
        "og:type": "article",
        "og:site_name": "Event Window",
        "og:title": title,
        "og:description": text,
        "og:url": address,
        "og:image": f"{address}/preview.png",
        "og:image:width": str(width),
        "og:image:height": str(height),
        "og:image:alt": f"{title}: close and abnormal return of each listing on day 0",
    }
    names = {"description": text, "twitter:card": "summary_large_image"}
    lines = [f'<meta property="{name}" content="{html.escape(value)}">' for name, value in properties.items()]
    lines += [f'<meta name="{name}" content="{html.escape(value)}">' for name, value in names.items()]
    return "\n".join([*lines, f'<link rel="canonical" href="{html.escape(address)}">'])


def _page(heading: str, text: str, invitation: str, target: str, head: str = "", status: int = 200) -> HTMLResponse:
    filled = CARD.substitute(
        title=html.escape(f"{heading} · Event Window"),
        head=head,
        heading=html.escape(heading),
        text=html.escape(text),
        invitation=html.escape(invitation),
        target=html.escape(target),
    )
    return HTMLResponse(filled, status, {"Cache-Control": CARD_CACHE if status == 200 else "no-store"})
