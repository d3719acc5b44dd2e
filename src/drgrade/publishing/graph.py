"""The graph of a grader: from torch to ONNX, and from there to OpenVINO, in float32 or int8."""

import contextlib
import io
import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from drgrade.inference.openvino_runtime import core, openvino
from drgrade.modelfile.graph import Graph
from drgrade.models.forward import ForwardModule
from drgrade.models.grader import Grader
from drgrade.models.lesions import BACKBONE, LesionNetwork

if TYPE_CHECKING:
    import onnx

SQUARES = "squares"
OPSET = 20
MOST_AT_ONCE = 1 << 16
SCOPES = "pkg.torch.onnx.name_scopes"
COARSE = 8  # a map of at most this part of the square's side may compute in int8
HEAD = ("avg_pool", "fc")  # parts of a backbone that stay in float32


@dataclass(frozen=True)
class OnnxGraph:
    """A forward pass, `squares` (n, S, S, 3) uint8 in, and the nodes that may compute in int8.

    They are the layers of the backbone whose maps have an eighth of the square's side or less.
    Lesions are small: rounding the finer maps moved grades of every fourth photograph.
    """

    model: "onnx.ModelProto"
    coarse: frozenset[str]


def onnx_of(grader: Grader, *, full: bool = True) -> OnnxGraph:
    """The whole forward pass of a grader as ONNX; what explains it included with `full`.

    The logistic function is written out as torch computes it, 1 / (1 + exp(-x)): near 1 it is a
    staircase, and a lesion map's peaks are counted by comparing its values. A runtime that rounds
    it otherwise counts other peaks, and answers differ by a hundredth.
    """
    module = ForwardModule(grader, full=full).eval()
    size = grader.preprocess.size
    example = torch.zeros(2, size, size, 3, dtype=torch.uint8)
    several = torch.export.Dim("n", min=1, max=MOST_AT_ONCE)
    with _quiet():
        program = torch.export.export(module, (example,), dynamic_shapes=({0: several},))
        _write_out_logistic(program.graph)
        made = torch.onnx.export(
            program, dynamo=True, optimize=False, opset_version=OPSET, verbose=False,
            input_names=[SQUARES], output_names=list(module.names),
        )  # fmt: skip
    assert made is not None
    model: onnx.ModelProto = made.model_proto
    part = f"network.{BACKBONE}" if isinstance(grader.network, LesionNetwork) else "network."
    sides = {value.name: _side(value) for value in model.graph.value_info}
    coarse = frozenset(
        each.name for each in model.graph.node
        if _is_of(each, part) and 0 < sides.get(each.output[0], 0) <= size // COARSE
    )  # fmt: skip
    _forget_places(model)
    return OnnxGraph(model, coarse)


def _side(value: "onnx.ValueInfoProto") -> int:
    """The height of a map (n, C, h, w); 0 for what is none."""
    dims = value.type.tensor_type.shape.dim
    return int(dims[2].dim_value) if len(dims) == 4 else 0


def _write_out_logistic(graph: torch.fx.Graph) -> None:
    """Put 1 / (1 + exp(-x)) in the place of every logistic function."""
    aten = torch.ops.aten
    for node in list(graph.nodes):
        if node.target != aten.sigmoid.default:
            continue
        with graph.inserting_before(node):
            x = graph.call_function(aten.neg.default, node.args)
            x = graph.call_function(aten.exp.default, (x,))
            x = graph.call_function(aten.add.Tensor, (x, 1.0))
            x = graph.call_function(aten.reciprocal.default, (x,))
        for each in (x, *_before(x, 3)):
            each.meta.update(node.meta)
        node.replace_all_uses_with(x)
        graph.erase_node(node)


def _before(node: torch.fx.Node, steps: int) -> list[torch.fx.Node]:
    """The nodes that one was made of, in a chain."""
    first = node.args[0]
    assert isinstance(first, torch.fx.Node)
    return [first, *_before(first, steps - 1)] if steps > 1 else [first]


def _is_of(node: "onnx.NodeProto", part: str) -> bool:
    """Whether a node belongs to a part of the network, and not to the last layers of it."""
    scopes = next((each.value for each in node.metadata_props if each.key == SCOPES), "")
    return f"'{part}" in scopes and not any(f"'{part}{each}'" in scopes for each in HEAD)


def _forget_places(model: "onnx.ModelProto") -> None:
    """Take out where on this machine the code lies that made each node."""
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output,
                  *model.graph.initializer):  # fmt: skip
        del value.metadata_props[:]
    del model.graph.metadata_props[:]
    model.graph.doc_string = model.doc_string = ""


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what torch's exporter says of packages that nobody asked for."""
    logger = logging.getLogger("torch.onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # torch about itself
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        logger.setLevel(before)


def openvino_of(graph: OnnxGraph, squares: np.ndarray | None = None) -> Graph:
    """OpenVINO's graph of an ONNX one: in float32, or with `squares` (n, S, S, 3) in int8.

    In int8 compute the `coarse` layers, whose ranges are taken on these squares. The last layers,
    lesion maps and what is read off them stay in float32: peaks are counted there.
    """
    model = core().read_model(io.BytesIO(graph.model.SerializeToString()))
    if squares is not None:
        model = _quantised(model, graph.coarse, squares)
    return _packed(model)


def _quantised(model: Any, coarse: frozenset[str], squares: np.ndarray) -> Any:
    kept = [op.get_friendly_name() for op in model.get_ops()
            if op.get_type_name() not in ("Constant", "Parameter", "Result")
            and op.get_friendly_name().partition("/")[0] not in coarse]  # fmt: skip
    openvino()  # before nncf imports it, with its telemetry
    import nncf

    nncf.set_log_level(logging.ERROR)
    with contextlib.redirect_stdout(io.StringIO()):  # its bars belong to nobody's output
        made = nncf.quantize(
            model,
            nncf.Dataset([each[None] for each in squares]),
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(squares),
            ignored_scope=nncf.IgnoredScope(names=kept, validate=False),
            fast_bias_correction=True,
        )
    _know_shapes(made)
    return made


def _know_shapes(model: Any) -> None:
    """Put the shapes of constants in the place of asking for them: else they are kept for that."""
    ov = openvino()
    for op in model.get_ops():
        asks = op.get_type_name() == "ShapeOf"
        if asks and op.input_value(0).get_node().get_type_name() == "Constant":
            shape = np.array(op.input_value(0).get_shape(), np.int64)
            op.output(0).replace(ov.op.Constant(shape).output(0))


def _packed(model: Any) -> Graph:
    with tempfile.TemporaryDirectory() as folder:
        xml, weights = Path(folder) / "graph.xml", Path(folder) / "graph.bin"
        openvino().serialize(model, xml, weights)
        return Graph(xml.read_bytes(), np.fromfile(weights, np.uint8))
