"""An explanation is of the answer that predict gives, and its words follow from what was seen."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

torch = pytest.importorskip("torch")

from fontTools.ttLib import TTFont

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.field import Field
from drgrade.data.photos.preprocess import Preprocess
from drgrade.errors import UnknownNameError
from drgrade.explanation.explain import (
    Explanation,
    LesionFindings,
    as_json,
    explain_photo,
    to_photo,
)
from drgrade.explanation.findings import Landmarks
from drgrade.explanation.picture import (
    AGAINST,
    COLOURS,
    FOR,
    SIDE,
    WIDTH,
    Pen,
    as_png,
    draw_explanation,
    outlined,
    shortened,
    wrapped,
)
from drgrade.explanation.remarks import remarks, sentences_of
from drgrade.explanation.words import summary
from drgrade.icdr import NAMES
from drgrade.inference.engine_torch import TorchEngine
from drgrade.inference.stream import grade_photos
from drgrade.locale.catalogue import message, sources
from drgrade.locale.fonts import chinese_font
from drgrade.models.grader import Grader, build_network
from drgrade.provenance.model import ModelProvenance
from drgrade.recipe.recipe import Model

from .made_explanations import explained, prepared, sight, spots


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("explain") / "eye.png"
    Image.fromarray(paint(draw_eye(0, 0), 128).pixels).save(path)
    return path


def engine_of(**more) -> TorchEngine:
    return TorchEngine(grader(**more))


def grader(*, lesions: bool = True, **more) -> Grader:
    torch.manual_seed(0)
    model = Model(network="resnet10_narrow", lesions=lesions)
    return Grader(build_network(model, 5).eval(), model, Preprocess(size=64), "cross_entropy",
                  **more)  # fmt: skip


def test_the_row_is_the_one_that_predict_gives(photo):
    row, found = explain_photo(engine_of(), "eye.png", photo)
    (wanted,) = grade_photos(engine_of(), [("eye.png", photo)])
    assert found.row == row == pytest.approx(wanted)


def test_a_photo_that_cannot_be_read_is_refused_with_the_words_of_predict(tmp_path):
    (tmp_path / "cut.jpg").write_bytes(b"no photo")
    Image.new("RGB", (9, 9)).save(tmp_path / "tiny.png")
    paths = [tmp_path / name for name in ("cut.jpg", "tiny.png", "missing.jpg")]
    answers = [explain_photo(engine_of(), path.name, path) for path in paths]
    assert [row for row, _ in answers] == list(
        grade_photos(engine_of(), [(p.name, p) for p in paths])
    )
    assert [found for _, found in answers] == [None] * 3


def test_a_network_without_maps_shows_its_evidence_and_says_how_to_get_them(photo):
    _, found = explain_photo(engine_of(lesions=False), "eye.png", photo)
    assert found.sight is None
    assert as_json(found)["lesions"] is None
    assert "model.lesions = true" in remarks(found, "en")[0]
    assert "model.lesions = true" in remarks(found, "zh-TW")[0]


def test_the_twin_is_plain_json_whose_evidence_adds_up(photo):
    _, found = explain_photo(engine_of(), "eye.png", photo)
    read = json.loads(json.dumps(as_json(found), allow_nan=False))
    evidence = read["evidence"]
    assert evidence["base"] + np.mean(evidence["places"]) == pytest.approx(
        evidence["total"], abs=1e-4
    )
    assert len(read["lesions"]) == sum(read["counts"].values())


def test_where_a_model_has_an_operating_point_it_tells_what_is_referable(photo):
    point = ModelProvenance(operating_points=({"name": "HS", "threshold": 0.0},))
    _, found = explain_photo(engine_of(provenance=point), "eye.png", photo)
    assert found.referable
    assert as_json(found)["referable_by"] == "operating point HS"
    assert "at the high-sensitivity threshold" in summary(found, "en")


def test_a_place_is_told_in_pixels_of_the_file():
    """A file of 400 x 300 decoded at half; its field 100 wide and 120 tall, padded at the sides."""
    found = prepared(Field(20, 10, 120, 130), seen=(150, 200), file=(300, 400))
    assert to_photo(found, 0.5, 0.5) == (140.0, 140.0, 240.0)
    assert to_photo(found, 0.0, 0.0)[:2] == (20.0, 20.0)


def test_the_sentence_names_the_lesions_their_quadrant_and_the_grade():
    places = spots("microaneurysm", *[(0.2, 0.2)] * 12) + spots("haemorrhage", *[(0.3, 0.3)] * 3)
    found = explained(2, sight(places))
    assert summary(found, "en") == (
        "12 microaneurysms, 3 haemorrhages, all in one quadrant (superior temporal); "
        "grade 2 (moderate NPDR), referable."
    )
    assert summary(found, "zh-TW") == (
        "微血管瘤 12 個、出血 3 處，全部位於同一象限（上方耳側）；2 級（中度非增殖性），需轉診。"
    )


def test_one_lesion_is_one_and_none_are_none():
    one = explained(1, sight(spots("microaneurysm", (0.9, 0.8)), grade=1))
    assert summary(one, "en").startswith("1 microaneurysm, in the inferior nasal quadrant; grade 1")
    assert summary(explained(0, sight(grade=0)), "en") == (
        "No lesions detected; grade 0 (no DR), not referable."
    )


def test_lesions_in_several_quadrants_are_counted_so():
    found = explained(2, sight(spots("haemorrhage", (0.2, 0.2), (0.2, 0.9), (0.9, 0.9))))
    assert summary(found, "en").startswith("3 haemorrhages, in 3 quadrants;")


def test_without_a_disc_no_quadrant_is_named():
    found = explained(2, sight(spots("haemorrhage", (0.2, 0.2)), landmarks=Landmarks(), near=None))
    assert summary(found, "en").startswith("1 haemorrhage; grade 2")
    assert remarks(found, "en")[0].startswith("Side unknown")
    assert as_json(found)["quadrants"] is None


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_where_grade_and_lesions_disagree_both_are_said(language):
    found = explained(4, sight(spots("microaneurysm", (0.2, 0.2)), grade=1))
    said = " ".join(remarks(found, language))
    assert NAMES[language][1] in said
    assert str(found.grade) in said
    assert found.disagrees
    assert len(remarks(found, language)) == 3


def test_where_they_agree_that_is_said_too():
    seen = sight(spots("haemorrhage", (0.2, 0.2)))
    assert remarks(explained(2, seen), "en")[-1] == message("en", "explain-agrees")
    healthy = explained(0, sight(grade=0))
    assert remarks(healthy, "en")[-1] == message("en", "explain-agrees_none")


def test_exudates_near_the_fovea_are_a_sign_of_macular_edema():
    assert "macular edema" in " ".join(remarks(explained(2, sight(near=2)), "en"))


def at_the_point(grade: int, p: float, seen: LesionFindings | None = None, **more) -> Explanation:
    """An eye whose probability of a referable grade is `p`, at a point of 0.857."""
    found = explained(grade, seen or sight(), referable=p >= 0.857, **more)
    rest = dict.fromkeys(("p0", "p1", "p2", "p3", "p4"), 0.0)
    row = found.row | rest | {"p0": 1 - p, "p2": p}
    return replace(found, row=row, referable_from=0.857)


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_a_referable_grade_below_the_point_is_called_a_disagreement(language):
    """Never `grade 2, not referable`: by the scale it is, and the eye may need a doctor."""
    found = at_the_point(2, 0.8)
    assert message(language, "explain-not_referable") not in summary(found, language)
    assert message(language, "explain-grade_asks") in remarks(found, language)
    assert as_json(found)["grade_and_point_disagree"]


def test_below_the_point_no_colour_says_what_is_to_be_done(monkeypatch):
    colours: list = []
    rectangle = ImageDraw.ImageDraw.rectangle

    def noted(self, place, fill=None, **more):
        colours.append(fill)
        return rectangle(self, place, fill=fill, **more)

    monkeypatch.setattr(ImageDraw.ImageDraw, "rectangle", noted)
    draw_explanation(at_the_point(2, 0.8))
    assert not {FOR, AGAINST} & set(colours)
    draw_explanation(at_the_point(2, 0.9))
    assert FOR in colours


def test_a_point_that_refers_an_eye_below_grade_2_is_said():
    found = replace(at_the_point(1, 0.9), referable_from=0.3)
    assert message("en", "explain-point_asks") in remarks(found, "en")


@pytest.mark.parametrize(
    ("p", "near", "code"),
    [
        (0.86, 0, "explain-edema_without_exudate"),
        (0.0, 1, "explain-exudate_without_edema"),
        (0.9, 3, "explain-edema"),
        (0.1, None, "explain-edema"),
    ],
)
def test_edema_and_exudates_that_contradict_each_other_are_said_to(p, near, code):
    found = explained(2, sight(near=near), p_dme=p)
    assert message("en", code, p=f"{p:.2f}") in remarks(found, "en")


@pytest.mark.parametrize(("p", "asked"), [(0.6, True), (0.4, False)])
def test_likely_edema_asks_for_a_referral_that_the_grade_does_not(p, asked):
    """ICDR: referable is a grade of 2 or worse, or macular edema."""
    said = remarks(explained(0, sight(grade=0), p_dme=p), "en")
    assert (message("en", "explain-edema_asks") in said) is asked


def test_marks_that_make_less_than_grade_3_or_4_are_no_disagreement_but_a_limit():
    said = " ".join(remarks(explained(4, sight(grade=2)), "en"))
    assert "Detections seldom separate grades 3 and 4" in said
    assert "disagree" not in said
    assert "disagree" in " ".join(remarks(explained(4, sight(grade=1)), "en"))


def test_evidence_on_the_margin_is_told_where_it_is_much():
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, :32] = 90
    places = np.array([[1.0, 1.0], [1.0, 1.0]])
    found = explained(2, sight())
    evidence = replace(found.evidence, base=0.0, places=places, total=1.0)
    half = replace(found, evidence=evidence, prepared=replace(found.prepared, pixels=pixels))
    assert half.evidence_outside == 0.5
    assert "50% of the evidence lies on the black margin" in " ".join(remarks(half, "en"))
    assert "margin" not in " ".join(remarks(found, "en"))


def test_a_long_verdict_and_the_name_of_the_photo_do_not_overlap(monkeypatch):
    places: list[tuple[float, float]] = []
    write = Pen.write

    def noted(self, x, y, text, *more, **others):
        wide = write(self, x, y, text, *more, **others)
        if y < 30:
            places.append((x, x + wide))
        return wide

    monkeypatch.setattr(Pen, "write", noted)
    found = at_the_point(2, 0.8)
    draw_explanation(replace(found, row=found.row | {"photo": "a/long/way/" * 9 + "photo.jpg"}))
    (_, end), (begin, _) = places
    assert end < begin


def test_an_unknown_language_is_answered_with_those_there_are():
    with pytest.raises(UnknownNameError, match="zh-TW"):
        summary(explained(2, sight()), "de")


def test_every_letter_of_the_words_can_be_drawn():
    words = sources("zh-TW", of_pages=True)
    letters = {each for code, text in words.items() if code.startswith("explain-") for each in text}
    letters -= {"\n"}
    with TTFont(chinese_font()) as font:
        assert {each for each in letters if ord(each) not in font.getBestCmap()} == set()


@pytest.mark.parametrize("language", ["en", "zh-TW"])
@pytest.mark.parametrize(
    "seen", [sight(spots("haemorrhage", (0.2, 0.2))), None], ids=["maps", "none"]
)
def test_the_picture_is_drawn_the_same_each_time(language, seen):
    found = explained(2, seen)
    one, two = (draw_explanation(found, language) for _ in range(2))
    assert as_png(one) == as_png(two)
    assert one.width == WIDTH


def test_a_lesion_has_a_line_of_its_colour_around_it_and_is_not_covered():
    shares = np.zeros((5, 64, 64))
    shares[1, 30:34, 30:34] = 0.9
    found = outlined(prepared().pixels, replace(sight(), apart=shares, landmarks=Landmarks()))
    line = (found == np.array(COLOURS["haemorrhage"], np.uint8)).all(axis=2)
    assert line.any()
    assert np.array_equal(found[SIDE // 2, SIDE // 2], prepared().pixels[0, 0])
    rows, columns = np.nonzero(line)
    assert rows.min() > SIDE // 2 - 60
    assert columns.max() < SIDE // 2 + 60


def test_a_mark_of_one_pixel_just_above_the_threshold_has_a_line_too():
    shares = np.zeros((5, 64, 64))
    shares[0, 20, 20] = shares[0, 40, 50] = 0.51
    found = outlined(prepared().pixels, replace(sight(), apart=shares, landmarks=Landmarks()))
    line = (found == np.array(COLOURS["microaneurysm"], np.uint8)).all(axis=2)
    assert ndimage.label(line, np.ones((3, 3)))[1] == 2


def test_how_near_the_point_the_probability_lies_is_said(photo):
    point = ModelProvenance(operating_points=({"name": "HS", "threshold": 0.25},))
    row, found = explain_photo(engine_of(provenance=point), "eye.png", photo)
    p = row["p2"] + row["p3"] + row["p4"]
    said = message("en", "explain-near_the_point", p=f"{p:.3f}", threshold="0.250")
    assert said in remarks(found, "en")
    assert as_json(found)["referable_from"] == 0.25


def test_lines_fit_their_width_and_lose_no_word():
    text = "The grade and the lesions disagree, and that is said, not hidden."
    lines = wrapped(text, 200, 19)
    assert len(lines) > 1
    assert " ".join(lines) == text
    chinese = message("zh-TW", "explain-not_mapped")
    assert "".join(wrapped(chinese, 300, 19)).replace(" ", "") == chinese.replace(" ", "")
    assert not any(line[0] in "，。" for line in wrapped(chinese, 300, 19))


def test_a_long_name_keeps_its_end():
    short = shortened("a/very/long/way/" * 20 + "photo.jpg", 300)
    assert short.startswith("…")
    assert short.endswith("photo.jpg")
    assert shortened("photo.jpg", 300) == "photo.jpg"


def test_the_twin_has_the_sentences_of_both_languages():
    found = sentences_of(explained(2, sight()))
    assert set(found) == {"en", "zh-TW"}
    assert found["en"][0] == summary(explained(2, sight()), "en")


def test_the_line_below_the_map_tells_the_mean_of_its_places_and_the_whole(monkeypatch):
    written: list[str] = []
    write = Pen.write

    def noted(self, x, y, text, *more, **others):
        written.append(text)
        return write(self, x, y, text, *more, **others)

    monkeypatch.setattr(Pen, "write", noted)
    found = explained(2, None)
    places = np.array([[0.5, -2.0], [0.25, -0.25]]) - found.evidence.base
    lesions = {"haemorrhage": 1.5}  # read off maps: part of the figure, of no place
    evidence = replace(found.evidence, places=places, lesions=lesions, total=1.125)
    draw_explanation(replace(found, evidence=evidence), "en")
    assert "mean −0.38, with the lesion maps +1.12" in " ".join(written)


@pytest.mark.parametrize("side", ["findings", "doubts"])
@pytest.mark.parametrize("n", [1, 30])
def test_however_many_sentences_there_are_the_page_ends_below_the_last(n, side, monkeypatch):
    drawn = "drgrade.explanation.picture"
    monkeypatch.setattr(f"{drawn}.{side}", lambda *_: ["One sentence of many."] * n)
    page = np.asarray(draw_explanation(explained(2, sight()), "en"))
    assert (page[-1] == 255).all()
    last = page[-44:-20]  # where the page says what the program is not
    assert (last.min(axis=(0, 2)) < 200).any()
    assert (last.max(axis=2) == 255).any(axis=1).all()
