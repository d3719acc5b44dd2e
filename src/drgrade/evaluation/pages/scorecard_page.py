"""A judgement as files: one self-contained page, its JSON twin, a Markdown summary, figures."""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drgrade.evaluation.pages.figures import svg_of, write_figure
from drgrade.evaluation.pages.frame import (
    LANGUAGE_CODES,
    PAGE,
    SUMMARY,
    TWIN,
    coded,
    environment,
    remove_earlier,
    versions,
)
from drgrade.evaluation.pages.scorecard_figures import draw_figures
from drgrade.evaluation.pages.scorecard_text import (
    endpoint_name,
    heading,
    looks_text,
    number,
    p_value,
    percent,
    points,
    verdict,
)
from drgrade.evaluation.pages.scorecard_words import tell
from drgrade.evaluation.scorecard.evaluation import Evaluation
from drgrade.evaluation.scorecard.worst_errors import thumbnails
from drgrade.evaluation.subgroups import group_name
from drgrade.locale.catalogue import text
from drgrade.locale.languages import Pairs, said
from drgrade.runtime.files import write_json, write_text
from drgrade.stats.estimate import Estimate
from drgrade.stats.intervals import simulated_near, small_sample_note

if TYPE_CHECKING:
    from drgrade.data.tables.manifest import Manifest

TEMPLATE = "scorecard.html.j2"
GRADE_SCORES = ("accuracy", "balanced_accuracy", "qwk", "kappa", "macro_auc")
FURTHER_SCORES = ("linear_kappa", "off_by_one", "off_by_more", "expected_error")
SETTINGS = ("size", "crop", "version")  # of the preprocessing
CHOICES = {
    "epoch": "epoch_chosen_on",
    "cuts": "cuts_fitted_on",
    "thresholds": "thresholds_chosen_on",
}
CAPTIONS: Pairs = {  # for those who hear the page
    "detection": ("Sensitivity and specificity of each endpoint", "各終點的敏感度與特異度"),
    "roc": ("ROC curve", "ROC 曲線"),
    "reliability": ("Calibration curve", "校準曲線"),
    "confusion": ("Confusion matrix", "混淆矩陣"),
    "agreement": ("QWK and its floors", "QWK 與底線"),
}
IN_PERCENT = ("accuracy", "balanced_accuracy", "off_by_one", "off_by_more")


def write_scorecard(
    judgement: Evaluation,
    folder: Path,
    *,
    title: str,
    command: str,
    language: str = "en",
    photos: "Manifest | None" = None,
    table_hash: str = "",
) -> Path:
    """Write `report.html`, `report.json`, `report.md` and `figures/`; returns the page's path.

    A report of ours that lies there is replaced, with the figures that are not drawn again.

    Args:
        judgement: what `judge` found.
        folder: made where it is missing.
        title: the name of the table that was judged.
        command: the command line that writes the same page again.
        language: of page, summary and figures, `en` or `zh-TW`.
        photos: where the photographs of the worst errors lie; without it they are named only.
        table_hash: SHA-256 of the judged file, for the report.

    Raises:
        UnknownNameError: another language.
    """
    drawings = draw_figures(judgement, language)
    remove_earlier(folder, {*drawings, SUMMARY})
    inside = {
        name: svg_of(write_figure(figure, folder / "figures" / name)[1])
        for name, figure in drawings.items()
    }
    said = {
        "verdict": verdict(judgement, language),
        "command": command,
        "language": language,
        "table_sha256": table_hash,
        "versions": versions(),
    }
    write_json(folder / TWIN, judgement.as_json() | said)
    write_text(folder / SUMMARY, summary(judgement, title, language))
    context = {
        "name": title,
        "command": command,
        "table_hash": table_hash,
        "thumbnails": thumbnails(judgement.worst, photos),
    }
    write_text(folder / PAGE, render(judgement, inside, context, language))
    return folder / PAGE


def render(
    judgement: Evaluation, drawings: Mapping[str, str], context: Mapping[str, Any], language: str
) -> str:
    """The page as HTML text; `drawings` are SVG texts by name."""
    from markupsafe import Markup

    page = environment().get_template(TEMPLATE)
    return page.render(
        _context(judgement, language),
        **context,
        t=partial(tell, language),
        lang=LANGUAGE_CODES[language],
        drawings={name: Markup(text) for name, text in drawings.items()},
    )


def _context(judgement: Evaluation, language: str) -> dict[str, Any]:
    scores = judgement.scores
    return {
        "j": judgement,
        "scores": scores,
        "main": judgement.detection(),
        "heading": heading(judgement, language),
        "verdict": verdict(judgement, language),
        "three": _three(judgement, language),
        "grade_scores": _grade_scores(judgement, language),
        "kappa_errors": {
            name: tell(language, "n_a") if error is None else f"{error:.4f}"
            for name, error in judgement.by_grade.standard_errors.items()
        },
        "detections": [d for d in judgement.detections if d.level in _levels(judgement)],
        "photos": judgement.detection(level="photo"),
        "about": _about(judgement, language),
        "coded": coded,
        "few": small_sample_note(judgement.units) is not None,
        "simulated": simulated_near(judgement.units),
        "unit": tell(language, f"unit_{judgement.scores.unit}"),
        "silent": ", ".join(c.code for c in judgement.checks if c.state == "silent"),
        "blind": [c for c in judgement.checks if c.state == "not checkable"],
        "methods": _methods(judgement, language),
        "versions": ", ".join(f"{key} {value}" for key, value in versions().items()),
        "percent": partial(percent, language=language),
        "number": partial(number, language=language),
        "points": partial(points, language=language),
        "p_value": partial(p_value, language=language),
        "endpoint": partial(endpoint_name, language=language),
        "group_name": partial(group_name, language),
        "reason": partial(text, language=language),
        "caption": partial(said, CAPTIONS, language),
        "language": language,
    }


