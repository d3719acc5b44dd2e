"""A model file with corrected probabilities and frozen operating points."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from drgrade.data.audit.dust import Dust
from drgrade.data.photos.listing import safe_stat
from drgrade.data.photos.masks import KINDS
from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.data.tables.predictions import Predictions
from drgrade.errors import UsageError
from drgrade.evaluation.calibration.calibrate_model import (
    Calibrated,
    calibrate,
    refuse_other_model,
    rows_to_calibrate_on,
    uncorrected,
)
from drgrade.evaluation.lesion_reliability import alarms, believed
from drgrade.modelfile.correction import Method
from drgrade.models.grader import Grader
from drgrade.provenance.model import ModelProvenance
from drgrade.publishing.detections import (
    check_marks,
    healthy_photos,
    marks_on_healthy,
    masked_photos,
)
from drgrade.runtime.files import sha256_file
from drgrade.runtime.malloc import keep_freed_memory


@dataclass(frozen=True)
class CalibratedModel:
    """A grader with its correction and points, how they were found, and what its file states of it.

    `unread` rows of the table are of other splits; `replaced` is the method of the correction that
    the model had before, or `none`.
    """

    grader: Grader
    found: Calibrated
    stated: ModelProvenance
    unread: int
    replaced: Method


@dataclass(frozen=True)
class Masked:
    """Photographs with masks on which detections are counted, and the dust found in them."""

    manifest: Path
    folder: Path  # that paths of the table are relative to
    dust: Dust | None = None


def calibrated(
    grader: Grader,
    table: Predictions,
    method: Method,
    *,
    lower_bound: bool = False,
    masked: Masked | None = None,
) -> CalibratedModel:
    """Fit a correction and choose points on a model's own table; with masks count detections too.

    Raises:
        PredictionsError: rows that nothing may be fitted on, or of another model.
        UsageError: dust of other photographs.
    """
    rows = rows_to_calibrate_on(table)
    weights, settings = grader.weights_sha256, asdict(grader.preprocess)
    refuse_other_model(rows, weights, grader.provenance.recipe_hash or "", settings)
    before = grader.decoding.recalibration
    rows = uncorrected(rows, before)
    found = calibrate(rows, method, lower_bound=lower_bound)
    stated = found.provenance(weights, settings)
    if masked is not None:
        stated = stated.but(lesion_marks=lesion_marks(grader, rows, masked))
    decoding = replace(grader.decoding, recalibration=found.recalibration)
    known = grader.provenance.updated(stated)
    made = replace(grader, decoding=decoding, provenance=known)
    return CalibratedModel(
        made, found, stated, table.table.height - rows.table.height, before.method
    )


def lesion_marks(grader: Grader, rows: Predictions, asked: Masked) -> dict[str, Any]:
    """How far the marks of lesions can be believed, by the models that predicted the rows."""
    keep_freed_memory()
    manifest, dust = read_manifest(asked.manifest), asked.dust
    masked = masked_photos(grader, rows, asked.folder, manifest)
    healthy = healthy_photos(grader, rows, asked.folder, manifest)
    if dust:
        _refuse_unknown(dust, [*(each.photo for each in masked), *(photo for _, photo in healthy)])
    counts, on_healthy = check_marks(masked, dust), marks_on_healthy(healthy, dust)
    whole, off_dust = (
        {"kinds": believed(counts[:, which], KINDS), "healthy": alarms(on_healthy[:, which], KINDS)}
        for which in (0, 1)
    )
    return {
        "split": rows.table["split"][0],
        "photographs": len(counts),
        "grades": _grades_of_masked(rows, manifest),
        **whole,
        **({"off_dust": off_dust} if dust else {}),
    }


def _refuse_unknown(dust: Dust, photos: list[Path]) -> None:
    """Refuse dust of other photographs: counts without marks on dust would be the same, unsaid.

    A photograph that is not there is not asked: it has no marks, which is said where it is counted.
    """
    there = [photo for photo in photos if safe_stat(photo.is_file)]
    if unknown := [photo for photo in there if dust.of(sha256_file(photo)) is None]:
        raise UsageError(f"--dust does not have {len(unknown)} of {len(there)} photographs "
                         f"(first: {unknown[0].name}); look for the dust of all of them, in the "
                         "same files")  # fmt: skip


def _grades_of_masked(rows: Predictions, manifest: Manifest) -> list[int]:
    """The lowest and highest reference grade of graded rows that have a mask; none if unknown."""
    with_mask = manifest.table.filter(manifest.table["mask"].fill_null("") != "")
    graded = rows.table.filter(rows.table["status"] == "graded")
    grades = graded.join(with_mask.select("photo"), on="photo")["grade"].drop_nulls().to_list()
    return [min(grades), max(grades)] if grades else []
