"""The engine against the reference values of README.md in this folder: 40 firms, one common date."""

import csv
import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from eventwindow.cli import main
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
SESSIONS = tuple(Window(day, day) for day in range(-10, 11))
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
def study(model: Model, windows: tuple[Window, ...] = WINDOWS) -> StudyResult:
    (day,) = [line["date"] for line in rows("input_returns.csv") if line["rel_day"] == "0"]
    count = len(FIRMS)
    events = StudyEvents(
        event_ids=("common-date",) * count,
        symbols=FIRMS,
        days=np.array([day] * count, dtype="datetime64[D]"),
        shift_sessions=np.zeros(count, dtype=np.intp),
        reasons=np.full(count, Reason.OK, dtype=object),
    )
    return run_study(events=events, prices=table(), spec=StudySpec(model=model, windows=windows, returns_kind="log"))


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
    found = study(NAMES[model]).abnormal.groupby("day")["abnormal"].mean()
    assert list(found.index) == sorted(expected)
    assert found.to_numpy() == pytest.approx([expected[day] for day in found.index], rel=AGREEMENT, abs=0)


@pytest.mark.parametrize("model", NAMES)
def test_the_scaled_abnormal_returns_give_patells_z_on_every_day(model: str) -> None:
    # Patell (1976): the sum of AR / S over firms, by the standard deviation that Student's t has.
    result = study(NAMES[model])
    expected = {int(line["rel_day"]): float(line["patell_z"]) for line in rows(f"expected_daily_{model}.csv")}
    scaled = (result.abnormal_returns / result.abnormal_se).sum(axis=0)
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


# Our name of each test, and the column of its statistic in the tables of windows and of days.
IN_WINDOWS = {
    "cross_sectional_t": "csect_t",
    "skewness_adjusted_t": "skew_t",
    "crude_dependence_t": "cda_t",
    "patell_z": "patell_scar_z",
    "bmp_t": "bmp_scar_t",
    "kp_patell_z": "kp_patell_scar_z",
    "kp_bmp_t": "kp_bmp_scar_t",
    "corrado_rank_z": "rank_z",
    "grank_t": "grank_t",
    "grank_z": "grank_z",
    "sign_z": "sign_z",
    "generalized_sign_z": "gsign_z",
    "wilcoxon_z": "wilcoxon_z",
}
ON_DAYS = {
    "cross_sectional_t": "csect_t",
    "crude_dependence_t": "cda_t",
    "patell_z": "patell_z",
    "bmp_t": "bmp_t",
    "kp_patell_z": "kp_patell_z",
    "kp_bmp_t": "kp_bmp_t",
    "corrado_rank_z": "corrado_rank",
    "sign_z": "sign_z",
    "generalized_sign_z": "gsign_z",
    "wilcoxon_z": "wilcoxon_z",
}
DEGREES = {
    "cross_sectional_t": 39,
    "skewness_adjusted_t": 39,
    "crude_dependence_t": 249,
    "bmp_t": 39,
    "kp_bmp_t": 39,
    "grank_t": 249,
}


def outcomes(result: StudyResult, window: Window) -> dict[str, dict[str, object]]:
    """Rows of the table of tests for one window, by test."""
    frame = result.tests
    chosen = frame[(frame["window_start"] == window.start) & (frame["window_end"] == window.end)]
    assert chosen["test"].is_unique
    return {row["test"]: row for row in chosen.to_dict("records")}


@pytest.mark.parametrize("test", IN_WINDOWS)
@pytest.mark.parametrize(
    "line", rows("expected_windows.csv"), ids=lambda line: "{model}-{win_start}-{win_end}".format(**line)
)
def test_every_test_across_firms_agrees_for_every_model_and_window(line: dict[str, str], test: str) -> None:
    found = outcomes(study(NAMES[line["model"]]), Window(int(line["win_start"]), int(line["win_end"])))[test]
    expected = IN_WINDOWS[test]
    assert found["statistic"] == pytest.approx(float(line[expected]), rel=AGREEMENT, abs=0)
    assert found["p"] == pytest.approx(float(line[f"p_{expected}"]), rel=AGREEMENT, abs=0)
    assert (found["n"], found["status"]) == (int(line["n"]), "ok")


