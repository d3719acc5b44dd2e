"""`demo/index.html`: the page that leads to all others, the findings beside their pictures."""

import os
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drgrade import __version__
from drgrade.demo.experiment import CELLS, FROM_RANDOM
from drgrade.demo.findings import (
    Findings,
    network,
    on_baselines,
    on_difference,
    on_few_steps,
    on_gallery,
    on_network,
    on_real,
    with_interval,
)
from drgrade.demo.grading import Gallery
from drgrade.evaluation.pages.figures import svg_of
from drgrade.evaluation.pages.frame import LANGUAGE_CODES, coded
from drgrade.explanation.gallery.entry import NO_GRADE, REFER, by_risk
from drgrade.explanation.gallery.page import card
from drgrade.explanation.gallery.page import environment as of_gallery
from drgrade.explanation.words import capitalised
from drgrade.locale.catalogue import message
from drgrade.runtime.files import write_json, write_text

if TYPE_CHECKING:
    from jinja2 import Environment

PAGE, REPORT = "index.html", "demo.json"
TEMPLATE = "demo.html.j2"
SHOWN = {REFER: 3, NO_GRADE: 2}  # thumbnails of each kind, and the real eye
SIDE = 300  # px of a thumbnail


def write_start_page(
    folder: Path,
    gallery: Gallery,
    found: Findings,
    pages: Mapping[str, Path],
    made: Mapping[str, Any],
    language: str,
) -> Path:
    """Write `index.html` and its JSON report `demo.json`; returns the page.

    Args:
        folder: of the demo.
        gallery: what was graded.
        found: what the experiment came to.
        pages: those that it leads to, by their words.
        made: drawing and seed of the synthetic photographs.
        language: `en` or `zh-TW`.
    """
    report = {"drgrade": __version__, "language": language, **made, **as_json(gallery, found)}
    write_json(folder / REPORT, report)
    text = environment().get_template(TEMPLATE).render(
        t=partial(message, language),
        lang=LANGUAGE_CODES[language],
        coded=coded,
        cards=_cards(gallery, language),
        gallery_line=on_gallery(gallery, language),
        real_line=on_real(gallery, language),
        cells=[_cell(folder, found, name, language) for name in CELLS],
        baselines=on_baselines(found, language),
        difference=on_difference(found, language),
        figure=_svg(pages["comparison"].parent / "figures" / "qwk.svg"),
        found=found,
        n=len(gallery.entries),
        at={key: Path(os.path.relpath(path, folder)).as_posix() for key, path in pages.items()},
        made=message(language, "demo-made", version=__version__, **made),
    )  # fmt: skip
    write_text(folder / PAGE, text)
    return folder / PAGE


def as_json(gallery: Gallery, found: Findings) -> dict[str, Any]:
    """What was found in plain values."""
    right, known = gallery.synthetic_referrals
    return {
        "gallery": {
            "photographs": len(gallery.entries),
            "graded": gallery.graded,
            "refused": gallery.refused,
            "referrals_as_drawn": right,
            "referrals_known": known,
            "answers": {
                str(entry.row["photo"]): entry.row.get("predicted") for entry in gallery.entries
            },
        },
        "cells": {
            name: {
                "qwk": dict(cell.qwk),
                "one_answer": cell.one_answer,
                "is_collapsed": cell.is_collapsed,
                "has_learned": cell.has_learned,
                "checks": list(cell.checks),
            }
            for name, cell in found.cells.items()
        },
        "other_eye_qwk": dict(found.other_eye),
        "over_other_eye": dict(found.over_other),
        "difference_qwk": dict(found.difference),
        "test_patients": found.patients["test"],
    }


def _cards(gallery: Gallery, language: str) -> list[dict[str, Any]]:
    found = by_risk(gallery.entries)
    chosen = [entry for need, n in SHOWN.items() for entry in found[need][:n]] + [gallery.real]
    return [card(entry, SIDE, language) | {"need": entry.need} for entry in chosen]


def _cell(folder: Path, found: Findings, name: str, language: str) -> dict[str, Any]:
    cell = found.cells[name]
    return {
        "title": network(name, language),
        "said": on_network(cell, language),
        "qwk": message(language, "demo-qwk", found=with_interval(cell.qwk, language)),
        "few_steps": on_few_steps(found, language) if name == FROM_RANDOM else "",
        "bad": not cell.has_learned,
        "matrix": _svg(folder / "lab" / "figures" / f"confusion-{name}.svg"),
    }


def _svg(path: Path) -> Any:
    from markupsafe import Markup

    return Markup(svg_of(path)) if path.is_file() else ""


@cache
def environment() -> "Environment":
    """The templates of this package; the style is that of all pages."""
    from jinja2 import ChoiceLoader, PackageLoader

    pages = of_gallery()
    assert pages.loader is not None
    pages = pages.overlay(loader=ChoiceLoader([PackageLoader("drgrade.demo"), pages.loader]))
    pages.filters["sentence"] = as_sentence
    return pages


def as_sentence(words: str) -> str:
    """A line of the terminal as a sentence of the page, ended as its language ends one."""
    is_chinese = any("\u4e00" <= letter <= "\u9fff" for letter in words)
    return capitalised(words) + ("。" if is_chinese else ".")
