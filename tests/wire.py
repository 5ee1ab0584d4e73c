"""Sessions that speak to a Streamlit server as the page in a browser does, and what the server spends on them."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import nan
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from deploy.replicas import HOST
from tests.harness import Server

TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class App:
    """A page to be timed; `ready` is the selector of what its reader waits for."""

    name: str
    script: str
    ready: str


@dataclass
class Session:
    """One reader's connection to a server, which asks for reruns as the page in the browser does.

    `page` is the address of the page to start on, empty for the first; `title`, `notes` (warnings and the like) and
    `widgets` (kind by id) are what the last run drew.
    """

    connection: ClientConnection
    page: str = ""
    page_hash: str = ""
    title: str = ""
    notes: list[str] = field(default_factory=list)
    widgets: dict[str, str] = field(default_factory=dict)

    def rerun(self, query: str, states: Sequence[WidgetState] = ()) -> float:
        """Run the script for a query string; milliseconds from the request until it has finished.

        `states` are values of widgets, as a browser would send them. Raises RuntimeError if the page fails.
        """
        request = BackMsg()
        request.rerun_script.query_string = query
        request.rerun_script.widget_states.widgets.extend(states)
        request.rerun_script.page_script_hash = self.page_hash
        if not self.page_hash:
            request.rerun_script.page_name = self.page
        self.title, self.notes, self.widgets = "", [], {}
        start = time.perf_counter()
        self.connection.send(request.SerializeToString())
        while True:
            message = ForwardMsg.FromString(self.connection.recv(timeout=TIMEOUT_SECONDS, decode=False))
            if message.WhichOneof("type") == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                break
            self._read(message)
        elapsed = 1000 * (time.perf_counter() - start)
        if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
            raise RuntimeError(f"The run for {query[:200]!r} did not finish.")
        return elapsed

    def _read(self, message: ForwardMsg) -> None:
        if message.HasField("navigation"):
            self.page_hash = message.navigation.page_script_hash
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise RuntimeError(
                "\n".join([f"The page failed: {element.exception.message}", *element.exception.stack_trace])
            )
        if kind == "alert":
            self.notes.append(element.alert.body)
        elif kind == "heading":
            self.title = self.title or element.heading.body
        elif kind and getattr(getattr(element, kind), "id", ""):
            self.widgets[getattr(element, kind).id] = kind


def cpu_seconds(server: Server) -> float:
    """Processor time a server has used so far, user and system; NaN on systems without /proc."""
    path = Path(f"/proc/{server.pid}/stat")
    if not path.exists():
        return nan
    # The second field is the program's name in brackets and may hold spaces; fields 14 and 15 count ticks.
    fields = path.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def session(server: Server, page: str = "") -> Iterator[Session]:
    """Open a reader's session on a page until the end of the block."""
    address = f"ws://{HOST}:{server.port}/_stcore/stream"
    with connect(
        address,
        subprotocols=[Subprotocol("streamlit")],
        compression=None,
        max_size=None,
        proxy=None,
        open_timeout=TIMEOUT_SECONDS,
    ) as line:
        yield Session(line, page)
