"""Why a figure is undefined and how an interval was made, in Traditional Chinese.

Reasons and methods are made in English, beside the figures they belong to.
"""

import re

CHINESE = {
    "there are no graded photographs": "沒有已分級的照片",
    "there are no referable photographs": "沒有需轉診的照片",
    "there are no photographs without referable disease": "沒有無需轉診的照片",
    "no photograph was called referable": "沒有照片被判為需轉診",
    "every photograph was called referable": "所有照片都被判為需轉診",
    "reference and prediction hold one and the same grade only": "參考與預測都只有同一個分級",
    "there is nothing to count": "沒有可計數的資料",
    "there is nothing to average": "沒有可平均的資料",
    "there is one patient only": "只有一位病人",
    "no judged row has its patient's other eye among the judged rows": (
        "受評照片中沒有同一病人的另一眼"
    ),
    "the train rows are not known; give a manifest with split train": "不知道訓練資料；請提供含 train 分組的資料清單",
    "patient and eye of the judged rows are not known": "不知道受評照片的病人與眼別",
    "the table has no probabilities p0 to p4": "表格沒有機率 p0 至 p4",
    "a table has no probabilities p0 to p4": "有表格沒有機率 p0 至 p4",
    "the photographs are all on one side of the endpoint": "所有照片都在終點的同一側",
    "the logistic fit does not converge (the probabilities separate the two sides)": (
        "邏輯迴歸無法收斂（機率已完全分開兩側）"
    ),
    "all probabilities are the same": "所有機率都相同",
    "no photograph has this grade": "沒有這個分級的照片",
    "no answer is this grade": "沒有答案是這個分級",
    "undefined on these photographs": "在這些照片上無法計算",
    "undefined on these rows": "在這些資料上無法計算",
    "the other eye's grade is not known": "不知道另一眼的分級",
    "every test patient is in train, tune or calibrate too": "所有測試病人都在訓練、調校或校準集中",
    "one side of the endpoint has one patient only": "終點的一側只有一位病人",
    "no error in any resample, so how many there would be elsewhere is not known": (
        "所有重抽樣本皆無錯誤，因此無從得知在他處會有多少"
    ),
    "nobody would be called referable": "沒有人會被判為需轉診",
    "everybody would be called referable": "所有人都會被判為需轉診",
    "one seed": "只有一個種子",
    "two readers are needed": "需要兩位判讀者",
    "no patient has referable disease": "沒有病人需轉診",
    "the answers carry no probabilities": "答案沒有附機率",
    "no seed has finished": "沒有任何種子完成訓練",
    "there is no such net": "沒有這個網路",
    "no pixel of this lesion in these photographs": "這些照片中沒有此病灶的像素",
}
PATTERNS = {
    r"(\d+) with disease are too few: .*lower bound is ([\d.]+%), below (\d+%)": (
        r"只有 \1 個有病變，太少：即使無一漏診，信賴下限也只有 \2，低於 \3"
    ),
    r"the grader alone would have to answer nothing to keep (\d+%)": (
        r"模型必須完全不自行作答才能維持 \1"
    ),
    r"AUC is undefined for grade (\d)": r"第 \1 級的 AUC 無法計算",
    r"undefined in (\d+) of (\d+) resamples": r"\2 次重抽樣本中有 \1 次無法計算",
    r"the drawn start of (\w+) is not made yet \((.*)\); make it with `(.*)`": (
        r"\1 的繪製照片起始權重尚未製作（\2）；請執行 `\3`"
    ),
    r"the drawn start of (\w+) is not finished \((.*)\); make it with `(.*)`": (
        r"\1 的繪製照片起始權重尚未完成（\2）；請執行 `\3`"
    ),
    r"(\S+) cannot be fetched \((.*)\); get it elsewhere and put it at (.*), set model\.start to "
    r"a file, or DRGRADE_WEIGHTS_URL to a mirror": (
        r"無法下載 \1（\2）；請另行取得並放在 \3，將 model.start 設為檔案，或以 DRGRADE_WEIGHTS_URL 指定鏡像站"
    ),
}
UNITS = {"patients": "病人", "groups": "群組", "photos": "照片"}
METHODS = {
    "Wilson": "Wilson",
    "Wilson on the effective number": "Wilson，以有效樣本數計算",
    r"Wilson on the (?P<unit>\w+) of the smaller side": "Wilson，以人數較少一側的{unit}計",
    r"ratio over (?P<unit>\w+), logit, t": "以{unit}為單位的比率估計，logit 尺度，t 分布",
    r"ratio over (?P<unit>\w+), logit, t, no narrower than Wilson": (
        "以{unit}為單位的比率估計，logit 尺度，t 分布，不窄於 Wilson"
    ),
    r"placements over (?P<unit>\w+), logit, t": "以{unit}為單位的排序位置，logit 尺度，t 分布",
    r"(?P<unit>\w+) bootstrap, (?P<resamples>\d+) resamples, percentile, seed (?P<seed>\d+)": (
        "以{unit}重抽樣（bootstrap）{resamples} 次，取百分位數，亂數種子 {seed}"
    ),
}


def method_in(language: str, method: str) -> str:
    """How an interval was made, in a language of the page; what is not known stays English."""
    for pattern, words in METHODS.items():
        found = re.fullmatch(pattern, method)
        if found and language != "en":
            parts = found.groupdict()
            unit = parts.get("unit", "").removesuffix("s") + "s"
            return words.format(**{**parts, "unit": UNITS.get(unit, unit)})
    return method


def reason_in(language: str, reason: str) -> str:
    """A reason in a language of the page; one that is not known here stays English."""
    if language == "en" or reason in CHINESE:
        return CHINESE[reason] if language != "en" else reason
    for pattern, words in PATTERNS.items():
        reason = re.sub(f"^{pattern}$", words, reason)
    return reason
