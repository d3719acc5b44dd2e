"""What taught a model is in its file from its first epoch on; what nothing taught is not told."""

from pathlib import Path

import pytest

pytest.importorskip("torch")

from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.errors import ManifestError
from drgrade.inference.engine_torch import TorchEngine
from drgrade.inference.stream import grade_photos
from drgrade.lab.cells import Cell
from drgrade.lab.plan import measure
from drgrade.models.checkpoint import load_grader
from drgrade.models.weights.start import start_knows_dme
from drgrade.provenance.photo_set import SetProvenance
from drgrade.publishing.origins import origins
from drgrade.recipe.recipe import make_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.training import fit, loop
from drgrade.training.fit import resume_run, run
from drgrade.training.stages import run_stages


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Manifest:
    folder = tmp_path_factory.mktemp("photos")
    draw_set(24, folder, size=64, seed=9)
    return read_manifest(folder / "manifest.csv")


def without(manifest: Manifest, *columns: str) -> Manifest:
    return Manifest(manifest.table.drop(*columns), manifest.root, manifest.provenance)


def quick(start: str = "random", **sections):
    model = {"network": "resnet10_narrow", "start": start, "lesions": True, "reads": "both",
             "dme": True}  # fmt: skip
    common = {"data": {"size": 32, "workers": 0}, "train": {"epochs": 1, "batch": 8},
              "objective": {"name": "cross_entropy"}, "model": model}  # fmt: skip
    return make_recipe(common | {name: common.get(name, {}) | of for name, of in sections.items()})


class StoppedError(Exception):
    """In place of a machine that stops."""


def test_a_model_of_an_unfinished_run_says_what_taught_it(photos, tmp_path, monkeypatch):
    def stop(*_):
        raise StoppedError

    monkeypatch.setattr(fit, "finish", stop)
    closed = Manifest(photos.table, photos.root, SetProvenance(source="eyepacs"))
    for name, manifest in (("drawn", photos), ("closed", closed)):
        with pytest.raises(StoppedError):
            run(quick(), manifest, tmp_path / name)
    assert load_grader(tmp_path / "drawn").knows_drawn_eyes_alone
    (found,) = origins(RunFolder(tmp_path / "closed").best)
    assert (found.name, found.terms) == ("eyepacs", "closed")


def test_edema_that_no_photograph_taught_is_not_told(photos, tmp_path, capsys):
    folder = run(quick(), without(photos, "dme"), tmp_path / "run")
    assert "no training photo tells of macular edema" in capsys.readouterr().err
    table = read_predictions(folder / "predictions.parquet").table
    assert "p_dme" not in table.columns or table["p_dme"].null_count() == table.height
    photo = photos.table["photo"][0]
    (row,) = grade_photos(
        TorchEngine(load_grader(folder)), [(photo, photos.locate(photo))], retina_check=False
    )
    assert row["status"] == "graded"
    assert "p_dme" not in row
    assert not start_knows_dme("resnet10_narrow", str(folder))


def test_edema_that_the_start_learned_is_told_on(photos, tmp_path):
    first = run(quick(), photos, tmp_path / "first")
    assert start_knows_dme("resnet10_narrow", str(first))
    second = run(quick(str(first)), without(photos, "dme"), tmp_path / "second")
    assert read_predictions(second / "predictions.parquet").table["p_dme"].count()
    for start in ("random", "imagenet"):
        assert not start_knows_dme("resnet10_narrow", start)


def test_counts_alone_teach_no_map_and_that_is_said(photos, tmp_path, capsys):
    recipe = quick(lesions={"masked_share": 0.5})
    run(recipe, without(photos, "mask"), tmp_path / "run")
    said = capsys.readouterr().err
    assert "no training photo has a mask" in said
    assert "lesions.masked_share does nothing" in said


@pytest.mark.parametrize("objective", ["cross_entropy", "corn"])
def test_a_lab_of_graders_with_lesions_and_edema_is_timed(objective):
    recipe = quick(objective={"name": objective})
    pace = measure(Cell("cell", "resnet10_narrow", "random", 32, "table", recipe))
    assert pace.learning > 0
    assert pace.judging > 0


def test_a_limit_that_is_smaller_than_every_patient_is_named(photos, tmp_path):
    recipe = quick(data={"size": 32, "workers": 0, "photos": 1})
    with pytest.raises(ManifestError, match=r"got 0; raise data\.photos = 1"):
        run(recipe, photos, tmp_path / "run")


def test_a_run_goes_on_from_another_folder_though_its_manifest_is_told_relative(
    photos, tmp_path, monkeypatch
):
    begun, other = Path(photos.root), tmp_path / "other"
    other.mkdir()
    monkeypatch.chdir(begun)
    recipe = quick(data={"size": 32, "workers": 0, "manifest": "manifest.csv"})
    files = RunFolder(run(recipe, None, tmp_path / "run"))
    stages = {"name": "two", "data": {"size": 32, "workers": 0}, "train": {"epochs": 1},
              "stages": [{"name": "drawn", "data": {"drawn": 12}},
                         {"name": "real", "data": {"manifest": "manifest.csv"}}]}  # fmt: skip
    staged = make_recipe(stages)
    run_stages(staged, None, tmp_path / "staged")
    monkeypatch.chdir(other)
    files.finished.unlink()
    assert resume_run(files.folder) == files.folder
    RunFolder(tmp_path / "staged").finished.unlink()
    assert run_stages(staged, None, tmp_path / "staged", resume=True) == tmp_path / "staged"


def test_the_average_knows_how_many_updates_there_were_before(photos, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(loop, "update_average", lambda *given: told.append(given[-1]))
    recipe = quick(train={"epochs": 3, "batch": 4, "accumulate": 3, "ema": 0.9})
    run(recipe, photos, tmp_path / "run")
    assert told == list(range(len(told)))
    assert len(told) > 3


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({"source": "drawn", "drawing": 7}, 7),
        ({"source": "drawn"}, None),
        ({"source": "drawn", "drawing": "new"}, None),
        ({"source": "eyepacs", "drawing": 7}, None),
    ],
)
def test_a_model_of_drawn_photographs_tells_which_drawing_they_are_of(
    photos, tmp_path, known, told
):
    manifest = Manifest(photos.table, photos.root, SetProvenance(**known))
    files = RunFolder(run(quick(), manifest, tmp_path / "run"))
    assert load_grader(files.best).provenance.drawing == told
    assert files.read_json(files.provenance).get("drawing") == told
