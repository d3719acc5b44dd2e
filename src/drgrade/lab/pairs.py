"""Two cells of a lab held against each other: only where they differ in one thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from drgrade.recipe.recipe import HASHED_AS, Recipe
from drgrade.stats.estimate import Estimate

SHOWN_BY = {  # the setting that a kind of pair is about
    "pretraining": "model.start",
    "drawn_start": "model.start",
    "depth": "model.network",
    "size": "data.size",
}
LAB_EPOCHS = {"resnet18": 10, "resnet50": 8, "efficientnet_lite0": 10}  # as the lab trains each
LAB_RATES = {"imagenet": 1e-5, "random": 1e-4, "phantom": 1e-5, "drawn": 1e-5}


@dataclass(frozen=True)
class Pair:
    """Two cells on the same test photographs: accuracy and QWK of `second` minus `first`."""

    kind: str
    first: str
    second: str
    accuracy: Estimate
    qwk: Estimate

    def as_json(self) -> dict[str, Any]:
        """The fields in plain values."""
        names = {"kind": self.kind, "first": self.first, "second": self.second}
        return names | {"accuracy": self.accuracy.as_json(), "qwk": self.qwk.as_json()}


@dataclass(frozen=True)
class Unlike:
    """Two cells that are no pair, for they differ in these settings too."""

    kind: str
    first: str
    second: str
    settings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The fields in plain values."""
        return {"kind": self.kind, "first": self.first, "second": self.second,
                "settings": list(self.settings)}  # fmt: skip


def wanted_pairs(networks: Sequence[str], compared: Sequence[str]) -> list[tuple[str, str, str]]:
    """Kind and names of every two cells that a lab can hold against each other."""
    wanted = [("pretraining", f"{n}-random", f"{n}-imagenet") for n in networks]
    wanted += [("drawn_start", f"{n}-random", f"{n}-{start}")
               for n in networks for start in ("phantom", "drawn")]  # fmt: skip
    wanted += [("depth", f"resnet18-{s}", f"resnet50-{s}")
               for s in ("random", "imagenet", "phantom")]  # fmt: skip
    if len(compared) == 2:
        wanted.append(("size", compared[1], compared[0]))
    return wanted


def other_settings(kind: str, first: Recipe, second: Recipe) -> list[str]:
    """The settings in which two cells differ beside the one that their pair is about.

    The lab itself gives each network its epochs and each start its learning rate; where both cells
    have theirs, these belong to what is compared.
    """
    before, after = _settings(first), _settings(second)
    own = SHOWN_BY[kind]
    return [
        key
        for key, value in before.items()
        if value != after[key] and key != own and not (_lab_s(key, first) and _lab_s(key, second))
    ]


def _settings(recipe: Recipe) -> dict[str, Any]:
    """Every setting by `section.key`, without places and how a result is computed."""
    return {
        f"{section}.{key}": value
        for section, values in recipe.model_dump(exclude={"name", "stages"}).items()
        for key, value in values.items()
        if key not in HASHED_AS.get(section, {})
    }


def _lab_s(key: str, recipe: Recipe) -> bool:
    if key == "train.epochs":
        return recipe.train.epochs == LAB_EPOCHS.get(recipe.model.network)
    if key == "optimiser.learning_rate":
        return recipe.optimiser.learning_rate == LAB_RATES.get(recipe.model.start)
    return False
