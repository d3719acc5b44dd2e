"""What a network that has seen drawn photographs alone reads off real ones.

Its grade: AUC of a referable grade and QWK on manifests of real photographs. Its lesion maps:
average precision of pixels against masks of real lesions, beside the share of lesion pixels, which
is what a map without any knowledge gets; at half the side the network reads, any-pixel masks.
Nothing is trained.

    python experiments/drawn_transfer.py RUN --grades idrid.csv --masks FOLDER --drawn 200 \
        --figure OUT.svg --sheet OUT.png

FOLDER has `images/` and `masks/` (bits as in `drgrade.data.photos.masks`). `--drawn` measures the
maps on drawn photographs of another seed too, and the figure has the curves of both: how much is
lost from drawn to real, and where. The sheet shows photographs with their masks and maps; mind the
terms the photographs came with.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from pixel_precision import PixelCounts, count_pixels, lesion_share, pixel_auprc

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.field import find_field
from drgrade.data.photos.intake import open_photo
from drgrade.data.photos.masks import MAPS, planes, read_mask, square_mask
from drgrade.data.photos.preprocess import prepare
from drgrade.data.tables.manifest import read_manifest
from drgrade.evaluation.pages.figures import blank_figure, styled, write_figure
from drgrade.explanation.findings import field_of
from drgrade.icdr import PROBABILITIES
from drgrade.inference.engine_torch import TorchEngine
from drgrade.inference.stream import grade_photos
from drgrade.models.checkpoint import load_grader
from drgrade.models.grader import Grader
from drgrade.models.layers.squares import as_unit
from drgrade.stats.area_intervals import area
from drgrade.stats.intervals import bootstrap
from drgrade.stats.metrics import kappas

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SEED = 11  # of drawn photographs that no training here has seen
COLOURS_OF_SETS = ("#888888", "#c03030")
SHOWN, SIDE = 6, 384  # rows of the sheet, and px of a picture in it
COLOURS = np.array(
    [[255, 60, 60], [200, 0, 200], [255, 230, 0], [0, 220, 255], [90, 255, 90]], np.float32
)


@dataclass(frozen=True)
class LesionOutputs:
    """A square (S, S, 3), its masks and the logits of its maps, both (5, S/2, S/2)."""

    pixels: np.ndarray
    masks: np.ndarray
    logits: np.ndarray

    @property
    def inside(self) -> np.ndarray:
        """The field of view at the side of the maps."""
        return field_of(self.pixels, self.logits.shape[-1])


def print_grades(grader: Grader, path: Path) -> None:
    """AUC and QWK on the graded photographs of a manifest, groups resampled."""
    manifest = read_manifest(path)
    known = manifest.table.filter(manifest.table["grade"].is_not_null())
    photos = [(name, manifest.locate(name)) for name in known["photo"]]
    rows = list(grade_photos(TorchEngine(grader), photos, retina_check=False))
    graded = np.array([row["status"] == "graded" for row in rows])
    p = np.array([[row.get(name, np.nan) for name in PROBABILITIES] for row in rows])[graded]
    grades = known["grade"].to_numpy()[graded]
    groups = manifest.groups()[manifest.table["grade"].is_not_null().to_numpy()][graded]
    found = area(grades >= 2, p[:, 2:].sum(axis=1), groups)
    agreement = bootstrap(kappas, grades, p.argmax(axis=1), groups)
    print(f"{path.stem}: {graded.sum()} of {len(rows)} photographs; AUC of a referable grade "
          f"{found}, QWK {agreement}")  # fmt: skip


def seen_photos(grader: Grader, folder: Path) -> Iterator[LesionOutputs]:
    """Every photograph of a folder that has a mask, as the grader sees it."""
    for path in sorted((folder / "images").iterdir()):
        prepared = open_photo(path, grader.preprocess, retina_check=False)
        mask = read_mask(folder / "masks" / f"{path.stem}.png")
        square = square_mask(mask, prepared.field, prepared.seen, grader.preprocess.size)
        yield see(grader, prepared.pixels, square)


def seen_drawn(grader: Grader, many: int) -> Iterator[LesionOutputs]:
    """Drawn photographs of grade 2 or more and good quality, one eye a patient."""
    size = grader.preprocess.size
    fit = (eye for number in count() if (eye := draw_eye(SEED, 2 * number + number % 2)).grade > 1
           and eye.quality == "good")  # fmt: skip
    for eye in islice(fit, many):
        painted = paint(eye, 2 * size)
        field = find_field(painted.pixels)
        square = square_mask(painted.mask, field, painted.pixels.shape[:2], size)
        yield see(grader, prepare(painted.pixels, grader.preprocess), square)


def see(grader: Grader, pixels: np.ndarray, mask: np.ndarray) -> LesionOutputs:
    """A square and its mask (S, S), bits, beside what the grader makes of it."""
    with torch.inference_mode():
        maps = grader.see(as_unit(torch.tensor(pixels)[None])).maps[0].float().numpy()
    masks = F.max_pool2d(torch.from_numpy(planes(mask[None])), 2)[0].numpy()
    return LesionOutputs(pixels, masks, maps)


def counted(seen: list[LesionOutputs], kind: int) -> PixelCounts:
    """The pixels of one kind of lesion in all photographs."""
    return PixelCounts.joined(
        [count_pixels(each.logits[kind], each.masks[kind] > 0, each.inside) for each in seen]
    )


def print_pixels(seen: list[LesionOutputs], of: str) -> None:
    """Average precision a kind of lesion, beside the share of its pixels."""
    print(f"{len(seen)} {of} photographs with masks")
    for kind, name in enumerate(MAPS):
        counts = counted(seen, kind)
        print(
            f"{name:14} AUPRC {pixel_auprc(counts)}, without knowledge {lesion_share(counts):.4f}"
        )


def draw_precision(sets: dict[str, list[LesionOutputs]]) -> "Figure":
    """Precision over recall of each kind of lesion, a curve a set; dotted: without knowledge."""
    with styled():
        figure = blank_figure(12.0, 2.9)
        for kind, (name, axes) in enumerate(
            zip(MAPS, figure.subplots(1, len(MAPS), sharey=True), strict=True)
        ):
            for (of, seen), colour in zip(sets.items(), COLOURS_OF_SETS, strict=False):
                counts = counted(seen, kind)
                hits = np.cumsum(counts.lesion.sum(axis=0)[::-1])
                called = hits + np.cumsum(counts.other.sum(axis=0)[::-1])
                drawn = called > 0
                axes.plot(hits[drawn] / hits[-1], hits[drawn] / called[drawn], color=colour,
                          lw=1.4, label=of)  # fmt: skip
                axes.axhline(lesion_share(counts), color=colour, lw=0.8, ls=":")
            axes.set_title(name.replace("_", " "), fontsize=9)
            axes.set_xlabel("recall")
            axes.set_xlim(0, 1)
            axes.set_ylim(0, 1.02)
        figure.axes[0].set_ylabel("precision")
        figure.axes[0].legend(fontsize=7, frameon=False)
    return figure


def sheet(seen: list[LesionOutputs]) -> Image.Image:
    """Photograph, mask and map of those with the most lesion pixels, a row each."""
    most = sorted(seen, key=lambda each: -each.masks.sum())[: 3 * SHOWN : 3]
    rows = [np.concatenate([_large(each.pixels), _coloured(each, each.masks),
                            _coloured(each, 1 / (1 + np.exp(-each.logits)))], axis=1)
            for each in most]  # fmt: skip
    return Image.fromarray(np.concatenate(rows).astype(np.uint8))


def _large(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE)), np.float32)


def _coloured(seen: LesionOutputs, cover: np.ndarray) -> np.ndarray:
    """The photograph, darkened, with the cover (5, H, W), 0 to 1, of each kind in its colour."""
    picture = 0.4 * _large(seen.pixels)
    for plane, colour in zip(cover.astype(np.float32), COLOURS, strict=True):
        large = Image.fromarray(plane).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
        share = np.asarray(large)[:, :, None]
        picture += share * (colour - picture)
    return picture


def main() -> None:
    """Print both tables, and write the sheet where asked."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("run", type=Path)
    words.add_argument("--grades", type=Path, action="append", default=[])
    words.add_argument("--masks", type=Path)
    words.add_argument("--drawn", type=int, default=0)
    words.add_argument("--figure", type=Path)
    words.add_argument("--sheet", type=Path)
    asked = words.parse_args()
    grader = load_grader(asked.run)
    for manifest in asked.grades:
        print_grades(grader, manifest)
    sets: dict[str, list[LesionOutputs]] = {}
    if asked.drawn:
        sets["drawn"] = list(seen_drawn(grader, asked.drawn))
    if asked.masks:
        sets["real"] = list(seen_photos(grader, asked.masks))
        if asked.sheet:
            sheet(sets["real"]).save(asked.sheet)
    for of, seen in sets.items():
        print_pixels(seen, of)
    if asked.figure and sets:
        write_figure(draw_precision(sets), asked.figure)


if __name__ == "__main__":
    main()
