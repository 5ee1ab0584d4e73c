"""The scripts and styles of the front end, compressed once and kept, since Streamlit sends them as they are.

Compressing each answer anew would cost a visitor a third of a second of processor time; all of them together are
7 MB and take half a second at the start.
"""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

# Name of the folder, in the front end and in addresses, whose files are named after their content.
FOLDER = "static"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
SMALLEST = 500
YEAR_SECONDS = 365 * 24 * 3600
ACCEPTED = {"gzip", "x-gzip", "*"}
REFUSAL = {"q=0", "q=0.0", "q=0.00", "q=0.000"}


@dataclass(frozen=True)
class Asset:
    """A compressed file and how its sender names this form of it."""

    body: bytes
    media_type: str
    etag: str

    @property
    def headers(self) -> dict[str, str]:
        """All but the length, which the answer knows; caches keep compressed and plain apart."""
        return {
            "Cache-Control": f"public, immutable, max-age={YEAR_SECONDS}",
            "Content-Encoding": "gzip",
            "Content-Type": self.media_type,
            "ETag": self.etag,
            "Vary": "Accept-Encoding",
        }


class CompressedAssets:
    """ASGI middleware that answers for the files it holds; everything else, websockets too, passes untouched.

    `front_end` is Streamlit's folder of static files. Requests for a part of a file pass too.
    """

    def __init__(self, app: ASGIApp, front_end: Path) -> None:
        """Compress every file that gains by it."""
        self._app = app
        paths = [path for path in (front_end / FOLDER).rglob("*") if path.suffix in TYPES]
        self._assets = {
            f"/{path.relative_to(front_end).as_posix()}": _compressed(path)
            for path in paths
            if path.stat().st_size >= SMALLEST
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory where the browser takes compressed files, else let Streamlit answer."""
        asset = self._wanted(scope) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        if asset is None:
            await self._app(scope, receive, send)
            return
        known = asset.etag in Headers(scope=scope).get("if-none-match", "")
        body = b"" if known or scope["method"] == "HEAD" else asset.body
        answer = Response(body, 304 if known else 200, asset.headers)
        if not known:
            answer.headers["Content-Length"] = str(len(asset.body))
        await answer(scope, receive, send)

    def _wanted(self, scope: Scope) -> Asset | None:
        # Below whatever path the application is served: the names themselves are unmistakable.
        _, mark, rest = scope["path"].rpartition(f"/{FOLDER}/")
        headers = Headers(scope=scope)
        if not mark or "range" in headers or not accepts_gzip(headers.get("accept-encoding", "")):
            return None
        return self._assets.get(f"{mark}{rest}")


def accepts_gzip(header: str) -> bool:
    """Whether a browser that sends this header takes gzip; `gzip;q=0` refuses it."""
    offers = (part.partition(";") for part in header.lower().split(","))
    taken = (name.strip() for name, _, weight in offers if "".join(weight.split()) not in REFUSAL)
    return any(name in ACCEPTED for name in taken)


def _compressed(path: Path) -> Asset:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:32]
    return Asset(gzip.compress(content, 9, mtime=0), TYPES[path.suffix], f'"{digest}-gzip"')
