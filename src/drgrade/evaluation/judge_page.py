"""A judgement as files: one self-contained page, its JSON twin, a Markdown summary, figures."""

import platform
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drgrade import __version__
from drgrade.evaluation.figures import (
    draw_confusion,
    draw_intervals,
    draw_reliability,
    draw_roc,
    svg,
    write_figure,
)
from drgrade.evaluation.judge import Detection, Judgement
from drgrade.evaluation.judge_words import tell
from drgrade.evaluation.values import Estimate
from drgrade.files import write_json, write_text

if TYPE_CHECKING:
    from jinja2 import Environment

PAGE, TWIN, SUMMARY = "report.html", "report.json", "report.md"
TEMPLATE = "scorecard.html.j2"
GRADE_SCORES = ("accuracy", "balanced_accuracy", "qwk", "kappa", "macro_auc")


def write_scorecard(
    judgement: Judgement, folder: Path, *, title: str, command: str, language: str = "en"
) -> Path:
    """Write `report.html`, `report.json`, `report.md` and `figures/`; returns the page's path.

    Args:
        judgement: what `judge` found.
        folder: made where it is missing.
        title: the name of the table that was judged.
        command: the command line that writes the same page again.
        language: of page, summary and figures, `en` or `zh-TW`.

    Raises:
        UnknownNameError: another language.
    """
    drawings = draw_figures(judgement, language)
    for name, figure in drawings.items():
        write_figure(figure, folder / "figures" / name)
    said = {"verdict": verdict(judgement, language), "command": command, "versions": versions()}
    write_json(folder / TWIN, judgement.as_json() | said)
    write_text(folder / SUMMARY, summary(judgement, title, language))
    inside = {name: svg(figure) for name, figure in drawings.items()}
    write_text(folder / PAGE, render(judgement, inside, title, command, language))
    return folder / PAGE


def versions() -> dict[str, str]:
    """The versions that made the figures."""
    return {"drgrade": __version__, "python": platform.python_version()}


def draw_figures(judgement: Judgement, language: str) -> dict[str, Any]:
    """The figures of a scorecard by name."""
    t = partial(tell, language)
    shown = {
        f"{_endpoint(d, language)}: {t(name)}": getattr(d.primary, name)
        for d in judgement.detections
        if d.level == judgement.primary
        for name in ("sensitivity", "specificity")
    }
    floors = {
        floor.name: floor.qwk.value
        for floor in judgement.scores.floors
        if floor.qwk.value is not None and floor.name != "majority"
    }
    return _probability_figures(judgement, language) | {
        "confusion": draw_confusion(judgement.scores.confusion, language=language),
        "detection": draw_intervals(shown, axis=t(judgement.primary), language=language),
        "agreement": draw_intervals(
            {t("this"): judgement.scores.qwk}, floors=floors, axis=t("qwk"), language=language
        ),
    }


def _probability_figures(judgement: Judgement, language: str) -> dict[str, Any]:
    """ROC and reliability, where there are probabilities and both sides of the endpoint."""
    if judgement.roc is None or judgement.calibration is None:
        return {}
    used = judgement.detection(level="photo").analyses[1]
    points = {}
    if used.sensitivity.value is not None and used.specificity.value is not None:
        points["answers"] = (1 - used.specificity.value, used.sensitivity.value)
    bins = [(each.n, each.mean, each.share) for each in judgement.calibration.bins]
    return {
        "roc": draw_roc(judgement.roc, points, language=language),
        "reliability": draw_reliability(bins, language=language),
    }


def verdict(judgement: Judgement, language: str = "en") -> str:
    """The judgement in one sentence."""
    t = partial(tell, language)
    errors = [check for check in judgement.warnings if check.level == "E"]
    if errors:
        return t("verdict_error", count=len(errors))
    if any(check.code == "W01" for check in judgement.warnings):
        return t("verdict_trivial")
    main = judgement.detection()
    return t(
        "verdict",
        level=t(judgement.primary),
        endpoint=_endpoint(main, language),
        sens=percent(main.primary.sensitivity, language),
        spec=percent(main.primary.specificity, language),
    )


def percent(found: Estimate, language: str = "en") -> str:
    """An estimate in per cent with its interval, or n/a."""
    return _said(found, 100.0, 1, " %", language)


def number(found: Estimate, language: str = "en") -> str:
    """An estimate with three digits and its interval, or n/a."""
    return _said(found, 1.0, 3, "", language)


def _said(found: Estimate, scale: float, digits: int, unit: str, language: str) -> str:
    if found.value is None:
        return tell(language, "n_a")
    value = f"{found.value * scale:.{digits}f}{unit}"
    if found.low is None or found.high is None:
        return value
    return f"{value} ({found.low * scale:.{digits}f}\N{EN DASH}{found.high * scale:.{digits}f})"


def _endpoint(detection: Detection, language: str) -> str:
    name = detection.endpoint.name
    alone = name == "referable" and not detection.endpoint.with_dme
    return tell(language, "referable_no_dme" if alone else name)


