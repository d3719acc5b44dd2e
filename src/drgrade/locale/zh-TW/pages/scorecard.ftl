# 評分卡：頁面、摘要與圖。

scorecard-title = 糖尿病視網膜病變分級模型評分卡
scorecard-title_leak = { $title }（資料來源的分割中，訓練與測試有相同病人）

## 結論

scorecard-verdict = { $endpoint }：敏感度 { $sens }、特異度 { $spec }，以{ $level }計；無法判讀者視為轉診。
scorecard-verdict_no_positives = 受檢{ $level }中沒有{ $endpoint }者，無法估計敏感度。
scorecard-verdict_no_negatives = 受檢{ $level }全部有{ $endpoint }，無法估計特異度。
scorecard-verdict_equals = 此模型等同於不看照片的分類器，不應使用。
scorecard-verdict_worse = 在這些照片上，此模型比隨機猜測還差，不應使用。
scorecard-verdict_untold = 在這些照片上，此模型並未顯著優於不看照片的基準。
scorecard-verdict_error = 這些數字不應採用：有 { $n } 項檢查顯示此評估無效。

## 警告

scorecard-warnings = 警告
scorecard-few_units = { $note }。
scorecard-no_warnings = 沒有警告。
scorecard-not_checkable = 無法檢查的項目
scorecard-silent = 已檢查且無異常：{ $codes }。

## 流程

scorecard-flow = 照片流程
scorecard-flow_note = 事先剔除 { COUNT($n) } 張重複照片。沒有參考分級的照片只出現在此表。
scorecard-step_offered = 送檢
scorecard-step_decoded = 可解碼
scorecard-step_fundus = 為眼底照片
scorecard-step_gradable = 可判讀
scorecard-step_graded = 已分級
scorecard-no_grade = 無參考分級
scorecard-all = 全部
scorecard-grade = 分級

## 敏感度與特異度

scorecard-analyses = 無法判讀照片的三種計法
scorecard-analysis = 分析
scorecard-analysis_A = A 意向篩檢：無法判讀者視為轉診
scorecard-analysis_B = B 只計可判讀者
scorecard-analysis_C = C 最壞情況：無法判讀者視為錯誤
scorecard-counted = { $endpoint } · { WORD("unit", $unit) } · { $rule }。
scorecard-of = { WORD("unit", $unit) }，n = { COUNT($n) }
scorecard-imageability = { WORD("unit", $unit) }共 { COUNT($n) }，可判讀 { $value }。
scorecard-endpoints = 各終點與各層級（分析 A）
scorecard-endpoint = 終點
scorecard-level = 層級
scorecard-n = 數量
scorecard-positives = 有病變
scorecard-ungradable = 無法判讀
scorecard-baseline_sensitivity = 基準：一律轉診 100 %，一律不轉診 0 %
scorecard-baseline_specificity = 基準：一律不轉診 100 %，一律轉診 0 %

## 操作點

scorecard-points = 模型所附操作點的表現
scorecard-points_note = 門檻於 { $split } 上選定，此處不再調整。承諾值：當時達到的表現。
scorecard-point = 操作點
scorecard-threshold = 門檻
scorecard-promised = 承諾值

## 分級

scorecard-grades = 五個分級
scorecard-grades_note = 僅計有預測分級與參考分級的照片，n = { COUNT($n) }；以{ WORD("unit", $unit) }為單位重抽。
scorecard-kappa_errors = 假設配對獨立時 kappa 的標準誤：二次 { $quadratic }、線性 { $linear }、未加權 { $none }。
scorecard-recall = 召回率
scorecard-precision = 精確率
scorecard-predictions = 預測數
scorecard-baselines = 基準
scorecard-baselines_note = 不看照片的簡單規則在同一批照片上的得分；另一眼的分級須由判讀者提供。
scorecard-baseline_qwk = { WORD("page-baseline", $name) }：{ $value }
scorecard-this = 此模型

## 校準

scorecard-roc = ROC 曲線與校準
scorecard-roc_note = 需轉診病變的機率，已分級的照片：AUC { $auc }；n = { COUNT($n) }。

## 黃斑部水腫

