"""The lab's page: one self-contained HTML file, its figures as files, and its report in JSON."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from drgrade.data.tables.manifest import Manifest
from drgrade.errors import RunError
from drgrade.evaluation.pages.figures import svg_of, write_figure
from drgrade.evaluation.pages.frame import environment
from drgrade.icdr import NAMES
from drgrade.lab.architecture import architectures
from drgrade.lab.degradation.results import Degradation
from drgrade.lab.degradation.text import headline, progress, sentences, table_rows
from drgrade.lab.discussion import (
    discussion,
    network_name,
    percent,
    plain_difference,
    points,
    verdict,
    with_interval,
)
from drgrade.lab.figures import draw_figures
from drgrade.lab.results import Lab, Result, read_lab
from drgrade.locale.catalogue import message, text
from drgrade.runtime.files import write_json, write_text
from drgrade.runtime.progress import duration

ABOUT = "lab.json"
PAGE = "report.html"
TWIN = "report.json"
TEMPLATE = "lab.html.j2"
COLUMNS = {"imagenet": "with", "phantom": "with", "drawn": "with", "random": "without"}
THEIRS = {"with": "80.7829%", "without": "73.3381%"}  # the seed report's ResNet18


def write_lab_report(folder: Path, manifest: Manifest, *, language: str = "en") -> Path:
    """Evaluate the run folders of a lab and write `report.html`, `report.json` and `figures/`.

    Args:
        folder: the lab's folder, with `lab.json` and `runs/CELL`.
        manifest: its photos with splits complete.
        language: `en` or `zh-TW`.

    Returns:
        The path of the page.

    Raises:
        RunError: the folder holds no lab.
        UnknownNameError: a language the page is not written in.
    """
    about = folder / ABOUT
    if not about.is_file():
        raise RunError(f"no {ABOUT} in {folder}; run `drgrade lab MANIFEST -o {folder}` first")
    lab = read_lab(folder, json.loads(about.read_text(encoding="utf-8")), manifest)
    drawn = draw_figures(lab, language)
    files = {name: write_figure(figure, folder / "figures" / name)[1]
             for name, figure in drawn.items()}  # fmt: skip
    page = render(lab, {name: svg_of(path) for name, path in files.items()}, language)
    said = {"verdict": _verdict(lab, language), "discussion": discussion(lab, language)}
    if lab.degradation is not None:
        said["first_figure"] = sentences(lab.degradation, language)
    write_json(folder / TWIN, lab.as_json() | said)
    write_text(folder / PAGE, page)
    return folder / PAGE


def render(lab: Lab, drawings: Mapping[str, str], language: str) -> str:
    """The page as HTML text; `drawings` are SVG texts by the names of `draw_figures`."""
    from markupsafe import Markup

    words = partial(message, language)
    context = {
        "t": words,
        "lang": {"en": "en", "zh-TW": "zh-Hant-TW"}[language],
        "lab": lab,
        "about": lab.about,
        "drawings": {name: Markup(text) for name, text in drawings.items()},
        "verdict": _verdict(lab, language),
        "discussion": discussion(lab, language),
        "first": _first_figure(lab.degradation, language),
        "photos": f"{sum(map(sum, lab.counts.values())):,}",
        "source": _source(lab, language),
        "is_drawn": lab.provenance.source == "drawn",
        "grade_names": NAMES[language],
        "counts": _count_rows(lab),
        "zero": percent(lab.floors[0].accuracy.value, language),
        "lab_table": _lab_table(lab, words),
        "theirs": THEIRS if lab.provenance.source == "lab3" else {},
        "kept": words(f"lab-kept_{lab.kept}"),
        "circle": words(f"lab-circle_{lab.kept}"),
        "result_table": _result_table(lab, language),
        "details": _details(lab, language),
        "sizes": _sizes(lab, language),
        "no_sizes": words("lab-sizes_unlike" if _has_unlike_sizes(lab) else "lab-sizes_none"),
        "architectures": architectures(lab),
        "networks": [n | {"title": network_name(n["network"])} for n in _networks(lab)],
        "times": _times(lab),
        "reason": partial(text, language=language),
        "empty": [cell for cell in lab.cells if cell.state == "empty"],
        "methods": _methods(lab, language),
        "recipes": {cell.name: cell.recipe_hash for cell in lab.cells if cell.recipe_hash},
        "unit": words(f"unit_{lab.unit}"),
        "names": {cell.name: cell for cell in lab.cells},
    }
    return environment(__package__).get_template(TEMPLATE).render(context)


def _verdict(lab: Lab, language: str) -> str:
    """The page in a sentence or two; of the first figure where nothing else was asked for."""
    if lab.cells or lab.degradation is None:
        return verdict(lab, language)
    return headline(lab.degradation, language)


def _first_figure(found: Degradation | None, language: str) -> dict[str, Any]:
    """The first figure's table, sentences and state; empty where it was not asked for."""
    if found is None:
        return {}
    settings = dict(found.settings)
    rate = _rate(settings.pop("learning_rate"))
    return {
        "note": message(language, "degradation-note", rate=rate, **settings),
        "rows": table_rows(found, language),
        "sentences": sentences(found, language),
        "progress": progress(found, language),
    }


