"""Sessions that speak to a Streamlit server as the page in a browser does, and what the server spends on them."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import nan
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.harness import HOST, Server

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

    `title` is what the last run drew as its title.
    """

    connection: ClientConnection
    page_hash: str = ""
    title: str = ""

    def rerun(self, query: str) -> float:
        """Run the script for a query string; milliseconds from the request until it has finished."""
        request = BackMsg()
        request.rerun_script.query_string = query
        request.rerun_script.page_script_hash = self.page_hash
        self.title = ""
        start = time.perf_counter()
        self.connection.send(request.SerializeToString())
        while True:
            message = ForwardMsg.FromString(self.connection.recv(timeout=TIMEOUT_SECONDS, decode=False))
            if message.WhichOneof("type") == "script_finished":
                break
            self._read(message)
        elapsed = 1000 * (time.perf_counter() - start)
        if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
            raise RuntimeError(f"The run for {query!r} did not finish.")
        return elapsed

    def _read(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        if element.HasField("exception"):
            raise RuntimeError(f"The page failed: {element.exception.message}")
        if message.HasField("navigation"):
            self.page_hash = message.navigation.page_script_hash
        self.title = self.title or element.heading.body


def cpu_seconds(server: Server) -> float:
    """Processor time a server has used so far, user and system; NaN on systems without /proc."""
    path = Path(f"/proc/{server.pid}/stat")
    if not path.exists():
        return nan
    # The second field is the program's name in brackets and may hold spaces; fields 14 and 15 count ticks.
    fields = path.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def session(server: Server) -> Iterator[Session]:
    """Open a reader's session until the end of the block."""
    address = f"ws://{HOST}:{server.port}/_stcore/stream"
    with connect(address, subprotocols=[Subprotocol("streamlit")], compression=None, max_size=None, proxy=None) as line:
        yield Session(line)
