"""What was found as plain values for JSON: a reason as its code, values and English sentence."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from drgrade.errors import Reason
from drgrade.locale.catalogue import text


def reason_from(plain: Any) -> Reason | None:
    """A reason as `as_plain` wrote it; a sentence alone, as older files have it, is `as_said`."""
    if not plain:
        return None
    if isinstance(plain, str):
        return Reason("as_said", {"sentence": plain})
    return Reason(plain["code"], {key: _value(each) for key, each in plain["values"].items()})


def _value(plain: Any) -> Any:
    if isinstance(plain, list):
        return tuple(_value(each) for each in plain)
    return reason_from(plain) if isinstance(plain, Mapping) else plain


def as_plain(found: Any) -> Any:
    """Dataclasses as dictionaries, reasons with their sentences; the rest stays."""
    if isinstance(found, Reason):
        return {"code": found.code, "values": as_plain(found.values), "text": text(found)}
    if is_dataclass(found) and not isinstance(found, type):
        return {each.name: as_plain(getattr(found, each.name)) for each in fields(found)}
    if isinstance(found, Mapping):
        return {key: as_plain(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [as_plain(each) for each in found]
    return found
