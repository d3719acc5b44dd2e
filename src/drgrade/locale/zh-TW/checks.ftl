# 每項檢查發現了什麼、該怎麼辦。$why：每個理由一句。

not_checkable = { $check } 無法檢查：{ $reason }。

## W01 等同於不看照片的分類器

W01 = 此模型{ WORD("grader", $what) }。一律回答 { $majority } 級在這些照片上的準確率就有 { PERCENT($majority_share, 2) }。{ $why }{ WORD("cure", $cure) }
grader_equals = 等同於不看照片的分類器
grader_untold = 並未顯著優於不看照片的基準
grader_worse = 比隨機猜測還差
grader_one_grade = 對幾乎所有照片都給同一分級
cure_train_longer = 在採用任何數字之前，請延長訓練、更換學習率或平衡各分級。
cure_look_closer = 此處準確率意義不大；請看敏感度與各分級的結果。
collapsed = { PERCENT($share, 1) } 的答案都是 { $grade } 級：網路已塌縮成只答一種分級。
mostly_one_grade = { PERCENT($share, 1) } 的答案是 { $grade } 級，而參考分級中也有 { PERCENT($labels, 1) } 是此級。
qwk_contains_0 = QWK 的信賴區間（{ FIXED($low, 3) } 至 { FIXED($high, 3) }）包含 0。
auc_contains_half = 需轉診 AUC 的信賴區間（{ FIXED($low, 3) } 至 { FIXED($high, 3) }）包含 0.5。
auc_below_chance = 需轉診 AUC（{ FIXED($low, 3) } 至 { FIXED($high, 3) }）低於機遇：p0 至 p4 的順序是否顛倒？

## W02 洩漏

W02 = { PERCENT($share, 2) } 的受評照片，其病人或群組也在訓練資料中，所有數字都因此偏高；請以病人（而非照片）分割資料（`drgrade data split`），重新訓練並重新評估。
no_training_rows = 不知道模型以哪些照片訓練
no_patients = 不知道病人是誰
known_start = 起始權重 { $start } 也曾以照片訓練（{ LIST($photographs) }），此處無從得知受評照片是否在其中；請以另一資料集的照片評估，或改由訓練出該起始權重的執行資料夾開始，或改用未以病人照片訓練的權重（model.start）
unknown_start = 起始權重 { $start } 沒有說明以哪些照片訓練；請以它不可能見過的照片評估，或改由執行資料夾開始，或改用未以病人照片訓練的權重（model.start）

## W03 不知道病人

W03 = { $n } 張照片中有 { $unknown } 張不知屬於哪位病人。{ $why }請提供 patient 欄位。
resampled_alone = 其中 { $n } 張逐張重抽，等於假設每張屬於不同病人，信賴區間可能過窄。
resampled_in_groups = 其中 { $n } 張依表格所列的 { $groups } 個群組重抽，等於假設沒有病人跨越兩個群組。

## W04、W15 重複

W04 = 有 { $n } 張受評照片與訓練、驗證或校準集中的照片幾乎相同，數字因此偏高：{ LIST($twins) }。請各刪去一張，重新訓練並重新評估。
W15 = 有 { $n } 對受評照片其實是同一張{ $contrary ->
        [0] {""}
       *[other] ，且部分標籤互相矛盾
    }：{ LIST($twins) }。請各保留一張及其正確標籤。
twins = { $one } = { $other }{ $more ->
        [0] {""}
       *[other] （另有 { $more } 對）
    }
no_fingerprints = 各部分的照片沒有本程式的指紋（phash 欄位；W15 亦可讀 sha256）

## W05 以測試照片選擇

W05 = { $why }這些數字因此過於樂觀；請以未用於訓練或選擇的照片評估。
chosen_on_test = { WORD("choice", $what) }是以測試照片選出的。
chosen_on_these = { WORD("choice", $what) }正是以這些照片（{ $split }）選出的。
trained_on_these = 模型正是以這些照片（train）訓練的。
choice_epoch = 訓練週期
choice_cuts = 分級切點
choice_threshold = 轉診門檻
no_choice = 預測結果沒有說明訓練週期與切點是以哪些照片選出的

## W06 樣本太小

W06 = 樣本太小，不足以作決定。{ $why }在採信敏感度與特異度之前，請評估更多病人。
wide_interval = { WORD("share", $what) }的信賴區間為 { PERCENT($low, 1) } 至 { PERCENT($high, 1) }，單側寬度超過 5 個百分點。
few_on_side = { WORD("side", $what) }只有 { $n } 個，少於 100。
share_sensitivity = 敏感度
share_specificity = 特異度
side_positives = 需轉診者
side_negatives = 無需轉診者

