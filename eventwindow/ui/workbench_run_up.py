"""The sessions before day 0 on the Average tab of the workbench."""

from functools import partial

import streamlit as st

from eventwindow.charts.average import average_dots
from eventwindow.charts.theme import CONFIG
from eventwindow.export.sheets import Sheet
from eventwindow.format import md
from eventwindow.own_run_up import own_run_ups
from eventwindow.ui.compare import Shown
from eventwindow.ui.compare_groups import tests_table
from eventwindow.ui.styled import styled
from eventwindow.ui.workbench_kept import kept
from eventwindow.words import window_words
from eventwindow.words_groups import averages_finding, group_verdict
from eventwindow.words_workbench import run_up_note
from eventwindow.workbench import MOST_MOVED, OwnStudy


def show_run_up(own: OwnStudy) -> Shown:
    """What prices did before day 0, on average; nothing where no session before it is shown."""
    if len(own.rows) > MOST_MOVED:
        st.caption(f"Before day 0: tested for up to {MOST_MOVED:,} events.")
        return Shown()
    groups = kept("run-up", own, lambda _: own_run_ups(own))
    if not groups:
        return Shown()
    level, window = own.view.level, groups[0].span
    verdict, finding = group_verdict(groups[0], level), averages_finding(groups, level)
    st.markdown(f"**Before day 0** · {md(verdict)}")
    figure = kept("run-up dots", own, lambda colours: average_dots(groups, level, colours))
    st.plotly_chart(figure, theme=None, config=CONFIG, alt=finding, key="work-run-up-chart")
    st.caption(run_up_note(window, level))
    table = partial(tests_table, groups, level)
    figures = st.expander("Before day 0 as a table", key="work-run-up-table", on_change="rerun")
    with figures:
        if figures.open:
            st.dataframe(styled(table()), hide_index=True, alt=finding)
    note = f"Averages over {window_words(window)} in percent; the columns named p are p-values."
    return Shown({"run-up": figure}, [Sheet("run-up", table, note)], [verdict])
