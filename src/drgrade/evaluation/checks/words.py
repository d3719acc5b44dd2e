"""What each warning says, in English and Traditional Chinese: what was found and the way out."""

SENTENCES = {
    "en": {
        "share": "{share:.1%} of the answers are grade {grade}: the network has collapsed.",
        "qwk": "The interval of QWK ({low:.3f} to {high:.3f}) contains 0.",
        "auc": "The interval of the referable AUC ({low:.3f} to {high:.3f}) contains 0.5.",
        "below": "The referable AUC ({low:.3f} to {high:.3f}) is below chance: are p0 to p4 in "
        "reverse order?",
        "equals": "equals a trivial classifier",
        "untold": "cannot be told from a trivial classifier",
        "worse": "is worse than chance",
        "one grade": "gives nearly every photograph one grade",
        "mostly": "{share:.1%} of the answers are grade {grade}, as are {labels:.1%} of the "
        "reference grades.",
        "train longer": "Train longer, with another learning rate or with balanced classes, before "
        "using any of its figures.",
        "look closer": "Accuracy says little here; look at sensitivity and at each grade.",
        "W01": "This grader {what}. Always answering grade {majority} has {majority_share:.2%} "
        "accuracy on these photographs. {why} {cure}",
        "W02": "{share:.2%} of the judged photographs are of patients or groups that were learned "
        "from too, so every figure flatters; divide patients, not photographs "
        "(`drgrade data split`), train again and judge again.",
        "W03": "The patient is not known for {unknown} of {n} photographs. {why} Give the column "
        "patient.",
        "alone": "{n} of them are resampled one by one, as if each were of another patient, so "
        "intervals may be too narrow.",
        "grouped": "{n} of them are resampled by the {groups} groups that the table names, as if no "
        "patient were in two of them.",
        "W04": "{n} of the judged photographs look the same as one of train, tune or calibrate, so "
        "figures flatter: {listed}. Take one of each pair out, train again and judge again.",
        "W15": "{n} pairs of judged photographs are the same picture{what}: {listed}. Keep one of "
        "each pair, with the label that is right.",
        "one label": "",
        "two labels": ", and some have two different labels",
        "W19": "A shortcut is possible: the file alone, without a look at the photograph, tells "
        "disease with an AUC of {auc:.2f}; {what} alone reaches {alone:.2f}. Judge on photographs "
        "whose cameras, sizes and framing are the same for healthy and ill.",
        "fact width": "the width (column width)",
        "fact height": "the height (column height)",
        "fact bytes": "the size of the file (column bytes)",
        "fact aspect": "width over height",
        "fact black_share": "the share of black pixels (column black_share)",
        "fact camera": "the camera (column camera)",
        "no fingerprints": "the photographs of the splits have no fingerprints of ours (column "
        "phash; W15 also reads sha256)",
        "no file facts": "the table has no facts of the files that differ (width, height, bytes, "
        "black_share, camera), or fewer than 20 photographs on a side",
        "W05": "{why} These figures are too good; judge photographs that taught and chose nothing.",
        "chosen on test": "The {what} was chosen on the test photographs.",
        "chosen on these": "The {what} was chosen on these very photographs (split {split}).",
        "learned from": "The grader learned from these very photographs (split train).",
        "W06": "Too small for a decision. {why} Judge more patients before relying on "
        "sensitivity and specificity.",
        "width": "The interval of {what} is {low:.1%} to {high:.1%}, more than 5 points either "
        "way.",
        "few": "Judged {what}: {n}, fewer than 100.",
        "W07": "{here:.1%} of these photographs are referable, {there:.1%} of those the grader "
        "learned from: predictive values do not carry over; use those at your own prevalence.",
        "W08": "These photographs are not like those the grader learned from. {why} Judge them "
        "apart from the others, or train on photographs like them.",
        "drift": "{n} of {of} have {what} outside {low:.4g} to {high:.4g}, where 98 % of the "
        "training photographs lie.",
        "new camera": "{n} of {of} have {what} that no training photograph has.",
        "feature brightness": "a brightness",
        "feature width": "a width",
        "feature height": "a height",
        "feature field_ratio": "a field of view with width over height",
        "feature black_share": "a share of black",
        "feature camera": "a camera",
        "W09": "Grades with fewer than 20 photographs: {listed}. Nothing can be said of how they "
        "are graded; add photographs of them.",
        "W10": "{why} Who drops ungradable photographs drops disease; read analysis A first.",
        "ungradable": "{share:.1%} of the photographs are ungradable, more than 10 %.",
        "by grade": "The ungradable share differs by reference grade ({low:.1%} of grade "
        "{low_grade}, {high:.1%} of grade {high_grade}; chi-square p = {p:.2g}).",
        "W11": "On gradable photographs only, {what} looks {points:.1f} points better than with "
        "everybody who came counted; report analysis A.",
        "W12": "Macular edema is not part of the endpoint, because the table does not say who has "
        "it: read 'referable' as 'referable retinopathy without DME', or give the column dme.",
        "W13": "The probabilities cannot be taken at their word. {why} Calibrate (`drgrade "
        "calibrate`) on rows like these before showing them to anybody.",
        "ece": "The calibration error is {value:.3f}, above 0.05.",
        "ece by chance": "The calibration error is {value:.3f}, above 0.05, which so few photographs "
        "give by chance too: perfect probabilities stay below {chance:.3f} in 95 of 100 such sets.",
        "slope": "The calibration slope is {value:.2f} ({low:.2f} to {high:.2f}), outside 0.8 to "
        "1.25.",
        "slope by chance": "The calibration slope is {value:.2f}, outside 0.8 to 1.25; its interval "
        "({low:.2f} to {high:.2f}) reaches in, so this may be chance.",
        "W14": "In some subgroups disease may be missed; the lower bound of sensitivity is below "
        "{bound:.1%} for {listed}. Judge more patients of these groups, or train on more.",
        "W16": "The photographs were prepared in another way than for training ({listed}); predict "
        "again as the model prepares them.",
        "W17": "{n} of {of} graded rows have a score that is no number, first '{photo}'; give such "
        "rows the status error and empty probabilities.",
        "W18": "Too good to be true. {why} Look for a leak before believing it.",
        "good auc": "The referable AUC is {value:.4f}.",
        "good qwk": "QWK is {value:.3f}, more than two graders agree.",
        "of the patient": "{share:.0%} of what the photographs add to the other eye's label is "
        "still there when each photograph is replaced by that of the other eye ({patients} "
        "patients): the answers tell the patient, not the photograph.",
        "W20": "Left and right may not be treated alike. {why} Where it is not chance, train with mirrored photographs.",
        "sides": "Sensitivity of left and right eyes is {points:.1f} points apart.",
        "sides untested": "Sensitivity of left and right eyes is {points:.1f} points apart, of too few "
        "photographs to test.",
        "sides by chance": "Sensitivity of left and right eyes is {points:.1f} points apart, which "
        "may be chance (p = {p:.2g}, corrected for all subgroups): judge more patients.",
        "mirrored": "Mirroring changes {value:.1%} of the grades.",
        "W21": "{share:.1%} of the labels are two grades or more away from a very sure answer; "
        "have these photographs looked at again: {listed}.",
        "W22": "The reference grades look {what}; map them to the grades 0 to 4 of the ICDR scale.",
        "one-based": "1-based (there is no grade 0, and most are grade 1)",
        "binary": "binary (two grades occur)",
        "reversed": "reversed (answers agree with them upside down)",
        "no probabilities": "the table has no probabilities p0 to p4",
        "no statistics": "the predictions do not say what the training photographs were like",
        "no inputs": "the table does not say what these photographs are like (columns brightness, "
        "width, height, field_ratio, black_share, camera)",
        "no preprocessing": "the predictions do not say how the photographs were prepared in "
        "training and now",
        "no pairs": "no score is too high, but fewer than 200 patients have both eyes graded, so "
        "the other eye could not be put in place of the photograph",
        "no subgroups": "no column of the table names groups (site, camera, eye, sex, age, ...)",
        "no eyes": "neither the eyes nor the effect of mirroring are known",
        "few rows": "there are fewer than 100 graded photographs",
        "W23": "The table has {found} rows of split {split}, the manifest {wanted}. {why} Rows that "
        "are left out can hide failures; predict every photograph of the split once.",
        "left out": "{n} photographs of the manifest are not in the table, first '{photo}'.",
        "elsewhere": "{n} photographs of the table are of another split there, first '{photo}'.",
        "W25": "{why} These figures show that the program works and say nothing about eyes; train "
        "and judge on real photographs.",
        "drawn photos": "The photographs are drawn, not taken.",
        "drawn model": "The grader learned from drawn photographs, and from no real ones after.",
        "sensitivity": "sensitivity",
        "specificity": "specificity",
        "positives": "with referable disease",
        "negatives": "without referable disease",
        "epoch": "epoch",
        "cuts": "set of cuts between grades",
        "threshold": "threshold of referral",
        "not checkable": "{code} could not be checked: {reason}.",
        "no origin": "the predictions do not say whether the photographs are drawn or real",
        "no split": "the table does not say of which split its rows are",
        "no manifest": "the manifest was not given",
        "no patients": "no patient is known",
        "no training rows": "no row tells which photographs were trained on",
        "taught start": "the start {start} learned from photographs too ({taught}), and nothing "
        "here tells whether these are among them; judge photographs of another set, or start from "
        "the run folder that the start was trained in, or from weights that no patient's "
        "photograph taught (model.start)",
        "untold start": "the start {start} does not tell which photographs taught it; judge "
        "photographs that it cannot have seen, or start from a run folder, or from weights that no "
        "patient's photograph taught (model.start)",
        "no choice": "the predictions do not say which photographs chose the epoch and the cuts",
        "no prevalence": "the predictions do not say how frequent disease was in training",
        "one class": "sensitivity or specificity is undefined",
        "W24": "An operating point does not belong to these answers. {why} Calibrate this model "
        "(`drgrade calibrate`) and predict again before using its referrals.",
        "other weights_sha256": "{name} was chosen for a model with other weights.",
        "other preprocess_hash": "{name} was chosen on photographs that were prepared otherwise.",
        "no points": "no operating point travels with the predictions",
        "no hashes": "the operating points or the predictions do not say which model and which "
        "preprocessing they belong to",
    },
    "zh-TW": {
        "share": "{share:.1%} 的答案都是 {grade} 級：網路已退化成只答一種分級。",
        "qwk": "QWK 的信賴區間（{low:.3f} 至 {high:.3f}）包含 0。",
        "auc": "需轉診 AUC 的信賴區間（{low:.3f} 至 {high:.3f}）包含 0.5。",
        "below": "需轉診 AUC（{low:.3f} 至 {high:.3f}）低於機遇：p0 至 p4 的順序是否顛倒？",
        "equals": "等同於不看照片的分類器",
        "untold": "與不看照片的分類器無從區別",
        "worse": "比隨機猜測還差",
        "one grade": "對幾乎所有照片都給同一分級",
        "mostly": "{share:.1%} 的答案是 {grade} 級，而參考分級中也有 {labels:.1%} 是此級。",
        "train longer": "在採用任何數字之前，請延長訓練、更換學習率或平衡各分級。",
        "look closer": "此處準確率意義不大；請看敏感度與各分級的結果。",
        "W01": "此模型{what}。一律回答 {majority} 級在這些照片上的準確率就有 {majority_share:.2%}。{why}{cure}",
        "W02": "{share:.2%} 的受評照片，其病人或群組也在模型學習過的資料中，所有數字都因此偏高；"
        "請以病人（而非照片）分割資料（`drgrade data split`），重新訓練並重新評估。",
        "W03": "{n} 張照片中有 {unknown} 張不知屬於哪位病人。{why}請提供 patient 欄位。",
        "alone": "其中 {n} 張逐張重抽，等於假設每張屬於不同病人，信賴區間可能過窄。",
        "grouped": "其中 {n} 張依表格所列的 {groups} 個群組重抽，等於假設沒有病人跨越兩個群組。",
        "W04": "有 {n} 張受評照片與訓練、調校或校準集中的照片幾乎相同，數字因此偏高：{listed}。"
        "請各刪去一張，重新訓練並重新評估。",
        "W15": "有 {n} 對受評照片其實是同一張{what}：{listed}。請各保留一張及其正確標籤。",
        "one label": "",
        "two labels": "，且部分標籤互相矛盾",
        "W19": "可能有捷徑：不看照片，只憑檔案資訊就能判斷有病與否，AUC 為 {auc:.2f}，"
        "其中以{what}最明顯（單獨 {alone:.2f}）。請以健康者與病人相機、尺寸與取景相同的照片評估。",
        "fact width": "寬度（width 欄）",
        "fact height": "高度（height 欄）",
        "fact bytes": "檔案大小（bytes 欄）",
        "fact aspect": "寬高比",
        "fact black_share": "黑色像素比例（black_share 欄）",
        "fact camera": "相機（camera 欄）",
        "no fingerprints": "各部分的照片沒有本程式的指紋（phash 欄位；W15 亦可讀 sha256）",
        "no file facts": "表格沒有可區分的檔案資訊（width、height、bytes、black_share、camera），"
        "或某一側少於 20 張照片",
        "W05": "{why}這些數字因此過於樂觀；請以未用於訓練或選擇的照片評估。",
        "chosen on test": "{what}是以測試照片選出的。",
        "chosen on these": "{what}正是以這些照片（{split}）選出的。",
        "learned from": "模型正是以這些照片（train）訓練的。",
        "W06": "樣本太小，不足以作決定。{why}在採信敏感度與特異度之前，請評估更多病人。",
        "width": "{what}的信賴區間為 {low:.1%} 至 {high:.1%}，單側寬度超過 5 個百分點。",
        "few": "{what}只有 {n} 個，少於 100。",
        "W07": "這些照片中有 {here:.1%} 需轉診，訓練照片中則為 {there:.1%}：預測值無法直接沿用；"
        "請採用符合您當地盛行率的數字。",
        "W08": "這些照片與訓練時所見的照片不同。{why}請將它們分開評估，或加入類似的照片訓練。",
        "drift": "{of} 張中有 {n} 張的{what}超出 {low:.4g} 至 {high:.4g}（98 % 的訓練照片都在此範圍）。",
        "new camera": "{of} 張中有 {n} 張的{what}從未出現在訓練照片中。",
        "feature brightness": "亮度",
        "feature width": "寬度",
        "feature height": "高度",
        "feature field_ratio": "視野寬高比",
        "feature black_share": "黑色比例",
        "feature camera": "相機",
        "W09": "以下分級少於 20 張照片：{listed}。無法評論這些分級的判讀；請增加照片。",
        "W10": "{why}剔除無法判讀的照片就是剔除病變；請先看分析 A。",
        "ungradable": "{share:.1%} 的照片無法判讀，超過 10 %。",
        "by grade": "無法判讀的比例隨參考分級而異（{low_grade} 級為 {low:.1%}，{high_grade} 級為 "
        "{high:.1%}；卡方檢定 p = {p:.2g}）。",
        "W11": "若只計可判讀的照片，{what}會比計入所有受檢者高出 {points:.1f} 個百分點；"
        "請報告分析 A。",
        "W12": "終點不含黃斑部水腫，因為表格未註明：請將「需轉診」理解為"
        "「不含黃斑部水腫的需轉診視網膜病變」，或提供 dme 欄位。",
        "W13": "機率不可直接採信。{why}在呈現給任何人之前，請以相似的資料校準（`drgrade calibrate`）。",
        "ece": "校準誤差為 {value:.3f}，高於 0.05。",
        "ece by chance": "校準誤差為 {value:.3f}，高於 0.05；但照片這麼少，單憑機遇也會如此："
        "完美的機率在 100 組這樣的照片中有 95 組低於 {chance:.3f}。",
        "slope": "校準斜率為 {value:.2f}（{low:.2f} 至 {high:.2f}），超出 0.8 至 1.25。",
        "slope by chance": "校準斜率為 {value:.2f}，超出 0.8 至 1.25；但其信賴區間"
        "（{low:.2f} 至 {high:.2f}）觸及此範圍，可能出於機遇。",
        "W14": "部分次群組可能漏診；以下群組的敏感度下限低於 {bound:.1%}：{listed}。"
        "請評估更多此類病人，或增加訓練資料。",
        "W16": "照片的前處理與訓練時不同（{listed}）；請依模型本身的設定重新預測。",
        "W17": "{of} 列已分級的資料中有 {n} 列的分數不是數字，第一列為「{photo}」；"
        "請將這些列的 status 設為 error 並清空機率。",
        "W18": "好得令人難以置信。{why}採信之前請先檢查是否洩漏。",
        "good auc": "需轉診 AUC 為 {value:.4f}。",
        "good qwk": "QWK 為 {value:.3f}，高於兩位判讀者之間的一致性。",
        "of the patient": "把每張照片換成同一病人另一眼的照片後，照片比另一眼標籤多出的分數仍保留 "
        "{share:.0%}（{patients} 位病人）：答案反映的是病人，而不是照片。",
        "W20": "左右眼的表現可能不同。{why}若非偶然，請以鏡像照片訓練。",
        "sides": "左眼與右眼的敏感度相差 {points:.1f} 個百分點。",
        "sides untested": "左眼與右眼的敏感度相差 {points:.1f} 個百分點，但照片太少，無法檢定。",
        "sides by chance": "左眼與右眼的敏感度相差 {points:.1f} 個百分點，但可能出於機遇"
        "（p = {p:.2g}，已就所有次群組校正）：請評估更多病人。",
        "mirrored": "鏡像會改變 {value:.1%} 的分級。",
        "W21": "{share:.1%} 的標籤與非常確定的答案相差兩級以上；請重新檢視這些照片：{listed}。",
        "W22": "參考分級看起來{what}；請對應到 ICDR 的 0 至 4 級。",
        "one-based": "從 1 開始（沒有 0 級，且大多為 1 級）",
        "binary": "只有兩類",
        "reversed": "順序相反",
        "no probabilities": "表格沒有機率 p0 至 p4",
        "no statistics": "預測結果沒有說明訓練照片的特性",
        "no inputs": "表格沒有說明這些照片的特性（brightness、width、height、field_ratio、"
        "black_share、camera 等欄位）",
        "no preprocessing": "預測結果沒有說明訓練時與現在的前處理",
        "no pairs": "分數沒有過高，但兩眼都有分級的病人少於 200 位，無法以另一眼替換照片",
        "no subgroups": "表格中沒有可分組的欄位（site、camera、eye、sex、age 等）",
        "no eyes": "不知道左右眼，也不知道鏡像的影響",
        "few rows": "已分級的照片少於 100 張",
        "W23": "表格中 {split} 有 {found} 列，資料清單有 {wanted} 列。{why}遺漏的列可能掩蓋失敗；"
        "請預測該部分的每一張照片，且只預測一次。",
        "left out": "資料清單中有 {n} 張照片不在表格內，第一張為「{photo}」。",
        "elsewhere": "表格中有 {n} 張照片在資料清單中屬於其他部分，第一張為「{photo}」。",
        "W25": "{why}這些數字只表示程式可以運作，與真實的眼睛無關；請以真實照片訓練並評估。",
        "drawn photos": "照片是繪製的，不是拍攝的。",
        "drawn model": "模型是以繪製的照片訓練的，之後未再以真實照片訓練。",
        "sensitivity": "敏感度",
        "specificity": "特異度",
        "positives": "需轉診者",
        "negatives": "無需轉診者",
        "epoch": "訓練週期",
        "cuts": "分級切點",
        "threshold": "轉診門檻",
        "not checkable": "{code} 無法檢查：{reason}。",
        "no origin": "預測結果沒有說明照片是繪製的還是真實的",
        "no split": "表格沒有說明各列屬於哪一部分",
        "no manifest": "未提供資料清單",
        "no patients": "不知道病人是誰",
        "no training rows": "不知道模型以哪些照片訓練",
        "taught start": "起始權重 {start} 也曾以照片訓練（{taught}），此處無從得知受評照片是否在其中；"
        "請以另一資料集的照片評估，或改由訓練出該起始權重的執行資料夾開始，"
        "或改用未以病人照片訓練的權重（model.start）",
        "untold start": "起始權重 {start} 沒有說明以哪些照片訓練；請以它不可能見過的照片評估，"
        "或改由執行資料夾開始，或改用未以病人照片訓練的權重（model.start）",
        "no choice": "預測結果沒有說明訓練週期與切點是以哪些照片選出的",
        "no prevalence": "預測結果沒有說明訓練時的盛行率",
        "one class": "敏感度或特異度無法計算",
        "W24": "操作點不屬於這些答案。{why}在採用轉診結果之前，請校準此模型（`drgrade calibrate`）"
        "並重新預測。",
        "other weights_sha256": "{name} 是為另一組權重的模型選定的。",
        "other preprocess_hash": "{name} 是在以其他方式前處理的照片上選定的。",
        "no points": "預測結果未附操作點",
        "no hashes": "操作點或預測結果未說明屬於哪個模型與哪種前處理",
    },
}
