"""What the lab's page says of its own figures, English and Traditional Chinese side by side."""

from drgrade.locale.languages import Pairs

TALK: Pairs = {
    "verdict_none": (
        "No cell has finished yet; the tables fill as cells end.",
        "尚無任何一格完成；每完成一格，表格就會更新。",
    ),
    "verdict_beats_all": (
        "{cell}, chosen on tune, grades {accuracy} of the test photographs right: more than "
        "{floors}, by more than chance explains.",
        "由調校集選出的 {cell}，測試準確率為 {accuracy}：勝過{floors}，且差距超出機率所能解釋。",
    ),
    "verdict_beats_zero": (
        "{cell}, chosen on tune, grades {accuracy} of the test photographs right: more than always "
        "answering 0 ({zero}), but not more than copying the other eye's grade ({other}), which "
        "looks at no photograph.",
        "由調校集選出的 {cell}，測試準確率為 {accuracy}：勝過一律判為 0 級({zero})，"
        "但沒有勝過完全不看影像、只照抄另一眼的分級({other})。",
    ),
    "verdict_no_better": (
        "{cell}, chosen on tune, grades {accuracy} of the test photographs right; that cannot be "
        "told from always answering 0 ({zero}).",
        "由調校集選出的 {cell}，測試準確率為 {accuracy}；與一律判為 0 級({zero})無法區別。",
    ),
    "verdict_below": (
        "{cell}, chosen on tune, grades {accuracy} of the test photographs right: fewer than "
        "always answering 0 ({zero}).",
        "由調校集選出的 {cell}，測試準確率為 {accuracy}：低於一律判為 0 級({zero})。",
    ),
    "verdict_unscored": (
        "No cell has a score on tune: each keeps its last epoch, unchosen, and none is named the "
        "best.",
        "沒有任何一格有調校集分數：各格保留最後一個 epoch，未經挑選，因此不指出最佳的一格。",
    ),
    "verdict_last": (
        "Its last epoch is kept, unchosen.",
        "該格保留最後一個 epoch，未經挑選。",
    ),
    "verdict_collapsed": (
        "{collapsed} of {finished} networks collapsed to one answer.",
        "{finished} 個網路中有 {collapsed} 個退化成只回答一個分級。",
    ),
    "and": (" and ", "與"),
    "list_comma": (", ", "、"),
    "talk_collapse": (
        "Collapse. {names} gave one grade to more than 95 % of the photographs. Such an accuracy "
        "is the share of that grade among the test photographs, not skill; QWK near 0 says so.",
        "退化：{names} 對超過 95 % 的照片回答同一個分級。這種準確率只是該分級在測試集的比例，"
        "並非辨識能力；接近 0 的 QWK 也說明了這點。",
    ),
    "talk_no_collapse": (
        "Collapse. None of the {finished} finished networks gave one grade to more than 95 % of "
        "the photographs.",
        "退化：{finished} 個完成的網路中，沒有一個對超過 95 % 的照片回答同一個分級。",
    ),
    "talk_floor_zero": (
        "Against always 0 ({zero}), accuracy differs by {difference} points for {cell}: {meaning}.",
        "與一律判為 0 級({zero})相比，{cell} 的準確率差 {difference} 個百分點：{meaning}。",
    ),
    "talk_floor_other": (
        "Against the other eye's grade ({other}, QWK {other_qwk}) it differs by {difference} "
        "points: {meaning}. Two eyes of a patient are alike, so this floor is high and costs "
        "nothing.",
        "與照抄另一眼（{other}，QWK {other_qwk}）相比，差 {difference} 個百分點：{meaning}。"
        "同一病人的兩眼相似，因此這條底線很高，而且不需任何影像。",
    ),
    "means_better": ("better by more than chance explains", "優於底線，且超出機率所能解釋"),
    "means_same": ("no difference that could be told from chance", "與機率無法區別"),
    "means_worse": ("worse by more than chance explains", "低於底線，且超出機率所能解釋"),
    "talk_chance": (
        "Choosing the epoch on test photographs instead of tune added {gain} points on average "
        "({least} to {most}): that much of the lab's figure is the choice.",
        "以測試集挑選 epoch，比用調校集挑選平均多出 {gain} 個百分點（{least} 到 {most}）："
        "這部分只是挑選的結果。",
    ),
    "talk_chance_last": (
        "Choosing the epoch on test photographs instead of keeping the last one added {gain} "
        "points on average ({least} to {most}): that much of the lab's figure is the choice.",
        "以測試集挑選 epoch，比保留最後一個平均多出 {gain} 個百分點（{least} 到 {most}）："
        "這部分只是挑選的結果。",
    ),
    "talk_leak": (
        "Leak. {share} of the test photographs are of patients who are in train, tune or "
        "calibrate too. Figures on this split flatter every network; the column of patients of "
        "test alone does not.",
        "資料洩漏：{share} 的測試照片，其病人也出現在訓練、調校或校準集。此分割會高估所有網路；"
        "「病人只在測試集」一欄則不受影響。",
    ),
    "talk_no_leak": (
        "Leak. No patient of the test photographs is in train, tune or calibrate.",
        "資料洩漏：測試照片的病人都不在訓練、調校或校準集。",
    ),
    "talk_leak_unknown": (
        "Leak. The table names no patients, so nobody can say how many test patients are in "
        "train, tune or calibrate.",
        "資料洩漏：資料表沒有病人編號，無法得知有多少測試病人也在訓練、調校或校準集。",
    ),
    "talk_pretraining": (
        "Pretraining changes the accuracy of {network} by {difference} points and its QWK by "
        "{difference_qwk}: {meaning}.",
        "預訓練使 {network} 的準確率改變 {difference} 個百分點、QWK 改變 {difference_qwk}：{meaning}。",
    ),
    "talk_drawn_start": (
        "Pretraining on drawn photographs, without a patient's, changes the accuracy of {network} "
        "by {difference} points and its QWK by {difference_qwk}: {meaning}.",
        "以繪製照片(無任何病人照片)預訓練使 {network} 的準確率改變 {difference} 個百分點、"
        "QWK 改變 {difference_qwk}：{meaning}。",
    ),
    "talk_depth": (
        "Depth. ResNet50 instead of ResNet18 ({start}) changes accuracy by {difference} points "
        "and QWK by {difference_qwk}: {meaning}.",
        "深度：以 ResNet50 取代 ResNet18({start})，準確率改變 {difference} 個百分點、"
        "QWK 改變 {difference_qwk}：{meaning}。",
    ),
    "talk_size": (
        "Size. {large} px instead of {small} px changes accuracy by {difference} points and QWK "
        "by {difference_qwk}: {meaning}.",
        "影像大小：以 {large} px 取代 {small} px，準確率改變 {difference} 個百分點、"
        "QWK 改變 {difference_qwk}：{meaning}。",
    ),
    "talk_unlike": (
        "Not compared: {first} and {second}, which differ in other settings too ({settings}).",
        "不作比較：{first} 與 {second} 的其他設定也不同({settings})。",
    ),
    "pair_better": ("a gain on QWK", "QWK 確實提升"),
    "pair_same": (
        "no difference on QWK that could be told from chance",
        "QWK 的差異與機率無法區別",
    ),
    "pair_worse": ("a loss on QWK", "QWK 確實下降"),
    "pair_unknown": ("no interval: {reason}", "無法計算信賴區間({reason})"),
    "talk_fit": (
        "Fit. At its last epoch {cell} is right on {train} of the train and {test} of the test "
        "photographs: {meaning}.",
        "擬合：{cell} 在最後一個 epoch 的訓練準確率為 {train}，測試準確率為 {test}：{meaning}。",
    ),
    "fit_over": ("it has begun to learn the train photographs by heart", "已開始死記訓練照片"),
    "fit_even": ("no overfitting that could be told from chance", "看不出超出機率的過度擬合"),
    "talk_imbalance": (
        "Grades are uneven: {share} of the test photographs are grade {grade}. Accuracy hardly "
        "moves when the rare, dangerous grades are missed; QWK and macro AUC do.",
        "分級分布不均：測試照片有 {share} 為分級 {grade}。漏掉少見而危險的分級時，準確率幾乎不變，"
        "QWK 與 macro AUC 才看得出來。",
    ),
    "talk_few": (
        "Few photographs: the test set has {n}, so accuracies closer than about {width} points "
        "cannot be told apart.",
        "照片不多：測試集只有 {n} 張，相差不到約 {width} 個百分點的準確率無法區分。",
    ),
    "talk_their_report": (
        "The lab's own report has 80.7829 % with and 73.3381 % without pretraining on all 7,025 "
        "photographs of its test list. Always answering 0 is right for 5,153 of those 7,025; "
        "73.3381 % is 5,152 of them, one photograph fewer: most likely a collapsed network.",
        "原實驗報告在其 7,025 張測試照片上，有預訓練為 80.7829 %，無預訓練為 73.3381 %。"
        "一律判為 0 級 可答對 7,025 張中的 5,153 張；73.3381 % 恰為 5,152 張，只少一張："
        "幾乎可以確定是退化的網路。",
    ),
    "talk_empty": (
        "Empty cells. {name}: {reason}.",
        "空白格：{name}：{reason}。",
    ),
}
