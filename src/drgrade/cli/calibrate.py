"""`drgrade calibrate`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from drgrade.errors import UsageError
from drgrade.locale.catalogue import text
from drgrade.runtime.optional_dependencies import need

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drgrade.evaluation.calibration.calibrate_model import Calibrated
    from drgrade.modelfile.decision import Decision
    from drgrade.publishing.calibrate import CalibratedModel
    from drgrade.stats.operating_points import ChosenPoint

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
    from drgrade.data.tables.predictions_file import read_predictions
    from drgrade.models.checkpoint import load_grader, save_grader
    from drgrade.publishing.calibrate import Masked, calibrated
    from drgrade.runtime.locks import claim_output
    from drgrade.runtime.progress import say

    if dust is not None and masks is None:
        raise UsageError("--dust says which marks lie on dust, and --masks counts marks; give both")
    if output.suffix != ".safetensors":
        raise UsageError(f"a model file is .safetensors, got '{output.name}'; rename it")
    claim_output(output, force=force)
    known = None if dust is None else read_dust(dust)
    masked = None if masks is None else Masked(masks, predictions.parent, known)
    table = read_predictions(predictions)
    made = calibrated(load_grader(model), table, method, lower_bound=lower_bound, masked=masked)
    if made.replaced != "none":
        say(f"the model's own correction ({made.replaced}) is replaced")
    save_grader(output, made.grader)
    _show(made, as_json=json_)
    say(f"{output}. Research software, not a medical device.")
    return FOUND_NO_POINT if any(point.threshold is None for point in made.found.points) else 0


def _show(made: "CalibratedModel", *, as_json: bool) -> None:
    found = made.found
    if as_json:
        print(json.dumps(made.stated.as_json(), indent=2, ensure_ascii=False))
        return
    left = f"; {made.unread} rows of other splits not read" if made.unread else ""
    print(f"rows: {found.rows} graded photographs of split {found.split}{left}")
    print(f"probabilities: {_correction(found)}")
    for line in _checked_lines(found.cross_fitted):
        print(line)
    for point in found.points:
        print(_line(point))
    if found.decision is not None:
        print(_decision_line(found.decision))
    for line in _mark_lines(made.stated.lesion_marks):
        print(line)


def _mark_lines(kept: "Mapping[str, Any] | None") -> list[str]:
    from drgrade.publishing.card_results import said

    if not kept:
        return []
    healthy, off = kept["healthy"], kept.get("off_dust")
    without = f"; without marks on dust {said(off['healthy']['with_marks'])}" if off else ""
    return [
        *(f"marks of {kind}: {each['marks']}, right {said(each['right'])}; of {each['lesions']} "
          f"lesions marked {said(each['marked'])}; {kept['photographs']} photographs with masks"
          for kind, each in kept["kinds"].items()),
        f"of {healthy['photographs']} photographs of grade 0 with a mark: "
        f"{said(healthy['with_marks'])}{without}",
    ]  # fmt: skip


def _checked_lines(kept: "Mapping[str, Any]") -> list[str]:
    """Before and after the correction, each row corrected by what other rows fitted."""
    from drgrade.publishing.card_results import said

    names = {
        "before": "before it",
        "after": f"after it, fitted on {kept.get('parts')} parts in turn",
    }
    return [
        f"referable probability {words}: calibration slope {said(kept[key]['slope'])}, Brier score "
        f"{said(kept[key]['brier'])}"
        for key, words in names.items()
        if key in kept
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


def _line(point: "ChosenPoint") -> str:
    if point.threshold is None:
        return f"{point.name}: none; {text(point.reason)}"
    return (
        f"{point.name}: referable from {point.threshold:.4f}: sensitivity {point.sensitivity} of "
        f"{point.positives}, specificity {point.specificity} of {point.negatives}; "
        f"{text(point.rule)}"
    )
