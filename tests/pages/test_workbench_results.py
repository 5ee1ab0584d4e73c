"""The results of a study of own events through app.py: each tab by itself, from the numbers, and nothing of others."""

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from eventwindow.view import WorkTab
from tests.pages.test_workbench_page import bring, desk, open_page, words

HEADER = "event_id,symbol,date,title,announced_at,group,fine,currency\n"
SEVERAL = HEADER + (
    "a,0700.HK,2022-11-17,First,,x,5000000,CNY\na,NTES,2022-11-17,First,,x,5000000,CNY\n"
    "b,NTES,2023-12-22,Second,,y,70000000,CNY\nb,9999.HK,2023-12-22,Second,,y,70000000,CNY\n"
    "c,BABA,2023-07-07,Third,2023-07-07T20:10:00+08:00,,1000,CNY\n"
)
CLOSE = HEADER + "a,BABA,2023-07-07,First,,,,\nb,BABA,2023-07-10,Second,,,,\nc,NTES,2023-12-22,Third,,,,\n"
LATE = HEADER + "a,BABA,2028-07-07,First,,,,\n"


def charts(app: AppTest) -> dict[str, Any]:
    """The charts drawn, by their text alternative."""
    return {element.proto.alt: element for element in app.get("plotly_chart")}


def texts(app: AppTest) -> str:
    """Everything that the figures of the page say."""
    return "".join(json.dumps(json.loads(element.proto.spec)) for element in app.get("plotly_chart"))


@pytest.mark.parametrize(
    ("tab", "drawn", "missing"),
    [
        (
            WorkTab.AVERAGE,
            ["Average of all events: cumulative", "by group", "days −5 to −1 by group", "3 fines in CNY"],
            ["highest", "In 0 of"],
        ),
        (
            WorkTab.EVENTS,
            ["cumulative abnormal return", "volumes outside the 95% band", "events by symbols: highest"],
            ["by group"],
        ),
        (WorkTab.TESTS, [], ["cumulative", "highest"]),
        (WorkTab.DOUBTS, ["random draws", "settings the reaction of", "Without one of the events"], ["by group"]),
    ],
)
def test_a_tab_draws_what_it_is_about_with_words_from_its_numbers(
    tab: WorkTab, drawn: list[str], missing: list[str]
) -> None:
    app = bring(open_page(work=tab), SEVERAL)
    said = list(charts(app))
    assert all(any(words in alt for alt in said) for words in drawn), said
    assert not any(words in alt for words in missing for alt in said)
    assert not app.exception


def test_of_two_fines_no_order_is_told_and_nothing_drawn() -> None:
    app = bring(open_page(), SEVERAL.replace("1000,CNY", ","))
    assert "Fines are set against the reactions from 3 with a figure on." in words(app)
    assert not any("fines" in alt for alt in charts(app))


def test_an_event_with_its_hour_is_shown_among_the_sessions_of_both_markets() -> None:
    app = bring(open_page(work=WorkTab.EVENTS), SEVERAL.partition("a,0700")[0] + SEVERAL.splitlines()[-1])
    assert any("both markets around the event" in alt and "20:10" in alt for alt in charts(app))


def test_the_lead_says_what_is_studied_and_the_verdict_leads_the_average() -> None:
    app = bring(open_page(), SEVERAL)
    assert "5 events on 4 symbols, abnormal returns summed over days 0 to +1: 5 figures." in words(app)
    assert "All events, days 0 to +1: average" in words(app)
    assert [item.proto.title for item in app.warning] == ["The usual tests, and why not to rely on them"]


def test_confounded_events_are_left_out_only_when_asked() -> None:
    kept = words(bring(open_page(), CLOSE))
    assert "3 figures. 1 is confounded: " in kept
    left = words(bring(open_page(clean="yes"), CLOSE))
    assert "2 figures. 1 is left out as confounded: " in left
    assert "1 row: Another announcement about the same company" in left


def test_events_without_a_figure_say_why_and_draw_nothing() -> None:
    app = bring(open_page(work="doubts"), LATE)
    assert not app.exception
    assert [item.proto.title for item in app.info] == ["No row has a figure"]
    assert not charts(app)
    assert "First · BABA: no figure." in words(app)


def test_tests_are_chosen_in_the_address() -> None:
    app = bring(open_page(work="tests", tests="patell_z"), SEVERAL)
    tables = [table.value for table in app.dataframe if "Statistic" in table.value.columns]
    assert tables[0]["Test"].tolist() == ["Patell z"]
    app.button_group(key="pick_tests").set_value(["kp_bmp_t", "sign_z"]).run()
    assert app.session_state["tests"] == "kp_bmp_t.sign_z"
    tables = [table.value for table in app.dataframe if "Statistic" in table.value.columns]
    assert tables[0]["Test"].tolist() == ["adjusted BMP t", "sign z"]


def test_the_settings_of_one_symbol_can_be_asked_for() -> None:
    app = bring(open_page(work="doubts"), SEVERAL)
    app.selectbox(key="work-settings-of").set_value("BABA").run()
    assert any("settings the reaction of BABA is more than noise" in alt for alt in charts(app))


def test_figures_are_made_once_for_a_study_and_again_for_another() -> None:
    app = bring(open_page(work="events"), SEVERAL)
    shelf = app.session_state["work-shelf"]
    app.run()
    assert app.session_state["work-shelf"] is shelf
    bring(app, CLOSE)
    assert app.session_state["work-shelf"] is not shelf
    assert len(desk(app).events.rows) == 3


def test_forgetting_drops_what_was_made_of_the_study_too() -> None:
    app = bring(open_page(work="events"), SEVERAL)
    assert "work-shelf" in app.session_state
    next(button for button in app.button if button.label == "Forget everything").click().run()
    assert "work-shelf" not in app.session_state


def test_hostile_words_stay_words_in_every_chart() -> None:
    bad = "<img src=x onerror=alert(1)>"
    table = HEADER + "".join(
        f"e{n}{bad},{symbol},2023-07-07,{bad},,{bad}{n % 2},{n + 1}000000,CNY\n"
        for n, symbol in enumerate(["BABA", "0700.HK", "NTES", "9999.HK"] * 2)
    )
    for tab in WorkTab:
        app = bring(open_page(work=tab), table)
        assert not app.exception
        assert "<img" not in texts(app)
