"""The words of the demo, English and Traditional Chinese."""

from typing import Any

from drgrade.locale.languages import Pairs, said


def tell(language: str, key: str, **values: Any) -> str:
    """The demo's words of `key` in a language; see `said`."""
    return said(WORDS, language, key, **values)


NETWORKS: Pairs = {
    "resnet18-random": ("ResNet18 without pretraining", "ResNet18，無預訓練"),
    "efficientnet_lite0-drawn": (
        "EfficientNet-Lite0 from the synthetic start",
        "EfficientNet-Lite0，合成影像預訓練",
    ),
}
WORDS: Pairs = {
    "title": ("drgrade in five minutes", "五分鐘認識 drgrade"),
    "device": ("Research software, not a medical device.", "研究用軟體，並非醫療器材。"),
    "lead": (
        "The grader that ships at work, an experiment that tells a network that learned from one "
        "that did not, and figures that stand beside their intervals.",
        "看內附的分級模型如何工作、實驗如何分辨學會與沒學會的網路，以及每個數字旁的信賴區間。",
    ),
    "say_1": (
        "1 of 3  grading a gallery with the grader that ships",
        "第 1 部（共 3 部）：以內附模型為一組影像分級",
    ),
    "say_2": (
        "2 of 3  training two networks on {n} synthetic photographs, evaluating each",
        "第 2 部（共 3 部）：以 {n} 張合成影像訓練並評估兩個網路",
    ),
    "say_3": ("3 of 3  comparing the two", "第 3 部（共 3 部）：比較兩個網路"),
    "part_1": ("Grade", "分級"),
    "part_2": ("Train and compare", "訓練與比較"),
    "part_3": ("Evaluate", "評估"),
    "grade_is": (
        "<code>default</code>, the grader that comes with the package, looked at {n} photographs, "
        "sorted them by risk, outlined the lesions it saw and refused what it cannot grade.",
        "套件內附的模型 <code>default</code> 檢視 {n} 張影像，依風險排序、標出所見病灶的輪廓，"
        "並拒絕無法分級者。",
    ),
    "graded": (
        "{n} photographs: {graded} graded, {refused} refused; referral as drawn in {right} of {known} "
        "good synthetic ones",
        "{n} 張影像：{graded} 張已分級、{refused} 張拒絕；{known} 張品質良好的合成影像中，"
        "{right} 張的轉診判定與所繪病灶相符",
    ),
    "real": (
        "the one real eye, a healthy one: grade {grade}, {referral}",
        "唯一的真實眼睛（健康眼）：{grade} 級，{referral}",
    ),
    "real_none": ("the one real eye: no grade ({reason})", "唯一的真實眼睛：未分級（{reason}）"),
    "referral": ("referral", "需轉診"),
    "no_referral": ("no referral", "不需轉診"),
    "person": ("a person has to decide", "須由專業人員判定"),
    "train_is": (
        "The lab's experiment in small: {train} synthetic photographs to train on, {test} of {patients} "
        "other patients to test on. Network and start differ between the two, so the difference is "
        "that of the pair; the lab itself changes one thing at a time.",
        "小型的實驗：以 {train} 張合成影像訓練，以另外 {patients} 位病人的 {test} 張測試。"
        "兩者的網路與起始權重皆不同，差異屬於兩項的總和；正式的實驗一次只改變一項。",
    ),
    "collapsed": (
        "collapsed: one and the same grade for {share} of the photographs",
        "已塌縮：{share} 的影像得到同一個分級",
    ),
    "caught": ("caught by check {codes}", "由檢查 {codes} 發現"),
    "learned": ("better than the trivial baselines", "優於基準"),
    "unproven": ("not significantly better than the trivial baselines", "未顯著優於基準"),
    "qwk": ("QWK {found}", "QWK {found}"),
    "other": (
        "always answering 0 has QWK 0, copying the patient's other eye {other}; against the other "
        "eye EfficientNet-Lite0 has {than}",
        "一律回答 0 級的 QWK 為 0，照抄同一病人另一眼為 {other}；EfficientNet-Lite0 與照抄另一眼相比，{than}",
    ),
    "than_better": (
        "significantly higher accuracy ({gap} points)",
        "準確率顯著較高（{gap} 個百分點）",
    ),
    "than_same": (
        "no significant difference in accuracy ({gap} points)",
        "準確率無顯著差異（{gap} 個百分點）",
    ),
    "than_worse": (
        "significantly lower accuracy ({gap} points)",
        "準確率顯著較低（{gap} 個百分點）",
    ),
    "same_generator": (
        "The start was pretrained on 12,000 eyes of the same generator that drew these (other eyes, "
        "other seeds), lesions and grade included: this shows that it carries over to eyes it has not "
        "seen, not that it grades patients.",
        "起始權重以同一產生器所繪的 12,000 隻眼睛（不同的眼睛與亂數種子）預訓練，含病灶與分級："
        "這裡只顯示它能用於未見過的合成眼睛，不代表能為病人分級。",
    ),
    "evaluate_is": (
        "The same test patients, paired: what is hard for both cancels. Each network has a scorecard "
        "with {checks} checks.",
        "以相同的測試病人成對比較：對兩者同樣困難之處互相抵消。每個網路各有一份評分卡，含 {checks} 項檢查。",
    ),
    "difference": (
        "EfficientNet-Lite0 minus ResNet18: QWK {found}, paired over {patients} patients",
        "EfficientNet-Lite0 減 ResNet18：QWK {found}，以 {patients} 位病人成對比較",
    ),
    "to": ("to", "至"),
    "interval": ("95 % CI", "95 % 信賴區間"),
    "limits": (
        "What synthetic photographs can and cannot show",
        "合成影像能說明什麼、不能說明什麼",
    ),
    "can_show": (
        "They can show that the software works from a photograph to a report, that lesions whose place "
        "and number are known are found, and that a network that learned is told from one that did not.",
        "可說明：軟體從影像到報告皆能運作、位置與數目已知的病灶能被找出、學會與沒學會的網路能被分辨。",
    ),
    "cannot_show": (
        "Synthetic photographs cannot show how well any network grades patients: real eyes, cameras and "
        "graders' disagreement are not in them.",
        "合成影像無法說明任何網路為病人分級的能力：其中沒有真實的眼睛與相機，也沒有判讀者間的歧異。",
    ),
    "gallery_note": (
        "All photographs but one are synthetic: their lesions were drawn, so their grade is known. The "
        "outlines are what the grader saw, not what was drawn.",
        "除一張外皆為合成影像：病灶為繪製，故分級已知。輪廓為模型所見，並非所繪。",
    ),
    "note_good": ("Synthetic, drawn as grade {grade}", "合成影像，所繪為 {grade} 級"),
    "note_blurred": (
        "Synthetic, out of focus, drawn as grade {grade}: what is refused is what shows no retina; "
        "focus is for a person to judge",
        "合成影像，失焦，所繪為 {grade} 級：系統只拒絕看不出視網膜者；對焦是否足夠須由人判斷",
    ),
    "note_dim": (
        "Synthetic, underexposed, drawn as grade {grade}",
        "合成影像，曝光不足，所繪為 {grade} 級",
    ),
    "note_black": ("Synthetic, the flash failed", "合成影像，閃光燈未亮"),
    "note_not_an_eye": ("A cup of coffee", "一杯咖啡"),
    "note_real": (
        "A real photograph of a healthy left eye (scikit-image, CC0)",
        "健康左眼的真實照片（scikit-image，CC0）",
    ),
    "microaneurysm": ("microaneurysm", "微血管瘤"),
    "haemorrhage": ("haemorrhage", "出血"),
    "hard_exudate": ("hard exudate", "硬性滲出物"),
    "soft_exudate": ("soft exudate", "軟性滲出物"),
    "disc": ("optic disc", "視盤"),
    "found": ("What the demo found", "示範結果"),
    "line_1": ("1 Grade", "1 分級"),
    "line_2": ("2 Train", "2 訓練"),
    "line_3": ("3 Evaluate", "3 評估"),
    "line_gallery": ("Gallery", "影像"),
    "line_lab": ("Lab report", "實驗報告"),
    "line_scorecard": ("Scorecard", "評分卡"),
    "line_scorecard_collapsed": ("  ResNet18", "  ResNet18"),
    "line_comparison": ("Comparison", "比較"),
    "open_first": ("Open first", "請先開啟"),
    "gallery": ("the gallery, by risk", "依風險排序的影像"),
    "lab": ("the lab report", "實驗報告"),
    "scorecard": ("the scorecard of EfficientNet-Lite0", "EfficientNet-Lite0 的評分卡"),
    "scorecard_collapsed": ("the scorecard of ResNet18", "ResNet18 的評分卡"),
    "comparison": ("the comparison", "比較"),
    "test_answers": ("Test answers against the reference", "測試答案與參考分級"),
    "next": ("With your own photographs", "用於自己的影像"),
    "next_grade": ("grade and explain one", "為一張影像分級並說明"),
    "next_lab": ("the whole experiment", "完整實驗"),
    "next_evaluate": ("evaluate any grader's table", "評估任何模型的結果表"),
    "made": (
        "Drawn with drawing {drawing}, seed {seed}; drgrade {version}.",
        "合成影像產生器第 {drawing} 版，亂數種子 {seed}；drgrade {version}。",
    ),
}
