"""The tabs of the robustness page: placebo, settings, leave-out, naive tests."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from eventwindow.charts.theme import CONFIG
from eventwindow.doubt import Overlap, similar_announcements
from eventwindow.export.sheets import Sheet, columns
from eventwindow.format import md
from eventwindow.groups import Group
from eventwindow.study.windows import Window
from eventwindow.ui.compare import Shown, open_announcement
from eventwindow.ui.robustness import NaiveScreen, leave_out_screen, naive_screen, placebo_screen, settings_screen
from eventwindow.ui.robustness_tables import (
    leave_out_table,
    overlaps_table,
    placebo_table,
    settings_table,
    tests_table,
)
from eventwindow.ui.shell import Frame
from eventwindow.ui.styled import styled
from eventwindow.words_doubt import (
    clustering_sentence,
    curve_sentence,
    leave_out_sentence,
    missing_words,
    naive_lead,
    overlap_lead,
    placebo_lead,
    placebo_rule,
    settings_lead,
    similar_words,
    trial_finding,
    trial_name,
)

PANEL_WIDTH = 420
PLACEBO_HELP = (
    "A placebo repeats the same computation where nothing was announced. If many ordinary sessions moved as much, the "
    "move on the announcement says little. It needs no assumption on how returns are distributed."
)
SETTINGS_HELP = (
    "Every dot is the same announcement and listing, computed in another way. The settings look at the same prices, so "
    "the share of them beyond noise is not a probability: it shows how much the answer hangs on the choices."
)
AVERAGE_HELP = (
    "The interval allows for listings that move together (Kolari and Pynnonen 2010). A filled mark: the leading test, "
    "the adjusted BMP t, says more than noise."
)
SIMILAR_HELP = (
    "All announcements on file of the same kind and direction as this one, on the listings chosen; where it is the "
    "only one of its direction, all of its kind."
)
OVERLAP_HELP = (
    "Inside the sessions summed up, the other announcement may have caused the move; inside the estimation window, it "
    "makes ordinary days look noisier. Nothing is corrected for it here."
)
NAIVE_HELP = (
    "Naive tests take every figure as independent evidence. The leading tests allow for shares moving together."
)


PLACEBO_KEY = (
    "Coloured bars and shaded sides: sessions at least as far from zero. Line: this announcement. The outermost bars "
    "hold everything beyond."
)
LEAVE_OUT_KEY = "Diamond and bold: the announcement of this page. Dotted line: the average of all."


def show_placebo(frame: Frame) -> Shown:
    """The Placebo tab."""
    screen = placebo_screen(frame.snapshot, frame.view, st.context.theme.type)
    level = frame.view.level
    st.markdown(f"**{md(placebo_lead(screen.trials, level))}**", help=PLACEBO_HELP)
    rule = placebo_rule(screen.trials)
    if screen.figures:
        st.caption(md(f"{rule} {PLACEBO_KEY}"))
    with st.grid(2, min_column_width=PANEL_WIDTH):
        for trial in screen.trials:
            if trial_name(trial) in screen.figures:
                with st.container():
                    _chart(
                        screen.figures[trial_name(trial)],
                        trial_finding(trial, level),
                        f"placebo-{_key(trial_name(trial))}",
                    )
    table = placebo_table(screen.trials)
    st.dataframe(
        styled(table),
        hide_index=True,
        height="content",
        column_order=[name for name in table.columns if name != "Remark" or table[name].any()],
        alt=placebo_lead(screen.trials, level),
    )
    return Shown(
        screen.figures,
        [Sheet("placebo", table, "Abnormal returns in percent; every eligible session.")],
        [placebo_lead(screen.trials, level), rule],
        dict.fromkeys(screen.figures, PLACEBO_KEY),
    )


def show_settings(frame: Frame) -> Shown:
    """The Settings tab."""
    screen = settings_screen(frame.snapshot, frame.view, st.context.theme.type)
    level = frame.view.level
    st.markdown(f"**{md(settings_lead(screen.curves, level))}**", help=SETTINGS_HELP)
    key = (
        f"Dots in order of size with their {level}% intervals, filled where more than noise; the ticks below a dot are "
        "its settings. Diamonds and the line through them: your own. The mean-adjusted model uses no benchmark and "
        "counts once."
    )
    st.caption(md(key))
    with st.grid(2, min_column_width=PANEL_WIDTH):
        for curve in screen.curves:
            symbol = curve.symbol
            with st.container():
                if symbol in screen.figures:
                    st.markdown(md(curve_sentence(curve, level)))
                    _chart(screen.figures[symbol], curve_sentence(curve, level), f"settings-{_key(symbol)}")
                    if curve.missing:
                        st.caption(md(missing_words(curve)))
                else:
                    st.info(md(curve_sentence(curve, level)), title="No setting gives a figure")
    note = f"Abnormal returns in percent; half-width of the {level}% interval."
    return Shown(
        screen.figures,
        [Sheet("settings", lambda: settings_table(screen.curves), note, _own_settings)],
        [settings_lead(screen.curves, level), *(curve_sentence(curve, level) for curve in screen.curves)],
        dict.fromkeys(screen.figures, key),
    )


def _own_settings(table: pd.DataFrame) -> pd.DataFrame:
    """The reader's own setting of every listing; the charts show the others."""
    return table[table["Current"] == "yes"].drop(columns="Current")


