"""Files of a network's graph: one that is enough by itself, and a twin that borrows its weights.

A graph is OpenVINO's: XML that names places in a block of weights. A twin ships beside the file of
a model: of the weights it holds only those that are not in that file, and it names the rest, so it
is small, it cannot differ from the model, and it fits no other one.
"""

import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from drgrade.errors import CheckpointError
from drgrade.modelfile.container import Arrays, packed, read_about, read_arrays
from drgrade.modelfile.header import ModelHeader, header_of

ENDING = ".openvino"
GRAPH, TWIN = "graph", "twin"  # kinds of files
LEAST_BORROWED = 16  # bytes; smaller constants are kept
MOST_XML, MOST_WEIGHTS = 64 << 20, 4 << 30  # bytes; what unpacks to more is none of ours


@dataclass(frozen=True)
class Graph:
    """XML of OpenVINO, and the block (bytes,) uint8 of weights that it points into."""

    xml: bytes
    weights: np.ndarray


def graph_bytes(graph: Graph, header: ModelHeader, besides: Mapping[str, Any]) -> bytes:
    """The file of a graph that is enough by itself; `besides` is what else is said of it."""
    return packed(
        {"xml": _deflated(graph.xml), "weights": graph.weights}, about_of(header, besides)
    )


def about_of(header: ModelHeader, besides: Mapping[str, Any]) -> dict[str, Any]:
    """What an exported file says of itself: all of its model's header, and `besides`."""
    return {
        "kind": GRAPH,
        "model": header.model.model_dump(),
        "preprocess": asdict(header.preprocess),
        "objective": header.objective,
        "decoding": header.decoding.as_json(),
        "facts": header.provenance.as_json(),
        **header.quality_json,
        **besides,
    }


def read_graph(path: Path) -> tuple[Graph, ModelHeader]:
    """A graph file, whole and unaltered.

    Raises:
        CheckpointError: no such file, cut, altered, foreign, of another kind, or without what is
            needed to grade.
    """
    arrays, about = read_arrays(path)
    if about.get("kind") != GRAPH or not {"xml", "weights"} <= set(arrays):
        raise CheckpointError(
            f"{path} is a {about.get('kind', 'file')}, not an exported graph; "
            "make one with `drgrade export`"
        )
    return Graph(_inflated(arrays["xml"], path), arrays["weights"]), header_of(about, path)


def twin_bytes(graph: Graph, weights: Arrays, besides: Mapping[str, Any]) -> bytes:
    """The file of a graph without what `weights`, the network's own arrays, have already."""
    names = {np.ascontiguousarray(v).tobytes(): name for name, v in sorted(weights.items())}
    borrowed, kept, place = [], [], 0
    for start, size in _constants(graph.xml):
        if start < place:
            continue  # two constants may share their bytes
        name = names.get(graph.weights[start : start + size].tobytes())
        if name is not None and size >= LEAST_BORROWED:
            kept.append(graph.weights[place:start])
            borrowed.append([start, name])
            place = start + size
    kept.append(graph.weights[place:])
    about = {"kind": TWIN, **besides, "bytes": len(graph.weights), "borrowed": borrowed}
    return packed({"xml": _deflated(graph.xml), "weights": np.concatenate(kept)}, about)


def read_twin(path: Path, weights: Arrays) -> Graph:
    """The graph of a twin, with the weights of its model filled in.

    Raises:
        CheckpointError: no such file, cut, altered, foreign, or of another model.
    """
    arrays, about = read_arrays(path)
    try:
        whole = np.empty(min(about["bytes"], MOST_WEIGHTS), np.uint8)
        place, own = 0, 0
        for start, name in [*about["borrowed"], [len(whole), None]]:
            gap = start - place
            whole[place:start] = arrays["weights"][own : own + gap]
            own, place = own + gap, start
            if name is not None:
                given = np.ascontiguousarray(weights[name]).reshape(-1).view(np.uint8)
                whole[start : start + given.size] = given
                place += given.size
        xml = _inflated(arrays["xml"], path)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{path} does not fit the model beside it ({error}); fetch both again"
        ) from None
    return Graph(xml, whole)


def twin_of(weights_sha256: str, folders: list[Path]) -> Path | None:
    """The twin of the weights with this hash, where one lies in these folders."""
    for folder in folders:
        for path in sorted(folder.glob(f"*{ENDING}")):
            if _weights_of(path) == weights_sha256:
                return path
    return None


def _weights_of(path: Path) -> str:
    """The hash of the weights that a twin is of; empty for another file."""
    try:
        about = read_about(path)
    except CheckpointError:
        return ""
    return str(about.get("weights_sha256", "")) if about.get("kind") == TWIN else ""


def _constants(xml: bytes) -> list[tuple[int, int]]:
    """Start and size in bytes of every constant in the block of weights, in its order."""
    found = set()
    for layer in ElementTree.fromstring(xml).iter("layer"):
        data = layer.find("data")
        if layer.get("type") == "Const" and data is not None:
            found.add((int(data.get("offset", 0)), int(data.get("size", 0))))
    return sorted(found)


def _deflated(content: bytes) -> np.ndarray:
    return np.frombuffer(zlib.compress(content, 9), np.uint8)


def _inflated(content: np.ndarray, path: Path) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        xml = unpacking.decompress(content.tobytes(), MOST_XML)
    except zlib.error as error:
        raise CheckpointError(f"{path}: the graph in it is damaged ({error})") from None
    if not unpacking.eof:
        raise CheckpointError(f"{path}: the graph in it is cut, or over {MOST_XML >> 20} MiB")
    return xml
