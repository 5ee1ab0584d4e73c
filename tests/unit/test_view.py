"""The link is a contract: any view survives it, and any text whatever is answered by a valid view."""

from dataclasses import fields, replace
from typing import get_args
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventwindow.facts.events import Action, Clock, Direction
from eventwindow.facts.listings import Market
from eventwindow.facts.seal import sealed
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.battery import TestName
from eventwindow.study.models import Model
from eventwindow.study.windows import Window
from eventwindow.view import (
    DEFAULT,
    PARAMETERS,
    PLAIN,
    SCREEN_MODELS,
    Axis,
    Benchmark,
    Catalogue,
    CompareTab,
    DataTab,
    GroupBy,
    Page,
    Parsed,
    RobustnessTab,
    Tab,
    TimelineTab,
    View,
    WorkTab,
    parse,
    quoted,
)

COMPANIES = ("alibaba", "tencent", "meituan", "jd", "tencent-music")
REGULATORS = ("samr", "cac", "other")
CATALOGUE = Catalogue(
    {
        "ant-group-fine-2023-07": "ant-group-fine-2023-07",
        "tenpay-fine-2023-07": "ant-group-fine-2023-07",
        "didi-fine-2022-07": "didi-fine-2022-07",
    },
    COMPANIES,
    REGULATORS,
)


def read(text: str) -> Parsed:
    return parse(parse_qs(text, keep_blank_values=True), CATALOGUE)


