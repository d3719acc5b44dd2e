"""What the demo found, read from the JSON reports of its pages, and said a line each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drgrade.demo.experiment import CELLS, FROM_RANDOM, LEARNS
from drgrade.demo.grading import Gallery
from drgrade.locale.catalogue import message

REPORT = "report.json"
MINUS = "\N{MINUS SIGN}"
CAUGHT = "W01"  # the check that an evaluated table equals a trivial baseline
Numbers = Mapping[str, Any]  # an estimate in plain values: value, low, high


@dataclass(frozen=True)
class Trained:
    """One network on the test photographs; `checks` are the codes of its scorecard that fire."""

    name: str
    qwk: Numbers
    one_answer: float
    is_collapsed: bool
    checks: tuple[str, ...]
    epochs: int

    @property
    def is_caught(self) -> bool:
        """Whether the scorecard itself says that it equals a trivial baseline."""
        return CAUGHT in self.checks

    @property
    def has_learned(self) -> bool:
        """Whether the interval of its QWK lies above 0, where every trivial baseline stands."""
        return (self.qwk["low"] or 0.0) > 0 and not self.is_caught


@dataclass(frozen=True)
class Findings:
    """The experiment in figures: the two networks, the other eye, their difference.

    `photographs` and `patients` of each split; `over_other` is the accuracy of the network that
    learned minus that of copying the other eye.
    """

    cells: Mapping[str, Trained]
    other_eye: Numbers
    over_other: Numbers
    difference: Numbers
    photographs: Mapping[str, int]
    patients: Mapping[str, int]
    checks: int
    batch: int

    @property
    def from_random(self) -> Trained:
        """The network without pretraining."""
        return self.cells[FROM_RANDOM]

    @property
    def learns(self) -> Trained:
        """The network from the synthetic start."""
        return self.cells[LEARNS]

    @property
    def steps(self) -> int:
        """Training steps of the network without pretraining."""
        return self.from_random.epochs * -(-self.photographs["train"] // self.batch)


def read_findings(lab: Path, comparison: Path) -> Findings:
    """Read the reports of the lab, of its scorecards and of the comparison."""
    report = _json(lab / REPORT)
    scorecards = {name: _json(scorecard_of(lab, name).with_name(REPORT)) for name in CELLS}
    cells = {cell["name"]: _trained(cell, scorecards[cell["name"]]) for cell in report["cells"]}
    learned = next(cell for cell in report["cells"] if cell["name"] == LEARNS)
    (pair,) = _json(comparison / REPORT)["pairs"]
    other = next(floor for floor in report["floors"] if floor["name"] == "other_eye")
    return Findings(
        cells,
        other["qwk"],
        learned["over_other"],
        pair["differences"]["qwk"],
        {split: sum(row) for split, row in report["counts"].items()},
        {split: n for split, n in report["units"].items() if split != "kind"},
        len(scorecards[LEARNS]["checks"]),
        next(cell["settings"]["batch"] for cell in report["cells"] if cell["name"] == FROM_RANDOM),
    )


def scorecard_of(lab: Path, name: str) -> Path:
    """The page of a cell's scorecard."""
    return lab / "runs" / name / "scorecard" / "report.html"


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _trained(cell: Numbers, scorecard: Numbers) -> Trained:
    tested = cell["honest"]
    return Trained(cell["name"], tested["qwk"], tested["one_answer"], cell["is_collapsed"],
                   tuple(scorecard["warnings"]), len(cell["history"]))  # fmt: skip


def number(value: float | None, language: str, *, signed: bool = False) -> str:
    """A score with two digits and a true minus; `n/a` where it is undefined."""
    if value is None:
        return message(language, "page-not_available")
    return f"{value + 0.0:{'+' if signed else ''}.2f}".replace("-", MINUS)


def with_interval(found: Numbers, language: str, *, signed: bool = False) -> str:
    """`0.80 (95 % CI 0.72 to 0.86)`."""
    value = number(found["value"], language, signed=signed)
    if found["value"] is None or found["low"] is None:
        return value
    ends = {end: number(found[end], language, signed=signed) for end in ("low", "high")}
    return message(language, "demo-with_ci", value=value, **ends)


def on_gallery(gallery: Gallery, language: str) -> str:
    """How many were graded and refused, and how many synthetic referrals are as drawn."""
    right, known = gallery.synthetic_referrals
    return message(language, "demo-graded", n=len(gallery.entries), graded=gallery.graded,
                   refused=len(gallery.refused), right=right, known=known)  # fmt: skip


def on_real(gallery: Gallery, language: str) -> str:
    """What the grader says of the real healthy eye."""
    entry = gallery.real
    if not entry.is_graded:
        return message(language, "demo-real_none", reason=entry.why(language))
    return message(language, "demo-real", grade=entry.row["predicted"], need=entry.need)


def network(name: str, language: str) -> str:
    """`ResNet18 without pretraining`."""
    return message(language, f"demo-network_{name}")


def on_network(found: Trained, language: str) -> str:
    """Whether a network learned, in a few words."""
    if found.is_collapsed:
        key = "demo-collapsed_and_caught" if found.is_caught else "demo-collapsed"
        share = f"{100 * found.one_answer:.0f} %"
        return message(language, key, share=share, check=CAUGHT)
    if found.is_caught:
        return message(language, "demo-caught", check=CAUGHT)
    return message(language, "demo-learned" if found.has_learned else "demo-unproven")


def on_few_steps(found: Findings, language: str) -> str:
    """After how few steps the network without pretraining had not learned; empty where it had."""
    if not found.from_random.is_caught:
        return ""
    return message(language, "demo-few_steps", steps=found.steps, epochs=found.from_random.epochs,
                   photos=found.photographs["train"])  # fmt: skip


def on_baselines(found: Findings, language: str) -> str:
    """QWK of the trivial baselines, and whether the network is better than the other eye."""
    gap, low, high = (found.over_other[key] for key in ("value", "low", "high"))
    key = "same"
    if None not in (low, high) and low * high > 0:
        key = "better" if low > 0 else "worse"
    missing = message(language, "page-not_available")
    points = missing if gap is None else f"{100 * gap:+.1f}".replace("-", MINUS)
    than = message(language, f"demo-than_{key}", gap=points)
    return message(
        language, "demo-other", other=number(found.other_eye["value"], language), than=than
    )


def on_difference(found: Findings, language: str) -> str:
    """The paired difference of the two with its interval."""
    gap = with_interval(found.difference, language, signed=True)
    return message(language, "demo-difference", found=gap, patients=found.patients["test"])
