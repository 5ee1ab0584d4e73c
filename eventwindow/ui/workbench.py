"""What one reader's session holds of the workbench: the table, the prices, and the studies made of them.

All of it is in the session's own memory. Nothing is cached for other readers, written to disk or logged.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import streamlit as st
from starlette.formparsers import MultiPartParser
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from eventwindow.choosable import choosable
from eventwindow.example import example_table
from eventwindow.export.own_link import unpacked
from eventwindow.export.study_file import SETTINGS, read_study_file, study_file
from eventwindow.facts.errors import EventWindowError
from eventwindow.facts.own import COLUMNS, Checked, TextTable, check_events
from eventwindow.facts.problems import Problem
from eventwindow.sources.snapshot import Snapshot
from eventwindow.sources.upload import MAX_BYTES, check_prices, read_upload
from eventwindow.study.frames import Values
from eventwindow.study.models import Model
from eventwindow.ui.shell import Frame
from eventwindow.ui.state import choose
from eventwindow.ui.workbench_kept import drop_kept
from eventwindow.view import DEFAULT, NONE, Page
from eventwindow.workbench import Draft, OwnPrices, OwnStudy, build_own

# What is larger goes to a temporary file while it arrives; uploads stay in memory.
MultiPartParser.spool_max_size = 2 * MAX_BYTES

DESK = "workbench"
EMPTY = TextTable("Your table", COLUMNS, ())
# Most results of one draft that are kept, those used last: going back to earlier settings is quick.
KEPT = 7

Made = TypeVar("Made")


@dataclass
class Desk:
    """The workbench of one session.

    `generation` counts the tables put in place of one another and is part of the keys of controls, so that none
    outlives its table; `base` is what the editor started from. `prices` may be there although those of the site are
    used; `price_file` is what they were read from (none if a study file brought them), `values` what its cells are,
    and `by_factors` says that columns of it are factors. `told` is what went wrong with the last file or link.
    """

    events: TextTable
    base: TextTable
    prices: OwnPrices | None = None
    price_file: tuple[str, bytes] | None = None
    values: Values = "prices"
    price_problems: tuple[Problem, ...] = ()
    with_own_prices: bool = False
    by_factors: bool = False
    only_good: bool = False
    previous: TextTable | None = None
    token: str = NONE
    told: str = ""
    generation: int = 0
    made: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def draft(self) -> Draft:
        """What is studied."""
        return Draft(self.events, self.prices if self.with_own_prices else None, self.only_good)

    @property
    def has_prices(self) -> bool:
        """Whether there are prices to study the events with."""
        return not self.with_own_prices or self.prices is not None

    def lacking(self, model: Model) -> str:
        """What is still to be chosen about the prices, in a sentence; empty if nothing is."""
        if not self.has_prices:
            return "Upload a price table in step 2, or use the prices of this site."
        prices = self.draft.prices
        if prices is None or prices.factors or prices.benchmark:
            return ""
        if self.by_factors:
            return "Choose at least one factor column, or compare with a benchmark."
        if model is Model.MEAN_ADJUSTED:
            return ""
        return "Choose the benchmark column of your prices; only the mean-adjusted model of the sidebar needs none."

    def put(self, table: TextTable) -> None:
        """Take another table in place of this one, which can be brought back."""
        self.previous = self.events if self.events.rows else self.previous
        self.edit(table)
        self.only_good, self.told = False, ""
        self.rebase()

    def edit(self, table: TextTable) -> None:
        """Take the table as the reader has changed it."""
        if table == self.events:
            return
        self.events = table
        self.made.clear()

    def rebase(self) -> None:
        """Start the editor and every other control anew from the table as it is."""
        self.base = self.events
        self.generation += 1

    def mean(self, prices: OwnPrices | None) -> None:
        """Use these prices, or the same with another meaning of their columns."""
        self.prices = prices
        self.made.clear()

    def read_prices(self) -> None:
        """Read the file of prices, its cells being what `values` says. Raises DataError for what is no table."""
        if self.price_file is None:
            self.mean(replace(self.prices, values=self.values) if self.prices else None)
            return
        table, self.price_problems = check_prices(read_upload(*self.price_file), values=self.values)
        self.mean(OwnPrices(table, self.values) if table else None)

    def remembered(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for the same draft and `key`."""
        made: Made = self.made.pop(key) if key in self.made else make()
        self.made[key] = made
        while len(self.made) > KEPT:
            del self.made[next(iter(self.made))]
        return made


