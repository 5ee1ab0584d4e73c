"""Market value that companies gained and lost over many announcements: against the fines, ranked and added up."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from eventwindow.facts.listings import Issuer, Listing
from eventwindow.facts.prices import Floats
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import Dates
from eventwindow.facts.shares import MarketValue
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Positions
from eventwindow.survey import Survey
from eventwindow.traits import CAMPAIGN_START
from eventwindow.value import ValueChange, primary_listings, value_changes


@dataclass(frozen=True)
class ValueLine:
    """Abnormal changes of one company added up over its announcements, oldest day 0 first, in US dollars.

    `rows` (n,) are the survey's rows, `days` their day 0, `steps` what each added and `se` (n,) the standard error
    of the sum so far. `about` (n,) marks announcements that name the company. `sessions` were counted,
    `shared` more lie in windows of several announcements and were counted once. `missing` counts the
    announcements without a figure, by reason.

    A session that lies in several windows counts for the announcement whose day 0 is the earliest, with that one's
    abnormal return and its market value before the window. Where no windows overlap, the sum is that of the
    changes of the announcements. The errors of sessions are taken as independent, which leaves out that those of
    one window share a fitted model.
    """

    listing: Listing
    issuer: Issuer
    rows: Positions
    days: Dates
    steps: Floats
    se: Floats
    about: NDArray[np.bool_]
    sessions: int
    shared: int
    missing: Mapping[Reason, int]

    @cached_property
    def total(self) -> Floats:
        """The sum so far after every announcement, (n,)."""
        return np.cumsum(self.steps)

    def noise(self, level: int) -> float:
        """Half the width of the interval around zero that holds the last sum if nothing had happened."""
        return float(ndtri(0.5 + level / 200) * self.se[-1])


@dataclass(frozen=True)
class Valued:
    """The changes of a survey over `view.span`, one line per company: the Hong Kong one where it is shown.

    `changes` holds every event shown by its row in the survey. `lines` has every company, also those without
    a known change since October 2020, whose line has no points.
    """

    changes: Mapping[int, ValueChange]
    lines: tuple[ValueLine, ...]

    @cached_property
    def ranked(self) -> tuple[int, ...]:
        """Rows with a known change, from the largest loss in dollars to the largest gain."""
        known = {row: item.amount(item.abnormal, "USD") for row, item in self.changes.items()}
        amounts = {row: amount for row, amount in known.items() if not isinstance(amount, Reason)}
        return tuple(sorted(amounts, key=lambda row: (amounts[row], row)))

    @cached_property
    def fined(self) -> tuple[int, ...]:
        """Rows with a known fine and a known change in yuan, the largest fine first."""
        found = {
            row: item.fine for row, item in self.changes.items() if isinstance(item.times_fine(item.abnormal), float)
        }
        return tuple(sorted(found, key=lambda row: (-float(found[row]), -row)))

    @cached_property
    def missing(self) -> dict[Issuer, dict[Reason, int]]:
        """How many events have no change in dollars, by company and reason, the most frequent first."""
        counts: dict[Issuer, Counter[Reason]] = {}
        for item in self.changes.values():
            if not item.known:
                counts.setdefault(item.issuer, Counter())[item.reason] += 1
        return {issuer: dict(found.most_common()) for issuer, found in counts.items()}

    @cached_property
    def drawn(self) -> tuple[ValueLine, ...]:
        """Lines that have points."""
        return tuple(line for line in self.lines if len(line.rows))

    @property
    def together(self) -> float | Reason:
        """Sum of all lines in dollars, every company once; the first reason where one misses an announcement."""
        missing = [reason for line in self.lines for reason in line.missing]
        return missing[0] if missing else sum(float(line.steps.sum()) for line in self.lines)


def build_valued(snapshot: Snapshot, survey: Survey) -> Valued:
    """The changes of the events shown on a survey, one line per company."""
    primary = primary_listings(survey.listings)
    rows = np.array(
        [row for row in survey.rows.tolist() if survey.listing(row) == primary[survey.listing(row).issuer]],
        dtype=np.intp,
    )
    found = value_changes(snapshot, survey.study.subset(rows), survey.view.span, survey.view.level)
    changes = dict(zip(rows.tolist(), found, strict=True))
    lines = [_line(survey, snapshot.issuers[issuer], listing, changes) for issuer, listing in primary.items()]
    return Valued(changes, tuple(lines))


def _line(survey: Survey, issuer: Issuer, listing: Listing, changes: Mapping[int, ValueChange]) -> ValueLine:
    """Announcements since October 2020 on one listing, every session once."""
    study, inside = survey.study, survey.view.span.within(survey.study.event_window)
    since = {
        row: item
        for row, item in changes.items()
        if item.listing == listing and survey.announcement(row).day >= CAMPAIGN_START
    }
    rows = sorted((row for row, item in since.items() if item.known), key=lambda row: (study.day0[row], row))
    counted: set[np.datetime64] = set()
    steps, variances, shared = [], [], 0
    for row in rows:
        base = since[row].bases["USD"]
        dates, abnormal, se = (
            study.dates[row, inside],
            study.abnormal_returns[row, inside],
            study.abnormal_se[row, inside],
        )
        valid = np.isfinite(abnormal)
        fresh = valid & ~np.isin(dates, list(counted))
        value = base.value if isinstance(base, MarketValue) else np.nan
        steps.append(value * abnormal[fresh].sum())
        variances.append(value**2 * (se[fresh] ** 2).sum())
        shared += int((valid & ~fresh).sum())
        counted.update(dates[fresh])
    return ValueLine(
        listing=listing,
        issuer=issuer,
        rows=np.array(rows, dtype=np.intp),
        days=study.day0[rows],
        steps=np.array(steps),
        se=np.sqrt(np.cumsum(variances)),
        about=np.array([survey.is_about(row) for row in rows], dtype=bool),
        sessions=len(counted),
        shared=shared,
        missing=dict(Counter(item.reason for item in since.values() if not item.known).most_common()),
    )
