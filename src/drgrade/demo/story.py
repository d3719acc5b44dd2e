"""The demo from start to end: grade, train and compare, evaluate; then one page and one table."""

from dataclasses import dataclass
from pathlib import Path

from drgrade.data.phantom.drawing import DRAWING
from drgrade.demo.experiment import (
    FROM_RANDOM,
    LEARNS,
    SEED,
    Size,
    compare_cells,
    drawn,
    refuse_other_set,
    run_experiment,
)
from drgrade.demo.findings import (
    Findings,
    network,
    on_baselines,
    on_difference,
    on_few_steps,
    on_gallery,
    on_network,
    on_real,
    read_findings,
    scorecard_of,
    with_interval,
)
from drgrade.demo.grading import Gallery, grade_gallery
from drgrade.demo.start_page import PAGE, write_start_page
from drgrade.locale.catalogue import message
from drgrade.modelfile.places import shipped_models
from drgrade.runtime.progress import say

DEFAULT = "default"  # the grader that ships
GALLERY, LAB, COMPARISON = "gallery", "lab", "comparison"  # folders below the demo's


@dataclass(frozen=True)
class Story:
    """What the demo leaves: its page, the pages that it leads to by their words, what it found."""

    page: Path
    pages: dict[str, Path]
    gallery: Gallery
    findings: Findings


def tell_story(folder: Path, size: Size | None = None, *, language: str = "en") -> Story:
    """Run the demo in a folder; what is finished there is not done again.

    Args:
        folder: gets `index.html`, and below it `gallery`, `lab` and `comparison`.
        size: how many photographs, how many epochs, and which seed; None takes the demo's own.
        language: of all pages, `en` or `zh-TW`.

    Raises:
        UsageError: the folder holds another set of photographs.
    """
    size = size or Size()
    lab = folder / LAB
    refuse_other_set(lab, size)
    say(message(language, "demo-say_1"))
    gallery = grade_gallery(shipped_models()[DEFAULT], folder / GALLERY, home=f"../{PAGE}",
                            language=language)  # fmt: skip
    say(message(language, "demo-say_2", n=size.photos))
    manifest = drawn(lab, size)
    report = run_experiment(manifest, lab, size, language=language)
    say(message(language, "demo-say_3"))
    compared = compare_cells(lab, manifest, folder / COMPARISON, language=language)
    found = read_findings(lab, folder / COMPARISON)
    pages = {
        "gallery": gallery.page,
        "lab": report,
        "scorecard": scorecard_of(lab, LEARNS),
        "scorecard_collapsed": scorecard_of(lab, FROM_RANDOM),
        "comparison": compared,
    }
    made = {"drawing": DRAWING, "seed": SEED + size.seed}
    page = write_start_page(folder, gallery, found, pages, made, language)
    return Story(page, pages, gallery, found)


def lines(story: Story, language: str = "en") -> list[str]:
    """The terminal's last table: a finding a line, then what to open."""
    found, gallery = story.findings, story.gallery
    rows = [
        ("1", on_gallery(gallery, language)),
        ("", on_real(gallery, language)),
        ("2", _on_cell(found, FROM_RANDOM, language)),
        *(("", each) for each in [on_few_steps(found, language)] if each),
        ("", _on_cell(found, LEARNS, language)),
        ("", on_baselines(found, language)),
        ("3", on_difference(found, language)),
        ("open", str(story.page)),
        *((key, str(path)) for key, path in story.pages.items()),
    ]
    titles = [message(language, f"demo-line_{key}") if key else "" for key, _ in rows]
    wide = max(map(_width, titles))
    head = message(language, "demo-results", device=message(language, "demo-device"))
    return [head, *(f"{title}{' ' * (wide - _width(title))}  {words}"
                    for title, (_, words) in zip(titles, rows, strict=True))]  # fmt: skip


def _on_cell(found: Findings, name: str, language: str) -> str:
    cell = found.cells[name]
    score = message(language, "demo-qwk", found=with_interval(cell.qwk, language))
    return message(language, "demo-on_network", network=network(name, language), score=score,
                   found=on_network(cell, language))  # fmt: skip


def _width(text: str) -> int:
    """Columns of a terminal that a text takes: a Chinese letter takes two."""
    return sum(1 + (ord(letter) >= 0x2E80) for letter in text)
