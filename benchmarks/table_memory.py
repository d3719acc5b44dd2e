"""Memory of `drgrade predict -o` by its number of photographs, with answers that take no time.

A table of N rows is written from a manifest of N photographs; photographs themselves are never
held, so what could grow is names, answers and the table. Each N has a process of its own; its peak
is what the system counted (VmHWM), written to `.csv` and to `.parquet`.

Command: python benchmarks/table_memory.py [--rows 1000 10000 100000]
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from drgrade.inference.inputs import list_inputs
from drgrade.inference.table import Given, TableTask, write_table
from drgrade.modelfile.answers import Answer
from drgrade.provenance.photo import PhotoInfo

ENDINGS = (".csv", ".parquet")
ANSWER = Answer("graded", predicted=1, probabilities=(0.125, 0.5, 0.25, 0.0625, 0.0625),
                referable=False)  # fmt: skip


def at_once(given: Iterable[Given]) -> Iterator[dict[str, object]]:
    """A row for each photograph, with all that a graded one has, and no time spent."""
    for name, _, _ in given:
        info = PhotoInfo(sha256=f"{hash(name) & (1 << 64) - 1:064x}", width=3872, height=2592,
                         bytes=1_000_000, black_share=0.125, brightness=0.25,
                         field_ratio=1.0)  # fmt: skip
        yield {"photo": name, **ANSWER.as_row(), **info.as_json(), "model": "0123456789abcdef"}


def write(rows: int, ending: str) -> float:
    """Write a table of so many rows; returns the peak of this process in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        manifest, output = Path(folder) / "manifest.csv", Path(folder) / f"answers{ending}"
        names = [f"photographs/visit-{n:07}/{n:07}_left.jpg" for n in range(rows)]
        pl.DataFrame({"photo": names, "patient": names, "grade": [n % 5 for n in range(rows)]}
                     ).write_csv(manifest)  # fmt: skip
        del names
        write_table(TableTask(output, list_inputs([manifest], None), at_once, {"model": "none"}))
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("this system does not count the peak of a process")


def main() -> None:
    """Measure each number of rows in a process of its own, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--one", nargs=2, metavar=("ROWS", "ENDING"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(write(int(asked.one[0]), asked.one[1]))
        return
    for ending in ENDINGS:
        peaks = [_apart(rows, ending) for rows in asked.rows]
        for rows, peak in zip(asked.rows, peaks, strict=True):
            print(f"{ending:8} {rows:>9,} rows {peak:7.0f} MiB", flush=True)


def _apart(rows: int, ending: str) -> float:
    command = [sys.executable, __file__, "--one", str(rows), ending]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    main()
