"""Photo in, grade probabilities out: the only path to a prediction."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from drgrade.data.photos.intake import PreparedPhoto, prepare_photo
from drgrade.errors import DrgradeError
from drgrade.icdr import PROBABILITIES
from drgrade.modelfile.correction import referable_score
from drgrade.models.grader import Grader
from drgrade.models.squares import as_unit

BATCH = 8
NOT_FINITE: dict[str, Any] = {"status": "error", "reason": "the network gave no finite answer"}
Photo = tuple[str, Path | DrgradeError] | tuple[str, Path | DrgradeError, str]


def grade_photos(
    grader: Grader,
    photos: Iterable[Photo],
    *,
    batch: int = BATCH,
    workers: int = 2,
    device: str = "cpu",
    mirror: bool = False,
    retina_check: bool = True,
    fingerprint: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield one row of the predictions table for each (name, path) or (name, path, sha256).

    In order. A photo that cannot be read, or is not the file of that hash, gets status `error` and
    no probabilities, never grade 0; with `retina_check` a picture that shows no retina in colour is
    `not_fundus` or `ungradable`. With `mirror` each graded row has the column `mirrored` too: the
    grade of the mirrored photo; with `fingerprint` the column `phash`.
    """
    waiting = iter(photos)

    def one(photo: Photo) -> PreparedPhoto:
        name, path, *promised = photo
        return prepare_photo(name, path, grader.preprocess, sha256="".join(promised),
                             retina_check=retina_check, fingerprint=fingerprint)  # fmt: skip

    with ThreadPoolExecutor(max(workers, 1)) as pool:
        while group := list(islice(waiting, batch)):
            looks = list(pool.map(one, group))
            yield from _grade_batch(grader, looks, torch.device(device), mirror=mirror)


def _grade_batch(
    grader: Grader, looks: list[PreparedPhoto], device: torch.device, *, mirror: bool
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
