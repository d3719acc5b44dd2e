"""Full-size photographs to squares of 512 px: ours against Pillow, with what is lost on the way.

Every way finds the field, crops to it, pads to a square and shrinks it; on one core, in turn, in
processor time. Ours also does what the others leave out: hash, colour profile, upright turn, light
and fingerprint. Then all ways crop the same box: how far their pixels differ from those of the
whole photograph shrunk in one go, and what is left of the contrast of masked microaneurysms.
Without a folder it draws photographs itself, 1,600 px wide and enlarged.

Command: python benchmarks/preparing.py [FOLDER] [--size 512] [--repeats 5] [--masked FOLDER]
"""

import argparse
import csv
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import process_time

import numpy as np
from microaneurysm_contrast import contrasts, places
from PIL import Image
from ratios import Ratio, report

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.decode import read_photo
from drgrade.data.photos.field import Field, find_field
from drgrade.data.photos.intake import open_photo
from drgrade.data.photos.preprocess import Preprocess
from drgrade.runtime.malloc import keep_freed_memory

MASKED = Path(__file__).resolve().parents[2] / "shared" / "data" / "idrid_seg"
WIDE, DRAWN = (4288, 2848), 6
BLACK = 18  # of 255: where a plain loop thinks that the field begins
BOX, LANCZOS = Image.Resampling.BOX, Image.Resampling.LANCZOS
Box = tuple[float, float, float, float]  # left, top, right, bottom as shares of the photo


