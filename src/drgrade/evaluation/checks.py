"""The warnings a score raises by itself, as checks that fire, stay silent or could not be made.

W01 equals a trivial classifier; W03 no patient identity; W25 drawn data. Each says what was found
and the way out, in English and Traditional Chinese.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from drgrade.errors import choose
from drgrade.evaluation.values import Estimate

State = Literal["fires", "silent", "not checkable"]
COLLAPSE_SHARE = 0.95

SENTENCES = {
    "en": {
        "share": "{share:.1%} of the answers are grade {grade}: the network has collapsed.",
        "qwk": "The interval of QWK ({low:.3f} to {high:.3f}) contains 0.",
        "auc": "The interval of the referable AUC ({low:.3f} to {high:.3f}) contains 0.5.",
        "W01": "This grader equals a trivial classifier. {why} Always answering grade {majority} "
        "has {majority_share:.2%} accuracy on these photographs; train longer, with another "
        "learning rate or with balanced classes, before using any of its figures.",
        "W03": "The patient is not known for {unknown} of {n} photographs, so intervals assume "
        "that photographs are independent and may be too narrow; give the column patient.",
        "W25": "The photographs are drawn, not taken: these figures show that the program works "
        "and say nothing about eyes; judge on real photographs.",
        "not checkable": "{code} could not be checked: {reason}.",
        "no origin": "the predictions do not say whether the photographs are drawn or real",
    },
    "zh-TW": {
        "share": "{share:.1%} 的答案都是 {grade} 級：網路已退化成只答一種分級。",
        "qwk": "QWK 的信賴區間（{low:.3f} 至 {high:.3f}）包含 0。",
        "auc": "需轉診 AUC 的信賴區間（{low:.3f} 至 {high:.3f}）包含 0.5。",
        "W01": "此模型等同於不看照片的分類器。{why}一律回答 {majority} 級在這些照片上的準確率就有 "
        "{majority_share:.2%}；在採用任何數字之前，請延長訓練、更換學習率或平衡各分級。",
        "W03": "{n} 張照片中有 {unknown} 張不知屬於哪位病人，信賴區間因此假設照片彼此獨立，"
        "可能過窄；請提供 patient 欄位。",
        "W25": "照片是繪製的，不是拍攝的：這些數字只表示程式可以運作，與真實的眼睛無關；"
        "請以真實照片評估。",
        "not checkable": "{code} 無法檢查：{reason}。",
        "no origin": "預測結果沒有說明照片是繪製的還是真實的",
    },
}


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
        why = gap.join(texts[reason["key"]].format(**reason) for reason in reasons)
        return texts[self.code].format(**self.figures, why=why)

    def as_json(self) -> dict[str, Any]:
        """The fields and the English sentence."""
        return asdict(self) | {"sentence": self.sentence()}


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
