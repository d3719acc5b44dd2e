"""Threads and processes that work beside this one and leave with it, however it ends."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process, resource_tracker
from threading import Thread, current_thread, main_thread
from threading import enumerate as enumerate_threads

from drgrade.errors import DrgradeError

TAKEN_BACK = 0.3  # seconds until what is not begun is taken back; before, an end is a breakdown


@contextmanager
def threads(workers: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that prepare photographs; leaving early waits for nothing that has not begun.

    Inside, products of matrices take one thread: those of BLAS wait actively for each other, and
    beside threads of ours that costs several times what a photograph's small products take.
    """
    from threadpoolctl import threadpool_limits

    made = ThreadPoolExecutor(max(workers, 1), thread_name_prefix="worker")
    with threadpool_limits(1, user_api="blas"):
        try:
            yield made
        finally:
            made.shutdown(wait=True, cancel_futures=True)


@contextmanager
def pool(workers: int, begin: Callable[[], object] | None = None) -> Iterator[ProcessPoolExecutor]:
    """A pool of spawned processes; each calls `begin` first.

    A pool's processes wait for work for ever where the one that made them was killed: they hold
    each other's pipes open. So each also waits for its parent, and leaves when that is gone.
    Ctrl-C, which a terminal sends to all, is the parent's alone: it ends them, and what they have
    in hand is not done. A signal that comes while they start is heard when all have.

    Raises:
        DrgradeError: one of them was ended from outside; what was done before is done.
    """
    others, threads = set(active_children()), set(enumerate_threads())
    made: ProcessPoolExecutor | None = None
    own: list[Thread] = []
    try:
        with _uninterrupted():
            made = ProcessPoolExecutor(
                workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(begin,)
            )
            for _ in range(workers):
                made.submit(_nothing)  # a task that finds no process idle starts one
            own = [each for each in set(enumerate_threads()) - threads if not each.daemon]
        yield made
    except BaseException as error:
        if made is not None:
            made.shutdown(wait=False, cancel_futures=True)
        time.sleep(TAKEN_BACK)
        for process in set(active_children()) - others:
            process.terminate()
        if isinstance(error, BrokenProcessPool):
            raise DrgradeError(
                f"one of {workers} working processes was ended from outside (no memory left?); "
                "run the same command again, which goes on, or take fewer workers"
            ) from None
        raise
    finally:
        if made is not None:
            made.shutdown(wait=True)
        for thread in own:  # a shutdown that did not wait forgot it
            thread.join()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes that are started inside never hear of Ctrl-C; this one does, afterwards.

    A request to end is heard afterwards too: half of them would be started else. A mask alone does
    not hold it back, for any thread may take it, and its handler is called all the same.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it takes the block away when it starts
    with _heard_later():
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _heard_later() -> Iterator[None]:
    """Signals that ask for an end are kept, and raised again when what is inside is done."""
    if current_thread() is not main_thread():  # only that one may say who hears signals
        yield
        return
    heard: list[int] = []
    before = {asks: signal.signal(asks, lambda number, _: heard.append(number))
              for asks in (signal.SIGINT, signal.SIGTERM)
              if signal.getsignal(asks) not in (None, signal.SIG_IGN)}  # fmt: skip
    try:
        yield
    finally:
        for asks, handler in before.items():
            signal.signal(asks, handler)
        for number in dict.fromkeys(heard):
            signal.raise_signal(number)


def _nothing() -> None:
    """A task that asks for nothing but its process."""


def _begin(begin: Callable[[], object] | None) -> None:
    Thread(target=_leave_with_parent, daemon=True).start()
    _one_thread_each()
    if begin is not None:
        begin()


def _one_thread_each() -> None:
    """One thread for products of matrices, as in `threads`; for as long as the process lives."""
    from threadpoolctl import threadpool_limits

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # of what is loaded from now on
    threadpool_limits(1, user_api="blas")  # of what is


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
