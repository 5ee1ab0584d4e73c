"""The workbench through app.py, without a browser: bringing, checking, forgetting and restoring a reader's own data."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from eventwindow.case import build_case
from eventwindow.choosable import choosable
from eventwindow.example import NAME, example_table
from eventwindow.export.own_link import packed
from eventwindow.export.study_file import read_study_file, study_file
from eventwindow.export.template import EXPLANATIONS, template_csv, template_workbook
from eventwindow.facts.own import COLUMNS, TextTable, check_events
from eventwindow.facts.problems import Problem
from eventwindow.format import md
from eventwindow.sources.snapshot import Snapshot
from eventwindow.sources.upload import MAX_BYTES, read_upload
from eventwindow.study.windows import Window
from eventwindow.ui.workbench import DESK, Desk
from eventwindow.ui.workbench_editor import MOST_EDITED, can_edit, edited, editor_frame
from eventwindow.ui.workbench_problems import IN_FULL, MOST_SHOWN, problems_csv
from eventwindow.view import SCREEN_MODELS, View, WorkTab
from eventwindow.workbench import Draft, own_events, own_tables
from tests.coroutines import result_of
from tests.unit.hostile import HOSTILE

APP = Path(__file__).resolve().parents[2] / "app.py"
EXTREME_VIEWS = {
    "the widest windows": {"win": "-10..20", "sum": "-10..20"},
    "day 0 alone": {"win": "0..0", "sum": "0..0"},
    "a span outside the window": {"win": "0..1", "sum": "5..9"},
    "a short estimation window against the tech index": {"est": "-70..-11", "bench": "tech", "level": "90"},
    "an estimation window longer than any series": {"est": "-1000..-11", "level": "99"},
    "without the confounded": {"clean": "yes"},
    "one test": {"tests": "kp_bmp_t"},
}
GARBAGE = [
    "AAAAAAAA",
    "x" * 4000,
    "x" * 4001,
    "short",
    "none",
    "",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "AbCdEfGhIjKlMnOp_-_-",
]
HEADER = ",".join(COLUMNS)
NAIVE = "The usual tests, and why not to rely on them"
GOOD = "one,0700.HK,2022-11-17,First,,a,,,\ntwo,NTES,2023-12-22,Second,,b,,,\n"
BAD = "three,ZZZZ,2023-12-22,,,,,,\nfour,BABA,22.12.2023,,,,,,\n"


def open_page(**query: str) -> AppTest:
    """The page at a query string, run twice: what breaks only on the second run is a fault too."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page("pages/workbench.py").run().run()


def bring(app: AppTest, content: bytes | str, name: str = "events.csv") -> AppTest:
    """The page after an upload of events or of a study file."""
    raw = content.encode("utf-8") if isinstance(content, str) else content
    app.file_uploader[0].upload(name, raw)
    return app.run()


def raw_texts(app: AppTest) -> Iterator[str]:
    """Every text of the page that is read as markdown."""
    assert not app.exception
    for element in (*app.title, *app.markdown, *app.caption, *app.info, *app.warning, *app.error):
        yield element.value
    for element in (*app.toggle, *app.button, *app.selectbox):
        yield element.label


def words(app: AppTest) -> str:
    """All text on the page, with the marks of markdown taken out."""
    return "\n".join(raw_texts(app)).replace("\\", "")


def titles(app: AppTest) -> list[str]:
    """Titles of the warnings and errors shown."""
    assert not app.exception
    return [element.proto.title for element in (*app.warning, *app.error)]


def desk(app: AppTest) -> Desk:
    held: Desk = app.session_state[DESK]
    return held


def problems_listed(app: AppTest) -> list[str]:
    """The problems written out in full, with their places."""
    text = next(element.value for element in app.markdown if element.value.startswith("- row "))
    return text.replace("\\", "").removeprefix("- ").split("\n- ")


def wide_table(*, of_returns: bool = False) -> str:
    """Made-up prices, or the returns, of two shares, a market and a second factor over 600 weekdays."""
    days = pd.bdate_range("2021-01-04", periods=600, name="date")
    steps = np.random.default_rng(5).normal(0, 0.01, (600, 4))
    cells = steps if of_returns else 100 * np.exp(steps.cumsum(axis=0))
    frame = pd.DataFrame(cells, index=days, columns=["AAA", "BBB", "MKT", "SMB"])
    return frame.to_csv(date_format="%Y-%m-%d", float_format="%.6f")