## W07 盛行率不同

W07 = 這些照片中有 { PERCENT($here, 1, $there) } 需轉診，訓練照片中則為 { PERCENT($there, 1, $here) }：預測值無法直接沿用；請採用符合您當地盛行率的數字。
no_prevalence = 預測結果沒有說明訓練時的盛行率

## W08 輸入漂移

W08 = 這些照片與訓練時所見的照片不同。{ $why }請將它們分開評估，或加入類似的照片訓練。
drift = { $of } 張中有 { $n } 張的{ WORD("feature", $what) }超出 { SIGNIFICANT($low, 4) } 至 { SIGNIFICANT($high, 4) }（98 % 的訓練照片都在此範圍）。
new_camera = { $of } 張中有 { $n } 張的{ WORD("feature", $what) }從未出現在訓練照片中。
feature_brightness = 亮度
feature_width = 寬度
feature_height = 高度
feature_field_ratio = 視野寬高比
feature_black_share = 黑色比例
feature_camera = 相機
no_statistics = 預測結果沒有說明訓練照片的特性
no_inputs = 表格沒有說明這些照片的特性（brightness、width、height、field_ratio、black_share、camera 等欄位）

## W09 罕見的分級

W09 = 以下分級少於 20 張照片：{ LIST($grades) }。無法評論這些分級的判讀；請增加照片。
rare_grade = { $grade }（{ $n }）

## W10、W11 無法判讀的照片

W10 = { $why }剔除無法判讀的照片就是剔除病變；請先看分析 A。
many_ungradable = { PERCENT($share, 1, 0.1) } 的照片無法判讀，超過 10 %。
ungradable_by_grade = 無法判讀的比例隨參考分級而異（{ $low_grade } 級為 { PERCENT($low, 1) }，{ $high_grade } 級為 { PERCENT($high, 1) }；卡方檢定 p = { SIGNIFICANT($p, 2) }）。
W11 = 若只計可判讀的照片，{ WORD("share", $what) }會比計入所有受檢者高出 { FIXED($points, 1) } 個百分點；請報告分析 A。
share_undefined = 敏感度或特異度無法計算

## W12 不含黃斑部水腫

W12 = 終點不含黃斑部水腫，因為表格未註明：請將「需轉診」理解為「不含黃斑部水腫的需轉診視網膜病變」，或提供 dme 欄位。

## W13 校準

W13 = 機率的校準不佳。{ $why }在呈現給任何人之前，請以相似的資料校準（`drgrade calibrate`）。
ece_high = 校準誤差為 { FIXED($value, 3, 0.05) }，高於 0.05。
ece_high_by_chance = 校準誤差為 { FIXED($value, 3, 0.05) }，高於 0.05；但照片這麼少，單憑機遇也會如此：完美的機率在 100 組這樣的照片中有 95 組低於 { FIXED($chance, 3) }。
slope_off = 校準斜率為 { FIXED($value, 2, 0.8, 1.25) }（{ FIXED($low, 2, 0.8, 1.25) } 至 { FIXED($high, 2, 0.8, 1.25) }），超出 0.8 至 1.25。
slope_off_by_chance = 校準斜率為 { FIXED($value, 2, 0.8, 1.25) }，超出 0.8 至 1.25；但其信賴區間（{ FIXED($low, 2, 0.8, 1.25) } 至 { FIXED($high, 2, 0.8, 1.25) }）觸及此範圍，可能出於機遇。

## W14 次群組

W14 = 部分次群組可能漏診；以下群組的敏感度下限低於 { PERCENT($bound, 1) }：{ LIST($subgroups) }。請評估更多此類病人，或增加訓練資料。
missed_subgroup = { NAME("column", $column) }：{ NAME("group", $name) }（{ PERCENT($low, 1, $bound) }）
no_subgroups = 表格中沒有可分組的欄位（site、camera、eye、sex、age 等）

## W16 前處理不同

W16 = 照片的前處理與訓練時不同（{ LIST($settings) }）；請依模型本身的設定重新預測。
other_setting = { $name } { $before } -> { $now }
no_preprocessing = 預測結果沒有說明訓練時與現在的前處理

## W17 不是數字

W17 = { $of } 列已分級的資料中有 { $n } 列的分數不是數字，第一列為「{ $photo }」；請將這些列的 status 設為 error 並清空機率。

## W18 好得令人難以置信

