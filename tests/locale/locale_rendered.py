"""The whole catalogue with sample values, one message a line.

`python tests/locale/locale_rendered.py` writes the snapshots, one for each language. Names
in capitals stand for texts and counts, 0.1234 for figures.
"""

import re
from pathlib import Path

from fluent.syntax import FluentParser, ast, visitor

from drgrade.errors import Reason
from drgrade.locale.catalogue import LANGUAGES, sources, text

SNAPSHOTS = Path(__file__).parent / "snapshots"
FIGURES = ("FIXED", "PERCENT", "SIGNIFICANT")
FIGURE = 0.1234


class Uses(visitor.Visitor):
    """Which values a message asks for, and as what: figure, list, word of a kind, choice, text."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.kinds: dict[str, str] = {}

    def visit_FunctionReference(self, node: ast.FunctionReference) -> None:  # noqa: N802
        """A value that a function takes is what the function is for."""
        names = [each.id.name for each in node.arguments.positional
                 if isinstance(each, ast.VariableReference)]  # fmt: skip
        kind = "figure" if node.id.name in FIGURES else node.id.name.lower()
        self.values |= dict.fromkeys(names, kind)
        if node.id.name in ("WORD", "NAME"):
            self.kinds[names[0]] = node.arguments.positional[0].value

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802
        """A value that chooses is one of the keys, here the last."""
        key = node.variants[-1].key
        is_word = key.name not in ("one", "other") if isinstance(key, ast.Identifier) else False
        self.values.setdefault(node.selector.id.name, f"choice {key.name}" if is_word else "count")
        for variant in node.variants:
            self.visit(variant.value)

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        """Any other value is a text or a count."""
        self.values.setdefault(node.id.name, "text")


def uses(source: str) -> Uses:
    """What the source of one message asks for."""
    found = Uses()
    found.visit(FluentParser().parse_entry(source))
    return found


def messages(language: str) -> dict[str, str]:
    """The Fluent source of every message, of reasons and of pages."""
    return sources(language) | sources(language, of_pages=True)


def kinds() -> set[str]:
    """The kinds of words that messages ask for, such as `unit` in `unit_patients`."""
    return {kind for source in messages("en").values() for kind in uses(source).kinds.values()}


def sample(code: str) -> Reason:
    """The message of this code with sample values."""
    found = uses(messages("en")[code])
    return Reason(code, {name: _value(name, kind, found) for name, kind in found.values.items()})


def _value(name: str, kind: str, found: Uses) -> object:
    if kind in ("word", "name"):
        of = f"{found.kinds[name]}_"
        return min(each for each in messages("en") if each.startswith(of)).removeprefix(of)
    if kind.startswith("choice "):
        return kind.removeprefix("choice ")
    plain = {"figure": FIGURE, "list": ("A", "B"), "and": ("A", "B", "C"), "count": 2}
    return plain.get(kind, name.upper())


def rendered(language: str) -> str:
    """Every message of a language, by code."""
    lines = [f"{code}: {text(sample(code), language)}" for code in sorted(messages(language))]
    return "\n".join(re.sub(r"\s*\n\s*", " ", line) for line in lines) + "\n"


if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for each in LANGUAGES:
        (SNAPSHOTS / f"{each}.txt").write_text(rendered(each), encoding="utf-8")
