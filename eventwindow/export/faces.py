"""What the faces of the pages show beyond the study behind them, and the Python lines that give exactly that."""

from collections.abc import Mapping
from dataclasses import dataclass

from eventwindow.export.reproduce import FROM_FOLDER, FROM_STORE, snapshot_line
from eventwindow.sources.snapshot import COMMITTED, Snapshot
from eventwindow.view import CompareTab, DataTab, Page, RobustnessTab, Tab, TimelineTab, View


@dataclass(frozen=True)
class Face:
    """Figures of a face in words, and the lines that give them from `snapshot` and `view`."""

    shows: str
    imports: tuple[str, ...]
    lines: tuple[str, ...]

    def python(self, snapshot: Snapshot, view: View, page: Page) -> str:
        """The lines as a program of their own, for a view and the data that the page shows."""
        data = "" if snapshot.folder == COMMITTED else snapshot.snapshot_id
        imports = {*self.imports, "from eventwindow.export.links import view_of"}
        return "\n".join(
            [
                *sorted({*imports, *(FROM_STORE if data else (FROM_FOLDER,))}),
                "",
                snapshot_line(data),
                f'view = view_of(snapshot, "{view.query(page)}")',
                *self.lines,
            ]
        )


def opened(view: View, page: Page) -> str:
    """The tab of a page that a view opens; empty for a page without tabs."""
    tabs: Mapping[Page, str] = {
        Page.EVENT: view.tab,
        Page.COMPARE: view.compare_tab,
        Page.TIMELINE: view.timeline_tab,
        Page.ROBUSTNESS: view.robustness_tab,
        Page.WORKBENCH: view.work_tab,
        Page.DATA: view.data_tab,
    }
    return tabs.get(page, "")


def face_of(view: View, page: Page) -> Face | None:
    """The face that a view opens; None where it shows nothing beyond the study."""
    return FACES.get(page, {}).get(opened(view, page))


CASE = ("from eventwindow.case import build_case",)
BUILT_CASE = ("case = build_case(snapshot, view)",)
VERDICT = Face(
    "the placebo p beside each figure of the verdict",
    (*CASE, "from eventwindow.chance import chances"),
    (
        *BUILT_CASE,
        "found = {",
        "    item.listing.symbol: chances(snapshot, item.listing, view, case.lead_window)[view.event].p",
        "    for item in case.with_result",
        "}",
        "print(found)",
    ),
)
SURVEY = ("from eventwindow.survey import build_survey",)
BUILT_SURVEY = ("survey = build_survey(snapshot, view)",)
CELLS = Face(
    "placebo p, confounded announcements and fines",
    SURVEY,
    (
        *BUILT_SURVEY,
        "for row in survey.rows.tolist():",
        "    event, symbol = survey.study.event_ids[row], survey.study.symbols[row]",
        "    print(event, symbol, survey.placebos.p[row, 0], survey.confounded[row], survey.fines[row])",
    ),
)

