"""Stages: each starts from the one before, none is repeated, and real photos never leak."""

from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("torch")

from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.errors import RecipeError, RunError
from drgrade.inference.engine_torch import TorchEngine
from drgrade.inference.stream import grade_photos
from drgrade.models.checkpoint import load_grader, load_tensors
from drgrade.recipe.recipe import Data, Model, Recipe, Train, make_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.files import sha256_file
from drgrade.training import stages
from drgrade.training.fit import run
from drgrade.training.folds import run_folds
from drgrade.training.prepared import prepare
from drgrade.training.processes import Processes
from drgrade.training.stages import PLAN, chained, check_stages, planned, run_stages


def recipe(real: str = "", **last: object) -> Recipe:
    """Two stages; `last` are sections of the second."""
    data = {"data": {"manifest": real, "split_seed": 1}}
    return make_recipe(
        {
            "name": "two",
            "data": {"size": 32, "workers": 0},
            "model": {"network": "resnet10_narrow"},
            "train": {"epochs": 1, "batch": 8},
            "stages": [
                {"name": "drawn", "data": {"drawn": 24}, "model": {"lesions": True}},
                {"name": "real", **data, **last},
            ],
        }
    )


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("photos")
    draw_set(24, folder, size=64, seed=9)
    return str(folder / "manifest.csv")


@pytest.fixture(scope="module")
def finished(tmp_path_factory, photos):
    folder = tmp_path_factory.mktemp("staged") / "run"
    run_stages(recipe(photos), None, folder)
    return folder


def test_the_last_stage_is_the_run_and_the_others_lie_inside(finished):
    assert RunFolder(finished).is_finished
    assert RunFolder(finished / "stages" / "drawn").is_finished
    assert load_grader(finished).model.lesions is False
    assert load_grader(finished / "stages" / "drawn").model.lesions is True


def test_the_drawn_stage_learned_masks_and_counts(finished):
    rows = RunFolder(finished / "stages" / "drawn").read_metrics()
    assert rows[0]["lesion_loss"] > 0
    assert RunFolder(finished).read_metrics()[0]["lesion_loss"] is None


def test_a_stage_starts_from_the_weights_of_the_one_before(finished, photos, tmp_path):
    told = load_tensors(finished / "best.safetensors")[1]
    before = chained(recipe(photos))[0]
    assert told["model"]["start"] == f"stages/drawn@{before.hash[:12]}"


def test_going_on_repeats_nothing(finished, photos):
    was = sha256_file(finished / "best.safetensors")
    run_stages(recipe(photos), None, finished, resume=True)
    assert sha256_file(finished / "best.safetensors") == was
    assert planned(finished) == recipe(photos)


def test_a_folder_with_stages_is_not_begun_again(finished, photos):
    with pytest.raises(RunError, match="resume it with"):
        run_stages(recipe(photos), None, finished)
    assert (finished / PLAN).is_file()


def test_other_stages_are_refused_in_a_folder_that_was_begun(finished, photos):
    with pytest.raises(RunError, match="begun with other stages"):
        run_stages(recipe(photos, train={"epochs": 2}), None, finished, resume=True)
    assert planned(finished) == recipe(photos)


def test_a_finished_stage_of_another_recipe_is_not_taken_for_it(finished, photos):
    longer = chained(recipe(photos))[0].model_copy(update={"train": Train(epochs=7, batch=8)})
    with pytest.raises(RunError, match=r"train\.epochs: 1 -> 7"):
        run(longer, None, finished / "stages" / "drawn", resume=True)


def test_a_model_file_tells_the_hash_of_what_it_started_from(finished):
    told = load_grader(finished).provenance
    assert told.start_sha256 == sha256_file(finished / "stages" / "drawn" / "best.safetensors")
    assert load_grader(finished / "stages" / "drawn").provenance.start_sha256 is None


def test_a_grade_read_off_lesions_and_edema_are_trained_kept_and_predicted(photos, tmp_path):
    model = Model(network="efficientnet_lite0", lesions=True, reads="both", dme=True, light="flat")
    own = recipe(photos).in_stages()[1].model_copy(update={"model": model})
    files = RunFolder(run(own, None, tmp_path / "run"))
    grader = load_grader(files.folder)
    assert float(grader.network.reading.weights.weight.detach().abs().sum()) > 0
    table = read_predictions(files.predictions).table
    assert table["p_dme"].is_between(0, 1).all()
    path = read_manifest(Path(photos)).locate(table["photo"][0])
    (again,) = grade_photos(TorchEngine(grader), [(table["photo"][0], path)])
    assert again["p_dme"] == pytest.approx(table["p_dme"][0], abs=1e-5)
    assert again["p4"] == pytest.approx(table["p4"][0], abs=1e-5)


