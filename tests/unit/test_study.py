"""The study engine against a second way of computing the same figures, and what must not change them.

Second way: numpy.linalg.lstsq for the fit, the general form s^2 [L + 1'X* (X'X)^-1 X*'1] of the prediction error
(Campbell, Lo, MacKinlay 1997, ch. 4) for the standard error, scipy.stats for p.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import CHUNK, StudyEvents, StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.results import StudyResult
from eventwindow.study.significance import critical_value
from eventwindow.study.windows import Window

Floats = NDArray[np.float64]
ESTIMATION, EVENT = Window(-90, -11), Window(-10, 10)
WINDOWS = (Window(-10, 10), Window(-1, 1), Window(0, 0), Window(0, 1), Window(2, 7))
SPEC = StudySpec(estimation=ESTIMATION, event_window=EVENT, windows=WINDOWS)
DAYS = np.arange(np.datetime64("2022-01-03"), np.datetime64("2022-06-22"))  # every day of the week is a session
# The other two models have tests of their own in test_models.py.
MODELS = [Model.MARKET, Model.MARKET_ADJUSTED, Model.MEAN_ADJUSTED]


def table(returns: Floats, benchmark: Floats, days: NDArray[np.datetime64] = DAYS) -> ReturnTable:
    count, firms = returns.shape
    return ReturnTable(
        days=days[:count],
        symbols=tuple(f"S{number}" for number in range(firms)),
        returns=returns,
        regressors=benchmark[:, None],
        regressor_names=("M",),
        first=np.zeros(firms, dtype=np.intp),
        last=np.full(firms, count - 1, dtype=np.intp),
    )


def events(symbols: list[str], positions: list[int], days: NDArray[np.datetime64] = DAYS) -> StudyEvents:
    return StudyEvents(
        event_ids=tuple(f"e{number}" for number in range(len(symbols))),
        symbols=tuple(symbols),
        days=days[positions],
        shift_sessions=np.zeros(len(symbols), dtype=np.intp),
        reasons=np.full(len(symbols), Reason.OK, dtype=object),
    )


def sample(seed: int, firms: int, gaps: float, length: int = 160) -> tuple[Floats, Floats]:
    """Returns (T, firms) and a benchmark (T,), with a share of them missing."""
    random = np.random.default_rng(seed)
    benchmark = random.normal(0.0004, 0.011, length)
    returns = random.normal(0.0002, 0.018, (length, firms)) + random.uniform(-0.5, 2, firms) * benchmark[:, None]
    returns[random.random(returns.shape) < gaps] = np.nan
    benchmark = np.where(random.random(length) < gaps / 4, np.nan, benchmark)
    return returns, benchmark


def second_way(model: Model, y: Floats, x: Floats, day0: int, window: Window) -> dict[str, float]:
    """All figures of one event and window."""
    before = slice(day0 + ESTIMATION.start, day0 + ESTIMATION.end + 1)
    inside = slice(day0 + window.start, day0 + window.end + 1)
    if model is Model.MARKET_ADJUSTED:
        gap = y - x
        fitting, shown = gap[before][np.isfinite(gap[before])], gap[inside][np.isfinite(gap[inside])]
        s, df = fitting.std(ddof=1), len(fitting) - 1
        car, se = shown.sum(), s * np.sqrt(len(shown))
        alpha, beta, count, days = 0.0, 1.0, len(fitting), len(shown)
    else:
        columns = [np.ones_like(x), x] if model is Model.MARKET else [np.ones_like(x)]
        design = np.stack(columns, axis=1)
        known = np.isfinite(y) & np.isfinite(design).all(axis=1)
        fit, new = known[before], known[inside]
        matrix, target = design[before][fit], y[before][fit]
        coefficients = np.linalg.lstsq(matrix, target, rcond=None)[0]
        df = len(target) - matrix.shape[1]
        s = np.sqrt(((target - matrix @ coefficients) ** 2).sum() / df)
        ahead = design[inside][new]
        car = (y[inside][new] - ahead @ coefficients).sum()
        one = ahead.sum(axis=0)
        se = s * np.sqrt(len(ahead) + one @ np.linalg.inv(matrix.T @ matrix) @ one)
        alpha, beta = coefficients[0], coefficients[1] if model is Model.MARKET else np.nan
        count, days = len(target), len(ahead)
    t = car / se
    figures = {"alpha": alpha, "beta": beta, "sigma": s, "car": car, "se": se, "t": t, "p": 2 * stats.t.sf(abs(t), df)}
    return figures | {"df": df, "n_estimation": count, "n_days": days}


def row(result: StudyResult, event: int, window: Window) -> dict[str, float]:
    return result.events.iloc[event * len(result.windows) + result.windows.index(window)].to_dict()


@given(
    seed=st.integers(0, 2**32 - 1),
    model=st.sampled_from(MODELS),
    gaps=st.sampled_from([0.0, 0.05, 0.2]),
    position=st.integers(90, 149),
)
def test_every_figure_agrees_with_the_second_way_also_with_gaps(
    seed: int, model: Model, gaps: float, position: int
) -> None:
    returns, benchmark = sample(seed, 2, gaps)
    spec = replace(SPEC, model=model, minimum_estimation=40)
    result = run_study(events=events(["S0", "S1"], [position] * 2), prices=table(returns, benchmark), spec=spec)
    for event in range(2):
        for window in WINDOWS:
            found = row(result, event, window)
            if found["status"] == "ok":
                expected = second_way(model, returns[:, event], benchmark, position, window)
                shown = {name: found[name] for name in expected}
                assert shown == pytest.approx(expected, rel=1e-8, abs=1e-12, nan_ok=True)


def test_gaps_leave_enough_figures_for_the_comparison_to_mean_something() -> None:
    returns, benchmark = sample(7, 8, 0.2)
    found = events([f"S{number}" for number in range(8)], [120] * 8)
    result = run_study(events=found, prices=table(returns, benchmark), spec=replace(SPEC, minimum_estimation=40))
    assert (result.events["status"] == "ok").sum() > 30
    assert (result.events["n_days"] < 21).any()


@pytest.mark.parametrize("model", MODELS)
def test_a_missing_day_zero_leaves_a_longer_window_with_one_day_less(model: Model) -> None:
    returns, benchmark = sample(3, 1, 0.0)
    returns[120, 0] = np.nan
    result = run_study(events=events(["S0"], [120]), prices=table(returns, benchmark), spec=replace(SPEC, model=model))
    found = row(result, 0, Window(-1, 1))
    expected = second_way(model, returns[:, 0], benchmark, 120, Window(-1, 1))
    assert found["n_days"] == expected["n_days"] == 2
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-9, nan_ok=True)
    assert row(result, 0, Window(0, 0))["status"] == Reason.NO_RETURN_IN_WINDOW


@given(seed=st.integers(0, 2**32 - 1), order=st.permutations(range(5)), model=st.sampled_from(MODELS))
def test_the_order_of_events_and_of_series_changes_nothing(seed: int, order: list[int], model: Model) -> None:
    returns, benchmark = sample(seed, 5, 0.05)
    spec = replace(SPEC, model=model)
    positions = [100, 110, 120, 120, 149]
    symbols = [f"S{number}" for number in range(5)]
    plain = run_study(events=events(symbols, positions), prices=table(returns, benchmark), spec=spec)
    mixed = table(returns[:, order], benchmark)
    mixed = replace(mixed, symbols=tuple(symbols[number] for number in order))
    back = order[::-1]
    shuffled = run_study(
        events=events([symbols[number] for number in back], [positions[number] for number in back]),
        prices=mixed,
        spec=spec,
    )
    for name in ("car", "se", "t", "p", "bhar"):
        # The order of a sum may move the last bit.
        expected = getattr(plain, name)[back]
        assert getattr(shuffled, name) == pytest.approx(expected, rel=1e-12, abs=1e-15, nan_ok=True)
    assert (shuffled.status == plain.status[back]).all()


@given(seed=st.integers(0, 2**32 - 1), model=st.sampled_from(MODELS), gaps=st.sampled_from([0.0, 0.1]))
def test_percent_instead_of_decimals_leaves_every_test_as_it_is(seed: int, model: Model, gaps: float) -> None:
    returns, benchmark = sample(seed, 3, gaps)
    found = events(["S0", "S1", "S2"], [120] * 3)
    spec = replace(SPEC, model=model)
    decimal, percent = (
        run_study(events=found, prices=table(scale * returns, scale * benchmark), spec=spec) for scale in (1, 100)
    )
    assert percent.t == pytest.approx(decimal.t, rel=1e-7, nan_ok=True)
    assert percent.p == pytest.approx(decimal.p, rel=1e-7, nan_ok=True)
    assert percent.car == pytest.approx(100 * decimal.car, rel=1e-7, abs=1e-12, nan_ok=True)


@given(seed=st.integers(0, 2**32 - 1), constant=st.floats(-0.05, 0.05))
def test_a_constant_added_to_all_returns_leaves_the_market_models_abnormal_returns(seed: int, constant: float) -> None:
    returns, benchmark = sample(seed, 2, 0.05)
    found = events(["S0", "S1"], [120] * 2)
    plain = run_study(events=found, prices=table(returns, benchmark), spec=SPEC)
    moved = run_study(events=found, prices=table(returns + constant, benchmark + constant), spec=SPEC)
    assert moved.abnormal_returns == pytest.approx(plain.abnormal_returns, rel=1e-7, abs=1e-12, nan_ok=True)
    assert moved.se == pytest.approx(plain.se, rel=1e-7, nan_ok=True)


@given(seed=st.integers(0, 2**32 - 1))
def test_what_happened_in_the_event_window_does_not_touch_the_model(seed: int) -> None:
    returns, benchmark = sample(seed, 1, 0.0)
    found = events(["S0"], [120])
    wild = returns.copy()
    wild[110:131] *= 50
    plain, shaken = (run_study(events=found, prices=table(item, benchmark), spec=SPEC) for item in (returns, wild))
    assert (shaken.alpha, shaken.beta, shaken.sigma) == (plain.alpha, plain.beta, plain.sigma)
    assert shaken.se.tolist() == plain.se.tolist()


@pytest.mark.parametrize("model", MODELS)
def test_two_markets_in_one_run_give_the_numbers_of_two_runs(model: Model) -> None:
    (first, one), (second, two) = sample(1, 2, 0.05), sample(2, 2, 0.05)
    home = table(first, one)
    abroad = replace(table(second, two, DAYS + 3), symbols=("T0", "T1"))
    spec = replace(SPEC, model=model)
    both = run_study(events=events(["S0", "T0", "T1", "S1"], [120] * 4), prices=[home, abroad], spec=spec)
    alone = run_study(events=events(["S0", "S1"], [120] * 2), prices=home, spec=spec)
    others = run_study(events=events(["T0", "T1"], [120] * 2), prices=[abroad], spec=spec)
    for name in ("car", "se", "t", "p", "bhar", "abnormal_returns"):
        joined = np.concatenate([getattr(alone, name), getattr(others, name)])[[0, 2, 3, 1]]
        assert getattr(both, name) == pytest.approx(joined, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("kind", ["simple", "log"])
def test_the_buy_and_hold_return_is_the_difference_of_two_products(model: Model, kind: str) -> None:
    returns, benchmark = sample(5, 1, 0.0)
    returns[122, 0] = np.nan
    spec = replace(SPEC, model=model, returns_kind="log" if kind == "log" else "simple")
    result = run_study(events=events(["S0"], [120]), prices=table(returns, benchmark), spec=spec)
    for number, window in enumerate(WINDOWS):
        held = expected = 1.0
        for session in window.sessions.tolist():
            actual, normal = result.actual[0, session + 10], result.expected[0, session + 10]
            if np.isfinite(actual):
                held *= np.exp(actual) if kind == "log" else 1 + actual
                expected *= np.exp(normal) if kind == "log" else 1 + normal
        assert result.bhar[0, number] == pytest.approx(held - expected, rel=1e-12)


def test_the_same_announcement_twice_on_two_series_stays_two_events() -> None:
    returns, benchmark = sample(1, 2, 0.0)
    found = replace(events(["S0", "S1", "S0"], [100, 100, 130]), event_ids=("a", "a", "b"))
    result = run_study(events=found, prices=table(returns, benchmark), spec=SPEC)
    assert len(result.events) == 3 * len(WINDOWS)
    assert result.row("b", "S0") == 2
    with pytest.raises(KeyError):
        result.row("b", "S1")


@pytest.mark.parametrize("level", [0.90, 0.95, 0.99])
def test_a_band_is_as_wide_as_students_t_says(level: float) -> None:
    df = np.array([3, 60, 248])
    assert critical_value(level, df) == pytest.approx(stats.t.ppf((1 + level) / 2, df), rel=1e-12)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"estimation": Window(-90, -10)}, r"estimation window \[-90,-10\]: it must end before .* \[-10,\+10\] starts"),
        ({"windows": (Window(0, 11),)}, r"window \[0,\+11\]: it lies outside the event window \[-10,\+10\]"),
        ({"windows": (Window(0, 0), Window(-11, 0))}, r"window \[-11,0\]: it lies outside"),
    ],
)
def test_settings_that_cannot_go_together_are_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        replace(SPEC, **settings)


def test_a_window_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(OptionError, match=r"window \[\+5,-5\]: it ends before it starts"):
        Window(5, -5)


@pytest.mark.parametrize(("window", "text", "length"), [((0, 0), "[0,0]", 1), ((-1, 1), "[-1,+1]", 3)])
def test_a_window_is_written_in_event_time_and_counts_its_sessions(
    window: tuple[int, int], text: str, length: int
) -> None:
    assert (str(Window(*window)), Window(*window).length) == (text, length)


@pytest.mark.parametrize("model", MODELS)
def test_an_events_figures_are_the_same_to_the_last_bit_whatever_events_stand_beside_it(model: Model) -> None:
    random = np.random.default_rng(11)
    returns, benchmark = sample(11, 40, 0.0)
    returns[:, ::4] = np.where(random.random((len(returns), 10)) < 0.1, np.nan, returns[:, ::4])
    symbols = [f"S{number % 40}" for number in range(CHUNK + 90)]
    positions = random.integers(95, 156, len(symbols)).tolist()  # some windows reach beyond the data
    order = random.permutation(len(symbols)).tolist()
    prices, spec = table(returns, benchmark), replace(SPEC, model=model, minimum_estimation=40)
    together = run_study(events=events(symbols, positions), prices=prices, spec=spec)
    chosen = events([symbols[place] for place in order], [positions[place] for place in order])
    shuffled = run_study(events=chosen, prices=prices, spec=spec)
    alone = run_study(events=events(symbols[:1], positions[:1]), prices=prices, spec=spec)
    for name in ("alpha", "sigma", "abnormal_returns", "abnormal_se", "car", "se", "t", "p", "bhar"):
        assert np.array_equal(getattr(shuffled, name), getattr(together, name)[order], equal_nan=True), name
        assert np.array_equal(getattr(alone, name), getattr(together, name)[:1], equal_nan=True), name
    assert np.array_equal(shuffled.evidence.residuals, together.evidence.residuals[order], equal_nan=True)
    assert (together.status == Reason.WINDOW_PAST_DATA).any()
    assert (together.n_estimation < ESTIMATION.length).any()


@pytest.mark.parametrize("model", MODELS)
def test_a_study_may_be_set_up_in_plain_names_and_pairs_of_sessions(model: Model) -> None:
    returns, benchmark = sample(3, 2, 0.0)
    plain = StudySpec(
        model=model.value,
        estimation=(-90, -11),
        event_window=[-10, 10],
        windows=[(0, 0), (-1, 1), (0, 0)],
        returns_kind="simple",
    )
    typed = StudySpec(model=model, estimation=ESTIMATION, event_window=EVENT, windows=(Window(0, 0), Window(-1, 1)))
    assert plain == typed
    assert type(plain.model) is Model
    found, expected = (
        run_study(events=events(["S0", "S1"], [120] * 2), prices=table(returns, benchmark), spec=spec)
        for spec in (plain, typed)
    )
    assert found.events.equals(expected.events)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"model": "capm"}, "model 'capm': choose market, market-adjusted, mean-adjusted, factors or scholes-williams"),
        ({"returns_kind": "logs"}, "returns_kind 'logs': choose simple or log"),
        ({"estimation": -90}, "estimation -90: give a window as two whole numbers"),
        ({"estimation": (-90, -11.5)}, r"estimation \(-90, -11.5\): give a window as two whole numbers"),
        ({"event_window": (10, -10)}, r"event_window: window \[\+10,-10\]: it ends before it starts"),
        ({"windows": (0, 1)}, "windows 0: give a window as two whole numbers"),
        ({"windows": ((0, 1, 2),)}, r"windows \(0, 1, 2\): give a window as two whole numbers"),
        ({"minimum_estimation": 0}, "minimum_estimation 0: give a whole number, 1 or more"),
        ({"minimum_estimation": 60.5}, "minimum_estimation 60.5: give a whole number, 1 or more"),
    ],
)
def test_a_setting_that_does_not_exist_is_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        replace(SPEC, **settings)