def _heading(judgement: Judgement, language: str) -> str:
    plain = tell(language, "title")
    leaks = judgement.leak_declared and judgement.leaked_share > 0
    return tell(language, "title_leak", title=plain) if leaks else plain


def _three(judgement: Judgement, language: str) -> list[dict[str, str]]:
    """The figures of the first screen: sensitivity, specificity, and QWK beside its floors."""
    t, main = partial(tell, language), judgement.detection()
    floors = [
        f"{t(floor.name)} {floor.qwk.value:.3f}"
        for floor in judgement.scores.floors
        if floor.qwk.value is not None and floor.name != "majority"
    ]
    base = [t(judgement.primary), f"n = {main.n:,}"]
    return [
        _card(t("sensitivity"), main.primary.sensitivity, base, percent, language),
        _card(t("specificity"), main.primary.specificity, base, percent, language),
        _card(t("qwk"), judgement.scores.qwk, floors, number, language),
    ]


def _card(name: str, found: Estimate, beside: list[str], say: Any, language: str) -> dict[str, str]:
    value, _, interval = say(found, language).partition(" (")
    return {
        "name": name,
        "value": value,
        "interval": interval.rstrip(")"),
        "beside": "; ".join(beside),
        "reason": found.reason,
    }


def _context(judgement: Judgement, title: str, command: str, language: str) -> dict[str, Any]:
    scores = judgement.scores
    return {
        "j": judgement,
        "scores": scores,
        "main": judgement.detection(),
        "heading": _heading(judgement, language),
        "name": title,
        "command": command,
        "verdict": verdict(judgement, language),
        "three": _three(judgement, language),
        "grade_scores": [(key, getattr(scores, key)) for key in GRADE_SCORES],
        "detections": [d for d in judgement.detections if d.level in _levels(judgement)],
        "photos": judgement.detection(level="photo"),
        "silent": ", ".join(c.code for c in judgement.checks if c.state == "silent"),
        "blind": [c for c in judgement.checks if c.state == "not checkable"],
        "methods": _methods(judgement),
        "versions": ", ".join(f"{key} {value}" for key, value in versions().items()),
        "percent": partial(percent, language=language),
        "number": partial(number, language=language),
        "endpoint": partial(_endpoint, language=language),
        "language": language,
    }


def _levels(judgement: Judgement) -> set[str]:
    """The levels that differ: eyes and patients are shown where somebody knows them."""
    sizes = {d.level: d.n for d in judgement.detections}
    known = {"photo"} | ({"patient"} if sizes["patient"] < sizes["eye"] else set())
    return known | ({"eye"} if sizes["eye"] < sizes["photo"] or "patient" in known else set())


def _methods(judgement: Judgement) -> list[str]:
    main = judgement.detection().primary
    found = (main.sensitivity, main.specificity, judgement.scores.accuracy, judgement.scores.qwk)
    return list(dict.fromkeys(each.method for each in found if each.method))


def environment() -> "Environment":
    """The templates of this package; a name that is missing is an error, never an empty place."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("drgrade.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(
    judgement: Judgement, drawings: Mapping[str, str], title: str, command: str, language: str
) -> str:
    """The page as HTML text; `drawings` are SVG texts by name."""
    from markupsafe import Markup

    return (
        environment()
        .get_template(TEMPLATE)
        .render(
            _context(judgement, title, command, language),
            t=partial(tell, language),
            lang={"en": "en", "zh-TW": "zh-Hant-TW"}[language],
            drawings={name: Markup(text) for name, text in drawings.items()},
        )
    )


def summary(judgement: Judgement, title: str, language: str = "en") -> str:
    """The judgement in Markdown: verdict, warnings, three analyses, floors."""
    t, main = partial(tell, language), judgement.detection()
    lines = [f"# {_heading(judgement, language)}: {title}", "", verdict(judgement, language), ""]
    lines += [f"## {t('warnings')}", ""]
    told = [f"- **{c.code}** ({c.level}) {c.sentence(language)}" for c in judgement.warnings]
    lines += [*(told or [t("no_warnings")]), ""]
    lines += [
        f"## {t('analyses')}",
        "",
        f"{_endpoint(main, language)}, {t(judgement.primary)}, n = {main.n}",
        "",
        f"| {t('analysis')} | {t('n')} | {t('sensitivity')} | {t('specificity')} |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {t(a.name)} | {a.n} | {percent(a.sensitivity, language)} "
        f"| {percent(a.specificity, language)} |"
        for a in main.analyses
    ]
    lines += [
        "", f"## {t('floors')}", "", f"| | {t('accuracy')} | {t('qwk')} |", "|---|---|---|",
        f"| **{t('this')}** | {percent(judgement.scores.accuracy, language)} "
        f"| {number(judgement.scores.qwk, language)} |",
    ]  # fmt: skip
    lines += [
        f"| {t(f.name)} | {percent(f.accuracy, language)} | {number(f.qwk, language)} |"
        for f in judgement.scores.floors
    ]
    return "\n".join([*lines, "", t("device"), ""])
