"""Photo in, grade probabilities out: the only path to a prediction."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from drgrade.data.dataset import as_unit
from drgrade.data.preprocess import TOO_SMALL, Preprocess, read_prepared
from drgrade.errors import DrgradeError, PhotoError
from drgrade.models.grader import Grader
from drgrade.predictions import PROBABILITIES

BATCH = 8


@dataclass(frozen=True)
class Look:
    """A photo as the network will see it, or the reason why it cannot."""

    name: str
    pixels: np.ndarray | None  # (S, S, 3) uint8
    facts: dict[str, Any]


def look(name: str, path: Path | DrgradeError, settings: Preprocess) -> Look:
    """Read and prepare one photo; whatever is wrong with it becomes its reason."""
    try:
        if isinstance(path, DrgradeError):
            raise path
        prepared = read_prepared(path, settings)
    except PhotoError as error:
        small = {"status": "ungradable"} if error.reason == TOO_SMALL else {}
        return Look(name, None, {"reason": str(error), **small})
    except (OSError, DrgradeError) as error:
        return Look(name, None, {"reason": f"cannot be read: {error}"})
    facts = {key: getattr(prepared.photo, key) for key in ("width", "height", "bytes", "sha256")}
    return Look(name, prepared.pixels, facts)


def grade_photos(
    grader: Grader,
    photos: Iterable[tuple[str, Path | DrgradeError]],
    *,
    batch: int = BATCH,
    workers: int = 2,
    device: str = "cpu",
) -> Iterator[dict[str, Any]]:
    """Yield one row of the predictions table for each (name, path), in order.

    A photo that cannot be read gets status `error` and no probabilities, never grade 0.
    """
    waiting = iter(photos)
    with ThreadPoolExecutor(max(workers, 1)) as pool:
        while group := list(islice(waiting, batch)):
            looks = list(pool.map(lambda each: look(each[0], each[1], grader.preprocess), group))
            yield from _grade_batch(grader, looks, torch.device(device))


def _grade_batch(
    grader: Grader, looks: list[Look], device: torch.device
) -> Iterator[dict[str, Any]]:
    seen = [each for each in looks if each.pixels is not None]
    answers: dict[int, dict[str, Any]] = {}
    if seen:
        pixels = [each.pixels for each in seen if each.pixels is not None]
        squares = torch.from_numpy(np.stack(pixels)).to(device)
        with torch.inference_mode():
            outputs = grader.outputs(as_unit(squares)).float().cpu().numpy()
        probabilities, given = grader.decode(outputs)
        for each, p, grade in zip(seen, probabilities, given, strict=True):
            answers[id(each)] = answer(p, int(grade))
    model = str(grader.facts.get("weights_sha256", ""))[:16]
    for each in looks:
        verdict = answers.get(id(each), {"status": "error"})
        yield {"photo": each.name, **verdict, **each.facts, "model": model}


def answer(probabilities: np.ndarray, grade: int) -> dict[str, Any]:
    """The answer columns of one photo; a figure that is no number is an error, not a grade."""
    if not np.isfinite(probabilities).all():
        return {"status": "error", "reason": "the network gave no finite answer"}
    named = dict(zip(PROBABILITIES, map(float, probabilities), strict=True))
    return {"status": "graded", "predicted": grade, **named}
