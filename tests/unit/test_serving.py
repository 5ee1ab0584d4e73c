"""What stands around the dashboard as a service: headers, compressed files, a guarded socket, addresses of its own."""

import gzip
import json
import re
from collections.abc import Coroutine
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from eventwindow.facts.errors import StoreError
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.serving import routes as serving
from eventwindow.ui.serving.assets import CompressedAssets, accepts_gzip
from eventwindow.ui.serving.policy import SecurityHeaders, source_of
from eventwindow.ui.serving.socket import GuardedSocket
from tests.coroutines import result_of

FINISHED = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY).SerializeToString()
SCRIPT = "console.log('a script of a page');" * 40


@dataclass
class Answer:
    """What an application sent."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(app: ASGIApp, path: str, query: str = "", method: str = "GET", **headers: str) -> Answer:
    """One request to an ASGI application."""
    answer = Answer()
    named = {"host": "events.example", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "https",
        "query_string": query.encode(),
        "server": ("events.example", 443),
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    result_of(app(scope, receive, send))
    return answer


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that answers everything alike."""
    del scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


@pytest.fixture
def front_end(tmp_path: Path) -> Path:
    (tmp_path / "static/js").mkdir(parents=True)
    (tmp_path / "static/js/app.1.js").write_text(SCRIPT)
    (tmp_path / "static/js/tiny.js").write_text("1")
    (tmp_path / "static/picture.png").write_bytes(b"\x89PNG" * 500)
    (tmp_path / "index.html").write_text("<html><script>start()</script></html>")
    return tmp_path


@pytest.mark.parametrize("below", ["", "/study", "/a/b"])
def test_a_script_is_sent_compressed_at_the_root_and_below_any_path(front_end: Path, below: str) -> None:
    app = CompressedAssets(hello, front_end)
    answer = ask(app, f"{below}/static/js/app.1.js", accept_encoding="gzip, br")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) == len(answer.body) < len(SCRIPT) / 4
    assert gzip.decompress(answer.body).decode() == SCRIPT


def test_a_script_that_the_browser_holds_is_not_sent_again(front_end: Path) -> None:
    app = CompressedAssets(hello, front_end)
    first = ask(app, "/static/js/app.1.js", accept_encoding="gzip")
    again = ask(app, "/static/js/app.1.js", accept_encoding="gzip", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/static/js/app.1.js", {}),
        ("/static/js/app.1.js", {"accept_encoding": "br"}),
        ("/static/js/app.1.js", {"accept_encoding": "gzip;q=0"}),
        ("/static/js/app.1.js", {"accept_encoding": "gzip", "range": "bytes=0-9"}),
        ("/static/js/tiny.js", {"accept_encoding": "gzip"}),
        ("/static/picture.png", {"accept_encoding": "gzip"}),
        ("/static/js/other.js", {"accept_encoding": "gzip"}),
        ("/", {"accept_encoding": "gzip"}),
    ],
)
def test_everything_else_is_left_to_the_application(front_end: Path, path: str, headers: dict[str, str]) -> None:
    app = CompressedAssets(hello, front_end)
    assert ask(app, path, **headers).body == b"hello"


@pytest.mark.parametrize(("header", "taken"), [("gzip", True), ("br, gzip;q=0.5", True), ("*", True), ("", False),
                                               ("deflate", False), ("gzip; q=0.0", False)])  # fmt: skip
def test_which_browsers_take_gzip(header: str, *, taken: bool) -> None:
    assert accepts_gzip(header) is taken


def policy(answer: Answer) -> dict[str, set[str]]:
    rules = (part.split() for part in answer.headers["content-security-policy"].split(";"))
    return {name: set(sources) for name, *sources in rules}


def test_every_answer_forbids_scripts_and_pictures_of_others(front_end: Path) -> None:
    answer = ask(SecurityHeaders(hello, front_end), "/compare")
    rules = policy(answer)
    assert rules["default-src"] == {"'self'"}
    assert rules["img-src"] == {"'self'", "data:", "blob:"}
    assert rules["object-src"] == {"'none'"}
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"} & rules["script-src"]
    assert source_of("start()") in rules["script-src"]
    assert source_of("alert(1)") not in rules["script-src"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("query", "framed"),
    [
        ("embed=true", True),
        ("event=x&embed=true", True),
        ("", False),
        ("embed=false", False),
        ("embed=true&embed=x", False),
    ],
)
def test_only_the_embed_is_framed_by_others(front_end: Path, query: str, *, framed: bool) -> None:
    rules = policy(ask(SecurityHeaders(hello, front_end), "/", query))
    assert rules["frame-ancestors"] == ({"'self'", "https:"} if framed else {"'self'"})


def passed(*messages: Message, drawn: bool = True) -> list[Message]:
    """What of these the application behind the guarded socket receives; it finishes a run after each."""
    got: list[Message] = []
    waiting = [*messages, {"type": "websocket.disconnect"}]

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        while not got or got[-1]["type"] != "websocket.disconnect":
            got.append(await receive())
            if drawn:
                await send({"type": "websocket.send", "bytes": FINISHED})

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        del message

    result_of(GuardedSocket(application)({"type": "websocket"}, receive, send))
    return got[:-1]


@pytest.mark.parametrize("name", ["clear_cache", "debug_disconnect_websocket", "debug_shutdown_runtime"])
def test_what_no_reader_may_send_is_dropped(name: str) -> None:
    assert passed({"type": "websocket.receive", "bytes": BackMsg(**{name: True}).SerializeToString()}) == []


