"""Photographs that nothing can be learned from are refused before any work."""

import polars as pl
import pytest

pytest.importorskip("torch")

from drgrade.data.tables.manifest import make_manifest
from drgrade.errors import ManifestError
from drgrade.recipe.recipe import make_recipe
from drgrade.training.prepared import prepare, refuse_untrainable


@pytest.mark.parametrize("refuse", [refuse_untrainable, prepare])
def test_photos_of_one_grade_alone_train_nothing(tmp_path, refuse):
    rows = {"photo": [f"{n}.jpg" for n in range(60)], "grade": [0] * 60}
    manifest = make_manifest(pl.DataFrame(rows), tmp_path)
    with pytest.raises(ManifestError) as caught:
        refuse(make_recipe({}), manifest)
    assert caught.value.reason.code == "training_one_grade"
