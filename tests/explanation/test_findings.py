"""Lesions of maps as things: counted, placed and graded as they were drawn."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from drgrade.data.audit.dust import DustSpot
from drgrade.data.phantom.drawing import Eye, draw_eye, paint
from drgrade.data.phantom.lesions import Lesion
from drgrade.data.photos.masks import KINDS, MAPS, planes
from drgrade.explanation.explain import LesionFindings, see_lesions
from drgrade.explanation.findings import (
    QUADRANTS,
    Landmarks,
    Spot,
    find_landmarks,
    find_lesions,
    find_spots,
    grade_of_spots,
    near_the_fovea,
    quadrant_of,
    set_aside,
    tell_apart,
)
from drgrade.explanation.remarks import dust_words, side
from drgrade.icdr import quadrant
from drgrade.locale.catalogue import LANGUAGES, message

SIZE = 256
WHOLE = np.ones((64, 64), bool)
RADII = {"microaneurysm": 0.0095, "haemorrhage": 0.03, "hard_exudate": 0.012, "soft_exudate": 0.05}


def spots_of(kind: str, *places: tuple[float, float]) -> list[Spot]:
    return [Spot(kind, x, y, 0.01, 0.0001, 0.9) for x, y in places]


def right_eye() -> Landmarks:
    return find_landmarks(disc_at(0.8), WHOLE)


def disc_at(x: float, y: float = 0.5, radius: float = 0.065) -> np.ndarray:
    across = (np.arange(64) + 0.5) / 64
    return (np.hypot(across[None] - x, across[:, None] - y) < radius) * 0.9


def eye_with(number: int, kinds: dict[str, int]) -> Eye:
    """A drawn eye whose lesions lie apart on a ring around the fovea."""
    eye = draw_eye(0, number)
    names = [kind for kind, n in kinds.items() for _ in range(n)]
    turns = np.linspace(0.2, 0.2 + 2 * np.pi, len(names), endpoint=False)
    lesions = tuple(
        Lesion(kind, 0.35 * float(np.cos(turn)), 0.35 * float(np.sin(turn)), RADII[kind], 7)
        for kind, turn in zip(names, turns, strict=True)
    )
    anatomy = replace(eye.anatomy, gaze=(0.0, 0.0), turn=0.0)
    return replace(eye, anatomy=anatomy, lesions=lesions, disturbers=())


def seen(eye: Eye) -> LesionFindings:
    """What an eye's own mask shows, taken for the maps of a network."""
    painted = paint(eye, SIZE)
    return see_lesions(planes(painted.mask[None])[0] * 0.9, painted.pixels)


COUNTS = {"microaneurysm": 9, "haemorrhage": 4, "hard_exudate": 3, "soft_exudate": 2}


@pytest.mark.parametrize("number", range(4))
def test_the_lesions_of_a_drawn_eye_are_counted_by_kind(number):
    assert seen(eye_with(number, COUNTS)).counts == COUNTS


def red(micro: tuple[float, float, float], haem: tuple[float, float, float]) -> np.ndarray:
    """Maps with one part each of two kinds: x, radius and probability of it."""
    across = (np.arange(64) + 0.5) / 64
    shares = np.zeros((len(MAPS), 64, 64))
    for kind, (x, radius, sure) in (("microaneurysm", micro), ("haemorrhage", haem)):
        shares[MAPS.index(kind)] = (
            np.hypot(across[None] - x, across[:, None] - 0.5) < radius
        ) * sure
    return shares


@pytest.mark.parametrize(
    ("micro", "haem", "kinds"),
    [
        ((0.5, 0.05, 0.9), (0.5, 0.05, 0.7), ["microaneurysm"]),
        ((0.5, 0.05, 0.7), (0.5, 0.05, 0.9), ["haemorrhage"]),
        ((0.5, 0.03, 0.9), (0.52, 0.1, 0.7), ["haemorrhage"]),
        ((0.5, 0.1, 0.7), (0.52, 0.03, 0.9), ["microaneurysm"]),
        ((0.4, 0.05, 0.9), (0.6, 0.05, 0.9), ["microaneurysm", "haemorrhage"]),
        ((0.44, 0.05, 0.9), (0.53, 0.05, 0.9), ["microaneurysm", "haemorrhage"]),
    ],
    ids=["surer", "surer haemorrhage", "within", "haemorrhage within", "apart", "touching"],
)
def test_a_red_spot_of_both_maps_is_one_lesion(micro, haem, kinds):
    shares = red(micro, haem)
    apart = tell_apart(shares, WHOLE)
    assert [spot.kind for spot in find_lesions(apart, WHOLE)] == kinds
    assert (apart <= shares).all()


