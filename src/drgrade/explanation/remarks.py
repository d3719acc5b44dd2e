"""What an explanation adds to its verdict, a sentence each: findings, then doubts."""

from collections.abc import Iterable, Mapping
from typing import Any

from drgrade.data.photos.masks import KINDS
from drgrade.explanation.evidence import Evidence
from drgrade.explanation.explain import Explanation, LesionFindings
from drgrade.explanation.words import signed, summary
from drgrade.icdr import (
    LIKELY_EDEMA,
    NAMES,
    PROBABILITIES,
    REFERABLE_FROM,
    is_referable,
    is_vision_threatening,
    probability_from,
)
from drgrade.locale.catalogue import LANGUAGES, message

MUCH_MARGIN = 0.1  # of the evidence; from there on what lies outside the retina is reported


def remarks(explanation: Explanation, language: str) -> list[str]:
    """All that must be said beside the verdict: what was found, then how reliable it is."""
    return [*findings(explanation, language), *doubts(explanation, language)]


def findings(explanation: Explanation, language: str) -> list[str]:
    """What the verdict leaves open, the side, and the grade that the lesions seen make."""
    found = of_verdict(explanation, language)
    if (sight := explanation.sight) is None:
        return found
    found += of_sight(sight, language)
    if explanation.strongest_is_unmarked:
        asks = explanation.referable or explanation.is_below_the_point
        key = "explain-unmarked" if asks else "explain-unmarked_outweighed"
        found.append(message(language, key))
    return [*found, *of_rule(explanation, sight, language)]


def doubts(explanation: Explanation, language: str) -> list[str]:
    """How reliable detections are, what the grade was read off, what lies on no retina."""
    found = []
    if (sight := explanation.sight) and explanation.marks:
        found += lesion_reliability(explanation.marks, sight, language)
    if explanation.evidence.lesions:
        found.append(read_off(explanation.evidence, language))
    if (share := explanation.evidence_outside) >= MUCH_MARGIN:
        found.append(message(language, "explain-on_the_margin", share=float(share)))
    return found if sight else [*found, message(language, "explain-no_maps")]


def of_verdict(explanation: Explanation, language: str) -> list[str]:
    """How near the operating point the eye lies, and what asks for a referral beside it."""
    found = [message(language, "explain-synthetic")] if explanation.drawn else []
    found += not_the_likeliest(explanation, language)
    if explanation.referable_from is not None:
        found.append(near_the_point(explanation, explanation.referable_from, language))
    if explanation.is_below_the_point:
        found.append(message(language, "explain-grade_asks"))
    elif explanation.referable and not is_referable(explanation.grade):
        found.append(message(language, "explain-point_asks"))
    return found + of_edema(explanation, language)


def of_edema(explanation: Explanation, language: str) -> list[str]:
    """The probability of signs of macular edema, where the grader gives one."""
    if (p := explanation.p_dme) is None:
        return []
    key, near = "explain-edema", explanation.sight.near_fovea if explanation.sight else None
    if p >= LIKELY_EDEMA and near == 0:
        key = "explain-edema_without_exudate"
    elif p < LIKELY_EDEMA and near:
        key = "explain-exudate_without_edema"
    found = [message(language, key, p=f"{p:.2f}")]
    if p >= LIKELY_EDEMA and not explanation.referable:
        found.append(message(language, "explain-edema_asks"))
    return found


def not_the_likeliest(explanation: Explanation, language: str) -> list[str]:
    """That another grade is likelier than the one given, where ordinal steps or cuts gave it."""
    chances = [float(explanation.row[key]) for key in PROBABILITIES]
    most = max(chances)
    if chances[explanation.grade] == most:
        return []
    return [message(language, "explain-not_the_likeliest", grade=explanation.grade,
                    p=f"{chances[explanation.grade]:.2f}", other=chances.index(most),
                    most=f"{most:.2f}")]  # fmt: skip


def of_sight(sight: LesionFindings, language: str) -> list[str]:
    """Which eye it is, what lies on dust, and what lies near the fovea."""
    found = [side(sight, language)]
    if sight.on_dust is not None:
        found.append(dust_words(len(sight.on_dust), language))
    if sight.near_fovea:
        found.append(message(language, "explain-near_fovea", n=sight.near_fovea))
    return found


