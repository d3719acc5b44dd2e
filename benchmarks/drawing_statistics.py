"""How near drawn photographs are to real ones: light, colour, texture, and contrast of lesions.

Every photograph is cut to its field and shrunk to a square of 256 px, lesions are measured at
512 px; drawn ones take the same way. Nothing of a photograph is kept but these numbers.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from scipy import ndimage

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.decode import read_photo
from drgrade.data.photos.field import find_field
from drgrade.data.photos.masks import KINDS, read_mask, square_mask
from drgrade.data.photos.preprocess import Preprocess, prepare

SIDE, FINE = 256, 512
RINGS = ((0.0, 0.3), (0.3, 0.6), (0.6, 0.8), (0.8, 0.95))  # shares of the field's radius
SCALES = ((0.8, 1.6), (1.6, 3.2), (3.2, 6.4), (6.4, 12.8), (12.8, 25.6))  # px at 256 px
LARGEST = 40  # lesions measured a kind and photograph

Numbers = dict[str, list[float]]


def squares(folder: Path, most: int) -> Iterator[np.ndarray]:
    """Up to `most` photographs of a folder, evenly chosen, as squares of `SIDE` px."""
    found = sorted(path for path in folder.iterdir() if path.is_file())
    for path in found[:: max(1, len(found) // most)][:most]:
        yield prepare(read_photo(path).pixels, Preprocess(size=SIDE))


def drawn_squares(seed: int, many: int) -> Iterator[np.ndarray]:
    """One eye each of `many` drawn patients, ungradable ones among them."""
    for number in range(many):
        painted = paint(draw_eye(seed, 2 * number + number % 2), FINE)
        yield prepare(painted.pixels, Preprocess(size=SIDE))


def looks(photos: Iterable[np.ndarray]) -> Numbers:
    """Statistics of squares (S, S, 3) uint8, a list a name, in the order of the photos."""
    found: Numbers = {}
    for pixels in photos:
        for name, value in _look(pixels.astype(np.float32)).items():
            found.setdefault(name, []).append(value)
    return found


def _look(pixels: np.ndarray) -> dict[str, float]:
    far = np.hypot(*np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j])
    lit = ndimage.binary_erosion(pixels.max(axis=2) > 12, iterations=6)
    inside = lit & (far < RINGS[-1][1])
    if inside.sum() < SIDE:
        return {}
    mean = pixels[inside].mean(axis=0)
    found = {f"mean {c}": float(v) for c, v in zip("RGB", mean, strict=True)}
    spread = pixels[inside].std(axis=0)
    found |= {f"sd {c}": float(v) for c, v in zip("RGB", spread, strict=True)}
    found |= {"G/R": float(mean[1] / mean[0]), "B/R": float(mean[2] / mean[0])}
    for low, high in RINGS:
        ring = inside & (far >= low) & (far < high)
        tint = pixels[ring].mean(axis=0) if ring.any() else mean
        found[f"light at {low}-{high}"] = float(tint.sum() / mean.sum())
        found[f"G/R at {low}-{high}"] = float(tint[1] / tint[0] / (mean[1] / mean[0]))
    return found | _texture(pixels[..., 1], inside)


def _texture(green: np.ndarray, inside: np.ndarray) -> dict[str, float]:
    """Contrast of the green light by scale; how dark the vessels, how bright the disc."""
    weight = inside.astype(np.float32)

    def smooth(sigma: float) -> np.ndarray:
        below = ndimage.gaussian_filter(weight, sigma) + np.float32(1e-6)
        return np.asarray(ndimage.gaussian_filter(green * weight, sigma) / below)

    found = {}
    for fine, wide in SCALES:
        band = (smooth(fine) - smooth(wide)) / np.maximum(smooth(wide), 4)
        found[f"contrast at {fine} px"] = float(band[inside].std())
    local = (smooth(0.7) / np.maximum(smooth(12), 4) - 1)[inside]
    for share in (1, 5, 95, 99.5):
        found[f"local light, {share} %"] = float(np.percentile(local, share))
    across = np.abs(ndimage.laplace(green)[inside])
    found["grain"] = float(np.median(across) / 0.6745 / np.sqrt(20))
    return found


def lesions_of(pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> Numbers:
    """Contrast by colour and area by kind of squares and masks at `FINE` px, one entry a lesion."""
    found: Numbers = {}
    for pixels, mask in pairs:
        field = max(1, int((pixels.max(axis=2) > 12).sum()))
        for bit, kind in enumerate(KINDS):
            _measure(found, kind, pixels.astype(np.float32), (mask >> bit & 1) > 0, mask, field)
    return found


def _measure(
    found: Numbers, kind: str, pixels: np.ndarray, marked: np.ndarray, mask: np.ndarray, field: int
) -> None:
    """Add the lesions of one kind and photo: inside less ring around, over the ring."""
    labels, number = ndimage.label(marked)
    if not number:
        return
    found.setdefault(f"{kind}: number a photo", []).append(number)
    found.setdefault(f"{kind}: share of the field, %", []).append(100 * marked.sum() / field)
    free = (mask & 31) == 0
    boxes = ndimage.find_objects(labels)
    for which in range(0, number, max(1, number // LARGEST)):
        rows, columns = boxes[which]
        window = (slice(max(0, rows.start - 5), rows.stop + 5),
                  slice(max(0, columns.start - 5), columns.stop + 5))  # fmt: skip
        inside = labels[window] == which + 1
        near = ndimage.binary_dilation(inside, iterations=4) & free[window]
        ring = near & ~ndimage.binary_dilation(inside, iterations=1)
        if ring.sum() < 6:
            continue
        around = np.maximum(pixels[window][ring].mean(axis=0), 4)
        contrast = pixels[window][inside].mean(axis=0) / around - 1
        for colour, value in zip("RGB", contrast, strict=True):
            found.setdefault(f"{kind}: contrast {colour}", []).append(float(value))
        peak = pixels[window][inside][:, 1]
        extreme = peak.max() if kind.endswith("exudate") else peak.min()
        found.setdefault(f"{kind}: furthest G", []).append(float(extreme / around[1] - 1))
        found.setdefault(f"{kind}: area, px", []).append(float(inside.sum()))


def masked(root: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Squares and masks of a folder with `images/` and `masks/`."""
    for path in sorted((root / "images").iterdir()):
        pixels = read_photo(path).pixels
        mask = square_mask(read_mask(root / "masks" / f"{path.stem}.png"),
                           find_field(pixels), pixels.shape[:2], FINE)  # fmt: skip
        yield prepare(pixels, Preprocess(size=FINE)), mask


