"""Sentences and charts on market value: what they say of known cases, and that a chart holds its numbers."""

from dataclasses import replace

import numpy as np
import pytest

from eventwindow.case import build_case
from eventwindow.charts.axes import amount_ticks
from eventwindow.charts.theme import DARK, LIGHT, Palette
from eventwindow.charts.value import value_bars
from eventwindow.charts.value_fines import fines_and_changes
from eventwindow.charts.value_lines import value_lines
from eventwindow.doubt import others_within
from eventwindow.facts.events import Action
from eventwindow.facts.listings import Market
from eventwindow.facts.reasons import Reason
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.windows import Window
from eventwindow.survey import Survey, build_survey
from eventwindow.ui.event_value import value_card
from eventwindow.value import ValueChange, value_changes
from eventwindow.valued import Valued, build_valued
from eventwindow.view import View
from eventwindow.words_timing import others_words
from eventwindow.words_value import (
    KIND_NAMES,
    basis_words,
    change_words,
    company_words,
    event_finding,
    fine_words,
    lines_caption,
    lines_finding,
    missing_words,
    multiples_caption,
    multiples_finding,
    ranking_words,
    together_words,
)

MAIN = View()
MINUS = "\N{MINUS SIGN}"


def changes_of(snapshot: Snapshot, **view: object) -> list[ValueChange]:
    case = build_case(snapshot, replace(MAIN, **view))  # type: ignore[arg-type]
    assert case.study is not None
    return list(value_changes(snapshot, case.study, case.lead_window, 95))


def valued_of(snapshot: Snapshot, **view: object) -> tuple[Survey, Valued]:
    survey = build_survey(snapshot, replace(MAIN, **view))  # type: ignore[arg-type]
    assert survey is not None
    return survey, build_valued(snapshot, survey)


def test_the_fine_on_ant_group_is_said_not_to_be_on_alibaba(snapshot: Snapshot) -> None:
    alibaba, _, tencent, _ = changes_of(snapshot)
    assert fine_words(alibaba) == (
        "Fined 7.123bn yuan (Ant Group and subsidiaries: not Alibaba itself, which held 33% of Ant Group)."
    )
    assert fine_words(tencent) == "Fined 2.99bn yuan (Tenpay)."


def test_the_change_is_set_against_the_fine_with_its_interval(snapshot: Snapshot) -> None:
    hong_kong, new_york, *_ = changes_of(snapshot)
    # 84.30 HKD x 20.392bn shares / 7.8204 x 7.2492 = 1,593bn yuan; its abnormal returns are +2.13% and +8.38%.
    assert change_words(hong_kong, 95) == (
        f"Market value moved by +33.9bn yuan on Mon 10 Jul (abnormal; 95% interval {MINUS}21bn to +88.9bn), 4.8 times "
        "the fine. The interval holds zero: not distinguishable from noise."
    )
    assert change_words(new_york, 95).endswith("18 times the fine. More than noise.")


def test_what_a_value_is_made_of_is_said_with_every_date(snapshot: Snapshot) -> None:
    words = basis_words(changes_of(snapshot)[0])
    for part in (
        "Worth HK$1.72tn before (US$220bn, 1.59tn yuan)",
        "84.30 HKD at the close of Fri 7 Jul 2023",
        "20.392bn ordinary shares of 30 June 2023 (outstanding, company update, 20.388bn to 20.396bn)",
        "Rates: USDCNY and USDHKD of Fri 7 Jul 2023.",
    ):
        assert part in words


def test_an_old_count_is_called_old(snapshot: Snapshot) -> None:
    (change,) = changes_of(snapshot, companies=("meituan",))
    assert "8 July 2019" in basis_words(change)
    assert "counted 4 years before, the last usable count" in basis_words(change)
    assert "years before" not in basis_words(changes_of(snapshot)[0])


def test_an_old_rate_shows_its_day(snapshot: Snapshot) -> None:
    change = changes_of(snapshot, event="xi-symposium-2025-02")[0]
    assert "USDHKD of Fri 6 Dec 2024" in basis_words(change)


