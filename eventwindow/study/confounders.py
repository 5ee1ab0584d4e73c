"""Other announcements about the same company, inside the windows of an event."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from eventwindow.study.engine import StudyEvents, StudySpec
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Positions, Window


class Inside(StrEnum):
    """Which window of an event holds the other announcement's day 0."""

    EVENT = "event window"
    ESTIMATION = "estimation window"


@dataclass(frozen=True)
class Confounder:
    """Another event of the same series: its day 0 lies `offset` sessions from this event's `day0`."""

    event_id: str
    symbol: str
    other_event_id: str
    offset: int
    inside: Inside
    day0: np.datetime64


def find_confounders(result: StudyResult, spec: StudySpec, concerned: NDArray[np.bool_]) -> tuple[Confounder, ...]:
    """Pairs of events of one series where the other's day 0 falls into this one's event or estimation window.

    `concerned` (N,) marks events that are about the company of their series; only such are
    confounders. Sorted by event, then by distance.
    """
    known, series, ids = _located(result)
    zero, others = result.evidence.zero[known], np.flatnonzero(concerned[known])
    pairs: list[NDArray[np.intp]] = []
    kinds = ((spec.event_window, Inside.EVENT), (spec.estimation, Inside.ESTIMATION))
    for kind, (window, _) in enumerate(kinds):
        keys = _keys(series, zero, window)
        near = others[np.argsort(keys[others], kind="stable")]
        first, count = _stretches(keys, keys[near], window)
        this = np.repeat(np.arange(len(known)), count)
        other = near[np.arange(len(this)) + np.repeat(first - (np.cumsum(count) - count), count)]
        pairs.append(np.stack([this, other, np.full(len(this), kind)])[:, ids[this] != ids[other]])
    this, other, kind_of = np.concatenate(pairs, axis=1)
    offset = zero[other] - zero[this]
    order = np.lexsort((other, kind_of, np.abs(offset), this))
    return tuple(
        Confounder(
            event_id=result.event_ids[known[this[place]]],
            symbol=result.symbols[known[this[place]]],
            other_event_id=result.event_ids[known[other[place]]],
            offset=int(offset[place]),
            inside=kinds[kind_of[place]][1],
            day0=result.day0[known[this[place]]],
        )
        for place in order.tolist()
    )


def confounded(events: StudyEvents, confounders: Sequence[Confounder]) -> NDArray[np.bool_]:
    """Whether another event about the same company falls into each event's event window, shape (N,).

    The dates of the events must be their days 0.
    """
    hit = {(item.event_id, item.symbol, item.day0) for item in confounders if item.inside is Inside.EVENT}
    keys = zip(events.event_ids, events.symbols, events.days, strict=True)
    return np.array([key in hit for key in keys], dtype=bool)


def has_other(result: StudyResult, window: Window) -> NDArray[np.bool_]:
    """Whether another event of the same series has its day 0 in a window around each event, shape (N,).

    Rows of one event_id are one event. Quick for any number of events, since no pair is named.
    """
    found = np.zeros(len(result.symbols), dtype=bool)
    known, series, ids = _located(result)
    zero = result.evidence.zero[known]
    every, own = (_keys(groups, zero, window) for groups in (series, series * len(found) + ids))
    counts = [_stretches(keys, np.sort(keys), window)[1] for keys in (every, own)]
    found[known] = counts[0] > counts[1]
    return found


def _located(result: StudyResult) -> tuple[Positions, Positions, Positions]:
    """Events with a day 0 (n,), and numbers for the series and the event_id of each."""
    known = np.flatnonzero(~np.isnat(result.day0))
    series, ids = (np.unique(keys, return_inverse=True)[1][known] for keys in (result.symbols, result.event_ids))
    return known, series, ids


def _keys(groups: Positions, zero: Positions, window: Window) -> Positions:
    """Day 0 (n,) on one line for all groups, so far apart that no window reaches into another group."""
    reach = int(zero.max(initial=0)) + 1 + max(-window.start, window.end, 0)
    keys: Positions = groups * reach + zero
    return keys


def _stretches(keys: Positions, ordered: Positions, window: Window) -> tuple[Positions, Positions]:
    """Where the window around each key starts among ascending keys, and how many of them lie in it, (n,) each."""
    first = np.searchsorted(ordered, keys + window.start)
    return first, np.searchsorted(ordered, keys + window.end, side="right") - first
