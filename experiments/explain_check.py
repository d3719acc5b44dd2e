"""Whether explanations are true of a grader: pointing game and erasing, on photographs with masks.

Pointing: does the strongest place of the evidence hold a lesion of the reference masks? Beside it
the share of places that do, which is what pointing anywhere in the field gets. Erasing: are the
lesions that the grader marks, painted over, missed more than nine decoys of the same shapes each
in other places (a mark that means nothing is, one time in ten), and by a tenth of log-odds or
more? And does a referable answer turn? Last, how many of the marks lie
on a lesion of the reference masks. Shares have Wilson's interval; photographs whose marks do not
matter are named. Nothing is trained; the photographs should be ones the grader has never seen.

    python experiments/explain_check.py RUN --masks FOLDER [--names FILE] [--photos N]

FOLDER has `images/` and `masks/` (bits as in `drgrade.data.masks`); FILE lists the stems of the
photographs to be used, one a line.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from scipy import ndimage

from drgrade.data.dataset import as_unit
from drgrade.data.masks import KINDS, planes, read_mask, square_mask
from drgrade.evaluation.intervals import proportion
from drgrade.evaluation.values import Estimate
from drgrade.models.checkpoint import load_grader
from drgrade.models.evidence import FIGURES
from drgrade.models.explain import Explanation, explain_photo
from drgrade.models.faithful import (
    LEAST_MOVE,
    Erasing,
    Pointing,
    draw_decoy,
    erase,
    point,
)
from drgrade.models.found_lesions import field_of
from drgrade.models.grader import Grader

DECOYS = 9


@dataclass(frozen=True)
class Checked:
    """One photograph: its checks, None where they could not be made, and its marks on lesions.

    `over` is the explained figure above the point from which a photograph is referable. `spots`
    counts the marks of the grader, `true` those that lie on a reference lesion.
    """

    name: str
    grade: int
    over: float
    pointing: Pointing | None
    erasing: Erasing | None
    spots: int
    true: int


def chosen_photos(folder: Path, names: Path | None, photos: int) -> list[Path]:
    """The photographs that have a mask and are asked for."""
    wanted = set(names.read_text().split()) if names else None
    found = [path for path in sorted((folder / "images").iterdir())
             if (folder / "masks" / f"{path.stem}.png").is_file()
             and (wanted is None or path.stem in wanted)]  # fmt: skip
    return found[:photos] if photos else found


def checked_photos(grader: Grader, folder: Path, paths: list[Path]) -> Iterator[Checked]:
    """Explain each photograph and check its explanation; chance depends on its place alone."""
    for number, path in enumerate(paths):
        row, found = explain_photo(grader, path.name, path)
        if found is None:
            print(f"{path.name}: {row['status']}, {row.get('reason', '')}")
            continue
        lesion = reference(folder / "masks" / f"{path.stem}.png", found, grader.preprocess.size)
        yield check(grader, found, lesion, np.random.default_rng([0, number]))


def reference(path: Path, found: Explanation, size: int) -> np.ndarray:
    """The lesions of a reference mask at the side of the square, (S, S) bool."""
    square = square_mask(read_mask(path), found.prepared.field, found.prepared.seen, size)
    return planes(square[None])[0, : len(KINDS)].any(axis=0)


def check(
    grader: Grader, found: Explanation, lesion: np.ndarray, generator: np.random.Generator
) -> Checked:
    """Both checks of one explanation."""
    pixels = found.prepared.pixels
    inside = field_of(pixels, len(pixels))
    marked = marks(found, len(pixels)) & inside
    decoys = [draw_decoy(generator, marked, inside) for _ in range(DECOYS)] if marked.any() else []
    erasing = None
    if decoys and all(each is not None for each in decoys):
        erasing = erase(pixels, marked, decoys, inside, lambda square: figure(grader, square))
    labels, spots = ndimage.label(marked, np.ones((3, 3)))
    true = len(set(np.unique(labels[lesion])) - {0})
    pointing = point(found.evidence.says, lesion, inside)
    over = found.evidence.total - found.evidence.neutral
    return Checked(found.row["photo"], found.grade, over, pointing, erasing, spots, true)


def marks(found: Explanation, size: int) -> np.ndarray:
    """The lesions that the grader sees, (S, S) bool; none where it has no maps."""
    if found.sight is None:
        return np.zeros((size, size), bool)
    lesion = (found.sight.shares[: len(KINDS)] > found.sight.threshold).any(axis=0)
    return np.asarray(Image.fromarray(lesion).resize((size, size), Image.Resampling.NEAREST))


def figure(grader: Grader, pixels: np.ndarray) -> float:
    """The figure that evidence explains, of a square (S, S, 3) uint8."""
    with torch.inference_mode():
        outputs = grader.outputs(as_unit(torch.tensor(pixels)[None]))
    return float(FIGURES[grader.objective_name][1](outputs[0].double()))


def print_pointing(checked: list[Checked]) -> None:
    """How often the strongest place holds a lesion, beside chance."""
    played = [each.pointing for each in checked if each.pointing]
    if played:
        chance = np.mean([each.chance for each in played])
        hits = share([each.hit for each in played])
        print(f"pointing: hits {hits}; pointing anywhere in the field {chance:.3f}")


def share(flags: list[bool]) -> Estimate:
    """The share of photographs for which something holds, with Wilson's interval."""
    return proportion(int(np.sum(flags)), len(flags))


