"""What the messages of the catalogue may use: texts, lists, and numbers of so many digits."""

import re
from collections.abc import Callable
from typing import Any

from babel import Locale
from fluent.runtime.types import FluentInt, FluentNumber, FluentType, fluent_number

from drgrade.locale.numbers import digits_apart, to_decimals, to_significant

Look = Callable[[str], str | None]  # the text of a code, None where it has no message


class Text(str, FluentType):
    """A text of any length: Fluent itself refuses long ones."""

    __slots__ = ()

    def format(self, locale: Locale) -> str:  # type: ignore[override]  # not str.format
        """The text as it is, still of this class: Fluent asks twice."""
        return self


class Several(Text):
    """Texts one after the other; `LIST` and `AND` put commas between them."""

    parts: list[str]


def several(parts: list[str], space: str) -> Several:
    """Texts joined as sentences are."""
    joined = Several(space.join(parts))
    joined.parts = parts
    return joined


def whole_number(value: int) -> FluentNumber:
    """A count or a seed: no sign between its thousands."""
    return FluentInt(value, useGrouping=False)


def functions(look: Look, comma: str, last: str) -> dict[str, Callable[..., Any]]:
    """The functions of one language's messages; `comma` joins lists, `last` their last item."""

    def word(kind: str, name: str) -> Text:
        found = look(_code(kind, name))
        if found is None:
            raise LookupError(f"no message {_code(kind, name)}")
        return Text(found)

    def name_or_word(kind: str, name: str) -> Text:
        return Text(look(_code(kind, name)) or name)

    return {
        "FIXED": fixed,
        "PERCENT": percent,
        "SIGNIFICANT": significant,
        "WORD": word,
        "NAME": name_or_word,
        "COUNT": lambda n: fluent_number(n, useGrouping=True),
        "LIST": lambda items: Text(comma.join(items.parts)),
        "AND": lambda items: Text(
            last.join((comma.join(items.parts[:-1]), items.parts[-1]))
            if len(items.parts) > 1
            else items
        ),
    }


def _code(kind: str, name: str) -> str:
    return f"{kind}_{re.sub(r'[^A-Za-z0-9_]+', '_', str(name))}"


def fixed(number: float, digits: int, *bounds: float) -> FluentNumber:
    """A number with so many decimals, more where it would read like one of its `bounds`."""
    shown = digits_apart((float(number), *map(float, bounds)), int(digits), to_decimals)
    return _number(number, minimumFractionDigits=shown, maximumFractionDigits=shown)


def percent(share: float, digits: int, *bounds: float) -> FluentNumber:
    """A share in per cent, as `fixed`; bounds are shares too."""
    shares = [100 * float(each) for each in (share, *bounds)]
    shown = digits_apart(shares, int(digits), to_decimals)
    return _number(share, style="percent", minimumFractionDigits=shown, maximumFractionDigits=shown)


def significant(number: float, digits: int, *bounds: float) -> FluentNumber:
    """A number with so many significant digits, more as in `fixed`."""
    shown = digits_apart((float(number), *map(float, bounds)), int(digits), to_significant)
    return _number(number, maximumSignificantDigits=shown, minimumSignificantDigits=1)


def _number(number: float, **options: Any) -> FluentNumber:
    found = fluent_number(float(number), useGrouping=False, **options)
    assert isinstance(found, FluentNumber)
    return found
