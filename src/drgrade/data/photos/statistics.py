"""What is known of a photo without a grader: its light, its shape, its look in little."""

import numpy as np

from drgrade.data.photos.field import Field, brightest
from drgrade.data.photos.fingerprint import fingerprint as fingerprint_of

BLACK = 16  # of 255; the largest channel of a black pixel is below it
SEEN_SIDE = 512  # px; on a larger photo every second (third, ...) pixel is looked at
LUMINANCE = (0.299, 0.587, 0.114)  # ITU-R BT.601


def photo_statistics(
    pixels: np.ndarray, field: Field, *, fingerprint: bool = True
) -> dict[str, float | str]:
    """What a decoded photo (H, W, 3) uint8 and its field look like, as columns of a table.

    `black_share`: share of the photo's pixels that are black, 0 to 1. `brightness`: mean luminance
    inside the field's disc, 0 to 255. `field_ratio`: width of the field over its height. `phash`:
    the fingerprint, as hex text, where it is asked for.
    """
    step = max(1, max(pixels.shape[:2]) // SEEN_SIDE)
    return {
        "black_share": float((brightest(pixels[::step, ::step]) < BLACK).mean()),
        "brightness": _brightness(pixels[field.top : field.bottom, field.left : field.right], step),
        "field_ratio": field.width / field.height,
        **({"phash": fingerprint_of(pixels, field)} if fingerprint else {}),
    }


def _brightness(inside: np.ndarray, step: int) -> float:
    """Mean luminance of the disc whose diameter is the longer side of the field."""
    height, width = inside.shape[:2]
    y = np.arange(0, height, step) - (height - 1) / 2
    x = np.arange(0, width, step) - (width - 1) / 2
    in_disc = y[:, None] ** 2 + x[None] ** 2 <= (max(height, width) / 2) ** 2
    of_rows = in_disc[:, None].astype(np.float32) @ inside[::step, ::step].astype(np.float32)
    sums = of_rows.sum(axis=(0, 1), dtype=float)  # whole numbers, so no digit is lost
    return float(sums @ np.array(LUMINANCE) / in_disc.sum())
