"""What taught the start of a training, and which of its photographs that were."""

from pathlib import Path

import numpy as np

from drgrade.data.tables.manifest import Manifest
from drgrade.data.tables.trained_before import learned_before
from drgrade.provenance.parts import LearnedBefore
from drgrade.publishing.origins import taught_start


def learned_by_start(place: Path) -> LearnedBefore | None:
    """The start of a model's file and the sets of photographs that taught it, for its evaluation.

    None where no patient's photograph did.
    """
    start, taught = taught_start(place)
    if not taught:
        return None
    names = dict.fromkeys(each.name for each in taught if each.name)
    return LearnedBefore(start=start, photographs=tuple(names))


def known_before(place: Path, manifest: Manifest) -> dict[str, bool | None]:
    """Whether the start of a model's file learned from each photo, its patient or its group.

    None for photos of which that is not known; nothing where no patient's photograph taught it.
    """
    _, taught = taught_start(place)
    if not taught:
        return {}
    answers = [
        None if each.manifest is None else learned_before(manifest, each.manifest)
        for each in taught
    ]
    known = [each for each in answers if each is not None]
    same = np.any(known, axis=0) if known else np.zeros(len(manifest), dtype=bool)
    otherwise = None if len(known) < len(answers) else False
    return {
        photo: True if is_same else otherwise
        for photo, is_same in zip(manifest.table["photo"], same, strict=True)
    }
