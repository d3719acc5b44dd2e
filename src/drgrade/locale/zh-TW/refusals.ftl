# 為何拒絕或無法取得：規則、實際的值、解決方法。

as_said = { $sentence }

## 起始權重

weights_unreachable = 無法下載 { $address }（{ $why }）；請另行取得並放在 { $path }，將 model.start 設為檔案，或以 DRGRADE_WEIGHTS_URL 指定鏡像站
synthetic_start_missing = { $network } 的合成照片起始權重尚未製作（{ $where }）；請執行 `drgrade models pretrain { $network }`
synthetic_start_unfinished = { $network } 的合成照片起始權重尚未完成（{ $where }）；請執行 `drgrade models pretrain { $network }`
synthetic_start_without_weights = { $network } 的合成照片起始權重遺失了 { $file }（{ $where }）；請刪除該資料夾並重新執行 `drgrade models pretrain { $network }`

## 模型檔案

weights_no_numbers = { $path }：{ $of } 個張量中有 { $lost } 個含有 NaN 或無限大的值，第一個是「{ $first }」；該次訓練已發散，請改用先前儲存的檔案
model_is_pytorch = { $path } 是 PyTorch 檢查點，只有權重，缺少分級所需的前處理、目標函數與校準；請以它為起點訓練：`drgrade train RECIPE --set model.start={ $path }`，並以 model.network 指定所屬的網路
model_is_keras = { $path } 是 HDF5 檔案（Keras、TensorFlow），無法讀取其權重；請提供 drgrade 寫出的檔案，或將權重轉成 PyTorch 的 state_dict 後以 model.start 作為訓練起點
model_is_pointer = { $path } 是 Git LFS 指標，不是檔案本身；請以 `git lfs pull` 取得
model_too_large = { $path }：{ $what ->
    [header] 標頭
   *[file] 檔案
}最多 { COUNT($most) } 位元組，實際為 { COUNT($found) }；這不是本系統的模型
weights_need_code = { $path } 不只含有權重（{ $name }），必須執行檔案中的程式碼才能開啟；若您信任它，請自行開啟並只儲存權重：torch.save(model.state_dict(), "weights.pth")
weights_swell = { $path } 有 { COUNT($packed) } 位元組，卻聲稱解開後為 { COUNT($unpacked) }；權重檔解開後不會比檔案大（torch.save 不壓縮），請以 torch.save 重新儲存
weights_are_torchscript = { $path } 是 TorchScript（torch.jit.save），其網路是程式碼；請只儲存權重：torch.save(torch.jit.load(FILE).state_dict(), "weights.pth")
weights_member_damaged = { $path }：檢查點已損壞，其中「{ $member }」的 CRC 與儲存時不同；請重新取得

## 訓練

step_left_out = 警告：第 { $epoch } 個 epoch 第 { $step } 步，照片 { LIST($photos) } 使損失或梯度變成 NaN 或無限大；略過此步（第 { $count } 次，每個 epoch 最多 { $most } 次）
training_diverged = 第 { $epoch } 個 epoch 有 { $count } 步的損失或梯度變成 NaN 或無限大，最後一次的照片為 { LIST($photos) }；先前儲存的內容不變；請檢查這些照片，調低 optimiser.learning_rate 或設定 train.clip = 1.0，並在新的資料夾訓練
training_lost_weights = 第 { $epoch } 個 epoch 有 { $lost }／{ $of } 個張量變成 NaN 或無限大，第一個是「{ $first }」；不予儲存，先前儲存的內容不變；請調低 optimiser.learning_rate 或設定 train.clip = 1.0，並在新的資料夾訓練

## 表格

labels_begin_at_one = 分級看起來從 1 起算：由 1 到 5（{ $n1 }、{ $n2 }、{ $n3 }、{ $n4 }、{ $n5 } 列），沒有 0，而 ICDR 分級為 0 到 4；因此 5 是增殖性病變，不可留空：請寫一個 CSV，標頭為 label,grade，各行為 1,0 2,1 3,2 4,3 5,4，再以 `drgrade data import csv FILE --grade-map MAP.csv` 製作清單
labels_all_the_same = 全部 { $graded } 張有分級的照片都是第 { $grade } 級：這像是範例提交檔或空白表單，而不是標註；請提供標註表（只有一個分級無法訓練）
training_one_grade = 訓練需要 train 中至少兩種分級的照片，但全部 { $graded } 張都是第 { $grade } 級；這是標註表嗎？請檢查 grade 欄（`drgrade data check`）
