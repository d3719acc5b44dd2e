"""Whether explanations are true: pointing at lesions, and lesions that are missed when erased."""

import numpy as np
import pytest

pytest.importorskip("torch")

from attribution_check import Erasing, draw_decoy, erase, painted_over, point

from drgrade.explanation.findings import find_spots

SIZE = 64
INSIDE = np.ones((SIZE, SIZE), bool)
MARK = np.zeros((SIZE, SIZE), bool)
MARK[20:24, 30:36] = MARK[50:53, 8:11] = True


def red_spots() -> np.ndarray:
    pixels = np.full((SIZE, SIZE, 3), 120, np.uint8)
    pixels[MARK] = (20, 30, 40)
    return pixels


def darkness(pixels: np.ndarray) -> float:
    return float((120.0 - pixels).mean())


def decoys(number: int = 5) -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    return [draw_decoy(generator, MARK, INSIDE) for _ in range(number)]


def test_painting_over_leaves_the_rest_and_gives_the_mark_its_surroundings():
    done = painted_over(red_spots(), MARK, INSIDE)
    assert np.array_equal(done[~MARK], red_spots()[~MARK])
    assert np.all(done == 120)


def test_a_mark_as_large_as_half_the_field_is_painted_over_too():
    half = np.zeros((SIZE, SIZE), bool)
    half[:, : SIZE // 2] = True
    pixels = np.where(half[..., None], 0, 200).astype(np.uint8).repeat(3, axis=2)
    assert painted_over(pixels, half, INSIDE).min() == 200


def test_nothing_to_paint_over_changes_nothing():
    assert np.array_equal(painted_over(red_spots(), np.zeros_like(MARK), INSIDE), red_spots())


def test_a_decoy_has_as_many_pixels_of_the_same_shapes_beside_the_marks():
    for decoy in decoys():
        areas = [each.area * SIZE**2 for each in find_spots(decoy * 1.0, "haemorrhage", INSIDE)]
        assert areas == pytest.approx([24, 9])
        assert not (decoy & MARK).any()


def test_the_same_generator_draws_the_same_decoy():
    assert np.array_equal(decoys(1)[0], decoys(1)[0])


def test_a_mark_that_finds_no_other_place_has_no_decoy():
    assert draw_decoy(np.random.default_rng(0), MARK | (np.arange(SIZE) < 40), INSIDE) is None


def test_marks_that_a_figure_reads_matter():
    found = erase(red_spots(), MARK, decoys(), INSIDE, darkness)
    assert found.marked > 0
    assert found.decoys == pytest.approx([0.0] * 5, abs=found.marked / 100)
    assert found.matters


def test_marks_that_a_figure_does_not_read_do_not_matter():
    found = erase(red_spots(), MARK, decoys(), INSIDE, lambda pixels: float(pixels[0, 0, 0]))
    assert not found.matters


def test_one_decoy_that_moves_the_figure_as_much_is_enough_to_doubt():
    assert Erasing(-2.0, (1.0, -1.9)).matters
    assert not Erasing(2.0, (1.0, -2.0)).matters


def test_a_move_too_small_to_mean_anything_does_not_matter_even_if_it_stands_out():
    assert Erasing(0.05, (0.001, 0.002)).stands_out
    assert not Erasing(0.05, (0.001, 0.002)).matters


def says(row: int, column: int) -> np.ndarray:
    found = np.zeros((4, 4))
    found[row, column] = 1
    return found


def test_the_strongest_place_hits_when_any_pixel_of_it_is_lesion():
    assert point(says(1, 1), MARK, INSIDE).hit
    assert not point(says(0, 0), MARK, INSIDE).hit


def test_chance_is_the_share_of_places_that_hold_a_lesion():
    assert point(says(0, 0), MARK, INSIDE).chance == 3 / 16


def test_places_outside_the_field_are_not_pointed_at():
    inside = INSIDE.copy()
    inside[:16] = False
    evidence = says(0, 0) + 0.5 * says(1, 1)
    assert point(evidence, MARK, inside).hit
    assert point(evidence, MARK, inside).chance == 3 / 12


def test_a_photo_without_a_lesion_is_not_played():
    assert point(says(0, 0), np.zeros_like(MARK), INSIDE) is None


@pytest.mark.parametrize("side", [5, 7])
def test_places_need_not_divide_the_side(side):
    evidence = np.zeros((side, side))
    evidence[22 * side // SIZE, 32 * side // SIZE] = 1
    assert point(evidence, MARK, INSIDE).hit
