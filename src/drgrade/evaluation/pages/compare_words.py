"""The words of a comparison that depend on its tables, English and Traditional Chinese."""

from typing import Any

from drgrade.locale.languages import Pairs, said


def tell_of(language: str, key: str, **values: Any) -> str:
    """The comparison's words of `key` in a language; see `said`."""
    return said(WORDS, language, key, **values)


WORDS: Pairs = {
    "seeds": ("{name}, {n} seeds", "{name}（{n} 個種子）"),
    "photos_alone": (
        "No table names a patient or a group: photographs were taken as independent, and where "
        "several are of one patient the intervals are too narrow.",
        "沒有任何表格註明病人或群組：各照片視為彼此獨立；若有數張屬於同一病人，信賴區間會過窄。",
    ),
}
