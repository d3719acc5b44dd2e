"""A model file in one line: what it is, what taught it, and whether it is a grader at all."""

import pytest

pytest.importorskip("torch")

from drgrade.models.checkpoint import save_tensors
from drgrade.models.describe import shipped, summary_of


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
