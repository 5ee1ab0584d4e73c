"""One of a reader's own events in detail, and the sessions before day 0, beside what the pages on file show."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from eventwindow.case import build_case
from eventwindow.charts.clock import clock_strip, news_strip
from eventwindow.charts.theme import LIGHT
from eventwindow.facts.events import Clock
from eventwindow.facts.own import OwnEvent
from eventwindow.facts.reasons import Reason
from eventwindow.own_event import own_attention, own_detail, own_news
from eventwindow.own_run_up import own_run_ups
from eventwindow.run_up import build_run_ups, run_up_survey
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.models import Model
from eventwindow.study.windows import Window
from eventwindow.survey import build_survey
from eventwindow.ui.tables import sessions_table as tables_on_file
from eventwindow.ui.workbench_event import sessions_table, windows_table
from eventwindow.view import DEFAULT, View
from eventwindow.volume import attentions
from eventwindow.workbench import OwnStudy, build_own
from tests.unit.own_studies import OWN, own_event

FINE = DEFAULT.event
WHEN = datetime.fromisoformat("2023-07-07T20:10:00+08:00")


def fined(snapshot: Snapshot, symbol: str, view: View = DEFAULT) -> OwnStudy:
    return build_own(snapshot, [own_event(2, FINE, symbol, "2023-07-07", announced=WHEN)], None, view)


@pytest.mark.parametrize("symbol", ["9988.HK", "BABA"])
def test_the_tables_are_those_of_the_event_page(snapshot: Snapshot, symbol: str) -> None:
    case, own = build_case(snapshot, DEFAULT), fined(snapshot, symbol)
    detail = own_detail(own, 0)
    found, on_file = sessions_table(own, 0, detail), tables_on_file(case).query("Symbol == @symbol")
    assert found["Date"].tolist() == on_file["Date"].tolist()
    for name in found.columns.drop("Date"):
        assert found[name].to_numpy() == pytest.approx(on_file[name].to_numpy())
    listing = next(item for item in case.with_result if item.listing.symbol == symbol)
    windows = windows_table(detail)
    assert windows["Window"].is_unique
    for number, window in enumerate(case.headline_windows):
        estimate = listing.estimate(window)
        said = windows.loc[number, ["Abnormal return, %", "Standard error, %", "t", "p"]].tolist()
        assert said == pytest.approx([100 * estimate.value, 100 * estimate.se, estimate.t, estimate.p])


def test_windows_that_would_touch_the_estimation_window_are_left_out(snapshot: Snapshot) -> None:
    view = replace(DEFAULT, estimation=Window(-200, -1), window=Window(0, 5), span=Window(0, 1))
    assert own_detail(fined(snapshot, "BABA", view), 0).windows == (Window(0, 0), Window(0, 1), Window(0, 5))


@pytest.mark.parametrize("symbol", ["9988.HK", "BABA"])
def test_attention_is_that_of_the_event_page(snapshot: Snapshot, symbol: str) -> None:
    case, own = build_case(snapshot, DEFAULT), fined(snapshot, symbol)
    on_file = next(item for item in attentions(snapshot, case) if item.item.listing.symbol == symbol)
    found = own_attention(own, 0, own_detail(own, 0))
    assert found is not None
    for name in ("returns", "returns_band", "volume", "volume_band"):
        assert getattr(found, name) == pytest.approx(getattr(on_file, name), nan_ok=True)
    assert [news.offset for news in found.item.sessions] == [0]


def test_an_index_without_volume_says_so(snapshot: Snapshot) -> None:
    own = fined(snapshot, "KWEB", replace(DEFAULT, model=Model.MEAN_ADJUSTED))
    found = own_attention(own, 0, own_detail(own, 0))
    assert found is not None
    assert found.reason is not Reason.OK
    assert np.isnan(found.volume).all()


def test_the_clock_strip_has_the_sessions_of_the_event_page_and_calls_the_moment_the_event(snapshot: Snapshot) -> None:
    own, case = fined(snapshot, "BABA"), build_case(snapshot, DEFAULT)
    news = own_news(own, 0)
    assert news is not None
    mine = news_strip([news], news, snapshot.calendars, LIGHT, {Clock.ANNOUNCED: "Event"})
    assert any("<b>Event</b> 20:10 Beijing" in note.text for note in mine.layout.annotations)
    assert not any("Official act" in note.text for note in mine.layout.annotations)
    bars = [
        [trace.base for trace in figure.data if trace.type == "bar"]
        for figure in (mine, clock_strip(case, snapshot.calendars, LIGHT))
    ]
    assert len(bars[0]) <= len(bars[1])


def test_a_moment_decides_nothing_and_has_no_strip_on_own_prices_or_where_none_is_given(snapshot: Snapshot) -> None:
    events, prices, view = OWN["own prices"]
    first: OwnEvent = replace(events[0], announced=WHEN)
    own = build_own(snapshot, [first], prices, view)
    assert (own_news(own, 0), own_attention(own, 0, own_detail(own, 0))) == (None, None)
    assert own_news(build_own(snapshot, [own_event(2, "e", "BABA", "2023-07-07")], None, DEFAULT), 0) is None


def test_the_run_up_of_committed_announcements_is_that_of_the_compare_page(snapshot: Snapshot) -> None:
    view = replace(DEFAULT, window=Window(-5, 5), companies=("alibaba",))
    survey = build_survey(snapshot, view)
    assert survey is not None
    before = run_up_survey(snapshot, survey, Window(-5, -1))
    on_file = build_run_ups(before)[0]
    study = before.study
    rows = np.flatnonzero(study.status[:, -1] == Reason.OK).tolist()
    events = [
        own_event(row, study.event_ids[row], study.symbols[row], study.day0[row].item(), title=str(row)) for row in rows
    ]
    (everything,) = own_run_ups(build_own(snapshot, events, None, view))
    assert everything.span == Window(-5, -1)
    assert (everything.events, everything.value) == (on_file.events, pytest.approx(on_file.value))
    assert everything.lead.p == pytest.approx(on_file.lead.p)


def test_there_is_no_run_up_where_the_window_starts_with_day_0_or_of_one_event(snapshot: Snapshot) -> None:
    events, prices, view = OWN["own prices"]
    assert own_run_ups(build_own(snapshot, events, prices, replace(view, window=Window(0, 5)))) == ()
    assert own_run_ups(build_own(snapshot, events[:1], prices, view)) == ()


def test_groups_of_the_run_up_stand_in_the_order_of_those_above(snapshot: Snapshot) -> None:
    events, prices, view = OWN["own prices"]
    grouped = [replace(event, group=name) for event, name in zip(events, ("b", "a", "a", "", "b"), strict=True)]
    own = build_own(snapshot, grouped, prices, view)
    assert [group.name for group in own_run_ups(own)] == ["", *(group.name for group in own.groups)]
