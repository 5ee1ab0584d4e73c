"""Who moves first and who follows how fast: against plain pandas on the committed files, and by hand."""

from dataclasses import replace
from datetime import date
from math import exp, log

import numpy as np
import pandas as pd
import pytest

from eventwindow.chain import relays
from eventwindow.facts.events import Clock
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import Reason
from eventwindow.history import gaps
from eventwindow.leadlag import LeadLag, lead_lag
from eventwindow.premium import Premium, premium_around
from eventwindow.relay import Relay
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Window
from eventwindow.view import View
from tests.unit.test_relay import LINES, MAIN, flat, prices

HK, US = Market.HONG_KONG, Market.WALL_STREET


def found_for(snapshot: Snapshot, **settings: object) -> tuple[View, Relay]:
    view = replace(MAIN, **{"companies": ("alibaba",), **settings})
    relay = relays(snapshot, view)[0]
    assert isinstance(relay, Relay)
    return view, relay


def led(snapshot: Snapshot, **settings: object) -> LeadLag:
    return lead_lag(snapshot, *found_for(snapshot, **settings))


def premium(snapshot: Snapshot, **settings: object) -> Premium:
    return premium_around(snapshot, *found_for(snapshot, **settings))


def openings_second_way(company: str, follower: str) -> pd.DataFrame:
    """Distance and move at every opening of one market, from the files alone, years without distributions only."""
    home, away, shares = LINES[company]
    dollar = prices("USDHKD").set_index("date")["close"].dropna()
    away_prices = prices(away).set_index("date")[["open", "close"]]
    away_prices = away_prices.mul(dollar.reindex(away_prices.index, method="ffill"), axis=0) / shares
    lines = {"hk": prices(home).set_index("date")[["open", "close"]], "us": away_prices}
    own, other = lines[follower], lines["us" if follower == "hk" else "hk"]
    before = own.index.to_series().shift()
    # Hong Kong closes before New York opens: at New York's open Hong Kong's close of that very date is known.
    latest = pd.merge_asof(
        pd.DataFrame({"date": own.index}),
        other["close"]
        .rename("lead")
        .reset_index()
        .rename(columns={"date": "lead_day"})
        .assign(date=lambda table: table["lead_day"]),
        on="date",
        allow_exact_matches=follower == "us",
    )
    since = (
        latest["lead_day"].to_numpy() >= before.to_numpy()
        if follower == "hk"
        else (latest["lead_day"].to_numpy() > before.to_numpy())
    )
    last = own["close"].shift().to_numpy()
    gap = np.where(since, np.log(latest["lead"].to_numpy() / last), np.nan)
    return pd.DataFrame({"gap": gap, "move": np.log(own["open"].to_numpy() / last)}, index=own.index)


@pytest.mark.parametrize("company", ["alibaba", "baidu"])  # no distribution in these sessions
@pytest.mark.parametrize("follower", [HK, US])
def test_what_is_usual_agrees_with_plain_pandas(snapshot: Snapshot, company: str, follower: Market) -> None:
    following = next(item for item in led(snapshot, companies=(company,)).followings if item.follower is follower)
    table = openings_second_way(company, str(follower))
    zero = table.index.get_loc("2023-07-10" if follower is HK else "2023-07-07")
    seen = table.iloc[zero - 260 : zero - 10].dropna()
    slope, _ = np.polyfit(seen["gap"], seen["move"], 1)
    assert following.usual.n == len(seen) > 200
    assert following.usual.mean == pytest.approx(seen["gap"].mean(), rel=1e-10)
    assert (following.usual.low, following.usual.high) == pytest.approx(tuple(seen["gap"].quantile([0.05, 0.95])))
    assert following.usual.slope == pytest.approx(slope, rel=1e-9)


@pytest.mark.parametrize("follower", [HK, US])
def test_every_opening_of_the_relay_agrees_with_plain_pandas(snapshot: Snapshot, follower: Market) -> None:
    following = next(item for item in led(snapshot).followings if item.follower is follower)
    table = openings_second_way("alibaba", str(follower))
    for opening in following.openings:
        gap, move = table.loc[str(opening.day)]
        assert (opening.gap, opening.move) == pytest.approx((gap, move), rel=1e-10)
        beyond = gap - following.usual.mean
        if abs(beyond) >= 0.02 or not following.usual.low <= gap <= following.usual.high:
            assert opening.share == pytest.approx(move / beyond)
        else:
            assert opening.reason is Reason.GAP_TOO_SMALL
            assert np.isnan(opening.share)
        assert opening.left == pytest.approx(gap - move)
    assert len(following.openings) == 8


