"""The figures of the lab's page: blocks, curves, matrices, intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from drgrade.evaluation.baselines import always
from drgrade.evaluation.pages.figures import (
    COLOURS,
    INK,
    draw_confusion,
    draw_counts,
    draw_curves,
    draw_intervals,
)
from drgrade.icdr import GRADES
from drgrade.lab.degradation.figure import draw_degradation
from drgrade.lab.diagrams import OF_NETWORK, draw_block
from drgrade.lab.discussion import network_name
from drgrade.lab.results import Judged, Lab, Result
from drgrade.locale.catalogue import message
from drgrade.stats.metrics import confusion

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_figures(lab: Lab, language: str) -> dict[str, Figure]:
    """All figures by their names; those of cells that are empty are left out."""
    networks = list(dict.fromkeys(cell.settings["network"] for cell in lab.cells))
    drawn = {f"block-{OF_NETWORK[n]}": draw_block(OF_NETWORK[n], language)
             for n in networks if n in OF_NETWORK}  # fmt: skip
    if lab.degradation is not None:
        drawn["degradation"] = draw_degradation(lab.degradation, language)
    drawn["counts"] = draw_counts(lab.counts, language=language)
    drawn["confusion-always-0"] = _always_zero(lab, language)
    if lab.finished:
        drawn["intervals"] = _intervals(lab, language)
    for network in networks:
        cells = [c for c in lab.cells if c.settings["network"] == network and c.history]
        table = [c for c in cells if c.settings["role"] == "table"]
        if table:
            drawn[f"curves-{network}"] = _curves(lab, table, network, language)
    drawn |= _sizes(lab, language)
    for cell in lab.cells:
        drawn |= _matrices(cell, language)
    return drawn


def _always_zero(lab: Lab, language: str) -> Figure:
    reference = [grade for grade in GRADES for _ in range(lab.counts["test"][grade])]
    matrix = confusion(reference, always(0, len(reference)))
    return draw_confusion(
        matrix, title=message(language, "page-baseline_always_0"), language=language
    )


def _intervals(lab: Lab, language: str) -> Figure:
    estimates = {cell.name: cell.honest.accuracy for cell in lab.finished if cell.honest}
    found = {"always_0": next(f for f in lab.floors if f.name == "always_0")}
    if lab.other is not None:
        found[lab.other.name] = lab.other
    levels = {name: f.accuracy.value for name, f in found.items() if f.accuracy.value is not None}
    title, axis = message(language, "lab-forest"), message(language, "page-metric_accuracy")
    return draw_intervals(estimates, baselines=levels, title=title, axis=axis, language=language)


def _columns(cell: Result) -> dict[str, list[Any]]:
    keys = ("epoch", "train_accuracy", "test_accuracy", "tune_accuracy")
    return {key: [row.get(key) for row in cell.history] for key in keys}


def _curves(lab: Lab, cells: list[Result], network: str, language: str) -> Figure:
    named = {message(language, f"lab-start_{cell.settings['start']}"): cell for cell in cells}
    title = message(language, "lab-curves", network=network_name(network))
    return _marked(lab, named, title, language)


def _marked(lab: Lab, named: Mapping[str, Result], title: str, language: str) -> Figure:
    """Curves of cells with the epochs kept and chosen on test, and the baseline of always 0."""
    runs = {name: _columns(cell) for name, cell in named.items()}
    figure = draw_curves(runs, title=title, language=language)
    axes = figure.axes[0]
    zero = next(floor for floor in lab.floors if floor.name == "always_0").accuracy.value
    if zero is not None:
        axes.axhline(100 * zero, color=INK, linestyle=":", linewidth=1.2)
    for number, cell in enumerate(named.values()):
        colour = COLOURS[number % len(COLOURS)]
        _mark(axes, cell, cell.honest, "o", colour)
        _mark(axes, cell, cell.highest, "*", colour)
    return figure


def _mark(axes: Any, cell: Result, judged: Judged | None, shape: str, colour: str) -> None:
    if judged is None or judged.epoch is None or judged.accuracy.value is None:
        return
    filled = {"o": "none", "*": colour}[shape]
    axes.plot(judged.epoch, 100 * judged.accuracy.value, shape, markersize=11,
              markerfacecolor=filled, markeredgecolor=colour)  # fmt: skip


def _sizes(lab: Lab, language: str) -> dict[str, Figure]:
    named = {f"{cell.settings['size']} px": cell for cell in lab.sizes if cell.history}
    if len(named) < 2:
        return {}
    return {"sizes": _marked(lab, named, message(language, "lab-sizes"), language)}


def _matrices(cell: Result, language: str) -> dict[str, Figure]:
    """The matrix of the epoch that is kept, and of the highest where it is another one."""
    drawn = {}
    if cell.honest is not None:
        key = "lab-matrix_last" if cell.is_unchosen else "lab-matrix_tune"
        drawn[f"confusion-{cell.name}"] = _matrix(cell, cell.honest, key, language)
    if cell.highest is not None and (not cell.honest or cell.highest.epoch != cell.honest.epoch):
        key = "lab-matrix_highest"
        drawn[f"confusion-{cell.name}-highest"] = _matrix(cell, cell.highest, key, language)
    return drawn


def _matrix(cell: Result, judged: Judged, key: str, language: str) -> Figure:
    title = message(language, key, cell=cell.name, epoch=judged.epoch)
    return draw_confusion(judged.matrix, title=title, language=language)
