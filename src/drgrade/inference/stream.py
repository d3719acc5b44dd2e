"""Photographs in, rows out: prepared in some threads while others compute; the only such path.

Photographs are prepared a little ahead, answered in whatever order they are ready, and given in the
order that they came in. What is ahead is bounded, so memory does not grow with their number.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import numpy as np

from drgrade.data.photos.intake import PreparedPhoto, prepare_photo
from drgrade.errors import DrgradeError
from drgrade.inference.engine import Engine
from drgrade.modelfile.answers import answers_of

Row = dict[str, Any]
# Its name, where it lies or what is wrong with it, and the SHA-256 that its manifest has, if any.
Photo = tuple[str, Path | DrgradeError] | tuple[str, Path | DrgradeError, str]
AHEAD = 2  # times what is being worked on: so many more may wait between two steps


@dataclass(frozen=True)
class _Waiting:
    """A square that waits for the engine, and where its answer goes."""

    photo: PreparedPhoto
    pixels: np.ndarray
    row: "Future[Row]"


_Ready = Queue[_Waiting | None]  # None: no more will come


def grade_photos(
    engine: Engine,
    photos: Iterable[Photo],
    *,
    workers: int = 2,
    mirror: bool = False,
    retina_check: bool = True,
    fingerprint: bool = False,
) -> Iterator[Row]:
    """Yield one row of the predictions table for each (name, path, hash), in order.

    A photo that cannot be read gets status `error` and no probabilities, never grade 0; with
    `retina_check` a picture that shows no retina in colour is `not_fundus` or `ungradable`. With
    `mirror` each graded row has the column `mirrored` too: the grade of the mirrored photo.

    Args:
        engine: an opened model.
        photos: taken as they are needed.
        workers: threads that decode and prepare photographs.
        mirror: grade each photograph mirrored too.
        retina_check: give no grade to a picture that shows no retina in colour.
        fingerprint: have `phash`, by which near-duplicates are found, in each row.
    """
    settings = engine.header.preprocess
    at_work = workers + engine.lanes * engine.batch
    rows: deque[Future[Row]] = deque()
    with _lanes(engine, AHEAD * engine.lanes * engine.batch, mirror=mirror) as ready, \
            _threads(workers) as pool:  # fmt: skip
        prepared = partial(prepare_photo, settings=settings, retina_check=retina_check,
                           fingerprint=fingerprint)  # fmt: skip

        def begin(name: str, path: Path | DrgradeError, sha256: str, row: "Future[Row]") -> None:
            try:
                photo = prepared(name, path, sha256=sha256)
                if photo.pixels is None:
                    row.set_result(_row(photo, {"status": "error"}, engine))
                else:
                    ready.put(_Waiting(photo, photo.pixels, row))
            except BaseException as error:  # it is raised where the row is asked for
                row.set_exception(error)

        for name, path, *promised in photos:
            row: Future[Row] = Future()
            pool.submit(begin, name, path, "".join(promised), row)
            rows.append(row)
            while len(rows) > AHEAD * at_work or (rows and rows[0].done()):
                yield rows.popleft().result()
        while rows:
            yield rows.popleft().result()


@contextmanager
def _threads(workers: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that prepare; whoever stops early does not wait for what has not begun."""
    pool = ThreadPoolExecutor(max(workers, 1), thread_name_prefix="prepare")
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


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
            rows = _answered(engine, [each.pixels for each in group], mirror=mirror)
            for each, row in zip(group, rows, strict=True):
                each.row.set_result(_row(each.photo, row, engine))
        except BaseException as error:  # it is raised where the row is asked for
            for each in group:
                if not each.row.done():
                    each.row.set_exception(error)


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


def _answered(engine: Engine, pixels: list[np.ndarray], *, mirror: bool) -> list[Row]:
    squares = np.stack(pixels)
    answers = answers_of(engine.header, engine.outputs(squares))
    if not mirror:
        return answers
    turned = answers_of(engine.header, engine.outputs(squares[:, :, ::-1]))
    return [_with_mirrored(row, other) for row, other in zip(answers, turned, strict=True)]


def _with_mirrored(row: Row, turned: Row) -> Row:
    """The answer with the grade of the mirrored photo; an error where either of the two is one."""
    if row["status"] != "graded" or turned["status"] != "graded":
        return row if row["status"] != "graded" else turned
    return row | {"mirrored": turned["predicted"]}


def _row(photo: PreparedPhoto, answer: Row, engine: Engine) -> Row:
    model = engine.header.weights_sha256[:16]
    return {"photo": photo.name, **answer, **photo.facts, "model": model}
