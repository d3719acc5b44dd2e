"""The demo's first part: the grader that ships grades and explains a small gallery."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from drgrade.data.photos.intake import prepare_photo
from drgrade.data.photos.masks import KINDS
from drgrade.demo.photographs import REAL, Shown, gallery_photographs
from drgrade.explanation.explain import Explanation, as_json, explain_photo
from drgrade.explanation.files import write_explanation
from drgrade.explanation.gallery.entry import REFER, Entry
from drgrade.explanation.gallery.page import write_gallery
from drgrade.explanation.picture import COLOURS, outlined
from drgrade.explanation.remarks import remarks, sentences_of
from drgrade.explanation.words import detected
from drgrade.icdr import is_referable
from drgrade.inference.engine import Engine, open_engine
from drgrade.locale.catalogue import message
from drgrade.runtime.progress import track

EXPLAINED = "explained"  # the folder of the explanations' pictures


@dataclass(frozen=True)
class Gallery:
    """The gallery's page, and what was graded: `entries` beside the photographs `shown`."""

    page: Path
    shown: tuple[Shown, ...]
    entries: tuple[Entry, ...]

    @property
    def graded(self) -> int:
        """How many got a grade."""
        return sum(entry.is_graded for entry in self.entries)

    @property
    def refused(self) -> list[str]:
        """The reasons of those that got none."""
        return [str(entry.row.get("reason")) for entry in self.entries if not entry.is_graded]

    @property
    def synthetic_referrals(self) -> tuple[int, int]:
        """Good synthetic photographs whose referral is that of their drawn grade, and all."""
        good = [(shown, entry) for shown, entry in zip(self.shown, self.entries, strict=True)
                if shown.kind == "good" and shown.grade is not None]  # fmt: skip
        right = sum((entry.need == REFER) == is_referable(shown.grade or 0)
                    for shown, entry in good)  # fmt: skip
        return right, len(good)

    @property
    def real(self) -> Entry:
        """The real healthy eye."""
        return next(entry for entry in self.entries if entry.row["photo"] == REAL)


def grade_gallery(model: Path, folder: Path, *, home: str, language: str) -> Gallery:
    """Grade and explain the gallery's photographs, and write its page.

    Args:
        model: the file of the grader.
        folder: gets `photographs/`, `explained/` and `gallery.html`.
        home: the page that leads here, relative to the folder.
        language: `en` or `zh-TW`.
    """
    shown = gallery_photographs(folder / "photographs")
    engine = open_engine(model)
    entries = [_entry(engine, each, folder, language)
               for each in track(shown, len(shown), "grading and explaining")]  # fmt: skip
    page = write_gallery(
        entries, folder, model=model.stem, language=language, home=home,
        notes=[message(language, each) for each in ("demo-gallery_note", "demo-cannot_show")],
        legend=_legend(language),
    )  # fmt: skip
    return Gallery(page, tuple(shown), tuple(entries))


def _entry(engine: Engine, shown: Shown, folder: Path, language: str) -> Entry:
    row, found = explain_photo(engine, shown.name, shown.path, eye=shown.eye)
    note = note_of(shown, language)
    if found is None:
        header = engine.header
        refused = prepare_photo(shown.name, shown.path, header.preprocess, quality=header.quality)
        return Entry(row, shown.path, note=note, refusal=refused.refusal)
    place = folder / EXPLAINED / shown.name
    write_explanation(found, as_json(found) | {"sentences": sentences_of(found)}, place, language)
    return Entry(row, _outlined(found), _sentences(found, language),
                 f"{EXPLAINED}/{shown.name}.png", note)  # fmt: skip


def note_of(shown: Shown, language: str) -> str:
    """What is known of a photograph without the grader."""
    return message(language, f"demo-note_{shown.kind}", grade=shown.grade)


def _outlined(found: Explanation) -> np.ndarray:
    return outlined(found.prepared.pixels, found.sight)


def _sentences(found: Explanation, language: str) -> Sequence[str]:
    seen = [detected(found.sight, language)] if found.sight else []
    return [*seen, *remarks(found, language)]


def _legend(language: str) -> list[tuple[str, str]]:
    codes = {kind: f"page-lesion_{kind}" for kind in KINDS} | {"disc": "demo-disc"}
    return [(message(language, code), f"rgb{COLOURS[kind]}") for kind, code in codes.items()]
