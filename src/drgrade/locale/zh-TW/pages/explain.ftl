# 說明：圖與文字。

explain-photograph = 照片與偵測到的病灶
explain-photograph_alone = 照片
explain-evidence = 證據所在
explain-probabilities = 各級機率
explain-count_microaneurysm = 微血管瘤 { $n } 個
explain-count_haemorrhage = 出血 { $n } 處
explain-count_hard_exudate = 硬性滲出物 { $n } 處
explain-count_soft_exudate = 軟性滲出物 { $n } 處
explain-disc = 視盤
explain-fovea = 中心凹（依視盤推估）
explain-dust = 相機灰塵（{ $n }）
explain-scale_log_odds = 各處對「需轉診」的對數勝算（校準前）；平均為 { $total }
explain-scale_value = 各處的分級數值與 2 級切點之差；平均為 { $total }
explain-scale_log_odds_with_maps = 各處對「需轉診」的對數勝算（校準前）；平均為 { $total }，加上病灶圖為 { $whole }
explain-scale_value_with_maps = 各處的分級數值與 2 級切點之差；平均為 { $total }，加上病灶圖為 { $whole }

## 結論

explain-summary = { $seen }；{ $verdict }。
explain-summary_alone = { $verdict }。
explain-verdict = { $grade }，{ $says }
explain-verdict_by_point = { $grade }，{ $says }，依高敏感度門檻
explain-grade = { $grade } 級（{ $name }）
explain-referable = 需轉診
explain-not_referable = 不需轉診
explain-below_the_point = 但低於高敏感度門檻：兩者不一致

## 偵測結果

explain-no_lesions = 未偵測到病灶
explain-lesions = { LIST($lesions) }
explain-lesion_in_quadrant = { LIST($lesions) }，位於{ WORD("explain-quadrant", $quadrant) }象限
explain-lesions_in_quadrant = { LIST($lesions) }，全部位於同一象限（{ WORD("explain-quadrant", $quadrant) }）
explain-lesions_in_quadrants = { LIST($lesions) }，分布於 { $n } 個象限
explain-quadrant_superior_temporal = 上方耳側
explain-quadrant_superior_nasal = 上方鼻側
explain-quadrant_inferior_temporal = 下方耳側
explain-quadrant_inferior_nasal = 下方鼻側
explain-detected = { $lesions }。

## 眼別

explain-eye_left = 左眼
explain-eye_right = 右眼
explain-side_by_disc = 依視盤位置判為{ WORD("explain-eye", $eye) }（假設影像未上下顛倒）。
explain-side_given = { WORD("explain-eye", $eye) }。
explain-side_no_disc = 眼別不明：未偵測到視盤，無法劃分象限。
explain-side_no_disc_eye = { WORD("explain-eye", $eye) }；未偵測到視盤，無法劃分象限。
explain-side_disc_in_the_middle = 眼別不明：視盤位於畫面中央，無法劃分象限。
explain-side_fovea_outside = { WORD("explain-eye", $eye) }；依視盤推估，中心凹位於畫面之外，無法劃分象限：可能為鼻側照片，或眼別有誤。
explain-side_disc_of_the_other_eye = { WORD("explain-eye", $eye) }，但視盤位於另一眼應有的一側，無法劃分象限：可能為鼻側照片、影像上下顛倒，或眼別有誤。

## 結論之外

explain-synthetic = 此分級模型只以合成影像訓練，對病人照片的分級沒有意義。
explain-not_the_likeliest = { $grade } 級位於可能分級的中間，並非機率最高者：其本身機率為 { $p }，{ $other } 級為 { $most }。
explain-near_the_point = 「需轉診」的機率為 { $p }；高敏感度門檻為 { $threshold }。
explain-grade_asks = 依 ICDR 分級，2 級以上即需轉診，但機率低於高敏感度門檻：須由專業人員判定。
explain-point_asks = 依高敏感度門檻需轉診，但其分級未達需轉診的標準。
explain-edema = 有黃斑部水腫徵象的機率為 { $p }（未經校準）。
explain-edema_without_exudate = 有黃斑部水腫徵象的機率為 { $p }（未經校準），但中心凹附近未偵測到硬性滲出物。
explain-exudate_without_edema = 有黃斑部水腫徵象的機率為 { $p }（未經校準），但中心凹附近偵測到硬性滲出物。
explain-edema_asks = 黃斑部水腫本身即需轉診，上述依分級的判定並未納入。
explain-near_fovea = 距中心凹一個視盤直徑內有硬性滲出物（{ $n } 處）：黃斑部水腫的徵象。
explain-on_dust = 有 { $n } 處偵測結果落在相機灰塵的位置上（此組照片幾乎都在同一處偏暗），不予計入；網路的分級與證據則未改變。
explain-no_dust = 沒有偵測結果落在相機灰塵的位置上。
explain-agrees = 偵測到的病灶依 ICDR 標準為同一分級。
explain-agrees_none = 未偵測到病灶，依 ICDR 標準為同一分級。
explain-disagrees = 分級與病灶不一致：偵測到的病灶依 ICDR 標準應為 { $lesions } 級（{ $name }），網路判為 { $grade } 級。
explain-not_mapped = 新生血管、靜脈串珠與視網膜前出血等 3、4 級的徵象沒有對應的病灶圖。
explain-seldom_separated = 偵測到的病灶依 ICDR 標準應為 { $grade } 級（{ $name }）。偵測結果很少能區分 3、4 級：相連的病灶計為一處，且新生血管、靜脈串珠與視網膜前出血沒有對應的病灶圖。
explain-unmarked = 最支持轉診的位置沒有偵測到病灶，請留意該處。
explain-unmarked_outweighed = 有一處支持轉診但沒有偵測到病灶，其餘位置的證據較強。

## 可靠程度

explain-precision = 此類偵測{ $dust ->
        [left_out] （扣除灰塵處）
        [counted] （含灰塵處）
       *[none] {""}
    }經 { $n } 張有參考標註的照片檢驗，精確率為：{ LIST($parts) }。
explain-precision_of_grades = 此類偵測{ $dust ->
        [left_out] （扣除灰塵處）
        [counted] （含灰塵處）
       *[none] {""}
    }經 { $n } 張有參考標註、皆為 { $low } 至 { $high } 級的照片檢驗，精確率為：{ LIST($parts) }。
explain-recall = { $n } 張照片的參考標註所示病灶中，被偵測到者{ $dust ->
        [left_out] （扣除灰塵處）
        [counted] （含灰塵處）
       *[none] {""}
    }：{ LIST($parts) }。未偵測到不代表沒有病灶。
explain-false_alarms = 在 { $n } 張 0 級照片（任何偵測皆屬誤判）中，{ PERCENT($share, 0) } 有偵測結果{ $dust ->
        [left_out] （扣除灰塵處）
        [counted] （含灰塵處）
       *[none] {""}
    }。
explain-share_of = { WORD("page-lesion", $kind) } { PERCENT($share, 0) }
explain-read_log_odds = 「需轉診」的對數勝算（校準前）為 { $total }，其中病灶圖貢獻 { LIST($parts) }，含未達偵測門檻的微弱訊號。
explain-read_value = 分級數值為 { $total }，其中病灶圖貢獻 { LIST($parts) }，含未達偵測門檻的微弱訊號。
explain-adds = { WORD("page-lesion", $kind) } { $adds }
explain-on_the_margin = 有 { PERCENT($share, 0) } 的證據落在視網膜之外的黑邊。
explain-no_maps = 此分級模型沒有病灶圖；請以 model.lesions = true 訓練。以下只顯示證據圖。
