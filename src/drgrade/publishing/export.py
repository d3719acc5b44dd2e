"""From a grader to one file that runs without torch; it gets its name when its proof holds."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from drgrade.data.phantom.drawing import draw_set
from drgrade.errors import DrgradeError, UsageError
from drgrade.inference.engine import Engine
from drgrade.inference.engine_onnx import OnnxEngine, session_of
from drgrade.inference.engine_torch import TorchEngine
from drgrade.inference.stream import Photo
from drgrade.modelfile import graph as graph_file
from drgrade.modelfile import onnx_file
from drgrade.modelfile.container import read_arrays, written
from drgrade.modelfile.graph import graph_bytes, twin_bytes
from drgrade.modelfile.header import ModelHeader, network_arrays
from drgrade.models.checkpoint import load_grader
from drgrade.models.grader import Grader
from drgrade.publishing.graph import OnnxGraph, onnx_of, openvino_of
from drgrade.publishing.proof import EXACT, INT8, Proof, prove, squares_of
from drgrade.recipe.run_folder import versions
from drgrade.runtime.files import replacing, sha256_bytes, write_json

Runtime = Literal["onnx", "openvino"]
DRAWN = 32  # photographs for the ranges of int8 where no others are named
LARGER = 1.5  # times the square's side: the field is cut out of a drawn photo as out of a real one
ENDINGS: dict[str, str] = {"onnx": onnx_file.ENDING, "openvino": graph_file.ENDING}


@dataclass(frozen=True)
class Order:
    """What is exported and how: `twin` borrows the weights of the model's own file."""

    model: Path
    to: Runtime
    output: Path
    int8: bool = False
    twin: bool = False


@dataclass(frozen=True)
class Evidence:
    """The photographs of a proof, and what is known of them, in the same order."""

    photos: Sequence[Photo]
    grades: np.ndarray | None = None  # (n,), -1 where unknown
    patients: np.ndarray | None = None  # (n,)


class ProofError(DrgradeError):
    """An exported file that does not grade as its model does."""


def refuse_order(order: Order) -> None:
    """Refuse what cannot be made, before anything is loaded.

    Raises:
        UsageError: another runtime, another ending, int8 in ONNX, or a twin in int8 or ONNX.
    """
    if order.to not in ENDINGS:
        raise UsageError(f"--to must be onnx or openvino, got '{order.to}'")
    if order.output.suffix != ENDINGS[order.to]:
        raise UsageError(f"a file for {order.to} ends in {ENDINGS[order.to]}, "
                         f"got '{order.output.name}'; rename it")  # fmt: skip
    if order.int8 and order.to != "openvino":
        raise UsageError("--int8 goes with --to openvino, got --to onnx; leave out one of the two")
    if order.twin and (order.int8 or order.to != "openvino"):
        raise UsageError("--twin borrows the model's own float32 weights: it goes with "
                         "--to openvino and without --int8")  # fmt: skip


def export(order: Order, evidence: Evidence, ranges: Sequence[Photo] = ()) -> Proof:
    """Export a grader, prove the file, and give it its name where the proof holds.

    The proof is written beside it, as `FILE.proof.json`.

    Args:
        order: what to make.
        evidence: photographs on which the file and the model are compared.
        ranges: photographs on which int8 takes the ranges of its layers; none: drawn ones.

    Raises:
        UsageError: an order that cannot be carried out, or no photograph that can be graded.
        ProofError: the file does not grade as its model does; nothing is written.
        CheckpointError: a damaged model.
    """
    refuse_order(order)
    grader = load_grader(order.model)
    squares, is_there = squares_of(evidence.photos, grader.header)
    if not len(squares):
        raise UsageError("a proof needs photographs that can be graded, got none; name others "
                         "with --proof")  # fmt: skip
    seen = _ranges(ranges, grader.header) if order.int8 else None
    made = onnx_of(grader)
    with replacing(order.output) as temporary:
        temporary.write_bytes(_content(order, grader, made, seen))
        opened, witness = _opened(order, temporary), _witness(made, order, grader.header)
        found = prove(
            TorchEngine(grader), opened, squares, INT8 if order.int8 else EXACT,
            refused=is_there.count(False), witness=witness,
            grades=None if evidence.grades is None else evidence.grades[is_there],
            patients=None if evidence.patients is None else evidence.patients[is_there],
        )  # fmt: skip
        if found.failures:
            raise ProofError(f"{order.output.name} does not grade as its model does: "
                             f"{'; '.join(found.failures)}. Nothing was written")  # fmt: skip
    write_json(proof_beside(order.output), {"file": order.output.name, **found.as_json()})
    return found


