# 多個頁面與圖共用的文字。

page-device = 研究用軟體，並非醫療器材。
page-not_available = 無法計算
page-with_ci = { $value }（95 % 信賴區間 { $ci }）
page-range = { $low } 至 { $high }

## 指標

page-metric_sensitivity = 敏感度
page-metric_specificity = 特異度
page-metric_ppv = 陽性預測值
page-metric_npv = 陰性預測值
page-metric_qwk = QWK
page-metric_accuracy = 準確率
page-metric_auc = AUC
page-metric_macro_auc = 巨觀一對多 AUC
page-metric_balanced_accuracy = 平衡準確率
page-metric_kappa = 未加權 kappa
page-metric_linear_kappa = 線性加權 kappa
page-metric_off_by_one = 差一級
page-metric_off_by_more = 差兩級以上
page-metric_expected_error = 期望分級的平均絕對誤差
page-metric_brier = Brier 分數
page-metric_ece_mass = ECE（15 個等量區間）
page-metric_ece_width = ECE（15 個等寬區間）
page-metric_slope = 校準斜率（理想值 1）
page-metric_intercept = 校準截距（理想值 0）

## 基準

page-baseline_always_0 = 一律判為 0 級
page-baseline_majority = 一律判為最常見的分級
page-baseline_other_eye = 另一眼的分級
page-baseline_train_other_eye = 訓練集中另一眼的分級，無則 0 級

## 分級的對象與終點

page-level_photo = 照片
page-level_eye = 眼睛
page-level_patient = 病人
page-endpoint_referable = 需轉診病變
page-endpoint_referable_no_dme = 需轉診視網膜病變（不含黃斑部水腫）
page-endpoint_vision_threatening = 威脅視力的病變
page-endpoint_any_dr = 任何視網膜病變
page-called_by_grade = 需轉診：預測分級為 2 或更嚴重
page-called_by_operating_point = 需轉診：模型的操作點
page-called_by_both = 需轉診：部分種子採操作點，部分採預測分級 2 或更嚴重
page-split_train = 訓練集
page-split_tune = 驗證集
page-split_calibrate = 校準集
page-split_test = 測試集

## 病灶種類

page-lesion_microaneurysm = 微血管瘤
page-lesion_haemorrhage = 出血
page-lesion_hard_exudate = 硬性滲出物
page-lesion_soft_exudate = 軟性滲出物

## 頁面如何產生

page-command = 指令
page-versions = 版本
page-seed = 種子與重抽次數
page-reproduce = 如何重現
