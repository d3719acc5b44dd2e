# 模型比較。

compare-title = 同一批照片上的模型比較
compare-by = { COUNT($n) } 張照片，以{ WORD("unit", $unit) }為單位重抽（共 { COUNT($patients) } 個）。五級分數只計全部模型皆已分級的 { COUNT($graded) } 張。
compare-seeds = { $name }（{ $n } 個種子）
compare-photos_alone = 沒有任何表格註明病人或群組：各照片視為彼此獨立；若有數張屬於同一病人，信賴區間會過窄。
compare-rules_differ = 各模型判定需轉診的依據不同：敏感度、特異度、其差異與 McNemar 檢定所比較的不只是模型，也包括判定依據；QWK、準確率與 AUC 不受影響。

## 結論

compare-lead = { $first } 的 QWK 顯著高於 { $second }（差異的 95 % 信賴區間不含 0）；在 { $share } 的重抽樣本中名列第一。
compare-level = { $first } 與 { $second } 的 QWK 相同。
compare-no_rank = 至少有一個模型的 QWK 在這些照片上無法計算，因此不作排名。
compare-trivial_lead = { $first } 的 QWK 最高，但並未顯著優於不看照片的基準（95 % 信賴區間包含 0）。
compare-no_lead = { $first } 的 QWK 最高，但並未顯著高於 { $second }；在 { $share } 的重抽樣本中名列第一。

## 表格

compare-scores = 各模型
compare-not_graded = 未分級
compare-seeds_range = 各種子 { $low } 至 { $high }
compare-pairs = 成對差異
compare-pairs_note = 95 % 信賴區間以{ WORD("unit", $unit) }為單位。McNemar（精確檢定）：僅其中一方判對的照片數（需轉診；無法判讀者視為轉診）。DeLong：AUC。兩種檢定皆假設照片彼此獨立。以多個種子平均者，種子亦一併重抽，不作這兩種檢定。
compare-ranks = QWK 排名
compare-ranks_note = 各模型在重抽樣本中名列第 1、第 2……的比例；同分者平分所占名次。
compare-disagree = 差異最大的照片
