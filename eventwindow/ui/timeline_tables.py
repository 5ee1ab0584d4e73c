"""The tables of the timeline page; returns in percent, amounts in million yuan."""

from collections.abc import Sequence

import pandas as pd

from eventwindow.facts.listings import Market
from eventwindow.history import Drawdown, Gap, IndexedLines, Mark
from eventwindow.sources.snapshot import Snapshot
from eventwindow.words import DIRECTION_NAMES, MARKET_CITIES, Listed, place


def announcements_table(marks: Sequence[Mark]) -> pd.DataFrame:
    """One row per announcement, in the order given, with a column per listing shown."""
    return pd.DataFrame([_announcement(mark) for mark in marks])


def index_table(snapshot: Snapshot, found: IndexedLines) -> pd.DataFrame:
    """One row per line: what became of 100, and what is known of the prices."""
    return pd.DataFrame(
        {
            **_names(line),
            "Day at 100": found.base or line.first_day,
            "Day of last price": line.last_day,
            "Level": line.level[-1],
            "Change, %": 100 * line.change,
            "Remark": snapshot.series[line.listing.symbol].note,
        }
        for line in found.lines
    )


def drawdown_table(found: Sequence[Drawdown]) -> pd.DataFrame:
    """One row per line: the peak, the deepest point, the last session."""
    return pd.DataFrame(
        {
            **_names(item),
            "Day of peak": item.peak_day,
            "Deepest, %": 100 * item.trough,
            "Day of deepest": item.trough_day,
            "Last, %": 100 * item.last,
            "Day of last": item.last_day,
        }
        for item in found
    )


def gap_table(found: Sequence[Gap]) -> pd.DataFrame:
    """One row per company: its two lines, the normal range, the widest and the last gap."""
    return pd.DataFrame(
        {
            "Company": gap.issuer.short_name,
            "New York": gap.new_york.symbol,
            "Hong Kong": gap.hong_kong.symbol,
            "Shares per unit": gap.new_york.shares_per_unit / gap.hong_kong.shares_per_unit,
            "5th percentile, %": 100 * gap.normal[0],
            "95th percentile, %": 100 * gap.normal[1],
            "Dates behind these": gap.sample,
            "Median of dates shown, %": 100 * gap.median,
            "Widest, %": 100 * gap.widest[1],
            "Day of widest": gap.widest[0],
            "Last, %": 100 * gap.last[1],
            "Day of last": gap.last[0],
        }
        for gap in found
    )


def _names(item: Listed) -> dict[str, object]:
    return {"Listing": f"{item.issuer.short_name} · {place(item)}", "Symbol": item.listing.symbol}


def _announcement(mark: Mark) -> dict[str, object]:
    item = mark.announcement
    zeros = {reaction.listing.market: reaction.day_zero for reaction in mark.reactions}
    return {
        "Day of act": item.day,
        "Announcement": item.title,
        "Direction": DIRECTION_NAMES[item.direction],
        "Amount, m yuan": None if item.amount_cny is None else item.amount_cny / 1e6,
        **{f"Day 0, {MARKET_CITIES[market]}": zeros[market] for market in Market if market in zeros},
        **{
            f"{reaction.issuer.short_name} · {place(reaction)}, %": 100 * reaction.car if reaction.known else None
            for reaction in mark.reactions
        },
    }
