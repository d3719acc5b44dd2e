"""The one way in: a photograph as a square for the network, or the reason why it is none."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from drgrade.data.photos import gate as retina
from drgrade.data.photos import preprocess
from drgrade.data.photos.preprocess import Prepared, Preprocess, read_prepared
from drgrade.errors import DrgradeError, PhotoError

STATUS = {
    **dict.fromkeys((*preprocess.UNGRADABLE, *retina.UNGRADABLE), "ungradable"),
    **dict.fromkeys((preprocess.NO_EYE, retina.NO_RETINA), "not_fundus"),
}  # of the reasons that are the picture's own; any other one is an error


@dataclass(frozen=True)
class PreparedPhoto:
    """A photo as the network will see it, or the reason why it cannot."""

    name: str
    pixels: np.ndarray | None  # (S, S, 3) uint8
    facts: dict[str, Any]
    prepared: Prepared | None = None


def prepare_photo(
    name: str, path: Path | DrgradeError, settings: Preprocess, *, any_picture: bool = False
) -> PreparedPhoto:
    """Read and prepare one photo; whatever is wrong with it becomes its reason.

    With `any_picture` it is not asked whether the picture shows a retina in colour.
    """
    try:
        if isinstance(path, DrgradeError):
            raise path
        prepared = read_prepared(path, settings, retina_only=not any_picture)
    except PhotoError as error:
        status = STATUS.get(error.reason, "error")
        return PreparedPhoto(name, None, {"reason": str(error), "status": status})
    except (OSError, DrgradeError) as error:
        return PreparedPhoto(name, None, {"reason": f"cannot be read: {error}"})
    return PreparedPhoto(name, prepared.pixels, prepared.facts(), prepared)
