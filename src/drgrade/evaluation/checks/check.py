"""The warnings a score raises by itself, as checks that fire, stay silent or could not be made.

W01 equals a trivial classifier; W03 no patient identity; W25 synthetic photographs. What a check
found is a code with values; `drgrade.locale` has the sentence, with the way out.
"""

from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from drgrade.errors import Reason
from drgrade.locale.catalogue import text
from drgrade.locale.plain import as_plain
from drgrade.stats.estimate import Estimate
from drgrade.stats.metrics import COLLAPSE_SHARE

State = Literal["fires", "silent", "not checkable"]
Level = Literal["W", "E"]
WHAT = {  # a grader is by its reasons, the worst first
    "collapsed": "equals", "auc_below_chance": "worse", "qwk_contains_0": "untold",
    "auc_contains_half": "untold", "mostly_one_grade": "one_grade",
}  # fmt: skip
FEWEST = 20  # answers; of fewer, one more of another grade would be a twentieth


@dataclass(frozen=True)
class Check:
    """One warning of the list: its state, and what was found, or why nothing could be.

    Of a check that fires `finding` has the check's own code, and in `why` a reason each; where it
    could not be made it is `not_checkable` with the reason.
    """

    code: str
    state: State
    finding: Reason
    level: Level = "W"

    @property
    def fires(self) -> bool:
        """Whether the warning is raised."""
        return self.state == "fires"

    @property
    def values(self) -> dict[str, Any]:
        """The values of the finding."""
        return dict(self.finding.values)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The codes of the reasons why it fires, or of the one why it could not be made."""
        one = self.finding.values.get("reason")
        return tuple(each.code for each in self.finding.values.get("why", (one,) if one else ()))

    def sentence(self, language: str = "en") -> str:
        """What was found and the way out; empty where the check is silent."""
        return "" if self.state == "silent" else text(self.finding, language)

    def as_json(self) -> dict[str, Any]:
        """The fields and the English sentence."""
        finding = {"code": self.finding.code, "values": as_plain(self.finding.values)}
        return {"code": self.code, "state": self.state, "level": self.level, "finding": finding,
                "sentence": self.sentence()}  # fmt: skip


def checked(code: str, fires: bool, level: Level = "W", **values: Any) -> Check:
    """A check that could be made, with the values of its sentence."""
    return Check(code, "fires" if fires else "silent", Reason(code, values), level)


def not_checkable(code: str, reason: Reason, level: Level = "W") -> Check:
    """A check that could not be made, and why."""
    found = Reason("not_checkable", {"check": code, "reason": reason})
    return Check(code, "not checkable", found, level)


def check_trivial(
    answers: tuple[int, ...], counts: tuple[int, ...], qwk: Estimate, area: Estimate
) -> Check:
    """W01 from the counts of predicted and of reference grades, QWK and the referable AUC."""
    share, grade = max(answers) / sum(answers), answers.index(max(answers))
    why: list[Reason] = []
    is_sighted = qwk.low is not None and qwk.low > 0  # it tells grades apart, however few others
    if share > COLLAPSE_SHARE and sum(answers) >= FEWEST:
        labels = counts[grade] / sum(counts)
        about = {"share": share, "grade": grade}
        why.append(
            Reason("mostly_one_grade", {**about, "labels": labels})
            if is_sighted
            else Reason("collapsed", about)
        )
    is_one_grade = max(counts) == sum(counts)  # then kappa is 0 whatever the answers are
    if qwk.contains(0.0) and not is_one_grade:
        why.append(Reason("qwk_contains_0", {"low": qwk.low, "high": qwk.high}))
    if area.contains(0.5):
        why.append(Reason("auc_contains_half", {"low": area.low, "high": area.high}))
    if area.high is not None and area.high < 0.5:
        why.append(Reason("auc_below_chance", {"low": area.low, "high": area.high}))
    if not why:
        return checked("W01", False)
    codes = [each.code for each in why]
    what = next(WHAT[code] for code in WHAT if code in codes)
    return checked(
        "W01",
        True,
        why=tuple(why),
        what=what,
        cure="look_closer" if what == "one_grade" else "train_longer",
        majority=counts.index(max(counts)),
        majority_share=max(counts) / sum(counts),
    )


def check_patients(graded: pl.DataFrame) -> Check:
    """W03: the patient of some photographs is not known; says what is drawn in its place.

    That is the group where the table names one, else the photograph alone.
    """
    unknown = graded.filter(pl.col("patient").is_null())
    in_groups = unknown["group"].drop_nulls() if "group" in unknown.columns else pl.Series()
    why: list[Reason] = []
    if len(in_groups):
        about = {"n": len(in_groups), "groups": in_groups.n_unique()}
        why.append(Reason("resampled_in_groups", about))
    if alone := unknown.height - len(in_groups):
        why.append(Reason("resampled_alone", {"n": alone}))
    return checked(
        "W03", bool(unknown.height), why=tuple(why), unknown=unknown.height, n=graded.height
    )


def check_drawn(is_drawn: bool | None, is_drawn_model: bool = False) -> Check:
    """W25: the photographs, or those the grader was trained on last, are synthetic.

    `is_drawn` is None where nothing says what the photographs are.
    """
    if is_drawn is None and not is_drawn_model:
        return not_checkable("W25", Reason("no_origin"))
    why = Reason("synthetic_photos") if is_drawn else Reason("synthetic_model")
    return checked("W25", bool(is_drawn) or is_drawn_model, why=(why,))
