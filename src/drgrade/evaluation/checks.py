"""The warnings a score raises by itself, as checks that fire, stay silent or could not be made.

W01 equals a trivial classifier; W03 no patient identity; W25 drawn data. Each says what was found
and the way out, in English and Traditional Chinese.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from drgrade.errors import choose
from drgrade.evaluation.check_words import SENTENCES
from drgrade.evaluation.values import Estimate

State = Literal["fires", "silent", "not checkable"]
COLLAPSE_SHARE = 0.95


@dataclass(frozen=True)
class Check:
    """One warning of the list: its state, and the figures its sentence is made of."""

    code: str
    state: State
    figures: dict[str, Any] = field(default_factory=dict)
    level: Literal["W", "E"] = "W"

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
            return texts["not checkable"].format(code=self.code, reason=texts[self.figures["key"]])
        gap = " " if language == "en" else ""
        reasons = self.figures.get("reasons", [])
        why = gap.join(texts[reason["key"]].format(**_named(reason, texts)) for reason in reasons)
        return texts[self.code].format(**_named(self.figures, texts), why=why)

    def as_json(self) -> dict[str, Any]:
        """The fields and the English sentence."""
        return asdict(self) | {"sentence": self.sentence()}


def _named(figures: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    """The figures of a sentence, `what` they are about in its language."""
    return figures | {"what": texts[figures["what"]]} if "what" in figures else figures


def check_trivial(
    answers: tuple[int, ...], counts: tuple[int, ...], qwk: Estimate, area: Estimate
) -> Check:
    """W01 from the counts of predicted and of reference grades, QWK and the referable AUC."""
    share = max(answers) / sum(answers)
    reasons: list[dict[str, Any]] = []
    if share > COLLAPSE_SHARE:
        reasons.append({"key": "share", "share": share, "grade": answers.index(max(answers))})
    for key, found, chance in (("qwk", qwk, 0.0), ("auc", area, 0.5)):
        if found.contains(chance):
            reasons.append({"key": key, "low": found.low, "high": found.high})
    figures = {
        "reasons": reasons,
        "majority": counts.index(max(counts)),
        "majority_share": max(counts) / sum(counts),
    }
    return Check("W01", "fires" if reasons else "silent", figures)


def check_patients(unknown: int, n: int) -> Check:
    """W03: `unknown` of `n` photographs have no patient."""
    return Check("W03", "fires" if unknown else "silent", {"unknown": unknown, "n": n})


def check_drawn(is_drawn: bool | None) -> Check:
    """W25: the photographs are drawn; None where nothing says what they are."""
    if is_drawn is None:
        return Check("W25", "not checkable", {"key": "no origin"})
    return Check("W25", "fires" if is_drawn else "silent")
