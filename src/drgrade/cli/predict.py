"""`drgrade predict`."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from drgrade.data.photos.listing import safe_stat
from drgrade.errors import UsageError
from drgrade.icdr import LIKELY_EDEMA, is_referable
from drgrade.inference.inputs import TABLE_ENDINGS, Input, Row, list_inputs
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.runtime.progress import counted, say, track

if TYPE_CHECKING:
    from drgrade.modelfile.header import ModelHeader

ANSWERS = ("predicted", "referable", "close_to_threshold", "mirrored", "p0", "p1", "p2", "p3", "p4",
           "p_dme")  # fmt: skip
# What an earlier table may say of a photograph.
VERDICT = (*ANSWERS, "status", "reason", "model", "learned_before")
SHOWN = {"referable": "referable", "p_dme": "edema"}  # on the screen, where the model tells them
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
    force: Annotated[bool, Parameter(negative=())] = False,
    any_picture: Annotated[bool, Parameter(negative=())] = False,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> int:
    """Grade photographs: one row for each input, whatever happens to it.

    Exit code 3 says that some photographs could not be graded; their rows say why.
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
        Grade each photograph mirrored too, and tell the share of grades that change; without it
        the share that the model had on its own tune photographs is told. Takes longer.
    force
        Write over a table that is there.
    any_picture
        Do not ask whether a picture shows a retina in colour; for photographs that were recoloured.
    json_
        Print the rows as JSON, one a line.
    """
    from drgrade.inference.engine import open_engine
    from drgrade.inference.stream import grade_photos
    from drgrade.modelfile.places import place_of_model

    _refuse(output, workers, force=force)
    file = place_of_model(model)  # a name that is wrong is told before the photographs are listed
    keep_freed_memory()  # half of a batch goes into new pages otherwise
    inputs = list_inputs(photos, root)
    opened = open_engine(file, engine, device)
    header = opened.header
    say_drawn(header)
    if mirror and header.model.views > 1:
        say("this model takes the mean of a square and its mirror image, so that none changes "
            "here; a mirrored file may be cut elsewhere by a pixel and still change")  # fmt: skip
    named = ((name, path) for name, path, _ in inputs)
    answers = grade_photos(opened, named, workers=workers, mirror=mirror, any_picture=any_picture)
    rows = with_promises(inputs, track(answers, len(inputs), "grading"))
    if output is not None:
        from drgrade.data.tables.predictions import from_rows, write_predictions

        facts = _facts(header) | _origin(photos, root) | (_mirrored(rows) if mirror else {})
        write_predictions(from_rows(rows, facts), output, force=force)
    _show(rows, json_, quiet=output is not None)
    failed = sum(row["status"] != "graded" for row in rows)
    whole = (
        f"{counted(len(rows), 'photograph')} = {len(rows) - failed} graded + {failed} not graded"
    )
    place = f"; {output}" if output else ""
    lost = f". {ALL_LOST}" if failed == len(rows) and _is_lost(inputs) else ""
    say_doubtful(rows)
    say(f"{whole}{place}{lost}. Research software, not a medical device.")
    return SOME_FAILED if failed else 0


def _refuse(output: Path | None, workers: int, *, force: bool) -> None:
    """What can be known to fail before anything is loaded."""
    if output is not None:
        from drgrade.data.tables.predictions import refuse_place
        from drgrade.runtime.files import refuse_taken

        refuse_taken(output, force=force)
        refuse_place(output, force=force)
    if not 1 <= workers <= MOST_WORKERS:
        raise UsageError(f"--workers must be 1 to {MOST_WORKERS}, got {workers}")


def say_drawn(header: "ModelHeader") -> None:
    """Say of a grader that learned from drawn eyes alone that its grades mean nothing (W25)."""
    if header.knows_drawn_eyes_alone:
        say("W25: this grader learned from drawn eyes alone: what it says of a patient's "
            "photograph means nothing. Train it on real ones")  # fmt: skip


def say_doubtful(rows: list[Row]) -> None:
    """Count what is close to the threshold, or below it and referable by its grade or by edema."""
    if close := sum(bool(row.get("close_to_threshold")) for row in rows):
        say(f"{counted(close, 'photograph')} close to the threshold: have them read")
    let_go = [row for row in rows if row["status"] == "graded" and row.get("referable") is False]
    by_grade = sum(is_referable(row["predicted"]) for row in let_go)
    by_edema = sum((row.get("p_dme") or 0.0) >= LIKELY_EDEMA for row in let_go)
    if by_grade:
        say(f"{counted(by_grade, 'photograph')} of grade 2 or worse below the point HS: by the "
            "scale referable, by the point not. A person has to decide")  # fmt: skip
    if by_edema:
        say(f"{counted(by_edema, 'photograph')} below the point HS with likely signs of macular "
            "edema, which ask for a referral of their own")  # fmt: skip


def with_promises(inputs: list[Input], answers: Iterable[Row]) -> list[Row]:
    """One row for each input, in their order: what was known of it, and its answer.

    A manifest may be an earlier table of predictions: nothing that it answers is kept.
    """
    return [
        {**{key: known[key] for key in known if key not in VERDICT}, **verify_hash(known, answer)}
        for (_, _, known), answer in zip(inputs, answers, strict=True)
    ]


def _facts(header: "ModelHeader") -> Row:
    """What the model's file tells its judges."""
    from drgrade.data.tables.predictions import told_by_model

    return {
        "train_source": header.facts.get("source", ""),
        "train_preprocess": header.facts.get("preprocess"),
        **told_by_model(header.facts),
        "preprocess": asdict(header.preprocess),
    }


