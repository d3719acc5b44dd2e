"""Weights from the hub: a local server speaks its protocol; fetched once, pinned, checked."""

import hashlib
import http.server
import os
import subprocess
import sys
import threading
from typing import ClassVar

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("huggingface_hub")

from safetensors.torch import save

from drgrade.data.photos.preprocess import Preprocess
from drgrade.errors import DownloadError, MissingExtraError, UsageError
from drgrade.models.checkpoint import save_grader
from drgrade.models.grader import Grader, build_network
from drgrade.models.resnet import resnet18
from drgrade.models.weights.hub import HubFile, fetch_pinned, read_name
from drgrade.models.weights.start import load_start, normalisation, pinned
from drgrade.recipe.recipe import Model

FIRST, SECOND = "a" * 40, "b" * 40
START = "hf:owner/name"


class Hub(http.server.BaseHTTPRequestHandler):
    """One repository with branches, as the hub serves it: metadata, then a store elsewhere."""

    refs: ClassVar[dict[str, str]] = {}
    files: ClassVar[dict[tuple[str, str], bytes]] = {}  # (commit, file) -> what is promised
    store: ClassVar[dict[str, bytes]] = {}  # SHA-256 -> what is sent
    cuts: ClassVar[list[int]] = []  # lengths after which the next answers break off
    asked: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def answer(self, *, with_body: bool) -> None:
        Hub.asked.append(f"{self.command} {self.path}")
        if self.path.startswith("/store/"):
            self.send_content(Hub.store[self.path.rpartition("/")[2]], with_body)
            return
        owner, name, _, revision, file = self.path.lstrip("/").split("/", 4)
        commit = Hub.refs.get(revision, revision)
        if (owner, name) != ("owner", "name"):
            self.refuse(401, "RepoNotFound")
        elif commit not in Hub.refs.values():
            self.refuse(404, "RevisionNotFound")
        elif (commit, file) not in Hub.files:
            self.refuse(404, "EntryNotFound")
        else:
            self.point_to(commit, Hub.files[commit, file])

    def point_to(self, commit: str, content: bytes) -> None:
        digest = hashlib.sha256(content).hexdigest()
        self.send_response(302)
        self.send_header("X-Repo-Commit", commit)
        self.send_header("X-Linked-Etag", f'"{digest}"')
        self.send_header("X-Linked-Size", str(len(content)))
        self.send_header("Location", f"http://localhost:{self.server.server_port}/store/{digest}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send_content(self, content: bytes, with_body: bool) -> None:
        start = int(self.headers.get("Range", "bytes=0-")[6:].split("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = start + Hub.cuts.pop() if Hub.cuts else len(content)
        self.wfile.write(content[start:end] if with_body else b"")

    def refuse(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


def publish(commit: str, content: bytes, file: str = "model.safetensors") -> None:
    Hub.files[commit, file] = content
    Hub.store[hashlib.sha256(content).hexdigest()] = content


@pytest.fixture
def server(tmp_path, monkeypatch):
    for held in (Hub.refs, Hub.files, Hub.store, Hub.cuts, Hub.asked):
        held.clear()
    Hub.refs |= {"main": FIRST, "v1": FIRST}
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{running.server_port}")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture
def network(server) -> torch.nn.Module:
    """A ResNet18 whose weights are published, under torchvision's names, on the branch `main`."""
    made = resnet18()
    state = {("bn1" + key.removeprefix("bn") if key.startswith("bn.") else key): value
             for key, value in made.state_dict().items()}  # fmt: skip
    publish(FIRST, save(state))
    return made


def same(one: torch.nn.Module, two: torch.nn.Module) -> bool:
    theirs = two.state_dict()
    return all(torch.equal(value, theirs[key]) for key, value in one.state_dict().items())


@pytest.mark.parametrize(
    ("start", "meant"),
    [
        ("hf:a/b", HubFile("a/b", "model.safetensors", "main")),
        ("hf:a/b@v1", HubFile("a/b", "model.safetensors", "v1")),
        ("hf:a/b.c-d/x.safetensors", HubFile("a/b.c-d", "x.safetensors", "main")),
        ("hf:a/b/deep/x.safetensors@refs/pr/1", HubFile("a/b", "deep/x.safetensors", "refs/pr/1")),
    ],
)
def test_a_name_on_the_hub_has_a_repository_a_file_and_a_revision(start, meant):
    assert read_name(start) == meant
    assert read_name(str(meant)) == meant


@pytest.mark.parametrize("start", ["hf:", "hf:name", "hf:/name", "hf:a/b@", "hf:a b/c", "hf:a//b"])
def test_a_name_of_another_form_is_answered_with_the_form(start):
    with pytest.raises(UsageError, match=r"must be hf:OWNER/NAME\[/FILE.safetensors\]"):
        read_name(start)


@pytest.mark.parametrize(
    "rest",
    [f"/../../x.safetensors@{FIRST}", "/./x.safetensors", "/deep//x.safetensors",
     "/deep/../x.safetensors@main", "/x.safetensors@../../main", "@refs//1"],
)  # fmt: skip
def test_a_name_that_leads_out_of_its_repository_is_answered_with_the_form(server, rest):
    with pytest.raises(UsageError, match=r"must be hf:OWNER/NAME\[/FILE.safetensors\]"):
        fetch_pinned(START + rest)
    assert Hub.asked == []


@pytest.mark.parametrize("file", ["pytorch_model.bin", "model.pth", "model.pkl"])
def test_a_pickle_on_the_hub_is_refused_before_anything_is_fetched(server, file):
    with pytest.raises(UsageError, match="a pickle can run code"):
        fetch_pinned(f"{START}/{file}")
    assert Hub.asked == []


def test_a_network_starts_from_the_hub_and_says_from_which_commit(network):
    target = resnet18()
    told = load_start(target, "resnet18", START)
    assert told == f"resnet18 starts from hf:owner/name/model.safetensors@{FIRST}"
    assert same(network, target)


def test_a_pinned_name_means_the_same_weights_when_the_branch_has_moved_on(network):
    name = pinned(START)
    publish(SECOND, save({"other": torch.zeros(1)}))
    Hub.refs["main"] = SECOND
    target = resnet18()
    load_start(target, "resnet18", name)
    assert same(network, target)
    assert pinned(START).endswith(f"@{SECOND}")


def test_a_file_is_fetched_once_and_a_pinned_name_asks_nobody(network):
    name = pinned(START)
    fetch_pinned(START)
    assert len([each for each in Hub.asked if each.startswith("GET")]) == 1
    Hub.asked.clear()
    fetch_pinned(name)
    assert Hub.asked == []


@pytest.mark.parametrize("revision", ["@v1", f"@{FIRST}", ""])
def test_a_branch_a_tag_and_a_commit_are_found(network, revision):
    assert pinned(START + revision) == f"hf:owner/name/model.safetensors@{FIRST}"


def test_a_file_in_a_folder_of_the_repository_is_found_with_its_commit(server):
    publish(FIRST, save({"x": torch.ones(2)}), "deep/er/x.safetensors")
    path, name = fetch_pinned(f"{START}/deep/er/x.safetensors")
    assert path.is_file()
    assert name == f"hf:owner/name/deep/er/x.safetensors@{FIRST}"


def test_without_a_server_the_cache_answers(network, server):
    name = pinned(START)
    server.shutdown()
    server.server_close()
    assert pinned(START) == name


def test_a_download_that_breaks_off_goes_on_where_it_was(network):
    Hub.cuts.append(1 << 20)
    target = resnet18()
    load_start(target, "resnet18", START)
    assert same(network, target)


def test_content_with_another_hash_than_promised_is_refused_and_not_kept(network, tmp_path):
    digest, content = next(iter(Hub.store.items()))
    Hub.store[digest] = content[:-1] + bytes([content[-1] ^ 1])
    with pytest.raises(DownloadError, match="SHA-256 mismatch"):
        fetch_pinned(START)
    assert not list((tmp_path / "hub").rglob("*.safetensors"))
    Hub.store[digest] = content
    assert fetch_pinned(START)[0].read_bytes() == content


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("hf:owner/other", "no repository 'owner/other' at http://127.0.0.1:.* HF_TOKEN"),
        (f"{START}@v9", "no revision 'v9' at http://127.0.0.1:.* leave it out"),
        (f"{START}/x.safetensors", "no file 'x.safetensors' at http://127.0.0.1:.* name one"),
    ],
)
def test_what_is_not_on_the_hub_is_told_in_one_line(network, start, said):
    with pytest.raises(DownloadError, match=said) as caught:
        fetch_pinned(start)
    assert len(str(caught.value).splitlines()) == 1


def test_offline_an_absent_file_is_told_in_one_line_with_the_way_out(network, tmp_path):
    script = f"from drgrade.models.weights.hub import fetch_pinned\nfetch_pinned('{START}')"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env=os.environ | {"HF_HUB_OFFLINE": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("drgrade.errors.DownloadError: hf:owner/name/model.safetensors@main")
    assert last.endswith("connect, set HF_ENDPOINT to a mirror, or set model.start to a file")
    assert Hub.asked == []


def test_without_the_package_the_extra_is_named(server, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'drgrade\[hub\]'"):
        fetch_pinned(START)


def test_a_grader_of_ours_on_the_hub_brings_its_own_normalisation(server, tmp_path):
    model = Model(network="resnet18")
    source = build_network(model, 5)
    grader = Grader(source, model, Preprocess(size=64), "cross_entropy", (9.0,) * 3, (7.0,) * 3)
    save_grader(tmp_path / "best.safetensors", grader)
    publish(FIRST, (tmp_path / "best.safetensors").read_bytes(), "best.safetensors")
    target = resnet18()
    load_start(target, "resnet18", f"{START}/best.safetensors")
    assert same(source, target)
    assert normalisation("resnet18", f"{START}/best.safetensors") == ((9.0,) * 3, (7.0,) * 3)


def test_weights_of_others_are_given_imagenets_normalisation(network):
    assert normalisation("resnet18", START) == normalisation("resnet18", "imagenet")
