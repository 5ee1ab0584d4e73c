"""Text that reads on a coloured ground: black or white, whichever has the better contrast."""

from collections.abc import Sequence

import numpy as np

BLACK, WHITE = "#000000", "#ffffff"
# Where black and white have the same contrast, 4.58 to 1.
EVEN_LUMINANCE = 0.179
WEIGHTS = (0.2126, 0.7152, 0.0722)


def ink_on(scale: Sequence[str], place: float) -> str:
    """Ink for the colour at a place (-1 to 1, ends beyond) of a scale of hex colours.

    Luminance is that of the Web Content Accessibility Guidelines 2.2.
    """
    stops = np.linspace(-1, 1, len(scale))
    channels = np.array([[int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)] for colour in scale])
    ground = np.array([np.interp(place, stops, channel) for channel in channels.T])
    linear = np.where(ground <= 0.04045, ground / 12.92, ((ground + 0.055) / 1.055) ** 2.4)
    return BLACK if linear @ WEIGHTS > EVEN_LUMINANCE else WHITE
