"""What cannot be studied ends in a reason and a sentence: never in an exception, never in a number."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window

Floats = NDArray[np.float64]
# Weekdays only; day 0 is the session at 130: 120 sessions from -130 to -11, ten on either side.
DAYS = np.array(pd.bdate_range("2023-01-02", periods=160), dtype="datetime64[D]")
ZERO = 130
SPEC = StudySpec(estimation=Window(-130, -11), windows=(Window(0, 0), Window(-1, 1)))
MODELS = list(Model)
FIGURES = ["car", "se", "t", "p", "bhar"]
COLUMNS = (
    "event_id,symbol,model,window_start,window_end,day0,shift_sessions,n_estimation,alpha,beta,sigma,n_days,car,se,t,df"
    ",p,bhar,status,reason"
)


def noise(seed: int = 1) -> Floats:
    return np.random.default_rng(seed).normal(0, 0.01, len(DAYS))


def study(
    returns: Floats,
    benchmark: Floats | None = None,
    day: np.datetime64 = DAYS[ZERO],
    spec: StudySpec = SPEC,
    symbol: str = "S",
    span: tuple[int, int] = (0, len(DAYS) - 1),
) -> StudyResult:
    """One event on one series."""
    table = ReturnTable(
        days=DAYS,
        symbols=("S",),
        returns=returns[:, None],
        regressors=(noise(99) if benchmark is None else benchmark)[:, None],
        regressor_names=("M",),
        first=np.array([span[0]]),
        last=np.array([span[1]]),
    )
    events = StudyEvents(
        event_ids=("e",),
        symbols=(symbol,),
        days=np.array([day], dtype="datetime64[D]"),
        shift_sessions=np.array([0]),
        reasons=np.array([Reason.OK], dtype=object),
    )
    return run_study(events=events, prices=table, spec=spec)


def has_only(result: StudyResult, reason: Reason) -> None:
    """No figure anywhere, and the reason in words beside it."""
    events = result.events
    assert set(events["status"]) == {str(reason)}
    assert events[FIGURES].isna().all(axis=None)
    assert (events["n_days"] == 0).all()
    assert events["reason"].str.startswith(SENTENCES[reason]).all()
    assert len(SENTENCES[reason]) > 20


def missing(returns: Floats, *positions: int) -> Floats:
    changed = returns.copy()
    changed[list(positions)] = np.nan
    return changed


@pytest.mark.parametrize("model", MODELS)
def test_a_symbol_without_series_has_a_reason(model: Model) -> None:
    has_only(study(noise(), symbol="T", spec=replace(SPEC, model=model)), Reason.UNKNOWN_SYMBOL)


@pytest.mark.parametrize(
    ("day", "reason"), [("2022-12-30", Reason.OUTSIDE_PRICES), ("2024-12-30", Reason.OUTSIDE_CALENDAR)]
)
def test_a_day_before_the_first_or_after_the_last_session_has_a_reason(day: str, reason: Reason) -> None:
    has_only(study(noise(), day=np.datetime64(day)), reason)


@pytest.mark.parametrize("span", [(ZERO + 1, 159), (0, ZERO - 1)])
def test_a_day_outside_the_prices_of_the_series_has_a_reason(span: tuple[int, int]) -> None:
    has_only(study(noise(), span=span), Reason.OUTSIDE_PRICES)


@pytest.mark.parametrize("model", MODELS)
def test_a_window_past_the_end_of_the_data_has_a_reason_and_the_others_their_figures(model: Model) -> None:
    result = study(noise(), span=(0, ZERO), spec=replace(SPEC, model=model))
    inside, beyond = result.events.to_dict("records")
    assert inside["status"] == "ok"
    assert np.isfinite([inside[name] for name in FIGURES]).all()
    assert beyond["status"] == Reason.WINDOW_PAST_DATA
    assert np.isnan([beyond[name] for name in FIGURES]).all()
    assert beyond["reason"] == SENTENCES[Reason.WINDOW_PAST_DATA]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("width", "kept", "enough"), [(100, 59, False), (100, 60, True), (130, 64, False), (130, 65, True)]
)
def test_a_model_needs_sixty_returns_and_half_of_its_window(model: Model, width: int, kept: int, enough: bool) -> None:
    spec = replace(
        SPEC, model=model, estimation=Window(-width, -1), event_window=Window(0, 10), windows=(Window(0, 0),)
    )
    start = ZERO - width
    result = study(missing(noise(), *range(start, start + width - kept)), spec=spec)
    assert result.n_estimation.tolist() == [kept]
    if enough:
        assert result.events["status"].tolist() == ["ok"]
    else:
        has_only(result, Reason.TOO_FEW_ESTIMATION_RETURNS)
        assert f"It has {kept} of {width} sessions." in result.events["reason"][0]


@pytest.mark.parametrize(
    ("model", "coefficients"), [(Model.MARKET, 2), (Model.MARKET_ADJUSTED, 1), (Model.MEAN_ADJUSTED, 1)]
)
def test_a_model_needs_more_returns_than_it_has_coefficients(model: Model, coefficients: int) -> None:
    spec = StudySpec(
        model=model,
        estimation=Window(-coefficients, -1),
        event_window=Window(0, 5),
        windows=(Window(0, 0),),
        minimum_estimation=1,
    )
    has_only(study(noise(), spec=spec), Reason.TOO_FEW_ESTIMATION_RETURNS)


def test_a_missing_benchmark_return_is_no_estimation_return() -> None:
    result = study(noise(), benchmark=missing(noise(99), *range(61)))
    has_only(result, Reason.TOO_FEW_ESTIMATION_RETURNS)
    assert result.n_estimation.tolist() == [59]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("value", [0.0, 0.001])
def test_a_price_that_never_moved_has_a_reason(model: Model, value: float) -> None:
    returns = noise()
    returns[: ZERO - 10] = value
    has_only(study(returns, spec=replace(SPEC, model=model)), Reason.NO_VARIANCE)


@pytest.mark.parametrize("model", [Model.MARKET, Model.MARKET_ADJUSTED])
@pytest.mark.parametrize("value", [0.0, 0.001])
def test_a_benchmark_that_never_moved_has_a_reason(model: Model, value: float) -> None:
    benchmark = noise(99)
    benchmark[: ZERO - 10] = value
    has_only(study(noise(), benchmark, spec=replace(SPEC, model=model)), Reason.BENCHMARK_WITHOUT_VARIANCE)


def test_a_benchmark_that_never_moved_does_not_matter_to_the_mean() -> None:
    result = study(noise(), np.zeros(len(DAYS)), spec=replace(SPEC, model=Model.MEAN_ADJUSTED))
    assert set(result.events["status"]) == {"ok"}


@pytest.mark.parametrize(("slope", "constant"), [(1.0, 0.0), (2.0, 0.0), (1.0, 0.003), (-0.7, 0.001)])
def test_a_copy_of_the_benchmark_has_a_reason(slope: float, constant: float) -> None:
    has_only(study(constant + slope * noise(99)), Reason.CLONE_OF_BENCHMARK)


def test_a_copy_of_the_benchmark_has_a_reason_when_set_against_it_directly() -> None:
    has_only(study(noise(99), spec=replace(SPEC, model=Model.MARKET_ADJUSTED)), Reason.CLONE_OF_BENCHMARK)


@pytest.mark.parametrize("model", MODELS)
def test_a_window_without_any_return_has_a_reason(model: Model) -> None:
    has_only(
        study(missing(noise(), ZERO - 1, ZERO, ZERO + 1), spec=replace(SPEC, model=model)), Reason.NO_RETURN_IN_WINDOW
    )


@pytest.mark.parametrize("model", [Model.MARKET, Model.MARKET_ADJUSTED])
def test_a_day_without_benchmark_return_has_no_abnormal_return(model: Model) -> None:
    result = study(noise(), missing(noise(99), ZERO), spec=replace(SPEC, model=model))
    assert result.events["status"].tolist() == [Reason.NO_RETURN_IN_WINDOW, "ok"]
    assert result.events["n_days"].tolist() == [0, 2]


@pytest.mark.parametrize("reason", [item for item in Reason if item is not Reason.OK])
def test_a_reason_that_came_with_the_event_stays(reason: Reason) -> None:
    events = StudyEvents(("e",), ("S",), np.array(["NaT"], dtype="datetime64[D]"), np.array([0]), np.array([reason]))
    table = ReturnTable(DAYS, ("S",), noise()[:, None], noise(9)[:, None], ("M",), np.array([0]), np.array([159]))
    has_only(run_study(events=events, prices=table, spec=SPEC), reason)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_sentence(reason: Reason) -> None:
    assert bool(SENTENCES[reason]) is (reason is not Reason.OK)
    assert SENTENCES[reason] == "" or SENTENCES[reason].endswith(".")


def test_a_weekend_moves_day_zero_and_the_estimation_window_to_the_next_session() -> None:
    monday = int(np.flatnonzero(np.datetime64("2023-07-03") == DAYS)[0])
    saturday, on_monday = (study(noise(), day=np.datetime64(day)) for day in ("2023-07-01", "2023-07-03"))
    assert saturday.day0.tolist() == [DAYS[monday].item()]
    assert saturday.events.equals(on_monday.events)
    assert saturday.dates[0].tolist() == DAYS[monday - 10 : monday + 11].tolist()
    last = noise()
    last[monday - 11] += 0.5  # the last session of the estimation window
    assert study(last, day=np.datetime64("2023-07-01")).sigma[0] > 3 * saturday.sigma[0]
    beyond = noise()
    beyond[monday - 10] += 0.5  # the first one after it
    assert study(beyond, day=np.datetime64("2023-07-01")).sigma[0] == saturday.sigma[0]


def test_a_window_holds_as_many_sessions_across_a_closure() -> None:
    result = study(noise())
    assert result.abnormal["day"].tolist() == list(range(-10, 11))
    assert result.abnormal["date"].diff().dropna().dt.days.isin([1, 3]).all()


def mixed() -> StudyResult:
    """Seven events: two that can be studied, and five that cannot."""
    returns = np.stack([noise(1), noise(2), np.zeros(len(DAYS)), noise(99)], axis=1)
    benchmark = noise(99)[:, None]
    full = np.full(4, 159)
    table = ReturnTable(DAYS, ("A", "B", "FLAT", "COPY"), returns, benchmark, ("M",), np.zeros(4, dtype=np.intp), full)
    days = [DAYS[ZERO]] * 5 + [DAYS[20], np.datetime64("2030-01-01")]
    events = StudyEvents(
        event_ids=tuple("abcdefg"),
        symbols=("A", "FLAT", "B", "COPY", "NONE", "A", "B"),
        days=np.array(days, dtype="datetime64[D]"),
        shift_sessions=np.arange(7),
        reasons=np.full(7, Reason.OK, dtype=object),
    )
    return run_study(events=events, prices=table, spec=SPEC)


def test_no_event_is_lost() -> None:
    result = mixed()
    assert result.events["event_id"].tolist() == [name for name in "abcdefg" for _ in SPEC.windows]
    assert result.events["shift_sessions"].tolist() == [number for number in range(7) for _ in SPEC.windows]
    studied = set(result.events.loc[result.events["status"] == "ok", "event_id"])
    assert studied == {"a", "c"}
    assert studied | set(result.skipped["event_id"]) == set("abcdefg")
    assert len(studied) + len(result.skipped) == 7


def test_each_skipped_event_says_why() -> None:
    assert mixed().skipped[["event_id", "status"]].to_numpy().tolist() == [
        ["b", "no_variance"],
        ["d", "clone_of_benchmark"],
        ["e", "unknown_symbol"],
        ["f", "too_few_estimation_returns"],
        ["g", "outside_calendar"],
    ]


def test_an_event_that_cannot_be_studied_leaves_the_others_as_they_are() -> None:
    alone = study(noise(1)).events[FIGURES].to_numpy()
    found = mixed().events
    # The library that multiplies matrices may move the last bit with their size.
    assert found.loc[found["event_id"] == "a", FIGURES].to_numpy() == pytest.approx(alone, rel=1e-12, abs=0)


def test_the_frames_have_their_columns_in_order() -> None:
    result = mixed()
    assert ",".join(result.events.columns) == COLUMNS
    assert ",".join(result.abnormal.columns) == "event_id,symbol,model,day,date,actual,expected,abnormal,se"
    assert ",".join(result.skipped.columns) == "event_id,symbol,status,reason"


def test_the_daily_frame_adds_up_to_the_cumulative_returns() -> None:
    result = mixed()
    daily = result.abnormal[result.abnormal["day"].between(-1, 1)].groupby("event_id")["abnormal"].sum()
    wide = result.events[(result.events["window_start"] == -1) & (result.events["status"] == "ok")]
    assert daily.to_dict() == pytest.approx(dict(zip(wide["event_id"], wide["car"], strict=True)), rel=1e-12)


def test_abnormal_is_actual_less_expected() -> None:
    daily = mixed().abnormal
    assert len(daily) == 2 * 21
    assert daily["abnormal"].to_numpy() == pytest.approx((daily["actual"] - daily["expected"]).to_numpy(), rel=1e-12)


def test_a_study_says_what_it_did() -> None:
    assert repr(mixed()) == "StudyResult(market model: 2 of 7 events studied; windows [0,0], [-1,+1])"


def test_two_returns_that_lie_on_a_line_are_not_called_a_copy_of_the_benchmark() -> None:
    random = np.random.default_rng(1)
    days = np.arange(np.datetime64("2022-01-03"), np.datetime64("2022-06-22"))
    shape = (len(days), 1)
    bounds = np.array([0]), np.array([len(days) - 1])
    table = ReturnTable(days, ("S",), random.normal(size=shape), random.normal(size=shape), ("M",), *bounds)
    reasons = np.array([Reason.OK], dtype=object)
    events = StudyEvents(("e",), ("S",), days[[120]], np.array([0]), reasons)
    spec = StudySpec(
        estimation=Window(-2, -1), event_window=Window(0, 5), windows=(Window(0, 0),), minimum_estimation=1
    )
    result = run_study(events=events, prices=table, spec=spec)
    assert result.events["status"].tolist() == [Reason.TOO_FEW_ESTIMATION_RETURNS]


def test_a_study_needs_a_window_to_cumulate_over() -> None:
    with pytest.raises(OptionError, match="at least one window"):
        StudySpec(windows=())


def test_a_study_without_gaps_has_an_empty_table_of_the_skipped_with_columns_of_texts() -> None:
    skipped = study(noise()).skipped
    assert len(skipped) == 0
    assert set(skipped.dtypes) == {np.dtype(object)}


def test_a_notebook_shows_the_verdict_and_the_figures() -> None:
    result = study(noise())
    shown = result._repr_html_()
    assert "market model, 1 of 1 events studied." in shown
    assert shown.count("<td>ok</td>") == 2
    assert "<b>" not in replace(result, symbols=("<b>",))._repr_html_()


def test_a_figure_without_t_has_no_degrees_of_freedom() -> None:
    events = study(missing(noise(), ZERO)).events
    assert events["df"].isna().tolist() == events["t"].isna().tolist() == [True, False]


def test_events_without_a_figure_in_any_window_count_as_not_studied() -> None:
    result = study(missing(noise(), ZERO - 1, ZERO, ZERO + 1))
    assert repr(result).startswith("StudyResult(market model: 0 of 1 events studied;")
    assert (
        result.summary() == "market model, 0 of 1 events studied. Nothing can be said: No session of the window "
        "has a return."
    )
    assert result.skipped["status"].tolist() == ["no_return_in_window"]
