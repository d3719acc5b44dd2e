"""Print scorecards and a comparison of runs as Markdown, figures as their pages have them.

Command: python experiments/judged_tables.py OUT RUN RUN...
OUT gets scorecard and comparison of the runs; both are made by the commands that are printed.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

DRGRADE = Path(sys.executable).with_name("drgrade")


def said(found: dict[str, Any], scale: float = 1.0, digits: int = 3) -> str:
    """A number with its interval, or n/a."""
    if found["value"] is None:
        return "n/a"
    value = f"{found['value'] * scale:.{digits}f}"
    if found["low"] is None:
        return value
    return f"{value} ({found['low'] * scale:.{digits}f} to {found['high'] * scale:.{digits}f})"


def judged(run: Path, out: Path) -> dict[str, Any]:
    """The scorecard of a run, made by `drgrade evaluate --force`."""
    call = [DRGRADE, "evaluate", run, "-o", out / run.name, "--force", "--no-thumbnails"]
    subprocess.run([*map(str, call)], check=False, capture_output=True)
    return json.loads((out / run.name / "report.json").read_text(encoding="utf-8"))


def row(name: str, twin: dict[str, Any]) -> str:
    """One run: what it finds at the level that decides, its agreement, and what fires."""
    main = next(
        d for d in twin["detections"]
        if (d["endpoint"]["name"], d["level"]) == ("referable", twin["primary_level"])
    )  # fmt: skip
    first = main["analyses"][0]
    return (
        f"| {name} | {said(first['sensitivity'], 100, 1)} | {said(first['specificity'], 100, 1)} "
        f"| {said(main['auc'])} | {said(twin['scores']['qwk'])} | {', '.join(twin['warnings'])} |"
    )


def compared(runs: list[Path], out: Path) -> dict[str, Any]:
    """The comparison of the runs, made by `drgrade compare`."""
    call = [DRGRADE, "compare", *runs, "-o", out / "comparison"]
    subprocess.run([*map(str, call)], check=True, capture_output=True)
    return json.loads((out / "comparison" / "report.json").read_text(encoding="utf-8"))


def main() -> None:
    """Print both tables."""
    out, *runs = map(Path, sys.argv[1:])
    twins = {run.name: judged(run, out) for run in runs}
    level = next(iter(twins.values()))["primary_level"]
    print(f"| run | sensitivity, % ({level}) | specificity, % | AUC | QWK | fires |")
    print("|---|---|---|---|---|---|")
    for name, twin in twins.items():
        print(row(name, twin))
    if len(runs) > 1:
        report = compared(runs, out)
        print(
            f"\n{report['verdict']}\n\n| difference | QWK | accuracy | AUC | McNemar p | DeLong p |"
        )
        print("|---|---|---|---|---|---|")
        for pair in report["pairs"]:
            d = pair["differences"]
            tests = (pair["mcnemar_p"], pair["delong_p"])
            p = ["n/a" if each is None else f"{each:.2g}" for each in tests]
            cells = [said(d["qwk"]), said(d["accuracy"], 100, 1), said(d["auc"]), *p]
            print(f"| {pair['second']} - {pair['first']} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
