"""One training in several processes (torchrun): each works on its part of every step.

A step of `train.accumulate` batches is dealt out, a run of batches to each process; gradients are
summed over all of them, and the running statistics of batch normalisation become what one process
would have after the same batches in their order. So the recipe alone decides what comes out, and
the number of processes how long it takes. DistributedDataParallel would average gradients without
regard to the number of photos, and keep one process's statistics.
"""

import contextlib
import datetime
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as group
from torch import nn

from drgrade.errors import DrgradeError, RecipeError, UsageError
from drgrade.recipe.recipe import Train
from drgrade.runtime.progress import counted

LOST = (  # how gloo and the store name a connection that has ended
    "gloo/transport", "connection closed", "connection reset", "broken pipe", "timed out", "socket",
)  # fmt: skip
PATIENCE = datetime.timedelta(days=7)  # one process may prepare photos while the others wait


class ProcessLostError(DrgradeError):
    """Another process of the same training ended before its work was done; `how` goes on."""

    def __init__(self, what: str, how: str = "go on with the same command and --resume") -> None:
        super().__init__(f"{what}; see what it said, and {how}")
        self.what = what


class MemoryFullError(DrgradeError):
    """A batch that does not fit into the memory of the GPU."""


@dataclass(frozen=True)
class Processes:
    """Which process of a training this is, and how many there are; by default the only one."""

    rank: int = 0
    count: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes, judges and speaks."""
        return self.rank == 0

    def share(self, batches: int) -> range:
        """Which of a step's batches are this process's: neighbours, as evenly as they go."""
        each = -(-batches // self.count)
        return range(min(self.rank * each, batches), min((self.rank + 1) * each, batches))

    def check(self, accumulate: int) -> None:
        """Refuse a recipe whose steps cannot be dealt out evenly.

        Raises:
            RecipeError: says which setting to change.
        """
        if accumulate % self.count:
            raise RecipeError(
                f"train.accumulate must be a multiple of the {self.count} processes, which share "
                f"each step's batches, got {accumulate}; set train.accumulate={self.count}, and "
                "train.batch to the photos of one batch"
            )

    def check_device(self, device: torch.device) -> None:
        """Refuse GPUs of which the processes of this machine cannot have one each.

        Raises:
            RecipeError: says which setting to change.
        """
        if self.count == 1 or device.type != "cuda":
            return
        if device.index is not None:
            raise RecipeError(
                "train.device must be auto, cpu or cuda with several processes, each of which "
                f"takes the GPU of its number, got {device}; set train.device=cuda"
            )
        here, gpus = int(os.environ.get("LOCAL_WORLD_SIZE", "1")), torch.cuda.device_count()
        if here > gpus:
            raise RecipeError(
                f"each process needs a GPU of its own, got {here} processes for "
                f"{counted(gpus, 'GPU')} on this machine; start {gpus} with --nproc-per-node, "
                "or set train.device=cpu"
            )

    def wait(self) -> None:
        """Wait until all processes have come here."""
        if self.count > 1:
            with _told_if_lost():
                group.barrier()

    @contextlib.contextmanager
    def in_turn(self) -> Iterator[None]:
        """Do what is inside one process after the other, the first one first."""
        for _ in range(self.rank):
            self.wait()
        yield
        for _ in range(self.rank, self.count):
            self.wait()

    def told(self, value: Any) -> Any:
        """What the first process holds in `value`, on all of them."""
        if self.count == 1:
            return value
        held = [value]
        with _told_if_lost():
            group.broadcast_object_list(held, src=0)
        return held[0]

    def summed(self, values: dict[str, float]) -> dict[str, float]:
        """Values of the same names, summed over all processes."""
        if self.count == 1:
            return values
        sums = torch.tensor(list(values.values()), dtype=torch.float64)
        with _told_if_lost():
            group.all_reduce(sums)
        return dict(zip(values, sums.tolist(), strict=True))

    @contextlib.contextmanager
    def sharing(self, network: nn.Module, batches: int) -> Iterator[range]:
        """Yield this process's batches of a step; afterwards all hold the whole step's gradients.

        Inside, gradients are accumulated, each batch weighted by its share of the step.
        """
        mine = self.share(batches)
        if self.count == 1:
            yield mine
            return
        before = [each.clone() for each, _ in _statistics(network)]
        yield mine
        _sum_gradients(network)
        _join_statistics(network, before, len(mine), batches)


ALONE = Processes()


def current() -> Processes:
    """The processes that `joined` has brought together; a single one without."""
    if group.is_available() and group.is_initialized():
        return Processes(group.get_rank(), group.get_world_size())
    return ALONE


@contextlib.contextmanager
def joined() -> Iterator[Processes]:
    """Join the processes that torchrun started, while inside; alone without torchrun.

    Gloo carries what lies in memory, NCCL what lies on GPUs; each process takes the GPU of its
    number on its machine, where there is one: `check_device` refuses recipes that need more.
    """
    if _started() == 1:
        yield ALONE
        return
    on_gpu = torch.cuda.is_available()
    number = int(os.environ.get("LOCAL_RANK", "0"))
    if on_gpu and number < torch.cuda.device_count():
        torch.cuda.set_device(number)
    group.init_process_group("cpu:gloo,cuda:nccl" if on_gpu else "gloo", timeout=PATIENCE)
    try:
        yield current()
    except ProcessLostError:  # torchrun ends whoever is left; this one says why first, and leaves
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise
    current().wait()  # who leaves early takes the connection from those who still speak
    group.destroy_process_group()


def _started() -> int:
    """How many processes torchrun started; 1 without torchrun."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def refuse_several(command: str) -> None:
    """Refuse a command that torchrun started in several processes, and that works in one.

    Raises:
        UsageError: there is more than one.
    """
    if _started() > 1:
        raise UsageError(
            f"`{command}` runs in one process, got {_started()} (WORLD_SIZE); start it without "
            "torchrun"
        )


