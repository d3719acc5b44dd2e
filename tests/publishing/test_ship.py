"""A file that ships: half the bytes, the same answers, and where it all came from."""

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from drgrade.data.photos.preprocess import Preprocess
from drgrade.errors import CheckpointError, UsageError
from drgrade.modelfile.correction import Recalibration
from drgrade.models.checkpoint import load_grader, load_tensors, save_grader
from drgrade.models.grader import Grader, build_network
from drgrade.models.objectives import Decoding
from drgrade.models.weights.half_precision import HALF
from drgrade.provenance.model import ModelProvenance
from drgrade.publishing.origins import Origin
from drgrade.publishing.ship import MOST_MOVED, drawn_squares, parcel, refuse_terms
from drgrade.recipe.recipe import Model, load_recipe, make_recipe, write_toml
from drgrade.recipe.run_folder import RunFolder

POINT = {"name": "HS", "threshold": 0.25, "weights_sha256": "of before"}


def made(network="efficientnet_lite0", **known) -> Grader:
    torch.manual_seed(0)
    model = Model(network=network, lesions=True, dme=True)
    return Grader(build_network(model, 1), model, Preprocess(size=64), "regression",
                  (127.0,) * 3, (128.0,) * 3, Decoding((0.4, 1.5, 2.5, 3.5), 0.7, "tune"),
                  ModelProvenance(**{"source": "drawn", **known}))  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A run folder of a grader that was calibrated."""
    folder = tmp_path_factory.mktemp("shipping") / "run"
    recipe = make_recipe({"data": {"manifest": str(folder / "photos.csv"), "root": str(folder)}})
    RunFolder(folder).begin(recipe, "0123")
    fitted = {"method": "none", "weights_sha256": "of before"}
    grader = made(operating_points=[POINT], calibration=fitted, recipe_hash=recipe.hash)
    decoding = replace(grader.decoding, recalibration=Recalibration("temperature", 1.7))
    save_grader(folder / "best.safetensors", replace(grader, decoding=decoding))
    return folder / "best.safetensors"


@pytest.fixture(scope="module")
def sent(place, tmp_path_factory):
    file = tmp_path_factory.mktemp("sent") / "m.safetensors"
    file.write_bytes(parcel(place).content)
    return file


def test_the_file_has_about_half_the_bytes_and_is_read_back_in_float32(place, sent):
    assert sent.stat().st_size < 0.65 * place.stat().st_size
    stored = {each.dtype for each in load_tensors(sent)[0].values()}
    assert stored == {torch.float16, torch.float32, torch.int64}
    loaded = load_grader(sent).network.state_dict().values()
    assert {each.dtype for each in loaded} == {torch.float32, torch.int64}


def test_the_answers_are_the_same_within_the_limit(place, sent):
    squares = drawn_squares(Preprocess(size=64))
    with torch.inference_mode():
        outputs = [load_grader(each).outputs(squares).numpy() for each in (place, sent)]
    (old, _), (new, _) = (load_grader(place).decode(each) for each in outputs)
    assert abs(old - new).max() <= MOST_MOVED
    assert parcel(place).change.moved <= MOST_MOVED
    assert parcel(place).change.maps_moved is not None


def test_calibration_and_points_travel_under_the_hash_of_the_rounded_weights(place, sent):
    whole, rounded = load_grader(place), load_grader(sent)
    assert rounded.decoding == whole.decoding
    assert rounded.referable_from == POINT["threshold"]
    own = rounded.provenance.weights_sha256
    assert own != whole.provenance.weights_sha256
    assert rounded.provenance.operating_points[0].weights_sha256 == own
    assert rounded.provenance.calibration.weights_sha256 == own
    assert rounded.provenance.making.trained_weights_sha256 == whole.provenance.weights_sha256


def test_the_recipe_travels_whole_but_for_the_places_of_this_machine(place, sent, tmp_path):
    text = load_grader(sent).provenance.making.recipe
    (tmp_path / "r.toml").write_text(text)
    recipe = load_recipe(str(tmp_path / "r.toml"))
    assert recipe.hash == load_grader(sent).provenance.recipe_hash
    assert recipe.data.manifest == "photos.csv"
    assert str(place.parent) not in text
    assert str(place.parent) in (place.parent / "recipe.toml").read_text()
    assert write_toml(recipe) == text


def test_shipped_again_and_saved_again_it_stays_what_it_is(sent, tmp_path):
    again = parcel(sent)
    assert again.change.moved == 0.0
    assert again.grader.provenance == load_grader(sent).provenance
    save_grader(tmp_path / "m.safetensors", load_grader(sent))
    tensors, others = (load_tensors(each)[0] for each in (sent, tmp_path / "m.safetensors"))
    assert all(torch.equal(each, others[name]) for name, each in tensors.items())
    assert load_grader(tmp_path / "m.safetensors").provenance.precision == HALF


def test_a_network_that_is_too_large_is_refused(tmp_path):
    save_grader(tmp_path / "m.safetensors", made("resnet18"))
    with pytest.raises(CheckpointError, match="16,000,000 bytes, this one has 2"):
        parcel(tmp_path / "m.safetensors")


def test_a_network_whose_answers_hang_on_the_last_digits_is_refused(tmp_path):
    grader = made()
    grader.network.eval()
    with torch.inference_mode():
        output = float(grader.outputs(drawn_squares(grader.preprocess))[0, 0])
    on_the_edge = Decoding((output, 1.5, 2.5, 3.5), 1e-5, "tune")
    save_grader(tmp_path / "m.safetensors", replace(grader, decoding=on_the_edge))
    with pytest.raises(CheckpointError, match="it moves one by"):
        parcel(tmp_path / "m.safetensors")


def test_forbidden_terms_are_refused_whatever_is_stated():
    closed = Origin("eyepacs", "research use, no redistribution", "kaggle.com", "start")
    with pytest.raises(UsageError, match=r"got eyepacs \(start; licence: research use"):
        refuse_terms([closed], "CC BY 4.0")


def test_unknown_terms_need_a_statement():
    unknown = Origin("csv", "yours to know", "your own file", "photographs")
    refuse_terms([unknown], "our own photographs, CC BY 4.0")
    with pytest.raises(UsageError, match="with --licence"):
        refuse_terms([unknown], " ")


def test_free_terms_need_none():
    idrid = Origin("idrid", "CC BY 4.0", "ieee-dataport.org", "photographs")
    assert idrid.terms == "free"
    refuse_terms([idrid])
