"""Sentences and names of the Data page; plain text, escaped where it is shown."""

from collections.abc import Sequence

from eventwindow.facts.reported import Agreement
from eventwindow.facts.sessions import DayZeroRule
from eventwindow.format import plain_day
from eventwindow.quality.checks import Check
from eventwindow.quality.coverage import Coverage
from eventwindow.quality.press import PressFigure

GROUPS = {
    ("share", "XHKG"): "Shares in Hong Kong",
    ("share", "XNYS"): "Shares in the US",
    ("price_index", "XHKG"): "Indices and fund",
    ("price_index", "XNYS"): "Indices and fund",
    ("price_index", "XSHG"): "Indices and fund",
    ("total_return_index", "XNYS"): "Indices and fund",
    ("fx", "none"): "Currencies",
}
OTHER = "Other series"
AGREEMENT_NAMES = {
    Agreement.AGREES: "Agrees",
    Agreement.IN_RANGE: "Agrees: inside the range",
    Agreement.NEAR: "Near",
    Agreement.DIFFERS: "Differs",
    Agreement.CANNOT_CHECK: "Cannot be checked",
}
AGREEMENT_MEANINGS = {
    Agreement.AGREES: "open, close, low or high as printed, within a tenth of a point (half a point for “about”)",
    Agreement.IN_RANGE: "a quote from inside the session that the day's range holds; the minute itself is not known",
    Agreement.NEAR: "misses that by less than half a point",
    Agreement.DIFFERS: "printed and measured do not fit; both are shown as they are",
    Agreement.CANNOT_CHECK: "before the open or after the close, or no price of that day: daily prices cannot say",
}
RULES = {
    DayZeroRule.STAMP: "by the hour",
    DayZeroRule.PHASE: "by the part of the day",
    DayZeroRule.TIME_UNKNOWN: "hour unknown, 09:00 assumed",
}


def group(item: Coverage) -> str:
    """Which group of series a series belongs to."""
    return GROUPS.get((item.series.kind, item.series.calendar), OTHER)


def in_groups(covered: Sequence[Coverage]) -> list[Coverage]:
    """The series group by group, each group in table order."""
    names = [*dict.fromkeys(GROUPS.values()), OTHER]
    return sorted(covered, key=lambda item: names.index(group(item)))


def span(item: Coverage) -> str:
    """`26 November 2019 to 28 October 2025`."""
    return f"{plain_day(item.series.first)} to {plain_day(item.series.last)}"


def coverage_finding(covered: Sequence[Coverage]) -> str:
    """The coverage chart in words, for its text alternative."""
    if not covered:
        return "No price series is loaded."
    on_exchanges = [item for item in covered if item.series.kind != "fx"]
    missing = sum(len(item.missing) for item in on_exchanges)
    gaps = f"{_no(missing)} session is missing" if missing < 2 else f"{missing:,} sessions are missing"
    first, last = min(item.series.first for item in covered), max(item.series.last for item in covered)
    close_only = sum(int(item.is_close_only.sum()) for item in on_exchanges)
    return (
        f"{len(covered)} price series between {plain_day(first)} and {plain_day(last)}. In the {len(on_exchanges)} "
        f"that trade on an exchange {gaps} between first and last row, and {close_only:,} rows hold a close alone."
    )


def checks_finding(checks: Sequence[Check]) -> str:
    """How many checks passed, in one sentence."""
    failed = [check for check in checks if not check.passed]
    noted = sum(len(check.noted) for check in checks)
    lead = f"All {len(checks)} checks passed" if not failed else f"{len(failed)} of {len(checks)} checks failed"
    return f"{lead}; {noted:,} peculiarities are known and listed."


def outcome(check: Check) -> str:
    """The result of a check in a few words."""
    if check.faults:
        return f"Failed: {_counted(len(check.faults), 'fault')}"
    if not check.examined:
        return "Failed: nothing to look at"
    return f"Passed, {len(check.noted):,} noted" if check.noted else "Passed"


def press_finding(figures: Sequence[PressFigure]) -> str:
    """How the press stands to the measurement, in one sentence."""
    counts = {verdict: sum(item.agreement is verdict for item in figures) for verdict in Agreement}
    checkable = len(figures) - counts[Agreement.CANNOT_CHECK]
    agreeing = counts[Agreement.AGREES] + counts[Agreement.IN_RANGE]
    return (
        f"Of {len(figures)} printed figures daily prices can check {checkable}: {agreeing} agree "
        f"({counts[Agreement.AGREES]} with the figure of the same moment, {counts[Agreement.IN_RANGE]} lie inside the "
        f"day's range), {counts[Agreement.NEAR]} are near, "
        f"{_counted(counts[Agreement.DIFFERS], 'differs', plural='differ')}; "
        f"{counts[Agreement.CANNOT_CHECK]} cannot be checked."
    )


def _counted(number: int, word: str, plural: str = "") -> str:
    return f"{number:,} {word if number == 1 else plural or word + 's'}"


def _no(number: int) -> str:
    return "no" if number == 0 else f"{number}"
