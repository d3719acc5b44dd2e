"""Whether explanations are true of a grader: pointing game and erasing, on photographs with masks.

Pointing: does the strongest place of the evidence hold a lesion of the reference masks? Beside it
the share of places that do, which is what pointing anywhere in the field gets. Erasing: are the
lesions that the grader marks, painted over, missed more than nine decoys of the same shapes each
in other places (a mark that means nothing is, one time in ten), and by a tenth of log-odds or
more? Each decoy is the one of five random ones that lies on what stands out most, so that not only
smooth retina is erased; how much painting it over changes the picture is told. And does a referable
answer turn, and which ones have no mark to explain them? Last, the average precision of the pixels
of each map, how many of the marks of each kind lie on a lesion of that kind or of any in the
reference masks (a pixel of the map beside it is near enough), and how many of those are marked.
Shares of photographs have Wilson's interval, of marks and lesions that of a ratio over photographs;
photographs whose marks do not matter are named. Nothing is trained; the photographs should be ones
the grader has never seen.

    python experiments/explain_check.py RUN --masks FOLDER [--names FILE] [--photos N]
    python experiments/explain_check.py RUN --folds MANIFEST [--photos N] [--mark explained-256]
    python experiments/explain_check.py MODEL --alone MANIFEST [--fine 1024] [--mark NAME]

FOLDER has `images/` and `masks/` (bits as in `drgrade.data.photos.masks`); FILE lists the stems of
the photographs to be used, one a line. With `--folds` RUN is a training in folds, and each
photograph of MANIFEST that has a mask is explained by the model that never saw it; with `--alone`
all that have one by one model, which must not have learned from them. With `--fine` maps are also
enlarged smoothly to so many pixels and held against masks of that size. With `--mark` the tables
are written into experiments/notes/grader.md too.
"""

import argparse
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from attribution_check import (
    LEAST_MOVE,
    Erasing,
    Pointing,
    draw_decoy,
    erase,
    painted_over,
    point,
)
from marked_page import fill
from PIL import Image
from pixel_precision import PixelCounts, count_pixels, lesion_share, pixel_auprc
from scipy import ndimage

from drgrade.data.photos.masks import KINDS, MAPS
from drgrade.data.tables.manifest import read_manifest
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.evaluation.lesion_reliability import share as share_of
from drgrade.explanation.evidence import FIGURES
from drgrade.explanation.explain import Explanation, explain_photo
from drgrade.explanation.findings import field_of
from drgrade.inference.engine_torch import TorchEngine
from drgrade.modelfile.places import place_of_model
from drgrade.models.checkpoint import load_grader
from drgrade.models.grader import Grader
from drgrade.models.layers.squares import as_unit
from drgrade.publishing.detections import (
    Marks,
    Masked,
    at_side,
    count_marks,
    masked_photos,
    reference,
)
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.stats.estimate import Estimate
from drgrade.stats.intervals import proportion

DECOYS, DRAWS, BLUR = 9, 5, 0.02  # of the side: what is smaller stands out of a blur
# Of the IDRiD challenge, at full size (Porwal et al. 2020, Medical Image Analysis 59).
BEST = dict(zip(KINDS, ("0.50", "0.68", "0.885", "0.70"), strict=True))
PAGE = Path(__file__).resolve().parent / "notes" / "grader.md"
LEAST = 1e-7  # of a probability: its log-odds are finite


@dataclass(frozen=True)
class Checked:
    """One photograph: its checks, None where they could not be made, and its marks on lesions.

    `over` is the explained figure above even odds (or above the cut of a regression). `marks`
    are those of each kind, `pixels` those of each map by their score. `changes` is by how much the
    picture changes where marks are painted over, and where decoys are, 0 to 255.
    """

    name: str
    grade: int
    over: float
    pointing: Pointing | None
    erasing: Erasing | None
    marks: list[Marks]
    pixels: list[PixelCounts]
    changes: tuple[float, float] = (0.0, 0.0)
    has_marks: bool = False
    fine: tuple[PixelCounts, ...] = ()


def tasks_of_one(run: Path, folder: Path, names: Path | None) -> list[Masked]:
    """The photographs of a folder that have a mask and are asked for, by one grader."""
    wanted = set(names.read_text().split()) if names else None
    grader = load_grader(run)
    return [Masked(grader, path, folder / "masks" / f"{path.stem}.png")
            for path in sorted((folder / "images").iterdir())
            if (folder / "masks" / f"{path.stem}.png").is_file()
            and (wanted is None or path.stem in wanted)]  # fmt: skip


def tasks_of_folds(run: Path, manifest: Path) -> list[Masked]:
    """The photographs of a manifest that have a mask, each by the fold that held it back."""
    rows = read_predictions(run / "out_of_fold.parquet")
    return masked_photos(load_grader(run / "fold-0"), rows, run, read_manifest(manifest))


