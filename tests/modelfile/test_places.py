"""MODEL as a person names it: a file, a run folder, or a model that ships."""

from pathlib import Path

import pytest

from drgrade.errors import CheckpointError, UnknownNameError
from drgrade.modelfile.places import place_of_model, shipped_models


@pytest.fixture
def shipped(tmp_path):
    folder = tmp_path / "shipped"
    folder.mkdir()
    for name in ("default.safetensors", "small.safetensors", ".default.1.part.safetensors"):
        (folder / name).write_bytes(b"")
    (folder / "LICENCES.md").write_text("not a model")
    return folder


def test_a_shipped_model_is_named_after_its_file(shipped):
    assert shipped_models(shipped) == {
        "default": shipped / "default.safetensors",
        "small": shipped / "small.safetensors",
    }
    assert place_of_model(Path("default"), shipped) == shipped / "default.safetensors"


def test_a_file_or_a_run_of_that_name_wins(shipped, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = Path("default")
    run.mkdir()
    assert place_of_model(run, shipped) == shipped / "default.safetensors"
    (run / "best.safetensors").write_bytes(b"")
    assert place_of_model(run, shipped) == run / "best.safetensors"
    assert place_of_model(run / "best.safetensors", shipped) == run / "best.safetensors"


def test_an_unknown_name_is_answered_with_the_nearest(shipped):
    with pytest.raises(UnknownNameError, match="did you mean 'default'"):
        place_of_model(Path("defualt"), shipped)


def test_where_no_model_ships_one_line_says_so(tmp_path):
    with pytest.raises(CheckpointError) as caught:
        place_of_model(Path("default"), tmp_path / "nowhere")
    assert "no model ships with this build" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("named", ["nothing.safetensors", "some/run"])
def test_a_path_that_leads_nowhere_is_no_misspelt_name(shipped, named):
    with pytest.raises(CheckpointError, match="no model file at"):
        place_of_model(Path(named), shipped)


def test_a_folder_without_a_model_is_no_run(shipped, tmp_path):
    with pytest.raises(CheckpointError, match=r"holds no best\.safetensors"):
        place_of_model(tmp_path, shipped)


def test_an_own_folder_of_named_models_is_told_beside_the_packages_own(monkeypatch, tmp_path):
    own = shipped_models()
    monkeypatch.setenv("DRGRADE_MODELS", str(tmp_path))
    assert shipped_models() == own
    for name in ("clinic", "default"):
        (tmp_path / f"{name}.safetensors").touch()
    found = shipped_models()
    assert set(found) == {*own, "clinic", "default"}
    assert found["default"] == tmp_path / "default.safetensors"
    assert found["drawn"] == own["drawn"]


def test_a_release_is_the_model_that_ships_and_another_one_is_refused():
    place = shipped_models()["default"]
    assert place_of_model(Path("default@2")) == place
    assert place_of_model(Path("drawn@1")) == shipped_models()["drawn"]
    with pytest.raises(CheckpointError):
        place_of_model(Path("default@1"))
