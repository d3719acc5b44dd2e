"""The lab's first figure: training error of plain and residual nets, from their run folders.

He et al. 2016 (arXiv:1512.03385), section 4.1: whether a deeper network learns its own training
photographs worse, with and without shortcuts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from drgrade.errors import Reason
from drgrade.locale.plain import as_plain
from drgrade.recipe.run_folder import RunFolder
from drgrade.stats.estimate import Estimate, Floats, missing

METHOD = Reason("range_over_seeds")


@dataclass(frozen=True)
class Training:
    """One training of a net: the error on train of each epoch, 0 to 1, as it learned.

    It is the running error of the epoch: photographs as they are learned from, flips and batch
    statistics on, weights moving on. `reason` says why a training stopped for good.
    """

    name: str
    seed: int
    errors: tuple[float, ...]
    epochs: int  # that were planned
    is_finished: bool
    reason: Reason | None = None

    def as_json(self) -> dict[str, Any]:
        """The fields in plain values."""
        return {
            "name": self.name, "seed": self.seed, "errors": list(self.errors),
            "epochs": self.epochs, "is_finished": self.is_finished, "reason": as_plain(self.reason),
        }  # fmt: skip


@dataclass(frozen=True)
class Net:
    """A net of `depth` layers, with or without shortcuts, and its trainings, a seed each."""

    depth: int
    plain: bool
    trainings: tuple[Training, ...]

    @property
    def finished(self) -> list[Training]:
        """The trainings that came to their end."""
        return [each for each in self.trainings if each.is_finished]

    @property
    def shown(self) -> list[Training]:
        """The trainings a curve is drawn of: the finished, or where there are none the begun."""
        return self.finished or [each for each in self.trainings if each.errors]

    @property
    def finals(self) -> dict[int, float]:
        """Seed -> training error of the last epoch, of finished trainings."""
        return {each.seed: each.errors[-1] for each in self.finished}

    def curve(self) -> Floats:
        """Mean, lowest and highest error over the seeds, (3, epochs that all of them have)."""
        length = min((len(each.errors) for each in self.shown), default=0)
        errors = np.array([each.errors[:length] for each in self.shown]).reshape(-1, length)
        if not length:
            return np.zeros((3, 0))
        return np.stack([errors.mean(axis=0), errors.min(axis=0), errors.max(axis=0)])


@dataclass(frozen=True)
class Degradation:
    """All nets of the figure; `floor` is the error of always answering train's commonest grade."""

    nets: tuple[Net, ...]
    floor: float
    settings: Mapping[str, Any]

    def net(self, depth: int, *, plain: bool) -> Net | None:
        """A net by its depth and kind, or None."""
        return next((n for n in self.nets if (n.depth, n.plain) == (depth, plain)), None)

    @property
    def depths(self) -> list[int]:
        """The depths, shallowest first."""
        return sorted({net.depth for net in self.nets})

    @property
    def trainings(self) -> list[Training]:
        """Every training, in the order of the nets."""
        return [each for net in self.nets for each in net.trainings]

    def final(self, depth: int, *, plain: bool) -> Estimate:
        """Training error of the last epoch: mean, and range over the finished seeds."""
        net = self.net(depth, plain=plain)
        return spread(list(net.finals.values()) if net else [])

    def gap(self, depth: int) -> Estimate:
        """Final error of the plain less that of the residual net, over seeds both have finished."""
        return difference(self.net(depth, plain=False), self.net(depth, plain=True))

    def deepening(self, depth: int, *, plain: bool) -> Estimate:
        """Final error at `depth` less that of the shallowest net, over seeds both have finished."""
        first = self.net(self.depths[0], plain=plain)
        return difference(first, self.net(depth, plain=plain))

    def as_json(self) -> dict[str, Any]:
        """The twin of figure and table in plain values."""
        return {
            "settings": dict(self.settings),
            "floor": self.floor,
            "nets": [
                {"depth": net.depth, "plain": net.plain,
                 "final": self.final(net.depth, plain=net.plain).as_json(),
                 "deepening": self.deepening(net.depth, plain=net.plain).as_json(),
                 "trainings": [each.as_json() for each in net.trainings]}
                for net in self.nets
            ],
            "gaps": {str(depth): self.gap(depth).as_json() for depth in self.depths},
        }  # fmt: skip


def spread(values: Sequence[float]) -> Estimate:
    """Mean of a figure over seeds with its range; one seed has no range, none has no figure."""
    if not len(values):
        return missing(Reason("no_finished_seed"))
    mean = float(np.mean(values))
    if len(values) == 1:
        return Estimate(mean, None, None, METHOD, 1, Reason("one_seed"))
    return Estimate(mean, float(min(values)), float(max(values)), METHOD, len(values))


def difference(first: Net | None, second: Net | None) -> Estimate:
    """Final error of `second` less that of `first`, seed by seed, over seeds both have finished."""
    if first is None or second is None:
        return missing(Reason("no_such_net"))
    before, after = first.finals, second.finals
    return spread([after[seed] - before[seed] for seed in before if seed in after])


def read_degradation(
    folder: Path,
    settings: Sequence[Mapping[str, Any]],
    reasons: Mapping[str, Reason | None],
    counts: Sequence[int],
) -> Degradation | None:
    """The figure's trainings as they stand in a lab's run folders, or None where none are planned.

    Args:
        folder: the lab's folder.
        settings: of every training, as the lab notes them in `lab.json`.
        reasons: why a training stopped for good, by its name.
        counts: photographs of grades 0 to 4 in train.
    """
    if not settings:
        return None
    found: dict[tuple[int, bool], list[Training]] = {}
    for each in settings:
        place = (int(str(each["network"]).removeprefix("resnet")), bool(each["plain"]))
        found.setdefault(place, []).append(_training(folder, each, reasons))
    nets = tuple(
        Net(depth, plain, tuple(trainings))
        for (depth, plain), trainings in sorted(found.items(), key=lambda item: item[0])
    )
    shared = {key: settings[0][key] for key in ("size", "batch", "learning_rate", "epochs")}
    return Degradation(nets, 1.0 - max(counts) / max(sum(counts), 1), shared)


def _training(
    folder: Path, settings: Mapping[str, Any], reasons: Mapping[str, Reason | None]
) -> Training:
    files = RunFolder(folder / settings["run"])
    history = files.read_metrics() if files.metrics.is_file() else []
    right = [row["train_accuracy"] for row in history]
    return Training(
        name=settings["name"],
        seed=settings["seed"],
        errors=tuple(1.0 - share for share in right if share is not None),
        epochs=settings["epochs"],
        is_finished=files.is_finished,
        reason=reasons.get(settings["name"]),
    )
