"""A real server and a real browser, for tests, screenshots and benchmarks.

Servers listen on 127.0.0.1 on a free port and are stopped by their process id.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
STARTED = "server started on"
STOP_SECONDS = 20
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Server:
    """A running Streamlit server."""

    port: int
    pid: int

    @property
    def address(self) -> str:
        """Where a browser finds it, without a closing slash."""
        return f"http://{HOST}:{self.port}"


@contextmanager
def running_server(script: str = "app.py", settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Serve a script with the project's configuration until the end of the block.

    `settings` are further environment variables. Raises RuntimeError if the server stops at once.
    """
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.address={HOST}", f"--server.port={port}"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **(settings or {}), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    output = process.stdout
    assert output is not None
    try:
        said = list(_until(output, STARTED))
        if not said or STARTED not in said[-1]:
            raise RuntimeError("the server stopped before it listened: " + "".join(said))
        # What it says later is read and dropped, so that it never waits for a reader.
        drain = threading.Thread(target=deque, args=(output, 0))
        drain.start()
        try:
            yield Server(port, process.pid)
        finally:
            process.terminate()
            drain.join(timeout=STOP_SECONDS)
    finally:
        process.kill()
        process.wait(timeout=STOP_SECONDS)
        output.close()


def launch_chromium(playwright: Playwright) -> Browser:
    """Start a headless Chromium: the system's where there is one, else Playwright's own."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    return playwright.chromium.launch(executable_path=path, args=list(BROWSER_ARGUMENTS))


def _until(lines: Iterator[str], mark: str) -> Iterator[str]:
    """Lines up to and including the first that holds the mark."""
    for line in lines:
        yield line
        if mark in line:
            return
