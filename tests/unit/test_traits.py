"""Traits of the committed announcements, and their regression, by a second way from the CSV tables."""

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from eventwindow.case import return_tables, study_events
from eventwindow.facts.errors import OptionError
from eventwindow.facts.events import Clock
from eventwindow.facts.reasons import Reason
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.engine import StudySpec, run_study
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from eventwindow.traits import TRAIT_COLUMNS, announcement_traits, regress_on_traits
from eventwindow.view import Benchmark

DATA = Path(__file__).resolve().parents[2] / "data"
WINDOW = Window(0, 1)
SYMBOLS = ("9988.HK", "BABA", "0700.HK", "TCEHY", "3690.HK", "BIDU", "DIDI")


@pytest.fixture(scope="module")
def study(snapshot: Snapshot) -> StudyResult:
    listings = [snapshot.listings[symbol] for symbol in SYMBOLS]
    events = study_events(snapshot, list(snapshot.announcements.values()), listings, Clock.ANNOUNCED)
    return run_study(events=events, prices=return_tables(snapshot, listings, Benchmark.BROAD), spec=StudySpec())


@pytest.fixture(scope="module")
def traits(snapshot: Snapshot, study: StudyResult) -> pd.DataFrame:
    return announcement_traits(snapshot, study)


def row(traits: pd.DataFrame, event_id: str, symbol: str) -> "pd.Series[object]":
    (found,) = traits.index[(traits["event_id"] == event_id) & (traits["symbol"] == symbol)]
    return traits.loc[found]


def cars(study: StudyResult) -> np.ndarray:
    return study.car[:, study.windows.index(WINDOW)]


def from_tables(study: StudyResult) -> pd.DataFrame:
    """Some traits of the study's events read from events.csv with pandas alone; one act per announcement."""
    acts = pd.read_csv(DATA / "events.csv").drop_duplicates("group_id").set_index("group_id")
    acts = acts.loc[list(study.event_ids)]
    return pd.DataFrame(
        {
            "tightening": (acts["direction"] == "tightening").to_numpy(float),
            "easing": (acts["direction"] == "easing").to_numpy(float),
            "regulator_act": (acts["actor_type"] == "regulator_act").to_numpy(float),
            "years": (
                (pd.to_datetime(acts["announced_date"]) - pd.Timestamp("2020-10-01")).dt.days / 365.25
            ).to_numpy(),
            "action": acts["action"].to_numpy(),
            "weekday": pd.Series(study.day0).dt.day_name().to_numpy(),
            "hk": np.char.endswith(np.array(study.symbols), ".HK").astype(float),
        }
    )


def test_traits_come_one_row_per_event_in_the_order_of_the_study(study: StudyResult, traits: pd.DataFrame) -> None:
    assert list(traits.columns) == TRAIT_COLUMNS
    assert tuple(traits["event_id"]) == study.event_ids
    assert tuple(traits["symbol"]) == study.symbols


def test_the_size_of_alibabas_fine_by_hand_at_the_close_before_day_0(traits: pd.DataFrame) -> None:
    found = row(traits, "alibaba-antitrust-fine-2021-04", "9988.HK")
    market_value = 218.0 * 21_699_031_448 / 7.7769 * 6.55
    assert found["day0"] == pd.Timestamp("2021-04-12")
    assert found["price_day"] == pd.Timestamp("2021-04-09")
    assert found["shares_as_of"] == pd.Timestamp("2021-03-31")
    assert found["market_value_cny"] == pytest.approx(market_value, rel=1e-12)
    assert found["fine_to_value"] == pytest.approx(18.228e9 / market_value, rel=1e-12)
    assert found["log_fine"] == pytest.approx(math.log(18.228e9), rel=1e-12)


def test_the_whole_fine_on_ant_group_is_set_against_alibaba_and_tenpays_against_tencent(traits: pd.DataFrame) -> None:
    alibaba, tencent, meituan = (
        row(traits, "ant-group-fine-2023-07", symbol) for symbol in ("BABA", "0700.HK", "3690.HK")
    )
    assert (alibaba["fine_cny"], tencent["fine_cny"]) == (7.123e9, 2.99e9)
    assert alibaba["fine_to_value"] == pytest.approx(7.123e9 / alibaba["market_value_cny"], rel=1e-12)
    assert (meituan["fine_status"], meituan["fine_to_value_status"]) == (Reason.NO_FINE, Reason.NO_FINE)


def test_traits_of_the_main_event(traits: pd.DataFrame) -> None:
    hong_kong, new_york = (row(traits, "ant-group-fine-2023-07", symbol) for symbol in ("9988.HK", "BABA"))
    assert (hong_kong["weekday"], new_york["weekday"]) == ("Monday", "Friday")
    assert (hong_kong["market"], new_york["market"]) == ("hk", "us")
    assert (hong_kong["action"], hong_kong["direction"]) == ("fine", "ambiguous")
    assert (hong_kong["tightening"], hong_kong["easing"], hong_kong["regulator_act"]) == (False, False, True)
    assert hong_kong["first_report_known"]
    years = (date(2023, 7, 7) - date(2020, 10, 1)).days / 365.25
    assert hong_kong["years_since_october_2020"] == pytest.approx(years, rel=1e-12)


def test_what_is_missing_has_a_reason_and_what_is_there_has_none(traits: pd.DataFrame) -> None:
    for figure, status in (
        ("fine_cny", "fine_status"),
        ("log_fine", "fine_status"),
        ("market_value_cny", "market_value_status"),
        ("fine_to_value", "fine_to_value_status"),
    ):
        assert (traits[figure].notna() == (traits[status] == Reason.OK)).all()
    assert row(traits, "samr-merger-fines-2021-03", "BIDU")["fine_to_value_status"] == Reason.NO_SHARE_COUNT
    assert row(traits, "didi-fine-2022-07", "DIDI")["market_value_status"] == Reason.NO_LONGER_LISTED
    assert row(traits, "samr-merger-fines-2022-07", "0700.HK")["fine_status"] == Reason.FINE_UNKNOWN