def show_leave_out(frame: Frame) -> Shown:
    """The Leave-out tab."""
    snapshot, view = frame.snapshot, frame.view
    screen = leave_out_screen(snapshot, view, st.context.theme.type)
    charts, captions = {}, {}
    listings = leave_out_sentence(screen.listings, view.level, "listings")
    st.header("Without one listing", anchor=False, help=AVERAGE_HELP)
    st.markdown(f"**{md(listings)}**")
    if screen.listings_figure:
        charts["without one listing"] = screen.listings_figure
        _chart(screen.listings_figure, listings, "without-listing")
    similar = similar_announcements(snapshot, view)
    st.header("Without one announcement", anchor=False, help=SIMILAR_HELP)
    st.caption(md(similar_words(snapshot.announcements[view.event], similar)) + ".")
    words = leave_out_sentence(screen.similar, view.level, "announcements")
    if screen.similar_figure:
        charts["without one announcement"] = screen.similar_figure
        st.markdown(f"**{md(words)}**")
        _chart(screen.similar_figure, words, "without-announcement")
        captions["without one announcement"] = LEAVE_OUT_KEY
        st.caption(LEAVE_OUT_KEY)
    else:
        st.info("There is no second one with a figure on the listings shown.", title="Nothing to compare it with")
    _overlaps(screen.overlaps, view.span)
    return Shown(
        charts,
        [
            Sheet(
                "leave-out",
                lambda: leave_out_table([screen.listings, screen.similar], view.level),
                "Average abnormal returns in percent.",
            ),
            Sheet(
                "overlaps",
                lambda: overlaps_table(screen.overlaps),
                "Sessions from this announcement's day 0.",
                columns("Sessions away", "Announcement", "Date", "Listing", "Inside the"),
            ),
        ],
        [listings, words, overlap_lead(screen.overlaps, view.span)],
        captions,
    )


def _overlaps(found: Sequence[Overlap], span: Window) -> None:
    """Other announcements about the same companies, as a table that opens them."""
    st.header("What else was announced", anchor=False, help=OVERLAP_HELP)
    st.markdown(f"**{md(overlap_lead(found, span))}**")
    if not found:
        return
    table = overlaps_table(found)

    def open_row() -> None:
        rows = st.session_state["overlaps"]["selection"]["rows"]
        if rows:
            open_announcement(table["Id"].iloc[rows[0]])

    st.dataframe(
        styled(table),
        hide_index=True,
        column_order=[name for name in table.columns if name != "Id"],
        column_config={"Date": st.column_config.DateColumn(format="D MMM YYYY")},
        on_select=open_row,
        selection_mode="single-row",
        key="overlaps",
        alt=overlap_lead(found, span),
    )
    st.caption("Select a row to open the announcement. Nothing is corrected for what else was announced.")


def show_naive(frame: Frame) -> Shown:
    """The Naive tab."""
    snapshot, view = frame.snapshot, frame.view
    screen = naive_screen(snapshot, view)
    similar = similar_words(snapshot.announcements[view.event], similar_announcements(snapshot, view))
    st.markdown(f"**{md(clustering_sentence(screen.sizes, view.span))}**", help=NAIVE_HELP)
    st.header("This announcement", anchor=False)
    _battery(screen.own, "", screen, view.level)
    st.header("Similar announcements", anchor=False, help=SIMILAR_HELP)
    if screen.similar.announcements > 1:
        _battery(screen.similar, f"{similar}. ", screen, view.level)
    else:
        st.info(md(f"{similar}. There is no second one with a figure."), title="No group to test")
    groups = {"this announcement": screen.own, "similar announcements": screen.similar}
    return Shown(
        sheets=[
            Sheet(
                f"tests of {name}",
                tests_table(group, view.level, screen.sizes),
                "False alarms in percent, measured on simulated firms that move together.",
                columns("Test", "Role", "Statistic", "p", "Verdict", "False alarms, %"),
            )
            for name, group in groups.items()
        ],
        findings=[naive_lead(screen.own, view.level), clustering_sentence(screen.sizes, view.span)],
    )


def _battery(group: Group, what: str, screen: NaiveScreen, level: int) -> None:
    """All tests of one group, the leading one first."""
    if group.events < 2:
        st.info(
            "Tests across figures need at least two. One listing is judged by its exact t and by its placebo.",
            title="One figure only",
        )
        return
    st.markdown(f"**{md(naive_lead(group, level))}**")
    dates = "1 date" if group.dates == 1 else f"{group.dates} dates"
    st.caption(md(f"{what}{group.events} figures, one announcement on one listing each, on {dates}."))
    table = tests_table(group, level, screen.sizes)
    st.dataframe(
        styled(table, "False alarms, %"),
        hide_index=True,
        height="content",
        placeholder="none",
        column_config={
            "Verdict": st.column_config.TextColumn(width=112),
            "False alarms, %": st.column_config.NumberColumn(
                format="%.1f%%",
                help="How often the test sees a reaction at the 5% level where there is none, measured on simulated "
                "firms that move together; a sound test: 5. Blank: it cannot be computed there.",
            ),
            "Role": st.column_config.TextColumn(
                help="The test that leads decides the verdict. Naive: it takes every figure as independent evidence."
            ),
        },
        alt=naive_lead(group, level),
    )


def _chart(figure: go.Figure, alt: str, key: str) -> None:
    st.plotly_chart(figure, theme=None, config=CONFIG, alt=alt, key=key)


def _key(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower())
