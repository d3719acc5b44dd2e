# 實驗的第一張圖：plain 與 residual 網路隨深度的訓練 error。

degradation-title = 有無 shortcut 的網路加深：訓練 error
degradation-kind_plain = plain（無 shortcut）
degradation-kind_residual = residual（有 shortcut）
degradation-layers = { $depth } 層
degradation-layers_unfinished = { $depth } 層，尚未完成
degradation-axis = 訓練 error（%）
degradation-note = 每個 epoch 在訓練照片上的 error，於訓練當中計算，與論文（He et al. 2016，4.1 節）的圖相同：開啟隨機翻轉，batch normalization 使用該 batch 的統計量，所有網路一致。線為各亂數種子的平均，色帶由最低到最高的種子；細線 18 層，較粗為 34 與 50 層；點線為一律判為最常見的分級。{ $size } px，batch { $batch }，lr = { $rate }，{ $epochs } epoch。未使用測試集。
degradation-table = 最後一個 epoch 的訓練 error
degradation-table_note = 已完成種子的平均，括號內為最低到最高：這是範圍，不是 95 % 信賴區間。差值為逐一種子相減。
degradation-depth = 層數
degradation-gap = plain 減 residual，百分點
degradation-seeds = 已完成種子，plain / residual
degradation-done = { $all } 次訓練已完成 { $done } 次。
degradation-left = 尚未完成：{ LIST($names) }。
degradation-left_one = { $name }（{ $done }/{ $epochs } epoch）
degradation-left_reason = { $name }（{ $reason }）
degradation-none = 實驗的第一張圖（plain 與 residual 網路的比較）可用 --degradation 產生。
degradation-no_table = 尚未執行表格中的任何一格；去掉 --degradation 的同一指令即可執行。

## 圖的結果

degradation-errors = { $kind } 網路最後的訓練 error：{ AND($errors) }。
degradation-headline = { $kind } 網路由 { $first } 層加深到 { $last } 層：訓練 error 由 { $before } 變為 { $after }。
degradation-no_errors = { $kind } 網路尚無任何一個完成。
degradation-error_at = { $depth } 層 { $error }
degradation-against = 與 { $first } 層相比：{ AND($changes) }。
degradation-gaps = 拿掉 shortcut 後 error 的變化：{ AND($gaps) }。
degradation-change_at = { $depth } 層差 { $difference } 個百分點（{ $meaning }）
degradation-sign_larger = { $n } 個種子都變大
degradation-sign_smaller = { $n } 個種子都變小
degradation-sign_unclear = { $n } 個種子不一致
degradation-sign_one = 只有一個種子
degradation-ends_larger = 加深之後，連訓練照片都擬合得更差。
degradation-ends_smaller = 加深之後，訓練照片擬合得更好。
degradation-ends_mixed = { AND($worse) } 層擬合變差，其餘並非每個種子都如此。
degradation-ends_unclear = 看不出在每個種子、每個深度都成立的深度影響。
degradation-ends_one = 只有一個種子，無法區別深度與機遇。
