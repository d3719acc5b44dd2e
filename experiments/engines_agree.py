"""Whether two tables of the same photographs, graded by two engines, say the same.

Command: drgrade predict default FOLDER... --engine torch -o torch.parquet
         drgrade predict default FOLDER... --engine openvino -o openvino.parquet
         python experiments/engines_agree.py torch.parquet openvino.parquet
"""

import sys
from pathlib import Path

import polars as pl

from drgrade.data.tables.predictions_file import read_predictions
from drgrade.icdr import PROBABILITIES

SAME = ("photo", "status", "reason", "predicted", "referable")
CLOSE = (*PROBABILITIES, "p_dme")


def main() -> None:
    """Count the rows that differ, and the largest difference of a probability."""
    one, other = (read_predictions(Path(name)).table for name in sys.argv[1:3])
    print(f"{len(one):,} and {len(other):,} photographs")
    for name in SAME:
        print(f"{name}: {one[name].ne_missing(other[name]).sum()} differ")
    for name in CLOSE:
        gap = (one[name].cast(pl.Float64) - other[name].cast(pl.Float64)).abs().max()
        print(f"{name}: at most {gap or 0.0:.1e} apart")


if __name__ == "__main__":
    main()
