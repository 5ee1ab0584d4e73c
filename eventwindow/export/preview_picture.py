"""The picture beside an unfurled link: an announcement's title and its figures, large enough for a small card."""

import textwrap
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from eventwindow.case import Case
from eventwindow.export.links import headline
from eventwindow.format import cut, percent
from eventwindow.words import listing_name

NO_BREAK = "\u00a0"
# What networks crop to.
SIZE = (1200, 630)
MARGIN, RIGHT = 72, SIZE[0] - 72
BACKGROUND, TEXT, QUIET, BLUE, ORANGE = "#11181f", "#e8ecf0", "#a9b6c2", "#6cc1f0", "#f0a35e"
TITLE_SIZE, ROW_SIZE, SMALL_SIZE = 54, 36, 27
TITLE_COLUMNS, TITLE_LINES, MOST_ROWS = 38, 2, 4
TITLE_TOP, TITLE_STEP, ROW_STEP = 132, 66, 52
CLOSE_COLUMN = RIGHT - 250
# The line of the project's sign, and where its dashed day 0 stands.
SIGN = [(3, 22), (9, 22), (12, 19), (15, 21), (15, 8), (19, 12), (22, 10), (29, 10)]
SIGN_ZERO, SIGN_SCALE = 15, 1.9
# The font is a plain one: a hyphen is all it has for a minus.
DRAWN = str.maketrans({"\u2212": "-", NO_BREAK: " "})


def preview_picture(case: Case) -> bytes:
    """A PNG of 1200 x 630 with the title of an announcement and the figures of up to four listings on day 0."""
    image = Image.new("RGB", SIZE, BACKGROUND)
    draw = ImageDraw.Draw(image)
    _sign(draw)
    for number, line in enumerate(_title(headline(case.announcement))):
        draw.text((MARGIN, TITLE_TOP + number * TITLE_STEP), line.translate(DRAWN), TEXT, _font(TITLE_SIZE))
    rows = _rows(case)
    top = SIZE[1] - MARGIN + 16 - ROW_STEP * len(rows)
    if rows:
        _row(draw, top - ROW_STEP, ("Day 0", "close", "abnormal"), SMALL_SIZE, QUIET)
    for number, cells in enumerate(rows):
        _row(draw, top + number * ROW_STEP, cells, ROW_SIZE, TEXT)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _title(text: str) -> list[str]:
    """The title on at most two lines; `7 July 2023` is not torn apart."""
    what, comma, day = text.rpartition(", ")
    kept = f"{what}{comma}{day.replace(' ', NO_BREAK)}"
    lines = textwrap.wrap(kept, TITLE_COLUMNS, break_long_words=False)
    return [*lines[: TITLE_LINES - 1], cut(" ".join(lines[TITLE_LINES - 1 :]), TITLE_COLUMNS)]


def _rows(case: Case) -> list[tuple[str, str, str]]:
    """Name, close and abnormal return of every listing that traded on day 0, as many as there is room for."""
    found = [
        (listing_name(item), percent(session.move.close_change), percent(session.abnormal.value))
        for item in case.with_result
        for session in item.sessions
        if session.is_day_zero and session.abnormal.known
    ]
    return found[:MOST_ROWS]


def _row(draw: ImageDraw.ImageDraw, base: float, cells: tuple[str, str, str], size: int, ink: str) -> None:
    """A name on the left and two figures on the right, all standing on one line."""
    name, close, abnormal = (cell.translate(DRAWN) for cell in cells)
    draw.text((MARGIN, base), name, ink, _font(size), anchor="ls")
    draw.text((CLOSE_COLUMN, base), close, ink, _font(size), anchor="rs")
    draw.text((RIGHT, base), abnormal, BLUE if ink == TEXT else ink, _font(size), anchor="rs")


def _sign(draw: ImageDraw.ImageDraw) -> None:
    """The sign and name of the project, as at the top of every page."""
    left, top = MARGIN - 6, 48
    draw.line([(left + SIGN_SCALE * x, top + SIGN_SCALE * y) for x, y in SIGN], BLUE, 5, "curve")
    for y in range(3, 29, 6):
        place = left + SIGN_SCALE * SIGN_ZERO
        draw.line([(place, top + SIGN_SCALE * y), (place, top + SIGN_SCALE * (y + 3))], ORANGE, 4)
    draw.text((left + 78, top + 8), "Event Window", TEXT, _font(ROW_SIZE))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that the imaging library brings along, so that every machine draws the same."""
    return ImageFont.load_default(size)
