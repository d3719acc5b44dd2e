"""`drgrade export`: a file that grades alike, or none; and what is refused when it is opened."""

import json

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("openvino")
pytest.importorskip("nncf")

from drgrade.cli.app import run
from drgrade.data.phantom.drawing import draw_set
from drgrade.data.photos.preprocess import Preprocess
from drgrade.errors import CheckpointError, UsageError
from drgrade.inference.engine import open_engine
from drgrade.modelfile.onnx_file import sealed
from drgrade.models.checkpoint import load_grader, save_grader
from drgrade.models.grader import Grader, build_network
from drgrade.publishing import export as exporting
from drgrade.publishing.export import Evidence, Order, ProofError, export
from drgrade.publishing.proof import Bars
from drgrade.recipe.recipe import Model

SIZE = 64


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A grader, photographs for a proof, and what was exported of it once."""
    folder = tmp_path_factory.mktemp("export")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRGRADE_CACHE", str(folder / "cache"))
        torch.manual_seed(0)
        model = Model(network="resnet10_narrow", views=2)
        grader = Grader(build_network(model, 5), model, Preprocess(size=SIZE), "cross_entropy")
        save_grader(folder / "model.safetensors", grader)
        draw_set(12, folder / "drawn", size=160)
        for to in ("onnx", "openvino"):
            code = run(["export", str(folder / "model.safetensors"), "--to", to, "-o",
                        str(folder / f"model.{to}"), "--proof", str(folder / "drawn/manifest.csv"),
                        ])  # fmt: skip
            assert code == 0
        yield folder


def photos(place):
    return [(path.name, path) for path in sorted((place / "drawn" / "photos").iterdir())]


@pytest.mark.parametrize("to", ["onnx", "openvino"])
def test_an_exported_file_grades_as_its_model_and_carries_its_proof(place, to, capsys):
    proof = json.loads((place / f"model.{to}.proof.json").read_text())
    assert proof["holds"]
    assert proof["photographs"] == 12
    assert set(proof["differences"]) == {"QWK", "sensitivity", "specificity"}
    photo = str(photos(place)[0][1])
    rows = []
    for model in (f"model.{to}", "model.safetensors"):
        assert run(["predict", str(place / model), photo, "--json"]) == 0
        rows.append(json.loads(capsys.readouterr().out))
    assert rows[0] == pytest.approx(rows[1], abs=1e-5)


def test_the_file_says_where_it_comes_from_and_nothing_of_this_machine(place):
    header = open_engine(place / "model.onnx").header
    own = load_grader(place / "model.safetensors").header
    assert header.weights_sha256 == own.weights_sha256
    assert (header.preprocess, header.decoding) == (own.preprocess, own.decoding)
    content = (place / "model.onnx").read_bytes()
    assert str(exporting.__file__).encode() not in content
    assert b"stack_trace" not in content


def test_a_file_that_does_not_hold_gets_no_name(place, tmp_path, monkeypatch):
    def wrong(self, squares):
        return np.full((len(squares), 5), 7.0, np.float32)

    monkeypatch.setattr("drgrade.inference.engine_onnx.OnnxEngine.outputs", wrong)
    with pytest.raises(ProofError):
        export(Order(place / "model.safetensors", "onnx", tmp_path / "no.onnx"),
               Evidence(photos(place)))  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_made_is_refused_before_any_work(place, tmp_path):
    onnx_file, graph = tmp_path / "a.onnx", tmp_path / "a.openvino"
    for order in (
        Order(place, "onnx", graph),
        Order(place, "tflite", tmp_path / "a.tflite"),
        Order(place, "onnx", onnx_file, twin=True),
        Order(place, "onnx", onnx_file, int8=True),
        Order(place, "openvino", graph, int8=True, twin=True),
    ):
        with pytest.raises(UsageError):
            exporting.refuse_order(order)


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.999])
@pytest.mark.parametrize("to", ["onnx", "openvino"])
def test_a_cut_file_is_refused(place, tmp_path, to, share):
    content = (place / f"model.{to}").read_bytes()
    (tmp_path / f"cut.{to}").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CheckpointError):
        open_engine(tmp_path / f"cut.{to}")


@pytest.mark.parametrize("to", ["onnx", "openvino"])
def test_a_flipped_bit_is_found_anywhere(place, tmp_path, to):
    content = bytearray((place / f"model.{to}").read_bytes())
    for at in np.random.default_rng(0).integers(0, len(content), 12):
        content[at] ^= 4
        (tmp_path / f"flipped.{to}").write_bytes(content)
        with pytest.raises(CheckpointError):
            open_engine(tmp_path / f"flipped.{to}")
        content[at] ^= 4


def test_a_foreign_onnx_file_and_garbage_are_refused(place, tmp_path):
    model = onnx.load_model_from_string((place / "model.onnx").read_bytes())
    del model.metadata_props[:]
    for name, content in (("foreign", model.SerializeToString()), ("garbage", b"no model" * 99),
                          ("sealed garbage", sealed(b"no model" * 99)),
                          ("sealed foreign", sealed(model.SerializeToString()))):  # fmt: skip
        (tmp_path / f"{name}.onnx").write_bytes(content)
        with pytest.raises(CheckpointError):
            open_engine(tmp_path / f"{name}.onnx")


def test_weights_in_another_file_an_opset_too_new_and_an_unknown_operator_are_refused(
    place, tmp_path
):
    (tmp_path / "secret.bin").write_bytes(bytes(1 << 20))
    whole = (place / "model.onnx").read_bytes()
    outside, newer, unknown = (onnx.load_model_from_string(whole) for _ in range(3))
    for place_of in ("secret.bin", "../secret.bin", str(tmp_path / "secret.bin")):
        tensor = max(outside.graph.initializer, key=lambda each: len(each.raw_data))
        onnx.external_data_helper.set_external_data(tensor, place_of)
        tensor.ClearField("raw_data")
        with pytest.raises(CheckpointError):
            opened_changed(outside, tmp_path)
        outside = onnx.load_model_from_string(whole)
    newer.opset_import[0].version = 999
    with pytest.raises(CheckpointError):
        opened_changed(newer, tmp_path)
    unknown.graph.node[-1].op_type = "Nonsense"
    with pytest.raises(CheckpointError):
        opened_changed(unknown, tmp_path)


def opened_changed(model, folder):
    """Open a graph whose author sealed it again after a change."""
    del model.metadata_props[-1]  # the seal of the file that it was
    (folder / "wrong.onnx").write_bytes(sealed(model.SerializeToString()))
    return open_engine(folder / "wrong.onnx")


def test_a_file_without_thresholds_or_preprocessing_is_refused(place, tmp_path):
    model = onnx.load_model_from_string((place / "model.onnx").read_bytes())
    entry = next(each for each in model.metadata_props if each.key == "drgrade")
    about = json.loads(entry.value)
    for lacking in ("preprocess", "decoding", "objective", "facts"):
        entry.value = json.dumps({key: v for key, v in about.items() if key != lacking})
        (tmp_path / "lacking.onnx").write_bytes(sealed(model.SerializeToString()))
        with pytest.raises(CheckpointError):
            open_engine(tmp_path / "lacking.onnx")


def test_another_preprocessing_than_this_version_has_is_refused(place, tmp_path):
    model = onnx.load_model_from_string((place / "model.onnx").read_bytes())
    entry = next(each for each in model.metadata_props if each.key == "drgrade")
    about = json.loads(entry.value)
    about["preprocess"]["version"] = 99
    entry.value = json.dumps(about)
    (tmp_path / "newer.onnx").write_bytes(sealed(model.SerializeToString()))
    with pytest.raises(CheckpointError):
        open_engine(tmp_path / "newer.onnx")


@pytest.mark.proof
def test_int8_is_smaller_has_weights_of_its_own_and_writes_nothing_at_home(
    place, tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(exporting, "INT8", Bars(1, None, 1.0, 1.0, -9.0))
    (tmp_path / "home").mkdir()
    output = tmp_path / "small.openvino"
    order = Order(place / "model.safetensors", "openvino", output, int8=True)
    export(order, Evidence(photos(place)), photos(place)[:4])
    assert output.stat().st_size < 0.5 * (place / "model.openvino").stat().st_size
    opened, whole = open_engine(output), open_engine(place / "model.openvino")
    assert opened.header.weights_sha256 != whole.header.weights_sha256
    square = np.asarray(Image.open(photos(place)[0][1]).convert("RGB").resize((SIZE, SIZE)))[None]
    assert np.abs(opened.outputs(square) - whole.outputs(square)).max() < 0.5
    assert list((tmp_path / "home").iterdir()) == []
