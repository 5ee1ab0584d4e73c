"""Every announcement as a page shows it: the facts, the study and the sentences made from both."""

import csv
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from eventwindow.case import Case, Estimate, ListingCase, build_case
from eventwindow.charts.car import car_chart
from eventwindow.charts.clock import clock_strip
from eventwindow.charts.theme import DARK, LIGHT, Palette
from eventwindow.facts.events import Clock
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.facts.sessions import DayZero, DayZeroRule, day_zero
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.models import Model
from eventwindow.study.windows import Window
from eventwindow.ui.cards import card
from eventwindow.ui.tables import reports_table
from eventwindow.view import Benchmark, View
from eventwindow.words import (
    agreement,
    amounts,
    car_finding,
    clock_finding,
    clock_sentence,
    early_verdict,
    estimate_words,
    lead_reports,
    listing_name,
    no_listing_words,
    place,
    printed,
    unreported,
    verdict,
)

DATA = Path(__file__).resolve().parents[2] / "data"
MAIN = View()
FIRST = replace(MAIN, clock=Clock.FIRST_REPORTED)


def sentences(case: Case, snapshot: Snapshot) -> list[str]:
    """Everything words.py says about a case."""
    calendars = snapshot.calendars
    said = [clock_sentence(case, calendars), clock_finding(case, calendars), *verdict(case), early_verdict(case)]
    said += [car_finding(case), no_listing_words(snapshot, case.view), str(amounts(case.announcement))]
    for item in case.listings:
        said += [listing_name(item), place(item), item.reason]
        said += [estimate_words(estimate) if estimate.known else estimate.reason for estimate in item.estimates]
        said += [printed(move) for move in item.reported]
        said += [agreement(move, measured) for move, measured in lead_reports(item)]
    return said


def is_whole(case: Case, snapshot: Snapshot) -> None:
    """Every listing has a path or a reason, every estimate a number or a reason, and no sentence a hole."""
    for item in case.listings:
        assert (item.path is None) == bool(item.reason), item.listing.symbol
        for estimate in item.estimates:
            figures = [estimate.value, estimate.se, estimate.t, estimate.p]
            assert np.isfinite(figures).all() if estimate.known else np.isnan(figures).all(), item.listing.symbol
    for sentence in sentences(case, snapshot):
        assert not re.search(r"\bnan\b|\bNone\b|NaT|\binf\b", sentence), sentence


def draws(case: Case, snapshot: Snapshot, *palettes: Palette) -> None:
    for colours in palettes:
        assert clock_strip(case, snapshot.calendars, colours).data
        if case.with_result:
            assert len(car_chart(case, colours).data) == 2 * len(case.with_result)


@pytest.mark.parametrize("clock", list(Clock))
def test_every_announcement_can_be_shown_with_the_default_listings(snapshot: Snapshot, clock: Clock) -> None:
    acts = 0
    for event in snapshot.announcements:
        case = build_case(snapshot, View(event=event, clock=clock))
        assert [item.listing.symbol for item in case.listings] == ["9988.HK", "BABA", "0700.HK", "TCEHY"], event
        is_whole(case, snapshot)
        draws(case, snapshot, LIGHT, DARK)
        acts += len(case.announcement.acts)
    assert acts == 102


def test_every_announcement_can_be_shown_with_each_company_alone(snapshot: Snapshot) -> None:
    slugs = [issuer.slug for issuer in snapshot.companies]
    assert len(slugs) == 10
    for event in snapshot.announcements:
        for slug in slugs:
            case = build_case(snapshot, View(event=event, companies=(slug,)))
            assert {item.issuer.slug for item in case.listings} == {slug}
            is_whole(case, snapshot)
            draws(case, snapshot, LIGHT)


@pytest.mark.parametrize("model", list(Model))
@pytest.mark.parametrize("benchmark", list(Benchmark))
def test_every_setting_gives_a_whole_case(snapshot: Snapshot, model: Model, benchmark: Benchmark) -> None:
    for window in (Window(0, 0), Window(-10, 20)):
        view = replace(MAIN, model=model, benchmark=benchmark, window=window, level=99)
        case = build_case(snapshot, view)
        is_whole(case, snapshot)
        draws(case, snapshot, LIGHT)
        assert len(case.with_result) == 4


def test_an_estimation_window_up_to_the_eve_of_day_zero_gives_a_whole_case(snapshot: Snapshot) -> None:
    case = build_case(snapshot, replace(MAIN, window=Window(0, 3), estimation=Window(-100, -1)))
    is_whole(case, snapshot)
    draws(case, snapshot, LIGHT)
    assert case.listings[0].sessions[0].abnormal.reason == (
        "That session lies inside the estimation window or before it."
    )