def with_own_prices(app: AppTest, content: str) -> AppTest:
    app.button_group(key="pick_own_prices").set_value("My own prices").run()
    app.file_uploader[1].upload("prices.csv", content.encode())
    return app.run()


OWN_EVENTS = f"{HEADER}\none,AAA,2022-06-01,,,a,,,\ntwo,BBB,2022-09-15,,,a,,,\nthree,AAA,2022-12-01,,,b,,,\n"


def test_a_reader_who_brings_nothing_sees_a_worked_example_and_what_stays_private() -> None:
    app = open_page()
    page = words(app)
    assert f"**{NAME}** · 12 rows · all good" in page
    assert "nothing you bring is written to disk or log" in page
    assert app.get("plotly_chart")
    assert titles(app) == [NAIVE]


@pytest.mark.parametrize("tab", list(WorkTab))
@pytest.mark.parametrize("query", EXTREME_VIEWS.values(), ids=EXTREME_VIEWS.keys())
def test_every_tab_of_every_view_gives_a_page(query: dict[str, str], tab: WorkTab) -> None:
    app = open_page(**query, work=tab)
    assert f"**{NAME}**" in words(app)
    assert not app.error


@pytest.mark.parametrize("tab", list(WorkTab))
@pytest.mark.parametrize("model", SCREEN_MODELS)
def test_every_model_gives_a_page(model: str, tab: WorkTab) -> None:
    app = open_page(model=model, work=tab)
    assert f"**{NAME}**" in words(app)
    assert not app.error


@pytest.mark.parametrize("token", GARBAGE)
def test_a_link_whose_events_cannot_be_read_says_so_and_shows_the_example(token: str) -> None:
    app = open_page(own=token)
    page = words(app)
    assert f"**{NAME}** · 12 rows" in page
    assert "<script>" not in page
    said = "The events in the link" in page or "Part of the link was not understood" in [
        w.proto.title for w in app.warning
    ]
    assert said is (token not in {"none"})


def test_a_link_brings_its_events_to_a_session_that_knows_nothing() -> None:
    rows = ((2, ("one", "0700.HK", "2022-11-17", "<b>First</b>")), (3, ("two", "NTES", "2023-12-22", "Second")))
    token = packed(TextTable("mine", COLUMNS[:4], rows))
    assert token is not None
    app = open_page(own=token)
    assert [cells[:4] for _, cells in desk(app).events.rows] == [cells for _, cells in rows]
    assert "2 rows · all good" in words(app)
    app.button_group(key="pick_own_prices").set_value("My own prices").run()
    assert app.session_state["own"] == "none"
    assert "2 rows" in words(app.run())


def test_a_good_table_is_studied_at_once() -> None:
    app = bring(open_page(), f"{HEADER}\n{GOOD}")
    assert "**events.csv** · 2 rows · all good" in words(app)
    assert app.get("plotly_chart")


def test_all_problems_are_listed_and_good_rows_are_used_only_when_the_reader_says_so() -> None:
    app = bring(open_page(), f"{HEADER}\n{GOOD}{BAD}")
    assert "4 rows · 2 good" in words(app)
    listed = problems_listed(app)
    assert [line.partition(": ")[0] for line in listed] == ["row 4, symbol", "row 5, date"]
    assert listed[0].startswith("row 4, symbol: 'ZZZZ' cannot be studied here; choose one of")
    assert listed[0].endswith(" more.")
    assert not app.get("plotly_chart")
    app.toggle(key="pick_only_good").set_value(True).run()
    assert app.get("plotly_chart")
    assert desk(app).draft.only_good


def test_a_file_that_cannot_be_read_says_why_and_leaves_the_table_alone() -> None:
    app = bring(open_page(), b"\x00\x01\x02\xff\xfe", "events.xlsx")
    assert "Not taken" in titles(app)
    assert f"**{NAME}** · 12 rows" in words(app)