def desk_of(frame: Frame) -> Desk:
    """The workbench of this session; at first the example, or the events that the link holds."""
    if DESK not in st.session_state:
        example = example_table(frame.snapshot)
        st.session_state[DESK] = Desk(example, example)
    desk = held()
    token = frame.view.own
    if token not in (NONE, desk.token):
        desk.token = token
        try:
            desk.put(unpacked(token))
        except EventWindowError as problem:
            desk.told = f"The events in the link: {problem}"
    return desk


def held() -> Desk:
    """The workbench of this session, for callbacks."""
    desk: Desk = st.session_state[DESK]
    return desk


def checked(desk: Desk, snapshot: Snapshot) -> Checked:
    """The good rows of the table and what is wrong with the others."""
    draft = desk.draft

    def check() -> Checked:
        symbols = draft.prices.table.symbols if draft.prices else tuple(choosable(snapshot))
        try:
            return check_events(draft.events, symbols, clocked=not desk.with_own_prices)
        except EventWindowError as problem:
            return Checked((), (Problem(draft.events.file, None, "", str(problem)),))

    return desk.remembered(("checked", desk.with_own_prices, snapshot.snapshot_id), check)


def studied(desk: Desk, frame: Frame) -> OwnStudy:
    """The study of the good rows under the settings of the page. Raises OptionError or DataError as build_own does."""
    events = checked(desk, frame.snapshot).events
    view = replace(frame.view, work_tab=DEFAULT.work_tab, tests=(), own=NONE)
    return desk.remembered(
        ("studied", frame.snapshot.snapshot_id, view.query(Page.WORKBENCH)),
        lambda: build_own(frame.snapshot, events, desk.draft.prices, view),
    )


def kept(desk: Desk, frame: Frame) -> bytes:
    """The study file. Raises DataError where it would be too large."""
    return study_file(desk.draft, frame.view, frame.snapshot.snapshot_id)


def too_large(desk: Desk, frame: Frame) -> str:
    """Why there can be no study file of the draft; empty if there can."""

    def tried() -> str:
        try:
            kept(desk, frame)
        except EventWindowError as problem:
            return str(problem)
        return ""

    return desk.remembered("too large", tried)


def unlink() -> None:
    """Let the address no longer claim the events it was opened with; for callbacks only."""
    held().token = NONE
    choose("own", NONE)


def put_table(table: TextTable) -> None:
    """Another table in place of the one shown; for callbacks only."""
    held().put(table)
    unlink()


def bring_back() -> None:
    """The table before this one; for callbacks only."""
    previous = held().previous
    if previous is not None:
        put_table(previous)


def forget() -> None:
    """Drop everything the reader brought; for callbacks only."""
    generation = held().generation
    unlink()
    st.session_state[DESK] = Desk(EMPTY, EMPTY, generation=generation + 1)
    drop_kept()


def take_file(key: str) -> None:
    """Read an uploaded event table or study file; for callbacks only."""
    taken, desk = _taken(key), held()
    if taken is None:
        return
    name, content = taken
    try:
        if name.lower().endswith(".json") or content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
            _restore(content)
        else:
            put_table(read_upload(name, content))
    except EventWindowError as problem:
        desk.told = str(problem)
        desk.rebase()


def _taken(key: str) -> tuple[str, bytes] | None:
    """Name and content of an uploaded file, which the server then holds no longer beside the workbench."""
    uploaded, context = st.session_state.get(key), get_script_run_ctx()
    if uploaded is None:
        return None
    taken = uploaded.name, uploaded.getvalue()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, uploaded.file_id)
    return taken


def _restore(content: bytes) -> None:
    """Table, prices and settings of a study file, and the data it was made with."""
    found, desk = read_study_file(content), held()
    put_table(found.draft.events)
    desk.only_good = found.draft.only_good
    prices = found.draft.prices
    desk.mean(prices)
    desk.price_file, desk.price_problems, desk.with_own_prices = None, (), prices is not None
    if prices is not None:
        desk.values, desk.by_factors = prices.values, bool(prices.factors)
    defaults = DEFAULT.parameters()
    for name in SETTINGS:
        st.session_state[name] = found.parameters.get(name, defaults[name])
    choose("data", found.data)


def take_price_file(key: str) -> None:
    """Read an uploaded table of prices; for callbacks only."""
    taken, desk = _taken(key), held()
    if taken is None:
        return
    desk.price_file, desk.price_problems = taken, ()
    reread_prices()
    desk.rebase()


def reread_prices() -> None:
    """Read the file of prices again; for callbacks only."""
    desk = held()
    desk.told = ""
    try:
        desk.read_prices()
    except EventWindowError as problem:
        desk.price_file = None
        desk.mean(None)
        desk.told = str(problem)
