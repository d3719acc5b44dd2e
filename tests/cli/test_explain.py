"""`explain`, as a person types it."""

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from drgrade.cli.app import run
from drgrade.cli.explain import file_names
from drgrade.data.audit.dust import Block, Dust, DustSpot, write_dust
from drgrade.data.phantom.drawing import draw_set
from drgrade.data.photos.preprocess import Preprocess
from drgrade.explanation.findings import RED
from drgrade.explanation.words import signed
from drgrade.locale.catalogue import message
from drgrade.models.checkpoint import load_grader, save_grader
from drgrade.models.grader import Grader, build_network
from drgrade.models.objectives import OBJECTIVES
from drgrade.recipe.recipe import Model
from drgrade.runtime.files import sha256_file


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    torch.manual_seed(0)
    model = Model(network="resnet10_narrow", lesions=True)
    grader = Grader(build_network(model, 5), model, Preprocess(size=32), "cross_entropy")
    save_grader(folder / "model.safetensors", grader)
    draw_set(2, folder / "drawn", size=96)
    return folder


def photos(place):
    return sorted((place / "drawn" / "photos").iterdir())


def explain(place, *more):
    return run(["explain", str(place / "model.safetensors"), *map(str, more)])


def test_a_photograph_gets_a_picture_and_its_twin(place, tmp_path, capsys):
    photo = photos(place)[0]
    assert explain(place, photo, "-o", tmp_path / "out") == 0
    shown = capsys.readouterr()
    twin = json.loads((tmp_path / "out" / f"{photo.stem}.json").read_text(encoding="utf-8"))
    with Image.open(tmp_path / "out" / f"{photo.stem}.png") as picture:
        assert picture.format == "PNG"
    assert twin["sentences"]["en"][0] in shown.out
    assert f"{photo.stem}.png" in shown.out
    assert "1 photograph = 1 explained + 0 not explained" in shown.err
    assert "not a medical device" in shown.err


@pytest.mark.parametrize("objective", ["regression", "corn"])
def test_a_grade_read_off_lesions_says_what_each_kind_adds(place, tmp_path, objective):
    torch.manual_seed(0)
    model = Model(network="efficientnet_lite0", lesions=True, reads="both", dme=True)
    network = build_network(model, OBJECTIVES[objective].outputs)
    torch.nn.init.normal_(network.reading.weights.weight)
    grader = Grader(network, model, Preprocess(size=64), objective)
    save_grader(tmp_path / "model.safetensors", grader)
    photo = photos(place)[0]
    path = tmp_path / "model.safetensors"
    assert run(["explain", str(path), str(photo), "-o", str(tmp_path)]) == 0
    twin = json.loads((tmp_path / f"{photo.stem}.json").read_text(encoding="utf-8"))
    said = " ".join(twin["sentences"]["en"])
    for kind, adds in twin["evidence"]["lesions"].items():
        assert message("en", "explain-adds", kind=kind, adds=signed(adds)) in said
    assert f"signs of macular edema: probability {twin['p_dme']:.2f}" in said.lower()


def test_several_photographs_and_chinese(place, tmp_path, capsys):
    assert explain(place, place / "drawn" / "photos", "-o", tmp_path, "--language", "zh-TW") == 0
    assert "級" in capsys.readouterr().out
    assert len(list(tmp_path.glob("*.png"))) == 2


def test_json_is_a_photograph_a_line_and_equal_to_the_twin(place, tmp_path, capsys):
    photo = photos(place)[0]
    explain(place, photo, "-o", tmp_path, "--json")
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == json.loads((tmp_path / f"{photo.stem}.json").read_text("utf-8"))


def test_a_photograph_that_cannot_be_read_is_refused_as_by_predict(place, tmp_path, capsys):
    (tmp_path / "broken.jpg").write_bytes(b"no photo")
    model = str(place / "model.safetensors")
    assert run(["predict", model, str(tmp_path / "broken.jpg"), "--json"]) == 3
    wanted = capsys.readouterr().out
    out = tmp_path / "out"
    assert explain(place, tmp_path / "broken.jpg", photos(place)[0], "-o", out, "--json") == 3
    assert capsys.readouterr().out.startswith(wanted)
    assert sorted(path.suffix for path in out.iterdir()) == [".json", ".png"]


