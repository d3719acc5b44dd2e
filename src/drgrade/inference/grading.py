"""Photo in, grade probabilities out: the only path to a prediction."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from drgrade.data.photos import gate as retina
from drgrade.data.photos import preprocess
from drgrade.data.photos.preprocess import Prepared, Preprocess, read_prepared
from drgrade.errors import DrgradeError, PhotoError
from drgrade.icdr import PROBABILITIES
from drgrade.modelfile.correction import referable_score
from drgrade.models.grader import Grader
from drgrade.models.squares import as_unit

BATCH = 8
STATUS = {
    **dict.fromkeys((*preprocess.UNGRADABLE, *retina.UNGRADABLE), "ungradable"),
    **dict.fromkeys((preprocess.NO_EYE, retina.NO_RETINA), "not_fundus"),
}  # of the reasons that are the picture's own; any other one is an error
NOT_FINITE: dict[str, Any] = {"status": "error", "reason": "the network gave no finite answer"}


@dataclass(frozen=True)
class Look:
    """A photo as the network will see it, or the reason why it cannot."""

    name: str
    pixels: np.ndarray | None  # (S, S, 3) uint8
    facts: dict[str, Any]
    prepared: Prepared | None = None


def look(
    name: str, path: Path | DrgradeError, settings: Preprocess, *, any_picture: bool = False
) -> Look:
    """Read and prepare one photo; whatever is wrong with it becomes its reason.

    With `any_picture` it is not asked whether the picture shows a retina in colour.
    """
    try:
        if isinstance(path, DrgradeError):
            raise path
        prepared = read_prepared(path, settings, retina_only=not any_picture)
    except PhotoError as error:
        status = STATUS.get(error.code, "error")
        return Look(name, None, {"reason": str(error), "status": status})
    except (OSError, DrgradeError) as error:
        return Look(name, None, {"reason": f"cannot be read: {error}"})
    return Look(name, prepared.pixels, prepared.facts(), prepared)


def grade_photos(
    grader: Grader,
    photos: Iterable[tuple[str, Path | DrgradeError]],
    *,
    batch: int = BATCH,
    workers: int = 2,
    device: str = "cpu",
    mirror: bool = False,
    any_picture: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield one row of the predictions table for each (name, path), in order.

    A photo that cannot be read gets status `error` and no probabilities, never grade 0; a picture
    that shows no retina in colour is `not_fundus` or `ungradable`, unless `any_picture`. With
    `mirror` each graded row has the column `mirrored` too: the grade of the mirrored photo.
    """
    waiting = iter(photos)

    def one(photo: tuple[str, Path | DrgradeError]) -> Look:
        return look(*photo, grader.preprocess, any_picture=any_picture)

    with ThreadPoolExecutor(max(workers, 1)) as pool:
        while group := list(islice(waiting, batch)):
            looks = list(pool.map(one, group))
            yield from _grade_batch(grader, looks, torch.device(device), mirror=mirror)


def _grade_batch(
    grader: Grader, looks: list[Look], device: torch.device, *, mirror: bool
) -> Iterator[dict[str, Any]]:
    seen = [each for each in looks if each.pixels is not None]
    answers: dict[int, dict[str, Any]] = {}
    if seen:
        pixels = [each.pixels for each in seen if each.pixels is not None]
        squares = as_unit(torch.from_numpy(np.stack(pixels)).to(device))
        outputs = _outputs(grader, squares)
        given_rows = answers_of(grader, outputs)
        answers = {id(each): row for each, row in zip(seen, given_rows, strict=True)}
        if mirror:
            turned = answers_of(grader, _outputs(grader, squares.flip(-1)))
            for each, other in zip(seen, turned, strict=True):
                answers[id(each)] = _with_mirrored(answers[id(each)], other)
    model = str(grader.facts.get("weights_sha256", ""))[:16]
    for each in looks:
        verdict = answers.get(id(each), {"status": "error"})
        yield {"photo": each.name, **verdict, **each.facts, "model": model}


def _outputs(grader: Grader, squares: torch.Tensor) -> np.ndarray:
    with torch.inference_mode():
        return grader.outputs(squares).float().cpu().numpy()


def _with_mirrored(row: dict[str, Any], turned: dict[str, Any]) -> dict[str, Any]:
    """The answer with the grade of the mirrored photo; an error where either of the two is one."""
    if row["status"] != "graded" or turned["status"] != "graded":
        return row if row["status"] != "graded" else turned
    return row | {"mirrored": turned["predicted"]}


def answers_of(grader: Grader, outputs: np.ndarray) -> list[dict[str, Any]]:
    """The answer columns of photos by the raw outputs of their squares (n, k).

    An output that is no finite number is an error: decoded, minus infinity would be a sure grade 0.
    """
    finite = np.isfinite(outputs).all(axis=1)
    outputs = np.where(finite[:, None], outputs, 0)
    probabilities, given = grader.decode(outputs)
    rows = [answer(p, int(grade), grader.referable_from) if is_finite else dict(NOT_FINITE)
            for p, grade, is_finite in zip(probabilities, given, finite, strict=True)]  # fmt: skip
    dme = grader.p_dme(outputs)
    if dme is not None:
        for row, p in zip(rows, dme, strict=True):
            if row["status"] == "graded":
                row["p_dme"] = float(p)
    return rows


def answer(
    probabilities: np.ndarray, grade: int, referable_from: float | None = None
) -> dict[str, Any]:
    """The answer columns of one photo; a figure that is no number is an error, not a grade.

    `referable` is told where the model has a threshold for it, and empty where it has none.
    """
    if not np.isfinite(probabilities).all():
        return dict(NOT_FINITE)
    named = dict(zip(PROBABILITIES, map(float, probabilities), strict=True))
    row = {"status": "graded", "predicted": grade, **named}
    if referable_from is not None:
        row["referable"] = bool(referable_score(probabilities[None])[0] >= referable_from)
    return row
