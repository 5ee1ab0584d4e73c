"""The tables of the robustness page; returns in percent, blank where unknown."""

from collections.abc import Sequence

import pandas as pd

from eventwindow.doubt import Curve, LeaveOut, Overlap, Trial
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.format import long_day
from eventwindow.groups import Group
from eventwindow.study.catalogue import TESTS
from eventwindow.study.sizes import Sizes
from eventwindow.words import place, window_words
from eventwindow.words_doubt import (
    MODEL_WORDS,
    benchmark_words,
    curve_label,
    design_of,
    estimation_words,
    ordered_tests,
    outcome_words,
    part_name,
    role_words,
    trial_name,
)
from eventwindow.words_groups import TEST_NAMES


def placebo_table(trials: Sequence[Trial]) -> pd.DataFrame:
    """One row per listing, then the group."""
    return pd.DataFrame(
        {
            "Listing": trial_name(trial),
            "Abnormal return, %": 100 * trial.car,
            "t": trial.result.statistic,
            "Sessions at least as large": None if trial.reason else trial.as_large,
            "Sessions tried": len(trial.result.placebo),
            "Placebo p": trial.result.p,
            "Smallest p possible": None if trial.reason else trial.result.floor,
            "Remark": trial.reason,
        }
        for trial in trials
    ).astype({"Sessions at least as large": "Int64"})


def settings_table(curves: Sequence[Curve]) -> pd.DataFrame:
    """One row per listing and setting that has a figure."""
    return pd.DataFrame(
        {
            "Listing": curve_label(curve),
            "Model": MODEL_WORDS[dot.setting.model],
            "Benchmark": benchmark_words(dot.setting.benchmark),
            "Estimation": estimation_words(dot.setting.estimation),
            "Window": window_words(dot.setting.window),
            "Abnormal return, %": 100 * dot.value,
            "Half-width, %": 100 * dot.half_width,
            "p": dot.p,
            "Current": "yes" if dot.is_current else "",
        }
        for curve in curves
        for dot in curve.dots
    )


def leave_out_table(found: Sequence[LeaveOut], level: int) -> pd.DataFrame:
    """One row per group as a whole and per part left out of it."""
    rows = [
        ("nothing" if part is None else part_name(part), group)
        for item in found
        for part, group in ((None, item.whole), *item.without)
    ]
    return pd.DataFrame(
        {
            "Left out": name,
            "Average, %": 100 * group.value,
            "Half-width, %": 100 * group.half_width(level),
            "Figures": group.events,
            "Leading test": TEST_NAMES[group.leading[0]],
            "Statistic": group.lead.statistic,
            "p": group.lead.p,
        }
        for name, group in rows
    )


def overlaps_table(found: Sequence[Overlap]) -> pd.DataFrame:
    """One row per other announcement and listing, the nearest first."""
    return pd.DataFrame(
        {
            "Sessions away": item.offset,
            "Announcement": item.announcement.title,
            "Date": item.announcement.day,
            "Listing": f"{item.line.issuer.short_name} · {place(item.line)}",
            "Inside the": item.inside,
            "Day 0 there": long_day(item.day_zero),
            "Id": item.announcement.event_id,
        }
        for item in found
    )


def tests_table(group: Group, level: int, sizes: Sizes) -> pd.DataFrame:
    """One row per test across the group's figures, the leading one first."""
    rates = sizes.of(design_of(group), str(group.span))
    return pd.DataFrame(
        {
            "Test": TEST_NAMES[name],
            "Role": role_words(group, name),
            "Statistic": group.outcomes[name].statistic,
            "p": group.outcomes[name].p,
            "Verdict": outcome_words(group, name, level),
            "False alarms, %": 100 * rates[name] if name in rates else None,
            "Assumes": TESTS[name].assumes,
            "Remark": SENTENCES[Reason(group.outcomes[name].reason)] or group.outcomes[name].note,
        }
        for name in ordered_tests(group)
    )