def test_a_manifest_tells_the_eye_and_the_command_line_knows_better(place, tmp_path, capsys):
    manifest = place / "drawn" / "manifest.csv"
    explain(place, manifest, "-o", tmp_path, "--json")
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["eye"] for each in told] == ["right", "left"]
    explain(place, manifest, "-o", tmp_path, "--json", "--eye", "left")
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["eye_by"] for each in told] == ["given", "given"]
    assert {each["eye"] for each in told} == {"left"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["-o", "taken.txt"], "output is a folder"),
        (["-o", "out", "--device", "cuda:99"], "cuda:99 is not here"),
        (["-o", "out", "--language", "de"], "zh-TW"),
        ([], "needs -o"),
    ],
    ids=["file", "device", "language", "nowhere"],
)
def test_wrong_usage_is_a_line_and_exit_code_2(place, tmp_path, capsys, monkeypatch, more, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.txt").touch()
    assert explain(place, photos(place)[0], *more) == 2
    shown = capsys.readouterr().err.strip()
    assert said in shown
    assert len(shown.splitlines()) == 1


def test_a_photograph_is_never_written_over(place, tmp_path, capsys):
    photo = tmp_path / "eye.png"
    Image.open(photos(place)[0]).save(photo)
    before = photo.read_bytes()
    assert explain(place, photo, "-o", tmp_path) == 2
    assert "already exists and is no explanation" in capsys.readouterr().err
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "eye.json").write_text('{"mine": 1}')
    assert explain(place, photo, "-o", tmp_path / "out") == 2
    assert photo.read_bytes() == before
    assert json.loads((tmp_path / "out" / "eye.json").read_text()) == {"mine": 1}


def test_explanations_are_written_anew_and_are_no_photographs(place, tmp_path, capsys):
    folder = tmp_path / "eyes"
    folder.mkdir()
    Image.open(photos(place)[0]).save(folder / "eye.png")
    out = folder / "explained"
    for _ in range(2):
        assert explain(place, folder, "-o", out) == 0
        assert sorted(path.name for path in out.iterdir()) == ["eye.json", "eye.png"]
    capsys.readouterr()
    model = str(place / "model.safetensors")
    assert run(["predict", model, str(out), "--json"]) == 3
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert row["status"] == "error"
    assert row["reason"] == "not a photograph: a picture that `drgrade explain` made"


def test_a_grader_of_drawn_eyes_alone_says_so(place, tmp_path, capsys):
    grader = load_grader(place / "model.safetensors").with_provenance(train_source="drawn")
    save_grader(tmp_path / "drawn.safetensors", grader)
    photo = photos(place)[0]
    for command in (["predict"], ["explain", "-o", str(tmp_path / "out")]):
        assert run([*command, str(tmp_path / "drawn.safetensors"), str(photo)]) == 0
        assert "W25: this grader learned from drawn eyes alone" in capsys.readouterr().err
    twin = json.loads((tmp_path / "out" / f"{photo.stem}.json").read_text(encoding="utf-8"))
    assert twin["learned_from_drawn_eyes_alone"]
    assert message("en", "explain-synthetic") in twin["sentences"]["en"][1]


def test_photographs_of_one_name_get_files_of_their_own():
    assert file_names(["a/eye.jpg", "b/eye.png", "eye-2.jpg", "c/eye.tif"]) == [
        "eye", "eye-2", "eye-2-2", "eye-3",
    ]  # fmt: skip


