"""What the demo found, read from the JSON reports of its pages, and said a line each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drgrade.demo.experiment import CELLS, COLLAPSES, LEARNS
from drgrade.demo.grading import Gallery
from drgrade.demo.words import NETWORKS, tell
from drgrade.explanation.gallery.entry import NO_REFERRAL, REFER
from drgrade.explanation.gallery.words import refusal_in
from drgrade.locale.languages import said

TWIN = "report.json"
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

    @property
    def collapses(self) -> Trained:
        """The network without pretraining."""
        return self.cells[COLLAPSES]

    @property
    def learns(self) -> Trained:
        """The network from the synthetic start."""
        return self.cells[LEARNS]


def read_findings(lab: Path, comparison: Path) -> Findings:
    """Read the reports of the lab, of its scorecards and of the comparison."""
    report = _json(lab / TWIN)
    scorecards = {name: _json(scorecard_of(lab, name).with_name(TWIN)) for name in CELLS}
    cells = {cell["name"]: _trained(cell, scorecards[cell["name"]]) for cell in report["cells"]}
    learned = next(cell for cell in report["cells"] if cell["name"] == LEARNS)
    (pair,) = _json(comparison / TWIN)["pairs"]
    other = next(floor for floor in report["floors"] if floor["name"] == "other_eye")
    return Findings(
        cells,
        other["qwk"],
        learned["over_other"],
        pair["differences"]["qwk"],
        {split: sum(row) for split, row in report["counts"].items()},
        {split: n for split, n in report["units"].items() if split != "kind"},
        len(scorecards[LEARNS]["checks"]),
    )


def scorecard_of(lab: Path, name: str) -> Path:
    """The page of a cell's scorecard."""
    return lab / "runs" / name / "scorecard" / "report.html"


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _trained(cell: Numbers, scorecard: Numbers) -> Trained:
    tested = cell["honest"]
    return Trained(cell["name"], tested["qwk"], tested["one_answer"], cell["is_collapsed"],
                   tuple(scorecard["warnings"]))  # fmt: skip


def number(value: float | None, language: str, *, signed: bool = False) -> str:
    """A score with two digits and a true minus; `n/a` where it is undefined."""
    if value is None:
        return "n/a" if language == "en" else "無法計算"
    return f"{value + 0.0:{'+' if signed else ''}.2f}".replace("-", MINUS)


def with_interval(found: Numbers, language: str, *, signed: bool = False) -> str:
    """`0.80 (95 % CI 0.72 to 0.86)`."""
    value = number(found["value"], language, signed=signed)
    if found["value"] is None or found["low"] is None:
        return value
    low, high = (number(found[end], language, signed=signed) for end in ("low", "high"))
    words = f"{tell(language, 'interval')} {low} {tell(language, 'to')} {high}"
    return f"{value} ({words})" if language == "en" else f"{value}（{words}）"


def on_gallery(gallery: Gallery, language: str) -> str:
    """How many were graded and refused, and how many synthetic referrals are as drawn."""
    right, known = gallery.synthetic_referrals
    return tell(language, "graded", n=len(gallery.entries), graded=gallery.graded,
                refused=len(gallery.refused), right=right, known=known)  # fmt: skip


def on_real(gallery: Gallery, language: str) -> str:
    """What the grader says of the real healthy eye."""
    entry = gallery.real
    if not entry.is_graded:
        reason = refusal_in(str(entry.row.get("reason")), language)
        return tell(language, "real_none", reason=reason)
    key = {REFER: "referral", NO_REFERRAL: "no_referral"}.get(entry.need, "person")
    return tell(language, "real", grade=entry.row["predicted"], referral=tell(language, key))


def network(name: str, language: str) -> str:
    """`ResNet18 without pretraining`."""
    return said(NETWORKS, language, name)


def on_network(found: Trained, language: str) -> str:
    """Whether a network learned, in a few words."""
    if found.is_collapsed:
        words = tell(language, "collapsed", share=f"{100 * found.one_answer:.0f} %")
        codes = tell(language, "caught", codes=CAUGHT)
        return words + (("; " if language == "en" else "；") + codes if found.is_caught else "")
    return tell(language, "learned" if found.has_learned else "unproven")


def on_baselines(found: Findings, language: str) -> str:
    """QWK of the trivial baselines, and whether the network is better than the other eye."""
    gap, low, high = (found.over_other[key] for key in ("value", "low", "high"))
    key = "than_same"
    if None not in (low, high) and low * high > 0:
        key = "than_better" if low > 0 else "than_worse"
    points = "n/a" if gap is None else f"{100 * gap:+.1f}".replace("-", MINUS)
    than = tell(language, key, gap=points)
    return tell(language, "other", other=number(found.other_eye["value"], language), than=than)


def on_difference(found: Findings, language: str) -> str:
    """The paired difference of the two with its interval."""
    gap = with_interval(found.difference, language, signed=True)
    return tell(language, "difference", found=gap, patients=found.patients["test"])