@pytest.mark.parametrize("nothing", [{"companies": ()}, {"markets": ()}, {"companies": (), "markets": ()}])
def test_without_a_company_or_market_there_is_a_case_without_listings(
    snapshot: Snapshot, nothing: dict[str, tuple[()]]
) -> None:
    case = build_case(snapshot, replace(MAIN, **nothing))
    assert (case.listings, case.study) == ((), None)
    is_whole(case, snapshot)


def listing(case: Case, symbol: str) -> ListingCase:
    (found,) = [item for item in case.listings if item.listing.symbol == symbol]
    return found


@pytest.mark.parametrize(
    ("symbol", "day", "percent"),
    [("9988.HK", "2023-07-07", 3.44), ("BABA", "2023-07-07", 8.00), ("9988.HK", "2023-07-10", 3.20)],
)
def test_the_main_event_has_the_documented_changes_of_the_close(
    snapshot: Snapshot, symbol: str, day: str, percent: float
) -> None:
    sessions = listing(build_case(snapshot, MAIN), symbol).sessions
    (move,) = [item.move for item in sessions if str(item.move.day) == day]
    assert move.close_change is not None
    assert 100 * move.close_change == pytest.approx(percent, abs=0.005)


def test_the_official_clock_leaves_the_first_report_a_session_before_day_zero_in_hong_kong(snapshot: Snapshot) -> None:
    found = [(item.offset, item.clocks, item.is_day_zero) for item in build_case(snapshot, MAIN).listings[0].sessions]
    assert found == [(-1, (Clock.FIRST_REPORTED,), False), (0, (Clock.ANNOUNCED,), True)]


def test_the_first_report_leaves_the_official_act_a_session_after_day_zero_in_hong_kong(snapshot: Snapshot) -> None:
    found = [(item.offset, item.clocks, item.is_day_zero) for item in build_case(snapshot, FIRST).listings[0].sessions]
    assert found == [(0, (Clock.FIRST_REPORTED,), True), (1, (Clock.ANNOUNCED,), False)]


def test_both_clocks_point_at_one_session_in_new_york(snapshot: Snapshot) -> None:
    sessions = listing(build_case(snapshot, MAIN), "BABA").sessions
    assert [(item.offset, item.clocks) for item in sessions] == [(0, (Clock.FIRST_REPORTED, Clock.ANNOUNCED))]


@pytest.mark.parametrize(("view", "hong_kong"), [(MAIN, "2023-07-10"), (FIRST, "2023-07-07")])
def test_switching_the_clock_changes_day_zero(snapshot: Snapshot, view: View, hong_kong: str) -> None:
    zeros = build_case(snapshot, view).day_zeros
    assert {market: str(zero.day) for market, zero in zeros.items()} == {
        Market.HONG_KONG: hong_kong,
        Market.WALL_STREET: "2023-07-07",
    }


def test_without_a_known_report_the_official_act_counts_and_that_is_said(snapshot: Snapshot) -> None:
    case = build_case(snapshot, View(event="alibaba-antitrust-fine-2021-04", clock=Clock.FIRST_REPORTED))
    assert case.news.clock is Clock.ANNOUNCED
    assert clock_sentence(case, snapshot.calendars).startswith(
        "No earlier report is known, so the official act counts."
    )


def test_the_main_clock_sentence_says_why_each_market_has_its_day_zero(snapshot: Snapshot) -> None:
    assert clock_sentence(build_case(snapshot, MAIN), snapshot.calendars) == (
        "Official act, Fri 7 Jul 2023, not later than 20:10 Beijing: Hong Kong had closed (at 16:10), so day 0 is "
        "Mon 10 Jul there; New York had not opened yet (it opens at 09:30), so day 0 is Fri 7 Jul there."
    )


