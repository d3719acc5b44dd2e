"""The demo tells its story in three parts, goes on where it was interrupted, and learns."""

import json
import re

import pytest

pytest.importorskip("torch")

from drgrade.cli.app import run
from drgrade.demo.experiment import FROM_RANDOM, LEARNS, SEED, Size
from drgrade.demo.photographs import OF_A_GRADE, chosen_eyes, packaged_picture
from drgrade.demo.photographs import SEED as OF_THE_GALLERY
from drgrade.demo.story import lines, tell_story
from drgrade.modelfile.places import shipped_models
from drgrade.models.checkpoint import load_grader

MOST_LINES = 15
FEW = ["--photos", "48", "--epochs", "1"]
PROVED = (0, 11, 12)  # seeds: the demo's own, and two that no setting was chosen with


@pytest.fixture(scope="module")
def told(tmp_path_factory, empty_figures):
    """The demo once, of few photographs: its folder, and what its last run printed."""
    folder = tmp_path_factory.mktemp("told")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRGRADE_CACHE", str(folder / "cache"))
        story = tell_story(folder / "demo", Size(photos=48, epochs=1))
    return folder, story


def links(page):
    found = re.findall(r'(?:src|href)="([^"#]+)', page.read_text(encoding="utf-8"))
    return [each for each in found if not each.startswith("data:")]


def test_it_ends_with_one_table_of_at_most_fifteen_lines(told):
    _, story = told
    said = lines(story)
    assert len(said) <= MOST_LINES
    assert "not a medical device" in said[0]
    assert str(story.page) in said[-len(story.pages) - 1]


def test_its_page_leads_to_every_other_and_to_nothing_outside(told):
    _, story = told
    leads = {(story.page.parent / link).resolve() for link in links(story.page)}
    assert leads == {path.resolve() for path in story.pages.values()}
    assert all(path.is_file() for path in leads)
    assert "not a medical device" in story.page.read_text(encoding="utf-8")


def test_the_gallery_leads_to_its_explanations_and_home(told):
    _, story = told
    page = story.pages["gallery"]
    assert [link for link in links(page) if not (page.parent / link).is_file()] == []


def test_the_gallery_refuses_what_is_no_retina_and_finds_the_real_eye_healthy(told):
    _, story = told
    refused = {e.row["photo"]: e.row["status"] for e in story.gallery.entries if not e.is_graded}
    assert sorted(refused.values()) == ["not_fundus", "ungradable"]
    assert story.gallery.real.row["predicted"] == 0
    right, known = story.gallery.synthetic_referrals
    assert known == sum(OF_A_GRADE.values())
    assert right >= known - 1


def test_what_is_finished_is_not_done_again_and_nothing_warns_at_length(told, capsys, monkeypatch):
    folder, story = told
    monkeypatch.setenv("DRGRADE_CACHE", str(folder / "cache"))
    best = folder / "demo" / "lab" / "runs" / LEARNS / "best.safetensors"
    before = best.stat().st_mtime
    assert run(["demo", "-o", str(folder / "demo"), *FEW, "--language", "zh-TW"]) == 0
    out, err = capsys.readouterr()
    assert best.stat().st_mtime == before
    assert len(out.splitlines()) <= MOST_LINES
    assert re.findall(r"^W\d\d: ", err, re.M) == []
    assert 'lang="zh-Hant-TW"' in story.page.read_text(encoding="utf-8")


def test_a_manifest_of_other_photographs_is_refused(tmp_path, capsys):
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "manifest.csv").write_text("photo,grade\na.jpg,0\n")
    assert run(["demo", "-o", str(tmp_path), *FEW]) == 2
    assert "name another folder with -o" in capsys.readouterr().err
    assert not (tmp_path / "gallery").exists()


def test_the_gallery_shows_every_grade_and_every_fault():
    eyes = chosen_eyes()
    good = [eye.grade for kind, eye in eyes if kind == "good"]
    assert {grade: good.count(grade) for grade in set(good)} == OF_A_GRADE
    assert [kind for kind, _ in eyes if kind != "good"] == ["blurred", "dim", "black"]
    assert len({eye.patient for _, eye in eyes}) == len(eyes)


def test_no_eye_of_the_demo_pretrained_what_ships():
    about = [load_grader(shipped_models()[name]).provenance for name in ("drawn", "default")]
    recipes = " ".join(json.dumps(each.making.as_json()) for each in about)
    seeds = {int(seed) for seed in re.findall(r"draw_seed = (\d+)", recipes)}
    demo = {SEED + seed for seed in range(1000)} | {OF_THE_GALLERY}
    assert seeds
    assert not seeds & demo


def test_the_pictures_that_come_with_a_package_are_where_it_has_them():
    assert packaged_picture("retina.jpg").is_file()
    assert packaged_picture("coffee.png").is_file()


@pytest.mark.proof
@pytest.mark.parametrize("seed", PROVED)
def test_on_every_seed_one_network_equals_a_trivial_baseline_and_is_caught_and_the_other_learns(
    seed, tmp_path, monkeypatch
):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path / "cache"))
    found = tell_story(tmp_path / "demo", Size(seed=seed)).findings
    assert found.cells[FROM_RANDOM].is_caught
    assert found.cells[FROM_RANDOM].qwk["high"] < found.cells[LEARNS].qwk["low"]
    assert found.cells[LEARNS].has_learned
    assert found.cells[LEARNS].qwk["low"] > 0.1
    assert found.difference["low"] > 0.1
