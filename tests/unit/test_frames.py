"""Data frames straight into a study: what they may look like, and how a fault in them is named."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import eventwindow
from eventwindow import Model, StudySpec, returns_from_frame, run_study
from eventwindow.case import return_tables, study_events
from eventwindow.facts.errors import DataError, OptionError
from eventwindow.facts.events import Clock
from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.engine import CHUNK, StudyEvents
from eventwindow.study.frames import events_from_frame
from eventwindow.study.placebo import placebo_test
from eventwindow.study.results import StudyResult
from eventwindow.view import Benchmark
from tests.unit.desk import DAYS, EVENTS, NAMES, ZERO, Desk, made_up_returns, wide_text

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ["alpha", "beta", "sigma", "car", "se", "t", "p", "bhar"]


def event_frame(events: list[tuple[str, str, pd.Timestamp]] = EVENTS) -> pd.DataFrame:
    return pd.DataFrame(events, columns=["event_id", "symbol", "date"])


def price_frame() -> pd.DataFrame:
    """Prices by day, with a gap of one day."""
    prices = 50 * (1 + made_up_returns()).cumprod()
    prices.iloc[ZERO + 1, 2] = np.nan
    return prices


def by_hand(returns: pd.DataFrame, regressors: list[str]) -> ReturnTable:
    """A table of returns put together without the code under test."""
    count = len(returns.columns)
    return ReturnTable(
        days=np.array([f"{day:%Y-%m-%d}" for day in returns.index], dtype="datetime64[D]"),
        symbols=tuple(returns.columns),
        returns=returns.to_numpy(),
        regressors=returns[regressors].to_numpy(),
        regressor_names=tuple(regressors),
        first=np.zeros(count, dtype=np.intp),
        last=np.full(count, len(returns) - 1, dtype=np.intp),
    )


def events_by_hand() -> StudyEvents:
    return StudyEvents(
        event_ids=tuple(name for name, _, _ in EVENTS),
        symbols=tuple(symbol for _, symbol, _ in EVENTS),
        days=np.array([f"{day:%Y-%m-%d}" for _, _, day in EVENTS], dtype="datetime64[D]"),
        shift_sessions=np.zeros(len(EVENTS), dtype=np.intp),
        reasons=np.full(len(EVENTS), Reason.OK, dtype=object),
    )


def same(found: StudyResult, expected: StudyResult) -> None:
    """All figures, and why some are missing."""
    assert found.events["status"].tolist() == expected.events["status"].tolist()
    assert found.events["day0"].tolist() == expected.events["day0"].tolist()
    for name in FIGURES:
        assert found.events[name].tolist() == pytest.approx(expected.events[name].tolist(), rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("kind", ["simple", "log"])
def test_a_frame_of_prices_gives_the_study_of_its_returns(kind: str) -> None:
    spec = StudySpec(returns_kind="log" if kind == "log" else "simple")
    returns = price_frame().pct_change(fill_method=None)
    table = by_hand(np.log1p(returns) if kind == "log" else returns, ["MKT"])
    expected = run_study(events=events_by_hand(), prices=table, spec=spec)
    assert (expected.n_days[1] < [1, 2, 3]).any()
    same(run_study(events=event_frame(), prices=price_frame(), benchmark="MKT", spec=spec), expected)


def test_a_frame_of_returns_is_taken_as_it_is() -> None:
    expected = run_study(events=events_by_hand(), prices=by_hand(made_up_returns(), ["MKT"]), spec=StudySpec())
    wide = made_up_returns()
    same(run_study(events=event_frame(), prices=wide, benchmark="MKT", values="returns", spec=StudySpec()), expected)
    table = returns_from_frame(wide, benchmark="MKT", values="returns")
    same(run_study(events=event_frame(), prices=table, spec=StudySpec()), expected)
    same(run_study(events=event_frame(), prices=[table], spec=StudySpec()), expected)


def test_factors_are_columns_too() -> None:
    spec = StudySpec(model=Model.FACTORS)
    expected = run_study(events=events_by_hand(), prices=by_hand(made_up_returns(), ["MKT", "CCC"]), spec=spec)
    wide = made_up_returns()
    same(run_study(events=event_frame(), prices=wide, factors=["MKT", "CCC"], values="returns", spec=spec), expected)
    table = returns_from_frame(wide, factors=["MKT", "CCC"], values="returns")
    same(run_study(events=event_frame(), prices=table, spec=spec), expected)


def test_the_mean_adjusted_model_needs_no_benchmark() -> None:
    spec = StudySpec(model=Model.MEAN_ADJUSTED)
    expected = run_study(events=events_by_hand(), prices=by_hand(made_up_returns(), ["MKT"]), spec=spec)
    same(run_study(events=event_frame(), prices=made_up_returns(), values="returns", spec=spec), expected)
    same(run_study(events=event_frame(), prices=returns_from_frame(made_up_returns(), values="returns"), spec=spec),
         expected)  # fmt: skip


def test_frames_give_the_figures_of_the_command_on_the_same_files(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write(wide=wide_text(price_frame()))
    desk.study(kind="prices")
    result = run_study(events=event_frame(), prices=price_frame(), benchmark="MKT", spec=StudySpec())
    for name in ("events", "abnormal", "tests", "skipped"):
        text = getattr(result, name).to_csv(index=False, lineterminator="\n")
        assert desk.written("out")[f"{name}.csv"].decode() == text, name


SHAPES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "dates in a column": lambda frame: frame.reset_index(names="date"),
    "dates in the last column": lambda frame: frame.assign(date=frame.index).reset_index(drop=True),
    "dates as text in the index": lambda frame: frame.set_axis(frame.index.strftime("%Y-%m-%d")).rename_axis("date"),
    "dates without time": lambda frame: frame.assign(date=frame.index.date),
    "dates with a time zone": lambda frame: frame.tz_localize("Asia/Hong_Kong"),
    "dates as objects": lambda frame: frame.assign(date=frame.index.astype(object)),
    "rows in another order": lambda frame: frame.iloc[np.random.default_rng(3).permutation(len(frame))],
    "columns in another order": lambda frame: frame[NAMES[::-1]],
    "numbers as text": lambda frame: frame.map(lambda cell: "" if np.isnan(cell) else f" {cell!r}"),
    "numbers and None": lambda frame: frame.astype(object).where(frame.notna(), None),
    "numbers that may be NA": lambda frame: frame.astype("Float64"),
    "spaces around names": lambda frame: frame.rename(columns="{} ".format),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_frame_of_prices_may_have_any_usual_shape(shape: str) -> None:
    expected = run_study(events=event_frame(), prices=price_frame(), benchmark="MKT", spec=StudySpec())
    given = SHAPES[shape](price_frame())
    before = given.copy(deep=True)
    same(run_study(events=event_frame(), prices=given, benchmark="MKT", spec=StudySpec()), expected)
    pd.testing.assert_frame_equal(given, before)


EVENT_SHAPES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "dates as text": lambda frame: frame.assign(date=frame["date"].dt.strftime("%Y-%m-%d")),
    "dates without time": lambda frame: frame.assign(date=frame["date"].dt.date),
    "more columns": lambda frame: frame.assign(note="seen in the press"),
    "columns in another order": lambda frame: frame[["date", "symbol", "event_id"]],
    "an index of its own": lambda frame: frame.set_axis(["w", "x", "y", "z"]),
    "categories": lambda frame: frame.astype({"symbol": "category"}),
}


@pytest.mark.parametrize("shape", EVENT_SHAPES)
def test_a_frame_of_events_may_have_any_usual_shape(shape: str) -> None:
    expected = run_study(events=event_frame(), prices=price_frame(), benchmark="MKT", spec=StudySpec())
    given = EVENT_SHAPES[shape](event_frame())
    same(run_study(events=given, prices=price_frame(), benchmark="MKT", spec=StudySpec()), expected)


def test_symbols_may_be_numbers() -> None:
    prices = price_frame().rename(columns={"AAA": 700, "BBB": 9988})
    events = pd.DataFrame({"event_id": [1, 2], "symbol": [700, 9988], "date": DAYS[ZERO]})
    result = run_study(events=events, prices=prices, benchmark="MKT", spec=StudySpec())
    assert (result.event_ids, result.symbols) == (("1", "2"), ("700", "9988"))
    assert (result.reasons == Reason.OK).all()


def test_an_unknown_symbol_has_a_reason() -> None:
    events = event_frame([*EVENTS, ("off", "ZZZ", DAYS[ZERO])])
    result = run_study(events=events, prices=price_frame(), benchmark="MKT", spec=StudySpec())
    assert result.reasons.tolist() == [Reason.OK] * 4 + [Reason.UNKNOWN_SYMBOL]
    assert result.skipped["symbol"].tolist() == ["ZZZ"]


def test_a_repeated_row_is_studied_once_and_its_repeat_has_a_reason() -> None:
    events = event_frame([*EVENTS, EVENTS[1], EVENTS[0]])
    result = run_study(events=events, prices=price_frame(), benchmark="MKT", spec=StudySpec())
    plain = run_study(events=event_frame(), prices=price_frame(), benchmark="MKT", spec=StudySpec())
    assert result.reasons.tolist() == [Reason.OK] * 4 + [Reason.REPEATED_EVENT] * 2
    assert np.isnan(result.car[4:]).all()
    assert result.skipped.to_dict("list") == {
        "event_id": ["first", "first"],
        "symbol": ["BBB", "AAA"],
        "status": ["repeated_event"] * 2,
        "reason": [SENTENCES[Reason.REPEATED_EVENT]] * 2,
    }
    pd.testing.assert_frame_equal(result.tests, plain.tests)


@pytest.mark.parametrize("changed", [("fourth", "AAA", 0), ("first", "CCC", 0), ("first", "AAA", 1)])
def test_a_row_that_differs_in_one_cell_is_no_repeat(changed: tuple[str, str, int]) -> None:
    name, symbol, later = changed
    events = event_frame([*EVENTS, (name, symbol, DAYS[ZERO + later])])
    result = run_study(events=events, prices=price_frame(), benchmark="MKT", spec=StudySpec())
    assert (result.reasons == Reason.OK).all()


def test_a_date_without_row_moves_to_the_next_row_of_its_own_market() -> None:
    home = made_up_returns()
    abroad = home.rename(columns="X{}".format).assign(AAA=home["AAA"])  # AAA is on both: the first table counts
    tables = [
        returns_from_frame(home.drop(DAYS[ZERO]), benchmark="MKT", values="returns"),
        returns_from_frame(abroad, benchmark="XMKT", values="returns"),
    ]
    events = event_frame([("e", "AAA", DAYS[ZERO]), ("e", "XAAA", DAYS[ZERO]), ("e", "off", DAYS[ZERO])])
    result = run_study(events=events, prices=tables, spec=StudySpec())
    assert pd.to_datetime(result.day0).tolist() == [DAYS[ZERO + 1], DAYS[ZERO], pd.NaT]
    assert result.shift_sessions.tolist() == [1, 0, 0]


def test_events_from_a_frame_serve_the_placebo_test_too() -> None:
    table = returns_from_frame(made_up_returns(), benchmark="MKT", values="returns")
    events = events_from_frame(event_frame(), [table])
    settings = {"prices": table, "spec": StudySpec(), "draws": 20, "seed": 1}
    found, expected = (placebo_test(events=item, **settings) for item in (events, events_by_hand()))
    assert [item.p for item in found] == [item.p for item in expected]


BAD_EVENTS = [
    (event_frame().drop(columns="symbol"), "events: the column symbol is missing; the header needs event_id, symbol,"),
    (event_frame().iloc[:0], "events: no events in it; give at least one row below the header."),
    (event_frame().assign(date=["2023-07-07", "2023-07-07", "7 July", "x"]), "events, row 2, column date: '7 July' is"),
    (event_frame().assign(date=[DAYS[0], pd.NaT, DAYS[0], DAYS[0]]), "events, row 1, column date: 'NaT' is not a date"),
    (event_frame().assign(date=20230707), "events, row 0, column date: '20230707' is not a date like 2023-07-07;"),
    (
        event_frame().assign(date=DAYS[ZERO] + pd.Timedelta(hours=20)),
        f"events, row 0, column date: '{DAYS[ZERO]:%Y-%m-%d} 20:00:00' is not a date like 2023-07-07; correct",
    ),
    (
        event_frame().assign(symbol=["AAA", None, "AAA", "AAA"]),
        "events, row 1, column symbol: 'nan' is not a name; correct",
    ),
    (event_frame().assign(event_id=" "), "events, row 0, column event_id: ' ' is not a name; correct the cell."),
    (event_frame()[["event_id", "symbol", "date", "date"]], "events: the column 'date' comes twice; keep one."),
]


@pytest.mark.parametrize(("events", "words"), BAD_EVENTS, ids=range(len(BAD_EVENTS)))
def test_a_fault_in_the_events_is_named_by_row_and_column(events: pd.DataFrame, words: str) -> None:
    with pytest.raises(DataError, match="^" + re.escape(words)):
        run_study(events=events, prices=price_frame(), benchmark="MKT", spec=StudySpec())


def with_cell(row: int, cell: object) -> pd.DataFrame:
    frame = price_frame().astype(object)
    frame.iloc[row, 1] = cell
    return frame


BAD_PRICES = [
    (price_frame().reset_index(drop=True), "prices: no dates in it; give it a column called date or a DatetimeIndex."),
    (price_frame().iloc[:0], "prices: no rows in it; give at least one day below the header."),
    (price_frame().iloc[[0, 1, 2, 1]], f"prices, row 3, column date: {DAYS[1]:%Y-%m-%d} comes twice; keep one of the"),
    (price_frame().shift(freq="9h"), f"prices, row 0, column date: '{DAYS[0]:%Y-%m-%d} 09:00:00' is not a date"),
    (price_frame()[["MKT", "AAA", "AAA"]], "prices: the column 'AAA' comes twice; keep one."),
    (pd.concat({"Close": price_frame()}, axis=1), "prices: the columns have several levels; choose one first, like"),
    (
        with_cell(7, "n.m."),
        "prices, row 7, column AAA: 'n.m.' is not a number (blank means missing); correct the cell.",
    ),
    (with_cell(7, np.inf), "prices, row 7, column AAA: 'inf' is not a number"),
    (price_frame().assign(AAA=True), "prices, row 0, column AAA: 'True' is not a number"),
]


@pytest.mark.parametrize(("prices", "words"), BAD_PRICES, ids=range(len(BAD_PRICES)))
def test_a_fault_in_the_prices_is_named_by_row_and_column(prices: pd.DataFrame, words: str) -> None:
    with pytest.raises(DataError, match="^" + re.escape(words)):
        run_study(events=event_frame(), prices=prices, benchmark="MKT", spec=StudySpec())


WRONG_SETTINGS = [
    ({}, Model.MARKET, "benchmark: the market model needs the column of its benchmark."),
    ({}, Model.FACTORS, "model factors: name the factor columns with factors."),
    ({"benchmark": "HSI"}, Model.MARKET, "prices: no column 'HSI' for benchmark; it has MKT, AAA, BBB, CCC."),
    ({"factors": ["MKT", "SMB"]}, Model.FACTORS, "prices: no column 'SMB' for factors; it has MKT, AAA, BBB, CCC."),
    ({"factors": ["AAA"]}, Model.MARKET, "factors: the market model uses none; choose model factors."),
    ({"benchmark": "MKT", "values": "closes"}, Model.MARKET, "values 'closes': choose prices or returns."),
]


@pytest.mark.parametrize(("settings", "model", "words"), WRONG_SETTINGS, ids=range(len(WRONG_SETTINGS)))
def test_settings_that_do_not_fit_the_frame_are_refused(settings: dict[str, str], model: Model, words: str) -> None:
    with pytest.raises((DataError, OptionError), match="^" + re.escape(words)):
        run_study(events=event_frame(), prices=price_frame(), spec=StudySpec(model=model), **settings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"benchmark": "MKT", "factors": ["AAA"]}, "benchmark, factors: give one or the other."),
        ({"benchmark": "MKT", "kind": "logs"}, "kind 'logs': choose simple or log."),
    ],
)
def test_settings_of_a_table_that_exclude_each_other_are_refused(settings: dict[str, str], words: str) -> None:
    with pytest.raises(OptionError, match="^" + re.escape(words)):
        returns_from_frame(price_frame(), **settings)


@pytest.mark.parametrize("model", [model for model in Model if model is not Model.MEAN_ADJUSTED])
def test_a_table_without_benchmark_is_refused_where_the_model_needs_one(model: Model) -> None:
    with pytest.raises(OptionError, match=r"^(benchmark: the .* model needs|model factors: name)"):
        run_study(events=event_frame(), prices=returns_from_frame(price_frame()), spec=StudySpec(model=model))


@pytest.mark.parametrize("settings", [{"benchmark": "AAA"}, {"factors": ["AAA"]}])
def test_a_benchmark_beside_a_table_that_has_one_is_refused(settings: dict[str, str]) -> None:
    table = returns_from_frame(price_frame(), benchmark="MKT")
    with pytest.raises(
        OptionError, match=r"^benchmark, factors: tables of returns bring their own; leave these out\.$"
    ):
        run_study(events=event_frame(), prices=table, spec=StudySpec(), **settings)


def test_progress_counts_every_event_once() -> None:
    table, steps = returns_from_frame(price_frame(), benchmark="MKT"), list[int]()
    days = np.resize(DAYS[ZERO : ZERO + 20], CHUNK + 3)
    events = pd.DataFrame({"event_id": range(CHUNK + 3), "symbol": "AAA", "date": days})
    run_study(events=events, prices=table, spec=StudySpec(), progress=steps.append)
    assert steps == [CHUNK, 3]


def test_the_example_of_the_readme_works_and_gives_the_figures_of_the_page(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (example,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    names: dict[str, StudyResult] = {}
    exec(compile(example, "README.md", "exec"), names)  # noqa: S102 (our own README)
    assert "2 of 2 events studied" in capsys.readouterr().out
    listings = [snapshot.listings["9988.HK"]]
    page = run_study(
        events=study_events(snapshot, [snapshot.announcements["ant-group-fine-2023-07"]], listings, Clock.ANNOUNCED),
        prices=return_tables(snapshot, listings, Benchmark.BROAD),
        spec=StudySpec(),
    )
    # Alibaba paid nothing in the windows, so closing prices alone give its total returns.
    assert names["result"].t[0].tolist() == pytest.approx(page.t[0].tolist(), rel=1e-9)


def test_every_name_of_the_package_is_there() -> None:
    assert all(callable(getattr(eventwindow, name)) for name in eventwindow.__all__)
    with pytest.raises(AttributeError, match="module 'eventwindow' has no attribute 'run_studies'"):
        _ = eventwindow.run_studies
