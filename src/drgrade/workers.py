"""Processes that work beside this one and leave with it, however it ends."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread


@contextmanager
def pool(workers: int, begin: Callable[[], object] | None = None) -> Iterator[ProcessPoolExecutor]:
    """A pool of spawned processes; each calls `begin` first.

    A pool's processes wait for work for ever where the one that made them was killed: they hold
    each other's pipes open. So each also waits for its parent, and leaves when that is gone.
    """
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(begin,)
    ) as made:
        yield made


def _begin(begin: Callable[[], object] | None) -> None:
    Thread(target=_leave_with_parent, daemon=True).start()
    if begin is not None:
        begin()


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
