"""A judgement in words: the verdict, figures with their intervals, the names of endpoints."""

from functools import partial

from drgrade.evaluation.ledger import Looks
from drgrade.evaluation.pages.scorecard_words import tell
from drgrade.evaluation.scorecard.evaluation import Detection, Evaluation
from drgrade.stats.estimate import Estimate


def verdict(judgement: Evaluation, language: str = "en") -> str:
    """The judgement in one sentence."""
    t = partial(tell, language)
    errors = [check for check in judgement.warnings if check.level == "E"]
    if errors:
        return t("verdict_error", count=len(errors))
    trivial = next((check for check in judgement.warnings if check.code == "W01"), None)
    if trivial is not None and trivial.values["what"] != "one_grade":
        return t(f"verdict_{trivial.values['what']}")
    main = judgement.detection()
    for side, found in (("positives", main.primary.sensitivity),
                        ("negatives", main.primary.specificity)):  # fmt: skip
        if found.value is None:
            return t(f"verdict_no_{side}", level=t(judgement.primary),
                     endpoint=endpoint_name(main, language))  # fmt: skip
    return t(
        "verdict",
        level=t(judgement.primary),
        endpoint=endpoint_name(main, language),
        sens=percent(main.primary.sensitivity, language),
        spec=percent(main.primary.specificity, language),
    )


def looks_text(looks: Looks | None, language: str = "en") -> str:
    """How often the test set was looked at, as the ledger counts."""
    if looks is None:
        return tell(language, "n_a")
    text = tell(language, "looks_text", number=looks.number, models=looks.models)
    if not looks.problem:
        return text
    return tell(language, "looks_lost", text=text, problem=looks.problem)


def heading(judgement: Evaluation, language: str = "en") -> str:
    """The title of the report; a leak that the set's source declares is part of it."""
    plain = tell(language, "title")
    leaks = judgement.leak_declared and judgement.leaked_share > 0
    return tell(language, "title_leak", title=plain) if leaks else plain


def endpoint_name(detection: Detection, language: str = "en") -> str:
    """What is looked for; referable disease without macular edema says so."""
    name = detection.endpoint.name
    alone = name == "referable" and not detection.endpoint.with_dme
    return tell(language, "referable_no_dme" if alone else name)


def percent(found: Estimate, language: str = "en") -> str:
    """An estimate in per cent with its interval, or n/a."""
    return _said(found, 100.0, 1, " %", language)


def number(found: Estimate, language: str = "en") -> str:
    """An estimate with three digits and its interval, or n/a."""
    return _said(found, 1.0, 3, "", language)


def points(gap: float | None, language: str = "en") -> str:
    """A difference of two shares in signed points, or n/a."""
    return (
        tell(language, "n_a") if gap is None else f"{100 * gap:+.1f}".replace("-", "\N{MINUS SIGN}")
    )


def p_value(p: float | None, language: str = "en", *, sign: bool = False) -> str:
    """A p value with two digits (after = or < where `sign`), or n/a."""
    if p is None:
        return tell(language, "n_a")
    return "< 0.001" if p < 0.001 else f"= {p:.2g}" if sign else f"{p:.2g}"


def _said(found: Estimate, scale: float, digits: int, unit: str, language: str) -> str:
    if found.value is None:
        return tell(language, "n_a")
    value = f"{found.value * scale:.{digits}f}{unit}"
    if found.low is None or found.high is None:
        return value
    low, high = (f"{bound * scale:.{digits}f}" for bound in (found.low, found.high))
    between = tell(language, "to") if low.startswith("-") else "\N{EN DASH}"
    return f"{value} ({low}{between}{high})"
