"""How fast photographs are drawn, against a plain blur; and a sheet of them to look at.

    python benchmarks/drawing.py
    python benchmarks/drawing.py --sheet drawn.jpg
    python benchmarks/drawing.py --sheet mixed.jpg --real FOLDER [--real FOLDER]
    python benchmarks/drawing.py --statistics FOLDER [FOLDER] --masked FOLDER --photos 100
    python benchmarks/drawing.py --grades 2000

The blur is `scipy.ndimage.gaussian_filter` of a square of the same size with three colours, sigma
2 px, run in turn with the drawing, so that a busy machine slows both. A sheet with real
photographs is for your own eyes: mind the terms they came with. Statistics are the 5th, 50th and
95th percentile, drawn beside real.
"""

import argparse
from pathlib import Path
from time import process_time

import numpy as np
from drawing_statistics import compare
from PIL import Image
from ratios import Ratio, report
from scipy.ndimage import gaussian_filter

from drgrade.data.phantom.drawing import draw_eye, paint

TILE, MANY = 192, 16
REPEATS = 3
AIMS = {256: 20.0, 512: 5.0}  # photographs a second on one core


def measure(size: int, photos: int) -> tuple[float, float]:
    """Median seconds of processor time for a drawn photo and for a blur, both at `size` px."""
    plain = np.random.default_rng(0).random((size, size, 3), np.float32)
    drawing, blurring = [], []
    for number in range(photos):
        start = process_time()
        paint(draw_eye(0, number), size)
        middle = process_time()
        gaussian_filter(plain, (2, 2, 0))
        drawing.append(middle - start)
        blurring.append(process_time() - middle)
    return float(np.median(drawing)), float(np.median(blurring))


def grades(seed: int, eyes: int) -> str:
    """Shares of the grades, the correlation of a patient's two, with intervals over patients."""
    pairs = np.array([draw_eye(seed, number).grade for number in range(eyes)]).reshape(-1, 2)
    chance = np.random.default_rng(0)
    again = [pairs[chance.integers(0, len(pairs), len(pairs))] for _ in range(1000)]
    lines = ["| | share or correlation | 95 % interval |", "|---|---|---|"]
    for grade in range(5):
        each = [100 * float((some == grade).mean()) for some in (pairs, *again)]
        low, high = np.percentile(each[1:], [2.5, 97.5])
        lines.append(f"| grade {grade} | {each[0]:.1f} % | {low:.1f}-{high:.1f} % |")
    each = [_alike(some) for some in (pairs, *again)]
    low, high = np.percentile(each[1:], [2.5, 97.5])
    lines.append(f"| intraclass correlation of two eyes | {each[0]:.3f} | {low:.3f}-{high:.3f} |")
    return "\n".join(lines)


def _alike(pairs: np.ndarray) -> float:
    around = pairs - pairs.mean()
    return float(around.prod(axis=1).mean() / (around**2).mean())


def drawn(seed: int) -> list[Image.Image]:
    """One eye each of 16 drawn patients."""
    eyes = (draw_eye(seed, 2 * number + number % 2) for number in range(MANY))
    return [Image.fromarray(paint(eye, 2 * TILE).pixels) for eye in eyes]


def real(folders: list[Path], seed: int) -> list[Image.Image]:
    """16 photographs of these folders by chance, the field cut out roughly."""
    found = sorted(path for folder in folders for path in folder.iterdir() if path.is_file())
    chosen = np.random.default_rng(seed).choice(len(found), MANY, replace=False)
    return [_square(Image.open(found[place]).convert("RGB")) for place in chosen]


def _square(photo: Image.Image) -> Image.Image:
    box = photo.convert("L").point(lambda value: 255 * (value > 18)).getbbox() or (0, 0, 1, 1)
    cut = photo.crop(box)
    side = max(cut.size)
    whole = Image.new("RGB", (side, side))
    whole.paste(cut, ((side - cut.width) // 2, (side - cut.height) // 2))
    return whole


def sheet(tiles: list[Image.Image], across: int) -> Image.Image:
    """Tiles in rows, `across` in each."""
    rows = -(-len(tiles) // across)
    whole = Image.new("RGB", (across * TILE, rows * TILE))
    for place, tile in enumerate(tiles):
        small = tile.resize((TILE, TILE), Image.Resampling.LANCZOS)
        whole.paste(small, (place % across * TILE, place // across * TILE))
    return whole


def write_sheet(output: Path, folders: list[Path], seed: int) -> None:
    """Write four columns of drawn photographs, and four of real ones where folders are given."""
    tiles = drawn(seed)
    if folders:
        others = real(folders, seed)
        tiles = [tile for row in range(0, MANY, 4) for side in (tiles, others)
                 for tile in side[row : row + 4]]  # fmt: skip
    sheet(tiles, 8 if folders else 4).save(output, quality=88, optimize=True)


def main() -> None:
    """Print a line a size, the statistics or the grades, or write a sheet."""
    parser = argparse.ArgumentParser(description="speed and looks of drawn photographs")
    parser.add_argument("--photos", type=int, default=40)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--real", type=Path, action="append", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--statistics", type=Path, nargs="*", help="folders of real photographs")
    parser.add_argument("--masked", type=Path, nargs="*", default=[], help="with images/, masks/")
    parser.add_argument("--grades", type=int, help="of so many eyes, an even number")
    asked = parser.parse_args()
    if asked.grades:
        print(grades(asked.seed, asked.grades))
        return
    if asked.statistics is not None:
        print(compare(asked.statistics, asked.masked, asked.seed, asked.photos))
        return
    if asked.sheet:
        write_sheet(asked.sheet, asked.real, asked.seed)
        return
    print("size  photographs a second  aim  blurs a photograph")
    for size, aim in AIMS.items():
        found = [measure(size, max(1, asked.photos // REPEATS)) for _ in range(REPEATS)]
        drawing, blurring = np.median(found, axis=0)
        print(f"{size:4d}  {1 / drawing:20.1f}  {aim:3.0f}  {drawing / blurring:18.1f}")
        report(Ratio(f"drawing a photograph at {size} px", "a Gaussian blur of such a square",
                     [blur / draw for draw, blur in found]))  # fmt: skip


if __name__ == "__main__":
    main()