def test_a_part_that_lost_takes_no_lesion_with_it():
    shares = np.zeros((len(MAPS), 64, 64))
    micro, haem = (shares[MAPS.index(kind)] for kind in ("microaneurysm", "haemorrhage"))
    micro[20:30, 20:30] = 0.7  # mostly in the large haemorrhage, and the small one lies in it
    haem[20:40, 2:26] = 0.9
    haem[21:23, 27:29] = 0.9
    spots = find_lesions(tell_apart(shares, WHOLE), WHOLE)
    assert [spot.kind for spot in spots] == ["haemorrhage", "haemorrhage"]


@pytest.mark.parametrize("number", range(4))
def test_the_side_of_the_disc_tells_the_drawn_eye(number):
    eye = eye_with(number, {})
    landmarks = seen(eye).landmarks
    assert (landmarks.eye, landmarks.eye_by) == (eye.side, "disc")


@pytest.mark.parametrize("number", range(4))
def test_the_fovea_is_where_it_was_drawn_within_a_tenth_of_the_field(number):
    eye = eye_with(number, {})
    x, y = seen(eye).landmarks.fovea
    middle = (np.array(eye.camera.centre) + 1) / 2
    assert np.hypot(x - middle[0], y - middle[1]) < 0.1


@pytest.mark.parametrize("number", range(2))
def test_the_quadrants_are_those_of_the_drawn_lesions(number):
    eye = eye_with(number, {"haemorrhage": 5})
    nose = float(np.sign(eye.anatomy.disc_x))
    places = ((-0.4, -0.3), (-0.1, -0.5), (0.6, -0.5), (0.55, 0.5), (-0.3, 0.4))
    lesions = tuple(
        replace(each, x=nose * x, y=y) for each, (x, y) in zip(eye.lesions, places, strict=True)
    )
    named = [QUADRANTS[quadrant(each.x, each.y, eye.anatomy.disc_x)] for each in lesions]
    wanted = ["superior_temporal", "superior_temporal", "superior_nasal"]
    assert named == [*wanted, "inferior_nasal", "inferior_temporal"]
    assert seen(replace(eye, lesions=lesions)).quadrants == dict(Counter(sorted(named)))


@pytest.mark.parametrize(
    ("kinds", "grade"),
    [({}, 0), ({"microaneurysm": 5}, 1), ({"microaneurysm": 1, "hard_exudate": 1}, 2)],
    ids=["nothing", "microaneurysms", "more"],
)
def test_the_lesions_make_the_grade_of_the_rule(kinds, grade):
    assert seen(eye_with(0, kinds)).grade == grade


def test_more_than_twenty_haemorrhages_in_each_quadrant_are_severe():
    places = [(x + i / 1000, y) for x in (0.3, 0.9) for y in (0.2, 0.8) for i in range(21)]
    many = spots_of("haemorrhage", *places)
    assert grade_of_spots(many, right_eye()) == 3
    assert grade_of_spots(many[1:], right_eye()) == 2


def test_mirrored_maps_are_mirrored_places_in_the_same_quadrants_of_the_other_eye():
    painted = paint(eye_with(0, COUNTS), SIZE)
    maps = planes(painted.mask[None])[0] * 0.9
    one, other = see_lesions(maps, painted.pixels), see_lesions(
        maps[:, :, ::-1], painted.pixels[:, ::-1])  # fmt: skip
    assert sorted(round(each.x, 9) for each in one.lesions) == sorted(
        round(1 - each.x, 9) for each in other.lesions
    )
    assert {one.landmarks.eye, other.landmarks.eye} == {"left", "right"}
    assert (one.quadrants, one.counts, one.grade) == (other.quadrants, other.counts, other.grade)


def test_a_spot_has_the_place_size_and_confidence_of_its_pixels():
    share = np.zeros((64, 64))
    share[16:20, 32:36] = 0.8
    (spot,) = find_spots(share, "haemorrhage", WHOLE)
    assert (spot.x, spot.y) == (34 / 64, 18 / 64)
    assert spot.area == pytest.approx(16 / 64**2)
    assert spot.diameter == pytest.approx(2 * np.sqrt(16 / np.pi) / 64)
    assert spot.confidence == pytest.approx(0.8)


