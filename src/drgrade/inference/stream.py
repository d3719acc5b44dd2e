"""Photographs in, rows out: prepared in some threads while others compute; the only such path.

Photographs are prepared a little ahead, answered in whatever order they are ready, and given in the
order that they came in. What is ahead is bounded, so memory does not grow with their number.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import numpy as np

from drgrade.data.photos.intake import PreparedPhoto, prepare_photo
from drgrade.errors import DrgradeError
from drgrade.inference.engine import Engine
from drgrade.inference.result import PhotoResult, result_of
from drgrade.inference.rows import Row
from drgrade.modelfile.answers import Answer, answers_of
from drgrade.runtime.workers import threads

# Its name, where it lies or what is wrong with it, and the SHA-256 that its manifest has, if any.
Photo = tuple[str, Path | DrgradeError] | tuple[str, Path | DrgradeError, str]
AHEAD = 2  # times what is being worked on: so many more may wait between two steps


@dataclass(frozen=True)
class _Waiting:
    """A square that waits for the engine, and where its answer goes."""

    photo: PreparedPhoto
    pixels: np.ndarray
    result: "Future[PhotoResult]"


_Ready = Queue[_Waiting | None]  # None: no more will come


def grade_photos(
    engine: Engine,
    photos: Iterable[Photo],
    *,
    workers: int = 2,
    mirror: bool = False,
    retina_check: bool = True,
    fingerprint: bool = False,
    quality_check: bool = True,
) -> Iterator[Row]:
    """Yield one row of the predictions table for each (name, path, hash), in order.

    A row is `PhotoResult.as_row` of what `results` yields, with the same arguments.
    """
    found = results(engine, photos, workers=workers, mirror=mirror, retina_check=retina_check,
                    fingerprint=fingerprint, quality_check=quality_check)  # fmt: skip
    return (each.as_row() for each in found)


def results(
    engine: Engine,
    photos: Iterable[Photo],
    *,
    workers: int = 2,
    mirror: bool = False,
    retina_check: bool = True,
    fingerprint: bool = False,
    quality_check: bool = True,
) -> Iterator[PhotoResult]:
    """Yield what became of each (name, path, hash), in order.

    A photo that cannot be read gets status `error` and no probabilities, never grade 0; with
    `retina_check` a picture that shows no retina in colour is `not_fundus` or `ungradable`. With
    `mirror` each graded one has `mirrored` too: the grade of the mirrored photo.

    Args:
        engine: an opened model.
        photos: taken as they are needed.
        workers: threads that decode and prepare photographs.
        mirror: grade each photograph mirrored too.
        retina_check: give no grade to a picture that shows no retina in colour.
        fingerprint: have `phash`, by which near-duplicates are found, of each.
        quality_check: give no grade to a photograph that the model's quality check refuses.
    """
    settings = engine.header.preprocess
    quality = engine.header.quality if quality_check else None
    at_work = workers + engine.lanes * engine.batch
    ahead: deque[Future[PhotoResult]] = deque()
    with _lanes(engine, AHEAD * engine.lanes * engine.batch, mirror=mirror) as ready, \
            threads(workers) as pool:  # fmt: skip
        prepared = partial(prepare_photo, settings=settings, retina_check=retina_check,
                           fingerprint=fingerprint, quality=quality)  # fmt: skip

        def begin(name: str, path: Path | DrgradeError, sha256: str,
                  result: "Future[PhotoResult]") -> None:  # fmt: skip
            try:
                photo = prepared(name, path, sha256=sha256)
                if photo.pixels is None:
                    result.set_result(result_of(photo, None, engine.header.weights_sha256))
                else:
                    ready.put(_Waiting(photo, photo.pixels, result))
            except BaseException as error:  # it is raised where the result is asked for
                result.set_exception(error)

        for name, path, *promised in photos:
            result: Future[PhotoResult] = Future()
            pool.submit(begin, name, path, "".join(promised), result)
            ahead.append(result)
            while len(ahead) > AHEAD * at_work or (ahead and ahead[0].done()):
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


@contextmanager
def _lanes(engine: Engine, size: int, *, mirror: bool) -> Iterator[_Ready]:
    """The queue of prepared squares, at most `size` long, and the threads that empty it."""
    ready: _Ready = Queue(size)
    lanes = [Thread(target=_answer_all, args=(engine, ready, mirror), name=f"engine-{number}",
                    daemon=True) for number in range(engine.lanes)]  # fmt: skip
    for lane in lanes:
        lane.start()
    try:
        yield ready
    finally:
        ready.put(None)
        for lane in lanes:
            lane.join()


def _answer_all(engine: Engine, ready: _Ready, mirror: bool) -> None:
    """Answer what is ready, as many at once as the engine likes, until no more will come."""
    while group := _group(ready, engine.batch):
        try:
            answers = _answered(engine, [each.pixels for each in group], mirror=mirror)
            for each, answer in zip(group, answers, strict=True):
                each.result.set_result(result_of(each.photo, answer, engine.header.weights_sha256))
        except BaseException as error:  # it is raised where the result is asked for
            for each in group:
                if not each.result.done():
                    each.result.set_exception(error)


def _group(ready: _Ready, most: int) -> list[_Waiting]:
    """What is ready, at most so many; waits for the first, and is empty when no more will come."""
    group: list[_Waiting] = []
    while len(group) < most:
        try:
            each = ready.get(block=not group)
        except Empty:
            break
        if each is None:
            ready.put(None)  # for the lane beside, and for this one's next turn
            break
        group.append(each)
    return group


def _answered(engine: Engine, pixels: list[np.ndarray], *, mirror: bool) -> list[Answer]:
    squares = np.stack(pixels)
    answers = answers_of(engine.header, engine.outputs(squares))
    if not mirror:
        return answers
    turned = answers_of(engine.header, engine.outputs(squares[:, :, ::-1]))
    return [_with_mirrored(one, other) for one, other in zip(answers, turned, strict=True)]


def _with_mirrored(answer: Answer, turned: Answer) -> Answer:
    """The answer with the grade of the mirrored photo; an error where either of the two is one."""
    if not (answer.is_graded and turned.is_graded):
        return turned if answer.is_graded else answer
    return replace(answer, mirrored=turned.predicted)
