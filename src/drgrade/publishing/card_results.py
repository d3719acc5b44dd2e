"""What scorecards say of a model, for its card: tables, warnings, and results in the hub's form."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from drgrade.errors import UsageError
from drgrade.provenance.model import ModelProvenance
from drgrade.publishing.front_matter import Plain

TWIN: Final = "report.json"
FORMATS: Final = (1, 2)
UNNAMED: Final = ("", "csv", "folder")  # sources that do not say what the photographs are
Json = Mapping[str, Any]

SCORES: Final = {
    "qwk": ("quadratic weighted kappa (QWK)", "quadratic_weighted_kappa"),
    "referable_auc": ("AUC, grade 2 or worse", "roc_auc"),
    "accuracy": ("accuracy", "accuracy"),
    "balanced_accuracy": ("balanced accuracy", "balanced_accuracy"),
    "macro_auc": ("macro one-vs-rest AUC", "macro_roc_auc"),
}
SHARES: Final = {
    "sensitivity": ("sensitivity", "recall"),
    "specificity": ("specificity", "specificity"),
}
LEVELS: Final = {"photo": "photographs", "eye": "eyes", "patient": "patients"}
FLOORS: Final = {
    "always_0": "always grade 0",
    "majority": "always the commonest grade",
    "other_eye": "the grade of the patient's other eye",
    "train_other_eye": "the same, where that eye is in train",
}


@dataclass(frozen=True)
class Result:
    """A scorecard's JSON twin, the name of what was judged, and whose answers they were."""

    name: str
    twin: Json
    by: str

    @property
    def split(self) -> str:
        """The split that was judged; `all` where the table does not say."""
        return self.twin["scores"]["split"] or "all"

    @property
    def detection(self) -> Json:
        """How referable disease was found, at the level that decides."""
        level = self.twin["primary_level"]
        return next(
            each for each in self.twin["detections"]
            if (each["endpoint"]["name"], each["level"]) == ("referable", level)
        )  # fmt: skip

    @property
    def figures(self) -> list[tuple[str, str, Json]]:
        """Name, the hub's name and the estimate of each figure shown."""
        main = self.detection["analyses"][0]
        scores = self.twin["scores"]
        found = [(*names, scores[key]) for key, names in SCORES.items()]
        return found + [(*names, main[key]) for key, names in SHARES.items()]

    @property
    def warnings(self) -> list[Json]:
        """The checks that fired."""
        return [check for check in self.twin["checks"] if check["state"] == "fires"]


def read_result(folder: Path, model: ModelProvenance) -> Result:
    """The scorecard of a folder, which must be of this model.

    Its rows are the model's own answers, also those from before its weights were rounded, or
    out-of-fold rows of its recipe.

    Raises:
        UsageError: no scorecard, one of another format, or of another model.
    """
    path = folder / TWIN if folder.is_dir() else folder
    try:
        twin = json.loads(path.read_text(encoding="utf-8"))
        is_known = twin["format"] in FORMATS and "detections" in twin
    except (OSError, ValueError, KeyError, TypeError):
        is_known = False
    if not is_known:
        raise UsageError(f"no scorecard of this drgrade in {folder}: it wants a {TWIN} that "
                         "`drgrade evaluate` wrote")  # fmt: skip
    about = twin.get("about") or {}
    source = about.get("source") or twin["facts"].get("source") or ""
    name = path.parent.name if source in UNNAMED else source
    return Result(name, twin, _whose(twin, model, folder))


def _whose(twin: Json, model: ModelProvenance, folder: Path) -> str:
    told = twin["facts"]
    own = model.weights_sha256 or ""
    before = model.making.trained_weights_sha256 if model.making else None
    judged, recipe = told.get("weights_sha256"), model.recipe_hash
    if judged and judged == own:
        return "by this model"
    if judged and judged == before:
        return "by this model before its weights were rounded"
    is_folds = twin["scores"]["split"] == "out_of_fold"
    if is_folds and recipe and told.get("recipe_hash") == recipe:
        return "by other models of its recipe, out of fold"
    raise UsageError(
        f"a card takes scorecards of its own model, got {folder} of weights "
        f"{str(judged)[:12]} for {own[:12]}; predict with this model and judge that table"
    )


def sentence_of(reason: Any) -> str:
    """The sentence of a reason as it stands in a file; files of before had sentences alone."""
    return str(reason["text"] if isinstance(reason, Mapping) else reason or "")