def test_parts_that_touch_at_a_corner_are_one_lesion_and_the_largest_is_first():
    share = np.zeros((64, 64))
    share[1, 1] = share[5:8, 5:8] = share[8, 8] = 0.9
    assert [round(each.area * 64**2) for each in find_spots(share, "haemorrhage", WHOLE)] == [10, 1]


def test_what_lies_outside_the_field_or_below_the_threshold_is_no_lesion():
    shares = np.zeros((5, 64, 64))
    shares[0, 3, 3], shares[1, 40, 40] = 0.9, 0.4
    inside = WHOLE.copy()
    inside[:10] = False
    assert find_lesions(shares, inside) == ()
    assert [each.kind for each in find_lesions(shares, inside, threshold=0.3)] == [KINDS[1]]


@pytest.mark.parametrize(
    "share",
    [
        np.zeros((64, 64)),
        disc_at(0.8, radius=0.01),
        disc_at(0.6, radius=0.2),
        disc_at(0.7, radius=0.15) * (disc_at(0.74, radius=0.13) == 0),
    ],
    ids=["nothing", "too small", "too large", "a crescent"],
)
def test_without_a_disc_the_side_and_the_quadrants_are_unknown(share):
    found = find_landmarks(share, WHOLE)
    assert found == Landmarks()
    assert quadrant_of(spots_of("haemorrhage", (0.2, 0.2))[0], found) is None
    assert near_the_fovea([], found) is None


def test_a_disc_in_the_middle_tells_no_side_but_a_told_eye_does():
    assert find_landmarks(disc_at(0.52), WHOLE).eye is None
    found = find_landmarks(disc_at(0.52), WHOLE, "left")
    assert (found.eye, found.eye_by) == ("left", "given")
    assert found.fovea[0] > 0.7


def test_hard_exudates_near_the_fovea_are_counted_for_macular_edema():
    x, y = right_eye().fovea
    places = spots_of("hard_exudate", (x + 0.05, y), (x, y - 0.1), (x, y + 0.2))
    assert near_the_fovea(places, right_eye()) == 2
    assert near_the_fovea(spots_of("haemorrhage", (x, y)), right_eye()) == 0


def test_the_disc_is_never_counted_as_a_lesion():
    shares = np.zeros((5, 64, 64))
    shares[MAPS.index("disc")] = disc_at(0.8)
    assert find_lesions(shares, WHOLE) == ()


@pytest.mark.parametrize(("radius", "inside"), [(0.04, 0.09), (0.1, 0.15)])
def test_near_is_within_the_diameter_of_the_disc_that_was_seen(radius, inside):
    landmarks = find_landmarks(disc_at(0.8, radius=radius), WHOLE)
    x, y = landmarks.fovea
    assert landmarks.diameter == pytest.approx(np.sqrt(2 * radius * 0.13), abs=0.005)
    below = spots_of("hard_exudate", (x, y + inside), (x, y + landmarks.diameter + 0.01))
    assert near_the_fovea(below, landmarks) == 1


def test_where_no_disc_was_measured_near_is_within_a_usual_one():
    landmarks = Landmarks(fovea=(0.46, 0.53))
    below = spots_of("hard_exudate", (0.46, 0.53 + 0.129), (0.46, 0.53 + 0.131))
    assert near_the_fovea(below, landmarks) == 1


def sight_of(landmarks: Landmarks) -> LesionFindings:
    empty = np.zeros((5, 64, 64))
    return LesionFindings(empty, empty, (), landmarks, 0, None, 0.5)


def test_a_fovea_outside_the_picture_is_not_known_and_neither_is_what_lies_near_it():
    found = find_landmarks(disc_at(0.57, radius=0.11), WHOLE, "left")
    assert (found.eye, found.fovea) == ("left", None)
    assert near_the_fovea(spots_of("hard_exudate", (0.46, 0.53)), found) is None
    assert quadrant_of(spots_of("haemorrhage", (0.2, 0.2))[0], found) is None
    for language in LANGUAGES:
        said = message(language, "explain-side_fovea_outside", eye="left")
        assert side(sight_of(found), language) == said


