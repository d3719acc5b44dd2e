"""From a trained grader to a file that ships: rounded, checked, with where it comes from."""

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.preprocess import Preprocess, prepare
from drgrade.errors import CheckpointError, UsageError
from drgrade.modelfile.places import BEST
from drgrade.models.checkpoint import grader_bytes, load_grader, weights_hash
from drgrade.models.grader import Grader
from drgrade.models.weights.half_precision import HALF, halved, most_lost
from drgrade.provenance.making import Making
from drgrade.provenance.parts import Rounding
from drgrade.provenance.record import Json
from drgrade.publishing.origins import Origin, origins
from drgrade.recipe.recipe import Recipe, load_recipe, write_toml
from drgrade.recipe.run_folder import RunFolder, versions

MOST_MOVED = 1e-3  # of a probability
EYES, SEED = 6, 0  # drawn eyes on which the answers are compared
LARGER = 1.5  # times the square's side: the field is cut out of a drawn photo as out of a real one


@dataclass(frozen=True)
class Parcel:
    """A grader ready to ship, the bytes of its file, and what that says of it.

    `change` is what rounding changed now: a weight (as a share of its channel's largest), a
    probability and a lesion map (None without maps); `rounding` is what the file states, which was
    rounded before where it says so.
    """

    grader: Grader
    content: bytes
    origins: tuple[Origin, ...]
    making: Making
    rounding: Rounding
    change: Rounding


def parcel(place: Path, statement: str = "") -> Parcel:
    """Round the weights of a model's file to half precision and put its provenance inside.

    Args:
        place: the file; in a run folder, the recipe and the circumstances are read there.
        statement: under what terms it may be passed on, where the terms of what it learned from
            are not known.

    Raises:
        UsageError: terms that forbid it, or unknown ones without a statement.
        CheckpointError: answers that move by more than `MOST_MOVED`, or a file that is too large.
    """
    learned_from = tuple(origins(place))
    refuse_terms(learned_from, statement)
    whole = load_grader(place)
    rounded = _rounded(whole)
    squares = drawn_squares(whole.preprocess)
    moved, maps_moved = _change(whole, rounded, squares)
    if not moved <= MOST_MOVED:
        raise CheckpointError(
            f"half precision may move a probability by {MOST_MOVED} at most, on {len(squares)} "
            f"drawn photographs it moves one by {moved:.2g}; train with smaller weights "
            "(optimiser.weight_decay)"
        )
    lost = most_lost(whole.network.state_dict())
    change = Rounding(lost=lost, moved=moved, maps_moved=maps_moved, drawn_eyes=EYES)
    made, stated = making(place, whole, statement), whole.provenance.rounding or change
    ready = _with_hash(rounded, whole).with_provenance(precision=HALF, making=made, rounding=stated)
    return Parcel(ready, grader_bytes(ready), learned_from, made, stated, change)


def refuse_terms(learned_from: Sequence[Origin], statement: str = "") -> None:
    """Refuse to pass on weights whose teachers' terms do not allow it, or are not known.

    Raises:
        UsageError: terms that forbid it; or unknown ones, and no statement.
    """
    closed = [each for each in learned_from if each.terms == "closed"]
    if closed:
        raise UsageError(
            f"weights may be passed on where what they learned from may, got {_named(closed)}; "
            "train on other photographs"
        )
    unknown = [each for each in learned_from if each.terms == "unknown"]
    if unknown and not statement.strip():
        raise UsageError(
            f"the terms of what the weights learned from are not known, got {_named(unknown)}; "
            "say under what terms they may be passed on, with --licence 'TEXT'"
        )


def _named(found: Sequence[Origin]) -> str:
    return "; ".join(f"{each.name} ({each.role}; licence: {each.licence})" for each in found)


def drawn_squares(settings: Preprocess) -> torch.Tensor:
    """Drawn eyes as the network will see them: (EYES, 3, S, S), float 0 to 1."""
    side = round(LARGER * settings.size)
    pixels = [prepare(paint(draw_eye(SEED, each), side).pixels, settings) for each in range(EYES)]
    return torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2).float() / 255