@contextlib.contextmanager
def explain_out_of_memory(settings: Train) -> Iterator[None]:
    """Turn a full GPU into one line that says which settings to change.

    Raises:
        MemoryFullError: what is inside did not fit.
    """
    try:
        yield
    except torch.OutOfMemoryError:
        raise MemoryFullError(
            f"the GPU's memory is full at train.batch = {settings.batch}; lower train.batch, "
            f"raise train.accumulate (now {settings.accumulate}) as much, and begin a new run"
        ) from None


@contextlib.contextmanager
def told_if_none_began(has_begun: Callable[[], bool]) -> Iterator[None]:
    """Of a process that is lost say how to go on: what never began has no --resume, nor have folds.

    Raises:
        ProcessLostError: another process ended while this one was inside.
    """
    try:
        yield
    except ProcessLostError as error:
        if has_begun():
            raise
        raise ProcessLostError(error.what, "give the same command again") from None


@contextlib.contextmanager
def _told_if_lost() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        if not _is_lost(error):
            raise
        raise ProcessLostError(
            f"another process of this training ended ({str(error).splitlines()[0][:100]})"
        ) from None


def _is_lost(error: RuntimeError) -> bool:
    """Whether an error is that of a connection; a full GPU, say, is not."""
    text = str(error).lower()
    return isinstance(error, group.DistError) or any(word in text for word in LOST)


def _sum_gradients(network: nn.Module) -> None:
    """Replace each gradient by its sum over all processes, in one message."""
    weights = [each for each in network.parameters() if each.requires_grad]
    first = weights[0]
    has = torch.tensor([each.grad is not None for each in weights]).to(first)
    parts = [(torch.zeros_like(each) if each.grad is None else each.grad) for each in weights]
    flat = torch.cat([has, *(part.reshape(-1).to(first.dtype) for part in parts)])
    with _told_if_lost():
        group.all_reduce(flat)
    sizes = [each.numel() for each in weights]
    anywhere, *pieces = torch.split(flat, [len(weights), *sizes])
    for each, part, piece, known in zip(weights, parts, pieces, anywhere.tolist(), strict=True):
        part.copy_(piece.view(each.shape))
        each.grad = part if known else None


def _statistics(network: nn.Module) -> list[tuple[torch.Tensor, float]]:
    """Running means and variances, each with the share that a batch leaves of the one before."""
    layers = [each for each in network.modules() if isinstance(each, nn.BatchNorm2d)]
    return [(kept, 1 - (layer.momentum or 0.0)) for layer in layers
            for kept in (layer.running_mean, layer.running_var) if kept is not None]  # fmt: skip


@torch.no_grad()
def _join_statistics(
    network: nn.Module, before: list[torch.Tensor], done: int, batches: int
) -> None:
    """Make running statistics what all batches of a step leave, one after the other.

    A batch turns s into k s + (1 - k) m. What `done` batches add to k^done s here is what they
    add anywhere, but for k^later, where `later` batches of other processes come after them.
    """
    here, processes = _statistics(network), current()
    later = batches - processes.share(batches).stop
    added = [(now - keep**done * then) * keep**later
             for (now, keep), then in zip(here, before, strict=True)]  # fmt: skip
    if not added:
        return
    flat = torch.cat(added)
    with _told_if_lost():
        group.all_reduce(flat)
    pieces = torch.split(flat, [len(each) for each in added])
    for (now, keep), then, piece in zip(here, before, pieces, strict=True):
        now.copy_(then * keep**batches + piece)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d) and layer.num_batches_tracked is not None:
            layer.num_batches_tracked += batches - done
