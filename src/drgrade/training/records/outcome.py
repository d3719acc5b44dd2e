"""What a training leaves behind: predictions of the splits it never learned from, and curves."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import polars as pl

from drgrade.data.photos.cache import Cache
from drgrade.data.sources.registry import is_drawn
from drgrade.data.tables.manifest import Manifest, write_manifest
from drgrade.data.tables.predictions import Predictions, from_rows
from drgrade.data.tables.predictions_file import write_predictions
from drgrade.data.tables.splits import leaked_share
from drgrade.data.tables.trained_before import COLUMN
from drgrade.errors import RunError
from drgrade.evaluation.pages.figures import draw_curves, write_figure
from drgrade.modelfile.answers import ERROR, Answer, answer, answers_of
from drgrade.models.checkpoint import load_grader, save_grader
from drgrade.models.grader import Grader
from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.parts import InputStatistics
from drgrade.recipe.recipe import Recipe
from drgrade.recipe.run_folder import METRICS, RunFolder
from drgrade.runtime.archives import unpacked_size
from drgrade.runtime.files import write_json
from drgrade.runtime.progress import duration, say
from drgrade.stats.metrics import COLLAPSE_SHARE
from drgrade.training.batches import Part
from drgrade.training.loop import TrainingContext, chosen_on, outputs_of
from drgrade.training.prepared import Prepared
from drgrade.training.records.provenance import known_before, learned_by_start
from drgrade.training.session import drawing_of
from drgrade.training.state import State

KEPT = (
    "photo", "patient", "eye", "grade", "dme", "group", "site", "camera", "sex", "age", "ethnicity",
    "quality", "sha256",
)  # fmt: skip
FEATURES = ("brightness", "width", "height", "field_ratio", "black_share")
LIMITS = (0.01, 0.99)  # quantiles of the training photographs
JUDGED = ("tune", "calibrate", "test")


def finish(context: TrainingContext, state: State, prepared: Prepared) -> None:
    """Write all that a finished training leaves; that it is finished is written last."""
    recipe, files, manifest = context.recipe, context.run, prepared.manifest
    best = with_origin(recipe, load_grader(files.best, str(context.device)), prepared)
    best = with_answers(context, best)
    save_grader(files.best, best)
    predictions = predictions_of(context, best, manifest, prepared.cache)
    write_predictions(predictions, files.predictions)
    if state.highest_test:
        write_predictions(
            highest_test_table(context, best, manifest, prepared.cache), files.highest_test
        )
    write_manifest(manifest, files.folder / "manifest.parquet")
    files.write_metrics(state.history)
    write_curves(files, state.history)
    write_json(files.summary, summary(context, state, manifest))
    write_json(files.finished, {"epochs": state.epoch})
    seconds = sum(row["seconds"] for row in state.history)
    say(
        f"finished: {'last' if recipe.train.choose == 'last' else 'best'} epoch "
        f"{state.best['epoch']} of {state.epoch}, {duration(seconds)} of "
        f"training; {files.folder}"
    )


def summary(context: TrainingContext, state: State, manifest: Manifest) -> dict[str, Any]:
    """The figures of a run in plain values."""
    seconds = sum(row["seconds"] for row in state.history)
    photos = len(context.parts.train) * len(state.history)
    chosen = state.history[state.best["epoch"] - 1]
    counts = manifest.table.group_by("split", "grade").len().sort("split", "grade", nulls_last=True)
    return {
        "best_epoch": state.best["epoch"],
        "best_tune_qwk": state.best["tune_qwk"],
        "best_tune_accuracy": state.best["tune_accuracy"],
        "epochs": len(state.history),
        "highest_test_accuracy": state.highest_test.get("accuracy"),
        "highest_test_epoch": state.highest_test.get("epoch"),
        "collapsed": (chosen["majority_share"] or 0.0) > COLLAPSE_SHARE,
        "majority_share": chosen["majority_share"],
        "seconds": seconds,
        "photos_per_second": photos / max(seconds, 1e-9),
        "parameters": sum(p.numel() for p in state.network.parameters()),
        "device": str(context.device),
        "leaked_share": leaked_share(manifest),
        "counts": [list(row) for row in counts.rows()],
    }


def predictions_of(
    context: TrainingContext, grader: Grader, manifest: Manifest, cache: Cache
) -> Predictions:
    """One row for each photo of `tune`, `calibrate` and `test`, whatever happened to it."""
    answers: dict[str, Answer] = {}
    parts = [getattr(context.parts, split) for split in JUDGED]
    for part in (*parts, _without_grade(manifest, cache)):
        found = answers_of(grader, outputs_of(context, grader.network, part))
        answers |= dict(zip(part.photos, found, strict=True))
    model = grader.weights_sha256[:16]
    rows = manifest.table.filter(pl.col("split").is_in(JUDGED)).to_dicts()
    before = known_before(context.run.best, manifest)
    table = []
    for row in rows:
        known = {key: row.get(key) for key in KEPT if row.get(key) is not None}
        photo = row["photo"]
        given = answers.get(photo, Answer(ERROR))
        if photo in cache.failed:
            given = Answer(cache.statuses[photo], cache.failed[photo])
        seen = cache.info(photo).as_json() if photo in cache.rows else {}
        more = {COLUMN: before[photo]} if before else {}
        table.append({**known, **given.as_row(), **seen, **more, "split": row["split"],
                      "model": model})  # fmt: skip
    return from_rows(table, provenance_of_rows(grader, manifest))


def _without_grade(manifest: Manifest, cache: Cache) -> Part:
    """Photos of the judged splits that have no reference grade: they are part of the flow."""
    rows = manifest.table.filter(
        pl.col("split").is_in(JUDGED) & pl.col("grade").is_null()
        & pl.col("photo").is_in(list(cache.rows))
    )  # fmt: skip
    photos = rows["photo"].to_list()
    places = np.array([cache.rows[photo] for photo in photos], dtype=np.int64)
    return Part(cache.squares, places, np.full(len(photos), -1, dtype=np.int64), photos)


def highest_test_table(
    context: TrainingContext, grader: Grader, manifest: Manifest, cache: Cache
) -> Predictions:
    """Test answers of the epoch with the highest test accuracy: chosen on test, and marked so."""
    given = [answer(p, int(grade)).as_row() for p, grade in
             zip(*_kept_answers(context.run.folder / "highest_test.npz"), strict=True)]  # fmt: skip
    answers = dict(zip(context.parts.test.photos, given, strict=True))
    rows = manifest.table.filter(pl.col("photo").is_in(list(answers))).to_dicts()
    before = known_before(context.run.best, manifest)
    table = [
        {**{key: row[key] for key in KEPT if row.get(key) is not None}, **answers[row["photo"]],
         **cache.info(row["photo"]).as_json(), **({COLUMN: before[row["photo"]]} if before else {}),
         "split": "test",
         "model": "highest test accuracy of any epoch"}
        for row in rows
    ]  # fmt: skip
    return from_rows(table, provenance_of_rows(grader, manifest).but(epoch_chosen_on="test"))


def _kept_answers(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (n, 5) and grades (n,) that the loop kept, which it does not compress.

    Raises:
        RunError: the file was cut, altered, or says that it unpacks to more than it has.
    """
    try:
        if unpacked_size(path) > path.stat().st_size:
            raise ValueError("it says that it unpacks to more than it has")
        with np.load(path, allow_pickle=False) as kept:
            return kept["probabilities"], kept["given"]
    except (OSError, ValueError, EOFError, KeyError, BadZipFile, MemoryError) as error:
        raise RunError(
            f"{path} cannot be read ({error}); train again in a new folder, or there with "
            "train.watch_test = false"
        ) from None