def targets_of(manifest: Manifest, *, healthy: bool):
    """The training part, as a recipe with or without `lesions.healthy` prepares it."""
    own = make_recipe({"data": {"size": 32, "workers": 0}, "model": {"lesions": True},
                       "lesions": {"healthy": healthy}})  # fmt: skip
    part = prepare(own, manifest).parts.train
    return part.targets.known, part.grades


def test_a_healthy_photo_tells_that_it_has_no_lesions_where_asked_to(photos, tmp_path):
    manifest = read_manifest(Path(photos))
    ill = pl.when(pl.col("grade") > 0).then(pl.col("mask"))
    some = Manifest(manifest.table.with_columns(mask=ill), manifest.root)
    for healthy in (False, True):
        known, grades = targets_of(some, healthy=healthy)
        assert known[grades > 0].all()
        assert known[grades == 0][:, :4].all() == healthy
        assert not known[grades == 0][:, 4].any()  # where the disc is, nobody knows


@pytest.mark.parametrize("healthy", [False, True])
def test_where_no_photo_has_a_mask_healthy_ones_do_not_teach_that_nothing_is_a_lesion(
    photos, tmp_path, healthy
):
    manifest = read_manifest(Path(photos))
    bare = Manifest(manifest.table.drop("mask"), manifest.root)
    known, _ = targets_of(bare, healthy=healthy)
    assert not known.any()


def test_lesions_that_no_photo_tells_of_are_warned_of(photos, tmp_path, capsys):
    bare = read_manifest(photos).table.drop("mask", "^n_.*$")
    settings = (
        recipe(photos)
        .in_stages()[1]
        .model_copy(update={"model": Model(lesions=True), "data": Data(size=32, workers=0)})
    )
    run(settings, Manifest(bare, read_manifest(photos).root), tmp_path / "run")
    assert "the maps learn nothing" in capsys.readouterr().err


def test_the_settings_of_an_earlier_stage_are_part_of_what_a_run_is(photos):
    one, other = recipe(photos), recipe(photos)
    longer = other.model_copy(
        update={"stages": (other.stages[0].model_copy(update={"train": {"epochs": 9}}),
                           other.stages[1])})  # fmt: skip
    assert chained(one)[1].hash != chained(longer)[1].hash
    assert chained(one)[1].hash == chained(recipe("another/place.csv"))[1].hash


def test_a_stage_may_name_a_start_of_its_own(photos):
    assert chained(recipe(photos, model={"start": "random"}))[1].model.start == "random"


def test_folds_share_the_drawn_stage(photos, tmp_path):
    run_folds(recipe(photos), tmp_path, 2)
    assert RunFolder(tmp_path / "stages" / "drawn").is_finished
    starts = {load_grader(tmp_path / f"fold-{i}").model.start for i in range(2)}
    assert len(starts) == 1


def test_before_folds_no_stage_learns_from_real_photographs(photos, tmp_path):
    twice = make_recipe(
        {"stages": [{"name": "one", "data": {"manifest": photos}},
                    {"name": "two", "data": {"manifest": photos}}]})  # fmt: skip
    with pytest.raises(RecipeError, match=r"stage 'one' learns from real photographs"):
        run_folds(twice, tmp_path, 2)


def test_a_manifest_given_by_hand_goes_to_the_real_stage(photos, tmp_path):
    table = read_manifest(photos).table.with_columns(grade=pl.int_range(pl.len()) % 2 + 1)
    by_hand = Manifest(table, read_manifest(photos).root)
    folder = run_stages(recipe(), by_hand, tmp_path / "run")
    assert set(read_manifest(folder / "manifest.parquet").table["grade"]) == {1, 2}


def test_each_of_three_stages_starts_from_the_one_before(photos, tmp_path):
    own = recipe(photos).model_dump(exclude={"name"})
    first, last = own["stages"]
    middle = {"name": "more", "data": {"drawn": 24, "draw_seed": 3}}
    three = make_recipe({**own, "name": "three", "stages": [first, middle, last]})
    run_stages(three, None, tmp_path / "run")
    place = tmp_path / "run" / "stages" / "more"
    before = sha256_file(tmp_path / "run" / "stages" / "drawn" / "best.safetensors")
    assert load_grader(place).provenance.start_sha256 == before
    after = sha256_file(place / "best.safetensors")
    assert load_grader(tmp_path / "run").provenance.start_sha256 == after