W18 = 好得令人難以置信。{ $why }採信之前請先檢查是否洩漏。
auc_too_good = 需轉診 AUC 為 { FIXED($value, 4, 0.995) }。
qwk_too_good = QWK 為 { FIXED($value, 3, 0.95) }，高於兩位判讀者之間的一致性。
of_the_patient = 把每張照片換成同一病人另一眼的照片後，照片比另一眼標籤多出的分數仍保留 { PERCENT($share, 0) }（{ $patients } 位病人）：答案反映的是病人，而不是照片。
no_pairs = 分數沒有過高，但兩眼都有分級的病人少於 200 位，無法以另一眼替換照片

## W19 捷徑

W19 = 可能有捷徑：不看照片，只憑檔案資訊就能判斷有病與否，AUC 為 { FIXED($auc, 2, 0.7) }，其中以{ WORD("fact", $what) }最明顯（單獨 { FIXED($alone, 2) }）。請以健康者與病人相機、尺寸與取景相同的照片評估。
fact_width = 寬度（width 欄）
fact_height = 高度（height 欄）
fact_bytes = 檔案大小（bytes 欄）
fact_aspect = 寬高比
fact_black_share = 黑色像素比例（black_share 欄）
fact_camera = 相機（camera 欄）
no_file_facts = 表格沒有可區分的檔案資訊（width、height、bytes、black_share、camera），或某一側少於 20 張照片

## W20 左右眼

W20 = 左右眼的表現可能不同。{ $why }若非偶然，請以鏡像照片訓練。
sides_differ = 左眼與右眼的敏感度相差 { FIXED($points, 1) } 個百分點。
sides_untested = 左眼與右眼的敏感度相差 { FIXED($points, 1) } 個百分點，但照片太少，無法檢定。
sides_by_chance = 左眼與右眼的敏感度相差 { FIXED($points, 1) } 個百分點，但可能出於機遇（p = { SIGNIFICANT($p, 2, 0.05) }，已就所有次群組校正）：請評估更多病人。
mirrored = 鏡像會改變 { PERCENT($value, 1, 0.02) } 的分級。
no_eyes = 不知道左右眼，也不知道鏡像的影響

## W21、W22 標籤

W21 = { PERCENT($share, 1, 0.02) } 的標籤與非常確定的答案相差兩級以上；請重新檢視這些照片：{ LIST($photos) }。
W22 = 參考分級看起來{ WORD("scale", $what) }；請對應到 ICDR 的 0 至 4 級。
scale_one_based = 從 1 開始（沒有 0 級，且大多為 1 級）
scale_binary = 只有兩類
scale_reversed = 順序相反
few_rows = 已分級的照片少於 100 張

## W23 資料清單的各列

W23 = 表格中 { $split } 有 { $found } 列，資料清單有 { $wanted } 列。{ $why }遺漏的列可能掩蓋失敗；請預測該部分的每一張照片，且只預測一次。
left_out = 資料清單中有 { $n } 張照片不在表格內，第一張為「{ $photo }」。
elsewhere = 表格中有 { $n } 張照片在資料清單中屬於其他部分，第一張為「{ $photo }」。
no_manifest = 未提供資料清單
no_split = 表格沒有說明各列屬於哪一部分

## W24 操作點

W24 = 操作點不屬於這些答案。{ $why }在採用轉診結果之前，請校準此模型（`drgrade calibrate`）並重新預測。
other_weights = { $name } 是為另一組權重的模型選定的。
other_preprocessing = { $name } 是在以其他方式前處理的照片上選定的。
no_points = 預測結果未附操作點
no_hashes = 操作點或預測結果未說明屬於哪個模型與哪種前處理

## W25 合成照片

W25 = { $why }這些數字只表示程式可以運作，與真實的眼睛無關；請以真實照片訓練並評估。
synthetic_photos = 照片是合成的。
synthetic_model = 模型是以合成照片訓練的，之後未再以真實照片訓練。
no_origin = 預測結果沒有說明照片是合成的還是真實的

## W26 表格已更動

W26 = 表格在寫入之後曾被更動：與其紀錄檔所載的雜湊值不符。可能有列被刪除或修改；請重新預測，或在報告中說明更動內容。
no_table_hash = 預測結果旁的紀錄檔未載明屬於哪份表格

## 次群組

column_eye = 眼別
column_site = 地點
column_camera = 相機
column_sex = 性別
column_age = 年齡
column_ethnicity = 族裔
column_quality = 品質
column_width = 寬度
group_left = 左
group_right = 右
group_under_40 = 未滿 40 歲
group_40_to_49 = 40 至 49 歲
group_50_to_59 = 50 至 59 歲
group_60_to_69 = 60 至 69 歲
group_70_and_over = 70 歲以上
group_under_1000_px = 未滿 1000 px
group_1000_to_1999_px = 1000 至 1999 px
group_2000_px_and_over = 2000 px 以上
subgroup = { NAME("column", $column) }：{ NAME("group", $name) }
