"""What dust on the camera does to a grader's marks, and what it tells about the grade.

Each photograph of MANIFEST that has grade 0 or a mask is seen by the model of the fold that held it
back; its marks are told apart by `drgrade.data.audit.dust`. On photographs of grade 0 every mark is
wrong; on masked ones a mark is right where it lies on a lesion of its kind, or a pixel of the map
beside. Dust mirrored left to right tells how many marks lie on spots by chance. Then, no photograph
looked at: how well does the dust of a block tell the grade, and is the grader as good where only
photographs of one block, which share their dust, are held against each other?

    python experiments/dust.py RUN --folds MANIFEST [--page]

RUN is a training in folds. With `--page` the tables go into notes/dust.md, the first also into
docs/results/dust.md, and the picture of the blocks beside that.
"""

import argparse
import io
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from marked_page import fill
from PIL import Image

from drgrade.data.audit.dust import Block, Dust, find_dust
from drgrade.data.audit.dust_picture import RING, draw_dust
from drgrade.data.photos.masks import KINDS
from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.data.tables.predictions import Predictions
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.evaluation.lesion_reliability import share as share_of
from drgrade.explanation.explain import dust_in_square, explain_photo, see_lesions
from drgrade.explanation.findings import RED
from drgrade.icdr import GRADES, REFERABLE_FROM
from drgrade.inference.engine_torch import TorchEngine
from drgrade.models.checkpoint import load_grader
from drgrade.models.grader import Grader
from drgrade.publishing.detections import count_marks, healthy_photos, masked_photos, reference
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.stats.estimate import Estimate
from drgrade.stats.intervals import from_replicates, mean, proportion
from drgrade.stats.resampling import RESAMPLES, row_weights

PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "dust.md"
NOTES = Path(__file__).resolve().parent / "notes" / "dust.md"
PICTURE, WIDTH = PAGE.parent / "images" / "dust.png", 1040


@dataclass(frozen=True)
class LesionOutputs:
    """Of one photograph the marks of each kind (4,) and those right.

    Each with the dust unknown, known, and mirrored left to right: spots where none is.
    """

    marks: list[np.ndarray]
    right: list[np.ndarray]


def see(grader: Grader, photo: Path, dust: Dust, mask: Path | None = None) -> LesionOutputs | None:
    """What a grader marks; without a mask no mark is right."""
    _, found = explain_photo(TorchEngine(grader), photo.name, photo)
    if found is None or found.sight is None:
        return None
    prepared, shares = found.prepared, found.sight.shares
    spots = dust_in_square(prepared, dust) or []
    mirrored = [replace(spot, x=1 - spot.x) for spot in spots]
    sights = [found.sight, *(see_lesions(shares, prepared.pixels, dust=each)
                             for each in (spots, mirrored))]  # fmt: skip
    marks = [np.array([sight.counts[kind] for kind in KINDS]) for sight in sights]
    if mask is None:
        return LesionOutputs(marks, [np.zeros_like(each) for each in marks])
    masks = reference(mask, prepared, grader.preprocess.size)
    right = [np.array([each.right for each in count_marks(sight, masks)]) for sight in sights]
    return LesionOutputs(marks, right)