@pytest.mark.parametrize("test", ON_DAYS)
@pytest.mark.parametrize("model", NAMES)
def test_every_test_across_firms_agrees_on_every_single_day(model: str, test: str) -> None:
    lines = rows(f"expected_daily_{model}.csv")
    assert {int(line["rel_day"]) for line in lines} == {window.start for window in SESSIONS}
    result = study(NAMES[model], SESSIONS)
    for line in lines:
        day = int(line["rel_day"])
        found = outcomes(result, Window(day, day))[test]
        assert found["statistic"] == pytest.approx(float(line[ON_DAYS[test]]), rel=AGREEMENT, abs=0), day
        assert found["p"] == pytest.approx(float(line[f"p_{ON_DAYS[test]}"]), rel=AGREEMENT, abs=0), day


@pytest.mark.parametrize("model", NAMES)
def test_students_t_has_the_degrees_of_freedom_of_its_test(model: str) -> None:
    for window in WINDOWS:
        found = outcomes(study(NAMES[model]), window)
        assert {test: found[test]["df"] for test in DEGREES} == DEGREES


def test_every_statistic_of_the_reference_is_compared() -> None:
    statistics = {name.removeprefix("p_") for name in rows("expected_windows.csv")[0] if name.startswith("p_")}
    # Other ways to form the same tests, which this project does not offer.
    others = {"patell_csar_z", "bmp_csar_t", "kp_patell_csar_z", "kp_bmp_csar_t", "rank_z_winonly", "hat"}
    assert statistics - others == set(IN_WINDOWS.values())
    daily = {name.removeprefix("p_") for name in rows("expected_daily_market.csv")[0] if name.startswith("p_")}
    assert daily - {"cz_rank", "cz_sign", "hat"} == set(ON_DAYS.values())


def test_the_tests_across_firms_know_one_date_and_not_two() -> None:
    found = outcomes(study(Model.MARKET), Window(0, 1))
    assert found["date_means_t"]["status"] == "too_few_events"
    assert set(found) - set(IN_WINDOWS) == {"date_means_t"}


@pytest.mark.parametrize("model", NAMES)
def test_the_command_line_writes_the_reference_values(tmp_path: Path, model: str) -> None:
    lines = rows("input_returns.csv")
    names = ["date", "MKT", *FIRMS]
    text = "\n".join(",".join(line[name] for name in names) for line in lines)
    (tmp_path / "wide.csv").write_text(",".join(names) + "\n" + text + "\n", encoding="utf-8")
    (day,) = [line["date"] for line in lines if line["rel_day"] == "0"]
    events = "event_id,symbol,date\n" + "".join(f"common-date,{firm},{day}\n" for firm in FIRMS)
    (tmp_path / "events.csv").write_text(events, encoding="utf-8")
    windows = [word for item in WINDOWS for word in ("--window", str(item.start), str(item.end))]
    given = ["--events", str(tmp_path / "events.csv"), "--returns", str(tmp_path / "wide.csv"), "--benchmark", "MKT"]
    kind = ["--returns-kind", "log", "--model", str(NAMES[model]), "--out", str(tmp_path / "out")]
    assert main(["study", *given, *kind, *windows]) == 0
    with (tmp_path / "out" / "tests.csv").open(encoding="utf-8", newline="") as handle:
        written = {
            (row["window_start"], row["window_end"], row["test"]): (float(row["statistic"]), float(row["p"]))
            for row in csv.DictReader(handle)
            if row["status"] == "ok"
        }
    expected = {
        (line["win_start"], line["win_end"], test): (float(line[name]), float(line[f"p_{name}"]))
        for line in rows("expected_windows.csv")
        if line["model"] == model
        for test, name in IN_WINDOWS.items()
    }
    assert written.keys() == expected.keys()
    for key, pair in expected.items():
        assert written[key] == pytest.approx(pair, rel=AGREEMENT, abs=0), key