def _source(lab: Lab, language: str) -> str:
    name = lab.provenance.source or "csv"
    return message(language, "lab-synthetic_source") if name == "drawn" else str(name)


def _networks(lab: Lab) -> list[dict[str, Any]]:
    return list(lab.about["networks"].values())


def _count_rows(lab: Lab) -> list[dict[str, Any]]:
    return [
        {"split": split, "grades": row, "total": sum(row), "units": lab.units[split]}
        for split, row in lab.counts.items()
    ]


def _lab_table(lab: Lab, words: Callable[..., str]) -> dict[str, Any]:
    """The table as the lab prints it: a row a network, with and without pretraining.

    A start from synthetic photographs stands with pretraining, and says so.
    """
    cells = [cell for cell in lab.cells if cell.settings["role"] == "table"]
    columns = {
        column: [cell for cell in cells if COLUMNS[cell.settings["start"]] == column]
        for column in ("with", "without")
    }
    rows: dict[str, dict[str, Any]] = {}
    for cell in cells:
        network = cell.settings["network"]
        row = rows.setdefault(network, {"title": network_name(network), "with": [], "without": []})
        row["note"] = words(
            "lab-row_of", epochs=cell.settings["epochs"], batch=cell.settings["batch"]
        )
        row[COLUMNS[cell.settings["start"]]].append(_highest(cell, words))
    rates = {
        column: sorted({cell.settings["learning_rate"] for cell in found})
        for column, found in columns.items()
    }
    shown = {column: ", ".join(_rate(rate) for rate in found) for column, found in rates.items()}
    return {"rows": list(rows.values()), "rates": shown}


def _rate(rate: float) -> str:
    short = f"{rate:.0e}"
    is_exact = short.startswith("1e-") and float(short) == rate
    return short.replace("e-0", "e-") if is_exact else f"{rate:g}"


def _highest(cell: Result, words: Callable[..., str]) -> dict[str, Any]:
    tested = cell.highest
    kind = cell.settings["start"]
    start = words(f"lab-start_{kind}") if kind in ("phantom", "drawn") else ""
    if tested is None or tested.accuracy.value is None:
        return {"value": _not_there(cell, words), "is_there": False, "note": "", "start": start,
                "collapsed": False}  # fmt: skip
    return {
        "start": start,
        "value": f"{100 * tested.accuracy.value:.4f}%",
        "is_there": True,
        "note": words("lab-of_epoch", epoch=tested.epoch),
        "collapsed": cell.is_collapsed,
    }


def _not_there(cell: Result, words: Callable[..., str]) -> str:
    if cell.state == "interrupted":
        epochs = cell.settings["epochs"]
        return words("lab-waiting", done=len(cell.history), epochs=epochs)
    return words("lab-empty" if cell.reason else "lab-not_begun")


