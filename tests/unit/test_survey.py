"""Many announcements at once: the same figures as one at a time, which are shown, and why a cell is blank."""

from dataclasses import replace

import numpy as np
import pytest

from eventwindow.case import build_case, return_tables, study_events
from eventwindow.facts.events import Action, Clock, Direction
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import Reason
from eventwindow.facts.sessions import DayZero, day_zero
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.engine import StudySpec
from eventwindow.study.models import Model
from eventwindow.study.placebo import placebo_test
from eventwindow.study.windows import Window
from eventwindow.survey import Survey, build_survey, chosen_announcements, refined
from eventwindow.view import Benchmark, View

MAIN = View()
EVERY_COMPANY = (
    "alibaba", "tencent", "meituan", "jd", "baidu", "netease", "pinduoduo", "bilibili", "tencent-music", "didi",
)  # fmt: skip
SETTINGS = {
    "default": MAIN,
    "first reports": replace(MAIN, clock=Clock.FIRST_REPORTED),
    "another model": replace(MAIN, model=Model.SCHOLES_WILLIAMS, benchmark=Benchmark.TECH, span=Window(-1, 1)),
    "wide": replace(MAIN, window=Window(-10, 20), span=Window(-10, 20), estimation=Window(-130, -11)),
    "span outside the window": replace(MAIN, window=Window(0, 0), span=Window(3, 9), model=Model.MEAN_ADJUSTED),
}


def survey_of(snapshot: Snapshot, view: View) -> Survey:
    survey = build_survey(snapshot, view)
    assert survey is not None
    return survey


def found_row(survey: Survey, event_id: str, symbol: str) -> int:
    return survey.study.row(event_id, symbol)


@pytest.mark.parametrize("view", SETTINGS.values(), ids=SETTINGS.keys())
def test_every_cell_is_what_the_announcement_alone_gives(snapshot: Snapshot, view: View) -> None:
    survey = survey_of(snapshot, view)
    for event_id in ("ant-group-fine-2023-07", "alibaba-antitrust-fine-2021-04", "xi-symposium-2025-02"):
        # The page of one announcement takes the summed window as its event window.
        window = Window(min(view.span.start, 0), max(view.span.end, 0))
        alone = build_case(snapshot, replace(view, event=event_id, window=window))
        assert alone.study is not None
        for item in alone.listings:
            row = found_row(survey, event_id, item.listing.symbol)
            days = alone.study.abnormal_returns[
                alone.study.row(event_id, item.listing.symbol), view.span.within(alone.study.event_window)
            ]
            assert survey.study.car[row, survey.window] == pytest.approx(days.sum(), rel=1e-9)
            assert survey.study.day0[row] == alone.study.day0[alone.study.row(event_id, item.listing.symbol)]


def test_the_path_is_that_of_the_announcement_alone(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, MAIN)
    for item in build_case(snapshot, MAIN).listings:
        assert item.path is not None
        path = survey.path(found_row(survey, MAIN.event, item.listing.symbol))
        assert path.value == pytest.approx(item.path.value, rel=1e-9)
        assert path.dates.tolist() == item.path.dates.tolist()


def test_rows_are_announcements_times_listings_oldest_first(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, MAIN)
    assert len(survey.announcements) == len(snapshot.announcements)
    days = [item.day for item in survey.announcements]
    assert days == sorted(days)
    for row in range(len(survey.study.event_ids)):
        assert survey.study.event_ids[row] == survey.announcement(row).event_id
        assert survey.study.symbols[row] == survey.listing(row).symbol
        assert survey.row(*divmod(row, len(survey.listings))) == row


@pytest.mark.parametrize(
    "filters",
    [
        {"actions": (Action.FINE,)},
        {"directions": (Direction.EASING,), "years": (2022, 2023)},
        {"jurisdictions": ("US",), "strict": True},
        {"regulators": ("samr", "csrc")},
    ],
)
def test_filters_choose_what_is_shown_and_not_what_is_computed(snapshot: Snapshot, filters: dict[str, object]) -> None:
    view = replace(MAIN, **filters)  # type: ignore[arg-type]
    survey, everything = survey_of(snapshot, view), survey_of(snapshot, MAIN)
    passing = {item.event_id for item in chosen_announcements(snapshot, view)}
    assert 0 < len(passing) < len(snapshot.announcements)
    assert {survey.announcement(row).event_id for row in survey.rows.tolist()} == passing
    assert len(survey.rows) == len(passing) * len(survey.listings)
    np.testing.assert_array_equal(survey.placebos.p, everything.placebos.p)
    np.testing.assert_array_equal(survey.confounded, everything.confounded)
    same = refined(everything, snapshot, view)
    assert same.rows.tolist() == survey.rows.tolist()
    assert same.view == view


