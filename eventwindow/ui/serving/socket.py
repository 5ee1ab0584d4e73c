"""The websockets of readers: messages that none may send, and the first click on a server that does not know a page.

A reader whose server has died is led to another one, which has never drawn the page. Streamlit there takes the
reader's click for the state the page starts in: no callback runs, and the click is lost. So the page is drawn from its
address first, which holds the whole view, and then given the click.
"""

import asyncio
from contextlib import suppress

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# Streamlit obeys `clear_cache` of any visitor, whatever its menu shows: everything would be loaded and computed
# again for everybody. The others are for its own developers.
REFUSED = frozenset({"clear_cache", "debug_disconnect_websocket", "debug_shutdown_runtime"})
RERUN = "rerun_script"
# A page that takes longer than this to be drawn gets the click all the same.
PATIENCE_SECONDS = 30.0


class GuardedSocket:
    """ASGI middleware between readers' websockets and Streamlit."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let everything but websockets pass untouched."""
        if scope["type"] == "websocket":
            line = _Line(receive, send)
            receive, send = line.receive, line.send
        await self._app(scope, receive, send)


class _Line:
    """One websocket; `_held` is a click that waits until the page has been drawn."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._held: Message | None = None
        self._drawn = asyncio.Event()
        self._is_new = True

    async def receive(self) -> Message:
        """The next message for Streamlit."""
        if self._held is not None:
            return await self._released()
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            asked = _parsed(message.get("bytes"))
            if asked is not None and asked.WhichOneof("type") not in REFUSED:
                return self._opened(message, asked) if self._is_new else message

    async def send(self, message: Message) -> None:
        """Pass an answer on, and see whether it ends the first drawing."""
        await self._send(message)
        if self._held is not None and _ends_a_run(message):
            self._drawn.set()

    async def _released(self) -> Message:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._drawn.wait(), PATIENCE_SECONDS)
        message, self._held = self._held, None
        return message or {"type": "websocket.disconnect"}

    def _opened(self, message: Message, asked: BackMsg) -> Message:
        """The first request of a line: where it brings the state of controls, without it."""
        if asked.WhichOneof("type") != RERUN:
            return message
        self._is_new = False
        if not asked.rerun_script.widget_states.widgets:
            return message
        self._held = message
        asked.rerun_script.ClearField("widget_states")
        asked.rerun_script.ClearField("fragment_id")
        return {"type": "websocket.receive", "bytes": asked.SerializeToString()}


def _parsed(content: bytes | None) -> BackMsg | None:
    """A message of a browser; an empty one for broken bytes, which are left to Streamlit, None for text."""
    if content is None:
        return None
    asked = BackMsg()
    with suppress(DecodeError):
        asked.ParseFromString(content)
    return asked


def _ends_a_run(message: Message) -> bool:
    answer = ForwardMsg()
    answer.ParseFromString(message.get("bytes") or b"")
    if answer.WhichOneof("type") != "script_finished":
        return False
    return bool(answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN)
