"""What the lab's first figure shows, in two paragraphs and a table, from its figures alone."""

from typing import Any

from drgrade.lab.degradation.results import Degradation, Training
from drgrade.lab.discussion import percent, points, with_interval
from drgrade.locale.catalogue import SPACE, message, text
from drgrade.stats.estimate import Estimate

PLAIN = "plain"
KINDS = (PLAIN, "residual")


def sentences(found: Degradation, language: str) -> list[str]:
    """What the plain nets show, and what the residual ones do."""
    return [_sentences(found, kind, language) for kind in KINDS]


def headline(found: Degradation, language: str) -> str:
    """Where the deepest nets end beside the shallowest, a short sentence a kind."""
    return SPACE[language].join(_headline(found, kind, language) for kind in KINDS)


def _headline(found: Degradation, kind: str, language: str) -> str:
    known = _deepenings(found, kind)
    if not known:
        return _sentences(found, kind, language)
    first, last = found.depths[0], max(known)
    before, after = (found.final(depth, plain=kind == PLAIN).value for depth in (first, last))
    ends = {"before": percent(before, language), "after": percent(after, language)}
    says = message(language, "degradation-headline", kind=kind, first=first, last=last, **ends)
    return SPACE[language].join([says, *_conclusion(known, language)])


def _deepenings(found: Degradation, kind: str) -> dict[int, Estimate]:
    """Depth -> final error less that of the shallowest net, where both are known."""
    changes = {depth: found.deepening(depth, plain=kind == PLAIN) for depth in found.depths[1:]}
    return _known(changes)


def _known(found: dict[int, Estimate]) -> dict[int, Estimate]:
    return {depth: each for depth, each in found.items() if each.value is not None}


def _sentences(found: Degradation, kind: str, language: str) -> str:
    finals = {depth: found.final(depth, plain=kind == PLAIN) for depth in found.depths}
    errors = tuple(
        message(language, "degradation-error_at", depth=depth, error=_error(final, language))
        for depth, final in _known(finals).items()
    )
    if not errors:
        return message(language, "degradation-no_errors", kind=kind)
    changes = _deepenings(found, kind)
    says = [message(language, "degradation-errors", kind=kind, errors=errors)]
    if changes:
        against = {"first": found.depths[0], "changes": _changes(changes, language)}
        says.append(message(language, "degradation-against", **against))
    says += _conclusion(changes, language)
    if kind != PLAIN and (gaps := _known({depth: found.gap(depth) for depth in found.depths})):
        says.append(message(language, "degradation-gaps", gaps=_changes(gaps, language)))
    return SPACE[language].join(says)


def _error(final: Estimate, language: str) -> str:
    interval = with_interval(final, 100, 1)
    return percent(final.value, language) + (f" ({interval})" if interval else "")


def _changes(changes: dict[int, Estimate], language: str) -> tuple[str, ...]:
    return tuple(
        message(
            language,
            "degradation-change_at",
            depth=depth,
            difference=points(change, language),
            meaning=message(language, f"degradation-sign_{sign(change)}", n=change.n),
        )
        for depth, change in changes.items()
    )


def sign(change: Estimate) -> str:
    """`larger`, `smaller` or `unclear`, as all seeds say; `one` where there is one seed only."""
    if change.low is None or change.high is None:
        return "one"
    if change.low > 0:
        return "larger"
    return "smaller" if change.high < 0 else "unclear"


def _conclusion(changes: dict[int, Estimate], language: str) -> list[str]:
    """What the changes with depth come to; nothing where there is none to look at.

    A depth of which one seed has finished has a say only where no other depth has more.
    """
    all_of = {depth: sign(change) for depth, change in changes.items()}
    if not all_of:
        return []
    signs = {depth: found for depth, found in all_of.items() if found != "one"} or all_of
    worse = tuple(str(depth) for depth, found in signs.items() if found == "larger")
    if len(set(signs.values())) == 1:
        return [message(language, f"degradation-ends_{next(iter(signs.values()))}")]
    if worse:
        return [message(language, "degradation-ends_mixed", worse=worse)]
    return [message(language, "degradation-ends_unclear")]


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
    done = message(language, "degradation-done", done=len(all_of) - len(left), all=len(all_of))
    if not left:
        return done
    names = tuple(_left(each, language) for each in left)
    return SPACE[language].join([done, message(language, "degradation-left", names=names)])


def _left(training: Training, language: str) -> str:
    if training.reason:
        reason = text(training.reason, language).rstrip(".")
        return message(language, "degradation-left_reason", name=training.name, reason=reason)
    counts = {"done": len(training.errors), "epochs": training.epochs}
    return message(language, "degradation-left_one", name=training.name, **counts)
