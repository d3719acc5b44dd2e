"""Lesions of drawn eyes as objects, and the grade that follows from them by the ICDR rule."""

from dataclasses import dataclass

import numpy as np

BITS = {
    "microaneurysm": 0, "haemorrhage": 1, "hard_exudate": 2, "soft_exudate": 3, "disc": 4,
    "new_vessel": 5, "irma": 6, "beading": 7,
}  # fmt: skip
PRERETINAL = "preretinal_haemorrhage"
EYES_ALIKE = 0.81  # published correlation of the grades of a patient's two eyes
MANY = 20  # intraretinal haemorrhages a quadrant, above which four quadrants are severe


@dataclass(frozen=True)
class Lesion:
    """One lesion: its kind, its centre and radius in shares of half the field, and its chance."""

    kind: str
    x: float
    y: float
    radius: float
    seed: int


def quadrant(x: float, y: float, disc_x: float) -> int:
    """The quadrant of a point around the fovea-disc axis: 0 to 3, superior first, nasal second."""
    middle = disc_x / 2
    nasal = (x > middle) == (disc_x > 0)
    return (0 if y < 0 else 2) + int(nasal)


def grade_of(lesions: tuple[Lesion, ...], disc_x: float) -> int:
    """The grade (0-4) of drawn lesions by the ICDR rule (Wilkinson et al. 2003)."""
    kinds = {lesion.kind for lesion in lesions}
    if kinds & {"new_vessel", PRERETINAL}:
        return 4
    if _is_severe(lesions, disc_x):
        return 3
    if kinds - {"microaneurysm"}:
        return 2
    return 1 if kinds else 0


def _is_severe(lesions: tuple[Lesion, ...], disc_x: float) -> bool:
    def quadrants(kind: str) -> np.ndarray:
        places = [quadrant(each.x, each.y, disc_x) for each in lesions if each.kind == kind]
        return np.bincount(places, minlength=4)

    many = bool((quadrants("haemorrhage") > MANY).all())
    return many or int((quadrants("beading") > 0).sum()) >= 2 or bool(quadrants("irma").any())


def severities(generator: np.random.Generator, shift: float) -> np.ndarray:
    """How sick a patient's two eyes are, (2,), normal around `shift` and alike as published."""
    both = generator.normal()
    own = generator.normal(size=2)
    return shift + np.sqrt(EYES_ALIKE) * both + np.sqrt(1 - EYES_ALIKE) * own


def draw_lesions(
    generator: np.random.Generator, severity: float, disc_x: float
) -> tuple[Lesion, ...]:
    """Draw the lesions of an eye: the sicker, the more and the worse kinds."""
    counts = _counts(generator, severity)
    found = []
    for kind, number in counts.items():
        for _ in range(number):
            x, y = _place(generator, kind, disc_x)
            found.append(Lesion(kind, x, y, _radius(generator, kind),
                                int(generator.integers(1 << 31))))  # fmt: skip
    return tuple(found)


def _counts(generator: np.random.Generator, s: float) -> dict[str, int]:
    def some(rate: float) -> int:
        return int(generator.poisson(max(rate, 0.0)))

    sick = max(s, 0.0)
    counts = {"microaneurysm": some(7 * sick)}
    if s > 0.55:
        counts |= {
            "haemorrhage": some(14 * (s - 0.5) ** 1.5),
            "hard_exudate": some(16 * (s - 0.5)),
            "soft_exudate": some(1.2 * (s - 0.6)),
        }
    if s > 1.3:
        counts |= {
            "haemorrhage": some(55 * (s - 0.7)),
            "irma": some(1.2 * (s - 1.2)),
            "beading": some(1.5 * (s - 1.2)),
        }
    if s > 1.75:
        counts |= {"new_vessel": some(2.5 * (s - 1.6)), PRERETINAL: some(0.8 * (s - 1.7))}
    return counts


def _place(generator: np.random.Generator, kind: str, disc_x: float) -> tuple[float, float]:
    """A place inside the field, off disc and fovea; exudates gather near the macula."""
    while True:
        if kind == "new_vessel" and generator.random() < 0.5:
            return disc_x + float(generator.normal(0, 0.08)), float(generator.normal(0, 0.08))
        spread = 0.3 if kind == "hard_exudate" else 0.45
        x, y = (float(v) for v in generator.normal(0, spread, 2))
        inside = np.hypot(x, y) < 0.85 and np.hypot(x, y) > 0.06
        if inside and np.hypot(x - disc_x, y) > 0.2:
            return x, y


RADII = {
    "microaneurysm": (0.006, 0.012), "haemorrhage": (0.012, 0.05), "hard_exudate": (0.008, 0.03),
    "soft_exudate": (0.035, 0.07), "new_vessel": (0.09, 0.16), "irma": (0.05, 0.09),
    "beading": (0.05, 0.08), PRERETINAL: (0.15, 0.3),
}  # fmt: skip


def _radius(generator: np.random.Generator, kind: str) -> float:
    low, high = RADII[kind]
    return float(low * (high / low) ** generator.random())