def test_another_photograph_of_the_same_name_replaces_no_picture(place, tmp_path, capsys):
    """`left.jpg` of two patients, explained one after the other into one folder."""
    one, other = photos(place)[:2]
    for number, photo in enumerate((one, other)):
        (tmp_path / str(number)).mkdir()
        shutil.copy(photo, tmp_path / str(number) / "left.png")
    out = tmp_path / "out"
    for number in (0, 1, 0, 1):
        explain(place, tmp_path / str(number) / "left.png", "-o", out)
    told = [json.loads((out / f"{name}.json").read_text())["photo"] for name in ("left", "left-2")]
    assert told == [str(tmp_path / "0" / "left.png"), str(tmp_path / "1" / "left.png")]
    assert len(list(out.iterdir())) == 4
    assert str(out / "left-2.png") in capsys.readouterr().out


def test_a_number_that_a_photograph_has_is_left_out(place, tmp_path):
    one, other = photos(place)[:2]
    out = tmp_path / "out"
    out.mkdir()
    shutil.copy(one, out / "left-2.png")
    for number, photo in enumerate((one, other)):
        (tmp_path / str(number)).mkdir()
        shutil.copy(photo, tmp_path / str(number) / "left.png")
        explain(place, tmp_path / str(number) / "left.png", "-o", out)
    assert (out / "left-2.png").read_bytes() == Path(one).read_bytes()
    assert (out / "left-3.json").is_file()


def test_a_name_that_is_long_or_has_a_line_break_ends_no_batch(place, tmp_path):
    photo = photos(place)[0]
    names = [f"{'x' * 250}.png", "two\nlines.png", "eye.png"]
    for name in names:
        (tmp_path / "odd" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "odd" / name).write_bytes(photo.read_bytes())
    assert explain(place, tmp_path / "odd", "-o", tmp_path / "out") == 0
    assert len(list((tmp_path / "out").glob("*.png"))) == 3


def test_marks_on_dust_are_told_drawn_and_not_counted(place, tmp_path, capsys):
    grader, photo = load_grader(place / "model.safetensors"), photos(place)[0]
    torch.nn.init.zeros_(grader.network.lesions.maps.bias)  # half of all places are marked
    save_grader(tmp_path / "model.safetensors", grader)
    assert explain(tmp_path, photo, "-o", tmp_path / "out", "--json") == 0
    before = json.loads(capsys.readouterr().out)
    assert before["on_dust"] is None
    marks = [each for each in before["lesions"] if each["kind"] in RED]
    assert marks
    spots = tuple(DustSpot(each["x_px"], each["y_px"], each["diameter_px"], 0.1, 1.0, near=1.0)
                  for each in marks)  # fmt: skip
    block = Block(96, 96, ("photo",), (sha256_file(photo),), spots)
    write_dust(Dust((block,)), tmp_path / "dust.json")
    again = (photo, "-o", tmp_path / "again", "--json", "--dust", tmp_path / "dust.json")
    assert explain(tmp_path, *again) == 0
    after = json.loads(capsys.readouterr().out)
    assert not {each["kind"] for each in after["lesions"]} & set(RED)
    assert len(after["on_dust"]) == len(marks)
    assert message("en", "explain-on_dust", n=len(marks)) in after["sentences"]["en"]
    assert after["p0"] == before["p0"]
    pictures = [(tmp_path / name / f"{photo.stem}.png").read_bytes() for name in ("out", "again")]
    assert pictures[0] != pictures[1]


def test_photographs_whose_dust_is_not_known_are_told_and_explained_as_ever(
    place, tmp_path, capsys
):
    write_dust(Dust(()), tmp_path / "dust.json")
    photo = photos(place)[0]
    asked = (photo, "-o", tmp_path / "out", "--json", "--dust", tmp_path / "dust.json")
    assert explain(place, *asked) == 0
    shown = capsys.readouterr()
    assert "does not have 1 photograph" in shown.err
    assert json.loads(shown.out)["on_dust"] is None


def test_a_file_that_is_not_of_dust_is_refused_before_any_photograph(place, tmp_path, capsys):
    (tmp_path / "dust.json").write_text("{}")
    photo = photos(place)[0]
    assert explain(place, photo, "-o", tmp_path / "out", "--dust", tmp_path / "dust.json") == 2
    assert "drgrade data dust" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
