"""The figures of a scorecard."""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from drgrade.evaluation.pages.figures import (
    COLOURS,
    blank_figure,
    draw_confusion,
    draw_interval,
    draw_intervals,
    draw_reliability,
    draw_roc,
    styled,
)
from drgrade.evaluation.pages.scorecard_text import endpoint_name
from drgrade.evaluation.scorecard.evaluation import Evaluation
from drgrade.evaluation.selective import Selective
from drgrade.evaluation.subgroups import Subgroup, group_name
from drgrade.locale.catalogue import message
from drgrade.stats.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHARES = ("sensitivity", "specificity")


def draw_figures(judgement: Evaluation, language: str) -> dict[str, "Figure"]:
    """The figures of a scorecard by name; those that need what is not there are left out."""
    t = partial(message, language)
    drawn = {
        "detection": _detection(judgement, language),
        "confusion": draw_confusion(judgement.scores.confusion, language=language),
        "agreement": draw_intervals(
            {t("scorecard-this"): judgement.scores.qwk},
            baselines={
                floor.name: floor.qwk.value
                for floor in judgement.scores.floors
                if floor.qwk.value is not None and floor.name != "majority"
            },
            axis=t("page-metric_qwk"),
            language=language,
        ),
    }
    if judgement.subgroups:
        main = judgement.detection(level="photo").primary
        whole = (main.sensitivity, main.specificity)
        drawn["subgroups"] = draw_forest(judgement.subgroups, whole, language)
    return drawn | _of_probabilities(judgement, language)


def _detection(judgement: Evaluation, language: str) -> "Figure":
    t = partial(message, language)
    shown = {
        f"{endpoint_name(each, language)}: {t(f'page-metric_{name}')}": getattr(each.primary, name)
        for each in judgement.detections
        if each.level == judgement.primary
        for name in SHARES
    }
    return draw_intervals(shown, axis=t(f"unit_{judgement.primary}s"), language=language)


def _of_probabilities(judgement: Evaluation, language: str) -> dict[str, "Figure"]:
    """ROC and reliability, where there are probabilities and both sides of the endpoint."""
    if judgement.roc is None or judgement.calibration is None:
        return {}
    bins = [(each.n, each.mean, each.share) for each in judgement.calibration.bins]
    referred = judgement.selective
    unit = judgement.scores.unit
    drawn = {} if referred is None else {"selective": draw_selective(referred, unit, language)}
    return drawn | {
        "roc": draw_roc(judgement.roc, _used(judgement, language), language=language),
        "reliability": draw_reliability(bins, language=language),
    }


def _used(judgement: Evaluation, language: str) -> dict[str, tuple[float, float]]:
    """The points of the curve that are used: the frozen ones, else the answers as they are."""
    at_photos = [point for point in judgement.points if point.level == "photo"]
    used = {point.name: point.analyses[1] for point in at_photos}
    used = used or {
        message(language, "figure-decisions"): judgement.detection(level="photo").analyses[1]
    }
    return {
        name: (1 - each.specificity.value, each.sensitivity.value)
        for name, each in used.items()
        if each.specificity.value is not None and each.sensitivity.value is not None
    }


def draw_selective(found: Selective, unit: str, language: str = "en") -> "Figure":
    """Risk and sensitivity against coverage, and the point that keeps the promised level.

    `unit` is what is counted: patients, groups or photos.
    """
    t = partial(message, language)
    across = 100 * found.coverage
    with styled():
        figure = blank_figure(8.6, 3.4)
        left, right = figure.subplots(1, 2)
        left.plot(across, 100 * found.risk, color=COLOURS[0], lw=1.8)
        left.set_ylabel(t("scorecard-risk"))
        right.plot(
            across, 100 * found.sensitivity, color=COLOURS[0], lw=1.8, label=t("scorecard-together")
        )
        right.plot(
            across, 100 * found.low, ":", color=COLOURS[0], lw=1.4, label=t("scorecard-low_bound")
        )
        right.axhline(
            100 * found.level, ls="--", lw=1.2, color=COLOURS[1], label=t("scorecard-promised")
        )
        right.set_ylabel(t("scorecard-selective_sensitivity", unit=unit))
        right.legend(fontsize=7, frameon=False, loc="lower left")
        for axes in (left, right):
            axes.set_xlabel(t("scorecard-coverage"))
            axes.grid(alpha=0.25)
            if found.chosen is not None:
                axes.axvline(100 * found.chosen.coverage, color=COLOURS[2], lw=1.4)
    return figure


def draw_forest(
    groups: Sequence[Subgroup], whole: tuple[Estimate, Estimate], language: str = "en"
) -> "Figure":
    """Sensitivity and specificity of each subgroup, the whole's as an upright line."""
    t = partial(message, language)
    names = [f"{group_name(language, g.column, g.name)}  ({g.n:,})" for g in groups]
    with styled():
        figure = blank_figure(8.6, 1.1 + 0.27 * len(groups))
        for axes, name, overall in zip(
            figure.subplots(1, 2, sharey=True), SHARES, whole, strict=True
        ):
            for row, group in enumerate(groups):
                draw_interval(axes, row, getattr(group, name), language)
            if overall.value is not None:
                axes.axvline(overall.value, ls="--", lw=1.2, color=COLOURS[1])
            for border in _borders(groups):
                axes.axhline(border, color="#cccccc", lw=0.7)
            axes.set_xlabel(t("figure-axis", axis=t(f"page-metric_{name}")))
            axes.set_ylim(len(groups) - 0.5, -0.5)
            axes.grid(axis="x", alpha=0.25)
        figure.axes[0].set_yticks(range(len(groups)), names, fontsize=8)
    return figure


def _borders(groups: Sequence[Subgroup]) -> list[float]:
    """Where one column ends and the next begins."""
    pairs = pairwise(groups)
    return [row + 0.5 for row, (one, two) in enumerate(pairs) if one.column != two.column]
