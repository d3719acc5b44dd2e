"""The one way in for a photograph: read, hash verified, decoded, judged, made a square; or refused.

Whatever opens a photograph (predict, explain, data check, data prepare, a training, the counting of
detections, the Dataset, an export) calls `open_photo`, so that none of them takes what another
refuses.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from drgrade.data.photos import gate, preprocess, quality_check
from drgrade.data.photos.decode import read_file
from drgrade.data.photos.preprocess import Prepared, Preprocess, prepare_file
from drgrade.data.photos.quality_check import QualityCheck
from drgrade.errors import DrgradeError, PhotoError, Reason
from drgrade.locale.catalogue import text
from drgrade.locale.refusal import reason_of, refusal
from drgrade.provenance.photo import ERROR, Known, PhotoRefusal
from drgrade.provenance.photo_set import SetProvenance

OTHER_HASH: Final = "hash_mismatch"
GRADABLE, UNGRADABLE, NOT_FUNDUS = "graded", "ungradable", "not_fundus"
STATUS: Final = {
    **dict.fromkeys((*preprocess.UNGRADABLE, *gate.UNGRADABLE), UNGRADABLE),
    **dict.fromkeys(quality_check.LACKS.values(), UNGRADABLE),
    **dict.fromkeys((preprocess.NO_EYE, gate.NO_RETINA), NOT_FUNDUS),
}  # of the reasons that are the picture's own; any other one is an error


@dataclass(frozen=True)
class PreparedPhoto:
    """A photo as the network will see it, or why it cannot.

    `pixels` is (S, S, 3) uint8; None where the photo is refused: `known` then says why, and
    `refusal` is the reason as a code with values.
    """

    name: str
    pixels: np.ndarray | None
    known: Known
    prepared: Prepared | None = None
    refusal: Reason | None = None


def needs_retina_check(known: SetProvenance) -> bool:
    """Whether photographs of a set are to show a retina; synthetic ones need not.

    They are used as they were drawn, at any size and with any disturbance.
    """
    return not known.is_synthetic


def open_photo(
    path: Path,
    settings: Preprocess,
    *,
    sha256: str = "",
    retina_check: bool = True,
    any_size: bool = False,
    fingerprint: bool = False,
) -> Prepared:
    """Open one photograph.

    Args:
        path: of its file, or an item of an array file (`set.npz#train/3`).
        settings: how it becomes a square.
        sha256: what the manifest says of the file; nothing where it says nothing. Capitals, as
            PowerShell writes them, and blanks around it make no other hash.
        retina_check: refuse what shows no retina in colour.
        any_size: enlarge a photo smaller than the square, where it is else refused.
        fingerprint: have `phash`, by which near-duplicates are found, in its `info`.

    Raises:
        PhotoError: a short fixed reason (`STATUS` has those that are the picture's own) and the
            value found.
    """
    file = read_file(path)
    promised = sha256.strip().lower()
    if promised and promised != file.sha256:
        about = {"found": file.sha256[:12], "wanted": promised[:12]}
        raise refusal(PhotoError, Reason(OTHER_HASH, about))
    return prepare_file(file, settings, retina_check=retina_check, any_size=any_size,
                        fingerprint=fingerprint)  # fmt: skip


def prepare_photo(
    name: str,
    path: Path | DrgradeError,
    settings: Preprocess,
    *,
    sha256: str = "",
    retina_check: bool = True,
    any_size: bool = False,
    fingerprint: bool = False,
    quality: QualityCheck | None = None,
) -> PreparedPhoto:
    """Open one photograph as `open_photo` does; whatever is wrong with it becomes its refusal.

    `path` may be what is already known to be wrong with the place. With `quality`, a photograph
    that nobody can grade is refused too, and what is known of any other has its qualities.
    """
    try:
        if isinstance(path, DrgradeError):
            raise path
        prepared = open_photo(path, settings, sha256=sha256, retina_check=retina_check,
                              any_size=any_size, fingerprint=fingerprint)  # fmt: skip
    except PhotoError as error:
        status = STATUS.get(error.code, ERROR)
        why = PhotoRefusal(status=status, reason=str(error))
        return PreparedPhoto(name, None, why, refusal=reason_of(error))
    except (OSError, DrgradeError) as error:
        reason = Reason("cannot_be_read", {"why": str(error)})
        return PreparedPhoto(name, None, PhotoRefusal(reason=text(reason)), refusal=reason)
    if quality is None:
        return PreparedPhoto(name, prepared.pixels, prepared.info, prepared)
    found = quality.of(prepared.pixels)
    if lacks := quality.lacking(found):
        why = PhotoRefusal(status=UNGRADABLE, reason=text(lacks))
        return PreparedPhoto(name, None, why, refusal=lacks)
    known = prepared.info.but(**asdict(found))
    return PreparedPhoto(name, prepared.pixels, known, prepared)
