"""The words of a gallery, English and Traditional Chinese."""

import re
from collections.abc import Callable
from typing import Any

from drgrade.icdr import NAMES
from drgrade.locale.languages import Pairs, said

WORDS: Pairs = {
    "title": ("Photographs by risk", "依風險排序的影像"),
    "device": ("Research software, not a medical device.", "研究用軟體，並非醫療器材。"),
    "by": ("{n} photographs, graded by {model}", "{n} 張影像，由 {model} 分級"),
    "contents": ("Sections", "各節"),
    "refer": ("Refer", "需轉診"),
    "refer_is": (
        "Moderate non-proliferative retinopathy (grade 2) or worse, or above the grader's referral "
        "threshold; the highest probability first.",
        "中度非增殖性視網膜病變（2 級）以上，或高於模型的轉診閾值；依機率由高至低排列。",
    ),
    "person": ("A person has to decide", "須由專業人員判定"),
    "person_is": (
        "The grade, the referral threshold and the signs of macular edema do not agree.",
        "分級、轉診閾值與黃斑水腫徵象彼此不一致。",
    ),
    "no_grade": ("No grade", "未分級"),
    "no_grade_is": (
        "Not graded, for the reason given, and never counted as healthy: take the photograph again, "
        "or have a person look at the eye.",
        "因所列原因未予分級，絕不視為正常：請重新拍攝，或由專業人員檢視該眼。",
    ),
    "no_referral": ("No referral", "不需轉診"),
    "no_referral_is": (
        "Grade 0 or 1 and below the referral threshold; the highest probability first.",
        "0 至 1 級且低於轉診閾值；依機率由高至低排列。",
    ),
    "outlined": ("Outlined", "輪廓標示"),
    "none": ("None.", "無。"),
    "grade": ("Grade {grade}, {name}", "{grade} 級：{name}"),
    "says_refer": ("Refer to an ophthalmologist", "建議轉診眼科"),
    "says_by_point": (
        "Refer: above the referral threshold, though not by its grade",
        "建議轉診：高於轉診閾值，雖然依分級不需轉診",
    ),
    "says_below": (
        "A person has to decide: referable by its grade, below the referral threshold",
        "須由專業人員判定：依分級需轉診，但低於轉診閾值",
    ),
    "says_edema": (
        "A person has to decide: signs of macular edema are likely, the grade is not referable",
        "須由專業人員判定：可能有黃斑水腫徵象，但依分級不需轉診",
    ),
    "says_no": ("No referral by this photograph", "依本影像不需轉診"),
    "says_no_grade": ("No grade", "未分級"),
    "risk": ("Probability of a referable grade", "需轉診的機率"),
    "edema": (
        "Signs of macular edema: probability {p}, not calibrated",
        "黃斑水腫徵象的機率：{p}（未經校準）",
    ),
    "no_picture": ("no picture", "無法顯示影像"),
    "more": ("All that was found", "完整說明"),
    "open": ("Open the explanation as a picture", "開啟完整說明圖"),
}
STATUS: Pairs = {
    "ungradable": ("Cannot be graded", "無法判讀"),
    "not_fundus": ("Not a photograph of the retina", "並非眼底影像"),
    "error": ("Could not be read", "無法讀取"),
    "duplicate": ("The same photograph again", "重複的影像"),
}
REASONS = {  # a reason begins with one of these phrases
    "too small": "影像太小",
    "nothing to see": "畫面沒有內容",
    "no photograph of an eye": "並非眼睛的影像",
    "no retina": "未見視網膜",
    "not colour": "並非彩色影像",
    "noise": "雜訊過多",
    "cannot be read": "無法讀取",
    "not a file": "不是檔案",
    "file too large": "檔案過大",
    "empty file": "空檔案",
    "not an image": "不是影像檔",
    "not a photograph": "不是照片",
    "truncated or damaged": "檔案不完整或毀損",
    "too many pixels": "像素過多",
    "unsupported encoding": "不支援的編碼",
    "hash mismatch": "雜湊值不符",
    "the network gave no finite answer": "網路未給出有效數值",
}
DETAILS: dict[str, str | Callable[[re.Match[str]], str]] = {
    r"the photo is black \(brightness (\d+) of 255\)": r"影像全黑（亮度 \1／255）",
    r"the photo is one colour \(spread ([\d.]+) of 255\)": r"影像只有單一顏色（離散 \1／255）",
    r"short side (\d+) px, the model reads (\d+) px": r"短邊 \1 px，模型需要 \2 px",
    "the weakest channel lies below the strongest by": "最弱色版低於最強色版的比例為",
    "green changes from place to place by": "綠色版各處的變化為",
    "green changes from pixel to pixel over from place to place by": "綠色版的雜訊比為",
    "red and green change together by": "紅綠色版的相關為",
    "red's share of the light is": "紅色的占比為",
    "blue's share of the light is": "藍色的占比為",
    "red against green spreads by": "紅綠比的離散為",
    "next to nothing of the picture is lit": "畫面幾乎全暗",
    r", in a retina by at (least|most) ([\d.]+)": lambda found: (
        f"，視網膜應至{'少' if found[1] == 'least' else '多'}為 {found[2]}"
    ),
    r"a strip of (\d+) x (\d+) px": r"\1 × \2 px 的長條",
}


def tell(language: str, key: str, **values: Any) -> str:
    """The gallery's words of `key` in a language; see `said`."""
    return said(WORDS, language, key, **values)


def grade_in(grade: int, language: str) -> str:
    """`Grade 2, moderate NPDR`."""
    return tell(language, "grade", grade=grade, name=NAMES[language][grade])


def status_in(status: str, language: str) -> str:
    """Why there is no grade, by the row's status; an unknown status as it is."""
    return said(STATUS, language, status) if status in STATUS else status


def refusal_in(reason: str, language: str) -> str:
    """A refusal's reason in a language; what has no words in it stays in English."""
    if language == "en":
        return reason
    known = next((each for each in REASONS if reason.startswith(each)), "")
    detail = reason.removeprefix(known).removeprefix(": ") if known else reason
    for pattern, words in DETAILS.items():
        detail = re.sub(pattern, words, detail)
    return "：".join(part for part in (REASONS.get(known, ""), detail) if part)