def _is_lost(inputs: list[Input]) -> bool:
    """Whether a manifest was given and none of its photographs is where it says."""
    of_manifest = [path for _, path, row in inputs if row]
    return bool(of_manifest) and not any(
        isinstance(path, Path) and safe_stat(path.exists) for path in of_manifest
    )


def _origin(places: list[Path], root: Path | None) -> Row:
    """Where the photographs come from, and whether they are drawn: only where all places tell."""
    from drgrade.data.sources.registry import is_drawn
    from drgrade.data.tables.manifest import read_manifest

    if any(
        safe_stat(place.is_dir) or place.suffix.lower() not in TABLE_ENDINGS for place in places
    ):
        return {}
    told = [read_manifest(place, root=root).facts for place in places]
    drawn = [is_drawn(facts) for facts in told]
    sources = {facts.get("source") or "" for facts in told}
    known = {"drawn": any(drawn)} if None not in drawn or any(drawn) else {}
    return known | ({"source": sources.pop()} if len(sources) == 1 else {})


def _mirrored(rows: list[Row]) -> Row:
    turned = [row["predicted"] != row["mirrored"] for row in rows if row["status"] == "graded"]
    if not turned:
        return {"mirror_changes": None, "mirror_changes_on": None}
    return {"mirror_changes": sum(turned) / len(turned), "mirror_changes_on": "these photographs"}


def verify_hash(known: Row, answer: Row) -> Row:
    """The answer, or an error where the file is not the one whose hash the manifest has.

    A hash is the same in capitals, as PowerShell writes it, and with blanks around it.
    """
    promised, found = (known.get("sha256") or "").strip().lower(), answer.get("sha256")
    if not promised or not found or promised == found:
        return answer
    emptied = {key: None for key in answer if key in ANSWERS}
    reason = f"hash mismatch: sha256 {found[:12]}..., the manifest has {promised[:12]}..."
    return {**answer, **emptied, "status": "error", "reason": reason}


def _show(rows: list[Row], as_json: bool, *, quiet: bool) -> None:
    if as_json:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
    elif not quiet:
        width = max(len(row["photo"]) for row in rows)
        has = [key for key in SHOWN if any(row.get(key) is not None for row in rows)]
        more = "".join(f"  {SHOWN[key]}" for key in has)
        print(f"{'photo':{width}}  status      grade     p0     p1     p2     p3     p4{more}")
        for row in rows:
            print(_line(row, width, has))


def _line(row: Row, width: int, has: list[str]) -> str:
    if row["status"] != "graded":
        return f"{row['photo']:{width}}  {row['status']:10}  {row.get('reason', '')}"
    shares = " ".join(f"{row[f'p{k}']:6.3f}" for k in range(5))
    told = {"referable": "yes" if row.get("referable") else "no",
            "p_dme": f"{row.get('p_dme') or 0.0:.3f}"}  # fmt: skip
    more = "".join(f"  {told[key]:>{len(SHOWN[key])}}" for key in has)
    return f"{row['photo']:{width}}  graded      {row['predicted']:5} {shares}{more}"
