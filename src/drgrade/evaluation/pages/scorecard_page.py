"""A scorecard as files: one self-contained page, its JSON report, a Markdown summary, figures."""

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
from drgrade.evaluation.scorecard.evaluation import Evaluation
from drgrade.evaluation.scorecard.worst_errors import thumbnails
from drgrade.evaluation.subgroups import group_name
from drgrade.locale.catalogue import message, text
from drgrade.runtime.files import write_json, write_text
from drgrade.stats.estimate import Estimate
from drgrade.stats.intervals import small_sample_note

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
        judgement: what `evaluate` found.
        folder: made where it is missing.
        title: the name of the table that was evaluated.
        command: the command line that writes the same page again.
        language: of page, summary and figures, `en` or `zh-TW`.
        photos: where the photographs of the worst errors lie; without it they are named only.
        table_hash: SHA-256 of the evaluated file, for the report.

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
        t=partial(message, language),
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
            name: message(language, "page-not_available") if error is None else f"{error:.4f}"
            for name, error in judgement.by_grade.standard_errors.items()
        },
        "detections": [d for d in judgement.detections if d.level in _levels(judgement)],
        "photos": judgement.detection(level="photo"),
        "about": _about(judgement, language),
        "coded": coded,
        "few": small_sample_note(judgement.units, judgement.scores.unit),
        "unit": judgement.scores.unit,
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
        "language": language,
    }


def _three(judgement: Evaluation, language: str) -> list[dict[str, Any]]:
    """The figures of the first screen: sensitivity, specificity, and QWK beside its baselines."""
    t, main = partial(message, language), judgement.detection()
    baselines = [
        t("scorecard-baseline_qwk", name=each.name, value=f"{each.qwk.value:.3f}")
        for each in judgement.scores.floors
        if each.qwk.value is not None and each.name != "majority"
    ]
    n, positives, unit = main.n, main.positives, f"{judgement.primary}s"
    sides = (("sensitivity", positives), ("specificity", n - positives))
    shares = [
        _card(name, getattr(main.primary, name),
              [t("scorecard-of", unit=unit, n=of), t(f"scorecard-baseline_{name}")], language)
        for name, of in sides
    ]  # fmt: skip
    return [*shares, _card("qwk", judgement.scores.qwk, baselines, language)]


def _card(name: str, found: Estimate, beside: list[str], language: str) -> dict[str, Any]:
    shown = number if name == "qwk" else percent
    value, _, interval = shown(found, language).partition(" (")
    return {
        "name": message(language, f"page-metric_{name}"),
        "value": value,
        "interval": interval.rstrip(")"),
        "beside": beside,
        "reason": text(found.reason, language),
    }


def _grade_scores(judgement: Evaluation, language: str) -> list[tuple[str, str, str]]:
    """Name, figure and reason of each score of the five grades."""
    found = [(key, getattr(judgement.scores, key)) for key in GRADE_SCORES]
    found += [(key, getattr(judgement.by_grade, key)) for key in FURTHER_SCORES]
    return [
        (
            message(language, f"page-metric_{key}"),
            (percent if key in IN_PERCENT else number)(each, language),
            text(each.reason, language),
        )
        for key, each in found
    ]


def _about(judgement: Evaluation, language: str) -> list[tuple[str, str]]:
    """What a reader must know of photographs, reference and model, as far as anybody says it."""
    t, model, about = partial(message, language), judgement.provenance, judgement.about
    main, unknown = judgement.detection(), t("scorecard-not_stated")
    settings = model.preprocess or {}
    known = {
        "source": about.get("source") or model.source,
        "licence": about.get("licence"),
        "graders": model.reference_standard,
        "by_grade": " / ".join(f"{n:,}" for n in judgement.scores.counts),
        "with_disease": f"{main.positives:,} / {main.n:,} "
        f"{t(f'unit_{judgement.primary}s')} ({100 * main.positives / main.n:.1f} %)",
        "left_out": _left_out(judgement, language),
        "model_hash": model.weights_sha256 or ", ".join(judgement.scores.models),
        "preprocessing": ", ".join(f"{k} {settings[k]}" for k in SETTINGS if k in settings),
        "chosen_on": t(
            "scorecard-chosen_text", **{k: getattr(model, key) or "–" for k, key in CHOICES.items()}
        ),
        "looks": looks_text(judgement.looks, language),
    }
    return [
        (t("scorecard-intended"), t("scorecard-intended_text")),
        *((t(f"scorecard-about_{key}"), value or unknown) for key, value in known.items()),
    ]


def _left_out(judgement: Evaluation, language: str) -> str:
    t, flow = partial(message, language), judgement.flow
    counts = {"duplicates": flow.duplicates, "ungraded": flow.steps[0].by_grade[-1]}
    left = t("scorecard-left_out_text", **counts)
    if not flow.other_splits:
        return left
    return t("scorecard-left_out_splits", text=left, n=flow.other_splits)


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
    """The scorecard in Markdown: verdict, warnings, three analyses, trivial baselines."""
    t, main = partial(message, language), judgement.detection()
    warned = [
        f"- **{c.code}** ({c.level}) {_as_text(c.sentence(language))}" for c in judgement.warnings
    ]
    unit = f"{judgement.primary}s"
    lines = [
        f"# {heading(judgement, language)}: {_as_text(title)}", "",
        verdict(judgement, language), "",
        f"## {t('scorecard-warnings')}", "", *(warned or [t("scorecard-no_warnings")]), "",
        f"## {t('scorecard-analyses')}", "",
        f"{endpoint_name(main, language)}: {t('scorecard-of', unit=unit, n=main.n)}", "",
        *_analyses(judgement, language), "",
        f"## {t('scorecard-baselines')}", "", *_baselines(judgement, language), "",
        f"{t('scorecard-about_looks')}: {looks_text(judgement.looks, language)}", "",
        t("page-device"), "",
    ]  # fmt: skip
    return "\n".join(lines)


def _analyses(judgement: Evaluation, language: str) -> list[str]:
    """Sensitivity and specificity of the three analyses as a Markdown table."""
    t = partial(message, language)
    names = [t(f"page-metric_{name}") for name in ("sensitivity", "specificity")]
    rows = [[t("scorecard-analysis"), t("scorecard-n"), *names], ["---"] * 4]
    rows += [
        [t(f"scorecard-analysis_{a.name}"), str(a.n),
         percent(a.sensitivity, language), percent(a.specificity, language)]
        for a in judgement.detection().analyses
    ]  # fmt: skip
    return _lines(rows)


def _baselines(judgement: Evaluation, language: str) -> list[str]:
    """Accuracy and QWK of the grader and of the trivial baselines as a Markdown table."""
    t, scores = partial(message, language), judgement.scores
    rows = [["", t("page-metric_accuracy"), t("page-metric_qwk")], ["---"] * 3]
    shown = [(f"**{t('scorecard-this')}**", scores.accuracy, scores.qwk)]
    shown += [(t(f"page-baseline_{f.name}"), f.accuracy, f.qwk) for f in scores.floors]
    rows += [[name, percent(accuracy, language), number(qwk, language)]
             for name, accuracy, qwk in shown]  # fmt: skip
    return _lines(rows)


def _lines(rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in rows]


def _as_text(said: str) -> str:
    """Names out of a table as text of one line: in Markdown a tag or a new line would be one."""
    return " ".join(re.sub(r"<(?=[A-Za-z/!?])", "&lt;", said).split())
