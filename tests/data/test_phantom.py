"""Drawn eyes: the grade follows from what was drawn, and any one can be drawn again."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from drgrade.data.phantom import draw_eye, draw_set, paint
from drgrade.data.phantom_lesions import BITS, PRERETINAL, Lesion, grade_of, severities

DISC = 0.5


def some(kind: str, places: list[tuple[float, float]]) -> tuple[Lesion, ...]:
    return tuple(Lesion(kind, x, y, 0.02, 0) for x, y in places)


CORNERS = [(0.0, -0.4), (0.6, -0.4), (0.0, 0.4), (0.6, 0.4)]


@pytest.mark.parametrize(
    ("lesions", "grade"),
    [
        ((), 0),
        (some("microaneurysm", CORNERS), 1),
        (some("microaneurysm", CORNERS) + some("hard_exudate", [(0.1, 0.1)]), 2),
        (some("haemorrhage", CORNERS), 2),
        (some("haemorrhage", CORNERS * 20), 2),
        (some("haemorrhage", CORNERS * 21), 3),
        (some("haemorrhage", CORNERS[:3] * 40), 2),
        (some("beading", CORNERS[:1]), 2),
        (some("beading", CORNERS[:2]), 3),
        (some("irma", CORNERS[:1]), 3),
        (some("new_vessel", CORNERS[:1]), 4),
        (some(PRERETINAL, CORNERS[:1]) + some("irma", CORNERS[:1]), 4),
    ],
)
def test_the_grade_follows_from_the_lesions_by_the_icdr_rule(lesions, grade):
    assert grade_of(lesions, DISC) == grade


def test_any_eye_is_drawn_again_from_its_number_alone():
    one, two = (paint(draw_eye(7, 11), 96) for _ in range(2))
    assert np.array_equal(one.pixels, two.pixels)
    assert np.array_equal(one.mask, two.mask)


def test_no_two_eyes_are_alike():
    pictures = {paint(draw_eye(0, i), 64).pixels.tobytes() for i in range(40)}
    assert len(pictures) == 40


def test_a_patient_has_a_right_and_a_left_eye_with_the_disc_on_the_nasal_side():
    right, left = draw_eye(0, 0), draw_eye(0, 1)
    assert right.patient == left.patient
    assert (right.side, left.side) == ("right", "left")
    assert right.anatomy.disc_x > 0 > left.anatomy.disc_x


def test_the_severities_of_two_eyes_correlate_as_published():
    generator = np.random.default_rng(0)
    both = np.array([severities(generator, 0.0) for _ in range(20_000)])
    assert np.corrcoef(both.T)[0, 1] == pytest.approx(0.81, abs=0.01)


def test_every_grade_is_drawn():
    assert {draw_eye(0, i).grade for i in range(300)} == {0, 1, 2, 3, 4}


def test_lesions_that_are_painted_are_marked_in_the_mask():
    eye = next(e for e in (draw_eye(0, i) for i in range(200)) if e.grade == 2)
    mask = paint(eye, 512).mask
    for kind in {lesion.kind for lesion in eye.lesions} - {"microaneurysm"}:
        assert (mask >> BITS[kind] & 1).any()


def test_a_healthy_eye_has_a_disc_and_no_lesion_in_its_mask():
    eye = next(e for e in (draw_eye(0, i) for i in range(50)) if e.grade == 0)
    assert set(np.unique(paint(eye, 128).mask)) == {0, 1 << BITS["disc"]}


def test_lesions_change_the_photo_only_where_they_are():
    eye = next(e for e in (draw_eye(0, i) for i in range(200)) if e.grade == 2)
    eye = replace(eye, anatomy=replace(eye.anatomy, blur=0.0))
    sick, healthy = paint(eye, 256), paint(replace(eye, lesions=()), 256)
    changed = np.abs(sick.pixels.astype(int) - healthy.pixels).max(axis=2) > 60
    assert changed.any()
    assert ((sick.mask & ~np.uint8(1 << BITS["disc"])) > 0)[changed].mean() > 0.9


def test_a_set_is_written_with_manifest_and_masks_and_redrawn_the_same(tmp_path):
    manifest = draw_set(6, tmp_path / "a", size=64, seed=3)
    draw_set(6, tmp_path / "b", size=64, seed=3)
    for photo, mask in zip(manifest.table["photo"], manifest.table["mask"], strict=True):
        assert (tmp_path / "a" / photo).read_bytes() == (tmp_path / "b" / photo).read_bytes()
        with Image.open(tmp_path / "a" / mask) as marked:
            assert marked.size == (64, 64)
    assert manifest.facts["source"] == "drawn"
    assert manifest.table["patient"].n_unique() == 3