@pytest.mark.parametrize(("eye", "x"), [("left", 0.6), ("left", 0.8), ("right", 0.4)])
def test_a_told_eye_whose_disc_lies_on_the_other_side_has_no_fovea_and_that_is_said(eye, x):
    found = find_landmarks(disc_at(x), WHOLE, eye)
    assert (found.eye, found.eye_by, found.fovea) == (eye, "given", None)
    assert quadrant_of(spots_of("haemorrhage", (0.2, 0.2))[0], found) is None
    for language in LANGUAGES:
        said = message(language, "explain-side_disc_of_the_other_eye", eye=eye)
        assert side(sight_of(found), language) == said


@pytest.mark.parametrize(("eye", "x"), [("left", 0.2), ("right", 0.8), ("left", 0.52)])
def test_a_told_eye_whose_disc_lies_on_its_side_or_in_the_middle_has_a_fovea(eye, x):
    found = find_landmarks(disc_at(x), WHOLE, eye)
    assert found.fovea is not None
    assert not found.disc_is_of_other_eye


def maps_with(*parts: tuple[str, int, int, int]) -> np.ndarray:
    """Maps (5, 64, 64) with a square part of a kind: its corner's row and column, and its side."""
    maps = np.zeros((len(MAPS), 64, 64))
    for kind, row, column, side_px in parts:
        maps[MAPS.index(kind), row : row + side_px, column : column + side_px] = 0.9
    return maps


DUST = [DustSpot(0.5, 0.5, 3 / 64, 0.1, 1.0, near=0.5 / 64)]  # around the pixel (31, 31)
ON_DUST, BESIDE = ("haemorrhage", 31, 31, 2), ("haemorrhage", 10, 10, 2)


def test_a_mark_on_dust_is_set_aside_and_one_beside_it_stays():
    left, on_dust = set_aside(maps_with(ON_DUST, BESIDE), DUST, WHOLE)
    assert [(spot.kind, round(spot.x, 2)) for spot in on_dust] == [("haemorrhage", 0.5)]
    assert [round(spot.x, 2) for spot in find_lesions(left, WHOLE)] == [round(11 / 64, 2)]


def test_a_lesion_much_larger_than_the_dust_below_it_stays():
    maps = maps_with(("haemorrhage", 24, 24, 16))
    left, on_dust = set_aside(maps, DUST, WHOLE)
    assert on_dust == ()
    assert np.array_equal(left, maps)


def test_exudates_and_the_disc_are_bright_and_never_dust():
    maps = maps_with(*((kind, 31, 31, 2) for kind in MAPS))
    left, on_dust = set_aside(maps, DUST, WHOLE)
    assert {spot.kind for spot in on_dust} == {"microaneurysm", "haemorrhage"}
    for kind in ("hard_exudate", "soft_exudate", "disc"):
        assert np.array_equal(left[MAPS.index(kind)], maps[MAPS.index(kind)])


def test_what_is_set_aside_is_the_lesion_that_would_have_been_found():
    maps = maps_with(ON_DUST, BESIDE, ("microaneurysm", 33, 31, 1))
    found = find_lesions(maps, WHOLE)
    _, on_dust = set_aside(maps, DUST, WHOLE)
    assert len(on_dust) == 2
    assert set(on_dust) < set(found)


def test_dust_changes_counts_and_the_grade_of_the_lesions_and_where_it_is_unknown_nothing():
    light = np.full((128, 128, 3), 120, np.uint8)
    known = see_lesions(maps_with(ON_DUST), light, dust=DUST)
    unknown = see_lesions(maps_with(ON_DUST), light)
    assert (known.counts["haemorrhage"], known.grade, len(known.on_dust)) == (0, 0, 1)
    assert (unknown.counts["haemorrhage"], unknown.on_dust) == (1, None)
    assert unknown.grade > 0


@pytest.mark.parametrize(("n", "language", "says"), [
    (0, "en", "No detection lies on camera dust"),
    (1, "en", "One detection lies on"), (3, "en", "3 detections lie on"),
    (0, "zh-TW", "沒有偵測結果落在"), (3, "zh-TW", "有 3 處偵測結果落在"),
])  # fmt: skip
def test_how_many_detections_lie_on_dust_is_said_in_both_languages(n, language, says):
    assert dust_words(n, language).startswith(says)
