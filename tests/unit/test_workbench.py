"""A reader's own events and prices: every number against committed announcements, frames, or plain arithmetic."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import eventwindow.workbench as bench
from eventwindow.choosable import choosable
from eventwindow.doubt import Curve, LeaveOut, Trial
from eventwindow.facts.errors import DataError, OptionError
from eventwindow.facts.listings import Market
from eventwindow.facts.own import REQUIRED, OwnEvent, TextTable, check_events
from eventwindow.facts.reasons import Reason
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.frames import Values, wide_table
from eventwindow.study.models import Model
from eventwindow.study.windows import Window
from eventwindow.survey import Survey, build_survey
from eventwindow.view import SCREEN_MODELS, Benchmark, View
from eventwindow.workbench import EVERYTHING, OwnPrices, OwnStudy, build_own, own_events, own_spec, own_tables
from tests.unit.desk import DAYS, NAMES, ZERO, made_up_returns

VIEW = View()


def event(event_id: str, symbol: str, day: str, row: int = 2, **more: object) -> OwnEvent:
    return OwnEvent(
        **{
            "row": row, "event_id": event_id, "symbol": symbol, "day": date.fromisoformat(day), "title": event_id,
            "announced": None, "group": "", "fine": None, "currency": "", "source": "", **more,
        }
    )  # fmt: skip


def at(place: int) -> str:
    return f"{DAYS[place]:%Y-%m-%d}"


def uploaded(
    frame: pd.DataFrame | None = None, benchmark: str = "MKT", values: Values = "returns", **more: object
) -> OwnPrices:
    given = made_up_returns() if frame is None else frame
    return OwnPrices(wide_table(given.reset_index(names="date"), Path("prices.csv")), values, benchmark, **more)


OWN = [
    event("first", "AAA", at(ZERO), 2, group="fines"),
    event("first", "BBB", at(ZERO), 3, group="fines"),
    event("second", "AAA", at(ZERO + 20), 4),
    event("third", "CCC", at(ZERO + 5), 5, group="rules"),
]


def own_study(snapshot: Snapshot, events: list[OwnEvent] = OWN, view: View = VIEW, **prices: object) -> OwnStudy:
    return build_own(snapshot, events, uploaded(**prices), view)


def committed(snapshot: Snapshot, view: View = VIEW) -> Survey:
    survey = build_survey(snapshot, view)
    assert survey is not None
    return survey


def as_own(survey: Survey, *, dated: bool) -> tuple[list[OwnEvent], list[int]]:
    """Announcements of a survey as a reader would write them: with their hour, or `dated`, those without by day 0."""
    events, rows = [], []
    for row, symbol in enumerate(survey.study.symbols):
        item = survey.announcement(row)
        stamp, zero = item.announced.stamp, survey.study.day0[row].item()
        if stamp is not None:
            events.append(event(item.event_id, symbol, f"{stamp.date()}", announced=stamp))
        elif dated and zero is not None:
            events.append(event(item.event_id, symbol, f"{zero}"))
        else:
            continue
        rows.append(row)
    return events, rows


def test_committed_announcements_with_their_hour_give_the_figures_of_the_compare_page(snapshot: Snapshot) -> None:
    survey = committed(snapshot)
    events, rows = as_own(survey, dated=False)
    assert len(rows) > 100
    own = build_own(snapshot, events, None, VIEW)
    for name in ("day0", "shift_sessions", "car", "se", "t", "df", "alpha", "sigma", "reasons"):
        np.testing.assert_array_equal(getattr(own.study, name), getattr(survey.study, name)[rows], name)
    for place, row in enumerate(rows[:40]):
        np.testing.assert_array_equal(own.path(place).value, survey.path(row).value)
        np.testing.assert_array_equal(own.paths[place], survey.path(row).value)


def test_all_committed_announcements_as_own_events_give_their_placebos_too(snapshot: Snapshot) -> None:
    view = replace(VIEW, benchmark=Benchmark.TECH, model=Model.MARKET_ADJUSTED, span=Window(-1, 1))
    survey = committed(snapshot, view)
    events, rows = as_own(survey, dated=True)
    own = build_own(snapshot, events, None, view)
    np.testing.assert_array_equal(own.study.car, survey.study.car[rows])
    np.testing.assert_array_equal(own.placebos.p, survey.placebos.p[rows])
    np.testing.assert_array_equal(own.placebos.dates, survey.placebos.dates[rows])


@pytest.mark.parametrize(
    ("symbol", "day", "announced", "zero", "moved"),
    [
        ("BABA", "2023-07-07", None, "2023-07-07", 0),
        ("BABA", "2023-07-08", None, "2023-07-10", 1),  # a Saturday
        ("9988.HK", "2023-09-01", None, "2023-09-04", 1),  # typhoon Saola: no trading on the Friday
        ("9988.HK", "2023-07-07", "2023-07-07T20:10:00+08:00", "2023-07-10", 1),  # after the close, before a weekend
        ("BABA", "2023-07-07", "2023-07-07T20:10:00+08:00", "2023-07-07", 0),  # before New York opens
        ("BABA", "2023-07-07", "2023-07-07T16:00:00-04:00", "2023-07-10", 1),  # at the bell
    ],
)
def test_the_hour_decides_day_0_where_it_is_known_and_else_the_date(
    snapshot: Snapshot, symbol: str, day: str, announced: str | None, zero: str, moved: int
) -> None:
    stamp = datetime.fromisoformat(announced) if announced else None
    own = build_own(snapshot, [event("x", symbol, day, announced=stamp)], None, VIEW)
    assert str(own.study.day0[0]) == zero
    assert own.study.shift_sessions[0] == moved


@pytest.mark.parametrize(
    ("symbol", "day", "reason"),
    [
        ("9988.HK", "2019-11-01", Reason.NOT_LISTED_YET),
        ("BABA", "2028-12-30", Reason.OUTSIDE_PRICES),
        ("BABA", "2014-01-02", Reason.OUTSIDE_CALENDAR),
    ],
)
def test_an_event_outside_the_data_keeps_its_row_and_a_reason(
    snapshot: Snapshot, symbol: str, day: str, reason: Reason
) -> None:
    own = build_own(snapshot, [event("x", symbol, day), event("y", "BABA", "2023-07-07")], None, VIEW)
    found = own.status(0)
    assert found in (reason, Reason.OUTSIDE_CALENDAR) if day.startswith("2028") else found is reason
    assert own.known.tolist() == [1]
    assert own.reason(0).endswith(".")
    assert own.missing == {found: 1}
    assert np.isnan(own.paths[0]).sum() == len(VIEW.window.sessions) - 1  # session -1 is zero by definition


def test_the_series_to_choose_from_are_all_of_the_data_that_have_sessions_on_file(snapshot: Snapshot) -> None:
    found = choosable(snapshot)
    assert set(snapshot.series) - set(found) == {"000300.SS", "USDHKD", "USDCNY"}
    assert [symbol for symbol in found if symbol not in snapshot.listings] == ["GSPC", "HSI", "HSTECH", "KWEB", "NDX"]
    assert found["HSTECH"].benchmark == "HSI"
    assert not check_events(TextTable("t", REQUIRED, ((2, ("e", "KWEB", "2023-07-07")),)), found, clocked=True).problems


@pytest.mark.parametrize("symbol", ["GSPC", "HSI", "HSTECH", "KWEB", "NDX"])
@pytest.mark.parametrize("benchmark", Benchmark)
@pytest.mark.parametrize("model", SCREEN_MODELS)
def test_an_index_or_fund_is_studied_like_a_share_but_never_against_itself(
    snapshot: Snapshot, symbol: str, benchmark: Benchmark, model: Model
) -> None:
    own = build_own(snapshot, [event("e", symbol, "2023-07-07")], None, View(benchmark=benchmark, model=model))
    listing = choosable(snapshot)[symbol]
    against = listing.benchmark if benchmark is Benchmark.BROAD else listing.tech_benchmark
    itself = against == symbol and model is not Model.MEAN_ADJUSTED
    assert own.status(0) == (Reason.CLONE_OF_BENCHMARK if itself else Reason.OK)
    assert np.isfinite(own.study.t[0, own.window]) == (not itself)


def test_the_settings_of_an_index_leave_out_those_that_compare_it_with_itself(snapshot: Snapshot) -> None:
    curve = build_own(snapshot, [event("e", "HSTECH", "2023-07-07")], None, View()).curve("HSTECH")
    assert isinstance(curve, Curve)
    benchmarks = {dot.setting.benchmark for dot in curve.dots if dot.setting.model is not Model.MEAN_ADJUSTED}
    assert benchmarks == {Benchmark.BROAD}


def test_uploaded_returns_are_studied_as_least_squares_on_plain_arrays_would(snapshot: Snapshot) -> None:
    own, frame = own_study(snapshot), made_up_returns()
    for row, item in enumerate(OWN):
        zero = next(place for place, day in enumerate(DAYS) if day.date() >= item.day)
        y, x = frame[item.symbol].to_numpy(), frame["MKT"].to_numpy()
        fit, inside = slice(zero - 260, zero - 10), slice(zero, zero + 2)
        design = np.column_stack([np.ones(250), x[fit]])
        (alpha, beta), (rss,), *_ = np.linalg.lstsq(design, y[fit])
        car = (y[inside] - alpha - beta * x[inside]).sum()
        summed = np.array([2.0, x[inside].sum()])
        variance = rss / 248 * (2 + summed @ np.linalg.inv(design.T @ design) @ summed)
        assert own.study.car[row, own.window] == pytest.approx(car, rel=1e-9)
        assert own.study.se[row, own.window] == pytest.approx(np.sqrt(variance), rel=1e-9)
        assert own.study.p[row, own.window] == pytest.approx(
            2 * stats.t.sf(abs(car) / np.sqrt(variance), 248), rel=1e-9
        )


@pytest.mark.parametrize(
    ("view", "benchmark", "factors", "model", "values", "kind"),
    [
        (VIEW, "MKT", (), Model.MARKET, "prices", "simple"),
        (VIEW, "MKT", (), Model.MARKET, "prices", "log"),
        (replace(VIEW, model=Model.MEAN_ADJUSTED), "", (), Model.MEAN_ADJUSTED, "returns", "simple"),
        (replace(VIEW, model=Model.SCHOLES_WILLIAMS), "MKT", (), Model.SCHOLES_WILLIAMS, "returns", "log"),
        (VIEW, "", ("MKT", "CCC"), Model.FACTORS, "returns", "simple"),
    ],
)
def test_uploaded_prices_give_what_a_notebook_gives(
    snapshot: Snapshot, view: View, benchmark: str, factors: tuple[str, ...], model: Model, values: Values, kind: str
) -> None:
    frame = made_up_returns()
    if values == "prices":
        frame = 100 * (1 + frame).cumprod()
    events = [item for item in OWN if item.symbol not in factors]
    own = own_study(snapshot, events, view, frame=frame, benchmark=benchmark, values=values, factors=factors,
                    returns_kind=kind)  # fmt: skip
    rows = pd.DataFrame(
        [(item.event_id, item.symbol, item.day) for item in events], columns=["event_id", "symbol", "date"]
    )
    spec = StudySpec(model=model, event_window=Window(-5, 5), windows=own.study.windows, returns_kind=kind)
    expected = run_study(
        events=rows.astype({"date": str}), prices=frame, spec=spec, benchmark=benchmark or None, factors=factors,
        values=values,
    )  # fmt: skip
    for name in ("car", "se", "t", "bhar", "day0"):
        np.testing.assert_array_equal(getattr(own.study, name), getattr(expected, name), name)


def test_a_model_without_its_benchmark_and_events_without_prices_are_refused_in_words(snapshot: Snapshot) -> None:
    with pytest.raises(OptionError, match="the market model needs the column of its benchmark"):
        own_study(snapshot, benchmark="")
    with pytest.raises(DataError, match="No event is on a symbol with prices"):
        build_own(snapshot, OWN, None, VIEW)


def test_a_row_that_repeats_an_earlier_one_is_not_counted_twice(snapshot: Snapshot) -> None:
    for prices, again in ((uploaded(), OWN[0]), (None, event("x", "BABA", "2023-07-07"))):
        events = [again, replace(again, row=9)]
        tables = own_tables(snapshot, events, prices, VIEW)
        assert own_events(snapshot, events, tables, prices).reasons.tolist() == [Reason.OK, Reason.REPEATED_EVENT]
        own = build_own(snapshot, events, prices, VIEW)
        assert own.known.tolist() == [0]
        assert not own.confounded.any()


NEAR = [*OWN, event("fourth", "AAA", at(ZERO + 1), 6), event("fifth", "AAA", at(ZERO + 22), 7)]


def test_an_event_with_another_of_its_symbol_in_the_summed_sessions_is_confounded(snapshot: Snapshot) -> None:
    own = own_study(snapshot, NEAR)
    zeros = [next(place for place, day in enumerate(DAYS) if day.date() >= item.day) for item in NEAR]
    expected = [
        any(
            other.symbol == item.symbol and other.event_id != item.event_id and there - here in (0, 1)
            for other, there in zip(NEAR, zeros, strict=True)
        )
        for item, here in zip(NEAR, zeros, strict=True)
    ]
    assert own.confounded.tolist() == expected == [True, False, False, False, False, False]
    assert not own.left_out.any()


def test_leaving_out_confounded_events_is_the_study_of_the_others(snapshot: Snapshot) -> None:
    clean = own_study(snapshot, NEAR, replace(VIEW, clean=True))
    others = own_study(snapshot, NEAR[1:])
    assert clean.status(0) is Reason.CONFOUNDED
    assert clean.rows.tolist() == [1, 2, 3, 4, 5]
    assert clean.missing == {Reason.CONFOUNDED: 1}
    assert clean.everything.value == pytest.approx(others.everything.value, rel=1e-12)
    assert clean.everything.lead.statistic == pytest.approx(others.everything.lead.statistic, rel=1e-9)
    assert clean.everything.path is not None
    assert others.everything.path is not None
    np.testing.assert_allclose(clean.everything.path.value, others.everything.path.value, rtol=1e-12)


def statistics_at(place: int, symbols: list[str]) -> list[float]:
    """t of some symbols of the made-up returns with day 0 at one place, by a study of its own."""
    events = StudyEvents(
        tuple(symbols), tuple(symbols), np.full(len(symbols), DAYS[place].to_datetime64().astype("datetime64[D]")),
        np.zeros(len(symbols), dtype=np.intp), np.full(len(symbols), Reason.OK, dtype=object),
    )  # fmt: skip
    spec = StudySpec(event_window=VIEW.span, windows=(VIEW.span,))
    tables = own_tables(None, [], uploaded(), VIEW)
    return run_study(events=events, prices=tables, spec=spec).t[:, 0].tolist()


def test_the_placebo_of_an_event_is_a_loop_over_sessions_that_no_event_of_its_symbol_touches(
    snapshot: Snapshot,
) -> None:
    own = own_study(snapshot)
    busy = [ZERO, ZERO + 20]
    free = [place for place in range(len(DAYS)) if min(abs(place - other) for other in busy) > 1]
    tried = np.array([statistics_at(place, ["AAA"])[0] for place in free])
    tried = np.abs(tried[np.isfinite(tried)])
    for row, zero in ((0, ZERO), (2, ZERO + 20)):
        real = abs(statistics_at(zero, ["AAA"])[0])
        assert own.placebos.dates[row, 0] == len(tried) > 50
        assert own.placebos.p[row, 0] == pytest.approx((1 + (tried >= real).sum()) / (1 + len(tried)))


def test_the_placebo_of_an_average_on_one_date_moves_its_events_together(snapshot: Snapshot) -> None:
    own = own_study(snapshot, OWN[:2])
    assert isinstance(own.trial, Trial)
    real = np.mean(statistics_at(ZERO, ["AAA", "BBB"]))
    tried = np.array(
        [np.mean(statistics_at(place, ["AAA", "BBB"])) for place in range(len(DAYS)) if abs(place - ZERO) > 1]
    )
    tried = tried[np.isfinite(tried)]
    assert own.trial.result.statistic == pytest.approx(real)
    np.testing.assert_allclose(np.sort(own.trial.result.placebo), np.sort(tried))
    assert own.trial.result.p == pytest.approx((1 + (np.abs(tried) >= abs(real)).sum()) / (1 + len(tried)))
    assert own.trial.car == pytest.approx(own.study.car[:, own.window].mean())


def test_placebos_of_staggered_events_are_the_same_every_time(snapshot: Snapshot) -> None:
    first, again = own_study(snapshot).trial, own_study(snapshot).trial
    assert isinstance(first, Trial)
    assert isinstance(again, Trial)
    np.testing.assert_array_equal(first.result.placebo, again.result.placebo)


def test_groups_are_the_means_of_their_rows_the_largest_first(snapshot: Snapshot) -> None:
    own = own_study(snapshot)
    cars = own.study.car[:, own.window]
    assert [(group.label, group.events) for group in own.groups] == [("fines", 2), ("No group", 1), ("rules", 1)]
    assert own.groups[0].value == pytest.approx(cars[:2].mean())
    assert own.everything.value == pytest.approx(cars.mean())
    assert own.everything.announcements == 3


def test_of_very_many_groups_only_the_largest_are_tested(snapshot: Snapshot) -> None:
    events = [event(f"e{n}", NAMES[1 + n % 3], at(ZERO + n // 3), group=f"g{min(n, 14)}") for n in range(30)]
    own = own_study(snapshot, events)
    assert len(own.groups) == bench.MOST_GROUPS < len(own.group_sizes) == 15
    assert own.groups[0].label == "g14"


def test_the_current_setting_is_the_figure_of_the_study(snapshot: Snapshot) -> None:
    own = own_study(snapshot)
    every = own.curve(EVERYTHING)
    assert not isinstance(every, Reason)
    assert every.current is not None
    assert every.current.value == pytest.approx(own.everything.value)
    assert every.current.half_width == pytest.approx(own.everything.half_width(95))
    assert every.current.p == pytest.approx(own.everything.lead.p)
    single = own.curve("CCC")
    assert not isinstance(single, Reason)
    assert single.current is not None
    assert single.current.value == own.study.car[3, own.window]
    assert single.current.p == pytest.approx(own.study.p[3, own.window])
    # 4 models, 4 estimation windows and 4 event windows; of the longest estimation window no event has enough returns.
    assert len(single.dots) + sum(single.missing.values()) == 64
    assert {dot.setting.benchmark for dot in single.dots} == {"column MKT", None}


def test_settings_on_the_data_served_try_both_benchmarks(snapshot: Snapshot) -> None:
    own = build_own(snapshot, [event("x", "BABA", "2023-07-07")], None, replace(VIEW, model=Model.MEAN_ADJUSTED))
    curve = own.curve("BABA")
    assert not isinstance(curve, Reason)
    assert len(curve.dots) == 112
    assert curve.current is not None
    assert curve.current.setting.benchmark is None
    tech = build_own(snapshot, own.events, None, replace(VIEW, benchmark=Benchmark.TECH, span=Window(-1, 1)))
    dot = next(
        item
        for item in curve.dots
        if (item.setting.model, item.setting.benchmark, item.setting.estimation, item.setting.window)
        == (Model.MARKET, "tech", VIEW.estimation, Window(-1, 1))
    )
    assert dot.value == tech.study.car[0, tech.window]


def test_with_factors_only_their_model_and_the_mean_are_tried(snapshot: Snapshot) -> None:
    own = own_study(snapshot, OWN[:3], benchmark="", factors=("MKT", "CCC"))
    curve = own.curve("BBB")
    assert not isinstance(curve, Reason)
    assert {dot.setting.model for dot in curve.dots} == {Model.FACTORS, Model.MEAN_ADJUSTED}
    assert curve.current is not None
    assert curve.current.setting.model is Model.FACTORS


def test_leaving_out_an_event_leaves_out_all_its_rows(snapshot: Snapshot) -> None:
    own = own_study(snapshot)
    assert isinstance(own.leave_out, LeaveOut)
    cars = own.study.car[:, own.window]
    expected = {"first": cars[2:].mean(), "second": cars[[0, 1, 3]].mean(), "third": cars[:3].mean()}
    found = {part.event_id: group.value for part, group in own.leave_out.without}
    assert found == pytest.approx(expected)
    assert own.leave_out.whole.value == pytest.approx(cars.mean())


def test_neighbours_are_events_of_one_symbol_within_any_window(snapshot: Snapshot) -> None:
    own = own_study(snapshot, NEAR)
    assert not isinstance(own.neighbours, Reason)
    pairs = {(item.event_id, item.other_event_id, item.offset) for item in own.neighbours}
    assert ("first", "fourth", 1) in pairs
    assert ("second", "first", -20) in pairs
    assert ("second", "fifth", 2) in pairs
    assert all(item.symbol == "AAA" for item in own.neighbours)


def test_fines_of_one_currency_are_ranked_with_their_average_reactions(snapshot: Snapshot) -> None:
    amounts = {"first": 5.0, "second": 1.0, "third": 30.0, "sixth": 8.0}
    events = [*OWN, event("sixth", "BBB", at(ZERO + 9), 6)]
    fined = [replace(item, fine=amounts[item.event_id], currency="USD") for item in events]
    own = own_study(snapshot, fined)
    assert own.fines is not None
    assert [(fine.event.event_id, fine.rows) for fine in own.fines.fines] == [
        ("third", (3,)), ("sixth", (4,)), ("first", (0, 1)), ("second", (2,)),
    ]  # fmt: skip
    cars = own.study.car[:, own.window]
    rho, _ = stats.spearmanr([30, 8, 5, 1], [cars[3], cars[4], cars[:2].mean(), cars[2]])
    assert own.fines.correlation.rho == pytest.approx(rho)
    mixed = [replace(item, currency="CNY" if item.symbol == "CCC" else "USD") for item in fined]
    assert own_study(snapshot, mixed).fines is None
    assert own_study(snapshot).fines is None


@pytest.mark.parametrize("name", ["MOST_TRIED", "MOST_MOVED", "MOST_REPEATED", "MOST_LEFT_OUT", "MOST_PAIRED"])
def test_what_would_take_too_long_says_so_instead(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(bench, name, 1)
    own = own_study(snapshot)
    found = {
        "MOST_TRIED": own.trial,
        "MOST_MOVED": own.trial,
        "MOST_REPEATED": own.curve(EVERYTHING),
        "MOST_LEFT_OUT": own.leave_out,
        "MOST_PAIRED": own.neighbours,
    }
    assert found.pop(name) is Reason.TOO_MANY_EVENTS
    if name == "MOST_TRIED":
        assert set(own.placebos.status.ravel()) == {Reason.TOO_MANY_EVENTS}
        assert np.isnan(own.placebos.p).all()


def test_ten_thousand_events_are_studied_as_their_parts_are(snapshot: Snapshot) -> None:
    random = np.random.default_rng(5)
    days = random.choice(np.arange("2021-06-01", "2024-06-01", dtype="datetime64[D]"), 10_000).astype(str)
    symbols = random.choice(["BABA", "9988.HK", "0700.HK"], 10_000)
    events = [event(f"e{n}", str(symbols[n]), str(days[n]), n + 2, group=f"g{n % 40}") for n in range(10_000)]
    own = build_own(snapshot, events, None, VIEW)
    assert len(own.known) == 10_000
    few = build_own(snapshot, events[:50], None, VIEW)
    np.testing.assert_array_equal(own.study.car[:50], few.study.car)
    assert own.everything.value == pytest.approx(own.study.car[:, own.window].mean())
    assert own.leave_out is Reason.TOO_MANY_EVENTS
    assert own.neighbours is Reason.TOO_MANY_EVENTS
    positions = np.searchsorted(snapshot.calendars[Market.HONG_KONG].days, own.study.day0)
    for row in np.flatnonzero(symbols == "0700.HK")[:300].tolist():
        distance = positions[symbols == "0700.HK"] - positions[row]
        assert own.confounded[row] == (((distance == 0) | (distance == 1)).sum() > 1)
    assert (own.placebos.status == Reason.NO_PLACEBO_SESSION).sum() == 0


def test_the_settings_are_those_of_the_view(snapshot: Snapshot) -> None:
    view = View(window=Window(-2, 8), span=Window(-4, 3), estimation=Window(-130, -11))
    spec = own_spec(view, None)
    assert (spec.event_window, spec.estimation) == (Window(-4, 8), Window(-130, -11))
    assert view.span in spec.windows
    assert build_own(snapshot, [event("x", "BABA", "2023-07-07")], None, view).path(0).sessions.tolist() == list(
        range(-2, 9)
    )


def test_rows_of_one_event_do_not_confound_each_other(snapshot: Snapshot) -> None:
    twice = [event("one", "AAA", at(ZERO)), event("one", "AAA", at(ZERO + 1), 3)]
    assert not own_study(snapshot, twice).confounded.any()
    other = [*twice, event("two", "AAA", at(ZERO + 1), 4)]
    assert own_study(snapshot, other).confounded.tolist() == [True, True, True]
