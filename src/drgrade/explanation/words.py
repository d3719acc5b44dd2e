"""What an explanation says in sentences, in English and Traditional Chinese."""

from drgrade.data.photos.masks import KINDS
from drgrade.explanation.explain import Explanation, LesionFindings
from drgrade.icdr import NAMES
from drgrade.locale.languages import Pairs, said

WORDS: Pairs = {
    "grade": ("grade {grade} ({name})", "{grade} 級（{name}）"),
    "referable": ("referable", "需轉診"),
    "not referable": ("not referable", "不需轉診"),
    "by point": ("at the model's operating point HS", "依模型的 HS 操作點"),
    "below the point": (
        "yet below the model's operating point HS: the two disagree",
        "卻低於模型的 HS 操作點：兩者不一致",
    ),
    "grade asks": (
        "by the scale a grade of 2 or worse asks for a referral, by the point HS this eye does "
        "not: a person has to decide",
        "依分級標準，2 級以上即需轉診；依 HS 操作點則不需轉診：須由專業人員判定",
    ),
    "point asks": (
        "by the point HS this eye asks for a referral, though by its grade it would not",
        "依 HS 操作點需轉診，但其分級未達需轉診的標準",
    ),
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
    "by disc": (
        "{eye}, by the side of the optic disc, if the photograph is upright",
        "依視盤位置判為{eye}（假設影像未上下顛倒）",
    ),
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
        "signs of macular edema: probability {p}, not calibrated",
        "有黃斑水腫徵象的機率為 {p}（未經校正）",
    ),
    "edema, no marks": (
        "signs of macular edema: probability {p}, not calibrated, though no hard exudate is "
        "marked near the fovea",
        "有黃斑水腫徵象的機率為 {p}（未經校正），但中心凹附近未標出硬性滲出物",
    ),
    "marks, no edema": (
        "signs of macular edema: probability {p}, not calibrated, which does not agree with what "
        "is marked near the fovea",
        "有黃斑水腫徵象的機率為 {p}（未經校正），與中心凹附近的標記不符",
    ),
    "edema asks": (
        "macular edema asks for a referral of its own, which the verdict by the grade leaves out",
        "黃斑水腫本身即需轉診，上述依分級的判定並未納入",
    ),
    "read log_odds": (
        "to the log-odds of a referable grade before calibration, {total}, the lesion maps add "
        "{parts}, also by what is too faint to be marked",
        "「需轉診」的對數勝算（校正前）為 {total}，其中病灶圖貢獻 {parts}，"
        "含未達標記門檻的微弱訊號",
    ),
    "read value": (
        "to the value of the grade, {total}, the lesion maps add {parts}, also by what is too "
        "faint to be marked",
        "分級數值為 {total}，其中病灶圖貢獻 {parts}，含未達標記門檻的微弱訊號",
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
    "missed": (
        "of the lesions that the masks of {n} photographs show, marked{off} were: {parts}; what "
        "is not marked may be there all the same",
        "{n} 張照片的參考標註所示病灶中，被標出者{off}：{parts}；未被標出不代表沒有病灶",
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
    "agrees, none": (
        "that no lesion is marked makes the same grade by the ICDR rule",
        "未標出病灶，依 ICDR 標準為同一分級",
    ),
    "not the likeliest": (
        "grade {grade} is the middle of what is likely, not the likeliest: its own probability is "
        "{p}, that of grade {other} is {most}",
        "{grade} 級是可能分級的中位，並非機率最高者：其本身機率為 {p}，{other} 級為 {most}",
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
    "seldom told": (
        "the lesions seen would make grade {grade} ({name}); grades 3 and 4 are seldom told by "
        "marks, for lesions that touch count as one, and new vessels, beaded veins and bleeding "
        "before the retina have no map",
        "所見病灶依 ICDR 標準應為 {grade} 級（{name}）；標記少能分辨 3、4 級：相連的病灶計為一處，"
        "且新生血管、靜脈串珠與視網膜前出血沒有對應的病灶圖",
    ),
    "unmarked": (
        "the place that speaks most for a referral holds no mark: look there",
        "最支持轉診的位置沒有任何標記，請留意該處",
    ),
    "unmarked, outweighed": (
        "one place speaks for a referral and holds no mark; the other places outweigh it",
        "有一處支持轉診但沒有標記，其餘位置的證據較強",
    ),
    "on the margin": (
        "{share} of the evidence lies on the black margin, outside the retina",
        "有 {share} 的證據落在視網膜之外的黑邊",
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
        "log-odds of a referable grade by place, uncalibrated; mean {total}",
        "各處對「需轉診」的對數勝算（校正前）；平均為 {total}",
    ),
    "value": (
        "grade by place, above or below the cut to grade 2; mean {total}",
        "各處的分級數值與 2 級切點之差；平均為 {total}",
    ),
    "with maps": (", with the lesion maps {whole}", "，加上病灶圖為 {whole}"),
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
    """The grade and whether it is referable, and by what; where the two disagree, that."""
    key = "referable" if explanation.referable else "not referable"
    verdict = said(WORDS, language, "below the point" if explanation.is_below_the_point else key)
    parts = [grade_words(explanation.grade, language), verdict]
    if explanation.by_point and not explanation.is_below_the_point:
        parts.append(said(WORDS, language, "by point"))
    return COMMA[language].join(parts)


def lesions_seen(sight: LesionFindings, language: str) -> str:
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


def signed(figure: float) -> str:
    """`+1.20`, with a true minus."""
    return f"{figure:+.2f}".replace("-", "−")
