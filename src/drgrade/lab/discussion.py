"""The lab's verdict and discussion, written from its figures and from nothing else."""

from collections.abc import Callable, Sequence

from drgrade.lab.pairs import Pair
from drgrade.lab.results import Lab, Result
from drgrade.lab.words import START_WORDS, say_in
from drgrade.locale.catalogue import text
from drgrade.stats.estimate import Estimate

MINUS = "\N{MINUS SIGN}"
OVERFIT = 0.05  # train accuracy above test accuracy by more than this, and than chance, is said


def percent(share: float | None, language: str = "en", digits: int = 1) -> str:
    """A share as a person reads it: ``75.1 %``."""
    if share is None:
        return say_in(language, "n_a")
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
        return say_in(language, "n_a")
    if found.low is None or found.high is None:
        return shown(found.value)
    to = say_in(language, "to")
    return f"{shown(found.value)} ({shown(found.low)} {to} {shown(found.high)})"


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
    """The page in a sentence or two: the cell chosen on tune against the floors."""
    if not lab.finished:
        return say_in(language, "verdict_none")
    chosen = lab.chosen
    told = [_on_chosen(lab, chosen, language) if chosen else say_in(language, "verdict_unscored")]
    if chosen is not None and chosen.is_unchosen:
        told.append(say_in(language, "verdict_last"))
    if collapsed := sum(cell.is_collapsed for cell in lab.finished):
        numbers = {"collapsed": collapsed, "finished": len(lab.finished)}
        told.append(say_in(language, "verdict_collapsed", **numbers))
    return (" " if language == "en" else "").join(told)


def _on_chosen(lab: Lab, chosen: Result, language: str) -> str:
    assert chosen.honest is not None, "what is chosen has finished"
    zero = percent(_floor_accuracy(lab, "always_0"), language)
    other = percent(lab.other.accuracy.value if lab.other else None, language)
    return say_in(
        language,
        _verdict_key(lab, chosen),
        cell=chosen.name,
        accuracy=percent(chosen.honest.accuracy.value, language),
        zero=zero,
        other=other,
        floors=_floors_said(lab, zero, other, language),
    )


def _verdict_key(lab: Lab, chosen: Result) -> str:
    against_zero = direction(chosen.over_zero)
    if against_zero == "worse":
        return "verdict_below"
    if against_zero != "better":
        return "verdict_no_better"
    if lab.other is None or direction(chosen.over_other) == "better":
        return "verdict_beats_all"
    return "verdict_beats_zero"


def _floor_accuracy(lab: Lab, name: str) -> float | None:
    return next(floor.accuracy.value for floor in lab.floors if floor.name == name)


def floor_word(name: str) -> str:
    """The key of a floor's words."""
    return {
        "always_0": "floor_zero",
        "majority": "floor_majority",
        "other_eye": "floor_other_eye",
        "train_other_eye": "floor_other_train",
    }[name]


def _floors_said(lab: Lab, zero: str, other: str, language: str) -> str:
    told = [f"{_lowered(say_in(language, 'floor_zero'), language)} ({zero})"]
    if lab.other is not None:
        words = say_in(language, floor_word(lab.other.name))
        told.append(f"{_lowered(words, language)} ({other})")
    return say_in(language, "and").join(told)


def _lowered(text: str, language: str) -> str:
    return text[0].lower() + text[1:] if language == "en" else text


def discussion(lab: Lab, language: str) -> list[str]:
    """Paragraphs, each written from figures of this lab; what cannot be said is left out."""
    writers: list[Callable[[Lab, str], list[str]]] = [
        _on_collapse, _on_floors, _on_choice, _on_leak, _on_pairs, _on_fit, _on_imbalance, _on_few,
        _on_their_report, _on_empty,
    ]  # fmt: skip
    return [told for writer in writers for told in writer(lab, language)]


def _on_collapse(lab: Lab, language: str) -> list[str]:
    if not lab.finished:
        return []
    names = [cell.name for cell in lab.finished if cell.is_collapsed]
    if not names:
        return [say_in(language, "talk_no_collapse", finished=len(lab.finished))]
    joined = say_in(language, "list_comma").join(names)
    return [say_in(language, "talk_collapse", names=joined)]