@pytest.mark.parametrize(
    ("last", "line"),
    [
        ({"data": {}}, r"stage 'real': the recipe names no manifest; add --set"),
        ({"data": {"manifest": "mistyped.csv"}}, r"stage 'real': .*mistyped\.csv"),
        ({"train": {"device": "cuda:99"}}, r"stage 'real': train\.device cuda:99 is not here"),
        ({"model": {"network": "resnet19"}}, r"stage 'real': unknown network.*'resnet18'"),
        (
            {"model": {"network": "resnet34"}},
            r"stage 'real': stage 'drawn' holds weights of resnet10_narrow, and",
        ),
        (
            {"model": {"light": "flat"}},
            r"real': stage 'drawn' was trained with model\.light = \"cam",
        ),
        ({"model": {"start": "gone.pth"}}, r"stage 'real': model\.start must be .*'gone\.pth'"),
        ({"model": {"start": "stages/late"}}, r"names a stage before this one \(drawn\), got"),
    ],
)
def test_what_is_wrong_with_a_later_stage_is_told_before_the_first_begins(
    photos, tmp_path, last, line
):
    with pytest.raises(RecipeError, match=line):
        run_stages(recipe(photos, **last), None, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_what_is_wrong_with_the_last_stage_is_told_before_folds_begin(photos, tmp_path):
    with pytest.raises(RecipeError, match=r"stage 'real': model\.start must be"):
        run_folds(recipe(photos, model={"start": "gone.pth"}), tmp_path / "folds", 2)
    assert not (tmp_path / "folds").exists()


def test_steps_of_a_later_stage_that_processes_cannot_share_are_told_at_once(
    photos, tmp_path, monkeypatch
):
    monkeypatch.setattr(stages, "current", lambda: Processes(0, 2))
    own = recipe(photos, train={"accumulate": 3}).model_dump()
    own["train"]["accumulate"] = 2
    with pytest.raises(RecipeError, match=r"stage 'real': train\.accumulate must be a multiple"):
        check_stages(make_recipe(own), None, tmp_path, tmp_path)


def test_stages_do_not_begin_in_the_folder_of_a_single_run_or_of_folds(finished, photos, tmp_path):
    (tmp_path / "folds" / "fold-0").mkdir(parents=True)
    for folder, kind in ((finished / "stages" / "drawn", "a single run"),
                         (tmp_path / "folds", "folds")):  # fmt: skip
        with pytest.raises(RunError, match=f"already holds {kind}.*choose another folder"):
            run_stages(recipe(photos), None, folder)
        assert not (folder / PLAN).exists()


def test_a_single_training_does_not_begin_in_the_folder_of_stages(photos, tmp_path):
    (tmp_path / PLAN).write_text('name = "two"\n')
    with pytest.raises(RunError, match=r"holds a run with stages.*choose another folder"):
        run_stages(recipe(photos).in_stages()[1], None, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [PLAN]


def test_a_recipe_with_stages_is_no_single_training(photos, tmp_path):
    with pytest.raises(RecipeError, match=r"has the stages drawn, real; train it with run_stages"):
        run(recipe(photos), None, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_photos_of_a_later_stage_that_are_elsewhere_are_told_before_the_first_begins(
    photos, tmp_path
):
    there = read_manifest(Path(photos))
    lost = Manifest(there.table, tmp_path / "nowhere")
    with pytest.raises(RecipeError, match=r"stage 'real': at most 10% .*is not there; set data.ro"):
        run_stages(recipe(photos), lost, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def real(*divided: dict, **last) -> Recipe:
    """Stages named one, two, ... that all learn from real photographs, divided as told."""
    names = ("one", "two", "three")
    stages = [{"name": name, "data": data} for name, data in zip(names, divided, strict=False)]
    common = {"name": "real", "data": {"size": 32, "workers": 0},
              "train": {"epochs": 1, "batch": 8}}  # fmt: skip
    return make_recipe({**common, "stages": [*stages[:-1], {**stages[-1], **last}]})


@pytest.fixture(scope="module")
def whole(photos) -> Manifest:
    """Photographs that nobody has divided yet."""
    there = read_manifest(Path(photos))
    return Manifest(there.table.with_columns(split=pl.lit(None, pl.String)), there.root)


def test_a_stage_that_learns_from_test_photographs_of_the_last_is_refused_at_once(whole, tmp_path):
    leaky = real({"split_seed": 1}, {"split_seed": 3})
    with pytest.raises(RecipeError, match=r"stage 'one' must not learn from test .* stage 'two'"):
        run_stages(leaky, whole, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    three = real({"split_seed": 1}, {"split_seed": 3}, {"split_seed": 3})
    with pytest.raises(RecipeError, match=r"stage 'one' must not learn from test .* 'three'"):
        check_stages(three, whole, tmp_path, tmp_path)


def test_stages_that_are_divided_alike_or_do_not_teach_the_last_are_not_refused(whole, tmp_path):
    check_stages(real({"split_seed": 1}, {"split_seed": 1}), whole, tmp_path, tmp_path)
    apart = real({"split_seed": 1}, {"split_seed": 3}, model={"start": "random"})
    check_stages(apart, whole, tmp_path, tmp_path)


def test_a_leak_of_the_last_stages_own_is_not_laid_upon_the_stage_before(whole, tmp_path):
    names = ["train", "tune", "calibrate", "test"]
    table = whole.table.with_columns(split=pl.Series(names * 6), patient=pl.lit("one"))
    leaky = Manifest(table, whole.root)
    check_stages(real({}, {}), leaky, tmp_path, tmp_path)
