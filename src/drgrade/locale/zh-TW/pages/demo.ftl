# 示範：頁面與終端機的文字。

demo-title = 五分鐘認識 drgrade
demo-lead = 看內附的分級模型如何工作、實驗中一個網路學會而另一個沒有，以及每個數字旁的信賴區間。
demo-say_1 = 第 1 部（共 3 部）：以內附模型為一組影像分級
demo-say_2 = 第 2 部（共 3 部）：以 { COUNT($n) } 張合成影像訓練並評估兩個網路
demo-say_3 = 第 3 部（共 3 部）：比較兩個網路
demo-network_resnet18-random = ResNet18，無預訓練
demo-network_efficientnet_lite0-drawn = EfficientNet-Lite0，以合成影像預訓練

## 1 分級

demo-part_1 = 分級
demo-grade_is = 套件內附的模型 { $model } 將 { $n } 張影像依風險排序、標出偵測到的病灶輪廓，並拒絕無法分級者。
demo-graded = { $n } 張影像：{ $graded } 張已分級、{ $refused } 張拒絕；{ $known } 張品質良好的合成影像中，{ $right } 張的轉診判定正確
demo-real = 唯一的真實眼睛（健康眼）：{ $grade } 級，{ WORD("demo-need", $need) }
demo-real_none = 唯一的真實眼睛：未分級（{ $reason }）
demo-need_refer = 需轉診
demo-need_no_referral = 不需轉診
demo-need_person = 須由專業人員判定
demo-gallery_note = 除一張外皆為合成影像：病灶為繪製，故分級已知。輪廓為模型偵測的結果，並非所繪的病灶。
demo-note_good = 合成影像，所繪為 { $grade } 級
demo-note_blurred = 合成影像，失焦，所繪為 { $grade } 級：系統只拒絕看不出視網膜的影像，對焦須由人確認
demo-note_dim = 合成影像，曝光不足，所繪為 { $grade } 級
demo-note_black = 合成影像，閃光燈未亮
demo-note_not_an_eye = 一杯咖啡
demo-note_real = 健康左眼的真實照片（scikit-image，CC0）
demo-disc = 視盤

## 2 訓練與比較

demo-part_2 = 訓練與比較
demo-train_is = 小型的實驗：以 { $train } 張合成影像訓練，以另外 { $patients } 位病人的 { $test } 張測試。兩者的網路與預訓練皆不同，差異屬於兩項的總和；正式的實驗一次只改變一項。
demo-qwk = QWK { $found }
demo-with_ci = { $value }（95 % 信賴區間 { $low } 至 { $high }）
demo-on_network = { $network }：{ $score }，{ $found }
demo-collapsed = 已塌縮：{ $share } 的影像得到同一個分級
demo-collapsed_and_caught = 已塌縮：{ $share } 的影像得到同一個分級；由檢查 { $check } 發現
demo-few_steps = 無預訓練，只訓練了 { COUNT($steps) } 步（{ COUNT($photos) } 張影像、{ $epochs } 個 epoch）：不能據此認為 ResNet18 學不會
demo-learned = 優於基準
demo-caught = 未顯著優於基準：由檢查 { $check } 發現
demo-unproven = 未顯著優於基準
demo-other = 一律判為 0 級的 QWK 為 0，同一病人另一眼的分級為 { $other }；EfficientNet-Lite0 與另一眼的分級相比，{ $than }
demo-than_better = 準確率顯著較高（{ $gap } 個百分點）
demo-than_same = 準確率無顯著差異（{ $gap } 個百分點）
demo-than_worse = 準確率顯著較低（{ $gap } 個百分點）
demo-same_generator = EfficientNet-Lite0 以同一產生器所繪的另外 12,000 隻眼睛預訓練，含病灶與分級：這裡只顯示它能用於未見過的合成眼睛，不代表能為病人分級。
demo-test_answers = 測試集的預測分級與參考分級

## 3 評估

demo-part_3 = 評估
demo-evaluate_is = 以相同的測試病人成對比較：對兩者同樣困難之處互相抵消。每個網路各有一份評分卡，含 { $checks } 項檢查。
demo-difference = EfficientNet-Lite0 減 ResNet18：QWK { $found }，以 { COUNT($patients) } 位病人成對比較

## 能說明什麼

demo-limits = 合成影像能說明什麼、不能說明什麼
demo-can_show = 可說明：軟體從影像到報告皆能運作、位置與數目已知的病灶能被偵測、評估能區分學會與沒學會的網路。
demo-cannot_show = 合成影像無法說明任何網路為病人分級的能力：其中沒有真實的眼睛與相機，也沒有判讀者間的歧異。

## 接下來

demo-to_gallery = 依風險排序的影像 →
demo-to_lab = 實驗報告 →
demo-to_scorecard = EfficientNet-Lite0 的評分卡 →
demo-to_scorecard_collapsed = ResNet18 的評分卡 →
demo-to_comparison = 比較 →
demo-next = 用於自己的影像
demo-next_grade = 為一張影像分級並說明
demo-next_lab = 完整實驗
demo-next_evaluate = 評估任何模型的結果表
demo-made = 合成影像產生器第 { $drawing } 版，亂數種子 { $seed }；drgrade { $version }。

## 終端機的最後一張表

demo-results = 示範結果（{ $device }）
demo-device = 研究用軟體，並非醫療器材
demo-line_1 = 1 分級
demo-line_2 = 2 訓練
demo-line_3 = 3 評估
demo-line_open = 請先開啟
demo-line_gallery = 影像
demo-line_lab = 實驗報告
demo-line_scorecard = 評分卡
demo-line_scorecard_collapsed = {"  "}ResNet18
demo-line_comparison = 比較
