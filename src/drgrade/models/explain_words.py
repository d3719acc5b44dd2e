"""What an explanation says in sentences, in English and Traditional Chinese."""

from collections.abc import Mapping
from typing import Any

from drgrade.data.masks import KINDS
from drgrade.grades import NAMES, PROBABILITIES, REFERABLE_FROM, is_vision_threatening
from drgrade.languages import LANGUAGES, Pairs, said
from drgrade.models.evidence import Evidence
from drgrade.models.explain import Explanation, Sight

WORDS: Pairs = {
    "grade": ("grade {grade} ({name})", "{grade} 級（{name}）"),
    "referable": ("referable", "需轉診"),
    "not referable": ("not referable", "不需轉診"),
    "by point": ("at the model's operating point HS", "依模型的 HS 操作點"),
    "microaneurysm": ("{n} microaneurysm{s}", "微血管瘤 {n} 個{s}"),
    "haemorrhage": ("{n} haemorrhage{s}", "出血 {n} 處{s}"),
    "hard_exudate": ("{n} hard exudate{s}", "硬性滲出物 {n} 處{s}"),
    "soft_exudate": ("{n} soft exudate{s}", "軟性滲出物 {n} 處{s}"),
    "no lesions": ("no lesions seen", "未見病灶"),
    "superior_temporal": ("superior temporal", "上方耳側"),
    "superior_nasal": ("superior nasal", "上方鼻側"),
    "inferior_temporal": ("inferior temporal", "下方耳側"),
    "inferior_nasal": ("inferior nasal", "下方鼻側"),
    "in one": ("in the {name} quadrant", "位於{name}象限"),
    "all in one": ("all in one quadrant ({name})", "全部位於同一象限（{name}）"),
    "in many": ("in {n} quadrants", "分布於 {n} 個象限"),
    "left": ("left eye", "左眼"),
    "right": ("right eye", "右眼"),
    "by disc": ("{eye}, by the side of the optic disc", "依視盤位置判為{eye}"),
    "by told": ("{eye}", "{eye}"),
    "no disc": (
        "side unknown: no optic disc seen, so no quadrants",
        "眼別不明：未見視盤，無法劃分象限",
    ),
    "no disc, eye": (
        "{eye}; no optic disc seen, so no quadrants",
        "{eye}；未見視盤，無法劃分象限",
    ),
    "disc in the middle": (
        "side unknown: the optic disc lies in the middle, so no quadrants",
        "眼別不明：視盤位於畫面中央，無法劃分象限",
    ),
    "fovea outside": (
        "{eye}; by the optic disc its fovea lies outside the picture, so no quadrants: "
        "a photograph of the nasal side, or of the other eye",
        "{eye}；依視盤推估，中心凹位於畫面之外，無法劃分象限：可能為鼻側照片，或眼別有誤",
    ),
    "disc of the other eye": (
        "{eye}, yet the optic disc lies on the side where the other eye has it, so no quadrants: "
        "a photograph of the nasal side, upside down, or of the other eye",
        "{eye}，但視盤位於另一眼應有的一側，無法劃分象限：可能為鼻側照片、影像上下顛倒，或眼別有誤",
    ),
    "near fovea": (
        "hard exudates within a disc diameter of the fovea ({n}): a sign of macular edema",
        "距黃斑中心凹一個視盤直徑內有硬性滲出物（{n} 處）：黃斑水腫的徵象",
    ),
    "edema": (
        "signs of macular edema: probability {p}",
        "有黃斑水腫徵象的機率為 {p}",
    ),
    "read log_odds": (
        "to the log-odds of a referable grade, {total}, the lesion maps add {parts}",
        "「需轉診」的對數勝算為 {total}，其中病灶圖貢獻 {parts}",
    ),
    "read value": (
        "to the value of the grade, {total}, the lesion maps add {parts}",
        "分級數值為 {total}，其中病灶圖貢獻 {parts}",
    ),
    "by microaneurysm": ("{adds} by microaneurysms", "微血管瘤 {adds}"),
    "by haemorrhage": ("{adds} by haemorrhages", "出血 {adds}"),
    "by hard_exudate": ("{adds} by hard exudates", "硬性滲出物 {adds}"),
    "by soft_exudate": ("{adds} by soft exudates", "軟性滲出物 {adds}"),
    "believed": (
        "of marks like these{off}, on {n} photographs with reference masks, right were: {parts}",
        "此類標記{off}經 {n} 張有參考標註的照片檢驗，正確率為：{parts}",
    ),
    "believed, grades": (
        "of marks like these{off}, on {n} photographs with reference masks, all of grades {low} "
        "to {high}, right were: {parts}",
        "此類標記{off}經 {n} 張有參考標註、皆為 {low} 至 {high} 級的照片檢驗，正確率為：{parts}",
    ),
    "alarms": (
        "of {n} photographs of grade 0, where every mark is wrong, {share} had marks{off}",
        "在 {n} 張 0 級照片（其標記皆屬誤標）中，{share} 有標記{off}",
    ),
    "on dust": (
        "{n} mark{s} where dust of the camera lies, which darkens nearly all photographs beside "
        "this one: not counted, though the network's grade and its evidence are as they were",
        "有 {n} 處標記{s}落在相機灰塵的位置上（相鄰的照片幾乎都在同一處偏暗），不予計入；"
        "網路的分級與證據則未改變",
    ),
    "no dust": ("no mark lies on dust of the camera", "沒有標記落在相機灰塵的位置上"),
    "off dust": (" beside dust", "（扣除灰塵處）"),
    "with dust": (" (those on dust counted)", "（含灰塵處）"),
    "dust": ("dust of the camera ({n})", "相機灰塵（{n}）"),
    "right microaneurysm": ("microaneurysms {share}", "微血管瘤 {share}"),
    "right haemorrhage": ("haemorrhages {share}", "出血 {share}"),
    "right hard_exudate": ("hard exudates {share}", "硬性滲出物 {share}"),
    "right soft_exudate": ("soft exudates {share}", "軟性滲出物 {share}"),
    "lesions make": (
        "the lesions seen would make grade {grade} ({name})",
        "所見病灶依 ICDR 標準應為 {grade} 級（{name}）",
    ),
    "agrees": (
        "the lesions seen make the same grade by the ICDR rule",
        "所見病灶依 ICDR 標準為同一分級",
    ),
    "disagrees": (
        "The grade and the lesions disagree: {lesions}, the network says grade {grade}.",
        "分級與病灶不一致：{lesions}，網路判為 {grade} 級。",
    ),
    "not mapped": (
        "New vessels, beaded veins and bleeding before the retina make grades 3 and 4, and have "
        "no map.",
        "新生血管、靜脈串珠與視網膜前出血等 3、4 級的徵象沒有對應的病灶圖。",
    ),
    "near the point": (
        "probability of a referable grade {p}; at the point HS a photograph is referable from "
        "{threshold}",
        "「需轉診」的機率為 {p}；依 HS 操作點，自 {threshold} 起需轉診",
    ),
    "drawn": (
        "this grader learned from drawn eyes alone: what it says of a patient's photograph means "
        "nothing",
        "此分級模型只學過繪製的眼底圖，對真實病人照片的判讀沒有意義",
    ),
    "no maps": (
        "This grader has no lesion maps; train one with model.lesions = true. The evidence map "
        "alone is shown.",
        "此分級模型沒有病灶圖；請以 model.lesions = true 訓練。以下只顯示證據圖。",
    ),
    "research": ("Research software, not a medical device.", "研究用軟體，並非醫療器材。"),
    "photograph": ("Photograph, and the lesions seen in it", "照片與所見病灶"),
    "photograph alone": ("Photograph", "照片"),
    "evidence": ("Where the evidence lies", "證據所在"),
    "disc": ("optic disc", "視盤"),
    "fovea": ("fovea, by the disc", "中心凹（依視盤推估）"),
    "against": ("not referable", "不需轉診"),
    "for": ("referable", "需轉診"),
    "log_odds": (
        "log-odds of a referable grade by each place; their mean is {total}",
        "各處對「需轉診」的對數勝算；平均為 {total}",
    ),
    "value": (
        "grade by each place, above or below the cut to grade 2; their mean is {total}",
        "各處的分級數值與 2 級切點之差；平均為 {total}",
    ),
    "probabilities": ("Probability of each grade", "各級機率"),
}
LISTED, COMMA, SEMICOLON = (
    {"en": ", ", "zh-TW": "、"}, {"en": ", ", "zh-TW": "，"}, {"en": "; ", "zh-TW": "；"}
)  # fmt: skip
ENDS = {"en": ".", "zh-TW": "。"}


