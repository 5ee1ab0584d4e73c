"""The charts and sentences of the Relay tab."""

import json
from dataclasses import replace

import numpy as np
import pytest

from eventwindow.chain import relays
from eventwindow.charts.premium import premium_chart
from eventwindow.charts.relay import relay_chart
from eventwindow.charts.theme import DARK, LIGHT, Palette
from eventwindow.facts.events import Clock
from eventwindow.facts.listings import Market
from eventwindow.leadlag import lead_lag
from eventwindow.premium import premium_around
from eventwindow.relay import NoRelay, Relay
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.relay_tables import parts_table
from eventwindow.view import View
from eventwindow.words_relay import (
    apart,
    distribution_words,
    following_words,
    missing_words,
    no_relay_words,
    other_clock,
    outside_words,
    premium_finding,
    share_note,
    title,
    total_finding,
    verdict,
)
from tests.unit.test_leadlag import found_for
from tests.unit.test_relay import MAIN

HALF_DAYS = "overseas-listing-draft-2021-12"


def drawn(snapshot: Snapshot, colours: Palette = LIGHT, **settings: object) -> dict[str, list[dict[str, object]]]:
    view, relay = found_for(snapshot, **settings)
    announcement = snapshot.announcements[view.event]
    clock = announcement.news(view.clock).clock
    figure = json.loads(relay_chart(relay, announcement, clock, snapshot.calendars, colours).to_json())
    return {"data": figure["data"], **{name: figure["layout"][name] for name in ("annotations", "shapes")}}


def no_relay(snapshot: Snapshot, **settings: object) -> str:
    (found,) = relays(snapshot, replace(MAIN, **settings))
    assert isinstance(found, NoRelay)
    return no_relay_words(found, snapshot.series)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_markets_differ_in_mark_as_well_as_in_colour(snapshot: Snapshot, colours: Palette) -> None:
    hong_kong, new_york, between = drawn(snapshot, colours)["data"]
    assert hong_kong["line"]["color"] == colours.hong_kong
    assert new_york["line"]["color"] == colours.wall_street
    assert set(hong_kong["marker"]["symbol"]) <= {"circle", "circle-open"}
    assert set(new_york["marker"]["symbol"]) <= {"diamond", "diamond-open"}
    assert between["line"]["dash"] == "dot"


def test_the_line_of_a_market_stops_between_its_sessions(snapshot: Snapshot) -> None:
    hong_kong = drawn(snapshot)["data"][0]
    _, relay = found_for(snapshot)
    opens = sum(point.moment == "open" for point in relay.known if point.listing.market is Market.HONG_KONG)
    assert hong_kong["y"].count(None) == opens
    assert [value for value in hong_kong["y"] if value] == [
        pytest.approx(point.value) for point in relay.known if point.listing.market is Market.HONG_KONG
    ]


def test_both_clocks_are_marked_and_the_chosen_one_stands_out(snapshot: Snapshot) -> None:
    for clock, chosen in ((Clock.ANNOUNCED, "Official act"), (Clock.FIRST_REPORTED, "First report")):
        texts = [note["text"] for note in drawn(snapshot, clock=clock)["annotations"]]
        assert sum(text.startswith("<b>") for text in texts) == 1
        assert any(text.startswith(f"<b>{chosen}</b>") for text in texts)
        assert texts.count("◆") == texts.count("◇") == 1


def test_every_session_is_shaded(snapshot: Snapshot) -> None:
    _, relay = found_for(snapshot)
    sessions = sum(point.moment == "open" for point in relay.points)
    shades = [shape for shape in drawn(snapshot)["shapes"] if shape["type"] == "rect" and "rgba" in shape["fillcolor"]]
    assert len(shades) == sessions + 1  # and the hours between the two bounds of the official act


def test_a_step_over_an_unknown_price_has_a_line_of_its_own(snapshot: Snapshot) -> None:
    names = [trace["name"] for trace in drawn(snapshot, companies=("baidu",), event=HALF_DAYS)["data"]]
    assert names[-1] == "Over unknown prices"
    assert "Over unknown prices" not in [trace["name"] for trace in drawn(snapshot)["data"]]


