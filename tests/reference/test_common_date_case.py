"""The engine against the reference values of README.md in this folder: 40 firms, one common date."""

import csv
import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window

FOLDER = Path(__file__).parent / "common_date_case"
FIRMS = tuple(f"F{number:02d}" for number in range(1, 41))
WINDOWS = tuple(Window(*pair) for pair in [(-10, 10), (-5, 5), (-1, 1), (0, 0), (0, 1), (0, 5), (2, 10)])
AGREEMENT = 1e-9
NAMES = {"market": Model.MARKET, "market_adjusted": Model.MARKET_ADJUSTED, "mean_adjusted": Model.MEAN_ADJUSTED}


def rows(file: str) -> list[dict[str, str]]:
    with (FOLDER / file).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def table() -> ReturnTable:
    lines = rows("input_returns.csv")
    return ReturnTable(
        days=np.array([line["date"] for line in lines], dtype="datetime64[D]"),
        symbols=FIRMS,
        returns=np.array([[float(line[firm]) for firm in FIRMS] for line in lines]),
        regressors=np.array([[float(line["MKT"])] for line in lines]),
        regressor_names=("MKT",),
        first=np.zeros(len(FIRMS), dtype=np.intp),
        last=np.full(len(FIRMS), len(lines) - 1, dtype=np.intp),
    )


@cache
def study(model: Model) -> StudyResult:
    (day,) = [line["date"] for line in rows("input_returns.csv") if line["rel_day"] == "0"]
    count = len(FIRMS)
    events = StudyEvents(
        event_ids=("common-date",) * count,
        symbols=FIRMS,
        days=np.array([day] * count, dtype="datetime64[D]"),
        shift_sessions=np.zeros(count, dtype=np.intp),
        reasons=np.full(count, Reason.OK, dtype=object),
    )
    return run_study(events=events, prices=table(), spec=StudySpec(model=model, windows=WINDOWS, returns_kind="log"))


def column(result: StudyResult, name: str, window: Window) -> np.ndarray:
    chosen = result.events[
        (result.events["window_start"] == window.start) & (result.events["window_end"] == window.end)
    ]
    assert tuple(chosen["symbol"]) == FIRMS
    return chosen[name].to_numpy()


COLUMNS = {
    "n_est": "n_estimation",
    "n_days": "n_days",
    "alpha": "alpha",
    "beta": "beta",
    "s": "sigma",
    "car": "car",
    "se_exact": "se",
    "t_exact": "t",
    "p_exact": "p",
}


@pytest.mark.parametrize("expected", COLUMNS)
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_the_market_model_agrees_for_every_firm(window: Window, expected: str) -> None:
    lines = [
        line
        for line in rows("expected_firm_cars_market.csv")
        if (int(line["win_start"]), int(line["win_end"])) == (window.start, window.end)
    ]
    assert tuple(line["firm"] for line in lines) == FIRMS
    found = column(study(Model.MARKET), COLUMNS[expected], window)
    assert found == pytest.approx([float(line[expected]) for line in lines], rel=AGREEMENT, abs=0)


def test_the_reference_holds_every_firm_and_window() -> None:
    pairs = {
        (line["firm"], int(line["win_start"]), int(line["win_end"])) for line in rows("expected_firm_cars_market.csv")
    }
    assert pairs == {(firm, window.start, window.end) for firm in FIRMS for window in WINDOWS}


@pytest.mark.parametrize(
    "line", rows("expected_windows.csv"), ids=lambda line: "{model}-{win_start}-{win_end}".format(**line)
)
def test_the_mean_over_firms_agrees_for_every_model_and_window(line: dict[str, str]) -> None:
    window = Window(int(line["win_start"]), int(line["win_end"]))
    cars = column(study(NAMES[line["model"]]), "car", window)
    assert cars.size == int(line["n"])
    assert cars.mean() == pytest.approx(float(line["caar"]), rel=AGREEMENT, abs=0)


@pytest.mark.parametrize(
    "line", rows("expected_windows.csv"), ids=lambda line: "{model}-{win_start}-{win_end}".format(**line)
)
def test_the_spread_over_firms_agrees_for_every_model_and_window(line: dict[str, str]) -> None:
    cars = column(study(NAMES[line["model"]]), "car", Window(int(line["win_start"]), int(line["win_end"])))
    t = cars.mean() / (cars.std(ddof=1) / math.sqrt(cars.size))
    assert t == pytest.approx(float(line["csect_t"]), rel=AGREEMENT, abs=0)


@pytest.mark.parametrize("model", NAMES)
def test_the_mean_abnormal_return_agrees_on_every_day(model: str) -> None:
    expected = {int(line["rel_day"]): float(line["aar"]) for line in rows(f"expected_daily_{model}.csv")}
    found = study(NAMES[model]).daily.groupby("day")["abnormal"].mean()
    assert list(found.index) == sorted(expected)
    assert found.to_numpy() == pytest.approx([expected[day] for day in found.index], rel=AGREEMENT, abs=0)


@pytest.mark.parametrize("model", NAMES)
def test_the_scaled_abnormal_returns_give_patells_z_on_every_day(model: str) -> None:
    # Patell (1976): the sum of AR / S over firms, by the standard deviation that Student's t has.
    result = study(NAMES[model])
    expected = {int(line["rel_day"]): float(line["patell_z"]) for line in rows(f"expected_daily_{model}.csv")}
    scaled = (result.abnormal / result.abnormal_se).sum(axis=0)
    found = scaled / np.sqrt((result.df / (result.df - 2)).sum())
    assert found == pytest.approx([expected[day] for day in range(-10, 11)], rel=AGREEMENT, abs=0)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_the_standard_error_of_the_mean_adjusted_model_is_that_of_a_mean_and_its_forecast(window: Window) -> None:
    # s^2 (L + L^2 / M): L new draws, and L times the error of the estimated mean.
    sample = table().returns[:250]
    s = np.array([math.sqrt(sum((y - col.mean()) ** 2 for y in col) / 249) for col in sample.T])
    expected = s * math.sqrt(window.length + window.length**2 / 250)
    assert column(study(Model.MEAN_ADJUSTED), "se", window) == pytest.approx(expected, rel=AGREEMENT, abs=0)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_the_standard_error_of_the_market_adjusted_model_is_that_of_independent_days(window: Window) -> None:
    sample = table().returns[:250] - table().regressors[:250]
    s = np.array([math.sqrt(sum((y - col.mean()) ** 2 for y in col) / 249) for col in sample.T])
    assert column(study(Model.MARKET_ADJUSTED), "se", window) == pytest.approx(
        s * math.sqrt(window.length), rel=AGREEMENT, abs=0
    )


def test_leaving_out_the_prediction_error_would_be_seen() -> None:
    naive = [
        float(line["se_naive_sqrtL"])
        for line in rows("expected_firm_cars_market.csv")
        if (line["win_start"], line["win_end"]) == ("-10", "10")
    ]
    assert (column(study(Model.MARKET), "se", Window(-10, 10)) > np.array(naive) * 1.01).all()