def _rounded(whole: Grader) -> Grader:
    network = copy.deepcopy(whole.network)
    network.load_state_dict(halved(whole.network.state_dict()))
    return replace(whole, network=network.eval())


def _change(whole: Grader, rounded: Grader, squares: torch.Tensor) -> tuple[float, float | None]:
    """The largest change of a probability, and of a lesion map, on these squares."""
    answers = [_answers(each, squares) for each in (whole, rounded)]
    (old, old_maps), (new, new_maps) = answers
    moved = float(np.abs(old - new).max())
    if old_maps is None or new_maps is None:
        return moved, None
    return moved, float((old_maps - new_maps).abs().max())


def _answers(grader: Grader, squares: torch.Tensor) -> tuple[np.ndarray, torch.Tensor | None]:
    """Probabilities of the grades and of macular edema (n, 5 or 6), and of lesion maps."""
    with torch.inference_mode():
        outputs = torch.cat([grader.outputs(each[None]) for each in squares]).float().numpy()
        maps = None
        if grader.model.lesions:
            maps = torch.cat([grader.see(each[None]).maps.sigmoid() for each in squares])
    probabilities, _ = grader.decode(outputs)
    dme = grader.p_dme(outputs)
    return probabilities if dme is None else np.column_stack([probabilities, dme]), maps


def _with_hash(rounded: Grader, whole: Grader) -> Grader:
    """The rounded grader under its own hash; points chosen before stay, as answers did not move."""
    own = weights_hash(rounded.network)
    return replace(rounded, provenance=whole.provenance.under_hash(own))


def making(place: Path, grader: Grader, statement: str = "") -> Making:
    """How a grader was made, by its file, else by the run folder around it.

    The recipe as TOML text, circumstances of the training, what taught it with the licences, the
    start, hashes, and the `statement` on terms that are not known.
    """
    known = grader.provenance
    if known.making is not None:
        return known.making.but(statement=statement or known.making.statement)
    recipe, stages, training = _of_run(place)
    return Making(
        recipe=recipe,
        stages=stages,
        training=training,
        recipe_name=known.recipe or "",
        recipe_hash=known.recipe_hash or "",
        manifest_hash=known.manifest_hash or "",
        start=known.start or grader.model.start,
        start_sha256=known.start_sha256 or "",
        learned_from=tuple(each.as_kept for each in origins(place)),
        statement=statement,
        trained_weights_sha256=grader.weights_sha256,
        rounded={"date": time.strftime("%Y-%m-%d", time.gmtime()), "versions": versions()},
    )


def _of_run(place: Path) -> tuple[str, str, Json]:
    """Recipe, stages and circumstances of the run folder that a file lies in; empty elsewhere."""
    files = RunFolder(place.parent)
    if place.name != BEST or not files.is_started:
        return "", "", {}
    plan = files.folder / "stages.toml"
    began = files.read_json(files.provenance) if files.provenance.is_file() else {}
    figures = files.read_json(files.summary) if files.summary.is_file() else {}
    kept = {key: began.get(key) for key in ("versions", "seed", "machine", "begun")}
    kept |= {key: figures.get(key) for key in ("epochs", "best_epoch", "seconds", "parameters")}
    recipe = write_toml(_placeless(load_recipe(str(files.recipe))))
    stages = write_toml(_placeless(load_recipe(str(plan)))) if plan.is_file() else ""
    return recipe, stages, kept


def _placeless(recipe: Recipe) -> Recipe:
    """The recipe with its manifests by their names alone; where they lay is nobody's business."""
    data = recipe.data.model_copy(update=_bare(recipe.data.model_dump()))
    stages = tuple(
        each.model_copy(update={"data": {**each.data, **_bare(each.data)}})
        for each in recipe.stages
    )
    return recipe.model_copy(update={"data": data, "stages": stages})


def _bare(data: dict[str, Any]) -> dict[str, str]:
    bare = {"manifest": Path(data.get("manifest", "")).name, "root": ""}
    return {key: value for key, value in bare.items() if key in data}
