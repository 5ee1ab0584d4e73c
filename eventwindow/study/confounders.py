"""Other announcements about the same company, inside the windows of an event."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from eventwindow.study.engine import StudyEvents, StudySpec
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window


class Inside(StrEnum):
    """Which window of an event holds the other announcement's day 0."""

    EVENT = "event window"
    ESTIMATION = "estimation window"


@dataclass(frozen=True)
class Confounder:
    """Another event of the same series: its day 0 lies `offset` sessions from this event's."""

    event_id: str
    symbol: str
    other_event_id: str
    offset: int
    inside: Inside


def find_confounders(result: StudyResult, spec: StudySpec, concerned: NDArray[np.bool_]) -> tuple[Confounder, ...]:
    """Pairs of events of one series where the other's day 0 falls into this one's event or estimation window.

    `concerned` (N,) marks events that are about the company of their series; only such are
    confounders. Sorted by event, then by distance.
    """
    symbols = np.array(result.symbols, dtype=np.str_)
    found: list[Confounder] = []
    for symbol in np.unique(symbols):
        rows = np.flatnonzero((symbols == symbol) & ~np.isnat(result.day0))
        for window, inside in ((spec.event_window, Inside.EVENT), (spec.estimation, Inside.ESTIMATION)):
            found += _pairs(result, rows, concerned, window, inside)
    place = {key: number for number, key in enumerate(zip(result.event_ids, result.symbols, strict=True))}
    return tuple(sorted(found, key=lambda item: (place[item.event_id, item.symbol], abs(item.offset))))


def confounded(events: StudyEvents, confounders: Sequence[Confounder]) -> NDArray[np.bool_]:
    """Whether another event about the same company falls into each event's event window, shape (N,)."""
    pairs = {(item.event_id, item.symbol) for item in confounders if item.inside is Inside.EVENT}
    return np.array([key in pairs for key in zip(events.event_ids, events.symbols, strict=True)], dtype=bool)


def _pairs(
    result: StudyResult, rows: NDArray[np.intp], concerned: NDArray[np.bool_], window: Window, inside: Inside
) -> list[Confounder]:
    zero = result.evidence.zero[rows]
    distance = zero[None, :] - zero[:, None]
    ids = np.array(result.event_ids, dtype=np.str_)[rows]
    hit = (distance >= window.start) & (distance <= window.end) & concerned[rows][None, :] & (ids[:, None] != ids)
    return [
        Confounder(
            result.event_ids[rows[this]], result.symbols[rows[this]], result.event_ids[rows[other]],
            int(distance[this, other]), inside,
        )
        for this, other in np.argwhere(hit)
    ]  # fmt: skip
