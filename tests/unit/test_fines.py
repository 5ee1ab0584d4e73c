"""Fines go against the company that was fined, and what is not known of them is said."""

import pytest

from eventwindow.facts.fines import fine_against
from eventwindow.facts.reasons import Reason
from eventwindow.sources.snapshot import Snapshot


@pytest.mark.parametrize(
    ("event_id", "issuer", "amount"),
    [
        ("alibaba-antitrust-fine-2021-04", "ALIBABA", 18.228e9),
        ("meituan-antitrust-fine-2021-10", "MEITUAN", 3.442e9),
        ("ant-group-fine-2023-07", "ALIBABA", 7.123e9),
        ("ant-group-fine-2023-07", "TENCENT", 2.99e9),
        ("samr-merger-fines-2021-03", "BAIDU", 5e5),
    ],
)
def test_a_fine_stands_against_the_fined_company(snapshot: Snapshot, event_id: str, issuer: str, amount: float) -> None:
    assert fine_against(snapshot.fines, snapshot.announcements[event_id], issuer) == amount


@pytest.mark.parametrize(
    ("event_id", "issuer"),
    [
        ("meituan-antitrust-fine-2021-10", "TENCENT"),
        ("didi-fine-2022-07", "ALIBABA"),
        ("tencent-music-exclusivity-2021-07", "NETEASE"),
        ("ant-group-fine-2023-07", "MEITUAN"),
        ("ant-ipo-suspension-2020-11", "ALIBABA"),
        ("group-buying-fines-2021-03", "ALIBABA"),
        ("group-buying-fines-2021-03", "TENCENT"),
        ("samr-merger-fines-2020-12", "TENCENT"),
    ],
)
def test_a_company_that_was_not_fined_has_no_fine_instead_of_zero(
    snapshot: Snapshot, event_id: str, issuer: str
) -> None:
    assert fine_against(snapshot.fines, snapshot.announcements[event_id], issuer) is Reason.NO_FINE


@pytest.mark.parametrize(
    ("event_id", "issuer"),
    [
        ("samr-merger-fines-2022-07", "TENCENT"),
        ("samr-merger-fines-2021-11", "ALIBABA"),
        ("samr-merger-fines-2021-03", "ALIBABA"),
    ],
)
def test_a_part_of_a_total_over_several_companies_is_unknown(snapshot: Snapshot, event_id: str, issuer: str) -> None:
    assert fine_against(snapshot.fines, snapshot.announcements[event_id], issuer) is Reason.FINE_UNKNOWN


@pytest.mark.parametrize("event_id", ["samr-merger-fines-2020-12", "group-buying-fines-2021-03"])
def test_the_fines_of_an_act_whose_summary_names_every_payer_add_up_to_its_amount(
    snapshot: Snapshot, event_id: str
) -> None:
    (act,) = snapshot.announcements[event_id].acts
    paid = {fine.fined: fine.amount_cny for fine in snapshot.fines if fine.event_id == event_id}
    assert sum(paid.values()) == act.amount_cny
    assert len(paid) == len(act.target.split(";"))
