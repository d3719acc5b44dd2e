"""Where in a photo the retina lies: the box of the field of view."""

from dataclasses import dataclass, replace

import numpy as np

LEAST_DIFFERENCE = 5.0  # of 255; below it lies the noise of JPEG
NARROW = 0.02  # of the height; a field narrower by more has lost a side, taller by more gained
SEEN_SIDE = 256  # px, the long side of the small copy on which the field is looked for
TRIES = 300  # circles through three points of the rim
NEAR = 1.2  # px of the small copy; a point so near a circle lies on it
AGREED = 0.6  # of the rim's points; a circle that fewer lie on is not believed
FEWEST_POINTS = 40
SHARP = 0.15  # of the brightest tenth; a rim falls at least so much within two pixels
DOUBT = 2  # px of the small copy, added beside a circle: rims are soft
MOST = 0.8  # of the lit rows; where fewer lie together, the others may be retina
FAR = 0.5  # of the frame's longer side; a field no longer than this is seen from afar
AROUND = 0.1  # of its longer side, seen beside it when it is looked for again from nearer
GLOW = 0.25  # of the field's median; what is brighter beside a circle is field, and stays


@dataclass(frozen=True)
class Field:
    """The box of the field of view in pixels; right and bottom lie outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Width of the box in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Height of the box in pixels."""
        return self.bottom - self.top


@dataclass(frozen=True)
class Circle:
    """The rim of a field of view: centre and radius in pixels."""

    x: float
    y: float
    radius: float


def find_field(pixels: np.ndarray) -> Field:
    """Find the box of the field of view of a photo (H, W, 3); the whole photo without a margin.

    The margin's colour is that of the corners. A pixel is lit that differs from it by more than a
    twentieth of what the brightest tenth does; a row or column is lit that has a fiftieth of such
    pixels. Corners that are lit retina (as bright as a third of the photo, and red) are no margin.

    Left and right are those of the circle that runs through the rim, where most of the rim's
    points agree on one: glow beside the field is left out, and a rim in the dark is kept; a side
    where what lies outside the circle is bright is not cut. Where they do not agree, the lit box is
    taken; one narrower than tall has lost a dark side, and is widened by as much on both.

    Above and below, what lies outside the circle, and writing beyond a dark gap, is left out. A
    field that is small in its frame is looked for again from nearer.
    """
    height, width = pixels.shape[:2]
    field = _seen_field(pixels)
    long = max(field.width, field.height)
    if long > FAR * max(width, height):
        return field
    around = int(AROUND * long) + 1
    left, top = max(0, field.left - around), max(0, field.top - around)
    near = _seen_field(pixels[top : field.bottom + around, left : field.right + around])
    return Field(near.left + left, near.top + top, near.right + left, near.bottom + top)