def provenance_of_rows(grader: Grader, manifest: Manifest) -> ModelProvenance:
    """What evaluation needs: what travels from the grader, and the origin of the photographs."""
    drawn = is_drawn(manifest.provenance.source)
    return grader.provenance.for_predictions().but(
        **({} if drawn is None else {"drawn": drawn}),
        preprocess=asdict(grader.preprocess),
        source=manifest.provenance.source or "",
        leak_declared=bool(manifest.provenance.leak_declared),
    )


def with_origin(recipe: Recipe, grader: Grader, prepared: Prepared) -> Grader:
    """The grader with all that its file tells of its training, which is known before it begins.

    So a best model says what taught it from its first epoch on, whatever becomes of its run.
    """
    manifest, parts = prepared.manifest, prepared.parts
    source = manifest.provenance.source or ""
    prevalence = {
        name: float((grades[grades >= 0] >= 2).mean())
        for name in ("train", "tune") if (grades := getattr(parts, name).grades).size
    }  # fmt: skip
    targets = parts.train.targets
    taught_dme = targets is not None and targets.tell_dme
    knows_dme = taught_dme or grader.provenance.has_learned_dme
    return grader.with_provenance(
        **({"knows_dme": knows_dme} if recipe.model.dme else {}),
        recipe_hash=recipe.hash,
        recipe_family=recipe.family,
        seed=recipe.train.seed,
        recipe=recipe.name,
        manifest_hash=manifest.hash,
        source=source,
        train_source=source,
        preprocess=asdict(grader.preprocess),
        train_preprocess=asdict(grader.preprocess),
        epoch_chosen_on=chosen_on(recipe),
        prevalence=prevalence,
        input_statistics=input_statistics(manifest, prepared.cache, parts.train.photos),
        **drawing_of(manifest),
    )