def lesion_words(kind: str, n: int, language: str) -> str:
    """`12 microaneurysms`."""
    plural = "s" if language == "en" and n != 1 else ""
    return said(WORDS, language, kind, n=n, s=plural)


def grade_words(grade: int, language: str) -> str:
    """`grade 2 (moderate NPDR)`."""
    return said(WORDS, language, "grade", grade=grade, name=NAMES[language][grade])


def headline(explanation: Explanation, language: str) -> str:
    """The grade and whether it is referable, and by what."""
    verdict = said(WORDS, language, "referable" if explanation.referable else "not referable")
    parts = [grade_words(explanation.grade, language), verdict]
    if explanation.by_point:
        parts.append(said(WORDS, language, "by point"))
    return COMMA[language].join(parts)


def lesions_seen(sight: Sight, language: str) -> str:
    """`12 microaneurysms, 3 haemorrhages, all in one quadrant (superior temporal)`."""
    kinds = [kind for kind in KINDS if sight.counts[kind]]
    if not kinds:
        return said(WORDS, language, "no lesions")
    parts = [LISTED[language].join(lesion_words(k, sight.counts[k], language) for k in kinds)]
    if (found := sight.quadrants) is not None:
        name = said(WORDS, language, next(iter(found)))
        few = "in one" if len(sight.lesions) == 1 else "all in one"
        how = few if len(found) == 1 else "in many"
        parts.append(said(WORDS, language, how, name=name, n=len(found)))
    return COMMA[language].join(parts)


