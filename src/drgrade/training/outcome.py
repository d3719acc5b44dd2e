"""What a training leaves behind: predictions of the splits it never learned from, and curves."""

from typing import Any

import numpy as np
import polars as pl

from drgrade.data.cache import Cache
from drgrade.data.manifest import Manifest
from drgrade.evaluation.figures import draw_curves, write_figure
from drgrade.models.grader import Grader
from drgrade.predictions import PROBABILITIES, Predictions, from_rows
from drgrade.run import METRICS, RunFolder
from drgrade.training.loop import Desk, outputs_of

KEPT = ("photo", "patient", "eye", "grade", "dme", "site", "camera", "sha256")
JUDGED = ("tune", "calibrate", "test")


def predictions_of(desk: Desk, grader: Grader, manifest: Manifest, cache: Cache) -> Predictions:
    """One row for each photo of `tune`, `calibrate` and `test`, whatever happened to it."""
    answers: dict[str, dict[str, Any]] = {}
    for split in JUDGED:
        part = getattr(desk.parts, split)
        probabilities, given = grader.decode(outputs_of(desk, grader.network, part))
        answers |= answer_rows(part.photos, probabilities, given)
    model = str(grader.facts["weights_sha256"])[:16]
    rows = manifest.table.filter(pl.col("split").is_in(JUDGED)).to_dicts()
    table = []
    for row in rows:
        known = {key: row.get(key) for key in KEPT if row.get(key) is not None}
        answer = answers.get(row["photo"], {"status": "error"})
        if row["photo"] in cache.failed:
            answer = {"status": "error", "reason": str(cache.failed[row["photo"]])}
        elif row.get("grade") is None:
            continue  # nothing to judge it by
        table.append({**known, **answer, "split": row["split"], "model": model})
    return from_rows(table, facts_of(desk, grader, manifest))


def answer_rows(
    photos: list[str], probabilities: np.ndarray, given: np.ndarray
) -> dict[str, dict[str, Any]]:
    """The answer columns of each photo; probabilities (n, 5), given grades (n,)."""
    return {
        photo: {
            "status": "graded",
            "predicted": int(grade),
            **dict(zip(PROBABILITIES, map(float, p), strict=True)),
        }
        for photo, p, grade in zip(photos, probabilities, given, strict=True)
    }


def highest_test_table(desk: Desk, grader: Grader, manifest: Manifest) -> Predictions:
    """Test answers of the epoch with the highest test accuracy: chosen on test, and marked so."""
    kept = np.load(desk.run.folder / "highest_test.npz")
    answers = answer_rows(desk.parts.test.photos, kept["probabilities"], kept["given"])
    rows = manifest.table.filter(pl.col("photo").is_in(list(answers))).to_dicts()
    table = [
        {**{key: row[key] for key in KEPT if row.get(key) is not None}, **answers[row["photo"]],
         "split": "test", "model": "highest test accuracy of any epoch"}
        for row in rows
    ]  # fmt: skip
    facts = facts_of(desk, grader, manifest) | {"epoch_chosen_on": "test"}
    return from_rows(table, facts)


def facts_of(desk: Desk, grader: Grader, manifest: Manifest) -> dict[str, Any]:
    """What judging needs to know about the model."""
    prevalence = {
        name: float((getattr(desk.parts, name).grades >= 2).mean())
        for name in ("train", "tune") if len(getattr(desk.parts, name))
    }  # fmt: skip
    source = manifest.facts.get("source")
    drawn = {} if source is None else {"drawn": source == "drawn"}  # unknown stays unknown
    return {
        **drawn,
        "weights_sha256": grader.facts["weights_sha256"],
        "preprocess": grader.facts["preprocess"],
        "recipe_hash": desk.recipe.hash,
        "recipe": desk.recipe.name,
        "manifest_hash": manifest.hash,
        "epoch_chosen_on": "tune",
        "cuts_fitted_on": grader.decoding.fitted_on,
        "prevalence": prevalence,
        "source": manifest.facts.get("source", ""),
        "leak_declared": bool(manifest.facts.get("leak_declared", False)),
    }


def write_curves(files: RunFolder, history: list[dict[str, Any]]) -> None:
    """Accuracy and loss over epochs as curves.png and curves.svg."""
    columns = {name: [row.get(name) for row in history] for name in METRICS}
    write_figure(draw_curves({files.folder.name: columns}), files.folder / "curves")
