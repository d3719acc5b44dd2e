"""Weights that another program wrote: opened without running anything, and taken out of wrappers.

Bounds: a `.pth` unpacks to no more bytes than it has (torch.save compresses nothing), a safetensors
file is checked by its own library, and neither may have more than `other_files.MOST_BYTES`.
"""

import re
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from drgrade.errors import CheckpointError, Reason, shown
from drgrade.locale.refusal import refusal
from drgrade.modelfile.container import refuse_no_numbers
from drgrade.modelfile.other_files import (
    head_of,
    is_pickle,
    refuse_no_safetensors,
    refuse_placeholder,
    refuse_too_large,
)
from drgrade.runtime.archives import HEAD as ZIP
from drgrade.runtime.archives import damaged_member, is_zip, unpacked_size

State = dict[str, torch.Tensor]

AVERAGED = ("model_ema", "state_dict_ema", "ema_state_dict", "ema")  # mostly what was evaluated
WRAPPERS = (*AVERAGED, "model_state_dict", "state_dict", "model", "network", "net")
PREFIXES = ("module.", "_orig_mod.", "model.", "network.", "net.")
COUNTERS = ("n_averaged",)  # beside the weights of torch's own moving average
DEEPEST = 3  # wrappers in wrappers
REFUSED_NAME = re.compile(r"GLOBAL ([\w.]+)")


@dataclass(frozen=True)
class Foreign:
    """Weights by the names of their network, and what was taken off to get at them."""

    state: State
    unwrapped: tuple[str, ...] = ()  # wrappers, the outermost first
    prefixes: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """A line for the user; empty where nothing was taken off."""
        said = []
        if self.unwrapped:
            kind = "averaged weights" if self.unwrapped[-1] in AVERAGED else "weights"
            said.append(f"its {kind} '{'.'.join(self.unwrapped)}'")
        if self.prefixes:
            said.append(f"names without '{''.join(self.prefixes)}'")
        return ", ".join(said)


def read_foreign(path: Path) -> Foreign:
    """Weights of a `.pth` or `.safetensors` file; nothing in it is executed.

    Raises:
        CheckpointError: damaged, too large, not a table of tensors, one that only code could open,
            or weights that are no numbers.
    """
    found = _plain(_pth(path) if _is_torch(path) else _safetensors(path), path)
    lost = [name for name, each in found.state.items() if not torch.isfinite(each).all()]
    refuse_no_numbers(lost, len(found.state), path)
    return found


def _is_torch(path: Path) -> bool:
    """Whether torch wrote a file, whatever it is called."""
    head = head_of(path)
    return path.suffix != ".safetensors" or head.startswith(ZIP) or is_pickle(head)


def _plain(content: Any, path: Path) -> Foreign:
    """The table of weights in what a file holds."""
    unwrapped: list[str] = []
    while len(unwrapped) < DEEPEST and isinstance(content, Mapping) and not _is_table(content):
        name = next((each for each in WRAPPERS if isinstance(content.get(each), Mapping)), None)
        if name is None:
            break
        unwrapped.append(name)
        content = content[name]
    if not isinstance(content, Mapping) or not _is_table(content):
        raise CheckpointError(f"{path} is no table of weights; save the network's state_dict")
    state = {key: each for key, each in content.items() if key not in COUNTERS}
    prefixes: list[str] = []
    while (prefix := _prefix_of(state)) is not None:
        prefixes.append(prefix)
        state = {key.removeprefix(prefix): each for key, each in state.items()}
    return Foreign(state, tuple(unwrapped), tuple(prefixes))


def _is_table(content: Mapping[Any, Any]) -> bool:
    return all(isinstance(key, str) and _is_whole(each) for key, each in content.items())


def _is_whole(value: Any) -> bool:
    """Whether a value is a tensor that has all its numbers: a view may declare more than there is.

    A tensor whose strides are 0 has terabytes by its shape, and four in its file.
    """
    if not torch.is_tensor(value) or value.layout != torch.strided or value.is_meta:
        return False
    return value.numel() * value.element_size() <= value.untyped_storage().nbytes()


def _prefix_of(state: State) -> str | None:
    """The prefix that all names have."""
    return next((each for each in PREFIXES if state and all(k.startswith(each) for k in state)),
                None)  # fmt: skip


def _pth(path: Path) -> Any:
    try:
        _refuse_before_opening(path)
        with warnings.catch_warnings(), path.open("rb") as file:  # by its ending torch would go
            warnings.simplefilter("ignore")  # torch warns of what it then refuses
            return torch.load(file, weights_only=True, map_location="cpu")
    except CheckpointError:
        raise
    except Exception as error:  # a damaged pickle raises whatever its bytes happen to ask for
        said = str(error)
        if named := REFUSED_NAME.search(said):
            raise _of("weights_need_code", path, name=named[1]) from None
        first = said.splitlines()[0][:120] if said else type(error).__name__
        raise CheckpointError(
            f"{path}: checkpoint damaged or no plain weights ({path.stat().st_size} bytes): {first}"
        ) from None


def _refuse_before_opening(path: Path) -> None:
    """What is seen without unpickling anything."""
    refuse_placeholder(path, head_of(path))
    refuse_too_large(path)
    if not is_zip(path):
        return
    packed, unpacked = path.stat().st_size, unpacked_size(path)
    if unpacked > packed:
        raise _of("weights_swell", path, packed=packed, unpacked=unpacked)
    with zipfile.ZipFile(path) as archive:
        if any(name.endswith("/constants.pkl") for name in archive.namelist()):
            raise _of("weights_are_torchscript", path)
    if (member := damaged_member(path)) is not None:
        raise _of("weights_member_damaged", path, member=shown(member))


def _of(code: str, path: Path, **values: Any) -> CheckpointError:
    return refusal(CheckpointError, Reason(code, {"path": shown(path, 300), **values}))


def _safetensors(path: Path) -> State:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        refuse_no_safetensors(path)
        return load_file(path)
    except (SafetensorError, OSError) as error:
        size = path.stat().st_size
        raise CheckpointError(f"{path}: checkpoint damaged ({size} bytes): {error}") from None
