"""Two replicas behind a proxy on the loopback address, as in production but for the containers: `make replicas`."""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[1]
CONFIGURATION = ROOT / "deploy/haproxy.cfg"
PORT = 8500
READY, ALIVE = "/api/ready", "/_stcore/health"
READY_SECONDS, STOP_SECONDS, LOOK_SECONDS = 90.0, 20.0, 0.1


class StartError(RuntimeError):
    """A part of the set-up does not run; says which, and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM; exit code 1 with a sentence if something does not start."""
    parser = argparse.ArgumentParser(prog="python -m deploy.replicas", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help=f"where readers come in (default {PORT})")
    port = parser.parse_args(arguments).port
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = {
        "STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(32),
        "STREAMLIT_SERVER_ALLOWED_HOSTS": f"{HOST} localhost",
    }
    ports = [free_port(), free_port()]
    try:
        with ExitStack() as running:
            servers = [running.enter_context(server(one, settings=settings)) for one in ports]
            for one, process in zip(ports, servers, strict=True):
                wait_until(READY, one, process)
            proxy_process = running.enter_context(proxy(port, ports))
            wait_until(READY, port, proxy_process)
            print(f"Two replicas, on ports {ports[0]} and {ports[1]}, behind http://{HOST}:{port} (Ctrl-C stops them)")
            proxy_process.wait()
            print("The proxy has stopped.", file=sys.stderr)
            return 1
    except StartError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


@contextmanager
def server(
    port: int, script: str = "asgi.py", settings: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A server of the dashboard on a port, with further environment variables, until the end of the block."""
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.address={HOST}", f"--server.port={port}"]
    with _process(command, settings or {}) as process:
        yield process


@contextmanager
def proxy(port: int, replicas: Sequence[int]) -> Iterator[subprocess.Popen[bytes]]:
    """The proxy on a port in front of two replicas; StartError if there is none to run or it refuses its settings."""
    program = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise StartError("No haproxy found: install the package 'haproxy' (as root: apt-get install haproxy).")
    one, two = (f"{HOST}:{number}" for number in replicas)
    settings = {"LISTEN": f"{HOST}:{port}", "REPLICA_ONE": one, "REPLICA_TWO": two}
    with _process([program, "-q", "-f", str(CONFIGURATION)], settings) as process:
        yield process


def wait_until(path: str, port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once a process answers 200 under a path; StartError if it has stopped, or after a minute and a half."""
    until = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError, HTTPException), closing(HTTPConnection(HOST, port, timeout=READY_SECONDS)) as line:
            line.request("GET", path)
            if line.getresponse().status == 200:
                return
        time.sleep(LOOK_SECONDS)
    how = "does not answer" if process.poll() is None else "has stopped"
    raise StartError(f"What should listen on port {port} {how}.")


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _process(command: Sequence[str], settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    # What it says of itself is dropped; what it complains of is shown.
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
