# The lab's report: its page and its figures.

lab-title = Lab 3 – Diabetic Retinopathy Detection
lab-synthetic_source = synthetic
lab-synthetic = Synthetic photographs: these figures show that the software works and say nothing about patients.
lab-byline = { $photos } photographs, { $source }, { $size } px, recipe { $recipe }
lab-contents = Contents
lab-section_1 = I. Introduction
lab-section_2 = II. Experiment setup
lab-section_2a = A. Details of the models
lab-section_2b = B. Details of the data loader
lab-section_2c = C. Evaluation through the confusion matrix
lab-section_3 = III. Experimental results
lab-section_3a = A. The highest testing accuracy
lab-section_3b = B. Comparison figures
lab-section_3c = C. Confusion matrices
lab-section_3d = D. { $title }
lab-sizes = Size of the photographs
lab-section_4 = IV. Discussion
lab-section_5 = V. Time and reproducibility

## I. Introduction

lab-intro_depth = A plain network that is made deeper can get a larger error, on the training set too: gradients vanish on the way back and the first layers hardly change. ResNet adds residual learning: a block learns F(x) and outputs F(x) + x. Where nothing is left to gain, F(x) goes to 0 and the block passes x on, so a deeper network need be no worse than a shallower one.
lab-intro_task = Here such networks grade photographs of the retina on the five ICDR grades, 0 (no retinopathy) to 4 (proliferative). The report answers two questions: how much do pretraining, depth and image size contribute, and is the result better than a trivial baseline that looks at no photograph?
lab-diagram_residual = Residual block
lab-diagram_bottleneck = Bottleneck block
lab-diagram_inverted = Inverted residual block
lab-diagram_identity = identity
lab-diagram_channels = { $n } channels
lab-about_residual = Two 3×3 convolutions and the shortcut; ResNet18 has four layers of two such blocks. Where a layer halves the map and doubles the channels, the shortcut is a 1×1 convolution with the block's stride, so that both ends have one shape.
lab-about_bottleneck = 1×1, 3×3 and 1×1 convolutions: the first reduces 256 channels to 64, the last restores them, so that the costly 3×3 works on few. ResNet50 has 3, 4, 6 and 3 of them.
lab-about_inverted = EfficientNet-Lite0 is the reverse: wide inside, narrow outside, a depthwise 3×3 or 5×5 in the middle, ReLU6. It is included because its ImageNet weights come with the package.

## II. Setup

lab-architecture = Layers and output sizes
lab-layer = layer
lab-output_at = output at { $size } px
lab-printed = Printed modules of { $network } · parameters { $parameters } · { $head ->
        [lab] the lab's head: average pool 7, stride 1
       *[global] global average pool
    }
lab-parameters = parameters
lab-counts = Photographs by split and grade
lab-split = split
lab-total = all
lab-loader = The Dataset inherits torch.utils.data.Dataset and has three functions:
lab-loader_init = keeps the rows of one split (photo and grade), the size, and whether to flip.
lab-loader_len = returns the number of photographs.
lab-loader_getitem = reads one photograph upright, crops it to the field of view, pads it to an undistorted square, averages it to size, flips it at random (training only), scales its pixels to [-1, 1] and returns it with its grade.
lab-source_code = source
lab-matrix_is = A confusion matrix counts every test photograph once: the row is its reference grade, the column the predicted grade. The diagonal is correct. Row-normalised, each row is divided by its sum: the diagonal is then the recall of each grade, however rare it is.
lab-example_matrix = A network that always answers grade 0 fills one column only, and its accuracy is the share of grade 0: { $share } here.

## III. Results

