"""Sentences about where the prices being shown came from; plain text, escaped where it is shown."""

from collections import Counter
from datetime import datetime

from eventwindow.format import plain_day
from eventwindow.sources.store import Manifest

OUTCOMES = {
    "unchanged": "Up to date",
    "extended": "Newer sessions taken",
    "re-based": "Re-based by a split",
    "refused": "Refused",
    "left out": "Not refreshed",
}
COMMITTED_WITH = "These prices came with this version of Event Window; no refresh has changed them."


def outcome_name(status: str) -> str:
    """What a refresh did with a series, or the fault of the source that kept it from doing anything."""
    return OUTCOMES.get(status, status.capitalize())


def refresh_finding(manifest: Manifest | None) -> str:
    """Where the prices come from and how the last refresh went, in one or two sentences."""
    if manifest is None or not manifest.series:
        return COMMITTED_WITH
    counts = Counter(outcome_name(str(told["status"])).lower() for told in manifest.series.values())
    told = ", ".join(f"{name} {number}" for name, number in counts.most_common())
    made = plain_day(datetime.fromisoformat(manifest.created).date())
    return (
        f"Made on {made} from {manifest.source}. Number of series by what their last refresh did: {told}. Whatever is "
        "refused stays as it was before."
    )
