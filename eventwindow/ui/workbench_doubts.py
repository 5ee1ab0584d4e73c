"""The Doubts tab of the workbench: chance, settings, one event that carries the average, and events close by."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from eventwindow.charts.leave_out import leave_out_chart
from eventwindow.charts.placebo import placebo_chart, placebo_reach
from eventwindow.charts.specification import specification_chart, specification_range
from eventwindow.charts.theme import CONFIG, Palette
from eventwindow.doubt import LeaveOut
from eventwindow.export.sheets import Sheet
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.format import md
from eventwindow.study.confounders import Confounder
from eventwindow.ui.compare import Shown
from eventwindow.ui.robustness_tables import leave_out_table, settings_table
from eventwindow.ui.shell import Frame
from eventwindow.ui.workbench_kept import TRYING, kept
from eventwindow.words_doubt import curve_sentence, leave_out_sentence, missing_words
from eventwindow.words_workbench import leave_out_note, neighbours_lead, trial_rule, trial_words
from eventwindow.workbench import (
    EVERYTHING,
    MOST_LEFT_OUT,
    MOST_MOVED,
    MOST_PAIRED,
    MOST_REPEATED,
    MOST_TRIED,
    OwnStudy,
)

# Events left out one at a time that are drawn, those that matter most.
MOST_DRAWN = 20
# The mean of many t differs little from session to session: its axis may be this narrow, with so many bars a side.
NARROWEST, BARS = 0.5, 16
TOO_MANY = "Too many events for this"
PLACEBO_HELP = (
    "A placebo repeats the same computation where the table has no event. If many ordinary sessions moved as much, the "
    "move says little. It needs no assumption on how returns are distributed."
)
SETTINGS_HELP = (
    "Every dot is the same events, computed in another way. The settings look at the same prices, so the share of them "
    "beyond noise is not a probability: it shows how much the answer hangs on the choices."
)
LEAVE_OUT_HELP = (
    "The interval allows for events that move together (Kolari and Pynnonen 2010). A filled mark: the leading test, "
    "the adjusted BMP t, says more than noise."
)
NEAR_HELP = (
    "Inside the sessions summed up, the other event may have caused the move; inside the estimation window, it makes "
    "ordinary days look noisier. Nothing is corrected for it; the switch above leaves out the former."
)


def show_doubts(_: Frame, own: OwnStudy) -> Shown:
    """The Doubts tab."""
    parts = [part(own) for part in (_placebo, _settings, _leave_out, _neighbours)]
    return Shown(
        {name: figure for part in parts for name, figure in part.charts.items()},
        [sheet for part in parts for sheet in part.sheets],
        [finding for part in parts for finding in part.findings],
    )


def _placebo(own: OwnStudy) -> Shown:
    st.header("Could it be chance?", anchor=False, help=PLACEBO_HELP)
    trial = kept("trial", own, lambda _: own.trial, TRYING)
    if isinstance(trial, Reason):
        return _refused(f"Up to {MOST_MOVED:,} events, on {MOST_TRIED:,} sessions of all symbols together, are moved.")
    words = kept("trial words", own, lambda _: trial_words(own, trial))
    if trial.reason:
        st.info(md(words), title="No placebo")
        return Shown()
    st.markdown(f"**{md(words)}**")
    reach = placebo_reach([trial], narrowest=NARROWEST)
    figure = kept("placebo", own, lambda colours: placebo_chart(trial, reach, colours, reach / BARS))
    _chart(figure, words, "work-placebo-chart")
    st.caption(md(trial_rule(trial)))
    return Shown({"placebo": figure}, findings=[words])


def _settings(own: OwnStudy) -> Shown:
    st.header("Could it be the settings?", anchor=False, help=SETTINGS_HELP)
    symbols = list(dict.fromkeys(own.events[row].symbol for row in own.known.tolist()))
    symbol = symbols[0] if len(own.known) == 1 else EVERYTHING
    if len(symbols) > 1:
        symbol = st.selectbox(
            "Events of",
            [EVERYTHING, *symbols],
            format_func=lambda name: name or "all symbols",
            key="work-settings-of",
            width=320,
        )
    curve = kept(f"curve {symbol}", own, lambda _: own.curve(symbol), "Trying every setting")
    if isinstance(curve, Reason):
        return _refused(f"Up to {MOST_REPEATED:,} events are studied under every setting.")
    words = kept(f"curve words {symbol}", own, lambda _: curve_sentence(curve, own.view.level))
    if not curve.dots:
        st.info(md(words), title="No setting gives a figure")
        return Shown()
    st.markdown(f"**{md(words)}**")

    def drawn(colours: Palette) -> go.Figure:
        return specification_chart(curve, specification_range([curve]), own.view.level, colours)

    figure = kept(f"settings {symbol}", own, drawn)
    _chart(figure, words, "work-settings-chart")
    st.caption(
        f"Dots in order of size with their {own.view.level}% intervals, filled where more than noise; the ticks below "
        f"a dot are its settings. Diamonds and the line through them: your own. {md(missing_words(curve))}"
    )
    note = f"Abnormal returns in percent; half-width of the {own.view.level}% interval."
    return Shown({"settings": figure}, [Sheet("settings", lambda: settings_table([curve]), note)], [words])


def _leave_out(own: OwnStudy) -> Shown:
    st.header("Does one event carry it?", anchor=False, help=LEAVE_OUT_HELP)
    found = kept("left out", own, lambda _: own.leave_out, "Leaving out one at a time")
    if isinstance(found, Reason):
        return _refused(f"One is left out at a time while that makes up to {MOST_LEFT_OUT:,} figures in all.")
    if len(found.without) < 2:
        st.info("There is nothing to leave out: only one event has a figure.", title="One event only")
        return Shown()
    words = kept("leave out words", own, lambda _: leave_out_sentence(found, own.view.level, "events"))
    st.markdown(f"**{md(words)}**")
    drawn = kept("most moving", own, lambda _: most_moving(found))
    figure = kept(
        "leave out",
        own,
        lambda colours: leave_out_chart(drawn, own.view.level, colours, is_current=lambda _: False),
    )
    _chart(figure, words, "work-leave-out-chart")
    st.caption(f"Dotted line: the average of all. {leave_out_note(len(drawn.without), found)}")
    note = "Average abnormal returns in percent."
    return Shown(
        {"without one event": figure},
        [Sheet("leave-out", lambda: leave_out_table([found], own.view.level), note)],
        [words],
    )


def most_moving(found: LeaveOut) -> LeaveOut:
    """The parts whose absence moves the average most, MOST_DRAWN at most, in their order."""
    moves = {number: abs(group.value - found.whole.value) for number, (_, group) in enumerate(found.without)}
    largest = sorted(moves, key=lambda number: -moves[number])[:MOST_DRAWN]
    return LeaveOut(found.whole, tuple(found.without[number] for number in sorted(largest)))


def _neighbours(own: OwnStudy) -> Shown:
    st.header("What else happened close by?", anchor=False, help=NEAR_HELP)
    found = own.neighbours
    if isinstance(found, Reason):
        return _refused(f"Up to {MOST_PAIRED:,} events are searched for others close by.")
    words = neighbours_lead(own, found)
    st.markdown(f"**{md(words)}**")
    if not found:
        return Shown(findings=[words])
    table = kept("close by", own, lambda _: _neighbours_table(own, found))
    st.dataframe(table, hide_index=True, alt=words)
    return Shown(sheets=[Sheet("close by", table, "Sessions from the day 0 of the event.")], findings=[words])


def _neighbours_table(own: OwnStudy, found: Sequence[Confounder]) -> pd.DataFrame:
    """One row per pair of events, the closest first."""
    titles = {event.event_id: event.title for event in reversed(own.events)}
    return pd.DataFrame(
        {
            "Event": titles[item.event_id],
            "Symbol": item.symbol,
            "Sessions away": item.offset,
            "Other event": titles[item.other_event_id],
            "Inside the": str(item.inside),
        }
        for item in sorted(found, key=lambda item: abs(item.offset))
    )


def _refused(limit: str) -> Shown:
    """What is not worked out for so many events; `limit` says for how many it is."""
    st.info(f"{limit} {SENTENCES[Reason.TOO_MANY_EVENTS]}", title=TOO_MANY)
    return Shown()


def _chart(figure: go.Figure, alt: str, key: str) -> None:
    st.plotly_chart(figure, theme=None, config=CONFIG, alt=alt, key=key)