def sentence(words: str, language: str) -> str:
    """Words with a capital letter and an end."""
    return f"{words[0].upper()}{words[1:]}{ENDS[language]}"


def summary(explanation: Explanation, language: str) -> str:
    """One sentence: the lesions seen and the grade.

    Raises:
        UnknownNameError: a language the sentences are not written in.
    """
    verdict = headline(explanation, language)
    seen = [lesions_seen(explanation.sight, language)] if explanation.sight else []
    return sentence(SEMICOLON[language].join([*seen, verdict]), language)


def side(sight: Sight, language: str) -> str:
    """Which eye it is and how that is known, or why not."""
    known = sight.landmarks
    eye = said(WORDS, language, known.eye) if known.eye else ""
    if known.disc is None:
        return said(WORDS, language, "no disc, eye" if eye else "no disc", eye=eye)
    if not eye:
        return said(WORDS, language, "disc in the middle")
    if known.disc_is_of_other_eye:
        return said(WORDS, language, "disc of the other eye", eye=eye)
    if known.fovea is None:
        return said(WORDS, language, "fovea outside", eye=eye)
    return said(WORDS, language, f"by {known.eye_by}", eye=eye)


def remarks(explanation: Explanation, language: str) -> list[str]:
    """What else must be said: the side, macular edema, where grade and lesions disagree."""
    first = [said(WORDS, language, "drawn")] if explanation.drawn else []
    if explanation.referable_from is not None:
        first.append(near_the_point(explanation, explanation.referable_from, language))
    first = [sentence(each, language) for each in first]
    if (sight := explanation.sight) is None:
        return [*first, said(WORDS, language, "no maps")]
    found = [side(sight, language)]
    if sight.on_dust is not None:
        found.append(dust_words(len(sight.on_dust), language))
    if sight.near_fovea:
        found.append(said(WORDS, language, "near fovea", n=sight.near_fovea))
    if explanation.marks:
        found += marks_believed(explanation.marks, sight, language)
    if "p_dme" in explanation.row:
        found.append(said(WORDS, language, "edema", p=f"{explanation.row['p_dme']:.2f}"))
    if explanation.evidence.lesions:
        found.append(read_off(explanation.evidence, language))
    sentences = [*first, *(sentence(each, language) for each in found)]
    if not explanation.disagrees:
        return [*sentences, sentence(said(WORDS, language, "agrees"), language)]
    lesions = said(
        WORDS, language, "lesions make", grade=sight.grade, name=NAMES[language][sight.grade]
    )
    sentences.append(said(WORDS, language, "disagrees", lesions=lesions, grade=explanation.grade))
    if is_vision_threatening(explanation.grade):
        sentences.append(said(WORDS, language, "not mapped"))
    return sentences


