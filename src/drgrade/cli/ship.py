"""`drgrade models ship` and `drgrade models card`: a model for others, and what they must know."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from drgrade.errors import UsageError
from drgrade.runtime.optional_dependencies import need

if TYPE_CHECKING:
    from drgrade.publishing.ship import Parcel


def ship(
    model: Path,
    *,
    output: Annotated[Path, Parameter(name=["-o", "--output"])],
    licence: str = "",
    force: Annotated[bool, Parameter(negative=())] = False,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> None:
    """Make one small file of a trained model, for others: half precision, provenance inside.

    Large weights are rounded to float16; a model whose probabilities move by more than 0.001 on
    drawn photographs is refused, and so is a file of over 16,000,000 bytes. The file holds its
    recipe, the photographs and starting weights it was trained on with their licences, versions and
    hashes. Weights that learned from photographs whose terms forbid it are not passed on.
    Calibrate afterwards: `drgrade calibrate` keeps half precision.

    Example: drgrade models ship run -o mine.safetensors

    Parameters
    ----------
    model
        A run folder (its best model), or a model file, which knows its recipe's hash only.
    output
        The new model file, .safetensors.
    licence
        Under what terms the weights may be passed on, where those of a source are not known.
    force
        Write over a file that is there.
    json_
        Print what was done as JSON.
    """
    need("grade", "drgrade models ship")
    from drgrade.modelfile.places import place_of_model
    from drgrade.runtime.files import write_bytes
    from drgrade.runtime.locks import claim_output
    from drgrade.runtime.progress import say

    if output.suffix != ".safetensors":
        raise UsageError(f"a model file is .safetensors, got '{output.name}'; rename it")
    claim_output(output, force=force)
    place = place_of_model(model)
    from drgrade.publishing.ship import parcel

    made = parcel(place, licence)
    write_bytes(output, made.content)
    _show(made, as_json=json_)
    if not made.making.recipe:
        say("no recipe is known of a file outside its run folder; give the run folder to have it")
    say(f"{output}. Research software, not a medical device.")


def _show(made: "Parcel", *, as_json: bool) -> None:
    making, rounding = made.making, made.rounding
    if as_json:
        report = {"bytes": len(made.content), "rounding": rounding.as_json(),
                "provenance": making.as_json()}  # fmt: skip
        print(json.dumps(report, indent=2, ensure_ascii=False))
        return
    maps = rounding.maps_moved
    beside = "" if maps is None else f", a lesion map by at most {maps:.1e}"
    print(f"size: {len(made.content):,} bytes")
    print(f"rounded: a weight by at most {rounding.lost:.1e} of its channel's largest")
    print(f"on {rounding.drawn_eyes} drawn photographs a probability moves by at most "
          f"{rounding.moved:.1e}{beside}")  # fmt: skip
    for each in made.origins:
        print(f"learned from: {each.name} ({each.role}; {each.licence}; {each.address})")
    if making.statement:
        print(f"terms, as stated: {making.statement}")


def card(
    model: Path,
    *,
    output: Annotated[Path | None, Parameter(name=["-o", "--output"])] = None,
    scorecard: Annotated[list[Path] | None, Parameter(negative=())] = None,
    name: str = "",
    force: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Write a model's card, in the form of the Hugging Face hub.

    What it is and is not, how to use it, the data with their licences, the recipe in full,
    preprocessing, calibration, results with intervals and floors, warnings, versions and hashes.
    Without a scorecard the card that lies beside the file is given, as that of `default` does;
    where none does, the card says that there are no results.

    Example: drgrade models card default --scorecard scorecard -o MODEL_CARD.md

    Parameters
    ----------
    model
        A model file, a run folder (its best model), or a shipped model's name (`drgrade models`).
    output
        The Markdown file; on the screen when not given.
    scorecard
        A folder that `drgrade evaluate` wrote about this model; may be given several times.
    name
        How the card calls the model; by default as it is called here.
    force
        Write over a file that is there.
    """
    need("grade", "drgrade models card")
    from drgrade.modelfile.places import place_of_model
    from drgrade.runtime.files import write_text
    from drgrade.runtime.locks import claim_output

    if output is not None:
        claim_output(output, force=force)
    place = place_of_model(model)
    from drgrade.publishing.card import card as text_of
    from drgrade.publishing.card import kept_card

    text = None if scorecard or name else kept_card(place)
    text = text or text_of(place, name or model.stem, scorecard or ())
    if output is None:
        print(text, end="" if text.endswith("\n") else "\n")
        return
    write_text(output, text)
    print(output)
