"""Tabs of the compare page that take announcements together: averages, small multiples, fines."""

import pandas as pd
import streamlit as st

from eventwindow.charts.average import average_dots, average_paths
from eventwindow.charts.fines import fines_chart
from eventwindow.charts.multiples import PER_PAGE, first_page, key_chart, multiples, multiples_order
from eventwindow.charts.multiples import is_averaged as are_averaged
from eventwindow.charts.theme import CONFIG
from eventwindow.export.links import headline
from eventwindow.export.sheets import Sheet
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.fined import build_fined
from eventwindow.format import md
from eventwindow.groups import Group
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.catalogue import LEADING_STAGGERED, NAIVE
from eventwindow.survey import Survey
from eventwindow.ui.compare import Shown, groups_of, kept
from eventwindow.ui.state import choose, seed, write
from eventwindow.ui.styled import both
from eventwindow.view import Axis, GroupBy, View
from eventwindow.words_groups import (
    TEST_NAMES,
    averages_caption,
    averages_finding,
    fines_caption,
    fines_finding,
    fines_verdict,
    group_name,
    group_verdict,
    groups_chance,
    multiple_finding,
    multiples_caption,
    naive_count,
    naive_sentence,
    path_finding,
    paths_caption,
)

GROUP_BY_NAMES = {
    GroupBy.ACTION: "Kind of act",
    GroupBy.DIRECTION: "Direction",
    GroupBy.JURISDICTION: "Jurisdiction",
    GroupBy.YEAR: "Year",
}
# Narrowest small chart, in pixels: two side by side on a phone.
SMALL = 165
KEY = "Key to the small charts"


def show_averages(snapshot: Snapshot, survey: Survey) -> Shown:
    """The Average tab."""
    pick_groups(survey.view)
    groups, level = groups_of(snapshot, survey), survey.view.level
    st.markdown(f"**{md(groups_chance(groups, level))}**")
    dots = kept("averages", snapshot, survey, lambda colours: average_dots(groups, level, colours))
    st.plotly_chart(dots, theme=None, config=CONFIG, alt=averages_finding(groups, level), key="averages")
    st.caption(md(averages_caption(level)))
    with st.expander("Every group in words"):
        st.markdown("\n".join(f"- {md(group_verdict(group, level))}" for group in groups))
    table = show_tests(snapshot, survey, groups, level)
    st.markdown("**Average paths**")
    with st.grid(min_column_width=SMALL):
        paths = kept("paths", snapshot, survey, lambda colours: average_paths(groups, survey.view, colours))
        for group, figure in paths:
            st.plotly_chart(
                figure, theme=None, config=CONFIG, alt=path_finding(group, survey.view), key=f"path-{group.name}"
            )
    st.caption(md(paths_caption(level)))
    findings = [groups_chance(groups, level), *(group_verdict(group, level) for group in groups)]
    sheet = Sheet("averages", table, "Averages in percent; the columns named p are p-values.", tests_brief)
    return Shown(
        {"averages": dots},
        [sheet],
        [*findings, naive_sentence(groups, level)],
        {"averages": averages_caption(level)},
    )


def pick_groups(view: View) -> None:
    """The choice of what is averaged by."""
    seed("by", view.group_by)
    st.segmented_control(
        "Average by",
        list(GroupBy),
        format_func=GROUP_BY_NAMES.__getitem__,
        required=True,
        key="pick_by",
        on_change=write("by", "by"),
    )


def show_tests(
    snapshot: Snapshot, survey: Survey, groups: tuple[Group, ...], level: int, what: str = "reaction"
) -> pd.DataFrame:
    """The warning about naive tests that see `what`, and every group with its tests. Returns the table."""
    st.warning(md(naive_sentence(groups, level, what)), title="The usual tests, and why not to rely on them")
    table, written = kept(f"tests of the {what}", snapshot, survey, lambda _: both(tests_table(groups, level)))
    st.dataframe(
        written,
        hide_index=True,
        alt="Average abnormal return of every group with the p-values of the leading and of the naive tests.",
    )
    return table


