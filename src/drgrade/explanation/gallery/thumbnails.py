"""Small pictures inside the page itself, so that it can be moved and opened offline."""

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

from drgrade.data.photos.decode import read_photo
from drgrade.errors import DrgradeError

# Longest side in px by how many there are: 1,000 stay below 10 MB, few are shown as large as a card
SIDES = ((60, 360), (250, 240), (10**9, 160))
QUALITY = 74


def side_for(photographs: int) -> int:
    """Longest side of each thumbnail in px, where the page has so many photographs."""
    return next(side for most, side in SIDES if photographs <= most)


def thumbnail(picture: Path | np.ndarray | None, side: int) -> str:
    """A JPEG as a data URI, at most `side` px long; empty where it cannot be read."""
    if picture is None:
        return ""
    try:
        pixels = (
            read_photo(picture, wanted_side=side).pixels if isinstance(picture, Path) else picture
        )
    except (OSError, DrgradeError):
        return ""
    small = Image.fromarray(pixels)
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