def dust_words(n: int, language: str) -> str:
    """How many marks lie on dust of the camera."""
    plural = "s" if language == "en" and n != 1 else ""
    return said(WORDS, language, "on dust" if n else "no dust", n=n, s=plural)


def near_the_point(explanation: Explanation, threshold: float, language: str) -> str:
    """How far the probability of a referable grade lies from the point that tells."""
    p = sum(float(explanation.row[key]) for key in PROBABILITIES[REFERABLE_FROM:])
    return said(WORDS, language, "near the point", p=f"{p:.3f}", threshold=f"{threshold:.3f}")


def read_off(evidence: Evidence, language: str) -> str:
    """What each kind of lesion adds to the figure, where the grade is read off lesion maps."""
    parts = [said(WORDS, language, f"by {kind}", adds=signed(adds))
             for kind, adds in evidence.lesions.items()]  # fmt: skip
    words = LISTED[language].join(parts)
    return said(WORDS, language, f"read {evidence.measure}", total=signed(evidence.total),
                parts=words)  # fmt: skip


def marks_believed(marks: Mapping[str, Any], sight: Sight, language: str) -> list[str]:
    """Of the kinds seen, the share of such marks that were right on photos with masks.

    Where marks on dust are set aside here and were there, the others are meant.
    """
    off = ""
    if sight.on_dust is not None:
        off = said(WORDS, language, "off dust" if "off_dust" in marks else "with dust")
        marks = {**marks, **marks.get("off_dust", {})}
    right = {kind: each["right"]["value"] for kind, each in marks["kinds"].items()}
    parts = [said(WORDS, language, f"right {kind}", share=f"{right[kind]:.0%}")
             for kind in KINDS if sight.counts[kind] and right.get(kind) is not None]  # fmt: skip
    if not parts:
        return []
    listed, grades = LISTED[language].join(parts), marks.get("grades") or []
    low, high = grades or (0, 0)
    key = "believed, grades" if grades else "believed"
    found = [said(WORDS, language, key, n=marks["photographs"], parts=listed, low=low, high=high,
                  off=off)]  # fmt: skip
    healthy = marks.get("healthy") or {"photographs": 0}
    if healthy["photographs"]:
        share = f"{healthy['with_marks']['value']:.0%}"
        found.append(
            said(WORDS, language, "alarms", n=healthy["photographs"], share=share, off=off)
        )
    return found


def signed(figure: float) -> str:
    """`+1.20`, with a true minus."""
    return f"{figure:+.2f}".replace("-", "−")


def told(explanation: Explanation) -> dict[str, list[str]]:
    """The sentences in every language, for the JSON twin."""
    return {each: [summary(explanation, each), *remarks(explanation, each)] for each in LANGUAGES}
