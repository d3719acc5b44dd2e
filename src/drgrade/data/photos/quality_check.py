"""Whether a photograph is good enough to be graded: a quality model and the least it must give."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from drgrade.data.photos.quality import QUALITIES, Quality, QualityModel, from_arrays
from drgrade.errors import CheckpointError, Reason

OUT_OF_FOCUS, BADLY_LIT, PARTLY_HIDDEN = "out_of_focus", "badly_lit", "partly_hidden"
LACKS: Final = dict(zip(QUALITIES, (OUT_OF_FOCUS, BADLY_LIT, PARTLY_HIDDEN), strict=True))
DIGITS = 5  # of each weight in a file, which move a quality by less than 1e-3


@dataclass(frozen=True)
class QualityCheck:
    """A quality model, and the least of each quality with which a photograph is graded."""

    model: QualityModel
    least: Mapping[str, float]

    def of(self, square: np.ndarray) -> Quality:
        """The qualities of a square (S, S, 3) uint8."""
        return self.model.of(square)

    def lacking(self, found: Quality) -> Reason | None:
        """Why a photograph of these qualities is ungradable: the one that falls shortest."""
        short = {name: getattr(found, name) / self.least[name] for name in QUALITIES}
        worst = min(short, key=lambda name: short[name])
        if short[worst] >= 1:
            return None
        return Reason(LACKS[worst], {"value": getattr(found, worst), "least": self.least[worst]})

    def as_json(self) -> dict[str, Any]:
        """Plain values for a model file."""
        arrays = {name: _rounded(each) for name, each in self.model.as_arrays().items()}
        return {"least": dict(self.least), **arrays}


def quality_check_of(values: Mapping[str, Any] | None) -> QualityCheck | None:
    """What `as_json` gave; None where a file has none.

    Raises:
        CheckpointError: values that are no quality model.
    """
    if values is None:
        return None
    try:
        model = from_arrays({name: np.asarray(values[name], np.float64)
                             for name in ("mean", "spread", "hidden", "out")})  # fmt: skip
        least = {name: float(values["least"][name]) for name in QUALITIES}
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"no quality model: {error}; write the file anew") from None
    figures, width = len(model.mean), model.hidden.shape[-1]
    shapes = [each.shape for each in model.as_arrays().values()]
    if shapes != [(figures,), (figures,), (figures + 1, width), (width + 1, len(QUALITIES))]:
        raise CheckpointError(f"no quality model: weights of shapes {shapes}; write the file anew")
    if not all(np.isfinite(each).all() for each in model.as_arrays().values()):
        raise CheckpointError("no quality model: weights that are no numbers; write the file anew")
    return QualityCheck(model, least)


def _rounded(array: np.ndarray) -> Any:
    digits = [float(f"{each:.{DIGITS}g}") for each in array.ravel()]
    return np.array(digits).reshape(array.shape).tolist()