def _on_floors(lab: Lab, language: str) -> list[str]:
    cell = lab.chosen
    if cell is None or cell.over_zero is None or cell.over_other is None:
        return []
    told = say_in(
        language,
        "talk_floor_zero",
        cell=cell.name,
        zero=percent(_floor_accuracy(lab, "always_0"), language),
        difference=points(cell.over_zero, language),
        meaning=_meaning("means", cell.over_zero, language),
    )
    if lab.other is None or cell.over_other.value is None:
        return [told]
    qwk = lab.other.qwk.value
    return [
        told,
        say_in(
            language,
            "talk_floor_other",
            other=percent(lab.other.accuracy.value, language),
            other_qwk=say_in(language, "n_a") if qwk is None else f"{qwk:.2f}",
            difference=points(cell.over_other, language),
            meaning=_meaning("means", cell.over_other, language),
        ),
    ]


def _meaning(kind: str, difference: Estimate, language: str) -> str:
    found = direction(difference)
    if found == "unknown":
        return say_in(language, "pair_unknown", reason=text(difference.reason, language))
    return say_in(language, f"{kind}_{found}")


def _on_choice(lab: Lab, language: str) -> list[str]:
    """What choosing on test added, apart for cells whose epoch tune chose and for the others."""
    keys = {"talk_chance": False, "talk_chance_last": True}
    told = []
    for key, is_unchosen in keys.items():
        gains = _gains([cell for cell in lab.finished if cell.is_unchosen == is_unchosen])
        if gains:
            numbers = {"gain": sum(gains) / len(gains), "least": min(gains), "most": max(gains)}
            shown = {name: f"{100 * value:.1f}" for name, value in numbers.items()}
            told.append(say_in(language, key, **shown))
    return told


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
        return [say_in(language, "talk_leak_unknown")]
    if lab.leaked_share == 0:
        return [say_in(language, "talk_no_leak")]
    return [say_in(language, "talk_leak", share=percent(lab.leaked_share, language))]


def _on_pairs(lab: Lab, language: str) -> list[str]:
    told = [_on_pair(lab, pair, language) for pair in lab.pairs]
    comma = say_in(language, "list_comma")
    return told + [
        say_in(language, "talk_unlike", first=each.first, second=each.second,
               settings=comma.join(each.settings))
        for each in lab.unlike
    ]  # fmt: skip


def _on_pair(lab: Lab, pair: Pair, language: str) -> str:
    first, second = lab.cell(pair.first), lab.cell(pair.second)
    assert first is not None, "a pair is of cells of its lab"
    assert second is not None, "a pair is of cells of its lab"
    return say_in(
        language,
        f"talk_{pair.kind}",
        network=network_name(first.settings["network"]),
        start=say_in(language, START_WORDS[first.settings["start"]]),
        small=first.settings["size"],
        large=second.settings["size"],
        difference=points(pair.accuracy, language),
        difference_qwk=plain_difference(pair.qwk, language),
        meaning=_meaning("pair", pair.qwk, language),
    )


def _on_fit(lab: Lab, language: str) -> list[str]:
    cell = lab.chosen
    last = cell.history[-1] if cell and cell.history else {}
    train, test = last.get("train_accuracy"), last.get("test_accuracy")
    if cell is None or train is None or test is None:
        return []
    is_beyond = cell.honest is not None and train > (cell.honest.accuracy.high or 0.0)
    meaning = "fit_over" if train - test > OVERFIT and is_beyond else "fit_even"
    return [
        say_in(
            language,
            "talk_fit",
            cell=cell.name,
            train=percent(train, language),
            test=percent(test, language),
            meaning=say_in(language, meaning),
        )
    ]


def _on_imbalance(lab: Lab, language: str) -> list[str]:
    counts = lab.counts["test"]
    share = max(counts) / max(sum(counts), 1)
    if share <= 0.5:
        return []
    grade = counts.index(max(counts))
    return [say_in(language, "talk_imbalance", share=percent(share, language), grade=grade)]


def _on_few(lab: Lab, language: str) -> list[str]:
    cell = lab.chosen
    if cell is None or cell.honest is None:
        return []
    found = cell.honest.accuracy
    if found.low is None or found.high is None or found.high - found.low < 0.05:
        return []
    width = f"{50 * (found.high - found.low) * 2**0.5:.0f}"
    return [say_in(language, "talk_few", n=found.n, width=width)]


def _on_their_report(lab: Lab, language: str) -> list[str]:
    return [say_in(language, "talk_their_report")] if lab.provenance.source == "lab3" else []


def _on_empty(lab: Lab, language: str) -> list[str]:
    return [
        say_in(
            language,
            "talk_empty",
            name=cell.name,
            reason=text(cell.reason, language).rstrip("."),
        )
        for cell in lab.cells
        if cell.reason
    ]


def network_name(network: str) -> str:
    """A network as its paper writes it."""
    known = {"efficientnet_lite0": "EfficientNet-Lite0"}
    return known.get(network, network.replace("resnet", "ResNet"))