def drawn_masked(seed: int, many: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Drawn photographs that are sick and good enough to grade, with their masks."""
    number = kept = 0
    while kept < many:
        eye = draw_eye(seed, number)
        number += 1
        if eye.grade > 1 and eye.quality == "good":
            kept += 1
            painted = paint(eye, FINE)
            yield painted.pixels, painted.mask


def table(columns: dict[str, Numbers]) -> str:
    """The 5th, 50th and 95th percentile of each statistic as Markdown, a column a folder."""
    names = list(dict.fromkeys(name for numbers in columns.values() for name in numbers))
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    for name in names:
        cells = [_cell(numbers.get(name, [])) for numbers in columns.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(values: list[float]) -> str:
    if not values:
        return ""
    return " ".join(f"{value:.3g}" for value in np.percentile(values, [5, 50, 95]))


def compare(folders: list[Path], masks: list[Path], seed: int, many: int) -> str:
    """Tables of drawn against real: looks of `folders`, and lesions of the folders `masks`."""
    first = f"drawn ({many})"
    columns = {first: looks(drawn_squares(seed, many))}
    said = table(columns | {_name(each): looks(squares(each, many)) for each in folders})
    if not masks:
        return said
    columns = {first: lesions_of(drawn_masked(seed, many))}
    return f"{said}\n\n{table(columns | {_name(each): lesions_of(masked(each)) for each in masks})}"


def _name(folder: Path) -> str:
    return folder.parent.name if folder.name == "images" else folder.name
