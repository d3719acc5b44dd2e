"""The house rules that a linter does not know: sizes, names of rooms, no circles."""

import ast
import importlib
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
FILES = sorted(
    path
    for folder in ("src", "tests", "experiments", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)
LONGEST_FILE = 400
LONGEST_FUNCTION = 60  # lines without the docstring, which on the command line is the help page
Function = ast.FunctionDef | ast.AsyncFunctionDef


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def length(function: Function) -> int:
    first = function.body[0]
    is_docstring = ast.get_docstring(function) is not None
    said = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - said


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts)


def imports_of(path: Path) -> set[str]:
    """Modules of drgrade that a file imports when it is imported itself."""
    found = set()
    for node in tree(path).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("drgrade"):
            found |= {str(node.module), *(f"{node.module}.{each.name}" for each in node.names)}
    return found


def is_there(module: str, name: str) -> bool:
    found = importlib.import_module(module)
    return hasattr(found, name) or importlib.util.find_spec(f"{module}.{name}") is not None


def circle_through(start: str, graph: dict[str, set[str]]) -> list[str]:
    """A way from a module back to itself, or nothing."""
    ways = [[start]]
    seen = set()
    while ways:
        way = ways.pop()
        for following in sorted(graph[way[-1]] - seen):
            if following == start:
                return [*way, start]
            seen.add(following)
            ways.append([*way, following])
    return []


def test_a_file_is_one_idea_of_four_hundred_lines_at_most():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {path: n for path, n in lines.items() if n > LONGEST_FILE} == {}


def test_no_function_is_over_sixty_lines():
    lengths = {
        (path, node.name): length(node)
        for path in FILES for node in ast.walk(tree(path)) if isinstance(node, Function)
    }  # fmt: skip
    assert {where: n for where, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_no_module_imports_itself_by_way_of_others():
    modules = {module_of(path): imports_of(path) for path in SOURCE.rglob("*.py")}
    graph = {name: found & set(modules) for name, found in modules.items()}
    assert [way for way in (circle_through(name, graph) for name in graph) if way] == []


def test_what_benchmarks_and_experiments_import_is_there():
    wanted = {
        (node.module, each.name): path.name
        for folder in ("benchmarks", "experiments")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("drgrade")
        for each in node.names
    }
    assert wanted
    assert {(*name, path) for name, path in wanted.items() if not is_there(*name)} == set()


@pytest.mark.parametrize("name", ["utils", "common", "helpers", "misc"])
def test_no_room_is_named_after_nothing(name):
    assert [path for path in FILES if path.stem == name or name in path.parts] == []


def test_folders_import_nothing_by_themselves():
    folders = [path for path in SOURCE.rglob("__init__.py") if path.parent.name != "fonts"]
    assert {module_of(path): imports_of(path) for path in folders if imports_of(path)} == {}
