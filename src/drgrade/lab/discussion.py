"""The lab's verdict and discussion, written from its figures and from nothing else."""

from collections.abc import Callable, Sequence

from drgrade.lab.pairs import Pair
from drgrade.lab.results import Lab, Result
from drgrade.locale.catalogue import SPACE, message, text
from drgrade.stats.estimate import Estimate

MINUS = "\N{MINUS SIGN}"
OVERFIT = 0.05  # train accuracy above test accuracy by more than this, and than chance, is said
FEW_STEPS = 6_400  # a tenth of those that He et al. (2016, section 4.2) train from scratch for


def percent(share: float | None, language: str = "en", digits: int = 1) -> str:
    """A share as a person reads it: ``75.1 %``."""
    if share is None:
        return message(language, "page-not_available")
    return f"{100 * share:.{digits}f}\N{NO-BREAK SPACE}%"


def points(difference: Estimate, language: str = "en") -> str:
    """A difference of shares in points with its interval: ``+1.2 (−3.0 to +5.1)``."""
    return _signed(difference, 100.0, 1, language)


def plain_difference(difference: Estimate, language: str = "en") -> str:
    """A difference of scores with its interval: ``+0.12 (−0.03 to +0.25)``."""
    return _signed(difference, 1.0, 2, language)


def _signed(found: Estimate, scale: float, digits: int, language: str) -> str:
    def shown(number: float) -> str:
        return f"{scale * number:+.{digits}f}".replace("-", MINUS)

    if found.value is None:
        return message(language, "page-not_available")
    if found.low is None or found.high is None:
        return shown(found.value)
    range_ = message(language, "page-range", low=shown(found.low), high=shown(found.high))
    return f"{shown(found.value)} ({range_})"


def with_interval(found: Estimate, scale: float = 1.0, digits: int = 2) -> str:
    """The interval alone: ``69.0–80.4``; empty where there is none."""
    if found.value is None or found.low is None or found.high is None:
        return ""
    low, high = (
        f"{scale * number:.{digits}f}".replace("-", MINUS) for number in (found.low, found.high)
    )
    return f"{low}\N{EN DASH}{high}"


def direction(difference: Estimate | None) -> str:
    """`better`, `worse` or `same`, as the interval of a difference says; `unknown` without one.

    An interval without width is of one patient: it says nothing of others.
    """
    if difference is None or difference.low is None or difference.high is None:
        return "unknown"
    if difference.low == difference.high:
        return "same"
    if difference.low > 0:
        return "better"
    return "worse" if difference.high < 0 else "same"


def verdict(lab: Lab, language: str) -> str:
    """The page in a sentence or two: the cell chosen on tune against the trivial baselines."""
    if not lab.finished:
        return message(language, "lab-verdict_none")
    chosen = lab.chosen
    found = [_on_chosen(lab, chosen, language) if chosen
             else message(language, "lab-verdict_unscored")]  # fmt: skip
    if chosen is not None and chosen.is_unchosen:
        found.append(message(language, "lab-verdict_last"))
    if collapsed := sum(cell.is_collapsed for cell in lab.finished):
        numbers = {"collapsed": collapsed, "finished": len(lab.finished)}
        found.append(message(language, "lab-verdict_collapsed", **numbers))
    return SPACE[language].join([*found, *on_few_steps(lab, language)])


def _on_chosen(lab: Lab, chosen: Result, language: str) -> str:
    assert chosen.honest is not None, "what is chosen has finished"
    names = ["always_0", *([lab.other.name] if lab.other else [])]
    return message(
        language,
        f"lab-verdict_{_verdict_key(lab, chosen)}",
        cell=chosen.name,
        accuracy=percent(chosen.honest.accuracy.value, language),
        zero=percent(_floor_accuracy(lab, "always_0"), language),
        other=percent(lab.other.accuracy.value if lab.other else None, language),
        baselines=tuple(_with_accuracy(lab, name, language) for name in names),
    )


