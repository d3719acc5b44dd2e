"""Docs are tests: snippets run, commands have pages, recipe keys are in the reference."""

import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

from drgrade.cli.app import COMMANDS, DATA_COMMANDS, run
from drgrade.recipe.recipe import Recipe

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
NAMES = [*COMMANDS, *(f"data {name}" for name in DATA_COMMANDS), "models"]


def snippets(language: str) -> list[str]:
    found = []
    for page in PAGES:
        fenced = re.findall(r"^```(.*?)\n(.*?)^```", page.read_text(encoding="utf-8"), re.S | re.M)
        found += [text for kind, text in fenced if kind == language]
    return found


@pytest.mark.parametrize("command", NAMES)
def test_every_command_has_a_page(command):
    page = ROOT / "docs" / "howto" / f"{command.replace(' ', '-')}.md"
    assert f"drgrade {command}" in page.read_text(encoding="utf-8")


def documented_names() -> list[str]:
    page = (ROOT / "docs" / "reference" / "library.md").read_text(encoding="utf-8")
    return re.findall(r"^\.\. auto(?:function|class):: (\S+)$", page, re.M)


@pytest.mark.parametrize("name", documented_names())
def test_every_documented_function_exists(name):
    assert pkgutil.resolve_name(name)


def shown_commands() -> list[str]:
    lines = [line for text in snippets("") for line in text.splitlines()]
    return sorted({line for line in lines if line.startswith("drgrade ")})


@pytest.mark.parametrize("line", shown_commands())
def test_every_option_a_page_shows_exists(line, capsys):
    words = line.split()[1:]
    command = words[:2] if words[0] in ("data", "models") and len(words) > 1 else words[:1]
    assert run([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    for option in (word for word in words if word.startswith("-")):
        assert option in shown


@pytest.mark.parametrize("section", [k for k in Recipe.model_fields if k not in ("name", "stages")])
def test_every_recipe_key_is_in_the_reference_with_its_default(section):
    page = (ROOT / "docs" / "reference" / "recipe.md").read_text(encoding="utf-8")
    for key, value in getattr(Recipe(), section).model_dump().items():
        assert f"| `{section}.{key}` | `{value!r}` |" in page


@pytest.mark.parametrize("snippet", snippets("python"))
def test_every_python_snippet_runs(snippet):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", snippet], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_inside_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
