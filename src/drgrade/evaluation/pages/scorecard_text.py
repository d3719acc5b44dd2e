"""A scorecard in words: the verdict, figures with their intervals, the names of endpoints."""

from functools import partial

from drgrade.evaluation.ledger import Looks
from drgrade.evaluation.scorecard.evaluation import Detection, Evaluation
from drgrade.locale.catalogue import message
from drgrade.stats.estimate import Estimate


def verdict(judgement: Evaluation, language: str = "en") -> str:
    """The scorecard in one sentence."""
    t = partial(message, language)
    errors = [check for check in judgement.warnings if check.level == "E"]
    if errors:
        return t("scorecard-verdict_error", n=len(errors))
    trivial = next((check for check in judgement.warnings if check.code == "W01"), None)
    if trivial is not None and trivial.values["what"] != "one_grade":
        return t(f"scorecard-verdict_{trivial.values['what']}")
    main = judgement.detection()
    about = {
        "level": t(f"page-level_{judgement.primary}"),
        "endpoint": endpoint_name(main, language),
    }
    for side, found in (("positives", main.primary.sensitivity),
                        ("negatives", main.primary.specificity)):  # fmt: skip
        if found.value is None:
            return t(f"scorecard-verdict_no_{side}", **about)
    shares = {
        "sens": _with_ci(main.primary.sensitivity, language),
        "spec": percent(main.primary.specificity, language),
    }
    return t("scorecard-verdict", **about, **shares)


def _with_ci(found: Estimate, language: str) -> str:
    """An estimate in per cent whose interval says what it is; those after it need not."""
    value, _, ci = percent(found, language).partition(" (")
    return message(language, "page-with_ci", value=value, ci=ci.rstrip(")")) if ci else value


def looks_text(looks: Looks | None, language: str = "en") -> str:
    """How often models were evaluated on the test set, as the ledger counts."""
    if looks is None:
        return message(language, "page-not_available")
    counts = {"number": looks.number, "models": looks.models}
    text = message(language, "scorecard-looks_text", **counts)
    if not looks.problem:
        return text
    return message(language, "scorecard-looks_lost", text=text, problem=looks.problem)


def heading(judgement: Evaluation, language: str = "en") -> str:
    """The title of the report; a leak that the set's source declares is part of it."""
    plain = message(language, "scorecard-title")
    leaks = judgement.leak_declared and judgement.leaked_share > 0
    return message(language, "scorecard-title_leak", title=plain) if leaks else plain


def endpoint_name(detection: Detection, language: str = "en") -> str:
    """What is looked for; referable disease without macular edema says so."""
    name = detection.endpoint.name
    alone = name == "referable" and not detection.endpoint.with_dme
    return message(language, f"page-endpoint_{f'{name}_no_dme' if alone else name}")


def percent(found: Estimate, language: str = "en") -> str:
    """An estimate in per cent with its interval, or n/a."""
    return _said(found, 100.0, 1, " %", language)


def number(found: Estimate, language: str = "en") -> str:
    """An estimate with three digits and its interval, or n/a."""
    return _said(found, 1.0, 3, "", language)


def points(gap: float | None, language: str = "en") -> str:
    """A difference of two shares in signed points, or n/a."""
    if gap is None:
        return message(language, "page-not_available")
    return f"{100 * gap:+.1f}".replace("-", "\N{MINUS SIGN}")


def p_value(p: float | None, language: str = "en", *, sign: bool = False) -> str:
    """A p value with two digits (after = or < where `sign`), or n/a."""
    if p is None:
        return message(language, "page-not_available")
    return "< 0.001" if p < 0.001 else f"= {p:.2g}" if sign else f"{p:.2g}"


def _said(found: Estimate, scale: float, digits: int, unit: str, language: str) -> str:
    if found.value is None:
        return message(language, "page-not_available")
    value = f"{found.value * scale:.{digits}f}{unit}"
    if found.low is None or found.high is None:
        return value
    low, high = (f"{bound * scale:.{digits}f}" for bound in (found.low, found.high))
    dashed = f"{low}\N{EN DASH}{high}"
    range_ = message(language, "page-range", low=low, high=high) if low.startswith("-") else dashed
    return f"{value} ({range_})"
