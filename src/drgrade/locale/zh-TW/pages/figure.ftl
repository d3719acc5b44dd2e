# 多個頁面共用之圖的標示。

figure-reference = 參考分級
figure-predicted = 預測分級
figure-counts = 照片張數
figure-rows = 占各參考分級的比例（%）
figure-epoch = 訓練週期
figure-accuracy = 準確率（%）
figure-curve = { $run }，{ WORD("page-split", $split) }
figure-set = { NAME("page-split", $name) }
figure-baseline = 基準，{ NAME("page-baseline", $name) }：{ $value }
figure-ci = 95 % 信賴區間
figure-axis = { $axis }（95 % 信賴區間）
figure-one_minus_specificity = 1 − 特異度
figure-probability = 需轉診病變的機率
figure-share = 需轉診病變的比例
figure-chance = 隨機
figure-perfect = 完美校準
figure-decisions = 模型本身的判定
