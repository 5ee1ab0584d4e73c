"""No event of a reader's gets into a log by way of a link."""

import logging
import runpy
from pathlib import Path

import pytest

from eventwindow.ui.serving.logs import LOGGERS, WithoutQueries, without_queries

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _filters() -> None:
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.filters = [item for item in logger.filters if not isinstance(item, WithoutQueries)]


@pytest.mark.parametrize("script", ["app.py", "asgi.py"])
def test_the_addresses_that_a_server_logs_have_no_query(script: str, caplog: pytest.LogCaptureFixture) -> None:
    source = (ROOT / script).read_text(encoding="utf-8")
    assert "without_queries()" in source
    without_queries()
    # As uvicorn words its lines.
    with caplog.at_level(logging.INFO):
        access = ("127.0.0.1:5", "GET", "/workbench?own=SECRET&level=99", "1.1", 200)
        logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', *access)
        logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" [accepted]', "127.0.0.1:5", "/stream?own=SECRET")
    assert "SECRET" not in caplog.text
    assert '127.0.0.1:5 - "GET /workbench HTTP/1.1" 200' in caplog.text
    assert '"WebSocket /stream" [accepted]' in caplog.text


def test_asking_twice_is_asking_once() -> None:
    without_queries()
    without_queries()
    assert len([item for item in logging.getLogger("uvicorn.access").filters if isinstance(item, WithoutQueries)]) == 1


def test_the_service_asks_before_its_first_request() -> None:
    runpy.run_path(str(ROOT / "asgi.py"))
    assert any(isinstance(item, WithoutQueries) for item in logging.getLogger("uvicorn.access").filters)
