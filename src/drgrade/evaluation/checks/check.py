"""The warnings a score raises by itself, as checks that fire, stay silent or could not be made.

W01 equals a trivial classifier; W03 no patient identity; W25 drawn data. Each says what was found
and the way out, in English and Traditional Chinese.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import polars as pl

from drgrade.errors import choose
from drgrade.evaluation.checks.group_words import group_name
from drgrade.evaluation.checks.words import SENTENCES
from drgrade.stats.estimate import Estimate
from drgrade.stats.metrics import COLLAPSE_SHARE

State = Literal["fires", "silent", "not checkable"]
Level = Literal["W", "E"]
WHAT = {  # a grader is by its reasons, the worst first
    "share": "equals", "below": "worse", "qwk": "untold", "auc": "untold", "mostly": "one grade",
}  # fmt: skip
FEWEST = 20  # answers; of fewer, one more of another grade would be a twentieth


@dataclass(frozen=True)
class Check:
    """One warning of the list: its state, and the figures its sentence is made of."""

    code: str
    state: State
    figures: dict[str, Any] = field(default_factory=dict)
    level: Level = "W"

    @property
    def fires(self) -> bool:
        """Whether the warning is raised."""
        return self.state == "fires"

    def sentence(self, language: str = "en") -> str:
        """What was found and the way out; empty where the check is silent."""
        texts = choose(SENTENCES, language, "language")
        if self.state == "silent":
            return ""
        if self.state == "not checkable":
            why = texts[self.figures["key"]].format(**self.figures)
            return texts["not checkable"].format(code=self.code, reason=why)
        gap = " " if language == "en" else ""
        reasons = self.figures.get("reasons", [])
        why = gap.join(texts[reason["key"]].format(**_named(reason, texts)) for reason in reasons)
        figures = _named(self.figures, texts) | _listed(self.figures, language)
        return texts[self.code].format(**figures, why=why)

    def as_json(self) -> dict[str, Any]:
        """The fields and the English sentence."""
        return asdict(self) | {"sentence": self.sentence()}


def _named(figures: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    """The figures of a sentence; `what` they are about and the `cure` in its language."""
    return figures | {name: texts[figures[name]] for name in ("what", "cure") if name in figures}


def _listed(figures: dict[str, Any], language: str) -> dict[str, str]:
    """The `subgroups` of a sentence with their lower bounds, in its language."""
    if "subgroups" not in figures:
        return {}
    named = [
        f"{group_name(language, each['column'], each['name'])} ({each['low']:.1%})"
        for each in figures["subgroups"]
    ]
    return {"listed": (", " if language == "en" else "、").join(named)}


def told(code: str, fires: bool, level: Level = "W", **figures: Any) -> Check:
    """A check that could be made, with the figures of its sentence."""
    return Check(code, "fires" if fires else "silent", figures, level)


def blind(code: str, key: str, level: Level = "W", **figures: Any) -> Check:
    """A check that could not be made; `key` names the reason among the sentences."""
    return Check(code, "not checkable", {"key": key, **figures}, level)


def check_trivial(
    answers: tuple[int, ...], counts: tuple[int, ...], qwk: Estimate, area: Estimate
) -> Check:
    """W01 from the counts of predicted and of reference grades, QWK and the referable AUC."""
    share, grade = max(answers) / sum(answers), answers.index(max(answers))
    reasons: list[dict[str, Any]] = []
    is_sighted = qwk.low is not None and qwk.low > 0  # it tells grades apart, however few others
    if share > COLLAPSE_SHARE and sum(answers) >= FEWEST:
        labels = counts[grade] / sum(counts)
        key = "mostly" if is_sighted else "share"
        reasons.append({"key": key, "share": share, "grade": grade, "labels": labels})
    is_one_grade = max(counts) == sum(counts)  # then kappa is 0 whatever the answers are
    for key, found, chance in (("qwk", qwk, 0.0), ("auc", area, 0.5)):
        if found.contains(chance) and not (key == "qwk" and is_one_grade):
            reasons.append({"key": key, "low": found.low, "high": found.high})
    if area.high is not None and area.high < 0.5:
        reasons.append({"key": "below", "low": area.low, "high": area.high})
    if not reasons:
        return Check("W01", "silent")
    keys = [reason["key"] for reason in reasons]
    what = next(WHAT[key] for key in WHAT if key in keys)
    figures = {
        "reasons": reasons,
        "what": what,
        "cure": "look closer" if what == "one grade" else "train longer",
        "majority": counts.index(max(counts)),
        "majority_share": max(counts) / sum(counts),
    }
    return Check("W01", "fires", figures)


def check_patients(graded: pl.DataFrame) -> Check:
    """W03: the patient of some photographs is not known; says what is drawn in its place.

    That is the group where the table names one, else the photograph alone.
    """
    unknown = graded.filter(pl.col("patient").is_null())
    in_groups = unknown["group"].drop_nulls() if "group" in unknown.columns else pl.Series()
    reasons: list[dict[str, Any]] = []
    if len(in_groups):
        reasons.append({"key": "grouped", "n": len(in_groups), "groups": in_groups.n_unique()})
    if alone := unknown.height - len(in_groups):
        reasons.append({"key": "alone", "n": alone})
    return told(
        "W03", bool(unknown.height), reasons=reasons, unknown=unknown.height, n=graded.height
    )


def check_drawn(is_drawn: bool | None, is_drawn_model: bool = False) -> Check:
    """W25: the photographs, or those the grader learned from last, are drawn.

    `is_drawn` is None where nothing says what the photographs are.
    """
    if is_drawn is None and not is_drawn_model:
        return blind("W25", "no origin")
    key = "drawn photos" if is_drawn else "drawn model"
    return told("W25", bool(is_drawn) or is_drawn_model, reasons=[{"key": key}])