def test_new_york_moves_first_by_the_official_act_and_hong_kong_takes_over_the_distance_at_its_open(
    snapshot: Snapshot,
) -> None:
    found = led(snapshot)
    move = found.first_moves[0]
    assert (move.clock, move.leader, move.reacted) == (Clock.ANNOUNCED, US, date(2023, 7, 7))
    assert move.opening is not None
    assert (move.opening.leader_day, move.opening.last_day, move.opening.day) == (
        date(2023, 7, 7),
        date(2023, 7, 7),
        date(2023, 7, 10),
    )
    assert move.opening.gap == pytest.approx(log(90.55 * 7.8204 / 8 / 84.30))
    assert move.opening.move == pytest.approx(log(88.95 / 84.30))
    assert move.opening.settled == pytest.approx(log(87.00 / 84.30))
    assert move.opening.share == pytest.approx(log(88.95 / 84.30) / (log(90.55 * 7.8204 / 8 / 84.30) - move.usual.mean))
    assert not move.usual.holds(move.opening.gap)


def test_hong_kong_moves_first_by_the_first_report(snapshot: Snapshot) -> None:
    for found in (led(snapshot).first_moves[1], led(snapshot, clock=Clock.FIRST_REPORTED).first_moves[0]):
        assert (found.clock, found.leader) == (Clock.FIRST_REPORTED, HK)
        assert found.opening is not None
        assert found.opening.gap == pytest.approx(log(84.30 / (83.84 * 7.8221 / 8)))
        assert found.opening.move == pytest.approx(log(86.76 * 7.8204 / (83.84 * 7.8221)))


@pytest.mark.parametrize(
    ("settings", "span", "closes"),
    [
        # Closes of the files; the main event by the official act and by the first report.
        ({}, ("2023-07-06", "2023-07-07"), (83.84, 90.55)),
        ({"clock": Clock.FIRST_REPORTED}, ("2023-07-06", "2023-07-07"), (81.50, 84.30)),
        # New York was shut on Mon 5 July 2021: it found Hong Kong's close of the session after day 0.
        ({"event": "didi-app-removal-2021-07"}, ("2021-07-02", "2021-07-06"), (212.00, 209.40)),
    ],
)
def test_the_first_market_is_followed_from_its_close_before_day_0_to_its_last_before_the_other_opens(
    snapshot: Snapshot, settings: dict[str, object], span: tuple[str, str], closes: tuple[float, float]
) -> None:
    move = led(snapshot, **settings).first_moves[0]
    assert (str(move.before), str(move.last)) == span
    assert move.own == pytest.approx(closes[1] / closes[0] - 1)


def test_a_price_that_falls_by_what_goes_ex_is_no_move_of_the_first_market(snapshot: Snapshot) -> None:
    # Flat prices but for 2 of 80 Hong Kong dollars that go ex on the day of the first report.
    made_up = flat(snapshot, {"9988.HK": ("2023-07-07", 2.0), "BABA": ("2023-07-07", 2.0)})
    assert led(made_up, clock=Clock.FIRST_REPORTED).first_moves[0].own == pytest.approx(0, abs=1e-12)


def test_a_small_distance_has_its_figures_and_no_share(snapshot: Snapshot) -> None:
    every = [
        opening
        for event in snapshot.announcements
        for relay in relays(snapshot, replace(MAIN, event=event, companies=tuple(LINES)))
        if isinstance(relay, Relay)
        for following in lead_lag(snapshot, replace(MAIN, event=event), relay).followings
        for opening in following.openings
    ]
    small = [opening for opening in every if opening.reason is Reason.GAP_TOO_SMALL]
    assert max(abs(opening.beyond) for opening in small) < 0.02
    assert len(small) > sum(opening.reason is Reason.OK for opening in every) > 1000
    assert all(np.isfinite([opening.gap, opening.move, opening.left]).all() for opening in small)


def test_an_announcement_with_one_clock_has_one_first_move(snapshot: Snapshot) -> None:
    assert snapshot.announcements["alibaba-antitrust-fine-2021-04"].first_report is None
    found = led(snapshot, event="alibaba-antitrust-fine-2021-04")
    assert [move.clock for move in found.first_moves] == [Clock.ANNOUNCED]