scorecard-edema = 黃斑部水腫徵象
scorecard-edema_note = 以 p_dme 對照 dme 欄位（0 為無），已分級的照片：n = { COUNT($n) }，有徵象者 { COUNT($positives) }。基準：不考慮水腫、僅用需轉診機率。
scorecard-edema_auc = AUC
scorecard-edema_auc_of_grade = 需轉診機率的 AUC（基準）
scorecard-edema_sensitivity = 敏感度（機率 0.5 以上）
scorecard-edema_specificity = 特異度（機率 0.5 以上）

## 選擇性轉介

scorecard-selective = 選擇性轉介
scorecard-selective_note = 最接近門檻（需轉診病變機率 { $cut }）的照片交由人判讀，並假設人能找出病變。風險：模型自行判讀的照片中答錯的比例。以{ WORD("unit", $unit) }計，須沒有任何一張病變照片漏診才算找出；比前述敏感度（只需一張）更嚴格。
scorecard-selective_chosen = 若模型自行判讀已分級照片的 { $coverage }，連同人工判讀，對 { COUNT($n) } 個有病變的{ WORD("unit", $unit) }敏感度為 { $sens }，95 % 信賴下限 { $low }（承諾值：{ $level }）。
scorecard-selective_none = 沒有任何判讀比例能達到承諾的敏感度：{ $reason }。
scorecard-selective_explored = 僅供探索：此點選自同一批資料（{ $split }）；使用前請改於校準集上選定。
scorecard-selective_explored_unnamed = 僅供探索：此點選自同一批資料（未註明資料集）；使用前請改於校準集上選定。
scorecard-coverage = 模型自行判讀（%）
scorecard-risk = 風險：其中答錯（%）
scorecard-together = 模型與人工判讀
scorecard-low_bound = 95 % 信賴下限
scorecard-selective_sensitivity = 以{ WORD("unit", $unit) }計的敏感度（%）

## 次群組與盛行率

scorecard-subgroups = 次群組
scorecard-subgroups_note = 以照片計，分析 A。虛線與差距（百分點）相對於全部照片；p 為與其餘照片之差距，以{ WORD("unit", $unit) }為單位，經 Holm 校正。
scorecard-subgroup = 次群組
scorecard-gap = 差距
scorecard-p = p
scorecard-prevalences = 其他盛行率下的預測值
scorecard-prevalence = 盛行率
scorecard-observed = { $share }（本資料）

## 最嚴重的錯誤

scorecard-worst = 代價最高的錯誤
scorecard-worst_note = 代價：分級差距的平方；漏診時加倍。信心：預測分級的機率。
scorecard-worst_private = 本頁含病人的照片，請比照病人資料保管。
scorecard-missed = 漏診
scorecard-cost = 代價
scorecard-confidence = 信心
scorecard-predicted = 預測分級
scorecard-reference = 參考分級

## 照片與模型

scorecard-about = 照片與模型
scorecard-intended = 用途
scorecard-intended_text = 供研究上比較與檢驗分級模型。對病人的決定需要核准的醫療器材與專業人員。
scorecard-about_source = 照片來源
scorecard-about_licence = 授權
scorecard-about_with_disease = 需轉診者
scorecard-about_by_grade = 參考分級 0 / 1 / 2 / 3 / 4
scorecard-about_left_out = 排除
scorecard-left_out_text = { COUNT($duplicates) } 張重複照片；{ COUNT($ungraded) } 張沒有參考分級的照片
scorecard-left_out_splits = { $text }；{ COUNT($n) } 列屬於其他資料集
scorecard-about_graders = 參考標準
scorecard-not_stated = 表格未註明
scorecard-about_preprocessing = 前處理
scorecard-about_model_hash = 模型
scorecard-about_chosen_on = 選擇依據
scorecard-chosen_text = 週期：{ $epoch }；切點：{ $cuts }；門檻：{ $thresholds }
scorecard-about_looks = 測試集評估次數
scorecard-looks_text = 本機共 { $number } 次（含本次）；不同的模型：{ $models } 個
scorecard-looks_lost = { $text }；本次無法記錄（{ $problem }）

## 如何重現

scorecard-split = 資料集
scorecard-models = 模型
scorecard-methods = 信賴區間（95 %）
scorecard-table_hash = 表格的 SHA-256

## 供朗讀的圖說

scorecard-caption_detection = 各終點的敏感度與特異度
scorecard-caption_roc = ROC 曲線
scorecard-caption_reliability = 校準曲線
scorecard-caption_confusion = 混淆矩陣
scorecard-caption_agreement = QWK 與基準
