"""Clients that keep to no rules, on the wire: each gets a page, a refusal or nothing, and the server goes on."""

import http.client
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from statistics import quantiles
from threading import Event, Thread

import pytest
from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from deploy.replicas import HOST
from tests.harness import Server, running_server
from tests.wire import Session, session

TITLE = "Ant Group and Tenpay fined"
STREAM = "/_stcore/stream"
GROWTH_MB = 50
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The service as it is deployed; at the end it must be alive, well and hardly larger."""
    with running_server("asgi.py", {"STREAMLIT_SERVER_ALLOWED_HOSTS": f"{HOST} localhost"}) as running:
        with session(running) as reader:
            reader.rerun("")
        before = resident_mb(running)
        yield running
        with session(running) as reader:
            reader.rerun("")
            assert TITLE in plain(reader.title)
            assert reader.notes == []
        assert answer(running, "/api/ready")[0] == 200
        assert resident_mb(running) - before < GROWTH_MB


def resident_mb(server: Server) -> float:
    status = Path(f"/proc/{server.pid}/status")
    if not status.exists():
        return 0.0
    return int(status.read_text().partition("VmRSS:")[2].split()[0]) / 1024


def plain(text: str) -> str:
    """Markdown as it is read."""
    return text.replace("\\", "")


def answer(
    server: Server, path: str, headers: dict[str, str] | None = None, method: str = "GET", body: bytes = b""
) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection(HOST, server.port, timeout=30)) as line:
        line.request(method, path, body, headers or {})
        given = line.getresponse()
        return given.status, given.read()


def stream(server: Server, origin: str | None = None, host: str = "") -> ClientConnection:
    headers = {"Host": host} if host else {}
    return connect(
        f"ws://{HOST}:{server.port}{STREAM}",
        subprotocols=[Subprotocol("streamlit")],
        origin=None if origin is None else Origin(origin),
        additional_headers=headers,
        compression=None,
        max_size=None,
        proxy=None,
    )


QUERIES = {
    "unknown announcement": "event=no-such-fine",
    "bytes that are no text": "event=%ff%00",
    "line ends": "event=a%0d%0aSet-Cookie:%20a=b",
    "ten thousand letters": f"event={'a' * 10_000}",
    "the same key often": "&".join(["win=-3..3"] * 50),
    "names of JavaScript": "__proto__=1&constructor=x&event=__proto__",
    "SQL": "event='%20OR%201=1--",
    "markup": "event=%3Cimg%20src=x%20onerror=alert(1)%3E",
    "another site's picture": "event=![x](https://example.com/a.png)",
    "wrong types": "win=a..b&level=NaN&est=1e308..-1e308&co=&mkt=1&years=-1..99999",
    "a window the wrong way round": "win=5..-5",
    "a window without end": "win=-99999999999999999999..99999999999999999999",
    "data from elsewhere": "data=../../etc/passwd",
    "a bomb in place of events": "own=eJztwTEBAAAAwqD1T20ND6AAAAAAAAAAAAAAAAAAAAAA",
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_any_query_string_ends_in_the_first_screen_and_a_note(server: Server, query: str) -> None:
    with session(server) as reader:
        reader.rerun(query)
        assert TITLE in plain(reader.title)
        assert len(reader.notes) == 1
        assert len(reader.notes[0]) < 3_000
        assert "](" not in reader.notes[0].replace("\\]\\(", "")


@pytest.mark.parametrize("query", [f"event={'a' * MEGABYTE}", "&".join(f"k{number}=1" for number in range(20_000))])
def test_an_endless_query_string_is_taken_for_none(server: Server, query: str) -> None:
    """Streamlit drops these whole, before any of our code sees them."""
    with session(server) as reader:
        reader.rerun(query)
        assert TITLE in plain(reader.title)


Fill = Callable[[WidgetState], None]


def numbers(*values: float) -> Fill:
    return lambda state: state.double_array_value.data.extend(values)


def texts(*values: str) -> Fill:
    return lambda state: state.string_array_value.data.extend(values)


def one(name: str, value: object) -> Fill:
    return lambda state: setattr(state, name, value)


# Values of the kind that a control sends, but such as it never would.
OUTLANDISH: dict[str, tuple[str, Fill]] = {
    "a slider at no number": ("slider", numbers(float("nan"), float("nan"))),
    "a slider far outside": ("slider", numbers(1e308, -1e308)),
    "a slider with a hundred thumbs": ("slider", numbers(*range(100))),
    "a slider without thumbs": ("slider", numbers()),
    "no option of a list": ("selectbox", one("string_value", "no such option")),
    "a megabyte for an option": ("selectbox", one("string_value", "x" * MEGABYTE)),
    "no such pill": ("button_group", texts("no such option", "<script>")),
    "no pill": ("button_group", texts()),
    "a megabyte of a setting": ("text_input", one("string_value", "x" * MEGABYTE)),
    "a setting of markup": ("text_input", one("string_value", "![x](https://example.com/a.png)<b>")),
    "a point that no chart has": (
        "plotly_chart",
        one("string_value", '{"selection": {"points": [{"customdata": 1}]}}'),
    ),
}


@pytest.mark.parametrize(("kind", "fill"), OUTLANDISH.values(), ids=OUTLANDISH.keys())
def test_any_value_of_a_control_ends_in_a_page(server: Server, kind: str, fill: Fill) -> None:
    with session(server) as reader:
        reader.rerun("")
        for widget in [name for name, of in reader.widgets.items() if of == kind][:4]:
            state = WidgetState(id=widget)
            fill(state)
            reader.rerun("", [state])
            assert reader.title


# Values of another kind than any control on the page sends: Streamlit itself refuses some of them.
MISTYPED: dict[str, Fill] = {
    "an integer": one("int_value", 2**62),
    "a boolean": one("bool_value", True),
    "JSON": one("json_value", '{"a": [1e999]}'),
    "bytes": one("bytes_value", b"\xff\x00"),
    "an endless number": one("double_value", float("inf")),
    "numbers": numbers(float("nan")),
    "texts": texts("=1+1"),
}


@pytest.mark.parametrize("fill", MISTYPED.values(), ids=MISTYPED.keys())
def test_a_value_of_the_wrong_kind_shows_nothing_from_inside_and_harms_nobody_else(server: Server, fill: Fill) -> None:
    with session(server) as reader, session(server) as bystander:
        reader.rerun("")
        for widget in {kind: name for name, kind in reader.widgets.items()}.values():
            state = WidgetState(id=widget)
            fill(state)
            assert not re.search(r"\.py|Traceback", said_of_failure(reader, state))
        bystander.rerun("")
        assert TITLE in plain(bystander.title)


def said_of_failure(reader: Session, state: WidgetState) -> str:
    try:
        reader.rerun("", [state])
    except RuntimeError as failure:
        return str(failure)
    return ""


FRAMES: dict[str, bytes | str] = {
    "random bytes": os.urandom(512),
    "text": "hello",
    "empty": b"",
    "26 MB": b"\0" * 26 * MEGABYTE,
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES.keys())
def test_a_frame_that_is_no_message_ends_at_most_its_own_connection(server: Server, frame: bytes | str) -> None:
    with session(server) as bystander:
        bystander.rerun("")
        with stream(server) as line, suppress(ConnectionClosed):
            line.send(frame)
            with suppress(TimeoutError):
                while True:
                    line.recv(timeout=1)
        bystander.rerun("win=-3..3")
        assert TITLE in plain(bystander.title)


def test_another_site_cannot_open_a_session(server: Server) -> None:
    with pytest.raises(InvalidStatus) as refused:
        stream(server, origin="https://elsewhere.example")
    assert refused.value.response.status_code == 403


def test_another_name_for_this_server_is_refused(server: Server) -> None:
    """A page elsewhere could point its own name here and read this server through a reader's browser."""
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        stream(server, origin="http://elsewhere.example", host="elsewhere.example").recv(timeout=5)


