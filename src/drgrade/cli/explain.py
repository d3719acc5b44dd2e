"""`drgrade explain`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from drgrade.cli.predict import say_drawn
from drgrade.inference.inputs import Input, Row, list_inputs
from drgrade.runtime.malloc import keep_freed_memory

if TYPE_CHECKING:
    from drgrade.data.audit.dust import Dust
    from drgrade.explanation.explain import Explanation
    from drgrade.inference.engine import Engine

SOME_FAILED = 3
LONGEST_NAME = 200  # bytes; file systems take 255 with what is added


def explain(
    model: Path,
    photos: Annotated[list[Path], Parameter(negative=())],
    *,
    output: Annotated[Path, Parameter(name=["-o", "--output"])],
    root: Path | None = None,
    eye: Literal["left", "right"] | None = None,
    language: Literal["en", "zh-TW"] = "en",
    device: str = "cpu",
    engine: str = "auto",
    skip_retina_check: Annotated[bool, Parameter(negative=())] = False,
    skip_quality_check: Annotated[bool, Parameter(negative=())] = False,
    any_picture: Annotated[bool, Parameter(show=False, negative=())] = False,
    dust: Path | None = None,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> int:
    """Where the grader looked and the lesions it saw: a picture a photograph, and its figures.

    The picture shows the lesions outlined and counted, what each place says for or against a
    referable grade, the grade with its probabilities, and where grade and lesions disagree.
    Lesions need a grader with lesion maps (trained with model.lesions = true); without them the
    evidence alone is shown. Exit code 3 says that some photographs have no grade to explain.
    Research software, not a medical device.

    Example: drgrade explain run photo.jpg -o explained

    Parameters
    ----------
    model
        A model file, a run folder (its best model), or a shipped model's name (`drgrade models`).
    photos
        Photographs, folders of them, or one manifest (.csv or .parquet).
    output
        Folder for `NAME.png` and its twin `NAME.json`, a pair a photograph.
    root
        Folder the manifest's photo paths are relative to.
    eye
        Which eye it is; else the manifest's, else the side of the optic disc decides.
    language
        Of the picture and the sentences.
    device
        cpu, cuda:N, or auto (a GPU where there is one).
    engine
        torch, openvino (on a CPU, for `default` and exported files), or auto.
    skip_retina_check
        Do not ask whether a picture shows a retina in colour; for photographs that were recoloured.
    skip_quality_check
        Explain photographs too that the model finds too blurred, too dark or partly hidden.
    dust
        What `drgrade data dust` found in these photographs: marks on dust are not counted.
    json_
        Print the figures as JSON, a photograph a line.
    """
    from drgrade.data.audit.dust import read_dust
    from drgrade.modelfile.places import place_of_model
    from drgrade.runtime.files import refuse_file

    refuse_file(output)
    known = None if dust is None else read_dust(dust)
    file = place_of_model(model)  # a wrong name is refused before torch is loaded
    from drgrade.explanation.files import own_place, refuse_others, write_explanation
    from drgrade.inference.engine import open_engine
    from drgrade.runtime.progress import counted, say, track

    keep_freed_memory()  # half of a batch goes into new pages otherwise
    inputs = list_inputs(photos, root, besides=output)
    names = file_names([name for name, _, _ in inputs])
    refuse_others(output / name for name in names)
    opened = open_engine(file, engine, device)
    say_drawn(opened.header)
    if known and not opened.header.model.lesions:
        say("--dust: this grader has no lesion maps, so that no mark can lie on dust")
    failed, dustless = 0, []
    checks = {"retina_check": not (skip_retina_check or any_picture),
              "quality_check": not skip_quality_check}  # fmt: skip
    for each, name in track(zip(inputs, names, strict=True), len(inputs), "explaining"):
        report, explanation = _explained(opened, each, eye, checks, known)
        place = output / name
        if explanation is None:
            failed += 1
        else:
            if explanation.sight and explanation.sight.on_dust is None:
                dustless.append(each[0])
            place = own_place(place, report["sha256"])
            write_explanation(explanation, report, place, language)
        _show(report, place.with_name(f"{place.name}.png"), language, as_json=json_)
    if known and dustless:
        say(f"{dust} does not have {counted(len(dustless), 'photograph')} (first: {dustless[0]}): "
            "the dust there is not known, and every mark is counted")  # fmt: skip
    every = counted(len(inputs), "photograph")
    whole = f"{every} = {len(inputs) - failed} explained + {failed} not explained"
    say(f"{whole}; {output}. Research software, not a medical device.")
    return SOME_FAILED if failed else 0


def file_names(photos: list[str]) -> list[str]:
    """A name for the files of each photo: its own without ending, numbered where it is taken."""
    taken: set[str] = set()
    names = []
    for photo in photos:
        stem = Path(photo).stem.encode()[:LONGEST_NAME].decode(errors="ignore") or "photo"
        tries = (
            stem if number == 1 else f"{stem}-{number}" for number in range(1, len(photos) + 1)
        )
        name = next(each for each in tries if each not in taken)
        taken.add(name)
        names.append(name)
    return names


def _explained(
    engine: "Engine",
    given: Input,
    eye: str | None,
    checks: dict[str, bool],
    dust: "Dust | None",
) -> "tuple[Row, Explanation | None]":
    """What a photograph's line says, and its explanation where it has a grade."""
    from drgrade.explanation.explain import as_json, explain_photo
    from drgrade.explanation.remarks import sentences_of

    name, path, known = given
    known_eye = known.get("eye") if known.get("eye") in ("left", "right") else None
    row, explanation = explain_photo(engine, name, path, eye=eye or known_eye,
                                     sha256=known.get("sha256") or "",
                                     dust=dust, **checks)  # fmt: skip
    if explanation is None:
        return row, None
    return as_json(explanation) | {"sentences": sentences_of(explanation)}, explanation


def _show(report: Row, picture: Path, language: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    elif report["status"] == "graded":
        print(report["photo"], *report["sentences"][language], picture, sep="\n  ")
    else:
        print(f"{report['photo']}  {report['status']:10}  {report.get('reason', '')}")
