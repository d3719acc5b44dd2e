# 為何拒絕或無法取得：規則、實際的值、解決方法。

as_said = { $sentence }

## 起始權重

weights_unreachable = 無法下載 { $address }（{ $why }）；請另行取得並放在 { $path }，將 model.start 設為檔案，或以 DRGRADE_WEIGHTS_URL 指定鏡像站
synthetic_start_missing = { $network } 的合成照片起始權重尚未製作（{ $where }）；請執行 `drgrade models pretrain { $network }`
synthetic_start_unfinished = { $network } 的合成照片起始權重尚未完成（{ $where }）；請執行 `drgrade models pretrain { $network }`
synthetic_start_without_weights = { $network } 的合成照片起始權重遺失了 { $file }（{ $where }）；請刪除該資料夾並重新執行 `drgrade models pretrain { $network }`
