# 實驗報告：頁面與圖。

lab-title = Lab 3 – 糖尿病視網膜病變偵測
lab-synthetic_source = 合成影像
lab-synthetic = 本頁使用合成的眼底影像：數字只代表程式可正常運作，與真實病人無關。
lab-byline = { $photos } 張照片，{ $source }，{ $size } px，設定檔 { $recipe }
lab-contents = 目錄
lab-section_1 = I. Introduction 簡介
lab-section_2 = II. Experiment setup 實驗設定
lab-section_2a = A. 模型細節
lab-section_2b = B. Dataloader 細節
lab-section_2c = C. 以 confusion matrix（混淆矩陣）評估
lab-section_3 = III. Experimental results 實驗結果
lab-section_3a = A. 最高測試準確率
lab-section_3b = B. 比較圖
lab-section_3c = C. 混淆矩陣
lab-section_3d = D. { $title }
lab-sizes = 影像大小
lab-section_4 = IV. Discussion 討論
lab-section_5 = V. 時間與可重現性

## I. 簡介

lab-intro_depth = 傳統卷積神經網路加深後，連訓練集的 error 都可能變大：梯度在回傳途中消失，前面幾層的參數無法有效更新。ResNet 加入 residual learning 的思想，每個 block 學的是 F(x)，輸出 F(x) + x；若網路已達最優，residual mapping 會被推向 0，只剩 identity mapping，因此深層網路的表現不會比淺層網路差。
lab-intro_task = 本實驗用這些網路把眼底照片分為 ICDR 五級，由 0（無病變）到 4（增殖性）。整份報告回答兩個問題：預訓練、網路深度與影像大小各有多少幫助？結果是否真的優於不看影像的基準？
lab-diagram_residual = Residual block
lab-diagram_bottleneck = Bottleneck block
lab-diagram_inverted = Inverted residual block
lab-diagram_identity =
    identity
    （恆等映射）
lab-diagram_channels = { $n } 通道
lab-about_residual = 由兩個 3×3 convolution 組成；ResNet18 有 4 個 layer，每個 layer 有 2 個 residual block。當 layer 使尺寸減半、通道數加倍時，shortcut 改用 stride 相同的 1×1 convolution，使輸入和輸出尺寸一致。
lab-about_bottleneck = 由 1×1、3×3、1×1 convolution 組成：先用 1×1 將 256 通道降到 64 通道，最後再用 1×1 恢復，讓昂貴的 3×3 只處理較少的通道。ResNet50 的 4 個 layer 分別有 3、4、6、3 個。
lab-about_inverted = EfficientNet-Lite0 則相反：內部寬、外部窄，中間為 depthwise 3×3 或 5×5，使用 ReLU6。加入它是因為其 ImageNet 權重可隨套件取得。

## II. 設定

lab-architecture = 各層與輸出尺寸
lab-layer = 層
lab-output_at = { $size } px 時的輸出
lab-printed = { $network } 的模組列表 · 參數量 { $parameters } · { $head ->
        [lab] 實驗原本的 head：average pool 7，stride 1
       *[global] global average pool
    }
lab-parameters = 參數量
lab-counts = 各資料集與分級的照片數
lab-split = 資料集
lab-total = 合計
lab-loader = Dataset 繼承 torch.utils.data.Dataset，包含三個基本函式：
lab-loader_init = 初始化：依 mode 取出該資料集的照片名稱與 label，並記下影像大小與是否翻轉。
lab-loader_len = 回傳資料長度（張數）。
lab-loader_getitem = 依 index 讀出照片並轉正，裁切到眼底視野、補成不變形的正方形並縮小，訓練時隨機翻轉，再將 pixel value 落在 [-1, 1] 之間，最後回傳影像與 label。
lab-source_code = 程式碼
lab-matrix_is = Confusion matrix 用來衡量 classification 的結果：每張測試照片計入一格，列（row）是參考分級，欄（column）是預測分級，對角線代表答對。Normalized 版本將每列除以該列總和，對角線即為各分級的召回率，不受分級多寡影響。
lab-example_matrix = 一律判為 0 級的網路只會填滿一欄，其準確率等於 0 級的比例：此處為 { $share }。

## III. 結果

