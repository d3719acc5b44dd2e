"""A comparison as one self-contained page, its JSON report and a figure."""

from functools import partial
from pathlib import Path

from drgrade.evaluation.comparison.paired import METRICS, Comparison, Entry
from drgrade.evaluation.comparison.pooling import of_seeds
from drgrade.evaluation.pages.figures import draw_intervals, svg_of, write_figure
from drgrade.evaluation.pages.frame import (
    LANGUAGE_CODES,
    PAGE,
    TWIN,
    environment,
    remove_earlier,
    versions,
)
from drgrade.evaluation.pages.scorecard_text import number, p_value
from drgrade.locale.catalogue import message
from drgrade.runtime.files import write_json, write_text

TEMPLATE = "compare.html.j2"
FORMAT = 2  # 1 had sentences where reasons and methods now have code, values and text


def write_comparison(
    found: Comparison, folder: Path, *, command: str, language: str = "en"
) -> Path:
    """Write `report.html`, `report.json` and `figures/qwk`; returns the page's path.

    A report of ours that lies there is replaced, with its figures and its summary.

    Raises:
        UnknownNameError: a language the page is not written in.
    """
    from markupsafe import Markup

    called = names_in(found, language)
    shown = {called[entry.name]: entry.scores["qwk"] for entry in found.entries}
    figure = draw_intervals(shown, axis="QWK", language=language)
    remove_earlier(folder, {"qwk"})
    drawn = write_figure(figure, folder / "figures" / "qwk")[1]
    about = {"format": FORMAT, "command": command, "versions": versions()}
    write_json(folder / TWIN, about | {"verdict": verdict(found, language)} | found.as_json())
    page = environment().get_template(TEMPLATE).render(
        c=found,
        t=partial(message, language),
        called=called,
        lang=LANGUAGE_CODES[language],
        metrics=METRICS,
        verdict=verdict(found, language),
        number=partial(number, language=language),
        p_value=partial(p_value, language=language, sign=True),
        drawing=Markup(svg_of(drawn)),
        command=command,
        versions=", ".join(f"{key} {value}" for key, value in versions().items()),
    )  # fmt: skip
    write_text(folder / PAGE, page)
    return folder / PAGE


def names_in(found: Comparison, language: str) -> dict[str, str]:
    """What each grader is called in a language: of several seeds the number is said in it."""
    return {entry.name: _name_in(entry, language) for entry in found.entries}


def _name_in(entry: Entry, language: str) -> str:
    n = len(entry.tables)
    recipe = entry.name.removesuffix(of_seeds("", n))
    if n == 1 or recipe == entry.name:
        return entry.name
    return message(language, "compare-seeds", name=recipe, n=n)


def verdict(found: Comparison, language: str = "en") -> str:
    """Which grader has the highest QWK, and whether it is significantly higher."""
    t, called = partial(message, language), names_in(found, language)
    known = [entry for entry in found.entries if entry.scores["qwk"].value is not None]
    if len(known) < len(found.entries):
        return t("compare-no_rank")
    ranked = sorted(known, key=lambda entry: -(entry.scores["qwk"].value or 0.0))
    both = {ranked[0].name, ranked[1].name}
    first, second = called[ranked[0].name], called[ranked[1].name]
    if ranked[0].scores["qwk"].contains(0.0):
        return t("compare-trivial_lead", first=first)
    pair = next(p for p in found.pairs if {p.first, p.second} == both)
    gap = pair.differences["qwk"]
    if gap.value == 0:
        return t("compare-level", first=first, second=second)
    certain = gap.value is not None and gap.low is not None and not gap.contains(0.0)
    key = "compare-lead" if certain else "compare-no_lead"
    return t(key, first=first, second=second, share=f"{100 * ranked[0].ranks[0]:.0f} %")