def test_companies_are_told_one_by_one_with_their_payers(snapshot: Snapshot) -> None:
    alibaba, tencent = company_words(changes_of(snapshot))
    assert alibaba == (
        "Alibaba, a fine of 7.123bn yuan on Ant Group and subsidiaries: market value moved by +33.9bn yuan in Hong "
        "Kong, 4.8 times the fine (within noise); by +130bn yuan on Wall Street, 18 times the fine (more than noise)."
    )
    assert "on Tenpay" in tencent
    assert "over the counter in the US" in tencent


def test_a_company_is_not_called_fined_where_its_part_of_the_fines_is_not_on_file(snapshot: Snapshot) -> None:
    unknown = changes_of(snapshot, event="samr-merger-fines-2021-03")[0]
    assert unknown.fine is Reason.FINE_UNKNOWN
    said = "The announcement holds fines; whether, and how much of them, Alibaba paid is not on file."
    assert fine_words(unknown) == said
    (words,) = company_words([unknown])
    assert words.startswith("Alibaba, its part of the fines, if any, not on file: market value moved by ")


@pytest.mark.parametrize("company", ["alibaba", "tencent"])
def test_investors_in_a_fined_company_were_not_fined_and_the_payers_are_named(snapshot: Snapshot, company: str) -> None:
    change = changes_of(snapshot, event="group-buying-fines-2021-03", companies=(company,))[0]
    assert fine_words(change) == (
        f"No fine on {company.title()} here; on file as fined: Chengxin Youxuan, Duoduo Maicai, Meituan Select, Nice "
        "Tuan and Shixianghui."
    )
    assert company_words([change])[0].startswith(f"{company.title()}, not fined: market value moved by ")


def test_no_fine_at_all_is_said(snapshot: Snapshot) -> None:
    none = changes_of(snapshot, event="xi-symposium-2025-02")[0]
    assert fine_words(none) == "No fine on Alibaba here."
    assert "times" not in change_words(none, 95)
    assert company_words([none])[0].startswith("Alibaba, not fined: market value moved by ")


def test_without_a_count_there_are_returns_only(snapshot: Snapshot) -> None:
    changes = changes_of(snapshot, companies=("baidu",), markets=(Market.WALL_STREET,))
    words = change_words(changes[0], 95)
    assert words.startswith("No market value. No count of all shares of the company is known on or before that day.")
    assert "Returns only: raw " in words
    assert "yuan" not in words
    assert basis_words(changes[0]) == ""
    assert company_words(changes) == []


def test_without_a_model_the_raw_change_is_told(snapshot: Snapshot) -> None:
    (change,) = changes_of(snapshot, companies=("netease",), event="ant-summons-2020-11", markets=(Market.HONG_KONG,))
    assert change_words(change, 95).startswith("No abnormal change. Too few returns")
    assert "Raw change: " in change_words(change, 95)


def test_the_sum_names_one_line_of_each_company(snapshot: Snapshot) -> None:
    assert together_words(changes_of(snapshot)).startswith(
        "Together, each company once (Alibaba in Hong Kong and Tencent in Hong Kong): abnormal +US$3.85bn"
    )
    assert together_words(changes_of(snapshot, companies=("alibaba",))) == ""
    unknown = together_words(changes_of(snapshot, companies=("alibaba", "baidu")))
    assert unknown.startswith("No sum of the companies shown")


def test_every_kind_of_count_in_use_has_a_name(snapshot: Snapshot) -> None:
    _, valued = valued_of(snapshot, companies=tuple(item.slug for item in snapshot.companies))
    kinds = {base.count.kind for item in valued.changes.values() if not isinstance(base := item.base, Reason)}
    assert kinds <= set(KIND_NAMES)
    assert len(kinds) > 4


def test_the_ranking_names_the_largest_loss_and_gain(snapshot: Snapshot) -> None:
    survey, valued = valued_of(snapshot)
    words = ranking_words(survey, valued)
    amounts = {
        row: item.bases["USD"].value * item.abnormal.value / 1e9  # type: ignore[union-attr]
        for row, item in valued.changes.items()
    }
    lowest, highest = min(amounts, key=amounts.__getitem__), max(amounts, key=amounts.__getitem__)
    assert f"loss: {MINUS}US${-amounts[lowest]:.0f}bn" in words
    assert f"gain: +US${amounts[highest]:.1f}bn" in words
    assert words.index(survey.announcement(lowest).title) < words.index(survey.announcement(highest).title)


