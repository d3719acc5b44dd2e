"""The whole of `drgrade evaluate` on 53,576 predictions, against a loop over scikit-learn.

A made table with probabilities, patients and eyes is judged by the command line in a process of
its own: read, judge, write page, twin and figures. The loop is that of benchmarks/resampling.py:
2,000 resamples of four scores, which is a small part of what the command does.

Command: OMP_NUM_THREADS=1 taskset -c 0 python benchmarks/judge.py
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
from ratios import Ratio, report
from resampling import REPEATS, loop_seconds, machine, made

from drgrade.data.tables.predictions import SCHEMA, Predictions
from drgrade.data.tables.predictions_file import write_predictions
from drgrade.stats.resampling import RESAMPLES

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
ONE_THREAD = dict.fromkeys(THREADS, "1")


def predictions() -> Predictions:
    """The made table with probabilities around its predictions."""
    grade, predicted, patient = made()
    n = len(grade)
    away = np.abs(
        np.arange(5) - predicted[:, None] + np.random.default_rng(2).normal(0, 0.2, (n, 1))
    )
    p = np.exp(-1.5 * away**2)
    p /= p.sum(1, keepdims=True)
    eye = np.tile(["left", "right"], n // 2)
    columns = {
        "photo": [f"{who}_{which}.jpeg" for who, which in zip(patient, eye, strict=True)],
        "patient": [str(who) for who in patient],
        "eye": eye,
        "grade": grade,
        "status": ["graded"] * n,
        **{f"p{k}": p[:, k] for k in range(5)},
        "predicted": p.argmax(1),
        "split": ["test"] * n,
        "model": ["made"] * n,
    }
    table = pl.DataFrame(columns).cast({name: SCHEMA[name] for name in columns})
    referable = pl.lit(None, dtype=SCHEMA["referable"]).alias("referable")
    return Predictions(table.with_columns(referable).select(list(SCHEMA)))


def judged(folder: Path) -> float:
    """Seconds of the command on the table, in a process of its own on one thread."""
    write_predictions(predictions(), folder / "made.parquet")
    command = [sys.executable, "-m", "drgrade", "evaluate", str(folder / "made.parquet")]
    begin = time.perf_counter()
    done = subprocess.run(
        [*command, "-o", str(folder / "scorecard")], env=os.environ | ONE_THREAD | {
            "DRGRADE_DATA": str(folder),
        }, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr)
    return time.perf_counter() - begin


def main() -> None:
    """Judge the table and time the loop in turn, and print both and their ratio."""
    seconds, theirs = [], []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            seconds.append(judged(Path(folder)))
        theirs.append(loop_seconds(made()))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    cores = len(os.sched_getaffinity(0))
    print(f"drgrade evaluate on 53,576 predictions, one thread, {cores} core(s); {machine()}")
    print(
        f"drgrade evaluate, whole                {min(seconds):8.1f} s, peak memory {peak:.0f} MiB"
    )
    print(f"loop over scikit-learn, {RESAMPLES:,} resamples {min(theirs):8.1f} s, of four scores")
    report(Ratio("drgrade evaluate, whole", "a loop of four scores over scikit-learn",
                 [slow / fast for slow, fast in zip(theirs, seconds, strict=True)]))  # fmt: skip


if __name__ == "__main__":
    main()