def said(found: Json) -> str:
    """An estimate with its 95 % interval, or n/a and the reason."""
    why = sentence_of(found.get("reason")) or "reason unknown"
    if found["value"] is None:
        return f"n/a ({why})"
    if found.get("low") is None or found.get("high") is None:
        return f"{found['value']:.3f} (no interval: {why})"
    return f"{found['value']:.3f} ({found['low']:.3f} to {found['high']:.3f})"


def result_lines(result: Result) -> list[str]:
    """One scorecard as Markdown: the figures with their intervals, the floors under them."""
    twin, main = result.twin, result.detection
    level, scores = LEVELS[twin["primary_level"]], twin["scores"]
    dme = "with macular edema" if main["endpoint"]["with_dme"] else "by grade alone"
    lines = [
        f"### {cell(result.name)}, split {cell(result.split)}", "",
        f"{scores['n']:,} photographs, {twin['units']:,} {scores['unit']} resampled, answers "
        f"{result.by}. Sensitivity and specificity are of referable disease ({dme}) at the level "
        f"of {level}, called by {main['called_by']}, ungradable ones counted as called.", "",
        "| | value (95 % interval) |", "|---|---|",
    ]  # fmt: skip
    lines += [f"| {name} | {cell(said(found))} |" for name, _, found in result.figures]
    lines += edema_lines(twin.get("edema"))
    lines += grade_lines(twin)
    lines += ["", "What no look at a photograph reaches already:", "",
              "| floor | accuracy | QWK |", "|---|---|---|"]  # fmt: skip
    lines += [
        f"| {cell(FLOORS.get(floor['name'], floor['name'].replace('_', ' ')))} "
        f"| {cell(said(floor['accuracy']))} | {cell(said(floor['qwk']))} |"
        for floor in scores["floors"]
    ]
    if looks := twin.get("looks"):
        lines += ["", f"Looks at this test set on the machine that judged: {looks['number']}."]
    if few := twin.get("small_sample"):
        lines += ["", f"Few: {few}."]
    return [*lines, ""]


def grade_lines(twin: Json) -> list[str]:
    """Who has each reference grade is answered what, and how many of it are found."""
    counts = twin["scores"]["confusion"]
    rows = zip(twin["by_grade"]["grades"], counts, strict=True)
    return [
        "", "| reference grade | photographs | answered 0 | 1 | 2 | 3 | 4 | answered so |",
        "|---|---|---|---|---|---|---|---|",
        *(f"| {each['grade']} | {each['n']} | {' | '.join(map(str, row))} "
          f"| {cell(said(each['recall']))} |" for each, row in rows),
    ]  # fmt: skip


def edema_lines(found: Json | None) -> list[str]:
    """How well signs of macular edema are told, beside the floor; nothing where nobody knows."""
    if not found:
        return []
    rows = {
        "AUC, signs of macular edema": found["auc"],
        "the same, of the probability of a referable grade (floor)": found["auc_of_grade"],
        "sensitivity, macular edema, from 0.5 on": found["sensitivity"],
        "specificity, macular edema, from 0.5 on": found["specificity"],
        "calibration slope, macular edema (1 is perfect)": found["calibration"]["slope"],
    }
    return [f"| {name} | {cell(said(each))} |" for name, each in rows.items()]


def warning_lines(results: Sequence[Result]) -> list[str]:
    """The warnings that fired, a scorecard a list; or that none did, or that nobody looked."""
    if not results:
        return ["No scorecard was given, so nothing was checked."]
    lines = []
    for result in results:
        blind = [each["code"] for each in result.twin["checks"] if each["state"] == "not checkable"]
        lines += [f"{cell(result.name)}, split {cell(result.split)}:", ""]
        lines += [f"- **{each['code']}** ({each['level']}) {cell(each['sentence'])}"
                  for each in result.warnings] or ["- no warning fired"]  # fmt: skip
        lines += [f"- could not be checked: {', '.join(blind)}", ""] if blind else [""]
    return lines[:-1]


def index(name: str, results: Sequence[Result]) -> list[Plain]:
    """The hub's `model-index`: what is undefined is left out, intervals are in the names."""
    return [{"name": name, "results": [_indexed(each) for each in results]}]


def _indexed(result: Result) -> Plain:
    metrics = [
        {
            "type": kind,
            "value": round(found["value"], 4),
            "name": f"{name}, {said(found)}, {result.by}",
        }
        for name, kind, found in result.figures
        if found["value"] is not None
    ]
    return {
        "task": {"type": "image-classification", "name": "grading of diabetic retinopathy"},
        "dataset": {"type": result.name, "name": result.name, "split": result.split},
        "metrics": metrics,
    }


def cell(text: str) -> str:
    """Words from a table or a file as text of one line that stays in its cell."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
