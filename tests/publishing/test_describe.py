"""A model file in one line: what it is, what taught it, and whether it is a grader at all."""

import pytest

pytest.importorskip("torch")

from drgrade.cli.app import run
from drgrade.data.photos.preprocess import Preprocess
from drgrade.models.checkpoint import save_grader, save_tensors
from drgrade.models.grader import Grader, build_network
from drgrade.provenance.model import ModelProvenance
from drgrade.publishing.describe import shipped, summary_of
from drgrade.recipe.recipe import Model


def about(*taught: tuple[str, str]) -> dict:
    learned_from = [{"name": name, "role": role} for name, role in taught]
    return {"model": {"network": "efficientnet_lite0", "lesions": True},
            "preprocess": {"size": 256},
            "facts": {"provenance": {"learned_from": learned_from}}}  # fmt: skip


def test_a_model_is_told_by_network_size_teachers_and_calibration():
    assert summary_of(about(("idrid", "photographs"), ("drawn", "start"))) == (
        "efficientnet_lite0, 256 px, lesion maps; learned from idrid, drawn; not calibrated"
    )


def test_what_learned_from_drawn_photographs_alone_is_called_a_start():
    told = summary_of(about(("drawn", "photographs"), ("ImageNet", "start")))
    assert told.startswith("a start for trainings, no grader; efficientnet_lite0")


@pytest.mark.parametrize(
    ("kind", "told"),
    [("training state", "is a training state, not a grader"), ("grader", "another version")],
)
def test_a_file_that_is_no_grader_is_listed_with_the_reason(tmp_path, kind, told):
    save_tensors(tmp_path / "odd.safetensors", {}, {"kind": kind})
    assert told in shipped("odd", tmp_path / "odd.safetensors").summary


def test_a_damaged_file_is_listed_with_the_reason(tmp_path):
    (tmp_path / "cut.safetensors").write_bytes(b"{}")
    assert shipped("cut", tmp_path / "cut.safetensors").summary.startswith("cannot be used: ")


def plain(start: str) -> dict:
    """What a file of a training says of itself: its own photographs, and its start by name."""
    return {"model": {"network": "efficientnet_lite0", "start": start},
            "preprocess": {"size": 256}, "facts": {"source": "drawn"}}  # fmt: skip


def test_what_taught_the_start_of_a_run_is_told_too():
    told = summary_of(plain("default"))
    assert "; learned from drawn, idrid, " in told
    assert "; learned from drawn, stages/real@0123; " in summary_of(plain("stages/real@0123"))
    assert "; learned from drawn; " in summary_of(plain("random"))


def test_a_set_that_taught_both_a_run_and_its_start_is_named_once():
    again = plain("default") | {"facts": {"source": "idrid"}}
    assert "; learned from idrid, drawn, " in summary_of(again)


def test_what_taught_an_earlier_stage_is_told_where_the_run_folder_is_known(tmp_path):
    model = Model(network="efficientnet_lite0")
    grader = Grader(build_network(model, 5), model, Preprocess(size=64), "cross_entropy",
                    provenance=ModelProvenance(source="idrid"))  # fmt: skip
    (tmp_path / "stages" / "real").mkdir(parents=True)
    save_grader(tmp_path / "stages" / "real" / "best.safetensors", grader)
    told = summary_of(plain("stages/real@0123"), tmp_path / "best.safetensors")
    assert "; learned from drawn, idrid; " in told


def test_photographs_that_are_not_told_are_called_so():
    untold = plain("random") | {"facts": {}}
    assert "learned from photographs not told" in summary_of(untold)


def test_models_show_of_a_run_with_stages_names_what_taught_them(tmp_path, capsys):
    cases = ("drawn", "stages/real@0123", tmp_path), ("idrid", "random", tmp_path / "stages/real")
    for source, start, folder in cases:
        model = Model(network="efficientnet_lite0", start=start)
        grader = Grader(build_network(model, 5), model, Preprocess(size=64), "cross_entropy",
                        provenance=ModelProvenance(source=source))  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        save_grader(folder / "best.safetensors", grader)
    assert run(["models", "show", str(tmp_path)]) == 0
    assert "learned from drawn, idrid; " in capsys.readouterr().out
