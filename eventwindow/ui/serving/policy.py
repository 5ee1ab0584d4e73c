"""What browsers are told to forbid: the security headers of every answer.

Scripts come from this server only, or are one of a few whose hashes are named. No script may be written into a
page, nothing is loaded from other hosts, so that even text that slipped through as an image or a script does nothing.

Other sites may frame the view that is made for it (`?embed=true`) over https, and nothing else: readers have no
account and there is nothing to press that others would pay for, so a frame around an embedded chart can steal
nothing, while a frame around the whole site could pretend to be it.
"""

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import parse_qs

from plotly.offline import get_plotlyjs
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eventwindow.export.web import SCRIPT

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
RULES = {
    "default-src": "'self'",
    # Styles are written by Streamlit and Plotly while they draw; a style runs nothing.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    # Named, as older browsers do not take a websocket of the same host for their own.
    "connect-src": "'self' ws: wss:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
OTHERS = {
    "X-Content-Type-Options": "nosniff",
    # A link may hold a reader's own events: no other site learns it.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class SecurityHeaders:
    """ASGI middleware that adds the policy and its companions to every answer over HTTP.

    `front_end` is Streamlit's folder of static files; the inline script of its start page is allowed by hash, and so
    are the two scripts of the picture page in the Download box, which lives inside ours and inherits its policy.
    """

    def __init__(self, app: ASGIApp, front_end: Path) -> None:
        """Work out the hashes once; OSError where the start page is missing."""
        self._app = app
        start_page = (front_end / "index.html").read_text(encoding="utf-8")
        scripts = [*INLINE_SCRIPT.findall(start_page), get_plotlyjs(), SCRIPT.read_text(encoding="utf-8")]
        self._rules = {**RULES, "script-src": " ".join(["'self'", *map(source_of, scripts)])}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        added = {"Content-Security-Policy": self._policy(is_embed(scope)), **OTHERS}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(added)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _policy(self, framed: bool) -> str:
        rules = {**self._rules, "frame-ancestors": "'self' https:" if framed else "'self'"}
        return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def is_embed(scope: Scope) -> bool:
    """Whether a request asks for the view that is made for frames of other sites."""
    return parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=None).get("embed") == ["true"]


def source_of(script: str) -> str:
    """How a policy names an inline script: by the hash of its text."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
