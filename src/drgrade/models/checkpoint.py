"""Model files: tensors as safetensors, everything else as JSON beside them, and a hash of both."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from drgrade.data.photos.preprocess import VERSION, Preprocess
from drgrade.errors import CheckpointError, DrgradeError
from drgrade.modelfile.correction import from_json
from drgrade.modelfile.decision import DECISION
from drgrade.modelfile.decision import from_json as decision_of
from drgrade.modelfile.places import place_of_model
from drgrade.models.grader import Grader, build_network
from drgrade.models.half_precision import HALF, PRECISION, halved, refuse_large
from drgrade.models.objectives import OBJECTIVES, Decoding
from drgrade.recipe.recipe import Model
from drgrade.runtime.files import write_bytes

FORMAT = 1
KEY = "drgrade"
PREFIX = "network."


def save_tensors(path: Path, tensors: dict[str, torch.Tensor], about: dict[str, Any]) -> None:
    """Write tensors and JSON as one file with a hash over both; the old file stays until then."""
    write_bytes(path, packed(tensors, about))


def packed(tensors: dict[str, torch.Tensor], about: dict[str, Any]) -> bytes:
    """The bytes of the file that `save_tensors` writes."""
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    text = json.dumps({"format": FORMAT, **about}, allow_nan=False)
    metadata = {KEY: text, "sha256": _hash(whole, text)}
    return save(whole, metadata=metadata)


def read_about(path: Path) -> dict[str, Any]:
    """What a file of ours says of itself beside its tensors, which are neither read nor checked.

    `format`, `kind` and what its writer told; `sha256` is the hash that the file carries.

    Raises:
        CheckpointError: no such file, cut, foreign, or of a newer format.
    """
    with _opened(path) as file:
        text, sha256 = _told(file, path)
    return {**_parsed(text, path), "sha256": sha256}


def load_tensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read what `save_tensors` wrote.

    Raises:
        CheckpointError: no such file, cut, altered, foreign, or of a newer format.
    """
    with _opened(path) as file:
        text, sha256 = _told(file, path)
        tensors = {n: torch.from_numpy(file.get_tensor(n)) for n in file.keys()}  # noqa: SIM118
    if _hash(tensors, text) != sha256:
        raise CheckpointError(f"{path}: SHA-256 mismatch, the file was altered; fetch it again")
    return tensors, _parsed(text, path)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A safetensors file; whatever is wrong while it is open is said of the file.

    Read as numpy: as torch it would be opened twice, once for its head and once for its tensors,
    and a training that saves its state in between would give the two from different files.
    """
    if not Path(path).is_file():
        raise CheckpointError(
            f"no model file at {path}; give a file, a run folder or a shipped name"
        )
    try:
        with safe_open(path, framework="np") as file:
            yield file
    except (SafetensorError, OSError) as error:
        size = Path(path).stat().st_size
        raise CheckpointError(f"{path}: checkpoint damaged ({size} bytes): {error}") from None


def _told(file: Any, path: Path) -> tuple[str, str]:
    """The JSON text that a file carries, and the hash over it and the tensors."""
    metadata = file.metadata() or {}
    if KEY not in metadata:
        raise CheckpointError(
            f"{path} was not written by drgrade: it carries no preprocessing; "
            "use it as a start (model.start), not as a grader"
        )
    return metadata[KEY], metadata.get("sha256", "")


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        about = json.loads(text)
    except ValueError:
        raise CheckpointError(
            f"{path}: what it says of itself was altered; fetch it again"
        ) from None
    if about.get("format", 0) > FORMAT:
        raise CheckpointError(
            f"{path} has format {about['format']}, this drgrade reads up to "
            f"{FORMAT}; upgrade drgrade"
        )
    return about


def save_grader(path: Path, grader: Grader) -> None:
    """Write a grader: weights, preprocessing, objective, decoding and facts in one file.

    One whose facts say that its weights are in half precision is written so again.

    Raises:
        CheckpointError: in half precision, and over the size of a file that ships.
    """
    write_bytes(path, grader_bytes(grader))


def grader_bytes(grader: Grader) -> bytes:
    """The bytes of the file that `save_grader` writes; raises what it raises."""
    is_half = grader.facts.get(PRECISION) == HALF
    state = grader.network.state_dict()
    own = halved(state) if is_half else state
    about = {
        "kind": "grader",
        "model": grader.model.model_dump(),
        "preprocess": asdict(grader.preprocess),
        "objective": grader.objective_name,
        "mean": grader.mean,
        "std": grader.std,
        "decoding": grader.decoding.as_json(),
        "facts": grader.facts,
    }
    content = packed({PREFIX + name: value for name, value in own.items()}, about)
    if is_half:
        refuse_large(content)
    return content


def load_grader(where: Path | str, device: str = "cpu") -> Grader:
    """Read a grader from its file, the best one of a run folder, or one that ships by its name.

    It computes in float32, also where its file holds half precision, and is in evaluation mode.

    Raises:
        CheckpointError: no such model, or a file that is damaged, altered, of another kind, or of
            a version with other settings.
        UnknownNameError: no model of this name ships.
    """
    path = place_of_model(Path(where))
    tensors, about = load_tensors(path)
    refuse_no_grader(about, path)
    try:
        grader = _blank(about)
        decision_of(grader.facts.get(DECISION))  # one of another version is found here
    except (KeyError, TypeError, ValueError, DrgradeError) as error:
        raise _of_another_version(path, error) from None
    own = {name.removeprefix(PREFIX): value for name, value in tensors.items()}
    fill_whole(grader.network, own, path)
    network = grader.network.to(device).eval()
    return replace(grader, network=network).with_facts(weights_sha256=weights_hash(network))


def refuse_no_grader(about: Mapping[str, Any], path: Path) -> None:
    """Refuse a file of another kind.

    Raises:
        CheckpointError: tells its kind.
    """
    if about.get("kind") != "grader":
        raise CheckpointError(
            f"{path} is a {about.get('kind', 'file')}, not a grader; "
            "give best.safetensors or the run folder"
        )


def _of_another_version(path: Path, error: Exception) -> CheckpointError:
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return CheckpointError(
        f"{path} tells what this drgrade does not know, or lacks what it needs ({first}); "
        "read it with the version that wrote it"
    )


def _blank(about: dict[str, Any]) -> Grader:
    """The grader that a file tells of, before its weights."""
    model, preprocess = Model.model_validate(about["model"]), Preprocess(**about["preprocess"])
    if preprocess.version > VERSION:
        raise ValueError(
            f"photographs prepared by version {preprocess.version}, known is {VERSION}"
        )
    return Grader(
        network=build_network(model, OBJECTIVES[about["objective"]].outputs),
        model=model,
        preprocess=preprocess,
        objective_name=about["objective"],
        mean=tuple(about["mean"]),
        std=tuple(about["std"]),
        decoding=_decoding(about["decoding"]),
        facts=dict(about["facts"]),
    )


def _decoding(told: dict[str, Any]) -> Decoding:
    correction = from_json(told.get("recalibration"))  # files before calibration have none
    return Decoding(tuple(told["cuts"]), told["width"], told["fitted_on"], correction)


def fill_whole(network: torch.nn.Module, own: dict[str, torch.Tensor], path: Path) -> None:
    """Put all weights of a file into the network they are of.

    Raises:
        CheckpointError: some are missing, unknown, or of another shape.
    """
    wanted = network.state_dict()
    missing = sorted(set(wanted) - set(own))
    extra = sorted(set(own) - set(wanted))
    other = sorted(k for k in set(own) & set(wanted) if own[k].shape != wanted[k].shape)
    if missing or extra or other:
        first = (missing or extra or other)[0]
        raise CheckpointError(
            f"{path} does not fit its network: {len(missing)} weights missing, "
            f"{len(extra)} unknown, {len(other)} of another shape, first '{first}'"
        )
    network.load_state_dict(own)


def weights_hash(network: torch.nn.Module) -> str:
    """SHA-256 of the weights alone: the identity of a model, whatever its calibration."""
    return _hash({k: v.detach().cpu() for k, v in network.state_dict().items()}, "")


def _hash(tensors: dict[str, torch.Tensor], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
