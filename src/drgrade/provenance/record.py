"""The base of what travels: frozen, of strict kinds, null for unknown, and foreign names kept."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, WrapValidator
from pydantic_core import PydanticCustomError

ROUNDED = 1e-6  # how far above 1 a sum of probabilities of single precision may lie
KIND_ERROR = "kind"  # the type of an error whose message is the rule that a value breaks


def must_be(rule: str) -> WrapValidator:
    """A validator whose refusal is this rule, as `a share of 0 to 1`."""

    def check(value: Any, handler: Callable[[Any], Any]) -> Any:
        try:
            return handler(value)
        except ValueError:
            raise PydanticCustomError(KIND_ERROR, "{rule}", {"rule": rule}) from None

    return WrapValidator(check)


_Tuple = Field(strict=False)  # JSON has lists
Texts = Annotated[tuple[str, ...], _Tuple, must_be("a list of texts")]
Number = Annotated[int | float, Field(gt=-1e308, lt=1e308), must_be("a number")]
Numbers = Annotated[tuple[Number, ...], _Tuple, must_be("a list of numbers")]
Pair = Annotated[tuple[Number, Number], _Tuple, must_be("two numbers")]
Share = Annotated[int | float, Field(ge=0, le=1), must_be("a share of 0 to 1")]
Threshold = Annotated[
    Annotated[int | float, Field(ge=0, le=1 + ROUNDED)] | None,
    must_be("a share of 0 to 1 or null"),
]
Settings = dict[str, Any]  # of a preprocessing; an older version had others
Json = dict[str, Any]  # the body of a report, which its page reads
Said = Any  # a coded reason as JSON; in older files a sentence


class Record(BaseModel):
    """Values that travel; a name that nobody here knows is kept, and null is unknown.

    `model_fields_set` tells what was given: only that is written again.
    """

    model_config = ConfigDict(
        frozen=True, strict=True, extra="allow", serialize_by_alias=True, validate_by_name=True,
        validate_by_alias=True, ser_json_inf_nan="constants",  # a writer refuses them, unchanged
    )  # fmt: skip

    def given(self) -> dict[str, Any]:
        """What was given, by attribute, foreign names included; its parts stay as they are."""
        own = {name: getattr(self, name) for name in type(self).model_fields
               if name in self.model_fields_set}  # fmt: skip
        return own | (self.model_extra or {})

    def but(self, **changes: Any) -> Self:
        """The same with other values; names and kinds are checked anew."""
        return type(self).model_validate(self.given() | changes)

    def updated(self, other: Self) -> Self:
        """The same with what the other was given."""
        return self.but(**other.given())

    def without(self, *names: str) -> Self:
        """The same without these values."""
        return type(self).model_validate(
            {name: value for name, value in self.given().items() if name not in names}
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values, under the names that files have; what was not given is left out."""
        return self.model_dump(mode="json", exclude_unset=True)


def known(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not null."""
    return {name: value for name, value in values.items() if value is not None}
