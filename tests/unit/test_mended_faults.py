"""Faults that were found and mended once: they must not come back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eventwindow.facts.reasons import Reason
from eventwindow.study.battery import run_tests
from eventwindow.study.engine import run_study
from eventwindow.study.models import Model
from eventwindow.study.windows import Window
from tests.unit.desk import Desk, event_text, made_up_returns, wide_text
from tests.unit.made_up import SPEC, WEEKDAYS, announced, made_up, outcomes, sample_of, without


def test_more_than_one_block_of_events_near_the_end_of_the_data_keeps_all_its_pairs() -> None:
    table = made_up(1, 100)
    end = len(WEEKDAYS) - 3  # the event window reaches past the data, the window [0,+1] does not
    events = announced(table.symbols, [WEEKDAYS[end]] * 100)
    result = run_study(events=events, prices=table, spec=replace(SPEC, windows=(Window(0, 1),)))
    rbar = np.corrcoef(result.evidence.residuals)[np.triu_indices(100, 1)].mean()
    found = outcomes(result, Window(0, 1))
    factor = 1 / np.sqrt(1 + 99 * rbar)
    assert found["kp_patell_z"]["statistic"] == pytest.approx(found["patell_z"]["statistic"] * factor, rel=1e-9)


@pytest.mark.parametrize("test", ["cross_sectional_t", "skewness_adjusted_t", "bmp_t", "kp_bmp_t", "grank_t"])
@pytest.mark.parametrize("count", [3, 10])
def test_the_same_event_many_times_has_no_spread_and_no_number(test: str, count: int) -> None:
    table = made_up(2, 1)
    result = run_study(events=announced(["S0"] * count, [WEEKDAYS[320]] * count), prices=table, spec=SPEC)
    for window in SPEC.windows:
        assert outcomes(result, window)[test]["status"] == Reason.NO_SPREAD


def test_without_events_every_test_says_that_it_needs_more_events() -> None:
    result = run_study(events=announced([], []), prices=made_up(3, 1), spec=SPEC)
    assert set(result.tests["status"]) == {Reason.TOO_FEW_EVENTS}


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_events_that_are_the_same_twice_does_not_break_their_tie(seed: int) -> None:
    random = np.random.default_rng(seed)
    count = int(random.integers(5, 90))
    table = made_up(seed, 6)
    table = without(table, random.random(table.returns.shape) < 0.05)
    symbols = [f"S{number}" for number in random.integers(0, 6, count)]
    days = WEEKDAYS[random.choice([320, 330, 340, 350], count)]
    order = random.permutation(count)
    plain = run_study(events=announced(symbols, days), prices=table, spec=SPEC)
    turned = run_study(events=announced([symbols[place] for place in order], days[order]), prices=table, spec=SPEC)
    found, expected = (result.tests.set_index(["window_start", "window_end", "test"]) for result in (turned, plain))
    assert found["statistic"].to_dict() == pytest.approx(expected["statistic"].to_dict(), rel=1e-11, nan_ok=True)


def test_a_clone_of_the_benchmark_gets_no_p_from_the_scholes_williams_model_either() -> None:
    table = made_up(4, 2)
    returns = table.returns.copy()
    returns[:, 0] = table.regressors[:, 0]
    spec = replace(SPEC, model=Model.SCHOLES_WILLIAMS)
    events = announced(table.symbols, [WEEKDAYS[320]] * 2)
    result = run_study(events=events, prices=replace(table, returns=returns), spec=spec)
    assert result.reasons.tolist() == [Reason.CLONE_OF_BENCHMARK, Reason.OK]


def test_one_date_in_two_markets_with_different_holidays_is_said_not_to_be_the_same_calendar_days() -> None:
    there = np.delete(WEEKDAYS, [100, 150, 200])
    tables = [made_up(5, 3), made_up(6, 3, there, prefix="T")]
    symbols = [*tables[0].symbols, *tables[1].symbols]
    result = run_study(events=announced(symbols, [WEEKDAYS[320]] * 6), prices=tables, spec=SPEC)
    days = result.evidence.estimation_days
    assert len(set(result.day0)) == 1
    assert (days[0] != days[3]).any()
    assert "not absorbed" in outcomes(result, Window(0, 0))["grank_t"]["reason"]


def test_a_table_of_events_may_start_with_a_byte_order_mark(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.study(out="plain")
    desk.write(events="\ufeff" + event_text())
    desk.study(out="marked")
    assert desk.written("marked") == desk.written("plain")


UNUSABLE = [
    ("events.csv", event_text().replace("first", "\u8682\u8681").encode("gbk"), "events.csv: not a CSV table ("),
    ("wide.csv", b"date,MKT,AAA,BBB,CCC\n", "wide.csv: no "),
    (
        "events.csv",
        b"event_id,symbol,date\nfirst,AAA,2023-02-27\n\nsecond,BBB,soon\n",
        "events.csv, row 4, column date: 'soon' is not a date",
    ),
    (
        "wide.csv",
        b"date,MKT,AAA,BBB,CCC\n2023-02-24,0,0,0,0\n\n2023-02-27,0,0,zero,0\n",
        "wide.csv, row 4, column BBB: 'zero' is not a number",
    ),
]


@pytest.mark.parametrize(
    ("file", "content", "words"),
    UNUSABLE,
    ids=["not UTF-8", "no rows", "blank line in events", "blank line in returns"],
)
def test_a_file_that_cannot_be_used_ends_with_two_and_the_right_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, content: bytes, words: str
) -> None:
    desk = Desk(tmp_path)
    (tmp_path / file).write_bytes(content)
    assert desk.run("--benchmark", "MKT") == 2
    assert capsys.readouterr().err.startswith(f"eventwindow: {words}")


def test_a_repeated_column_is_refused_also_where_one_name_is_quoted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path)
    desk.write(wide=wide_text(made_up_returns()).replace("AAA,BBB,CCC", 'AAA,BBB,"AAA"', 1))
    assert desk.run("--benchmark", "MKT", "--listing", "AAA") == 2
    assert "the column 'AAA' comes twice" in capsys.readouterr().err


def test_series_that_moved_as_one_until_the_event_have_a_corrected_test_of_nought_and_not_of_nothing() -> None:
    # Their correlation is one, or one and a last bit: the root of (1 - rbar) must not be taken of less than nought.
    found = run_tests(sample_of(np.array([0.01, 0.02, -0.01]), rbar=1 + 4e-16))["kp_bmp_t"]
    assert (found.statistic, found.p) == (0, 1)
