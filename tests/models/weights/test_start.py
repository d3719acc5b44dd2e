"""Where weights start: mapped by rule, fetched once, checked, never executed."""

import hashlib
import http.server
import pickle
import threading

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from drgrade.data.photos.preprocess import Preprocess
from drgrade.errors import CheckpointError, DownloadError, UsageError
from drgrade.models.checkpoint import save_grader
from drgrade.models.grader import Grader, build_network
from drgrade.models.resnet import resnet18
from drgrade.models.weights.download import fetch
from drgrade.models.weights.start import (
    load_start,
    normalisation,
    read_state,
    start_sha256,
)
from drgrade.models.weights.synthetic_starts import MissingStartError, phantom_folder
from drgrade.recipe.recipe import Model, load_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.files import write_json

CONTENT = bytes(range(256)) * 4000
PREFIX = hashlib.sha256(CONTENT).hexdigest()[:8]


class Server(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT, cutting the first `cuts` answers; understands Range unless told not to."""

    cuts = 0
    ranges = True
    altered = False
    asked: list[str] = []  # noqa: RUF012 - one list for all requests is meant

    def do_GET(self):
        Server.asked.append(self.headers.get("Range", ""))
        wanted = self.headers.get("Range")
        start = int(wanted[6:].rstrip("-")) if wanted and Server.ranges else 0
        body = CONTENT[start:]
        if Server.altered:
            body = body[:-1] + b"x"
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if Server.cuts:
            Server.cuts -= 1
            body = body[: len(body) // 2]
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def address(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path / "cache"))
    Server.cuts, Server.ranges, Server.altered, Server.asked = 0, True, False, []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_file_is_fetched_once(address):
    one = fetch("x.pth", PREFIX, base=address)
    two = fetch("x.pth", PREFIX, base=address)
    assert one == two
    assert one.read_bytes() == CONTENT
    assert len(Server.asked) == 1


@pytest.mark.parametrize("ranges", [True, False])
def test_a_cut_download_ends_whole(address, ranges):
    Server.cuts, Server.ranges = 2, ranges
    assert fetch("x.pth", PREFIX, base=address).read_bytes() == CONTENT


def test_a_cut_download_goes_on_where_it_was(address):
    Server.cuts = 1
    fetch("x.pth", PREFIX, base=address)
    assert Server.asked == ["", f"bytes={len(CONTENT) // 2}-"]


def test_an_altered_download_is_refused_and_not_kept(address, tmp_path):
    Server.altered = True
    with pytest.raises(DownloadError, match="SHA-256 mismatch"):
        fetch("x.pth", PREFIX, base=address)
    assert list((tmp_path / "cache" / "weights").iterdir()) == []


def test_a_file_altered_in_the_cache_is_fetched_anew(address):
    path = fetch("x.pth", PREFIX, base=address)
    path.write_bytes(b"altered")
    assert fetch("x.pth", PREFIX, base=address).read_bytes() == CONTENT


def test_what_cannot_be_reached_says_where_to_put_it(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path))
    monkeypatch.setenv("DRGRADE_WEIGHTS_URL", "http://127.0.0.1:9")
    with pytest.raises(DownloadError, match=r"put it at .*resnet18-f37072fd.pth"):
        load_start(resnet18(), "resnet18", "imagenet")


def torchvision_layout(network):
    """Our weights under torchvision's names."""
    return {
        ("bn1" + key.removeprefix("bn") if key.startswith("bn.") else key): value
        for key, value in network.state_dict().items()
    }


def same(one, two, but=()):
    theirs = two.state_dict()
    return all(torch.equal(v, theirs[k]) for k, v in one.state_dict().items() if k not in but)


@pytest.mark.parametrize("layout", ["torchvision", "ours"])
@pytest.mark.parametrize("ending", ["pth", "safetensors"])
def test_a_local_file_in_either_layout_fills_the_network(tmp_path, layout, ending):
    from safetensors.torch import save_file

    source, target = resnet18(), resnet18()
    state = torchvision_layout(source) if layout == "torchvision" else source.state_dict()
    path = tmp_path / f"w.{ending}"
    torch.save(state, path) if ending == "pth" else save_file(state, path)
    assert load_start(target, "resnet18", str(path)) == f"resnet18 starts from w.{ending}"
    assert same(source, target)


def test_another_number_of_outputs_gives_a_new_last_layer_and_says_so(tmp_path):
    source, target = resnet18(outputs=1000), resnet18(outputs=5)
    torch.save(source.state_dict(), tmp_path / "w.pth")
    assert "its last layer is new" in load_start(target, "resnet18", str(tmp_path / "w.pth"))
    assert same(target, source, but=("fc.weight", "fc.bias"))


def test_weights_of_another_network_are_told_in_one_line(tmp_path):
    torch.save({"conv1.weight": torch.zeros(3)}, tmp_path / "w.pth")
    with pytest.raises(CheckpointError) as caught:
        load_start(resnet18(), "resnet18", str(tmp_path / "w.pth"))
    assert "the weights do not fit" in str(caught.value)
    assert len(str(caught.value)) < 250


def test_a_run_of_our_own_gives_weights_and_normalisation(tmp_path):
    model = Model(network="resnet18")
    source = build_network(model, 5)
    grader = Grader(source, model, Preprocess(size=64), "cross_entropy", (9.0,) * 3, (7.0,) * 3)
    save_grader(tmp_path / "best.safetensors", grader)
    target = resnet18()
    load_start(target, "resnet18", str(tmp_path))
    assert same(source, target)
    assert normalisation("resnet18", str(tmp_path)) == ((9.0,) * 3, (7.0,) * 3)


class Payload:
    """Runs a command when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        import os

        return os.system, (f"touch {self.marker}",)


def test_a_pickle_is_refused_and_not_run(tmp_path):
    (tmp_path / "w.pth").write_bytes(pickle.dumps(Payload(tmp_path / "marker")))
    with pytest.raises(CheckpointError):
        read_state(tmp_path / "w.pth")
    torch.save({"x": Payload(tmp_path / "marker")}, tmp_path / "w.pth")
    with pytest.raises(CheckpointError):
        read_state(tmp_path / "w.pth")
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_cut_file_is_called_damaged_with_its_size(tmp_path, share):
    torch.save(resnet18().state_dict(), tmp_path / "w.pth")
    whole = (tmp_path / "w.pth").read_bytes()
    (tmp_path / "w.pth").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(CheckpointError, match=r"damaged .*bytes"):
        read_state(tmp_path / "w.pth")


@pytest.mark.parametrize("seed", range(20))
def test_bytes_that_changed_on_the_way_are_called_damaged_or_found_by_their_names(tmp_path, seed):
    torch.save({"fc.weight": torch.zeros(5, 8)}, tmp_path / "w.pth")
    content = bytearray((tmp_path / "w.pth").read_bytes())
    generator = np.random.default_rng(seed)
    for place in generator.integers(0, len(content), 30):
        content[place] = generator.integers(0, 256)
    (tmp_path / "w.pth").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"damaged|no table of weights|do not fit"):
        load_start(resnet18(outputs=5), "resnet18", str(tmp_path / "w.pth"))


def test_a_table_whose_names_are_no_words_is_no_table_of_weights(tmp_path):
    torch.save({0: torch.zeros(3)}, tmp_path / "w.pth")
    with pytest.raises(CheckpointError, match="no table of weights"):
        read_state(tmp_path / "w.pth")


def test_a_start_that_is_nothing_names_the_ones_there_are():
    with pytest.raises(UsageError, match="random, .*, a shipped model or hf:.*, got 'imagnet'"):
        load_start(resnet18(), "resnet18", "imagnet")


def test_a_lite_network_saved_by_its_owner_is_a_start(tmp_path):
    model = Model(network="efficientnet_lite0")
    saved, other = (build_network(model, 5) for _ in range(2))
    torch.save(saved.state_dict(), tmp_path / "mine.pth")
    load_start(other, "efficientnet_lite0", str(tmp_path / "mine.pth"))
    assert torch.equal(other.conv_head.weight, saved.conv_head.weight)


def test_the_state_of_a_training_is_no_start_and_the_line_says_what_is(tmp_path):
    from drgrade.models.checkpoint import save_tensors

    save_tensors(tmp_path / "last.safetensors", {"a": torch.zeros(1)}, {"kind": "training state"})
    with pytest.raises(CheckpointError, match=r"training state, not a grader.*best\.safetensors"):
        normalisation("resnet18", str(tmp_path / "last.safetensors"))


def test_a_shipped_model_is_a_start_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGRADE_MODELS", str(tmp_path))
    torch.manual_seed(5)
    model = Model(network="resnet18")
    whole = Grader(build_network(model, 5), model, Preprocess(size=64), "cross_entropy")
    save_grader(tmp_path / "own-eyes.safetensors", whole)
    network = build_network(model, 5)
    told = load_start(network, "resnet18", "own-eyes")
    assert told == "resnet18 starts from own-eyes.safetensors"
    assert torch.equal(network.conv1.weight, whole.network.conv1.weight)
    with pytest.raises(UsageError, match="got 'own-eye'; did you mean 'own-eyes'"):
        load_start(network, "resnet18", "own-eye")


def test_a_folder_that_holds_no_model_does_not_hide_the_shipped_one_of_its_name(
    tmp_path, monkeypatch
):
    (tmp_path / "shipped").mkdir()
    monkeypatch.setenv("DRGRADE_MODELS", str(tmp_path / "shipped"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own-eyes").mkdir()
    model = Model(network="resnet18")
    whole = Grader(build_network(model, 5), model, Preprocess(size=64), "cross_entropy",
                   (9.0,) * 3, (7.0,) * 3)  # fmt: skip
    save_grader(tmp_path / "shipped" / "own-eyes.safetensors", whole)
    told = load_start(build_network(model, 5), "resnet18", "own-eyes")
    assert told == "resnet18 starts from own-eyes.safetensors"
    assert normalisation("resnet18", "own-eyes") == ((9.0,) * 3, (7.0,) * 3)
    save_grader(tmp_path / "own-eyes" / "best.safetensors", whole)
    assert load_start(build_network(model, 5), "resnet18", "own-eyes").endswith("best.safetensors")


@pytest.mark.parametrize("start", ["random", "imagenet", "resnet18-f37072fd.pth"])
def test_a_run_folder_named_like_known_weights_does_not_take_their_place(
    tmp_path, monkeypatch, start
):
    monkeypatch.chdir(tmp_path)
    known = normalisation("resnet18", start)
    (tmp_path / start).mkdir()
    model = Model(network="resnet18")
    run = Grader(build_network(model, 5), model, Preprocess(size=64), "cross_entropy",
                 (9.0,) * 3, (7.0,) * 3)  # fmt: skip
    save_grader(tmp_path / start / "best.safetensors", run)
    assert normalisation("resnet18", start) == known
    assert start_sha256("resnet18", start) == ""
    assert normalisation("resnet18", f"./{start}") == ((9.0,) * 3, (7.0,) * 3)


def test_a_drawn_start_tells_how_many_photographs_and_epochs_made_it(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path))
    recipe = load_recipe("phantom", ["model.network=resnet18", "data.drawn=1200"])
    files = RunFolder(phantom_folder("resnet18"))
    network = build_network(recipe.model, 5)
    with pytest.raises(MissingStartError, match=r"not made yet.*drgrade models pretrain resnet18"):
        load_start(network, "resnet18", "phantom")
    files.begin(recipe, "")
    save_grader(files.best, Grader(network, recipe.model, Preprocess(size=64), "cross_entropy"))
    write_json(files.finished, {"epochs": 4})
    told = load_start(build_network(recipe.model, 5), "resnet18", "phantom")
    assert told == "resnet18 starts from drawn photographs (1,200 of them, 4 epochs)"
