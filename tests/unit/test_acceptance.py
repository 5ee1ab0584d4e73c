"""Whether a download may join what we have: rules with an example each, and properties that hold for any download."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventwindow.facts.listings import Market
from eventwindow.facts.prices import COLUMNS, PriceSeries
from eventwindow.facts.sessions import Dates, MarketCalendar, load_calendars
from eventwindow.sources.acceptance import LARGEST_YIELD, SAME, Download, Taken, Verdict, judge
from eventwindow.sources.snapshot import COMMITTED

HONG_KONG: MarketCalendar = load_calendars(COMMITTED)[Market.HONG_KONG]
# Forty sessions we have, ten that are new; Friday 14 June 2024 is the last, and the market has closed.
DAYS: Dates = HONG_KONG.days[HONG_KONG.days <= np.datetime64("2024-06-14")][-50:]
HAD, NOW = 40, datetime(2024, 6, 14, 20, tzinfo=UTC)
OLD_PLACES = st.integers(0, HAD - 1)


def closes() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return 100 * np.cumprod(1 + 0.01 * np.sin(np.arange(len(DAYS))))


def download(**changes: object) -> Download:
    close = closes()
    base = Download(
        days=DAYS,
        open=close,
        high=close * 1.01,
        low=close * 0.99,
        close=close,
        volume=np.full(len(DAYS), 1e6),
        adjusted=close * 0.98,
        zone="Asia/Hong_Kong",
        splits={},
        dividends={},
    )
    return replace(base, **changes)


def have() -> PriceSeries:
    made = download()
    return PriceSeries("TEST", DAYS[:HAD], **{name: getattr(made, name)[:HAD] for name in COLUMNS})


def judged(found: Download, now: datetime = NOW, ours: PriceSeries | None = None) -> Verdict:
    return judge(ours or have(), found, HONG_KONG, now, since=DAYS[0].item())


def without(places: list[int]) -> Download:
    made, kept = download(), np.setdiff1d(np.arange(len(DAYS)), places)
    columns = {name: getattr(made, name)[kept] for name in ("days", "adjusted", *COLUMNS)}
    return replace(made, **columns)


def divided(ratio: float) -> Mapping[str, object]:
    made = download()
    prices = {name: getattr(made, name) / ratio for name in ("open", "high", "low", "close", "adjusted")}
    return prices | {"volume": made.volume * ratio}


def test_a_good_download_adds_what_is_new_and_changes_nothing_else() -> None:
    found = judged(download())
    assert (found.taken, len(found.series.days), found.missing, found.remarks) == (Taken.EXTENDED, 50, (), ())
    assert all(np.array_equal(getattr(found.series, name)[:HAD], getattr(have(), name)) for name in COLUMNS)


def test_the_same_download_again_changes_nothing() -> None:
    once = judged(download()).series
    again = judged(download(), ours=once)
    assert (again.taken, again.series) == (Taken.UNCHANGED, once)


def test_a_session_that_has_not_closed_is_left_out() -> None:
    during = judged(download(), now=datetime(2024, 6, 14, 8, 9, tzinfo=UTC))
    after = judged(download(), now=datetime(2024, 6, 14, 8, 10, tzinfo=UTC))
    assert (str(during.series.days[-1]), str(after.series.days[-1])) == ("2024-06-13", "2024-06-14")
    assert during.remarks == ("2024-06-14 has not closed yet: left out",)


def test_a_missing_new_session_is_named_and_not_filled() -> None:
    found = judged(without([45]))
    assert found.taken is Taken.EXTENDED
    assert found.missing == (DAYS[45].item(),)
    assert found.remarks == (f"no row for: {DAYS[45]}",)
    assert len(found.series.days) == 49


def test_a_volume_of_nought_is_unknown() -> None:
    volume = np.full(len(DAYS), 1e6)
    volume[-1] = 0
    assert np.isnan(judged(download(volume=volume)).series.volume[-1])


def scaled(first: int, factor: float) -> Mapping[str, object]:
    """Prices from a row on times a factor."""
    made, scale = download(), np.where(np.arange(len(DAYS)) >= first, factor, 1.0)
    return {name: getattr(made, name) * scale for name in ("open", "high", "low", "close", "adjusted")}


REFUSALS: dict[str, tuple[Mapping[str, object], str]] = {
    "nothing": ({name: np.array([]) for name in COLUMNS} | {"days": DAYS[:0]}, "no data returned"),
    "another zone": ({"zone": "America/New_York"}, "in the zone America/New_York"),
    "no zone": ({"zone": ""}, "in the zone unknown"),
    "no adjusted close": ({"adjusted": None}, "the adjusted close is missing"),
    "a copy as adjusted close": ({"adjusted": closes(), "dividends": {DAYS[5].item(): 1.0}}, "a copy of the raw one"),
    "an adjusted close all blank": ({"adjusted": np.full(len(DAYS), np.nan)}, "has the adjusted close nan"),
    "a blank adjusted close": ({"adjusted": np.where(np.arange(len(DAYS)) == 7, np.nan, closes())}, f"{DAYS[7]} has"),
    "a negative adjusted close": ({"adjusted": -closes()}, "has the adjusted close -"),
    "an infinite adjusted close": ({"adjusted": closes() * np.inf}, "has the adjusted close inf"),
    "a day twice": ({"days": np.concatenate([DAYS[:1], DAYS[:-1]])}, "comes twice or out of order"),
    "days backwards": ({"days": DAYS[::-1]}, "comes twice or out of order"),
    "a Sunday": ({"days": np.concatenate([DAYS[:-1], [np.datetime64("2024-06-16")]])}, "was no session"),
    "a day of the future": ({"days": np.concatenate([DAYS[:-1], [np.datetime64("2024-06-17")]])}, "in the future"),
    "a jump among the new days": (scaled(45, 4.0), "jumps from"),
    "a split left in the prices": ({**scaled(45, 0.2), "splits": {DAYS[45].item(): 5.0}}, "should be in all prices"),
    "half a share traded": ({"volume": np.full(len(DAYS), 0.5)}, "has the volume 0.5"),
    "an infinite volume": ({"volume": np.full(len(DAYS), np.inf)}, "has the volume inf"),
    "an absurd dividend": ({"dividends": {DAYS[45].item(): 100 * LARGEST_YIELD * 2}}, "has a dividend of 50"),
    "a negative dividend": ({"dividends": {DAYS[45].item(): -1.0}}, "has a dividend of -1"),
    "a split of nought": ({"splits": {DAYS[45].item(): 0.0}}, "has a split of 0"),
    "a split of tomorrow": ({"splits": {date(2024, 6, 17): 2.0}}, "has a split and no finished session yet"),
    "a split that prices do not show": ({"splits": {DAYS[45].item(): 2.0}}, "are not on its basis"),
    "a ratio that no split explains": (divided(2), "the history has changed"),
    "the wrong split": ({**divided(2), "splits": {DAYS[45].item(): 3.0}}, "the history has changed"),
    "a split we had already": ({**divided(2), "splits": {DAYS[5].item(): 2.0}}, "the history has changed"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_right_is_refused_in_words(case: str) -> None:
    changes, words = REFUSALS[case]
    found = judged(download(**changes))
    assert (found.taken, found.accepted, found.series.days.tolist()) == (Taken.REFUSED, False, have().days.tolist())
    assert words in found.reason


def test_a_history_that_starts_later_than_was_asked_for_is_refused() -> None:
    found = judged(without(list(range(30))))
    assert "is missing although we have it (30 such days)" in found.reason


def test_a_half_day_that_is_flat_and_without_volume_is_never_taken() -> None:
    # 24 December 2024: a half day in Hong Kong.
    days = HONG_KONG.days[HONG_KONG.days <= np.datetime64("2024-12-27")][-10:]
    half = int(np.flatnonzero(days == np.datetime64("2024-12-24"))[0])
    close, flat = np.full(10, 100.0), np.arange(10) == half
    columns = {"open": close, "close": close, "high": np.where(flat, 100, 101.0), "low": np.where(flat, 100, 99.0)}
    found = download(days=days, volume=np.where(flat, 0, 1e6), adjusted=close * 0.98, **columns)
    had = PriceSeries("TEST", days[:half], **{name: getattr(found, name)[:half] for name in COLUMNS})
    verdict = judge(had, found, HONG_KONG, datetime(2025, 1, 2, tzinfo=UTC), since=days[0].item())
    assert verdict.taken is Taken.EXTENDED
    assert verdict.missing == (date(2024, 12, 24),)
    assert verdict.remarks == ("flat rows of shortened sessions left out: 2024-12-24",)


@given(ratio=st.sampled_from([2.0, 3.0, 4.0, 5.0, 8.0, 10.0, 1.5, 0.1, 0.125, 0.5]), place=st.integers(HAD, 49))
def test_any_split_leaves_every_return_as_it_was(ratio: float, place: int) -> None:
    found = judged(download(**divided(ratio), splits={DAYS[place].item(): ratio}))
    assert found.new_splits == {DAYS[place].item(): ratio}
    assert (found.taken, found.ratio) == (Taken.REBASED, ratio)
    close, expected = found.series.close, closes()
    assert close[1:] / close[:-1] == pytest.approx(expected[1:] / expected[:-1], rel=1e-12)
    assert found.series.volume[:HAD] == pytest.approx(np.rint(1e6 * ratio))


@given(place=OLD_PLACES, factor=st.floats(0.4, 2.5).filter(lambda factor: abs(1 / factor - 1) > 2 * SAME))
def test_any_changed_day_of_the_past_is_refused(place: int, factor: float) -> None:
    made, scale = download(), np.where(np.arange(len(DAYS)) == place, factor, 1.0)
    prices = {name: getattr(made, name) * scale for name in ("open", "high", "low", "close")}
    found = judged(replace(made, **prices))
    assert found.taken is Taken.REFUSED
    assert str(DAYS[place]) in found.reason


@given(places=st.lists(OLD_PLACES, min_size=1, max_size=HAD - 1, unique=True))
def test_any_day_that_has_gone_is_refused(places: list[int]) -> None:
    found = judged(without(places))
    assert found.reason == f"{DAYS[min(places)]} is missing although we have it ({len(places)} such days)"


# Mostly new rows and likely prices, so that some of it passes.
ANYTHING = st.one_of(st.floats(98, 102), st.floats(), st.sampled_from([0.0, -1.0, 1e-9, 1e9, 100.0]))
CELLS = st.lists(st.tuples(st.sampled_from(COLUMNS), st.integers(HAD - 2, len(DAYS) - 1), ANYTHING), max_size=3)


@given(
    cells=CELLS, dropped=st.lists(st.integers(HAD - 1, len(DAYS) - 1), max_size=2), hours=st.integers(-24 * 60, 24 * 30)
)
def test_whatever_comes_only_sound_rows_join_and_ours_stay(
    cells: list[tuple[str, int, float]], dropped: list[int], hours: int
) -> None:
    made = download()
    columns = {name: getattr(made, name).copy() for name in COLUMNS}
    for name, place, value in cells:
        columns[name][place] = value
    kept = np.setdiff1d(np.arange(len(DAYS)), dropped)
    rows = {name: values[kept] for name, values in columns.items()}
    now = datetime.fromtimestamp(NOW.timestamp() + 3600 * hours, UTC)
    found = judged(replace(made, days=DAYS[kept], adjusted=columns["close"][kept] * 0.98, **rows), now)
    series, ours = found.series, have()
    assert found.accepted == (not found.reason)
    assert all(np.array_equal(getattr(series, name)[:HAD], getattr(ours, name)) for name in COLUMNS)
    new = {name: getattr(series, name)[HAD:] for name in COLUMNS}
    assert (np.diff(series.days).astype(int) > 0).all()
    assert np.isin(series.days, DAYS).all()
    for name in ("open", "high", "low", "close"):
        assert (np.isfinite(new[name]) & (new[name] > 0)).all()
    assert (new["low"] <= np.minimum(new["open"], new["close"]) * (1 + 1e-5)).all()
    assert (new["high"] >= np.maximum(new["open"], new["close"]) * (1 - 1e-5)).all()
    assert not (new["volume"] <= 0).any()
    assert (np.abs(np.diff(np.log(series.close))) <= np.log(3)).all()
    closing = HONG_KONG.closes[np.searchsorted(HONG_KONG.days, series.days[HAD:])]
    assert (closing <= np.datetime64(now.replace(tzinfo=None), "s")).all()
