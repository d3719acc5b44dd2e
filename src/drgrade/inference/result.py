"""What became of one photograph: its answer, and what is known of its file."""

from dataclasses import dataclass
from typing import Any

from drgrade.data.photos.intake import PreparedPhoto
from drgrade.modelfile.answers import Answer
from drgrade.provenance.photo import PhotoInfo, PhotoRefusal

SHORT = 16  # digits of the weights' hash in a row


@dataclass(frozen=True)
class PhotoResult:
    """A photograph with its answer; `info` is None where it was refused. `model` is a hash."""

    name: str
    answer: Answer
    info: PhotoInfo | None
    model: str

    def as_row(self) -> dict[str, Any]:
        """The row of the table of predictions, as `grade_photos` gives it."""
        known = {} if self.info is None else self.info.as_json()
        return {"photo": self.name, **self.answer.as_row(), **known, "model": self.model}


def result_of(photo: PreparedPhoto, answer: Answer | None, weights_sha256: str) -> PhotoResult:
    """The result of a photograph; one that was refused has its refusal in place of an answer."""
    model, known = weights_sha256[:SHORT], photo.known
    if isinstance(known, PhotoRefusal):
        return PhotoResult(photo.name, Answer(known.status, known.reason), None, model)
    assert answer is not None, f"{photo.name} was prepared and has no answer"
    return PhotoResult(photo.name, answer, known, model)