def tasks_of_manifest(run: Path, manifest: Path) -> list[Masked]:
    """The photographs of a manifest that have a mask, all by one grader."""
    grader, table = load_grader(place_of_model(run)), read_manifest(manifest)
    rows = table.table.drop_nulls("mask").select("photo", "mask").iter_rows()
    return [Masked(grader, table.locate(photo), table.locate(mask)) for photo, mask in rows]


def checked_photos(tasks: list[Masked], fine: int = 0) -> Iterator[Checked]:
    """Explain each photograph and check its explanation; chance depends on its place alone."""
    for number, task in enumerate(tasks):
        row, found = explain_photo(TorchEngine(task.grader), task.photo.name, task.photo)
        if found is None:
            print(f"{task.photo.name}: {row['status']}, {row.get('reason', '')}")
            continue
        masks = reference(task.mask, found.prepared, task.grader.preprocess.size)
        checked = check(task.grader, found, masks, np.random.default_rng([0, number]))
        if fine and found.sight is not None:
            large = reference(task.mask, found.prepared, fine)
            inside = field_of(found.prepared.pixels, found.sight.shares.shape[-1])
            counts = count_enlarged(found.sight.shares, large, inside)
            checked = replace(checked, fine=tuple(counts))
        yield checked


def count_maps(found: Explanation, masks: np.ndarray) -> list[PixelCounts]:
    """The pixels of each map by their score; none where the grader has no maps."""
    if found.sight is None:
        return []
    side = found.sight.shares.shape[-1]
    inside = field_of(found.prepared.pixels, side)
    coarse = at_side(masks, side)
    return [count_pixels(*each, inside)
            for each in zip(logits_of(found.sight.shares), coarse, strict=True)]  # fmt: skip


def count_enlarged(
    shares: np.ndarray, masks: np.ndarray, inside: np.ndarray
) -> list[PixelCounts]:  # fmt: skip
    """The pixels of maps (5, h, w) enlarged to the side of masks (5, S, S), by their score."""
    whole = (masks.shape[-1],) * 2
    field = np.asarray(Image.fromarray(inside).resize(whole, Image.Resampling.NEAREST))
    planes = (Image.fromarray(each.astype(np.float32)).resize(whole, Image.Resampling.BILINEAR)
              for each in logits_of(shares))  # fmt: skip
    return [count_pixels(np.asarray(plane), mask, field)
            for plane, mask in zip(planes, masks, strict=True)]  # fmt: skip


def logits_of(shares: np.ndarray) -> np.ndarray:
    """Log-odds of probabilities, finite."""
    held = shares.clip(LEAST, 1 - LEAST)
    logits: np.ndarray = np.log(held) - np.log1p(-held)
    return logits


def check(
    grader: Grader, found: Explanation, masks: np.ndarray, generator: np.random.Generator
) -> Checked:
    """All checks of one explanation."""
    pixels, lesion = found.prepared.pixels, masks[: len(KINDS)].any(axis=0)
    inside = field_of(pixels, len(pixels))
    marked = marks(found, len(pixels)) & inside
    decoys = contrasting_decoys(generator, pixels, marked, inside) if marked.any() else []
    erasing, changes = None, (0.0, 0.0)
    if decoys:
        erasing = erase(pixels, marked, decoys, inside, lambda square: figure(grader, square))
        changes = (change(pixels, marked, inside),
                   float(np.mean([change(pixels, each, inside) for each in decoys])))  # fmt: skip
    pointing = point(found.evidence.says, lesion, inside)
    over = found.evidence.total - found.evidence.neutral
    return Checked(found.row["photo"], found.grade, over, pointing, erasing,
                   count_marks(found.sight, masks) if found.sight else [],
                   count_maps(found, masks), changes, bool(marked.any()))  # fmt: skip


def contrasting_decoys(
    generator: np.random.Generator, pixels: np.ndarray, marked: np.ndarray, inside: np.ndarray
) -> list[np.ndarray]:
    """Of some random decoys those on what stands out most; none where there is no room."""
    soft = ndimage.gaussian_filter(pixels.astype(float), (BLUR * len(pixels),) * 2 + (0,))
    stands_out = np.abs(pixels - soft).mean(axis=2)
    chosen = []
    for _ in range(DECOYS):
        drawn = [draw_decoy(generator, marked, inside) for _ in range(DRAWS)]
        free = [each for each in drawn if each is not None]
        if not free:
            return []
        chosen.append(max(free, key=lambda each: stands_out[each].mean()))
    return chosen


def change(pixels: np.ndarray, mask: np.ndarray, inside: np.ndarray) -> float:
    """By how much painting a mask over changes its pixels on average, 0 to 255."""
    after = painted_over(pixels, mask, inside)
    return float(np.abs(after[mask].astype(float) - pixels[mask]).mean())


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
    of_grade = outputs[0, : grader.objective.outputs].double().numpy()
    return FIGURES[grader.objective_name][1](of_grade)[0]


def report(checked: list[Checked]) -> str:
    """All checks as two tables, and the photographs in which what is marked does not matter."""
    with_maps = [each for each in checked if each.marks]
    tables = [*([maps_table(with_maps)] if with_maps else []), checks_table(checked)]
    return "\n\n".join([*tables, *failures(checked)])


