"""Lesions as things: how many a map shows, which kinds, where in the eye, and what grade they make.

Places are shares of the side of the prepared square, x to the right, y down.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image
from scipy import ndimage

from drgrade.data.audit.dust import DustSpot
from drgrade.data.photos.masks import KINDS, MAPS
from drgrade.icdr import DISC_DIAMETER, PlacedLesion, grade_of, quadrant

THRESHOLD = 0.5  # of the probability of a pixel
DARK = 10  # of 255; below it lies the margin around the field
TOUCHING = np.ones((3, 3), int)  # pixels that touch at a corner are one lesion
ONE_LESION = 0.5  # of the smaller part: from this overlap on two red parts are one lesion
USUAL_DISC = DISC_DIAMETER / 2  # its diameter in shares of the side: half the field is half a side
LEAST_DISC, MOST_DISC = 0.35, 1.8  # of the usual diameter; what is smaller or larger is no disc
LEAST_FULL = 0.85  # of the ellipse of its spread; what fills less is no disc (nerve fibres, a rim)
IN_THE_MIDDLE = 0.08  # of the side; a disc so near the middle does not show the eye
FOVEA_AWAY = 2.6  # disc diameters from the disc's centre to the fovea's, towards the temple
FOVEA_BELOW = 0.25  # disc diameters that the fovea lies lower
RED = ("microaneurysm", "haemorrhage")  # kinds that dust can look like
QUADRANTS = ("superior_temporal", "superior_nasal", "inferior_temporal", "inferior_nasal")


@dataclass(frozen=True)
class Spot:
    """One connected part of a map: its kind, centre and size, and the mean of its probabilities.

    `x`, `y` and `diameter` (of a circle as large) are shares of the side, `area` of the field.
    """

    kind: str
    x: float
    y: float
    diameter: float
    area: float
    confidence: float


@dataclass(frozen=True)
class Landmarks:
    """The disc where it was seen, which eye it is where that is known, where the fovea should be.

    `eye_by` is `given`, `disc` or empty. `diameter` is the disc's as far as it is believed, a share
    of the side: what the fovea's place was reckoned with.
    """

    disc: Spot | None = None
    eye: str | None = None
    eye_by: str = ""
    fovea: tuple[float, float] | None = None
    diameter: float = USUAL_DISC

    @property
    def disc_is_of_other_eye(self) -> bool:
        """Whether the disc lies clearly on the side where that of the other eye would."""
        shown = None if self.disc is None else eye_of(self.disc)
        return shown is not None and self.eye is not None and shown != self.eye


def field_of(pixels: np.ndarray, size: int) -> np.ndarray:
    """Which pixels of a square (S, S, 3) uint8 are retina, at (size, size), bool."""
    light = np.asarray(Image.fromarray(pixels).resize((size, size), Image.Resampling.BOX))
    return ndimage.binary_fill_holes(light.max(axis=2) > DARK)


def find_spots(
    share: np.ndarray, kind: str, inside: np.ndarray, threshold: float = THRESHOLD
) -> tuple[Spot, ...]:
    """The connected parts of a map (h, w), 0 to 1, above a threshold; largest first."""
    spots = _spots(share, kind, inside, threshold)[1]
    return tuple(sorted(spots, key=lambda spot: -spot.area))


def _spots(
    share: np.ndarray, kind: str, inside: np.ndarray, threshold: float
) -> tuple[np.ndarray, list[Spot]]:
    """The parts of a map by their label, 1 and up, (h, w), and each as a spot in that order."""
    labels, number = ndimage.label((share > threshold) & inside, TOUCHING)
    if not number:
        return labels, []
    height, width = share.shape
    rows, columns = np.nonzero(labels)
    which = labels[rows, columns]
    pixels = np.bincount(which)[1:]
    y = np.bincount(which, rows + 0.5)[1:] / pixels / height
    x = np.bincount(which, columns + 0.5)[1:] / pixels / width
    confidence = np.bincount(which, share[rows, columns])[1:] / pixels
    diameter = 2 * np.sqrt(pixels / np.pi) / width
    area = pixels / inside.sum()
    figures = np.stack([x, y, diameter, area, confidence], axis=1)
    return labels, [Spot(kind, *map(float, each)) for each in figures]


def tell_apart(shares: np.ndarray, inside: np.ndarray, threshold: float = THRESHOLD) -> np.ndarray:
    """Maps (5, h, w) in which no red spot is both a microaneurysm and a haemorrhage.

    Two parts of these maps of which at least half of the smaller lies in the other are one lesion:
    where they are about as large, the surer map names it, else the larger part does. The map that
    does not name it is put down to the threshold there, so that no lesion is found.
    """
    pair = [MAPS.index(kind) for kind in RED]
    labels = [ndimage.label((shares[each] > threshold) & inside, TOUCHING)[0] for each in pair]
    sizes = [np.bincount(each.ravel()) for each in labels]
    sums = [
        np.bincount(each.ravel(), shares[m].ravel()) for m, each in zip(pair, labels, strict=True)
    ]
    apart = shares.copy()
    both = (labels[0] > 0) & (labels[1] > 0)
    parts, overlaps = np.unique(
        np.stack([each[both] for each in labels]), axis=1, return_counts=True
    )
    lost: set[tuple[int, int]] = set()  # what lost to one part takes nothing from another
    for place in np.argsort(-overlaps, kind="stable"):
        (micro, haem), overlap = parts[:, place], overlaps[place]
        size = sizes[0][micro], sizes[1][haem]
        if overlap < ONE_LESION * min(size) or {(0, micro), (1, haem)} & lost:
            continue
        if overlap >= ONE_LESION * max(size):
            loser = int(sums[0][micro] / size[0] >= sums[1][haem] / size[1])
        else:
            loser = int(size[0] > size[1])
        lost.add((loser, (micro, haem)[loser]))
        spot = labels[loser] == (micro, haem)[loser]
        apart[pair[loser]][spot] = np.minimum(apart[pair[loser]][spot], threshold)
    return apart


def set_aside(
    apart: np.ndarray, dust: Sequence[DustSpot], inside: np.ndarray, threshold: float = THRESHOLD
) -> tuple[np.ndarray, tuple[Spot, ...]]:
    """Maps (5, h, w) without the red lesions that lie on dust, and these.

    Dust takes light: it can look like a microaneurysm or a haemorrhage, never like an exudate. A
    lesion lies on dust where its centre does and it is not much larger; its part of the map is put
    down to the threshold. The spots of dust are in shares of the side, as lesions are.
    """
    left, on_dust = apart.copy(), []
    for kind in RED:
        plane = left[MAPS.index(kind)]
        labels, spots = _spots(plane, kind, inside, threshold)
        here = [number for number, spot in enumerate(spots, 1)
                if any(each.covers(spot.x, spot.y, spot.diameter) for each in dust)]  # fmt: skip
        plane[np.isin(labels, here)] = threshold
        on_dust += [spots[number - 1] for number in here]
    return left, tuple(on_dust)


def find_lesions(
    shares: np.ndarray, inside: np.ndarray, threshold: float = THRESHOLD
) -> tuple[Spot, ...]:
    """The lesions of maps (5, h, w), 0 to 1, in the order of `MAPS`; the disc is none."""
    return tuple(
        spot
        for kind in KINDS
        for spot in find_spots(shares[MAPS.index(kind)], kind, inside, threshold)
    )


def find_landmarks(
    share: np.ndarray, inside: np.ndarray, eye: str | None = None, threshold: float = THRESHOLD
) -> Landmarks:
    """Disc, eye and fovea by the map of the disc (h, w), 0 to 1.

    The disc lies towards the nose, so its side shows the eye, unless it is given or the disc lies
    in the middle. The fovea lies 2.6 disc diameters further out and a little lower, where the
    diameter is half believed: it stands for the camera's angle, but discs differ in size too. It is
    not known where that is outside the field, or where the disc lies on the other side than the
    given eye's: a photo of the nasal side or upside down, or a wrong side given. The photo of an
    eye whose side is unknown is taken to be upright.
    """
    by = "given" if eye else ""
    disc = find_disc(share, inside, threshold)
    if disc is None:
        return Landmarks(None, eye, by)
    if not eye and (shown := eye_of(disc)):
        eye, by = shown, "disc"
    diameter = float(np.sqrt(disc.diameter * USUAL_DISC))
    known = Landmarks(disc, eye, by, None, diameter)
    if not eye or known.disc_is_of_other_eye:
        return known
    outwards = -1 if eye == "right" else 1
    fovea = (disc.x + outwards * FOVEA_AWAY * diameter, disc.y + FOVEA_BELOW * diameter)
    return replace(known, fovea=fovea if _is_within(fovea, inside) else None)


def find_disc(share: np.ndarray, inside: np.ndarray, threshold: float = THRESHOLD) -> Spot | None:
    """The largest part of the map of the disc (h, w), 0 to 1, where it has a disc's size and form.

    A uniform ellipse has the area 4 pi times the root of the determinant of its covariance.
    """
    labels, spots = _spots(share, "disc", inside, threshold)
    if not spots:
        return None
    number = int(np.argmax([spot.area for spot in spots]))
    disc = spots[number]
    if not LEAST_DISC <= disc.diameter / USUAL_DISC <= MOST_DISC:
        return None
    places = np.stack(np.nonzero(labels == number + 1)).astype(np.float64)
    spread = np.cov(places, ddof=0) + np.eye(2) / 12  # of the pixels' own squares
    ellipse = 4 * np.pi * np.sqrt(np.linalg.det(spread))
    return disc if places.shape[1] >= LEAST_FULL * ellipse else None


def eye_of(disc: Spot) -> str | None:
    """The eye whose disc lies on this side; None where it lies in the middle."""
    if abs(disc.x - 0.5) <= IN_THE_MIDDLE:
        return None
    return "right" if disc.x > 0.5 else "left"


def _is_within(place: tuple[float, float], inside: np.ndarray) -> bool:
    """Whether a place, in shares of the side, lies in the field."""
    row, column = (int(np.floor(at * side))
                   for at, side in zip(place[::-1], inside.shape, strict=True))  # fmt: skip
    return (0 <= row < inside.shape[0] and 0 <= column < inside.shape[1]
            and bool(inside[row, column]))  # fmt: skip


def placed(spot: Spot, landmarks: Landmarks) -> PlacedLesion:
    """A lesion in the coordinates of the rule: shares of half the field around the fovea.

    Without a fovea they are around the middle of the field.
    """
    x, y = landmarks.fovea or (0.5, 0.5)
    return PlacedLesion(spot.kind, 2 * (spot.x - x), 2 * (spot.y - y), spot.diameter)


def disc_x(landmarks: Landmarks) -> float:
    """Where the disc lies in the coordinates of the rule; next to 0 where it is not known."""
    if landmarks.disc is None or landmarks.fovea is None:
        return 1e-9
    return 2 * (landmarks.disc.x - landmarks.fovea[0])


def quadrant_of(spot: Spot, landmarks: Landmarks) -> str | None:
    """The quadrant of a lesion around the line from fovea to disc; None where that is not known."""
    if landmarks.fovea is None:
        return None
    lesion = placed(spot, landmarks)
    return QUADRANTS[quadrant(lesion.x, lesion.y, disc_x(landmarks))]


def grade_of_spots(spots: Iterable[Spot], landmarks: Landmarks) -> int:
    """The grade (0 to 3) that the ICDR rule gives the lesions seen (Wilkinson et al. 2003).

    New vessels, beaded veins and the like are not among the maps, so 4 is never said. Without a
    fovea the quadrants are those around the middle of the field.
    """
    return grade_of((placed(spot, landmarks) for spot in spots), disc_x(landmarks))


def near_the_fovea(spots: Iterable[Spot], landmarks: Landmarks) -> int | None:
    """How many hard exudates lie within a disc diameter of the fovea; None where it is not known.

    One is enough for a sign of macular edema on the scale of the IDRiD set (Porwal et al. 2018).
    """
    if landmarks.fovea is None:
        return None
    exudates = [placed(spot, landmarks) for spot in spots if spot.kind == "hard_exudate"]
    near = 2 * landmarks.diameter  # the rule measures in halves of the field
    return sum(float(np.hypot(each.x, each.y)) <= near for each in exudates)


def count(spots: Sequence[Spot]) -> dict[str, int]:
    """How many lesions of each kind, in the order of `KINDS`."""
    found = Counter(spot.kind for spot in spots)
    return {kind: found[kind] for kind in KINDS}
