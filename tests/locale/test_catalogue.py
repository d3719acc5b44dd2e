"""Every code has its sentence in both languages, with the same values; nothing is said in vain."""

import ast
import copy
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

import drgrade
from drgrade.errors import DownloadError, Reason, UnknownNameError
from drgrade.locale.catalogue import LANGUAGES, message, sources, text
from drgrade.locale.plain import as_plain, reason_from
from drgrade.locale.refusal import reason_of, refusal

from .locale_rendered import SNAPSHOTS, kinds, messages, rendered, sample, uses

SOURCES = sorted(Path(drgrade.__file__).parent.rglob("*.py"))
TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES]
NODES = [node for tree in TREES for node in ast.walk(tree)]
LITERALS = {each.value for each in NODES
            if isinstance(each, ast.Constant) and isinstance(each.value, str)}  # fmt: skip
TEMPLATES = [path.read_text(encoding="utf-8") for path in
             Path(drgrade.__file__).parent.rglob("*.j2")]  # fmt: skip
OF_TEMPLATES = {found for text in TEMPLATES for found in re.findall(r"""["']([\w-]+)["']""", text)}
BEGUN = tuple(each for each in LITERALS | OF_TEMPLATES if re.fullmatch(r"[a-z]+-[\w-]*[_-]", each))


NO_MESSAGES = {"lab-address"}  # an option, and no message
OF_NO_LANGUAGE = {  # names of scores and layers, and messages that hold nothing but values
    "degradation-left_one", "degradation-left_reason", "demo-line_scorecard_collapsed",
    "demo-on_network", "demo-qwk", "explain-detected", "explain-lesions", "explain-summary",
    "explain-summary_alone", "explain-verdict", "lab-diagram_bottleneck", "lab-diagram_inverted",
    "lab-diagram_residual", "lab-epoch", "lab-of_epoch", "lab-rate", "lab-row_of",
    "lab-section_3d", "lab-with_figure", "page-metric_auc", "page-metric_qwk",
    "scorecard-edema_auc", "scorecard-few_units", "scorecard-p",
}  # fmt: skip


def calls():
    """Every `Reason(...)` of the source whose code is written there: code, and names of values."""
    for node in NODES:
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason":
            code, *values = node.args
            if isinstance(code, ast.Constant):
                yield code.value, _names(values[0]) if values else set()


def _names(values):
    if not isinstance(values, ast.Dict) or None in values.keys:
        return None  # made elsewhere
    return {key.value for key in values.keys}