def _seen_field(pixels: np.ndarray) -> Field:
    height, width = pixels.shape[:2]
    step = max(1, min(max(height, width) // SEEN_SIDE, height, width))
    small = _averaged(pixels, step)
    light = brightest(small)
    bright = float(np.percentile(light, 90))
    lit = _lit(small, bright)
    if lit is None:
        return Field(0, 0, width, height)
    box = _without_writing(_box_of(lit), lit, light)
    circle = find_circle(light, bright, box)
    left, right = _sides_of(circle, box, light) if circle else _widened(box)
    top, bottom = _ends_of(circle, box, light) if circle else (box.top - 1, box.bottom + 1)
    return Field(
        max(0, left * step),
        max(0, top * step),
        min(width, right * step),
        min(height, bottom * step),
    )


def _averaged(pixels: np.ndarray, step: int) -> np.ndarray:
    """The photo in blocks of `step` px, averaged, so that grain is no light; (h, w, 3) float."""
    height, width = (side // step for side in pixels.shape[:2])
    whole = pixels[: height * step, : width * step]
    few = step <= 256  # the narrow types hold the sums exactly
    sums = whole[::step].astype(np.uint16 if few else np.uint32)
    for row in range(1, step):  # whole rows are added: ten times as fast as blocks
        np.add(sums, whole[row::step], out=sums)
    values = sums.reshape(-1, step * 3).astype(np.float32 if few else np.float64)
    blocks = values @ np.tile(np.eye(3, dtype=values.dtype), (step, 1))
    return blocks.reshape(height, width, 3).astype(np.float64) / step**2


def brightest(pixels: np.ndarray) -> np.ndarray:
    """The largest of the three colours of each pixel (H, W, 3), (H, W)."""
    return np.maximum(np.maximum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])


def _lit(small: np.ndarray, bright: float) -> np.ndarray | None:
    """What differs from the margin, (h, w); None where there is no margin."""
    margin = np.median(_corners(small), axis=0)
    if _is_retina(margin, bright):
        return None
    differs = brightest(np.abs(small - margin))
    lit = differs > max(LEAST_DIFFERENCE, 0.05 * float(np.percentile(differs, 90)))
    rows, columns = _lit_lines(lit)
    if rows.sum() < 0.2 * len(rows) or columns.sum() < 0.2 * len(columns):
        return None
    return lit


def _lit_lines(lit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which rows (h,) and which columns (w,) are lit."""
    return lit.mean(axis=1) > 0.02, lit.mean(axis=0) > 0.02


def _box_of(lit: np.ndarray) -> Field:
    rows, columns = (np.flatnonzero(lines) for lines in _lit_lines(lit))
    return Field(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _without_writing(box: Field, lit: np.ndarray, light: np.ndarray) -> Field:
    """The box without writing above or below: lit rows that a dark gap parts from most others.

    Writing is as bright as the field, and little of its strip is; else the box is left as it is.
    """
    rows = np.flatnonzero(_lit_lines(lit)[0])
    parts = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    most = max(parts, key=len)
    top, bottom = int(most[0]), int(most[-1]) + 1
    if len(parts) == 1 or len(most) < MOST * len(rows):
        return box
    level = float(np.median(light[top:bottom, box.left : box.right]))
    above, below = (
        strip.size and strip.max() > level and np.median(strip) < GLOW * level
        for strip in (light[box.top : top, box.left : box.right],
                      light[bottom : box.bottom, box.left : box.right])
    )  # fmt: skip
    return replace(box, top=top if above else box.top, bottom=bottom if below else box.bottom)


def _corners(small: np.ndarray) -> np.ndarray:
    """The pixels of the four corners, (n, 3)."""
    high, wide = (max(1, side // 40) for side in small.shape[:2])
    parts = [small[rows, columns].reshape(-1, 3)
             for rows in (slice(0, high), slice(-high, None))
             for columns in (slice(0, wide), slice(-wide, None))]  # fmt: skip
    return np.concatenate(parts)


def _is_retina(colour: np.ndarray, bright: float) -> bool:
    return bool(colour.max() > bright / 3 and colour[0] > 1.3 * colour[2] + 10)


def _sides_of(circle: Circle, lit: Field, light: np.ndarray) -> tuple[int, int]:
    """Left and right of a circle on the small copy, a little doubt added, no field cut."""
    left = int(np.floor(circle.x - circle.radius)) - DOUBT
    right = int(np.ceil(circle.x + circle.radius)) + DOUBT
    light = light[lit.top : lit.bottom]
    glow = GLOW * float(np.median(light[:, max(left, 0) : right]))
    if _is_bright(light[:, lit.left : max(left, 0)], glow):
        left = lit.left - 1
    if _is_bright(light[:, right : lit.right], glow):
        right = lit.right + 1
    return left, right


def _ends_of(circle: Circle, lit: Field, light: np.ndarray) -> tuple[int, int]:
    """Top and bottom of the lit box, less what reaches far beyond the circle and is not bright."""
    above = max(lit.top, int(np.floor(circle.y - circle.radius)) - DOUBT)
    below = min(lit.bottom, int(np.ceil(circle.y + circle.radius)) + DOUBT)
    light = light[:, lit.left : lit.right].T
    glow = GLOW * float(np.median(light[:, above:below]))
    far = NARROW * lit.height  # a circle is not known to the pixel
    top, bottom = lit.top - 1, lit.bottom + 1
    if above - lit.top > far and not _is_bright(light[:, lit.top : above], glow):
        top = above
    if lit.bottom - below > far and not _is_bright(light[:, below : lit.bottom], glow):
        bottom = below
    return top, bottom


def _is_bright(strip: np.ndarray, glow: float) -> bool:
    """Whether the middle half of a strip beside the circle is brighter than glow."""
    middle = strip[len(strip) // 4 : len(strip) - len(strip) // 4]
    return bool(middle.size and middle.mean() > glow)


def _widened(lit: Field) -> tuple[int, int]:
    """Left and right of the lit box, widened where it is narrower than tall."""
    lost = max(0, lit.height - lit.width)
    if lost < NARROW * lit.height:
        lost = 0
    return lit.left - 1 - lost, lit.right + 1 + lost


def find_circle(light: np.ndarray, bright: float, lit: Field) -> Circle | None:
    """Find the circle on which most points of the rim lie; None where they do not agree.

    Circles through three points of the rim are tried (random sample consensus, Fischler and
    Bolles 1981), always the same ones for the same photo, and the one most points lie on is kept.

    Args:
        light: (h, w) brightest colour of a photo at most a few hundred pixels wide.
        bright: what nine tenths of it stay below.
        lit: box in which the rim is looked for.
    """
    x, y = rim_points(light, bright, lit)
    if len(x) < FEWEST_POINTS:
        return None
    picked = np.random.default_rng(0).integers(0, len(x), (TRIES, 3))
    centre_x, centre_y, radius = _circles_through(x[picked], y[picked])
    height, width = light.shape
    plausible = (radius > 0.3 * min(height, width)) & (radius < 0.9 * max(height, width))
    if not plausible.any():
        return None
    centre_x, centre_y, radius = (each[plausible] for each in (centre_x, centre_y, radius))
    away = (x[None] - centre_x[:, None]) ** 2 + (y[None] - centre_y[:, None]) ** 2
    inner, outer = ((radius + off)[:, None] ** 2 for off in (-NEAR, NEAR))
    agreed = ((away > inner) & (away < outer)).mean(axis=1)
    best = int(agreed.argmax())
    if agreed[best] < AGREED:
        return None
    return Circle(float(centre_x[best]), float(centre_y[best]), float(radius[best]))


def rim_points(light: np.ndarray, bright: float, lit: Field) -> tuple[np.ndarray, np.ndarray]:
    """Where each row is cut most sharply in the outer quarters of the lit box; x, y in pixels."""
    rise = _rise(light)
    quarter = lit.width // 4 + 1
    rows = np.arange(lit.top, lit.bottom)
    outer_left = rise[lit.top : lit.bottom, lit.left : lit.left + quarter]
    outer_right = -rise[lit.top : lit.bottom, lit.right - quarter : lit.right + 1]
    x = np.concatenate(
        [lit.left + outer_left.argmax(axis=1), lit.right - quarter + outer_right.argmax(axis=1)]
    )
    drop = np.concatenate([outer_left.max(axis=1), outer_right.max(axis=1)])
    sharp = drop > SHARP * bright
    return x[sharp] - 0.5, np.concatenate([rows, rows])[sharp].astype(float)


def _rise(light: np.ndarray) -> np.ndarray:
    """Two pixels from here on less the two before, averaged over three rows; (h, w)."""
    rows = np.pad(light, ((1, 1), (0, 0)), mode="edge")
    smooth = (rows[:-2] + rows[1:-1] + rows[2:]) / 3
    wide = np.pad(smooth, ((0, 0), (2, 2)))
    width = light.shape[1]
    here, before = wide[:, 2:], wide[:, :-2]
    return (
        here[:, :width] + wide[:, 3 : 3 + width] - before[:, :width] - wide[:, 1 : 1 + width]
    ) / 2


def _circles_through(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centres and radii (n,) of the circles through three points each, x and y (n, 3).

    Three points on a line have no circle: their radius is 0.
    """
    ax, ay = x[:, 1] - x[:, 0], y[:, 1] - y[:, 0]
    bx, by = x[:, 2] - x[:, 0], y[:, 2] - y[:, 0]
    twice = 2 * (ax * by - ay * bx)
    lies_on_line = np.abs(twice) < 1e-6
    twice = np.where(lies_on_line, 1.0, twice)
    a, b = ax**2 + ay**2, bx**2 + by**2
    dx, dy = (by * a - ay * b) / twice, (ax * b - bx * a) / twice
    radius = np.where(lies_on_line, 0.0, np.hypot(dx, dy))
    return x[:, 0] + dx, y[:, 0] + dy, radius
