"""`drgrade calibrate`."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from drgrade.errors import UsageError
from drgrade.locale.catalogue import text
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.runtime.optional_dependencies import need

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drgrade.data.audit.dust import Dust
    from drgrade.data.tables.manifest import Manifest
    from drgrade.data.tables.predictions import Predictions
    from drgrade.evaluation.calibration.calibrate_model import Calibrated
    from drgrade.modelfile.decision import Decision
    from drgrade.models.grader import Grader
    from drgrade.stats.operating_points import OperatingPoint

FOUND_NO_POINT = 3


def calibrate(
    predictions: Path,
    *,
    model: Path,
    output: Annotated[Path, Parameter(name=["-o", "--output"])],
    method: Literal["temperature", "isotonic", "none"] = "temperature",
    lower_bound: Annotated[bool, Parameter(negative=())] = False,
    masks: Path | None = None,
    dust: Path | None = None,
    force: Annotated[bool, Parameter(negative=())] = False,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> int:
    """Correct a model's probabilities and freeze its operating points, in a new model file.

    Grade and referral are one decision from then on: a grade of 2 or worse exactly from HS on.

    Rows of split `calibrate` are used, or `out_of_fold` rows of the model's own recipe; a table
    without either is refused. The network stays what it was. HS is the largest threshold with
    sensitivity of at least 90 % on these rows, HP the smallest with specificity of at least 95 %.
    Exit code 3 says that a point could not be chosen; its reason is printed.

    Example: drgrade calibrate run/predictions.parquet --model run -o calibrated.safetensors

    Parameters
    ----------
    predictions
        The table, .csv or .parquet: the `predictions.parquet` of a run, or `out_of_fold.parquet`.
    model
        A model file, a run folder (its best model), or a shipped model's name (`drgrade models`).
    output
        The new model file, .safetensors.
    method
        How probabilities are corrected: one temperature, an isotonic referable score, or not.
    lower_bound
        HS also asks that the lower bound of sensitivity (95 % interval) is at least 85 %.
    masks
        A manifest with the column mask: how far marks of lesions can be believed is counted on
        those of the rows that have one, and `drgrade explain` then says it.
    dust
        With --masks: what `drgrade data dust` found in these photographs; marks are also counted
        without those on dust, which `drgrade explain --dust` then says.
    force
        Write over a file that is there.
    json_
        Print what was found as JSON instead of lines.
    """
    need("grade", "drgrade calibrate")
    from drgrade.data.audit.dust import read_dust
    from drgrade.data.tables.predictions import read_predictions
    from drgrade.evaluation.calibration.calibrate_model import calibrate as fit
    from drgrade.evaluation.calibration.calibrate_model import (
        refuse_other_model,
        rows_to_calibrate_on,
        uncorrected,
    )
    from drgrade.models.checkpoint import load_grader, save_grader
    from drgrade.runtime.files import refuse_taken
    from drgrade.runtime.progress import say

    if dust is not None and masks is None:
        raise UsageError("--dust says which marks lie on dust, and --masks counts marks; give both")
    if output.suffix != ".safetensors":
        raise UsageError(f"a model file is .safetensors, got '{output.name}'; rename it")
    refuse_taken(output, force=force)
    known = None if dust is None else read_dust(dust)
    table = read_predictions(predictions)
    rows = rows_to_calibrate_on(table)
    grader = load_grader(model)
    weights, settings = grader.facts["weights_sha256"], asdict(grader.preprocess)
    refuse_other_model(rows, weights, grader.facts.get("recipe_hash", ""), settings)
    before = grader.decoding.recalibration
    rows = uncorrected(rows, before)
    if before.method != "none":
        say(f"the model's own correction ({before.method}) is replaced")
    found = fit(rows, method, lower_bound=lower_bound)
    facts = found.facts(weights, settings)
    if masks is not None:
        facts["lesion_marks"] = _marks(grader, rows, predictions.parent, masks, known)
    decoding = replace(grader.decoding, recalibration=found.recalibration)
    save_grader(output, replace(grader, decoding=decoding).with_facts(**facts))
    _show(found, facts, table.table.height - rows.table.height, as_json=json_)
    say(f"{output}. Research software, not a medical device.")
    return FOUND_NO_POINT if any(point.threshold is None for point in found.points) else 0


def _show(found: "Calibrated", facts: dict[str, Any], unread: int, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    left = f"; {unread} rows of other splits not read" if unread else ""
    print(f"rows: {found.rows} graded photographs of split {found.split}{left}")
    print(f"probabilities: {_correction(found)}")
    for line in _checked_lines(found.cross_fitted):
        print(line)
    for point in found.points:
        print(_line(point))
    if found.decision is not None:
        print(_decision_line(found.decision))
    for line in _mark_lines(facts):
        print(line)


def _marks(
    grader: "Grader", rows: "Predictions", folder: Path, masks: Path, dust: "Dust | None"
) -> dict[str, Any]:
    """How far the marks of lesions can be believed, by the models that predicted the rows."""
    from drgrade.data.photos.masks import KINDS
    from drgrade.data.tables.manifest import read_manifest
    from drgrade.evaluation.lesion_reliability import alarms, believed
    from drgrade.publishing.detections import (
        check_marks,
        healthy_photos,
        marks_on_healthy,
        masked_photos,
    )

    keep_freed_memory()
    manifest = read_manifest(masks)
    masked = masked_photos(grader, rows, folder, manifest)
    healthy = healthy_photos(grader, rows, folder, manifest)
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


def _refuse_unknown(dust: "Dust", photos: list[Path]) -> None:
    """Refuse dust of other photographs: counts without marks on dust would be the same, unsaid.

    A photograph that is not there is not asked: it has no marks, which is said where it is counted.
    """
    from drgrade.data.photos.listing import safe_stat
    from drgrade.runtime.files import sha256_file

    there = [photo for photo in photos if safe_stat(photo.is_file)]
    if unknown := [photo for photo in there if dust.of(sha256_file(photo)) is None]:
        raise UsageError(f"--dust does not have {len(unknown)} of {len(there)} photographs "
                         f"(first: {unknown[0].name}); look for the dust of all of them, in the "
                         "same files")  # fmt: skip


def _grades_of_masked(rows: "Predictions", manifest: "Manifest") -> list[int]:
    """The lowest and highest reference grade of graded rows that have a mask; none if unknown."""
    with_mask = manifest.table.filter(manifest.table["mask"].fill_null("") != "")
    graded = rows.table.filter(rows.table["status"] == "graded")
    grades = graded.join(with_mask.select("photo"), on="photo")["grade"].drop_nulls().to_list()
    return [min(grades), max(grades)] if grades else []


def _mark_lines(facts: dict[str, Any]) -> list[str]:
    from drgrade.publishing.card_results import said

    if not (told := facts.get("lesion_marks")):
        return []
    healthy, off = told["healthy"], told.get("off_dust")
    without = f"; without marks on dust {said(off['healthy']['with_marks'])}" if off else ""
    return [
        *(f"marks of {kind}: {each['marks']}, right {said(each['right'])}; of {each['lesions']} "
          f"lesions marked {said(each['marked'])}; {told['photographs']} photographs with masks"
          for kind, each in told["kinds"].items()),
        f"of {healthy['photographs']} photographs of grade 0 with a mark: "
        f"{said(healthy['with_marks'])}{without}",
    ]  # fmt: skip


def _checked_lines(told: "Mapping[str, Any]") -> list[str]:
    """Before and after the correction, each row corrected by what other rows fitted."""
    from drgrade.publishing.card_results import said

    names = {
        "before": "before it",
        "after": f"after it, fitted on {told.get('parts')} parts in turn",
    }
    return [
        f"referable probability {words}: calibration slope {said(told[key]['slope'])}, Brier score "
        f"{said(told[key]['brier'])}"
        for key, words in names.items()
        if key in told
    ]


def _correction(found: "Calibrated") -> str:
    method = found.recalibration.method
    if method == "temperature":
        temperature = found.recalibration.temperature
        meant = "they were too sure" if temperature > 1 else "they were not sure enough"
        return f"temperature {temperature:.3f} ({meant})"
    if method == "isotonic":
        return f"isotonic referable score, {len(found.recalibration.scores)} knots"
    return "left as they are"


def _decision_line(decision: "Decision") -> str:
    return (
        f"one decision: grade 2 or worse exactly from {decision.threshold:.4f} on; grade 1 below "
        f"it from p1 + ... + p4 = {decision.mild:.2f}, grade 3 above it from p3 + p4 = "
        f"{decision.severe:.2f}, grade 4 from p4 = {decision.proliferative:.2f}"
    )


def _line(point: "OperatingPoint") -> str:
    if point.threshold is None:
        return f"{point.name}: none; {text(point.reason)}"
    return (
        f"{point.name}: referable from {point.threshold:.4f}: sensitivity {point.sensitivity} of "
        f"{point.positives}, specificity {point.specificity} of {point.negatives}; "
        f"{text(point.rule)}"
    )
