"""Traits of announcements beside their reactions: one row per event of a study, for a regression of CARs.

The size of a fine is the fine over the market value of the company it is set against, both in yuan, at
the close of the session before day 0, as a decimal: what shareholders lose by the amount itself. A
company that an announcement concerns but does not fine has no size, not zero. The fine on Ant Group of
2023 is set whole against Alibaba, which held 33% of it (see facts/fines.py).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.facts.errors import OptionError
from eventwindow.facts.events import Direction
from eventwindow.facts.fines import fine_against
from eventwindow.facts.listings import Listing
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.facts.shares import MarketValue, market_value
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.regression import Regression, regress_cars, window_number
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window

# The regulators' campaign is counted from the month before the first act against Ant Group.
CAMPAIGN_START = date(2020, 10, 1)
DAYS_A_YEAR = 365.25

Trait = Literal[
    "fine_to_value",
    "log_fine",
    "tightening",
    "easing",
    "regulator_act",
    "first_report_known",
    "years_since_october_2020",
    "market",
    "action",
    "direction",
    "weekday",
]
# Traits that are names: each but the most frequent one becomes a column of zeros and ones.
NAMES = ("market", "action", "direction", "weekday")
STATUS_OF = {"fine_to_value": "fine_to_value_status", "log_fine": "fine_status"}
TRAIT_COLUMNS = [
    "event_id",
    "symbol",
    "issuer",
    "market",
    "day0",
    "status",
    "weekday",
    "action",
    "direction",
    "tightening",
    "easing",
    "regulator_act",
    "first_report_known",
    "years_since_october_2020",
    "fine_cny",
    "log_fine",
    "fine_status",
    "market_value_cny",
    "price_day",
    "shares_as_of",
    "market_value_status",
    "fine_to_value",
    "fine_to_value_status",
]


@dataclass(frozen=True)
class TraitRegression:
    """A regression of CARs on traits, and what became of every chosen event.

    `chosen` events were asked for; `left_out` counts those without a figure or a trait, each under the
    first reason found. `bases` names the value that the others of a trait are compared with.
    """

    regression: Regression
    chosen: int
    left_out: Mapping[Reason, int]
    bases: Mapping[str, str]

    def left_out_frame(self) -> pd.DataFrame:
        """One row per reason, the most frequent first: status, reason, events."""
        rows = [(str(reason), SENTENCES[reason], count) for reason, count in self.left_out.items()]
        return pd.DataFrame(rows, columns=["status", "reason", "events"])

    def summary(self) -> str:
        """How many events were used and left out, and why, in words."""
        words = f"{self.regression.n} of {self.chosen} events used, on {self.regression.dates} dates."
        return " ".join([words, *(f"Left out, {count}: {SENTENCES[why]}" for why, count in self.left_out.items())])


def announcement_traits(snapshot: Snapshot, study: StudyResult) -> pd.DataFrame:
    """Traits of every event of a study on the snapshot's own announcements and listings, in its order.

    Columns are TRAIT_COLUMNS. `status` says why an event has no day 0 or no model, `fine_status`,
    `market_value_status` and `fine_to_value_status` why the figures before them are missing (NaN).
    `regulator_act` marks acts that are strictly a regulator's; action and direction are those of the
    first act; `log_fine` is the natural log of yuan; years run from 1 October 2020 to the official act;
    `price_day` and `shares_as_of` date the market value.
    Raises OptionError for an event or a symbol that the snapshot does not have.
    """
    rows = [_traits(snapshot, study, row) for row in range(len(study.event_ids))]
    frame = pd.DataFrame(rows, columns=TRAIT_COLUMNS)
    return frame.assign(
        log_fine=np.log(frame["fine_cny"]),
        weekday=frame["day0"].dt.day_name().fillna(""),
        fine_to_value=frame["fine_cny"] / frame["market_value_cny"],
        fine_to_value_status=frame["fine_status"].where(
            frame["fine_status"] != Reason.OK, frame["market_value_status"]
        ),
    )


def regress_on_traits(
    *,
    study: StudyResult,
    window: Window,
    traits: pd.DataFrame,
    terms: Sequence[Trait],
    chosen: NDArray[np.bool_] | None = None,
) -> TraitRegression:
    """Regress the CARs of one window on some traits of `announcement_traits`, over all or `chosen` (N,) events.

    Errors are robust and clustered by date (see `study/regression.py`). Nothing is filled in: an event
    without a figure, or without one of the traits, is left out and counted by its reason. Raises
    OptionError for an unknown trait, and for events that cannot tell the terms apart.
    """
    for term in terms:
        if term not in get_args(Trait):
            raise OptionError(f"trait {term!r}: there is none of this name; choose {', '.join(get_args(Trait))}.")
    number = window_number(study, window)
    asked = np.ones(len(traits), dtype=bool) if chosen is None else chosen
    reasons = study.status[:, number].copy()
    for term in terms:
        if term in STATUS_OF:
            reasons = np.where(reasons == Reason.OK, traits[STATUS_OF[term]], reasons)
    used = asked & (reasons == Reason.OK)
    bases: dict[str, str] = {term: _most_frequent(traits.loc[used, term]) for term in terms if term in NAMES}
    design = pd.concat([_terms(traits[term], used, bases.get(term)) for term in terms], axis=1)
    regression = regress_cars(result=study, window=window, traits=design[used].reindex(design.index))
    left_out = Counter(map(Reason, reasons[asked & ~used]))
    return TraitRegression(
        regression=replace(regression, left_out=left_out.total()),
        chosen=int(asked.sum()),
        left_out=dict(left_out.most_common()),
        bases=bases,
    )


def _traits(snapshot: Snapshot, study: StudyResult, row: int) -> dict[str, object]:
    announcement = snapshot.announcements.get(study.event_ids[row])
    listing = snapshot.listings.get(study.symbols[row])
    if announcement is None or listing is None:
        raise OptionError(
            f"event {study.event_ids[row]!r} of {study.symbols[row]!r}: not among the project's announcements and "
            "listings; traits are known for those alone."
        )
    fine = fine_against(snapshot.fines, announcement, listing.issuer)
    value = _value_before(snapshot, listing, study, row)
    known = value if isinstance(value, MarketValue) else None
    return {
        "event_id": announcement.event_id,
        "symbol": listing.symbol,
        "issuer": listing.issuer,
        "market": str(listing.market),
        "day0": study.day0[row],
        "status": Reason(study.reasons[row]),
        "action": str(announcement.action),
        "direction": str(announcement.direction),
        "tightening": announcement.direction is Direction.TIGHTENING,
        "easing": announcement.direction is Direction.EASING,
        "regulator_act": announcement.is_regulator_act,
        "first_report_known": announcement.first_report is not None,
        "years_since_october_2020": (announcement.day - CAMPAIGN_START).days / DAYS_A_YEAR,
        "fine_cny": np.nan if isinstance(fine, Reason) else fine,
        "fine_status": fine if isinstance(fine, Reason) else Reason.OK,
        "market_value_cny": known.value if known else np.nan,
        "price_day": np.datetime64(known.price_day if known else "NaT", "D"),
        "shares_as_of": np.datetime64(known.count.as_of if known else "NaT", "D"),
        "market_value_status": value if isinstance(value, Reason) else Reason.OK,
    }


def _value_before(snapshot: Snapshot, listing: Listing, study: StudyResult, row: int) -> MarketValue | Reason:
    """Market value in yuan at the close of the session before day 0, or why there is none."""
    zero = study.day0[row]
    if np.isnat(zero):
        return Reason(study.reasons[row])
    calendar = snapshot.calendars[listing.market]
    position = calendar.position(zero.item())
    if not position:
        return Reason.OUTSIDE_CALENDAR
    return market_value(snapshot.prices, listing, snapshot.share_counts, calendar.day(position - 1), "CNY")


def _most_frequent(names: "pd.Series[str]") -> str:
    """The most frequent name, the first in the alphabet among equals; empty if there is none."""
    counts = names.value_counts().sort_index()
    return str(counts.idxmax()) if len(counts) else ""


def _terms(trait: "pd.Series[str] | pd.Series[float]", used: NDArray[np.bool_], base: str | None) -> pd.DataFrame:
    """Columns of one trait: itself, or for names one of zeros and ones per name among the used events but the base."""
    if base is None:
        return trait.astype(float).to_frame()
    names = sorted(set(map(str, trait[used])) - {base})
    if not names:
        raise OptionError(f"trait {trait.name!r}: all usable events have {base!r}; drop it or choose other events.")
    return pd.DataFrame({f"{trait.name}: {name}": (trait == name).astype(float) for name in names})
