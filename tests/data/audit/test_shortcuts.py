"""The file alone tells disease where camera and disease are one, and not where they are not."""

import numpy as np
import polars as pl
import pytest

from drgrade.data.audit.shortcuts import TELLS, find_shortcut

N = 400
PATIENTS = np.repeat(np.arange(N // 2), 2).astype(str)


def table(generator, is_ill, share):
    """Photos whose width follows disease for a share of the patients, else chance."""
    follows = np.repeat(generator.random(N // 2) < share, 2)
    wide = np.where(follows, is_ill, np.repeat(generator.random(N // 2) < 0.5, 2))
    return pl.DataFrame({
        "width": np.where(wide, 4288, 2048), "height": np.full(N, 1536),
        "bytes": generator.integers(10**5, 10**6, N),
    })  # fmt: skip


@pytest.fixture
def ill():
    return np.repeat(np.random.default_rng(1).random(N // 2) < 0.4, 2)


def test_a_camera_that_is_the_diagnosis_is_seen_and_named(ill):
    found = find_shortcut(table(np.random.default_rng(2), ill, 0.9), ill, PATIENTS)
    assert found.auc > 0.9
    assert found.best in ("width", "aspect")


def test_cameras_dealt_by_chance_tell_nothing(ill):
    found = find_shortcut(table(np.random.default_rng(2), ill, 0.0), ill, PATIENTS)
    assert found.auc < TELLS


def test_patients_are_never_divided(ill):
    """A fact that names the patient tells nothing of patients it was not learned from."""
    own = pl.DataFrame({"bytes": np.repeat(np.random.default_rng(3).permutation(N // 2), 2)})
    assert find_shortcut(own, ill, PATIENTS).auc < TELLS


def test_without_columns_or_with_one_side_nothing_is_told(ill):
    assert find_shortcut(pl.DataFrame({"photo": ["a"] * N}), ill, PATIENTS) is None
    known = table(np.random.default_rng(2), ill, 0.9)
    assert find_shortcut(known, np.zeros(N, bool), PATIENTS) is None
