"""TensorBoard events beside the run's own log, where the extra is installed."""

import contextlib
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def events(folder: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Yield a function that writes an epoch's figures, or does nothing without the extra."""
    if importlib.util.find_spec("tensorboard") is None:
        yield lambda row: None
        return
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(folder)) as writer:

        def log(row: dict[str, Any]) -> None:
            for name, value in row.items():
                if name != "epoch" and value is not None:
                    writer.add_scalar(name, value, row["epoch"])

        yield log