def blocks_table(dust: Dust, manifest: Manifest) -> str:
    """A row a block: its spots, the darkest of them, and the grades of its photographs."""
    grades = dict(manifest.table.select("photo", "grade").iter_rows())
    lines = ["| photographs | n | spots | the darkest takes | grade 0 | 1 | 2 | 3 | 4 |",
             "|---|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for block in dust.blocks:
        counts = [sum(grades[photo] == grade for photo in block.photos) for grade in GRADES]
        ends = " to ".join(Path(block.photos[end]).stem for end in (0, -1))
        darkest = f"{block.spots[0].darker:.0%}" if block.spots else ""
        lines.append(f"| {ends} | {len(block.photos)} | {len(block.spots)} | {darkest} | "
                     f"{' | '.join(map(str, counts))} |")  # fmt: skip
    return "\n".join(lines)


def marks_table(healthy: list[LesionOutputs], masked: list[LesionOutputs]) -> str:
    """Marks on photographs of grade 0, and on masked ones, with the dust unknown and known."""
    asked = {"any detection": slice(None)}
    asked |= {f"a {kind.replace('_', ' ')}": KINDS.index(kind) for kind in RED}
    lines = ["| | dust unknown | dust known | known less unknown | dust mirrored |",
             "|---|---|---|---|---|"]  # fmt: skip
    for name, kinds in asked.items():
        had = np.array([[marks[kinds].sum() > 0 for marks in each.marks] for each in healthy])
        shares = [proportion(int(each.sum()), len(each)) for each in had.T]
        less = mean(had[:, 1].astype(float) - had[:, 0], np.arange(len(had)))
        lines.append(f"| of {len(had)} photographs of grade 0, with {name} | {shares[0]} | "
                     f"{shares[1]} | {less} | {shares[2]} |")  # fmt: skip
    counts = np.array([[[marks.sum() for marks in of] for of in (each.right, each.marks)]
                       for each in masked])  # fmt: skip
    cells = [f"{share_of(*counts[:, :, which].T)} of {counts[:, 1, which].sum():,}"
             for which in range(3)]  # fmt: skip
    lines.append(f"| precision of detections, {len(masked)} photographs with masks | {cells[0]} | "
                 f"{cells[1]} | | {cells[2]} |")  # fmt: skip
    return "\n".join(lines)


def on_dust_table(healthy: list[LesionOutputs], masked: list[LesionOutputs]) -> str:
    """By kind how many marks lie on dust, and how many of those were right."""
    lines = ["| kind | detections, grade 0 | on dust | on dust mirrored | with masks | on dust "
             "| true ones | of them on dust |", "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for kind in RED:
        k = KINDS.index(kind)
        own = np.array([[marks[k] for marks in each.marks] for each in healthy])
        ill = np.array([[marks[k] for marks in each.marks] for each in masked])
        right = np.array([[marks[k] for marks in each.right] for each in masked])
        lines.append(
            f"| {kind} | {own[:, 0].sum()} | {share_of(own[:, 0] - own[:, 1], own[:, 0])} | "
            f"{share_of(own[:, 0] - own[:, 2], own[:, 0])} | {ill[:, 0].sum():,} | "
            f"{share_of(ill[:, 0] - ill[:, 1], ill[:, 0])} | {right[:, 0].sum()} | "
            f"{share_of(right[:, 0] - right[:, 1], right[:, 0])} |"
        )
    return "\n".join(lines)


def grades_table(dust: Dust, rows: Predictions) -> str:
    """What the block of a photograph tells about its grade, and the grader within blocks."""
    graded = rows.graded()
    positive, units = graded.grades() >= REFERABLE_FROM, graded.clusters()
    beyond = graded.probabilities()[:, REFERABLE_FROM:].sum(axis=1)
    of_photo = {photo: number for number, block in enumerate(dust.blocks) for photo in block.photos}
    block = np.array([of_photo[photo] for photo in graded.table["photo"]])
    spots = np.array([len(dust.blocks[number].spots) for number in block])
    whole = np.zeros_like(block)
    lines = ["| score | pairs of photographs | AUC of a referable grade |", "|---|---|---|"]
    for name, score, pairs, within in (
        ("number of dust spots of the block", spots, "all", whole),
        ("the grader", beyond, "all", whole),
        ("the grader", beyond, "of one block", block),
    ):
        found = area_within(positive, score, within, units)
        lines.append(f"| {name} | {pairs} | {found} |")
    return "\n".join(lines)


def area_within(
    positive: np.ndarray, score: np.ndarray, within: np.ndarray, units: np.ndarray
) -> Estimate:
    """AUC over pairs of one block, and its interval by resampling units."""
    one, other = np.flatnonzero(positive), np.flatnonzero(~positive)
    same = within[one][:, None] == within[other][None]
    wins = (np.sign(score[one][:, None] - score[other][None]) + 1) / 2 * same
    weights = [np.ones((1, len(score))), *row_weights(units, RESAMPLES, 0)]
    values = np.concatenate([
        np.einsum("ri,ij,rj->r", each[:, one], wins, each[:, other], optimize=True)
        / np.einsum("ri,ij,rj->r", each[:, one], same.astype(float), each[:, other], optimize=True)
        for each in weights
    ])  # fmt: skip
    return from_replicates(float(values[0]), values[1:], len(score), seed=0)


def figure(blocks: tuple[Block, ...]) -> None:
    """The picture of the blocks, made smaller, beside the page."""
    with Image.open(io.BytesIO(draw_dust(blocks))) as whole:
        small = whole.resize((WIDTH, whole.height * WIDTH // whole.width), Image.Resampling.BOX)
    colours = [level for grey in range(0, 256, 17) for level in (grey,) * 3]
    palette = Image.new("P", (1, 1))
    palette.putpalette([*colours, *RING, *(255, 170, 110)])
    small.quantize(palette=palette, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


def main() -> None:
    """Print the tables; with `--page` they go into the page."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("run", type=Path)
    words.add_argument("--folds", type=Path, required=True, metavar="MANIFEST")
    words.add_argument("--page", action="store_true")
    asked = words.parse_args()
    keep_freed_memory()
    manifest = read_manifest(asked.folds)
    rows = read_predictions(asked.run / "out_of_fold.parquet")
    names = manifest.table["photo"].to_list()
    dust = find_dust((name, manifest.locate(name), None) for name in names)
    first = load_grader(asked.run / "fold-0")
    healthy = [see(grader, photo, dust)
               for grader, photo in healthy_photos(first, rows, asked.run, manifest)]  # fmt: skip
    masked = [see(each.grader, each.photo, dust, each.mask)
              for each in masked_photos(first, rows, asked.run, manifest)]  # fmt: skip
    healthy, masked = ([each for each in seen if each] for seen in (healthy, masked))
    told = {
        "blocks": blocks_table(dust, manifest),
        "marks": f"{marks_table(healthy, masked)}\n\n{on_dust_table(healthy, masked)}",
        "grades": grades_table(dust, rows),
    }
    print("\n\n".join(told.values()))
    if asked.page:
        figure(dust.blocks)
        for page in (PAGE, NOTES):
            fill(page, told.get)


if __name__ == "__main__":
    main()
