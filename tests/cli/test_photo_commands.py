"""`models`, `data prepare` and `data draw`, as a person types them."""

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

from drgrade.cli.app import run
from drgrade.errors import UsageError
from drgrade.inference.inputs import list_inputs
from drgrade.provenance.model import ModelProvenance


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    assert run(["data", "draw", "4", "-o", str(folder / "set"), "--size", "96"]) == 0
    return folder / "set"


def test_models_prints_the_family_beside_the_paper(capsys):
    assert run(["models"]) == 0
    shown = capsys.readouterr().out
    assert "resnet152" in shown
    assert "11,689,512" in shown


def test_models_can_be_read_by_a_program(capsys):
    assert run(["models", "--json"]) == 0
    networks = json.loads(capsys.readouterr().out)["networks"]
    assert {"name", "parameters", "multiply_adds"} <= set(networks[0])


def test_models_show_prints_the_labs_linear_layer(capsys):
    assert run(["models", "show", "resnet18", "--head", "lab"]) == 0
    assert "in_features=51200, out_features=5" in capsys.readouterr().out


def test_an_unknown_network_is_answered_with_the_nearest(capsys):
    assert run(["models", "show", "resnet19"]) == 2
    assert "resnet18" in capsys.readouterr().err


def test_a_drawing_is_a_manifest_with_photos_and_masks(drawn):
    lines = (drawn / "manifest.csv").read_text().splitlines()
    assert len(lines) == 5
    assert len(list((drawn / "photos").iterdir())) == 4
    assert len(list((drawn / "masks").iterdir())) == 4


def test_the_same_seed_draws_the_same_photos(drawn, tmp_path):
    run(["data", "draw", "2", "-o", str(tmp_path / "again"), "--size", "96"])
    name = sorted(path.name for path in (tmp_path / "again" / "photos").iterdir())[0]
    one, two = ((folder / "photos" / name).read_bytes() for folder in (drawn, tmp_path / "again"))
    assert one == two


@pytest.mark.parametrize("wrong", [["0"], ["2", "--size", "9"], ["2", "--seed", "-1"]], ids=str)
def test_what_cannot_be_drawn_is_refused_in_a_line(wrong, tmp_path, capsys):
    assert run(["data", "draw", *wrong, "-o", str(tmp_path / "set")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_set_grows_and_its_table_is_never_cut(tmp_path, capsys):
    folder = tmp_path / "set"
    table = folder / "manifest.csv"

    def draw(n):
        return run(["data", "draw", str(n), "-o", str(folder), "--size", "64"])

    assert draw(4) == 0
    before = table.read_bytes()
    assert draw(2) == 0
    assert table.read_bytes() == before
    assert draw(6) == 0
    assert table.read_bytes().startswith(before)
    divided = b"photo,split\nphotos/a.jpg,test\n"
    table.write_bytes(divided)
    assert draw(6) == 2
    assert "no longer the table of the drawn photos" in capsys.readouterr().err
    assert table.read_bytes() == divided


def test_a_place_that_cannot_be_written_is_told_before_the_work(capsys):
    assert run(["data", "draw", "4", "-o", "/proc/drawn", "--size", "64"]) == 2
    assert "nothing can be written in /proc" in capsys.readouterr().err


def test_prepare_says_where_the_squares_are(drawn, tmp_path, capsys):
    code = run(["data", "prepare", str(drawn / "manifest.csv"), "--size", "64",
                "-o", str(tmp_path / "squares"), "--workers", "0"])  # fmt: skip
    shown = capsys.readouterr()
    assert code == 0
    assert shown.out.strip() == str(tmp_path / "squares")
    assert "4 photographs = 4 prepared + 0 failed" in shown.err


def test_one_broken_photo_does_not_stop_the_rest(drawn, tmp_path, capsys):
    for path in (drawn / "photos").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "a-broken.jpg").write_bytes(b"")
    code = run(["data", "prepare", str(tmp_path), "--size", "64", "-o",
                str(tmp_path / "squares"), "--workers", "0"])  # fmt: skip
    shown = capsys.readouterr().err
    assert code == 3
    assert "a-broken.jpg: empty file" in shown
    assert "5 photographs = 4 prepared + 1 failed" in shown


@pytest.mark.parametrize(
    ("name", "said"), [("p.txt", "predictions are .csv or .parquet"), ("p.csv", "another's file")]
)
def test_predictions_that_could_not_be_written_are_not_made(tmp_path, capsys, name, said):
    (tmp_path / "p.json").write_text("[]")
    assert run(["predict", "no-model", str(tmp_path), "-o", str(tmp_path / name)]) == 2
    assert said in capsys.readouterr().err
    assert (tmp_path / "p.json").read_text() == "[]"


def test_a_link_that_leads_nowhere_is_an_input_and_a_folder_of_such_a_name_is_none(tmp_path):
    (tmp_path / "a.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "b.jpg").mkdir()
    (tmp_path / "b.jpg" / "c.PNG").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("no photo")
    found = [path.name for _, path, _ in list_inputs([tmp_path], None)]
    assert found == ["a.jpg", "c.PNG"]


def test_a_photograph_named_twice_is_graded_once_in_its_first_place(tmp_path):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"")
    found = list_inputs([tmp_path / "b.jpg", tmp_path, tmp_path / "a.jpg"], None)
    assert [path.name for _, path, _ in found] == ["b.jpg", "a.jpg"]


def test_a_folder_without_photographs_and_a_root_without_manifest_are_refused(tmp_path):
    with pytest.raises(UsageError, match="no photographs found under .*; they end in .bmp, "):
        list_inputs([tmp_path], None)
    with pytest.raises(UsageError, match="--root is where a manifest's photographs lie"):
        list_inputs([tmp_path], tmp_path)


def test_other_files_of_a_folder_are_told(tmp_path, capsys):
    (tmp_path / "a.jpg").touch()
    (tmp_path / "notes.txt").touch()
    list_inputs([tmp_path], None)
    assert "not looked at: 1 other file (.txt 1)" in capsys.readouterr().err


def test_what_taught_a_start_before_is_told_by_the_model():
    told = ModelProvenance(learned_before={"start": "default", "photographs": ["idrid"]})
    assert told.for_predictions().learned_before.start == "default"


def test_the_old_names_of_options_still_work_and_help_does_not_show_them(drawn, tmp_path, capsys):
    photo = str(next((drawn / "photos").iterdir()))
    manifest = str(tmp_path / "m.csv")
    Path(manifest).write_text("photo,patient,grade\n" + "".join(f"{i},{i},0\n" for i in range(20)))
    again = [str(tmp_path / f"{name}.csv") for name in ("anew", "reassign")]
    assert run(["data", "split", manifest, "-o", again[0], "--anew"]) == 0
    assert run(["data", "split", manifest, "-o", again[1], "--reassign"]) == 0
    assert Path(again[0]).read_bytes() == Path(again[1]).read_bytes()
    capsys.readouterr()
    for option in ("--any-picture", "--skip-retina-check"):
        assert run(["predict", "no-such-model", photo, option]) == 2
        assert "no-such-model" in capsys.readouterr().err
    for command in (["predict"], ["explain"], ["data", "split"]):
        run([*command, "--help"])
        assert not {"--any-picture", "--anew"} & set(capsys.readouterr().out.split())