TRAVERSALS = [
    "/../../../../etc/passwd",
    "/static/../../../../../../etc/passwd",
    "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/static/..%2f..%2f..%2f..%2fetc/passwd",
    "/component/../../../../etc/passwd",
    "/media/../../../../etc/passwd",
    "/app/static/../../../../etc/passwd",
    "/e/..%2f..%2fetc%2fpasswd",
    "/e/../../../../etc/passwd/preview.png",
    "/.streamlit/secrets.toml",
    "/.git/config",
    "/data/checksums.sha256",
    "//etc/passwd",
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_file_leaves_by_its_path(server: Server, path: str) -> None:
    status, body = answer(server, path)
    assert status < 500
    assert b"root:" not in body
    assert b"[core]" not in body
    assert b".csv" not in body
    assert status != 200 or b"<!doctype html>" in body.lower()


def test_an_upload_without_a_session_is_refused(server: Server) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na\r\n--x--\r\n'
    for method in ("PUT", "POST"):
        status, _ = answer(server, "/_stcore/upload_file/no-such-session/1", headers, method, body)
        assert status in {400, 403, 405}


@pytest.mark.parametrize("size", [20_000, MEGABYTE])
def test_a_long_address_is_answered_or_refused(server: Server, size: int) -> None:
    with suppress(ConnectionError):
        status, _ = answer(server, f"/?event={'a' * size}")
        assert status < 500


@pytest.mark.parametrize("field", ["debug_shutdown_runtime", "debug_disconnect_websocket"])
def test_commands_for_developers_are_ignored(server: Server, field: str) -> None:
    with session(server) as reader:
        reader.rerun("")
        reader.connection.send(BackMsg(**{field: True}).SerializeToString())
        reader.rerun("win=-3..3")
        assert TITLE in plain(reader.title)


def test_nobody_empties_what_all_readers_share(server: Server) -> None:
    """Streamlit obeys this message of any visitor: everything would be computed again for everybody."""
    views = [f"win=-{number}..{number}" for number in range(2, 12)]
    with session(server) as victim:
        for view in views:
            victim.rerun(view)
        quiet = times(victim, views)
        stop = Event()
        attacker = Thread(target=clear_caches, args=(server, stop))
        attacker.start()
        attacked = times(victim, views)
        stop.set()
        attacker.join()
    loaded = json.loads(answer(server, "/api/ready")[1])
    assert loaded["ready"]
    # Drawing these views anew takes several times as long as finding them kept.
    assert quantiles(attacked, n=4)[1] < 3 * quantiles(quiet, n=4)[1]


def clear_caches(server: Server, stop: Event) -> None:
    message: Message = BackMsg(clear_cache=True)
    with session(server) as line:
        while not stop.wait(0.02):
            line.connection.send(message.SerializeToString())


def times(reader: Session, views: list[str]) -> list[float]:
    return [reader.rerun(view) for view in views]