def with_answers(context: TrainingContext, grader: Grader) -> Grader:
    """The grader with what its answers to `tune` tell: who fitted its cuts, and what mirrors.

    And with what taught its start, as long as that is at hand.
    """
    before = learned_by_start(context.run.best)
    return grader.with_provenance(
        cuts_fitted_on=grader.decoding.fitted_on,
        **mirror_changes(context, grader).given(),
        **({} if before is None else {"learned_before": before}),
    )


def input_statistics(manifest: Manifest, cache: Cache, photos: list[str]) -> InputStatistics:
    """What `photos` are like: 1st and 99th percentile of each feature, and the cameras.

    A feature that the squares were made without is left out.
    """
    infos = [cache.info(photo).given() for photo in photos]
    known = {name: [each[name] for each in infos if name in each] for name in FEATURES}
    train = {name: np.quantile(values, LIMITS).tolist() for name, values in known.items() if values}
    table = manifest.table.filter(pl.col("photo").is_in(photos))
    cameras: list[str] = []
    if "camera" in table.columns:
        cameras = table["camera"].drop_nulls().unique().sort().to_list()
    return InputStatistics(train=train, cameras=tuple(cameras))


def mirror_changes(context: TrainingContext, grader: Grader) -> ModelProvenance:
    """The share of `tune` grades that mirroring changes; nothing where there are no such rows."""
    part = context.parts.tune
    if not len(part):
        return ModelProvenance()
    mirrored = replace(part, squares=part.squares[:, :, ::-1])
    _, plain = grader.decode(outputs_of(context, grader.network, part))
    _, turned = grader.decode(outputs_of(context, grader.network, mirrored))
    changes = float((plain != turned).mean())
    return ModelProvenance(mirror_changes=changes, mirror_changes_on="tune")


def write_curves(files: RunFolder, history: list[dict[str, Any]]) -> None:
    """Accuracy and loss over epochs as curves.png and curves.svg."""
    columns = {name: [row.get(name) for row in history] for name in METRICS}
    write_figure(draw_curves({files.folder.name: columns}), files.folder / "curves")
