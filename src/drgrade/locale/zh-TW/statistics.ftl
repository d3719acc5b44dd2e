# 為何沒有數字或沒有信賴區間。皆為短句，接在冒號之後或括號之中。

## 缺少的資料

no_graded_photographs = 沒有已分級的照片
no_referable_photographs = 沒有需轉診的照片
no_non_referable_photographs = 沒有無需轉診的照片
none_called_referable = 沒有照片被判為需轉診
all_called_referable = 所有照片都被判為需轉診
none_would_be_called_referable = 沒有人會被判為需轉診
all_would_be_called_referable = 所有人都會被判為需轉診
no_patient_with_disease = 沒有病人需轉診
no_photograph_of_grade = 沒有這個分級的照片
no_answer_of_grade = 沒有答案是這個分級
no_probabilities = 表格沒有機率 p0 至 p4
no_probabilities_in_a_table = 有表格沒有機率 p0 至 p4
nothing_to_count = 沒有可計數的資料
nothing_to_average = 沒有可平均的資料
two_readers_needed = 需要兩位判讀者

## 無法計算

one_grade_only = 參考與預測都只有同一個分級
one_sided_endpoint = 所有照片都在終點的同一側
all_probabilities_alike = 所有機率都相同
fit_does_not_converge = 邏輯迴歸無法收斂（機率已完全分開兩側）
auc_undefined_for_grade = 第 { $grade } 級的 AUC 無法計算
undefined_on_these_photographs = 在這些照片上無法計算
undefined_on_these_rows = 在這些資料上無法計算
undefined_in_resamples = { $of } 次重抽樣本中有 { $n } 次無法計算
no_error_in_resamples = 所有重抽樣本皆無錯誤，因此無從得知在他處的錯誤率
one_unit_only = 只有一{ WORD("one", $unit) }
one_unit_on_a_side = 終點的一側只有一{ WORD("one", $unit) }

## 操作點與選擇性轉介

too_few_photographs_for_point =
    需要 { $needed } 張{ $side ->
        [negative] 無需轉診
       *[positive] 需轉診
    }的照片，只有 { $n } 張
no_threshold_with_lower_bound =
    沒有任何門檻的敏感度信賴下限達到 { FIXED($bound, 2) }；需要更多{ WORD("unit", $unit) }
highest_score_shared = 無需轉診者中有超過 { PERCENT($share, 0) } 同為最高分
too_few_with_disease =
    只有 { $n } 個有病變，太少：即使無一漏診，信賴下限也只有 { PERCENT($low, 1, $level) }，低於 { PERCENT($level, 0) }
nothing_left_to_grader = 模型必須完全不自行作答才能維持 { PERCENT($level, 0) }

few_units_for_interval =
    重抽單位（{ WORD("unit", $unit) }）只有 { $n } 個，偏少：以 { $at } 位病人模擬時，二次加權 kappa 的信賴區間在一百次中只有 { $times } 次包含真值，而非 95 次

## 基準

no_other_eye_among_rows = 受評照片中沒有同一病人的另一眼
no_train_rows = 不知道訓練資料；請提供含 train 分組的資料清單
no_patient_and_eye = 不知道受評照片的病人與眼別

## 重抽的單位，以及一個單位

unit_patients = 病人
unit_groups = 群組
unit_photos = 照片
unit_eyes = 眼睛
one_patients = 位病人
one_groups = 個群組
one_photos = 張照片
one_eyes = 眼

## 操作點的選法

rule_sensitivity = 在這些資料上敏感度 >= { FIXED($level, 2) } 的最大門檻
rule_sensitivity_and_bound = 在這些資料上敏感度 >= { FIXED($level, 2) } 的最大門檻，且至此為止以{ WORD("unit", $unit) }為單位的 95 % 信賴下限皆 >= { FIXED($bound, 2) }
rule_specificity = 在這些資料上特異度 >= { FIXED($level, 2) } 的最小門檻

## 課程實驗

other_eye_unknown = 不知道另一眼的分級
no_unseen_patient = 所有測試病人都在訓練、驗證或校準集中
no_finished_seed = 沒有任何種子完成訓練
one_seed = 一個種子
no_such_net = 沒有這個網路
answers_without_probabilities = 答案沒有附機率