def test_too_short_an_estimation_window_leaves_the_usual_unknown_but_not_the_distance(snapshot: Snapshot) -> None:
    found = led(snapshot, companies=("baidu",), event="alibaba-antitrust-fine-2021-04")
    opening = found.first_moves[0].opening
    assert opening is not None
    assert opening.reason is Reason.TOO_FEW_ESTIMATION_RETURNS
    assert np.isfinite(opening.gap)
    assert np.isnan(opening.share)


def test_between_two_ex_days_no_distance_is_told(snapshot: Snapshot) -> None:
    # Flat prices: Hong Kong trades without the distribution on Mon 10 July, New York still with it until Tue 11 July.
    made_up = flat(snapshot, {"9988.HK": ("2023-07-10", 2.0), "BABA": ("2023-07-11", 2.0)})
    found = led(made_up)
    reasons = {(item.follower, item.day): item.reason for each in found.followings for item in each.openings}
    assert reasons[US, date(2023, 7, 10)] is Reason.EX_DAYS_APART
    assert {reason for key, reason in reasons.items() if reason is not Reason.EX_DAYS_APART} == {Reason.NO_VARIANCE}
    moves = [item.move for each in found.followings for item in each.openings]
    assert moves == pytest.approx([0.0] * len(moves))
    around = premium(made_up)
    assert np.isnan(around.level[around.days == np.datetime64("2023-07-10")])
    assert np.nanmax(np.abs(around.level)) == pytest.approx(80 * 8 / 8 / 80 - 1)


def test_the_premium_of_7_july_2023_by_hand_and_what_was_left_at_the_next_open(snapshot: Snapshot) -> None:
    found = premium(snapshot)
    assert found.zero == date(2023, 7, 7)
    assert found.at_zero == pytest.approx(88.5172 / 84.30 - 1, abs=1e-6)
    left = found.after[found.days == np.datetime64("2023-07-07")]
    assert left == pytest.approx(88.5172 / 88.95 - 1, abs=1e-6)


@pytest.mark.parametrize("company", ["alibaba", "baidu"])
def test_the_premium_is_that_of_the_timeline_and_its_normal_range_that_of_the_estimation_window(
    snapshot: Snapshot, company: str
) -> None:
    found = premium(snapshot, companies=(company,))
    (gap,) = gaps(snapshot, replace(MAIN, companies=(company,)))
    known = pd.Series(gap.premium, index=gap.days)
    shown = pd.Series(found.level, index=found.days).dropna()
    np.testing.assert_allclose(shown, known.reindex(shown.index), rtol=1e-12)
    sessions = prices(LINES[company][1])["date"].to_numpy()
    zero = int(np.searchsorted(sessions, np.datetime64("2023-07-07")))
    seen = known[sessions[zero - 260] : sessions[zero - 11]]
    assert found.usual.n == len(seen)
    assert found.usual.mean == pytest.approx(seen.mean())
    assert (found.usual.low, found.usual.high) == pytest.approx((seen.quantile(0.05), seen.quantile(0.95)))
    assert len(found.days) == 81


def test_the_estimation_window_of_the_view_decides_what_is_usual(snapshot: Snapshot) -> None:
    short = led(snapshot, estimation=Window(-110, -11)).followings[0].usual
    assert short.n < led(snapshot).followings[0].usual.n
    assert exp(short.low) < 1 < exp(short.high)


def test_every_announcement_and_company_with_two_lines_is_worked_out_on_both_clocks(snapshot: Snapshot) -> None:
    for event in snapshot.announcements:
        for clock in Clock:
            view = replace(MAIN, event=event, clock=clock, companies=tuple(LINES))
            for relay in relays(snapshot, view):
                if not isinstance(relay, Relay):
                    continue
                found, around = lead_lag(snapshot, view, relay), premium_around(snapshot, view, relay)
                assert found.first_moves[0].clock is snapshot.announcements[event].news(clock).clock
                assert (around.reason is Reason.OK) == bool(np.isfinite(around.at_zero))
                for following in found.followings:
                    for opening in following.openings:
                        assert (opening.reason is Reason.OK) == bool(np.isfinite(opening.share))
                        assert opening.last_day < opening.day