def test_flags_agree_with_the_table_of_events(study: StudyResult, traits: pd.DataFrame) -> None:
    expected = from_tables(study)
    for name in ("tightening", "easing", "regulator_act"):
        assert (traits[name].to_numpy(float) == expected[name].to_numpy()).all(), name
    assert traits["years_since_october_2020"].to_numpy() == pytest.approx(expected["years"].to_numpy(), rel=1e-12)


def test_coefficients_agree_with_least_squares_on_the_tables(study: StudyResult, traits: pd.DataFrame) -> None:
    terms = ("tightening", "easing", "regulator_act", "years_since_october_2020", "market")
    found = regress_on_traits(study=study, window=WINDOW, traits=traits, terms=terms)
    table, y = from_tables(study), cars(study)
    used = np.isfinite(y)
    other = table["hk"] if found.bases["market"] == "us" else 1 - table["hk"]
    x = np.column_stack([np.ones(len(y)), table[["tightening", "easing", "regulator_act", "years"]], other])
    expected = np.linalg.lstsq(x[used], y[used], rcond=None)[0]
    assert found.regression.coefficients == pytest.approx(expected, rel=1e-8)
    assert found.regression.n == used.sum()


def test_names_become_columns_against_the_most_frequent_one(study: StudyResult, traits: pd.DataFrame) -> None:
    chosen = (
        traits["symbol"].isin(["9988.HK", "0700.HK"]).to_numpy() & ~traits["action"].isin(["settlement"]).to_numpy()
    )
    found = regress_on_traits(study=study, window=WINDOW, traits=traits, terms=("action", "weekday"), chosen=chosen)
    table, y = from_tables(study), cars(study)
    used = chosen & np.isfinite(y)
    assert found.bases == {name: table.loc[used, name].mode()[0] for name in ("action", "weekday")}
    dummies = pd.get_dummies(table.loc[used, ["action", "weekday"]], dtype=float)
    dummies = sm.add_constant(dummies.drop(columns=[f"{name}_{base}" for name, base in found.bases.items()]))
    expected = sm.OLS(y[used], dummies).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(study.day0[used])[0]}, use_t=True
    )
    names = ["constant", *(name.replace("_", ": ", 1) for name in dummies.columns[1:])]
    assert list(found.regression.terms) == names
    assert found.regression.coefficients == pytest.approx(expected.params.to_numpy(), rel=1e-8)
    assert found.regression.se_clustered == pytest.approx(expected.bse.to_numpy(), rel=1e-8)


def test_the_regression_on_fines_says_how_many_events_were_left_out_and_why(
    study: StudyResult, traits: pd.DataFrame
) -> None:
    chosen = (traits["action"] == "fine").to_numpy()
    found = regress_on_traits(study=study, window=WINDOW, traits=traits, terms=("fine_to_value",), chosen=chosen)
    table, y = traits.assign(car=cars(study)), cars(study)
    used = chosen & np.isfinite(y) & traits["fine_to_value"].notna().to_numpy()
    expected = np.polynomial.Polynomial.fit(table.loc[used, "fine_to_value"], y[used], 1).convert().coef
    assert found.regression.coefficients == pytest.approx(expected, rel=1e-6)
    without_car = study.status[chosen & ~np.isfinite(y), study.windows.index(WINDOW)]
    rest = traits.loc[chosen & np.isfinite(y) & ~used, "fine_to_value_status"]
    counts = pd.concat([pd.Series(without_car, dtype=object), rest.astype(object)]).value_counts()
    assert {str(reason): count for reason, count in found.left_out.items()} == {
        str(reason): count for reason, count in counts.items()
    }
    assert Reason.NO_SHARE_COUNT in found.left_out
    assert found.regression.n + found.regression.left_out == found.chosen == chosen.sum()
    assert found.left_out_frame()["events"].sum() == found.regression.left_out
    assert f"{found.regression.n} of {found.chosen} events used" in found.summary()
    assert "No count of all shares of the company" in found.summary()


@pytest.mark.parametrize(
    ("terms", "action", "message"),
    [
        (("size",), "fine", "there is none of this name"),
        (("action",), "fine", "all usable events have 'fine'"),
    ],
)
def test_terms_that_cannot_be_used_are_refused(
    study: StudyResult, traits: pd.DataFrame, terms: tuple[str, ...], action: str, message: str
) -> None:
    chosen = (traits["action"] == action).to_numpy()
    with pytest.raises(OptionError, match=message):
        regress_on_traits(study=study, window=WINDOW, traits=traits, terms=terms, chosen=chosen)  # type: ignore[arg-type]


def test_a_choice_without_usable_events_is_refused(study: StudyResult, traits: pd.DataFrame) -> None:
    nobody = np.zeros(len(traits), dtype=bool)
    for terms in (("easing",), ("market",)):
        with pytest.raises(OptionError, match="usable events"):
            regress_on_traits(study=study, window=WINDOW, traits=traits, terms=terms, chosen=nobody)  # type: ignore[arg-type]


def test_events_that_are_not_the_projects_own_are_refused(snapshot: Snapshot, study: StudyResult) -> None:
    foreign = replace(study, event_ids=("my-own", *study.event_ids[1:]))
    with pytest.raises(OptionError, match="'my-own'"):
        announcement_traits(snapshot, foreign)
