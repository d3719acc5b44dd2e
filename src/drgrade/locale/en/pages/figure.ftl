# The labels of figures that several pages draw.

figure-reference = reference grade
figure-predicted = predicted grade
figure-counts = photographs
figure-rows = share of each reference grade, %
figure-epoch = epoch
figure-accuracy = accuracy, %
figure-curve = { $run }, { WORD("page-split", $split) }
figure-set = { NAME("page-split", $name) }
figure-baseline = baseline, { NAME("page-baseline", $name) }: { $value }
figure-ci = 95 % CI
figure-axis = { $axis } (95 % CI)
figure-one_minus_specificity = 1 − specificity
figure-probability = probability of referable disease
figure-share = share with referable disease
figure-chance = chance
figure-perfect = perfect calibration
figure-decisions = the grader's own decisions