@dataclass(frozen=True)
class Pillow:
    """A way of preparing by Pillow alone: how it decodes and how it shrinks."""

    how: Image.Resampling
    draft: bool
    gap: float | None = None

    def __call__(self, path: Path, size: int, box: Box | None = None) -> np.ndarray:
        """The square (size, size, 3) uint8 of a photo; the lit box, or the one that is given."""
        with Image.open(path) as image:
            if self.draft:
                image.draft("RGB", (size, size))
            picture = image.convert("RGB")
        cut = picture.crop(_lit(picture) if box is None else _scaled(box, picture.size))
        square = Image.new("RGB", (max(cut.size),) * 2)
        square.paste(cut, ((square.width - cut.width) // 2, (square.height - cut.height) // 2))
        return np.asarray(square.resize((size, size), self.how, reducing_gap=self.gap))


def _lit(picture: Image.Image) -> tuple[int, int, int, int]:
    lit = picture.convert("L").point(lambda value: 255 * (value > BLACK)).getbbox()
    return lit or (0, 0, *picture.size)


def _scaled(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(share * size[i % 2]) for i, share in enumerate(box))
    return left, top, right, bottom


def ours(path: Path, size: int) -> np.ndarray:
    """The square as drgrade prepares it."""
    return open_photo(path, Preprocess(size=size), fingerprint=True).pixels


Way = Callable[[Path, int], np.ndarray]
OURS, KEPT = "drgrade", ", freed memory kept"
WAYS: dict[str, Pillow] = {
    "Pillow in full, box": Pillow(BOX, draft=False),
    "Pillow in full, Lanczos": Pillow(LANCZOS, draft=False),
    "Pillow with draft and reducing gap, box": Pillow(BOX, draft=True, gap=2.0),
    "Pillow with draft and reducing gap, Lanczos": Pillow(LANCZOS, draft=True, gap=2.0),
}
AIMS = {name: 1.0 if way.draft else 5.0 for name, way in WAYS.items()}


def seconds(files: list[Path], size: int, repeats: int) -> dict[str, list[float]]:
    """Processor seconds of all files by way, once a repeat.

    Ours works in a process that keeps freed memory, as the command does; Pillow in one as Python
    starts it, and once more in one that keeps memory.
    """
    apart = get_context("spawn")
    with (
        ProcessPoolExecutor(1, apart, initializer=keep_freed_memory) as kept,
        ProcessPoolExecutor(1, apart) as plain,
    ):
        places = {OURS: (kept, ours), **{name: (plain, way) for name, way in WAYS.items()},
                  **{name + KEPT: (kept, way) for name, way in WAYS.items()}}  # fmt: skip
        found = {name: [0.0] * repeats for name in places}
        for repeat in range(-1, repeats):  # the first round warms up
            for file in files if repeat >= 0 else files[:1]:
                for name, (pool, way) in places.items():
                    took = pool.submit(timed, way, file, size).result()
                    found[name][max(repeat, 0)] += took if repeat >= 0 else 0.0
    return found


def timed(way: Way, file: Path, size: int) -> float:
    """Processor seconds of one way with one file."""
    begun = process_time()
    way(file, size)
    return process_time() - begun


def field_box(path: Path, size: int) -> Box:
    """The box that ours crops to, as shares of the photo."""
    pixels = read_photo(path, wanted_side=size).pixels
    field, (height, width) = find_field(pixels), pixels.shape[:2]
    return field.left / width, field.top / height, field.right / width, field.bottom / height


def squares(path: Path, size: int) -> dict[str, np.ndarray]:
    """The square by each way, all cropped to the box of ours."""
    box = field_box(path, size)
    return {OURS: ours(path, size), **{name: way(path, size, box) for name, way in WAYS.items()}}


def differences(files: list[Path], size: int) -> dict[str, tuple[float, float]]:
    """Mean and 99.9th percentile of the difference to the whole photo's box average, 0 to 255.

    Pixels inside the field count: the disc of nine tenths of the square.
    """
    away = np.arange(size) - (size - 1) / 2
    inside = np.hypot(away[:, None], away[None]) < 0.45 * size
    found: dict[str, list[np.ndarray]] = {}
    for file in files:
        made = squares(file, size)
        whole = made["Pillow in full, box"].astype(int)
        for name, square in made.items():
            found.setdefault(name, []).append(np.abs(square - whole)[inside].ravel())
    joined = {name: np.concatenate(each) for name, each in found.items()}
    return {name: (float(each.mean()), float(np.percentile(each, 99.9)))
            for name, each in joined.items()}  # fmt: skip


def masked_pairs(root: Path, folder: Path) -> list[tuple[Path, Path]]:
    """Photos of a folder that have a mask in the segmentation set, by the set's index."""
    with (root / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["grading_image"]]
    pairs = [(folder / row["grading_image"], root / "masks" / f"{Path(row['image']).stem}.png")
             for row in rows]  # fmt: skip
    return [pair for pair in pairs if pair[0].is_file()]


def kept_contrasts(pairs: list[tuple[Path, Path]], size: int) -> dict[str, np.ndarray]:
    """Contrast of every masked microaneurysm in the square of each way."""
    found: dict[str, list[np.ndarray]] = {}
    for photo, mask_file in pairs:
        mask = np.asarray(Image.open(mask_file))
        height, width = mask.shape
        left, top, right, bottom = _scaled(field_box(photo, size), (width, height))
        field = Field(left, top, right, bottom)
        at = places(mask, field, np.random.default_rng(0))
        side = max(field.width, field.height)
        corner = left - (side - field.width) / 2, top - (side - field.height) / 2
        for name, square in squares(photo, size).items():
            each = contrasts(square[..., 1], at, size / side, *corner)
            found.setdefault(name, []).append(each[at.is_lesion])
    return {name: np.concatenate(each) for name, each in found.items()}


def print_quality(files: list[Path], size: int) -> None:
    """Print how far the pixels of each way are from the whole photo's average."""
    print("\n| way | differs by, mean | 99.9th percentile |\n|---|---|---|")
    for name, (mean, high) in differences(files, size).items():
        print(f"| {name} | {mean:.2f} | {high:.0f} |")


def print_contrast(pairs: list[tuple[Path, Path]], size: int) -> None:
    """Print what each way leaves of microaneurysms, with 95 % intervals of the median."""
    found = kept_contrasts(pairs, size)
    number = len(found[OURS])
    print(f"\n{number:,} microaneurysms of {len(pairs)} photographs, squares of {size} px\n")
    print("| way | contrast, median (95 % interval) |\n|---|---|")
    draws = np.random.default_rng(0).integers(0, number, (1000, number))
    for name, each in found.items():
        low, high = np.percentile(np.median(each[draws], axis=1), [2.5, 97.5])
        print(f"| {name} | {np.median(each):.3f} ({low:.3f}-{high:.3f}) |")


def drawn(folder: Path) -> list[Path]:
    """A few drawn photographs, enlarged to the size of a fundus camera's."""
    for number in range(DRAWN):
        small = Image.fromarray(paint(draw_eye(0, 2 * number), 800).pixels)
        whole = Image.new("RGB", WIDE)
        side = WIDE[1]
        whole.paste(
            small.resize((side, side), Image.Resampling.BICUBIC), ((WIDE[0] - side) // 2, 0)
        )
        whole.save(folder / f"eye{number}.jpg", quality=90)
    return sorted(folder.iterdir())


def main() -> None:
    """Time all ways, then measure what they lose; print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="JPEGs of full size")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--masked", type=Path, default=MASKED, help="IDRiD's segmentation set")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = sorted(asked.folder.glob("*.jp*g")) if asked.folder else drawn(Path(folder))
        took = seconds(files, asked.size, asked.repeats)
        for name, each in took.items():
            print(f"{name}: {1000 * np.median(each) / len(files):.0f} ms a photograph")
        for name, aim in AIMS.items():
            pairs = zip(took[name], took[OURS], strict=True)
            report(Ratio(f"preparing {len(files)} photographs to {asked.size} px", name,
                         [theirs / mine for theirs, mine in pairs], aim))  # fmt: skip
        print_quality(files, asked.size)
        if asked.folder and (asked.masked / "index.csv").is_file():
            pairs = masked_pairs(asked.masked, asked.folder)
            if pairs:
                print_contrast(pairs, asked.size)
            smaller = [(path, asked.masked / "masks" / f"{path.stem}.png")
                       for path in sorted((asked.masked / "images").iterdir())]  # fmt: skip
            print_contrast(smaller, asked.size // 2)


if __name__ == "__main__":
    main()
