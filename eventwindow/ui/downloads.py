"""The Download box: tables, charts, a report and the lines that reproduce them.

Nothing is made before it is asked for: the box is filled when it is open, and every button in it holds a function that
Streamlit calls on the click.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import plotly.graph_objects as go
import streamlit as st

from eventwindow.case import benchmark_of
from eventwindow.charts.theme import DARK, LIGHT
from eventwindow.export.bundle import study_zip
from eventwindow.export.faces import Face, face_of, opened
from eventwindow.export.links import Link, Supplied, supplied_by
from eventwindow.export.own_study import OwnRecipe
from eventwindow.export.recolour import counterparts, recoloured
from eventwindow.export.report import Report, method_sentences, own_method_sentences
from eventwindow.export.reproduce import NARROWED, Recipe, read_me, recipe_of
from eventwindow.export.sheets import Origin, Sheet, sheet_csv
from eventwindow.export.web import Chart, chart_page
from eventwindow.export.workbook import workbook
from eventwindow.format import md, sentence_case
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.results import StudyResult
from eventwindow.ui.box import box
from eventwindow.ui.compare import Shown
from eventwindow.ui.shell import Frame
from eventwindow.workbench import OwnStudy

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STUDY_FIGURES = "Gives the study: abnormal returns, standard errors, t, p and the tests across events, as decimals."
# Pixels: of the box where there is room, and around a chart for title, buttons, source and link.
WIDTH = 640
ROOM = 260
TO_LIGHT = counterparts(asdict(DARK), asdict(LIGHT))
TO_DARK = counterparts(asdict(LIGHT), asdict(DARK))


@dataclass(frozen=True)
class Offer:
    """What a page offers: what the open face shows, and the study behind it, for the full study and its reproduction.

    `facts` open the report and `method` its method, plain text; without findings the study speaks for itself. `own` is
    the study of a reader's own events that `study` is part of.
    """

    shown: Shown
    study: StudyResult | None = None
    facts: Sequence[tuple[str, str]] = ()
    method: Sequence[str] = ()
    own: OwnStudy | None = None


@dataclass(frozen=True)
class _Files:
    """What the box of one page offers; its methods make the files and touch no Streamlit."""

    origin: Origin
    offer: Offer
    is_dark: bool
    recipe: Recipe | OwnRecipe | None
    face: Face | None
    snapshot: Snapshot

    @property
    def sheets(self) -> Sequence[Sheet]:
        return self.offer.shown.sheets

    @property
    def figures(self) -> Mapping[str, go.Figure]:
        return self.offer.shown.charts

    def chart(self, name: str) -> Chart:
        """A figure of the page in light colours: pictures and prints are read on white."""
        figure = self.figures[name].to_json()
        drawn = recoloured(figure, TO_LIGHT) if self.is_dark else figure
        return Chart(sentence_case(name), drawn, self.offer.shown.captions.get(name, ""))

    def csv(self, sheet: Sheet) -> Callable[[], bytes]:
        return lambda: sheet_csv(sheet, self.origin)

    def workbook(self) -> bytes:
        return workbook(self.sheets, self.origin)

    def full_study(self) -> bytes:
        if self.recipe is None:
            return b""
        if isinstance(self.recipe, OwnRecipe):
            return self.recipe.zip()
        job = self.recipe.job(self.snapshot)
        said = read_me(self.recipe, self.origin)
        return study_zip(job, said, leave_out_confounded=self.recipe.leave_out_confounded)

    def file_name(self, *parts: str, suffix: str) -> str:
        """A name that says which face of the page the file is of."""
        link = self.origin.link
        return self.origin.file_name(opened(link.view, link.page), *parts, suffix=suffix)

    def chart_page(self, name: str) -> Callable[[], bytes]:
        return lambda: chart_page(self.origin, self.chart(name), TO_DARK)

    def picture_page(self, name: str) -> str:
        return chart_page(self.origin, self.chart(name), {}, only_light=True).decode("utf-8")

    def report(self) -> bytes:
        study = self.offer.study
        said = self.offer.shown.findings or (
            study.summary(self.origin.link.view.level / 100).splitlines() if study else ()
        )
        return Report(
            origin=self.origin,
            facts=self.offer.facts,
            findings=said,
            charts=[self.chart(name) for name in self.figures],
            sheets=self.sheets,
            method=self._method(),
            commands=[
                *([("On the command line", self.recipe.command())] if self.recipe else []),
                *([(f"In Python: {self.face.shows}", self.face_lines())] if self.face else []),
            ],
        ).html(TO_DARK)

    def face_lines(self) -> str:
        """Python that gives what the open face shows beyond the study; empty where that is nothing."""
        link = self.origin.link
        return self.face.python(self.snapshot, link.view, link.page) if self.face else ""

    def _method(self) -> list[str]:
        own, study = self.offer.own, self.offer.study
        if own is None:
            return [*self.offer.method, *method_sentences(study, self.origin.link.view, self._indices())]
        return own_method_sentences(own, [] if own.prices else self._indices())

    def _indices(self) -> list[str]:
        symbols = self.offer.study.symbols if self.offer.study else ()
        listings = [self.snapshot.listings[symbol] for symbol in dict.fromkeys(symbols)]
        used = dict.fromkeys(benchmark_of(listing, self.origin.link.view.benchmark) for listing in listings)
        return [self.snapshot.series[symbol].name for symbol in used]


@st.fragment
def downloads(frame: Frame, title: str, offered: Callable[[], Offer]) -> None:
    """A button that opens the box; call it once, at the end of a page or tab, whose title is `title`.

    `offered` is asked when the box is open. A fragment, so that opening it and asking for a picture run nothing else.
    """
    box(
        "Download",
        "download",
        lambda: _contents(_files(frame, title, offered())),
        width=WIDTH,
        icon=":material/download:",
    )


def _files(frame: Frame, title: str, offer: Offer) -> _Files:
    own, study, snapshot = offer.own, offer.study, frame.snapshot
    link = Link(title, frame.view, frame.page, st.context.url)
    known = recipe_of(snapshot, study, frame.view, frame.page) if study and not own else None
    return _Files(
        origin=Origin(link, snapshot.snapshot_id, datetime.now(UTC).date(), supplied_by(own)),
        offer=offer,
        is_dark=st.context.theme.type == "dark",
        recipe=OwnRecipe(own) if own else known,
        face=None if own else face_of(frame.view, frame.page),
        snapshot=snapshot,
    )


def _contents(files: _Files) -> None:
    _tables(files)
    _charts(files)
    _report(files)
    if files.recipe or files.face:
        _reproduce(files)


def _tables(files: _Files) -> None:
    if not files.sheets and not files.offer.study:
        return
    st.markdown("**Tables as shown**, with units, link and data version inside")
    with st.container(horizontal=True, gap="small"):
        if files.sheets:
            name = files.file_name(suffix="xlsx")
            _button("All tables (XLSX)", files.workbook, name, XLSX, "xlsx")
        for number, sheet in enumerate(files.sheets):
            name = files.origin.file_name(sheet.name, suffix="csv")
            _button(f"{md(sentence_case(sheet.name))} (CSV)", files.csv(sheet), name, "text/csv", f"csv-{number}")
        if files.recipe and not (isinstance(files.recipe, OwnRecipe) and files.recipe.is_too_large):
            name = files.origin.file_name("full study", suffix="zip")
            _button("Full study (ZIP)", files.full_study, name, "application/zip", "zip")
    st.caption(_about_prices(files))


def _about_prices(files: _Files) -> str:
    if isinstance(files.recipe, OwnRecipe) and files.recipe.is_too_large:
        return "So many events lie close to each other that the full study is not packed here; run the command below."
    if files.origin.supplied is Supplied.EVENTS_AND_PRICES:
        return "Your events and prices are in the full study only."
    vendors = "Prices themselves are the data vendors', under the vendors' terms, and stay out of these files."
    return f"{vendors} Your events are in the full study." if files.offer.own else vendors


def _charts(files: _Files) -> None:
    if not files.figures:
        return
    st.markdown("**Charts**, with title, source and link in the picture")
    for number, name in enumerate(files.figures):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.markdown(md(sentence_case(name)), width="stretch")
            wanted = st.button("PNG or SVG", icon=":material/image:", key=f"download-picture-{number}")
            file = files.origin.file_name(name, suffix="html")
            _button("Interactive (HTML)", files.chart_page(name), file, "text/html", f"html-{number}")
        if wanted:
            # Drawn by the reader's own browser as it will look; the page inside has the buttons that save it.
            height = (files.figures[name].layout.height or 450) + ROOM
            st.iframe(files.picture_page(name), height=height, alt=f"{sentence_case(name)}, to save as PNG or SVG")


def _report(files: _Files) -> None:
    st.markdown("**Report** of this view on one page, to mail, print or open offline")
    _button("Report (HTML)", files.report, files.file_name("report", suffix="html"), "text/html", "report")


def _reproduce(files: _Files) -> None:
    st.markdown("**Reproduce this**, number by number")
    blocks: list[tuple[str, str, str, str]] = []
    if recipe := files.recipe:
        blocks += [
            ("Command line", recipe.command(), "bash", f"{STUDY_FIGURES} {_about_command(recipe)}"),
            ("Python", recipe.python(), "python", f"{STUDY_FIGURES} `band` is the {recipe.level}% band."),
        ]
    if files.face:
        name = "Python, this tab" if recipe else "Python"
        blocks.append((name, files.face_lines(), "python", f"Gives {md(files.face.shows)}, as decimals."))
    for place, (_, code, language, gives) in zip(st.tabs([name for name, *_ in blocks]), blocks, strict=True):
        with place:
            st.code(code, language=language, wrap_lines=True)
            st.caption(gives)
    st.caption(f"Run them in {_workplace(files.recipe)}.")


def _about_command(recipe: Recipe | OwnRecipe) -> str:
    """What the command writes and what it does not."""
    narrowed = f" {NARROWED}" if recipe.leave_out_confounded else ""
    return f"It writes them to five CSV files; the {recipe.level}% band is in the Python lines alone.{narrowed}"


def _workplace(recipe: Recipe | OwnRecipe | None) -> str:
    """Where the lines run."""
    place = "a copy of the project with the same data version"
    if isinstance(recipe, OwnRecipe):
        return f"{'a copy of the project' if recipe.own.prices else place} into which the full study was unpacked"
    return place


def _button(label: str, make: Callable[[], bytes], file_name: str, mime: str, key: str) -> None:
    st.download_button(label, make, file_name, mime, on_click="ignore", key=f"download-{key}")
