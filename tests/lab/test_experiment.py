"""The whole lab on drawn photographs: it says, it runs, it goes on, and its page is true."""

import json
from dataclasses import replace

import polars as pl
import pytest

pytest.importorskip("torch")

from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.manifest import Manifest, read_manifest, write_manifest
from drgrade.data.tables.splits import split
from drgrade.errors import RecipeError, RunError, UsageError
from drgrade.evaluation.pages import figures
from drgrade.lab.cells import Cell, Wanted
from drgrade.lab.degradation import nets as lab_nets
from drgrade.lab.experiment import run_lab
from drgrade.lab.plan import Pace
from drgrade.runtime.locks import locked

pytestmark = pytest.mark.usefixtures("empty_figures")

DRAWN = {name: getattr(figures, name) for name in ("_bytes", "_matrix")}
CHANGES = ("train.threads=1", "train.batch=8", "data.workers=0")
ASKED = Wanted(
    size=48, cells=("resnet18-imagenet", "resnet18-phantom", "resnet18-random"), epochs=1,
    compare_size=32, changes=CHANGES,
)  # fmt: skip


@pytest.fixture(scope="module")
def manifest(tmp_path_factory) -> Manifest:
    folder = tmp_path_factory.mktemp("drawn")
    write_manifest(
        split(draw_set(60, folder / "photos", size=64, seed=1), seed=0), folder / "m.csv"
    )
    return read_manifest(folder / "m.csv")


@pytest.fixture(scope="module", autouse=True)
def offline(tmp_path_factory):
    """Downloads go to a port where nobody listens, and nothing was fetched before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRGRADE_WEIGHTS_URL", "http://127.0.0.1:9")
        patch.setenv("DRGRADE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def pace(_: Cell) -> Pace:
    return Pace(learning=0.01, judging=0.01)


@pytest.fixture(scope="module")
def lab(manifest, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    run_lab(manifest, folder, ASKED, measured=pace)
    return folder


@pytest.fixture(scope="module")
def twin(lab):
    return json.loads((lab / "report.json").read_text())


@pytest.fixture(scope="module")
def cells(twin):
    return {cell["name"]: cell for cell in twin["cells"]}


def test_every_cell_that_can_run_has_run_to_its_end(lab):
    ended = sorted(path.parent.name for path in lab.glob("runs/*/finished.json"))
    assert ended == ["resnet18-random", "resnet18-random-32px"]


def test_every_cell_ends_with_a_scorecard_that_the_page_leads_to(lab):
    page = (lab / "report.html").read_text()
    for name in ("resnet18-random", "resnet18-random-32px"):
        twin = json.loads((lab / f"runs/{name}/scorecard/report.json").read_text())
        assert twin["scores"]["split"] == "test"
    assert 'href="runs/resnet18-random/scorecard/report.html"' in page


def test_a_cell_whose_weights_cannot_be_had_stays_empty_with_its_reason(lab, cells):
    assert "127.0.0.1:9" in cells["resnet18-imagenet"]["reason"]["text"]
    assert "127.0.0.1:9" in (lab / "report.html").read_text()


def test_a_cell_whose_drawn_start_was_not_made_stays_empty_and_the_page_says_how_to_make_it(
    lab, cells
):
    way_out = "drgrade models pretrain resnet18"
    assert way_out in cells["resnet18-phantom"]["reason"]["text"]
    assert way_out in (lab / "report.html").read_text()


@pytest.mark.parametrize("degradation", [False, True])
@pytest.mark.parametrize(
    ("recipe", "line"),
    [
        ("grader", "has the stages drawn, real; name one without"),
        ("drawn-then-real", "has the stages drawn, real; name one without"),
        ("phantom", "has data.drawn = 12000; add --set data.drawn=0"),
    ],
)
def test_a_recipe_with_stages_or_photos_of_its_own_is_refused_before_any_work(
    manifest, tmp_path, recipe, line, degradation
):
    wanted = Wanted(size=48, recipe=recipe, degradation=degradation)
    with pytest.raises(RecipeError, match=line):
        run_lab(manifest, tmp_path / "lab", wanted, measured=pace)
    assert not (tmp_path / "lab").exists()


def test_the_sizes_are_compared_with_nothing_else_changed(twin, cells):
    assert twin["compared"] == ["resnet18-random", "resnet18-random-32px"]
    assert [cells[name]["settings"]["size"] for name in twin["compared"]] == [48, 32]


def test_the_page_stands_alone_with_its_figures_beside_it(lab):
    page = (lab / "report.html").read_text()
    assert 'src="http' not in page
    assert {path.suffix for path in (lab / "figures").iterdir()} == {".png", ".svg"}


def test_what_is_finished_is_not_run_again(lab, manifest, capsys):
    before = {p: p.stat().st_mtime_ns for p in lab.glob("runs/*/last.safetensors")}
    run_lab(manifest, lab, ASKED, measured=pace)
    assert {p: p.stat().st_mtime_ns for p in before} == before
    assert capsys.readouterr().err.count("finished already") == 2


def test_a_no_ends_the_lab_before_anything_runs(manifest, tmp_path):
    with pytest.raises(UsageError, match="stopped before the first cell"):
        run_lab(manifest, tmp_path / "lab", ASKED, confirm=lambda: False, measured=pace)
    assert not (tmp_path / "lab").exists()


def test_a_lab_without_test_photos_is_refused_with_the_way_out(manifest, tmp_path):
    table = manifest.table.filter(pl.col("split") != "test")
    without = Manifest(table, manifest.root, manifest.provenance)
    with pytest.raises(UsageError, match="graded photos in split 'test', got 0 .*data split"):
        run_lab(without, tmp_path / "lab", ASKED, measured=pace)


FIRST_FIGURE = Wanted(size=28, epochs=2, changes=CHANGES, degradation=True)


@pytest.fixture(scope="module")
def first_figure(lab, manifest):
    """The lab's folder after a second call that asked for the first figure, of one depth alone.

    This call draws all figures of the lab's page as they are.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, draws in DRAWN.items():
            patch.setattr(figures, name, draws)
        patch.setattr(lab_nets, "DEPTHS", (18,))
        patch.setattr(lab_nets, "SEEDS", 1)
        run_lab(manifest, lab, FIRST_FIGURE, measured=pace)
    return lab