@pytest.mark.parametrize("column", COLUMNS)
def test_hostile_text_in_any_column_reaches_no_text_of_the_page_unescaped(column: str) -> None:
    payloads = [text for text in HOSTILE if text and len(text) < 200 and "\x00" not in text]
    place = COLUMNS.index(column)
    good = ["one", "0700.HK", "2022-11-17", "", "", "", "", "", ""]
    frame = pd.DataFrame([[*good[:place], text, *good[place + 1 :]] for text in payloads], columns=list(COLUMNS))
    app = bring(open_page(), frame.to_csv(index=False), "<img src=x onerror=alert(1)> ![x](http:__192.0.2.1_x.png).csv")
    if [toggle for toggle in app.toggle if toggle.key == "pick_only_good"]:
        app.toggle(key="pick_only_good").set_value(True).run()
    for text in raw_texts(app):
        for payload in ("<img", "![x](", "[x](", "<script", "](javascript:", "<a href"):
            assert payload not in text.replace(md(payload), "")


def test_an_empty_table_says_what_to_do_and_the_table_before_can_be_brought_back() -> None:
    app = open_page()
    next(button for button in app.button if button.label == "Empty table").click().run()
    assert "no rows yet" in words(app)
    assert [info.proto.title for info in app.info] == ["Nothing to study yet"]
    assert not titles(app)
    next(button for button in app.button if button.label.startswith("Bring back")).click().run()
    assert f"**{NAME}** · 12 rows" in words(app)


def test_forgetting_drops_every_trace_of_what_was_brought() -> None:
    app = with_own_prices(bring(open_page(), OWN_EVENTS, "secret.csv"), wide_table())
    next(button for button in app.button if button.label == "Forget everything").click().run()
    held = desk(app)
    assert held.draft == Draft(TextTable("Your table", COLUMNS, ()))
    assert (held.previous, held.prices, held.price_file) == (None, None, None)
    assert "secret" not in words(app)
    assert "secret" not in str(held)
    assert "AAA" not in str(held)