def tests_table(groups: tuple[Group, ...], level: int) -> pd.DataFrame:
    """One row per group, what matters first: size, average in percent, p of the leading test, how many naive tests call
    a reaction; then the other tests that hold, counts, and the naive tests.
    """
    rows = []
    for group in groups:
        row: dict[str, object] = {
            "Group": group_name(group),
            "Events": group.events,
            "Average, %": 100 * group.value,
            f"{level}% interval ±, %": 100 * group.half_width(level),
        }
        first, *others = LEADING_STAGGERED
        row[f"p, {TEST_NAMES[first]}"] = group.outcomes[first].p
        row["Naive alarms"] = naive_count(group, level)
        for name in others:
            row[f"p, {TEST_NAMES[name]}"] = group.outcomes[name].p
        row |= {"Announcements": group.announcements, "Days": group.dates}
        for name in NAIVE:
            row[f"p, {TEST_NAMES[name]} (naive)"] = group.outcomes[name].p
        row["Remark"] = SENTENCES[Reason(group.lead.reason)]
        rows.append(row)
    return pd.DataFrame(rows)


def tests_brief(table: pd.DataFrame) -> pd.DataFrame:
    """The table without what paper has no room for: the counts beside that of events, and the naive tests."""
    left_out = [name for name in map(str, table) if name in {"Announcements", "Days"} or name.endswith("(naive)")]
    return table.drop(columns=left_out)


def show_multiples(snapshot: Snapshot, survey: Survey) -> Shown:
    """The Multiples tab: a page of small charts at a time, at first the one with the current announcement."""
    order = kept("order", snapshot, survey, lambda _: multiples_order(survey))
    if not order:
        st.info("No announcement shown has a path over the event window.", title="Nothing to draw")
        return Shown()
    st.session_state.pick_axis = survey.view.axis is Axis.SHARED
    st.toggle(
        "One vertical scale for all",
        key="pick_axis",
        help="Off: each chart fills its own height, so that small reactions can be seen, but not compared.",
        on_change=lambda: choose("axis", Axis.SHARED if st.session_state.pick_axis else Axis.OWN),
    )
    key = kept("key", snapshot, survey, lambda colours: key_chart(survey, colours))
    st.plotly_chart(
        key,
        theme=None,
        config=CONFIG,
        alt="Key to the lines of the small charts.",
        key="multiples-key",
    )
    page = _page(survey, order)
    shown = order[(page - 1) * PER_PAGE : page * PER_PAGE]
    figures = kept(f"multiples {page}", snapshot, survey, lambda colours: multiples(survey, shown, colours))
    findings = kept(f"findings {page}", snapshot, survey, lambda _: [multiple_finding(survey, it) for it in shown])
    keys = [survey.announcements[number].event_id for number in shown]
    with st.grid(4, min_column_width=SMALL):
        for event_id, figure, finding in zip(keys, figures, findings, strict=True):
            st.plotly_chart(figure, theme=None, config=CONFIG, alt=finding, key=f"multiple-{event_id}")
    caption = multiples_caption(survey, shown, averaged=are_averaged(survey))
    st.caption(md(caption))
    names = [headline(survey.announcements[number]) for number in shown]
    charts = {KEY: key, **dict(zip(names, figures, strict=True))}
    return Shown(charts, findings=findings, captions={KEY: caption})


def _page(survey: Survey, order: tuple[int, ...]) -> int:
    pages = -(-len(order) // PER_PAGE)
    if pages == 1:
        return 1
    return st.pagination(pages, default=first_page(survey, order), key=f"multiples-page-{len(order)}")


def show_fines(snapshot: Snapshot, survey: Survey) -> Shown:
    """The Fines tab."""
    fined = build_fined(survey)
    if not fined.fines:
        st.info(
            f"{md(fines_finding(survey, fined))} Choose more companies or loosen the filters in the sidebar.",
            title="No fine to show",
        )
        return Shown()
    st.markdown(f"**{md(fines_verdict(survey, fined))}**")
    figure = kept("fines", snapshot, survey, lambda colours: fines_chart(survey, fined, colours))
    st.plotly_chart(figure, theme=None, config=CONFIG, alt=fines_finding(survey, fined), key="fines")
    st.caption(md(fines_caption(survey, fined)))
    return Shown(
        {"fines": figure}, findings=[fines_verdict(survey, fined)], captions={"fines": fines_caption(survey, fined)}
    )