EVENT_FACES: Mapping[str, Face] = {
    Tab.CHART: VERDICT,
    Tab.TABLE: VERDICT,
    Tab.RELAY: Face(
        "the relay, what each market added, the openings and the premium",
        (
            "from eventwindow.chain import relays",
            "from eventwindow.leadlag import lead_lag",
            "from eventwindow.premium import premium_around",
            "from eventwindow.relay import Relay",
        ),
        (
            "found = [item for item in relays(snapshot, view) if isinstance(item, Relay)]",
            "leads = [lead_lag(snapshot, view, item) for item in found]",
            "premiums = [premium_around(snapshot, view, item) for item in found]",
            "for item in found:",
            "    print(item.issuer.short_name, item.total, item.parts)",
            "print(leads, premiums)",
        ),
    ),
    Tab.TIMING: Face(
        "the split before and after the official act, and the speed of adjustment",
        (*CASE, "from eventwindow.timing import horizons, speeds"),
        (
            *BUILT_CASE,
            "before, after = horizons(snapshot, case), speeds(snapshot, case)",
            "print(before, after)",
        ),
    ),
    Tab.VOLUME: Face(
        "volume as a multiple of the usual one",
        (*CASE, "from eventwindow.volume import attentions"),
        (
            *BUILT_CASE,
            "found = attentions(snapshot, case)",
            "for item in found:",
            "    print(item.item.listing.symbol, item.multiple)",
        ),
    ),
    Tab.VALUE: Face(
        "changes of market value, their intervals and multiples of the fine",
        (*CASE, "from eventwindow.value import value_changes"),
        (
            *BUILT_CASE,
            "found = value_changes(snapshot, case.study, case.lead_window, view.level)",
            "for item in found:",
            '    amounts = [item.amount(part, "USD") for part in (item.raw, item.abnormal)]',
            '    print(item.listing.symbol, amounts, item.interval("USD"), item.times_fine(item.abnormal))',
        ),
    ),
    Tab.SOURCES: Face(
        "the press figures beside the measured ones",
        ("from eventwindow.quality.press import press_figures",),
        (
            "acts = {act.event_id for act in snapshot.announcements[view.event].acts}",
            "found = [item for item in press_figures(snapshot) if item.printed.event_id in acts]",
            "print(found)",
        ),
    ),
}
COMPARE_FACES: Mapping[str, Face] = {
    CompareTab.MAP: CELLS,
    CompareTab.TABLE: CELLS,
    CompareTab.AVERAGE: Face(
        "the averages of the groups, their intervals and tests",
        (*SURVEY, "from eventwindow.groups import build_groups"),
        (
            *BUILT_SURVEY,
            "groups = build_groups(survey)",
            "for group in groups:",
            "    print(group.name, group.value, group.half_width(view.level), group.outcomes)",
        ),
    ),
    CompareTab.RUN_UP: Face(
        "the averages before day 0 and their tests",
        (*SURVEY, "from eventwindow.run_up import build_run_ups, run_up_survey, run_up_window"),
        (
            *BUILT_SURVEY,
            "groups = build_run_ups(run_up_survey(snapshot, survey, run_up_window(survey)))",
            "for group in groups:",
            "    print(group.name, group.value, group.half_width(view.level), group.outcomes)",
        ),
    ),
    CompareTab.MULTIPLES: Face(
        "the paths of the small charts with their bands",
        SURVEY,
        (
            *BUILT_SURVEY,
            "paths = {row: survey.path(row) for row in survey.rows.tolist()}",
            "for row, path in paths.items():",
            "    print(survey.study.event_ids[row], survey.study.symbols[row], path.value, path.band)",
        ),
    ),
    CompareTab.FINES: Face(
        "the fines and their rank correlation with the reactions",
        (*SURVEY, "from eventwindow.fined import build_fined"),
        (*BUILT_SURVEY, "fined = build_fined(survey)", "print(fined.correlation, fined.fines)"),
    ),
    CompareTab.VALUE: Face(
        "changes of market value and their ranking",
        (*SURVEY, "from eventwindow.valued import build_valued"),
        (
            *BUILT_SURVEY,
            "valued = build_valued(snapshot, survey)",
            "for row in valued.ranked:",
            "    change = valued.changes[row]",
            '    print(change.event_id, change.listing.symbol, change.amount(change.abnormal, "USD"))',
        ),
    ),
}
ROBUSTNESS_FACES: Mapping[str, Face] = {
    RobustnessTab.PLACEBO: Face(
        "the placebo p of every listing and of all together",
        ("from eventwindow.doubt import placebo_trials",),
        (
            "trials = placebo_trials(snapshot, view)",
            "for trial in trials:",
            "    print(trial.car, trial.result.statistic, trial.result.p, trial.result.floor)",
        ),
    ),
    RobustnessTab.SETTINGS: Face(
        "every setting with its figure, interval and p",
        ("from eventwindow.doubt import specification_curves",),
        (
            "curves = specification_curves(snapshot, view)",
            "for curve in curves:",
            "    for dot in curve.dots:",
            "        print(curve.symbol, dot.setting, dot.value, dot.half_width, dot.p)",
        ),
    ),
    RobustnessTab.LEAVE_OUT: Face(
        "the averages without one listing or one announcement, and what else was announced",
        ("from eventwindow.doubt import overlaps, without_announcements, without_listings",),
        (
            "listings, similar = without_listings(snapshot, view), without_announcements(snapshot, view)",
            "others = overlaps(snapshot, view)",
            "for found in (listings, similar):",
            "    for group in (found.whole, *(group for _, group in found.without)):",
            "        print(group.events, group.value, group.half_width(view.level), group.lead.p)",
            "print(others)",
        ),
    ),
    RobustnessTab.NAIVE: Face(
        "the tests of similar announcements and the measured false alarms",
        (
            "from eventwindow.doubt import announcement_group, similar_group",
            "from eventwindow.study.sizes import measured_sizes",
        ),
        (
            "own, similar = announcement_group(snapshot, view), similar_group(snapshot, view)",
            "sizes = measured_sizes()",
            "for group in (own, similar):",
            "    print(group.value, group.outcomes)",
        ),
    ),
}