@pytest.mark.parametrize("event", ["ant-group-fine-2023-07", "alibaba-antitrust-fine-2021-04", HALF_DAYS])
@pytest.mark.parametrize("company", ["alibaba", "baidu"])
def test_the_premium_chart_has_a_band_only_where_what_is_normal_is_known(
    snapshot: Snapshot, event: str, company: str
) -> None:
    view, relay = found_for(snapshot, event=event, companies=(company,))
    found = premium_around(snapshot, view, relay)
    figure = json.loads(premium_chart(found, LIGHT).to_json())
    names = [trace["name"] for trace in figure["data"]]
    assert ("Normal range" in names) == bool(np.isfinite(found.usual.low))
    assert ("Normal range" in names) == ((event, company) != ("alibaba-antitrust-fine-2021-04", "baidu"))
    level = figure["data"][names.index(f"{relay.new_york.symbol} over Hong Kong")]["y"]
    assert len(level) == 81
    edges = figure["layout"]["yaxis"]["range"]
    assert all(edges[0] < value < edges[1] for value in level if value is not None)


def test_the_verdict_of_the_founding_story(snapshot: Snapshot) -> None:
    view, relay = found_for(snapshot)
    found = lead_lag(snapshot, view, relay)
    lead, followed = verdict(found)
    assert lead == "By the official act New York could react first, by the first report Hong Kong."
    assert followed == (
        "By the official act: New York moved +8.00% from its close of Thu 6 Jul to that of Fri 7 Jul. That close "
        "stood 5.0% above Hong Kong's of Fri 7 Jul, share for share: the distance between the two closes left its "
        "usual range (on nine days in ten −3.6% to +4.4%). Hong Kong opened +5.5% on Mon 10 Jul and closed +3.2%: its "
        "open took over 106% of the distance beyond its usual −0.2% (usually 96%)."
    )
    # Hong Kong's own +3.44% is beyond noise; it is the distance of the two closes that is not unusual.
    assert other_clock(found).startswith(
        "By the first report: Hong Kong moved +3.44% from its close of Thu 6 Jul to that of Fri 7 Jul. That close "
        "stood 2.8% above New York's of Thu 6 Jul, share for share: the distance between the two closes stayed inside "
        "its usual range (on nine days in ten −2.9% to +4.3%). New York opened +3.5%"
    )
    assert "an open usually takes over 96% of the distance (slope over 242 openings" in following_words(
        found.followings[0]
    )
    assert title(relay) == "Alibaba: 9988.HK and BABA (1 BABA = 8 ordinary shares)"
    assert total_finding(relay) == (
        "One ordinary share of Alibaba went from HK$82.65 at Hong Kong's close of Wed 5 Jul to HK$89.70 at that of Tue "
        "18 Jul, +8.53%: Hong Kong −2.85 points (−33% of it), New York +11.38 points (133% of it)."
    )
    assert share_note(relay) == missing_words(relay, snapshot.series) == distribution_words(relay) == ""
    assert "outside its normal range (−3.6% to +4.1%, nine days in ten of 239)" in premium_finding(
        premium_around(snapshot, view, relay)
    )


def test_a_session_while_the_other_market_was_shut_is_not_told_as_day_0(snapshot: Snapshot) -> None:
    view, relay = found_for(snapshot, event="didi-app-removal-2021-07")
    lead, followed = verdict(lead_lag(snapshot, view, relay))
    assert lead == "Hong Kong could react first: it moved −1.23% from its close of Fri 2 Jul to that of Tue 6 Jul."
    assert "Day 0 was Mon 5 Jul; New York was shut until Tue 6 Jul. New York opened −1.1% on Tue 6 Jul" in followed


def test_two_clocks_of_one_session_are_told_once(snapshot: Snapshot) -> None:
    for event, announcement in snapshot.announcements.items():
        if announcement.first_report is None:
            continue
        for relay in relays(snapshot, replace(MAIN, event=event, companies=("alibaba",))):
            if isinstance(relay, Relay):
                found = lead_lag(snapshot, replace(MAIN, event=event), relay)
                same = len({(move.leader, move.reacted) for move in found.first_moves}) == 1
                assert (other_clock(found) == "By the first report it is the same session.") == same
                assert ("could react first, by the first report" in verdict(found)[0]) == (
                    len({move.leader for move in found.first_moves}) > 1
                )


@pytest.mark.parametrize(("log", "words"), [(np.log(1.05), "5.0% above"), (-0.009, "0.9% below"), (1e-5, "level with")])
def test_a_distance_is_told_as_above_or_below(log: float, words: str) -> None:
    assert apart(log) == words


