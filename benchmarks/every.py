"""All benchmarks, one after the other, and one table of the ratios they measured.

Command: python benchmarks/every.py [NAME ...]     (`make bench` runs all)
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ratios import GATHERED, gathered, table

FOLDER = Path(__file__).parent
NO_BENCHMARKS = ("every", "ratios", "near_duplicate_twins", "drawing_statistics")


def names() -> list[str]:
    """Every benchmark in this folder."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NO_BENCHMARKS)


def main() -> None:
    """Run each in a process of its own, then print the table; stop where one fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *names()])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ratios.jsonl"
        path.touch()
        for name in asked.names or names():
            print(f"\n# {name}", flush=True)
            subprocess.run([sys.executable, str(FOLDER / f"{name}.py")], check=True,
                           env=os.environ | {GATHERED: str(path)})  # fmt: skip
        print(f"\n{table(gathered(path))}")


if __name__ == "__main__":
    main()