def _result_table(lab: Lab, language: str) -> list[dict[str, Any]]:
    """Cells that have figures, then the trivial baselines."""
    rows = [
        {
            "title": cell.name,
            "scorecard": cell.scorecard,
            "is_floor": False,
            "is_chosen": lab.chosen is cell,
            "collapsed": cell.is_collapsed,
            "epoch": cell.honest.epoch,
            "is_unchosen": cell.is_unchosen,
            "accuracy": percent(cell.honest.accuracy.value, language),
            "accuracy_interval": with_interval(cell.honest.accuracy, 100, 1),
            "qwk": _score(cell.honest.qwk.value, language),
            "qwk_interval": with_interval(cell.honest.qwk),
            "auc": _score(cell.honest.macro_auc.value, language),
            "auc_interval": with_interval(cell.honest.macro_auc),
        }
        for cell in lab.finished
        if cell.honest is not None
    ]
    shown = [f for f in lab.floors if f.name == "always_0"] + ([lab.other] if lab.other else [])
    return rows + [
        {
            "title": message(language, f"page-baseline_{floor.name}"),
            "scorecard": "",
            "is_floor": True,
            "is_chosen": False,
            "collapsed": False,
            "epoch": None,
            "is_unchosen": False,
            "accuracy": percent(floor.accuracy.value, language),
            "accuracy_interval": with_interval(floor.accuracy, 100, 1),
            "qwk": _score(floor.qwk.value, language),
            "qwk_interval": with_interval(floor.qwk),
            "auc": "\N{EN DASH}",
            "auc_interval": "",
        }
        for floor in shown
    ]


def _score(value: float | None, language: str) -> str:
    if value is None:
        return message(language, "page-not_available")
    return f"{value:.3f}".replace("-", "\N{MINUS SIGN}")


def _details(lab: Lab, language: str) -> list[dict[str, Any]]:
    """A row a cell with everything measured on test."""
    return [
        {
            "name": cell.name,
            "epoch": cell.honest.epoch,
            "is_unchosen": cell.is_unchosen,
            "tune_qwk": _score(cell.summary.get("best_tune_qwk"), language),
            "highest": percent(cell.highest.accuracy.value if cell.highest else None, language),
            "over_zero": points(cell.over_zero, language),
            "over_other": points(cell.over_other, language),
            "unseen": percent(cell.unseen.value, language),
            "unseen_interval": with_interval(cell.unseen, 100, 1),
            "unseen_n": cell.unseen.n if cell.unseen.value is not None else 0,
            "one_answer": percent(cell.honest.one_answer, language, 0),
        }
        for cell in lab.cells
        if cell.honest and cell.over_zero and cell.over_other and cell.unseen
    ]


def _has_unlike_sizes(lab: Lab) -> bool:
    return any(each.kind == "size" for each in lab.unlike)


def _sizes(lab: Lab, language: str) -> dict[str, Any]:
    cells = lab.sizes
    if len(cells) < 2:
        return {}
    pair = next((pair for pair in lab.pairs if pair.kind == "size"), None)
    rows = [
        {
            "size": cell.settings["size"],
            "highest": percent(cell.highest.accuracy.value if cell.highest else None, language),
            "accuracy": percent(cell.honest.accuracy.value if cell.honest else None, language),
            "accuracy_interval": with_interval(cell.honest.accuracy, 100, 1) if cell.honest else "",
            "qwk": _score(cell.honest.qwk.value if cell.honest else None, language),
            "qwk_interval": with_interval(cell.honest.qwk) if cell.honest else "",
            "speed": cell.summary.get("photos_per_second"),
        }
        for cell in cells
    ]
    return {
        "network": network_name(cells[0].settings["network"]),
        "sizes": " / ".join(str(cell.settings["size"]) for cell in cells),
        "rows": rows,
        "accuracy": points(pair.accuracy, language) if pair else "",
        "qwk": plain_difference(pair.qwk, language) if pair else "",
    }


def _times(lab: Lab) -> list[dict[str, Any]]:
    return [
        {
            "name": cell.name,
            "seconds": duration(float(cell.summary["seconds"])),
            "speed": f"{cell.summary['photos_per_second']:.1f}",
            "epochs": cell.summary["epochs"],
            "parameters": f"{cell.summary['parameters']:,}",
            "device": cell.summary.get("device", "cpu"),
        }
        for cell in lab.cells
        if cell.summary
    ]


def _methods(lab: Lab, language: str) -> list[str]:
    """Which methods the intervals of this page were made by, each once."""
    found = [
        message(language, "lab-method", metric=name, method=getattr(cell.honest, name).method)
        for cell in lab.cells
        if cell.honest
        for name in ("accuracy", "qwk", "macro_auc")
        if getattr(cell.honest, name).method
    ]
    return list(dict.fromkeys(found))
