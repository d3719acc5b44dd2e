"""The words of the scorecard, English and Traditional Chinese."""

from typing import Any

from drgrade.locale.languages import Pairs, said


def tell(language: str, key: str, **values: Any) -> str:
    """The scorecard's words of `key` in a language; see `said`."""
    return said(WORDS, language, key, **values)


WORDS: Pairs = {
    "title": ("Scorecard of a diabetic retinopathy grader", "糖尿病視網膜病變分級模型評分卡"),
    "title_leak": (
        "{title}, on a split that leaks by its source's design",
        "{title}（資料來源的分割方式本身即有洩漏）",
    ),
    "device": (
        "Research software, not a medical device.",
        "研究用軟體，並非醫療器材。",
    ),
    "verdict": (
        "Counting every {level} that came, {sens} of those with {endpoint} were found and {spec} "
        "of those without were let go.",
        "計入所有受檢{level}，有{endpoint}者中 {sens} 被找出，沒有者中 {spec} 被正確放行。",
    ),
    "verdict_no_positives": (
        "No {level} here has {endpoint}: whether this grader finds it cannot be told.",
        "受檢{level}中沒有{endpoint}者，無法判斷此模型能否找出。",
    ),
    "verdict_no_negatives": (
        "Every {level} here has {endpoint}: whether this grader lets others go cannot be told.",
        "受檢{level}全部有{endpoint}，無法判斷此模型能否放行其他受檢者。",
    ),
    "verdict_equals": (
        "This grader equals a trivial classifier: it must not be used.",
        "此模型等同於不看照片的分類器，不應使用。",
    ),
    "verdict_worse": (
        "On these photographs this grader is worse than chance: it must not be used.",
        "在這些照片上，此模型比隨機猜測還差，不應使用。",
    ),
    "verdict_untold": (
        "On these photographs this grader is not significantly better than the trivial baseline.",
        "在這些照片上，此模型並未顯著優於不看照片的基準。",
    ),
    "verdict_error": (
        "These figures must not be used: {count} check(s) say that the judgement is not valid.",
        "這些數字不應採用：有 {count} 項檢查顯示此評估無效。",
    ),
    "referable": ("referable disease", "需轉診病變"),
    "referable_no_dme": ("referable retinopathy without DME", "需轉診視網膜病變（不含黃斑部水腫）"),
    "vision_threatening": ("vision-threatening disease", "威脅視力的病變"),
    "any_dr": ("any retinopathy", "任何視網膜病變"),
    "photo": ("photograph", "照片"),
    "eye": ("eye", "眼睛"),
    "patient": ("patient", "病人"),
    "sensitivity": ("sensitivity", "敏感度"),
    "specificity": ("specificity", "特異度"),
    "ppv": ("positive predictive value", "陽性預測值"),
    "npv": ("negative predictive value", "陰性預測值"),
    "qwk": ("QWK", "QWK"),
    "accuracy": ("accuracy", "準確率"),
    "auc": ("AUC", "AUC"),
    "macro_auc": ("macro one-vs-rest AUC", "巨觀一對多 AUC"),
    "balanced_accuracy": ("balanced accuracy", "平衡準確率"),
    "kappa": ("kappa, unweighted", "未加權 kappa"),
    "warnings": ("Warnings", "警告"),
    "no_warnings": ("No warning fires.", "沒有任何警告。"),
    "not_checkable": ("What could not be checked", "無法檢查的項目"),
    "silent": (
        "Checked and silent: {codes}.",
        "已檢查且無異常：{codes}。",
    ),
    "flow": ("From offered to graded", "從送檢到分級"),
    "flow_note": (
        "{duplicates} duplicates were left out before. Photographs without a reference grade are "
        "in this table only.",
        "事先剔除 {duplicates} 張重複照片。沒有參考分級的照片只出現在此表。",
    ),
    "offered": ("offered", "送檢"),
    "decoded": ("decoded", "可解碼"),
    "fundus": ("a fundus", "為眼底照片"),
    "gradable": ("gradable", "可判讀"),
    "graded": ("graded", "已分級"),
    "unknown": ("no grade", "無分級"),
    "all": ("all", "全部"),
    "grade": ("grade", "分級"),
    "analyses": ("Ungradable photographs, counted three ways", "無法判讀照片的三種計法"),
    "analysis": ("analysis", "分析"),
    "A": ("A, intention to screen: ungradable is referred", "A 意向篩檢：無法判讀者一律轉診"),
    "B": ("B, gradable only", "B 只計可判讀者"),
    "C": ("C, worst case: ungradable is wrong", "C 最壞情況：無法判讀者一律算錯"),
    "imageability": (
        "{value} of the {n} units could be graded.",
        "{n} 個單位中 {value} 可以分級。",
    ),
    "endpoints": ("Every endpoint, every level (analysis A)", "各終點與各層級（分析 A）"),
    "endpoint": ("endpoint", "終點"),
    "level": ("level", "層級"),
    "n": ("n", "數量"),
    "positives": ("with it", "有病變"),
    "ungradable": ("ungradable", "無法判讀"),
    "grades": ("The five grades", "五個分級"),
    "few_units": (
        "{n} {unit} are few: simulated at {at} patients, the interval of QWK held the truth {times} "
        "times in a hundred, not 95.",
        "重抽單位（{unit}）只有 {n} 個，偏少：以 {at} 位病人模擬時，"
        "QWK 的信賴區間在一百次中只有 {times} 次包含真值，而非 95 次。",
    ),
    "unit_patients": ("patients", "病人"),
    "unit_groups": ("groups", "群組"),
    "unit_photos": ("photographs", "照片"),
    "grades_note": (
        "Graded photographs with a reference grade only; {unit} resampled.",
        "僅計已分級且有參考分級的照片；以{unit}為單位重抽。",
    ),
    "floors": ("Floors", "底線"),
    "floors_note": (
        "What is scored on the same photographs without looking at one; the other eye's grade is "
        "known to whoever graded it.",
        "完全不看照片，在同一批照片上能得到的分數；另一眼的分級則來自判讀過該眼的人。",
    ),
    "always_0": ("always grade 0", "一律判為 0 級"),
    "majority": ("always the most frequent grade", "一律判為最常見的分級"),
    "other_eye": ("the other eye's grade", "另一眼的分級"),
    "train_other_eye": ("the other eye's grade in train, else 0", "訓練集中另一眼的分級，否則 0"),
    "this": ("this grader", "此模型"),
    "roc": ("ROC and calibration", "ROC 曲線與校準"),
    "roc_note": (
        "Probability of referable disease, graded photographs: AUC {auc}; n = {n}.",
        "需轉診病變的機率，已分級的照片：AUC {auc}；n = {n}。",
    ),
    "brier": ("Brier score", "Brier 分數"),
    "ece_mass": ("ECE, 15 bins equally full", "ECE（15 個等量區間）"),
    "ece_width": ("ECE, 15 bins equally wide", "ECE（15 個等寬區間）"),
    "slope": ("calibration slope (1 is perfect)", "校準斜率（1 為完美）"),
    "intercept": ("calibration intercept (0 is perfect)", "校準截距（0 為完美）"),
    "edema": ("Signs of macular edema", "黃斑水腫徵象"),
    "edema_note": (
        "The column p_dme against the column dme (0: none), graded photographs: n = {n}, with signs "
        "{positives}. Floor: what the probability of a referable grade tells without knowing of "
        "edema.",
        "以 p_dme 對照 dme 欄位（0 為無），已分級的照片：n = {n}，有徵象者 {positives}。"
        "底線：不看水腫、僅憑需轉診機率所能達到者。",
    ),
    "edema_auc": ("AUC", "AUC"),
    "edema_auc_of_grade": ("AUC of the referable probability (floor)", "需轉診機率的 AUC（底線）"),
    "edema_sensitivity": ("sensitivity from 0.5 on", "敏感度（機率 0.5 以上）"),
    "edema_specificity": ("specificity from 0.5 on", "特異度（機率 0.5 以上）"),
    "selective": ("Selective referral", "選擇性轉介"),
    "selective_note": (
        "The photographs nearest to the cut ({cut} of the probability of referable disease) go to a "
        "human, who is taken to find disease. Risk: wrong answers among the photographs that the "
        "grader answers alone. Of {unit}, one counts as found only where none of its diseased "
        "photographs is let go: stricter than the sensitivity above, for which one is enough.",
        "（需轉診病變機率）最接近切點（{cut}）的照片交由人判讀，並假設人能找出病變。"
        "風險：模型自行作答的照片中答錯的比例。以{unit}計，任何一張病變照片都未被放行才算找出："
        "比前述敏感度（只需一張）更嚴格。",
    ),
    "selective_chosen": (
        "Alone on {coverage} of the graded photographs, the grader and the human together would find "
        "{sens} of {n} {unit} with disease, with 95 % confidence at least {low} (promised: "
        "{level}).",
        "若模型自行判讀已分級照片的 {coverage}，連同人工判讀可找出 {n} 個{unit}中的 {sens}，"
        "95 % 信心至少 {low}（承諾：{level}）。",
    ),
    "selective_none": ("No point keeps the promise: {reason}.", "沒有任何點能達到承諾：{reason}。"),
    "selective_explored": (
        "EXPLORATORY: chosen on these very rows ({split}); choose it on calibrate before using it.",
        "僅供探索：此點選自同一批資料（{split}）；使用前請改於 calibrate 上選定。",
    ),
    "no_split_named": ("no split named", "未註明部分"),
    "coverage": ("answered by the grader alone, %", "模型自行作答（%）"),
    "risk": ("risk: wrong among these, %", "風險：其中答錯（%）"),
    "found_all": ("found by grader and human", "模型與人共同找出"),
    "low_bound": ("95 % lower bound", "95 % 信賴下限"),
    "level_line": ("promised", "承諾值"),
    "selective_sensitivity": ("{unit} with disease found, %", "找出的{unit}（%）"),
    "subgroups": ("Subgroups", "次群組"),
    "subgroups_note": (
        "Photographs, analysis A. The dashed line and the gaps (in points) are to all photographs; "
        "p is of the gap to the rest, over {unit}, adjusted by Holm.",
        "以照片計，分析 A。虛線與差距（百分點）相對於全部照片；p 為與其餘照片之差距，"
        "以{unit}為單位，經 Holm 校正。",
    ),
    "subgroup": ("subgroup", "次群組"),
    "p": ("p", "p"),
    "prevalence": ("Predictive values carried to other prevalences", "其他盛行率下的預測值"),
    "at": ("prevalence", "盛行率"),
    "observed": ("{share} (here)", "{share}（本資料）"),
    "reproduce": ("How to reproduce", "如何重現"),
    "command": ("command", "指令"),
    "table": ("table", "表格"),
    "split": ("split", "資料部分"),
    "models": ("models", "模型"),
    "versions": ("versions", "版本"),
    "seed": ("seed and resamples", "種子與重抽次數"),
    "called_by": ("an answer is referable by", "需轉診的判定依據"),
    "by_grade": ("predicted grade 2 or worse", "預測分級為 2 或更嚴重"),
    "by_point": ("the model's operating point", "模型的操作點"),
    "methods": ("intervals (95 %)", "信賴區間（95 %）"),
    "facts": ("what travels with the table", "隨表格附帶的資訊"),
    "floor_sensitivity": (
        "floor: always refer 100 %, always let go 0 %",
        "底線：一律轉診 100 %，一律放行 0 %",
    ),
    "floor_specificity": (
        "floor: always let go 100 %, always refer 0 %",
        "底線：一律放行 100 %，一律轉診 0 %",
    ),
    "gap": ("gap", "差距"),
    "grade_table": ("Each grade", "各分級"),
    "recall": ("found (recall)", "找出的比例（召回率）"),
    "precision": ("right when said (precision)", "答對的比例（精確率）"),
    "answered": ("answers", "答案數"),
    "linear_kappa": ("kappa, linear weights", "線性加權 kappa"),
    "off_by_one": ("one grade off", "差一級"),
    "off_by_more": ("two grades or more off", "差兩級以上"),
    "expected_error": ("distance of the expected grade", "期望分級的距離"),
    "kappa_errors": (
        "Standard errors of kappa for independent pairs: quadratic {quadratic}, linear {linear}, "
        "unweighted {none}.",
        "假設配對獨立時 kappa 的標準誤：二次 {quadratic}、線性 {linear}、未加權 {none}。",
    ),
    "worst": ("The costliest errors", "代價最高的錯誤"),
    "worst_note": (
        "Cost: squared distance of the grades, twice that where disease was missed. Sureness: the "
        "probability of the given grade.",
        "代價：分級差距的平方；漏診時加倍。把握：所答分級的機率。",
    ),
    "worst_private": (
        "This page holds photographs of patients; treat it as you treat them.",
        "本頁含病人的照片，請比照病人資料保管。",
    ),
    "missed": ("missed", "漏診"),
    "cost": ("cost", "代價"),
    "sureness": ("sureness", "把握"),
    "answer": ("answer", "答案"),
    "reference": ("reference grade", "參考分級"),
    "frozen": ("At the operating points that travel with the model", "模型所附操作點的表現"),
    "frozen_note": (
        "Thresholds were chosen on split {split} and are not moved here. Promised: what each "
        "reached there.",
        "閾值於 {split} 上選定，此處不再調整。承諾值：當時達到的表現。",
    ),
    "point": ("point", "操作點"),
    "threshold": ("threshold", "閾值"),
    "promised": ("promised", "承諾值"),
    "about": ("The photographs and the model", "照片與模型"),
    "intended": ("intended use", "用途"),
    "intended_text": (
        "To compare and check graders in research. A decision for a patient needs a cleared "
        "device and a person.",
        "供研究上比較與檢驗分級模型。對病人的決定需要核准的醫療器材與專業人員。",
    ),
    "source": ("source of the photographs", "照片來源"),
    "licence": ("licence", "授權"),
    "prevalence_here": ("with referable disease", "需轉診者"),
    "by_grade_counts": ("reference grades 0 / 1 / 2 / 3 / 4", "參考分級 0 / 1 / 2 / 3 / 4"),
    "left_out": ("left out", "排除"),
    "left_out_text": (
        "{duplicates} duplicates; {ungraded} photographs without a reference grade",
        "{duplicates} 張重複照片；{ungraded} 張沒有參考分級的照片",
    ),
    "left_out_splits": ("{text}; {n} rows of other splits", "{text}；{n} 列屬於其他部分"),
    "graders": ("reference standard", "參考標準"),
    "not_told": ("not stated by the table", "表格未註明"),
    "preprocessing": ("preprocessing", "前處理"),
    "model_hash": ("model", "模型"),
    "chosen_on": ("chosen on", "選擇依據"),
    "chosen_text": (
        "epoch: {epoch}; cuts: {cuts}; thresholds: {thresholds}",
        "週期：{epoch}；切點：{cuts}；閾值：{thresholds}",
    ),
    "looks": ("looks at this test set", "查看此測試集的次數"),
    "looks_text": (
        "{number} on this machine, this one included; different models: {models}",
        "本機共 {number} 次（含本次）；不同的模型：{models} 個",
    ),
    "looks_lost": (
        "{text}; this look could not be written down ({problem})",
        "{text}；本次無法記錄（{problem}）",
    ),
    "table_hash": ("SHA-256 of the table", "表格的 SHA-256"),
    "compare_title": ("Graders compared on the same photographs", "同一批照片上的模型比較"),
    "compare_by": (
        "{n} photographs; {patients} {unit} resampled; five-grade scores on the {graded} that all "
        "graded.",
        "{n} 張照片，以{unit}為單位重抽（共 {patients} 個）；"
        "五級分數只計全部模型皆已分級的 {graded} 張。",
    ),
    "compare_scores": ("Each grader", "各模型"),
    "not_graded": ("not graded", "未分級"),
    "to": (" to ", " 至 "),  # between two ends of an interval, the lower of which is negative
    "called_by_grade": ("referable: predicted grade 2 or worse", "需轉診：預測分級為 2 或更嚴重"),
    "called_by_operating point": (
        "referable: the model's operating point",
        "需轉診：模型的操作點",
    ),
    "called_by_both": (
        "referable: the operating point in some seeds, grade 2 or worse in others",
        "需轉診：部分種子採操作點，部分採分級 2 或更嚴重",
    ),
    "rules_differ": (
        "The graders do not call by the same rule: sensitivity, specificity, their differences and "
        "McNemar's test compare rules as well as graders. QWK, accuracy and AUC do not depend on it.",
        "各模型判定需轉診的依據不同：敏感度、特異度、其差異與 McNemar 檢定所比較的不只是模型，"
        "也包括判定依據；QWK、準確率與 AUC 不受影響。",
    ),
    "seeds_range": ("seeds {low} to {high}", "各種子 {low} 至 {high}"),
    "compare_pairs": ("Paired differences", "成對差異"),
    "compare_pairs_note": (
        "95 % intervals over {unit}. McNemar: photographs only the one or only the other calls "
        "right (referable, ungradable is referred), exact; DeLong: AUC. Both tests take "
        "photographs as independent. Several seeds of one recipe are one grader: their mean, "
        "with the seeds drawn too, and without these two tests.",
        "95 % 信賴區間以{unit}為單位。McNemar：僅其中一方判對的照片數（需轉診，無法判讀者一律轉診），"
        "精確檢定；DeLong：AUC。兩種檢定皆假設照片彼此獨立。以多個種子平均者，種子亦一併重抽，"
        "不作這兩種檢定。",
    ),
    "ranks": ("Ranks by QWK", "QWK 排名"),
    "ranks_note": (
        "Share of resamples in which a grader comes 1st, 2nd, ...; graders that tie share their ranks.",
        "各模型在重抽樣本中名列第 1、第 2……的比例；同分者平分所佔名次。",
    ),
    "disagree": ("Where they disagree most", "差異最大的照片"),
    "lead": (
        "{first} leads {second} by more than chance explains; it is first in {share} of resamples.",
        "{first} 領先 {second}，差距大於機遇所能解釋；在 {share} 的重抽樣本中名列第一。",
    ),
    "level_rank": (
        "{first} and {second} have the same QWK: none of them leads.",
        "{first} 與 {second} 的 QWK 相同：沒有一方領先。",
    ),
    "no_rank": (
        "The QWK of a grader is undefined on these photographs: none of them leads.",
        "有模型的 QWK 在這些照片上無法定義：沒有一方領先。",
    ),
    "trivial_lead": (
        "{first} has the highest QWK, but its interval contains 0: it cannot be told from a grader "
        "that looks at no photograph. None of them leads.",
        "{first} 的 QWK 最高，但其信賴區間包含 0：與不看照片的分類器無從區別。沒有一方領先。",
    ),
    "no_lead": (
        "{first} has the highest QWK, but its lead over {second} could be chance; it is first in "
        "{share} of resamples.",
        "{first} 的 QWK 最高，但領先 {second} 的差距可能出於機遇；在 {share} 的重抽樣本中名列第一。",
    ),
    "n_a": ("n/a", "無法計算"),
}
