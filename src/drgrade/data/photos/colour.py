"""Photos in another colour space than sRGB (AdobeRGB, ProPhoto, Display P3) become sRGB."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

LARGEST_PROFILE = 4 << 20


def in_srgb(pixels: np.ndarray, profile: bytes | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Pixels (H, W, 3) uint8 in sRGB, and a note on what was done with the ICC profile.

    A profile that is sRGB's own, or missing, changes nothing. One that cannot be read, or is of
    another colour model than RGB, is noted and left out.
    """
    if not profile:
        return pixels, ()
    if len(profile) > LARGEST_PROFILE:
        return pixels, (f"colour profile of {len(profile)} bytes left out",)
    name, transform = _transform(profile)
    if transform is None:
        return pixels, (f"colour profile {name} left out",) if name else ()
    ImageCms.applyTransform(image := Image.fromarray(pixels), transform, inPlace=True)
    return np.asarray(image), (f"converted to sRGB from {name}",)


@lru_cache(maxsize=8)
def _transform(profile: bytes) -> tuple[str, ImageCms.ImageCmsTransform | None]:
    """The name of a profile and what turns its colours to sRGB; no name and nothing for sRGB."""
    try:
        theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = ImageCms.getProfileDescription(theirs).strip() or "without a name"
        if name.lower().startswith("srgb"):
            return "", None
        if theirs.profile.xcolor_space.strip() != "RGB":
            return f"of {theirs.profile.xcolor_space.strip()}", None
        ours = ImageCms.createProfile("sRGB")
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        return name, ImageCms.buildTransform(theirs, ours, "RGB", "RGB", intent)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return "that cannot be read", None