def by_hand(symbol: str, index: str, zero: str) -> tuple[list[float], list[float], int]:
    """Returns of a share without distributions and of its index, and the place of day 0, from the price files."""

    def closes(name: str) -> dict[str, float]:
        with (DATA / "prices" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            return {row["date"]: float(row["close"]) for row in csv.DictReader(handle)}

    share, market = closes(symbol), closes(index)
    days = sorted(share.keys() & market.keys())
    changes = [[prices[day] / prices[before] - 1 for before, day in pairwise(days)] for prices in (share, market)]
    return changes[0], changes[1], days.index(zero) - 1


# Neither share paid anything between June 2022 and the end of July 2023.
@pytest.mark.parametrize("level", [90, 95, 99])
@pytest.mark.parametrize(
    ("symbol", "index", "zero"), [("9988.HK", "HSI", "2023-07-10"), ("BABA", "GSPC", "2023-07-07")]
)
def test_the_path_and_its_band_are_those_computed_by_hand(
    snapshot: Snapshot, symbol: str, index: str, zero: str, level: int
) -> None:
    path = listing(build_case(snapshot, replace(MAIN, level=level)), symbol).path
    assert path is not None
    share, market, at = by_hand(symbol, index, zero)
    fitted = stats.linregress(market[at - 260 : at - 10], share[at - 260 : at - 10])
    x = np.array(market[at - 260 : at - 10])
    residual = np.array(share[at - 260 : at - 10]) - fitted.intercept - fitted.slope * x
    s2 = (residual**2).sum() / 248
    value, half = [], []
    for session in range(-5, 6):
        days = range(session + 1, 0) if session < 0 else range(session + 1)
        ahead = [market[at + day] for day in days]
        car = sum(share[at + day] - fitted.intercept - fitted.slope * market[at + day] for day in days)
        away = sum(item - x.mean() for item in ahead)
        se = np.sqrt(s2 * (len(ahead) + len(ahead) ** 2 / 250 + away**2 / ((x - x.mean()) ** 2).sum()))
        value.append(-car if session < 0 else car)
        half.append(stats.t.ppf(0.5 + level / 200, 248) * se)
    assert path.value == pytest.approx(value, rel=1e-8, abs=1e-12)
    low, high = path.band
    assert high == pytest.approx(half, rel=1e-8, abs=1e-12)
    assert low.tolist() == (-high).tolist()


def test_every_path_meets_zero_at_the_close_before_day_zero(snapshot: Snapshot) -> None:
    for item in build_case(snapshot, MAIN).with_result:
        assert item.path is not None
        (before,) = np.flatnonzero(item.path.sessions == -1)
        assert (item.path.value[before], item.path.se[before]) == (0.0, 0.0)


def test_the_estimates_of_a_page_are_those_of_its_study(snapshot: Snapshot) -> None:
    case = build_case(snapshot, MAIN)
    assert case.study is not None
    frame = case.study.events.set_index(["symbol", "window_start", "window_end"])
    for item in case.listings:
        for window in case.headline_windows:
            expected = frame.loc[(item.listing.symbol, window.start, window.end), ["car", "se", "t", "p"]].tolist()
            found = item.estimate(window)
            assert [found.value, found.se, found.t, found.p] == expected


def test_an_unknown_hour_widens_the_window_of_the_verdict(snapshot: Snapshot) -> None:
    known, unknown = (build_case(snapshot, view) for view in (MAIN, View(event="genai-rules-2023-07")))
    assert (known.time_unknown, known.lead_window) == (False, Window(0, 0))
    assert (unknown.time_unknown, unknown.lead_window) == (True, Window(0, 1))
    assert all(zero.rule is DayZeroRule.TIME_UNKNOWN for zero in unknown.day_zeros.values())


def test_the_verdict_of_the_main_event_names_who_moved_beyond_noise(snapshot: Snapshot) -> None:
    lead, rest = verdict(build_case(snapshot, MAIN))
    assert lead.startswith("More than noise at the 95% level on day 0: Alibaba on Wall Street (+8.38%")
    assert "Alibaba in Hong Kong" in rest
    assert "Tencent over the counter in the US" in rest


@pytest.mark.parametrize(("p", "beyond"), [(0.009, {90, 95, 99}), (0.03, {90, 95}), (0.07, {90}), (0.2, set())])
def test_a_stricter_level_calls_less_beyond_noise(p: float, beyond: set[int]) -> None:
    estimate = Estimate(Window(0, 0), 0.03, 0.01, 3.0, 248, p, 1, "")
    assert {level for level in (90, 95, 99) if estimate.beyond_noise(level)} == beyond
    assert not replace(estimate, reason="Nothing is known.").beyond_noise(90)


DIDI = [
    ("alibaba-antitrust-fine-2021-04", Reason.NOT_LISTED_YET),
    ("didi-cybersecurity-review-2021-07", Reason.TOO_FEW_ESTIMATION_RETURNS),
    ("fsdc-liu-he-2022-03", Reason.OUTSIDE_PRICES),
    ("didi-fine-2022-07", Reason.NO_LONGER_LISTED),
    ("ant-group-fine-2023-07", Reason.NO_LONGER_LISTED),
]


@pytest.mark.parametrize(("event", "reason"), DIDI)
def test_didi_has_a_reason_for_every_time(snapshot: Snapshot, event: str, reason: Reason) -> None:
    (item,) = build_case(snapshot, View(event=event, companies=("didi",))).listings
    assert item.path is None
    assert item.reason.startswith(SENTENCES[reason])
    assert not any(estimate.known for estimate in item.estimates)


def test_a_listing_without_model_still_shows_what_it_did(snapshot: Snapshot) -> None:
    case = build_case(snapshot, View(event="didi-cybersecurity-review-2021-07", companies=("didi",)))
    (session,) = case.listings[0].sessions
    assert session.move.day == date(2021, 7, 2)
    # 15.53 against 16.40 in data/prices/DIDI.csv
    assert session.move.close_change == pytest.approx(15.53 / 16.40 - 1, abs=1e-4)


def test_the_first_day_of_a_listing_is_not_said_to_lie_outside_its_prices(snapshot: Snapshot) -> None:
    # data/prices/DIDI.csv starts on 2021-06-30, the day of the listing: a price, but nothing to compare it with.
    (item,) = build_case(snapshot, View(event="didi-us-ipo-2021-06", companies=("didi",))).listings
    assert item.reason.startswith(SENTENCES[Reason.TOO_FEW_ESTIMATION_RETURNS])
    (session,) = item.sessions
    assert (session.move.close, session.move.close_change) == (14.14, None)


def test_day_zero_of_a_case_is_that_of_the_rule_for_every_announcement(snapshot: Snapshot) -> None:
    for event, announcement in snapshot.announcements.items():
        for item in build_case(snapshot, View(event=event)).listings:
            expected = day_zero(announcement.announced, snapshot.calendars[item.listing.market])
            assert isinstance(expected, DayZero)
            assert item.day_zero == expected


def test_a_card_shows_the_reported_figures_of_its_sessions(snapshot: Snapshot) -> None:
    item = build_case(snapshot, MAIN).listings[0]
    assert {move.symbol for move in item.reported} == {"9988.HK"}
    assert [str(measured.day) for _, measured in lead_reports(item)] == ["2023-07-07", "2023-07-10"]
    assert [printed(move) for move, _ in lead_reports(item)] == ["more than +3%, at the close", "+5.5%, at the open"]


def test_a_card_never_says_that_no_figure_is_on_file_where_one_is(snapshot: Snapshot) -> None:
    every = tuple(item.slug for item in snapshot.companies)
    with (DATA / "reported_moves.csv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    groups = {act.event_id: key for key, item in snapshot.announcements.items() for act in item.acts}
    on_file: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        on_file.setdefault((groups[row["event_id"]], row["symbol"]), []).append(row["session_date"])
    said: Counter[str] = Counter()
    for event in snapshot.announcements:
        for clock in Clock:
            for item in build_case(snapshot, View(event=event, clock=clock, companies=every)).listings:
                days, text = on_file.get((event, item.listing.symbol), []), card(item)
                shown = {str(session.move.day) for session in item.sessions} & set(days)
                assert ("No press figure on file" in text) == (not days)
                assert ("Reported **" in text) == bool(shown)
                if days and not shown:
                    said[unreported(item)] += 1
    assert said == {
        "Press: none for these sessions; 1 for another day, see Sources.": 20,
        "Press: none for these sessions; 2 for other days, see Sources.": 6,
    }


def test_the_press_on_an_index_stands_among_the_sources_of_the_announcement(snapshot: Snapshot) -> None:
    # Of 14 December 2020 the SCMP printed Alibaba -2.6% and the Hang Seng Index -0.4%.
    found = reports_table(snapshot, build_case(snapshot, View(event="samr-merger-fines-2020-12")))
    assert list(found["Listing"]) == ["Alibaba · Hong Kong", "Hang Seng Index"]
    assert list(found["Reported"]) == ["−2.6%, at the close", "−0.4%, at the close"]


def test_the_finding_of_the_paths_tells_day_zero_before_the_end(snapshot: Snapshot) -> None:
    case = build_case(snapshot, replace(MAIN, companies=("alibaba",), markets=(Market.WALL_STREET,)))
    assert car_finding(case) == (
        "Cumulative abnormal return from the close before day 0, with the 95% noise band: Alibaba on Wall Street "
        "+8.38% on day 0, outside the band, then +10.81% by session +5, inside the band."
    )
    alone = build_case(snapshot, replace(case.view, window=Window(0, 0)))
    assert "by session" not in car_finding(alone)


@pytest.mark.parametrize(
    ("companies", "markets", "words"),
    [
        ((), tuple(Market), "Choose at least one company and one market in the sidebar."),
        (("didi",), (Market.HONG_KONG,), "DiDi has no listing in Hong Kong with prices on file."),
        (("pinduoduo", "didi"), (Market.HONG_KONG,), "PDD and DiDi have no listing in Hong Kong with prices on file."),
    ],
)
def test_why_no_listing_is_shown(
    snapshot: Snapshot, companies: tuple[str, ...], markets: tuple[Market, ...], words: str
) -> None:
    view = replace(MAIN, companies=companies, markets=markets)
    assert not build_case(snapshot, view).listings
    assert no_listing_words(snapshot, view).startswith(words)