def maps_table(checked: list[Checked]) -> str:
    """Of each map the average precision of its pixels, and how far its marks can be believed."""
    head = ["kind", "pixel AUPRC", "without knowledge", "best of the challenge", "marks",
            "on one of the kind", "on any lesion", "lesions", "of them marked"]  # fmt: skip
    fine = all(each.fine for each in checked)
    if fine:
        head.append("pixel AUPRC, enlarged")
    rows = [head, ["---"] * len(head)]
    counts = np.array([[astuple(marks) for marks in each.marks] for each in checked])
    for kind, name in enumerate(MAPS):
        pixels = PixelCounts.joined([each.pixels[kind] for each in checked])
        row = [name, pixel_auprc(pixels), f"{lesion_share(pixels):.3f}", BEST.get(name, "")]
        if name in KINDS:
            found, right, on_any, lesions, marked = counts[:, kind].T
            row += [found.sum(), share_of(right, found), share_of(on_any, found),
                    lesions.sum(), share_of(marked, lesions)]  # fmt: skip
        row += [""] * (len(head) - fine - len(row))
        if fine:
            row.append(pixel_auprc(PixelCounts.joined([each.fine[kind] for each in checked])))
        rows.append(row)
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)


def checks_table(checked: list[Checked]) -> str:
    """Pointing and erasing, each beside what chance gives."""
    tried = [each for each in checked if each.erasing]
    played = [each.pointing for each in checked if each.pointing]
    chance = np.mean([each.chance for each in played])
    fell = [each.erasing.marked > 0 for each in tried]
    turned = [each.over < each.erasing.marked for each in tried if each.over > 0]
    rows = [
        ("the strongest place holds a lesion", [each.hit for each in played], f"{chance:.2f}"),
        (f"erasing the marks moves the figure more than all of {DECOYS} decoys",
         [each.erasing.stands_out for each in tried], f"{1 / (DECOYS + 1):.2f}"),
        (f"and by {LEAST_MOVE} of log-odds or more: they matter",
         [each.erasing.matters for each in tried], ""),
        ("the figure falls when they are erased", fell, "0.50"),
        ("an answer above even odds turns when they are erased", turned, ""),
        ("an answer above even odds has marks to explain it",
         [each.has_marks for each in checked if each.over > 0], ""),
    ]  # fmt: skip
    lines = ["| check | photographs | share | by chance |", "|---|---|---|---|"]
    lines += [
        f"| {what} | {len(flags)} | {share(flags)} | {by} |" for what, flags, by in rows if flags
    ]
    if not tried:
        return "\n".join([*lines, "", "No photograph has marks that could be erased."])
    moved = np.median([each.erasing.marked for each in tried])
    decoys = np.median([each.erasing.decoys for each in tried])
    untried = len(checked) - len(tried)
    by_marks, by_decoys = np.median([each.changes for each in tried], axis=0)
    lines += ["", f"Erasing the marks takes {moved:.2f} off the log-odds in the middle, erasing "
                  f"decoys {decoys:.3f}; it changes the pixels by {by_marks:.1f} of 255, erasing "
                  f"decoys by {by_decoys:.1f}. {untried} of {len(checked)} photographs have no "
                  "marks, or marks beside which decoys of their shape find no room."]  # fmt: skip
    return "\n".join(lines)


def share(flags: list[bool]) -> Estimate:
    """The share of photographs for which something holds, with Wilson's interval."""
    return proportion(int(np.sum(flags)), len(flags))


def failures(checked: list[Checked]) -> list[str]:
    """The photographs in which what is marked does not matter."""
    return [
        f"FAILED: what is marked in {each.name} (given grade {each.grade}) does not matter: "
        f"{each.erasing.marked:+.3f}, decoys up to {max(map(abs, each.erasing.decoys)):.3f}."
        for each in checked if each.erasing and not each.erasing.matters
    ]  # fmt: skip


def main() -> None:
    """Print all checks; with a mark they go into the page of the grader's results too."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("run", type=Path)
    source = words.add_mutually_exclusive_group(required=True)
    source.add_argument("--masks", type=Path)
    source.add_argument("--folds", type=Path, metavar="MANIFEST")
    source.add_argument("--alone", type=Path, metavar="MANIFEST")
    words.add_argument("--names", type=Path)
    words.add_argument("--fine", type=int, default=0)
    words.add_argument("--photos", type=int, default=0)
    words.add_argument("--mark", default="")
    asked = words.parse_args()
    keep_freed_memory()
    if asked.folds:
        tasks = tasks_of_folds(asked.run, asked.folds)
    elif asked.alone:
        tasks = tasks_of_manifest(asked.run, asked.alone)
    else:
        tasks = tasks_of_one(asked.run, asked.masks, asked.names)
    text = report(list(checked_photos(tasks[: asked.photos or None], asked.fine)))
    print(text)
    if asked.mark:
        fill(PAGE, lambda mark: text if mark == asked.mark else None)


if __name__ == "__main__":
    main()
