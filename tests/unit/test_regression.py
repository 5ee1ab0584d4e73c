"""CARs on traits of announcements: coefficients and both standard errors by a second way."""

import numpy as np
import pandas as pd
import pytest

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.regression import regress_cars
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window

EVENTS, DATES = 60, 15
WINDOW = Window(0, 1)


def study() -> StudyResult:
    random = np.random.default_rng(2)
    days = np.arange(np.datetime64("2021-01-01"), np.datetime64("2021-01-01") + 400)
    prices = ReturnTable(
        days, tuple(f"S{number}" for number in range(EVENTS)), random.normal(0, 0.02, (400, EVENTS)),
        random.normal(0, 0.01, (400, 1)), ("M",), np.zeros(EVENTS, int), np.full(EVENTS, 399),
    )  # fmt: skip
    places = 280 + 5 * (np.arange(EVENTS) % DATES)
    names = tuple(map(str, range(EVENTS)))
    reasons = np.full(EVENTS, Reason.OK, dtype=object)
    events = StudyEvents(names, prices.symbols, days[places], np.zeros(EVENTS, int), reasons)
    return run_study(events=events, prices=prices, spec=StudySpec())


def traits() -> pd.DataFrame:
    random = np.random.default_rng(9)
    return pd.DataFrame({"fine": random.normal(size=EVENTS), "tightening": random.random(EVENTS) < 0.5})


def test_coefficients_and_errors_agree_with_the_formulas() -> None:
    result, table = study(), traits()
    found = regress_cars(result=result, window=WINDOW, traits=table)
    y = result.car[:, result.windows.index(WINDOW)]
    x = np.column_stack([np.ones(EVENTS), table.to_numpy(dtype=float)])
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    residual = y - x @ beta
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    hc3 = inverse @ (x.T * (residual / (1 - leverage)) ** 2) @ x @ inverse
    meat = np.zeros((3, 3))
    for day in np.unique(result.day0):
        score = x[result.day0 == day].T @ residual[result.day0 == day]
        meat += np.outer(score, score)
    factor = DATES / (DATES - 1) * (EVENTS - 1) / (EVENTS - 3)
    clustered = factor * inverse @ meat @ inverse
    assert found.coefficients == pytest.approx(beta, rel=1e-9)
    assert found.se_robust == pytest.approx(np.sqrt(np.diag(hc3)), rel=1e-9)
    assert found.se_clustered == pytest.approx(np.sqrt(np.diag(clustered)), rel=1e-9)
    assert (found.n, found.dates, found.left_out) == (EVENTS, DATES, 0)
    assert found.terms == ("constant", "fine", "tightening")


def test_an_event_with_an_unknown_trait_is_left_out_and_counted() -> None:
    table = traits()
    table.loc[3, "fine"] = np.nan
    found = regress_cars(result=study(), window=WINDOW, traits=table)
    assert (found.n, found.left_out) == (EVENTS - 1, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.assign(again=table["fine"]), "cannot tell"),
        (lambda table: table.iloc[:-1], "one row per event"),
        (lambda table: table.assign(alone=np.arange(len(table)) == 7), "one event alone decides a term"),
    ],
)
def test_traits_that_cannot_be_used_are_refused_with_a_sentence(change, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(OptionError, match=message):
        regress_cars(result=study(), window=WINDOW, traits=change(traits()))


def test_a_window_that_was_not_studied_is_refused() -> None:
    with pytest.raises(OptionError, match="not part of the study"):
        regress_cars(result=study(), window=Window(0, 5), traits=traits())


def test_few_dates_are_warned_about() -> None:
    result = study()
    few = traits()
    few.loc[np.arange(EVENTS) % DATES >= 5, "fine"] = np.nan
    assert "only 5 dates" in regress_cars(result=result, window=WINDOW, traits=few).note
