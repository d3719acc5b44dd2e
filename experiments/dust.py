"""What dust on the camera does to a grader's marks, and what it tells about the grade.

Each photograph of MANIFEST that has grade 0 or a mask is seen by the model of the fold that held
it back; its marks are told apart by `drgrade.data.dust`. On photographs of grade 0 every mark is
wrong; on masked ones a mark is right where it lies on a lesion of its kind, or a pixel of the map
beside. Then, no photograph looked at: how well does the dust of a block tell the grade, and is the
grader as good among the photographs with dust as among those without?

    python experiments/dust.py RUN --folds MANIFEST [--page]

RUN is a training in folds. With `--page` the tables go into docs/results/dust.md, and the picture
of the blocks beside it.
"""

import argparse
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from marked_page import fill
from PIL import Image

from drgrade.data.dust import Block, Dust, find_dust
from drgrade.data.dust_picture import RING, draw_dust
from drgrade.data.manifest import Manifest, read_manifest
from drgrade.data.masks import KINDS
from drgrade.evaluation.area_intervals import area
from drgrade.evaluation.believed import share as share_of
from drgrade.evaluation.intervals import bootstrap, proportion
from drgrade.evaluation.metrics import kappas
from drgrade.grades import GRADES, REFERABLE_FROM
from drgrade.memory import keep_freed_memory
from drgrade.models.checkpoint import load_grader
from drgrade.models.explain import explain_photo, in_square, see_lesions
from drgrade.models.grader import Grader
from drgrade.models.marks import count_marks, healthy_photos, masked_photos, reference
from drgrade.predictions import Predictions, read_predictions

PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "dust.md"
FEW = 1  # spots: one may be chance
PICTURE, WIDTH = PAGE.parent / "images" / "dust.png", 1040


@dataclass(frozen=True)
class Seen:
    """Of one photograph the marks of each kind (4,), and those right, with and without dust."""

    marks: np.ndarray
    right: np.ndarray
    marks_off_dust: np.ndarray
    right_off_dust: np.ndarray


def see(grader: Grader, photo: Path, dust: Dust, mask: Path | None = None) -> Seen | None:
    """What a grader marks; without a mask no mark is right."""
    _, found = explain_photo(grader, photo.name, photo)
    if found is None or found.sight is None:
        return None
    spots = [in_square(found.prepared, spot) for spot in dust.of(str(photo)) or ()]
    pixels = found.prepared.pixels
    off_dust = see_lesions(found.sight.shares, pixels, dust=spots)
    told = []
    for sight in (found.sight, off_dust):
        told.append(np.array([sight.counts[kind] for kind in KINDS]))
        right = np.zeros(len(KINDS), int)
        if mask is not None:
            masks = reference(mask, found.prepared, grader.preprocess.size)
            right = np.array([marks.right for marks in count_marks(sight, masks)])
        told.append(right)
    return Seen(*told)


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


def marks_table(healthy: list[Seen], masked: list[Seen]) -> str:
    """Marks on photographs of grade 0, and on masked ones, with the dust unknown and known."""
    asked = {"any mark": slice(None)}
    asked |= {f"a {kind.replace('_', ' ')}": slice(i, i + 1) for i, kind in enumerate(KINDS)}
    lines = ["| | dust unknown | dust known |", "|---|---|---|"]
    for name, kinds in asked.items():
        cells = [with_marks(healthy, of, kinds) for of in ("marks", "marks_off_dust")]
        lines.append(f"| of {len(healthy)} photographs of grade 0, with {name} | "
                     f"{' | '.join(cells)} |")  # fmt: skip
    cells = [right_marks(masked, *names) for names in
             (("right", "marks"), ("right_off_dust", "marks_off_dust"))]  # fmt: skip
    lines.append(f"| marks right, of those on {len(masked)} photographs with masks | "
                 f"{' | '.join(cells)} |")  # fmt: skip
    return "\n".join(lines)


def with_marks(seen: list[Seen], of: str, kinds: slice) -> str:
    """The share of photographs with marks of some kinds."""
    flags = [bool(getattr(each, of)[kinds].sum()) for each in seen]
    return str(proportion(sum(flags), len(flags)))


def right_marks(seen: list[Seen], right: str, of: str) -> str:
    """The share of marks that are right, and of how many."""
    counts = np.array([[getattr(each, key).sum() for key in (right, of)] for each in seen])
    return f"{share_of(*counts.T)} of {counts[:, 1].sum():,}"


def on_dust_words(healthy: list[Seen], masked: list[Seen]) -> str:
    """How many marks lie on dust, and how many of those were right."""
    every, off = (np.array([getattr(each, of).sum() for each in healthy])
                  for of in ("marks", "marks_off_dust"))  # fmt: skip
    lost = sum((each.marks - each.marks_off_dust).sum() for each in masked)
    right = sum((each.right - each.right_off_dust).sum() for each in masked)
    of_all = sum(each.right.sum() for each in masked)
    return (f"Of {every.sum()} marks on photographs of grade 0, {share_of(every - off, every)} lie "
            f"on dust. On the photographs with masks {lost} marks lie on dust; {right} of them are "
            f"right, of {of_all:,} right marks in all.")  # fmt: skip


def grades_table(dust: Dust, rows: Predictions) -> str:
    """What the dust of a block tells about the grade, and the grader in blocks with and without."""
    graded = rows.graded()
    grade, units = graded.grades(), graded.clusters()
    spots = np.array([len(dust.of(photo) or ()) for photo in graded.table["photo"]])
    beyond = graded.probabilities()[:, REFERABLE_FROM:].sum(axis=1)
    head = ["photographs", "n", "referable", "QWK of the grader", "its AUC", "AUC of the spots"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    few = spots <= FEW
    for name, part in (("all", spots >= 0), ("dust", ~few), (f"at most {FEW} spot", few)):
        positive = grade[part] >= REFERABLE_FROM
        predicted = graded.table["predicted"].to_numpy().astype(int)[part]
        by_spots = area(positive, spots[part], units[part]) if name == "all" else ""
        lines.append(f"| {name} | {part.sum()} | {positive.mean():.0%} | "
                     f"{bootstrap(kappas, grade[part], predicted, units[part])} | "
                     f"{area(positive, beyond[part], units[part])} | {by_spots} |")  # fmt: skip
    return "\n".join(lines)


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
        "marks": f"{marks_table(healthy, masked)}\n\n{on_dust_words(healthy, masked)}",
        "grades": grades_table(dust, rows),
    }
    print("\n\n".join(told.values()))
    if asked.page:
        figure(dust.blocks)
        fill(PAGE, told.get)


if __name__ == "__main__":
    main()
