"""A real server and a real browser, for tests, screenshots and benchmarks.

Servers listen on 127.0.0.1 on a free port and are stopped by their process id.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Playwright

from deploy.replicas import ALIVE, HOST, free_port, server, wait_until

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

    `settings` are further environment variables. Raises StartError if the server stops at once.
    """
    port = free_port()
    with server(port, script, settings) as process:
        below = (settings or {}).get("STREAMLIT_SERVER_BASE_URL_PATH")
        wait_until(f"/{below}{ALIVE}" if below else ALIVE, port, process)
        yield Server(port, process.pid)


def launch_chromium(playwright: Playwright) -> Browser:
    """Start a headless Chromium: the system's where there is one, else Playwright's own."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    return playwright.chromium.launch(executable_path=path, args=list(BROWSER_ARGUMENTS))