def _verdict_key(lab: Lab, chosen: Result) -> str:
    against_zero = direction(chosen.over_zero)
    if against_zero == "worse":
        return "below"
    if against_zero != "better":
        return "no_better"
    if lab.other is None or direction(chosen.over_other) == "better":
        return "beats_all"
    return "beats_zero"


def _floor_accuracy(lab: Lab, name: str) -> float | None:
    return next(floor.accuracy.value for floor in lab.floors if floor.name == name)


def _with_accuracy(lab: Lab, name: str, language: str) -> str:
    words = message(language, f"page-baseline_{name}")
    accuracy = percent(_floor_accuracy(lab, name), language)
    return message(language, "lab-with_figure", what=words, figure=accuracy)


def on_few_steps(lab: Lab, language: str) -> list[str]:
    """Of each cell that collapsed from scratch after few steps, that it might have learned."""
    photos, found = sum(lab.counts["train"]), []
    for cell in lab.finished:
        epochs = len(cell.history)
        steps = epochs * -(-photos // cell.settings["batch"])
        if cell.is_collapsed and cell.settings["start"] == "random" and steps < FEW_STEPS:
            found.append(message(language, "lab-few_steps", cell=cell.name, steps=steps,
                                 photos=photos, epochs=epochs))  # fmt: skip
    return found


def discussion(lab: Lab, language: str) -> list[str]:
    """Paragraphs, each written from figures of this lab; what cannot be said is left out."""
    writers: list[Callable[[Lab, str], list[str]]] = [
        _on_collapse, _on_floors, _on_choice, _on_leak, _on_pairs, _on_fit, _on_imbalance, _on_few,
        _on_their_report, _on_empty,
    ]  # fmt: skip
    return [each for writer in writers for each in writer(lab, language)]


def _on_collapse(lab: Lab, language: str) -> list[str]:
    if not lab.finished:
        return []
    names = [cell.name for cell in lab.finished if cell.is_collapsed]
    if not names:
        return [message(language, "lab-talk_no_collapse", finished=len(lab.finished))]
    found = message(language, "lab-talk_collapse", names=tuple(names))
    return [SPACE[language].join([found, *on_few_steps(lab, language)])]


def _on_floors(lab: Lab, language: str) -> list[str]:
    cell, other = lab.chosen, lab.other
    if cell is None or cell.over_zero is None or cell.over_other is None:
        return []
    over_zero = message(
        language,
        "lab-talk_over_zero",
        cell=cell.name,
        zero=percent(_floor_accuracy(lab, "always_0"), language),
        difference=points(cell.over_zero, language),
        meaning=_meaning("accuracy", cell.over_zero, language),
    )
    if other is None or cell.over_other.value is None:
        return [over_zero]
    qwk = other.qwk.value
    over_other = message(
        language,
        "lab-talk_over_other",
        other=percent(other.accuracy.value, language),
        other_qwk=message(language, "page-not_available") if qwk is None else f"{qwk:.2f}",
        difference=points(cell.over_other, language),
        meaning=_meaning("accuracy", cell.over_other, language),
    )
    return [over_zero, over_other]


def _meaning(score: str, difference: Estimate, language: str) -> str:
    found = direction(difference)
    if found == "unknown":
        return message(language, "lab-no_interval", reason=difference.reason or "")
    return message(language, f"lab-meaning_{score}_{found}")


def _on_choice(lab: Lab, language: str) -> list[str]:
    """What choosing on test added, apart for cells whose epoch tune chose and for the others."""
    keys = {"lab-talk_chance": False, "lab-talk_chance_last": True}
    found = []
    for key, is_unchosen in keys.items():
        gains = _gains([cell for cell in lab.finished if cell.is_unchosen == is_unchosen])
        if gains:
            numbers = {"gain": sum(gains) / len(gains), "least": min(gains), "most": max(gains)}
            shown = {name: f"{100 * value:.1f}" for name, value in numbers.items()}
            found.append(message(language, key, **shown))
    return found


def _gains(cells: Sequence[Result]) -> list[float]:
    """How much higher the highest test accuracy of each cell is than that of its own epoch."""
    return [
        cell.highest.accuracy.value - cell.honest.accuracy.value
        for cell in cells
        if cell.highest and cell.honest
        and cell.highest.accuracy.value is not None and cell.honest.accuracy.value is not None
    ]  # fmt: skip


def _on_leak(lab: Lab, language: str) -> list[str]:
    if lab.leaked_share is None:
        return [message(language, "lab-talk_leak_unknown")]
    if lab.leaked_share == 0:
        return [message(language, "lab-talk_no_leak")]
    return [message(language, "lab-talk_leak", share=percent(lab.leaked_share, language))]


def _on_pairs(lab: Lab, language: str) -> list[str]:
    found = [_on_pair(lab, pair, language) for pair in lab.pairs]
    return found + [
        message(language, "lab-talk_unlike", first=each.first, second=each.second,
                settings=each.settings)
        for each in lab.unlike
    ]  # fmt: skip


def _on_pair(lab: Lab, pair: Pair, language: str) -> str:
    first, second = lab.cell(pair.first), lab.cell(pair.second)
    assert first is not None, "a pair is of cells of its lab"
    assert second is not None, "a pair is of cells of its lab"
    about = {
        "network": network_name(first.settings["network"]),
        "start": message(language, f"lab-start_{first.settings['start']}"),
        "small": first.settings["size"],
        "large": second.settings["size"],
    }
    return message(
        language,
        f"lab-talk_{pair.kind}",
        **about,
        difference=points(pair.accuracy, language),
        difference_qwk=plain_difference(pair.qwk, language),
        meaning=_meaning("qwk", pair.qwk, language),
    )


def _on_fit(lab: Lab, language: str) -> list[str]:
    cell = lab.chosen
    last = cell.history[-1] if cell and cell.history else {}
    train, test = last.get("train_accuracy"), last.get("test_accuracy")
    if cell is None or train is None or test is None:
        return []
    is_beyond = cell.honest is not None and train > (cell.honest.accuracy.high or 0.0)
    meaning = "over" if train - test > OVERFIT and is_beyond else "even"
    shown = {"train": percent(train, language), "test": percent(test, language)}
    says = message(language, f"lab-fit_{meaning}")
    return [message(language, "lab-talk_fit", cell=cell.name, meaning=says, **shown)]


def _on_imbalance(lab: Lab, language: str) -> list[str]:
    counts = lab.counts["test"]
    share = max(counts) / max(sum(counts), 1)
    if share <= 0.5:
        return []
    grade = counts.index(max(counts))
    return [message(language, "lab-talk_imbalance", share=percent(share, language), grade=grade)]


def _on_few(lab: Lab, language: str) -> list[str]:
    cell = lab.chosen
    if cell is None or cell.honest is None:
        return []
    found = cell.honest.accuracy
    if found.low is None or found.high is None or found.high - found.low < 0.05:
        return []
    width = f"{50 * (found.high - found.low) * 2**0.5:.0f}"
    return [message(language, "lab-talk_few", n=found.n, width=width)]


def _on_their_report(lab: Lab, language: str) -> list[str]:
    is_theirs = lab.provenance.source == "lab3"
    return [message(language, "lab-talk_their_report")] if is_theirs else []


def _on_empty(lab: Lab, language: str) -> list[str]:
    return [message(language, "lab-talk_empty", name=cell.name,
                    reason=text(cell.reason, language).rstrip("."))
            for cell in lab.cells if cell.reason]  # fmt: skip


def network_name(network: str) -> str:
    """A network as its paper writes it."""
    known = {"efficientnet_lite0": "EfficientNet-Lite0"}
    return known.get(network, network.replace("resnet", "ResNet"))