def _three(judgement: Evaluation, language: str) -> list[dict[str, str]]:
    """The figures of the first screen: sensitivity, specificity, and QWK beside its floors."""
    t, main = partial(tell, language), judgement.detection()
    floors = [
        f"{t(floor.name)} {floor.qwk.value:.3f}"
        for floor in judgement.scores.floors
        if floor.qwk.value is not None and floor.name != "majority"
    ]
    base = f"{t(judgement.primary)}, n = "
    positive, negative = f"{base}{main.positives:,}", f"{base}{main.n - main.positives:,}"
    floor_of = (t("floor_sensitivity"), t("floor_specificity"))
    return [
        _card(t("sensitivity"), main.primary.sensitivity, [positive, floor_of[0]], language),
        _card(t("specificity"), main.primary.specificity, [negative, floor_of[1]], language),
        _card(t("qwk"), judgement.scores.qwk, floors, language),
    ]


def _card(name: str, found: Estimate, beside: list[str], language: str) -> dict[str, str]:
    say = number if name == tell(language, "qwk") else percent
    value, _, interval = say(found, language).partition(" (")
    return {
        "name": name,
        "value": value,
        "interval": interval.rstrip(")"),
        "beside": "; ".join(beside),
        "reason": text(found.reason, language),
    }


def _grade_scores(judgement: Evaluation, language: str) -> list[tuple[str, str, str]]:
    """Name, figure and reason of each score of the five grades."""
    found = [(key, getattr(judgement.scores, key)) for key in GRADE_SCORES]
    found += [(key, getattr(judgement.by_grade, key)) for key in FURTHER_SCORES]
    return [
        (
            tell(language, key),
            (percent if key in IN_PERCENT else number)(each, language),
            text(each.reason, language),
        )
        for key, each in found
    ]


def _about(judgement: Evaluation, language: str) -> list[tuple[str, str]]:
    """What a reader must know of photographs, reference and model, as far as anybody says it."""
    t, model, about = partial(tell, language), judgement.provenance, judgement.about
    main, unknown = judgement.detection(), t("not_told")
    settings = model.preprocess or {}
    known = {
        "source": about.get("source") or model.source,
        "licence": about.get("licence"),
        "graders": model.reference_standard,
        "by_grade_counts": " / ".join(f"{n:,}" for n in judgement.scores.counts),
        "prevalence_here": f"{main.positives:,} / {main.n:,} {t(judgement.primary)} "
        f"({100 * main.positives / main.n:.1f} %)",
        "left_out": _left_out(judgement, language),
        "model_hash": model.weights_sha256 or ", ".join(judgement.scores.models),
        "preprocessing": ", ".join(f"{k} {settings[k]}" for k in SETTINGS if k in settings),
        "chosen_on": t(
            "chosen_text", **{k: getattr(model, key) or "–" for k, key in CHOICES.items()}
        ),
        "looks": looks_text(judgement.looks, language),
    }
    return [
        (t("intended"), t("intended_text")),
        *((t(key), value or unknown) for key, value in known.items()),
    ]


def _left_out(judgement: Evaluation, language: str) -> str:
    t, flow = partial(tell, language), judgement.flow
    text = t("left_out_text", duplicates=flow.duplicates, ungraded=flow.steps[0].by_grade[-1])
    return t("left_out_splits", text=text, n=flow.other_splits) if flow.other_splits else text


def _levels(judgement: Evaluation) -> set[str]:
    """The levels that differ: eyes and patients are shown where somebody knows them."""
    sizes = {d.level: d.n for d in judgement.detections}
    known = {"photo"} | ({"patient"} if sizes["patient"] < sizes["eye"] else set())
    return known | ({"eye"} if sizes["eye"] < sizes["photo"] or "patient" in known else set())


def _methods(judgement: Evaluation, language: str) -> list[str]:
    main = judgement.detection().primary
    found = (main.sensitivity, main.specificity, judgement.scores.accuracy, judgement.scores.qwk)
    methods = [text(each.method, language) for each in found if each.method]
    return list(dict.fromkeys(methods))


def summary(judgement: Evaluation, title: str, language: str = "en") -> str:
    """The judgement in Markdown: verdict, warnings, three analyses, floors."""
    t, main = partial(tell, language), judgement.detection()
    lines = [f"# {heading(judgement, language)}: {_as_text(title)}", ""]
    lines += [verdict(judgement, language), ""]
    lines += [f"## {t('warnings')}", ""]
    told = [
        f"- **{c.code}** ({c.level}) {_as_text(c.sentence(language))}" for c in judgement.warnings
    ]
    lines += [*(told or [t("no_warnings")]), ""]
    lines += [
        f"## {t('analyses')}",
        "",
        f"{endpoint_name(main, language)}, {t(judgement.primary)}, n = {main.n}",
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
    lines += ["", f"{t('looks')}: {looks_text(judgement.looks, language)}"]
    return "\n".join([*lines, "", t("device"), ""])


def _as_text(said: str) -> str:
    """Names out of a table as text of one line: in Markdown a tag or a new line would be one."""
    return " ".join(re.sub(r"<(?=[A-Za-z/!?])", "&lt;", said).split())