def test_companies_without_figures_are_named_with_counts(snapshot: Snapshot) -> None:
    survey, valued = valued_of(snapshot, companies=("baidu", "alibaba"))
    (words,) = missing_words(valued)
    assert words.startswith("Baidu: No count of all shares")
    assert words.endswith("The share was not listed yet on that day. (19)")
    assert missing_words(valued_of(snapshot)[1]) == []
    _, short = valued_of(snapshot, companies=("netease", "alibaba"))
    assert lines_caption(short, 95).endswith("No sum of the companies, as one of them misses an announcement.")
    assert "No sum" not in lines_caption(valued_of(snapshot)[1], 95)
    alone, nothing = valued_of(snapshot, companies=("baidu",))
    assert "returns only" in ranking_words(alone, nothing)
    assert lines_finding(alone, nothing).startswith("No announcement shown since October 2020")
    assert multiples_finding(alone, nothing).startswith("No fine on a company shown")
    assert survey.listings


def test_the_sums_are_told_beside_noise(snapshot: Snapshot) -> None:
    survey, valued = valued_of(snapshot, actions=(Action.FINE,))
    words = lines_finding(survey, valued)
    for line in valued.lines:
        assert f"{line.issuer.short_name}: " in words
        assert f"over {len(line.rows)} announcements, noise alone ±US$" in words
    assert "; from those that name it " in words
    assert "from 14 December 2020 to 10 July 2023" in words
    assert "Together, each company once: " in words


def test_a_sum_with_gaps_says_how_many_announcements_it_holds(snapshot: Snapshot) -> None:
    survey, valued = valued_of(snapshot, companies=("jd",))
    assert "over 5 of 100 announcements" in lines_finding(survey, valued)
    assert "none names it" in lines_finding(survey, valued)


def test_the_caption_tells_of_confounders_and_of_ant_group(snapshot: Snapshot) -> None:
    survey, valued = valued_of(snapshot)
    assert "†: confounded" in multiples_caption(survey, valued)
    assert "Alibaba, which held 33% of it" in multiples_caption(survey, valued)
    only, tencent = valued_of(snapshot, companies=("tencent",), years=(2023, 2023))
    assert "†" not in multiples_caption(only, tencent)
    assert "Ant Group" not in multiples_caption(only, tencent)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_bars_are_fine_raw_and_abnormal_change_in_yuan(snapshot: Snapshot, colours: Palette) -> None:
    changes = changes_of(snapshot)
    figure = value_bars(changes, colours)
    drawn = [trace.x[0] for trace in figure.data]
    expected = []
    for item in changes:
        yuan = item.bases["CNY"].value  # type: ignore[union-attr]
        expected += [item.fine, yuan * item.raw.value, yuan * item.abnormal.value]
    assert drawn == pytest.approx(expected)
    assert len({trace.y[0] for trace in figure.data}) == len(drawn)
    low, high = figure.layout.xaxis.range
    whiskers = [trace for trace in figure.data if trace.error_x.array]
    ends = [trace.x[0] + side * trace.error_x.array[0] for trace in whiskers for side in (-1, 1)]
    free = 0.05 * (high - low)
    assert low + free < min(*drawn, *ends) <= max(*drawn, *ends) < high - free
    assert f"Abnormal {MINUS}6.06bn" in figure.layout.yaxis.ticktext
    assert len(figure.layout.annotations) == len(changes)
    assert "Alibaba on Wall Street: Fined 7.123bn yuan" in event_finding(changes, 95)


def test_a_card_gives_multiples_of_the_fine_the_sign_of_the_change(snapshot: Snapshot) -> None:
    _, _, tencent, _ = changes_of(snapshot)
    (line,) = [line for line in value_card(tencent, 95).splitlines() if "Against fine" in line]
    # 326.60 HKD x 9.568bn shares in yuan rose by 0.67%, 19.5bn, but fell by 0.21% against its benchmark, 6.06bn.
    assert line.replace("\\", "") == f"| Against fine | +6.5 times | {MINUS}2.0 times |  |"


def test_another_announcement_in_the_window_is_named_beside_the_value(snapshot: Snapshot) -> None:
    view = replace(MAIN, event="online-microlending-draft-2020-11", companies=("alibaba",))
    found = others_within(snapshot, view, Window(0, 1))
    assert "2 November 2020" in others_words(found)
    assert others_within(snapshot, MAIN, Window(0, 0)) == ()
    assert others_words(()) == ""


