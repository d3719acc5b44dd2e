"""What an explanation adds to its verdict, a sentence each: findings, then doubts."""

from collections.abc import Iterable, Mapping
from typing import Any

from drgrade.data.photos.masks import KINDS
from drgrade.explanation.evidence import Evidence
from drgrade.explanation.explain import Explanation, LesionFindings
from drgrade.explanation.words import LISTED, WORDS, sentence, signed, summary
from drgrade.icdr import (
    LIKELY_EDEMA,
    NAMES,
    PROBABILITIES,
    REFERABLE_FROM,
    is_referable,
    is_vision_threatening,
    probability_from,
)
from drgrade.locale.languages import LANGUAGES, said

MUCH_MARGIN = 0.1  # of the evidence; what lies outside the retina is told from there on


def remarks(explanation: Explanation, language: str) -> list[str]:
    """All that must be said beside the verdict: what was found, then how far to believe it."""
    return [*findings(explanation, language), *doubts(explanation, language)]


def findings(explanation: Explanation, language: str) -> list[str]:
    """What the verdict leaves open, the side, and what the lesions seen would make."""
    found = of_verdict(explanation, language)
    if (sight := explanation.sight) is None:
        return [sentence(each, language) for each in found]
    found = [*found, *of_sight(sight, language)]
    if explanation.strongest_is_unmarked:
        asks = explanation.referable or explanation.is_below_the_point
        found.append(said(WORDS, language, "unmarked" if asks else "unmarked, outweighed"))
    return [*(sentence(each, language) for each in found), *of_rule(explanation, sight, language)]


def doubts(explanation: Explanation, language: str) -> list[str]:
    """How far marks can be believed, what the grade was read off, what lies on no retina."""
    found = []
    if (sight := explanation.sight) and explanation.marks:
        found += marks_believed(explanation.marks, sight, language)
    if explanation.evidence.lesions:
        found.append(read_off(explanation.evidence, language))
    if (share := explanation.evidence_outside) >= MUCH_MARGIN:
        found.append(said(WORDS, language, "on the margin", share=f"{share:.0%}"))
    none = [] if sight else [said(WORDS, language, "no maps")]
    return [*(sentence(each, language) for each in found), *none]


def of_verdict(explanation: Explanation, language: str) -> list[str]:
    """How near the operating point the eye lies, and what asks for a referral beside it."""
    found = [said(WORDS, language, "drawn")] if explanation.drawn else []
    found += not_the_likeliest(explanation, language)
    if explanation.referable_from is not None:
        found.append(near_the_point(explanation, explanation.referable_from, language))
    if explanation.is_below_the_point:
        found.append(said(WORDS, language, "grade asks"))
    elif explanation.referable and not is_referable(explanation.grade):
        found.append(said(WORDS, language, "point asks"))
    if (p := explanation.p_dme) is not None:
        near = explanation.sight.near_fovea if explanation.sight else None
        if p >= LIKELY_EDEMA and near == 0:
            key = "edema, no marks"
        elif p < LIKELY_EDEMA and near:
            key = "marks, no edema"
        else:
            key = "edema"
        found.append(said(WORDS, language, key, p=f"{p:.2f}"))
        if p >= LIKELY_EDEMA and not explanation.referable:
            found.append(said(WORDS, language, "edema asks"))
    return found


def not_the_likeliest(explanation: Explanation, language: str) -> list[str]:
    """That another grade is likelier than the one given, where ordinal steps or cuts gave it."""
    chances = [float(explanation.row[key]) for key in PROBABILITIES]
    most = max(chances)
    if chances[explanation.grade] == most:
        return []
    return [said(WORDS, language, "not the likeliest", grade=explanation.grade,
                 p=f"{chances[explanation.grade]:.2f}", other=chances.index(most),
                 most=f"{most:.2f}")]  # fmt: skip


def of_sight(sight: LesionFindings, language: str) -> list[str]:
    """Which eye it is, what lies on dust, and what lies near the fovea."""
    found = [side(sight, language)]
    if sight.on_dust is not None:
        found.append(dust_words(len(sight.on_dust), language))
    if sight.near_fovea:
        found.append(said(WORDS, language, "near fovea", n=sight.near_fovea))
    return found


