"""The Tests tab of the workbench: every test across the events, those that hold first."""

from typing import get_args

import pandas as pd
import streamlit as st

from eventwindow.export.sheets import Sheet
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.format import md
from eventwindow.groups import Group
from eventwindow.study.battery import TestName
from eventwindow.study.catalogue import TESTS
from eventwindow.ui.compare import Shown
from eventwindow.ui.shell import Frame
from eventwindow.ui.state import seed, write
from eventwindow.ui.styled import both
from eventwindow.ui.workbench_kept import kept
from eventwindow.view import View
from eventwindow.words import window_words
from eventwindow.words_doubt import ordered_tests, outcome_words, role_words
from eventwindow.words_groups import TEST_NAMES
from eventwindow.words_workbench import naive_words, tests_lead
from eventwindow.workbench import OwnStudy

DISTRIBUTIONS = {"t": "Student's t", "normal": "standard normal", "exact": "exact"}


def show_tests(frame: Frame, own: OwnStudy) -> Shown:
    """The Tests tab."""
    group, level = own.everything, frame.view.level
    lead = tests_lead(own)
    st.markdown(f"**{md(lead)}**")
    if group.events < 2:
        return Shown(findings=[lead])
    st.warning(md(naive_words(group, level)), title="The usual tests, and why not to rely on them")
    seed("tests", list(frame.view.tests))
    st.pills(
        "Tests shown (none chosen: all)",
        list(ordered_tests(group)),
        selection_mode="multi",
        format_func=TEST_NAMES.__getitem__,
        key="pick_tests",
        on_change=write("tests", "tests", list(get_args(TestName))),
    )
    table, written = kept(f"tests {frame.view.tests}", own, lambda _: both(battery_table(group, frame.view)))
    st.dataframe(
        written,
        hide_index=True,
        height="content",
        placeholder="none",
        column_config={
            "Role": st.column_config.TextColumn(
                help="The test that leads decides the verdict. Naive: it takes every event as independent evidence."
            ),
            "n": st.column_config.NumberColumn(help="Events that the test is run on; of date means, days."),
            "df": st.column_config.NumberColumn(help="Degrees of freedom of Student's t."),
            "p": st.column_config.NumberColumn(help="Two-sided."),
            "Null": st.column_config.TextColumn(help="What the test rejects where p is small.", width=260),
            "Assumes": st.column_config.TextColumn(width=260),
        },
        alt=lead,
    )
    st.caption(
        f"All on the abnormal returns of {window_words(own.view.span)}. A test that cannot be computed says why under "
        "Remark."
    )
    sheet = Sheet("tests", table, f"Tests across events on {window_words(own.view.span)}; p is two-sided.")
    return Shown(sheets=[sheet], findings=[lead, naive_words(group, level)])


def battery_table(group: Group, view: View) -> pd.DataFrame:
    """One row per test asked for, the leading ones first and the naive ones last."""
    names = ordered_tests(group)
    chosen = [name for name in names if name in view.tests] or names
    return pd.DataFrame(
        {
            "Test": TEST_NAMES[name],
            "Role": role_words(group, name),
            "Verdict": outcome_words(group, name, view.level),
            "Statistic": group.outcomes[name].statistic,
            "p": group.outcomes[name].p,
            "n": group.outcomes[name].n,
            "df": group.outcomes[name].df,
            "Distribution": DISTRIBUTIONS[group.outcomes[name].distribution],
            "Null": TESTS[name].null,
            "Assumes": TESTS[name].assumes,
            "After": TESTS[name].citation,
            "Remark": SENTENCES[Reason(group.outcomes[name].reason)] or group.outcomes[name].note,
        }
        for name in chosen
    )
