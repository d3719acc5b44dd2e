"""A results page copies the figures of its notes exactly; links of notes lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RESULTS, NOTES = ROOT / "docs" / "results", ROOT / "experiments" / "notes"
SUMMARIES = sorted(page.name for page in RESULTS.glob("*.md") if (NOTES / page.name).is_file())
FIGURE = re.compile(r"\d+\.\d+ \([+-]?\d+\.\d+(?: to |-)[+-]?\d+\.\d+\)")


def figures(*pages: Path) -> set[str]:
    """Every figure with its interval on these pages."""
    return {found for page in pages for found in FIGURE.findall(page.read_text(encoding="utf-8"))}


def test_there_are_notes_with_figures():
    assert sum(bool(figures(RESULTS / name)) for name in SUMMARIES) > 8


@pytest.mark.parametrize("name", SUMMARIES)
def test_every_figure_with_its_interval_stands_in_the_notes_or_the_model_card(name):
    known = figures(NOTES / name, RESULTS / "model-card.md")
    assert figures(RESULTS / name) - known == set()


@pytest.mark.parametrize("note", sorted(NOTES.glob("*.md")), ids=lambda note: note.name)
def test_every_link_of_a_note_leads_somewhere(note):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", note.read_text(encoding="utf-8"))
    assert [link for link in links if not (note.parent / link).exists()] == []
