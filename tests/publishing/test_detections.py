"""Marks are counted against reference masks: right, beside it, and what is left out."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

torch = pytest.importorskip("torch")

from drgrade.data.photos.masks import KINDS, MAPS
from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.tables.manifest import make_manifest
from drgrade.data.tables.predictions import from_rows
from drgrade.errors import PredictionsError
from drgrade.explanation.explain import see_lesions
from drgrade.models.grader import Grader
from drgrade.publishing.detections import (
    Masked,
    check_marks,
    count_marks,
    healthy_photos,
    marks_on_healthy,
    masked_photos,
)
from drgrade.recipe.recipe import Model

SIDE = 64
LIGHT = np.full((SIDE, SIDE, 3), 120, np.uint8)


def planes_with(kind: str, *places: tuple[int, int]) -> np.ndarray:
    """Reference planes (5, S, S) with a lesion of 4 x 4 pixels at each place."""
    masks = np.zeros((len(MAPS), SIDE, SIDE), bool)
    for y, x in places:
        masks[MAPS.index(kind), y : y + 4, x : x + 4] = True
    return masks


def marks_of(shown: np.ndarray, masks: np.ndarray, kind: str):
    """The marks of maps at half the side, (5, S/2, S/2)."""
    small = shown.reshape(len(MAPS), SIDE // 2, 2, SIDE // 2, 2).any(axis=(2, 4)) * 0.9
    return count_marks(see_lesions(small, LIGHT), masks)[KINDS.index(kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_marks_on_all_lesions_are_all_right_and_leave_none_out(kind):
    masks = planes_with(kind, (8, 8), (40, 20), (20, 48))
    told = marks_of(masks, masks, kind)
    assert (told.found, told.right, told.on_any, told.lesions, told.marked) == (3, 3, 3, 3, 3)


def test_a_mark_elsewhere_is_wrong_and_the_lesion_left_out():
    masks = planes_with("haemorrhage", (8, 8))
    told = marks_of(planes_with("haemorrhage", (40, 40)), masks, "haemorrhage")
    assert (told.found, told.right, told.on_any, told.lesions, told.marked) == (1, 0, 0, 1, 0)


def test_a_mark_on_a_lesion_of_another_kind_is_on_a_lesion_and_not_right():
    masks = planes_with("hard_exudate", (8, 8))
    told = marks_of(planes_with("soft_exudate", (8, 8)), masks, "soft_exudate")
    assert (told.found, told.right, told.on_any, told.lesions) == (1, 0, 1, 0)


def test_a_pixel_of_the_map_beside_a_lesion_is_near_enough_and_two_are_not():
    masks = planes_with("haemorrhage", (8, 8))
    near, far = (planes_with("haemorrhage", (8, x)) for x in (12, 16))
    assert marks_of(near, masks, "haemorrhage").right == 1
    assert marks_of(far, masks, "haemorrhage").right == 0


def test_two_marks_in_one_lesion_find_it_once():
    masks = planes_with("hard_exudate", (8, 8))
    masks[MAPS.index("hard_exudate"), 8:12, 8:20] = True
    told = marks_of(planes_with("hard_exudate", (8, 8), (8, 16)), masks, "hard_exudate")
    assert (told.found, told.right, told.lesions, told.marked) == (2, 2, 1, 1)


def test_nothing_marked_and_nothing_there_counts_nothing():
    none = np.zeros((len(MAPS), SIDE, SIDE), bool)
    sight = replace(see_lesions(none[:, ::2, ::2] * 0.9, LIGHT))
    assert {tuple(vars(each).values()) for each in count_marks(sight, none)} == {(0, 0, 0, 0, 0)}


GRADER = Grader(torch.nn.Identity(), Model(lesions=True), Preprocess(size=64), "corn")


def manifest_with_masks(root, *photos):
    masks = [f"{photo}.mask.png" for photo in photos]
    return make_manifest(pl.DataFrame({"photo": photos, "mask": masks}), root)


def rows_of(*photos, split="calibrate", **more):
    return [{"photo": each, "grade": 0, "status": "graded", "split": split, **more}
            for each in photos]  # fmt: skip


def test_of_a_photo_that_comes_twice_the_graded_row_alone_counts(tmp_path):
    twice = rows_of("a.png") + rows_of("a.png", status="duplicate") + rows_of("b.png")
    manifest = manifest_with_masks(tmp_path, "a.png", "b.png")
    found = masked_photos(GRADER, from_rows(twice), tmp_path, manifest)
    assert [each.photo.name for each in found] == ["a.png", "b.png"]


def test_rows_of_folds_without_the_column_fold_are_refused_with_the_way_out(tmp_path):
    rows = from_rows(rows_of("a.png", split="out_of_fold"))
    for ask in (masked_photos, healthy_photos):
        with pytest.raises(PredictionsError, match="without the column fold; give the out_of_fold"):
            ask(GRADER, rows, tmp_path, manifest_with_masks(tmp_path, "a.png"))


def test_a_column_fold_of_rows_of_another_split_names_no_model(tmp_path):
    rows = from_rows(rows_of("a.png", fold=2))
    manifest = manifest_with_masks(tmp_path, "a.png")
    (found,) = masked_photos(GRADER, rows, tmp_path, manifest)
    ((own, _),) = healthy_photos(GRADER, rows, tmp_path, manifest)
    assert found.grader is own is GRADER


def test_photographs_none_of_which_is_there_are_refused_with_the_way_out(tmp_path):
    lost = [tmp_path / "a.png", tmp_path / "b.png"]
    why = "none of 2 .first: a.png: cannot be read: No such file.*; give the manifest the root"
    with pytest.raises(PredictionsError, match=f"with masks, got {why}"):
        check_marks([Masked(GRADER, path, path) for path in lost])
    with pytest.raises(PredictionsError, match=f"of grade 0, got {why}"):
        marks_on_healthy([(GRADER, path) for path in lost])
    assert marks_on_healthy([]).shape == (0, 2, len(KINDS))
