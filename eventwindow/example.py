"""An example of a reader's own events: acts on video games, written from the announcements on file."""

from itertools import chain

from eventwindow.facts.own import COLUMNS, TextTable
from eventwindow.sources.snapshot import Snapshot

NAME = "Example: video-game rules and licences"
# Announcements of known hour, or whose date alone gives the right day 0; and the listings they are looked at on.
LISTINGS = {
    "spiritual-opium-article-2021-08": ("0700.HK", "9999.HK"),
    "gaming-minors-limit-2021-08": ("0700.HK", "NTES"),
    "game-licences-netease-2022-09": ("9999.HK", "NTES"),
    "game-licences-tencent-2022-11": ("0700.HK",),
    "gaming-spending-draft-2023-12": ("0700.HK", "9999.HK"),
    "gaming-draft-removed-2024-01": ("0700.HK", "9999.HK", "NTES"),
}


def example_table(snapshot: Snapshot) -> TextTable:
    """One row per announcement and listing, grouped by direction; announcements not in the snapshot are left out."""
    known = [event_id for event_id in LISTINGS if event_id in snapshot.announcements]
    rows = chain.from_iterable(_rows(snapshot, event_id) for event_id in known)
    return TextTable(NAME, COLUMNS, tuple(enumerate(rows, start=2)))


def _rows(snapshot: Snapshot, event_id: str) -> list[tuple[str, ...]]:
    announcement = snapshot.announcements[event_id]
    act = announcement.acts[0]
    stamp = act.announced.stamp
    cells = {
        "event_id": event_id,
        "date": act.announced.day.isoformat(),
        "title": announcement.title,
        "announced_at": stamp.isoformat() if stamp else "",
        "group": act.direction,
        "source": next((url for url in act.sources if url.startswith("https://")), ""),
    }
    return [tuple({**cells, "symbol": symbol}.get(name, "") for name in COLUMNS) for symbol in LISTINGS[event_id]]