def test_text_is_dropped_and_everything_else_passes() -> None:
    rerun = BackMsg()
    rerun.rerun_script.query_string = "clear_cache"
    kept = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "bytes": rerun.SerializeToString()},
        {"type": "websocket.receive", "bytes": b"\xff\xff"},
        {"type": "websocket.receive", "bytes": b""},
    ]
    assert passed(*kept, {"type": "websocket.receive", "text": "hello"}) == kept


def rerun(**states: str) -> Message:
    """A browser's request for a run of a view, with the state of controls."""
    asked = BackMsg()
    asked.rerun_script.query_string = "win=-3..3"
    asked.rerun_script.page_script_hash = "page"
    for name, value in states.items():
        asked.rerun_script.widget_states.widgets.add(id=name, string_value=value)
    return {"type": "websocket.receive", "bytes": asked.SerializeToString()}


def test_a_first_request_that_brings_a_click_is_given_after_the_page_was_drawn() -> None:
    """As after a move to another server, which knows no control of the page yet."""
    click, later = rerun(pick_event="other"), rerun(pick_event="third")
    assert passed(click, later) == [rerun(), click, later]


def test_a_page_that_is_opened_is_drawn_once_and_its_clicks_pass() -> None:
    opened, click = rerun(), rerun(pick_event="other")
    assert passed(opened, click) == [opened, click]


def test_a_click_waits_until_the_first_drawing_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventwindow.ui.serving.socket.PATIENCE_SECONDS", 0.0)
    waited: list[bool] = []

    async def wait_for(waiting: Coroutine[object, object, bool], timeout: float) -> None:
        waiting.close()
        waited.append(timeout == 0.0)
        raise TimeoutError

    monkeypatch.setattr("eventwindow.ui.serving.socket.asyncio.wait_for", wait_for)
    click = rerun(pick_event="other")
    assert passed(click, drawn=False) == [rerun(), click]
    assert waited == [True]


@pytest.fixture(scope="module")
def addresses() -> Starlette:
    return Starlette(routes=serving.routes())


def test_ready_says_which_data_are_served(addresses: Starlette, snapshot: Snapshot) -> None:
    told = json.loads(ask(addresses, "/api/ready").body)
    assert told["ready"] is True
    assert told["snapshot"] == snapshot.snapshot_id
    assert told["rows"]["announcements"] == 101
    assert told["rows"]["acts"] == 102
    assert told["rows"]["series"] == 23
    assert told["age_days"] >= 0


def test_without_data_a_server_is_not_ready_and_says_why(addresses: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing() -> None:
        raise StoreError("The file prices.parquet cannot be read.")

    monkeypatch.setattr(serving, "shelf", nothing)
    answer = ask(addresses, "/api/ready")
    assert answer.status == 503
    assert json.loads(answer.body) == {"ready": False, "reason": "The file prices.parquet cannot be read."}
    assert ask(addresses, "/e/ant-group-fine-2023-07").status == 503
    assert ask(addresses, "/e/ant-group-fine-2023-07/preview.png").status == 503


def properties(answer: Answer) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', answer.text))


@pytest.mark.parametrize("below", ["", "/study"])
def test_a_short_link_tells_what_it_leads_to_and_leads_there(addresses: Starlette, below: str) -> None:
    answer = ask(addresses, f"{below}/e/alibaba-antitrust-fine-2021-04", "win=-3..3")
    said = properties(answer)
    assert answer.status == 200
    assert (
        said["og:title"] == said["og:image:alt"].partition(":")[0] == "Record antitrust fine on Alibaba, 10 April 2021"
    )
    assert "Alibaba in Hong Kong (+7.39%" in said["og:description"]
    assert said["og:url"] == f"https://events.example{below}/e/alibaba-antitrust-fine-2021-04"
    assert said["og:image"] == f"{said['og:url']}/preview.png"
    assert "url=../?event=alibaba-antitrust-fine-2021-04&amp;win=-3..3" in answer.text


def test_any_act_names_its_announcement(addresses: Starlette, snapshot: Snapshot) -> None:
    act, event = next((act, event) for act, event in snapshot.announcement_of.items() if act != event)
    assert f"url=../?event={event}" in ask(addresses, f"/e/{act}").text


@pytest.mark.parametrize("asked", ["no-such-fine", "<script>alert(1)", "a" * 5000, "%22%3E", "'\" onload=x"])
def test_a_short_link_to_nothing_says_so_and_repeats_no_markup(addresses: Starlette, asked: str) -> None:
    answer = ask(addresses, f"/e/{asked}")
    assert answer.status == 404
    assert "No announcement is filed under" in answer.text
    assert "<script" not in answer.text
    assert "onload" not in answer.text


def test_settings_of_a_short_link_cannot_break_out_of_its_tags(addresses: Starlette) -> None:
    answer = ask(addresses, "/e/ant-group-fine-2023-07", 'win="><script>alert(1)</script>&x=%22%3E%3Cb%3E')
    assert "<script" not in answer.text
    assert "<b>" not in answer.text


def test_the_picture_of_a_link_is_its_own_and_of_the_size_that_is_told(addresses: Starlette) -> None:
    answers = [ask(addresses, f"/e/{event}/preview.png") for event in ("ant-group-fine-2023-07", "didi-fine-2022-07")]
    pictures = [Image.open(BytesIO(answer.body)) for answer in answers]
    assert [picture.size for picture in pictures] == [(1200, 630)] * 2
    assert answers[0].body != answers[1].body
    assert ask(addresses, "/e/no-such-fine/preview.png").status == 404


def all_events(snapshot: Snapshot) -> list[str]:
    return sorted(set(snapshot.announcement_of.values()))


def test_every_announcement_has_a_short_link(addresses: Starlette, snapshot: Snapshot) -> None:
    failed = [event for event in all_events(snapshot) if ask(addresses, f"/e/{event}").status != 200]
    assert failed == []