def print_erasing(checked: list[Checked]) -> None:
    """How often the marks matter, how far they move the figure, and where they do not."""
    tried = [each for each in checked if each.erasing]
    print(
        f"erasing: {len(tried)} photographs with marks that could be tried, {len(checked)} in all"
    )
    if not tried:
        return
    marked = np.array([each.erasing.marked for each in tried])
    decoys = np.array([each.erasing.decoys for each in tried])
    pairs = np.mean(np.abs(marked)[:, None] > np.abs(decoys))
    print(f"marks move the figure more than all of {DECOYS} decoys: "
          f"{share([each.erasing.stands_out for each in tried])}; "
          f"by chance {1 / (DECOYS + 1)}")  # fmt: skip
    print(f"more than a decoy: {pairs:.3f} of pairs; by chance 0.500")
    print(f"and by {LEAST_MOVE} or more, so that they matter: "
          f"{share([each.erasing.matters for each in tried])}")  # fmt: skip
    print(f"the figure falls with the marks: {share(list(marked > 0))}; by {np.median(marked):.3f} "
          f"in the middle, with decoys by {np.median(decoys):.3f}")  # fmt: skip
    turned = [each.over < each.erasing.marked for each in tried if each.over > 0]
    if turned:
        print(f"a referable answer turns with the marks: {share(turned)}")
    for each in tried:
        if not each.erasing.matters:
            print(f"FAILED: what is marked in {each.name} (grade {each.grade}) does not matter: "
                  f"{each.erasing.marked:+.3f}, decoys up to "
                  f"{max(map(abs, each.erasing.decoys)):.3f}")  # fmt: skip


def main() -> None:
    """Print both checks."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("run", type=Path)
    words.add_argument("--masks", type=Path, required=True)
    words.add_argument("--names", type=Path)
    words.add_argument("--photos", type=int, default=0)
    asked = words.parse_args()
    grader = load_grader(asked.run)
    paths = chosen_photos(asked.masks, asked.names, asked.photos)
    checked = list(checked_photos(grader, asked.masks, paths))
    print_pointing(checked)
    print_erasing(checked)
    spots, true = (sum(getattr(each, name) for each in checked) for name in ("spots", "true"))
    if spots:
        print(f"marks that lie on a reference lesion: {proportion(true, spots)}")


if __name__ == "__main__":
    main()
