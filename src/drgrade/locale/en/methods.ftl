# How an interval was made.

wilson = Wilson
clopper_pearson = Clopper-Pearson
wilson_effective_number = Wilson on the effective number
wilson_smaller_side = Wilson on the { WORD("unit", $unit) } of the smaller side
ratio_logit_t = ratio over { WORD("unit", $unit) }, logit, t
ratio_logit_t_wilson = ratio over { WORD("unit", $unit) }, logit, t, no narrower than Wilson
ratio_t = ratio over { WORD("unit", $unit) }, t
placements_logit_t = placements over { WORD("unit", $unit) }, logit, t
bootstrap_percentile = { WORD("one", $unit) } bootstrap, { $resamples } resamples, percentile, seed { $seed }
normal_independent_pairs = normal, independent pairs
logistic_fit_robust = logistic fit, errors over { WORD("unit", $unit) }
bayes_mover = Bayes' rule, MOVER
range_over_seeds = mean, and range over seeds