lab-network = network
lab-with_pretraining = With pretraining
lab-without_pretraining = Without pretraining
lab-start_imagenet = pretrained
lab-start_random = from scratch
lab-start_phantom = pretrained on synthetic photographs
lab-start_drawn = pretrained on synthetic photographs
lab-rate = lr = { $rate }
lab-row_of = epoch = { $epochs }, batch size = { $batch }
lab-highest_table = Highest test accuracy, as the lab reports it
lab-highest_table_note = The best of all epochs, chosen on the test set itself: for comparison with the lab only.
lab-chosen_on_test = chosen on test
lab-result_table = Test result
lab-result_table_note = { $kept } The test set is evaluated once. In brackets 95 % CI, { WORD("unit", $unit) } resampled.
lab-kept_tune = The epoch is chosen on the tuning (validation) set.
lab-kept_last = The last epoch is kept, not chosen.
lab-kept_mixed = The epoch is chosen on the tuning (validation) set, or the last one is kept where the row says so.
lab-of_epoch = epoch { $epoch }
lab-of_last_epoch = epoch { $epoch } (last, not chosen)
lab-last_epoch = last, not chosen
lab-epoch = epoch
lab-baseline_kind = trivial baseline, no photograph used
lab-their_report = The lab's own report
lab-collapsed = collapsed
lab-waiting = not finished: { $done } of { $epochs } epochs
lab-empty = empty
lab-why_empty = Why cells are empty:
lab-not_begun = not begun yet
lab-detail = All figures on the test set
lab-cell = cell
lab-tune_qwk = QWK on the tuning set
lab-scorecard = scorecard
lab-one_answer = largest share of one grade
lab-over_zero = accuracy minus always grade 0
lab-over_other = accuracy minus the other eye's grade
lab-unseen = accuracy, patients in the test set only (n = { COUNT($n) })
lab-seconds = time
lab-speed = photographs per second
lab-macro_auc = macro AUC
lab-forest = Test accuracy with 95 % CI
lab-curves = { $network }: accuracy by epoch
lab-curves_note = Circle: { $circle }. Star: the highest test accuracy. Dotted: always grade 0.
lab-circle_tune = the epoch chosen on the tuning set
lab-circle_last = the last epoch, not chosen
lab-circle_mixed = the epoch chosen on the tuning set, or the last, not chosen
lab-matrix_tune = { $cell }: epoch { $epoch }, chosen on the tuning set
lab-matrix_last = { $cell }: epoch { $epoch }, the last, not chosen
lab-matrix_highest = { $cell }: epoch { $epoch }, chosen on test
lab-sizes_table = { $network } at { $sizes } px: global average in each, same photographs and epochs
lab-size = size
lab-sizes_none = Only one size was run. --compare-size 128 runs a second one.
lab-sizes_unlike = The two sizes were run with other settings too, so they are not compared.

## The verdict

lab-verdict_none = No cell has finished yet; the tables fill as cells end.
lab-verdict_beats_all = { $cell }, the best cell on the tuning set, has a test accuracy of { $accuracy }, significantly higher than { AND($baselines) }.
lab-verdict_beats_zero = { $cell }, the best cell on the tuning set, has a test accuracy of { $accuracy }, significantly higher than always grade 0 ({ $zero }), but not than the other eye's grade ({ $other }), which needs no photograph.
lab-verdict_no_better = { $cell }, the best cell on the tuning set, has a test accuracy of { $accuracy }, not significantly better than always grade 0 ({ $zero }).
lab-verdict_below = { $cell }, the best cell on the tuning set, has a test accuracy of { $accuracy }, significantly lower than always grade 0 ({ $zero }).
lab-verdict_unscored = No cell has a score on the tuning set: each keeps its last epoch, not chosen, and none is named the best.
lab-verdict_last = Its last epoch is kept, not chosen.
lab-verdict_collapsed = { $collapsed } of { $finished } networks collapsed to one grade.
lab-few_steps = { $cell } had { COUNT($steps) } training steps without pretraining ({ COUNT($photos) } photographs, { $epochs } epochs): too few to conclude that this network cannot learn.
lab-with_figure = { $what } ({ $figure })

## IV. Discussion

