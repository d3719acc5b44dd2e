"""What a JPEG says of itself: of which kind it is, how it is turned, which colours it means."""

import io
import warnings

import numpy as np
from PIL import Image

from drgrade.errors import Reason

FRAMES = {0xC0: "baseline", 0xC1: "extended", 0xC2: "progressive", 0xC3: "lossless",
          0xC9: "arithmetic", 0xCA: "arithmetic", 0xCB: "arithmetic"}  # fmt: skip
USUAL_FRAMES = (0xC0, 0xC1, 0xC2)
ORIENTATION = 0x0112  # number of its EXIF tag
UPRIGHT, ORIENTATIONS, SIDEWAYS = 1, range(1, 9), range(5, 9)


def unusual_kind(content: bytes) -> Reason | None:
    """Which kind of JPEG it is that decoders leave out; None of others (ITU-T T.81, B.2)."""
    place = 2
    while content.startswith(b"\xff\xd8") and place + 9 < len(content):
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4])
        if content[place] != 0xFF or marker == 0xDA:
            return None
        if marker in range(0xC0, 0xD0) and marker not in (0xC4, 0xC8, 0xCC):
            bits = content[place + 4]
            if marker not in USUAL_FRAMES or bits != 8:
                kind = FRAMES.get(marker, "hierarchical")
                return Reason("unusual_jpeg", {"kind": kind, "bits": bits})
            return None
        place += 2 + length
    return None


def turn_and_profile(content: bytes) -> tuple[int, bytes | None]:
    """The EXIF orientation (1: upright) and the ICC profile of a JPEG."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of many pixels, which have limits of ours
            image = Image.open(io.BytesIO(content), formats=("JPEG",))
        with image:
            return orientation_of(image), image.info.get("icc_profile")
    except Exception:  # whatever a broken file raises, it turns nothing
        return UPRIGHT, None


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation of a picture; upright where it has none, or one that does not exist."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of broken EXIF, which turns nothing
            found = image.getexif().get(ORIENTATION, UPRIGHT)
    except Exception:  # whatever a broken EXIF block raises
        return UPRIGHT
    return found if isinstance(found, int) and found in ORIENTATIONS else UPRIGHT


def turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Pixels (H, W, ...) upright."""
    turns = {2: lambda p: p[:, ::-1], 3: lambda p: p[::-1, ::-1], 4: lambda p: p[::-1],
             5: lambda p: p.swapaxes(0, 1), 6: lambda p: p.swapaxes(0, 1)[:, ::-1],
             7: lambda p: p.swapaxes(0, 1)[::-1, ::-1],
             8: lambda p: p.swapaxes(0, 1)[::-1]}  # fmt: skip
    return turns.get(orientation, lambda p: p)(pixels)
