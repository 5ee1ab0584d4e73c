"""Reproduce this: the command and the Python lines that give exactly the numbers of the study behind a page."""

import shlex
from dataclasses import dataclass, replace

from eventwindow.export.bundle import StudyJob, committed_job
from eventwindow.export.sheets import Origin
from eventwindow.facts.events import Clock
from eventwindow.sources.snapshot import COMMITTED, Snapshot
from eventwindow.study.engine import StudySpec
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from eventwindow.view import Benchmark, Page, View

COMMAND = ("python", "-m", "eventwindow", "study")
FROM_STORE = (
    "from eventwindow.sources.remote import store_of_environment",
    "from eventwindow.sources.served import load",
)
FROM_FOLDER = "from eventwindow.sources.snapshot import load_snapshot"
NARROWED = (
    "Leaving out confounded announcements, they give the summed window alone; the page's paths keep more sessions."
)
CLEAN_STUDY = (
    "background = run_study(events=job.known, prices=job.prices, spec=spec)",
    "events = without_confounded(job.events, confounders_of(job, background))",
    "result = run_study(events=events, prices=job.prices, spec=spec)",
)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the numbers of a study of the committed data; empty `events` mean all on file.

    `level`, in percent, decides no number of the study: only the band drawn around it. `data` names a snapshot of
    the store, empty for the committed data.
    """

    events: tuple[str, ...]
    listings: tuple[str, ...]
    clock: Clock
    benchmark: Benchmark
    spec: StudySpec
    leave_out_confounded: bool
    level: int
    data: str = ""

    def job(self, snapshot: Snapshot) -> StudyJob:
        """The same study, ready to run."""
        announcements = [snapshot.announcements[name] for name in self.events or snapshot.announcements]
        listings = [snapshot.listings[symbol] for symbol in self.listings]
        return committed_job(snapshot, announcements, listings, self.clock, self.benchmark, self.spec)

    def command(self, folder: str = "results") -> str:
        """The command line; it writes five CSV files to `folder`."""
        words = [*COMMAND, *(("--data", self.data) if self.data else ())]
        for name, values in (("--event", self.events), ("--listing", self.listings)):
            words += [word for value in values for word in (name, value)]
        words += ["--clock", self.clock, "--model", self.spec.model, "--benchmark", self.benchmark]
        words += setting_words(self.spec)
        words += ["--leave-out-confounded"] * self.leave_out_confounded
        return shlex.join([*words, "--out", folder])

    def python(self) -> str:
        """Lines of Python that end with the study in `result` and the half-width of the band in `band`."""
        announcements = "list(snapshot.announcements.values())"
        if self.events:
            announcements = f"[snapshot.announcements[name] for name in {list(self.events)}]"
        lines = [
            "from eventwindow.export.bundle import committed_job, confounders_of, without_confounded"
            if self.leave_out_confounded
            else "from eventwindow.case import return_tables, study_events",
            "from eventwindow.facts.events import Clock",
            *(FROM_STORE if self.data else (FROM_FOLDER,)),
            "from eventwindow.study.engine import StudySpec, run_study",
            "from eventwindow.study.models import Model",
            "from eventwindow.study.significance import critical_value",
            "from eventwindow.study.windows import Window",
            "from eventwindow.view import Benchmark",
            "",
            snapshot_line(self.data),
            f"announcements = {announcements}",
            f"listings = [snapshot.listings[symbol] for symbol in {list(self.listings)}]",
            *setting_lines(self.spec),
            *(self._clean_study() if self.leave_out_confounded else self._plain_study()),
            *result_lines(self.level),
        ]
        return "\n".join(lines)

    def _plain_study(self) -> list[str]:
        return [
            "result = run_study(",
            f'    events=study_events(snapshot, announcements, listings, Clock("{self.clock}")),',
            f'    prices=return_tables(snapshot, listings, Benchmark("{self.benchmark}"), spec.returns_kind),',
            "    spec=spec,",
            ")",
        ]

    def _clean_study(self) -> list[str]:
        chosen = f'Clock("{self.clock}"), Benchmark("{self.benchmark}")'
        return [
            f"job = committed_job(snapshot, announcements, listings, {chosen}, spec)",
            *CLEAN_STUDY,
        ]


def recipe_of(snapshot: Snapshot, study: StudyResult, view: View, page: Page) -> Recipe | None:
    """How a page's study of the committed data came about; None for a study of other data.

    The compare page can leave out events with another announcement in the summed window; then the recipe is
    for that window alone, since the command looks for such announcements in the whole event window.
    """
    events, listings = tuple(dict.fromkeys(study.event_ids)), tuple(dict.fromkeys(study.symbols))
    if not (set(events) <= set(snapshot.announcements) and set(listings) <= set(snapshot.listings)):
        return None
    spec = StudySpec(
        model=study.model,
        estimation=study.evidence.estimation,
        event_window=study.event_window,
        windows=study.windows,
        returns_kind=study.returns_kind,
    )
    leaves_out = page is Page.COMPARE and view.clean
    return Recipe(
        events=() if set(events) == set(snapshot.announcements) else events,
        listings=listings,
        clock=view.clock,
        benchmark=view.benchmark,
        spec=replace(spec, event_window=view.span, windows=(view.span,)) if leaves_out else spec,
        leave_out_confounded=leaves_out,
        level=view.level,
        data="" if snapshot.folder == COMMITTED else snapshot.snapshot_id,
    )


def read_me(recipe: Recipe, origin: Origin) -> bytes:
    """What lies beside the files of a full study: where they come from, their units, and how to make them again."""
    return "\n".join(
        [
            "A study made by Event Window",
            "",
            *(f"{name}: {text}" for name, text in origin.facts),
            "",
            "events.csv: one row per announcement, listing and window. abnormal.csv: one row per session.",
            "tests.csv: tests across events. skipped.csv: events without a figure, and why.",
            "confounders.csv: other announcements about the same company inside the windows.",
            "",
            "Returns and standard errors are decimals: 0.01 is 1%. Days are sessions from day 0.",
            "",
            "To make the files again, run in a copy of the project with the same data version:",
            "",
            recipe.command(),
            "",
            "or in Python:",
            "",
            recipe.python(),
            "",
        ]
    ).encode("utf-8")


def setting_words(spec: StudySpec) -> list[str]:
    """Returns and windows of a study as options of the command."""
    words = ["--returns-kind", spec.returns_kind]
    words += ["--estimation", *_bounds(spec.estimation), "--event-window", *_bounds(spec.event_window)]
    return words + [word for window in spec.windows for word in ("--window", *_bounds(window))]


def setting_lines(spec: StudySpec) -> list[str]:
    """Lines of Python that put the settings of a study into `spec`."""
    return [
        "spec = StudySpec(",
        f'    model=Model("{spec.model}"),',
        f"    estimation={_window(spec.estimation)},",
        f"    event_window={_window(spec.event_window)},",
        f"    windows=({', '.join(map(_window, spec.windows))},),",
        f'    returns_kind="{spec.returns_kind}",',
        ")",
    ]


def snapshot_line(data: str) -> str:
    """The line of Python that loads a snapshot of the store, or the committed data where `data` is empty."""
    return f'snapshot = load(store_of_environment(), "{data}").snapshot' if data else "snapshot = load_snapshot()"


def result_lines(level: int) -> list[str]:
    """The last lines of Python: the band at a level in percent around `result`, and the result shown."""
    return [
        f"band = critical_value({level / 100}, result.df)[:, None] * result.se",
        "print(result.events)",
        "print(result.summary())",
    ]


def _bounds(window: Window) -> tuple[str, str]:
    return str(window.start), str(window.end)


def _window(window: Window) -> str:
    return f"Window({window.start}, {window.end})"