def of_rule(explanation: Explanation, sight: LesionFindings, language: str) -> list[str]:
    """What the lesions seen would make by the ICDR rule, beside the network's grade."""
    if not explanation.disagrees:
        key = "agrees" if sight.lesions else "agrees, none"
        return [sentence(said(WORDS, language, key), language)]
    made: dict[str, Any] = {"grade": sight.grade, "name": NAMES[language][sight.grade]}
    if is_vision_threatening(explanation.grade) and is_referable(sight.grade):
        return [sentence(said(WORDS, language, "seldom told", **made), language)]
    lesions = said(WORDS, language, "lesions make", **made)
    found = [said(WORDS, language, "disagrees", lesions=lesions, grade=explanation.grade)]
    if is_vision_threatening(explanation.grade):
        found.append(said(WORDS, language, "not mapped"))
    return found


def side(sight: LesionFindings, language: str) -> str:
    """Which eye it is and how that is known, or why not."""
    known = sight.landmarks
    eye = said(WORDS, language, known.eye) if known.eye else ""
    if known.disc is None:
        return said(WORDS, language, "no disc, eye" if eye else "no disc", eye=eye)
    if not eye:
        return said(WORDS, language, "disc in the middle")
    if known.disc_is_of_other_eye:
        return said(WORDS, language, "disc of the other eye", eye=eye)
    if known.fovea is None:
        return said(WORDS, language, "fovea outside", eye=eye)
    return said(WORDS, language, f"by {known.eye_by}", eye=eye)


def dust_words(n: int, language: str) -> str:
    """How many marks lie on dust of the camera."""
    plural = "s" if language == "en" and n != 1 else ""
    return said(WORDS, language, "on dust" if n else "no dust", n=n, s=plural)


def near_the_point(explanation: Explanation, threshold: float, language: str) -> str:
    """How far the probability of a referable grade lies from the point that tells."""
    p = probability_from(REFERABLE_FROM, [float(explanation.row[key]) for key in PROBABILITIES])
    return said(WORDS, language, "near the point", p=f"{p:.3f}", threshold=f"{threshold:.3f}")


def read_off(evidence: Evidence, language: str) -> str:
    """What each kind of lesion adds to the figure, where the grade is read off lesion maps."""
    parts = [said(WORDS, language, f"by {kind}", adds=signed(adds))
             for kind, adds in evidence.lesions.items()]  # fmt: skip
    words = LISTED[language].join(parts)
    return said(WORDS, language, f"read {evidence.measure}", total=signed(evidence.total),
                parts=words)  # fmt: skip


def marks_believed(marks: Mapping[str, Any], sight: LesionFindings, language: str) -> list[str]:
    """How many such marks were right, how many lesions were marked, how many healthy eyes were.

    The first of the kinds seen alone. Where marks on dust are set aside here and were there, the
    others are meant.
    """
    off = ""
    if sight.on_dust is not None:
        off = said(WORDS, language, "off dust" if "off_dust" in marks else "with dust")
        marks = {**marks, **marks.get("off_dust", {})}
    seen = [kind for kind in KINDS if sight.counts[kind]]
    grades = marks.get("grades") or []
    low, high = grades or (0, 0)
    found = []
    if right := _shares(marks, "right", seen, language):
        key = "believed, grades" if grades else "believed"
        found.append(said(WORDS, language, key, n=marks["photographs"], parts=right, low=low,
                          high=high, off=off))  # fmt: skip
    if marked := _shares(marks, "marked", KINDS, language):
        found.append(said(WORDS, language, "missed", n=marks["photographs"], parts=marked, off=off))
    healthy = marks.get("healthy") or {"photographs": 0}
    if seen and healthy["photographs"]:
        share = f"{healthy['with_marks']['value']:.0%}"
        found.append(
            said(WORDS, language, "alarms", n=healthy["photographs"], share=share, off=off)
        )
    return found


def _shares(marks: Mapping[str, Any], what: str, kinds: Iterable[str], language: str) -> str:
    """`microaneurysms 23%, haemorrhages 42%` of what was counted of each kind; may be empty."""
    values = {kind: each[what]["value"] for kind, each in marks["kinds"].items() if what in each}
    return LISTED[language].join(
        said(WORDS, language, f"right {kind}", share=f"{values[kind]:.0%}")
        for kind in kinds if values.get(kind) is not None
    )  # fmt: skip


def told(explanation: Explanation) -> dict[str, list[str]]:
    """The sentences in every language, for the JSON twin."""
    return {each: [summary(explanation, each), *remarks(explanation, each)] for each in LANGUAGES}
