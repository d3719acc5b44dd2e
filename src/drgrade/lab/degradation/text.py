"""What the lab's first figure shows, in two sentences and a table, from its figures alone."""

from collections.abc import Sequence
from typing import Any

from drgrade.lab.degradation.results import Degradation, Training
from drgrade.lab.discussion import percent, points, with_interval
from drgrade.lab.words import say_in
from drgrade.locale.catalogue import text
from drgrade.stats.estimate import Estimate


def sentences(found: Degradation, language: str) -> list[str]:
    """One sentence on the plain nets and one on the residual ones."""
    return [_sentence(found, plain, language) for plain in (True, False)]


def headline(found: Degradation, language: str) -> str:
    """Where the deepest nets end beside the shallowest, a short sentence a kind."""
    space = " " if language == "en" else ""
    return space.join(_headline(found, plain, language) for plain in (True, False))


def _headline(found: Degradation, plain: bool, language: str) -> str:
    known = _deepenings(found, plain)
    if not known:
        return _sentence(found, plain, language)
    first, last = found.depths[0], max(known)
    before, after = (found.final(depth, plain=plain).value for depth in (first, last))
    return say_in(
        language,
        "degradation_headline",
        kind=say_in(language, f"degradation_kind_{'plain' if plain else 'residual'}"),
        first=first,
        last=last,
        before=percent(before, language),
        after=percent(after, language),
        conclusion=_conclusion(known, language),
    )


def _deepenings(found: Degradation, plain: bool) -> dict[int, Estimate]:
    """Depth -> final error less that of the shallowest net, where it can be told."""
    changes = {depth: found.deepening(depth, plain=plain) for depth in found.depths[1:]}
    return {depth: change for depth, change in changes.items() if change.value is not None}


def _sentence(found: Degradation, plain: bool, language: str) -> str:
    kind = "plain" if plain else "residual"
    finals = {depth: found.final(depth, plain=plain) for depth in found.depths}
    there = {depth: final for depth, final in finals.items() if final.value is not None}
    if not there:
        return say_in(
            language, "degradation_say_none", kind=say_in(language, f"degradation_kind_{kind}_low")
        )
    errors = [
        say_in(language, "degradation_error_at", depth=depth, error=_error(final, language))
        for depth, final in there.items()
    ]
    known = _deepenings(found, plain)
    return say_in(
        language,
        "degradation_say",
        kind=say_in(language, f"degradation_kind_{kind}"),
        errors=_listed(errors, language),
        against=_against(found.depths[0], known, language),
        conclusion=_conclusion(known, language),
        gap="" if plain else _gaps(found, language),
    )


def _error(final: Estimate, language: str) -> str:
    interval = with_interval(final, 100, 1)
    return percent(final.value, language) + (f" ({interval})" if interval else "")


def _listed(parts: Sequence[str], language: str) -> str:
    """Parts as a list in words: ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return (
        say_in(language, "list_comma").join(parts[:-1])
        + say_in(language, "degradation_and")
        + parts[-1]
    )


def _against(first: int, changes: dict[int, Estimate], language: str) -> str:
    if not changes:
        return ""
    told = [
        _change("degradation_change_at", depth, change, language)
        for depth, change in changes.items()
    ]
    return say_in(language, "degradation_against", first=first, changes=_listed(told, language))


def _gaps(found: Degradation, language: str) -> str:
    gaps = {depth: found.gap(depth) for depth in found.depths}
    told = [
        _change("degradation_gap_at", depth, gap, language)
        for depth, gap in gaps.items()
        if gap.value is not None
    ]
    return say_in(language, "degradation_gap_said", gaps=_listed(told, language)) if told else ""


def _change(key: str, depth: int, change: Estimate, language: str) -> str:
    meaning = say_in(language, f"degradation_{sign(change)}", n=change.n)
    return say_in(language, key, depth=depth, difference=points(change, language), meaning=meaning)


def sign(change: Estimate) -> str:
    """`larger`, `smaller` or `unclear`, as all seeds say; `one` where there is one seed only."""
    if change.low is None or change.high is None:
        return "one"
    if change.low > 0:
        return "larger"
    return "smaller" if change.high < 0 else "unclear"


def _conclusion(changes: dict[int, Estimate], language: str) -> str:
    """What the changes with depth come to; nothing where there is none to look at.

    A depth of which one seed has finished has a say only where no other depth has more.
    """
    all_of = {depth: sign(change) for depth, change in changes.items()}
    if not all_of:
        return ""
    signs = {depth: found for depth, found in all_of.items() if found != "one"} or all_of
    worse = [str(depth) for depth, found in signs.items() if found == "larger"]
    if len(set(signs.values())) == 1:
        return say_in(language, f"degradation_ends_{next(iter(signs.values()))}")
    if worse:
        names = _listed(worse, language)
        return say_in(language, "degradation_ends_mixed", worse=names)
    return say_in(language, "degradation_ends_unclear")


def table_rows(found: Degradation, language: str) -> list[dict[str, Any]]:
    """A row a depth: final errors of both kinds, their difference, and the seeds finished."""
    return [
        {
            "depth": depth,
            "plain": percent(found.final(depth, plain=True).value, language),
            "plain_range": with_interval(found.final(depth, plain=True), 100, 1),
            "residual": percent(found.final(depth, plain=False).value, language),
            "residual_range": with_interval(found.final(depth, plain=False), 100, 1),
            "gap": points(found.gap(depth), language),
            "seeds": " / ".join(_seeds(found, depth, plain) for plain in (True, False)),
        }
        for depth in found.depths
    ]


def _seeds(found: Degradation, depth: int, plain: bool) -> str:
    net = found.net(depth, plain=plain)
    return f"{len(net.finished)}/{len(net.trainings)}" if net else "0"


def progress(found: Degradation, language: str) -> str:
    """How many trainings have finished, and which have not."""
    all_of = found.trainings
    left = [each for each in all_of if not each.is_finished]
    done = say_in(language, "degradation_done", done=len(all_of) - len(left), all=len(all_of))
    if not left:
        return done
    names = say_in(language, "list_comma").join(_left(each, language) for each in left)
    space = " " if language == "en" else ""
    return done + space + say_in(language, "degradation_left", names=names)


def _left(training: Training, language: str) -> str:
    if training.reason:
        reason = text(training.reason, language).rstrip(".")
        return say_in(language, "degradation_left_reason", name=training.name, reason=reason)
    return say_in(
        language,
        "degradation_left_one",
        name=training.name,
        done=len(training.errors),
        epochs=training.epochs,
    )