def test_a_listing_without_a_fine_has_no_bar_of_one(snapshot: Snapshot) -> None:
    figure = value_bars(changes_of(snapshot, event="xi-symposium-2025-02", companies=("alibaba",)), LIGHT)
    assert [name.split()[0] for name in figure.layout.yaxis.ticktext] == ["Raw", "Abnormal"] * 2


def test_fines_and_sizes_of_changes_share_one_log_scale(snapshot: Snapshot) -> None:
    survey, valued = valued_of(snapshot)
    figure = fines_and_changes(survey, valued, LIGHT)
    assert figure.layout.xaxis.type == "log"
    bars, *triangles = figure.data[1:]
    assert list(bars.x) == [valued.changes[row].fine for row in valued.fined]
    assert list(bars.x) == sorted(bars.x, reverse=True)
    drawn = {round(y): (x, trace.marker.symbol) for trace in triangles for x, y in zip(trace.x, trace.y, strict=True)}
    for place, row in enumerate(valued.fined):
        change = valued.changes[row]
        size, symbol = drawn[place]
        assert size == pytest.approx(abs(change.bases["CNY"].value * change.abnormal.value))  # type: ignore[union-attr]
        assert ("up" in symbol) == (change.abnormal.value > 0)
        assert ("open" in symbol) != change.beyond_noise
    low, high = figure.layout.xaxis.range
    sizes = [size for size, _ in drawn.values()]
    assert low < np.log10(min(*bars.x, *sizes)) < np.log10(max(*bars.x, *sizes)) < high
    texts = [item.text for item in figure.layout.annotations]
    assert "7.123bn · Alibaba · 7 July 2023" in texts
    assert any(f"<b>{MINUS}" in text for text in texts)
    assert any("<b>+" in text for text in texts)


def test_every_company_has_a_panel_of_its_sum_with_a_mark_per_announcement(snapshot: Snapshot) -> None:
    survey, valued = valued_of(snapshot)
    figure = value_lines(survey, valued, LIGHT)
    for number, line in enumerate(valued.drawn):
        own = [trace for trace in figure.data if trace.yaxis == f"y{number + 1 if number else ''}"]
        steps, noise, *marks = own
        assert steps.line.shape == "hv"
        assert list(steps.y[1:-1]) == pytest.approx(line.total.tolist())
        assert steps.y[0] == 0
        assert steps.y[-1] == steps.y[-2]
        assert noise.error_y.array[0] == pytest.approx(line.noise(95))
        assert sum(len(trace.x) for trace in marks) == len(line.rows)
        hollow = sum("open" in symbol for trace in marks for symbol in trace.marker.symbol)
        assert hollow == int((~line.about).sum()) > 0
        low, high = (figure.layout.yaxis if number == 0 else figure.layout.yaxis2).range
        assert low < line.total.min() <= line.total.max() < high


def test_one_announcement_alone_can_be_drawn(snapshot: Snapshot) -> None:
    survey, valued = valued_of(snapshot, companies=("alibaba",), actions=(Action.FINE,), years=(2023, 2023))
    assert len(valued.drawn[0].rows) == 1
    assert len(value_lines(survey, valued, DARK).data) == 4
    assert "over 1 announcement, noise" in lines_finding(survey, valued)


@pytest.mark.parametrize(("low", "high"), [(-3e9, 4e11), (0.0, 5e5), (-9e12, -1e9)])
def test_ticks_are_round_and_few(low: float, high: float) -> None:
    ticks = amount_ticks(low, high, 6)
    assert 2 <= len(ticks) <= 7
    step = ticks[1] - ticks[0]
    assert np.allclose(np.diff(ticks), step)
    assert float(f"{step:.1g}") == pytest.approx(step)
    assert all(low <= tick <= high for tick in ticks)


def test_a_span_of_many_sessions_still_gives_every_word_and_chart(snapshot: Snapshot) -> None:
    survey, valued = valued_of(snapshot, span=Window(-10, 20))
    assert "sessions of a company were in several windows" in lines_caption(valued, 95)
    assert value_lines(survey, valued, LIGHT).data
    assert fines_and_changes(survey, valued, DARK).data
