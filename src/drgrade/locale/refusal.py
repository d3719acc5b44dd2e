"""Errors that carry their reason: the English sentence as their text, the code for whoever asks."""

from typing import TypeVar

from drgrade.errors import DrgradeError, Reason
from drgrade.locale.catalogue import text

Error = TypeVar("Error", bound=DrgradeError)


def refusal(kind: type[Error], reason: Reason) -> Error:
    """An error of a kind that says a reason in English and has it as `reason`."""
    error = kind(text(reason))
    error.reason = reason
    return error


def reason_of(error: DrgradeError) -> Reason:
    """The reason of an error; of one without a code its sentence."""
    return error.reason or Reason("as_said", {"sentence": str(error)})
