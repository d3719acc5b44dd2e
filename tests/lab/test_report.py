"""The lab's page: says what was found, in both languages, from the run folders alone."""

import html
import json
import re
from html.parser import HTMLParser

import polars as pl
import pytest

from drgrade.data.tables.manifest import Manifest, make_manifest
from drgrade.lab import results
from drgrade.lab.report import _rate, write_lab_report
from drgrade.locale.catalogue import LANGUAGES, message, sources

from .made_lab import made_cell, made_lab, made_manifest

pytestmark = pytest.mark.usefixtures("empty_figures")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    manifest = made_manifest(folder)
    settings = [
        made_cell(folder, manifest, "resnet18-random", skill=0.0),
        made_cell(folder, manifest, "efficientnet_lite0-imagenet", skill=0.9),
        made_cell(folder, manifest, "resnet18-imagenet", skill=0.0, state="empty"),
        made_cell(folder, manifest, "resnet18-phantom", skill=0.8),
    ]
    made_lab(folder, manifest, settings, reasons={"resnet18-imagenet": "no weights <here>"})
    return folder, manifest


PAGES: dict[str, str] = {}


def page(folder, language="en"):
    """The page, written once for each language."""
    place, manifest = folder
    if language not in PAGES:
        path = write_lab_report(place, manifest, language=language)
        PAGES[language] = path.read_text(encoding="utf-8")
    return PAGES[language]


def test_a_collapsed_network_is_called_so(folder):
    assert "collapsed" in page(folder)


def test_a_network_that_collapsed_after_few_steps_is_not_called_one_that_cannot_learn(folder):
    verdict = json.loads((folder[0] / "report.json").read_text(encoding="utf-8"))["verdict"]
    assert "too few to conclude" in verdict


def test_a_cell_that_could_not_start_says_why_and_is_escaped(folder):
    assert "no weights &lt;here&gt;" in page(folder)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cell_from_synthetic_photographs_stands_with_pretraining_and_says_so(folder, language):
    head, row = page(folder, language).split("ResNet18<small>")[:2]
    assert "</thead>" in head
    with_pretraining = row.split("</td>")[0]
    assert message(language, "lab-start_phantom") in with_pretraining
    assert "%" in with_pretraining


def test_what_a_synthetic_start_is_worth_is_said_in_the_discussion(folder):
    assert "Pretraining on synthetic photographs, without a patient" in page(folder)


def test_the_trivial_baselines_stand_beside_the_figures(folder):
    rows = re.findall(r'<tr class="floor">\s*<th scope="row">([^<]*)', page(folder))
    shown = [message("en", f"page-baseline_{name}") for name in ("always_0", "other_eye")]
    assert [html.unescape(row) for row in rows] == shown


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_the_page_needs_nothing_from_elsewhere(folder, language):
    found: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.extend(
                f"{tag} {value}"
                for key, value in attrs
                if key in ("src", "href") and not str(value).startswith(("#", "data:"))
            )

    Links().feed(page(folder, language))
    assert [link for link in found if "://" in link] == []
    assert "<script" not in page(folder, language)


def test_the_chinese_page_speaks_chinese(folder):
    text = page(folder, "zh-TW")
    assert 'lang="zh-Hant-TW"' in text
    assert "並非醫療器材" in text


def test_the_twin_is_valid_json_with_the_verdict(folder):
    page(folder)
    twin = json.loads((folder[0] / "report.json").read_text(encoding="utf-8"))
    assert twin["verdict"]


def test_research_software_is_said(folder):
    assert "not a medical device" in page(folder)


def test_a_chinese_page_tells_its_intervals_in_chinese(folder):
    text = page(folder, "zh-TW")
    assert "重抽樣（bootstrap）" in text
    assert "patient bootstrap" not in text
    assert " to +" not in text
    assert " 至 +" in text


def test_the_machine_s_cores_are_counted_in_the_language_of_the_page(folder):
    assert " cores</dd>" in page(folder)
    assert " 核心</dd>" in page(folder, "zh-TW")
    assert "cores" not in page(folder, "zh-TW")


def test_chinese_sentences_have_chinese_commas():
    letter = "[\u4e00-\u9fff]"
    said = sources("zh-TW", of_pages=True) | sources("zh-TW")
    wrong = [key for key, text in said.items() if re.search(f"{letter}[,;:?]{letter}", text)]
    assert wrong == []


def test_a_lab_whose_patients_are_unknown_names_the_groups_it_draws(tmp_path):
    whole = made_manifest(tmp_path)
    table = whole.table.with_columns(group=pl.col("patient"), patient=pl.lit(None, pl.String))
    manifest = Manifest(table, whole.root, whole.provenance)
    made_lab(tmp_path, manifest, [made_cell(tmp_path, manifest, "resnet18-random", skill=0.5)])
    text = write_lab_report(tmp_path, manifest).read_text(encoding="utf-8")
    assert "group bootstrap, 2000 resamples" in text
    assert "ratio over groups, logit" in text
    assert "over patients" not in text


@pytest.mark.parametrize(
    ("language", "said", "unsaid"),
    [("en", "train, tune or calibrate too", "in train too"), ("zh-TW", "校準集", "校正")],
)
def test_a_leak_is_told_of_every_split_that_is_learned_from(tmp_path, language, said, unsaid):
    manifest = made_manifest(tmp_path, patients=60, leak=True)
    cell = made_cell(tmp_path, manifest, "resnet18-random", skill=0.5)
    made_lab(tmp_path, manifest, [cell], leaked_share=0.5)
    text = write_lab_report(tmp_path, manifest, language=language).read_text(encoding="utf-8")
    leak = next(
        line for line in text.splitlines() if "50.0\N{NO-BREAK SPACE}%" in line and said in line
    )
    assert unsaid not in leak


@pytest.mark.parametrize(
    ("rate", "said"),
    [(1e-4, "1e-4"), (0.0125, "0.0125"), (1.4e-4, "0.00014"), (0.05, "0.05"), (1.0, "1")],
)
def test_a_learning_rate_is_shown_as_it_is(rate, said):
    assert _rate(rate) == said


def test_cells_of_two_calls_with_other_settings_are_not_compared(tmp_path):
    manifest = made_manifest(tmp_path)
    settings = [
        made_cell(tmp_path, manifest, "resnet18-random", skill=0.2),
        made_cell(tmp_path, manifest, "resnet18-phantom", skill=0.8),
        made_cell(tmp_path, manifest, "resnet50-random", skill=0.5, size=128),
    ]
    made_lab(tmp_path, manifest, settings)
    about = json.loads((tmp_path / "lab.json").read_text())
    lab = results.read_lab(tmp_path, about, manifest)
    assert [(pair.kind, pair.first, pair.second) for pair in lab.pairs] == [
        ("drawn_start", "resnet18-random", "resnet18-phantom")
    ]


def test_a_patient_whose_other_eye_chose_the_epoch_was_seen(tmp_path):
    table = made_manifest(tmp_path).table.with_columns(
        pl.when((pl.col("split") == "test") & (pl.col("eye") == "left"))
        .then(pl.lit("tune")).otherwise(pl.col("split")).alias("split")
    )  # fmt: skip
    assert not results.Test.of(make_manifest(table, tmp_path)).is_unseen.any()
    assert results.Test.of(made_manifest(tmp_path)).is_unseen.all()
