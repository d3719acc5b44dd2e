"""`drgrade export`: a model as one file that runs without torch, proven to grade alike."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from cyclopts import Parameter

from drgrade.errors import UsageError
from drgrade.inference.inputs import Inputs, list_inputs
from drgrade.inference.stream import Photo
from drgrade.runtime.optional_dependencies import need

if TYPE_CHECKING:
    from drgrade.publishing.export import Evidence
    from drgrade.publishing.proof import Proof


def export(
    model: Path,
    *,
    to: Literal["onnx", "openvino"],
    output: Annotated[Path, Parameter(name=["-o", "--output"])],
    proof: Annotated[Path, Parameter(negative=())],
    root: Path | None = None,
    int8: Annotated[bool, Parameter(negative=())] = False,
    calibrate_on: Path | None = None,
    twin: Annotated[bool, Parameter(negative=())] = False,
    force: Annotated[bool, Parameter(negative=())] = False,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> None:
    """Export a model to OpenVINO or ONNX, and prove that the file grades as the model does.

    Preprocessing, decoding, calibration and thresholds are in the file; `drgrade predict` takes it
    as a model, without torch. It gets its name when its proof holds: on at least 10 photographs no
    probability moves by more than 0.0001, no grade and no referral decision changes, and ONNX
    Runtime says the same. In int8: on at least 100 photographs at most 5 % of grades and 2 % of
    referral decisions change, and with reference grades the 95 % intervals of the changes of QWK
    and sensitivity lie above -0.03. The proof is kept beside the file, as FILE.proof.json.

    Example: drgrade export default --to onnx -o default.onnx --proof photos/

    Parameters
    ----------
    model
        A model file, a run folder (its best model), or a shipped model's name (`drgrade models`).
    to
        onnx or openvino.
    output
        The new file, .onnx or .openvino.
    proof
        A folder of photographs, or a manifest, whose grades are then used.
    root
        Folder the manifest's photo paths are relative to.
    int8
        With --to openvino: compute the coarser layers in whole numbers of eight bits. Smaller, and
        faster on a CPU with VNNI.
    calibrate_on
        A folder of photographs, or a manifest, on which int8 takes the ranges of its layers; by
        default 32 drawn photographs.
    twin
        Leave out the weights: a small file, to lie beside the model's own.
    force
        Write over a file that is there.
    json_
        Print the proof as JSON.
    """
    need("export", "drgrade export")
    from drgrade.modelfile.places import place_of_model
    from drgrade.publishing.export import Order, refuse_order
    from drgrade.publishing.export import export as made_of
    from drgrade.runtime.locks import claim_output
    from drgrade.runtime.progress import say

    if calibrate_on is not None and not int8:
        raise UsageError("--calibrate-on is for --int8; leave it out, or add --int8")
    place = place_of_model(model)
    order = Order(place, to, output, int8=int8, twin=twin)
    refuse_order(order)
    claim_output(output, force=force)
    inputs = list_inputs([proof], root)
    ranges = () if calibrate_on is None else list_inputs([calibrate_on], None)
    found = made_of(order, _evidence(inputs), [(name, where) for name, where, _ in ranges])
    _show(found, as_json=json_)
    say(f"{output}: {output.stat().st_size:,} bytes. Research software, not a medical device.")


def _evidence(inputs: Inputs) -> "Evidence":
    """The photographs of a proof with the grades and patients that a manifest knows of them."""
    from drgrade.publishing.export import Evidence

    rows = [row for _, _, row in inputs]
    grades = np.array([-1 if (g := row.get("grade")) is None else g for row in rows], np.int64)
    patients = np.array([str(row.get("patient") or name) for name, _, row in inputs])
    photos: list[Photo] = [(name, path) for name, path, _ in inputs]
    return Evidence(photos, grades if (grades >= 0).any() else None, patients)


def _show(found: "Proof", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
        return
    n = found.photographs
    print(f"proof on {n} photographs ({found.refused} more could not be graded)")
    print(f"an output differs by at most {found.outputs:.2g}, "
          f"a probability by {found.probabilities:.2g}")  # fmt: skip
    if found.witness is not None:
        print(f"in ONNX Runtime a probability differs by at most {found.witness:.2g}")
    print(f"{found.grades} of {n} grades change, {found.referrals} of {n} referral decisions "
          f"(by {found.referrals_by})")  # fmt: skip
    for name, each in found.differences.items():
        print(f"change of {name}: {each}")
