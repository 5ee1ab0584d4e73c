"""Abnormal volume is a study of log volume; abnormal volatility is a ratio with an F test."""

import numpy as np
import pytest
from scipy import stats

from eventwindow.facts.listings import Market
from eventwindow.facts.prices import ReturnTable, volume_table
from eventwindow.facts.reasons import Reason
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.volatility import volatility_ratios
from eventwindow.study.windows import Window

SPEC = StudySpec(windows=(Window(0, 0), Window(-1, 1)))
SESSIONS = 320


def table(firms: int, seed: int = 0, scale: float = 1.0) -> ReturnTable:
    random = np.random.default_rng(seed)
    days = np.arange(np.datetime64("2021-01-01"), np.datetime64("2021-01-01") + SESSIONS)
    benchmark = random.normal(0, 0.01, (SESSIONS, 1))
    noise = random.normal(0, 0.02, (SESSIONS, firms))
    noise[300:303] *= scale
    symbols = tuple(f"S{number}" for number in range(firms))
    return ReturnTable(
        days, symbols, benchmark + noise, benchmark, ("M",), np.zeros(firms, int), np.full(firms, SESSIONS - 1)
    )


def everyone(prices: ReturnTable) -> StudyEvents:
    count = len(prices.symbols)
    reasons = np.full(count, Reason.OK, dtype=object)
    return StudyEvents(("e",) * count, prices.symbols, prices.days[[301] * count], np.zeros(count, int), reasons)


def test_the_ratio_is_the_mean_square_of_abnormal_returns_over_their_errors() -> None:
    prices = table(2)
    result = run_study(events=everyone(prices), prices=prices, spec=SPEC)
    found = volatility_ratios(result)
    frame = result.abnormal
    for row, symbol in enumerate(prices.symbols):
        for number, window in enumerate(SPEC.windows):
            days = frame[(frame["symbol"] == symbol) & frame["day"].between(window.start, window.end)]
            ratio = float(((days["abnormal"] / days["se"]) ** 2).mean())
            assert found.ratio[row, number] == pytest.approx(ratio, rel=1e-12)
            assert found.p[row, number] == pytest.approx(stats.f.sf(ratio, len(days), 248), rel=1e-9)


def test_the_test_across_events_is_the_scaled_sum_of_patell() -> None:
    prices = table(30, seed=4)
    result = run_study(events=everyone(prices), prices=prices, spec=SPEC)
    found = volatility_ratios(result)
    squares = ((result.abnormal_returns / result.abnormal_se) ** 2)[:, 9:12]
    z = (squares * 246 / 248 - 1).sum() / np.sqrt(squares.size * 2 * 247 / 244)
    assert found.z[1] == pytest.approx(z, rel=1e-12)
    assert found.p_across[1] == pytest.approx(stats.norm.sf(z), rel=1e-9)
    assert found.n.tolist() == [30, 30]


def test_tripled_noise_is_seen_and_usual_noise_is_not() -> None:
    quiet, loud = table(30, seed=7), table(30, seed=7, scale=3.0)
    for prices, expected in ((quiet, False), (loud, True)):
        result = run_study(events=everyone(prices), prices=prices, spec=SPEC)
        assert bool(volatility_ratios(result).p_across[1] < 0.01) is expected


def test_an_event_without_a_figure_has_no_ratio_and_its_reason() -> None:
    prices = table(1)
    early = StudyEvents(("e",), ("S0",), prices.days[[20]], np.zeros(1, int), np.full(1, Reason.OK, dtype=object))
    found = volatility_ratios(run_study(events=early, prices=prices, spec=SPEC))
    assert np.isnan(found.ratio).all()
    assert set(found.status.ravel()) == {Reason.TOO_FEW_ESTIMATION_RETURNS}
    assert found.n.tolist() == [0, 0]


def test_volume_on_the_main_event_against_the_listings_own_mean(snapshot: Snapshot) -> None:
    listing = snapshot.listings["BABA"]
    volumes = volume_table(snapshot.prices, snapshot.calendars[Market.WALL_STREET], [listing], "GSPC")
    day = np.array(["2023-07-07"], dtype="datetime64[D]")
    events = StudyEvents(("e",), ("BABA",), day, np.zeros(1, int), np.full(1, Reason.OK, dtype=object))
    result = run_study(events=events, prices=volumes, spec=StudySpec(model=Model.MEAN_ADJUSTED))
    series = snapshot.prices.series["BABA"]
    place = int(np.flatnonzero(series.days == day[0])[0])
    usual = np.log(series.volume[place - 260 : place - 10])
    expected = np.log(series.volume[place]) - usual.mean()
    error = usual.std(ddof=1) * np.sqrt(1 + 1 / 250)
    assert result.car[0, 0] == pytest.approx(expected, rel=1e-9)
    assert result.t[0, 0] == pytest.approx(expected / error, rel=1e-9)


def test_unknown_volume_is_missing_and_not_zero(snapshot: Snapshot) -> None:
    # 2020-12-31 was a half day whose volume in the price file of 9888.HK does not exist yet: listed in 2021.
    listing = snapshot.listings["9888.HK"]
    calendar = snapshot.calendars[Market.HONG_KONG]
    volumes = volume_table(snapshot.prices, calendar, [listing], "HSI")
    half_day = calendar.position(np.datetime64("2021-12-24").item())
    assert half_day is not None
    assert np.isnan(volumes.returns[half_day, 0])
