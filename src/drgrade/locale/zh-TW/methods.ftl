# 信賴區間的計算方法。

wilson = Wilson
clopper_pearson = Clopper-Pearson
wilson_effective_number = Wilson，以有效樣本數計算
wilson_smaller_side = Wilson，以{ WORD("unit", $unit) }較少一側的數目計
ratio_logit_t = 以{ WORD("unit", $unit) }為單位的比率估計，logit 尺度，t 分布
ratio_logit_t_wilson = 以{ WORD("unit", $unit) }為單位的比率估計，logit 尺度，t 分布，不窄於 Wilson
ratio_t = 以{ WORD("unit", $unit) }為單位的比率估計，t 分布
placements_logit_t = 以{ WORD("unit", $unit) }為單位的排序位置，logit 尺度，t 分布
bootstrap_percentile = 以{ WORD("unit", $unit) }重抽樣（bootstrap）{ $resamples } 次，取百分位數，亂數種子 { $seed }
normal_independent_pairs = 常態近似，假設配對彼此獨立
logistic_fit_robust = 邏輯迴歸，標準誤以{ WORD("unit", $unit) }為單位
bayes_mover = 貝氏定理，MOVER 法
range_over_seeds = 各種子的平均與範圍
