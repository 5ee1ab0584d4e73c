"""Two replicas behind the proxy of `deploy/haproxy.cfg`, for tests: as deployed, but on the loopback address."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.replicas import HOST, READY, free_port, proxy, server, wait_until
from eventwindow.sources.remote import ADDRESS
from tests.harness import Server

# What the proxy calls the replicas in its cookie.
NAMES = ("one", "two")


@dataclass(eq=False)
class Replica:
    """One server that may be killed and started again on its port."""

    port: int
    settings: dict[str, str]
    stack: ExitStack = field(default_factory=ExitStack)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it is ready."""
        self.process = self.stack.enter_context(server(self.port, settings=self.settings))
        wait_until(READY, self.port, self.process)

    def kill(self) -> None:
        """End it at once, as a machine that loses power does."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass(frozen=True)
class Service:
    """The address that readers know, and what stands behind it."""

    front: Server
    replicas: dict[str, Replica]

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return self.front.address


@contextmanager
def running_service(store: Path, **settings: str) -> Iterator[Service]:
    """Two replicas on one store behind the proxy until the end of the block; `settings` are environment variables."""
    common = {
        ADDRESS: str(store),
        "STREAMLIT_SERVER_COOKIE_SECRET": "the same for both",
        "STREAMLIT_SERVER_ALLOWED_HOSTS": f"{HOST} localhost",
        **settings,
    }
    replicas = {name: Replica(free_port(), common) for name in NAMES}
    port = free_port()
    with ExitStack() as stack:
        for replica in replicas.values():
            stack.enter_context(replica.stack)
            replica.start()
        process = stack.enter_context(proxy(port, [replica.port for replica in replicas.values()]))
        wait_until(READY, port, process)
        yield Service(Server(port, process.pid), replicas)
