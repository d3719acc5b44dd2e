"""A gallery as one self-contained page: thumbnails by what has to be done, the riskiest first."""

from collections.abc import Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drgrade import __version__
from drgrade.errors import UsageError
from drgrade.evaluation.pages.frame import LANGUAGE_CODES
from drgrade.evaluation.pages.frame import environment as shared
from drgrade.explanation.gallery.entry import NEEDS, PERSON, REFER, Entry, by_risk
from drgrade.explanation.gallery.thumbnails import side_for, thumbnail
from drgrade.icdr import NAMES, is_referable
from drgrade.locale.catalogue import message
from drgrade.runtime.files import write_text

if TYPE_CHECKING:
    from jinja2 import Environment

PAGE = "gallery.html"
TEMPLATE = "gallery.html.j2"
MADE_BY = '<meta name="generator" content="drgrade gallery">'


def write_gallery(
    entries: Iterable[Entry],
    folder: Path,
    *,
    model: str,
    language: str = "en",
    notes: Iterable[str] = (),
    legend: Iterable[tuple[str, str]] = (),
    home: str = "",
) -> Path:
    """Write `FOLDER/gallery.html`, pictures inside; returns its path.

    Args:
        entries: photographs and their answers, in any order.
        folder: made where it is missing; an earlier gallery in it is replaced.
        model: what graded them, as the page calls it.
        language: `en` or `zh-TW`.
        notes: sentences above the photographs, in that language.
        legend: what is outlined in the pictures, each with its CSS colour.
        home: a page to go back to, relative to the folder.

    Raises:
        UsageError: a page of that name is there and is no gallery.
        UnknownNameError: another language.
    """
    place = folder / PAGE
    refuse_foreign(place)
    about = {"model": model, "notes": list(notes), "legend": list(legend), "home": home}
    write_text(place, render(list(entries), about, language))
    return place


def refuse_foreign(place: Path) -> None:
    """Refuse to write over a page that is no gallery.

    Raises:
        UsageError: names the page.
    """
    if place.is_file() and MADE_BY not in place.read_text(encoding="utf-8", errors="replace"):
        raise UsageError(f"{place} was not written by drgrade; name another folder")


def render(entries: list[Entry], about: Mapping[str, Any], language: str) -> str:
    """The page as HTML text; `about` holds `model`, `notes`, `legend` and `home`."""
    side = side_for(len(entries))
    found = by_risk(entries)
    sections = [
        {
            "need": need,
            "title": message(language, f"gallery-title_{need}"),
            "is": message(language, f"gallery-about_{need}"),
            "cards": [card(entry, side, language) for entry in found[need]],
        }
        for need in NEEDS
    ]
    return environment().get_template(TEMPLATE).render(
        t=partial(message, language),
        lang=LANGUAGE_CODES[language],
        made_by=MADE_BY,
        n=len(entries),
        sections=sections,
        is_small=side < 240,
        version=__version__,
        **about,
    )  # fmt: skip


def card(entry: Entry, side: int, language: str) -> dict[str, Any]:
    """What a card shows, in plain values."""
    row, p_dme = entry.row, entry.row.get("p_dme")
    edema, grade = "", ""
    if entry.edema_asks:
        edema = message(language, "gallery-edema", p=probability(p_dme or 0.0))
    if entry.is_graded:
        name = NAMES[language][int(row["predicted"])]
        grade = message(language, "gallery-grade", grade=int(row["predicted"]), name=name)
    return {
        "photo": str(row["photo"]),
        "picture": thumbnail(entry.picture, side),
        "decision": decision(entry, language),
        "grade": grade,
        "reason": "" if entry.is_graded else entry.why(language),
        "risk": entry.risk,
        "shown_risk": "" if entry.risk is None else probability(entry.risk),
        "edema": edema,
        "first": entry.sentences[0] if entry.sentences else "",
        "more": list(entry.sentences[1:]),
        "link": entry.link,
        "note": entry.note,
    }


def probability(share: float) -> str:
    """A probability with two digits, never as certain as 0 or 1."""
    if share >= 0.995:
        return "> 0.99"
    return "< 0.01" if share < 0.005 else f"{share:.2f}"


def decision(entry: Entry, language: str) -> str:
    """What has to be done, in words."""
    if not entry.is_graded:
        return message(language, f"gallery-status_{entry.row['status']}")
    by_grade = is_referable(int(entry.row["predicted"]))
    if entry.need == REFER:
        return message(language, f"gallery-says_{'refer' if by_grade else 'by_point'}")
    if entry.need == PERSON:
        return message(language, f"gallery-says_{'below' if by_grade else 'edema'}")
    return message(language, "gallery-says_no")


@cache
def environment() -> "Environment":
    """The templates of this package; the style is that of all pages."""
    from jinja2 import ChoiceLoader, PackageLoader

    pages = shared()
    assert pages.loader is not None
    return pages.overlay(
        loader=ChoiceLoader([PackageLoader("drgrade.explanation.gallery"), pages.loader])
    )
