"""A real server of the dashboard for tests: on 127.0.0.1, a free port, stopped by its process id."""

import os
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STARTED = "server started on"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_server(*options: str) -> Iterator[str]:
    """Start `streamlit run app.py`, give its address once it says it listens, stop it at the end."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    process = subprocess.Popen(
        [*command, "--server.address=127.0.0.1", *options],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    output = process.stdout
    assert output is not None
    try:
        said = list(iter_until(output, STARTED))
        if process.poll() is not None:
            raise RuntimeError("the server stopped before it listened: " + "".join(said))
        # What it says later is read and dropped, so that it never waits for a reader.
        drain = threading.Thread(target=deque, args=(output, 0))
        drain.start()
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        drain.join(timeout=20)
    finally:
        process.kill()
        process.wait(timeout=20)
        output.close()


def iter_until(lines: Iterator[str], mark: str) -> Iterator[str]:
    """Lines up to and including the first that holds the mark."""
    for line in lines:
        yield line
        if mark in line:
            return
