"""The tables of the Relay tab: changes and premiums in percent, values in HK dollars, contributions in points."""

import numpy as np
import pandas as pd

from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import SENTENCES
from eventwindow.format import short_day
from eventwindow.leadlag import LeadLag, Opening, simple
from eventwindow.premium import Premium
from eventwindow.relay import Part, Relay
from eventwindow.words import MARKET_CITIES
from eventwindow.words_relay import part_name, remark

TOTAL = "Total"
PRICES = ["As traded", "Currency", "Exchange rate", "Gone ex, added back", "HK$ a share"]


def parts_table(relay: Relay) -> pd.DataFrame:
    """What each market and stretch added to the total: the stretches of each market, their sum, the total."""
    rows: list[tuple[str, list[Part]]] = []
    for market in (*Market, None):
        parts = [part for part in relay.parts if part.market is market]
        rows += [(part_name(part), [part]) for part in parts]
        if market and parts:
            rows.append((f"{MARKET_CITIES[market]} together", parts))
    rows.append((TOTAL, list(relay.parts)))
    return pd.DataFrame(
        {
            "Part": name,
            "Points": 100 * sum(part.contribution for part in parts),
            "Share, %": 100 * sum(part.share for part in parts),
            "Steps": sum(part.steps for part in parts),
        }
        for name, parts in rows
    )


def steps_table(relay: Relay) -> pd.DataFrame:
    """One row per price in the order of time, with the step that leads to it."""
    steps = {id(step.end): step for step in relay.steps}
    rows = []
    for point in relay.points:
        step = steps.get(id(point))
        rows.append(
            {
                "UTC": point.at.replace(tzinfo=None),
                "Market": MARKET_CITIES[point.listing.market],
                "Symbol": point.listing.symbol,
                "Price": point.moment,
                "As traded": point.price,
                "Currency": point.listing.currency,
                "Exchange rate": point.rate,
                "Gone ex, added back": point.paid,
                "HK$ a share": point.value,
                "Step": step.stretch.value if step else "",
                "Change, %": 100 * step.change if step else np.nan,
                "Points": 100 * step.contribution if step else np.nan,
                "Remark": SENTENCES[point.reason],
            }
        )
    return pd.DataFrame(rows)


def changes_table(relay: Relay) -> pd.DataFrame:
    """The steps without prices and rates, which are the vendors' and no part of a download."""
    return steps_table(relay).drop(columns=PRICES)


def openings_table(found: LeadLag) -> pd.DataFrame:
    """One row per opening of either market: the distance it found and the part that it took over."""
    every = sorted(
        (opening for following in found.followings for opening in following.openings),
        key=lambda opening: (opening.day, opening.follower),
    )
    return pd.DataFrame([_opening(opening) for opening in every])


def _opening(opening: Opening) -> dict[str, object]:
    return {
        "Opens": MARKET_CITIES[opening.follower],
        "Day": opening.day,
        "After the close of": f"{MARKET_CITIES[opening.leader]}, {short_day(opening.leader_day)}",
        "Distance, %": 100 * simple(opening.gap),
        "Beyond usual, %": 100 * simple(opening.beyond),
        "Open, %": 100 * simple(opening.move),
        "Share closed, %": 100 * opening.share,
        "Left, %": 100 * simple(opening.left),
        "Close, %": 100 * simple(opening.settled),
        "Remark": remark(opening.reason),
    }


def premium_table(premium: Premium) -> pd.DataFrame:
    """The premium at each close in New York, and what was left of it at Hong Kong's next open."""
    return pd.DataFrame(
        {
            "Day": premium.days.astype("datetime64[D]").astype(object),
            "Premium, %": 100 * premium.level,
            "Left at Hong Kong's next open, %": 100 * premium.after,
        }
    )