lab-network = 模型
lab-with_pretraining = 有預訓練
lab-without_pretraining = 無預訓練
lab-start_imagenet = 有預訓練
lab-start_random = 無預訓練
lab-start_phantom = 以合成影像預訓練
lab-start_drawn = 以合成影像預訓練
lab-rate = lr = { $rate }
lab-row_of = epoch = { $epochs }, batch_size = { $batch }
lab-highest_table = 最高測試準確率（實驗報告的算法）
lab-highest_table_note = 取所有 epoch 中測試準確率最高者，等於用測試集挑選：只供與實驗報告比較。
lab-chosen_on_test = 以測試集挑選
lab-result_table = 測試結果
lab-result_table_note = { $kept }測試集只評估一次。括號內為 95 % 信賴區間，以{ WORD("unit", $unit) }為單位重抽樣。
lab-kept_tune = epoch 由驗證集決定。
lab-kept_last = 保留最後一個 epoch，未經挑選。
lab-kept_mixed = epoch 由驗證集決定，標明「未經挑選」者則保留最後一個 epoch。
lab-of_epoch = epoch { $epoch }
lab-of_last_epoch = epoch { $epoch }（最後一個，未經挑選）
lab-last_epoch = 最後一個，未經挑選
lab-epoch = epoch
lab-baseline_kind = 基準，不看影像
lab-their_report = 原實驗報告
lab-collapsed = 塌縮
lab-waiting = 尚未完成：{ $done }/{ $epochs } epoch
lab-empty = 待補
lab-why_empty = 空白格的原因：
lab-not_begun = 尚未開始
lab-detail = 測試集的完整數字
lab-cell = 格
lab-tune_qwk = 驗證集 QWK
lab-scorecard = 評分卡
lab-one_answer = 單一分級的最大占比
lab-over_zero = 準確率減去「一律判為 0 級」
lab-over_other = 準確率減去「另一眼的分級」
lab-unseen = 準確率，病人只在測試集（n = { COUNT($n) }）
lab-seconds = 時間
lab-speed = 每秒張數
lab-macro_auc = 巨觀 AUC
lab-forest = 測試準確率與 95 % 信賴區間
lab-curves = { $network }：各 epoch 的準確率
lab-curves_note = 圓圈：{ $circle }；星號：最高測試準確率；點線：一律判為 0 級。
lab-circle_tune = 由驗證集選出的 epoch
lab-circle_last = 最後一個 epoch，未經挑選
lab-circle_mixed = 由驗證集選出的 epoch，或未經挑選的最後一個 epoch
lab-matrix_tune = { $cell }：epoch { $epoch }，由驗證集選出
lab-matrix_last = { $cell }：epoch { $epoch }，最後一個，未經挑選
lab-matrix_highest = { $cell }：epoch { $epoch }，以測試集挑選
lab-sizes_table = { $network } 在 { $sizes } px：皆用 global average，照片與 epoch 相同
lab-size = 大小
lab-sizes_none = 只跑了一種大小；加上 --compare-size 128 可比較第二種。
lab-sizes_unlike = 兩種大小的其他設定也不同，因此不作比較。

## 結論

lab-verdict_none = 尚無任何一格完成；每完成一格，表格就會更新。
lab-verdict_beats_all = { $cell }（驗證集上最佳者）的測試準確率為 { $accuracy }，顯著高於{ AND($baselines) }。
lab-verdict_beats_zero = { $cell }（驗證集上最佳者）的測試準確率為 { $accuracy }，顯著高於一律判為 0 級（{ $zero }），但並未顯著高於完全不看影像的「另一眼的分級」（{ $other }）。
lab-verdict_no_better = { $cell }（驗證集上最佳者）的測試準確率為 { $accuracy }，並未顯著優於一律判為 0 級（{ $zero }）。
lab-verdict_below = { $cell }（驗證集上最佳者）的測試準確率為 { $accuracy }，顯著低於一律判為 0 級（{ $zero }）。
lab-verdict_unscored = 沒有任何一格有驗證集分數：各格保留最後一個 epoch，未經挑選，因此不指出最佳的一格。
lab-verdict_last = 該格保留最後一個 epoch，未經挑選。
lab-verdict_collapsed = { $finished } 個網路中有 { $collapsed } 個塌縮成只回答一個分級。
lab-few_steps = { $cell } 無預訓練，只訓練了 { COUNT($steps) } 步（{ COUNT($photos) } 張照片、{ $epochs } 個 epoch）：步數太少，不能據此認為此網路學不會。
lab-with_figure = { $what }（{ $figure }）

## IV. 討論