def test_an_upload_is_held_once_not_by_the_server_too(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped: list[str] = []
    drop = MemoryUploadedFileManager.remove_file

    def recorded(manager: MemoryUploadedFileManager, session_id: str, file_id: str) -> None:
        dropped.append(file_id)
        drop(manager, session_id, file_id)

    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", recorded)
    app = with_own_prices(bring(open_page(), OWN_EVENTS), wide_table())
    assert len(set(dropped)) == 2
    assert desk(app).prices is not None


def test_own_prices_need_a_benchmark_and_then_give_a_study() -> None:
    app = with_own_prices(bring(open_page(), OWN_EVENTS), wide_table())
    assert "600 days" in words(app)
    assert not app.get("plotly_chart")
    assert [info.proto.title for info in app.info] == ["Nothing to study yet"]
    app.selectbox(key="pick_own_benchmark").set_value("MKT").run()
    assert app.get("plotly_chart")
    draft = desk(app).draft
    assert draft.prices is not None
    assert (draft.prices.benchmark, draft.prices.values, draft.prices.returns_kind) == ("MKT", "prices", "simple")


def test_factor_columns_make_it_a_study_of_the_factor_model() -> None:
    app = with_own_prices(bring(open_page(), OWN_EVENTS), wide_table())
    app.button_group(key="pick_own_market").set_value("Factors").run()
    assert "Choose at least one factor column, or" in words(app)
    assert list(app.button_group(key="pick_own_factors").options) == ["MKT", "SMB"]
    app.button_group(key="pick_own_factors").set_value(["SMB", "MKT"]).run()
    assert app.get("plotly_chart")
    prices = desk(app).draft.prices
    assert prices is not None
    assert prices.factors == ("MKT", "SMB")


def test_cells_below_zero_are_returns_if_the_reader_says_so() -> None:
    app = with_own_prices(bring(open_page(), OWN_EVENTS), wide_table(of_returns=True))
    assert len(problems_listed(app)) == IN_FULL
    (rest,) = [table.value for table in app.dataframe if "Row" in table.value]
    assert len(rest) > 100
    app.button_group(key="pick_own_values").set_value("returns").run()
    app.selectbox(key="pick_own_benchmark").set_value("MKT").run()
    prices = desk(app).draft.prices
    assert prices is not None
    assert prices.values == "returns"
    assert (prices.table.values < 0).any()
    assert titles(app) == [NAIVE]
    assert app.get("plotly_chart")


def test_a_figure_without_a_return_on_day_zero_says_so() -> None:
    halted = re.sub(r"(?m)^2022-06-01,[^,]+,", "2022-06-01,,", wide_table(of_returns=True))
    app = with_own_prices(bring(open_page(work="events", sum="-1..1"), OWN_EVENTS), halted)
    app.button_group(key="pick_own_values").set_value("returns").run()
    app.selectbox(key="pick_own_benchmark").set_value("MKT").run()
    events = next(table.value for table in app.dataframe if "Day 0 by" in table.value)
    assert events["Abnormal, %"].notna().all()
    said = "Day 0 has no return; the figure is that of the window's other sessions."
    assert events["Remark"].tolist() == [said, "", ""]


def test_problems_of_a_price_table_are_listed_with_row_and_column() -> None:
    app = with_own_prices(bring(open_page(), OWN_EVENTS), wide_table().replace("2021-01-06", "06/01/2021"))
    listed = problems_listed(app)
    assert [line.partition(": ")[0] for line in listed] == ["row 4, date"]
    assert "Upload a price table" in words(app)


def test_a_study_file_brings_back_table_prices_settings_and_choice_of_rows(snapshot: Snapshot) -> None:
    app = with_own_prices(
        bring(open_page(level="99", sum="-1..3"), OWN_EVENTS + "four,ZZZ,2022-12-01,,,,,,\n"), wide_table()
    )
    app.selectbox(key="pick_own_benchmark").set_value("MKT").run()
    app.toggle(key="pick_only_good").set_value(True).run()
    view = View(level=99, span=Window(-1, 3))
    saved = study_file(desk(app).draft, view, snapshot.snapshot_id)
    again = bring(open_page(), saved, "study.json")
    first, second = desk(app).draft, desk(again).draft
    assert second.events.rows == first.events.rows
    assert second.only_good
    assert read_study_file(study_file(second, view, snapshot.snapshot_id)) is not None
    assert study_file(second, view, snapshot.snapshot_id) == saved
    assert again.session_state["level"] == "99"
    assert again.session_state["sum"] == "-1..3"
    assert again.session_state["data"] == snapshot.snapshot_id
    assert again.get("plotly_chart")


def test_a_json_file_that_is_no_study_is_not_taken_for_a_table() -> None:
    app = bring(open_page(), "[1,2]", "study.json")
    assert "Not taken" in titles(app)
    assert "this is no study file" in words(app).replace("\\", "")


def test_a_study_file_of_data_that_are_gone_says_so_and_shows_the_current_ones(snapshot: Snapshot) -> None:
    saved = study_file(Draft(example_table(snapshot)), View(), "0" * 12)
    app = bring(open_page(), saved, "study.json")
    assert "About the data shown" in titles(app)
    assert "000000000000" in words(app)
    assert app.get("plotly_chart")


def test_the_example_is_good_in_every_row_and_has_day_0_of_the_announcements_it_is_made_from(
    snapshot: Snapshot,
) -> None:
    found = check_events(example_table(snapshot), choosable(snapshot), clocked=True)
    assert not found.problems
    assert {event.group for event in found.events} == {"tightening", "easing"}
    tables = own_tables(snapshot, found.events, None, View())
    days = own_events(snapshot, found.events, tables).days
    for event, day in zip(found.events, days, strict=True):
        case = build_case(snapshot, View(event=event.event_id, companies=("tencent", "netease")))
        listing = next(item for item in case.listings if item.listing.symbol == event.symbol)
        assert day == np.datetime64(next(session.move.day for session in listing.sessions if session.is_day_zero))


def test_the_template_is_read_back_as_it_was_written_and_has_no_problem(snapshot: Snapshot) -> None:
    rows = [cells for _, cells in example_table(snapshot).rows[:2]]
    for name, content in (("t.csv", template_csv(rows)), ("t.xlsx", template_workbook(rows))):
        table = read_upload(name, content)
        assert table.columns == COLUMNS
        assert [cells for _, cells in table.rows] == rows
        assert not check_events(table, choosable(snapshot), clocked=True).problems
    explained = openpyxl.load_workbook(io.BytesIO(template_workbook(rows)))["columns"]
    assert [row[0].value for row in explained.iter_rows(min_row=2)] == list(COLUMNS) == list(EXPLANATIONS)


def test_the_editor_shows_rows_at_their_line_and_gives_back_what_was_typed() -> None:
    base = TextTable("mine", ("symbol", "event_id", "date"), ((2, ("A", "one", "d1")), (5, ("B", "two", "d2"))))
    frame = editor_frame(base)
    assert list(frame.columns) == list(COLUMNS)
    assert frame.index[0] == 2
    assert sum(map(any, frame.to_numpy().tolist())) == 2
    assert frame.loc[[2, 5], ["event_id", "symbol"]].to_numpy().tolist() == [["one", "A"], ["two", "B"]]
    state = {
        "edited_rows": {0: {"title": "First", "made_up": "x"}, 3: {"date": None}},
        "added_rows": [{"event_id": "three"}, {}],
        "deleted_rows": [1],
    }
    table = edited(base, state)
    assert table.columns == COLUMNS
    assert [(line, cells[:4]) for line, cells in table.rows] == [
        (2, ("one", "A", "d1", "First")),
        (4, ("two", "B", "", "")),
        (len(frame) + 1, ("three", "", "", "")),
    ]


def test_a_long_table_and_one_with_other_columns_are_not_edited_here() -> None:
    rows = tuple((line, ("x",)) for line in range(2, MOST_EDITED + 2))
    assert can_edit(TextTable("t", ("event_id",), rows))
    assert not can_edit(TextTable("t", ("event_id",), (*rows, (MOST_EDITED + 2, ("x",)))))
    assert not can_edit(TextTable("t", ("event_id", "colour"), ()))
    assert not can_edit(TextTable("t", ("event_id", "event_id"), ()))


def many_rows() -> str:
    """Three thousand good events on three shares."""
    symbols, days = ("0700.HK", "NTES", "BABA"), pd.bdate_range("2020-01-02", "2024-12-30").strftime("%Y-%m-%d")
    rows = [f"e{number},{symbols[number % 3]},{days[number % len(days)]}" for number in range(3 * MOST_EDITED)]
    return "event_id,symbol,date\n" + "\n".join(rows)


def test_a_table_of_thousands_of_rows_is_shown_by_its_first_page() -> None:
    app = bring(open_page(), many_rows())
    assert "**events.csv** · 3,000 rows · all good" in words(app)
    assert not app.data_editor
    assert max(len(element.value) for element in app.dataframe) < MOST_EDITED
    assert "edit a longer table in its file" in words(app)


def test_the_figures_of_thousands_of_events_come_in_pages() -> None:
    app = bring(open_page(work="events"), many_rows())

    def shown() -> list[str]:
        return next(list(element.value["Event id"]) for element in app.dataframe if "Event id" in element.value)

    assert (shown()[0], len(shown())) == ("e0", 1_000)
    app.pagination[0].set_value(3).run()
    assert not app.exception
    assert (shown()[0], shown()[-1]) == ("e2000", "e2999")


def test_of_many_problems_all_are_in_the_file_and_no_cell_is_a_formula() -> None:
    problems = [Problem("t", line, "title", f"'{line}' is wrong.") for line in range(2, MOST_SHOWN + 100)]
    text = problems_csv([*problems, Problem("t", None, '=HYPERLINK("x")', "=1+1")]).decode("utf-8-sig")
    lines = text.splitlines()
    assert len(lines) == 1 + len(problems) + 1
    assert lines[-1].startswith(""","'=HYPERLINK""")
    assert lines[-1].endswith(",'=1+1")


async def _received(content: bytes) -> bool:
    """Whether an upload of this content was put on disk while it arrived."""
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x.csv"\r\n\r\n' + content + b"\r\n--b--\r\n"

    async def stream():  # type: ignore[no-untyped-def]
        yield body

    parser = MultiPartParser(Headers({"content-type": "multipart/form-data; boundary=b"}), stream())
    form = await parser.parse()
    rolled = bool(form["f"].file._rolled)  # type: ignore[union-attr]
    await form.close()
    return rolled


def test_an_upload_of_the_largest_size_is_never_put_on_disk_while_it_arrives() -> None:
    assert not result_of(_received(b"x" * MAX_BYTES))
    assert result_of(_received(b"x" * 3 * MAX_BYTES))


def test_the_page_file_draws_its_own_frame_when_it_is_run_without_the_entry_point() -> None:
    app = AppTest.from_file(str(APP.parent / "pages" / "workbench.py"), default_timeout=60).run().run()
    assert not app.exception
    assert app.title[0].value.startswith("Workbench")