def some_of(choices: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """Any choice, none included, in the order of the list."""
    chosen = st.sets(st.sampled_from(choices))
    return chosen.map(lambda found: tuple(name for name in choices if name in found))


@st.composite
def views(draw: st.DrawFn) -> View:
    """Any view within the limits printed in the remarks: windows from -10 to +20, estimation from -1000 to -1."""
    start = draw(st.integers(-10, 0))
    first_summed = draw(st.integers(-10, 20))
    end_of_estimation = draw(st.integers(-900, min(start, first_summed) - 1))
    length = draw(st.integers(60, end_of_estimation + 1001))
    return View(
        event=draw(st.sampled_from(["ant-group-fine-2023-07", "didi-fine-2022-07"])),
        companies=draw(some_of(COMPANIES)),
        markets=tuple(Market(item) for item in draw(some_of(("hk", "us")))),
        window=Window(start, draw(st.integers(0, 20))),
        clock=draw(st.sampled_from(Clock)),
        model=draw(st.sampled_from(SCREEN_MODELS)),
        benchmark=draw(st.sampled_from(Benchmark)),
        estimation=Window(end_of_estimation - length + 1, end_of_estimation),
        level=draw(st.sampled_from([90, 95, 99])),
        tab=draw(st.sampled_from(Tab)),
        span=Window(first_summed, draw(st.integers(first_summed, 20))),
        directions=draw(some_of(tuple(Direction))),
        actions=draw(some_of(tuple(Action))),
        regulators=draw(some_of(REGULATORS)),
        jurisdictions=draw(some_of(("CN", "US"))),
        years=draw(st.none() | st.tuples(st.integers(2000, 2050), st.integers(2051, 2099))),
        strict=draw(st.booleans()),
        clean=draw(st.booleans()),
        group_by=draw(st.sampled_from(GroupBy)),
        axis=draw(st.sampled_from(Axis)),
        compare_tab=draw(st.sampled_from(CompareTab)),
        timeline_tab=draw(st.sampled_from(TimelineTab)),
        robustness_tab=draw(st.sampled_from(RobustnessTab)),
        data_tab=draw(st.sampled_from(DataTab)),
        work_tab=draw(st.sampled_from(WorkTab)),
        tests=draw(some_of(get_args(TestName))),
        own=draw(st.just("none") | st.binary(min_size=1, max_size=200).map(sealed)),
        data=draw(st.just("current") | st.from_regex(r"[0-9a-f]{12}", fullmatch=True)),
    )


@given(view=views())
def test_any_view_survives_its_parameters(view: View) -> None:
    parameters = {name: [value] for name, value in view.parameters().items()}
    assert parse(parameters, CATALOGUE) == Parsed(view, ())


@given(view=views(), page=st.sampled_from(Page), canonical=st.booleans())
def test_any_view_survives_its_link_from_any_page(view: View, page: Page, canonical: bool) -> None:
    assert read(view.query(page, canonical=canonical)) == Parsed(view, ())


@given(view=views(), names=st.permutations([item.name for item in PARAMETERS]))
def test_the_order_of_the_parameters_does_not_matter(view: View, names: list[str]) -> None:
    written = view.parameters()
    assert parse({name: [written[name]] for name in names}, CATALOGUE).view == view


def is_valid(view: View) -> bool:
    """Everything a page relies on, checked without the parser."""
    return (
        view.event in CATALOGUE.announcement_of.values()
        and set(view.companies) <= set(COMPANIES)
        and set(view.markets) <= set(Market)
        and -10 <= view.window.start <= 0 <= view.window.end <= 20
        and view.estimation.start >= -1000
        and view.estimation.end < view.window.start
        and view.estimation.length >= 60
        and isinstance(view.clock, Clock)
        and isinstance(view.model, Model)
        and isinstance(view.benchmark, Benchmark)
        and isinstance(view.tab, Tab)
        and view.level in (90, 95, 99)
    )


NAMES = st.one_of(st.sampled_from([item.name for item in PARAMETERS]), st.text(max_size=70))
NEARLY = st.sampled_from(
    ["-5..5", "5..-5", "-1..1..1", "95", "none", "hk.us", "alibaba.jd", "", "1e3", "-260..-2", "v"]
)
VALUES = st.lists(st.one_of(NEARLY, st.text(max_size=80)), max_size=3)
# What a remark may consist of besides the reader's own short plain word.
OWN_WORDS = {
    "no such setting",
    "a form of link that is not known here",
    "given more than once",
    "write current or the 12 digits of a data version",
    "no announcement of that name",
    "no such company",
    "no such market",
    "it must hold day 0 and lie within -10 to +20",
    "at least 60 sessions between -1000 and -1",
    "write it as -5..5",
    "it ends before it starts",
    "choose 90, 95, 99",
    "choose announced, first-reported",
    "choose market, market-adjusted, mean-adjusted, scholes-williams",
    "choose broad, tech",
    f"choose {', '.join(Tab)}",
    "the estimation window must end before the event window and the summed window start",
    "it must lie within -10 to +20",
    "write it as 2020..2023",
    "choose yes or no",
    "choose action, direction, jurisdiction, year",
    "choose shared, own",
    f"choose {', '.join(CompareTab)}",
    "choose index, drawdown, gap",
    "choose placebo, settings, leave-out, naive",
    "choose events, coverage, checks, press, downloads",
    "choose average, events, tests, doubts",
    "cut short or mistyped; copy the whole link",
    *(
        sentence
        for name in ("direction", "kind of act", "regulator", "jurisdiction", "test")
        for sentence in (f"no such {name}", f"choose at least one {name}, or all")
    ),
}


def names_in(remark: str) -> str:
    """The part of a remark that comes before its explanation."""
    before, _, explanation = remark.partition(" (")
    assert explanation.removesuffix(")") in OWN_WORDS
    return before


@given(query=st.dictionaries(NAMES, VALUES, max_size=8))
def test_any_query_whatever_gives_a_valid_view(query: dict[str, list[str]]) -> None:
    assert is_valid(parse(query, CATALOGUE).view)


@given(query=st.dictionaries(NAMES, VALUES, max_size=8))
def test_a_remark_echoes_nothing_but_short_plain_words(query: dict[str, list[str]]) -> None:
    for remark in parse(query, CATALOGUE).ignored:
        for part in names_in(remark).split(" = "):
            assert part == "something unreadable" or PLAIN.fullmatch(part), remark


LONG = "x" * 10_000
STRANGE = [
    "",
    " ",
    LONG,
    "-5..5\n",
    "\x00",
    "\x1b[31m",
    "\u202eabc",
    "\U0001f4a5",
    "<script>alert(1)</script>",
    "[a](//b)",
    "9" * 400,
]


@pytest.mark.parametrize("name", [item.name for item in PARAMETERS])
@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_strange_text_in_a_known_setting_leaves_the_default_and_one_remark(name: str, text: str) -> None:
    found = parse({name: [text]}, CATALOGUE)
    assert found.view == DEFAULT
    assert len(found.ignored) == 1
    assert len(found.ignored[0]) < 200
    assert found.ignored[0].startswith(f"{name} = ")


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_a_strange_setting_is_named_without_its_text(text: str) -> None:
    assert parse({text: ["1"]}, CATALOGUE) == Parsed(DEFAULT, ("something unreadable (no such setting)",))


REMARKS = [
    ("event=no-such-act", "event = no-such-act (no announcement of that name)"),
    ("co=alibaba.nobody", "co = alibaba.nobody (no such company)"),
    ("mkt=cn", "mkt = cn (no such market)"),
    ("mkt=hk.none", "mkt = hk.none (no such market)"),
    ("win=5..-5", "win = 5..-5 (it ends before it starts)"),
    ("win=1..5", "win = 1..5 (it must hold day 0 and lie within -10 to +20)"),
    ("win=-11..5", "win = -11..5 (it must hold day 0 and lie within -10 to +20)"),
    ("win=-5..21", "win = -5..21 (it must hold day 0 and lie within -10 to +20)"),
    ("win=-5", "win = -5 (write it as -5..5)"),
    ("win=-5.5..5", "win = -5.5..5 (write it as -5..5)"),
    ("win=٣..٥", "win = something unreadable (write it as -5..5)"),
    ("clock=noon", "clock = noon (choose announced, first-reported)"),
    ("model=MARKET", "model = MARKET (choose market, market-adjusted, mean-adjusted, scholes-williams)"),
    ("bench=dax", "bench = dax (choose broad, tech)"),
    ("est=-69..-11", "est = -69..-11 (at least 60 sessions between -1000 and -1)"),
    ("est=-1001..-11", "est = -1001..-11 (at least 60 sessions between -1000 and -1)"),
    ("est=-100..0", "est = -100..0 (at least 60 sessions between -1000 and -1)"),
    ("level=94", "level = 94 (choose 90, 95, 99)"),
    ("level=095", "level = 095 (choose 90, 95, 99)"),
    ("own=abcdefgh", "own = abcdefgh (cut short or mistyped; copy the whole link)"),
    ("tab=map", f"tab = map (choose {', '.join(Tab)})"),
    ("tab=chart&tab=table", "tab (given more than once)"),
    ("colour=red", "colour (no such setting)"),
    ("v=2", "v (a form of link that is not known here)"),
]


@pytest.mark.parametrize(("text", "remark"), REMARKS)
def test_a_bad_value_is_named_with_what_would_be_right(text: str, remark: str) -> None:
    assert read(text) == Parsed(DEFAULT, (remark,))


def test_an_estimation_window_inside_the_event_window_is_given_back_its_default() -> None:
    found = read("win=-5..5&est=-100..-5")
    assert found.view == DEFAULT
    assert found.ignored == (
        "est (the estimation window must end before the event window and the summed window start)",
    )


def test_a_bad_value_leaves_the_others_in_force() -> None:
    found = read("win=-3..3&level=94&clock=first-reported")
    assert found.view == replace(DEFAULT, window=Window(-3, 3), clock=Clock.FIRST_REPORTED)
    assert len(found.ignored) == 1


@pytest.mark.parametrize("text", ["embed=true", "embed_options=dark_theme", "v=1", ""])
def test_what_belongs_to_streamlit_or_says_the_version_is_not_remarked_upon(text: str) -> None:
    assert read(text) == Parsed(DEFAULT, ())


def test_a_choice_has_one_spelling_whatever_order_it_was_written_in() -> None:
    assert read("co=tencent.alibaba.tencent&mkt=us.hk").view == DEFAULT


@pytest.mark.parametrize(
    ("text", "expected"), [("co=none", ()), ("co=jd", ("jd",)), ("co=" + ".".join(COMPANIES), COMPANIES)]
)
def test_any_number_of_companies_can_be_chosen(text: str, expected: tuple[str, ...]) -> None:
    assert read(text) == Parsed(replace(DEFAULT, companies=expected), ())


def test_no_market_can_be_chosen() -> None:
    assert read("mkt=none") == Parsed(replace(DEFAULT, markets=()), ())


def test_a_sign_before_a_positive_session_is_understood() -> None:
    assert read("win=-3..%2B4").view.window == Window(-3, 4)


def test_an_act_of_a_group_leads_to_the_group() -> None:
    assert read("event=tenpay-fine-2023-07").view.event == "ant-group-fine-2023-07"


def test_every_act_of_the_data_leads_to_an_announcement(snapshot: Snapshot) -> None:
    catalogue = Catalogue(snapshot.announcement_of, [item.slug for item in snapshot.companies])
    acts = [act.event_id for item in snapshot.announcements.values() for act in item.acts]
    assert len(acts) == 102
    for event_id in acts:
        found = parse({"event": [event_id]}, catalogue)
        assert not found.ignored
        assert event_id in [act.event_id for act in snapshot.announcements[found.view.event].acts]


def test_each_field_of_a_view_has_exactly_one_parameter() -> None:
    assert sorted(item.field for item in PARAMETERS) == sorted(item.name for item in fields(View))
    assert len({item.name for item in PARAMETERS}) == len(PARAMETERS)


@pytest.mark.parametrize("page", Page)
def test_the_canonical_link_writes_every_setting_of_its_page_out(page: Page) -> None:
    assert set(parse_qs(DEFAULT.query(page))) == {"v", *(item.name for item in PARAMETERS if page in item.pages)}


def test_the_canonical_link_of_the_first_screen_is_stable() -> None:
    assert DEFAULT.query() == (
        "v=1&event=ant-group-fine-2023-07&co=alibaba.tencent&mkt=hk.us&win=-5..5&clock=announced&model=market"
        "&bench=broad&est=-260..-11&level=95&tab=chart"
    )


def test_the_short_link_of_the_default_is_empty() -> None:
    assert DEFAULT.query(canonical=False) == ""


@given(view=views())
def test_the_short_link_holds_only_what_differs(view: View) -> None:
    written = parse_qs(view.query(canonical=False))
    differing = {item.name for item in PARAMETERS if getattr(view, item.field) != getattr(DEFAULT, item.field)}
    assert set(written) == differing


@pytest.mark.parametrize(
    ("text", "shown"),
    [("jd", "jd"), ("a" * 64, "a" * 64), ("a" * 65, "something unreadable"), ("a b", "something unreadable")],
)
def test_untrusted_text_is_shown_only_if_it_is_one_short_plain_word(text: str, shown: str) -> None:
    assert quoted(text) == shown