lab-talk_collapse = Collapse. { LIST($names) } gave one grade to more than 95 % of the photographs. Such an accuracy is the share of that grade in the test set, not skill; QWK near 0 shows it.
lab-talk_no_collapse = Collapse. None of the { $finished } finished networks gave one grade to more than 95 % of the photographs.
lab-talk_over_zero = Baselines. Accuracy of { $cell } minus always grade 0 ({ $zero }): { $difference } points, { $meaning }.
lab-talk_over_other = Accuracy minus the other eye's grade ({ $other }, QWK { $other_qwk }): { $difference } points, { $meaning }. The two eyes of a patient are alike, so this baseline is high and costs nothing.
lab-meaning_accuracy_better = significantly higher
lab-meaning_accuracy_same = not a significant difference
lab-meaning_accuracy_worse = significantly lower
lab-talk_chance = Choosing the epoch on the test set instead of the tuning set added { $gain } points on average ({ $least } to { $most }): that part of the lab's figure is selection.
lab-talk_chance_last = Choosing the epoch on the test set instead of keeping the last one added { $gain } points on average ({ $least } to { $most }): that part of the lab's figure is selection.
lab-talk_leak = Leak. { $share } of the test photographs are of patients who are in train, tune or calibrate too. Figures on this split are too high for every network; the column of patients in the test set only is not affected.
lab-talk_no_leak = Leak. No patient of the test photographs is in train, tune or calibrate.
lab-talk_leak_unknown = Leak. The table names no patients, so it is unknown how many test patients are in train, tune or calibrate.
lab-talk_pretraining = Pretraining changes the accuracy of { $network } by { $difference } points and its QWK by { $difference_qwk }: { $meaning }.
lab-talk_drawn_start = Pretraining on synthetic photographs, without a patient's, changes the accuracy of { $network } by { $difference } points and its QWK by { $difference_qwk }: { $meaning }.
lab-talk_depth = Depth. ResNet50 instead of ResNet18 ({ $start }) changes accuracy by { $difference } points and QWK by { $difference_qwk }: { $meaning }.
lab-talk_size = Size. { $large } px instead of { $small } px changes accuracy by { $difference } points and QWK by { $difference_qwk }: { $meaning }.
lab-talk_unlike = Not compared: { $first } and { $second }, which differ in other settings too ({ LIST($settings) }).
lab-meaning_qwk_better = QWK is significantly higher
lab-meaning_qwk_same = no significant difference in QWK
lab-meaning_qwk_worse = QWK is significantly lower
lab-no_interval = no interval: { $reason }
lab-talk_fit = Fit. At its last epoch { $cell } has an accuracy of { $train } on the training and { $test } on the test set: { $meaning }.
lab-fit_over = it overfits the training photographs
lab-fit_even = no significant overfitting
lab-talk_imbalance = Class imbalance. { $share } of the test photographs are grade { $grade }. Accuracy hardly changes when the rare, dangerous grades are missed; QWK and macro AUC do.
lab-talk_few = Few photographs. The test set has { COUNT($n) }, so accuracies less than about { $width } points apart do not differ significantly.
lab-talk_their_report = The lab's own report has 80.7829 % with and 73.3381 % without pretraining on all 7,025 photographs of its test list. Always grade 0 is right for 5,153 of those 7,025; 73.3381 % is 5,152 of them, one photograph fewer: most likely a collapsed network.
lab-talk_empty = Empty cells. { $name }: { $reason }.

## V. Time and reproducibility

lab-time_note = Training time without preparing photographs, on { $device }.
lab-seed = seed
lab-manifest = manifest, SHA-256
lab-recipes = recipes, SHA-256
lab-machine = machine
lab-cores = { $n ->
        [one] { $n } core
       *[other] { $n } cores
    }
lab-written = written
lab-licence = licence of the photographs
lab-intervals = intervals
lab-method = { WORD("page-metric", $metric) }: { $method }
lab-repeat_note = The same command with the same manifest on a CPU gives the same weights, bit for bit. Every figure of this page is in report.json, the pictures are in figures/ as PNG and SVG.
