"""A grader: a network, the normalisation of its pixels, its objective and how it decodes."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.photos.quality_check import QualityCheck
from drgrade.errors import CheckpointError, RecipeError, choose
from drgrade.modelfile.decision import Decision
from drgrade.modelfile.decoding import Decoding
from drgrade.modelfile.header import ModelHeader
from drgrade.models.layers.flat_light import flattened
from drgrade.models.lesions import LesionNetwork, LesionOutputs
from drgrade.models.networks import NETWORKS
from drgrade.models.objectives import OBJECTIVES, Objective
from drgrade.provenance.model import ModelProvenance
from drgrade.recipe.recipe import Model

Triple = tuple[float, float, float]
VIEWS: tuple[tuple[int, ...], ...] = ((), (3,), (2,), (2, 3))  # what is flipped


@dataclass(frozen=True)
class Grader:
    """Everything between a prepared square and a grade."""

    network: nn.Module
    model: Model
    preprocess: Preprocess
    objective_name: str
    mean: Triple = (127.5, 127.5, 127.5)  # pixels 0 to 255
    std: Triple = (127.5, 127.5, 127.5)
    decoding: Decoding = field(default_factory=Decoding)
    provenance: ModelProvenance = field(default_factory=ModelProvenance)
    quality: QualityCheck | None = None

    @property
    def objective(self) -> Objective:
        """The objective by its name."""
        return choose(OBJECTIVES, self.objective_name, "objective")

    @property
    def knows_drawn_eyes_alone(self) -> bool:
        """Whether the photographs that it learned from last are drawn."""
        return self.header.knows_drawn_eyes_alone

    def outputs(self, squares: torch.Tensor) -> torch.Tensor:
        """Raw outputs (n, k) of squares (n, 3, S, S), float 0 to 1; (n, k + 2) with edema.

        Where the model asks for several views and does not learn, it is their mean.
        """
        views = 1 if self.network.training else self.model.views
        if views == 1:
            return self.at_once(squares)
        seen = [self.at_once(turned(squares, axes)) for axes in VIEWS[:views]]
        return torch.stack(seen).mean(dim=0)

    def at_once(self, squares: torch.Tensor) -> torch.Tensor:
        """Raw outputs (n, k) of one view of squares (n, 3, S, S), float 0 to 1."""
        return self.network(self.normalised(squares))

    def see(self, squares: torch.Tensor) -> LesionOutputs:
        """Outputs, lesion maps and counts of one view of squares (n, 3, S, S), float 0 to 1.

        Raises:
            CheckpointError: the network was made without lesion maps.
        """
        if not isinstance(self.network, LesionNetwork):
            raise CheckpointError(
                "this grader has no lesion maps; train one with model.lesions = true"
            )
        return self.network.see(self.normalised(squares))

    def normalised(self, squares: torch.Tensor) -> torch.Tensor:
        """Squares (n, 3, S, S), float 0 to 1, as the network takes them."""
        if self.model.light == "flat":
            squares = flattened(squares)
        mean = torch.tensor(self.mean, device=squares.device)[:, None, None] / 255
        std = torch.tensor(self.std, device=squares.device)[:, None, None] / 255
        return (squares - mean) / std

    @property
    def header(self) -> ModelHeader:
        """All of it but the network and its normalisation."""
        return ModelHeader(
            self.model,
            self.preprocess,
            self.objective_name,
            self.decoding,
            self.provenance,
            self.quality,
        )

    def decode(self, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (n, 5), corrected where calibrated, and grades (n,) of outputs (n, k)."""
        return self.header.decode(outputs)

    def p_dme(self, outputs: np.ndarray) -> np.ndarray | None:
        """Probability of signs of macular edema (n,) by outputs (n, k + 2); None if not given."""
        return self.header.p_dme(outputs)

    @property
    def width(self) -> int:
        """How many figures `outputs` has for a photo."""
        return self.header.width

    @property
    def decision(self) -> Decision | None:
        """The one boundary of grade and referral that the file states; older files state none."""
        return self.header.decision

    @property
    def referable_from(self) -> float | None:
        """The threshold in force: from it on, a photo is referable; None without one."""
        return self.header.referable_from

    def fitted(self, outputs: np.ndarray, grades: np.ndarray) -> "Grader":
        """The same grader with its decoding fitted on rows of `tune`."""
        if len(grades) == 0:
            return self
        fit = self.objective.fit(outputs[:, : self.objective.outputs], grades)
        return replace(self, decoding=fit)

    def with_provenance(self, **known: Any) -> "Grader":
        """The same grader with more known of it, for its file."""
        return replace(self, provenance=self.provenance.but(**known))

    @property
    def weights_sha256(self) -> str:
        """SHA-256 of the weights alone; empty where it is not known."""
        return self.header.weights_sha256


def turned(squares: torch.Tensor, axes: tuple[int, ...]) -> torch.Tensor:
    """Squares or maps (n, c, h, w) as one of `VIEWS`; the same again turns them back."""
    return squares.flip(axes) if axes else squares


def build_network(model: Model, outputs: int) -> nn.Module:
    """Make the network a recipe names, with random weights.

    Raises:
        RecipeError: the network does not have what the recipe asks for.
    """
    backbone = _backbone(model, outputs)
    if not model.lesions:
        return backbone
    return LesionNetwork(backbone, outputs, reads=model.reads, dme=model.dme)


def _backbone(model: Model, outputs: int) -> nn.Module:
    make = choose(NETWORKS, model.network, "network")
    if not model.network.startswith("efficientnet"):
        return make(
            outputs=outputs,
            head=model.head,
            stem=model.stem,
            plain=model.plain,
            stride_in=model.stride_in,
        )
    asked = model.model_dump(include={"head", "stem", "plain", "stride_in"})
    usual = Model().model_dump(include=set(asked))
    other = [f"model.{key} = {value!r}" for key, value in asked.items() if value != usual[key]]
    if other:
        raise RecipeError(f"{model.network} has no {', '.join(other)}; that is for the ResNets")
    return make(outputs=outputs)
