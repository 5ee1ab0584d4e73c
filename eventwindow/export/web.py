"""Web pages that need nothing: plotly.js inside, no request to anywhere, opened from a disk or a mail.

Every text of the data is escaped, figures lie in a block of JSON that is never run, and the page's own policy
lets only the two scripts run whose hashes it names and forbids every connection.
"""

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from plotly.offline import get_plotlyjs

from eventwindow.export.sheets import Origin
from eventwindow.facts.safe import encodable, one_line

FOLDER = Path(__file__).parent
STYLE, SCRIPT = FOLDER / "web.css", FOLDER / "web.js"
# What could end the block of JSON or a line in it.
JSON_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True)
class Chart:
    """A figure as plotly's JSON, in light colours, under a name in words, with a caption that explains its marks."""

    name: str
    figure: str
    caption: str = ""


def document(
    origin: Origin, body: str, charts: Sequence[Chart], dark: Mapping[str, str], *, only_light: bool = False
) -> bytes:
    """A whole page around `body`, which must be escaped; the charts fill its places `chart-0`, `chart-1`, ...

    `dark` replaces the colours of the figures where the reader's device is dark, unless `only_light`.
    """
    title = escaped(f"{origin.link.title} · Event Window")
    plotly, script = get_plotlyjs(), SCRIPT.read_text(encoding="utf-8")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(plotly)} {_hash(script)}",
            "style-src 'unsafe-inline'",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return f"""<!doctype html>
<html lang="en"{' data-appearance="light"' if only_light else ""}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<main>
{body}
</main>
<script type="application/json" id="page-data">{_page_data(origin, charts, {} if only_light else dark)}</script>
<script>{plotly}</script>
<script>{script}</script>
</body>
</html>
""".encode()


def chart_page(origin: Origin, chart: Chart, dark: Mapping[str, str], *, only_light: bool = False) -> bytes:
    """One chart as a page of its own, with buttons that save it as PNG and SVG."""
    body = f"<header><h1>{escaped(origin.link.title)}</h1></header>\n{place(0, chart)}\n{source(origin)}"
    return document(origin, body, [chart], dark, only_light=only_light)


def place(number: int, chart: Chart) -> str:
    """Where a chart is drawn, under its name, with the buttons that save it."""
    buttons = "".join(
        f'<button type="button" data-chart="{number}" data-save="{kind}">Save {kind.upper()}</button>'
        for kind in ("png", "svg")
    )
    return (
        f'<figure><figcaption><h2>{escaped(chart.name)}</h2><span class="save">{buttons}</span></figcaption>'
        f'<div id="chart-{number}" role="img" aria-label="{escaped(chart.name)}"></div>'
        + (f'<p class="note">{escaped(chart.caption)}</p>' if chart.caption else "")
        + '<p class="said" role="status"></p></figure>'
    )


def source(origin: Origin) -> str:
    """Source line and link."""
    return f'<p class="source">{escaped(source_line(origin))}<br>{link(origin.link.address)}</p>'


def source_line(origin: Origin) -> str:
    """`Source: Event Window, data 0123456789ab, 24 November 2026`."""
    return f"Source: Event Window, {origin.supplied.with_data(origin.snapshot_id)}, {dict(origin.facts)['Downloaded']}"


def link(address: str) -> str:
    """An address as a link if it is one of the web, else as text."""
    shown = escaped(address)
    if not address.startswith(("http://", "https://")):
        return shown
    return f'<a href="{shown}" rel="noopener noreferrer">{shown}</a>'


def escaped(text: str) -> str:
    """Untrusted text for HTML, on one line."""
    return html.escape(one_line(encodable(text)))


def _page_data(origin: Origin, charts: Sequence[Chart], dark: Mapping[str, str]) -> str:
    shown = ",".join(
        f'{{"name":{_json(chart.name)},"caption":{_json(chart.caption)},'
        f'"file":{_json(origin.file_name(chart.name, suffix="")[:-1])},"figure":{chart.figure}}}'
        for chart in charts
    )
    lines = [source_line(origin), origin.link.address]
    text = (
        f'{{"title":{_json(origin.link.title)},"source":{_json(lines)},"dark":{_json(dict(dark))},"charts":[{shown}]}}'
    )
    return "".join(JSON_ESCAPES.get(sign, sign) for sign in encodable(text))


def _json(value: object) -> str:
    return json.dumps(value)


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
