"""Streamlit servers to be timed, and sessions that speak to them as the page in a browser does."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from math import nan
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class App:
    """A page to be timed; `ready` is the selector of what its reader waits for."""

    name: str
    script: str
    ready: str


@dataclass(frozen=True)
class Server:
    """A running Streamlit server."""

    app: App
    port: int
    pid: int

    @property
    def address(self) -> str:
        """Where a browser finds the page."""
        return f"http://{HOST}:{self.port}/"

    def cpu_seconds(self) -> float:
        """Processor time used so far, user and system; NaN on systems without /proc."""
        path = Path(f"/proc/{self.pid}/stat")
        if not path.exists():
            return nan
        # The second field is the program's name in brackets and may hold spaces; fields 14 and 15 count ticks.
        fields = path.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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


@contextmanager
def serving(app: App, settings: Mapping[str, str]) -> Iterator[Server]:
    """Serve a page on a free port until the end of the block.

    Every page is served with the project's own configuration file; `settings` are further environment variables.
    """
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", app.script, f"--server.address={HOST}"]
    process = subprocess.Popen(
        [*command, f"--server.port={port}"],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_healthy(port, process)
        yield Server(app, port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection(HOST, port, timeout=5)
        try:
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise RuntimeError(f"The server on port {port} did not start.")


@contextmanager
def session(server: Server) -> Iterator[Session]:
    """Open a reader's session until the end of the block."""
    address = f"ws://{HOST}:{server.port}/_stcore/stream"
    with connect(address, subprotocols=[Subprotocol("streamlit")], compression=None, max_size=None, proxy=None) as line:
        yield Session(line)