def _years(shows: str, functions: str, lines: tuple[str, ...]) -> Face:
    """A face of the timeline: its lines from `functions` of the history, then the announcements marked."""
    return Face(
        f"{shows}, and the reactions to the announcements marked",
        (f"from eventwindow.history import {functions}", "from eventwindow.survey import chosen_announcements"),
        (
            *lines,
            "shown = marks(snapshot, view, chosen_announcements(snapshot, view))",
            "for mark in shown:",
            "    print(mark.day, mark.announcement.title, [item.car for item in mark.reactions])",
        ),
    )


TIMELINE_FACES: Mapping[str, Face] = {
    TimelineTab.INDEX: _years(
        "the lines",
        "indexed_lines, marks, total_return_lines",
        (
            "found = indexed_lines(total_return_lines(snapshot, view), view.years)",
            "for line in found.lines:",
            "    print(line.listing.symbol, line.last_day, line.level[-1])",
        ),
    ),
    TimelineTab.DRAWDOWN: _years(
        "the falls from the peak",
        "drawdowns, marks, total_return_lines",
        (
            "found = drawdowns(total_return_lines(snapshot, view), view.years)",
            "for item in found:",
            "    print(item.listing.symbol, item.peak_day, item.trough_day, item.trough, item.last)",
        ),
    ),
    TimelineTab.GAP: _years(
        "the gaps between the two markets",
        "gaps, marks",
        (
            "found = gaps(snapshot, view)",
            "for gap in found:",
            "    print(gap.issuer.short_name, gap.normal, gap.median, gap.widest, gap.last)",
        ),
    ),
}
DATA_FACES: Mapping[str, Face] = {
    DataTab.EVENTS: Face(
        "the announcements listed",
        ("from eventwindow.survey import chosen_announcements",),
        (
            "found = chosen_announcements(snapshot, view)",
            "for item in found:",
            "    print(item.day, item.title, item.amount_cny)",
        ),
    ),
    DataTab.COVERAGE: Face(
        "sessions expected, present and missing",
        ("from eventwindow.quality.coverage import coverage",),
        (
            "found = coverage(snapshot)",
            "for item in found:",
            "    print(item.series.symbol, len(item.expected), len(item.prices.days), len(item.missing))",
        ),
    ),
    DataTab.PRESS: Face(
        "the press figures beside the measured ones",
        (
            "from eventwindow.quality.press import press_figures",
            "from eventwindow.survey import chosen_announcements",
        ),
        (
            "acts = {act.event_id for item in chosen_announcements(snapshot, view) for act in item.acts}",
            "found = [item for item in press_figures(snapshot) if item.printed.event_id in acts]",
            "for item in found:",
            "    print(item.printed.day, item.printed.symbol, item.printed.change, item.measured)",
        ),
    ),
}
FACES: Mapping[Page, Mapping[str, Face]] = {
    Page.EVENT: EVENT_FACES,
    Page.COMPARE: COMPARE_FACES,
    Page.ROBUSTNESS: ROBUSTNESS_FACES,
    Page.TIMELINE: TIMELINE_FACES,
    Page.DATA: DATA_FACES,
}
