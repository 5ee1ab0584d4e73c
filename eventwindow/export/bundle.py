"""The full study as files: the job that the command runs, its tables, and the same tables as one ZIP file."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventwindow.case import return_tables, study_events
from eventwindow.export.folder import STAMP
from eventwindow.export.sheets import write_csv
from eventwindow.facts.events import Announcement, Clock
from eventwindow.facts.listings import Listing
from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.confounders import Confounder, confounded, find_confounders
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.results import StudyResult
from eventwindow.view import Benchmark


@dataclass(frozen=True)
class StudyJob:
    """A study that is ready to run.

    `known` are all events on file of the series studied, chosen or not, among which confounders are looked
    for; `concerned` marks those that are about the company of their series.
    """

    events: StudyEvents
    prices: Sequence[ReturnTable]
    spec: StudySpec
    known: StudyEvents
    concerned: NDArray[np.bool_]


def committed_job(
    snapshot: Snapshot,
    announcements: Sequence[Announcement],
    listings: Sequence[Listing],
    clock: Clock,
    benchmark: Benchmark,
    spec: StudySpec,
) -> StudyJob:
    """Announcements x listings of the committed data."""
    everything = list(snapshot.announcements.values())
    return StudyJob(
        events=study_events(snapshot, announcements, listings, clock),
        prices=return_tables(snapshot, listings, benchmark, spec.returns_kind),
        spec=spec,
        known=study_events(snapshot, everything, listings, clock),
        concerned=np.array([listing.issuer in item.issuers for item in everything for listing in listings]),
    )


def confounders_of(job: StudyJob, background: StudyResult) -> tuple[Confounder, ...]:
    """What else fell into the windows of a job's events; `background` is the study of all events known."""
    chosen = set(job.events.event_ids)
    found = find_confounders(background, job.spec, job.concerned)
    return tuple(item for item in found if item.event_id in chosen)


def without_confounded(events: StudyEvents, confounders: Sequence[Confounder]) -> StudyEvents:
    """The events with a reason at those that have a confounder in their event window."""
    left_out = confounded(events, confounders) & (events.reasons == Reason.OK)
    return replace(events, reasons=np.where(left_out, Reason.CONFOUNDED, events.reasons))


def study_tables(
    result: StudyResult, confounders: Sequence[Confounder], tests: pd.DataFrame | None = None
) -> dict[str, pd.DataFrame]:
    """The tables of a study by name; `tests` instead of the study's own where there are more of them."""
    return {
        "events": result.events,
        "abnormal": result.abnormal,
        "tests": result.tests if tests is None else tests,
        "skipped": result.skipped,
        "confounders": pd.DataFrame(
            {item.name: [getattr(pair, item.name) for pair in confounders] for item in fields(Confounder)}
        ),
    }


def result_files(job: StudyJob, *, leave_out_confounded: bool = False) -> dict[str, bytes]:
    """Run a job and give the files that the command writes for it by name, byte for byte."""
    background = run_study(events=job.known, prices=job.prices, spec=job.spec)
    confounders = confounders_of(job, background)
    events = without_confounded(job.events, confounders) if leave_out_confounded else job.events
    result = run_study(events=events, prices=job.prices, spec=job.spec)
    return {f"{name}.csv": csv_bytes(table) for name, table in study_tables(result, confounders).items()}


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as the CSV file that the command writes."""
    written = io.StringIO(newline="")
    write_csv(table, written)
    return written.getvalue().encode("utf-8")


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Named files as a ZIP file; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), content)
    return buffer.getvalue()


def study_zip(job: StudyJob, read_me: bytes, *, leave_out_confounded: bool = False) -> bytes:
    """The files of a job as a ZIP file, with a README that says what they are."""
    return zipped({"README.txt": read_me, **result_files(job, leave_out_confounded=leave_out_confounded)})