def _ranges(photos: Sequence[Photo], header: ModelHeader) -> np.ndarray:
    """Squares on which int8 takes its ranges: of these photographs, or of drawn ones."""
    if not photos:
        with drawn_photos(round(LARGER * header.preprocess.size)) as photos:
            return squares_of(photos, header)[0]
    squares, _ = squares_of(photos, header)
    if not len(squares):
        raise UsageError("int8 needs photographs for the ranges of its layers, got none; "
                         "name others with --calibrate-on")  # fmt: skip
    return squares


def proof_beside(output: Path) -> Path:
    """Where the proof of an exported file lies."""
    return output.with_name(f"{output.name}.proof.json")


@contextmanager
def drawn_photos(size: int, number: int = DRAWN) -> Iterator[list[Photo]]:
    """Drawn photographs as files, `size` px a side, for the ranges of int8; gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        draw_set(number, Path(folder), size=size)
        yield [(place.name, place) for place in sorted((Path(folder) / "photos").iterdir())]


def _content(order: Order, grader: Grader, made: OnnxGraph, squares: np.ndarray | None) -> bytes:
    told = {
        "runtime": order.to,
        "compute": "int8" if order.int8 else "float32",
        "source_weights_sha256": grader.header.weights_sha256,
        "exported": {"date": time.strftime("%Y-%m-%d", time.gmtime()), "versions": versions()},
    }
    if order.to == "onnx":
        return _onnx_bytes(made, grader.header, told)
    graph = openvino_of(made, squares)
    if order.twin:
        weights = network_arrays(read_arrays(order.model)[0])
        return twin_bytes(graph, weights, {**told, "weights_sha256": grader.header.weights_sha256})
    own = "" if squares is None else sha256_bytes(graph.weights.tobytes())
    return graph_bytes(graph, under_hash(grader.header, own), told)


def _onnx_bytes(made: OnnxGraph, header: ModelHeader, told: dict[str, Any]) -> bytes:
    """A sealed ONNX file that says of itself what a model's file says."""
    about = graph_file.about_of(header, told)
    made.model.producer_name, made.model.producer_version = "drgrade", ""
    entry = made.model.metadata_props.add()
    entry.key, entry.value = "drgrade", written(about)
    return onnx_file.sealed(made.model.SerializeToString())


def under_hash(header: ModelHeader, own: str) -> ModelHeader:
    """The header of weights that were rounded, under their own hash; empty: they were not.

    Points and correction chosen for the whole weights stay: that decisions do not change is proven.
    """
    if not own:
        return header
    return replace(header, provenance=header.provenance.under_hash(own))


def _opened(order: Order, file: Path) -> Engine:
    """The engine of the file that was just made, as a person's command would open it."""
    from drgrade.inference.engine_onnx import open_onnx
    from drgrade.inference.engine_openvino import open_openvino, open_twin

    if order.to == "onnx":
        return open_onnx(file)
    return open_twin(order.model, file) if order.twin else open_openvino(file)


def _witness(made: OnnxGraph, order: Order, header: ModelHeader) -> Any:
    """ONNX Runtime on the same graph in float32; None where the file itself is run by it."""
    if order.to == "onnx" or order.int8:
        return None
    session = session_of(made.model.SerializeToString(), order.output)
    return OnnxEngine(header, session).outputs