@pytest.mark.parametrize("span", [Window(0, 1), Window(-3, 0), Window(2, 6)], ids=str)
def test_confounded_means_another_announcement_about_the_company_in_the_summed_sessions(
    snapshot: Snapshot, span: Window
) -> None:
    survey = survey_of(snapshot, replace(MAIN, span=span))
    zeros: dict[tuple[str, Market], int] = {}
    for item in survey.announcements:
        for market, calendar in snapshot.calendars.items():
            zero = day_zero(item.news(MAIN.clock), calendar)
            assert isinstance(zero, DayZero)
            zeros[item.event_id, market] = zero.position
    for row in range(len(survey.confounded)):
        this, listing = survey.announcement(row), survey.listing(row)
        others = [
            zeros[other.event_id, listing.market] - zeros[this.event_id, listing.market]
            for other in survey.announcements
            if other is not this and listing.issuer in other.issuers
        ]
        assert survey.confounded[row] == any(span.start <= distance <= span.end for distance in others)
    assert 0 < survey.confounded.sum() < len(survey.confounded)


def test_confounded_events_are_left_out_only_if_asked(snapshot: Snapshot) -> None:
    kept = survey_of(snapshot, replace(MAIN, actions=(Action.FINE,)))
    clean = survey_of(snapshot, replace(MAIN, actions=(Action.FINE,), clean=True))
    assert not kept.left_out.any()
    assert set(kept.rows.tolist()) - set(clean.rows.tolist()) == set(np.flatnonzero(clean.left_out).tolist())
    assert clean.left_out.sum() > 0
    for row in np.flatnonzero(clean.left_out).tolist():
        assert clean.confounded[row]
        assert clean.announcement(row).action is Action.FINE
        assert clean.status(row) is Reason.CONFOUNDED
        assert "left out" in clean.reason(row)


@pytest.mark.parametrize("event_id", ["ant-group-fine-2023-07", "didi-fine-2022-07"])
def test_the_placebo_p_of_a_cell_is_that_of_the_event_alone(snapshot: Snapshot, event_id: str) -> None:
    survey = survey_of(snapshot, MAIN)
    spec = StudySpec(event_window=MAIN.span, windows=(MAIN.span,))
    for listing in survey.listings:
        tables = return_tables(snapshot, [listing], MAIN.benchmark)
        (alone,) = placebo_test(
            events=study_events(snapshot, [snapshot.announcements[event_id]], [listing], MAIN.clock),
            prices=tables,
            spec=spec,
            known=study_events(snapshot, list(snapshot.announcements.values()), [listing], MAIN.clock),
        )
        row = found_row(survey, event_id, listing.symbol)
        assert survey.placebos.p[row, 0] == pytest.approx(alone.p, rel=1e-12)
        assert survey.placebos.dates[row, 0] == len(alone.placebo)


def test_every_blank_cell_has_a_reason_and_every_other_a_figure(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, replace(MAIN, companies=EVERY_COMPANY))
    blank = set(survey.rows.tolist()) - set(survey.known.tolist())
    assert sum(survey.missing.values()) == len(blank)
    assert all(survey.reason(row) for row in blank)
    assert all(np.isnan(survey.study.car[row, survey.window]) for row in blank)
    assert all(not survey.reason(row) for row in survey.known.tolist())
    assert np.isfinite(survey.study.car[survey.known, survey.window]).all()
    # DiDi listed in New York on 30 June 2021, with no year of returns before its fine; Baidu in Hong Kong in 2021.
    assert survey.status(found_row(survey, "alibaba-antitrust-fine-2021-04", "DIDI")) is Reason.NOT_LISTED_YET
    early = found_row(survey, "samr-merger-fines-2021-07", "9888.HK")
    assert survey.status(early) is Reason.TOO_FEW_ESTIMATION_RETURNS
    assert "of 250 sessions" in survey.reason(early)


def test_fines_stand_with_the_company_that_was_fined(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, replace(MAIN, companies=("alibaba", "tencent", "meituan")))
    fined = {
        symbol: float(survey.fines[found_row(survey, "ant-group-fine-2023-07", symbol)])
        for symbol in ("9988.HK", "BABA", "0700.HK", "TCEHY", "3690.HK")
    }
    # PBOC and CSRC, 7 July 2023: 7.123bn yuan on Ant Group, 2.993bn on Tenpay.
    assert fined["9988.HK"] == fined["BABA"] == pytest.approx(7.123e9, rel=1e-3)
    assert fined["0700.HK"] == fined["TCEHY"] == pytest.approx(2.99e9, rel=2e-3)
    assert np.isnan(fined["3690.HK"])
    row = found_row(survey, "ant-group-fine-2023-07", "3690.HK")
    assert survey.fine_status[row] is Reason.NO_FINE


@pytest.mark.parametrize("nothing", [{"companies": ()}, {"markets": ()}, {"companies": ("meituan",), "markets": ()}])
def test_without_a_listing_there_is_no_survey(snapshot: Snapshot, nothing: dict[str, tuple[str, ...]]) -> None:
    assert build_survey(snapshot, replace(MAIN, **nothing)) is None  # type: ignore[arg-type]


def test_significance_follows_the_level(snapshot: Snapshot) -> None:
    survey = survey_of(snapshot, MAIN)
    for level in (90, 95, 99):
        at_level = refined(survey, snapshot, replace(MAIN, level=level))
        below = {row for row in survey.known.tolist() if survey.placebos.p[row, 0] < 1 - level / 100}
        assert {row for row in survey.known.tolist() if at_level.is_significant(row)} == below
