"""Drawn eyes: the grade follows from what was drawn, and any one can be drawn again."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from drgrade.data.phantom.drawing import DRAWING, draw_eye, draw_set, paint
from drgrade.data.phantom.lesions import BITS, Lesion
from drgrade.data.photos.masks import read_mask
from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.errors import UsageError
from drgrade.icdr import PRERETINAL, VITREOUS, dme_of, grade_of
from drgrade.provenance.photo_set import SetProvenance

DISC = 0.5


def some(kind: str, places: list[tuple[float, float]], radius: float = 0.02) -> tuple[Lesion, ...]:
    return tuple(Lesion(kind, x, y, radius, 0) for x, y in places)


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
        (some("irma", CORNERS[:1], 0.06), 3),
        (some("irma", CORNERS[:1], 0.04), 2),
        (some("laser_scar", CORNERS), 0),
        (some(VITREOUS, CORNERS[:1]), 4),
        (some("new_vessel", CORNERS[:1]), 4),
        (some(PRERETINAL, CORNERS[:1]) + some("irma", CORNERS[:1], 0.06), 4),
    ],
)
def test_the_grade_follows_from_the_lesions_by_the_icdr_rule(lesions, grade):
    assert grade_of(lesions, DISC) == grade


@pytest.mark.parametrize("content", ["{", "[1]"])
def test_settings_that_are_damaged_are_refused_in_a_line(tmp_path, content):
    draw_set(1, tmp_path, size=64)
    (tmp_path / "drawn.json").write_text(content)
    with pytest.raises(UsageError, match="by another version of the drawing"):
        draw_set(1, tmp_path, size=64)


@pytest.mark.parametrize("name", ["manifest.csv", "manifest.json"])
def test_anothers_table_is_refused_before_anything_is_drawn(tmp_path, name):
    (tmp_path / "manifest.csv").write_bytes(b"caf\xe9,1\n")
    (tmp_path / name).write_bytes(b"caf\xe9,1\n")
    with pytest.raises(UsageError, match=r"manifest\.(csv|json)"):
        draw_set(2, tmp_path, size=64)
    assert not (tmp_path / "photos").exists()
    assert not (tmp_path / "drawn.json").exists()


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


@pytest.mark.proof
def test_the_grades_of_two_eyes_correlate_as_published():
    grades = np.array([draw_eye(3, number).grade for number in range(3000)]).reshape(-1, 2)
    around = grades - grades.mean()
    correlation = around.prod(axis=1).mean() / (around**2).mean()
    assert correlation == pytest.approx(0.808, abs=0.03)


@pytest.mark.parametrize(
    ("places", "dme"), [([], 0), ([(0.5, 0.3)], 1), ([(0.5, 0.3), (0.1, 0.2)], 2)]
)
def test_macular_edema_is_told_by_how_near_hard_exudates_lie(places, dme):
    assert dme_of(some("hard_exudate", places) + some("haemorrhage", [(0.1, 0.1)])) == dme


def test_some_photos_cannot_be_graded_and_their_grade_is_known_still():
    eyes = [draw_eye(0, number) for number in range(300)]
    assert {eye.quality for eye in eyes} == {"good", "usable", "reject"}
    assert {eye.grade for eye in eyes if eye.quality == "reject"} >= {0, 2}


def test_every_lesion_lies_in_the_field_that_is_seen():
    eyes = (draw_eye(2, number) for number in range(60))
    painted = [(eye, paint(eye, 256).mask) for eye in eyes]
    missing = [kind for eye, mask in painted for kind in {lesion.kind for lesion in eye.lesions}
               if not (mask >> BITS[kind] & 1).any()]  # fmt: skip
    assert missing == []


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
    eye = next(e for e in (draw_eye(0, i, shift=1.5) for i in range(9)) if e.grade == 2)
    camera = replace(eye.camera, softness=0.3, sharpening=0.0)
    plain = tuple(replace(lesion, strength=1.0) for lesion in eye.lesions)
    eye = replace(eye, camera=camera, disturbers=(), lesions=plain)
    sick, healthy = paint(eye, 256), paint(replace(eye, lesions=()), 256)
    changed = np.abs(sick.pixels.astype(int) - healthy.pixels).max(axis=2) > 25
    assert changed.any()
    assert ((sick.mask & ~np.uint16(1 << BITS["disc"])) > 0)[changed].mean() > 0.9


def test_a_set_is_written_with_manifest_and_masks_and_redrawn_the_same(tmp_path):
    manifest = draw_set(6, tmp_path / "a", size=64, seed=3)
    draw_set(6, tmp_path / "b", size=64, seed=3)
    for photo, mask in zip(manifest.table["photo"], manifest.table["mask"], strict=True):
        assert (tmp_path / "a" / photo).read_bytes() == (tmp_path / "b" / photo).read_bytes()
        assert read_mask(tmp_path / "a" / mask).shape == (64, 64)
        with Image.open(tmp_path / "a" / photo) as drawn:
            assert drawn.size == (64, 64)
    assert manifest.provenance.source == "drawn"
    assert manifest.table["patient"].n_unique() == 3


def test_the_manifest_counts_the_lesions_that_lie_in_sight(tmp_path):
    table = draw_set(8, tmp_path, size=64, seed=3, shift=1.5).table
    counted = table.select("n_microaneurysm", "n_haemorrhage", "n_hard_exudate", "n_soft_exudate")
    kinds = [[lesion.kind for lesion in draw_eye(3, i, shift=1.5).lesions] for i in range(8)]
    assert counted.rows() == [
        tuple(each.count(column.removeprefix("n_")) for column in counted.columns) for each in kinds
    ]
    assert min(counted.sum().row(0)) > 0


def test_a_folder_drawn_with_other_settings_is_refused_and_kept(tmp_path):
    draw_set(2, tmp_path, size=64, seed=0)
    draw_set(4, tmp_path, size=64, seed=0)
    before = sorted(tmp_path.rglob("*.jpg"))
    with pytest.raises(UsageError, match="drawn with seed 0, asked is 1;"):
        draw_set(2, tmp_path, size=64, seed=1)
    (tmp_path / "drawn.json").unlink()
    with pytest.raises(UsageError, match="by another version of the drawing"):
        draw_set(2, tmp_path, size=64, seed=0)
    assert sorted(tmp_path.rglob("*.jpg")) == before


def test_several_processes_draw_the_same_photographs(tmp_path):
    one = draw_set(64, tmp_path / "one", size=64, workers=1)
    two = draw_set(64, tmp_path / "two", size=64, workers=2)
    assert one.table.equals(two.table)
    for photo in one.table["photo"]:
        assert (tmp_path / "one" / photo).read_bytes() == (tmp_path / "two" / photo).read_bytes()


def test_a_set_whose_provenance_was_not_written_is_told_to_be_drawn_when_it_is_drawn_again(
    tmp_path,
):
    draw_set(4, tmp_path, size=64, seed=3)
    before = (tmp_path / "manifest.json").read_bytes()
    (tmp_path / "manifest.json").unlink()
    draw_set(4, tmp_path, size=64, seed=3)
    assert (tmp_path / "manifest.json").read_bytes() == before


def test_a_set_tells_which_drawing_it_is_of_and_its_hash_does_not(tmp_path):
    drawn = draw_set(2, tmp_path, size=64)
    kept = read_manifest(tmp_path / "manifest.csv")
    for manifest in (drawn, kept):
        assert manifest.provenance == SetProvenance(source="drawn", seed=0, drawing=DRAWING)
        assert (
            manifest.hash == Manifest(manifest.table, tmp_path, SetProvenance(source="drawn")).hash
        )


def test_a_set_of_an_older_version_tells_its_drawing_when_it_is_drawn_again(tmp_path):
    draw_set(2, tmp_path, size=64)
    beside = tmp_path / "manifest.json"
    beside.write_text('{"kind": "drgrade manifest", "source": "drawn", "seed": 0, "notes": ["x"]}')
    draw_set(1, tmp_path, size=64)
    kept = read_manifest(tmp_path / "manifest.csv")
    assert len(kept) == 2
    assert kept.provenance.as_json() == {
        "source": "drawn",
        "seed": 0,
        "drawing": DRAWING,
        "notes": ["x"],
    }
