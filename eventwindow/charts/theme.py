"""Colours and fonts of the charts, light and dark, as data.

Company colours are those of Okabe and Ito (2008, Color Universal Design), which readers with any
common colour blindness can tell apart; dash and marker repeat every colour.
"""

from dataclasses import dataclass
from typing import Any

# One piece of a figure (trace, axis, annotation, shape), as plotly's own schema has it.
Element = dict[str, Any]

FONT = '"Source Sans", "Source Sans Pro", sans-serif'
DASHES = ("solid", "dash", "dot", "dashdot")
MARKERS = ("circle", "diamond", "square", "triangle-up")
# Titles of axes that several charts have.
SESSION_AXIS, AMOUNT_AXIS = "sessions from day 0", "yuan, log scale"
# Streamlit's "Share chart" button would upload the figure to a third party.
CONFIG: dict[str, Any] = {"displayModeBar": False, "showSendToCloud": False, "displaylogo": False, "scrollZoom": False}


@dataclass(frozen=True)
class Palette:
    """Colours of one appearance; `band` and `faint` are opacities.

    Falls are orange and rises purple, alone (`fall`, `rise`) and as the scale `diverging`, which every common colour
    blindness tells apart; `inks` are those that read near its zero and at its ends. `tightening` and `easing` are the
    directions of an announcement, whatever prices did.
    """

    name: str
    text: str
    muted: str
    grid: str
    axis: str
    surface: str
    accent: str
    hong_kong: str
    wall_street: str
    companies: tuple[str, ...]
    tightening: str
    easing: str
    either_way: str
    rise: str
    fall: str
    diverging: tuple[str, ...]
    inks: tuple[str, str]
    band: float
    faint: float


LIGHT = Palette(
    name="light",
    text="#1b2733",
    muted="#55636f",
    grid="#e4e8ec",
    axis="#8a97a3",
    surface="#ffffff",
    accent="#0b5c8a",
    hong_kong="#0072b2",
    wall_street="#b85400",
    companies=("#0072b2", "#d55e00", "#009e73", "#cc79a7"),
    tightening="#b0174f",
    easing="#00796b",
    either_way="#55636f",
    rise="#5d3fa8",
    fall="#b85c00",
    diverging=("#7a3600", "#e0892f", "#f5f5f6", "#a89ad0", "#4b2182"),
    inks=("#000000", "#ffffff"),
    band=0.13,
    faint=0.3,
)
DARK = Palette(
    name="dark",
    text="#e8ecf0",
    muted="#a7b3be",
    grid="#2c3640",
    axis="#71808d",
    surface="#11181f",
    accent="#6cc1f0",
    hong_kong="#56b4e9",
    wall_street="#e69f00",
    companies=("#56b4e9", "#e69f00", "#2bb58e", "#cc79a7"),
    tightening="#ff8aa8",
    easing="#5ed0b8",
    either_way="#a7b3be",
    rise="#c3b0ff",
    fall="#ffb454",
    diverging=("#ffb454", "#7d470c", "#1c252d", "#5d4aa0", "#c3b0ff"),
    inks=("#ffffff", "#000000"),
    band=0.2,
    faint=0.38,
)


def palette(appearance: str | None) -> Palette:
    """The palette of an appearance name; light where it is unknown."""
    return DARK if appearance == "dark" else LIGHT


def rgba(colour: str, opacity: float) -> str:
    """A hex colour with an opacity, for plotly."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def layout(colours: Palette, height: int) -> dict[str, Any]:
    """Layout settings that every chart shares; `height` in pixels."""
    return {
        "height": height,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": colours.text},
        "hoverlabel": {
            "bgcolor": colours.surface,
            "bordercolor": colours.axis,
            "font": {"family": FONT, "size": 13, "color": colours.text},
        },
        "dragmode": False,
    }


def note(text: str, x: float, y: float, size: int, colour: str, **place: object) -> Element:
    """A text without arrow at a place in the chart; `text` must be safe for plotly."""
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"size": size, "color": colour}, **place}


def line_shape(x0: float, x1: float, y0: float, y1: float, colour: str, **place: object) -> Element:
    """A dotted reference line behind the data."""
    line = {"color": colour, "width": 1.3, "dash": "dot"}
    return {"type": "line", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "line": line, "layer": "below", **place}