lab-talk_collapse = 塌縮：{ LIST($names) } 對超過 95 % 的照片回答同一個分級。這種準確率只是該分級在測試集的比例，並非辨識能力；接近 0 的 QWK 也說明了這點。
lab-talk_no_collapse = 塌縮：{ $finished } 個完成的網路中，沒有一個對超過 95 % 的照片回答同一個分級。
lab-talk_over_zero = 基準：{ $cell } 的準確率減去一律判為 0 級（{ $zero }）為 { $difference } 個百分點，{ $meaning }。
lab-talk_over_other = 準確率減去另一眼的分級（{ $other }，QWK { $other_qwk }）為 { $difference } 個百分點，{ $meaning }。同一病人的兩眼相似，因此這個基準很高，而且不需任何影像。
lab-meaning_accuracy_better = 顯著較高
lab-meaning_accuracy_same = 無顯著差異
lab-meaning_accuracy_worse = 顯著較低
lab-talk_chance = 以測試集挑選 epoch，比用驗證集挑選平均多出 { $gain } 個百分點（{ $least } 到 { $most }）：這部分只是挑選的結果。
lab-talk_chance_last = 以測試集挑選 epoch，比保留最後一個平均多出 { $gain } 個百分點（{ $least } 到 { $most }）：這部分只是挑選的結果。
lab-talk_leak = 資料洩漏：{ $share } 的測試照片，其病人也出現在訓練、驗證或校準集。此分割會高估所有網路；「病人只在測試集」一欄則不受影響。
lab-talk_no_leak = 資料洩漏：測試照片的病人都不在訓練、驗證或校準集。
lab-talk_leak_unknown = 資料洩漏：資料表沒有病人編號，無法得知有多少測試病人也在訓練、驗證或校準集。
lab-talk_pretraining = 預訓練使 { $network } 的準確率改變 { $difference } 個百分點、QWK 改變 { $difference_qwk }：{ $meaning }。
lab-talk_drawn_start = 以合成影像（無任何病人照片）預訓練使 { $network } 的準確率改變 { $difference } 個百分點、QWK 改變 { $difference_qwk }：{ $meaning }。
lab-talk_depth = 深度：以 ResNet50 取代 ResNet18（{ $start }），準確率改變 { $difference } 個百分點、QWK 改變 { $difference_qwk }：{ $meaning }。
lab-talk_size = 影像大小：以 { $large } px 取代 { $small } px，準確率改變 { $difference } 個百分點、QWK 改變 { $difference_qwk }：{ $meaning }。
lab-talk_unlike = 不作比較：{ $first } 與 { $second } 的其他設定也不同（{ LIST($settings) }）。
lab-meaning_qwk_better = QWK 顯著較高
lab-meaning_qwk_same = QWK 無顯著差異
lab-meaning_qwk_worse = QWK 顯著較低
lab-no_interval = 無法計算信賴區間（{ $reason }）
lab-talk_fit = 擬合：{ $cell } 在最後一個 epoch 的訓練準確率為 { $train }，測試準確率為 { $test }：{ $meaning }。
lab-fit_over = 對訓練照片過度擬合
lab-fit_even = 無顯著的過度擬合
lab-talk_imbalance = 分級分布不均：測試照片有 { $share } 為 { $grade } 級。漏掉少見而危險的分級時，準確率幾乎不變，QWK 與 macro AUC 才看得出來。
lab-talk_few = 照片不多：測試集只有 { COUNT($n) } 張，相差不到約 { $width } 個百分點的準確率沒有顯著差異。
lab-talk_their_report = 原實驗報告在其 7,025 張測試照片上，有預訓練為 80.7829 %，無預訓練為 73.3381 %。一律判為 0 級可答對 7,025 張中的 5,153 張；73.3381 % 恰為 5,152 張，只少一張：幾乎可以確定是塌縮的網路。
lab-talk_empty = 空白格：{ $name }：{ $reason }。

## V. 時間與可重現性

lab-time_note = 訓練時間（不含前處理），裝置：{ $device }。
lab-seed = 亂數種子
lab-manifest = 資料表 SHA-256
lab-recipes = 設定檔 SHA-256
lab-machine = 機器
lab-cores = { $n } 核心
lab-written = 產生時間
lab-licence = 照片授權
lab-intervals = 信賴區間
lab-method = { WORD("page-metric", $metric) }：{ $method }
lab-repeat_note = 在 CPU 上以相同指令與資料表重跑，可得到逐位元相同的權重。本頁所有數字都在 report.json，圖片（PNG 與 SVG）在 figures/。