def of_rule(explanation: Explanation, sight: LesionFindings, language: str) -> list[str]:
    """The grade that the lesions seen make by the ICDR rule, beside the network's."""
    if not explanation.disagrees:
        return [message(language, "explain-agrees" if sight.lesions else "explain-agrees_none")]
    name, is_severe = NAMES[language][sight.grade], is_vision_threatening(explanation.grade)
    if is_severe and is_referable(sight.grade):
        return [message(language, "explain-seldom_separated", grade=sight.grade, name=name)]
    grades = {"lesions": sight.grade, "grade": explanation.grade}
    found = [message(language, "explain-disagrees", name=name, **grades)]
    return [*found, message(language, "explain-not_mapped")] if is_severe else found


def side(sight: LesionFindings, language: str) -> str:
    """Which eye it is and how that is known, or why not."""
    known = sight.landmarks
    if known.disc is None and not known.eye:
        return message(language, "explain-side_no_disc")
    if not known.eye:
        return message(language, "explain-side_disc_in_the_middle")
    if known.disc is None:
        key = "no_disc_eye"
    elif known.disc_is_of_other_eye:
        key = "disc_of_the_other_eye"
    elif known.fovea is None:
        key = "fovea_outside"
    else:
        key = "by_disc" if known.eye_by == "disc" else "given"
    return message(language, f"explain-side_{key}", eye=known.eye)


def dust_words(n: int, language: str) -> str:
    """How many detections lie on dust of the camera."""
    return message(language, "explain-on_dust" if n else "explain-no_dust", n=n)


def near_the_point(explanation: Explanation, threshold: float, language: str) -> str:
    """How far the probability of a referable grade lies from the threshold that decides."""
    p = probability_from(REFERABLE_FROM, [float(explanation.row[key]) for key in PROBABILITIES])
    return message(language, "explain-near_the_point", p=f"{p:.3f}", threshold=f"{threshold:.3f}")


def read_off(evidence: Evidence, language: str) -> str:
    """What each kind of lesion adds to the figure, where the grade is read off lesion maps."""
    parts = tuple(message(language, "explain-adds", kind=kind, adds=signed(adds))
                  for kind, adds in evidence.lesions.items())  # fmt: skip
    return message(language, f"explain-read_{evidence.measure}", total=signed(evidence.total),
                   parts=parts)  # fmt: skip


def lesion_reliability(
    counted: Mapping[str, Any], sight: LesionFindings, language: str
) -> list[str]:
    """How many such detections were right, how many lesions detected, how many eyes healthy.

    The first of the kinds seen alone. Where detections on dust are set aside here and were there,
    the others are meant.
    """
    dust = "none"
    if sight.on_dust is not None:
        dust = "left_out" if "off_dust" in counted else "counted"
        counted = {**counted, **counted.get("off_dust", {})}
    seen = [kind for kind in KINDS if sight.counts[kind]]
    found, about = [], {"n": counted.get("photographs"), "dust": dust}
    if right := _shares(counted, "right", seen, language):
        found.append(_precision(right, counted.get("grades") or [], about, language))
    if marked := _shares(counted, "marked", KINDS, language):
        found.append(message(language, "explain-recall", parts=marked, **about))
    healthy = counted.get("healthy") or {"photographs": 0}
    if seen and (n := healthy["photographs"]):
        share = float(healthy["with_marks"]["value"])
        found.append(message(language, "explain-false_alarms", n=n, share=share, dust=dust))
    return found


def _precision(
    parts: tuple[str, ...], grades: list[int], about: Mapping[str, Any], language: str
) -> str:
    if not grades:
        return message(language, "explain-precision", parts=parts, **about)
    low, high = grades
    of_grades = {"low": low, "high": high, "parts": parts, **about}
    return message(language, "explain-precision_of_grades", **of_grades)


def _shares(
    counted: Mapping[str, Any], what: str, kinds: Iterable[str], language: str
) -> tuple[str, ...]:
    """`microaneurysms 23%`, `haemorrhages 42%` of what was counted of each kind; may be empty."""
    values = {kind: each[what]["value"] for kind, each in counted["kinds"].items() if what in each}
    return tuple(
        message(language, "explain-share_of", kind=kind, share=float(values[kind]))
        for kind in kinds if values.get(kind) is not None
    )  # fmt: skip


def sentences_of(explanation: Explanation) -> dict[str, list[str]]:
    """The sentences in every language, for the JSON report."""
    return {each: [summary(explanation, each), *remarks(explanation, each)] for each in LANGUAGES}
