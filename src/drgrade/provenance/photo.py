"""What is known of a photograph on its path: of its file and its light, or why it was refused."""

from typing import Any

from drgrade.provenance.record import Record

ERROR = "error"


class PhotoInfo(Record):
    """What rows of predictions carry of a photograph; squares of older versions know less.

    `width` and `height` are px of the file, upright. `black_share`: the share of its pixels that
    are black, 0 to 1. `brightness`: mean luminance inside the field's disc, 0 to 255.
    `field_ratio`: width of the field over its height. `phash`: the fingerprint by which
    near-duplicates are found, as hex text. `masked`: whether a mask of lesions lies beside the
    square. `focus`, `light`, `field`: qualities, 0 to 1, of a model that checks them.
    """

    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    sha256: str | None = None
    black_share: float | None = None
    brightness: float | None = None
    field_ratio: float | None = None
    phash: str | None = None
    masked: bool | None = None
    focus: float | None = None
    light: float | None = None
    field: float | None = None


class PhotoRefusal(Record):
    """Why a photograph is not graded: `ungradable`, `not_fundus` or `error`, and its reason."""

    status: str = ERROR
    reason: str


Known = PhotoInfo | PhotoRefusal


def known_of(values: dict[str, Any]) -> Known:
    """What was kept of a photograph.

    Raises:
        ValueError: a value of another kind.
    """
    kind = PhotoRefusal if "reason" in values else PhotoInfo
    return kind.model_validate(values)
