"""Files of pictures, and what becomes of them when they are read."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drgrade.data.photos.decode import read_photo
from drgrade.errors import PhotoError


def smooth_picture() -> Image.Image:
    """A smooth coloured picture, 96 x 64, different in every corner."""
    y, x = np.mgrid[0:64, 0:96]
    return Image.fromarray(np.stack([x * 2, y * 3, 255 - x - y], axis=2).astype(np.uint8))


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def written(folder: Path, content: bytes, name: str = "photo.jpg") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def reason(path: Path, **options: object) -> str:
    """The code of the refusal that a file meets."""
    with pytest.raises(PhotoError) as caught:
        read_photo(path, **options)
    return caught.value.code
