"""Cameras of drawn photographs, drawn widely: field, notch, colours, sharpness, grain, JPEG."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import expit


@dataclass(frozen=True)
class Camera:
    """What was drawn by chance for one camera; lengths in shares of half the square."""

    radius: float  # of the field
    centre: tuple[float, float]
    cut: tuple[float, float]  # the field's upper and lower edge, in shares of its radius
    notch: str  # "none", "triangle", "bump" or "square"
    notch_angle: float
    zoom: float  # 1 shows 45 degrees
    gains: tuple[float, float, float]
    gamma: float
    contrast: float
    vignette: float
    cast: tuple[float, float, float]  # how each colour grows or falls towards the rim
    rim: float  # strength of the pale crescent of scattered light at the rim
    rim_angle: float
    rim_colour: tuple[float, float, float]
    softness: float  # optical blur in px at 512 px
    sharpening: float
    grain: float
    black: tuple[float, float, float]  # colour of the surround
    quality: int  # of the JPEG
    subsampling: int


def draw_camera(generator: np.random.Generator) -> Camera:
    """Draw a camera and how it was set."""
    pick = generator.random
    cut = (1.2, 1.2) if pick() < 0.45 else tuple(generator.uniform(0.76, 0.98, 2))
    if pick() < 0.5:
        cut = (cut[0], cut[0])
    level, green, blue = generator.normal((-0.1, 0.0, 0.0), (0.26, 0.1, 0.2))
    notch = str(generator.choice(["none", "triangle", "bump", "square"], p=[0.4, 0.3, 0.2, 0.1]))
    return Camera(
        radius=generator.uniform(0.9, 0.99),
        centre=tuple(generator.normal(0, 0.008, 2)),
        cut=cut,
        notch=notch,
        notch_angle=float(generator.choice([-0.6, -0.5, 0.0, -2.5], p=[0.5, 0.3, 0.1, 0.1])),
        zoom=generator.uniform(0.88, 1.1),
        gains=tuple(np.exp([level, level + green, level + 2 * green + blue])),
        gamma=generator.uniform(0.85, 1.2),
        contrast=generator.uniform(0.9, 1.25),
        vignette=generator.uniform(0.0, 0.55),
        cast=tuple(generator.normal(0, (0.05, 0.12, 0.16))),
        rim=max(0.0, generator.normal(0, 0.3)),
        rim_angle=generator.uniform(0, 2 * np.pi),
        rim_colour=tuple(generator.uniform((0.5, 0.4, 0.2), (1.0, 0.9, 0.8))),
        softness=generator.uniform(0.4, 1.5),
        sharpening=max(0.0, generator.normal(0.0, 0.3)),
        grain=0.004 + generator.exponential(0.0035),
        black=tuple(np.maximum(generator.normal(0.006, 0.006, 3), 0)),
        quality=int(generator.integers(72, 97)),
        subsampling=int(generator.choice([0, 2])),
    )


def field_of(camera: Camera, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Place of each pixel in shares of the field's radius, x and y, and the field, (S, S)."""
    line = ((np.arange(size, dtype=np.float32) + 0.5) / size * 2 - 1)[None]
    across, down = np.broadcast_arrays(
        (line - np.float32(camera.centre[0])) / np.float32(camera.radius),
        (line.T - np.float32(camera.centre[1])) / np.float32(camera.radius),
    )
    field = np.hypot(across, down) < 1
    field = field | _notch(camera, across, down)
    return across, down, field & (down > -camera.cut[0]) & (down < camera.cut[1])


def _notch(camera: Camera, across: np.ndarray, down: np.ndarray) -> np.ndarray:
    """The mark that shows which way round a photograph is, a small piece outside the circle."""
    if camera.notch == "none":
        return np.zeros(across.shape, bool)
    cos, sin = np.cos(camera.notch_angle), np.sin(camera.notch_angle)
    out, along = across * cos + down * sin - 1, across * sin - down * cos
    if camera.notch == "bump":
        return np.hypot(out, along) < 0.04
    if camera.notch == "square":
        return (np.abs(along) < 0.03) & (np.abs(out) < 0.03)
    return (np.abs(out) < 0.05) & (out + np.abs(along) * 0.9 < 0.045)


def expose(
    picture: np.ndarray, place: tuple[np.ndarray, np.ndarray, np.ndarray], camera: Camera,
    blur: float, generator: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """What a camera makes of a lit fundus (3, S, S) float: (S, S, 3) uint8.

    Args:
        picture: light of each pixel, 1 is white.
        place: `field_of` the camera.
        camera: how it was taken.
        blur: being out of focus, in px at 512 px, on top of the camera's own softness.
        generator: of the grain.
    """
    across, down, field = place
    size = len(field)
    far = np.minimum(across * across + down * down, 1.1)
    cast = np.array(camera.cast, np.float32)[:, None, None]
    lit = picture * np.exp(cast * (far - np.float32(0.5))) * (
        1.06 - np.float32(camera.vignette) * far * far
    ) + _rim(camera, across, down)
    gains = np.array(camera.gains, np.float32)[:, None, None]
    sigma = np.hypot(camera.softness, blur) * size / 512
    seen = gaussian_filter(lit * gains, (0, sigma, sigma), truncate=2.5)
    if camera.sharpening > 0:
        wide = gaussian_filter(seen, (0, 1.6 * size / 400, 1.6 * size / 400), truncate=2.0)
        seen += np.float32(camera.sharpening) * (seen - wide)
    edge = gaussian_filter(field.astype(np.float32), 0.5 + size / 700, truncate=2.0)
    black = np.array(camera.black, np.float32)[:, None, None]
    shown = black + (_response(seen, camera) - black) * edge
    return _grained(shown, edge, camera.grain, generator)


def _rim(camera: Camera, across: np.ndarray, down: np.ndarray) -> np.ndarray:
    if camera.rim < 0.15:
        return np.zeros((3, 1, 1), np.float32)
    shift = 0.12 * np.array([np.cos(camera.rim_angle), np.sin(camera.rim_angle)])
    far = np.hypot(across + shift[0], down + shift[1])
    glow = expit((far - 1.04) * 22) * np.float32(camera.rim)
    return glow * np.array(camera.rim_colour, np.float32)[:, None, None]


def _response(seen: np.ndarray, camera: Camera) -> np.ndarray:
    """Contrast, gamma and a soft shoulder, looked up in a table of 4096 steps."""
    light = np.linspace(0, 1.5, 4096)
    bent = 0.42 + (light - 0.42) * camera.contrast
    bent = np.maximum(bent, 0) ** camera.gamma
    shoulder = np.where(bent > 0.8, 0.8 + 0.2 * np.tanh((bent - 0.8) / 0.2), bent)
    steps = np.clip(seen * np.float32(4095 / 1.5), 0, 4095).astype(np.uint16)
    return shoulder.astype(np.float32)[steps]


def _grained(
    shown: np.ndarray, edge: np.ndarray, grain: float, generator: np.random.Generator
) -> np.ndarray:
    """Add grain, mostly of lightness, a little of colour, less in the dark; round to bytes."""
    noise = generator.standard_normal(shown.shape, np.float32)
    noise = noise * 0.6 + noise[:1] * 0.8
    shown += noise * np.float32(grain) * (0.25 + edge * np.float32(0.75))
    return np.ascontiguousarray(
        (np.clip(shown, 0, 1) * 255 + 0.5).astype(np.uint8).transpose(1, 2, 0)
    )
