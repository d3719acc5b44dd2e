"""`drgrade predict`."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from drgrade.cli.listing import print_json, say_summary, show
from drgrade.errors import UsageError
from drgrade.inference.inputs import list_inputs
from drgrade.inference.table import (
    TableTask,
    about_model,
    answered,
    provenance_of_answers,
    refuse_output,
    write_table,
)
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.runtime.progress import say

if TYPE_CHECKING:
    from drgrade.modelfile.header import ModelHeader

MOST_WORKERS = 256
SOME_FAILED = 3
ALL_LOST = "No photograph of the manifest is there; say with --root where they lie"


def predict(
    model: Path,
    photos: Annotated[list[Path], Parameter(negative=())],
    *,
    output: Annotated[Path | None, Parameter(name=["-o", "--output"])] = None,
    root: Path | None = None,
    workers: int = 2,
    device: str = "cpu",
    engine: str = "auto",
    mirror: Annotated[bool, Parameter(negative=())] = False,
    fingerprint: Annotated[bool, Parameter(negative=())] = False,
    force: Annotated[bool, Parameter(negative=())] = False,
    retry: Annotated[bool, Parameter(negative=())] = False,
    skip_retina_check: Annotated[bool, Parameter(negative=())] = False,
    skip_quality_check: Annotated[bool, Parameter(negative=())] = False,
    any_picture: Annotated[bool, Parameter(show=False, negative=())] = False,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> int:
    """Grade photographs: one row for each input, whatever happens to it.

    Exit code 3 says that some photographs could not be graded; their rows say why. Stopped while
    it writes a table (Ctrl-C, a power cut, a full disk), the same command goes on.
    Research software, not a medical device.

    Example: drgrade predict run photos/ -o predictions.csv

    Parameters
    ----------
    model
        A model file, a run folder (its best model), or a shipped model's name (`drgrade models`).
    photos
        Photographs, folders of them, or one manifest (.csv or .parquet).
    output
        Where to write the table, .csv or .parquet; on the screen when not given.
    root
        Folder the manifest's photo paths are relative to.
    workers
        Threads that decode photographs.
    device
        cpu, cuda:N, or auto (a GPU where there is one).
    engine
        torch, openvino (on a CPU, for `default` and exported files), onnx (for exported .onnx
        files), or auto: the file's own, OpenVINO where it is installed and can run the model, else
        torch.
    mirror
        Grade each photograph mirrored too, and report the share of grades that change; without it
        the share that the model had on its own tune photographs is reported. Takes longer.
    fingerprint
        Add the column phash, by which `drgrade evaluate` finds near-duplicates (W04, W15).
    force
        Write over a table that is there, and begin anew where an unfinished one is of another model
        or of other photographs.
    retry
        Grade again only the photographs of status error in the table that is there.
    skip_retina_check
        Do not ask whether a picture shows a retina in colour; for photographs that were recoloured.
    skip_quality_check
        Grade photographs too that the model finds too blurred, too dark or partly hidden.
    json_
        Print the rows as JSON, one a line.
    """
    from drgrade.inference.engine import open_engine
    from drgrade.inference.stream import grade_photos
    from drgrade.modelfile.places import place_of_model

    _refuse(output, workers, force=force, retry=retry)
    file = place_of_model(model)  # a wrong name is refused before the photographs are listed
    keep_freed_memory()  # half of a batch goes into new pages otherwise
    inputs = list_inputs(photos, root)
    opened = open_engine(file, engine, device)
    header = opened.header
    say_drawn(header)
    if mirror and header.model.views > 1:
        say("this model takes the mean of a square and its mirror image, so that none changes "
            "here; a mirrored file may be cut elsewhere by a pixel and still change")  # fmt: skip
    is_checked = not (skip_retina_check or any_picture)
    options = {"mirror": mirror, "fingerprint": fingerprint, "retina_check": is_checked,
               "quality_check": not skip_quality_check, "engine": opened.name}  # fmt: skip
    grade = partial(grade_photos, opened, workers=workers, mirror=mirror,
                    retina_check=is_checked, fingerprint=fingerprint,
                    quality_check=not skip_quality_check)  # fmt: skip
    if output is None:
        tally = show(answered(inputs, grade), as_json=json_)
    else:
        known = provenance_of_answers(header).updated(inputs.origin())
        task = TableTask(output, inputs, grade, about_model(file, header, options), known,
                         mirror=mirror)  # fmt: skip
        tally = write_table(task, force=force, retry=retry, shown=print_json if json_ else None)
    say_summary(tally, output)
    if tally.failed == tally.total and inputs.is_lost():
        say(f"{ALL_LOST}.")
    return SOME_FAILED if tally.failed else 0


def _refuse(output: Path | None, workers: int, *, force: bool, retry: bool) -> None:
    """What can be known to fail before anything is loaded."""
    if output is not None:
        refuse_output(output, force=force, retry=retry)
    elif retry:
        raise UsageError("--retry grades again what failed in a table; name it with -o")
    if not 1 <= workers <= MOST_WORKERS:
        raise UsageError(f"--workers must be 1 to {MOST_WORKERS}, got {workers}")


def say_drawn(header: "ModelHeader") -> None:
    """Say of a grader that learned from drawn eyes alone that its grades mean nothing (W25)."""
    if header.knows_drawn_eyes_alone:
        say("W25: this grader learned from drawn eyes alone: what it says of a patient's "
            "photograph means nothing. Train it on real ones")  # fmt: skip