def test_the_parts_of_each_market_are_followed_by_their_sum(snapshot: Snapshot) -> None:
    _, relay = found_for(snapshot)
    table = parts_table(relay).set_index("Part")
    assert list(table.index) == [
        "New York close to Hong Kong open",
        "Hong Kong's session",
        "Hong Kong together",
        "Hong Kong close to New York open",
        "New York's session",
        "New York overnight",
        "New York together",
        "Total",
    ]
    for rows, together in ((slice(0, 2), "Hong Kong together"), (slice(3, 6), "New York together")):
        sums = table.iloc[rows].sum()
        assert table.loc[together].tolist() == pytest.approx(sums.tolist())
    both = table.loc[["Hong Kong together", "New York together"]].sum()
    assert table.loc["Total"].tolist() == pytest.approx(both.tolist())
    assert table.loc["Total", ["Points", "Share, %"]].tolist() == pytest.approx([100 * relay.total, 100])


def test_the_unit_stands_above_the_values_and_figures_have_a_ground(snapshot: Snapshot) -> None:
    notes = {note["text"]: note for note in drawn(snapshot)["annotations"]}
    assert notes["HK$ a share"]["y"] == 1
    assert notes["UTC days, 5 to 18 Jul 2023"]["y"] == 0
    figures = [note for text, note in notes.items() if text.endswith("%")]
    assert len(figures) == 3
    assert all("bgcolor" in note for note in figures)


def test_what_is_missing_is_named(snapshot: Snapshot) -> None:
    _, relay = found_for(snapshot, companies=("baidu",), event=HALF_DAYS)
    assert missing_words(relay, snapshot.series) == (
        "Not known: 9888.HK open of Fri 24 Dec, 9888.HK open of Fri 31 Dec. The step over it is shown undivided."
    )
    assert "No shares of the total: the parts nearly cancel" in share_note(relay)


def test_a_distribution_is_named_and_so_is_one_that_only_one_line_has(snapshot: Snapshot) -> None:
    _, both = found_for(snapshot, companies=("jd",), event="alibaba-split-2023-03")
    assert (
        distribution_words(both)
        == "9618.HK went ex on Tue 4 Apr and JD went ex on Wed 5 Apr: the amount is added back."
    )
    _, lone = found_for(snapshot, companies=("netease",), event="samr-merger-fines-2021-03")
    assert "none is on file for 9999.HK" in distribution_words(lone)


def test_a_clock_that_lies_outside_the_chart_is_said(snapshot: Snapshot) -> None:
    view, relay = found_for(snapshot, event="huya-douyu-block-2021-07")
    assert outside_words(snapshot.announcements[view.event], relay) == (
        "First report (Mon 5 Jul 2021, hour unknown) lies outside the chart."
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"companies": ("meituan",)}, "Meituan has no relay: there are no prices of MPNGY, its other line."),
        (
            {"companies": ("pinduoduo",)},
            "PDD has no relay: its shares trade in one of the two markets only (PDD in New York).",
        ),
        (
            {"companies": ("didi",)},
            "only (DIDI in New York until 10 June 2022, then DIDIY over the counter in the US).",
        ),
        (
            {"companies": ("alibaba",), "event": "us-1260h-tencent-2025-01"},
            "the last rate on file is of Fri 6 Dec 2024.",
        ),
        ({"companies": ("baidu",), "event": "ant-summons-2020-11"}, "The share was not listed yet on that day."),
    ],
)
def test_a_company_without_a_relay_is_told_why(snapshot: Snapshot, settings: dict[str, object], words: str) -> None:
    assert no_relay(snapshot, **settings).endswith(words)


def test_every_sentence_of_every_relay_can_be_made(snapshot: Snapshot) -> None:
    for event, announcement in snapshot.announcements.items():
        view = View(event=event, companies=tuple(issuer.slug for issuer in snapshot.companies))
        for relay in relays(snapshot, view):
            if not isinstance(relay, Relay):
                assert "no relay" in no_relay_words(relay, snapshot.series)
                continue
            found = lead_lag(snapshot, view, relay)
            said = [
                *verdict(found),
                other_clock(found),
                total_finding(relay),
                premium_finding(premium_around(snapshot, view, relay)),
                *map(following_words, found.followings),
                outside_words(announcement, relay),
            ]
            assert "nan" not in " ".join(said).replace("Finan", "").split()
            assert all("nan%" not in sentence for sentence in said)
