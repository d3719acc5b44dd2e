# What several pages and figures say.

page-device = Research software, not a medical device.
page-not_available = n/a
page-with_ci = { $value } (95 % CI { $ci })
page-range = { $low } to { $high }

## Scores

page-metric_sensitivity = sensitivity
page-metric_specificity = specificity
page-metric_ppv = positive predictive value
page-metric_npv = negative predictive value
page-metric_qwk = QWK
page-metric_accuracy = accuracy
page-metric_auc = AUC
page-metric_macro_auc = macro one-vs-rest AUC
page-metric_balanced_accuracy = balanced accuracy
page-metric_kappa = kappa, unweighted
page-metric_linear_kappa = kappa, linear weights
page-metric_off_by_one = one grade off
page-metric_off_by_more = two or more grades off
page-metric_expected_error = mean absolute error of the expected grade
page-metric_brier = Brier score
page-metric_ece_mass = ECE, 15 bins of equal size
page-metric_ece_width = ECE, 15 bins of equal width
page-metric_slope = calibration slope (ideal: 1)
page-metric_intercept = calibration intercept (ideal: 0)

## Trivial baselines

page-baseline_always_0 = always grade 0
page-baseline_majority = always the most frequent grade
page-baseline_other_eye = the other eye's grade
page-baseline_train_other_eye = the other eye's grade in the training set, else 0

## What is graded, and what is looked for

page-level_photo = photograph
page-level_eye = eye
page-level_patient = patient
page-endpoint_referable = referable disease
page-endpoint_referable_no_dme = referable retinopathy without DME
page-endpoint_vision_threatening = vision-threatening disease
page-endpoint_any_dr = any retinopathy
page-called_by_grade = referable: predicted grade 2 or worse
page-called_by_operating_point = referable: the model's operating point
page-called_by_both = referable: the operating point in some seeds, predicted grade 2 or worse in others
page-split_train = train
page-split_tune = tune
page-split_calibrate = calibrate
page-split_test = test

## Kinds of lesions

page-lesion_microaneurysm = microaneurysms
page-lesion_haemorrhage = haemorrhages
page-lesion_hard_exudate = hard exudates
page-lesion_soft_exudate = soft exudates

## How a page was made

page-command = command
page-versions = versions
page-seed = seed and resamples
page-reproduce = How to reproduce
