"""How much faster ours is than another way in the same run: held, printed, gathered in one table.

Two ways are timed in turn, several times over, so that a busy machine slows both: their ratio is
what is kept. `every.py` runs all benchmarks and prints the ratios they report.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

GATHERED = "DRGRADE_BENCH_RATIOS"  # names the file to which ratios are added


@dataclass(frozen=True)
class Ratio:
    """How many times as fast as `against` the thing `what` is, once a repeat; `aim` 0: none."""

    what: str
    against: str
    values: Sequence[float]
    aim: float = 0.0

    @property
    def median(self) -> float:
        """The ratio in the middle."""
        return float(np.median(self.values))


def report(ratio: Ratio) -> None:
    """Print a ratio, and add it to the table where one is gathered."""
    aim = f", aim {ratio.aim:g}" if ratio.aim else ""
    print(f"{ratio.what}: {shown(ratio)} times as fast as {ratio.against}{aim}")
    if path := os.environ.get(GATHERED):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(ratio)) + "\n")


def shown(ratio: Ratio) -> str:
    """Median and spread: `1.42 (1.38-1.47, 5 repeats)`."""
    low, high = _number(min(ratio.values)), _number(max(ratio.values))
    return f"{_number(ratio.median)} ({low}-{high}, {len(ratio.values)} repeats)"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(ratios: list[Ratio]) -> str:
    """Ratios as a Markdown table."""
    lines = ["| what | against | times as fast, median | lowest-highest | repeats | aim |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for each in ratios:
        low, high = _number(min(each.values)), _number(max(each.values))
        lines.append(
            f"| {each.what} | {each.against} | {_number(each.median)} | {low}-{high} "
            f"| {len(each.values)} | {f'{each.aim:g}' if each.aim else ''} |"
        )
    return "\n".join(lines)


def gathered(path: Path) -> list[Ratio]:
    """The ratios that benchmarks added to a file."""
    return [Ratio(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
