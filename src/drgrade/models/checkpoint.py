"""Model files: tensors as safetensors, everything else as JSON beside them, and a hash of both."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from drgrade.errors import CheckpointError, DrgradeError
from drgrade.modelfile.container import packed as packed_arrays
from drgrade.modelfile.container import read_arrays
from drgrade.modelfile.header import PREFIX, header_of, of_another_version, weights_hash_of
from drgrade.modelfile.places import place_of_model
from drgrade.models.grader import Grader, build_network
from drgrade.models.weights.half_precision import HALF, halved, refuse_large
from drgrade.runtime.files import write_bytes


def save_tensors(path: Path, tensors: dict[str, torch.Tensor], about: dict[str, Any]) -> None:
    """Write tensors and JSON as one file with a hash over both; the old file stays until then."""
    write_bytes(path, packed(tensors, about))


def packed(tensors: dict[str, torch.Tensor], about: dict[str, Any]) -> bytes:
    """The bytes of the file that `save_tensors` writes."""
    return packed_arrays(_arrays(tensors), about)


def load_tensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read what `save_tensors` wrote.

    Raises:
        CheckpointError: no such file, cut, altered, foreign, or of a newer format.
    """
    arrays, about = read_arrays(path)
    return {name: torch.from_numpy(each) for name, each in arrays.items()}, about


def save_grader(path: Path, grader: Grader) -> None:
    """Write a grader: weights, preprocessing, objective, decoding and provenance in one file.

    One whose provenance says that its weights are in half precision is written so again.

    Raises:
        CheckpointError: in half precision, and over the size of a file that ships.
    """
    write_bytes(path, grader_bytes(grader))


def grader_bytes(grader: Grader) -> bytes:
    """The bytes of the file that `save_grader` writes; raises what it raises."""
    is_half = grader.provenance.precision == HALF
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
        "facts": grader.provenance.as_json(),
        **grader.header.quality_json,
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
    header = header_of(about, path)
    try:
        grader = Grader(
            network=build_network(header.model, header.grade_outputs),
            model=header.model,
            preprocess=header.preprocess,
            objective_name=header.objective,
            mean=tuple(about["mean"]),
            std=tuple(about["std"]),
            decoding=header.decoding,
            provenance=header.provenance,
            quality=header.quality,
        )
    except (KeyError, TypeError, ValueError, DrgradeError) as error:
        raise of_another_version(path, error) from None
    own = {name.removeprefix(PREFIX): value for name, value in tensors.items()}
    fill_whole(grader.network, own, path)
    network = grader.network.to(device).eval()
    return replace(grader, network=network).with_provenance(weights_sha256=weights_hash(network))


def refuse_no_grader(about: Mapping[str, Any], path: Path) -> None:
    """Refuse a file of another kind.

    Raises:
        CheckpointError: says its kind.
    """
    if about.get("kind") != "grader":
        raise CheckpointError(
            f"{path} is a {about.get('kind', 'file')}, not a grader; "
            "give best.safetensors or the run folder"
        )


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
    return weights_hash_of(_arrays(network.state_dict()))


def _arrays(tensors: Mapping[str, torch.Tensor]) -> dict[str, np.ndarray]:
    return {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}
