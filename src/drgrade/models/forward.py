"""One forward pass from prepared squares, as engines run it and as it is exported.

All views of a photograph, normalisation and their mean are inside, so that whatever runs the graph
is given the bytes of a square and gives the figures that are decoded.
"""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from drgrade.models.grader import VIEWS, Grader, turned
from drgrade.models.layers.squares import as_unit
from drgrade.models.lesions import LesionNetwork

OUTPUTS, MAPS, PLACES, LESIONS = "outputs", "maps", "places", "lesions"


class ForwardModule(nn.Module):
    """Squares (n, S, S, 3) uint8 to outputs (n, k), and with `full` to what explains them.

    `maps`: logits of the lesion maps (n, 5, S/2, S/2), the mean of all views turned back.
    `places`: what each place of the last map adds to each output of the grade (n, k, h, w); their
    mean over the places is the part of the outputs that comes from features, without the bias.
    `lesions`: what each kind of lesion adds to each output of the grade (n, 4, k).
    """

    def __init__(self, grader: Grader, *, full: bool = False) -> None:
        super().__init__()
        self.network = grader.network
        self.normalised = grader.normalised
        self.views = VIEWS[: grader.model.views]
        self.full, self.grade_outputs = full, grader.objective.outputs
        network = grader.network
        has_maps = isinstance(network, LesionNetwork)
        self.reads = network.reads if isinstance(network, LesionNetwork) else "features"
        names = [OUTPUTS]
        if full:
            names += [MAPS] if has_maps else []
            names += [PLACES] if self.reads != "lesions" else []
            names += [LESIONS] if self.reads != "features" else []
        self.names: tuple[str, ...] = tuple(names)

    def forward(self, squares: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The tensors of `names`, in their order."""
        every = [_turned_bytes(squares, axes) for axes in self.views]
        x = self.normalised(as_unit(torch.cat(every) if len(every) > 1 else squares))
        if not self.full:
            return (self._mean(self.network(x)),)
        outputs, maps, last = self._seen(x)
        found = {OUTPUTS: self._mean(outputs)}
        if maps is not None:
            maps = self._turned_back(maps)
            found[MAPS] = self._mean(maps)
        if PLACES in self.names and last is not None:
            found[PLACES] = self._mean(self._turned_back(self._places(last)))
        if LESIONS in self.names and maps is not None:
            by_kind = self.network.reading.by_kind(maps)  # type: ignore[union-attr,operator]
            found[LESIONS] = self._mean(by_kind[..., : self.grade_outputs])
        return tuple(found[name] for name in self.names)

    def _seen(
        self, x: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor | None]:
        """Outputs, lesion maps and the map that the average is taken of, of every view."""
        kept: list[torch.Tensor] = []
        pool: nn.Module = backbone_of(self.network).avg_pool
        watch = pool.register_forward_pre_hook(lambda _, given: kept.append(given[0]))
        try:
            if isinstance(self.network, LesionNetwork):
                seen = self.network.see(x)
                outputs, maps = seen.of_grade_and_edema, seen.maps
            else:
                outputs, maps = self.network(x), None
        finally:
            watch.remove()
        return outputs, maps, kept[0] if kept else None

    def _places(self, last: torch.Tensor) -> torch.Tensor:
        """What each place adds to each output, (n, k, h, w); exact, since all behind is linear."""
        backbone = backbone_of(self.network)
        if isinstance(backbone.avg_pool, nn.AdaptiveAvgPool2d):
            return F.conv2d(last, backbone.fc.weight[:, :, None, None])
        number = last.shape[2] * last.shape[3]
        weights = _weights_of_places(backbone, last.shape[1:])
        return number * torch.stack([(last * each).sum(dim=1) for each in weights], dim=1)

    def _mean(self, values: torch.Tensor) -> torch.Tensor:
        views = len(self.views)
        return values if views == 1 else values.unflatten(0, (views, -1)).mean(dim=0)

    def _turned_back(self, values: torch.Tensor) -> torch.Tensor:
        if len(self.views) == 1:
            return values
        parts = values.unflatten(0, (len(self.views), -1)).unbind()
        return torch.cat([turned(each, axes) for each, axes in zip(parts, self.views, strict=True)])


def backbone_of(network: nn.Module) -> Any:
    """The part of a network that grades."""
    return network.backbone if isinstance(network, LesionNetwork) else network


def _turned_bytes(squares: torch.Tensor, axes: Sequence[int]) -> torch.Tensor:
    """Squares (n, S, S, 3) as one of `VIEWS`, whose axes are those of (n, 3, S, S)."""
    return squares.flip([axis - 1 for axis in axes]) if axes else squares


def _weights_of_places(backbone: nn.Module, shape: Sequence[int]) -> torch.Tensor:
    """The slope of each output by each feature at each place, (k, C, h, w).

    The course lab's head averages squares of places at stride 1: each place lies in several.
    """
    pool = backbone.avg_pool
    assert isinstance(pool, nn.AvgPool2d)
    side = int(pool.kernel_size)  # type: ignore[arg-type]
    channels, averages = shape[0], (shape[1] - side + 1, shape[2] - side + 1)
    weights = backbone.fc.weight.reshape(-1, channels, *averages)  # type: ignore[operator,union-attr]
    share = torch.full((channels, 1, side, side), 1 / side**2).to(weights)
    return F.conv_transpose2d(weights, share, groups=channels)