def test_both_languages_have_the_same_messages_with_the_same_values():
    english, chinese = (messages(language) for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    for code in english:
        asked = [set(uses(of[code]).values) for of in (english, chinese)]
        assert asked[0] == asked[1], code


def test_every_code_of_the_source_has_a_message_that_asks_for_its_values():
    assert len(list(calls())) > 100
    for code, given in calls():
        assert code in sources("en"), code
        if given is not None:
            assert given == set(uses(sources("en")[code]).values), code


def test_every_message_that_a_page_asks_for_exists():
    """Whole ids, and the beginnings of families, in Python and in templates."""
    pages = {code.partition("-")[0] for code in messages("en") if "-" in code}
    asked = re.compile(rf"({'|'.join(pages)})-\w+")
    for code in LITERALS | OF_TEMPLATES:
        if asked.fullmatch(code) and code not in NO_MESSAGES:
            assert code in messages("en") or code in BEGUN, code
    for family in BEGUN:
        assert any(code.startswith(family) for code in messages("en")), family


def test_every_message_is_said_somewhere():
    """By its whole id, or by the beginning of a family, `page-metric_`, that values end."""
    families = (*(f"{kind}_" for kind in kinds()), *BEGUN)
    unsaid = {code for code in messages("en")
              if code not in LITERALS | OF_TEMPLATES and not code.startswith(families)}  # fmt: skip
    assert unsaid == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wording_is_that_of_the_snapshot(language):
    """After a change of words run `python tests/locale/locale_rendered.py`, and read the diff."""
    assert rendered(language) == (SNAPSHOTS / f"{language}.txt").read_text(encoding="utf-8")


def test_chinese_sentences_are_chinese():
    foreign = {code for code in messages("zh-TW")
               if not re.search(r"[一-鿿]", text(sample(code), "zh-TW"))}  # fmt: skip
    assert {code for code in foreign if "-" not in code} == {
        "wilson", "clopper_pearson", "rare_grade", "other_setting", "as_said"
    }  # fmt: skip
    assert {code for code in foreign if "-" in code} == OF_NO_LANGUAGE


def test_units_and_plurals_are_values_of_the_message():
    found = [text(Reason("ratio_t", {"unit": unit})) for unit in ("patients", "groups", "photos")]
    assert [each.split()[2] for each in found] == ["patients,", "groups,", "photographs,"]


def test_a_page_says_its_messages_with_counts_grouped_and_lists_joined():
    """`COUNT` prints 1,234; `AND` joins the last of a list as its language does."""
    worse = {"worse": ("18", "34", "50")}
    assert "18, 34 and 50 layers" in message("en", "degradation-ends_mixed", **worse)
    assert "18、34與50 層" in message("zh-TW", "degradation-ends_mixed", **worse)
    assert message("en", "gallery-by", n=1, model="m") == "One photograph, graded by m"
    for language in LANGUAGES:
        assert "1,234" in message(language, "gallery-by", n=1234, model="m")


def test_an_unknown_code_a_missing_value_and_an_unknown_word_are_errors():
    for wrong in (
        Reason("no_such_code"),
        Reason("no-such_page"),
        Reason("ratio_t"),
        Reason("ratio_t", {"unit": "feet"}),
    ):
        with pytest.raises(LookupError):
            text(wrong)


def test_a_language_that_nobody_wrote_is_answered_with_those_there_are():
    with pytest.raises(UnknownNameError, match="zh-TW"):
        text(Reason("wilson"), "zh")


def test_counts_and_seeds_have_no_sign_between_their_thousands():
    assert "2000 次" in text(Reason("undefined_in_resamples", {"n": 3, "of": 2000}), "zh-TW")


def test_texts_of_any_length_are_put_in_as_they_are():
    photos = tuple("x" * 300 for _ in range(20))
    said = text(Reason("W21", {"share": 0.5, "photos": photos}))
    assert ", ".join(photos) in said


def test_a_reason_is_a_value_that_can_be_copied_sent_and_looked_up():
    inner = Reason("wilson")
    reason = Reason("not_checkable", {"check": "W01", "reason": inner, "more": (inner, 1.5)})
    assert copy.deepcopy(reason) == pickle.loads(pickle.dumps(reason)) == reason
    assert {reason: 1}[copy.deepcopy(reason)] == 1
    with pytest.raises(TypeError):
        reason.values["check"] = "W02"


def test_a_reason_comes_back_from_json_as_it_was():
    twins = tuple(Reason("twins", {"one": name, "other": "t", "more": 0}) for name in "ab")
    reason = Reason("W04", {"n": 2, "twins": twins})
    plain = as_plain(reason)
    assert plain["text"] == text(reason)
    assert reason_from(plain) == reason
    assert reason_from(as_plain(None)) is None


def test_a_sentence_of_an_older_file_is_said_as_it_stands():
    assert text(reason_from("no weights here"), "zh-TW") == "no weights here"


def test_an_error_says_its_sentence_and_carries_its_reason():
    reason = Reason("weights_unreachable", {"address": "a", "why": "b", "path": "c"})
    error = pickle.loads(pickle.dumps(refusal(DownloadError, reason)))
    assert (str(error), reason_of(error)) == (text(reason), reason)
    assert text(reason_of(DownloadError("no such mirror")), "zh-TW") == "no such mirror"


def test_a_reason_does_not_read_the_words_of_pages():
    code = (
        "import sys\n"
        "from drgrade.errors import Reason\n"
        "from drgrade.locale import catalogue\n"
        "catalogue.text(Reason('wilson'))\n"
        "sys.exit(catalogue.sources.cache_info().currsize != 1)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_python_of_ours_holds_a_chinese_sentence():
    """The names of the grades are data of the scale."""
    holding = {path.name for path in SOURCES
               if re.search(r"[一-鿿]{2}", path.read_text(encoding="utf-8"))}  # fmt: skip
    assert holding == {"icdr.py"}


def test_a_command_that_says_nothing_from_the_catalogue_does_not_load_it():
    code = (
        "import sys\n"
        "import drgrade.cli.app, drgrade.evaluation.scorecard.evaluate\n"
        "sys.exit('fluent.runtime' in sys.modules or 'babel' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