def test_the_first_figure_joins_the_cells_of_an_earlier_call(first_figure):
    twin = json.loads((first_figure / "report.json").read_text())
    errors = [net["trainings"][0]["errors"] for net in twin["degradation"]["nets"]]
    assert [len(each) for each in errors] == [2, 2]
    assert twin["size"] == ASKED.size
    assert len(twin["cells"]) == 4
    assert (first_figure / "figures/degradation.svg").is_file()
    assert all(path.stat().st_size > 1000 for path in (first_figure / "figures").iterdir())


def test_the_nets_of_the_first_figure_look_at_no_test_photo(first_figure):
    assert not list(first_figure.glob("runs/plain18-seed0/scorecard"))
    metrics = (first_figure / "runs/plain18-seed0/metrics.csv").read_text().splitlines()
    first = dict(zip(metrics[0].split(","), metrics[1].split(","), strict=True))
    assert first["test_accuracy"] == ""


def test_finished_cells_are_not_passed_off_as_run_with_other_settings(lab, manifest):
    longer = replace(ASKED, epochs=2)
    with pytest.raises(RunError, match=r"train\.epochs: 1 -> 2"):
        run_lab(manifest, lab, longer, measured=pace)


def test_cells_of_other_photos_are_not_put_on_one_page(lab, manifest):
    before = (lab / "lab.json").read_bytes()
    with pytest.raises(RunError, match="holds cells of other photos"):
        run_lab(manifest, lab, replace(ASKED, cells=("resnet50-random",), photos=20), measured=pace)
    assert (lab / "lab.json").read_bytes() == before


def test_a_folder_is_one_labs_at_a_time(lab, manifest):
    with locked(lab), pytest.raises(RunError, match="is in use by"):
        run_lab(manifest, lab, ASKED, measured=pace)
