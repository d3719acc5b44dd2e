"""What an explanation says in sentences, in English and Traditional Chinese."""

from drgrade.data.photos.masks import KINDS
from drgrade.errors import choose
from drgrade.explanation.explain import Explanation, LesionFindings
from drgrade.icdr import NAMES
from drgrade.locale.catalogue import message


def lesion_words(kind: str, n: int, language: str) -> str:
    """`12 microaneurysms`."""
    return message(language, f"explain-count_{kind}", n=n)


def grade_words(grade: int, language: str) -> str:
    """`grade 2 (moderate NPDR)`."""
    name = choose(NAMES, language, "language")[grade]
    return message(language, "explain-grade", grade=grade, name=name)


def headline(explanation: Explanation, language: str) -> str:
    """The grade and whether it is referable, and by what; where the two disagree, that."""
    key = "explain-verdict_by_point" if explanation.by_point else "explain-verdict"
    says = "explain-referable" if explanation.referable else "explain-not_referable"
    if explanation.is_below_the_point:
        key, says = "explain-verdict", "explain-below_the_point"
    grade = grade_words(explanation.grade, language)
    return message(language, key, grade=grade, says=message(language, says))


def lesions_seen(sight: LesionFindings, language: str) -> str:
    """`12 microaneurysms, 3 haemorrhages, all in one quadrant (superior temporal)`."""
    kinds = [kind for kind in KINDS if sight.counts[kind]]
    if not kinds:
        return message(language, "explain-no_lesions")
    lesions = tuple(lesion_words(kind, sight.counts[kind], language) for kind in kinds)
    if (found := sight.quadrants) is None:
        return message(language, "explain-lesions", lesions=lesions)
    if len(found) > 1:
        return message(language, "explain-lesions_in_quadrants", lesions=lesions, n=len(found))
    is_one, (quadrant,) = len(sight.lesions) == 1, found
    key = "explain-lesion_in_quadrant" if is_one else "explain-lesions_in_quadrant"
    return message(language, key, lesions=lesions, quadrant=quadrant)


def detected(sight: LesionFindings, language: str) -> str:
    """The lesions seen, as a sentence."""
    words = message(language, "explain-detected", lesions=lesions_seen(sight, language))
    return capitalised(words)


def summary(explanation: Explanation, language: str) -> str:
    """One sentence: the lesions seen and the grade.

    Raises:
        UnknownNameError: a language the sentences are not written in.
    """
    verdict = headline(explanation, language)
    if explanation.sight is None:
        return capitalised(message(language, "explain-summary_alone", verdict=verdict))
    seen = lesions_seen(explanation.sight, language)
    return capitalised(message(language, "explain-summary", seen=seen, verdict=verdict))


def capitalised(words: str) -> str:
    """Words with a capital first letter."""
    return words[:1].upper() + words[1:]


def signed(figure: float) -> str:
    """`+1.20`, with a true minus."""
    return f"{figure:+.2f}".replace("-", "\N{MINUS SIGN}")
